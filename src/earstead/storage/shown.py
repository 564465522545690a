"""The same questions, asked of what may be shown to others: a transaction that leaves plays out as it reads.

Every statement is written once, for all rows; read through `Shown`, the tables of it are put in parentheses with
what is left out. So no page, protocol or chart can forget the rule, and none has a second text that could differ.

Cost: nothing for a history that holds no such play, because then nobody wraps the transaction (one look at
`user_sources`, a row a person and source). With them, the index by track no longer holds all that is asked, and each
play is looked up: about a microsecond each, for those users alone. The alternative, which plays are left out asked of
their witnesses, reads the reports of every play.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any

from earstead.storage.engine import Engine, Row, Tx, WriteSession

_OPEN = "withheld < :shown_level OR user_id = :shown_own"
_HEARD = """EXISTS (
    SELECT 1 FROM listens v
    WHERE v.user_id = {0}.user_id AND v.track_id = {0}.track_id
      AND (v.withheld < :shown_level OR v.user_id = :shown_own)
)"""
_LESS = """c.{0} - coalesce((
    SELECT {1} FROM listens v WHERE v.user_id = c.user_id AND v.withheld >= :shown_level AND v.user_id <> :shown_own
), 0) AS {0}"""
_TABLES = {
    "listens": f"""
        SELECT user_id, listened_at, listen_id, track_id, day, hour, played_ms, duration_ms, counted, hidden, skipped
        FROM listens
        WHERE {_OPEN}
    """,  # noqa: S608 - our own texts
    "track_map": f"""
        SELECT s.user_id, s.track_id, s.kind, s.recording_id, s.release_id, s.visibility
        FROM track_map s
        WHERE {_HEARD.format("s")}
    """,  # noqa: S608 - our own texts
    "track_artist": f"""
        SELECT s.user_id, s.track_id, s.position, s.artist_id
        FROM track_artist s
        WHERE {_HEARD.format("s")}
    """,  # noqa: S608 - our own texts
    "counters": f"""
        SELECT c.user_id, c.version,
            {_LESS.format("plays", "sum(v.counted)")},
            {_LESS.format("listened_ms", "sum(v.counted * v.played_ms)")},
            {_LESS.format("all_plays", "sum(1 - v.hidden)")},
            {_LESS.format("skipped", "sum(CASE WHEN v.skipped = 1 AND v.hidden = 0 THEN 1 ELSE 0 END)")}
        FROM counters c
    """,  # noqa: S608
}
# Only where reports are read across users: a listen that may be shown keeps all its witnesses on its own page.
_REPORTS = {
    "observations": """
        SELECT seq, user_id, source_id, track_id, match_key, started_at, duration_ms, listen_id, extra
        FROM observations
        WHERE source_id NOT IN (:shown_shut*) OR user_id = :shown_own
    """
}
_ALL = _TABLES | _REPORTS


def _pattern(tables: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(r"\b(FROM|JOIN)\s+(" + "|".join(tables) + r")\b(?:\s+([a-z])\b)?")


_READ, _READ_ALL = _pattern(_TABLES), _pattern(_ALL)


@lru_cache(maxsize=1024)
def rewritten(sql: str, reports: bool) -> str:
    """A statement over what may be shown; `reports`: of the reports too."""
    pattern = _READ_ALL if reports else _READ
    return pattern.sub(lambda m: f"{m[1]} ({_ALL[m[2]].strip()}) {m[3] or m[2]}", sql)


class Shown:
    """A reading transaction without the plays held back from everybody but `own`.

    Args:
        level: plays whose `withheld` is this or higher are left out.
        own: the user whose own plays are read all the same; 0 for nobody.
        shut: sources whose reports are left out as well; () reads all reports.
    """

    def __init__(self, tx: Tx, level: int, own: int, shut: Sequence[int] = ()) -> None:
        self.plain = tx
        self._shut = tuple(shut)
        self._bounds = {"shown_level": level, "shown_own": own, "shown_shut": self._shut}

    def _asked(self, sql: str, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        text = rewritten(sql, bool(self._shut))
        needed = {name: value for name, value in self._bounds.items() if f":{name}" in text}
        return text, {**params, **needed}

    def all(self, sql: str, **params: Any) -> list[Row]:
        """See `Tx`."""
        text, bound = self._asked(sql, params)
        return self.plain.all(text, **bound)

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        """See `Tx`."""
        text, bound = self._asked(sql, params)
        return self.plain.each(text, **bound)

    def one(self, sql: str, **params: Any) -> Row | None:
        """See `Tx`."""
        text, bound = self._asked(sql, params)
        return self.plain.one(text, **bound)

    def run(self, sql: str, **params: Any) -> int:
        """Refused: whoever looks at somebody else's history changes nothing in it."""
        raise TypeError("a transaction that shows is for reading")

    def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Refused, as `run`."""
        raise TypeError("a transaction that shows is for reading")

    def insert(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        """Refused, as `run`."""
        raise TypeError("a transaction that shows is for reading")


class ShownEngine:
    """An engine whose transactions show only what others may see."""

    def __init__(self, engine: Engine, level: int) -> None:
        self._engine = engine
        self._level = level
        self.dialect = engine.dialect

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot without what is held back."""
        with self._engine.read() as tx:
            yield Shown(tx, self._level, 0)

    def write(self) -> AbstractContextManager[WriteSession]:
        """Refused: it is for reading."""
        raise TypeError("an engine that shows is for reading")

    def migrate(self) -> list[str]:
        """Refused: it is for reading."""
        raise TypeError("an engine that shows is for reading")

    def close(self) -> None:
        """Nothing: the engine behind it belongs to somebody else."""


def sources(tx: Tx) -> list[Row]:
    """(source_id, name) of every source of the server."""
    return tx.all("SELECT source_id, name FROM sources")


def users_of(tx: Tx, source_ids: Sequence[int]) -> set[int]:
    """Users who hold reports of any of these sources."""
    rows = tx.all(
        """
        SELECT DISTINCT user_id
        FROM user_sources
        WHERE source_id IN (:source_ids*) AND observations > 0
        """,
        source_ids=source_ids,
    )
    return {row[0] for row in rows}
