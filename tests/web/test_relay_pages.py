"""The relay pages as a person walks through them, against a running server and a simulated Last.fm."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.fakes.servers import serving
from tests.web.conftest import PASSWORD, House

from earstead.app import around, open_services
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import SystemClock
from earstead.sandbox.lastfm import Fault, Simulator
from earstead.settings import Settings


@pytest.fixture
def lastfm() -> Simulator:
    """A simulated Last.fm on the machine's clock."""
    return Simulator(SystemClock())


@pytest.fixture
def lastfm_url(lastfm: Simulator) -> Iterator[str]:
    """Where it answers."""
    with serving(lastfm.app) as url:
        yield url


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A server with its workers that may reach private addresses: the owner alice and the user bob."""
    services = open_services(Settings(data=tmp_path / "data", allow_private=True))
    with serving(around(services)) as url:
        house = House(url, services)
        house.users["alice"] = services.accounts.add_user("alice", PASSWORD, role="owner")
        house.users["bob"] = services.accounts.add_user("bob", PASSWORD)
        yield house


def hear(home: House, *titles: str, bulk: bool = False, ago: int = 3600) -> None:
    start = home.services.clock.now() - ago
    said = [
        Submission(source="player", artist_name="Kino", track_name=title, listened_at=UnixSeconds(start + i * 240))
        for i, title in enumerate(titles)
    ]
    home.services.ingest.add_now(home.users["alice"].user_id, said, bulk=bulk)


def until(client: httpx2.Client, path: str, words: str) -> str:
    """The text of a page once it says the given words; the worker has ten seconds."""
    pause = threading.Event()
    for _ in range(100):
        text = unescape(re.sub(r"\s+", " ", client.get(path).text))
        if words in text:
            return text
        pause.wait(0.1)
    raise AssertionError(f"{words!r} never came: {text}")


def connected(alice: httpx2.Client, lastfm: Simulator, url: str) -> str:
    """Walk through connecting; the address of the relay's page."""
    form = {"url": url, "api_key": lastfm.api_key, "secret": lastfm.secret}
    made = alice.post("/settings/relays/new/lastfm", data=form)
    assert made.status_code == 303, made.text
    page: str = made.headers["location"]
    lastfm.approve(next(iter(lastfm.tokens)))
    assert alice.post(f"{page}/finish").status_code == 303
    return page


def test_connecting_by_the_page_of_the_service(home: House, lastfm: Simulator, lastfm_url: str) -> None:
    """The key is given, the page of the service is linked, an early return is told to wait, a late one connects."""
    with home.signed_in("alice") as alice:
        assert "Connect" in alice.get("/settings/relays").text
        form = {"url": lastfm_url, "api_key": lastfm.api_key, "secret": lastfm.secret}
        page = alice.post("/settings/relays/new/lastfm", data=form).headers["location"]
        token = next(iter(lastfm.tokens))
        link = f"{lastfm_url}/api/auth/?api_key={lastfm.api_key}&token={token}"
        assert link in unescape(alice.get(page).text)
        alice.post(f"{page}/finish")
        assert "not said yes there yet" in alice.get(page).text
        lastfm.approve(token)
        alice.post(f"{page}/finish")
        shown = until(alice, page, "On. Nothing was sent yet.")
        assert token not in shown
        hear(home, "One", "Two")
        until(alice, page, "Sent 2 listens")
    assert [held.track for held in lastfm.plays] == ["One", "Two"]


def test_the_form_says_what_is_wrong_and_shows_no_secret(home: House, lastfm_url: str) -> None:
    """A refused key is answered with the words of the service; what is secret is not written into the page."""
    form = {"url": lastfm_url, "api_key": "wrong key", "secret": "my-own-secret"}
    with home.signed_in("alice") as alice:
        answer = alice.post("/settings/relays/new/lastfm", data=form)
        assert answer.status_code == 422
        assert "Invalid API key" in answer.text
        assert "my-own-secret" not in answer.text
        assert "Give the address" in alice.post("/settings/relays/new/earstead", data={"token": "x"}).text
        assert alice.get("/settings/relays/new/nonsense").status_code == 404


def test_trouble_is_shown_and_can_be_ended(home: House, lastfm: Simulator, lastfm_url: str) -> None:
    """What waits and why stands on the page; "try now" does not wait for the next attempt."""
    with home.signed_in("alice") as alice:
        page = connected(alice, lastfm, lastfm_url)
        lastfm.faults.append(Fault(error=29))
        hear(home, "Waits here")
        shown = until(alice, page, "Rate limit exceeded")
        assert "Waits here" in shown
        assert "The next try is at" in shown
        alice.post(f"{page}/try")
        until(alice, page, "Sent 1 listen")
        hear(home, "Ancient", ago=30 * 86_400)
        shown = until(alice, page, "Timestamp was too old")
        assert "Ancient" in shown
        alice.post(f"{page}/retry")
        until(alice, page, "Ancient")


def test_pausing_and_removing(home: House, lastfm: Simulator, lastfm_url: str) -> None:
    """Paused, what is heard waits; going on sends it; removed, the page is gone."""
    with home.signed_in("alice") as alice:
        page = connected(alice, lastfm, lastfm_url)
        alice.post(f"{page}/pause")
        hear(home, "One")
        assert "Paused." in alice.get(page).text
        assert lastfm.plays == []
        alice.post(f"{page}/resume")
        until(alice, page, "Sent 1 listen")
        alice.post(f"{page}/remove")
        assert alice.get(page).status_code == 404


def test_the_filter_is_kept_as_typed(home: House, lastfm: Simulator, lastfm_url: str) -> None:
    """Kinds, sources, seconds and names come back as they were saved; a form without a kind is refused."""
    with home.signed_in("alice") as alice:
        page = connected(alice, lastfm, lastfm_url)
        form: dict[str, Any] = {
            "kinds": "0",
            "sources": "player",
            "min_played_s": "45",
            "excluded_artists": "Ärzte\nKino",
        }
        alice.post(f"{page}/filter", data=form)
        (standing,) = home.services.relays.of_user(home.users["alice"].user_id)
        chosen = standing.relay.filter
        assert (chosen.kinds, chosen.sources, chosen.min_played_s) == ((0,), ("player",), 45)
        assert chosen.excluded_artists == ("Ärzte", "Kino")
        assert not standing.relay.playing
        assert "Ärzte\nKino" in alice.get(page).text
        refused = alice.post(f"{page}/filter", data={"min_played_s": "0"})
        assert (refused.status_code, "Tick at least one kind" in refused.text) == (422, True)


def test_a_back_fill_is_counted_before_it_is_sent(home: House, lastfm: Simulator, lastfm_url: str) -> None:
    """Two days are chosen, the number is shown, nothing is sent before the second click; then progress and its end."""
    hear(home, *(f"Track {n}" for n in range(60)), bulk=True, ago=5 * 86_400)
    with home.signed_in("alice") as alice:
        page = connected(alice, lastfm, lastfm_url)
        day = (home.services.clock.now() - 5 * 86_400) // 86_400
        first, last = (iso_day(day + n) for n in (-1, 2))
        counted = alice.get(f"{page}/fill", params={"from": first, "until": last})
        assert "60 listens" in counted.text
        assert lastfm.plays == []
        alice.post(f"{page}/fill", data={"from": first, "until": last})
        shown = until(alice, page, "is done: 60 sent, 0 refused")
        assert "Back-fill" in shown
        assert "0 listens" in alice.get(f"{page}/fill", params={"from": first, "until": last}).text
        wrong = alice.get(f"{page}/fill", params={"from": "x", "until": "y"})
        assert wrong.status_code == 422
    assert len(lastfm.received) == 60


def iso_day(day: int) -> str:
    from earstead.core.periods import date_of

    return date_of(day).isoformat()


def test_relays_of_others_do_not_exist(home: House, lastfm: Simulator, lastfm_url: str) -> None:
    """Every address of alice's relay is not found for bob, and closed to a visitor."""
    with home.signed_in("alice") as alice, home.signed_in("bob") as bob, home.visitor() as visitor:
        page = connected(alice, lastfm, lastfm_url)
        assert visitor.get(page).status_code == 303
        for path in ("", "/connect", "/fill?from=2025-01-01&until=2025-01-02"):
            assert bob.get(page + path).status_code == 404, path
        for path in ("/connect", "/finish", "/pause", "/resume", "/try", "/retry", "/remove", "/fill", "/fill/stop"):
            form = {"from": "2025-01-01", "until": "2025-01-02"}
            assert bob.post(page + path, data=form).status_code == 404, path
        assert bob.post(f"{page}/filter", data={"kinds": "0"}).status_code == 404
        assert alice.get(page).status_code == 200


def test_a_private_address_is_refused_where_the_owner_did_not_allow_it(house: House, lastfm_url: str) -> None:
    """Without the owner's setting nobody can make the server ask a machine of its own network."""
    form = {"url": lastfm_url, "api_key": "k", "secret": "s"}
    with house.signed_in("bob") as bob:
        answer = bob.post("/settings/relays/new/lastfm", data=form)
    assert answer.status_code == 422
    assert "EARSTEAD_ALLOW_PRIVATE" in answer.text


def test_the_pages_keep_the_accessibility_rules_and_their_width(
    home: House, lastfm: Simulator, lastfm_url: str, browser: Any, axe_source: str
) -> None:
    """Axe finds nothing on the list, the forms, and a relay with refusals, and nothing is wider than a phone."""
    with home.signed_in("alice") as alice:
        page = connected(alice, lastfm, lastfm_url)
        hear(home, "A title as long as a breath " * 8, ago=30 * 86_400)
        until(alice, page, "Timestamp was too old")
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=home.url)
    token = home.services.accounts.sign_in("alice", PASSWORD)
    context.add_cookies([{"name": "earstead_session", "value": token, "url": home.url}])
    tab = context.new_page()
    fill = f"{page}/fill?from=2025-01-01&until=2025-01-02"
    for path in ("/settings/relays", "/settings/relays/new/lastfm", "/settings/relays/new/earstead", page, fill):
        tab.goto(path)
        tab.evaluate(axe_source)
        found = tab.evaluate("axe.run()")["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], path
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()
