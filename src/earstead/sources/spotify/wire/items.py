"""Tracks, episodes, chapters and local files to `Item`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from earstead.core.listen import Kind
from earstead.core.player import Item
from earstead.sources.spotify.wire.said import last_part, mapping, number, sequence, text, yes

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_LEGACY_PLAYLIST = re.compile(r"spotify:user:[^:]*:playlist:([A-Za-z0-9]+)")
_LOCAL_PARTS = 6


def item_of(value: Any) -> Item | None:
    """What plays or stands in a list; None for nothing, and for what has neither a URI nor a name."""
    said = mapping(value)
    uri = _uri(said)
    if uri.startswith("spotify:local:") or yes(said.get("is_local")):
        return _local(said, uri)
    if not uri or not text(said.get("name")):
        return None
    if "show" in said or "audiobook" in said or said.get("type") in ("episode", "chapter"):
        return _spoken(said, uri)
    return Item(
        uri=uri,
        track_name=text(said.get("name")),
        artist_names=names_of(said.get("artists")),
        release_name=text(mapping(said.get("album")).get("name")),
        duration_ms=max(0, number(said.get("duration_ms"))),
        isrc=isrc_of(said),
    )


def _uri(said: Mapping[str, Any]) -> str:
    if uri := text(said.get("uri")):
        return uri
    kind, id_ = text(said.get("type")), text(said.get("id"))
    return f"spotify:{kind}:{id_}" if kind and id_ else ""


def names_of(value: Any) -> tuple[str, ...]:
    """Names of a list of artists, in order."""
    return tuple(name for artist in sequence(value) if (name := text(mapping(artist).get("name"))))


def isrc_of(said: Mapping[str, Any]) -> str:
    """The ISRC of a track, without the dashes that some labels write; "" when it is none."""
    isrc = text(mapping(said.get("external_ids")).get("isrc")).upper().replace("-", "")
    return isrc if _ISRC.fullmatch(isrc) else ""


def _spoken(said: Mapping[str, Any], uri: str) -> Item:
    book = mapping(said.get("audiobook"))
    show = book or mapping(said.get("show"))
    chapter = bool(book) or said.get("type") == "chapter" or looks_like_chapter(said)
    title = text(show.get("name"))
    if not chapter:
        return _of_show(said, uri, Kind.EPISODE, (title,) if title else (), title)
    # A chapter's artist is the author. Answers of the player name none: then the book stands in.
    authors = names_of(show.get("authors"))
    publisher = text(show.get("publisher"))
    return _of_show(said, uri, Kind.CHAPTER, authors or tuple(filter(None, (publisher or title,))), title)


def _of_show(said: Mapping[str, Any], uri: str, kind: Kind, artists: tuple[str, ...], title: str) -> Item:
    return Item(
        uri=uri,
        kind=kind,
        track_name=text(said.get("name")),
        artist_names=artists,
        release_name=title,
        duration_ms=max(0, number(said.get("duration_ms"))),
    )


def looks_like_chapter(said: Mapping[str, Any]) -> bool:
    """Whether an "episode" is a chapter of an audiobook: it has no language, and no date.

    `/chapters/{id}` answers it for certain, for one request (`SpotifyClient.is_chapter`).
    """
    return text(said.get("release_date")).startswith("0000") and not (
        text(said.get("language")) or any(text(one) for one in sequence(said.get("languages")))
    )


def _local(said: Mapping[str, Any], uri: str) -> Item | None:
    """A file of the listener: `spotify:local:<artist>:<album>:<title>:<seconds>`, "+" for blanks."""
    parts = [unquote_plus(part) for part in uri.split(":")]
    artist, album, title, seconds = parts[2:_LOCAL_PARTS] if len(parts) >= _LOCAL_PARTS else ("", "", "", "")
    name = text(said.get("name")) or title
    if not name:
        return None
    length = number(said.get("duration_ms")) or (int(seconds) * 1000 if seconds.isascii() and seconds.isdigit() else 0)
    return Item(
        uri=uri or f"spotify:local:::{name}:",
        track_name=name,
        artist_names=names_of(said.get("artists")) or ((artist,) if artist else ()),
        release_name=text(mapping(said.get("album")).get("name")) or album,
        duration_ms=max(0, length),
    )


def context_of(value: Any) -> str:
    """The URI of what something is played from, "" for nothing. Playlists of old carry their owner's name."""
    uri = text(mapping(value).get("uri"))
    legacy = _LEGACY_PLAYLIST.fullmatch(uri)
    return f"spotify:playlist:{last_part(uri)}" if legacy else uri
