"""The one door for reading listens.

Every answer is a function of the user's rows; answers that cost something are kept by (user, write counter,
question), so that a page asked twice is computed once and never stale.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, Literal, TypeVar, cast

from anyascii import anyascii

from earstead.core.catalog import Entity, MapRules, map_track, recording_msid, track_of
from earstead.core.errors import NotFound, Rejected
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Observation, Submission, observation_key
from earstead.core.names import name_key
from earstead.core.periods import Span, add_months, date_of, day_and_hour, day_of, days_span
from earstead.kit import jsontext
from earstead.services import naming, series
from earstead.services.answers import Answers
from earstead.services.clusters import closure
from earstead.services.ingest import Ingest
from earstead.services.views import (
    Bucket,
    Chart,
    ChartRow,
    DecisionRow,
    EntityDetail,
    EntityKind,
    EntityRef,
    Explanation,
    ListenFilter,
    ListenPage,
    ListenRow,
    Measure,
    SourceRow,
    Totals,
    Witness,
)
from earstead.storage import catalog, charts, decisions, evidence, listens, numbered, observations, pages
from earstead.storage.engine import Engine, Row, Tx

T = TypeVar("T")
KEPT_ANSWERS = 256
FAR = (1 << 62, 1 << 62)
NEVER = (-1, -1)
MARK_STEP = 2000
"""Of how many listens one has its place noted, for pages by number that lie deep."""
KINDS: tuple[EntityKind, ...] = ("artist", "release", "recording", "episode", "show")


class Insights:
    """Reads for pages, protocols, the CLI and exports. Spans are half open; None is all time."""

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

    # ---- entities by what others call them ---------------------------------------------------------------

    def refs(self, user_id: int, entity_ids: Sequence[int]) -> dict[int, EntityRef]:
        """References of entities by id, as this user knows them; ids that nobody knows are left out."""
        with self._engine.read() as tx:
            return naming.refs(tx, user_id, entity_ids, self._rules(tx, user_id))

    def mbids(self, user_id: int, kind: EntityKind, entity_ids: Sequence[int]) -> dict[int, str]:
        """entity_id -> MusicBrainz id of those artists, releases or recordings that came with one; at most 4,096."""
        with self._engine.read() as tx:
            if kind == "artist":
                return evidence.artist_mbids(tx, user_id, entity_ids)
            return evidence.mbids(tx, user_id, kind, entity_ids)

    def albums(self, user_id: int, recording_ids: Sequence[int]) -> dict[int, EntityRef]:
        """recording_id -> the release that this user mostly hears it from, where there is one; at most 4,096."""
        with self._engine.read() as tx:
            found = evidence.releases(tx, user_id, recording_ids)
            refs = naming.refs(tx, user_id, list(found.values()), self._rules(tx, user_id))
        return {recording: refs[release] for recording, release in found.items() if release in refs}

    def parts(
        self, user_id: int, artist_id: int, kind: Literal["release", "recording"], *, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[ChartRow, ...], int]:
        """A page of an artist's releases or recordings, most played first, and how many this user heard."""
        with self._engine.read() as tx:
            rows = self._answers.kept(
                tx, user_id, ("parts", artist_id, kind), lambda: charts.inside(tx, user_id, artist_id, kind, 100_000)
            )
            part = rows[offset : offset + limit]
            refs = naming.refs(tx, user_id, [row[0] for row in part], self._rules(tx, user_id))
        return tuple(
            ChartRow(rank=offset + i, entity=refs[row[0]], plays=row[1], listened_ms=row[2])
            for i, row in enumerate(part, 1)
            if row[0] in refs
        ), len(rows)

    def led(self, user_id: int, kind: Literal["artist", "release", "recording"], artist: str, name: str = "") -> int:
        """Where names lead in this user's map (letter case and decisions seen to), heard or not."""
        track = track_of(
            Submission(
                source="",
                artist_name=artist,
                track_name=name if kind == "recording" else "-",
                release_name=name if kind == "release" else "",
                listened_at=UnixSeconds(0),
            )
        )
        with self._engine.read() as tx:
            mapped = map_track(track, self._rules(tx, user_id))
        if kind == "artist":
            return mapped.artists[0].entity_id
        return mapped.release.entity_id if kind == "release" and mapped.release else mapped.recording.entity_id

    # ---- listens -----------------------------------------------------------------------------------------

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
        return [_listen_row(row, rules) for row in rows]

    def explain(self, user_id: int, listen_id: int) -> Explanation:
        """Why a listen is as it is."""
        with self._engine.read() as tx:
            row = self._rows(tx, user_id, [self._one(tx, user_id, listen_id)])[0]
            keys = {o.seq: o.key for o in self.witnesses(tx, user_id, row.listen_id)}
            witnesses = tuple(_witness(w) for w in pages.witnesses(tx, user_id, sorted(keys)))
            named = tuple(decision_row(d) for d in decisions.naming(tx, user_id, sorted(keys.values())))
        return Explanation(listen=row, witnesses=witnesses, decisions=named, sentence=_sentence(row, witnesses))

    def witnesses(self, tx: Tx, user_id: int, listen_id: int) -> list[Observation]:
        """The observations of a listen: the first names it, the others are of its cluster."""
        first = observations.by_seqs(tx, user_id, [listen_id])
        cluster = closure(tx, user_id, first, self._ingest.rules(tx, user_id)[1])
        return [o for o in cluster.members.values() if cluster.listen_of[o.seq] == listen_id]

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

    # ---- entities ----------------------------------------------------------------------------------------

    def entity(self, user_id: int, kind: EntityKind, entity_id: int) -> EntityDetail:
        """All an entity's page needs except its series and listens. NotFound when this user never heard it."""
        with self._engine.read() as tx:
            return self._answers.kept(
                tx, user_id, ("entity", kind, entity_id), lambda: self._entity(tx, user_id, kind, entity_id)
            )

    def _entity(self, tx: Tx, user_id: int, kind: EntityKind, entity_id: int) -> EntityDetail:
        rules = self._rules(tx, user_id)
        entity_id = rules.lead(entity_id)
        tracks = catalog.tracks_of(tx, user_id, entity_id)
        ref = naming.refs(tx, user_id, [entity_id], rules).get(entity_id)
        if ref is None or ref.kind != kind or not tracks:
            raise NotFound(f"no such {kind} in this history")
        plays, heard, all_plays, skipped = charts.sums_of(tx, user_id, entity_id)
        mapped = [map_track(t, rules) for t in tracks]
        artist_ids = [a.entity_id for m in mapped for a in m.artists if a.entity_id != entity_id]
        release_ids = [m.release.entity_id for m in mapped if m.release]
        around = naming.refs(tx, user_id, [*artist_ids, *release_ids], rules)
        ends = [
            self._rows(tx, user_id, _of_entity(tx, user_id, kind, entity_id, oldest_first=first))
            for first in (True, False)
        ]
        ranked = self._chart_rows(tx, user_id, kind, None, "plays")
        evidence = next(
            ((t.recording_mbid, t.spotify_uri) for t in tracks if t.recording_mbid or t.spotify_uri), ("", "")
        )
        exact = evidence if kind in ("recording", "episode") else ("", "")
        return EntityDetail(
            entity=EntityRef(
                kind=kind,
                entity_id=entity_id,
                name=ref.name,
                credit=ref.credit,
                credit_id=ref.credit_id,
                mbid=exact[0],
                spotify_uri=exact[1],
            ),
            plays=plays,
            listened_ms=heard,
            all_plays=all_plays,
            skipped=skipped,
            first=ends[0][0] if ends[0] else None,
            latest=ends[1][0] if ends[1] else None,
            rank=next((i for i, row in enumerate(ranked, 1) if row[0] == entity_id), 0),
            spellings=naming.spellings(tx, user_id, kind, entity_id, rules),
            releases=self._inside(tx, user_id, entity_id, "release") if kind == "artist" else (),
            recordings=self._inside(tx, user_id, entity_id, _PARTS[kind]) if kind in _PARTS else (),
            artists=tuple(around[i] for i in dict.fromkeys(artist_ids) if i in around),
            release=next((around[i] for i in release_ids if i in around), None) if kind == "recording" else None,
        )

    def _inside(self, tx: Tx, user_id: int, entity_id: int, kind: EntityKind) -> tuple[ChartRow, ...]:
        rows = charts.inside(tx, user_id, entity_id, kind, 50)
        refs = naming.refs(tx, user_id, [row[0] for row in rows], self._rules(tx, user_id))
        return tuple(
            ChartRow(rank=i, entity=refs[row[0]], plays=row[1], listened_ms=row[2])
            for i, row in enumerate(rows, 1)
            if row[0] in refs
        )

    def rank(self, user_id: int, kind: EntityKind, entity_id: int, span: Span | None) -> int:
        """The place of an entity in the chart of a span by plays; 0 where it was not heard."""
        with self._engine.read() as tx:
            ranked = self._chart_rows(tx, user_id, kind, span, "plays")
        return next((i for i, row in enumerate(ranked, 1) if row[0] == entity_id), 0)

    def rank_history(self, user_id: int, kind: EntityKind, entity_id: int) -> tuple[tuple[str, int, int], ...]:
        """(year, rank or 0, plays) of an entity for every year with listens."""
        found = []
        for year in self.years(user_id):
            span = self._year(user_id, year)
            with self._engine.read() as tx:
                ranked = self._chart_rows(tx, user_id, kind, span, "plays")
            place = next(((i, row[1]) for i, row in enumerate(ranked, 1) if row[0] == entity_id), (0, 0))
            found.append((str(year), *place))
        return tuple(found)

    def heard_with(self, user_id: int, artist_id: int, limit: int = 8) -> tuple[EntityRef, ...]:
        """Artists heard in the same hours as an artist, those nearest to it rather than merely frequent first."""
        with self._engine.read() as tx:
            return self._answers.kept(
                tx, user_id, ("with", artist_id, limit), lambda: self._heard_with(tx, user_id, artist_id, limit)
            )

    def _heard_with(self, tx: Tx, user_id: int, artist_id: int, limit: int) -> tuple[EntityRef, ...]:
        times = sorted(at for at, _ in charts.times_of(tx, user_id, artist_id, 0, FAR[0]))[-200:]
        together = charts.around(tx, user_id, times)
        total = {row[0]: row[1] for row in self._chart_rows(tx, user_id, "artist", None, "plays")}
        scored = [(n / (total.get(i, n) + 10), i) for i, n in together.items() if i != artist_id]
        best = [i for _, i in sorted(scored, reverse=True)[:limit]]
        refs = naming.refs(tx, user_id, best, self._rules(tx, user_id))
        return tuple(refs[i] for i in best if i in refs)

    def search(self, user_id: int, text: str, limit: int = 20) -> tuple[EntityRef, ...]:
        """Entities this user heard whose name holds the text, in any script (compared by transliteration)."""
        key = anyascii(text).lower().strip()[:100]
        if not key:
            return ()
        with self._engine.read() as tx:
            rows = charts.search(tx, user_id, _like(key), limit)
            refs = naming.refs(tx, user_id, [row[0] for row in rows], self._rules(tx, user_id))
        return tuple(refs[row[0]] for row in rows if row[0] in refs)


_PARTS: dict[str, EntityKind] = {"artist": "recording", "release": "recording", "show": "episode"}
_FILTER_OF = {
    "artist": "artist_id",
    "show": "artist_id",
    "release": "release_id",
    "recording": "recording_id",
    "episode": "recording_id",
}


def _of_entity(tx: Tx, user_id: int, kind: EntityKind, entity_id: int, *, oldest_first: bool) -> list[Row]:
    return pages.page(
        tx,
        user_id,
        after=NEVER,
        before=FAR,
        limit=1,
        oldest_first=oldest_first,
        filters={_FILTER_OF[kind]: entity_id},
    )


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _filters(wanted: ListenFilter) -> dict[str, Any]:
    filters: dict[str, Any] = {
        name: value
        for name in ("artist_id", "release_id", "recording_id", "source")
        if (value := getattr(wanted, name))
    }
    if wanted.text:
        filters["text"] = f"%{_like(wanted.text.lower())}%"
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


def _listen_row(row: Row, rules: MapRules) -> ListenRow:
    track = catalog.track((row[2], *row[7:12], row[12], row[13], row[14], row[15], row[16], 0, 0))
    mapped = map_track(track, rules)
    release = mapped.release
    return ListenRow(
        listen_id=row[0],
        listened_at=row[1],
        inserted_at=row[20],
        kind=row[7],
        track_id=row[2],
        track_name=rules.renames.get(mapped.recording.entity_id, track.track_name),
        artist_name=rules.renames.get(mapped.artists[0].entity_id, track.artist_name)
        if len(mapped.artists) == 1
        else track.artist_name,
        release_name=rules.renames.get(release.entity_id, track.release_name) if release else track.release_name,
        recording=_ref(mapped.recording, rules),
        release=_ref(release, rules) if release else None,
        artists=tuple(_ref(a, rules) for a in mapped.artists),
        played_ms=row[3],
        duration_ms=row[21],
        counted=bool(row[4]),
        hidden=bool(row[5]),
        skipped=None if row[6] < 0 else bool(row[6]),
        source=row[23],
        client=row[24],
        recording_mbid=track.recording_mbid,
        release_mbid=track.release_mbid,
        artist_mbids=track.artist_mbids,
        isrc=track.isrc,
        spotify_uri=track.spotify_uri,
        recording_msid=recording_msid(track.artist_name, track.track_name, track.artist_names),
        extra=jsontext.loads(row[22]),
    )


def _ref(entity: Entity, rules: MapRules) -> EntityRef:
    return EntityRef(
        kind=cast(EntityKind, entity.kind),
        entity_id=entity.entity_id,
        name=rules.renames.get(entity.entity_id, entity.name),
        credit=entity.credit,
        credit_id=entity.credit_id,
    )


def _witness(row: Row) -> Witness:
    return Witness(
        seq=row[0],
        key=observation_key(row[1], row[5], row[2]),
        source=row[1],
        client=row[3],
        received_at=row[4],
        listened_at=row[5],
        ended_at=row[6],
        played_ms=row[7],
        duration_ms=row[8],
        artist_name=row[9],
        track_name=row[10],
        release_name=row[11],
        reason=row[12],
        extra=jsontext.loads(row[13]),
    )


def decision_row(row: Row) -> DecisionRow:
    """A stored decision as pages show it."""
    return DecisionRow(
        decision_id=row[0],
        kind=row[1],
        subject=jsontext.loads(row[2]),
        summary=row[3],
        created_at=row[4],
        undone_at=row[5],
        by_user=row[6],
    )


def _sentence(row: ListenRow, witnesses: tuple[Witness, ...]) -> str:
    if row.hidden:
        return "You deleted this listen. It is kept hidden, so that no later import brings it back."
    if len(witnesses) == 1:
        only = witnesses[0]
        return f"One witness: {only.source}{f' ({only.client})' if only.client else ''}."
    reasons = [w.reason for w in witnesses[1:]]
    return f"{len(witnesses)} witnesses, one play: same track, {', '.join(dict.fromkeys(reasons))}."
