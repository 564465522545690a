"""A client of Spotify's Web API that can be used alone.

    from earstead.sources.spotify import FixedToken, SpotifyClient
    client = SpotifyClient(transport, FixedToken("..."))
    client.player()

Every call is one request: it takes a place with the governor, is sent, and its answer becomes records of
`core.spotify` and `core.player`. Nothing waits or is tried again, with two exceptions: a token that was refused
is renewed once, and an answer that past incidents gave for valid requests is asked for once more. Every call raises

    RetryLater (QuotaLocked)  a limit of ours or theirs, or a fault of theirs: come back after `after_s`
    NeedsReauth (ScopeMissing)  the user must connect again, or agree to more
    CapabilityAbsent  this client id may not ask that; Refused, NotAllowListed, PremiumNeeded, NoDevice, NotFound
    Rejected  what was given is wrong
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from earstead.core.errors import NotFound, Rejected, RetryLater
from earstead.core.player import Item, PlayerState
from earstead.core.quota import Family, Priority
from earstead.core.spotify import (
    ACCOUNTS_URL,
    API_URL,
    SERVICE,
    Artist,
    Capabilities,
    CapabilityAbsent,
    Device,
    Page,
    Played,
    Playlist,
    PlaylistItem,
    Profile,
    Queue,
    QuotaLocked,
    Saved,
    SavedAlbum,
)
from earstead.kit.clock import Clock, SystemClock
from earstead.kit.outbound import Answer
from earstead.sources.spotify import doors, wire
from earstead.sources.spotify.governor import Governor
from earstead.sources.spotify.tokens import Access
from earstead.sources.spotify.wire.recent import MOST as MOST_RECENT
from earstead.sources.spotify.wire.said import mapping

PAGE = 50
MOST_URIS = 100
"""Items that a write to a playlist takes at once."""
MOST_LIBRARY = 40
T = TypeVar("T")


class SpotifyClient:
    """See the module. Blocks; one object may serve several threads."""

    def __init__(
        self,
        transport: doors.Transport,
        tokens: Access,
        governor: Governor | None = None,
        *,
        base_url: str = API_URL,
        accounts_url: str = ACCOUNTS_URL,
        clock: Clock | None = None,
        capabilities: Capabilities | None = None,
        priority: Priority = Priority.CLICK,
    ) -> None:
        """`base_url` ends with the version ("/v1"). `priority`: of requests that have no fixed one."""
        self._transport = transport
        self._tokens = tokens
        self._clock = clock or SystemClock()
        self.governor = governor or Governor(self._clock)
        self._base_url = base_url.rstrip("/")
        self.accounts_url = accounts_url
        self.capabilities = capabilities or Capabilities()
        self._priority = priority

    # ---- listening ---------------------------------------------------------------------------------------

    def player(self) -> PlayerState:
        """The player as it is now. Without an item when nothing plays, in advertisements and private sessions."""
        before = self._clock.now_ms()
        answer = self._get("/me/player", "player", Priority.PLAYER, additional_types="track,episode")
        after = self._clock.now_ms()
        # Its own time stamp lags; the answer was true half way between asking and hearing.
        return wire.player_state(answer, after - max(0, after - before) // 2)

    def queue(self) -> Queue:
        """What plays next."""
        return wire.queue_of(self._get("/me/player/queue", "player", Priority.PLAYER))

    def devices(self) -> tuple[Device, ...]:
        """The players that are awake."""
        return wire.devices_of(self._get("/me/player/devices", "player", self._priority))

    def recently_played(self, after_ms: int = 0) -> tuple[Played, ...]:
        """At most 50 plays, oldest first; with `after_ms` only those that are told with a later time.

        Plays of devices that were offline arrive late and behind: read again from two hours before the last one.
        """
        more = {"after": str(after_ms)} if after_ms else {}
        path = "/me/player/recently-played"
        return wire.played_of(self._get(path, "recent", Priority.HISTORY, limit=str(MOST_RECENT), **more))

    # ---- who, and what is kept ---------------------------------------------------------------------------

    def me(self) -> Profile:
        """Whose account it is."""
        profile = wire.profile_of(self._get("/me", "metadata", self._priority))
        if not profile.spotify_id:
            raise RetryLater(SERVICE, "it does not say whose account this is", doors.FAULT_S)
        return profile

    def saved_tracks_page(self, offset: int = 0) -> Page[Saved]:
        """Up to 50 liked songs, latest first."""
        return wire.saved_of(self._page("/me/tracks", "library", offset))

    def saved_tracks(self) -> Iterator[Saved]:
        """All liked songs, latest first, a request for each 50."""
        return _all(lambda at: self.saved_tracks_page(int(at or 0)))

    def saved_albums_page(self, offset: int = 0) -> Page[SavedAlbum]:
        """Up to 50 saved albums, latest first."""
        return wire.saved_albums_of(self._page("/me/albums", "library", offset))

    def saved_albums(self) -> Iterator[SavedAlbum]:
        """All saved albums."""
        return _all(lambda at: self.saved_albums_page(int(at or 0)))

    def album_tracks_page(self, album_uri: str, offset: int = 0) -> Page[Item]:
        """Up to 50 tracks of an album."""
        path = f"/albums/{_id(album_uri.rpartition(':')[2])}/tracks"
        return wire.album_tracks_of(self._page(path, "metadata", offset))

    def followed_artists_page(self, after: str = "") -> Page[Artist]:
        """Up to 50 followed artists behind the given id."""
        more = {"after": after} if after else {}
        answer = self._get("/me/following", "library", self._priority, type="artist", limit=str(PAGE), **more)
        return wire.artists_of(answer)

    def followed_artists(self) -> Iterator[Artist]:
        """All followed artists."""
        return _all(self.followed_artists_page)

    def playlists_page(self, offset: int = 0) -> Page[Playlist]:
        """Up to 50 playlists that are owned or followed, each with its `snapshot_id`."""
        return wire.playlists_of(self._page("/me/playlists", "playlists", offset))

    def playlists(self) -> Iterator[Playlist]:
        """All playlists."""
        return _all(lambda at: self.playlists_page(int(at or 0)))

    def playlist(self, playlist_id: str) -> Playlist:
        """One playlist, without its items."""
        fields = "id,name,uri,owner,description,snapshot_id,public,collaborative,items(total),tracks(total)"
        answer = self._get(f"/playlists/{_id(playlist_id)}", "playlists", self._priority, fields=fields)
        found = wire.playlist_of(answer)
        if found is None:
            raise NotFound("There is no such playlist.")
        return found

    def playlist_items_page(self, playlist_id: str, offset: int = 0) -> Page[PlaylistItem]:
        """Up to 50 items. Raises Refused for playlists of others (new client ids)."""
        path = f"/playlists/{_id(playlist_id)}"
        return wire.playlist_items_of(
            self._by_route(lambda route: self._page(f"{path}/{route}", "playlists", offset, route))
        )

    def playlist_items(self, playlist_id: str) -> Iterator[PlaylistItem]:
        """All items in order. Compare `snapshot_id` first: an unchanged playlist needs no request here."""
        return _all(lambda at: self.playlist_items_page(playlist_id, int(at or 0)))

    # ---- changing playlists ------------------------------------------------------------------------------

    def create_playlist(self, name: str, *, description: str = "", public: bool = False) -> Playlist:
        """A new playlist of the account."""
        body = {"name": name, "description": description, "public": public}
        try:
            answer = self._write("POST", "/me/playlists", body, capability="playlists of one's own at /me")
        except CapabilityAbsent:
            answer = self._write("POST", f"/users/{_id(self.me().spotify_id)}/playlists", body)
        found = wire.playlist_of(answer)
        if found is None:
            raise RetryLater(SERVICE, "it does not say which playlist it made", doors.FAULT_S)
        return found

    def change_playlist(self, playlist_id: str, *, name: str = "", description: str = "") -> None:
        """Another name or description; "" leaves it."""
        body = {key: value for key, value in (("name", name), ("description", description)) if value}
        self._write("PUT", f"/playlists/{_id(playlist_id)}", body)

    def replace_items(self, playlist_id: str, uris: Sequence[str]) -> str:
        """Let a playlist hold exactly these, at most 100; the rest goes by `add_items`. Returns its new snapshot."""
        return self._write_items("PUT", playlist_id, {"uris": _uris(uris, MOST_URIS)})

    def add_items(self, playlist_id: str, uris: Sequence[str], *, position: int | None = None) -> str:
        """Add at most 100 at a position, or at the end. Returns the new snapshot."""
        body: dict[str, Any] = {"uris": _uris(uris, MOST_URIS)}
        if position is not None:
            body["position"] = position
        return self._write_items("POST", playlist_id, body)

    def remove_items(self, playlist_id: str, uris: Sequence[str], *, snapshot_id: str = "") -> str:
        """Remove every occurrence of at most 100 URIs. Returns the new snapshot."""
        listed = [{"uri": uri} for uri in _uris(uris, MOST_URIS)]
        version = {"snapshot_id": snapshot_id} if snapshot_id else {}
        path = f"/playlists/{_id(playlist_id)}"
        answer = self._by_route(
            # The key of the list was renamed together with the route.
            lambda route: self._write("DELETE", f"{path}/{route}", {route: listed, **version}, capability=_old(route))
        )
        return wire.snapshot_of(answer)

    def _write_items(self, method: str, playlist_id: str, body: Mapping[str, Any]) -> str:
        path = f"/playlists/{_id(playlist_id)}"
        return wire.snapshot_of(
            self._by_route(lambda route: self._write(method, f"{path}/{route}", body, capability=_old(route)))
        )

    # ---- the library -------------------------------------------------------------------------------------

    def saved(self, uris: Sequence[str]) -> tuple[bool, ...]:
        """Which of at most 40 tracks are saved, in their order."""
        return self._library("GET", _uris(uris, MOST_LIBRARY), "/contains")

    def save(self, uris: Sequence[str]) -> None:
        """Save at most 40 tracks."""
        self._library("PUT", _uris(uris, MOST_LIBRARY))

    def unsave(self, uris: Sequence[str]) -> None:
        """Take at most 40 tracks out of the library."""
        self._library("DELETE", _uris(uris, MOST_LIBRARY))

    def _library(self, method: str, uris: Sequence[str], more: str = "") -> tuple[bool, ...]:
        family: Family = "library" if method == "GET" else "writes"
        new = f"/me/library{more}?{urlencode({'uris': ','.join(uris)})}"
        old = f"/me/tracks{more}?{urlencode({'ids': ','.join(uri.rpartition(':')[2] for uri in uris)})}"
        if self.capabilities.library is not False:
            try:
                return _flags(self._call(method, new, family, self._priority, capability="library by URI"))
            except CapabilityAbsent:
                if self.capabilities.library or any(not uri.startswith("spotify:track:") for uri in uris):
                    raise
        return _flags(self._call(method, old, family, self._priority, capability="library of tracks"))

    # ---- single objects, and control ---------------------------------------------------------------------

    def track(self, track_id: str) -> Item:
        """One track. Raises NotFound."""
        return _found(wire.item_of(self._get(f"/tracks/{_id(track_id)}", "metadata", self._priority)))

    def is_chapter(self, uri: str) -> bool:
        """Whether what the player calls an episode is a chapter of an audiobook: one request, and the only proof."""
        try:
            self._get(f"/chapters/{_id(uri.rpartition(':')[2])}", "metadata", self._priority)
        except NotFound:
            return False
        return True

    def search_tracks(self, words: str, limit: int = 10) -> tuple[Item, ...]:
        """Tracks by words, or by `isrc:...`; at most as many as the client id may ask for."""
        most = min(limit, self.capabilities.search_max or 10)
        answer = self._get("/search", "search", self._priority, q=words, type="track", limit=str(most))
        rows = mapping(mapping(answer).get("tracks")).get("items")
        return tuple(item for row in rows or () if (item := wire.item_of(row)) is not None)

    def control(self, command: str, *, device_id: str = "", **values: str) -> None:
        """`play`, `pause`, `next`, `previous`, `seek` (position_ms), `volume`, `shuffle`, `repeat`. Raises NoDevice."""
        method = "POST" if command in ("next", "previous") else "PUT"
        asked = urlencode({**values, **({"device_id": device_id} if device_id else {})})
        self._call(method, f"/me/player/{command}{f'?{asked}' if asked else ''}", "writes", self._priority)

    def play(self, *, context_uri: str = "", uris: Sequence[str] = (), device_id: str = "") -> None:
        """Play a context, or up to 100 items. Raises NoDevice."""
        body: dict[str, Any] = {"uris": _uris(uris, MOST_URIS)} if uris else {"context_uri": context_uri}
        asked = f"?{urlencode({'device_id': device_id})}" if device_id else ""
        self._write("PUT", f"/me/player/play{asked}", body)

    # ---- requests ----------------------------------------------------------------------------------------

    def ask(self, path: str, family: Family, *, capability: str, **query: str) -> Any:
        """Any other address, as a JSON document. Raises CapabilityAbsent when the client id may not ask it."""
        return self._get(path, family, self._priority, capability, **query)

    def _by_route(self, ask: Callable[[str], Any]) -> Any:
        """By the route that this client id has; by the old one after the new one, where that was not tried yet."""
        known = self.capabilities.playlist_route
        if known is not None:
            return ask(known)
        try:
            return ask("items")
        except (CapabilityAbsent, NotFound):
            return ask("tracks")

    def _page(self, path: str, family: Family, offset: int, route: str = "") -> Any:
        more = {"additional_types": "track,episode"} if route else {}
        return self._get(path, family, self._priority, _old(route), limit=str(PAGE), offset=str(offset), **more)

    def _get(self, path: str, family: Family, priority: Priority, capability: str = "", **query: str) -> Any:
        asked = f"?{urlencode(query)}" if query else ""
        return self._call("GET", path + asked, family, priority, capability=capability)

    def _write(self, method: str, path: str, body: Mapping[str, Any], *, capability: str = "") -> Any:
        return self._call(method, path, "writes", self._priority, body, capability)

    def _call(
        self,
        method: str,
        path: str,
        family: Family,
        priority: Priority,
        body: Mapping[str, Any] | None = None,
        capability: str = "",
    ) -> Any:
        """One request, and its document (None without a body). See the module for what it raises."""
        token = self._tokens.token()
        answer = self._send(method, path, family, priority, token, body)
        if answer.status == 401:
            # First the incident: a token that is good must not be renewed for nothing, nor an account be lost.
            again = token if doors.is_nonsense(answer) else self._tokens.renewed(token)
            answer = self._send(method, path, family, priority, again, body)
            if answer.status == 401 and again == token:
                answer = self._send(method, path, family, priority, self._tokens.renewed(token), body)
        elif doors.is_nonsense(answer):
            answer = self._send(method, path, family, priority, token, body)
        if 200 <= answer.status < 300:
            return doors.told(answer, reading=method == "GET")
        if answer.status == 401:
            # The token is fresh: it is the API that is wrong, or the account's consent, which the next renewal tells.
            raise RetryLater(SERVICE, "it does not take the token that it gave", doors.FAULT_S)
        raise doors.refused(answer, capability)

    def _send(
        self,
        method: str,
        path: str,
        family: Family,
        priority: Priority,
        token: str,
        body: Mapping[str, Any] | None,
    ) -> Answer:
        """Take a place, send, and let the governor hear of a 429. Raises RetryLater (QuotaLocked)."""
        self.governor.admit(family, priority)
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        content = b""
        if body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body).encode()
        elif method != "GET":
            # Some of Spotify's front servers refuse a PUT or POST without a length.
            headers["content-length"] = "0"
        answer = doors.carry(self._transport, method, self._base_url + path, headers, content)
        if answer.status != 429:
            return answer
        pause = doors.pause_s(answer)
        if doors.is_quota(answer):
            self.governor.locked(family, pause)
            raise QuotaLocked(family, pause)
        self.governor.held(pause)
        raise RetryLater(SERVICE, "too many requests in a short time", pause)


def _old(route: str) -> str:
    """The capability behind a route of playlists: 403 on today's means "not yours", on the former one "removed"."""
    return "playlist items by the former route" if route == "tracks" else ""


def _all(page: Callable[[str], Page[T]]) -> Iterator[T]:
    at = ""
    while True:
        found = page(at)
        yield from found.items
        if not found.next or found.next == at:
            return
        at = found.next


def _id(text: str) -> str:
    return quote(text, safe="")


def _uris(uris: Sequence[str], most: int) -> list[str]:
    if len(uris) > most:
        raise Rejected("uris", f"at most {most} at once")
    return list(uris)


def _flags(answer: Any) -> tuple[bool, ...]:
    return tuple(flag is True for flag in answer) if isinstance(answer, list) else ()


def _found(item: Item | None) -> Item:
    if item is None:
        raise NotFound("Not on Spotify.")
    return item
