"""The shuffle pages and their API, with a linked account of the simulated Spotify; in a browser too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.fakes.servers import serving
from tests.fakes.shuffling import Evening, evening

from earstead.app import around
from earstead.core.habits import NEVER_KNOWN
from earstead.services.archive import shuffles as archive_shuffles
from earstead.services.archive_lines import read_line

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PASSWORD = "a long and quiet evening"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Evening]:
    """Ada's server, whose lists were read; jobs are done by hand."""
    with evening(tmp_path / "data") as made:
        made.rounds(1)
        yield made


@pytest.fixture
def url(home: Evening) -> Iterator[str]:
    """Where it answers."""
    with serving(around(home.services), lifespan="off") as address:
        yield address


def visitor(home: Evening, url: str) -> httpx2.Client:
    client = httpx2.Client(base_url=url, follow_redirects=False, timeout=30)
    client.cookies.set("earstead_session", home.services.accounts.sign_in("ada", PASSWORD))
    return client


def text(client: httpx2.Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def option(client: httpx2.Client, name: str) -> str:
    found = re.search(rf'value="([^"]+)"[^>]*>{name}', client.get("/shuffles/new").text)
    assert found is not None
    return found[1]


def test_a_shuffle_is_made_heard_undone_and_removed(home: Evening, url: str) -> None:
    """The whole way by forms: choose, mirror, hear, undo the day, leave out, bring back, pause, rename, remove."""
    with visitor(home, url) as ada:
        assert "No shuffle yet" in text(ada, "/shuffles")
        form = {"source": option(ada, "Sunday"), "playlist": "1", "cap": "50"}
        page = ada.post("/shuffles/new", data=form).headers["location"]
        home.until_quiet(4)
        said = text(ada, page)
        assert "12 of 12 tracks left in round 1." in said and "Open the playlist" in said
        assert len(home.playlist("Sunday · shuffle").rows) == 12
        assert "12 tracks dealt" in said
        ada.post(f"{page}/item", data={"do": "heard", "item": "3"})
        ada.post(f"{page}/item", data={"do": "aside", "item": "4"})
        assert "10 of 11 tracks left in round 1." in text(ada, page)
        day = re.search(r'name="day" value="([^"]+)"', ada.get(page).text)
        assert day is not None
        ada.post(f"{page}/undo", data={"day": day[1]})
        said = text(ada, page)
        assert "2 tracks wait again." in said and "12 of 12 tracks left" in said and "(undone)" in said
        ada.post(f"{page}/item", data={"do": "aside", "item": "4"})
        ada.post(f"{page}/item", data={"do": "back", "item": "4"})
        assert home.services.shuffles.upcoming(home.user_id, 1, 1)[0].item_id == 4
        ada.post(f"{page}/pause")
        assert "Paused." in text(ada, "/shuffles")
        ada.post(f"{page}/resume")
        ada.post(f"{page}/edit", data={"name": "Sundays", "cap": "9", "drop_after": "3"})
        standing = home.services.shuffles.get(home.user_id, 1).shuffle
        assert (standing.name, standing.rules.cap, standing.rules.drop_after) == ("Sundays", 9, 3)
        assert ada.post(f"{page}/edit", data={"name": "", "cap": "9"}).status_code == 422
        ada.post(f"{page}/remove")
        assert ada.get(page).status_code == 404
        assert len(home.playlist("Sunday · shuffle").rows) == 12


def test_a_shuffle_of_another_server_goes_on_here(home: Evening, url: str) -> None:
    """Out of an archive it has neither source nor playlist; two clicks give it both, and what was heard stays heard."""
    with visitor(home, url) as ada:
        sunday = option(ada, "Sunday")
        made = home.services.shuffles.create(home.user_id, sunday, name="Sundays")
        home.services.shuffles.mark_heard(home.user_id, made.shuffle_id, 3)
        with home.services.engine.read() as tx:
            held = [read_line(one, archive_shuffles.ShuffleLine) for one in archive_shuffles.lines(tx, home.user_id)]
        home.services.shuffles.remove(home.user_id, made.shuffle_id)
        home.services.writer.do(lambda tx: archive_shuffles.apply(tx, home.user_id, held)).result()
        (standing,) = home.services.shuffles.of_user(home.user_id)
        page = f"/shuffles/{standing.shuffle.shuffle_id}"
        assert "What it followed is no longer there" in text(ada, page)
        assert ada.post(f"{page}/follow", data={"source": "nothing"}).status_code == 422
        assert ada.post(f"{page}/follow", data={"source": sunday}).status_code == 303
        assert ada.post(f"{page}/mirror").status_code == 303
        home.until_quiet(4)
        said = text(ada, page)
        assert "11 of 12 tracks left in round 1." in said and "It follows Sunday" in said
        assert len(home.playlist("Sundays · shuffle").rows) == 11
        for again in ("mirror", "follow"):
            assert ada.post(f"{page}/{again}", data={"source": "history"}).status_code == 422


def test_a_list_of_habits_becomes_a_playlist(home: Evening, url: str) -> None:
    """What is never skipped: from the page of habits to a shuffle with a playlist of its own."""
    uri = home.playlist("Sunday").rows[0].uri
    for turn in range(NEVER_KNOWN):
        home.hear(uri, at=home.clock.now() - 86_400 + turn * 1_000)
    with visitor(home, url) as ada:
        assert 'href="/shuffles/new?source=never"' in ada.get("/ada/habits").text
        assert re.search(r'<option value="never" selected', ada.get("/shuffles/new?source=never").text)
        page = ada.post("/shuffles/new", data={"source": "never", "playlist": "1"}).headers["location"]
        home.until_quiet(4)
        assert "1 of 1 track left in round 1." in text(ada, page)
        assert [row.uri for row in home.playlist("Never skipped · shuffle").rows] == [uri]


def test_pages_refuse_nonsense_and_strangers(home: Evening, url: str) -> None:
    """A wrong choice is answered beside its field; nobody else sees the page, and visitors are led to sign in."""
    home.services.accounts.add_user("bea", PASSWORD)
    made = home.services.shuffles.create(home.user_id, "history")
    with visitor(home, url) as ada:
        answer = ada.post("/shuffles/new", data={"source": "nothing"})
        assert answer.status_code == 422 and "Choose one of the list" in answer.text
        assert ada.post("/shuffles/new", data={"source": "history", "cap": "0"}).status_code == 422
        assert ada.get("/shuffles/999").status_code == 404
        assert ada.post(f"/shuffles/{made.shuffle_id}/item", data={"do": "eat", "item": "1"}).status_code == 400
        ada.cookies.set("earstead_session", home.services.accounts.sign_in("bea", PASSWORD))
        assert ada.get(f"/shuffles/{made.shuffle_id}").status_code == 404
        ada.cookies.clear()
        assert ada.get("/shuffles").status_code == 303


def test_the_api_does_what_the_pages_do(home: Evening, url: str) -> None:
    """Sources, make, next, act, log, undo, pause, change, delete: by token, documented, another's is 404."""
    token = home.services.accounts.new_token(home.user_id, "api")
    base = f"{url}/api/v1/shuffles"
    with httpx2.Client(headers={"authorization": f"Bearer {token}"}, timeout=30) as api:
        sources = api.get(f"{base}/sources").json()
        choice = next(one["choice"] for one in sources if one["title"] == "Sunday")
        made = api.post(base, json={"source": choice, "name": "By hand", "rules": {"cap": 20}})
        assert made.status_code == 201, made.text
        one = f"{base}/{made.json()['shuffle_id']}"
        assert made.json()["left"] == 12 and made.json()["rules"]["cap"] == 20
        following = api.get(f"{one}/next", params={"limit": 3}).json()
        assert len(following) == 3 and following[0]["uri"].startswith("spotify:track:")
        heard = api.post(f"{one}/items/{following[0]['item_id']}", json={"act": "heard"})
        assert (heard.json()["left"], heard.json()["heard"]) == (11, 1)
        entry = api.get(f"{one}/log").json()[0]
        assert entry["kind"] == "heard" and entry["item"]["item_id"] == following[0]["item_id"]
        assert api.post(f"{one}/days/{entry['day']}/undo").json() == {"back": 1}
        assert api.post(f"{one}/state/pause").json()["state"] == "paused"
        assert api.put(one, json={"name": "Renamed", "rules": {"skips": True}}).json()["rules"]["skips"]
        assert [row["name"] for row in api.get(base).json()] == ["Renamed"]
        assert api.put(f"{one}/source", json={"source": "history"}).status_code == 409, "it follows something"
        assert api.post(f"{one}/playlist").json()["state"] == "on"
        assert api.post(f"{one}/playlist").status_code == 409
        home.until_quiet(4)
        assert len(home.playlist("Renamed · shuffle").rows) == 12
        assert api.post(base, json={"source": "nothing"}).status_code == 422
        assert api.post(base, json={"source": "history", "rules": {"cap": 0}}).status_code == 422
        other = home.services.accounts.add_user("bea", PASSWORD).user_id
        foreign = home.services.shuffles.create(other, "history").shuffle_id
        assert api.get(f"{base}/{foreign}").status_code == 404
        assert api.delete(one).status_code == 204
        assert api.get(one).status_code == 404
        assert "/shuffles/{shuffle_id}/next" in api.get(f"{url}/api/v1/openapi.json").text


def test_the_api_tells_of_linked_accounts(home: Evening, url: str) -> None:
    """Until when, what the client id may do, and the ledger; another's account is 404."""
    token = home.services.accounts.new_token(home.user_id, "api")
    with httpx2.Client(base_url=f"{url}/api/v1/spotify", headers={"authorization": f"Bearer {token}"}) as api:
        (told,) = api.get("/accounts").json()
        assert (told["client_id"], told["state"]) == (home.account.client_id, "on")
        assert told["ends_at"] == home.account.ends_at and told["capabilities"]["legacy_fields"] in (True, False, None)
        ledger = api.get(f"/accounts/{told['account_id']}/ledger").json()
        assert ledger["window"]["size"] > 0
        assert {row["family"]: row["used"] for row in ledger["families"]}["playlists"] > 0
        bea = home.services.accounts.add_user("bea", PASSWORD)
        other = home.services.accounts.new_token(bea.user_id, "api")
        refused = api.get(f"/accounts/{told['account_id']}/ledger", headers={"authorization": f"Bearer {other}"})
        assert refused.status_code == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_follow_the_rules_of_accessibility(
    home: Evening, url: str, browser: Browser, axe_source: str, scheme: str
) -> None:
    """No page of shuffles or lists breaks a rule of axe or is wider than a phone; a click undoes a day."""
    made = home.services.shuffles.create(home.user_id, "history")
    lists = {one.name: one.list_id for one in home.services.mirrors.lists(home.user_id)}
    full = home.services.shuffles.create(home.user_id, f"playlist:{lists['Sunday']}")
    home.services.shuffles.mark_heard(home.user_id, full.shuffle_id, 1)
    home.services.shuffles.set_aside(home.user_id, full.shuffle_id, 2)
    context = browser.new_context(base_url=url, viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    session = home.services.accounts.sign_in("ada", PASSWORD)
    context.add_cookies([{"name": "earstead_session", "value": session, "url": url}])
    page = context.new_page()
    broken = []
    one = f"/shuffles/{full.shuffle_id}"
    held = f"/settings/spotify/{home.account.account_id}/lists"
    of_lists = (held, f"{held}/{lists['Sunday']}", f"{held}/{lists['Long road']}?skip=100")
    for path in ("/shuffles", "/shuffles/new", one, f"/shuffles/{made.shuffle_id}", *of_lists):
        page.goto(path)
        page.evaluate(axe_source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        broken += [(path, v["id"], v["nodes"][0]["html"][:160]) for v in found["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append((path, "wider than the screen", ""))
    assert not broken
    page.goto(one)
    page.get_by_role("button", name="Undo this day").click()
    assert "12 of 12 tracks left" in page.inner_text("main")
    context.close()
