"""What Spotify's Web API tells, as records of ours; and the ways in which it refuses.

The client (`sources.spotify`) makes these, services keep them; neither knows the other. Ids are what stands behind
the last colon of a `spotify:` URI. A field that the answer did not have is empty, never guessed: since 2026 many
fields exist for some client ids and not for others.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

from earstead.core.errors import NeedsReauth, Refused, RetryLater
from earstead.core.player import Item

SERVICE = "Spotify"
API_URL = "https://api.spotify.com/v1"
ACCOUNTS_URL = "https://accounts.spotify.com"
SOURCE_RECENT = "spotify-recent"
"""Name of the source of plays that recently-played tells."""
SOURCE_PLAYER = "spotify-player"
"""Name of the source of plays that the watcher saw."""
SOURCES = (SOURCE_PLAYER, SOURCE_RECENT)
CONSENT_S = 180 * 86_400
"""A consent ends six months after it was given, and refreshing never extends it; counted short, in days."""

T = TypeVar("T")


class QuotaLocked(RetryLater):
    """The day's quota of one family of endpoints is used up; other families still answer."""

    def __init__(self, family: str, after_s: float) -> None:
        super().__init__(SERVICE, f"the quota for {family} is used up", after_s)
        self.family = family


class CapabilityAbsent(Refused):
    """This client id may not use that endpoint: it was removed for it. Ask in another way, or do without."""

    def __init__(self, capability: str) -> None:
        super().__init__(SERVICE, f"this client id has no {capability}")
        self.capability = capability


class NotAllowListed(Refused):
    """The account is not on the client id's list of users; its owner adds it in Spotify's dashboard."""


class PremiumNeeded(Refused):
    """The owner of the client id, or for control of a player the account itself, has no Premium subscription."""


class ScopeMissing(NeedsReauth):
    """The account did not agree to this; it has to be asked."""


class NoDevice(Refused):
    """No player is active, so there is nothing to control."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account. `account_id` never changes and is "" where the API is older; `spotify_id` may be a chosen name."""

    spotify_id: str
    account_id: str = ""
    name: str = ""
    product: str = ""
    country: str = ""

    @property
    def key(self) -> str:
        """What the account is known by."""
        return self.account_id or self.spotify_id


class Device(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A player that Spotify Connect sees. `device_id` is "" for restricted ones; `volume` None where it has none."""

    name: str
    type: str
    device_id: str = ""
    is_active: bool = False
    is_private: bool = False
    is_restricted: bool = False
    volume: int | None = None


class Played(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row of recently-played. `played_at_ms` is usually when the play ended, and sometimes when it began."""

    item: Item
    played_at_ms: int
    context_uri: str = ""


class Saved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A saved track, episode or chapter. `added_at` is unix seconds, 0 when unknown."""

    item: Item
    added_at: int = 0


class SavedAlbum(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A saved album. `release_date` has the precision that Spotify gave: "1979", "1979-11" or "1979-11-30".

    `tracks` are the first of its `total`, as many as came with it; without the name of the album.
    """

    uri: str
    name: str
    artist_names: tuple[str, ...] = ()
    release_date: str = ""
    total: int = 0
    added_at: int = 0
    tracks: tuple[Item, ...] = ()


class Artist(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An artist."""

    uri: str
    name: str


class Playlist(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A playlist without its items. `total` is -1 where it is not told, `snapshot_id` changes with every write."""

    playlist_id: str
    name: str
    owner_id: str = ""
    owner_name: str = ""
    description: str = ""
    snapshot_id: str = ""
    total: int = -1
    public: bool | None = None
    collaborative: bool = False

    @property
    def uri(self) -> str:
        """Its URI in today's form."""
        return f"spotify:playlist:{self.playlist_id}"


class PlaylistItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place in a playlist. `item` is None where something stood that nobody can play any more."""

    position: int
    item: Item | None = None
    added_at: int = 0
    added_by: str = ""


class Queue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What plays next, about 20 items; one cannot see what was put there by hand."""

    current: Item | None = None
    upcoming: tuple[Item, ...] = ()


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A piece of a list. `next` continues it ("" at its end): an offset, or the id after which to go on."""

    items: tuple[T, ...]
    total: int = -1
    next: str = ""


PlaylistRoute = Literal["items", "tracks"]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a client id may do, as it was tried out; None where that could not be tried.

    Attributes:
        probed_at: unix seconds; 0 for a client id that was never tried.
        playlist_route: under which name the items of a playlist answer.
        batch: several objects in one request.
        search_max: the largest page of a search.
        library: saving and asking by URI for all kinds at once (2026) instead of a route for each kind.
        legacy_fields: answers hold the fields that new client ids no longer get.
    """

    probed_at: int = 0
    playlist_route: PlaylistRoute | None = None
    batch: bool | None = None
    search_max: int | None = None
    library: bool | None = None
    related_artists: bool | None = None
    audio_features: bool | None = None
    legacy_fields: bool | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What proves us to Spotify. `expires_at` is of the access token, unix seconds; `scopes` as granted."""

    access: str
    refresh: str
    expires_at: int
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at}, scopes={self.scopes})"
