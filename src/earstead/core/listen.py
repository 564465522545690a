"""What was said about a play (`Submission`), and what is held of it (`Observation`, `Listen`).

Time is the *start* of the play, unix seconds UTC. A source that reports the end converts it in its own
wire and keeps the original in `extra`.

The three records that an import makes for every row are structs of msgspec instead of dataclasses: made in 0.2 us
where a frozen dataclass takes 3.2, and not looked at by the garbage collector (they hold no circles).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec

from earstead.core.ids import DurationMs, Isrc, ListenId, Mbid, SpotifyUri, TrackId, UnixSeconds, UserId


class Kind(IntEnum):
    """What was heard. An episode's `artist_name` is its show; a chapter's is the author, its release the book."""

    MUSIC = 0
    EPISODE = 1
    CHAPTER = 2


class Reading(IntEnum):
    """How `listened_at` is to be read.

    START: the source saw the start. END: the source saw the end, `listened_at` was computed from it and
    hides any pause. EITHER: the source's one time may be the start or the end (Spotify, recently played).
    """

    START = 0
    END = 1
    EITHER = 2


class End(IntEnum):
    """Why a play ended, as far as the player told. DONE: the track was over. MOVED_ON: the listener chose something
    else. CUT_OFF: something else happened, which says nothing about the track."""

    UNKNOWN = 0
    DONE = 1
    MOVED_ON = 2
    CUT_OFF = 3


END_WORDS = {
    "trackdone": End.DONE,
    **dict.fromkeys(("fwdbtn", "backbtn", "nextbtn", "clickrow", "clickside", "playbtn"), End.MOVED_ON),
    **dict.fromkeys(
        (
            *("endplay", "logout", "remote", "trackerror", "unexpected-exit", "unexpected-exit-while-paused"),
            *("popup", "appload", "reload", "uriopen", "switched-to-audio", "switched-to-video"),
            *("interrupted", "unknown"),
        ),
        End.CUT_OFF,
    ),
}
"""What `extra["reason_end"]` may say, in Spotify's words; others are unknown."""


class Submission(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a client said about one play, in neutral form, before anything is decided.

    Attributes:
        source: name of the plug or file format that brought it ("listenbrainz", "spotify-extended").
        artist_name: the artist credit exactly as said (show for episodes, author for chapters).
        artist_names: the credited artists where the source gives a list; () where it does not.
        listened_at: start of the play, unix seconds.
        precision_s: how coarse the times are: 1, or 60 for minute-precise exports.
        ended_at: when the play ended, where the source knows; with Reading.EITHER the raw time.
        played_ms: time heard without pauses, >= 0; None if the source does not say.
        duration_ms: reported length of the recording, > 0; None if unknown. Never an estimate.
        asserted: the client itself calls it a listen (a scrobbler did the counting); False: our rule decides.
        skipped: True or False as reported; None if the source does not say.
        twin_s: the source's own rule for duplicates: two of its rows with equal played_ms whose ends are at
            most this many seconds apart are one play. 0: its rows never merge with each other.
        origin: music service or player domain ("spotify.com"), "" if unknown.
        client: program and version that reported it, "" if unknown.
        extra: everything else that was said, JSON values, kept as it came (additional_info, reason_start,
            reason_end, shuffle, offline, incognito, platform ...). No IP address, no user agent.
    """

    source: str
    artist_name: str
    track_name: str
    listened_at: UnixSeconds
    kind: Kind = Kind.MUSIC
    release_name: str = ""
    artist_names: tuple[str, ...] = ()
    reading: Reading = Reading.START
    precision_s: int = 1
    ended_at: UnixSeconds | None = None
    played_ms: DurationMs | None = None
    duration_ms: DurationMs | None = None
    asserted: bool = True
    skipped: bool | None = None
    twin_s: int = 0
    recording_mbid: Mbid | None = None
    release_mbid: Mbid | None = None
    artist_mbids: tuple[Mbid, ...] = ()
    isrc: Isrc | None = None
    spotify_uri: SpotifyUri | None = None
    origin: str = ""
    client: str = ""
    extra: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class NowPlaying:
    """What a user hears at this moment: one slot a user, gone at `expires_at`."""

    user_id: UserId
    submission: Submission
    started_at: UnixSeconds
    expires_at: UnixSeconds


def observation_key(source: str, started_at: int, fingerprint: int) -> str:
    """The name of an observation on every server, as decisions and archives hold it."""
    return f"{source}:{started_at}:{fingerprint}"


class Observation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stored submission, as much of it as reconciliation needs.

    `key` ("source:start:fingerprint") names it across rebuilds, exports and machines; `seq` is its row here.
    `played_ms` and `duration_ms` are -1 when unknown; `ended_at` is 0 when the source did not see the end.
    """

    seq: int
    source: str
    fingerprint: int
    track_id: TrackId
    match_key: int
    id_key: int
    started_at: UnixSeconds
    ended_at: UnixSeconds
    reading: Reading
    precision_s: int
    played_ms: int
    duration_ms: int
    asserted: bool
    skipped: int
    twin_s: int
    rank: int = 0

    @property
    def key(self) -> str:
        """Name of the observation on every server."""
        return observation_key(self.source, self.started_at, self.fingerprint)


class Listen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One play, decided from one or more observations. `skipped` is -1 when nobody said, `duration_ms` (the longest
    that any witness reported) likewise."""

    listen_id: ListenId
    listened_at: UnixSeconds
    track_id: TrackId
    played_ms: int
    duration_ms: int
    counted: bool
    hidden: bool
    skipped: int
    witnesses: tuple[tuple[int, str], ...]
    """(seq of the observation, why it belongs to this play), first received first."""


def rank_of(*, recording_mbid: str, artist_names: tuple[str, ...], release_name: str, spotify_uri: str) -> int:
    """How much a wording tells, 0..15: the fullest one names the listen."""
    return 8 * bool(recording_mbid) + 4 * bool(artist_names) + 2 * bool(release_name) + bool(spotify_uri)


END_SHIFT = 9
"""Where the `End` of a play stands in its traits; two bits. Statements about habits read it there."""


def pack_traits(submission: Submission, rank: int) -> int:
    """Everything small about a submission in one integer: one column instead of six."""
    skipped = -1 if submission.skipped is None else int(submission.skipped)
    word = submission.extra.get("reason_end")
    end = END_WORDS.get(word, 0) if type(word) is str else 0
    return (
        int(submission.reading)
        | int(submission.asserted) << 2
        | (skipped + 1) << 3
        | rank << 5
        | end << END_SHIFT
        | min(submission.precision_s, 4095) << 12
        | min(submission.twin_s, 4095) << 24
    )


def unpack_traits(traits: int) -> dict[str, Any]:
    """The fields of `pack_traits`, by the names `Observation` gives them."""
    return {
        "reading": Reading(traits & 3),
        "asserted": bool(traits >> 2 & 1),
        "skipped": (traits >> 3 & 3) - 1,
        "rank": traits >> 5 & 15,
        "precision_s": traits >> 12 & 4095,
        "twin_s": traits >> 24 & 4095,
    }
