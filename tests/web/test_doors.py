"""Signing in and out, what is refused at the doors, and whose pages are whose. Against a running server."""

from __future__ import annotations

import pytest
from tests.web.conftest import PASSWORD, House

HTML = {"accept": "text/html"}


def test_signing_in_leads_back_and_sets_a_careful_cookie(house: House) -> None:
    """A visitor of a private page signs in, comes back to it, and the cookie is out of reach of scripts."""
    with house.visitor() as visitor:
        first = visitor.get("/settings/tokens")
        assert (first.status_code, first.headers["location"]) == (303, "/sign-in?next=/settings/tokens")
        form = {"name": "Alice", "password": PASSWORD, "next": "/settings/tokens"}
        done = visitor.post("/sign-in", data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/settings/tokens")
        cookie = done.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert visitor.get("/settings/tokens").status_code == 200
        visitor.post("/sign-out")
        assert visitor.get("/settings/tokens").status_code == 303


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(house: House) -> None:
    """Nobody learns from the sign-in page who has an account here."""
    with house.visitor() as visitor:
        wrong = visitor.post("/sign-in", data={"name": "zoe-a", "password": "x" * 12})
        absent = visitor.post("/sign-in", data={"name": "bob", "password": "x" * 12})
    assert wrong.status_code == absent.status_code == 401
    assert "do not belong together" in wrong.text
    assert wrong.text.replace("zoe-a", "").count("\n") == absent.text.replace("bob", "").count("\n")


def test_guessing_is_slowed_down_with_a_time_to_wait(house: House) -> None:
    """After eight wrong passwords for a name the ninth is not looked at, and the page says when to come back."""
    with house.visitor() as visitor:
        answers = [visitor.post("/sign-in", data={"name": "nobody-here", "password": "guess"}) for _ in range(9)]
    assert [a.status_code for a in answers] == [401] * 8 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "Try again in" in answers[-1].text


def test_a_form_sent_by_another_site_changes_nothing(house: House) -> None:
    """A cross-site post with alice's cookie is answered with 403 and leaves her profile as it was."""
    with house.signed_in("alice") as alice:
        form = {"display_name": "Mallory", "zone": "UTC", "visibility": "public"}
        answer = alice.post("/settings/profile", data=form, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert house.services.accounts.named("alice").display_name != "Mallory"


def test_a_form_may_not_be_a_flood(house: House) -> None:
    """More than 64 kB of form are refused with a page, whatever the header says about its length."""
    with house.signed_in("alice") as alice:
        answer = alice.post("/settings/profile", data={"display_name": "x" * 100_000})
    assert answer.status_code == 400
    assert "64 kB" in answer.text


@pytest.mark.parametrize("path", ["/settings/users", "/import/1", "/import/1/report.csv", "/alice", "/alice/listens"])
def test_what_is_not_ones_own_is_refused(house: House, path: str) -> None:
    """Another user's import and pages do not exist for bob, and the owner's page is closed to him."""
    alice = house.users["alice"].user_id
    file = house.services.imports.upload_dir(alice) / "a.csv"
    file.write_text("uts,artist,track\n1600000000,A,B\n")
    job = house.services.imports.preview(alice, [file], wait=True)
    with house.signed_in("bob") as bob:
        answer = bob.get(path.replace("/1", f"/{job.import_id}"))
    assert answer.status_code in (403, 404)
    assert "Traceback" not in answer.text


def test_bob_ends_no_session_of_alice(house: House) -> None:
    """A session id of another user is not found, and that session goes on."""
    with house.signed_in("alice") as alice, house.signed_in("bob") as bob:
        session = house.services.accounts.sessions(house.users["alice"].user_id)[0].session_id
        bob.post(f"/settings/sessions/{session}/end")
        assert alice.get("/settings/sessions").status_code == 200


def test_errors_are_pages_for_people(house: House) -> None:
    """An address that leads nowhere gets a page with words, also for an id that is no number."""
    with house.signed_in("alice") as alice:
        for path, status in (("/no/such/page/at/all", 404), ("/import/9999", 404), ("/import/x", 400)):
            answer = alice.get(path)
            assert answer.status_code == status, path
            assert "<h1>" in answer.text
            assert "Traceback" not in answer.text


def test_an_api_answers_its_own_errors(house: House) -> None:
    """An address under an API's prefix that does not exist is not answered with a page."""
    with house.visitor() as visitor:
        assert "text/html" not in visitor.get("/1/no-such-thing").headers.get("content-type", "")


def test_a_token_is_shown_once(house: House) -> None:
    """The answer to the form holds a working token and is not cached; the next look does not hold it."""
    with house.signed_in("bob") as bob:
        made = bob.post("/settings/tokens", data={"label": "Laptop", "scope": "listens:read"})
        token = made.text.split('data-copy="')[1].split('"')[0]
        grant = house.services.accounts.bearer(token)
        assert grant is not None
        assert grant.scopes == {"listens:read"}
        assert made.headers["cache-control"] == "no-store"
        later = bob.get("/settings/tokens").text
        assert token not in later
        assert "Laptop" in later


def test_every_export_downloads_and_is_not_cached(house: House) -> None:
    """Each format of the page gives a file with a name and content; an unknown one is a 404 page."""
    with house.signed_in("alice") as alice:
        for name, _, suffix in house.services.exports.formats():
            answer = alice.get(f"/export/{name}")
            assert answer.status_code == 200, name
            assert answer.headers["content-disposition"].endswith(suffix)
            assert len(answer.content) == int(answer.headers["content-length"]) > 0
        assert alice.get("/export/vinyl").status_code == 404


def test_a_merge_is_shown_made_and_undone(house: House) -> None:
    """The preview says what a merge would do, the form makes it, undo takes it back."""
    services, alice = house.services, house.users["alice"].user_id
    found = {ref.name: ref for ref in services.insights.search(alice, "bj", 20) if ref.kind == "artist"}
    fields = {
        "kind": "merge",
        "entity": "artist",
        "id": str(found["Bjork"].entity_id),
        "into": str(found["Björk"].entity_id),
    }
    with house.signed_in("alice") as client:
        preview = client.get("/decisions/new", params=fields)
        assert "13 listens" in preview.text or "listens of the past" in preview.text
        assert services.decisions.log(alice) == ()
        client.post("/decisions", data=fields)
        row = services.decisions.log(alice)[0]
        assert (row.kind, row.undone_at) == ("merge", 0)
        client.post(f"/decisions/{row.decision_id}/undo", data={"next": "/decisions"})
        assert services.decisions.log(alice)[0].undone_at > 0


def test_a_broken_upload_is_refused_and_leaves_nothing(house: House) -> None:
    """A multipart body that ends early, or is none, is a sentence on the import page."""
    with house.signed_in("alice") as alice:
        kind = {"content-type": "multipart/form-data; boundary=b"}
        body = b'--b\r\ncontent-disposition: form-data; name="files"; filename="a.csv"\r\n\r\nhalf'
        broken = alice.post("/import", content=body, headers=kind)
        assert broken.status_code == 422
        assert "broke off" in broken.text
        assert not list((house.services.data / "uploads").glob("incoming-*/a.csv"))
        assert alice.post("/import", data={"files": "x"}).status_code == 422
