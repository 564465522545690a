"""Signing in to the simulated Spotify for Creators: the page, the bearer, and every way in which both fail."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.fakes.creators import Stage

from earstead.sandbox.creators.accounts import CLIENT_ID, REDIRECT

VERIFIER = "a-verifier-of-64-characters_" + "x" * 36
STATE = "state of this attempt"


@dataclass
class Visit:
    """What one visit to the authorize page gave."""

    answer: httpx2.Response

    def said(self, name: str) -> str:
        """A text of the object in the page, as clients cut it out: up to the first semicolon."""
        cut = re.search(r"const authorizationResponse = (.*?);", self.answer.text, re.DOTALL)
        found = re.search(rf'{name}: "([^"]*)"', cut[1]) if cut else None
        return found[1] if found else ""


def _visit(stage: Stage, cookies: dict[str, str] | None = None, **other: str) -> Visit:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "scope": "streaming ugc-image-upload user-read-email user-read-private",
        "redirect_uri": REDIRECT,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "state": STATE,
        "response_mode": "web_message",
        "prompt": "none",
    } | other
    held = {"sp_dc": stage.sp_dc, "sp_key": stage.sp_key} if cookies is None else cookies
    header = {"cookie": "; ".join(f"{name}={value}" for name, value in held.items())}
    return Visit(stage.http.get(f"{stage.urls['accounts_url']}/oauth2/v2/auth", params=query, headers=header))


def _exchange(stage: Stage, code: str, other: dict[str, str] | None = None) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    } | (other or {})
    return stage.http.post(f"{stage.urls['accounts_url']}/api/token", data=form)


def _region(stage: Stage, bearer: str) -> int:
    address = f"{stage.urls['rest_url']}/v3/region?isMumsCompatible=true"
    return stage.http.get(address, headers={"authorization": f"Bearer {bearer}"}).status_code


def test_cookies_become_a_bearer_for_an_hour(creators_stage: Stage) -> None:
    """The page gives a code and the state back, the code a bearer, the bearer an hour."""
    visit = _visit(creators_stage)
    assert visit.answer.status_code == 200 and visit.answer.headers["content-type"].startswith("text/html")
    assert (visit.said("type"), visit.said("state"), visit.said("error")) == ("authorization_response", STATE, "")
    said = _exchange(creators_stage, visit.said("code")).json()
    assert said["expires_in"] == 3600
    assert _region(creators_stage, said["access_token"]) == 200
    creators_stage.clock.advance(3599)
    assert _region(creators_stage, said["access_token"]) == 200
    creators_stage.clock.advance(1)
    assert _region(creators_stage, said["access_token"]) == 401
    assert _region(creators_stage, "no bearer") == 401


def test_the_object_holds_no_semicolon(creators_stage: Stage) -> None:
    """Clients cut it at the first one, whatever the state was."""
    assert _visit(creators_stage, state="one;two").said("state") == "onetwo"


@pytest.mark.parametrize(
    "cookies",
    [{}, {"sp_dc": "AQ-of-nobody"}, {"sp_dc": "{dc}", "sp_key": "another"}],
    ids=["none", "unknown", "other key"],
)
def test_cookies_that_do_not_hold(creators_stage: Stage, cookies: dict[str, str]) -> None:
    """The page is a 200 that says login_required and gives no code."""
    visit = _visit(creators_stage, {name: value.format(dc=creators_stage.sp_dc) for name, value in cookies.items()})
    assert visit.answer.status_code == 200
    assert (visit.said("error"), visit.said("state"), visit.said("code")) == ("login_required", STATE, "")


def test_sp_dc_alone_is_enough_unless_switched_off(creators_stage: Stage) -> None:
    """`auth.no_sp_key` is on by default."""
    alone = {"sp_dc": creators_stage.sp_dc}
    assert _visit(creators_stage, alone).said("code")
    creators_stage.fault(auth__no_sp_key=False)
    assert _visit(creators_stage, alone).said("error") == "login_required"
    assert _visit(creators_stage).said("code")


def test_another_client_id_or_redirect(creators_stage: Stage) -> None:
    """consent_required for a developer's own client id, a plain 400 for another redirect."""
    assert _visit(creators_stage, client_id="0" * 32).said("error") == "consent_required"
    answer = _visit(creators_stage, redirect_uri="https://podcasters.spotify.com/").answer
    assert (answer.status_code, answer.text) == (400, "redirect_uri: Not matching configuration")
    assert _visit(creators_stage, code_challenge_method="plain").said("error") == "invalid_request"


def test_switches_of_the_page(creators_stage: Stage) -> None:
    """Each of the five failures of section 3.3 on its own."""
    creators_stage.fault(auth__login_required=True)
    assert _visit(creators_stage).said("error") == "login_required"
    creators_stage.simulator.faults.reset()
    creators_stage.fault(auth__consent_required=True)
    assert _visit(creators_stage).said("error") == "consent_required"
    creators_stage.simulator.faults.reset()
    creators_stage.fault(auth__bad_redirect=True)
    assert _visit(creators_stage).answer.status_code == 400
    creators_stage.simulator.faults.reset()
    creators_stage.fault(auth__no_object=True)
    page = _visit(creators_stage).answer
    assert page.status_code == 200 and "authorizationResponse" not in page.text
    creators_stage.simulator.faults.reset()
    creators_stage.fault(auth__state_mismatch=True)
    assert _visit(creators_stage).said("state") not in ("", STATE)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": "y" * 64}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"code": "AQ-never-given"}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example"}, "invalid_grant"),
        ({"client_id": "0" * 32}, "invalid_client"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ],
)
def test_what_the_token_endpoint_refuses(creators_stage: Stage, wrong: dict[str, str], error: str) -> None:
    """400 with the words of OAuth."""
    answer = _exchange(creators_stage, _visit(creators_stage).said("code"), wrong)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_is_good_once_and_for_ten_minutes(creators_stage: Stage) -> None:
    """Used again or late it is an invalid_grant."""
    code = _visit(creators_stage).said("code")
    assert _exchange(creators_stage, code).status_code == 200
    assert _exchange(creators_stage, code).json()["error"] == "invalid_grant"
    late = _visit(creators_stage).said("code")
    creators_stage.clock.advance(600)
    assert _exchange(creators_stage, late).json()["error"] == "invalid_grant"


def test_bearers_end_early_or_in_the_middle(creators_stage: Stage) -> None:
    """`token.expire_early` shortens their life without saying so, `token.revoke_once` ends one, once."""
    creators_stage.fault(token__expire_early=60)
    said: dict[str, Any] = _exchange(creators_stage, _visit(creators_stage).said("code")).json()
    assert said["expires_in"] == 3600 and _region(creators_stage, said["access_token"]) == 200
    creators_stage.clock.advance(60)
    assert _region(creators_stage, said["access_token"]) == 401
    creators_stage.simulator.faults.reset()
    creators_stage.fault(token__revoke_once=True)
    first, second = creators_stage.bearer, creators_stage.bearer
    assert [_region(creators_stage, bearer) for bearer in (first, first, second)] == [401, 401, 200]


def test_renewed_cookies_end_the_old_ones(creators_stage: Stage) -> None:
    """Signed out they do not hold; signed in again, new ones do and the old ones stay dead."""
    control = f"{creators_stage.url}/sandbox/accounts"
    assert creators_stage.http.post(control, json={"sign_out": True}).json()["signed_in"] is False
    assert _visit(creators_stage).said("error") == "login_required"
    fresh = creators_stage.http.post(control, json={"sign_in": True}).json()
    assert _visit(creators_stage).said("error") == "login_required"
    assert _visit(creators_stage, {"sp_dc": fresh["sp_dc"], "sp_key": fresh["sp_key"]}).said("code")
