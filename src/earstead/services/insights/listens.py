"""Reading listens: pages by cursor and by number, one listen, and why it is there."""

from __future__ import annotations

from typing import Any

from earstead.core.catalog import recording_msid
from earstead.core.errors import NotFound, Rejected
from earstead.core.listen import Observation
from earstead.core.periods import Span
from earstead.kit import jsontext
from earstead.kit.texts import like
from earstead.services.clusters import closure
from earstead.services.insights.numbers import Numbers
from earstead.services.listen_rows import decision_row, listen_row, witness
from earstead.services.views import (
    Explanation,
    ListenFilter,
    ListenPage,
    ListenRow,
    Witness,
)
from earstead.storage import charts, decisions, numbered, observations, pages
from earstead.storage.engine import Row, Tx

FAR = (1 << 62, 1 << 62)
NEVER = (-1, -1)
MARK_STEP = 2000
"""Of how many listens one has its place noted, for pages by number that lie deep."""


class Listens(Numbers):
    """Pages of listens, and single ones."""

    def numbered(
        self, user_id: int, span: Span | None = None, *, entity_id: int = 0, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[ListenRow, ...], int]:
        """Counted listens after `offset` of them, newest first, and how many there are; of one entity when given.

        At most 4,096 a page. What is blocked is not among them.
        """
        bounds = (span.start, span.end) if span else (0, FAR[0])
        with self._engine.read() as tx:
            total = self._answers.kept(
                tx,
                user_id,
                ("numbered", span, entity_id),
                lambda: (
                    numbered.count_of(tx, user_id, entity_id, bounds)
                    if entity_id
                    else numbered.count(tx, user_id, bounds if span else None)
                ),
                span,
            )
            limit = min(limit, total - offset)
            if limit <= 0:
                return (), total
            if entity_id:
                ids = numbered.keys_of(tx, user_id, entity_id, bounds, limit=limit, offset=offset)
            elif span is None and (offset >= MARK_STEP or offset > total // 2):
                ids = self._from_mark(tx, user_id, total - offset - limit, limit)
            else:
                # Counted off from the nearer end.
                oldest_first = offset > total // 2
                skipped = total - offset - limit if oldest_first else offset
                ids = numbered.keys(tx, user_id, bounds, limit=limit, offset=skipped, oldest_first=oldest_first)
            return tuple(self._rows(tx, user_id, numbered.rows(tx, user_id, ids))), total

    def _from_mark(self, tx: Tx, user_id: int, older: int, limit: int) -> list[int]:
        """Ids of the page that has `older` listens behind it, counted off from the mark before it. Marks are counted
        from the oldest listen and end a day before the latest one, so that new listens do not move them."""
        end = charts.ends(tx, user_id)[1] // 86_400 * 86_400 - 86_400
        marks = self._answers.kept(
            tx, user_id, ("marks", end), lambda: numbered.marks(tx, user_id, end, MARK_STEP), Span(0, end)
        )
        passed = min(older // MARK_STEP, len(marks))
        place = marks[passed - 1] if passed else NEVER
        found = numbered.keys_after(tx, user_id, place, limit=limit, offset=older - passed * MARK_STEP)
        return [listen_id for _, listen_id in found]

    def listens(
        self,
        user_id: int,
        *,
        limit: int = 50,
        cursor: str = "",
        filter: ListenFilter = ListenFilter(),  # noqa: A002, B008 - frozen, and the word of the field
    ) -> ListenPage:
        """A page, newest first. A cursor is one this method gave; Rejected otherwise."""
        place, newer = _place(cursor)
        after = (filter.after, FAR[0]) if filter.after is not None else NEVER
        before = (filter.before, -1) if filter.before is not None else FAR
        if cursor:
            after, before = (max(after, place), before) if newer else (after, min(before, place))
        with self._engine.read() as tx:
            rows = pages.page(
                tx,
                user_id,
                after=after,
                before=before,
                limit=limit + 1,
                oldest_first=newer,
                hidden=filter.hidden,
                filters=_filters(filter),
            )
            more = len(rows) > limit
            rows = rows[:limit]
            if newer:
                rows.reverse()
            items = self._rows(tx, user_id, rows)
        ends = [(r.listened_at, r.listen_id) for r in (items[:1] + items[-1:])]
        older = f"o{ends[-1][0]}.{ends[-1][1]}" if ends and (more or newer) else ""
        fresher = f"n{ends[0][0]}.{ends[0][1]}" if ends and ((more and newer) or (cursor and not newer)) else ""
        return ListenPage(items=tuple(items), older=older, newer=fresher)

    def listens_between(
        self, user_id: int, *, after: int | None, before: int | None, limit: int, oldest_first: bool = False
    ) -> tuple[ListenRow, ...]:
        """Counted listens with `after < listened_at < before`, newest first; `oldest_first` takes those closest to
        `after` when there are more than `limit`."""
        if limit <= 0:
            return ()
        with self._engine.read() as tx:
            rows = pages.page(
                tx,
                user_id,
                after=(after, FAR[0]) if after is not None else NEVER,
                before=(before, -1) if before is not None else FAR,
                limit=limit,
                oldest_first=oldest_first,
                filters={"counted": 1},
            )
            if oldest_first:
                rows.reverse()
            return tuple(self._rows(tx, user_id, rows))

    def reported_at(self, user_id: int, at: int) -> tuple[tuple[int, str], ...]:
        """(listen_id, recording MSID) of plays as any of their witnesses said them, that witness's start being `at`.

        What is shown of a play is one witness's words; a client knows the play by its own. Hidden ones are left out.
        """
        with self._engine.read() as tx:
            rows = pages.reported_at(tx, user_id, at)
        return tuple((row[0], recording_msid(row[1], row[2], tuple(jsontext.loads(row[3])))) for row in rows)

    def listen(self, user_id: int, listen_id: int) -> ListenRow:
        """One listen, also by the id of an observation it absorbed. NotFound when it is not this user's."""
        with self._engine.read() as tx:
            return self.listen_in(tx, user_id, listen_id)

    def listen_in(self, tx: Tx, user_id: int, listen_id: int) -> ListenRow:
        """`listen` within a transaction that is open already."""
        return self._rows(tx, user_id, [self._one(tx, user_id, listen_id)])[0]

    def _one(self, tx: Tx, user_id: int, listen_id: int) -> Row:
        row = pages.one(tx, user_id, listen_id)
        if row is None:
            raise NotFound("no such listen")
        return row

    def _rows(self, tx: Tx, user_id: int, rows: list[Row]) -> list[ListenRow]:
        rules = self._rules(tx, user_id)
        return [listen_row(row, rules) for row in rows]

    def explain(self, user_id: int, listen_id: int) -> Explanation:
        """Why a listen is as it is."""
        with self._engine.read() as tx:
            row = self._rows(tx, user_id, [self._one(tx, user_id, listen_id)])[0]
            keys = {o.seq: o.key for o in self.witnesses(tx, user_id, row.listen_id)}
            witnesses = tuple(witness(w) for w in pages.witnesses(tx, user_id, sorted(keys)))
            named = tuple(decision_row(d) for d in decisions.naming(tx, user_id, sorted(keys.values())))
        return Explanation(listen=row, witnesses=witnesses, decisions=named, sentence=_sentence(row, witnesses))

    def witnesses(self, tx: Tx, user_id: int, listen_id: int) -> list[Observation]:
        """The observations of a listen: the first names it, the others are of its cluster."""
        first = observations.by_seqs(tx, user_id, [listen_id])
        cluster = closure(tx, user_id, first, self._ingest.rules(tx, user_id)[1])
        return [o for o in cluster.members.values() if cluster.listen_of[o.seq] == listen_id]


def _filters(wanted: ListenFilter) -> dict[str, Any]:
    filters: dict[str, Any] = {
        name: value
        for name in ("artist_id", "release_id", "recording_id", "source")
        if (value := getattr(wanted, name))
    }
    if wanted.text:
        filters["text"] = f"%{like(wanted.text.lower())}%"
    for name in ("skipped", "counted"):
        if (flag := getattr(wanted, name)) is not None:
            filters[name] = int(flag)
    return filters


def _place(cursor: str) -> tuple[tuple[int, int], bool]:
    """Where a cursor points, and whether it goes towards newer listens."""
    if not cursor:
        return FAR, False
    try:
        at, listen_id = cursor[1:].split(".")
        place = (int(at), int(listen_id))
        if cursor[0] not in "on" or max(map(abs, place)) > FAR[0]:
            raise ValueError
    except ValueError as error:
        raise Rejected("cursor", "is not one this server gave; start without one") from error
    return place, cursor[0] == "n"


def _sentence(row: ListenRow, witnesses: tuple[Witness, ...]) -> str:
    if row.hidden:
        return "You deleted this listen. It is kept hidden, so that no later import brings it back."
    if len(witnesses) == 1:
        only = witnesses[0]
        return f"One witness: {only.source}{f' ({only.client})' if only.client else ''}."
    reasons = [w.reason for w in witnesses[1:]]
    return f"{len(witnesses)} witnesses, one play: same track, {', '.join(dict.fromkeys(reasons))}."
