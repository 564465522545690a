"""What is let through, what a back-fill sends, and who may see any of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from earstead.app import open_services
from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.core.ids import DurationMs
from earstead.core.listen import Kind
from earstead.core.relaying import RelayFilter
from earstead.kit.clock import FixedClock
from earstead.sandbox.lastfm import Fault, Simulator
from earstead.services.relays.relays import Given
from earstead.services.relays.types import Relay
from earstead.settings import Settings
from tests.conftest import NOW
from tests.fakes.carriers import Taker
from tests.relay.conftest import PASSWORD, Home, play


def titles(lastfm: Simulator) -> list[str]:
    return [held.track for held in lastfm.plays]


def choose(home: Home, relay: Relay, chosen: RelayFilter) -> None:
    home.services.relays.edit(home.user_id, relay.relay_id, chosen, playing=False)


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (RelayFilter(), ["Short", "Other", "Guest", "Kept"]),
        (RelayFilter(min_played_s=60), ["Other", "Guest", "Kept"]),
        (RelayFilter(sources=("other",)), ["Other"]),
        (RelayFilter(excluded_artists=("KINO ",)), ["Guest"]),
        (RelayFilter(excluded_artists=("someone",)), ["Short", "Other", "Kept"]),
    ],
)
def test_the_filter_decides(home: Home, relay: Relay, lastfm: Simulator, chosen: RelayFilter, kept: list[str]) -> None:
    """Kinds, sources, time heard and artists (guests included, however spelled) keep plays here."""
    choose(home, relay, chosen)
    home.hear("Short", played_ms=DurationMs(31_000), start=NOW - 9000)
    home.hear("Other", source="other", start=NOW - 8000)
    home.hear("Guest", artist_name="Zoo feat. Someone", start=NOW - 7000)
    home.hear("Talk", artist_name="Show", kind=Kind.EPISODE, start=NOW - 6000)
    home.hear("Kept", start=NOW - 5000)
    home.hear("Skipped", asserted=False, played_ms=DurationMs(5_000), start=NOW - 4000)
    home.send()
    assert titles(lastfm) == kept


def test_what_waits_is_judged_by_the_filter_that_stands_when_it_goes(
    home: Home, relay: Relay, lastfm: Simulator
) -> None:
    """An artist left out while plays of it wait is left out of those as well."""
    home.hear("One")
    home.hear("Two", artist_name="Secret", start=NOW - 100)
    choose(home, relay, RelayFilter(excluded_artists=("Secret",)))
    home.send()
    assert titles(lastfm) == ["One"]


def test_what_now_plays_obeys_the_filter_and_the_switch(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Neither an artist that is left out nor anything at all, once switched off, is told."""
    relays = home.services.relays
    relays.edit(home.user_id, relay.relay_id, RelayFilter(excluded_artists=("Secret",)), playing=True)
    home.services.playing.set(home.user_id, play("Hidden", NOW, artist_name="Secret"), 100)
    assert relays.playing.settle(10)
    choose(home, relay, RelayFilter())
    home.services.playing.set(home.user_id, play("Silent", NOW), 100)
    assert relays.playing.settle(10)
    assert lastfm.playing == []


def test_an_import_is_not_passed_on_by_itself(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Bulk work queues nothing; a back-fill of its span sends it, oldest first."""
    said = [play(f"Track {n}", NOW - 86_400 + n * 300) for n in range(70)]
    home.services.ingest.add_now(home.user_id, said[::-1], bulk=True)
    home.send()
    assert titles(lastfm) == []
    relays = home.services.relays
    assert relays.preview_fill(home.user_id, relay.relay_id, NOW - 86_400, NOW) == 70
    relays.fill(home.user_id, relay.relay_id, NOW - 86_400, NOW)
    home.send()
    assert titles(lastfm) == [f"Track {n}" for n in range(70)]
    fill = relays.get(home.user_id, relay.relay_id).fill
    assert fill is not None
    assert (fill.state, fill.total, fill.done, fill.sent) == ("done", 70, 70, 70)


def test_a_large_import_passes_a_relay_by(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Thousands of listens in one piece are stored beside a relay without waiting for it."""
    said = [play(f"Track {n}", NOW - 3_000_000 + n * 300) for n in range(5000)]
    assert home.services.ingest.add_now(home.user_id, said, bulk=True).new == 5000
    assert home.services.relays.get(home.user_id, relay.relay_id).waiting == 0


def test_a_back_fill_takes_its_span_and_nothing_twice(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """Only [start, end) goes; what was sent before, is filtered out, or was deleted, is not counted and not sent."""
    home.hear("Sent")
    home.send()
    said = [play("Before", NOW - 5001), play("First", NOW - 5000), play("Out", NOW - 4000, artist_name="Out")]
    said += [play("Deleted", NOW - 3900), play("Last", NOW - 1001), play("End", NOW - 1000)]
    outcomes = home.services.ingest.add_now(home.user_id, said, bulk=True).outcomes
    home.services.decisions.make(home.user_id, "delete", {"listen_ids": [outcomes[3].listen_id]})
    choose(home, relay, RelayFilter(excluded_artists=("Out",)))
    relays = home.services.relays
    span = (NOW - 5000, NOW - 1000)
    assert relays.preview_fill(home.user_id, relay.relay_id, *span) == 2
    relays.fill(home.user_id, relay.relay_id, *span)
    home.send()
    assert titles(lastfm) == ["Sent", "First", "Last"]
    assert relays.preview_fill(home.user_id, relay.relay_id, *span) == 0
    relays.fill(home.user_id, relay.relay_id, *span)
    home.send()
    assert len(lastfm.received) == 3


def test_what_arrives_overtakes_a_back_fill_that_survives_an_outage(
    home: Home, relay: Relay, lastfm: Simulator, clock: FixedClock
) -> None:
    """New listens go first; after a fault in the middle the back-fill goes on where it was."""
    said = [play(f"Track {n:03d}", NOW - 86_400 + n * 300) for n in range(120)]
    home.services.ingest.add_now(home.user_id, said, bulk=True)
    relays = home.services.relays
    relays.fill(home.user_id, relay.relay_id, NOW - 86_400, NOW)
    lastfm.faults.extend([Fault(), Fault(error=16)])
    home.send()
    assert len(lastfm.plays) == 50
    home.hear("Live", start=NOW - 60)
    clock.advance(60)
    home.send()
    assert titles(lastfm) == [
        *(f"Track {n:03d}" for n in range(50)),
        "Live",
        *(f"Track {n:03d}" for n in range(50, 120)),
    ]
    assert len(lastfm.received) == 121


def test_a_back_fill_can_be_stopped(home: Home, relay: Relay, lastfm: Simulator, clock: FixedClock) -> None:
    """Stopping ends it for good; a second one cannot begin while one runs."""
    said = [play(f"Track {n:03d}", NOW - 86_400 + n * 300) for n in range(60)]
    home.services.ingest.add_now(home.user_id, said, bulk=True)
    relays = home.services.relays
    relays.fill(home.user_id, relay.relay_id, NOW - 86_400, NOW)
    with pytest.raises(Conflict):
        relays.fill(home.user_id, relay.relay_id, NOW - 86_400, NOW)
    lastfm.faults.extend([Fault(), Fault(error=16)])
    home.send()
    relays.stop_fill(home.user_id, relay.relay_id)
    clock.advance(60)
    home.send()
    assert len(lastfm.plays) == 50
    fill = relays.get(home.user_id, relay.relay_id).fill
    assert fill is not None
    assert (fill.state, fill.sent) == ("stopped", 50)


def test_a_number_used_again_is_a_new_listen(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """After the latest listens are erased their numbers are given anew; the new ones are sent all the same."""
    home.hear("One", source="gone")
    home.send()
    home.services.accounts.erase_source(home.user_id, "gone")
    home.services.ingest.add_now(home.user_id, [play("Two", NOW - 50)], bulk=True)
    home.services.relays.fill(home.user_id, relay.relay_id, NOW - 100, NOW)
    home.send()
    home.services.accounts.erase_source(home.user_id, "player")
    home.hear("Three", start=NOW - 10)
    home.send()
    assert titles(lastfm) == ["One", "Two", "Three"]


def test_a_relay_is_its_users_alone(home: Home, relay: Relay) -> None:
    """For anybody else, the owner of the server included, it does not exist."""
    other = home.services.accounts.add_user("bea", PASSWORD).user_id
    relays = home.services.relays
    assert relays.of_user(other) == ()
    for call in (
        lambda: relays.get(other, relay.relay_id),
        lambda: relays.remove(other, relay.relay_id),
        lambda: relays.pause(other, relay.relay_id),
        lambda: relays.waiting(other, relay.relay_id),
        lambda: relays.failed(other, relay.relay_id),
        lambda: relays.retry_failed(other, relay.relay_id),
        lambda: relays.fill(other, relay.relay_id, 0, NOW),
        lambda: relays.stop_fill(other, relay.relay_id),
        lambda: relays.approval_page(other, relay.relay_id),
        lambda: relays.finish(other, relay.relay_id),
        lambda: relays.reconnect(other, relay.relay_id, Given(token="x")),
        lambda: relays.edit(other, relay.relay_id, RelayFilter(), playing=True),
        lambda: relays.try_now(other, relay.relay_id),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_removed_relay_sends_nothing(home: Home, relay: Relay, lastfm: Simulator) -> None:
    """With the relay goes what waits for it."""
    home.hear("One")
    home.services.relays.remove(home.user_id, relay.relay_id)
    home.hear("Two", start=NOW - 100)
    home.send()
    assert titles(lastfm) == []
    assert home.services.relays.of_user(home.user_id) == ()


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("nothing", {}, "kind"),
        ("earstead", {"token": "x"}, "url"),
        ("earstead", {"url": "ftp://x", "token": "x"}, "url"),
        ("earstead", {"url": "https://user:pw@example.org", "token": "x"}, "url"),
        ("listenbrainz", {}, "token"),
        ("lastfm", {}, "api_key"),
        ("lastfm", {"api_key": "k"}, "secret"),
        ("compatible", {"url": "https://example.org"}, "api_key"),
    ],
)
def test_what_is_missing_is_named(home: Home, kind: str, given: dict[str, str], field: str) -> None:
    """A form with a field left out or wrong is refused at that field, before anything is sent anywhere."""
    with pytest.raises(Rejected) as refused:
        home.relay(kind, **given)
    assert refused.value.field == field


def test_a_wrong_password_is_said(home: Home, lastfm: Simulator, lastfm_url: str) -> None:
    """What the other service says to a wrong password stands in the form's error; nothing is stored."""
    with pytest.raises(Rejected, match="error 4"):
        home.relay(
            "compatible",
            url=lastfm_url,
            name="ada",
            password="wrong",
            api_key=lastfm.api_key,
            secret=lastfm.secret,
        )
    assert home.services.relays.of_user(home.user_id) == ()


def test_a_session_by_password(home: Home, lastfm: Simulator, lastfm_url: str) -> None:
    """With name and password no page has to be visited; the relay is on at once."""
    relay = home.relay(
        "compatible",
        url=f"{lastfm_url}/2.0/",
        name="ada",
        password=lastfm.password,
        api_key=lastfm.api_key,
        secret=lastfm.secret,
    )
    assert (relay.state, relay.account) == ("on", "ada")
    home.hear("One")
    home.send()
    assert titles(lastfm) == ["One"]
    assert lastfm.plays[0].context.startswith("earstead_origin:"), "a server of this kind may be an earstead"


def test_both_databases_answer_alike(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """Queue, refusal, back-fill, pages, marks and erasing do the same on SQLite and PostgreSQL."""
    url = database_url if database_url.startswith("postgres") else ""
    services = open_services(Settings(data=tmp_path / "data", database_url=url), clock=clock)
    try:
        user_id = services.accounts.add_user("ada", PASSWORD, role="owner").user_id
        relays, carrier = services.relays, Taker()
        relays.runner.carrier = carrier
        relay_id = relays.add(user_id, "earstead", Given(url="https://there.example", token="t")).relay_id
        services.ingest.add_now(user_id, [play(f"Old {n}", NOW - 90_000 + n * 300) for n in range(60)], bulk=True)
        services.ingest.add_now(user_id, [play(f"New {n}", NOW - 3000 + n * 300) for n in range(3)])
        assert [row.listen.track_name for row in relays.waiting(user_id, relay_id) if row.listen] == [
            "New 0",
            "New 1",
            "New 2",
        ]
        carrier.refuse = 1
        assert relays.preview_fill(user_id, relay_id, 0, NOW) == 60
        relays.fill(user_id, relay_id, 0, NOW)
        services.worker.run_due()
        found = relays.get(user_id, relay_id)
        assert (found.waiting, found.failed, found.relay.sent) == (0, 1, 62)
        assert found.fill is not None
        assert (found.fill.state, found.fill.done) == ("done", 60)
        assert [row.item.reason for row in relays.failed(user_id, relay_id)] == ["bad"]
        assert relays.retry_failed(user_id, relay_id) == 1
        services.worker.run_due()
        assert [listen.track_name for listen in carrier.taken] == [
            *("New 1", "New 2"),
            *(f"Old {n}" for n in range(60)),
            "New 0",
        ]
        assert relays.mark(user_id) == relays.mark(user_id) != ""
        services.accounts.erase(user_id)
        with services.engine.read() as tx:
            assert tx.one("SELECT count(*) FROM relay_items") == (0,)
    finally:
        services.close()
