"""auth.*: tokens and sessions."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.speaking import Program

from earstead.kit.clock import FixedClock
from earstead.kit.secrets import md5_hex
from earstead.services.container import Services
from earstead.services.users import User

LOGIN = "Authentication Failed - This user name and app password do not belong together"
UNKNOWN_TOKEN = "Unauthorized Token - This token has not been issued"


@pytest.fixture
def registered(services: Services, client: TestClient, ada: User) -> Program:
    """A program whose secret this server knows."""
    application = services.applications.create(ada.user_id, "Registered")
    return Program(client, application.api_key, services.applications.secret_of(application.application_id))


def test_gettoken_gives_a_token_in_both_spellings(registered: Program) -> None:
    """auth.getToken: 32 characters as text of `token`, as a member of that name in JSON."""
    assert len(registered.xml("auth.getToken").text or "") == 32
    assert [len(registered.json("auth.getToken")["token"])] == [32]


def test_getsession_follows_the_desktop_flow(registered: Program, services: Services, ada: User) -> None:
    """auth.getSession: 14 while the user has not approved, then a session once, then the text for unknown tokens."""
    token = registered.xml("auth.getToken").text or ""
    assert registered.fault("auth.getSession", token=token)[:2] == (403, 14)
    services.applications.approve(token, ada.user_id)
    answered = registered.json("auth.getSession", token=token)
    assert answered == {"session": {"name": "ada", "key": answered["session"]["key"], "subscriber": 0}}
    assert len(answered["session"]["key"]) == 32
    assert registered.fault("auth.getSession", token=token) == (403, 4, UNKNOWN_TOKEN)


def test_getsession_refuses_tokens_of_nobody_and_of_yesterday(registered: Program, clock: FixedClock) -> None:
    """auth.getSession: the exact text for a token that was never issued, 15 for one that is too old."""
    assert registered.fault("auth.getSession", token="f" * 32) == (403, 4, UNKNOWN_TOKEN)
    token = registered.xml("auth.getToken").text or ""
    clock.advance(3601)
    assert registered.fault("auth.getSession", token=token)[:2] == (403, 15)


def test_a_session_key_opens_what_needs_one(registered: Program, services: Services, ada: User) -> None:
    """A key from auth.getSession is good for methods that act for a user, and only for the program it was made for."""
    token = registered.xml("auth.getToken").text or ""
    services.applications.approve(token, ada.user_id)
    key = registered.xml("auth.getSession", token=token).findtext("key") or ""
    assert registered.post("track.love", artist="Nick Drake", track="Road", sk=key).status == 200
    other = services.applications.create(ada.user_id, "Other")
    stranger = Program(registered.client, other.api_key, services.applications.secret_of(other.application_id))
    assert stranger.fault("track.love", artist="Nick Drake", track="Road", sk=key)[:2] == (403, 9)


def test_getmobilesession_takes_an_app_password(lastfm: Program, services: Services, ada: User) -> None:
    """auth.getMobileSession: by app password in clear, in any letter case of the name; not by a wrong one."""
    password = services.accounts.new_app_password(ada.user_id, "player")
    program = Program(lastfm.client, lastfm.api_key, "s")
    answered = program.xml("auth.getMobileSession", username="ADA", password=password)
    assert [(child.tag, child.text) for child in answered][::2] == [("name", "ada"), ("subscriber", "0")]
    assert program.fault("auth.getMobileSession", username="ada", password="wrong") == (403, 4, LOGIN)
    assert program.fault("auth.getMobileSession", username="nobody", password=password) == (403, 4, LOGIN)
    assert program.fault("auth.getMobileSession", username="ada")[:2] == (400, 6)


def test_getmobilesession_takes_a_hash_of_the_app_password(lastfm: Program, services: Services, ada: User) -> None:
    """auth.getMobileSession: by authToken, also beside an md5 as password, by GET, and with the name in the query."""
    password = services.accounts.new_app_password(ada.user_id, "player")
    token = md5_hex("ada" + md5_hex(password))
    program = Program(lastfm.client, lastfm.api_key, "s")
    for given in ({"authToken": token}, {"authtoken": token.upper()}, {"authToken": token, "password": "0" * 32}):
        assert program.xml("auth.getMobileSession", username="ada", **given).findtext("name") == "ada"
    assert program.get("auth.getMobileSession", username="ada", authToken=token).status == 200
    sent = program.parameters("auth.getMobileSession", username="ada", authToken=token)
    del sent["username"]
    assert lastfm.client.post("/2.0/?username=ada", data=sent).status_code == 200
    assert program.fault("auth.getMobileSession", username="ada", authToken="0" * 32) == (403, 4, LOGIN)


def test_getmobilesession_by_get_is_refused_where_keys_are_strict(registered: Program, services: Services) -> None:
    """auth.getMobileSession: a strict server wants a POST, and says so."""
    services.applications.set_policy("strict")
    status, code, text = registered.get("auth.getMobileSession", username="ada", password="x").fault()
    assert (status, code) == (403, 4) and "must use POST" in text


def test_getsessioninfo_tells_whose_key_it_is(lastfm: Program) -> None:
    """auth.getSessionInfo: name, key, subscriber and country of the session; 6 without `sk`, 9 for a wrong one."""
    session = lastfm.xml("auth.getSessionInfo").find("session")
    assert session is not None
    assert [child.tag for child in session] == ["name", "key", "subscriber", "country"]
    assert (session.findtext("name"), session.findtext("key")) == ("ada", lastfm.sk)
    assert lastfm.nobody().fault("auth.getSessionInfo")[:2] == (400, 6)
    assert lastfm.fault("auth.getSessionInfo", sk="0" * 32)[:2] == (403, 9)
