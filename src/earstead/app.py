"""The composition root: the only place that knows everything, and puts it together.

`open_services` makes what a command needs; `build` puts the web application around it.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earstead import __version__
from earstead.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    RetryLater,
    Unauthenticated,
)
from earstead.core.spotify import ACCOUNTS_URL, API_URL
from earstead.creators.keeping.hands import KeepingHands
from earstead.creators.keeping.sync import ServiceSync
from earstead.creators.pace import Pace
from earstead.creators.urls import Urls
from earstead.kit.clock import Clock, SystemClock
from earstead.kit.log import without_secrets
from earstead.kit.outbound import Outbound
from earstead.kit.paths import CollapseSlashes
from earstead.kit.secrets import Vault, load_vault
from earstead.relay import HttpCarrier
from earstead.services.accounts import Accounts
from earstead.services.applications.applications import Applications
from earstead.services.container import Services
from earstead.services.creators.feeds import MOST_FEED_BYTES
from earstead.services.creators.office import CreatorServices, open_office
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.everybody.commons import Commons
from earstead.services.exports import Exports
from earstead.services.feedback import Feedback
from earstead.services.follows import Follows
from earstead.services.habits import Habits
from earstead.services.heralds import herald
from earstead.services.imports.imports import Imports
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.services.journal import Journal
from earstead.services.player import Player
from earstead.services.playing import Playing
from earstead.services.playlinks import Playlinks
from earstead.services.profile import Profiles
from earstead.services.registry import find_sources
from earstead.services.relays.relays import Relays
from earstead.services.selftest import SelfTest
from earstead.services.showing import Showing
from earstead.services.shuffles.shuffles import Shuffles
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.services.spotify.linking import SpotifyLinking
from earstead.services.spotify.mirrors import Mirrors
from earstead.services.spotify.watched import Watched
from earstead.services.tags import Tags
from earstead.services.webhooks.webhooks import Webhooks
from earstead.services.worker import Worker
from earstead.settings import Settings
from earstead.sources.spotify.following import Around
from earstead.sources.spotify.link import SpotifyLink
from earstead.sources.spotify.watch import Watcher
from earstead.storage.engine import Engine, open_engine
from earstead.storage.writer import Writer
from earstead.webhooks import Courier

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[AppError], int], ...] = (
    (Rejected, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (RetryLater, 503),
    (AppError, 502),
)
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def open_services(settings: Settings, *, clock: Clock | None = None, migrate: bool = True) -> Services:
    """Everything a command or a handler calls, nothing started yet. `close` it when done.

    Args:
        migrate: bring the schema up to date; False for a look at data that another process owns.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = _open(settings, migrate=migrate)
    try:
        _keep_private(settings)
        return _services(settings, engine, clock or SystemClock())
    except BaseException:
        engine.close()
        raise


def _open(settings: Settings, *, migrate: bool) -> Engine:
    try:
        engine = open_engine(settings.database)
        if migrate:
            for name in engine.migrate():
                log.info("schema brought to %s", name)
        with engine.read() as tx:
            tx.one("SELECT 1")
    except Exception as fault:
        # Each driver has errors of its own; whoever started us needs the sentence, not the trace.
        where = without_secrets(str(settings.database))
        raise AppError(f"the database {where} cannot be opened: {without_secrets(str(fault)).strip()}") from fault
    return engine


def _keep_private(settings: Settings) -> None:
    """The database holds what people did not publish: nobody else on this machine reads it."""
    if settings.database_url:
        return
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.chmod(f"{settings.database}{suffix}", 0o600)


def _services(settings: Settings, engine: Engine, clock: Clock) -> Services:
    vault = load_vault(settings.data, settings.secret)
    sources = find_sources()
    writer, hub = Writer(engine), Hub()
    ingest = Ingest(engine, writer, clock, hub)
    insights = Insights(engine, ingest)
    decisions = Decisions(engine, writer, ingest, insights, clock, hub)
    reader = next(source.reader for source in sources if source.reader is not None)
    imports = Imports(engine, writer, ingest, decisions, hub, clock, settings.data, reader)
    playing = Playing(clock, hub)
    playlinks = Playlinks(engine, writer, clock)
    accounts = Accounts(engine, writer, clock, vault, ingest)
    showing = Showing(engine, accounts, ingest, insights)
    applications = Applications(engine, writer, clock, accounts, vault)
    selftest = SelfTest(clock, accounts, applications)
    accounts.before_erasing(selftest.forget)
    accounts.before_erasing(lambda user_id: _stop_imports(imports, user_id))
    accounts.before_erasing(playing.clear)
    worker = Worker(engine, writer, clock)
    journal = Journal(engine, writer, clock, hub, worker)
    webhooks = Webhooks(
        engine, writer, clock, vault, journal, worker, _courier(settings, clock), allow_private=settings.allow_private
    )
    accounts.before_erasing(webhooks.forget)
    feedback = Feedback(engine, writer, clock, ingest)
    herald(journal, ingest, playing, feedback, decisions, imports)
    relays = Relays(engine, writer, clock, vault, insights, worker, _carrier(settings))
    relays.follow(ingest, playing)
    accounts.before_erasing(relays.forget)
    spotify = SpotifyAccounts(engine, writer, clock, vault, worker, journal)
    accounts.before_erasing(spotify.silence)
    spotify_links = SpotifyLinking(spotify, accounts, worker, writer, _spotify_link(settings, spotify, clock))
    watched = Watched(writer, ingest, journal, clock)
    around = Around(cursors=spotify, clients=spotify_links, watched=watched, playing=playing, clock=clock)
    watching = Watcher(spotify, around)
    spotify_links.after_linking(lambda _: watching.refresh())
    spotify_links.before_leaving(lambda account, _: watching.forget(account))
    accounts.before_erasing(lambda _: watching.refresh())
    mirrors = Mirrors(engine, writer, clock, journal, worker, spotify, spotify_links)
    habits = Habits(engine, ingest, feedback, mirrors)
    shuffles = Shuffles(
        engine,
        writer,
        clock,
        worker,
        ingest,
        insights,
        habits,
        playlinks,
        feedback,
        mirrors,
        spotify,
        spotify_links,
    )
    creators = _creators(settings, engine, writer, clock, vault, worker, journal, accounts)
    accounts.before_erasing(creators.silence)
    return Services(
        data=settings.data,
        public_url=settings.root_url,
        told_url=settings.public_url,
        creators_url=settings.creators_url,
        limits=settings.limits,
        clock=clock,
        engine=engine,
        writer=writer,
        accounts=accounts,
        ingest=ingest,
        insights=insights,
        habits=habits,
        decisions=decisions,
        imports=imports,
        exports=Exports(engine, insights),
        playing=playing,
        playlinks=playlinks,
        player=Player(engine, clock, ingest, playing, playlinks),
        feedback=feedback,
        applications=applications,
        selftest=selftest,
        tags=Tags(engine, writer, clock, ingest),
        follows=Follows(engine, writer, clock, accounts),
        profiles=Profiles(accounts),
        commons=Commons(engine, ingest, clock, showing),
        showing=showing,
        relays=relays,
        spotify=spotify,
        spotify_links=spotify_links,
        watching=watching,
        mirrors=mirrors,
        shuffles=shuffles,
        creators=creators,
        hub=hub,
        journal=journal,
        webhooks=webhooks,
        worker=worker,
        sources=sources,
    )


def _creators(
    settings: Settings,
    engine: Engine,
    writer: Writer,
    clock: Clock,
    vault: Vault,
    worker: Worker,
    journal: Journal,
    accounts: Accounts,
) -> CreatorServices:
    def owns(user_id: int) -> bool:
        return accounts.user(user_id).role == "owner"

    agent = f"earstead/{__version__}"
    net = Outbound(allow_private=settings.allow_private, agent=agent, most_bytes=MOST_FEED_BYTES)
    office = open_office(engine, writer, clock, vault, worker, journal, settings.data, owns, net)
    # A simulator is on this machine or the next one, and needs no manners.
    own = bool(settings.creators_url)
    urls, pace = (Urls.at(settings.creators_url), Pace.unhurried()) if own else (Urls.live(), Pace.polite())
    hands = KeepingHands(office, urls, clock, settings.data, pace=pace)
    office.served_by(hands)
    office.syncs.served_by(ServiceSync(hands, office.shows, office.memory, clock))
    return office


def _carrier(settings: Settings) -> HttpCarrier:
    # The agent names the program and not this server: whom a user relays to is nobody else's business.
    return HttpCarrier(Outbound(allow_private=settings.allow_private, agent=f"earstead/{__version__}"), __version__)


def _courier(settings: Settings, clock: Clock) -> Courier:
    return Courier(allow_private=settings.allow_private, agent=f"earstead/{__version__}", clock=clock)


def _spotify_link(settings: Settings, spotify: SpotifyAccounts, clock: Clock) -> SpotifyLink:
    # Whoever names another Spotify, a simulator, names it for the whole server: no guest can lead us there.
    own = (settings.spotify_api_url, settings.spotify_accounts_url) != (API_URL, ACCOUNTS_URL)
    outbound = Outbound(allow_private=own, agent=f"earstead/{__version__}")
    urls = {"api_url": settings.spotify_api_url, "accounts_url": settings.spotify_accounts_url}
    return SpotifyLink(spotify, outbound, clock, budgets=settings.spotify_budgets, **urls)


def _stop_imports(imports: Imports, user_id: int) -> None:
    """End what still writes for a user, and remove the files that were uploaded."""
    for job in imports.list(user_id):
        if job.state not in ("done", "cancelled"):
            with contextlib.suppress(Conflict):  # it ended in this moment
                imports.cancel(user_id, job.import_id)


def build(settings: Settings, *, clock: Clock | None = None) -> Starlette:
    """The web application; its services are at `app.state.services`, started and closed by its lifespan."""
    return around(open_services(settings, clock=clock))


def around(services: Services) -> Starlette:
    """The web application around services that are open."""
    # Loaded here, because a command opens services and never needs pages; they take longer to load than all else.
    from earstead.pagekit import static_routes
    from earstead.relay import routes as relay_routes
    from earstead.web import routes as web

    routes = [
        Route("/healthz", _health, methods=["GET"]),
        *static_routes(),
        *(route for api in services.apis for route in api.routes(services)),
        *relay_routes(services),
        *web.routes(services),
    ]
    app = Starlette(
        routes=routes,
        lifespan=_lifespan,
        middleware=[Middleware(SecurityHeaders), Middleware(CollapseSlashes)],
        exception_handlers=_HANDLERS,
    )
    app.state.services = services
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    await anyio.to_thread.run_sync(start, services)
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(stop, services)


def start(services: Services) -> None:
    """Take up what a stopped process left behind, and begin the background work."""
    services.accounts.finish_erasing()
    services.selftest.start()
    services.imports.start()
    services.relays.start()
    services.creators.start()
    services.webhooks.start()
    services.worker.start()
    services.watching.start()


def stop(services: Services) -> None:
    """Finish the batch in hand, then everything else; what is not done goes on at the next start."""
    services.imports.close()
    services.close()


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


# --- faults outside the plugs and the pages ------------------------------------------------------------------------


async def _on_app_error(request: Request, fault: Exception) -> Response:
    status = next(code for kind, code in _STATUS if isinstance(fault, kind))
    return JSONResponse({"error": str(fault)}, status)


async def _on_http_error(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    return JSONResponse({"error": fault.detail}, fault.status_code, headers=fault.headers)


async def _on_fault(request: Request, fault: Exception) -> Response:
    # Starlette raises the fault again behind this answer, and the server writes it to the log.
    return JSONResponse({"error": "The server made a mistake; its log says more."}, 500)


_HANDLERS: Mapping[Any, Any] = {AppError: _on_app_error, HTTPException: _on_http_error, Exception: _on_fault}


class SecurityHeaders:
    """ASGI middleware: headers that every answer has, unless its handler said otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; add what is missing to the answer's head."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                there = {name for name, _ in headers}
                headers.extend(pair for pair in _HEADERS if pair[0] not in there)
            await send(message)

        await self.app(scope, receive, send_with_headers)
