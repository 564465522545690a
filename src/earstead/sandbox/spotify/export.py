"""The privacy export that a listener of the simulator would get: the extended streaming history."""

from __future__ import annotations

from earstead.sandbox.spotify.service import Service
from earstead.sandbox.spotify.shapes import Json, second
from earstead.sandbox.spotify.truth import Play


def exported(service: Service, name: str = "") -> list[Json]:
    """The plays that are over as rows of an extended streaming history."""
    person = service.person(name)
    return [_row(service, play) for play in person.player.plays if play.moved_ms and play.kind != "local"]


def _row(service: Service, play: Play) -> Json:
    item = service.store.items[play.uri]
    holder = service.store.holders[item.parent]
    music, episode, chapter = (play.kind == kind for kind in ("track", "episode", "chapter"))
    artist = service.store.holders[item.credits[0]].name if music else None
    # After a crash the row is written when the app is opened again.
    crashed = play.reason_end.startswith("unexpected")
    return {
        "ts": second(play.moved_ms if crashed else play.ended_ms),
        "platform": {"Smartphone": "android", "Computer": "linux"}.get(play.device_type, "cast"),
        "ms_played": play.heard_ms,
        "conn_country": "DE",
        "ip_addr": "192.0.2.7",
        "master_metadata_track_name": item.name if music else None,
        "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": holder.name if music else None,
        "spotify_track_uri": play.uri if music else None,
        "episode_name": item.name if episode else None,
        "episode_show_name": holder.name if episode else None,
        "spotify_episode_uri": play.uri if episode else None,
        "audiobook_title": holder.name if chapter else None,
        "audiobook_uri": holder.uri if chapter else None,
        "audiobook_chapter_uri": play.uri if chapter else None,
        "audiobook_chapter_title": item.name if chapter else None,
        "reason_start": play.reason_start,
        "reason_end": play.reason_end,
        "shuffle": play.shuffle,
        "skipped": play.skipped,
        "offline": play.offline,
        "offline_timestamp": play.started_ms // 1000,
        "incognito_mode": play.private,
    }
