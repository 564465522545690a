"""The control endpoints: what no real service has. Move the clock, set switches, sign people out, ask what is true.

Answers are JSON; what cannot be done is a ValueError, which the app answers as 400 with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from earstead.sandbox.creators.accounts import Account
from earstead.sandbox.creators.calls import Json
from earstead.sandbox.creators.faults import SWITCHES
from earstead.sandbox.creators.service import Service
from earstead.sandbox.creators.world import Episode, Show, day_text
from earstead.sandbox.spotify.clock import Movable, RunningClock

FARTHEST_S: Final = 10 * 366 * 86_400
MOST_RATE: Final = 1_000_000
Said = Mapping[str, Any]


def control(service: Service, method: str, name: str, said: Said) -> Any:
    """Do one control; None when there is no such one.

    Raises:
        ValueError: it cannot be done, and why.
    """
    found = _CONTROLS.get((method, name))
    return found(service, said) if found else None


def _state(service: Service, said: Said) -> Json:
    return {
        "now_ms": service.now_ms,
        "today": day_text(service.today),
        "seed": service.seed,
        "accounts": [_account(account) for account in service.accounts.all.values()],
        "shows": [_show(service, show) for show in service.world.shows.values()],
        "faults": service.faults.changed(),
    }


def _account(account: Account) -> Json:
    return {
        "name": account.name,
        "user_id": account.user_id,
        "sp_dc": account.sp_dc,
        "sp_key": account.sp_key,
        "signed_in": account.signed_in,
        "email": account.email,
        "password": account.password,
    }


def _show(service: Service, show: Show) -> Json:
    return {
        "id": show.id,
        "name": show.name,
        "owner": show.owner,
        "hosting": service.hosting(show).value,
        "station_id": show.station_id,
        "web_id": show.web_id,
        "episodes": len(service.world.episodes(show)),
    }


def _episodes(service: Service, said: Said) -> Json:
    """{"show": id}: its episodes in every state."""
    show = service.world.show(str(said["show"]))
    if show is None:
        raise ValueError("no such show")
    return {"episodes": [_episode(episode) for episode in service.world.episodes(show)]}


def _episode(episode: Episode) -> Json:
    return {
        "id": episode.id,
        "anchor_id": episode.anchor_id,
        "title": episode.title,
        "description": episode.description,
        "state": episode.state.value,
        "publish_on_ms": episode.publish_on_ms,
        "published_ms": episode.published_ms,
        "kind": episode.kind,
        "media": episode.media.kind if episode.media else "",
        "duration_ms": episode.duration_ms,
        "sponsored": episode.sponsored,
        "image_url": episode.image_url,
    }


def _move_clock(service: Service, said: Said) -> Json:
    """{"advance_s": 60}, {"to_ms": ...}; {"rate": 0} lets a running clock stand."""
    clock = service.clock
    if not isinstance(clock, Movable):
        raise ValueError("this clock cannot be moved")
    if "rate" in said:
        if not isinstance(clock, RunningClock):
            raise ValueError("this clock does not run")
        if not 0 <= float(said["rate"]) <= MOST_RATE:
            raise ValueError(f"rate is 0 to {MOST_RATE}")
        clock.run(float(said["rate"]))
    seconds = float(said.get("advance_s", 0))
    if "to_ms" in said:
        seconds = (int(said["to_ms"]) - service.now_ms) / 1000
    if not 0 <= seconds <= FARTHEST_S:
        raise ValueError("the clock goes forward only, and ten years at most at a time")
    clock.advance(seconds)
    return {"now_ms": service.now_ms, "today": day_text(service.today)}


def _faults(service: Service, said: Said) -> Json:
    return {
        "faults": service.faults.all(),
        "switches": {name: {"default": switch.default, "does": switch.does} for name, switch in SWITCHES.items()},
    }


def _set_faults(service: Service, said: Said) -> Json:
    """{"http.429": 3, "graphql.adhoc": "reject"}."""
    for name, value in said.items():
        service.faults.set(name, value)
    return {"faults": service.faults.changed()}


def _reset_faults(service: Service, said: Said) -> Json:
    """All, or {"name": ...}."""
    service.faults.reset(*([str(said["name"])] if "name" in said else []))
    return {"faults": service.faults.changed()}


def _accounts(service: Service, said: Said) -> Json:
    """{"sign_out": true} ends the cookies, {"sign_in": true} gives new ones; with "name" for another than the first."""
    account = service.accounts.all.get(str(said.get("name", service.user)))
    if account is None:
        raise ValueError("no such account")
    if said.get("sign_out"):
        account.signed_in = False
    if said.get("sign_in"):
        service.accounts.renew_cookies(account)
    return _account(account)


def _tokens(service: Service, said: Said) -> Json:
    """{"expire": true} ends all bearers; else a new one of the account is given."""
    if said.get("expire"):
        service.accounts.expire_all()
        return {"expired": True}
    return {"bearer": service.accounts.bearer(service.account, service.now_ms)}


def _requests(service: Service, said: Said) -> Json:
    return {"calls": dict(service.calls), "total": service.calls.total()}


def _forget_requests(service: Service, said: Said) -> Json:
    service.calls.clear()
    return _requests(service, said)


_CONTROLS: dict[tuple[str, str], Callable[[Service, Said], Any]] = {
    ("GET", ""): _state,
    ("GET", "state"): _state,
    ("GET", "episodes"): _episodes,
    ("GET", "clock"): lambda service, said: {"now_ms": service.now_ms, "today": day_text(service.today)},
    ("POST", "clock"): _move_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("DELETE", "faults"): _reset_faults,
    ("POST", "accounts"): _accounts,
    ("POST", "tokens"): _tokens,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget_requests,
}
