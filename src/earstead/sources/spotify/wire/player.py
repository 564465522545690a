"""The player: `GET /me/player`, `/currently-playing` and `/queue`."""

from __future__ import annotations

from typing import Any

from earstead.core.player import PlayerState
from earstead.core.spotify import Queue
from earstead.sources.spotify.wire.items import context_of, item_of
from earstead.sources.spotify.wire.said import mapping, maybe, number, sequence, text, yes

NO_VOLUME = -1


def player_state(answer: Any, received_ms: int) -> PlayerState:
    """One look. Nothing (204), an advertisement and a private session show a player without an item.

    Args:
        answer: the JSON document; None for an answer without a body.
        received_ms: when it holds. The answer's own `timestamp` lags and is not a clock.
    """
    said, device = mapping(answer), mapping(mapping(answer).get("device"))
    if yes(device.get("is_private_session")):
        # Nobody's business: not even the device is told.
        return PlayerState(received_ms=received_ms)
    advertisement = said.get("currently_playing_type") == "ad"
    item = None if advertisement else item_of(said.get("item"))
    volume = number(device.get("volume_percent"), NO_VOLUME)
    return PlayerState(
        received_ms=received_ms,
        item=item,
        is_playing=yes(said.get("is_playing")) and item is not None,
        progress_ms=max(0, number(said.get("progress_ms"))) if item else 0,
        context_uri=context_of(said.get("context")),
        device_id=text(device.get("id")),
        device_name=text(device.get("name")),
        device_type=text(device.get("type")).lower(),
        volume=volume if 0 <= volume <= 100 else None,
        shuffle=maybe(said.get("shuffle_state")),
        repeat=text(said.get("repeat_state")) or None,
    )


def queue_of(answer: Any) -> Queue:
    """What plays next."""
    said = mapping(answer)
    upcoming = (item_of(one) for one in sequence(said.get("queue")))
    return Queue(
        current=item_of(said.get("currently_playing")), upcoming=tuple(item for item in upcoming if item is not None)
    )
