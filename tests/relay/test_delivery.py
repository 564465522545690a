"""What is stored goes on, in order, once, whatever the other service does in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from earstead.app import open_services
from earstead.kit.clock import FixedClock
from earstead.sandbox.lastfm import Fault, Simulator
from earstead.services.relays.relays import Given
from earstead.services.relays.types import Delivery, Relay, Standing
from earstead.settings import Settings
from tests.conftest import NOW
from tests.relay.conftest import Home, play


def titles(lastfm: Simulator) -> list[str]:
    return [held.track for held in lastfm.plays]


def standing(home: Home, relay: Relay) -> Standing:
    return home.services.relays.get(home.user_id, relay.relay_id)


def test_listens_arrive_in_order_with_their_words(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """What is heard is scrobbled in the order in which it was heard, with time, artist, title and album."""
    home.hear("One", "Two", "Three", release_name="45")
    home.hear("Four")
    home.send()
    assert titles(lastfm) == ["One", "Two", "Three", "Four"]
    first = lastfm.plays[0]
    assert (first.timestamp, first.artist, first.album) == (NOW - 3600, "Kino", "45")
    assert first.context == "", "no mark leaves for a public service"
    found = standing(home, relay)
    assert (found.waiting, found.failed, found.relay.sent) == (0, 0, 4)


def test_a_hundred_and_twenty_go_in_batches_of_fifty(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """A request carries at most 50, none is lost between them, and their order is kept."""
    names = [f"Track {n:03d}" for n in range(120)]
    home.hear(*names, start=NOW - 120 * 240)
    home.send()
    assert titles(lastfm) == names
    assert lastfm.requests.count("track.scrobble") == 3


def test_said_twice_is_sent_once(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """A player that repeats itself, and a second witness of the same play, cause no second scrobble."""
    home.hear("One")
    home.hear("One")
    home.send()
    home.hear("One", source="another")
    home.send()
    assert len(lastfm.received) == 1


@pytest.mark.parametrize(
    "fault", [Fault(error=11), Fault(error=16), Fault(error=8), Fault(status=500), Fault(status=502)], ids=str
)
def test_passing_trouble_is_waited_out(
    home: Home, relay: Relay, lastfm: Simulator, clock: FixedClock, fault: Fault
) -> None:
    """An outage keeps everything in line; the pause grows, and afterwards all arrives in order."""
    lastfm.faults.extend([fault] * 3)
    home.hear("One", "Two")
    pauses = []
    for _ in range(3):
        home.send()
        found = standing(home, relay)
        assert found.waiting == 2
        assert found.relay.error
        pauses.append(found.relay.next_at - clock.now())
        home.send()
        clock.advance(pauses[-1])
    home.hear("Three", start=NOW - 100)
    home.send()
    assert titles(lastfm) == ["One", "Two", "Three"]
    assert standing(home, relay).relay.error == ""
    assert lastfm.requests.count("track.scrobble") == 4
    assert pauses == sorted(pauses)


def test_a_rate_limit_is_kept_away_from_for_a_minute(
    home: Home, relay: Relay, lastfm: Simulator, clock: FixedClock
) -> None:
    """Error 29 is answered with a minute of silence, not with another request."""
    lastfm.faults.append(Fault(error=29))
    home.hear("One")
    home.send()
    clock.advance(59)
    home.send()
    assert titles(lastfm) == []
    clock.advance(1)
    home.send()
    assert titles(lastfm) == ["One"]


def test_a_lost_answer_makes_no_double(home: Home, relay: Relay, lastfm: Simulator, clock: FixedClock) -> None:
    """The service took the batch but its answer was lost: the same batch goes again, and each play is held once."""
    lastfm.faults.append(Fault(lost=True))
    home.hear("One", "Two")
    home.send()
    assert standing(home, relay).waiting == 2
    clock.advance(60)
    home.send()
    assert titles(lastfm) == ["One", "Two"]
    assert [sent.track for sent in lastfm.received] == ["One", "Two", "One", "Two"]
    assert standing(home, relay).waiting == 0


class Dies(BaseException):
    """The process ends here."""


def test_death_between_sending_and_noting_loses_and_doubles_nothing(
    new_home: Callable[..., Home], lastfm: Simulator, lastfm_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """A process that dies after the answer and before the note sends the same again at its next start."""
    home = new_home("ada", data=tmp_path / "data")
    relay = home.relay("lastfm", url=lastfm_url, api_key=lastfm.api_key, secret=lastfm.secret)
    lastfm.approve(next(iter(lastfm.tokens)))
    home.services.relays.finish(home.user_id, relay.relay_id)
    home.hear("One", "Two")
    carrier = home.services.relays.runner.carrier
    deliver = carrier.deliver

    def dies(*given: object) -> Delivery:
        deliver(*given)
        raise Dies

    carrier.deliver = dies
    with pytest.raises(Dies):
        home.send()
    home.services.close()
    assert titles(lastfm) == ["One", "Two"]

    again = open_services(Settings(data=tmp_path / "data", allow_private=True), clock=clock)
    again.relays.start()
    again.worker.run_due()
    clock.advance(200)
    again.worker.run_due()
    assert titles(lastfm) == ["One", "Two"]
    assert again.relays.get(home.user_id, relay.relay_id).waiting == 0
    again.close()


def test_a_revoked_session_holds_everything_until_connected_again(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Error 9 stops the relay and says so; what arrives waits, and goes when the user has approved again."""
    lastfm.revoke()
    home.hear("One")
    home.send()
    found = standing(home, relay)
    assert found.relay.state == "reconnect"
    assert "re-authenticate" in found.relay.error
    home.hear("Two", start=NOW - 300)
    home.send()
    assert standing(home, relay).waiting == 2
    relays = home.services.relays
    relays.reconnect(home.user_id, relay.relay_id, Given(api_key=lastfm.api_key, secret=lastfm.secret))
    assert not relays.finish(home.user_id, relay.relay_id), "not approved yet"
    lastfm.approve(next(iter(lastfm.tokens)))
    assert relays.finish(home.user_id, relay.relay_id)
    home.send()
    assert titles(lastfm) == ["One", "Two"]


def test_an_ignored_play_is_shown_with_its_reason(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """A play that is too old for the service is put aside with the service's words; its neighbours arrive."""
    home.hear("Old", start=NOW - 20 * 86_400)
    home.hear("New")
    home.send()
    (row,) = home.services.relays.failed(home.user_id, relay.relay_id)
    assert (row.listen.track_name if row.listen else "", row.item.reason) == ("Old", "Timestamp was too old")
    assert titles(lastfm) == ["New"]


def test_one_bad_play_takes_nobody_along(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """A request refused for one play is halved until that one stands alone; all others arrive, in order."""
    names = [f"Track {n:02d}" for n in range(40)]
    lastfm.refused_titles = {"Track 17"}
    home.hear(*names, start=NOW - 40 * 240)
    home.send()
    assert titles(lastfm) == [name for name in names if name != "Track 17"]
    (row,) = home.services.relays.failed(home.user_id, relay.relay_id)
    assert row.listen is not None
    assert row.listen.track_name == "Track 17"
    assert "Invalid parameters" in row.item.reason
    lastfm.refused_titles.clear()
    assert home.services.relays.retry_failed(home.user_id, relay.relay_id) == 1
    home.send()
    assert titles(lastfm)[-1] == "Track 17"
    assert standing(home, relay).failed == 0


def test_a_daily_limit_is_slept_over(home: Home, relay: Relay, lastfm: Simulator, clock: FixedClock) -> None:
    """What exceeds the limit of the day waits and goes later; nothing is given up."""
    lastfm.day_limit = 2
    home.hear("One", "Two", "Three")
    home.send()
    assert titles(lastfm) == ["One", "Two"]
    found = standing(home, relay)
    assert (found.waiting, found.failed) == (1, 0)
    assert "limit" in found.relay.error
    lastfm.day_limit = 0
    clock.advance(6 * 3600)
    home.send()
    assert titles(lastfm) == ["One", "Two", "Three"]


def test_a_paused_relay_keeps_what_arrives(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """While paused nothing is sent; resuming sends all of it."""
    home.services.relays.pause(home.user_id, relay.relay_id)
    home.hear("One", "Two")
    home.send()
    assert titles(lastfm) == []
    home.services.relays.resume(home.user_id, relay.relay_id)
    home.send()
    assert titles(lastfm) == ["One", "Two"]


def test_what_is_deleted_before_it_goes_does_not_go(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """A listen that was deleted, or whose artist was blocked, while it waited is not passed on."""
    home.services.relays.pause(home.user_id, relay.relay_id)
    first, *_ = home.hear("One", "Two")
    home.services.decisions.make(home.user_id, "delete", {"listen_ids": [first]})
    (blocked,) = home.hear("Three", artist_name="Blocked", start=NOW - 100)
    row = home.services.insights.listen(home.user_id, blocked)
    home.services.decisions.make(home.user_id, "block", {"entity": "artist", "id": row.artists[0].entity_id})
    home.services.relays.resume(home.user_id, relay.relay_id)
    home.send()
    assert titles(lastfm) == ["Two"]
    assert standing(home, relay).waiting == 0


def test_two_that_were_joined_go_as_one(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Two listens that became one while they waited are scrobbled once."""
    home.services.relays.pause(home.user_id, relay.relay_id)
    pair = home.hear("One", "One", source="one") + home.hear("Two", start=NOW - 100)
    home.services.decisions.make(home.user_id, "join", {"listen_ids": pair[:2]})
    home.services.relays.resume(home.user_id, relay.relay_id)
    home.send()
    assert titles(lastfm) == ["One", "Two"]
    assert standing(home, relay).waiting == 0


def test_what_plays_is_passed_on_once_and_never_again(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Now playing goes at once; a failure of it is forgotten, and stops no listen."""
    lastfm.faults.append(Fault(error=16))
    home.services.playing.set(home.user_id, play("Lost", NOW), 100)
    assert home.services.relays.playing.settle(10)
    home.services.playing.set(home.user_id, play("Heard", NOW), 100)
    assert home.services.relays.playing.settle(10)
    assert lastfm.playing == [("Kino", "Heard")]
    assert lastfm.requests.count("track.updateNowPlaying") == 2
    assert standing(home, relay).relay.state == "on"


def test_erasing_a_person_erases_its_relays(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """After an account is erased nothing of it is sent, and no row of its relays is left."""
    home.hear("One")
    home.services.accounts.erase(home.user_id)
    home.send()
    assert titles(lastfm) == []
    with home.services.engine.read() as tx:
        for table in ("relays", "relay_items", "relay_fills", "relay_marks"):
            assert tx.one(f"SELECT count(*) FROM {table}") == (0,), table


def test_a_restore_without_the_key_asks_to_connect_again(
    new_home: Callable[..., Home], lastfm: Simulator, lastfm_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """Secrets sealed with a key that is gone hold the relay with a word to its user; what waits is kept."""
    home = new_home("ada", data=tmp_path / "data")
    relay = home.relay("lastfm", url=lastfm_url, api_key=lastfm.api_key, secret=lastfm.secret)
    lastfm.approve(next(iter(lastfm.tokens)))
    home.services.relays.finish(home.user_id, relay.relay_id)
    home.hear("One")
    home.services.close()
    again = open_services(Settings(data=tmp_path / "data", secret="quite another key", allow_private=True), clock=clock)
    again.worker.run_due()
    found = again.relays.get(home.user_id, relay.relay_id)
    assert (found.relay.state, found.waiting) == ("reconnect", 1)
    assert "connect this account again" in found.relay.error
    assert again.relays.approval_page(home.user_id, relay.relay_id) == ""
    again.close()


def test_secrets_are_sealed(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Neither key, secret nor session stands readable in the database or in a record's text."""
    with home.services.engine.read() as tx:
        (sealed,) = tx.one("SELECT secrets FROM relays") or ("",)
    for secret in (lastfm.api_key, lastfm.secret, next(iter(lastfm.sessions))):
        assert secret not in sealed
        assert secret not in repr(standing(home, relay))
