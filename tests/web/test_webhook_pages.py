"""The webhook pages as a person walks through them, against a running server and a receiver."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx2
import pytest
from tests.fakes.servers import serving
from tests.web.conftest import PASSWORD, House
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.test_delivering import verified

from earstead.app import around, open_services
from earstead.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A server with its workers that may reach private addresses: the owner alice and the user bob."""
    services = open_services(Settings(data=tmp_path / "data", allow_private=True))
    with serving(around(services)) as url:
        house = House(url, services)
        house.users["alice"] = services.accounts.add_user("alice", PASSWORD, role="owner")
        house.users["bob"] = services.accounts.add_user("bob", PASSWORD)
        yield house


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where webhooks go."""
    with receiving() as found:
        yield found


def said(answer: httpx2.Response) -> str:
    return unescape(re.sub(r"\s+", " ", answer.text))


def until(client: httpx2.Client, path: str, words: str) -> str:
    pause = threading.Event()
    for _ in range(100):
        text = said(client.get(path))
        if words in text:
            return text
        pause.wait(0.1)
    raise AssertionError(f"{words!r} never came: {text}")


def made(client: httpx2.Client, receiver: Receiver, **form: str) -> tuple[str, str]:
    """Add a webhook; the address of its page, and the secret that was shown."""
    answer = client.post("/settings/webhooks", data={"url": receiver.url, **form})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store", answer.text
    found = re.search(r'action="(/settings/webhooks/\d+)"', answer.text)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.text)
    assert found and secret
    return found[1], secret[0]


def test_adding_testing_and_replaying(home: House, receiver: Receiver) -> None:
    """A webhook is added, its secret shown once, tested; the log shows what was sent, and sends it again."""
    alice = home.signed_in("alice")
    page, secret = made(alice, receiver, label="kitchen")
    assert secret not in alice.get(page).text
    assert alice.post(f"{page}/test").status_code == 303
    (got,) = receiver.wait(1)
    assert verified(secret, got) and got.event["type"] == "webhook.test"
    text = until(alice, page, "answered 204")
    assert '"type":"webhook.test"' in text and "kitchen" in text
    replay = re.search(rf'action="({page}/deliveries/\d+/replay)"', alice.get(page).text)
    assert replay and alice.post(replay[1]).status_code == 303
    assert receiver.wait(2)[1].headers["webhook-id"] == got.headers["webhook-id"]


def test_rotating_shows_the_new_secret_once(home: House, receiver: Receiver) -> None:
    """A new secret is shown in the answer that makes it, and on no page after."""
    alice = home.signed_in("alice")
    page, old = made(alice, receiver)
    shown = re.search(r"whsec_[A-Za-z0-9+/=]+", alice.post(f"{page}/rotate").text)
    assert shown and shown[0] != old and len(base64.b64decode(shown[0][6:])) == 32
    assert "whsec_" not in alice.get(page).text


def test_a_failing_webhook_says_why(home: House, receiver: Receiver) -> None:
    """The page tells what a receiver answered, when it is tried again, and that 410 switched it off; it can go on."""
    alice = home.signed_in("alice")
    page, _ = made(alice, receiver)
    receiver.answer = 500
    alice.post(f"{page}/test")
    assert "answered 500" in until(alice, page, "Failing, trying again")
    receiver.answer = 410
    alice.post(f"{page}/resume")
    assert "410" in until(alice, page, "Switched off")
    assert alice.post(f"{page}/test").status_code == 422
    receiver.answer = 204
    alice.post(f"{page}/resume")
    assert "On." in until(alice, page, "On.")


def test_editing_pausing_and_removing(home: House, receiver: Receiver) -> None:
    """Events are chosen by ticking, a bad address is refused beside its field, a removed webhook is gone."""
    alice = home.signed_in("alice")
    page, _ = made(alice, receiver)
    ticked = alice.post(page, data={"url": receiver.url, "label": "den", "types": ["player.*", "track.loved"]})
    assert ticked.status_code == 303
    assert re.search(r'value="player\.\*" checked', alice.get(page).text.replace("\n", " "))
    refused = alice.post(page, data={"url": "ftp://example.org"})
    assert refused.status_code == 422 and "http://" in said(refused)
    alice.post(f"{page}/pause")
    assert "Paused." in said(alice.get(page)) and "paused" in said(alice.get("/settings/webhooks"))
    assert alice.post(f"{page}/remove").status_code == 303
    assert alice.get(page).status_code == 404


def test_nobody_else_sees_a_webhook(home: House, receiver: Receiver) -> None:
    """Another user finds no such page, and a visitor is led to the sign-in."""
    page, _ = made(home.signed_in("alice"), receiver)
    assert home.signed_in("bob").get(page).status_code == 404
    assert home.visitor().get(page).headers["location"].startswith("/sign-in")
