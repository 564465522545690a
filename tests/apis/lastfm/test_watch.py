"""The self-test sees what players under test do, through both protocols, and keeps none of it unless asked."""

from __future__ import annotations

from hashlib import md5

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.core.errors import Conflict, NotFound
from earstead.kit.clock import FixedClock
from earstead.services import selftest as testing
from earstead.services.container import Services
from earstead.services.selftest import Trial
from earstead.services.users import User

SONG = {"artist": "Björk", "track": "Jóga", "duration": "300"}


@pytest.fixture
def trial(services: Services, ada: User) -> Trial:
    """Ada tests a player."""
    return services.selftest.open(ada.user_id)


@pytest.fixture
def player(services: Services, client: TestClient, ada: User, trial: Trial) -> Program:
    """The player under test, let in by its throwaway password."""
    program = Program(client, trial.api_key, trial.secret)
    key = program.xml("auth.getMobileSession", username=ada.name, password=trial.password)[1].text
    services.selftest.clear(ada.user_id)
    return Program(client, trial.api_key, trial.secret, key or "")


def codes(services: Services, user: User) -> list[str]:
    """What was said of the calls, first call first."""
    return [verdict.code for _, verdict in reversed(services.selftest.calls(user.user_id))]


def test_a_good_play(services: Services, clock: FixedClock, ada: User, player: Program) -> None:
    """Now playing, and half the song later its scrobble: both good, answered as ever, and neither kept."""
    player.xml("track.updateNowPlaying", **SONG)
    clock.advance(150)
    answer = player.xml("track.scrobble", timestamp=NOW, **SONG)
    assert answer.attrib == {"accepted": "1", "ignored": "0"}
    assert codes(services, ada) == ["good", "good"]
    assert services.insights.count(ada.user_id) == 0
    assert services.playing.get(ada.user_id) is None


def test_mistakes_are_named(
    services: Services, client: TestClient, clock: FixedClock, ada: User, player: Program
) -> None:
    """A wrong signature with the text to sign, too early, twice, no timestamp, and each entry of a batch by itself."""
    Program(client, player.api_key, "another secret", player.sk).post("track.updateNowPlaying", **SONG)
    player.post("track.scrobble", timestamp=NOW, **SONG)
    clock.advance(150)
    player.post("track.scrobble", timestamp=NOW, **SONG)
    player.post("track.scrobble", **SONG)
    batch = {"artist[0]": "A", "track[0]": "B", "timestamp[0]": NOW - 9_000, "artist[1]": "", "track[1]": "B"}
    player.post("track.scrobble", **batch, **{"timestamp[1]": NOW - 8_000})
    assert codes(services, ada) == ["wrong signature", "too early", "double", "refused", "good", "ignored"]
    why = services.selftest.calls(ada.user_id)[-1][1].why
    assert f"api_key{player.api_key}artistBjörk" in why and "another secret" not in why and why.endswith("SECRET")


def test_plays_are_kept_when_asked(services: Services, ada: User, player: Program, trial: Trial) -> None:
    """With the switch on, a player under test writes the history like any other; love too."""
    player.xml("track.scrobble", timestamp=NOW - 9_000, **SONG)
    player.post("track.love", **SONG)
    assert services.insights.count(ada.user_id) == 0
    trial.keep = True
    player.xml("track.scrobble", timestamp=NOW - 9_000, **SONG)
    player.post("track.love", **SONG)
    assert services.insights.count(ada.user_id) == 1
    assert services.feedback.loved(ada.user_id)[1] == 1


def test_other_programs_are_not_watched(services: Services, ada: User, trial: Trial, lastfm: Program) -> None:
    """A player of the same person with its own key is kept as ever, and not listed."""
    lastfm.xml("track.scrobble", timestamp=NOW - 9_000, **SONG)
    assert codes(services, ada) == []
    assert services.insights.count(ada.user_id) == 1


def test_submissions_are_watched(
    services: Services, client: TestClient, clock: FixedClock, ada: User, trial: Trial
) -> None:
    """Through protocol 1.2 as well: a wrong password, a play too early, a good one; another password is not watched."""

    def handshake(password: str) -> list[str]:
        token = md5(f"{md5(password.encode()).hexdigest()}{clock.now()}".encode()).hexdigest()
        asked = {"hs": "true", "p": "1.2.1", "c": "tst", "v": "1", "u": ada.name, "t": str(clock.now()), "a": token}
        return client.get("/", params=asked).text.splitlines()

    assert handshake("wrong") == ["BADAUTH"]
    _, session, _, submissions = handshake(trial.password)
    play = {"s": session, "a[0]": "Björk", "t[0]": "Jóga", "l[0]": "300", "i[0]": str(NOW), "o[0]": "P", "b[0]": ""}
    client.post("/nowplaying/1.2/", data={"s": session, "a": "Björk", "t": "Jóga", "l": "300"})
    assert client.post("/submissions/1.2/", data=play).text == "OK\n"
    clock.advance(200)
    client.post("/submissions/1.2/", data=play | {"i[0]": str(NOW + 1_000)})
    assert codes(services, ada) == ["refused", "good", "too early", "in the future"]
    assert services.insights.count(ada.user_id) == 0
    _, own, _, _ = handshake(services.accounts.new_app_password(ada.user_id, "mpd"))
    client.post("/submissions/1.2/", data=play | {"s": own})
    assert len(codes(services, ada)) == 4 and services.insights.count(ada.user_id) == 1
    assert submissions.endswith("/submissions/1.2/")


def test_the_access_goes_with_the_test(services: Services, ada: User, player: Program, trial: Trial) -> None:
    """Ended, the key's session and the password open nothing; what a stopped process left behind goes at the start."""
    assert services.selftest.open(ada.user_id) is trial
    services.selftest.close(ada.user_id)
    assert not services.selftest.busy
    assert player.fault("track.scrobble", timestamp=NOW - 9_000, **SONG)[1] == 9
    assert services.accounts.app_passwords(ada.user_id) == ()
    with pytest.raises(NotFound):
        services.selftest.calls(ada.user_id)
    services.selftest.open(ada.user_id)
    services.selftest.forget(ada.user_id)
    mine = services.applications.create(ada.user_id, testing.NAME, description="mine")
    services.selftest.start()
    assert services.applications.of_user(ada.user_id) == (mine,)
    assert services.accounts.app_passwords(ada.user_id) == ()


def test_memory_is_bounded(services: Services, clock: FixedClock, ada: User, player: Program) -> None:
    """An hour of calls, so many of them and no more, and so many people at once."""
    player.post("track.updateNowPlaying", **SONG)
    clock.advance(testing.KEPT_S)
    assert codes(services, ada) == []
    trial = services.selftest.of_user(ada.user_id)
    assert trial is not None and trial.calls.maxlen == testing.MOST_CALLS
    most, testing.MOST_TRIALS = testing.MOST_TRIALS, 1
    try:
        other = services.accounts.add_user("cleo", "correct horse battery staple")
        with pytest.raises(Conflict):
            services.selftest.open(other.user_id)
    finally:
        testing.MOST_TRIALS = most
