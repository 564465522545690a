"""What this server knows beyond one user: names, counts, charts, search, and what is heard together.

Whose plays feed an answer is decided in one place (`circle`): users that are public, and the viewer. Nobody else
shows in a count, a name, a search or a similarity. Each user's plays count where that user's own map leads them;
the viewer's standing decisions (merges, renames, splits) are laid over everybody's for that viewer alone.
Plays of banned and blocked things are left out, as in every statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from earstead.core.periods import Span
from earstead.kit.clock import Clock
from earstead.services.ingest import Ingest
from earstead.services.insights import Insights
from earstead.services.users import User
from earstead.services.views import EntityKind, EntityRef
from earstead.storage.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """`plays` of `listeners` distinct users; `viewer_plays` are the viewer's own among them (0 without a viewer)."""

    listeners: int = 0
    plays: int = 0
    viewer_plays: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonRow:
    """One place of a list about everybody. `rank` counts from 1 over the whole list, not over the page."""

    rank: int
    entity: EntityRef
    plays: int
    listeners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What names lead to. A thing is None when nobody in the viewer's sight heard it; `..._corrected` says that the
    name now differs from what was sent (letter case included)."""

    artist: EntityRef | None
    recording: EntityRef | None
    artist_corrected: bool
    track_corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTrack:
    """A recording of a release. `duration_ms` and `number` are 0 where nobody reported them."""

    recording: EntityRef
    duration_ms: int
    number: int


Part = Literal["release", "recording"]


class Commons:
    """See the module. All methods block; `viewer` is who asks, None for nobody in particular."""

    def __init__(self, engine: Engine, ingest: Ingest, insights: Insights, clock: Clock) -> None:
        self._engine = engine
        self._ingest = ingest
        self._insights = insights
        self._clock = clock

    # ---- names -------------------------------------------------------------------------------------------

    def named(self, viewer: User | None, kind: EntityKind, name: str, *, artist: str = "") -> EntityRef | None:
        """The thing of a name, spelled as usual; None when nobody in sight heard it.

        Letter case, width and white space do not matter. Releases and recordings need `artist`, which may be a
        whole credit ("A feat. B", "A, B & C") or only its first artist.
        """
        raise NotImplementedError

    def by_mbid(self, kind: EntityKind, mbid: str, viewer: User | None) -> EntityRef | None:
        """The artist, release or recording that somebody in sight reported under this MusicBrainz id."""
        raise NotImplementedError

    def correction(self, viewer: User | None, artist: str, track: str = "") -> Correction:
        """The usual spelling of an artist, and of a track by that artist when one is given."""
        raise NotImplementedError

    def refs(self, ids: Sequence[int], viewer: User | None) -> dict[int, EntityRef]:
        """References of entities by id, with MusicBrainz ids where reported; those nobody in sight heard are absent."""
        raise NotImplementedError

    # ---- counts ------------------------------------------------------------------------------------------

    def stats(self, kind: EntityKind, entity_id: int, viewer: User | None) -> Stats:
        """Counts of one thing; zeros when nobody in sight heard it."""
        raise NotImplementedError

    def stats_many(self, kind: EntityKind, ids: Sequence[int], viewer: User | None) -> dict[int, Stats]:
        """Counts of several things of a kind; every id asked for is in the answer."""
        raise NotImplementedError

    def chart(
        self, kind: EntityKind, span: Span | None, *, limit: int = 50, offset: int = 0, country: str = ""
    ) -> tuple[tuple[CommonRow, ...], int]:
        """A page of the server-wide chart of public users, most played first, and the number of all its places.

        `country` narrows it to users who say they live there (English short name, any letter case). What was heard
        in the last moments may be missing on a large server: a chart that cost long is kept a while.
        """
        raise NotImplementedError

    def top_of_artist(
        self, artist_id: int, kind: Part, limit: int = 50, offset: int = 0, viewer: User | None = None
    ) -> tuple[tuple[CommonRow, ...], int]:
        """A page of the releases or recordings of an artist, most played first, and the number of all of them."""
        raise NotImplementedError

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
        """A page of what has the text in its name (in any script), best first, and the number found (300 at most)."""
        raise NotImplementedError

    # ---- what belongs together ---------------------------------------------------------------------------

    def tracklist(self, release_id: int, viewer: User | None) -> tuple[ListedTrack, ...]:
        """The recordings of a release in the order of their numbers, those without a number last, most played first."""
        raise NotImplementedError

    def album_of(self, recording_id: int, viewer: User | None) -> tuple[EntityRef | None, int]:
        """The release a recording is mostly heard from, and its number on it (0 unknown)."""
        raise NotImplementedError

    def duration_ms(self, recording_id: int, viewer: User | None = None) -> int:
        """The length most often reported of a recording; 0 when nobody in sight reported one."""
        raise NotImplementedError

    def durations(self, ids: Sequence[int], viewer: User | None = None) -> dict[int, int]:
        """`duration_ms` of several recordings; those without one are left out."""
        raise NotImplementedError

    def similar_artists(self, artist_id: int, limit: int, viewer: User | None) -> tuple[tuple[EntityRef, float], ...]:
        """Artists heard in the same sessions, nearest first: (artist, match), the first match being 1."""
        raise NotImplementedError

    def similar_recordings(
        self, recording_id: int, limit: int, viewer: User | None
    ) -> tuple[tuple[EntityRef, float], ...]:
        """Recordings heard in the same sessions, nearest first: (recording, match), the first match being 1."""
        raise NotImplementedError
