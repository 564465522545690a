"""The pages around the API: accounts, consent, access, terms, the owner's switches, documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
from tests.web.conftest import PASSWORD, House

from earstead.kit.clock import FixedClock
from earstead.services.applications.records import Application
from earstead.services.container import Services
from earstead.web.api_terms import DEFAULT_TERMS, pieces
from earstead.web.consent import CannotAsk, understood
from earstead.web.forms import Form

KEY = "a string 32 characters in length"
WIDTHS = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}
PAGES = (
    "/api/accounts",
    "/api/account/create",
    "/api/tos",
    f"/api/auth?api_key={quote(KEY)}&cb=http://localhost:9078/",
    "/api/auth",
    "/settings/applications",
    "/settings/server/api",
    "/settings/server/terms",
    "/develop/lastfm",
    "/develop/lastfm?q=scrobble",
    "/develop/lastfm/user.getTopArtists",
    "/develop/lastfm/track.scrobble",
    "/alice/friends",
    "/music/Nobody+At+All",
    "/tag/nothing",
)


@pytest.fixture(scope="module")
def api(house: House) -> Iterator[httpx2.Client]:
    """A program without cookies that calls the API."""
    with httpx2.Client(base_url=house.url, headers={"User-Agent": "Parlour/1.0"}, timeout=30) as client:
        yield client


@pytest.fixture
def application(house: House) -> Application:
    """An application of alice's with a registered callback."""
    return house.services.applications.create(
        house.users["alice"].user_id, "Evening <Player>", callback="https://evening.example/back"
    )


def call(api: httpx2.Client, method: str, **given: str) -> dict[str, Any]:
    """What the API answers as JSON, signed with something."""
    sent = {"method": method, "api_key": KEY, "api_sig": "0" * 32, "format": "json", **given}
    answer: dict[str, Any] = api.post("/2.0/", data=sent).json()
    return answer


def asked(form: str) -> dict[str, str]:
    """The hidden fields of the consent form."""
    return {
        name: value.replace("&amp;", "&")
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }


# --- API accounts ------------------------------------------------------------------------------------------------


def test_an_application_is_registered_rotated_and_deleted(house: House) -> None:
    """Key and secret are shown to their maker, replaced together, and gone with the application."""
    said = {"name": "Kitchen", "description": "Radio", "homepage": "", "callback": "kitchen://in", "terms": "1"}
    with house.signed_in("alice") as alice:
        made = alice.post("/api/account/create", data=said)
        assert made.status_code == 303
        page = alice.get(made.headers["location"])
        before = re.findall(r"<code>([0-9a-f]{32})</code>", page.text)
        assert len(before) == 2
        assert page.headers["cache-control"] == "no-store"
        alice.post(made.headers["location"] + "/rotate")
        after = re.findall(r"<code>([0-9a-f]{32})</code>", alice.get(made.headers["location"]).text)
        assert len({*before, *after}) == 4
        assert alice.post(made.headers["location"] + "/delete", data={"confirm": "Kitsch"}).status_code == 400
        assert alice.post(made.headers["location"] + "/delete", data={"confirm": "Kitchen"}).status_code == 303
        assert alice.get(made.headers["location"]).status_code == 404


def test_an_application_is_changed_by_its_maker(house: House, application: Application) -> None:
    """What is said of it and the tick for unsigned reading are replaced, the key stays; a fault keeps the form."""
    address, get = f"/api/accounts/{application.application_id}", house.services.applications.get
    maker = house.users["alice"].user_id
    said = {"name": "Morning & Co", "description": "d", "homepage": "https://morning.example/", "callback": ""}
    with house.signed_in("alice") as alice:
        form = alice.get(f"{address}/change")
        assert "Evening &lt;Player&gt;" in form.text and "https://evening.example/back" in form.text
        wrong = alice.post(f"{address}/change", data={**said, "callback": "javascript:alert(1)", "read_alone": "1"})
        assert wrong.status_code == 422
        assert "his address begins neither with" in wrong.text and "checked" in wrong.text
        assert get(maker, application.application_id) == application
        assert alice.post(f"{address}/change", data={**said, "read_alone": "1"}).status_code == 303
        changed = get(maker, application.application_id)
        assert changed == replace(application, **said, read_alone=True)
        assert "with the key alone, as you do" in alice.get(address).text
        assert "checked" in alice.get(f"{address}/change").text
        assert alice.post(f"{address}/change", data=said).status_code == 303
        assert not get(maker, application.application_id).read_alone
    with house.signed_in("bob") as bob:
        assert bob.get(f"{address}/change").status_code == 404
        assert bob.post(f"{address}/change", data=said).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"terms": ""}, "read them first"),
        ({"name": ""}, "Name the program"),
        ({"callback": "javascript:alert(1)"}, "his address begins neither with"),
        ({"homepage": "not an address"}, "a character that no address has"),
    ],
)
def test_a_form_that_is_not_in_order_says_what_to_change(house: House, wrong: dict[str, str], word: str) -> None:
    """Nothing is registered, the page comes back with its values and the reason."""
    said = {"name": "Hallway", "description": "", "homepage": "", "callback": "", "terms": "1", **wrong}
    with house.signed_in("alice") as alice:
        answer = alice.post("/api/account/create", data=said)
    assert answer.status_code == 422
    assert word in answer.text
    assert not any(row.name == "Hallway" for row in house.services.applications.of_user(house.users["alice"].user_id))


def test_the_secret_is_nobody_elses(house: House, application: Application) -> None:
    """Another user finds no such application."""
    with house.signed_in("bob") as bob:
        assert bob.get(f"/api/accounts/{application.application_id}").status_code == 404
        assert bob.post(f"/api/accounts/{application.application_id}/rotate").status_code == 404


# --- consent -----------------------------------------------------------------------------------------------------


def test_a_desktop_program_is_allowed_and_waits_no_longer(house: House, api: httpx2.Client) -> None:
    """The token of an unknown key is approved on the page, makes one session, and is used up then."""
    token = call(api, "auth.getToken")["token"]
    assert call(api, "auth.getSession", token=token)["error"] == 14
    address = f"/api/auth/?api_key={quote(KEY)}&token={token}"
    with house.signed_in("bob") as bob:
        page = bob.get(address)
        assert "Parlour/1.0" in page.text and "Not verified" in page.text
        assert asked(page.text) == {"api_key": KEY, "token": token}
        allowed = bob.post("/api/auth", data={**asked(page.text), "decision": "allow"})
        assert allowed.status_code == 200 and "Allowed" in allowed.text
        assert "allowed this already" in bob.get(address).text
        assert call(api, "auth.getSession", token=token)["session"]["name"] == "bob"
        again = bob.get(address)
        assert again.status_code == 400 and "used already" in again.text


def test_a_web_page_gets_its_token_behind_an_untouched_callback(house: House, api: httpx2.Client) -> None:
    """The browser is sent to exactly what the application gave, with the token appended, and that makes a session."""
    callback = "http://localhost:9078/lastfm/callback?state=a;b|c%20d&x='y'"
    with house.signed_in("bob") as bob:
        page = bob.get("/api/auth/", params={"api_key": KEY, "cb": callback})
        assert "localhost:9078" in page.text
        assert "form-action 'self' http:;" in page.headers["content-security-policy"]
        sent = bob.post("/api/auth", data={"api_key": KEY, "cb": callback, "decision": "allow"})
    assert sent.status_code == 303
    before, _, token = sent.headers["location"].rpartition("&token=")
    assert before == callback
    assert call(api, "auth.getSession", token=token)["session"]["name"] == "bob"


def test_the_registered_callback_serves_where_none_is_given(house: House, application: Application) -> None:
    """Without cb the registered address is used; another host is warned of; another scheme is not gone to."""
    with house.signed_in("bob") as bob:
        where = {"api_key": application.api_key}
        page = bob.get("/api/auth", params=where)
        assert "evening.example" in page.text and "Look twice" not in page.text
        assert "Evening &lt;Player&gt;" in page.text and "Not verified" not in page.text
        assert "Look twice" in bob.get("/api/auth", params={**where, "cb": "http://elsewhere.example/"}).text
        refused = bob.get("/api/auth", params={**where, "cb": "player://back"})
        assert refused.status_code == 400 and "registered for the application" in refused.text
        sent = bob.post("/api/auth", data={**where, "decision": "allow"})
    assert re.fullmatch(r"https://evening\.example/back\?token=[0-9a-f]{32}", sent.headers["location"])


def test_denying_gives_nothing(house: House, api: httpx2.Client) -> None:
    """After a denial the program goes on waiting, and no access exists."""
    token = call(api, "auth.getToken")["token"]
    with house.signed_in("bob") as bob:
        said = bob.post("/api/auth", data={"api_key": KEY, "token": token, "decision": "deny"})
    assert "has no access" in said.text
    assert call(api, "auth.getSession", token=token)["error"] == 14


def test_consent_wants_a_signed_in_person_and_the_page_itself(house: House, api: httpx2.Client) -> None:
    """A visitor is led to sign in and back to the whole address; a form of another site is refused."""
    token = call(api, "auth.getToken")["token"]
    address = f"/api/auth?api_key={quote(KEY)}&token={token}"
    with house.visitor() as visitor:
        led = visitor.get(address)
        assert parse_qs(urlsplit(led.headers["location"]).query)["next"] == [address]
    with house.signed_in("bob") as bob:
        form = {"api_key": KEY, "token": token, "decision": "allow"}
        foreign = bob.post("/api/auth", data=form, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert call(api, "auth.getSession", token=token)["error"] == 14


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({}, 400, "Which application"),
        ({"api_key": KEY}, 400, "did not say where to go on"),
        ({"api_key": KEY, "token": "0" * 32}, 400, "not known"),
        ({"api_key": KEY, "token": "é" * 5000}, 400, "not known"),
        ({"api_key": "k" * 129, "token": "0" * 32}, 400, "not known here"),
        ({"api_key": KEY, "cb": "javascript:alert(1)"}, 400, "not taken"),
        ({"api_key": KEY, "cb": "http://a/\nx"}, 400, "not taken"),
    ],
)
def test_a_request_that_cannot_be_allowed_is_explained(
    house: House, sent: dict[str, str], status: int, words: str
) -> None:
    """Each gets a page that says what is wrong, and nothing to allow."""
    with house.signed_in("bob") as bob:
        page = bob.get("/api/auth", params=sent)
    assert page.status_code == status
    assert words in page.text
    assert 'name="decision"' not in page.text


def test_a_token_of_another_application_and_an_old_one_are_not_asked_for(services: Services, clock: FixedClock) -> None:
    """The token belongs to its key, for an hour."""
    user = services.accounts.add_user("ada", PASSWORD)
    one, other = (services.applications.create(user.user_id, name) for name in ("One", "Other"))
    token = services.applications.new_token(one.application_id)

    def asked_by(application: Application) -> str:
        with pytest.raises(CannotAsk) as caught:
            understood(services, Form([("api_key", application.api_key), ("token", token)]), user.user_id)
        return caught.value.title

    assert asked_by(other) == "This request is not known"
    clock.advance(3600)
    assert asked_by(one) == "This request is too old"


def test_a_suspended_application_reads_why(house: House, application: Application) -> None:
    """Its consent page gives the owner's reason and nothing to allow."""
    house.services.applications.suspend(application.application_id, "Too greedy by far.")
    with house.signed_in("bob") as bob:
        page = bob.get("/api/auth", params={"api_key": application.api_key})
    assert page.status_code == 403
    assert "Too greedy by far." in page.text and 'name="decision"' not in page.text


# --- access ------------------------------------------------------------------------------------------------------


def test_access_is_listed_and_ends_when_revoked(house: House, api: httpx2.Client, application: Application) -> None:
    """The application stands in the settings; after revoking, its session key is worth nothing."""
    user = house.users["bob"].user_id
    key = house.services.applications.new_session(user, application.application_id).key
    row = house.services.applications.app_sessions(user)[0]
    assert "error" not in call(api, "auth.getSessionInfo", api_key=application.api_key, sk=key)
    with house.signed_in("bob") as bob, house.signed_in("alice") as alice:
        assert "Evening &lt;Player&gt;" in bob.get("/settings/applications").text
        assert alice.post(f"/settings/applications/{row.app_session_id}/revoke").status_code == 404
        assert bob.post(f"/settings/applications/{row.app_session_id}/revoke").status_code == 303
    assert call(api, "auth.getSessionInfo", api_key=application.api_key, sk=key)["error"] == 9


def test_a_player_that_signs_in_at_every_start_is_one_application(house: House, application: Application) -> None:
    """Its accesses stand under one name, and one button ends them all and nobody else's."""
    applications, bob_id = house.services.applications, house.users["bob"].user_id
    other = applications.create(house.users["alice"].user_id, "Another")
    for _ in range(3):
        applications.new_session(bob_id, application.application_id)
    applications.new_session(bob_id, other.application_id)
    with house.signed_in("bob") as bob:
        page = bob.get("/settings/applications").text
        assert page.count("Let in 3 times") == 1
        assert bob.post(f"/settings/applications/all/{application.application_id}/revoke").status_code == 303
    left = {row.application.application_id for row in applications.app_sessions(bob_id)}
    assert application.application_id not in left and other.application_id in left


# --- terms and switches ------------------------------------------------------------------------------------------


def test_terms_are_the_owners_and_stay_text(house: House) -> None:
    """Everybody reads them, the owner edits them, markup in them is only text, and emptied they are the usual ones."""
    with house.visitor() as visitor, house.signed_in("alice") as alice, house.signed_in("bob") as bob:
        assert "User-Agent" in visitor.get("/api/tos").text
        assert bob.post("/settings/server/terms", data={"text": "Anything goes."}).status_code == 403
        alice.post("/settings/server/terms", data={"text": "# Rules\r\n\r\nBe <b>kind</b>,\r\nand brief."})
        said = visitor.get("/api/tos").text
        assert "<h2>Rules</h2>" in said and "<p>Be &lt;b&gt;kind&lt;/b&gt;, and brief.</p>" in said
        alice.post("/settings/server/terms", data={"text": ""})
        assert "User-Agent" in visitor.get("/api/tos").text


def test_the_usual_terms_are_whole() -> None:
    """Headings and paragraphs come apart; who to be, restraint, contact and withdrawal are in them."""
    drawn = list(pieces(DEFAULT_TERMS))
    assert next(piece.text for piece in drawn if piece.heading) == "Say who you are"
    assert not any("\n" in piece.text or piece.text.startswith("#") for piece in drawn)
    assert all(word in DEFAULT_TERMS for word in ("User-Agent", "restraint", "Contact", "withdraw"))


def test_a_key_is_suspended_with_a_reason_and_let_in_again(house: House, api: httpx2.Client) -> None:
    """The caller reads error 26 with the owner's words until the owner lets it in."""
    key = "greedy" * 5
    call(api, "auth.getToken", api_key=key)
    found = next(row for row in house.services.applications.all(1000)[0] if row.api_key == key)
    here = f"/settings/server/api/applications/{found.application_id}"
    with house.signed_in("alice") as alice, house.signed_in("bob") as bob:
        assert bob.post(f"{here}/suspend", data={"reason": "No."}).status_code == 403
        silent = alice.post(f"{here}/suspend", data={"reason": " "})
        assert silent.status_code == 422 and "say why" in silent.text.lower()
        alice.post(f"{here}/suspend", data={"reason": "Forty calls a second."})
        assert "Forty calls a second." in alice.get("/settings/server/api").text
        refused = call(api, "auth.getToken", api_key=key)
        assert refused["error"] == 26 and "Forty calls a second." in refused["message"]
        alice.post(f"{here}/unsuspend")
    assert "token" in call(api, "auth.getToken", api_key=key)


def test_an_address_is_blocked_with_a_reason_and_unblocked(house: House, api: httpx2.Client) -> None:
    """Who calls from a blocked network reads the reason; an address that is none is refused beside its field."""
    form = {"address": "127.0.0.0/8", "reason": "Copied the server.", "days": "1"}
    with house.signed_in("alice") as alice:
        wrong = alice.post("/settings/server/api/addresses", data={**form, "address": "localhost"})
        assert wrong.status_code == 422 and "neither an address nor a network" in wrong.text
        alice.post("/settings/server/api/addresses", data=form)
        try:
            assert "Copied the server." in call(api, "auth.getToken")["message"]
            assert "127.0.0.0/8" in alice.get("/settings/server/api").text
        finally:
            alice.post("/settings/server/api/addresses/unblock", data={"address": "127.0.0.0/8"})
    assert "token" in call(api, "auth.getToken")


def test_policy_and_limits_are_the_owners(house: House, api: httpx2.Client) -> None:
    """Strict turns an unknown key away; limits out of bounds are refused; nobody but the owner sets either."""
    applications = house.services.applications
    with house.signed_in("alice") as alice, house.signed_in("bob") as bob:
        assert bob.post("/settings/server/api/policy", data={"policy": "open"}).status_code == 403
        alice.post("/settings/server/api/policy", data={"policy": "strict"})
        try:
            assert call(api, "auth.getToken")["error"] == 10
            assert "not known here" in bob.get("/api/auth", params={"api_key": KEY, "cb": "http://a/"}).text
        finally:
            alice.post("/settings/server/api/policy", data={"policy": "known"})
        assert alice.post("/settings/server/api/limits", data={"per_second": "0", "burst": "5"}).status_code == 422
        assert alice.post("/settings/server/api/limits", data={"per_second": "20", "burst": "200"}).status_code == 303
    assert applications.limits() == (20, 200)


# --- documentation -----------------------------------------------------------------------------------------------


def test_every_method_has_its_page(house: House) -> None:
    """The index names each method, and each page says what it takes; what only reads shows its answer."""
    (documents,) = (one.documents for one in house.services.apis if one.name == "lastfm")
    assert documents is not None
    names = [doc.name for doc in documents.methods()]
    assert len(names) > 57
    with house.signed_in("alice") as alice:
        index = alice.get("/develop/lastfm").text
        assert [name for name in names if f'/develop/lastfm/{name}"' not in index] == []
        for doc in documents.methods():
            page = alice.get(f"/develop/lastfm/{doc.name}")
            assert page.status_code == 200, doc.name
            assert ("Computed this moment" in page.text) is (
                not doc.posted and doc.access.startswith("Anybody with an API key, by") and doc.package != "auth"
            ), doc.name
        assert alice.get("/develop/lastfm/USER.GETINFO").headers["location"] == "/develop/lastfm/user.getInfo"
        assert alice.get("/develop/lastfm/user.getNothing").status_code == 404


def test_the_example_is_computed_for_who_looks(house: House) -> None:
    """XML and JSON hold the viewer's own first artist; a visitor sees the request alone, and may sign in."""
    (documents,) = (one.documents for one in house.services.apis if one.name == "lastfm")
    assert documents is not None
    example = documents.example(house.services, house.users["alice"], "user.getTopArtists")
    top = house.services.insights.chart(house.users["alice"].user_id, "artist", None, limit=1).rows[0].entity.name
    answers = dict(example.answers)
    assert json.loads(answers["JSON"])["topartists"]["artist"][0]["name"] == top
    assert f"<name>{top}</name>" in answers["XML"] and '<lfm status="ok">' in answers["XML"]
    assert "user=alice" in example.request
    with house.visitor() as visitor:
        page = visitor.get("/develop/lastfm/user.getTopArtists").text
    assert "Sign in</a> to see" in page and top not in page


def test_methods_are_searched_without_scripts(house: House) -> None:
    """Words are looked for in names, descriptions and parameters."""
    with house.visitor() as visitor:
        found = visitor.get("/develop/lastfm", params={"q": "getweekly CHARTLIST"}).text
        none = visitor.get("/develop/lastfm", params={"q": "<nothing>"}).text
    assert "user.getWeeklyChartList" in found and "track.love" not in found
    assert "&lt;nothing&gt;" in none and "No method has these words" in none


# --- in a browser ------------------------------------------------------------------------------------------------


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Any, house: House) -> Iterator[Any]:
    """A page of alice's, at desktop and at phone width."""
    context = browser.new_context(viewport=WIDTHS[request.param], base_url=house.url)
    token = house.services.accounts.sign_in("alice", PASSWORD)
    context.add_cookies([{"name": "earstead_session", "value": token, "url": house.url}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_the_accessibility_rules_and_their_width(page: Any, axe_source: str, path: str) -> None:
    """Axe finds nothing on any page, and none is wider than its window."""
    page.goto(path)
    page.evaluate(axe_source)
    found = page.evaluate(
        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))"
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_methods_are_walked_through_by_keyboard(page: Any) -> None:
    """With j the first method is reached, with Enter its page."""
    page.goto("/develop/lastfm?q=user.getInfo")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/develop/lastfm/user.getInfo")
    assert page.get_by_role("heading", level=1).inner_text() == "user.getInfo"


def test_a_browser_allows_by_keyboard_and_arrives_at_the_application(browser: Any, house: House) -> None:
    """A visitor signs in, comes back to the question, allows with Enter, and the browser follows the callback."""
    context = browser.new_context(base_url=house.url)
    page = context.new_page()
    # The same server under another name: another origin, as an application's would be.
    callback = house.url.replace("127.0.0.1", "localhost") + "/healthz?state=mine"
    page.goto(f"/api/auth/?api_key={quote(KEY)}&cb={quote(callback)}")
    page.locator("input[name=name]").fill("alice")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.get_by_role("button", name="Allow").press("Enter")
    page.wait_for_url(lambda url: url.startswith(callback))
    assert re.fullmatch(re.escape(callback) + r"&token=[0-9a-f]{32}", page.url)
    context.close()
