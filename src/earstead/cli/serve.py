"""`earstead serve`."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import click

from earstead.cli.common import Failed, saying_faults, settings_of

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

    from earstead.services.container import Services
    from earstead.settings import Settings

GRACE_S = 2
"""How long requests in hand may go on after the server was told to stop."""
MAX_MESSAGE = 64 * 1024
"""The largest message of a websocket that is taken in: they carry a token, and otherwise only go out."""


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Where to listen; 0.0.0.0 for all networks  [EARSTEAD_HOST, 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one  [EARSTEAD_PORT, 3277]")
@click.option("--data", metavar="DIR", help="Directory of the data  [EARSTEAD_DATA]")
@click.option("--database-url", metavar="URL", help="postgresql://..., instead of SQLite  [EARSTEAD_DATABASE_URL]")
@click.option("--tls-certificate", metavar="FILE", help="Speak TLS with this chain (PEM)  [EARSTEAD_TLS_CERTIFICATE]")
@click.option("--tls-key", metavar="FILE", help="Its key, if in another file  [EARSTEAD_TLS_KEY]")
@click.option("--tls-port", type=click.IntRange(0, 65535), help="TLS here, plain at --port  [EARSTEAD_TLS_PORT]")
def command(**given: Any) -> None:
    """Start the server and print its address; on a new server also the one-time link that makes you its owner.

    \b
    Further variables:
      EARSTEAD_PUBLIC_URL   how others reach it, like https://music.example.org
      EARSTEAD_SECRET       seals stored secrets instead of DATA/secret.key
      EARSTEAD_PROXIES      proxies whose X-Forwarded headers are believed (127.0.0.1)
      EARSTEAD_LOG          debug, info, warning or error
      EARSTEAD_ACCESS_LOG   yes to log every request
      EARSTEAD_ALLOW_PRIVATE  yes to let users name addresses in private networks

    \b
    Limits on callers from other machines:
      EARSTEAD_LISTENBRAINZ_LIMIT  requests of an address to the ListenBrainz API in 10 s (3000)
      EARSTEAD_API_LIMIT           requests with a token, or of an address, to /api/v1 in a minute (1200)
      EARSTEAD_UPLOAD_LIMIT        largest upload to import, in MiB (4096)

    \b
    Examples:
      earstead serve
      earstead serve --host 0.0.0.0 --port 8080 --data /srv/earstead
      earstead serve --tls-certificate chain.pem --tls-key key.pem --tls-port 3278
    """
    saying_faults(lambda: _serve(settings_of(**given)))


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
        doors = [stack.enter_context(door) for door in _doors(settings)]
        services = open_services(settings)
        control = Control(control_path(settings.data), services)
        stack.callback(control.close)
        _announce(settings, services, [door.getsockname()[1] for door in doors])
        _run(settings, services, doors)


def _doors(settings: Settings) -> Iterator[socket.socket]:
    """The socket of `port`, then that of `tls_port` if there is one."""
    _check_tls(settings)
    for port in (settings.port, settings.tls_port):
        if port is not None:
            yield _listen(settings.host, port)


def _check_tls(settings: Settings) -> None:
    """What is wrong with certificate or key is said before anything is begun."""
    if settings.tls_certificate is None:
        return
    import ssl

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_certificate, settings.tls_key)
    except ssl.SSLError as fault:
        files = f"{settings.tls_certificate}{f' and {settings.tls_key}' if settings.tls_key else ''}"
        raise Failed(f"{files} are no certificate and its key in PEM: {fault.reason or fault}") from fault


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


def _announce(settings: Settings, services: Services, ports: list[int]) -> None:
    from dataclasses import replace

    bound = replace(settings, port=ports[0])
    click.echo(f"earstead listens at {bound.root_url}")
    if len(ports) > 1:
        click.echo(f"and, with TLS, at {replace(bound, port=ports[1], tls_port=None).local_url}")
    if not services.accounts.has_owner():
        click.echo(f"First start: open {bound.root_url}/welcome?link={services.accounts.owner_link()}")
        click.echo("The link works once, within a day; it makes you the owner.")


def _run(settings: Settings, services: Services, doors: list[socket.socket]) -> None:
    import asyncio

    import uvicorn

    from earstead.app import around

    # uvicorn raises the signal again behind its own clean end; ours is behind that, and the exit code is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    app = around(services)
    main = uvicorn.Server(_config(app, settings, tls=len(doors) == 1, lifespan="on"))
    # The application is started and stopped once, with the main door.
    second = [uvicorn.Server(_config(app, settings, tls=True, lifespan="off")) for _ in doors[1:]]

    async def serve() -> None:
        beside = [asyncio.create_task(one.serve(sockets=[door])) for one, door in zip(second, doors[1:], strict=True)]
        await main.serve(sockets=[doors[0]])
        for one in second:
            one.should_exit = True
        await asyncio.gather(*beside)

    with asyncio.Runner(loop_factory=main.config.get_loop_factory()) as runner:
        runner.run(serve())
    if not main.started:
        raise Failed("the server could not start; the log above says why")


def _config(app: Starlette, settings: Settings, *, tls: bool, lifespan: Literal["on", "off"]) -> uvicorn.Config:
    import uvicorn

    return uvicorn.Config(
        app,
        loop="auto",
        http="auto",
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_max_queue=4,
        lifespan=lifespan,
        log_config=None,
        access_log=settings.access_log,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=settings.tls_certificate if tls else None,
        ssl_keyfile=settings.tls_key if tls else None,
    )
