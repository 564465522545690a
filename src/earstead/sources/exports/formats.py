"""The formats that are read: for each, how bytes become rows and rows become plays. The only list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from earstead.sources.exports import (
    wire_apple,
    wire_lastfm,
    wire_listenbrainz,
    wire_players,
    wire_selfhosted,
    wire_spotify,
    wire_table,
    wire_youtube,
)
from earstead.sources.exports.decode import json_lines, json_rows, named_rows, table_rows
from earstead.sources.exports.said import Mapper
from earstead.sources.exports.xml import xml_tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way of writing a listening history; both callables take a part's options."""

    name: str
    title: str
    decode: Callable[[IO[bytes], Mapping[str, Any]], Iterator[Any]]
    mapper: Callable[[Mapping[str, Any]], Mapper]


def _format(name: str, title: str, decode: Any, mapper: Callable[[Mapping[str, Any]], Mapper]) -> Format:
    return Format(name=name, title=title, decode=decode, mapper=mapper)


_ALL = (
    _format("spotify-extended", "Spotify extended streaming history", json_rows, wire_spotify.extended),
    _format("spotify-account", "Spotify account data", json_rows, wire_spotify.account),
    _format("lastfm-csv", "Last.fm scrobbles (CSV)", table_rows, wire_table.table),
    _format("lastfm-json", "Last.fm recent tracks (JSON)", json_rows, wire_lastfm.recent_tracks),
    _format("lastfm-xml", "Last.fm recent tracks (XML)", xml_tracks, wire_lastfm.recent_tracks),
    _format("listenbrainz", "ListenBrainz listens", json_lines, wire_listenbrainz.listens),
    _format("listenbrainz-json", "ListenBrainz listens (JSON)", json_rows, wire_listenbrainz.listens),
    _format("listenbrainz-feedback", "ListenBrainz loves and hates", json_lines, wire_listenbrainz.feedback),
    _format("maloja", "Maloja export", json_rows, wire_selfhosted.maloja),
    _format("koito", "Koito export", json_rows, wire_selfhosted.koito),
    _format("librefm", "Libre.fm scrobbles (CSV or TSV)", table_rows, wire_table.table),
    _format("pano-scrobbler", "Pano Scrobbler log", json_lines, wire_players.pano),
    _format("pano-scrobbler-csv", "Pano Scrobbler log (CSV)", named_rows, wire_players.pano),
    _format("scrobbler-log", "Rockbox or other .scrobbler.log", table_rows, wire_players.rockbox),
    _format("apple-music", "Apple Music play activity", named_rows, wire_apple.play_activity),
    _format("youtube-music", "YouTube Music (Google Takeout)", json_rows, wire_youtube.watch_history),
    _format("table", "CSV with named columns", table_rows, wire_table.table),
    _format("lines", "JSON lines with named fields", json_lines, wire_table.table),
    _format("records", "JSON list with named fields", json_rows, wire_table.table),
)

FORMATS = {form.name: form for form in _ALL}
