"""Records of the lists that are mirrored from Spotify accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from earstead.core.player import Item
from earstead.core.spotify import Artist, Playlist, SavedAlbum
from earstead.kit import jsontext
from earstead.storage.engine import Row

ListKind = Literal["playlists", "playlist", "liked", "artists", "albums"]
"""`playlists` is the list of an account's playlists, and never shown; `playlist` is one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorList:
    """A list as it was read last.

    Attributes:
        remote_id: id of the playlist, "" for the other kinds.
        readable: whether its items can be read (own playlists and those made with others).
        own: whether it belongs to the account itself.
        snapshot: version of the last complete read; `seen_snapshot`: of the last look.
        reads: complete reads so far. `unconfirmed`: how many items were missing in the last one and may be gone.
        absent: complete looks in a row that did not find the playlist; `gone_at`: since when it is held to be gone.
    """

    list_id: int
    user_id: int
    account_id: int
    kind: ListKind
    remote_id: str
    name: str
    owner_id: str
    readable: bool
    own: bool
    snapshot: str
    seen_snapshot: str
    reads: int
    read_at: int
    unconfirmed: int
    absent: int
    gone_at: int
    first_seen_at: int

    @property
    def uri(self) -> str:
        """What Spotify calls it; "" for lists without a URI."""
        return f"spotify:playlist:{self.remote_id}" if self.kind == "playlist" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorItem:
    """Something that a list holds. `group_key` names what it belongs to (an album), "" for nothing."""

    uri: str
    added_at: int
    group_key: str
    track_name: str
    artist_names: tuple[str, ...]
    release_name: str
    duration_ms: int
    isrc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorChange:
    """Something that came into a list or went. `at` is when it was noticed."""

    at: int
    came: bool
    uri: str
    track_name: str
    artist_names: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place of a page that was read: a track, an artist, or a playlist with its owner and version."""

    uri: str
    track_name: str
    artist_names: tuple[str, ...] = ()
    release_name: str = ""
    duration_ms: int = 0
    isrc: str = ""
    added_at: int = 0
    group_key: str = ""
    owner_id: str = ""
    snapshot: str = ""
    collaborative: bool = False


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a read. `places` counts all of it, also what cannot be played any more; `total` is -1 when not told."""

    entries: tuple[Entry, ...]
    places: int
    total: int


def of_item(item: Item, *, added_at: int = 0, group_key: str = "") -> Entry:
    """A track or episode of a list."""
    return Entry(
        uri=item.uri,
        track_name=item.track_name,
        artist_names=item.artist_names,
        release_name=item.release_name,
        duration_ms=item.duration_ms,
        isrc=item.isrc,
        added_at=added_at,
        group_key=group_key,
    )


def of_album(album: SavedAlbum, tracks: tuple[Item, ...]) -> tuple[Entry, ...]:
    """The tracks of a saved album, which belong together."""
    return tuple(
        of_item(msgspec.structs.replace(track, release_name=album.name), added_at=album.added_at, group_key=album.uri)
        for track in tracks
    )


def of_artist(artist: Artist) -> Entry:
    """A followed artist."""
    return Entry(uri=artist.uri, track_name=artist.name)


def of_playlist(playlist: Playlist) -> Entry:
    """A playlist in the list of playlists."""
    return Entry(
        uri=playlist.playlist_id,
        track_name=playlist.name,
        owner_id=playlist.owner_id,
        snapshot=playlist.snapshot_id,
        collaborative=playlist.collaborative,
    )


def list_from(row: Row) -> MirrorList:
    """A row of `storage.mirror.LIST`."""
    return MirrorList(
        list_id=row[0],
        user_id=row[1],
        account_id=row[2],
        kind=row[3],
        remote_id=row[4],
        name=row[5],
        owner_id=row[6],
        readable=bool(row[7]),
        own=bool(row[8]),
        snapshot=row[9],
        seen_snapshot=row[10],
        reads=row[11],
        read_at=row[12],
        unconfirmed=row[13],
        absent=row[14],
        gone_at=row[15],
        first_seen_at=row[16],
    )


def item_from(row: Row) -> MirrorItem:
    """A row of `storage.mirror.ITEM`."""
    return MirrorItem(
        uri=row[0],
        added_at=row[1],
        group_key=row[2],
        track_name=row[3],
        artist_names=tuple(jsontext.loads(row[4])),
        release_name=row[5],
        duration_ms=row[6],
        isrc=row[7],
    )
