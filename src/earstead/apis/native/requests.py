"""What callers say, as pydantic models, and its mapping to submissions and decisions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from earstead.apis.native.shapes import HASH_ID_NAMES, MOST, Mbid, Millis, Name, Request, Seconds
from earstead.core.ids import DurationMs, Isrc, SpotifyUri, UnixSeconds
from earstead.core.ids import Mbid as CoreMbid
from earstead.core.listen import Kind, Submission

SOURCE = "native"
DecisionKind = Literal["rename", "merge", "split", "block", "ban", "delete", "restore", "edit", "keep_apart", "join"]
DECISION_KINDS: tuple[str, ...] = get_args(DecisionKind)
_ID_NAMES = HASH_ID_NAMES | {"listen_id", "listen_ids", "seq"}


class Track(Request):
    """What was heard, in the words of whoever reports it."""

    artist_name: Name = Field(description="The whole artist credit; the show of an episode, the author of a chapter.")
    track_name: Name
    release_name: str = Field("", max_length=4096)
    artist_names: tuple[Name, ...] = Field(
        (), max_length=50, strict=False, description="Each credited artist, if known."
    )
    kind: Literal["music", "episode", "chapter"] = "music"
    duration_ms: Millis | None = None
    recording_mbid: Mbid | None = None
    release_mbid: Mbid | None = None
    artist_mbids: tuple[Mbid, ...] = Field((), max_length=50, strict=False)
    isrc: str | None = Field(None, pattern="^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$")
    spotify_uri: str | None = Field(None, pattern="^spotify:(track|episode):[0-9A-Za-z]{22}$")
    origin: str = Field("", max_length=200, description="Where it was heard: the domain of a service, a player.")
    client: str = Field("", max_length=200, description="Program and version that reports.")
    extra: dict[str, Any] = Field(default_factory=dict, max_length=200, description="Anything else; kept as it is.")


class Play(Track):
    """One play. Where `played_ms` is given the server's rule decides whether it counts; otherwise it counts."""

    listened_at: Seconds = Field(ge=1, description="Start of the play, unix seconds UTC.")
    played_ms: Millis | None = None
    ended_at: Seconds | None = None
    skipped: bool | None = None


class Plays(Request):
    """One to a thousand plays."""

    listens: tuple[Play, ...] = Field(min_length=1, max_length=1000, strict=False)


class Now(Track):
    """What is heard at this moment, for `seconds` at most; for as long as it lasts, or ten minutes, if left out."""

    seconds: int | None = Field(None, ge=1, le=86_400)

    def ttl_s(self) -> int:
        """How long the word holds."""
        lasts_s = -(-self.duration_ms // 1000) if self.duration_ms else 600
        return self.seconds or min(lasts_s, 86_400)


class Edit(Request):
    """Members that are given replace what the listen says."""

    artist_name: Name | None = None
    track_name: Name | None = None
    release_name: str | None = Field(None, max_length=4096)
    listened_at: Seconds | None = None


class ListenIds(Request):
    """Up to a thousand listens."""

    listen_ids: tuple[int, ...] = Field(min_length=1, max_length=1000, strict=False)


class DecisionBody(Request):
    """A decision: its kind, and what it is about.

    rename {entity, id, name}; merge {entity, ids, into}; split {entity: "artist", id, names} or
    {entity: "recording", track_ids}; block, ban {entity, id}; delete, restore {listen_ids};
    edit {listen_id, artist_name?, track_name?, release_name?, listened_at?}; keep_apart {listen_id, seq};
    join {listen_ids: two}. Ids may be numbers or decimal text.
    """

    kind: DecisionKind
    subject: dict[str, Any] = Field(max_length=20)


class TokenBody(Request):
    """A token to be made; it cannot have scopes that its maker lacks."""

    label: str = Field("", max_length=100)
    scopes: tuple[str, ...] = Field(("listens:read", "listens:write"), min_length=1, max_length=20, strict=False)


def submission(track: Track) -> Submission:
    """The neutral form; `listened_at` is 0 for what is playing now."""
    said = track.model_dump(include={"release_name", "artist_names", "origin", "client", "extra"})
    play = track if isinstance(track, Play) else None
    played_ms = play.played_ms if play else None
    ended_at = play.ended_at if play else None
    return Submission(
        source=SOURCE,
        artist_name=track.artist_name,
        track_name=track.track_name,
        listened_at=UnixSeconds(play.listened_at if play else 0),
        kind=Kind[track.kind.upper()],
        played_ms=None if played_ms is None else DurationMs(played_ms),
        ended_at=None if ended_at is None else UnixSeconds(ended_at),
        duration_ms=DurationMs(track.duration_ms) if track.duration_ms else None,
        skipped=play.skipped if play else None,
        # A caller that tells how much was heard leaves the judgement to us.
        asserted=played_ms is None,
        recording_mbid=CoreMbid(track.recording_mbid) if track.recording_mbid else None,
        release_mbid=CoreMbid(track.release_mbid) if track.release_mbid else None,
        artist_mbids=tuple(map(CoreMbid, track.artist_mbids)),
        isrc=Isrc(track.isrc) if track.isrc else None,
        spotify_uri=SpotifyUri(track.spotify_uri) if track.spotify_uri else None,
        **said,
    )


def subject_ids(subject: Mapping[str, Any]) -> dict[str, Any]:
    """A decision's subject with its ids as numbers, whether they came as numbers or as text."""
    return {
        name: ([_number(one) for one in value] if isinstance(value, list) else _number(value))
        if name in _ID_NAMES
        else value
        for name, value in subject.items()
    }


def _number(value: Any) -> Any:
    """Decimal text as a number; anything else unchanged, for the decision's own check to name."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= MOST:
        return int(value)
    return value
