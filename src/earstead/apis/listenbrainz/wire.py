"""From the body of a request to submissions. Pure; units and quirks are named here.

The order of the checks and their messages are the protocol's (see README); `rules` holds those of one listen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from earstead.apis.listenbrainz.rules import MAX_DURATION_S, PLAYING_NOW, Said, canonical_mbid, check_listen
from earstead.core.errors import Rejected
from earstead.core.ids import DurationMs, Isrc, Mbid, SpotifyUri, UnixSeconds
from earstead.core.listen import Kind, Submission
from earstead.core.rules import problem

SOURCE = "listenbrainz"
MAX_LISTENS = 1_000
MAX_LISTEN_BYTES = 10_240
MAX_BODY_BYTES = MAX_LISTENS * MAX_LISTEN_BYTES
MAX_DEPTH = 64
"""Objects and lists within each other; deeper documents are an attack on whoever has to walk them."""
PLAYING_NOW_TTL_S = 600
"""How long a playing_now of unknown length stands."""

TOO_LARGE = f"Payload too large. Payload cannot exceed {MAX_BODY_BYTES} bytes"
INVALID = "Invalid JSON document submitted."

_LISTEN_TYPES = ("single", PLAYING_NOW, "import")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_SPOTIFY_TRACK = re.compile(
    r"(?:https?://open\.spotify\.com/(?:intl-[a-z]+/)?|spotify:)(track|episode)[/:]([0-9A-Za-z]{22})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A submit-listens request that passed every check. For playing_now, `ttl_s` says how long it stands."""

    listen_type: str
    submissions: tuple[Submission, ...]
    ttl_s: int = PLAYING_NOW_TTL_S

    @property
    def playing_now(self) -> bool:
        """Whether it replaces the slot and is not to be kept."""
        return self.listen_type == PLAYING_NOW


def decode(body: bytes) -> Any:
    """The JSON value of a body; duplicate keys: the last one stands.

    Raises:
        Rejected: on bad syntax, non-finite numbers, lone surrogates, invalid UTF-8, too deep nesting.
    """
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Rejected("", f"Cannot parse JSON document: {error}") from None
    except RecursionError:
        raise Rejected("", "Cannot parse JSON document: nested too deeply") from None
    # Counting brackets spares the walk for nearly every single listen.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _deeper_than(value, MAX_DEPTH):
        raise Rejected("", "Cannot parse JSON document: nested too deeply")
    return value


def _deeper_than(value: Any, most: int) -> bool:
    """Whether objects and lists are nested more than `most` deep; level by level, without recursion."""
    level = [value]
    for _ in range(most + 1):
        inside = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [child for children in inside for child in children]
        if not level:
            return False
    return any(isinstance(one, dict | list) for one in level)


def parse_submission(body: bytes, now: int) -> Batch:
    """A submit-listens body, checked as a whole: one bad listen rejects all.

    `now` (unix seconds) is the time of a playing_now, and bounds `listened_at`.

    Raises:
        Rejected: with the first broken rule, in the protocol's words.
    """
    if len(body) > MAX_BODY_BYTES:
        raise Rejected("", TOO_LARGE)
    document = decode(body)
    if not isinstance(document, dict):
        raise Rejected("", f"{INVALID} Top level of JSON document should be a json object.")
    payload = _payload(document, len(body))
    listen_type = _listen_type(document, payload)
    # U+0000 can only be written as an escape: a document without it needs no search.
    nulls = b"\\u0000" in body
    said = [check_listen(listen, listen_type, now, look_for_nulls=nulls) for listen in payload]
    submissions = tuple(_submission(one, now) for one in said)
    for submission in submissions:
        if why := problem(submission, now):
            raise Rejected("payload", f"{INVALID} A listen cannot be kept: {why}.")
    ttl_s = _ttl_s(said[0].info) if listen_type == PLAYING_NOW else PLAYING_NOW_TTL_S
    return Batch(listen_type=listen_type, submissions=submissions, ttl_s=ttl_s)


def _payload(document: dict[str, Any], size: int) -> list[Any]:
    if "payload" not in document:
        raise Rejected("payload", INVALID)
    payload = document["payload"]
    if not isinstance(payload, list):
        raise Rejected("payload", "The payload in the JSON document should be a list of listens.")
    if not payload:
        raise Rejected("payload", "JSON document does not contain any listens")
    if len(payload) > MAX_LISTENS:
        raise Rejected("payload", f"Too many listens. You may not submit more than {MAX_LISTENS} listens at once.")
    if size > len(payload) * MAX_LISTEN_BYTES:
        why = f"JSON document is too large. Each listens may not be larger than {MAX_LISTEN_BYTES} bytes."
        raise Rejected("payload", why)
    return payload


def _listen_type(document: dict[str, Any], payload: Sequence[Any]) -> str:
    if "listen_type" not in document:
        raise Rejected("listen_type", INVALID)
    listen_type = document["listen_type"]
    if not isinstance(listen_type, str) or listen_type not in _LISTEN_TYPES:
        raise Rejected("listen_type", "JSON document requires a valid listen_type key.")
    if listen_type != "import" and len(payload) > 1:
        why = "JSON document contains more than listen for a single/playing_now. It should contain only one."
        raise Rejected("payload", why)
    return listen_type


def _ttl_s(info: dict[str, Any]) -> int:
    if "duration" in info:
        return int(info["duration"])
    if "duration_ms" in info:
        return max(int(info["duration_ms"]) // 1000, 1)
    return PLAYING_NOW_TTL_S


def _submission(said: Said, now: int) -> Submission:
    """The neutral form. What has no field of its own stays in `extra`, where it is read from again."""
    info = said.info
    recording_mbid, release_mbid = info.get("recording_mbid"), info.get("release_mbid")
    return Submission(
        source=SOURCE,
        kind=Kind.EPISODE if info.get("media_type") == "podcast" else Kind.MUSIC,
        artist_name=said.artist_name,
        track_name=said.track_name,
        release_name=said.release_name,
        artist_names=_artist_names(info),
        listened_at=UnixSeconds(now if said.listened_at is None else said.listened_at),
        played_ms=_played_ms(info.get("duration_played")),
        duration_ms=_duration_ms(info),
        recording_mbid=Mbid(recording_mbid) if recording_mbid else None,
        release_mbid=Mbid(release_mbid) if release_mbid else None,
        artist_mbids=tuple(map(Mbid, info.get("artist_mbids", ()))),
        isrc=_isrc(info.get("isrc")),
        spotify_uri=_spotify_uri(info.get("spotify_id")),
        origin=_origin(info),
        client=_client(info),
        extra=info,
    )


def _artist_names(info: dict[str, Any]) -> tuple[str, ...]:
    names = info.get("artist_names")
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        return ()
    return tuple(name.strip() for name in names)


def _duration_ms(info: dict[str, Any]) -> DurationMs | None:
    if "duration" in info:
        return DurationMs(info["duration"] * 1000)
    return DurationMs(info["duration_ms"]) if "duration_ms" in info else None


def _played_ms(seconds: Any) -> DurationMs | None:
    """`duration_played` is in seconds; nonsense is not worth losing a listen for."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_DURATION_S:
        return None
    return DurationMs(int(seconds * 1000))


def _isrc(value: Any) -> Isrc | None:
    if not isinstance(value, str):
        return None
    code = value.replace("-", "").strip().upper()
    return Isrc(code) if _ISRC.fullmatch(code) else None


def _spotify_uri(value: Any) -> SpotifyUri | None:
    """`spotify_id` is the track's page; some clients send the URI instead."""
    found = _SPOTIFY_TRACK.match(value) if isinstance(value, str) else None
    return SpotifyUri(f"spotify:{found[1]}:{found[2]}") if found else None


def _origin(info: dict[str, Any]) -> str:
    """The music service's domain: as said, else the host of the page it was heard on."""
    service = info.get("music_service")
    if isinstance(service, str) and service.strip():
        return service.strip().lower()[:255]
    url = info.get("origin_url")
    if not isinstance(url, str):
        return ""
    try:
        return (urlsplit(url).hostname or "")[:255]
    except ValueError:
        return ""


def _client(info: dict[str, Any]) -> str:
    for name in ("submission_client", "media_player"):
        program, version = info.get(name), info.get(f"{name}_version")
        if isinstance(program, str) and program.strip():
            known = isinstance(version, str) and version.strip()
            return f"{program.strip()} {version.strip()}"[:255] if known and version else program.strip()[:255]
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Which listen to delete: ListenBrainz names it by time and MSID."""

    listened_at: int
    recording_msid: str


def parse_deletion(body: bytes) -> Deletion:
    """A delete-listen body. Raises Rejected in the protocol's words."""
    document = decode(body)
    if not isinstance(document, dict) or "listened_at" not in document:
        raise Rejected("listened_at", "Listen timestamp missing.")
    at = document["listened_at"]
    try:
        listened_at = int(at) if isinstance(at, str | int | float) and not isinstance(at, bool) else None
    except ValueError:
        listened_at = None
    if listened_at is None or not -(2**63) <= listened_at < 2**63:
        raise Rejected("listened_at", f"{at}: Listen timestamp invalid.")
    if "recording_msid" not in document:
        raise Rejected("recording_msid", "Recording MSID missing.")
    msid = canonical_mbid(document["recording_msid"])
    if msid is None:
        raise Rejected("recording_msid", f"{document['recording_msid']}: Recording MSID format invalid.")
    return Deletion(listened_at=listened_at, recording_msid=msid)


def parse_client(body: bytes) -> str | None:
    """The `client` a playing-now/delete is meant for; None for whichever. An empty body is fine."""
    document = decode(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise Rejected("", f"{INVALID} Top level of JSON document should be a json object.")
    client = document.get("client")
    if client is not None and not isinstance(client, str):
        raise Rejected("client", "The 'client' field must be a string.")
    return client


# Names of services whose importers keep their place here.
# fmt: off
SERVICES = frozenset((
    "spotify", "critiquebrainz", "musicbrainz", "lastfm", "librefm",
    "soundcloud", "apple", "funkwhale", "navidrome", "youtube",
    "deezer", "tidal", "jellyfin", "koel", "maloja",
))
# fmt: on
DEFAULT_SERVICE = "lastfm"


def parse_import_place(body: bytes) -> tuple[str, int]:
    """(service, unix seconds of the newest imported listen) of a latest-import body; 0 when not said."""
    try:
        document = decode(body)
    except Rejected:
        document = None
    if not isinstance(document, dict):
        raise Rejected("", "Invalid data sent")
    service, at = document.get("service", DEFAULT_SERVICE), document.get("ts", 0)
    if not isinstance(service, str) or service not in SERVICES:
        raise Rejected("service", "Invalid data sent")
    if isinstance(at, str):
        at = int(at) if re.fullmatch(r"[0-9]{1,18}", at) else None
    if type(at) is not int or not -(2**63) <= at < 2**63:
        raise Rejected("ts", "Invalid data sent")
    return service, at
