"""Sign-in: consent, codes, proofs, refreshes, and how all of it ends."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.accounts import expires_ms, problem_of_redirect

BACK = "http://127.0.0.1:4321/callback"
VERIFIER = "abcdefghijklmnopqrstuvwxyz0123456789-._~ABCDEFG"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def ask(sim: Simulator, web: TestClient, **changed: str) -> Any:
    """The answer of /authorize; a value of "" leaves a parameter out."""
    said = {
        "client_id": sim.client.client_id, "response_type": "code", "redirect_uri": BACK, "state": "a state",
        "scope": "user-read-playback-state", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    } | changed  # fmt: skip
    return web.get("/authorize", params={name: value for name, value in said.items() if value})


def sent_back(answer: Any) -> dict[str, str]:
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def exchange(sim: Simulator, web: TestClient, code: str, **changed: str) -> Any:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "client_id": sim.client.client_id,
        "code_verifier": VERIFIER,
    } | changed  # fmt: skip
    return web.post("/api/token", data={name: value for name, value in form.items() if value})


def refresh(sim: Simulator, web: TestClient, token: str, **kwargs: Any) -> Any:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": sim.client.client_id}
    return web.post("/api/token", data=form, **kwargs)


def test_consent_and_exchange(sim: Simulator, web: TestClient) -> None:
    """A code and the state come back, the code is good once, and the token opens what was asked for and no more."""
    answer = ask(sim, web)
    assert answer.headers["location"].startswith(BACK + "?code=")
    said = sent_back(answer)
    assert set(said) == {"code", "state"} and said["state"] == "a state"
    token = exchange(sim, web, said["code"])
    assert token.status_code == 200
    body = token.json()
    assert {name: body[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer", "expires_in": 3600, "scope": "user-read-playback-state",
    }  # fmt: skip
    again = exchange(sim, web, said["code"])
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_grant", "error_description": "Invalid authorization code"}
    head = {"authorization": f"Bearer {body['access_token']}"}
    assert web.get("/v1/me/player", headers=head).status_code == 204
    refused = web.get("/v1/me/player/recently-played", headers=head)
    assert refused.json() == {"error": {"status": 403, "message": "Insufficient client scope"}}


def test_refusals_of_consent(sim: Simulator, web: TestClient) -> None:
    """What the user or the request is to blame for goes back with the state; a bad address or client never does."""
    sim.consents = False
    assert sent_back(ask(sim, web)) == {"error": "access_denied", "state": "a state"}
    sim.consents = True
    assert sent_back(ask(sim, web, scope="user-read-mind"))["error"] == "invalid_scope"
    assert sent_back(ask(sim, web, response_type="token"))["error"] == "unsupported_response_type"
    assert ask(sim, web, redirect_uri="http://localhost/callback").text == "INVALID_CLIENT: Insecure redirect URI"
    assert ask(sim, web, code_challenge_method="plain").status_code == 400
    hop = ask(sim, web, client_id="f" * 32)
    assert hop.status_code == 303 and hop.headers["location"].startswith("/login?")
    assert web.get(hop.headers["location"]).text == "INVALID_CLIENT: Invalid client"


@pytest.mark.parametrize(
    ("uri", "registered", "problem"),
    [
        ("https://music.example.org/callback", (), ""),
        ("http://127.0.0.1:9000/callback", (), ""),
        ("http://[::1]:9000/callback", (), ""),
        ("com.example.app://callback", (), ""),
        ("http://localhost:9000/callback", (), "Insecure redirect URI"),
        ("https://localhost:9000/callback", (), "Insecure redirect URI"),
        ("http://192.168.1.10/callback", (), "Insecure redirect URI"),
        ("http://music.example.org/callback", (), "Insecure redirect URI"),
        ("", (), "Insecure redirect URI"),
        ("http://127.0.0.1:9000/callback", ("http://127.0.0.1/callback",), ""),
        ("http://[::1]:9000/callback", ("http://[::1]/callback",), ""),
        ("http://127.0.0.1:9001/callback", ("http://127.0.0.1:9000/callback",), "Invalid redirect URI"),
        ("https://a.example/callback/", ("https://a.example/callback",), "Invalid redirect URI"),
        ("https://a.example/Callback", ("https://a.example/callback",), "Invalid redirect URI"),
        ("https://a.example:9000/callback", ("https://a.example/callback",), "Invalid redirect URI"),
    ],
)
def test_redirect_rules(uri: str, registered: tuple[str, ...], problem: str) -> None:
    """https or a loopback literal, byte for byte as registered; only a loopback's port may be chosen later."""
    assert problem_of_redirect(uri, registered) == problem


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"code_verifier": VERIFIER + "x"}, "invalid_grant", "code_verifier was incorrect"),
        ({"code_verifier": ""}, "invalid_request", "code_verifier required"),
        ({"code_verifier": "short"}, "invalid_request", "code_verifier must be 43 to 128"),
        ({"redirect_uri": BACK + "/"}, "invalid_grant", "Invalid redirect URI"),
        ({"client_id": "f" * 32}, "invalid_client", "Invalid client"),
        ({"client_id": ""}, "invalid_client", ""),
        ({"grant_type": "password"}, "unsupported_grant_type", ""),
    ],
)
def test_wrong_exchanges(sim: Simulator, web: TestClient, changed: dict[str, str], error: str, said: str) -> None:
    """Each is a 400 with OAuth's names."""
    refused = exchange(sim, web, sent_back(ask(sim, web))["code"], **changed)
    assert refused.status_code == 400 and refused.json()["error"] == error
    assert refused.json().get("error_description", "").startswith(said)


def test_a_code_is_short_lived(sim: Simulator, web: TestClient, clock: FixedClock) -> None:
    """After ten minutes it is nothing."""
    code = sent_back(ask(sim, web))["code"]
    clock.advance(600)
    assert exchange(sim, web, code).json()["error_description"] == "Authorization code expired"


def test_a_code_without_challenge_needs_the_secret(sim: Simulator, web: TestClient) -> None:
    """The confidential flow proves itself with Basic, and a wrong secret proves nothing."""
    code = sent_back(ask(sim, web, code_challenge="", code_challenge_method=""))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    wrong = web.post("/api/token", data=form, auth=(sim.client.client_id, "wrong"))
    assert wrong.json() == {"error": "invalid_client", "error_description": "Invalid client secret"}
    right = web.post("/api/token", data=form, auth=(sim.client.client_id, sim.client.secret))
    assert right.status_code == 200 and right.json()["refresh_token"]


def test_refreshing(sim: Simulator, web: TestClient) -> None:
    """With a secret no refresh token comes back; without one it may, and then ends the one before."""
    given = sim.credentials()
    basic = refresh(sim, web, given["refresh_token"], auth=(given["client_id"], given["client_secret"]))
    assert sorted(basic.json()) == ["access_token", "expires_in", "scope", "token_type"]
    sim.accounts.returns = "never"
    assert "refresh_token" not in refresh(sim, web, given["refresh_token"]).json()
    sim.accounts.returns = "always"
    renewed = refresh(sim, web, given["refresh_token"]).json()["refresh_token"]
    dead = refresh(sim, web, given["refresh_token"])
    assert dead.json() == {"error": "invalid_grant", "error_description": "Invalid refresh token"}
    assert refresh(sim, web, renewed).status_code == 200
    sim.accounts.returns = "mixed"
    seen = {"refresh_token" in refresh(sim, web, sim.credentials()["refresh_token"]).json() for _ in range(12)}
    assert seen == {True, False}


def test_six_months(sim: Simulator, web: TestClient, clock: FixedClock) -> None:
    """Refreshing goes on until six months after the consent and never beyond, however often it was done."""
    sim.accounts.returns = "always"
    given = sim.credentials()
    left_s = expires_ms(sim.now_ms) // 1000 - clock.now()
    clock.advance(left_s - 1)
    renewed = refresh(sim, web, given["refresh_token"])
    assert renewed.status_code == 200
    clock.advance(1)
    dead = refresh(sim, web, renewed.json()["refresh_token"])
    assert dead.status_code == 400
    assert dead.json() == {"error": "invalid_grant", "error_description": "Refresh token expired"}
    own = {"grant_type": "client_credentials"}
    assert web.post("/api/token", data=own, auth=(given["client_id"], given["client_secret"])).status_code == 200


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-01-15", "2026-07-15"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-30", "2028-02-29"),
        ("2026-12-31", "2027-06-30"),
    ],
)
def test_months_are_of_the_calendar(day: str, end: str) -> None:
    """The same day six months later, or the last of a shorter month."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert datetime.fromtimestamp(expires_ms(int(start.timestamp() * 1000)) / 1000, UTC).date().isoformat() == end


def test_revoking(sim: Simulator, web: TestClient) -> None:
    """What a user takes back is dead at once, for refresh and access."""
    given = sim.credentials()
    assert web.post("/sandbox/tokens", json={"revoke": True}).json() == {"revoked": "ada"}
    dead = refresh(sim, web, given["refresh_token"])
    assert dead.json() == {"error": "invalid_grant", "error_description": "Refresh token revoked"}
    refused = web.get("/v1/me", headers={"authorization": f"Bearer {given['access_token']}"})
    assert refused.json() == {"error": {"status": 401, "message": "The access token expired"}}


def test_access_tokens(sim: Simulator, web: TestClient, clock: FixedClock) -> None:
    """None, a wrong one and an old one are 401; the first two differ in `www-authenticate`."""
    token = sim.credentials()["access_token"]
    none, wrong = web.get("/v1/me"), web.get("/v1/me", headers={"authorization": "Bearer nonsense"})
    assert none.json() == {"error": {"status": 401, "message": "No token provided"}}
    assert wrong.json() == {"error": {"status": 401, "message": "Invalid access token"}}
    assert "missing_token" in none.headers["www-authenticate"] and "invalid_token" in wrong.headers["www-authenticate"]
    head = {"authorization": f"Bearer {token}"}
    clock.advance(3_599)
    assert web.get("/v1/me", headers=head).status_code == 200
    clock.advance(1)
    assert web.get("/v1/me", headers=head).json()["error"]["message"] == "The access token expired"


def test_who_may_use_an_app(sim: Simulator, api: Any) -> None:
    """Users who are not on the list, and apps whose owner stopped paying, get 403 for every call."""
    sim.client.listed = ("somebody",)
    refused = api("GET", "/me")
    assert refused.status_code == 403 and "may not be registered" in refused.json()["error"]["message"]
    sim.client.listed = ("ada",)
    assert api("GET", "/me").status_code == 200
    sim.client.owner_premium = False
    refused = api("GET", "/me")
    assert refused.status_code == 403 and "premium" in refused.json()["error"]["message"]
