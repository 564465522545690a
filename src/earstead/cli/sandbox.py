"""`earstead sandbox`."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from earstead.cli.common import Failed, saying_faults

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from earstead.sandbox.clock import RunningClock

FAST: Final = 60
"""How much faster than the machine's clock `--rate fast` runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a simulator may be started with."""

    seed: int
    mode: str
    live: bool
    limits: bool
    clock: RunningClock
    episodes: int
    days: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A simulator: its app, what the first line says of it, and its addresses for the root of its port."""

    app: ASGIApp
    said: Mapping[str, str]
    urls: Callable[[str], Mapping[str, str]]


def _spotify(options: Options) -> Stage:
    from earstead.sandbox.spotify import Simulator

    simulator = Simulator(options.clock, seed=options.seed, mode=options.mode)
    if not options.limits:
        simulator.limits.window = 0
        simulator.limits.day = {}
    if options.live:
        simulator.live()
    return Stage(simulator.app, simulator.credentials(), _addresses("/v1", "", "/sandbox"))


def _lastfm(options: Options) -> Stage:
    from earstead.sandbox.lastfm import Simulator

    simulator = Simulator(options.clock)
    session = f"session of {simulator.user}"
    simulator.sessions.add(session)
    said = {"access_token": session, "refresh_token": "", "client_id": simulator.api_key}
    said |= {"client_secret": simulator.secret, "user": simulator.user, "password": simulator.password}
    return Stage(simulator.app, said, _addresses("/2.0/", "", ""))


def _creators(options: Options) -> Stage:
    from earstead.sandbox.creators import Simulator, urls

    simulator = Simulator(options.clock, seed=options.seed, episodes=options.episodes, days=options.days)
    return Stage(simulator.app, simulator.credentials(), urls)


def _addresses(api: str, accounts: str, control: str) -> Callable[[str], Mapping[str, str]]:
    """Addresses from the paths of the API, of the accounts service and of the control endpoints ("" for none)."""
    return lambda root: {
        "api_url": root + api,
        "accounts_url": root + accounts,
        "control_url": root + control if control else "",
    }


_SANDBOXES: Final[dict[str, Callable[[Options], Stage]]] = {
    "spotify": _spotify,
    "lastfm": _lastfm,
    "creators": _creators,
}


@click.command("sandbox")
@click.argument("name", type=click.Choice(list(_SANDBOXES)))
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another world.")
@click.option(
    "--mode",
    type=click.Choice(["new-dev", "old-dev", "extended"]),
    default="new-dev",
    show_default=True,
    help="Of the client id: made since February 2026, made before, or with extended quota.",
)
@click.option(
    "--rate",
    type=click.Choice(["real", "fast", "still"]),
    default="real",
    show_default=True,
    help="How the clock runs: as this machine's, 60 times as fast, or only when it is moved.",
)
@click.option("--live", is_flag=True, help="Let a listener use the player by habit.")
@click.option("--no-limits", "limits", flag_value=False, default=True, help="Answer as many calls as come.")
@click.option("--episodes", type=click.IntRange(1, 5000), default=60, show_default=True, help="Of the first show.")
@click.option("--days", type=click.IntRange(2, 4000), default=420, show_default=True, help="How long it goes back.")
def command(name: str, port: int, host: str, rate: str, **given: Any) -> None:
    """Serve a simulator of another service, to build and test against without an account.

    The first line printed is one JSON object. spotify and lastfm say access_token, refresh_token, client_id,
    client_secret, user, api_url, accounts_url, control_url; creators says show_id, sp_dc, sp_key, today and the base
    address of each backend. --mode, --live and --no-limits are for spotify, --episodes and --days for creators. What
    is held is gone when it stops.

    \b
    Examples:
      earstead sandbox spotify --port 8090 --live
      earstead sandbox lastfm --port 8091
      earstead sandbox creators --port 8092 --episodes 500 --days 1095
    """
    from earstead.kit.clock import SystemClock
    from earstead.sandbox.clock import RunningClock

    clock = RunningClock(SystemClock(), rate={"real": 1, "fast": FAST, "still": 0}[rate])
    stage = saying_faults(lambda: _SANDBOXES[name](Options(clock=clock, **given)))
    listening = _listen(host, port)
    host, port = listening.getsockname()[:2]
    root = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    click.echo(json.dumps(dict(stage.said) | dict(stage.urls(root))))
    _serve(stage.app, listening)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, reuse_port=False
        )
    except OSError as problem:
        raise Failed(f"Cannot listen on {host} port {port}: {problem.strerror or problem}.") from None


def _serve(app: ASGIApp, listening: socket.socket) -> None:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1))
    # A request to stop is how it ends; the signal that uvicorn raises again afterwards is no fault.
    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.run(sockets=[listening])
