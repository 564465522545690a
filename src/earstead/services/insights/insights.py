"""The one door for reading listens.

Every answer is a function of the user's rows; answers that cost something are kept (`answers`), so that a page asked
twice is computed once and never stale. What counts stands in `insight_numbers`, what pages in `insight_listens`; here
is what is asked of an artist, a release, a recording, a show or an episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from anyascii import anyascii

from earstead.core.catalog import map_track, track_of
from earstead.core.errors import NotFound
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.periods import Span
from earstead.kit.texts import like
from earstead.services import naming
from earstead.services.insights.listens import Listens
from earstead.services.views import (
    ChartRow,
    EntityDetail,
    EntityKind,
    EntityRef,
)
from earstead.storage import catalog, charts, evidence, pages
from earstead.storage.engine import Row, Tx

FAR = (1 << 62, 1 << 62)
NEVER = (-1, -1)


class Insights(Listens):
    """Reads for pages, protocols, the CLI and exports. Spans are half open; None is all time."""

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
            rows = charts.search(tx, user_id, like(key), limit)
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
