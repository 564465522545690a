"""Requests to services that speak ListenBrainz, and what their answers mean. Pure.

Source: the ListenBrainz API documentation, "Core" (submit-listens, validate-token) and its rate-limit headers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from earstead.core.errors import NeedsReauth, Refused, RetryLater
from earstead.core.listen import Kind, Submission
from earstead.core.relaying import MARKS, marked, marks_in
from earstead.kit.texts import one_line
from earstead.services.relays.types import Account, Delivery
from earstead.services.views import ListenRow

MOST = 100
"""The protocol takes 1,000; after a fault, fewer are sent again, and one refused takes fewer along."""
CLIENT = "earstead"
RETRY_S = 30.0
LIMITED_S = 60.0
_MEDIA_TYPES = {int(Kind.EPISODE): "podcast", int(Kind.CHAPTER): "audiobook"}


def imported(listens: Sequence[ListenRow], version: str, mark: str = "") -> bytes:
    """A submit-listens body of type "import"."""
    payload = [
        {
            "listened_at": row.listened_at,
            "track_metadata": {
                "artist_name": row.artist_name,
                "track_name": row.track_name,
                **({"release_name": row.release_name} if row.release_name else {}),
                "additional_info": _info(
                    version,
                    mark,
                    row.extra,
                    kind=row.kind,
                    duration_ms=row.duration_ms,
                    recording_mbid=row.recording_mbid,
                    release_mbid=row.release_mbid,
                    artist_mbids=row.artist_mbids,
                    isrc=row.isrc,
                    spotify_uri=row.spotify_uri,
                    player=row.client,
                    played_ms=row.played_ms,
                ),
            },
        }
        for row in listens
    ]
    return msgspec.json.encode({"listen_type": "import", "payload": payload})


def now_playing(submission: Submission, version: str, mark: str = "") -> bytes:
    """A submit-listens body of type "playing_now"."""
    s = submission
    info = _info(
        version,
        mark,
        s.extra,
        kind=int(s.kind),
        duration_ms=s.duration_ms or 0,
        recording_mbid=s.recording_mbid or "",
        release_mbid=s.release_mbid or "",
        artist_mbids=tuple(s.artist_mbids),
        isrc=s.isrc or "",
        spotify_uri=s.spotify_uri or "",
        player=s.client,
        played_ms=-1,
    )
    metadata: dict[str, Any] = {"artist_name": s.artist_name, "track_name": s.track_name, "additional_info": info}
    if s.release_name:
        metadata["release_name"] = s.release_name
    return msgspec.json.encode({"listen_type": "playing_now", "payload": [{"track_metadata": metadata}]})


def _info(
    version: str,
    mark: str,
    said: Mapping[str, Any],
    *,
    kind: int,
    duration_ms: int,
    played_ms: int,
    recording_mbid: str,
    release_mbid: str,
    artist_mbids: tuple[str, ...],
    isrc: str,
    spotify_uri: str,
    player: str,
) -> dict[str, Any]:
    """What the protocol has words for, and who sends it. What a client said besides stays here: it was said to us."""
    what, _, spotify_id = spotify_uri.removeprefix("spotify:").partition(":")
    facts: dict[str, Any] = {
        "submission_client": CLIENT,
        "submission_client_version": version,
        "media_player": player,
        "media_type": _MEDIA_TYPES.get(kind, ""),
        "duration_ms": max(duration_ms, 0),
        # Where nobody said how long it was heard, its length stands in; that is no fact to pass on.
        "duration_played": played_ms // 1000 if 0 < played_ms != duration_ms else 0,
        "recording_mbid": recording_mbid,
        "release_mbid": release_mbid,
        "artist_mbids": list(artist_mbids),
        "isrc": isrc,
        "spotify_id": f"https://open.spotify.com/{what}/{spotify_id}" if spotify_id else "",
        MARKS: list(marked(marks_in(said), mark)) if mark else [],
    }
    return {name: value for name, value in facts.items() if value}


# --- answers ------------------------------------------------------------------------------------------------------


def read(service: str, status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The document of a good answer.

    Raises:
        RetryLater: a limit (with the pause it names) or a fault of the server.
        NeedsReauth: the token is not good, or this is no such API.
        Refused: what was sent is not acceptable.
    """
    if status == 429:
        raise RetryLater(service, "too many requests", max(pause_of(headers), 1.0))
    if status >= 500 or status == 408:
        raise RetryLater(service, f"answered {status}", RETRY_S)
    document = _document(body)
    why = one_line(document.get("error")) if document else ""
    if status in (401, 403):
        raise NeedsReauth(service, why or "does not accept the token")
    if status in (400, 413, 422):
        raise Refused(service, why or f"answered {status}")
    if status != 200 or document is None:
        raise NeedsReauth(service, f"does not answer like a ListenBrainz API (status {status}); look at its address")
    return document


def delivered(headers: Mapping[str, str], count: int) -> Delivery:
    """An accepted submit-listens: it takes all or none. The pause is the one that its rate limit asks for."""
    spent = headers.get("x-ratelimit-remaining", "").strip() == "0"
    return Delivery(refused=("",) * count, pause_s=pause_of(headers) if spent else 0.0)


def pause_of(headers: Mapping[str, str]) -> float:
    """Seconds until the limit is lifted, at most an hour; `LIMITED_S` when the headers do not tell."""
    for name in ("x-ratelimit-reset-in", "retry-after"):
        text = headers.get(name, "").strip()
        if text.replace(".", "", 1).isdigit() and text.isascii():
            return min(float(text), 3600.0)
    return LIMITED_S


def account_of(service: str, document: Mapping[str, Any]) -> Account:
    """Whose token it is, of a validate-token. Raises NeedsReauth when it is nobody's."""
    name = document.get("user_name")
    if document.get("valid") is not True or not isinstance(name, str):
        raise NeedsReauth(service, "does not know this token")
    return Account(name=name[:200])


def mark_of(body: bytes) -> str:
    """The mark in the answer of an earstead's origin address, "" when there is none."""
    document = _document(body) or {}
    return next(iter(marks_in({MARKS: document.get("origin")})), "")


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
