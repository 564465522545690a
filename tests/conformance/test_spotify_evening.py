"""An evening with Spotify, as a new user lives it: connect on the page, subscribe a webhook, play on three devices with
skips, seeks, a podcast and an outage, and upload the export on top. Servers, receiver and browser are on sockets; the
one clock stands still until it is moved."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.fakes.servers import serving
from tests.fakes.spotify_watch import Stage
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.test_delivering import verified

from earstead.app import around, open_services
from earstead.core import holes
from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.faults import Fault
from earstead.sandbox.spotify.truth import Play
from earstead.services.views import ListenRow
from earstead.settings import Settings

NOW = 1_772_400_000
PASSWORD = "a long and quiet evening"
OWN = {"sec-fetch-site": "same-origin"}
ENDS = ("player.finished", "player.skipped")


@dataclass
class Told:
    """An event as it came to the webhook."""

    event_id: int
    type: str
    data: dict[str, Any]


class Counted:
    """The simulator on its socket, and what it was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.sent: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.sent.append((scope["method"], scope["path"]))
        await self._app(scope, receive, send)


@dataclass
class Evening(Stage):
    """Everything of it. `wire` counts what Spotify was asked; `told` is what the webhook heard."""

    browser: httpx2.Client
    receiver: Receiver
    secret: str

    def told(self, *types: str) -> list[Told]:  # type: ignore[override]
        """Events of these types by their ids, as a consumer sorts what came several at a time; all without types."""
        written = self.services.journal.since(self.user_id, 0, 1000)
        got = self.receiver.wait(len(written), 60)
        events = [Told(one.event["id"], one.event["type"], one.event["data"]) for one in got]
        events.sort(key=lambda event: event.event_id)
        return [event for event in events if not types or event.type in types]

    def page(self, path: str) -> str:
        """A page as she reads it; the clock moved on, so she signs in anew."""
        self.browser.post("/sign-in", data={"name": "ada", "password": PASSWORD})
        return unescape(re.sub(r"\s+", " ", self.browser.get(path).text))

    def upload(self, path: Path) -> None:
        """Upload a file on the import page, look at what it would bring, and let it run."""
        self.page("/import")
        with path.open("rb") as file:
            job = self.browser.post("/import", files={"files": (path.name, file)}).headers["location"]
        self._until(job, f'action="{job}/run"')
        assert self.browser.post(f"{job}/run").status_code == 303
        self._until(job, "new")

    def _until(self, path: str, words: str) -> None:
        pause = threading.Event()
        for _ in range(300):
            text = self.browser.get(path).text
            if words in text and "hx-trigger" not in text:
                return
            pause.wait(0.1)
        raise AssertionError(f"{words!r} never came: {text}")


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """The evening is over, but for the export: that is uploaded by the last test."""
    clock = FixedClock(NOW)
    spotify = Simulator(clock)
    wire = Counted(spotify.app)
    with ExitStack() as world:
        receiver = world.enter_context(receiving())
        theirs = world.enter_context(serving(wire))
        data = tmp_path_factory.mktemp("evening") / "data"
        settings = Settings(data=data, spotify_api_url=f"{theirs}/v1", spotify_accounts_url=theirs, allow_private=True)
        services = open_services(settings, clock=clock)
        world.callback(services.close)
        services.webhooks.start()
        user = services.accounts.add_user("ada", PASSWORD, role="owner")
        # Without its lifespan, so that no thread follows the account: the clock is moved to each look.
        ours = world.enter_context(serving(around(services), lifespan="off"))
        browser = world.enter_context(httpx2.Client(base_url=ours, timeout=60, headers=OWN))
        browser.post("/sign-in", data={"name": "ada", "password": PASSWORD})
        secret = _subscribed(browser, receiver)
        _connected(browser, spotify)
        (account,) = services.spotify.of_user(user.user_id)
        watcher: Any = services.watching
        yield _lived(
            Evening(
                services=services,
                spotify=spotify,
                clock=clock,
                wire=wire,  # type: ignore[arg-type]
                user_id=user.user_id,
                account=account,
                link=services.spotify_links,  # type: ignore[arg-type]
                watcher=watcher,
                browser=browser,
                receiver=receiver,
                secret=secret,
            )
        )


def _subscribed(browser: httpx2.Client, receiver: Receiver) -> str:
    page = browser.post("/settings/webhooks", data={"url": receiver.url, "label": "everything"})
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page.text)
    assert found, page.text
    return found[0]


def _connected(browser: httpx2.Client, spotify: Simulator) -> None:
    form = browser.post("/settings/spotify/new", data={"client_id": spotify.client.client_id, "way": "back"})
    found = re.search(r'href="([^"]*/authorize\?[^"]*)"', form.text)
    assert found, form.text
    back = httpx2.get(unescape(found[1])).headers["location"]
    assert "Your consent ends in 180 days" in browser.get(back, follow_redirects=True).text


def _lived(on: Evening) -> Evening:
    store = on.spotify.store
    album, other, show = store.of("album")[0], store.of("album")[9], store.of("show")[0]
    on.live(600)
    on.act(
        (5, "play", {"context": album.uri, "device": "Phone"}),
        (700, "next", {}),
        (45, "seek", {"position_ms": 120_000}),
        (400, "pause", {}),
        (95, "resume", {}),
        (200, "transfer", {"device": "Laptop"}),
        (130, "volume", {"value": 30}),
        (160, "next", {}),
        (40, "next", {}),
        (300, "play", {"uris": [show.items[0]]}),
        (400, "seek", {"position_ms": 200_000}),
        (300, "play", {"context": other.uri, "device": "Kitchen"}),
        (120, "shuffle", {"value": True}),
        (100, "repeat", {"value": "context"}),
        (3200, "repeat", {"value": "track"}),
        (700, "repeat", {"value": "off"}),
        (300, "pause", {}),
    )
    on.live(4200)
    on.spotify.faults.append(Fault(kind="status", status=503, times=-1))
    on.live(1500)
    on.spotify.faults.clear()
    on.live(10_800)
    return on


def the_hole(on: Evening) -> holes.Hole:
    """The one time in which nobody could look."""
    (hole,) = holes.read(on.services.spotify.cursor(on.account.account_id, "holes"))
    return hole


def same(play: Play, row: ListenRow) -> bool:
    """Whether a listen is that play: the item, when it began, how much was heard, whether it was left."""
    return (
        row.spotify_uri == play.uri
        and abs(row.listened_at * 1000 - play.started_ms) <= 3_000
        and row.played_ms == play.heard_ms
        and row.skipped == play.skipped
    )


def test_each_event_happened_and_each_end_was_told(evening: Evening) -> None:
    """What was told for certain happened within its gap; each end of a play that could be seen was told once."""
    happened = evening.spotify.person().player.happened
    told = [event for event in evening.told() if event.type.startswith("player.")]
    for event in told:
        if event.data["certain"] and event.type != "player.stopped":  # a player that is given up says nothing
            assert any(_is(event, f"player.{true.type}", true.uri, true.at_ms) for true in happened), event
    hole = the_hole(evening)
    seen_from = told[0].data["at_ms"]
    ends = [true for true in happened if f"player.{true.type}" in ENDS and true.at_ms > seen_from]
    observable = [true for true in ends if not hole.from_ms < true.at_ms < hole.to_ms]
    missed = [true for true in observable if not any(_is(event, *ENDS, true.uri, true.at_ms) for event in told)]
    assert missed == []
    assert len([event for event in told if event.type in ENDS]) <= len(observable) + 1
    assert {event.type for event in told} >= {
        f"player.{name}"
        for name in (
            *("started", "paused", "resumed", "seeked", "skipped", "finished", "repeated", "device_changed"),
            *("volume_changed", "shuffle_changed", "repeat_changed", "context_changed"),
        )
    }


def _is(event: Told, *said: str | int) -> bool:
    *types, uri, at_ms = said
    gap = int(event.data["observed_gap_ms"]) + 3_000
    moved_on = event.type in ("player.device_changed", "player.context_changed", "player.shuffle_changed")
    named = moved_on or event.data["item"]["uri"] == uri
    kind = event.type in types or (event.type == "player.context_changed" and "player.started" in types)
    return kind and named and abs(int(event.data["at_ms"]) - int(at_ms)) <= gap


def test_the_consumer_gets_each_event_once_and_signed(evening: Evening) -> None:
    """What came is the journal, event for event in the order of its ids, and verifies with the secret shown once."""
    written = evening.services.journal.since(evening.user_id, 0, 1000)
    told = evening.told()
    assert [(one.event_id, one.type, one.data) for one in told] == [
        (one.event_id, one.type, dict(one.data)) for one in written
    ]
    assert all(verified(evening.secret, got) for got in evening.receiver.got)
    assert len({got.headers["webhook-id"] for got in evening.receiver.got}) == len(told) > 60


def test_the_outage_is_told_as_a_hole(evening: Evening) -> None:
    """Nobody looked, though it was planned: from the last answer before to the first one after it, and why."""
    hole = the_hole(evening)
    assert hole.why == "outage"
    assert 1_400_000 <= hole.to_ms - hole.from_ms <= 1_900_000


def test_the_ledger_counts_what_was_asked(evening: Evening) -> None:
    """The governor's count of each family is the service's own, refused requests included; the page shows it."""
    _, families = evening.services.spotify_links.ledger(evening.account.developer)
    sent = Counter(
        "recent" if "recently-played" in path else "player"
        for _, path in evening.wire.sent
        if path.startswith("/v1/me/player")
    )
    used = {family.family: family.used for family in families}
    assert (used["player"], used["recent"]) == (sent["player"], sent["recent"])
    assert sent["player"] <= 150 * (17_100 / 3_600)
    page = evening.page(f"/settings/spotify/{evening.account.account_id}")
    assert re.search(rf"\b{sent['player']}\b", page)


def test_an_evening_needs_no_export_to_be_known(evening: Evening) -> None:
    """Every play of half a minute outside the hole is in the history by the player or the last plays alone, once."""
    hole, rows = the_hole(evening), evening.history()
    for play in evening.truth():
        if play.heard_ms < 30_000 or hole.from_ms <= play.started_ms <= play.moved_ms <= hole.to_ms:
            continue
        found = [
            row
            for row in rows
            if row.spotify_uri == play.uri and abs(row.listened_at * 1000 - play.started_ms) < 30_000
        ]
        assert len(found) == 1, play


def test_the_history_is_the_truth(evening: Evening, tmp_path: Path) -> None:
    """With the export on top, the history is exactly what was played: no play twice, none missing, none invented."""
    before = evening.history()
    evening.upload(evening.export(tmp_path))
    truth, rows = evening.truth(), evening.history()
    assert len(truth) >= 25
    assert [(row.track_name, row.listened_at) for row in rows if not any(same(play, row) for play in truth)] == []
    assert len(rows) == len(truth)
    # The export only brings what nobody could see before it: short plays of the outage and of the first minutes.
    assert len(truth) - len(before) <= 3
