"""The API in process: two listeners, a program that speaks for each of them, and what they heard.

    def test_something(lastfm: Program, heard: Heard, ada: User) -> None:
        heard(ada, ("Nick Drake", "Road", "Pink Moon"))
        lastfm.xml("user.getRecentTracks", user="ada")     # the element under <lfm status="ok">
        lastfm.json("user.getRecentTracks", user="ada")    # the whole document
        lastfm.fault("user.getInfo", user="nobody")        # (HTTP status, number, text)
        lastfm.nobody().xml(...)                           # without a session

`NOW` (tests.conftest) is the time of the clock; plays without a time are 300 s apart and end an hour before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.app import around, open_services
from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.users import User
from earstead.settings import Settings

ROOT = "http://music.example"
Play = tuple[str, ...] | Submission
Heard = Callable[..., tuple[int, ...]]


@pytest.fixture
def services(tmp_path: Path, clock: FixedClock) -> Iterator[Services]:
    """The product's services over an empty database of the test's own, at the public address `ROOT`."""
    opened = open_services(Settings(data=tmp_path, public_url=ROOT), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def client(services: Services) -> TestClient:
    """The whole application in process; its background work is not started."""
    return TestClient(around(services), base_url=ROOT, follow_redirects=False)


@pytest.fixture
def ada(services: Services) -> User:
    """A public listener, and the owner."""
    user = services.accounts.add_user("ada", "correct horse battery staple", role="owner")
    return services.accounts.update(user.user_id, visibility="public")


@pytest.fixture
def bob(services: Services) -> User:
    """A private listener."""
    user = services.accounts.add_user("bob", "correct horse battery staple")
    return services.accounts.update(user.user_id, visibility="private")


@pytest.fixture
def speaking(services: Services, client: TestClient) -> Callable[[User | None], Program]:
    """Makes a program that speaks for a user (None: for nobody); its API account has no maker."""

    def make(user: User | None) -> Program:
        application = services.applications.admit("0123456789abcdef0123456789abcdef", "tests/1.0")
        assert application is not None
        if user is None:
            return Program(client, application.api_key)
        session = services.applications.new_session(user.user_id, application.application_id)
        return Program(client, application.api_key, "any secret: this server does not know it", session.key)

    return make


@pytest.fixture
def lastfm(speaking: Callable[[User | None], Program], ada: User) -> Program:
    """A program that speaks for ada."""
    return speaking(ada)


@pytest.fixture
def heard(services: Services) -> Heard:
    """Keeps plays of a user: `heard(ada, (artist, track[, album]), ..., at=first second, step=seconds)`.

    Gives the ids of the listens. Plays may be whole `Submission`s as well.
    """

    def keep(user: User, *plays: Play, at: int = 0, step: int = 300) -> tuple[int, ...]:
        return keep_plays(services, user, *plays, at=at, step=step)

    return keep


def keep_plays(services: Services, user: User, *plays: Play, at: int = 0, step: int = 300) -> tuple[int, ...]:
    """What `heard` does."""
    first = at or NOW - 3600 - step * (len(plays) - 1)
    said = [
        play if isinstance(play, Submission) else _submission(play, first + i * step) for i, play in enumerate(plays)
    ]
    return tuple(outcome.listen_id for outcome in services.ingest.add_now(user.user_id, said).outcomes)


def _submission(play: tuple[str, ...], at: int) -> Submission:
    artist, track, *album = play
    return Submission(
        source="lastfm",
        artist_name=artist,
        track_name=track,
        release_name=album[0] if album else "",
        duration_ms=DurationMs(200_000),
        listened_at=UnixSeconds(at),
    )
