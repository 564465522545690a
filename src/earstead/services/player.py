"""Plays through the player of the pages: shown while they run, kept as listens once enough was heard.

The page says what its embedded player told it; the rule that decides is ours, and the same play said again (a
repeated request, a second tab) is one listen, since its start names it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from earstead.core.catalog import Track
from earstead.core.errors import NotFound, Rejected
from earstead.core.ids import DurationMs, Isrc, Mbid, SpotifyUri, UnixSeconds
from earstead.core.listen import Kind, Submission, rank_of
from earstead.core.playlinks import Service
from earstead.core.rules import MAX_DURATION_MS, counts_as_listen
from earstead.kit.clock import Clock
from earstead.services.ingest import Ingest
from earstead.services.playing import Playing
from earstead.services.playlinks import Playlinks
from earstead.storage import catalog
from earstead.storage.engine import Engine

SOURCE = "player"
CLIENT = "earstead player"
_ORIGINS = {"spotify": "spotify.com", "youtube": "youtube.com"}
_UNKNOWN_LENGTH_TTL_S = 300
_LONGEST_S = 86_400
"""A play that began longer ago than this is not being heard any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A play of a recording as its words stand in the history of `owner_id`, from the link of one service.

    `duration_ms` is 0 until the embedded player said it.
    """

    owner_id: int
    recording_id: int
    service: Service
    duration_ms: int = 0


class Player:
    """See the module. All methods block."""

    def __init__(self, engine: Engine, clock: Clock, ingest: Ingest, playing: Playing, links: Playlinks) -> None:
        self._engine = engine
        self._clock = clock
        self._ingest = ingest
        self._playing = playing
        self._links = links

    def words(self, owner_id: int, recording_id: int) -> Submission:
        """A recording as it was said most fully in somebody's history; without a time. Raises NotFound.

        As it was said, and not as it was renamed: words lead to the recording again.
        """
        with self._engine.read() as tx:
            tracks = catalog.tracks_of(tx, owner_id, recording_id)
        found = [track for track in tracks if track.kind in (Kind.MUSIC, Kind.EPISODE)]
        if not found:
            raise NotFound("There is no such recording in this history.")
        return _said(max(found, key=lambda track: (_fullness(track), track.track_id)))

    def started(self, user_id: int, played: Played) -> int:
        """Show what a user begins to hear; returns the start (unix seconds), which names the play from now on."""
        now = self._clock.now()
        seconds = played.duration_ms // 1000
        ttl_s = seconds if 0 < seconds <= _LONGEST_S else _UNKNOWN_LENGTH_TTL_S
        self._playing.set(user_id, self._submission(played, now), ttl_s)
        return now

    def heard(self, user_id: int, played: Played, started_at: int, heard_ms: int) -> bool:
        """Keep a play as a listen; False when it was kept before.

        Raises Rejected when too little was heard (less than half and than four minutes, of something longer than
        half a minute), or when the times cannot be true.
        """
        now = self._clock.now()
        if not now - _LONGEST_S <= started_at <= now:
            raise Rejected("started_at", "the play began too long ago, or has not begun")
        if not counts_as_listen(False, heard_ms, played.duration_ms or -1):
            raise Rejected("heard_ms", "too little was heard for a listen")
        result = self._ingest.add_now(user_id, [self._submission(played, started_at)])
        return bool(result.new or result.merged)

    def stopped(self, user_id: int) -> None:
        """Show nothing any more, if what is shown came from here."""
        live = self._playing.get(user_id)
        if live and live.submission.source == SOURCE:
            self._playing.clear(user_id)

    def _submission(self, played: Played, started_at: int) -> Submission:
        if not 0 <= played.duration_ms <= MAX_DURATION_MS:
            raise Rejected("duration_ms", "this is no length of a song")
        links = self._links.of(played.owner_id, [played.recording_id]).get(played.recording_id, ())
        link = next((one for one in links if one.service == played.service), None)
        if link is None:
            raise NotFound("There is no such link here.")
        said = self.words(played.owner_id, played.recording_id)
        return msgspec.structs.replace(
            said,
            listened_at=UnixSeconds(started_at),
            duration_ms=DurationMs(played.duration_ms) if played.duration_ms else None,
            spotify_uri=SpotifyUri(link.target) if link.service == "spotify" else said.spotify_uri,
            origin=_ORIGINS[link.service],
            extra={"video": link.target} if link.service == "youtube" else {},
        )


def _said(track: Track) -> Submission:
    return Submission(
        source=SOURCE,
        client=CLIENT,
        listened_at=UnixSeconds(0),
        kind=track.kind,
        artist_name=track.artist_name,
        track_name=track.track_name,
        release_name=track.release_name,
        artist_names=track.artist_names,
        recording_mbid=Mbid(track.recording_mbid) if track.recording_mbid else None,
        release_mbid=Mbid(track.release_mbid) if track.release_mbid else None,
        artist_mbids=tuple(Mbid(one) for one in track.artist_mbids),
        isrc=Isrc(track.isrc) if track.isrc else None,
        spotify_uri=SpotifyUri(track.spotify_uri) if track.spotify_uri else None,
    )


def _fullness(track: Track) -> int:
    return rank_of(
        recording_mbid=track.recording_mbid,
        artist_names=track.artist_names,
        release_name=track.release_name,
        spotify_uri=track.spotify_uri,
    )
