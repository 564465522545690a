"""Tokens and scopes, the browser's session, and now playing."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.apis.native.speaking import PASSWORD, Listener, client_with, play

from earstead.services.container import Services

NEEDS = [
    ("GET", "/listens", "listens:read"),
    ("GET", "/totals", "listens:read"),
    ("GET", "/decisions", "listens:read"),
    ("POST", "/listens", "listens:write"),
    ("PATCH", "/listens/1", "listens:write"),
    ("DELETE", "/listens/1", "listens:write"),
    ("PUT", "/now-playing", "listens:write"),
    ("POST", "/imports", "listens:write"),
    ("POST", "/decisions", "decisions:write"),
    ("POST", "/decisions/1/undo", "decisions:write"),
    ("GET", "/tokens", "account:read"),
    ("POST", "/tokens", "account:admin"),
    ("DELETE", "/tokens/1", "account:admin"),
]


@pytest.mark.parametrize(("method", "path", "scope"), NEEDS)
def test_every_door_asks_for_its_scope(
    app: Starlette, services: Services, ada: Listener, method: str, path: str, scope: str
) -> None:
    """A token with every scope but the needed one gets 403 with its name; none and a wrong one get 401."""
    others = tuple({"listens:read", "listens:write", "decisions:write", "account:read", "account:admin"} - {scope})
    client = client_with(app, services.accounts.new_token(ada.user_id, "", others))
    body = {"listens": [play()]} if path == "/listens" else {}
    refused = client.request(method, path, json=body)
    assert refused.status_code in (403, 422)
    if refused.status_code == 403:
        assert scope in refused.json()["detail"]
    assert client_with(app, "wrong").request(method, path, json=body).status_code in (401, 422)
    assert services.insights.count(ada.user_id) == 0


def test_no_token_is_told_how_to_send_one(anyone: TestClient) -> None:
    """Without a token: 401, a challenge, and a sentence that helps."""
    answer = anyone.get("/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization: Bearer" in answer.json()["detail"]


def test_a_session_reads_and_does_not_write(anyone: TestClient, services: Services, ada: Listener) -> None:
    """The browser's cookie reads from our own pages; from other sites it is nobody, and it never writes."""
    anyone.cookies.set("earstead_session", services.accounts.sign_in("ada", PASSWORD))
    assert anyone.get("/me").json()["name"] == "ada"
    assert anyone.get("/me", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert anyone.get("/me", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
    assert anyone.post("/listens", json={"listens": [play()]}).status_code == 401
    assert services.insights.count(ada.user_id) == 0


def test_me_tells_user_scopes_and_counts(ada: Listener) -> None:
    """`me` names the user and what the token may, and counts listens."""
    ada.add(play())
    me = ada.client.get("/me").json()
    assert (me["name"], me["listens"], me["first_at"]) == ("ada", 1, 1_700_000_000)
    assert "account:admin" in me["scopes"]


def test_a_token_is_made_used_listed_and_revoked(app: Starlette, ada: Listener, bob: Listener) -> None:
    """The new token works until it is revoked; nobody else can revoke it."""
    made = ada.client.post("/tokens", json={"label": "phone"}).json()
    phone = client_with(app, made["token"])
    assert phone.get("/listens").status_code == 200
    [row] = [row for row in ada.client.get("/tokens").json() if row["label"] == "phone"]
    assert "token" not in row
    assert row["scopes"] == ["listens:read", "listens:write"]
    assert bob.client.delete(f"/tokens/{row['token_id']}").status_code == 404
    assert phone.get("/listens").status_code == 200
    assert ada.client.delete(f"/tokens/{row['token_id']}").status_code == 204
    assert phone.get("/listens").status_code == 401


def test_a_token_cannot_give_more_than_it_has(app: Starlette, services: Services, ada: Listener) -> None:
    """Unknown scopes are 422; those the maker lacks are 403."""
    assert ada.client.post("/tokens", json={"scopes": ["everything"]}).status_code == 422
    less = client_with(app, services.accounts.new_token(ada.user_id, "", ("account:admin",)))
    assert less.post("/tokens", json={"scopes": ["listens:read"]}).status_code == 403
    assert less.post("/tokens", json={"scopes": ["account:admin"]}).status_code == 201


def test_now_playing_is_set_read_and_cleared(ada: Listener, bob: Listener) -> None:
    """What is playing shows until it is cleared, to its listener alone, and is not a listen."""
    assert ada.client.get("/now-playing").status_code == 404
    body = {"artist_name": "Quiet Harbour", "track_name": "Lanterns", "duration_ms": 180_000}
    assert ada.client.put("/now-playing", json=body).status_code == 204
    shown = ada.client.get("/now-playing").json()
    assert (shown["track_name"], shown["expires_at"] - shown["started_at"]) == ("Lanterns", 180)
    assert bob.client.get("/now-playing").status_code == 404
    assert ada.client.get("/me").json()["listens"] == 0
    assert ada.client.delete("/now-playing").status_code == 204
    assert ada.client.get("/now-playing").status_code == 404
