"""What Soloist tells over its socket, message by message, to states of a player. Pure. (spotify-web-api.md 14)

Messages tell what changed, so the rest is remembered. Any part may be missing or null. A changed track may come
without its names: then nothing is told before they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from earstead.core.listen import Kind
from earstead.core.player import Item, PlayerState
from earstead.sources.spotify.wire.said import mapping, maybe, number, sequence, text

_KINDS = {"track": Kind.MUSIC, "episode": Kind.EPISODE, "chapter": Kind.CHAPTER}
_SILENT = ("idle", "stopped")
MOST_SKEW_MS = 3_600_000
"""A time stamp further from now is of another clock, and says nothing."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the player. `at_ms` is when `position_ms` held; `named` whether the item has its names."""

    item: Item | None = None
    status: str = ""
    position_ms: int = 0
    at_ms: int = 0
    context_uri: str = ""
    device_name: str = ""
    volume: int | None = None
    shuffle: bool | None = None
    repeat: str | None = None
    queue: tuple[str, ...] | None = None

    @property
    def runs(self) -> bool:
        """Whether it plays."""
        return self.status == "playing" and self.item is not None

    @property
    def complete(self) -> bool:
        """Whether there is nothing to wait for: no item, or one with its names and its length."""
        return self.item is None or bool(self.item.track_name and self.item.duration_ms)

    def state(self, now_ms: int) -> PlayerState:
        """The player at a moment."""
        item = None if self.status in _SILENT else self.item
        moved = now_ms - self.at_ms if self.runs else 0
        return PlayerState(
            received_ms=now_ms,
            item=item,
            is_playing=self.runs and item is not None,
            progress_ms=max(0, self.position_ms + moved) if item else 0,
            context_uri=self.context_uri,
            device_name=self.device_name,
            volume=self.volume,
            shuffle=self.shuffle,
            repeat=self.repeat,
            queue=self.queue,
        )


def take(heard: Heard, message: Any, now_ms: int) -> Heard:
    """What is known after one more message, received at `now_ms`. Messages of other types change nothing."""
    said = mapping(message)
    kind = text(said.get("type"))
    if kind == "auth_state":
        return msgspec.structs.replace(heard, device_name=text(said.get("device_name")))
    if kind == "track_changed":
        # It begins, unless it says otherwise: positions come with the states that follow.
        return _positioned(_with_item(heard, said), said, now_ms, default=0)
    if kind in ("playback_state", "playback_changed", "position_sync", "context_changed"):
        return _played(heard, said, now_ms, whole=kind == "playback_state")
    if kind == "volume_changed":
        return msgspec.structs.replace(heard, volume=_volume(said.get("volume")))
    if kind == "options_changed":
        return _with_options(heard, mapping(said.get("options")) or said)
    if kind == "queue_changed":
        coming = (text(_entity(one).get("uri")) for one in sequence(said.get("upcoming")))
        return msgspec.structs.replace(heard, queue=tuple(uri for uri in coming if uri))
    return heard


def _played(heard: Heard, said: Mapping[str, Any], now_ms: int, *, whole: bool) -> Heard:
    before = heard.state(now_ms).progress_ms
    if "item" in said and (said.get("item") is not None or whole):
        heard = _with_item(heard, said)
    heard = _positioned(heard, said, now_ms, default=before)
    status = text(said.get("status"))
    if status and status != "buffering":
        heard = msgspec.structs.replace(heard, status=status)
    if "context" in said:
        heard = msgspec.structs.replace(heard, context_uri=text(_entity(said.get("context")).get("uri")))
    if (volume := _volume(said.get("volume"))) is not None:
        heard = msgspec.structs.replace(heard, volume=volume)
    return _with_options(heard, mapping(said.get("options")))


def _positioned(heard: Heard, said: Mapping[str, Any], now_ms: int, *, default: int) -> Heard:
    told = mapping(said.get("position"))
    if "position_ms" not in told:
        return msgspec.structs.replace(heard, position_ms=default, at_ms=now_ms)
    at = number(told.get("timestamp_ms"), now_ms)
    at = at if abs(now_ms - at) <= MOST_SKEW_MS else now_ms
    return msgspec.structs.replace(heard, position_ms=max(0, number(told.get("position_ms"))), at_ms=at)


def _with_item(heard: Heard, said: Mapping[str, Any]) -> Heard:
    found = item_of(said.get("item"))
    known = heard.item
    if found and known and found.uri == known.uri and not found.track_name:
        return heard
    return msgspec.structs.replace(heard, item=found)


def _with_options(heard: Heard, options: Mapping[str, Any]) -> Heard:
    shuffle, repeat = maybe(options.get("shuffle")), text(options.get("repeat"))
    return msgspec.structs.replace(
        heard,
        shuffle=heard.shuffle if shuffle is None else shuffle,
        repeat=repeat or heard.repeat,
    )


def _volume(value: Any) -> int | None:
    found = number(value, -1)
    return found if 0 <= found <= 100 else None


def _entity(value: Any) -> Mapping[str, Any]:
    """An entity, whether it stands by itself or in an envelope."""
    said = mapping(value)
    return mapping(said.get("entity")) or said


def _name(value: Any) -> str:
    return text(mapping(mapping(_entity(value).get("decorations")).get("identity")).get("name"))


def item_of(value: Any) -> Item | None:
    """An entity as an item; its names are "" where they were not told. None for what has no URI."""
    said = _entity(value)
    uri = text(said.get("uri"))
    if not uri:
        return None
    more = mapping(said.get("decorations"))
    kind = _KINDS.get(text(said.get("entity_type")) or uri.split(":")[1:2][0], Kind.MUSIC)
    parent = _name(more.get("parent"))
    names = tuple(name for one in sequence(more.get("creators")) if (name := _name(one)))
    return Item(
        uri=uri,
        kind=kind,
        track_name=_name(said),
        artist_names=names or ((parent,) if kind is not Kind.MUSIC and parent else ()),
        release_name=parent,
        duration_ms=max(0, number(mapping(more.get("playback")).get("duration_ms"))),
    )
