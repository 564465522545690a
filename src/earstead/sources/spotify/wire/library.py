"""Profile, devices, saved items, followed artists and playlists, in the old dialect (`tracks`, `track`) and the new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, TypeVar

from earstead.core.player import Item
from earstead.core.spotify import Artist, Device, Page, Playlist, PlaylistItem, Profile, Saved, SavedAlbum
from earstead.sources.spotify.wire.items import item_of, names_of
from earstead.sources.spotify.wire.said import last_part, mapping, maybe, moment_ms, number, sequence, text, yes

T = TypeVar("T")


def profile_of(answer: Any) -> Profile:
    """Whose account it is. `spotify_id` is "" when the answer is nothing of the kind."""
    said = mapping(answer)
    return Profile(
        spotify_id=text(said.get("id")),
        account_id=text(said.get("account_id")),
        name=text(said.get("display_name")),
        product=text(said.get("product")),
        country=text(said.get("country")),
    )


def devices_of(answer: Any) -> tuple[Device, ...]:
    """The players that Connect sees now."""
    return tuple(_device(mapping(one)) for one in sequence(mapping(answer).get("devices")))


def _device(said: Mapping[str, Any]) -> Device:
    volume = number(said.get("volume_percent"), -1)
    return Device(
        name=text(said.get("name")),
        type=text(said.get("type")).lower(),
        device_id=text(said.get("id")),
        is_active=yes(said.get("is_active")),
        is_private=yes(said.get("is_private_session")),
        is_restricted=yes(said.get("is_restricted")),
        volume=volume if volume >= 0 and said.get("supports_volume") is not False else None,
    )


def _page(answer: Any, read: Callable[[int, Mapping[str, Any]], T | None]) -> Page[T]:
    """A page by offset. Its `next` address is not followed, only that there is one: the address may be another's."""
    said = mapping(answer)
    rows, offset = sequence(said.get("items")), number(said.get("offset"))
    items = (read(offset + i, mapping(row)) for i, row in enumerate(rows))
    return Page(
        items=tuple(item for item in items if item is not None),
        total=number(said.get("total"), -1),
        next=str(offset + len(rows)) if rows and text(said.get("next")) else "",
    )


def saved_of(answer: Any) -> Page[Saved]:
    """Saved tracks, episodes or chapters, latest first. What has lost its name is left out."""

    def read(_: int, row: Mapping[str, Any]) -> Saved | None:
        item = item_of(row.get("track") or row.get("item") or row.get("episode"))
        return Saved(item=item, added_at=moment_ms(row.get("added_at")) // 1000) if item else None

    return _page(answer, read)


def saved_albums_of(answer: Any) -> Page[SavedAlbum]:
    """Saved albums, latest first."""

    def read(_: int, row: Mapping[str, Any]) -> SavedAlbum | None:
        album = mapping(row.get("album") or row.get("item"))
        if not text(album.get("uri")):
            return None
        return SavedAlbum(
            uri=text(album.get("uri")),
            name=text(album.get("name")),
            artist_names=names_of(album.get("artists")),
            release_date=text(album.get("release_date")),
            total=number(album.get("total_tracks")),
            added_at=moment_ms(row.get("added_at")) // 1000,
            tracks=album_tracks_of(album.get("tracks")).items,
        )

    return _page(answer, read)


def album_tracks_of(answer: Any) -> Page[Item]:
    """Tracks of an album, in its order; they do not name it."""
    return _page(answer, lambda _, row: item_of(row))


def artists_of(answer: Any) -> Page[Artist]:
    """Followed artists. This list goes on after an id, not at an offset."""
    said = mapping(mapping(answer).get("artists"))
    rows = [mapping(row) for row in sequence(said.get("items"))]
    artists = tuple(Artist(uri=text(r.get("uri")), name=text(r.get("name"))) for r in rows if text(r.get("uri")))
    after = text(mapping(said.get("cursors")).get("after"))
    return Page(items=artists, total=number(said.get("total"), -1), next=after if rows and said.get("next") else "")


def playlists_of(answer: Any) -> Page[Playlist]:
    """Playlists that are owned or followed. Some rows are null when Spotify withdrew a playlist of its own."""
    return _page(answer, lambda _, row: playlist_of(row))


def playlist_of(answer: Any) -> Playlist | None:
    """A playlist without its items; None for what has no id."""
    said = mapping(answer)
    playlist_id = text(said.get("id")) or last_part(text(said.get("uri")))
    if not playlist_id:
        return None
    owner = mapping(said.get("owner"))
    counted = mapping(said.get("items")) or mapping(said.get("tracks"))
    return Playlist(
        playlist_id=playlist_id,
        name=text(said.get("name")),
        owner_id=text(owner.get("id")),
        owner_name=text(owner.get("display_name")),
        description=unescape(text(said.get("description"))),
        snapshot_id=text(said.get("snapshot_id")),
        total=number(counted.get("total"), -1),
        public=maybe(said.get("public")),
        collaborative=yes(said.get("collaborative")),
    )


def playlist_items_of(answer: Any) -> Page[PlaylistItem]:
    """Items of a playlist by position. A place whose item is gone keeps its position."""

    def read(position: int, row: Mapping[str, Any]) -> PlaylistItem:
        return PlaylistItem(
            position=position,
            item=item_of(row.get("item") or row.get("track")),
            added_at=moment_ms(row.get("added_at")) // 1000,
            added_by=text(mapping(row.get("added_by")).get("id")),
        )

    return _page(answer, read)


def snapshot_of(answer: Any) -> str:
    """The version that a write made."""
    return text(mapping(answer).get("snapshot_id"))
