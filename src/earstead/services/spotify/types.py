"""Records of linked Spotify accounts, and what the side that speaks with Spotify must be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec

from earstead.core.player import Item, PlayerState
from earstead.core.quota import Family, Priority, Standing, Window
from earstead.core.spotify import (
    CONSENT_S,
    Artist,
    Capabilities,
    Device,
    Page,
    Played,
    Playlist,
    PlaylistItem,
    Profile,
    Queue,
    Saved,
    SavedAlbum,
    Tokens,
)

AccountState = Literal["on", "reauth", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccount:
    """A Spotify account that a user linked.

    Attributes:
        developer: whose quota its requests count for: all client ids of one developer share it.
        spotify_key: what Spotify knows it by for good; `spotify_id` is the id in its addresses.
        features, scopes: what the user switched on, and the rights that were granted.
        state: "on", "reauth" when the user must agree again, "off" while the user is being erased.
        error: why it must; "" when all is well.
        authorized_at: when the user agreed last; the consent ends `CONSENT_S` later.
        redirect_uri: where the browser came back to then.
    """

    account_id: int
    user_id: int
    client_id: str
    developer: str
    spotify_key: str
    spotify_id: str
    name: str
    features: tuple[str, ...]
    scopes: tuple[str, ...]
    state: AccountState
    error: str
    authorized_at: int
    told_days: int
    redirect_uri: str
    created_at: int
    capabilities: Capabilities

    @property
    def title(self) -> str:
        """What to call it."""
        return self.name or self.spotify_id

    @property
    def ends_at(self) -> int:
        """When the consent ends, unix seconds."""
        return self.authorized_at + CONSENT_S

    def days_left(self, now: int) -> int:
        """Days until the consent ends, those begun counted whole; 0 when it has ended."""
        return max(0, -(-(self.ends_at - now) // 86_400))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a browser comes back from Spotify: by itself ("back"), or by pasting the address it ended at ("paste")."""

    name: Literal["back", "paste"]
    redirect_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a browser came back with."""

    code: str = field(repr=False)
    state: str = field(repr=False)


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in under way. `account_id` is the account that is renewed, 0 for whichever comes."""

    client_id: str
    developer: str
    redirect_uri: str
    verifier: str
    features: tuple[str, ...]
    account_id: int = 0

    def __repr__(self) -> str:
        return f"Login(client_id={self.client_id!r}, features={self.features})"


class SpotifyApi(Protocol):
    """Requests in the name of one account; `sources.spotify.SpotifyClient` says what each promises and raises."""

    capabilities: Capabilities

    def player(self) -> PlayerState:
        """The player as it is now."""

    def queue(self) -> Queue:
        """What plays next."""

    def devices(self) -> tuple[Device, ...]:
        """The players that are awake."""

    def recently_played(self, after_ms: int = 0) -> tuple[Played, ...]:
        """At most 50 plays, oldest first."""

    def me(self) -> Profile:
        """Whose account it is."""

    def saved_tracks_page(self, offset: int = 0) -> Page[Saved]:
        """Up to 50 liked songs, latest first."""

    def saved_tracks(self) -> Iterator[Saved]:
        """All liked songs, latest first."""

    def saved_albums_page(self, offset: int = 0) -> Page[SavedAlbum]:
        """Up to 50 saved albums, latest first."""

    def saved_albums(self) -> Iterator[SavedAlbum]:
        """All saved albums."""

    def album_tracks_page(self, album_uri: str, offset: int = 0) -> Page[Item]:
        """Up to 50 tracks of an album."""

    def followed_artists_page(self, after: str = "") -> Page[Artist]:
        """Up to 50 followed artists."""

    def followed_artists(self) -> Iterator[Artist]:
        """All followed artists."""

    def playlists_page(self, offset: int = 0) -> Page[Playlist]:
        """Up to 50 playlists, owned or followed."""

    def playlists(self) -> Iterator[Playlist]:
        """All playlists."""

    def playlist(self, playlist_id: str) -> Playlist:
        """One playlist, without its items."""

    def playlist_items_page(self, playlist_id: str, offset: int = 0) -> Page[PlaylistItem]:
        """Up to 50 items."""

    def playlist_items(self, playlist_id: str) -> Iterator[PlaylistItem]:
        """All items in order."""

    def create_playlist(self, name: str, *, description: str = "", public: bool = False) -> Playlist:
        """A new playlist of the account."""

    def change_playlist(self, playlist_id: str, *, name: str = "", description: str = "") -> None:
        """Another name or description."""

    def replace_items(self, playlist_id: str, uris: Sequence[str]) -> str:
        """Let a playlist hold exactly these; the new snapshot."""

    def add_items(self, playlist_id: str, uris: Sequence[str], *, position: int | None = None) -> str:
        """Add items; the new snapshot."""

    def remove_items(self, playlist_id: str, uris: Sequence[str], *, snapshot_id: str = "") -> str:
        """Remove every occurrence; the new snapshot."""

    def saved(self, uris: Sequence[str]) -> tuple[bool, ...]:
        """Which tracks are saved."""

    def save(self, uris: Sequence[str]) -> None:
        """Save tracks."""

    def unsave(self, uris: Sequence[str]) -> None:
        """Take tracks out of the library."""

    def track(self, track_id: str) -> Item:
        """One track. Raises NotFound."""

    def is_chapter(self, uri: str) -> bool:
        """Whether what the player calls an episode is a chapter of an audiobook."""

    def search_tracks(self, words: str, limit: int = 10) -> tuple[Item, ...]:
        """Tracks by words, or by `isrc:...`."""

    def control(self, command: str, *, device_id: str = "", **values: str) -> None:
        """Play, pause, skip, seek and the like. Raises NoDevice."""

    def play(self, *, context_uri: str = "", uris: Sequence[str] = (), device_id: str = "") -> None:
        """Play a context, or up to 100 items. Raises NoDevice."""


class Link(Protocol):
    """The side that speaks with Spotify: `sources.spotify.link.SpotifyLink`."""

    def check_client_id(self, text: str) -> str:
        """A client id as typed. Raises Rejected."""

    def ways(self, path: str, *, told_url: str, seen_url: str) -> tuple[Way, ...]:
        """How the browser can come back, the best first."""

    def address(self, login: Login, state: str, scopes: Sequence[str], *, again: bool) -> str:
        """Where the browser goes to agree."""

    def read_return(self, text: str) -> Returned:
        """What the browser came back with. Raises Rejected."""

    def exchange(self, login: Login, code: str) -> Tokens:
        """Tokens for a code. Raises NeedsReauth, Rejected, RetryLater."""

    def profile(self, developer: str, tokens: Tokens) -> Profile:
        """Whose tokens these are. Raises what the client raises."""

    def client(self, account: LinkedAccount, priority: Priority = Priority.BACKGROUND) -> SpotifyApi:
        """A client in the name of an account. Cheap; make one whenever one is needed."""

    def probe(self, account: LinkedAccount) -> Capabilities:
        """Try out what was not tried yet, and keep it. Raises RetryLater when not everything could be asked now."""

    def share(self, developer: str, family: Family) -> float:
        """How much of a day's budget is used, 0 to 1."""

    def ledger(self, developer: str) -> tuple[Window, tuple[Standing, ...]]:
        """What is used, left and locked."""

    def close(self) -> None:
        """Keep what was counted, and close the connections."""
