"""What a client id may do, tried out with requests that change nothing; some exist for old client ids alone.

Each question is a request. Those that the governor does not admit now stay unknown, and are asked when the job that
does this comes again: nothing is guessed, and nothing is asked twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from earstead.core.errors import NotFound, Refused, Rejected
from earstead.core.quota import Family
from earstead.core.spotify import Capabilities, CapabilityAbsent, QuotaLocked, ScopeMissing
from earstead.sources.spotify.client import SpotifyClient
from earstead.sources.spotify.wire.said import mapping

TRACK = "11dFghVXANMlKmJXsNCbNl"
ARTIST = "0TnOYISbd1XYRBk9myaseg"
"""Ids of Spotify's own documentation: any will do, a refusal does not depend on them."""


def probe(client: SpotifyClient, before: Capabilities, now: int, keep: Callable[[Capabilities], None]) -> Capabilities:
    """Find out what `before` does not know. `keep` is called after each answer.

    Raises:
        RetryLater: not everything could be asked now; what was found is kept.
    """
    found, locked = before, None
    for name, ask in _QUESTIONS.items():
        if getattr(found, name) is not None:
            continue
        try:
            answer = ask(client)
        except QuotaLocked as fault:
            locked = fault  # one family for hours: the others can be asked
            continue
        if answer is not None:
            found = _with(found, name, answer, now)
            keep(found)
    if locked is not None:
        raise locked
    if not found.probed_at:
        found = _with(found, "probed_at", now, now)
        keep(found)
    return found


def _with(found: Capabilities, name: str, value: Any, now: int) -> Capabilities:
    return msgspec.structs.replace(found, **{"probed_at": now, name: value})


def _may(client: SpotifyClient, path: str, family: Family, **query: str) -> bool | None:
    """Whether an address answers; None when that cannot be told from the answer."""
    try:
        client.ask(path, family, capability="it", **query)
    except CapabilityAbsent:
        return False
    except ScopeMissing:
        return True  # it is there, and wants a right that was not granted
    except Rejected:
        return True  # it is there, and does not know this id
    except (NotFound, Refused):
        return None
    return True


def _batch(client: SpotifyClient) -> bool | None:
    return _may(client, "/tracks", "metadata", ids=TRACK)


def _library(client: SpotifyClient) -> bool | None:
    return _may(client, "/me/library/contains", "library", uris=f"spotify:track:{TRACK}")


def _related(client: SpotifyClient) -> bool | None:
    return _may(client, f"/artists/{ARTIST}/related-artists", "metadata")


def _features(client: SpotifyClient) -> bool | None:
    return _may(client, "/audio-features", "metadata", ids=TRACK)


def _search_max(client: SpotifyClient) -> int | None:
    try:
        client.ask("/search", "search", capability="search", q="a", type="track", limit="50")
    except Rejected:
        return 10
    except (CapabilityAbsent, NotFound, Refused):
        return None
    return 50


def _legacy(client: SpotifyClient) -> bool | None:
    try:
        return "product" in mapping(client.ask("/me", "metadata", capability="profile"))
    except (Refused, NotFound):
        return None


def _playlist_route(client: SpotifyClient) -> str | None:
    """Today's route is taken where it exists; it can only be tried with a playlist of the account's own."""
    try:
        me = client.me().spotify_id
        own = [playlist for playlist in client.playlists_page().items if playlist.owner_id == me]
        if not own:
            return None
        for route in ("items", "tracks"):
            if _may(client, f"/playlists/{own[0].playlist_id}/{route}", "playlists", limit="1"):
                return route
    except (Refused, NotFound, ScopeMissing):
        return None
    return None


_QUESTIONS: dict[str, Callable[[SpotifyClient], Any]] = {
    "playlist_route": _playlist_route,
    "library": _library,
    "batch": _batch,
    "search_max": _search_max,
    "legacy_fields": _legacy,
    "related_artists": _related,
    "audio_features": _features,
}
