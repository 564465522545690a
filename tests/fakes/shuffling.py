"""A server with a linked account of the simulated Spotify, both on one clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from earstead.app import open_services, stop
from earstead.core.ids import SpotifyUri, UnixSeconds
from earstead.core.listen import Submission
from earstead.core.spotify import Profile, Tokens
from earstead.kit.clock import FixedClock
from earstead.kit.outbound import Answer
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.playlists import Playlist
from earstead.services.container import Services
from earstead.services.spotify.types import LinkedAccount, Login
from earstead.settings import Settings
from earstead.sources.spotify.link import SpotifyLink
from tests.fakes.spotify import ROOT, InProcess

NOW = 1_790_000_000


class Carrier(InProcess):
    """Carries in a thread of its own: the thread of a browser test has a loop that runs already."""

    def __init__(self, app: object) -> None:
        super().__init__(app)
        self._pool = ThreadPoolExecutor(1)

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        return self._pool.submit(super().send, method, url, headers=headers, body=body).result()


FEATURES = ("listen", "library", "playlists", "shuffle")


@dataclass
class Evening:
    """See the module. `services` may be closed and opened again: the database stays."""

    folder: Path
    clock: FixedClock
    simulator: Simulator
    carried: InProcess
    services: Services
    account: LinkedAccount
    user_id: int
    database_url: str = ""
    plays: int = field(default=0)

    def restart(self) -> None:
        """Stop the server, and start another one on the same data."""
        stop(self.services)
        self.services = _open(self.folder, self.clock, self.carried, self.database_url)

    def later(self, seconds: int = 60) -> None:
        """Let time pass, and do what is due."""
        self.clock.advance(seconds)
        self.services.worker.run_due()

    def rounds(self, count: int, seconds: int = 1_900) -> None:
        """Let several half hours pass, with all their jobs, some of which come in turns."""
        for _ in range(count):
            self.look()
            for _ in range(19):
                self.later(seconds // 19)

    def look(self) -> None:
        """What the clock of the worker begins every half hour."""
        self.services.mirrors.look_soon(self.account.account_id)
        self.services.shuffles.look()

    def until_quiet(self, turns: int = 60) -> None:
        """Let time pass until the shuffles' playlists hold what waits."""
        for _ in range(turns):
            self.later(61)

    def playlist(self, name: str) -> Playlist:
        """A playlist there by its name."""
        return next(one for one in self.simulator.playlists.values() if one.name == name)

    def hear(self, uri: str, *, skipped: bool = False, source: str = "spotify-player", at: int = 0) -> None:
        """A play of a track that ends now; a skipped one ends after ten seconds."""
        item = self.simulator.store.find(uri)
        assert item is not None
        drawn = self.simulator.store.items[uri]
        length = drawn.duration_ms
        played = 10_000 if skipped else length
        self.plays += 1
        start = at or self.clock.now() - played // 1000
        said = Submission(
            source=source,
            artist_name=self.artist(uri),
            track_name=drawn.name,
            listened_at=UnixSeconds(start),
            played_ms=played,  # type: ignore[arg-type]
            duration_ms=length,  # type: ignore[arg-type]
            skipped=skipped,
            asserted=False,
            spotify_uri=SpotifyUri(uri),
        )
        self.services.ingest.add_now(self.user_id, [said])

    def artist(self, uri: str) -> str:
        """The first artist of a track there."""
        item = self.simulator.store.items[uri]
        return self.simulator.store.holders[item.credits[0]].name


@contextmanager
def evening(folder: Path, *, database_url: str = "") -> Iterator[Evening]:
    """A server with the user ada, whose account at the simulator is linked with everything switched on."""
    clock = FixedClock(NOW)
    simulator = Simulator(clock)
    carried = Carrier(simulator.app)
    services = _open(folder, clock, carried, database_url)
    user_id = services.accounts.add_user("ada", "a long and quiet evening", role="owner").user_id
    account = linked(services, user_id, simulator)
    made = Evening(folder, clock, simulator, carried, services, account, user_id, database_url)
    yield made
    stop(made.services)


def linked(services: Services, user_id: int, simulator: Simulator) -> LinkedAccount:
    """The account of the simulator's user, linked with everything switched on."""
    grant = simulator.accounts.allow(
        simulator.client, simulator.user, frozenset(_scopes()), simulator.now_ms, pkce=True
    )
    tokens = Tokens(
        access=simulator.accounts.access(grant, simulator.now_ms),
        refresh=grant.refresh_token,
        expires_at=simulator.clock.now() + 3600,
        scopes=tuple(_scopes()),
    )
    login = Login(
        client_id=simulator.client.client_id,
        developer=simulator.client.client_id,
        redirect_uri="http://127.0.0.1:1/back",
        verifier="v",
        features=FEATURES,
    )
    return services.spotify.link(user_id, login, tokens, Profile(spotify_id=simulator.user, name="Ada"))


def _scopes() -> list[str]:
    from earstead.core.spotify_scopes import scopes_of

    return list(scopes_of(FEATURES))


def _open(folder: Path, clock: FixedClock, carried: InProcess, database_url: str) -> Services:
    services = open_services(Settings(data=folder, database_url=database_url), clock=clock)
    reach(services, carried, clock)
    return services


def reach(services: Services, carried: InProcess, clock: FixedClock) -> None:
    """Let a server ask the simulator instead of Spotify."""
    services.spotify_links._link = SpotifyLink(
        services.spotify, carried, clock, api_url=f"{ROOT}/v1", accounts_url=ROOT
    )
