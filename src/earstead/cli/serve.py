"""`earstead serve`."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import TYPE_CHECKING

import click

from earstead.cli.common import Failed, saying_faults, settings_of

if TYPE_CHECKING:
    from earstead.services.container import Services
    from earstead.settings import Settings

GRACE_S = 2
"""How long requests in hand may go on after the server was told to stop."""


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Where to listen; 0.0.0.0 for all networks  [EARSTEAD_HOST, 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one  [EARSTEAD_PORT, 3277]")
@click.option("--data", metavar="DIR", help="Directory of the data  [EARSTEAD_DATA]")
@click.option("--database-url", metavar="URL", help="postgresql://..., instead of SQLite  [EARSTEAD_DATABASE_URL]")
def command(host: str | None, port: int | None, data: str | None, database_url: str | None) -> None:
    """Start the server and print its address; on a new server also the one-time link that makes you its owner.

    \b
    Further variables:
      EARSTEAD_PUBLIC_URL   how others reach it, like https://music.example.org
      EARSTEAD_SECRET       seals stored secrets instead of DATA/secret.key
      EARSTEAD_PROXIES      proxies whose X-Forwarded headers are believed (127.0.0.1)
      EARSTEAD_LOG          debug, info, warning or error
      EARSTEAD_ACCESS_LOG   yes to log every request

    \b
    Examples:
      earstead serve
      earstead serve --host 0.0.0.0 --port 8080 --data /srv/earstead
    """
    saying_faults(lambda: _serve(settings_of(host=host, port=port, data=data, database_url=database_url)))


def _serve(settings: Settings) -> None:
    from earstead.app import open_services
    from earstead.cli.control import Control
    from earstead.cli.perform import control_path
    from earstead.kit import log
    from earstead.kit.locks import DataLock, Locked

    log.set_up(settings.log_level)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(DataLock(settings.data))
        except Locked as fault:
            raise Failed(f"{fault}: stop that one first, or give another --data") from fault
        door = stack.enter_context(_listen(settings.host, settings.port))
        services = open_services(settings)
        control = Control(control_path(settings.data), services)
        stack.callback(control.close)
        _announce(settings, services, door.getsockname()[1])
        _run(settings, services, door)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything else is done: a taken port is said at once, and early callers wait."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as fault:
        raise Failed(f"--host {host} is not an address of this machine") from fault
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(address)
    except OSError as fault:
        door.close()
        raise Failed(f"cannot listen at {host} port {port}: {fault.strerror}; choose another --port") from fault
    door.listen(2048)
    return door


def _announce(settings: Settings, services: Services, port: int) -> None:
    from dataclasses import replace

    url = replace(settings, port=port).root_url
    click.echo(f"earstead listens at {url}")
    if not services.accounts.has_owner():
        click.echo(f"First start: open {url}/welcome?link={services.accounts.owner_link()}")
        click.echo("The link works once, within a day; it makes you the owner.")


def _run(settings: Settings, services: Services, door: socket.socket) -> None:
    import uvicorn

    from earstead.app import around

    # uvicorn raises the signal again behind its own clean end; ours is behind that, and the exit code is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(
        around(services),
        loop="auto",
        http="auto",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=settings.access_log,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[door])
    if not server.started:
        raise Failed("the server could not start; the log above says why")
