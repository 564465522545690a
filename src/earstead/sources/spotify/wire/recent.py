"""`GET /me/player/recently-played`: a lossy witness (spotify-web-api.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earstead.core.ids import DurationMs, Isrc, SpotifyUri, UnixSeconds
from earstead.core.listen import Reading, Submission
from earstead.core.player import Item
from earstead.core.spotify import SOURCE_RECENT, Played
from earstead.sources.spotify.wire.items import context_of, item_of
from earstead.sources.spotify.wire.said import mapping, moment_ms, sequence

MOST = 50


def played_of(answer: Any) -> tuple[Played, ...]:
    """The rows, oldest first: the documented order is not kept to. Rows without a time or a name are left out."""
    found = []
    for row in sequence(mapping(answer).get("items")):
        said = mapping(row)
        item, at = item_of(said.get("track") or said.get("item")), moment_ms(said.get("played_at"))
        if item is not None and at:
            found.append(Played(item=item, played_at_ms=at, context_uri=context_of(said.get("context"))))
    return tuple(sorted(found, key=lambda row: (row.played_at_ms, row.item.uri)))


def submissions_of(rows: Sequence[Played], before_ms: int = 0) -> tuple[Submission, ...]:
    """What the rows say about plays. `played_at` is read as the end; the start cannot lie before the former one.

    Args:
        rows: oldest first, without holes between them.
        before_ms: `played_at_ms` of the row before the first, 0 when there is none.
    """
    said = []
    for row in rows:
        length = row.item.duration_ms
        gap = row.played_at_ms - before_ms if 0 < before_ms < row.played_at_ms else length
        said.append(_submission(row, row.played_at_ms - min(length, gap)))
        before_ms = row.played_at_ms
    return tuple(said)


def _submission(row: Played, start_ms: int) -> Submission:
    item = row.item
    extra: dict[str, Any] = {"played_at_ms": row.played_at_ms}
    if row.context_uri:
        extra["context_uri"] = row.context_uri
    return Submission(
        source=SOURCE_RECENT,
        artist_name=credit_of(item),
        track_name=item.track_name,
        listened_at=UnixSeconds(start_ms // 1000),
        kind=item.kind,
        release_name=item.release_name,
        artist_names=item.artist_names,
        reading=Reading.EITHER,
        ended_at=UnixSeconds(row.played_at_ms // 1000),
        duration_ms=DurationMs(item.duration_ms) if item.duration_ms > 0 else None,
        isrc=Isrc(item.isrc) if item.isrc else None,
        spotify_uri=SpotifyUri(item.uri) if not item.uri.startswith("spotify:local:") else None,
        origin="spotify.com",
        client="Spotify",
        extra=extra,
    )


def credit_of(item: Item) -> str:
    """The credit of an item as one text; what nobody credited is by "Unknown Artist", as Spotify writes it."""
    return ", ".join(item.artist_names) or "Unknown Artist"
