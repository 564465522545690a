"""What this server knows beyond one user: names, counts, charts, search, and what is heard together.

Whose plays feed an answer is decided in one place (`circle`): users that are public, and the viewer. Nobody else
shows in a count, a name, a search or a similarity. Each user's plays count where that user's own map leads them;
the viewer's merges and renames are laid over everybody's, for that viewer alone. Plays of banned and blocked things
are left out, as in every statistic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import msgspec
from anyascii import anyascii

from earstead.core.names import clean, name_key
from earstead.core.periods import Span
from earstead.core.provenance import Use
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.kit.texts import like
from earstead.services.everybody import elsewhere, rankings, similar, wording
from earstead.services.everybody.circle import Circle, Kept, circle
from earstead.services.everybody.lengths import told
from earstead.services.everybody.rankings import CommonRow
from earstead.services.ingest import Ingest
from earstead.services.showing import Showing
from earstead.services.users import User
from earstead.services.views import EntityKind, EntityRef
from earstead.storage import commons
from earstead.storage.engine import Engine, Tx

__all__ = ["CommonRow", "Commons", "Correction", "ListedTrack", "Stats"]

T = TypeVar("T")
Part = Literal["release", "recording"]
MOST_FOUND = 300
MOST_LISTED = 500
MOST_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """`plays` of `listeners` distinct users; `viewer_plays` are the viewer's own among them (0 without a viewer)."""

    listeners: int = 0
    plays: int = 0
    viewer_plays: int = 0


class Correction(NamedTuple):
    """What names lead to. A thing is None when nobody in the viewer's sight heard it; `..._corrected` says that the
    name now differs from what was sent (letter case included)."""

    artist: EntityRef | None
    recording: EntityRef | None
    artist_corrected: bool
    track_corrected: bool


class ListedTrack(NamedTuple):
    """A recording of a release. `duration_ms` and `number` are 0 where nobody reported them."""

    recording: EntityRef
    duration_ms: int
    number: int


class Commons:
    """See the module. All methods block; `viewer` is who asks, None for nobody in particular."""

    def __init__(self, engine: Engine, ingest: Ingest, clock: Clock, showing: Showing) -> None:
        self._engine = engine
        self._showing = showing
        self._ingest = ingest
        self._kept = Kept(clock)

    def _answer(
        self,
        viewer: User | None,
        question: Hashable,
        ask: Callable[[Tx, Circle], T],
        *,
        lags: bool = False,
        use: Use = Use.FIGURES,
    ) -> T:
        with self._look(viewer, use) as (tx, around):
            return self._kept.answer(around, question, lambda: ask(tx, around), lags=lags)

    @contextmanager
    def _look(self, viewer: User | None, use: Use = Use.FIGURES) -> Iterator[tuple[Tx, Circle]]:
        """A transaction, and the circle whose plays it reads: without what `use` leaves out of others' plays. What is
        heard together leaves it out of the viewer's too: it is a measure, not a report of one's own listening."""
        own = viewer.user_id if viewer and use is Use.FIGURES else 0
        with self._engine.read() as tx:
            around = circle(tx, self._ingest, viewer, self._showing.veil(tx, use), own=own)
            yield around.veil.over(tx, own), around

    # ---- names -------------------------------------------------------------------------------------------

    def named(self, viewer: User | None, kind: EntityKind, name: str, *, artist: str = "") -> EntityRef | None:
        """The thing of a name, spelled as usual; None when nobody in sight heard it.

        Letter case, width and white space do not matter. Releases and recordings need `artist`, which may be a
        whole credit ("A feat. B", "A, B & C") or only its first artist.
        """

        def ask(tx: Tx, around: Circle) -> EntityRef | None:
            found = wording.find(tx, around, kind, name, artist)
            return wording.refs(tx, around, [found]).get(found) if found else None

        return self._answer(viewer, ("named", kind, name, artist), ask)

    def by_mbid(self, kind: EntityKind, mbid: str, viewer: User | None) -> EntityRef | None:
        """The artist, release or recording that somebody in sight reported under this MusicBrainz id."""

        def ask(tx: Tx, around: Circle) -> EntityRef | None:
            found = wording.find_mbid(tx, around, kind, mbid)
            return wording.refs(tx, around, [found]).get(found) if found else None

        return self._answer(viewer, ("mbid", kind, mbid), ask)

    def correction(self, viewer: User | None, artist: str, track: str = "") -> Correction:
        """The usual spelling of an artist, and of a track by that artist when one is given.

        Names that nobody goes by any more, because those who heard them merged them away, lead to where they went.
        """
        recording = self._decided(viewer, "recording", track, artist) if track else None
        found = self._decided(viewer, "artist", artist)
        if found is None and recording and recording.credit_id:
            found = self.refs([recording.credit_id], viewer).get(recording.credit_id)
        # What was merged away is still credited as it was said.
        away = found is not None and found.entity_id not in wording.meanings("artist", artist, "")
        as_credited = recording is not None and recording.credit == clean(artist) and not away
        return Correction(
            artist=found,
            recording=recording,
            artist_corrected=found is not None and found.name != clean(artist) and not as_credited,
            track_corrected=recording is not None and recording.name != clean(track),
        )

    def _decided(self, viewer: User | None, kind: EntityKind, name: str, artist: str = "") -> EntityRef | None:
        """`named`, seen to what those in sight decided. Who asks in person has the last word on their own names."""

        def ask(tx: Tx, around: Circle) -> EntityRef | None:
            found = wording.find(tx, around, kind, name, artist)
            found = found or elsewhere.merged(tx, around, self._ingest, kind, name, artist)
            ref = wording.refs(tx, around, [found]).get(found) if found else None
            if ref is None or viewer is not None:
                return ref
            called = elsewhere.renamed(tx, around, self._ingest, kind, found)
            return msgspec.structs.replace(ref, name=called) if called else ref

        return self._answer(viewer, ("decided", kind, name, artist), ask)

    def refs(self, ids: Sequence[int], viewer: User | None) -> dict[int, EntityRef]:
        """References of entities by id, with MusicBrainz ids where reported; those nobody in sight heard are absent."""
        return self._answer(viewer, ("refs", tuple(ids)), lambda tx, around: wording.refs(tx, around, ids))

    # ---- counts ------------------------------------------------------------------------------------------

    def stats(self, kind: EntityKind, entity_id: int, viewer: User | None) -> Stats:
        """Counts of one thing; zeros when nobody in sight heard it."""
        return self.stats_many(kind, [entity_id], viewer)[entity_id]

    def stats_many(self, kind: EntityKind, ids: Sequence[int], viewer: User | None) -> dict[int, Stats]:
        """Counts of several things of a kind; every id asked for is in the answer."""

        def ask(tx: Tx, around: Circle) -> dict[int, Stats]:
            return {
                entity_id: Stats(
                    listeners=len(plays), plays=sum(plays.values()), viewer_plays=plays.get(around.viewer_id, 0)
                )
                for entity_id, plays in rankings.plays_of(tx, around, kind, ids).items()
            }

        return self._answer(viewer, ("stats", kind, tuple(ids)), ask)

    def chart(
        self, kind: EntityKind, span: Span | None, *, limit: int = 50, offset: int = 0, country: str = ""
    ) -> tuple[tuple[CommonRow, ...], int]:
        """A page of the server-wide chart of public users, most played first, equal ones by name; and the number of
        all its places (10,000 at most).

        `country` narrows it to users who say they live there (English short name, any letter case). Spans are taken
        in steps of five minutes; what was heard in the last moments may be missing on a large server, where a chart
        that cost long is kept a while.
        """
        span = rankings.steady(span) if span else None
        with self._look(None) as (tx, around):
            if country:
                around = around.only(_living_in(tx, around, country))
            places = self._kept.answer(
                around, ("chart", kind, span), lambda: rankings.chart(tx, self._showing, around, kind, span), lags=True
            )
            rows = self._kept.answer(
                around,
                ("chart page", kind, span, limit, offset),
                lambda: rankings.page(tx, around, places, limit, offset),
                lags=True,
            )
        return rows, len(places)

    def top_of_artist(
        self, artist_id: int, kind: Part, limit: int = 50, offset: int = 0, viewer: User | None = None
    ) -> tuple[tuple[CommonRow, ...], int]:
        """A page of the recordings an artist is credited on, or of the releases whose first artist it is, most played
        first; and the number of all of them."""
        with self._look(viewer) as (tx, around):
            places = self._kept.answer(
                around,
                ("top", kind, artist_id),
                lambda: rankings.summed(
                    around, commons.parts(tx, "artist", kind, around.user_ids, around.ids_of(artist_id))
                ),
            )
            return rankings.page(tx, around, places, limit, offset), len(places)

    def search(
        self,
        kind: EntityKind,
        text: str,
        *,
        artist: str = "",
        limit: int = 30,
        offset: int = 0,
        viewer: User | None = None,
    ) -> tuple[tuple[CommonRow, ...], int]:
        """A page of what has all words of the text in its name or credit (in any script), exact names first, then
        most played; and the number found (300 at most). One or two letters are looked for at the beginning only."""
        rows = self._answer(
            viewer, ("search", kind, text, artist), lambda tx, around: _found(tx, around, kind, text, artist)
        )
        return rows[offset : offset + limit], len(rows)

    # ---- what belongs together ---------------------------------------------------------------------------

    def tracklist(self, release_id: int, viewer: User | None) -> tuple[ListedTrack, ...]:
        """The recordings of a release in the order of their numbers; those without one last, most played first."""

        def ask(tx: Tx, around: Circle) -> tuple[ListedTrack, ...]:
            releases = around.ids_of(release_id)
            rows = commons.parts(tx, "release", "recording", around.user_ids, releases)
            ids = [place.entity_id for place in rankings.summed(around, rows)[:MOST_LISTED]]
            known, named = told(tx, around, ids, releases), wording.refs(tx, around, ids)
            listed = [ListedTrack(named[i], *known.get(i, (0, 0))) for i in ids if i in named]
            return tuple(sorted(listed, key=lambda track: (not track.number, track.number)))

        return self._answer(viewer, ("tracklist", release_id), ask)

    def album_of(self, recording_id: int, viewer: User | None) -> tuple[EntityRef | None, int]:
        """The release a recording is mostly heard from, and its number on it (0 unknown)."""

        def ask(tx: Tx, around: Circle) -> tuple[EntityRef | None, int]:
            rows = commons.parts(tx, "recording", "release", around.user_ids, around.ids_of(recording_id))
            places = rankings.summed(around, rows)
            if not places:
                return None, 0
            release_id = places[0].entity_id
            _, number = told(tx, around, [recording_id], around.ids_of(release_id)).get(recording_id, (0, 0))
            return wording.refs(tx, around, [release_id]).get(release_id), number

        return self._answer(viewer, ("album", recording_id), ask)

    def albums_of(self, ids: Sequence[int], viewer: User | None = None) -> dict[int, EntityRef]:
        """The release of `album_of` for several recordings; those heard from none are left out."""

        def ask(tx: Tx, around: Circle) -> dict[int, EntityRef]:
            asked = {alias: entity_id for entity_id in ids for alias in around.ids_of(entity_id)}
            plays: dict[int, Counter[int]] = defaultdict(Counter)
            for recording_id, release_id, count in commons.albums(tx, around.user_ids, list(asked)):
                plays[asked[recording_id]][around.rules.lead(release_id)] += count
            best = {i: min(counted, key=lambda r: (-counted[r], r)) for i, counted in plays.items()}
            named = wording.refs(tx, around, list(best.values()))
            return {i: named[release_id] for i, release_id in best.items() if release_id in named}

        return self._answer(viewer, ("albums", tuple(ids)), ask)

    def duration_ms(self, recording_id: int, viewer: User | None = None) -> int:
        """The length most often reported of a recording; 0 when nobody in sight reported one."""
        return self.durations([recording_id], viewer).get(recording_id, 0)

    def durations(self, ids: Sequence[int], viewer: User | None = None) -> dict[int, int]:
        """`duration_ms` of several recordings; those without one are left out."""
        known = self._answer(viewer, ("told", tuple(ids)), lambda tx, around: told(tx, around, ids))
        return {entity_id: length for entity_id, (length, _) in known.items() if length}

    def similar_artists(self, artist_id: int, limit: int, viewer: User | None) -> tuple[tuple[EntityRef, float], ...]:
        """Artists heard in the same sessions, nearest first: (artist, match), the first match being 1."""
        return self._similar("artist", artist_id, limit, viewer)

    def similar_recordings(
        self, recording_id: int, limit: int, viewer: User | None
    ) -> tuple[tuple[EntityRef, float], ...]:
        """Recordings heard in the same sessions, nearest first: (recording, match), the first match being 1."""
        return self._similar("recording", recording_id, limit, viewer)

    def _similar(
        self, kind: similar.Kind, entity_id: int, limit: int, viewer: User | None
    ) -> tuple[tuple[EntityRef, float], ...]:
        def ask(tx: Tx, around: Circle) -> tuple[tuple[EntityRef, float], ...]:
            near = similar.similar(tx, around, kind, entity_id, limit)
            named = wording.refs(tx, around, [i for i, _ in near])
            return tuple((named[i], match) for i, match in near if i in named)

        return self._answer(viewer, ("similar", kind, entity_id, limit), ask, lags=True, use=Use.SIMILARITY)


def _living_in(tx: Tx, around: Circle, country: str) -> list[int]:
    """Those of a circle whose profile names a country."""
    wanted = name_key(country)
    return [
        user_id
        for user_id, text in commons.settings(tx, around.user_ids, "profile")
        if name_key(str((jsontext.loads(text) or {}).get("country") or "")) == wanted
    ]


def _found(tx: Tx, around: Circle, kind: EntityKind, text: str, artist: str) -> tuple[CommonRow, ...]:
    key, by = _letters(text), _letters(artist)
    words = key.split()[:MOST_WORDS]
    if not words:
        return ()
    pieces = [*words, *by.split()[:MOST_WORDS]]
    start = like(key) + "%"
    patterns = [start] if len(key) < 3 else []
    patterns += [f"%{like(word)}%" for word in pieces]
    ids = commons.search(tx, kind, around.user_ids, patterns, start, MOST_FOUND)
    ids += [i for i, name in around.rules.renames.items() if words[0] in _letters(name)]
    ids = list(dict.fromkeys(map(around.rules.lead, ids)))
    # The shared table found them, by the words of whoever said them first. What counts are the words in sight.
    named = {
        i: ref
        for i, ref in wording.refs(tx, around, ids).items()
        if ref.kind == kind
        and all(word in _letters(f"{ref.name} {ref.credit}") for word in words)
        and all(word in _letters(ref.credit) for word in by.split())
    }
    plays = rankings.plays_of(tx, around, kind, list(named))
    order = sorted(named, key=lambda i: (_letters(named[i].name) != key, -sum(plays[i].values()), named[i].name, i))
    return tuple(
        CommonRow(rank=rank, entity=named[i], plays=sum(plays[i].values()), listeners=len(plays[i]))
        for rank, i in enumerate(order[:MOST_FOUND], 1)
    )


def _letters(text: str) -> str:
    return " ".join(anyascii(text).lower().split())[:100]
