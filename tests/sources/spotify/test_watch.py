"""Following an account: restarts, refusals, lost answers, the end of a consent, several accounts, and the threads."""

from __future__ import annotations

import threading

import pytest

from earstead.core import holes
from earstead.kit.clock import FixedClock
from earstead.kit.outbound import Answer
from earstead.sandbox.spotify.faults import Fault
from earstead.services.container import Services
from tests.fakes.spotify import InProcess
from tests.fakes.spotify_watch import Stage, linked, stage, watcher_of


@pytest.fixture
def on(services: Services, clock: FixedClock) -> Stage:
    """One account, followed; nothing plays yet."""
    return stage(services, clock)


def album(on: Stage, place: int = 0) -> str:
    """The URI of an album."""
    return on.spotify.store.of("album")[place].uri


def ends(on: Stage) -> list[tuple[str, str]]:
    """(how, what) of each end that was told."""
    told = on.told("player.finished", "player.skipped")
    return [(event.type.removeprefix("player."), event.data["item"]["uri"]) for event in told]


def true_ends(on: Stage) -> list[tuple[str, str]]:
    """The same as it was."""
    happened = on.spotify.person().player.happened
    return [(one.type, one.uri) for one in happened if one.type in ("finished", "skipped")]


def test_a_restart_in_the_middle_goes_on(on: Stage) -> None:
    """What was remembered outlives the process: no play is told twice, none in two halves, none lost."""
    on.do("play", context=album(on))
    for _ in range(6):
        on.live(127)
        on.restart()
    on.live(400)
    assert ends(on) == true_ends(on)
    heard = {(row.spotify_uri, row.played_ms) for row in on.history()}
    assert {(play.uri, play.heard_ms) for play in on.truth()} <= heard
    assert len(on.history()) == len(on.truth())


def test_a_short_refusal_holds_everything_back_and_loses_nothing(on: Stage) -> None:
    """Too many requests in half a minute: nobody asks before the pause is over, and then it goes on."""
    on.do("play", context=album(on))
    on.live(60)
    on.spotify.faults.append(Fault(kind="rate", retry_after_s=40, times=1))
    on.live(26)
    sent = len(on.wire.sent)
    on.live(13)
    assert len(on.wire.sent) == sent
    on.live(500)
    assert len(on.wire.sent) > sent
    assert ends(on) == true_ends(on)


def test_a_used_up_day_leaves_the_last_plays(on: Stage) -> None:
    """The player's quota is locked for hours: the history is asked every 20 minutes, and the hole says why."""
    on.do("play", context=album(on))
    on.live(60)
    on.spotify.faults.append(Fault(kind="quota", where="/v1/me/player", retry_after_s=7_200, times=1))
    on.live(30)
    before = len(on.wire.sent)
    on.live(7_100)
    asked = [path.partition("?")[0] for _, path in on.wire.sent[before:] if path != "/api/token"]
    assert set(asked) == {"/v1/me/player/recently-played"}
    assert 5 <= len(asked) <= 7
    on.live(1_500)
    (hole,) = holes.read(on.services.spotify.cursor(on.account.account_id, "holes"))
    assert hole.why == "quota"
    assert len(on.told("spotify.quota_locked")) == 1
    told = {row.spotify_uri for row in on.history()}
    assert {play.uri for play in on.truth() if play.heard_ms >= 30_000} <= told


def test_answers_that_get_lost_lose_nothing(on: Stage) -> None:
    """Proxies, broken bodies and cut connections: each is asked again, and none is read as silence."""
    on.do("play", context=album(on))
    on.live(20)
    for kind in ("page", "garbage", "empty", "status", "missing_token", "premium"):
        on.spotify.faults.append(Fault(kind=kind, where="/v1/me/player", status=502))
        on.live(100)
    assert on.told("player.stopped") == []
    assert ends(on) == true_ends(on)


def test_a_dead_consent_stops_the_account_until_it_is_given_anew(on: Stage) -> None:
    """It is told once, nothing is asked any more, and after the renewal it goes on where it was."""
    on.do("play", context=album(on))
    on.live(300)
    on.spotify.accounts.revoke(on.spotify.user)
    on.live(60)
    assert [event.data["account"] for event in on.told("spotify.reauth_required")] == [on.account.title]
    assert on.services.playing.get(on.user_id) is None
    assert on.watcher.next_ms() is None
    sent = len(on.wire.sent)
    on.live(3_600)
    assert len(on.wire.sent) == sent
    linked(on.services, on.spotify, on.user_id)
    on.watcher.refresh()
    on.live(600)
    (hole,) = holes.read(on.services.spotify.cursor(on.account.account_id, "holes"))
    assert hole.why == "consent"
    assert len(on.told("spotify.reauth_required")) == 1
    assert {play.uri for play in on.truth()} == {row.spotify_uri for row in on.history()}


def test_a_private_session_leaves_no_trace(on: Stage) -> None:
    """Neither what was played nor that something was."""
    on.do("play", context=album(on))
    on.live(100)
    on.do("private", value=True)
    begun = on.clock.now_ms()
    on.do("play", context=album(on, 3))
    on.live(900)
    on.do("pause")
    on.do("private", value=False)
    on.live(8_000)
    private = {play.uri for play in on.truth() if play.started_ms >= begun}
    assert len(private) >= 3
    assert not private & {row.spotify_uri for row in on.history()}
    assert not private & {(event.data.get("item") or {}).get("uri") for event in on.told()}


def test_advertisements_are_no_plays_and_chapters_are_told_as_such(on: Stage) -> None:
    """What stands between tracks is passed over; a chapter comes as an episode and is asked about once."""
    book = on.spotify.store.of("audiobook")[0]
    on.do("play", context=album(on))
    on.do("ad")
    on.live(500)
    on.do("play", uris=[book.items[0]])
    on.live(300)
    on.do("next")
    on.live(1_200)
    assert [row.spotify_uri for row in on.history()] == [play.uri for play in on.truth()]
    (chapter,) = [row for row in on.history() if row.kind == 2]
    assert chapter.release_name == book.name


def test_late_arrivals_are_found(on: Stage) -> None:
    """A phone that was offline tells of its plays when it is back, behind what was told before."""
    on.do("offline")
    on.do("play", context=album(on))
    on.live(1_200)
    on.do("pause")
    on.live(5 * 3_600)
    assert on.history() == []
    on.do("online")
    on.live(26 * 3_600)
    heard = [play for play in on.truth() if play.heard_ms >= 30_000]
    assert [row.spotify_uri for row in on.history()] == [play.uri for play in heard]


def test_what_plays_now_is_shown_and_taken_away(on: Stage) -> None:
    """The slot follows the player; another program's word in it is left alone."""
    on.do("play", context=album(on))
    on.live(65)
    slot = on.services.playing.get(on.user_id)
    assert slot is not None and slot.submission.source == "spotify-player"
    assert len(on.told("playing_now.changed")) == 1, "looks at the same track are told once"
    on.do("pause")
    on.live(31)
    assert on.services.playing.get(on.user_id) is None
    assert len(on.told("player.started")) == 1, "what plays now is not told as a start beside the watcher's"


def test_a_changed_queue_is_told_and_one_that_is_played_on_is_not(on: Stage) -> None:
    """It is looked at every five minutes, and only while there is budget to spare."""
    on.do("play", context=on.spotify.store.of("show")[0].uri)
    on.live(700)
    assert on.told("player.queue_changed") == []
    on.do("queue", uri=on.spotify.store.tracks()[70].uri)
    on.live(330)
    (event,) = on.told("player.queue_changed")
    assert 0 < event.data["observed_gap_ms"] <= 330_000


def test_nobody_starves_beside_others(on: Stage) -> None:
    """Several accounts, each asked at its own times; one that fails does not hold up the rest."""
    people = []
    for name in ("bela", "cleo", "dora"):
        on.spotify.add_user(name)
        user = on.services.accounts.add_user(name, "correct horse battery staple")
        linked(on.services, on.spotify, user.user_id, name)
        people.append((name, user.user_id))
    on.watcher.refresh()
    for place, (name, _) in enumerate(people):
        on.spotify.person(name).do("play", on.clock.now_ms(), context=album(on, place))
    on.spotify.accounts.revoke("cleo")
    on.live(900)
    for name, user_id in people:
        finished = [e for e in on.services.journal.since(user_id, 0) if e.type == "player.finished"]
        true = [one for one in on.spotify.person(name).player.happened if one.type == "finished"]
        assert len(finished) == (0 if name == "cleo" else len(true))


def test_idle_costs_twelve_requests_an_hour(on: Stage) -> None:
    """Nothing plays for a day."""
    on.live(3_600)
    sent = len(on.wire.sent)
    on.live(23 * 3_600)
    asked = [path for _, path in on.wire.sent[sent:] if path.startswith("/v1/")]
    assert len(asked) / 23 <= 12


def test_threads_begin_with_the_first_account_and_end_within_two_seconds(
    services: Services, clock: FixedClock, on: Stage
) -> None:
    """Nothing runs without accounts; a request that hangs does not hold up the end."""
    hanging = threading.Event()

    class Hanging(InProcess):
        def send(self, *args: object, **more: object) -> Answer:
            hanging.set()
            threading.Event().wait(20)
            raise AssertionError("nobody waits so long")

    before = threading.active_count()
    _, watcher = watcher_of(services, Hanging(on.spotify.app), clock)
    services.spotify.remove(on.account.account_id)
    watcher.start()
    assert threading.active_count() == before
    linked(services, on.spotify, on.user_id)
    watcher.refresh()
    assert hanging.wait(5)
    ended = threading.Thread(target=watcher.stop)
    ended.start()
    clock.advance(0)
    ended.join(2)
    assert not ended.is_alive()
