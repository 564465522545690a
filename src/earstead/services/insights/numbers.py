"""Reading sums, charts and time: the part of insights that counts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from earstead.core.catalog import MapRules
from earstead.core.errors import Rejected
from earstead.core.names import name_key
from earstead.core.periods import Span, add_months, date_of, day_and_hour, day_of, days_span
from earstead.services import naming, series
from earstead.services.answers import Answers
from earstead.services.ingest import Ingest
from earstead.services.views import (
    Bucket,
    Chart,
    ChartRow,
    EntityKind,
    Measure,
    SourceRow,
    Totals,
)
from earstead.storage import charts, listens, observations
from earstead.storage.engine import Engine, Row, Tx

KINDS: tuple[EntityKind, ...] = ("artist", "release", "recording", "episode", "show")
FAR = (1 << 62, 1 << 62)


class Numbers:
    """Sums, charts, clocks and calendars."""

    def __init__(self, engine: Engine, ingest: Ingest) -> None:
        self._engine = engine
        self._ingest = ingest
        self._answers = Answers()

    def _rules(self, tx: Tx, user_id: int) -> MapRules:
        return self._ingest.rules(tx, user_id)[0]

    # ---- numbers -----------------------------------------------------------------------------------------

    def version(self, user_id: int) -> int:
        """The user's write counter: equal means nothing changed. Good as an ETag."""
        with self._engine.read() as tx:
            return listens.counters(tx, user_id)[4]

    def count(self, user_id: int) -> int:
        """Counted listens of all time, those of banned tracks included (they are kept and shown)."""
        with self._engine.read() as tx:
            return listens.counters(tx, user_id)[0]

    def ends(self, user_id: int) -> tuple[int, int]:
        """(oldest, latest) time of a counted listen; zeros when there is none."""
        with self._engine.read() as tx:
            return charts.ends(tx, user_id)

    def sources(self, user_id: int) -> tuple[SourceRow, ...]:
        """Who reported plays of a user, most reports first."""
        with self._engine.read() as tx:
            rows = observations.named_sources(tx, user_id)
        return tuple(SourceRow(source=r[0], reports=r[1], first_at=r[2], last_at=r[3]) for r in rows)

    def sums(self, user_id: int) -> tuple[int, int]:
        """(counted plays, plays of any length) of all time, without what totals leave out; costs no chart."""
        with self._engine.read() as tx:
            plays, _, all_plays, _, _ = listens.counters(tx, user_id)
            return plays - charts.muted(tx, user_id, 0, FAR[0])[0], all_plays

    def sizes(self, user_id: int) -> tuple[int, int, int]:
        """How many artists, releases and recordings a user heard; costs no chart."""
        with self._engine.read() as tx:
            return self._answers.kept(tx, user_id, ("sizes",), lambda: charts.sizes(tx, user_id))

    def totals(self, user_id: int, span: Span | None) -> Totals:
        """Sums over a span."""
        with self._engine.read() as tx:
            return self._answers.kept(tx, user_id, ("totals", span), lambda: self._totals(tx, user_id, span), span)

    def _totals(self, tx: Tx, user_id: int, span: Span | None) -> Totals:
        start, end = (span.start, span.end) if span else (0, FAR[0])
        if span is None:
            plays, heard, all_plays, skipped, _ = listens.counters(tx, user_id)
            first, last = charts.ends(tx, user_id)
        else:
            plays, heard, all_plays, skipped, first, last = charts.sums(tx, user_id, start, end)
        muted_plays, muted_ms = charts.muted(tx, user_id, start, end)
        return Totals(
            plays=plays - muted_plays,
            listened_ms=heard - muted_ms,
            all_plays=all_plays,
            skipped=skipped,
            artists=len(self._chart_rows(tx, user_id, "artist", span, "plays")),
            recordings=len(self._chart_rows(tx, user_id, "recording", span, "plays")),
            first_at=first,
            last_at=last,
        )

    def grouped_in(self, tx: Tx, user_id: int, kind: EntityKind, span: Span | None) -> list[Row]:
        """(entity_id, plays, heard ms) of all of a kind in a span, in no order, in a transaction that is open already.
        The list is kept: do not change it."""
        return self._answers.chart(tx, user_id, kind, span)

    def _chart_rows(self, tx: Tx, user_id: int, kind: EntityKind, span: Span | None, by: Measure) -> list[Row]:
        value, other = (1, 2) if by == "plays" else (2, 1)
        grouped = self.grouped_in(tx, user_id, kind, span)
        return self._answers.kept(
            tx,
            user_id,
            ("ranked", kind, span, by),
            lambda: sorted(grouped, key=lambda row: (-row[value], -row[other], row[0])),
            span,
        )

    def chart(
        self,
        user_id: int,
        kind: EntityKind,
        span: Span | None,
        *,
        by: Measure = "plays",
        limit: int = 50,
        offset: int = 0,
        compare: Span | None = None,
        ties_by_name: bool = False,
    ) -> Chart:
        """A page of the ranking of a kind of entity in a span; `compare` names the span movement refers to.

        Equal plays stand in order of time heard (of plays, by time); with `ties_by_name`, in order of name.
        """
        if kind not in KINDS:
            raise Rejected("entity", f"{kind!r} is none of {', '.join(KINDS)}")
        with self._engine.read() as tx:
            rows = self._chart_rows(tx, user_id, kind, span, by)
            part = rows[offset : offset + limit]
            if ties_by_name and part:
                part = self._named_ties(tx, user_id, rows, offset, len(part), 1 if by == "plays" else 2)
            refs = naming.refs(tx, user_id, [row[0] for row in part], self._rules(tx, user_id))
            before: dict[int, int] = {}
            if compare:
                earlier = self._chart_rows(tx, user_id, kind, compare, by)
                before = {row[0]: i for i, row in enumerate(earlier, 1)}
        return Chart(
            rows=tuple(
                ChartRow(
                    rank=offset + i,
                    entity=refs[row[0]],
                    plays=row[1],
                    listened_ms=row[2],
                    previous_rank=before.get(row[0], 0),
                )
                for i, row in enumerate(part, 1)
                if row[0] in refs
            ),
            total=len(rows),
            top=rows[0][1 if by == "plays" else 2] if rows else 0,
            compared=compare is not None,
        )

    def _named_ties(self, tx: Tx, user_id: int, rows: list[Row], offset: int, limit: int, value: int) -> list[Row]:
        """A page of ranked rows, equal ones by name and credit; only those are looked up that may stand on it."""
        first = bisect_left(rows, -rows[offset][value], key=lambda row: -row[value])
        after = bisect_right(rows, -rows[offset + limit - 1][value], key=lambda row: -row[value])
        renames = self._rules(tx, user_id).renames
        named = {
            row[0]: (name_key(renames.get(row[0], row[2])), name_key(row[3]))
            for row in charts.names(tx, [r[0] for r in rows[first:after]])
        }
        ordered = sorted(rows[first:after], key=lambda row: (-row[value], named.get(row[0], ("", "")), row[0]))
        return ordered[offset - first : offset - first + limit]

    # ---- time --------------------------------------------------------------------------------------------

    def history(
        self,
        user_id: int,
        span: Span | None,
        unit: str,
        *,
        kind: EntityKind | None = None,
        entity_id: int = 0,
    ) -> tuple[Bucket, ...]:
        """Plays by day, week, month or year of a span (empty steps included), of everything or of one entity."""
        with self._engine.read() as tx:
            return self._answers.kept(
                tx,
                user_id,
                ("history", span, unit, entity_id),
                lambda: self._history(tx, user_id, span, unit, entity_id),
                span,
            )

    def _history(self, tx: Tx, user_id: int, span: Span | None, unit: str, entity_id: int) -> tuple[Bucket, ...]:
        zone = listens.zone_of(tx, user_id)
        start, end = (span.start, span.end) if span else (0, FAR[0])
        if entity_id:
            points = [
                (day_and_hour(at, zone)[0], 1, ms) for at, ms in charts.times_of(tx, user_id, entity_id, start, end)
            ]
        else:
            points = [(day, plays, ms) for day, _, plays, ms in self._answers.days(tx, user_id, span)]
        if span:
            first, last = day_and_hour(span.start, zone)[0], day_and_hour(span.end - 1, zone)[0]
        elif points:
            first, last = min(p[0] for p in points), max(p[0] for p in points)
        else:
            return ()
        return series.buckets(points, first, last, unit)

    def _days(self, user_id: int, span: Span | None) -> list[Row]:
        with self._engine.read() as tx:
            return self._answers.days(tx, user_id, span)

    def clock(self, user_id: int, span: Span | None) -> tuple[tuple[int, ...], ...]:
        """Plays by weekday (7 rows, Monday first) and hour (24)."""
        grid = [[0] * 24 for _ in range(7)]
        for day, hour, plays, _ in self._days(user_id, span):
            grid[(day + 3) % 7][hour] += plays
        return tuple(map(tuple, grid))

    def _year(self, user_id: int, year: int) -> Span:
        if not 1970 <= year <= 2100:
            raise Rejected("year", "from 1970 to 2100")
        with self._engine.read() as tx:
            zone = listens.zone_of(tx, user_id)
        first = date_of(0).replace(year=year)
        return days_span(first, add_months(first, 12), zone)

    def calendar(self, user_id: int, year: int) -> dict[str, int]:
        """Plays by ISO date of a year; days without any are left out."""
        found: dict[str, int] = {}
        for day, _, plays, _ in self._days(user_id, self._year(user_id, year)):
            name = date_of(day).isoformat()
            found[name] = found.get(name, 0) + plays
        return found

    def disc(self, user_id: int, year: int) -> tuple[tuple[int, ...], ...]:
        """Plays by week of the year (53 rows, row = (day of the year - 1) // 7) and hour (24)."""
        grid = [[0] * 24 for _ in range(53)]
        new_year = day_of(date_of(0).replace(year=year)) if 1970 <= year <= 2100 else 0
        for day, hour, plays, _ in self._days(user_id, self._year(user_id, year)):
            grid[min((day - new_year) // 7, 52)][hour] += plays
        return tuple(map(tuple, grid))

    def years(self, user_id: int) -> tuple[int, ...]:
        """The local years that have listens, oldest first."""
        _, latest = self.ends(user_id)
        if not latest:
            return ()
        return tuple(int(b.label) for b in self.history(user_id, None, "year") if b.plays)
