"""Connecting, renewing and leaving, through the pages, against the simulated Spotify."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.spotify_scopes import scopes_of
from earstead.sandbox.spotify.faults import Fault
from tests.sources.spotify.conftest import PASSWORD, Stage, signed_in, spotify_address

OWN = {"sec-fetch-site": "same-origin"}


def scopes_asked(address: str) -> set[str]:
    return set(parse_qs(urlsplit(address).query)["scope"][0].split())


def test_a_new_user_is_told_what_to_do(stage: Stage) -> None:
    """The empty page leads to the form, which shows the address to register and a reason for each right."""
    assert "No Spotify account is connected" in stage.browser.get("/settings/spotify").text
    page = stage.browser.get("/settings/spotify/new").text
    assert f"{stage.url}/settings/spotify/callback" in page
    assert "User Management" in page and "user-read-recently-played" in page
    assert "tell what was heard while nobody looked" in page


def test_the_browser_comes_back_by_itself(stage: Stage) -> None:
    """Form, Spotify, yes, back: the account is linked, followed for six months, asked only for what was ticked."""
    page = stage.browser.post(
        "/settings/spotify/new", data={"client_id": stage.spotify.client.client_id, "way": "back"}, headers=OWN
    )
    address = spotify_address(page.text)
    assert address.startswith(stage.spotify_url) and scopes_asked(address) == set(scopes_of(["listen"]))
    assert page.headers["cache-control"] == "no-store"
    done = stage.browser.get(stage.yes(address))
    assert done.status_code == 303
    shown = stage.browser.get(done.headers["location"]).text
    assert "Your consent ends in 180 days" in shown
    account = stage.account
    assert (account.name or account.spotify_id, account.state, account.features) == (account.title, "on", ("listen",))
    assert account.title in stage.browser.get("/settings/spotify").text


def test_the_address_can_be_pasted(stage: Stage) -> None:
    """Where the browser ends at a dead page, the address from its bar is enough."""
    lan = {"host": "192.168.1.10:3277"}
    form = stage.browser.get("/settings/spotify/new", headers=lan).text
    assert "http://127.0.0.1:3277/settings/spotify/callback" in form and "192.168.1.10" not in form
    page = stage.browser.post(
        "/settings/spotify/new", data={"client_id": stage.spotify.client.client_id}, headers=OWN | lan
    )
    ended_at = stage.yes(spotify_address(page.text))
    assert ended_at.startswith("http://127.0.0.1:3277/settings/spotify/callback?code=")
    done = stage.browser.post("/settings/spotify/callback", data={"address": f" {ended_at}\n"}, headers=OWN)
    assert done.status_code == 303 and stage.account.state == "on"


def test_tokens_are_sealed(linked: Stage) -> None:
    """Neither token stands in the database, nor on a page."""
    tokens = linked.services.spotify.tokens(linked.account.account_id)
    files = list(linked.services.data.glob("earstead.db*"))
    held = b"".join(path.read_bytes() for path in files)
    assert linked.account.client_id.encode() in held
    pages = linked.browser.get(f"/settings/spotify/{linked.account.account_id}").content
    for token in (tokens.access, tokens.refresh):
        assert len(token) > 20 and token.encode() not in held and token.encode() not in pages


def test_a_state_is_good_once_for_one_user_and_for_an_hour(stage: Stage) -> None:
    """Somebody else's, a used, an old and an invented state link nothing, and say so."""
    stage.services.accounts.add_user("bea", PASSWORD)
    asked = {"client_id": stage.spotify.client.client_id}

    def come_back() -> str:
        page = stage.browser.post("/settings/spotify/new", data=asked, headers=OWN)
        return stage.yes(spotify_address(page.text))

    with signed_in(stage.services, stage.url, "bea") as bea:
        assert "not known here" in bea.get(come_back()).text
    stale = come_back()
    stage.clock.advance(3601)
    assert "not known here" in stage.browser.get(stale).text
    assert "not known here" in stage.browser.get("/settings/spotify/callback?code=AQ&state=made-up").text
    assert stage.services.spotify.of_user(stage.user_id) == ()
    used = come_back()
    assert stage.browser.get(used).status_code == 303
    again = stage.browser.get(used)
    assert again.status_code == 422 and "not known here" in again.text
    assert httpx2.get(stage.url + "/settings/spotify/callback?code=a&state=b").status_code == 303, "asks to sign in"


def test_a_no_is_a_no(stage: Stage) -> None:
    """Whoever refuses at Spotify reads that nothing was connected."""
    stage.spotify.consents = False
    assert "You said no on Spotify" in stage.connect().text
    assert stage.services.spotify.of_user(stage.user_id) == ()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(kind="status", where="/api/token"), "renews no tokens now"),
        (Fault(kind="page", where="/v1/me", status=502), "out of order"),
    ],
)
def test_their_faults_are_said(stage: Stage, fault: Fault, words: str) -> None:
    """When Spotify is out of order at the last step, the page says that, and a second go succeeds."""
    stage.spotify.faults.append(fault)
    page = stage.connect()
    assert page.status_code == 422 and words in page.text
    assert stage.connect().status_code == 303


def test_wrong_client_ids(stage: Stage) -> None:
    """What is no client id is refused in the form; who is not on its list reads what to do."""
    page = stage.browser.post("/settings/spotify/new", data={"client_id": "my app"}, headers=OWN)
    assert page.status_code == 422 and "client id is 32" in page.text and "my app" in page.text
    stage.spotify.client.listed = ("somebody",)
    assert "not on the list of users" in stage.connect().text


def test_renewal_is_one_click(linked: Stage) -> None:
    """The link leads straight to Spotify, asks for the same rights anew, and starts the six months again."""
    account_id = linked.account.account_id
    linked.services.spotify.set_cursor(account_id, "recent", "1772400000000")
    linked.clock.advance(175 * 86_400)
    linked.sign_in()
    page = linked.browser.get(f"/settings/spotify/{account_id}").text
    assert "Your consent ends in 5 days" in page and "six months, and no longer" in page
    click = linked.browser.get(f"/settings/spotify/{account_id}/renew")
    address = click.headers["location"]
    assert click.status_code == 303 and "show_dialog=true" in address
    assert scopes_asked(address) == set(linked.account.scopes)
    before = linked.account
    assert linked.browser.get(linked.yes(address)).headers["location"] == f"/settings/spotify/{account_id}"
    assert linked.account.days_left(linked.clock.now()) == 180
    assert (linked.account.created_at, linked.account.account_id) == (before.created_at, account_id)
    assert linked.services.spotify.cursor(account_id, "recent") == "1772400000000", "the history has no gap"
    assert linked.services.spotify_links.client(linked.account).me().key == linked.account.spotify_key


def test_another_account_does_not_slip_in(linked: Stage) -> None:
    """Renewing while signed in at Spotify as somebody else changes nothing and names both."""
    linked.spotify.signed_in = linked.spotify.add_user("eve").name
    account = linked.account
    address = linked.browser.get(f"/settings/spotify/{account.account_id}/renew").headers["location"]
    page = linked.browser.get(linked.yes(address))
    assert page.status_code == 422 and "and not as" in page.text
    assert linked.account == account


def test_two_accounts_share_what_they_must(linked: Stage) -> None:
    """A second account of Spotify's is linked beside the first, and shares the quota of its client id."""
    linked.spotify.signed_in = linked.spotify.add_user("eve").name
    assert linked.connect().status_code == 303
    first, second = linked.services.spotify.of_user(linked.user_id)
    assert first.spotify_key != second.spotify_key and first.developer == second.developer


def test_features_ask_for_more_and_only_then(linked: Stage) -> None:
    """A feature that needs rights leads to Spotify for the union, and is on after the yes; one less needs no trip."""
    base = f"/settings/spotify/{linked.account.account_id}"
    page = linked.browser.post(f"{base}/features", data={"features": "library"}, headers=OWN)
    address = spotify_address(page.text)
    assert scopes_asked(address) == set(scopes_of(["listen", "library"]))
    assert linked.account.features == ("listen",)
    linked.browser.get(linked.yes(address))
    assert linked.account.features == ("listen", "library")
    assert linked.browser.post(f"{base}/features", data={}, headers=OWN).status_code == 303
    assert linked.account.features == ("listen",)


def test_the_limits_are_shown(linked: Stage) -> None:
    """A lock stands on the page with its end, and what is left of the others."""
    client = linked.services.spotify_links.client(linked.account)
    linked.spotify.faults.append(Fault(kind="quota", where="/v1/search", retry_after_s=48_925))
    with pytest.raises(Exception, match="quota for search"):
        client.ask("/search", "search", capability="search", q="a", type="track", limit="1")
    page = linked.browser.get(f"/settings/spotify/{linked.account.account_id}").text
    row = page.partition("<td>Searches</td>")[2].partition("</tr>")[0]
    assert "not locked" not in row and ">0<" in row
    assert "not locked" in page.partition("Looks at the player")[2].partition("</tr>")[0]


def test_capabilities_are_found_shown_and_given(linked: Stage) -> None:
    """After connecting, a job tries out what the client id may do; the page shows it, and gives it as JSON."""
    base = f"/settings/spotify/{linked.account.account_id}"
    assert "It is being tried" in linked.browser.get(base).text
    linked.work()
    found = linked.browser.get(f"{base}/capabilities.json").json()
    assert (found["client_id"], found["batch"], found["search_max"]) == (linked.account.client_id, False, 10)
    assert "<td>Results of one search</td><td>10</td>" in linked.browser.get(base).text
    assert linked.browser.post(f"{base}/probe", headers=OWN).status_code == 303


def play(source: str, title: str, at: int) -> Submission:
    return Submission(source=source, artist_name="Kino", track_name=title, listened_at=UnixSeconds(at))


@pytest.mark.parametrize(("choice", "left"), [("keep", {"A", "B", "C"}), ("erase", {"C"})])
def test_leaving(linked: Stage, choice: str, left: set[str]) -> None:
    """Disconnecting forgets account and tokens; plays of the API go or stay as chosen, all others stay."""
    now, account_id = linked.clock.now(), linked.account.account_id
    plays = [play("spotify-player", "A", now), play("spotify-recent", "B", now + 300), play("player", "C", now + 600)]
    linked.clock.advance(1000)
    linked.services.ingest.add_now(linked.user_id, plays)
    linked.services.spotify.set_cursor(account_id, "recent", "1")
    done = linked.browser.post(f"/settings/spotify/{account_id}/disconnect", data={"plays": choice}, headers=OWN)
    assert done.headers["location"] == "/settings/spotify"
    assert linked.services.spotify.of_user(linked.user_id) == ()
    assert linked.services.spotify.cursor(account_id, "recent") == ""
    rows = linked.services.insights.listens_between(linked.user_id, after=None, before=None, limit=10)
    assert {row.track_name for row in rows} == left
    linked.work()


def test_accounts_are_their_owners_alone(linked: Stage) -> None:
    """Every address of an account answers others with "not found"."""
    linked.services.accounts.add_user("bea", PASSWORD)
    base = f"/settings/spotify/{linked.account.account_id}"
    with signed_in(linked.services, linked.url, "bea") as bea:
        for path in ("", "/renew", "/capabilities.json"):
            assert bea.get(base + path).status_code == 404
        for path in ("/features", "/probe", "/disconnect"):
            assert bea.post(base + path, data={"plays": "erase"}, headers=OWN).status_code == 404
    assert linked.account.state == "on"
