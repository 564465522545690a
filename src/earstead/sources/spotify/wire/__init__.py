"""Answers of the Web API to records of ours, in the old and the new dialect. Pure, and lenient: what is missing, null
or of another type than documented reads as unknown, because fields vanish without notice (spotify-web-api.md 5)."""

from earstead.sources.spotify.wire.items import item_of
from earstead.sources.spotify.wire.library import (
    album_tracks_of,
    artists_of,
    devices_of,
    playlist_items_of,
    playlist_of,
    playlists_of,
    profile_of,
    saved_albums_of,
    saved_of,
    snapshot_of,
)
from earstead.sources.spotify.wire.player import player_state, queue_of
from earstead.sources.spotify.wire.recent import played_of, submissions_of

__all__ = [
    "album_tracks_of",
    "artists_of",
    "devices_of",
    "item_of",
    "played_of",
    "player_state",
    "playlist_items_of",
    "playlist_of",
    "playlists_of",
    "profile_of",
    "queue_of",
    "saved_albums_of",
    "saved_of",
    "snapshot_of",
    "submissions_of",
]
