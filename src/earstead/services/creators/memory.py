"""The memory: takes in what was read of the service, so that the same answer twice leaves the same rows.

Each `Reading` (an answer with everything parsed out of it) is one transaction: its figures, the answer word for word,
and the note that these days were read. What breaks off between two of them is asked again, nothing else. A value that
did not change is not written; one that did is written over, with the moment it was read. Buckets that a later answer
for the same day no longer holds are removed, days never: the service forgets, this does not. What arrives for a show or
an account that was removed meanwhile is dropped.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from earstead.core.creators.metrics import Quality, SeriesKey
from earstead.core.errors import NotFound
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.kit.texts import storable
from earstead.services.creators.rows import QUALITIES
from earstead.storage import creator_figures as figures
from earstead.storage import creator_reads as reads
from earstead.storage import creators as table
from earstead.storage import ids
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

KEPT_ANSWERS_S = 120 * 86_400
"""Answers that were followed by others are kept so long; the last one of each question stays."""
_PRUNED_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Values of one series. `points`: (day number, bucket, value, quality); `names`: what buckets are called.

    `replaces`: the days named here are given whole, so that buckets that are absent are gone. `sparse`: a value is only
    kept where it differs from the one before it: of running totals that are asked for every day and seldom change.
    """

    key: SeriesKey
    points: Sequence[tuple[int, str, float, Quality]]
    names: Mapping[str, str] = field(default_factory=dict)
    replaces: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRead:
    """A retention curve: (second, people); percentiles in percent; `median_s` -1 when it was not told."""

    operation: str
    points: Sequence[tuple[float, int]]
    percentiles: Mapping[int, float]
    median_s: float
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """An answer word for word. `asked` is what distinguishes the question beside the operation."""

    operation: str
    asked: Mapping[str, Any]
    body: str
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one question brought.

    Attributes:
        name: of the piece that was read, for the note how far it is read; "" for no note.
        covered: first and last day (numbers) that are read by now, (0, 0) for pieces without days.
        refused: why the service did not answer; "" when it did.
    """

    account_id: int
    show_id: int
    episode_id: int = 0
    name: str = ""
    covered: tuple[int, int] = (0, 0)
    refused: str = ""
    answers: tuple[RawAnswer, ...] = ()
    figures: tuple[Figures, ...] = ()
    curve: CurveRead | None = None
    transcript: tuple[str, str] | None = None
    """(text, operation)"""
    chapters: tuple[tuple[float, str], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRead:
    """An episode of a listing; None means that this listing does not say."""

    uri: str
    anchor_id: int
    title: str
    state: str
    published_at: int
    created_at: int = 0
    duration_ms: int = 0
    description: str | None = None
    episode_type: str | None = None
    content_type: str | None = None
    cover_url: str | None = None
    totals: Mapping[str, float] | None = None

    @property
    def remote_key(self) -> str:
        """What it is known by."""
        return self.uri or f"anchor:{self.anchor_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRead:
    """A comment as the service shows it; `episode_uri` "" when it was not told."""

    comment_uri: str
    parent_uri: str
    episode_uri: str
    text: str
    state: str
    author_id: str
    author_name: str
    author_cover: str
    by_show: bool
    language: str
    answered: bool
    pinned: bool
    liked: bool
    flagged: bool
    replies: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How far a piece was read."""

    from_day: int
    to_day: int
    read_at: int
    refused: str


class CreatorMemory:
    """See the module. Methods block, but for `keep`."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    # ---- how far it is read ------------------------------------------------------------------------------

    def marks(self, show_id: int) -> dict[tuple[int, str], ReadMark]:
        """(episode, piece) -> how far it was read."""
        with self._engine.read() as tx:
            return {(row[0], row[1]): ReadMark(*row[2:]) for row in reads.reads_of(tx, show_id)}

    # ---- shows and episodes ------------------------------------------------------------------------------

    def show(self, account_id: int, user_id: int, uri: str, values: Mapping[str, Any]) -> int:
        """Keep what was read of a show; its id. `values` are columns of `creator_shows`, permissions a sequence.

        Raises NotFound when the account was removed meanwhile.
        """
        told = dict(values)
        if "permissions" in told:
            told["permissions"] = jsontext.dumps(list(told["permissions"]))
        texts = {name: storable(value) if isinstance(value, str) else value for name, value in told.items()}
        now = self._clock.now()

        def work(tx: Tx) -> int:
            if table.account(tx, account_id) is None:
                raise NotFound("The account was removed.")
            return table.put_show(tx, account_id, user_id, uri, now, texts)

        return self._writer.do(work).result()

    def shows_left(self, account_id: int, uris: set[str]) -> int:
        """The account has these shows and no others any more; how many it lost."""
        now = self._clock.now()

        def work(tx: Tx) -> int:
            lost = [row for row in table.shows_of_account(tx, account_id) if row[3] not in uris and not row[20]]
            for row in lost:
                table.change_show(tx, row[0], {"gone_at": now})
            return len(lost)

        return self._writer.do(work).result()

    def episodes(self, show_id: int, user_id: int, found: Sequence[EpisodeRead], *, complete: bool) -> int:
        """Keep a listing; how many episodes are new or different. Those that a complete one lacks are gone."""
        now = self._clock.now()
        return self._writer.do(lambda tx: _episodes(tx, show_id, user_id, found, complete, now)).result()

    # ---- figures and texts -------------------------------------------------------------------------------

    def keep(self, reading: Reading) -> Future[int]:
        """Keep what one question brought; the future says how many values are new or different."""
        now = self._clock.now()
        return self._writer.do(lambda tx: _keep(tx, reading, now), bulk=True)

    def comments(
        self, show_id: int, user_id: int, found: Sequence[CommentRead], episodes: Mapping[str, int]
    ) -> tuple[int, ...]:
        """Keep comments; the ids of those that are new. `episodes`: URI -> our id."""
        now = self._clock.now()
        return self._writer.do(lambda tx: _comments(tx, show_id, user_id, found, episodes, now)).result()

    def comments_left(self, show_id: int, found: Sequence[CommentRead]) -> int:
        """Mark those as deleted that a list of published comments, the newest first, should hold and lacks; how many.

        Older ones may be on a page that nobody can ask for: they stay.
        """
        times = [one.created_ms for one in found if one.state == "published"]
        here, now = {one.comment_uri for one in found}, self._clock.now()

        def work(tx: Tx) -> int:
            lost = [row[0] for row in table.comments_since(tx, show_id, min(times)) if row[1] not in here]
            for at in range(0, len(lost), 4_096):
                table.end_comments(tx, lost[at : at + 4_096], now)
            return len(lost)

        return self._writer.do(work).result() if times else 0

    def prune(self, account_id: int) -> int:
        """Forget old answers that were followed by others; how many."""
        before, gone = self._clock.now() - KEPT_ANSWERS_S, 0
        while removed := self._writer.do(
            lambda tx: reads.prune_answers(tx, account_id, before, _PRUNED_AT_ONCE), bulk=True
        ).result():
            gone += removed
        return gone

    def answers(self, account_id: int, show_id: int) -> Iterator[tuple[RawAnswer, int, int]]:
        """(answer, episode_id, fetched_at) of everything kept of a show, oldest first: to be parsed anew."""
        last = 0
        while True:
            with self._engine.read() as tx:
                rows = reads.answers_after(tx, account_id, show_id, last, _PRUNED_AT_ONCE)
            for answer_id, episode_id, operation, asked, status, body, fetched_at in rows:
                last = answer_id
                plain = RawAnswer(operation=operation, asked=jsontext.loads(asked), body=unpacked(body), status=status)
                yield plain, episode_id, fetched_at
            if len(rows) < _PRUNED_AT_ONCE:
                return


def packed(body: str) -> str:
    """A text as it is kept: zlib, base85."""
    return base64.b85encode(zlib.compress(body.encode("utf-8", "replace"), 6)).decode("ascii")


def unpacked(text: str) -> str:
    """The text that `packed` was given."""
    return zlib.decompress(base64.b85decode(text)).decode("utf-8")


# --- within the writer's transaction ------------------------------------------------------------------------------


def _keep(tx: Tx, reading: Reading, now: int) -> int:
    whose = table.show(tx, reading.show_id) if reading.show_id else table.account(tx, reading.account_id)
    if whose is None:
        return 0
    changed = 0
    if reading.figures:
        changed += _figures(tx, reading.show_id, reading.figures, now)
    for answer in reading.answers:
        _answer(tx, reading, answer, now)
    if reading.curve is not None:
        changed += _curve(tx, reading, reading.curve, now)
    if reading.transcript is not None or reading.chapters is not None:
        changed += _transcript(tx, reading, now)
    if reading.name:
        first, last = reading.covered
        note = {"show_id": reading.show_id, "episode_id": reading.episode_id, "name": reading.name}
        days = {"from_day": first, "to_day": last, "read_at": now, "refused": reading.refused[:200]}
        reads.put_read(tx, {**note, **days})
    return changed


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[2:10])


def _tuple(key: SeriesKey) -> tuple[Any, ...]:
    """In the order of `storage.creator_figures.SERIES` from the episode on."""
    words = (key.metric, key.breakdown, key.aggregation, key.window, key.definition, key.operation, key.scope)
    return (key.episode_id, *(str(word) for word in words))


def _figures(tx: Tx, show_id: int, found: Sequence[Figures], now: int) -> int:
    found = _merged(found)
    here: dict[tuple[Any, ...], Row] = {}
    for episode_id in {one.key.episode_id for one in found}:
        here |= {_key(row): row for row in figures.series_of(tx, show_id, episode_id)}
    fresh = [one for one in found if one.points and _tuple(one.key) not in here]
    if fresh:
        first = ids.take(tx, "creator_series", len(fresh))
        rows = [(first + i, show_id, *_tuple(one.key), 0, 0, 0, now) for i, one in enumerate(fresh)]
        figures.add_series(tx, rows)
        here |= {_key(row): row for row in rows}
    changed = 0
    names: dict[tuple[str, str], str] = {}
    for one in found:
        if one.points:
            changed += _points(tx, here[_tuple(one.key)], one, now)
            names |= {(one.key.breakdown, bucket): name for bucket, name in one.names.items() if name}
    if names:
        figures.put_buckets(
            tx,
            [
                {"breakdown": breakdown, "bucket": bucket, "name": storable(name)[:200]}
                for (breakdown, bucket), name in names.items()
            ],
        )
    return changed


def _merged(found: Sequence[Figures]) -> Sequence[Figures]:
    """One of each key: an answer may bring the same series twice."""
    by_key: dict[tuple[Any, ...], Figures] = {}
    for one in found:
        there = by_key.get(_tuple(one.key))
        both = replace(one, points=[*there.points, *one.points], names={**there.names, **one.names}) if there else one
        by_key[_tuple(one.key)] = both
    return list(by_key.values())


def _points(tx: Tx, series: Row, found: Figures, now: int) -> int:
    series_id, first_day, last_day, held = series[0], series[10], series[11], series[12]
    given = {
        (day, storable(bucket)[:200]): (float(value), QUALITIES.index(quality))
        for day, bucket, value, quality in found.points
    }
    first, last = min(day for day, _ in given), max(day for day, _ in given)
    before: dict[tuple[int, str], tuple[float, int]] = {}
    if held and first <= last_day and last >= first_day:
        before = {(row[1], row[2]): (row[3], row[4]) for row in figures.points(tx, [series_id], first, last)}
    new = {at: value for at, value in given.items() if at not in before}
    if found.sparse:
        new = _news(tx, series_id, new) if held else new
    other = {at: value for at, value in given.items() if at in before and before[at] != value}
    days = {day for day, _ in given}
    gone = [at for at in before if at not in given and at[0] in days] if found.replaces else []
    figures.add_points(tx, [(series_id, *at, value, now, quality) for at, (value, quality) in new.items()])
    figures.change_points(
        tx,
        [
            {
                "series_id": series_id,
                "day": day,
                "bucket": bucket,
                "value": value,
                "fetched_at": now,
                "quality": quality,
            }
            for (day, bucket), (value, quality) in other.items()
        ],
    )
    figures.remove_points(tx, [{"series_id": series_id, "day": day, "bucket": bucket} for day, bucket in gone])
    stored = [day for day, _ in new]
    told = {
        "series_id": series_id,
        "first_day": min([first_day, *stored]) if held else min(stored),
        "last_day": max([last_day, *stored]) if held else max(stored),
        "points": held + len(new) - len(gone),
        "fetched_at": now,
    }
    figures.tell_series(tx, [told])
    return len(new) + sum(before[at][0] != value for at, (value, _) in other.items()) + len(gone)


def _news(
    tx: Tx, series_id: int, given: Mapping[tuple[int, str], tuple[float, int]]
) -> dict[tuple[int, str], tuple[float, int]]:
    """The values that differ from the one that stood before them."""
    found = {}
    for (day, bucket), value in given.items():
        last = figures.latest_before(tx, series_id, day)
        if last is None or last[1] != value[0]:
            found[day, bucket] = value
    return found


def _answer(tx: Tx, reading: Reading, answer: RawAnswer, now: int) -> None:
    question = {
        "account_id": reading.account_id,
        "show_id": reading.show_id,
        "episode_id": reading.episode_id,
        "operation": answer.operation,
        "asked": jsontext.dumps(dict(answer.asked)),
    }
    digest = hashlib.sha256(answer.body.encode("utf-8", "replace")).hexdigest()[:32]
    last = reads.last_answer(tx, question)
    if last is not None and last[1] == digest:
        reads.seen_again(tx, last[0], now)
        return
    values = {"digest": digest, "status": answer.status, "size": len(answer.body), "body": packed(answer.body)}
    reads.add_answer(tx, question, values, now)


def _curve(tx: Tx, reading: Reading, curve: CurveRead, now: int) -> int:
    values = {
        "points": jsontext.dumps([[second, people] for second, people in curve.points]),
        "percentiles": jsontext.dumps({str(reached): share for reached, share in curve.percentiles.items()}),
        "median_s": float(curve.median_s),
        "most": curve.most,
    }
    before = {row[0]: row for row in figures.retention(tx, reading.episode_id)}.get(curve.operation)
    if before is not None and tuple(before[1:5]) == tuple(values.values()):
        return 0
    place = {"episode_id": reading.episode_id, "operation": curve.operation, "show_id": reading.show_id}
    figures.put_retention(tx, {**place, **values, "fetched_at": now})
    return 1


def _transcript(tx: Tx, reading: Reading, now: int) -> int:
    before = table.transcript(tx, reading.episode_id)
    text, operation = reading.transcript or ((before[0], before[2]) if before else ("", ""))
    chapters = [[start, storable(title)] for start, title in reading.chapters or ()]
    told = jsontext.dumps(chapters) if reading.chapters is not None else (before[1] if before else "[]")
    text = storable(text)
    if before is not None and (before[0], before[1]) == (text, told):
        return 0
    table.put_transcript(tx, reading.episode_id, reading.show_id, text, told, operation, now)
    table.change_episode(tx, reading.episode_id, {"transcript_chars": len(text)})
    return 1


def _episodes(tx: Tx, show_id: int, user_id: int, found: Sequence[EpisodeRead], complete: bool, now: int) -> int:
    if table.show(tx, show_id) is None:
        return 0
    rows = table.episodes_of(tx, show_id)
    by_key = {row[10]: row for row in rows}
    # A draft that got a URI since is known by its number.
    by_anchor = {row[2]: row for row in rows if row[2]}
    changed, seen, new = 0, set(), []
    for one in found:
        row = by_key.get(one.remote_key) or (by_anchor.get(one.anchor_id) if one.anchor_id else None)
        if row is None:
            new.append(one)
            continue
        seen.add(row[0])
        changed += _episode(tx, row[0], one, now)
    if new:
        first = ids.take(tx, "creator_episode", len(new))
        same = {"show_id": show_id, "user_id": user_id, "first_seen_at": now, "read_at": now}
        table.add_episodes(tx, [{**_columns(one), **same, "episode_id": first + i} for i, one in enumerate(new)])
    if complete:
        for row in rows:
            if row[0] not in seen and not row[9]:
                table.change_episode(tx, row[0], {"state": "gone", "gone_at": now})
                changed += 1
    return changed + len(new)


def _columns(one: EpisodeRead) -> dict[str, Any]:
    texts = {name: storable(getattr(one, name) or "") for name in ("uri", "title", "state", "remote_key")}
    optional = {
        name: storable(getattr(one, name) or "")
        for name in ("description", "episode_type", "content_type", "cover_url")
    }
    numbers = {name: getattr(one, name) for name in ("anchor_id", "published_at", "created_at", "duration_ms")}
    return {**texts, **optional, **numbers, "totals": jsontext.dumps(dict(one.totals or {}))}


def _episode(tx: Tx, episode_id: int, one: EpisodeRead, now: int) -> int:
    row = table.episode(tx, episode_id)
    assert row is not None, "it was just listed"
    names = [name.strip() for name in table.EPISODE.split(",")]
    before = dict(zip(names, row, strict=False))
    told = {
        name: value
        for name, value in _columns(one).items()
        if name not in ("description", "episode_type", "content_type", "cover_url", "totals")
        or getattr(one, name) is not None
    }
    # What a listing leaves empty is not taken from what another one told.
    for name in ("title", "uri", "anchor_id", "created_at", "duration_ms"):
        if not told[name]:
            del told[name]
    if not told.get("uri"):
        del told["remote_key"]
    told["gone_at"] = 0
    different = {name: value for name, value in told.items() if name == "remote_key" or before[name] != value}
    if set(different) <= {"remote_key"} and before["read_at"] == now:
        return 0
    table.change_episode(tx, episode_id, {**different, "read_at": now})
    return int(bool(set(different) - {"remote_key"}))


def _comments(
    tx: Tx, show_id: int, user_id: int, found: Sequence[CommentRead], episodes: Mapping[str, int], now: int
) -> tuple[int, ...]:
    if table.show(tx, show_id) is None:
        return ()
    unique = list({one.comment_uri: one for one in found if one.comment_uri}.values())
    new: list[int] = []
    for at in range(0, len(unique), 500):
        piece = unique[at : at + 500]
        here = table.comments_by_uri(tx, show_id, [one.comment_uri for one in piece])
        fresh = [one for one in piece if one.comment_uri not in here]
        first = ids.take(tx, "creator_comment", len(fresh)) if fresh else 0
        given = here | {one.comment_uri: first + i for i, one in enumerate(fresh)}
        new += [given[one.comment_uri] for one in fresh]
        rows = [_comment(one, show_id, user_id, given[one.comment_uri], episodes, now) for one in piece]
        table.put_comments(tx, rows)
    return tuple(new)


def _comment(
    one: CommentRead, show_id: int, user_id: int, comment_id: int, episodes: Mapping[str, int], now: int
) -> dict[str, Any]:
    texts = ("comment_uri", "parent_uri", "text", "state", "author_id", "author_name", "author_cover", "language")
    flags = ("by_show", "answered", "pinned", "liked", "flagged")
    return {
        **{name: storable(getattr(one, name)) for name in texts},
        **{name: int(getattr(one, name)) for name in flags},
        "comment_id": comment_id,
        "show_id": show_id,
        "user_id": user_id,
        "episode_id": episodes.get(one.episode_uri, 0),
        "replies": one.replies,
        "created_ms": one.created_ms,
        "first_seen_at": now,
        "read_at": now,
    }
