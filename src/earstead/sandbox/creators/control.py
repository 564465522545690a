"""The control endpoints: what no real service has. Move the clock, set switches, sign people out, ask what is true."""

from __future__ import annotations

from typing import Final

from earstead.sandbox.clock import move
from earstead.sandbox.control import Controls, Said
from earstead.sandbox.creators.accounts import Account
from earstead.sandbox.creators.calls import Json
from earstead.sandbox.creators.faults import SWITCHES
from earstead.sandbox.creators.service import Service
from earstead.sandbox.creators.world import Episode, Show, day_text


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
    move(service.clock, said)
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


CONTROLS: Final = Controls[Service](
    {
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
)
