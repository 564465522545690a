"""Switches, controls and addresses of the simulated Spotify for Creators."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.fakes.creators import DASHBOARD, Stage, staged

from earstead.kit.clock import FixedClock, SystemClock
from earstead.sandbox.creators import Simulator, faults
from earstead.sandbox.creators.facts import Metric
from earstead.sandbox.creators.faults import SWITCHES, Faults
from earstead.sandbox.creators.world import State

HERE = Path(__file__).parent


def _control(stage: Stage, method: str, name: str, said: dict[str, Any] | None = None) -> Any:
    answer = stage.http.request(method, f"{stage.url}/sandbox/{name}", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_switch_is_tried_somewhere() -> None:
    """The tests of the simulator set each switch of the table, by its name or as an argument."""
    texts = [path.read_text("utf-8") for path in HERE.glob("test_creators_*.py")]
    tried = {name.replace("__", ".") for text in texts for name in re.findall(r"\b[a-z]+(?:__|\.)[a-z0-9_]+\b", text)}
    assert set(SWITCHES) <= tried, sorted(set(SWITCHES) - tried)
    assert all(switch.does for switch in SWITCHES.values())


def test_every_switch_is_described() -> None:
    """The README's table says of each what it is and does."""
    text = Path(faults.__file__).with_name("README.md").read_text("utf-8")
    for name, switch in SWITCHES.items():
        default = {True: "on", False: "off"}[switch.default] if isinstance(switch.default, bool) else switch.default
        default = "empty" if default == "" else default
        assert f"| `{name}` | {default} | {switch.does} |" in text, name


def test_switches_are_set_counted_and_put_back() -> None:
    """Numbers count down to nothing, -1 stays, truth is for once; reset puts one or all back."""
    made = Faults()
    made.set("http.429", 2)
    assert [made.take("http.429") for _ in range(3)] == [True, True, False]
    made.set("http.503", -1)
    assert all(made.take("http.503") for _ in range(3))
    made.set("token.revoke_once", True)
    assert [made.take("token.revoke_once") for _ in range(2)] == [True, False]
    made.set("pod.rate", "5/10s")
    assert made.changed() == {"http.503": -1, "pod.rate": "5/10s"}
    made.reset("http.503")
    assert (made.on("http.503"), made.on("pod.rate")) == (False, True)
    made.reset()
    assert made.changed() == {} and set(made.all()) == set(SWITCHES)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("no.such", True, "no switch 'no.such'"),
        ("http.429", True, "http.429 is a whole number"),
        ("http.429", "2", "http.429 is a whole number"),
        ("auth.no_object", 1, "auth.no_object is true or false"),
        ("graphql.rotate", True, "graphql.rotate is a text"),
        ("pod.rate", "often", "pod.rate is of the form"),
        ("graphql.adhoc", "sometimes", "graphql.adhoc is one of allow, reject"),
    ],
)
def test_switches_that_cannot_be(creators_stage: Stage, name: str, value: object, words: str) -> None:
    """A sentence and a 400, and nothing is set."""
    answer = creators_stage.http.post(f"{creators_stage.url}/sandbox/faults", json={name: value})
    assert answer.status_code == 400 and answer.json()["error"].startswith(words)
    assert _control(creators_stage, "GET", "state")["faults"] == {}


# --- REST ---


def test_rest_wants_its_parameter_and_the_dashboard(creators_stage: Stage) -> None:
    """`rest.require_mums` and `rest.require_origin`, on by default and off."""
    base, bearer = creators_stage.urls["rest_url"], {"authorization": f"Bearer {creators_stage.bearer}"}
    mums = {"isMumsCompatible": "true"}
    refused = creators_stage.http.get(f"{base}/v3/region", headers=bearer)
    assert (refused.status_code, refused.json()["message"]) == (403, "User does not own station")
    path = f"{base}/v3/stations/{creators_stage.show.station_id}/episode-list-index"
    origins = ({}, {"origin": DASHBOARD}, {"origin": "https://elsewhere.example", "referer": f"{DASHBOARD}/"})
    for headers in origins:
        assert creators_stage.http.post(path, headers=bearer | headers, params=mums, json={}).status_code == 403
    creators_stage.fault(rest__require_mums=False, rest__require_origin=False)
    assert creators_stage.http.get(f"{base}/v3/region", headers=bearer).status_code == 200
    assert creators_stage.http.post(path, headers=bearer, json={}).status_code == 200


def test_a_creation_whose_answer_is_lost_was_done(creators_stage: Stage) -> None:
    """`rest.create_timeout_after_commit`: the connection breaks, the draft is there; the next one is answered."""
    creators_stage.fault(rest__create_timeout_after_commit=1)
    before = len(creators_stage.episodes(State.DRAFT))
    path = f"/v3/stations/{creators_stage.show.station_id}/episodes"
    with pytest.raises(httpx2.RemoteProtocolError):
        creators_stage.rest("POST", path, {"hourOffset": 0})
    assert len(creators_stage.episodes(State.DRAFT)) == before + 1
    assert creators_stage.rest("POST", path, {"hourOffset": 0}).status_code == 200


def test_every_slug_can_be_taken(creators_stage: Stage) -> None:
    """`rest.slug_taken` is a 409, and the slug stays what it was."""
    creators_stage.fault(rest__slug_taken=True)
    assert creators_stage.rest("POST", "/v3/settings", {"webStationId": "free"}).status_code == 409
    assert creators_stage.show.slug == ""


def test_shows_can_all_be_told_as_hosted_elsewhere(creators_stage: Stage) -> None:
    """`show.non_s4p`: no station, no numbers, no slug to set; podcasters/v0 answers as before."""
    number = creators_stage.episodes()[0].anchor_id
    creators_stage.fault(show__non_s4p=True)
    assert creators_stage.rest("GET", f"/v3/shows/{creators_stage.show_id}/legacyIds").status_code == 404
    assert creators_stage.rest("GET", f"/v3/stations/{creators_stage.show.station_id}/metadata").status_code == 404
    assert creators_stage.rest("GET", f"/v3/episodes/{number}/overview").status_code == 404
    assert creators_stage.rest("POST", "/v3/settings", {"webStationId": "free"}).status_code == 404
    assert creators_stage.pod(f"/shows/{creators_stage.show_id}/metadata").status_code == 200
    assert {show["hosting"] for show in _control(creators_stage, "GET", "state")["shows"]} == {
        "OTHER_THIRD_PARTY", "MEGAPHONE",
    }  # fmt: skip


# --- any host ---


@pytest.mark.parametrize(("name", "status"), [("http.429", 429), ("http.503", 503)])
def test_any_host_can_be_too_busy(creators_stage: Stage, name: str, status: int) -> None:
    """The next n requests, with Retry-After if asked for, and under one prefix if named; controls never."""
    switches = creators_stage.simulator.faults
    switches.set(name, 2)
    switches.set("http.retry_after", 7)
    switches.set("http.where", "/_pod")
    assert creators_stage.rest("GET", "/v3/region").status_code == 200
    answers = [creators_stage.pod("/user/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["retry-after"] == "7"
    switches.reset()
    switches.set(name, -1)
    assert {creators_stage.rest("GET", "/v3/region").status_code for _ in range(3)} == {status}
    assert "retry-after" not in creators_stage.pod("/user/me").headers
    assert _control(creators_stage, "GET", "state")["faults"] == {name: -1}


def test_any_connection_can_break_before_anything_is_done(creators_stage: Stage) -> None:
    """`http.reset`: the client sees its connection end, and no draft was made."""
    creators_stage.fault(http__reset=1)
    before = len(creators_stage.episodes(State.DRAFT))
    with pytest.raises(httpx2.RemoteProtocolError):
        creators_stage.rest("POST", f"/v3/stations/{creators_stage.show.station_id}/episodes", {"hourOffset": 0})
    assert len(creators_stage.episodes(State.DRAFT)) == before
    assert creators_stage.rest("GET", "/v3/region").status_code == 200


def test_any_answer_can_be_slow(creators_stage: Stage) -> None:
    """`http.slow` in milliseconds: a client with less patience gives up, one with more gets its answer."""
    creators_stage.fault(http__slow=400)
    address = f"{creators_stage.urls['pod_url']}/user/me"
    with pytest.raises(httpx2.ReadTimeout):
        creators_stage.http.get(address, timeout=0.05)
    clock = SystemClock()
    began = clock.monotonic()
    assert creators_stage.pod("/user/me").status_code == 200
    assert clock.monotonic() - began >= 0.4
    creators_stage.fault(http__where="/_rest")
    assert creators_stage.http.get(address, timeout=5).status_code == 401


# --- controls ---


def test_the_state_names_accounts_shows_and_episodes(creators_stage: Stage) -> None:
    """What a test needs to know, without asking the service."""
    state = _control(creators_stage, "GET", "")
    assert (state["today"], [account["name"] for account in state["accounts"]]) == ("2026-11-21", ["ada", "bea"])
    assert state["accounts"][0]["sp_dc"] == creators_stage.sp_dc
    assert state["shows"][0]["id"] == creators_stage.show_id
    answer = creators_stage.http.get(f"{creators_stage.url}/sandbox/episodes?show={creators_stage.show_id}").json()
    assert [row["state"] for row in answer["episodes"]].count("scheduled") == 1
    listed = _control(creators_stage, "GET", "faults")
    assert set(listed["faults"]) == set(listed["switches"]) == set(SWITCHES)


def test_the_clock_is_moved(creators_stage: Stage) -> None:
    """Forwards, by seconds or to a moment; a day later there is a day more of figures."""
    last = creators_stage.simulator.facts.last_day
    now_ms = _control(creators_stage, "GET", "clock")["now_ms"]
    assert _control(creators_stage, "POST", "clock", {"advance_s": 86_400})["today"] == "2026-11-22"
    assert creators_stage.simulator.facts.last_day == last + 1
    assert _control(creators_stage, "POST", "clock", {"to_ms": now_ms + 2 * 86_400_000})["today"] == "2026-11-23"
    wrong: list[dict[str, Any]] = [
        {"advance_s": -1},
        {"advance_s": 1e30},
        {"to_ms": 0},
        {"rate": 0},
        {"advance_s": "soon"},
    ]
    for said in wrong:
        answer = creators_stage.http.post(f"{creators_stage.url}/sandbox/clock", json=said)
        assert answer.status_code == 400 and answer.json()["error"]


def test_a_clock_of_another_kind_is_not_moved() -> None:
    """The machine's clock cannot be pushed."""
    with staged() as stage:
        stage.simulator.clock = SystemClock()
        answer = stage.http.post(f"{stage.url}/sandbox/clock", json={"advance_s": 1})
        assert (answer.status_code, answer.json()["error"]) == (400, "this clock cannot be moved")


def test_bearers_and_requests_are_controlled(creators_stage: Stage) -> None:
    """A bearer for the asking, an end to all of them, and the count of what was called."""
    bearer = _control(creators_stage, "POST", "tokens")["bearer"]
    address = f"{creators_stage.urls['rest_url']}/v3/region?isMumsCompatible=true"
    headers = {"authorization": f"Bearer {bearer}"}
    assert creators_stage.http.get(address, headers=headers).status_code == 200
    assert _control(creators_stage, "GET", "requests") == {"calls": {"REST 1-D": 1}, "total": 1}
    _control(creators_stage, "POST", "tokens", {"expire": True})
    assert creators_stage.http.get(address, headers=headers).status_code == 401
    assert _control(creators_stage, "DELETE", "requests")["total"] == 0
    _control(creators_stage, "POST", "faults", {"http.slow": 1})
    assert _control(creators_stage, "DELETE", "faults", {"name": "http.slow"}) == {"faults": {}}


def test_controls_that_cannot_be_done(creators_stage: Stage) -> None:
    """Unknown ones are a 404, incomplete or senseless ones a 400 with a sentence."""
    calls: list[tuple[str, str, bytes, int]] = [
        ("GET", "nothing", b"", 404),
        ("DELETE", "clock", b"", 404),
        ("POST", "faults", b"[1]", 400),
        ("POST", "faults", b"{", 400),
        ("POST", "accounts", b'{"name": "zoe"}', 400),
        ("GET", "episodes", b"", 400),
        ("GET", "episodes?show=none", b"", 400),
    ]
    for method, name, content, status in calls:
        answer = creators_stage.http.request(method, f"{creators_stage.url}/sandbox/{name}", content=content)
        assert (answer.status_code, bool(answer.json()["error"])) == (status, True), name


# --- addresses ---


def test_real_host_names_lead_to_their_backends(creators_stage: Stage) -> None:
    """A request that names the real host is answered as under the prefix."""
    bearer = {"authorization": f"Bearer {creators_stage.bearer}"}
    creators_stage.fault(next__stub=True)
    calls = {
        ("accounts.spotify.com", "/oauth2/v2/auth"): 400,
        ("api-v5.anchor.fm", "/v3/region?isMumsCompatible=true"): 200,
        ("generic.wg.spotify.com", "/podcasters/v0/user/me"): 200,
        ("podcasters.spotify.com", "/pod/api/csrf"): 200,
        ("creators.spotify.com", "/pod/api/csrf"): 200,
        ("creators.spotify.com", "/interactivity/comments"): 200,
        ("creators.spotify.com", "/interactivity/_next/data/sandbox-build-1/comments.json"): 200,
        ("creators.spotify.com", "/pod/dashboard/episodes"): 200,
        ("elsewhere.example", "/v3/region"): 404,
    }
    got = {
        (host, path): creators_stage.http.get(creators_stage.url + path, headers=bearer | {"host": host}).status_code
        for host, path in calls
    }
    assert got == calls


def test_a_large_world_is_cheap() -> None:
    """500 episodes over three years are made, and a day of every episode counted, in well under a second each."""
    clock = SystemClock()
    began = clock.monotonic()
    simulator = Simulator(FixedClock(1_795_255_200), episodes=500, days=1095)
    made = clock.monotonic()
    show = simulator.shows[0]
    facts = simulator.facts
    people = facts.people(Metric.STREAMS, show, show.since_day, facts.last_day)
    counted = clock.monotonic()
    assert len(list(simulator.world.published(show))) == 500
    assert sum(sum(cells.values()) for cells in people.values()) > 100_000
    assert made - began < 1 and counted - made < 5


def test_the_command(tmp_path: Path) -> None:
    """The first line is one JSON object with everything a program needs; the cookies in it sign in; it ends well."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    words = [sys.executable, "-m", "earstead", "sandbox", "creators", "--port", "0", "--episodes", "5", "--days", "40"]
    process = subprocess.Popen(words, env=environ, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        names = (
            "show_id sp_dc sp_key today accounts_url rest_url graph_url pod_url web_url next_url legacy_url control_url"
        )
        assert set(names.split()) <= set(said) and all(said[name] for name in names.split())
        state = httpx2.get(f"{said['control_url']}/state").json()
        assert (state["today"], state["shows"][0]["id"]) == (said["today"], said["show_id"])
        assert state["shows"][0]["episodes"] == 8
        bearer = httpx2.post(f"{said['control_url']}/tokens", json={}).json()["bearer"]
        card = httpx2.get(
            f"{said['pod_url']}/shows/{said['show_id']}/metadata", headers={"authorization": f"Bearer {bearer}"}
        )
        assert card.json()["totalEpisodes"] == 5
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=10)
        process.stdout.close()
    assert status == 0
