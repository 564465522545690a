"""The push source, against a stand-in of Soloist's socket that says what the real one is documented to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from earstead.core.errors import Rejected
from earstead.core.listen import Kind
from earstead.core.player import PlayerState, Tracker, observe
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.sources.spotify.soloist import SOURCE, Soloist, check_address
from earstead.sources.spotify.wire.soloist import Heard, take
from tests.fakes.spotify_watch import stage

T0 = 1_750_000_000_000


def entity(name: str, kind: str = "track", *, length_ms: int = 200_000, sparse: bool = False) -> dict[str, Any]:
    """An item as Soloist tells it."""
    uri = f"spotify:{kind}:{name}"
    if sparse:
        return {"uri": uri, "entity_type": kind, "decorations": None}
    return {
        "uri": uri,
        "entity_type": kind,
        "decorations": {
            "identity": {"name": name},
            "parent": {"entity": {"uri": "spotify:album:x", "decorations": {"identity": {"name": "Record"}}}},
            "creators": [{"entity": {"uri": "spotify:artist:y", "decorations": {"identity": {"name": "Band"}}}}],
            "playback": {"duration_ms": length_ms, "content_ratings": []},
        },
    }


def state(name: str, status: str = "playing", position_ms: int = 0, at_ms: int = T0, **more: Any) -> dict[str, Any]:
    """A full state."""
    position = {"position_ms": position_ms, "timestamp_ms": at_ms, "speed": 1.0}
    return {"type": "playback_state", "status": status, "item": entity(name), "position": position, **more}


def followed(*told: tuple[int, dict[str, Any]]) -> list[tuple[str, str, int]]:
    """(event, item, when) after messages, each at its milliseconds after T0."""
    heard, tracker, events = Heard(), Tracker(), []
    for after_ms, message in told:
        heard = take(heard, message, T0 + after_ms)
        if heard.complete and heard.status:
            step = observe(tracker, heard.state(T0 + after_ms))
            tracker = step.tracker
            events += [(e.type, e.item.track_name if e.item else "", e.at_ms - T0) for e in step.events]
    return events


def test_each_change_is_told_at_its_time() -> None:
    """Pauses announced twice are one, sparse tracks wait for their names, buffering is nothing."""
    events = followed(
        (0, {"type": "auth_state", "logged_in": True, "is_active": True, "device_name": "Shelf"}),
        (10, state("one", options={"shuffle": False, "repeat": "off"}, volume=50)),
        (60_000, {"type": "playback_changed", "status": "paused"}),
        (60_050, {"type": "playback_changed", "status": "paused"}),
        (90_000, {"type": "playback_changed", "status": "buffering"}),
        (90_200, {"type": "playback_changed", "status": "playing"}),
        (100_000, {"type": "track_changed", "item": entity("two", sparse=True)}),
        (100_300, state("two", position_ms=300, at_ms=T0 + 100_300)),
        (110_000, {"type": "volume_changed", "volume": 70}),
        (120_000, {"type": "options_changed", "options": {"shuffle": True, "repeat": None}}),
        (130_000, {"type": "position_sync", "position": {"position_ms": 90_000, "timestamp_ms": T0 + 130_000}}),
        (140_000, {"type": "nonsense", "item": 7}),
    )
    assert events == [
        ("started", "one", 0),
        ("paused", "one", 60_000),
        ("resumed", "one", 90_200),
        ("skipped", "one", 100_000),
        ("started", "two", 100_000),
        ("volume_changed", "two", 110_000),
        ("shuffle_changed", "two", 120_000),
        ("seeked", "two", 130_000),
    ]


@pytest.mark.parametrize("message", [None, [], 7, {}, {"type": None}, {"type": "playback_state", "item": {"uri": 3}}])
def test_nonsense_changes_nothing(message: object) -> None:
    """Whatever stands on that socket, no state follows from it."""
    assert take(Heard(), message, T0).state(T0).item is None


def test_spoken_items_are_told_as_what_they_are() -> None:
    """An episode is by its show."""
    heard = take(Heard(), {"type": "track_changed", "item": entity("talk", "episode")}, T0)
    assert heard.item is not None and heard.item.kind is Kind.EPISODE


@pytest.mark.parametrize(
    "said", ["example.org:80", "10.0.0.1:80", "127.0.0.1", "http://127.0.0.1:80", "0.0.0.0:80", "x"]
)
def test_only_this_machine_is_listened_to(said: str) -> None:
    """The socket has no password: nobody else's is taken."""
    with pytest.raises(Rejected):
        check_address(said)
    assert check_address(" 127.0.0.1:4444 ") == "ws://127.0.0.1:4444"
    assert check_address("[::1]:4444") == "ws://[::1]:4444"
    assert check_address("") == ""


@pytest.fixture
def socket() -> Iterator[tuple[str, Callable[[dict[str, Any]], None], list[str]]]:
    """(address, say, what was asked) of a stand-in; `say` waits for the connection."""
    asked: list[str] = []
    there, connections = threading.Condition(), list[ServerConnection]()

    def talk(connection: ServerConnection) -> None:
        with there:
            connections.append(connection)
            there.notify_all()
        asked.extend(str(json.loads(said)["command"]) for said in connection)

    def say(message: dict[str, Any]) -> None:
        with there:
            assert there.wait_for(lambda: connections, 5)
        connections[-1].send(json.dumps(message))

    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.socket.getsockname()[1]}", say, asked
        server.shutdown()


def test_pushes_and_looks_feed_one_account(
    services: Services, clock: FixedClock, socket: tuple[str, Callable[[dict[str, Any]], None], list[str]]
) -> None:
    """What is pushed is told at once, looks become rare, and a look that knows more ends the trust."""
    address, say, asked = socket
    on = stage(services, clock)
    on.live(10)
    told = threading.Event()

    def push(now: PlayerState) -> None:
        on.watcher.pushed(on.account.account_id, now, SOURCE)
        told.set()

    soloist = Soloist(address, push, clock)
    soloist.start()
    say(state("one", at_ms=clock.now_ms()))
    assert told.wait(5)
    (event,) = on.told("player.started")
    assert (event.data["source"], event.data["item"]["artist_names"]) == ("soloist", ["Band"])
    assert event.data["observed_gap_ms"] == 0
    assert set(asked) <= {"get_state", "get_queue"}
    due = on.watcher.next_ms()
    assert due is not None and due - clock.now_ms() >= 290_000
    soloist.stop()
    on.do("play", context=on.spotify.store.of("album")[0].uri)
    on.live(400)
    due = on.watcher.next_ms()
    assert due is not None and due - clock.now_ms() <= 30_000
