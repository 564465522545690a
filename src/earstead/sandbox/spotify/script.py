"""What a listener does: actions by name and time, scripted or drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from earstead.kit.clock import Random, seeded
from earstead.sandbox.spotify.player import Player
from earstead.sandbox.spotify.truth import Device

_SLOTS = (7.3, 9.5, 13.0, 17.3, 20.2)
_MIXED = (("next", 9), ("pause", 3), ("seek", 3), ("volume", 2), ("shuffle", 1), ("transfer", 1), ("queue", 1))


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """One thing a listener does, at a unix millisecond. `args` by name; see `ACTIONS` for what each takes."""

    at_ms: int
    name: str = field(compare=False)
    args: Mapping[str, Any] = field(compare=False, default_factory=dict)


def _device(player: Player, args: Mapping[str, Any]) -> Device:
    wanted = str(args.get("device", ""))
    for device in player.devices:
        if wanted in (device.name, device.device_id):
            return device
    raise ValueError(f"no device {wanted!r}; there are {', '.join(device.name for device in player.devices)}")


def _play(player: Player, at_ms: int, args: Mapping[str, Any]) -> None:
    if "device" in args:
        player.transfer(at_ms, _device(player, args))
    if "context" in args:
        player.play(at_ms, str(args["context"]), int(args.get("place", 0)), int(args.get("position_ms", 0)))
    elif "uris" in args or "uri" in args:
        uris = [str(args["uri"])] if "uri" in args else [str(uri) for uri in args["uris"]]
        player.play_uris(at_ms, uris, int(args.get("place", 0)), int(args.get("position_ms", 0)))
    else:
        player.resume(at_ms)


def _option(name: str, kind: Callable[[Any], Any]) -> Callable[[Player, int, Mapping[str, Any]], None]:
    return lambda player, at_ms, args: player.set_option(at_ms, name, kind(args["value"]))


ACTIONS: dict[str, Callable[[Player, int, Mapping[str, Any]], None]] = {
    "play": _play,
    "resume": lambda player, at_ms, args: player.resume(at_ms),
    "pause": lambda player, at_ms, args: player.pause(at_ms),
    "next": lambda player, at_ms, args: player.next(at_ms),
    "previous": lambda player, at_ms, args: player.previous(at_ms),
    "seek": lambda player, at_ms, args: player.seek(at_ms, int(args["position_ms"])),
    "transfer": lambda player, at_ms, args: player.transfer(at_ms, _device(player, args), play=args.get("play")),
    "volume": _option("volume", int),
    "shuffle": _option("shuffle", bool),
    "repeat": _option("repeat", str),
    "private": _option("private", bool),
    "automix": _option("automix", bool),
    "queue": lambda player, at_ms, args: player.enqueue(at_ms, str(args["uri"])),
    "ad": lambda player, at_ms, args: player.interrupt(at_ms),
    "offline": lambda player, at_ms, args: player.go_offline(at_ms),
    "online": lambda player, at_ms, args: player.go_online(at_ms),
    "die": lambda player, at_ms, args: player.die(at_ms),
}


def perform(player: Player, action: Action) -> None:
    """Do it.

    Raises:
        ValueError: there is no such action, or it lacks something, or names what does not exist.
    """
    if action.name not in ACTIONS:
        raise ValueError(f"no action {action.name!r}; there are {', '.join(ACTIONS)}")
    try:
        ACTIONS[action.name](player, action.at_ms, action.args)
    except KeyError as missing:
        raise ValueError(f"{action.name} needs {missing.args[0]!r}") from missing


def habits(seed: str, start_ms: int, contexts: list[str], tracks: list[str], devices: list[str]) -> Iterator[Action]:
    """A life of listening from a moment on, without end: sessions at the usual hours, with skips, pauses and seeks.

    Args:
        contexts: what may be played, favourites first.
        tracks: what may be put into the queue.
        devices: names of devices, the usual one first.
    """
    rng = seeded(f"habits {seed}")
    day = datetime.fromtimestamp(start_ms / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ends_ms = start_ms
    while True:
        for hour in _SLOTS:
            at_ms = int(day.timestamp() * 1000) + int(hour * 3_600_000) + rng.randrange(-1_200_000, 1_800_000)
            usual = rng.random() < 0.7
            if usual and at_ms > ends_ms:
                for action in _session(rng, at_ms, contexts, tracks, devices):
                    ends_ms = action.at_ms
                    yield action
        day += timedelta(days=1)


def _session(rng: Random, at_ms: int, contexts: list[str], tracks: list[str], devices: list[str]) -> Iterator[Action]:
    """From pressing play to the last pause."""
    device = devices[0] if rng.random() < 0.6 else rng.choice(devices)
    context = contexts[min(int(rng.expovariate(6 / len(contexts))), len(contexts) - 1)]
    ends_ms = at_ms + int(rng.triangular(600, 9_000, 2_400)) * 1000
    yield Action(at_ms, "shuffle", {"value": rng.random() < 0.5})
    yield Action(at_ms, "play", {"context": context, "place": rng.randrange(4), "device": device})
    while (at_ms := at_ms + int(rng.expovariate(1 / 420_000)) + 2_000) < ends_ms:
        name = rng.choices([name for name, _ in _MIXED], [weight for _, weight in _MIXED])[0]
        if name == "pause":
            yield Action(at_ms, "pause")
            at_ms += rng.randrange(5_000, 240_000)
            yield Action(at_ms, "resume")
        elif name == "seek":
            yield Action(at_ms, "seek", {"position_ms": rng.randrange(200_000)})
        elif name == "queue":
            yield Action(at_ms, "queue", {"uri": rng.choice(tracks)})
        elif name == "transfer":
            yield Action(at_ms, "transfer", {"device": rng.choice(devices)})
        else:
            value = {"volume": rng.randrange(101), "shuffle": rng.random() < 0.5}.get(name)
            yield Action(at_ms, name, {} if value is None else {"value": value})
    yield Action(max(at_ms, ends_ms), "pause")
