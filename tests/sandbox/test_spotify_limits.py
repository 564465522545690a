"""Both kinds of 429, and every fault that can be switched on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.fakes.servers import serving
from tests.sandbox.conftest import Api

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.faults import Fault
from earstead.sandbox.spotify.limits import Limits, usual


def test_the_window_rolls(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Three calls in any 30 s: the fourth is told to the second when the first has left the window."""
    sim.limits.window = 3
    for _ in range(3):
        assert api("GET", "/me").status_code == 200
        clock.advance(5)
    refused = api("GET", "/me")
    assert refused.status_code == 429 and refused.headers["retry-after"] == "15"
    assert refused.json() == {"error": {"status": 429, "message": "API rate limit exceeded"}}
    clock.advance(14)
    assert api("GET", "/me").status_code == 429
    clock.advance(1)
    assert api("GET", "/me").status_code == 200
    assert api("GET", "/me").status_code == 429


def test_the_quota_locks_one_family(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """The day's quota of a family rolls over 24 hours and leaves the others open."""
    sim.limits.day = {"search": 2}
    for _ in range(2):
        assert api("GET", "/search", q="a", type="track").status_code == 200
        clock.advance(3_600)
    locked = api("GET", "/search", q="a", type="track")
    assert locked.status_code == 429 and locked.headers["retry-after"] == str(22 * 3_600)
    assert locked.json() == {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}
    assert api("GET", "/me").status_code == 200
    clock.advance(22 * 3_600)
    assert api("GET", "/search", q="a", type="track").status_code == 200
    assert api("GET", "/search", q="a", type="track").status_code == 429


def test_a_developer_has_one_quota(sim: Simulator, web: TestClient) -> None:
    """A second client id of a developer shares the quota but not the window; another developer shares neither."""
    sim.limits.window, sim.limits.day = 2, {"search": 1}
    second = web.post("/sandbox/clients", json={"mode": "new-dev"}).json()["client_id"]
    other = web.post("/sandbox/clients", json={"developer": "somebody"}).json()["client_id"]

    def status(path: str, client_id: str) -> int:
        given = web.post("/sandbox/tokens", json={"client_id": client_id}).json()
        return web.get("/v1" + path, headers={"authorization": f"Bearer {given['access_token']}"}).status_code

    search = "/search?q=a&type=track"
    first = sim.client.client_id
    assert [status(search, name) for name in (first, second, other)] == [200, 429, 200]
    assert [status("/me", first), status("/me", first), status("/me", second)] == [200, 429, 200]


def test_what_is_refused_does_not_count() -> None:
    """Asking on during a lock does not make it longer."""
    limits = Limits(window=1)
    assert limits.take("a", "d", "me", 0) is None
    for moment in range(1_000, 30_000, 1_000):
        refusal = limits.take("a", "d", "me", moment)
        assert refusal is not None and refusal.retry_after_s == 30 - moment // 1000
    assert limits.take("a", "d", "me", 30_000) is None
    assert (limits.allowed["me"], limits.refused["me"]) == (2, 29)


def test_extended_apps_have_no_quota() -> None:
    """Only development mode counts by the day, and its window is the narrowest for new clients."""
    assert usual("extended").day == {} and usual("old-dev").day == usual("new-dev").day != {}
    assert usual("new-dev").window < usual("old-dev").window < usual("extended").window


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault(status=502), 502, {"error": {"status": 502, "message": "Service unavailable"}}),
        (Fault(kind="missing_token"), 401, {"error": {"status": 401, "message": "Access token missing"}}),
        (
            Fault(kind="premium"),
            403,
            {
                "error": {
                    "status": 403,
                    "message": "Player command failed: Premium required",
                    "reason": "PREMIUM_REQUIRED",
                }
            },
        ),
        (Fault(kind="rate"), 429, {"error": {"status": 429, "message": "API rate limit exceeded"}}),
        (
            Fault(kind="quota", retry_after_s=48_925),
            429,
            {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}},
        ),
    ],
)
def test_faults_with_a_body(sim: Simulator, api: Api, fault: Fault, status: int, body: Any) -> None:
    """The next call meets it, the one after does not."""
    sim.faults.append(fault)
    answer = api("GET", "/me")
    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers.get("retry-after", str(fault.retry_after_s)) == str(fault.retry_after_s)
    assert api("GET", "/me").status_code == 200


def test_faults_without_json(sim: Simulator, api: Api) -> None:
    """An empty answer, one cut off, and the page of a proxy."""
    sim.faults += [Fault(kind="empty"), Fault(kind="garbage"), Fault(kind="page", status=502)]
    empty, garbage, page = (api("GET", "/me") for _ in range(3))
    assert (empty.status_code, empty.content) == (200, b"")
    assert garbage.status_code == 200 and garbage.text == '{"items": [{"track": '
    assert page.status_code == 502 and page.headers["content-type"].startswith("text/html")


def test_where_and_how_often(sim: Simulator, web: TestClient, api: Api) -> None:
    """A fault can wait, repeat, stay until it is taken away, and keep to some paths."""
    said = {"kind": "status", "status": 500, "where": "/v1/me/player", "times": 2, "skip": 1}
    assert web.post("/sandbox/faults", json=said).json() == {"faults": [{**said, "retry_after_s": 5}]}
    assert api("GET", "/me").status_code == 200
    assert [api("GET", "/me/player").status_code for _ in range(4)] == [204, 500, 500, 204]
    web.post("/sandbox/faults", json={"times": -1})
    assert [api("GET", "/me").status_code for _ in range(3)] == [503] * 3
    assert web.delete("/sandbox/faults").json() == {"faults": []}
    assert api("GET", "/me").status_code == 200
    refused = web.post("/sandbox/faults", json={"kind": "fire"})
    assert refused.status_code == 400 and refused.json()["error"].startswith("kind is one of status")


def test_the_token_endpoint_fails_too(sim: Simulator, web: TestClient) -> None:
    """A hiccup of the accounts service is a 503 and leaves the grant alive."""
    given = sim.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": given["client_id"]}
    sim.faults.append(Fault(where="/api/token"))
    assert web.post("/api/token", data=form).status_code == 503
    assert web.post("/api/token", data=form).status_code == 200


def test_an_answer_hangs(sim: Simulator) -> None:
    """A held call outlives its caller's patience, and is answered when the faults are taken away."""
    sim.faults.append(Fault(kind="hang", status=503))
    head = {"authorization": f"Bearer {sim.credentials()['access_token']}"}
    with serving(sim.app) as url, ThreadPoolExecutor(1) as pool:
        held = pool.submit(httpx2.get, f"{url}/v1/me", headers=head, timeout=30)
        with pytest.raises(TimeoutError):
            held.result(0.3)
        httpx2.delete(f"{url}/sandbox/faults")
        assert held.result(10).status_code == 503


def test_an_answer_is_lost(sim: Simulator) -> None:
    """The command is done, and its caller never hears of it."""
    album = sim.store.of("album")[0]
    sim.person().do("play", sim.now_ms, context=album.uri)
    sim.faults.append(Fault(kind="lost"))
    head = {"authorization": f"Bearer {sim.credentials()['access_token']}"}
    with serving(sim.app) as url, pytest.raises(httpx2.RemoteProtocolError):
        httpx2.put(f"{url}/v1/me/player/pause", headers=head)
    assert not sim.person().player.playing
