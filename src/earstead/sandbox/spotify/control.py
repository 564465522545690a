"""The control endpoints: what no real service has.

Move the clock, direct the listener, break things, ask what was true.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Final

from earstead.sandbox.clock import move
from earstead.sandbox.control import Controls, Said
from earstead.sandbox.spotify.accounts import SCOPES
from earstead.sandbox.spotify.export import exported
from earstead.sandbox.spotify.faults import read_fault
from earstead.sandbox.spotify.limits import usual
from earstead.sandbox.spotify.recent import told, why_untold
from earstead.sandbox.spotify.script import ACTIONS, Action
from earstead.sandbox.spotify.service import MODES, Service
from earstead.sandbox.spotify.shapes import Json


def _state(service: Service, said: Said) -> Json:
    return {
        "now_ms": service.now_ms,
        "seed": service.seed,
        "users": list(service.people),
        "signed_in": service.signed_in,
        "clients": [asdict(client) for client in service.accounts.clients.values()],
        "legacy_fields": service.legacy_fields,
        "limits": {"window": service.limits.window, "day": service.limits.day},
        "quirks": asdict(service.quirks),
        "faults": [asdict(fault) for fault in service.faults],
        "actions": list(ACTIONS),
    }


def _move_clock(service: Service, said: Said) -> Json:
    """{"advance_s": 60} or {"to_ms": ...}; {"rate": 0} lets a running clock stand."""
    move(service.clock, said)
    for name in service.people:
        service.person(name)
    return {"now_ms": service.now_ms}


def _listen(service: Service, said: Said) -> Json:
    """{"do": "pause"} now, or {"script": [{"in_s": 30, "do": "next"}, ...]}; with "user" for another than the first."""
    person = service.person(str(said.get("user", "")))
    if "script" not in said:
        args = {name: value for name, value in said.items() if name not in ("do", "user")}
        person.do(str(said["do"]), service.now_ms, **args)
        return _player(service, said)
    actions = [_action(service.now_ms, step) for step in said["script"]]
    service.script(person.name, actions)
    return {"scripted": len(actions)}


def _action(now_ms: int, step: Said) -> Action:
    if step.get("do") not in ACTIONS:
        raise ValueError(f"no action {step.get('do')!r}; there are {', '.join(ACTIONS)}")
    at_ms = int(step["at_ms"]) if "at_ms" in step else now_ms + int(float(step.get("in_s", 0)) * 1000)
    args = {name: value for name, value in step.items() if name not in ("do", "at_ms", "in_s")}
    return Action(at_ms, str(step["do"]), args)


def _live(service: Service, said: Said) -> Json:
    """Let a user listen by habit; {"on": false} ends it."""
    name = str(said.get("user", ""))
    if said.get("on", True):
        service.live(name, seed=str(said.get("seed", "")))
    else:
        service.person(name).live(None)
    return {"user": service.person(name).name}


def _player(service: Service, said: Said) -> Json:
    player = service.person(str(said.get("user", ""))).player
    return {
        "now_ms": player.now_ms,
        "item": asdict(player.item) if player.item else None,
        "position_ms": player.position_ms,
        "playing": player.playing,
        "visible": player.visible,
        "device": player.device.name,
        "devices": [asdict(device) for device in player.devices],
        "context": player.context_uri,
        "queue": player.upcoming(),
    }


def _truth(service: Service, said: Said) -> Json:
    """What was really played, whether `recently-played` tells of it, and everything that happened."""
    person = service.person(str(said.get("user", "")))
    seed, since = f"{service.seed} {person.name}", int(said.get("since_ms", 0))
    plays = [play for play in person.player.plays if play.started_ms >= since]
    rows = {row.play.number for row in told(person.player.plays, service.quirks, seed, service.now_ms)}
    return {
        "now_ms": service.now_ms,
        "plays": [
            asdict(play)
            | {"heard_ms": play.heard_ms, "skipped": play.skipped, "told": play.number in rows}
            | {"never_told": why_untold(play, service.quirks, seed) if play.moved_ms else ""}
            for play in plays
        ],
        "happened": [asdict(happened) for happened in person.player.happened if happened.at_ms >= since],
        "refused": [{"at_ms": at_ms, "why": why} for at_ms, why in person.refused],
    }


def _requests(service: Service, said: Said) -> Json:
    limits = service.limits
    return {
        "calls": dict(service.calls),
        "allowed": dict(limits.allowed),
        "refused": dict(limits.refused),
        "last_24_h": limits.used(service.client.developer, service.now_ms),
    }


def _reset_requests(service: Service, said: Said) -> Json:
    service.calls.clear()
    service.limits.allowed.clear()
    service.limits.refused.clear()
    service.limits.forget()
    return _requests(service, said)


def _set_limits(service: Service, said: Said) -> Json:
    """{"window": 30, "day": {"search": 200}}; "day" replaces all families, 0 and {} lift a limit."""
    if "window" in said:
        service.limits.window = int(said["window"])
    if "day" in said:
        service.limits.day = {str(family): int(most) for family, most in said["day"].items()}
    return {"window": service.limits.window, "day": service.limits.day}


def _set_quirks(service: Service, said: Said) -> Json:
    kinds = {field.name: type(getattr(service.quirks, field.name)) for field in fields(service.quirks)}
    for name, value in said.items():
        if name == "playlist_lag_ms":
            service.playlist_lag_ms = int(value)
        elif name in kinds:
            setattr(service.quirks, name, kinds[name](value))
        else:
            raise ValueError(f"no quirk {name!r}; there are {', '.join(kinds)}, playlist_lag_ms")
    return asdict(service.quirks) | {"playlist_lag_ms": service.playlist_lag_ms}


def _add_fault(service: Service, said: Said) -> Json:
    service.faults.append(read_fault(said))
    return {"faults": [asdict(fault) for fault in service.faults]}


def _clear_faults(service: Service, said: Said) -> Json:
    service.faults.clear()
    return {"faults": []}


def _tokens(service: Service, said: Said) -> Json:
    """{"expire": true} ends access tokens, {"revoke": true} what a user allowed, else new credentials are issued."""
    user = service.person(str(said.get("user", ""))).name
    if said.get("expire"):
        service.accounts.expire_access(user)
        return {"expired": user}
    if said.get("revoke"):
        service.accounts.revoke(user)
        return {"revoked": user}
    scopes = frozenset(str(said["scope"]).split()) if "scope" in said else SCOPES
    client = service.accounts.clients.get(str(said.get("client_id", service.client.client_id)))
    if client is None:
        raise ValueError("no such client_id")
    return dict(service.credentials(user, scopes, pkce=bool(said.get("pkce", True)), client=client))


def _add_user(service: Service, said: Said) -> Json:
    service.add_user(str(said["name"]), premium=bool(said.get("premium", True)))
    return dict(service.credentials(str(said["name"])))


def _settings(service: Service, said: Said) -> Json:
    """{"signed_in", "consents", "legacy_fields", "refresh_tokens", "premium", "client": {...}}, each if given."""
    if "signed_in" in said:
        service.signed_in = service.person(str(said["signed_in"])).name
    service.consents = bool(said.get("consents", service.consents))
    service.legacy_fields = bool(said.get("legacy_fields", service.legacy_fields))
    if said.get("refresh_tokens", "mixed") not in ("never", "always", "mixed"):
        raise ValueError("refresh_tokens is never, always or mixed")
    service.accounts.returns = str(said.get("refresh_tokens", service.accounts.returns))
    if "premium" in said:
        service.person(str(said.get("user", ""))).premium = bool(said["premium"])
    client, given = service.client, said.get("client", {})
    if "mode" in given:
        client.mode = _mode(given)
        service.limits = usual(client.mode)
    client.redirect_uris = tuple(given.get("redirect_uris", client.redirect_uris))
    client.listed = tuple(given.get("listed", client.listed))
    client.owner_premium = bool(given.get("owner_premium", client.owner_premium))
    return _state(service, said)


def _mode(said: Said) -> str:
    if said.get("mode", "new-dev") not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}")
    return str(said.get("mode", "new-dev"))


def _add_client(service: Service, said: Said) -> Json:
    """Another client id; those of one developer share the day's quota."""
    given: Json = {name: tuple(said[name]) for name in ("redirect_uris", "listed") if name in said}
    return asdict(service.accounts.add_client(_mode(said), str(said.get("developer", "developer")), **given))


CONTROLS: Final = Controls[Service](
    {
        ("GET", ""): _state,
        ("GET", "state"): _state,
        ("GET", "clock"): lambda service, said: {"now_ms": service.now_ms},
        ("POST", "clock"): _move_clock,
        ("POST", "listen"): _listen,
        ("POST", "live"): _live,
        ("GET", "player"): _player,
        ("GET", "truth"): _truth,
        ("GET", "export"): lambda service, said: exported(service, str(said.get("user", ""))),
        ("GET", "requests"): _requests,
        ("DELETE", "requests"): _reset_requests,
        ("POST", "limits"): _set_limits,
        ("POST", "quirks"): _set_quirks,
        ("POST", "faults"): _add_fault,
        ("DELETE", "faults"): _clear_faults,
        ("POST", "tokens"): _tokens,
        ("POST", "users"): _add_user,
        ("POST", "clients"): _add_client,
        ("POST", "settings"): _settings,
    }
)
