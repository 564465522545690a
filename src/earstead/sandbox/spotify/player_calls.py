"""The player's endpoints: looking, commands, devices and queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from earstead.sandbox.spotify.calls import Answer, ApiError, Call, Endpoint
from earstead.sandbox.spotify.player import Player
from earstead.sandbox.spotify.recent_calls import recently_played
from earstead.sandbox.spotify.shapes import Json
from earstead.sandbox.spotify.truth import Device

SEEN_MS: Final = 7_200_000
"""How long a device that is not always on is listed after its last use."""
_DONE: Final = Answer(None, 204)


def _state(call: Call) -> Any:
    player = call.person.player
    if not player.visible:
        return _DONE
    return _playing(call, player) | {
        "device": _device(player, player.device),
        "shuffle_state": player.shuffle,
        "smart_shuffle": False,
        "repeat_state": player.repeat,
    }


def _currently(call: Call) -> Any:
    player = call.person.player
    return _playing(call, player) if player.visible else _DONE


def _playing(call: Call, player: Player) -> Json:
    """What both looks have in common."""
    item, types = player.item, call.query.get("additional_types", "track").split(",")
    assert item is not None
    kind = {"chapter": "episode", "local": "track"}.get(item.kind, item.kind)
    hidden = kind == "ad" or (kind == "episode" and "episode" not in types)
    disallows: Json = {"pausing" if not player.playing else "resuming": True}
    if kind == "ad":
        disallows |= {"skipping_next": True, "skipping_prev": True, "seeking": True}
    return {
        "timestamp": player.changed_ms,
        "context": call.shapes.context(player.context_uri, call.grant.user),
        "progress_ms": player.position_ms,
        "item": None if hidden else call.shapes.as_played(item),
        "currently_playing_type": kind,
        "actions": {"disallows": disallows},
        "is_playing": player.playing,
    }


def _device(player: Player, device: Device) -> Json:
    drawn: Json = {
        "id": None if device.restricted else device.device_id,
        "is_active": device is player.device and player.visible,
        "is_private_session": player.private,
        "is_restricted": device.restricted,
        "name": device.name,
        "type": device.type,
        "volume_percent": device.volume,
    }
    # Devices without a volume leave the field out, as some have been seen to do.
    return drawn | ({"supports_volume": True} if device.supports_volume else {})


def _listed(player: Player) -> list[Device]:
    active = player.device if player.visible else None
    return [
        device
        for device in player.devices
        if device is active or device.always_on or player.now_ms - device.used_ms < SEEN_MS
        if device is not player.device or not player.offline
    ]


def _devices(call: Call) -> Json:
    player = call.person.player
    return {"devices": [_device(player, device) for device in _listed(player)]}


def _queue(call: Call) -> Json:
    player, find = call.person.player, call.service.store.find
    item = player.item if player.visible else None
    coming = [found for uri in (player.upcoming() if item else []) if (found := find(uri))]
    return {
        "currently_playing": call.shapes.as_played(item) if item and item.kind != "ad" else None,
        "queue": [call.shapes.as_played(found) for found in coming],
    }


def _commanded(call: Call) -> Player:
    """The player, once it is sure that it takes commands on the device asked for.

    Raises:
        ApiError: no Premium, no active device, or one that takes no commands.
    """
    person = call.person
    player = person.player
    if not person.premium:
        raise ApiError(403, "Player command failed: Premium required", "PREMIUM_REQUIRED")
    wanted = call.query.get("device_id", "")
    if wanted:
        device = _named(player, wanted)
        if device is not player.device or not player.visible:
            player.transfer(call.now_ms, device)
    elif not player.visible:
        raise ApiError(404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE")
    if player.device.restricted:
        raise ApiError(403, "Player command failed: Restricted device", "UNKNOWN")
    return player


def _named(player: Player, device_id: str) -> Device:
    # An account plays in one place: while that is out of reach, no other takes over.
    for device in [] if player.offline else _listed(player):
        if device.device_id == device_id and not device.restricted:
            return device
    raise ApiError(404, "Device not found")


def _play(call: Call) -> Answer:
    player = _commanded(call)
    context, uris, offset = call.said("context_uri"), call.said("uris"), call.said("offset")
    position = call.said("position_ms") or 0
    if not isinstance(position, int) or position < 0:
        raise ApiError(400, "Invalid position_ms")
    if context is None and uris is None:
        if player.playing:
            raise ApiError(403, "Player command failed: Restriction violated", "UNKNOWN")
        player.resume(call.now_ms)
        return _DONE
    if isinstance(uris, list) and len(uris) > 100:
        raise ApiError(413, "Payload too large")
    try:
        if context is not None:
            place = _place(call, str(context), offset)
            player.play(call.now_ms, str(context), place, position, "remote")
        else:
            given = [str(uri) for uri in uris] if isinstance(uris, list) else []
            player.play_uris(call.now_ms, given, _place_in(given, offset), position, "remote")
    except ValueError as problem:
        raise ApiError(400, str(problem)) from None
    return _DONE


def _place(call: Call, context: str, offset: Any) -> int:
    if offset and context.startswith("spotify:artist:"):
        raise ApiError(400, "Can't have offset for context type: ARTIST")
    if isinstance(offset, dict) and "uri" in offset:
        held = call.service.context(call.person.name, context) or []
        return _place_in(held, offset)
    return _place_in([], offset)


def _place_in(uris: list[str], offset: Any) -> int:
    if not isinstance(offset, dict):
        return 0
    if "uri" in offset:
        if offset["uri"] not in uris:
            raise ApiError(404, "Item not found in context")
        return uris.index(offset["uri"])
    place = offset.get("position", 0)
    if not isinstance(place, int) or place < 0:
        raise ApiError(400, "Invalid offset")
    return place


def _pause(call: Call) -> Answer:
    player = _commanded(call)
    if not player.playing:
        raise ApiError(403, "Player command failed: Restriction violated", "UNKNOWN")
    player.pause(call.now_ms)
    return _DONE


def _button(press: Callable[[Player, int], None]) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        player = _commanded(call)
        if player.item is not None and player.item.kind == "ad":
            raise ApiError(403, "Player command failed: Restriction violated", "UNKNOWN")
        press(player, call.now_ms)
        return _DONE

    return handler


def _seek(call: Call) -> Answer:
    position = call.number("position_ms", -1, 0, 10**9)
    if position < 0:
        raise ApiError(400, "Missing required field: position_ms")
    _commanded(call).seek(call.now_ms, position)
    return _DONE


def _volume(call: Call) -> Answer:
    percent = call.number("volume_percent", -1, 0, 100)
    if percent < 0:
        raise ApiError(400, "Missing required field: volume_percent")
    player = _commanded(call)
    if not player.device.supports_volume:
        raise ApiError(403, "Player command failed: Cannot control device volume", "VOLUME_CONTROL_DISALLOW")
    player.set_option(call.now_ms, "volume", percent)
    return _DONE


def _choice(name: str, choices: dict[str, Any]) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        said = call.query.get("state", "").lower()
        if said not in choices:
            raise ApiError(400, "Invalid state")
        _commanded(call).set_option(call.now_ms, name, choices[said])
        return _DONE

    return handler


def _transfer(call: Call) -> Answer:
    ids = call.said("device_ids")
    if not isinstance(ids, list) or len(ids) != 1:
        raise ApiError(400, "Exactly one device_id is supported")
    if not call.person.premium:
        raise ApiError(403, "Player command failed: Premium required", "PREMIUM_REQUIRED")
    player = call.person.player
    player.transfer(call.now_ms, _named(player, str(ids[0])), play=bool(call.said("play")) or None)
    return _DONE


def _enqueue(call: Call) -> Answer:
    player = _commanded(call)
    try:
        player.enqueue(call.now_ms, call.query.get("uri", ""))
    except ValueError:
        raise ApiError(400, "Invalid track uri") from None
    return _DONE


_SEE, _NOW, _DO = "user-read-playback-state", "user-read-currently-playing", "user-modify-playback-state"


def _see(path: str, handler: Callable[[Call], Any], *scopes: str, family: str = "player") -> Endpoint:
    return Endpoint(method="GET", path=f"/me/player{path}", handler=handler, family=family, scopes=scopes)


def _do(method: str, path: str, handler: Callable[[Call], Any]) -> Endpoint:
    return Endpoint(method=method, path=f"/me/player{path}", handler=handler, family="control", scopes=(_DO,))


ENDPOINTS: Final = (
    _see("", _state, _SEE),
    _see("/currently-playing", _currently, _NOW, _SEE),
    _see("/recently-played", recently_played, "user-read-recently-played", family="recent"),
    _see("/devices", _devices, _SEE),
    _see("/queue", _queue, _SEE, _NOW),
    _do("PUT", "", _transfer),
    _do("PUT", "/play", _play),
    _do("PUT", "/pause", _pause),
    _do("POST", "/next", _button(lambda player, at_ms: player.next(at_ms))),
    _do("POST", "/previous", _button(lambda player, at_ms: player.previous(at_ms))),
    _do("PUT", "/seek", _seek),
    _do("PUT", "/volume", _volume),
    _do("PUT", "/repeat", _choice("repeat", {"off": "off", "track": "track", "context": "context"})),
    _do("PUT", "/shuffle", _choice("shuffle", {"true": True, "false": False})),
    _do("POST", "/queue", _enqueue),
)
