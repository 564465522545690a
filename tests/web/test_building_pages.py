"""For people who build players: the guide, its examples run as they stand, and the self-test's page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT
from tests.web.conftest import PASSWORD, House

from earstead.services.selftest import Trial

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EXAMPLES = ROOT / "docs/examples"
LOOKS = [(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")]


@pytest.fixture
def trial(house: House) -> Iterator[Trial]:
    """Erin tests a player."""
    services = house.services
    if not any(user.name == "erin" for user in services.accounts.users()):
        services.accounts.add_user("erin", PASSWORD)
    user_id = services.accounts.named("erin").user_id
    yield services.selftest.open(user_id)
    services.selftest.close(user_id)


def commands() -> list[list[str]]:
    return [[sys.executable, str(EXAMPLES / "scrobble.py")], ["node", str(EXAMPLES / "scrobble.mjs")]]


@pytest.mark.parametrize("command", commands(), ids=["python", "javascript"])
def test_the_examples_scrobble(house: House, trial: Trial, tmp_path: Path, command: list[str]) -> None:
    """Each example, run as it stands, signs in, says what is playing and reports a play that nothing is wrong with."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    trial.keep = True
    before = house.services.insights.count(trial.user_id)
    words = [*command, house.url, trial.api_key, trial.secret, "erin", trial.password, "--past"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, env={**os.environ})
    assert (done.returncode, done.stdout) == (0, "1 taken, 0 ignored\n"), done.stderr
    calls = [(call.name, verdict.code) for call, verdict in reversed(house.services.selftest.calls(trial.user_id))]
    assert calls == [(name, "good") for name in ("auth.getMobileSession", "track.updateNowPlaying", "track.scrobble")]
    latest = house.services.insights.listens(trial.user_id, limit=1).items[0]
    assert (latest.artist_name, latest.track_name, latest.release_name) == ("Björk", "Frosti", "Vespertine")
    assert house.services.insights.count(trial.user_id) >= before


def test_the_python_example_keeps_what_is_not_taken(house: House, trial: Trial, tmp_path: Path) -> None:
    """Without a server the play stays in the queue; with one it is sent, the oldest first, and the queue is empty."""
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import scrobble\n"
        "one = scrobble.Scrobbler('http://127.0.0.1:9', sys.argv[3], sys.argv[4], pathlib.Path('queue'))\n"
        "one.session = 'x'\n"
        "one.scrobble(scrobble.Play('Björk', 'Sun in My Mouth', 'Vespertine', 160, 1_750_000_000))\n"
        "assert len(one.queue.read_text().splitlines()) == 1\n"
        "one.root, one.session = sys.argv[2], ''\n"
        "one.sign_in('erin', sys.argv[5])\n"
        "one.flush()\n"
        "assert one.queue.read_text() == ''\n"
    )
    words = [str(EXAMPLES), house.url, trial.api_key, trial.secret, trial.password]
    done = subprocess.run([sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1 taken, 0 ignored"


def test_the_guide_shows_the_examples(house: House) -> None:
    """What the page shows and what it hands out is what was run, for visitors too."""
    with house.visitor() as visitor:
        page = visitor.get("/develop/scrobble-natively").text
        for name in ("scrobble.py", "scrobble.mjs"):
            assert visitor.get(f"/develop/examples/{name}").text == (EXAMPLES / name).read_text("utf-8")
        assert "TRY_LATER = {8, 11, 16, 29}" in page and "export class Scrobbler" in page
        assert visitor.get("/develop/examples/other.py").status_code == 404
        assert "/develop/scrobble-natively" in visitor.get("/develop").text


def test_the_self_test_page(house: House) -> None:
    """Only for people who are signed in; start, keep, empty and end each say what they did."""
    with house.visitor() as visitor:
        assert visitor.get("/develop/self-test").status_code == 303
    with house.signed_in("bob") as bob:
        assert "Start a self-test" in bob.get("/develop/self-test").text
        bob.post("/develop/self-test", data={"action": "start"})
        bob_id = house.users["bob"].user_id
        trial = house.services.selftest.of_user(bob_id)
        assert trial is not None
        page = bob.get("/develop/self-test").text
        assert all(secret in page for secret in (trial.api_key, trial.secret, trial.password))
        assert "are not kept in your history" in page
        bob.post("/develop/self-test", data={"action": "keep"})
        assert trial.keep
        bob.get(f"{house.url}/2.0/", params={"method": "chart.getTopTags", "api_key": trial.api_key})
        part = bob.get("/develop/self-test", headers={"HX-Request": "true"}).text
        assert "chart.getTopTags" in part and "<html" not in part
        bob.post("/develop/self-test", data={"action": "clear"})
        assert house.services.selftest.calls(bob_id) == ()
        assert bob.post("/develop/self-test", data={"action": "dance"}).status_code == 400
        bob.post("/develop/self-test", data={"action": "stop"})
        assert house.services.selftest.of_user(bob_id) is None


@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
def test_the_pages_follow_the_rules_of_accessibility(
    house: House, trial: Trial, browser: Browser, axe_source: str, width: int, height: int, scheme: Any
) -> None:
    """The guide and a self-test with all sorts of calls break no rule of axe and fit the screen; calls come by
    themselves."""
    context = browser.new_context(base_url=house.url, viewport={"width": width, "height": height}, color_scheme=scheme)
    session = house.services.accounts.sign_in("erin", PASSWORD)
    context.add_cookies([{"name": "earstead_session", "value": session, "url": house.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/develop/self-test")
    for method in ("chart.getTopTags", "track.scrobble", "auth.getToken"):
        sent = {"method": method, "api_key": trial.api_key, "artist": "Björk", "track": "Jóga", "api_sig": "0" * 32}
        assert context.request.post("/2.0/", form=sent).status in (200, 400, 403)
    page.get_by_text("wrong signature").first.wait_for()
    broken = []
    for path in ("", "/develop/scrobble-natively"):
        if path:
            page.goto(path)
        page.evaluate(axe_source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        broken += [(path, v["id"], v["nodes"][0]["html"][:160]) for v in found["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append((path, "wider than the screen", ""))
    context.close()
    assert json.dumps(broken) == "[]"
