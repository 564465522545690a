"""The controls that no real service has, and the command that serves the simulators."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.sandbox.conftest import NOW

from earstead.kit.clock import FixedClock
from earstead.sandbox.clock import Movable, RunningClock
from earstead.sandbox.spotify import Simulator

NAMES = {
    "access_token", "refresh_token", "client_id", "client_secret", "user", "api_url", "accounts_url", "control_url",
}  # fmt: skip


def test_a_scripted_listener(sim: Simulator, web: TestClient) -> None:
    """A script is done at its times when the clock has passed them, and the truth tells all of it."""
    album = next(one for one in sim.store.of("album") if len(one.items) > 8)
    script = [
        {"do": "play", "context": album.uri, "device": "Laptop"},
        {"do": "pause", "in_s": 40},
        {"do": "resume", "at_ms": (NOW + 60) * 1000},
        {"do": "next", "in_s": 70},
    ]
    assert web.post("/sandbox/listen", json={"script": script}).json() == {"scripted": 4}
    assert web.post("/sandbox/clock", json={"advance_s": 75}).json() == {"now_ms": (NOW + 75) * 1000}
    truth = web.get("/sandbox/truth").json()
    first, second = truth["plays"]
    assert (first["heard_ms"], first["device"], first["skipped"], first["never_told"]) == (50_000, "Laptop", True, "")
    assert first["ranges"] == [[NOW * 1000, 0, 40_000], [(NOW + 60) * 1000, 40_000, 50_000]]
    assert (second["uri"], second["moved_ms"], second["told"]) == (album.items[1], 0, False)
    assert [(one["type"], one["at_ms"] // 1000 - NOW) for one in truth["happened"]] == [
        ("device_changed", 0), ("started", 0), ("paused", 40), ("resumed", 60), ("skipped", 70), ("started", 70),
    ]  # fmt: skip
    now = web.post("/sandbox/listen", json={"do": "seek", "position_ms": 9_000}).json()
    assert (now["position_ms"], now["playing"], now["device"]) == (9_000, True, "Laptop")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("listen", {"do": "dance"}, "no action 'dance'; there are play, resume"),
        ("listen", {"do": "seek"}, "seek needs 'position_ms'"),
        ("listen", {"do": "play", "context": "spotify:album:none"}, "nothing to play in"),
        ("listen", {"do": "pause", "user": "nobody"}, "no user 'nobody'; there are ada"),
        ("listen", {"do": "transfer", "device": "Toaster"}, "no device 'Toaster'; there are Phone"),
        ("listen", {"script": [{"do": "dance"}]}, "no action 'dance'"),
        ("listen", {"script": ["dance"]}, "'str' object"),
        ("clock", {"advance_s": -1}, "the clock goes forward only"),
        ("clock", {"advance_s": 1e300}, "the clock goes forward only, and ten years at most"),
        ("clock", {"rate": 2}, "this clock does not run"),
        ("quirks", {"tell_lies": 1}, "no quirk 'tell_lies'; there are lose_skipped"),
        ("settings", {"client": {"mode": "old"}}, "mode is one of new-dev, old-dev, extended"),
        ("users", {"name": "ada"}, "the name 'ada' is taken or empty"),
        ("users", {}, "missing: name"),
        ("tokens", {"client_id": "x"}, "no such client_id"),
    ],
)
def test_what_cannot_be_done(web: TestClient, path: str, body: Any, said: str) -> None:
    """Is a 400 with a sentence."""
    refused = web.post(f"/sandbox/{path}", json=body)
    assert refused.status_code == 400 and refused.json()["error"].startswith(said)


def test_settings_quirks_and_limits(sim: Simulator, web: TestClient) -> None:
    """Each is changed by what is said of it, and the state shows it."""
    said = {"client": {"mode": "extended", "listed": ["ada"]}, "legacy_fields": True, "refresh_tokens": "never"}
    state = web.post("/sandbox/settings", json=said).json()
    assert (state["clients"][0]["mode"], state["legacy_fields"], state["limits"]["day"]) == ("extended", True, {})
    web.post("/sandbox/quirks", json={"lose_skipped": 1, "playlist_lag_ms": 500})
    web.post("/sandbox/limits", json={"window": 7, "day": {"search": 3}})
    state = web.get("/sandbox/state").json()
    assert state["quirks"]["lose_skipped"] == 1.0 and sim.playlist_lag_ms == 500
    assert state["limits"] == {"window": 7, "day": {"search": 3}}
    assert web.get("/sandbox/nothing").status_code == 404


def test_counting_requests(sim: Simulator, web: TestClient) -> None:
    """Calls are counted by endpoint and family, those refused apart; controls are not counted."""
    given = web.post("/sandbox/users", json={"name": "ben"}).json()
    head = {"authorization": f"Bearer {given['access_token']}"}
    sim.limits.window = 2
    for path in ("/me/player", "/me/player/recently-played", "/me"):
        web.get("/v1" + path, headers=head)
    counts = web.get("/sandbox/requests").json()
    assert counts["calls"] == {"GET /me/player": 1, "GET /me/player/recently-played": 1, "GET /me": 1}
    assert (counts["allowed"], counts["refused"]) == ({"player": 1, "recent": 1}, {"me": 1})
    assert web.delete("/sandbox/requests").json()["calls"] == {}
    assert web.get("/v1/me", headers=head).json()["id"] == "ben"


def test_a_life_can_be_ended(sim: Simulator, web: TestClient) -> None:
    """A listener of habits plays when the clock moves, and not after being switched off."""
    web.post("/sandbox/live", json={})
    web.post("/sandbox/clock", json={"advance_s": 86_400})
    plays = len(sim.person().player.plays)
    assert plays > 10 and web.get("/sandbox/truth").json()["refused"] == []
    web.post("/sandbox/live", json={"on": False})
    sim.person().do("pause", sim.now_ms)
    happened = len(sim.person().player.happened)
    web.post("/sandbox/clock", json={"advance_s": 5 * 86_400})
    assert len(sim.person().player.happened) == happened


def test_clocks() -> None:
    """A running clock follows another at its rate, jumps when pushed, and stands at rate 0."""
    real = FixedClock(NOW)
    clock = RunningClock(real, rate=60)
    assert isinstance(clock, Movable) and isinstance(real, Movable)
    real.advance(2)
    assert clock.now() == NOW + 120
    clock.advance(10)
    clock.run(0)
    real.advance(5)
    assert (clock.now_ms(), clock.monotonic()) == ((NOW + 130) * 1000, NOW + 130.0)
    assert RunningClock(real, start_ms=5_000).now() == 5


@pytest.mark.parametrize("name", ["spotify", "lastfm"])
def test_the_command(name: str, tmp_path: Path) -> None:
    """The first line is one JSON object with everything a program needs; it ends well when told to."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    words = [sys.executable, "-m", "earstead", "sandbox", name, "--port", "0"]
    process = subprocess.Popen(words, env=environ, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        assert set(said) >= NAMES and all(said[key] for key in ("access_token", "client_id", "client_secret", "user"))
        if name == "spotify":
            head = {"authorization": f"Bearer {said['access_token']}"}
            assert httpx2.get(f"{said['api_url']}/me", headers=head).json()["id"] == said["user"]
            form = {key: said[key] for key in ("refresh_token", "client_id")} | {"grant_type": "refresh_token"}
            assert httpx2.post(f"{said['accounts_url']}/api/token", data=form).status_code == 200
            assert httpx2.get(f"{said['control_url']}/state").json()["users"] == [said["user"]]
        else:
            answer = httpx2.get(said["api_url"], params={"method": "auth.getToken", "api_key": said["client_id"]})
            assert answer.json()["error"] == 13
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=10)
        process.stdout.close()
    assert status == 0


def test_the_command_without_a_port(tmp_path: Path) -> None:
    """A port that is taken is a sentence, not a traceback."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    words = [sys.executable, "-m", "earstead", "sandbox", "spotify", "--host", "192.0.2.1", "--port", "4000"]
    done = subprocess.run(words, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("Error: Cannot listen on 192.0.2.1 port 4000: ")
