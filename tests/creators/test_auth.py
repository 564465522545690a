"""Signing in with two cookies: what is sent, when again, and what a person is told when it does not work."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from earstead.creators import Bearer, Creators, Credentials, Pace, Urls
from earstead.creators.auth import code_of
from earstead.creators.client import Options
from earstead.creators.errors import (
    AuthConfigError,
    AuthFlowChanged,
    CreatorsError,
    CredentialsExpired,
    RateLimited,
    Unavailable,
    ValidationError,
)
from earstead.creators.transport import Answer
from tests.creators.client import Ears, client_at
from tests.fakes.creators import Stage
from tests.fakes.servers import serving


def _page(text: str, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, body=text.encode(), fetched_ms=0)


def test_two_cookies_become_a_bearer(creators_stage: Stage) -> None:
    """After signing in, the show answers with its numbers."""
    with Creators.sign_in(
        sp_dc=creators_stage.sp_dc,
        sp_key=creators_stage.sp_key,
        urls=Urls.at(creators_stage.url),
        clock=creators_stage.clock,
        pace=Pace.unhurried(),
    ) as creators:
        assert creators.session.expires_at == creators_stage.clock.now() + 3600
        assert creators.rest.legacy_ids(creators_stage.show_id).station_id == creators_stage.show.station_id
    assert creators_stage.simulator.calls["ACC authorize"] == 1


def test_signing_in_takes_what_a_client_takes() -> None:
    """All that a client may be given can be given when signing in, of the same type; what is unknown is refused."""
    taken = inspect.signature(Creators, eval_str=True).parameters
    options = {name: one.annotation for name, one in taken.items() if name not in ("credentials", "bearer")}
    assert get_type_hints(Options) == options
    unknown: dict[str, Any] = {"dry_runn": True}
    with pytest.raises(TypeError, match="dry_runn"):
        Creators.sign_in(sp_dc="AQ" + "x" * 158, **unknown)


def test_one_cookie_is_enough(creators_stage: Stage) -> None:
    """Browsers that hold no sp_key can connect, too."""
    with Creators(
        Credentials(creators_stage.sp_dc), urls=Urls.at(creators_stage.url), clock=creators_stage.clock
    ) as creators:
        assert creators.session.bearer()


def test_nothing_is_sent_before_it_is_needed(creators_stage: Stage) -> None:
    """Making a client signs nobody in."""
    client_at(creators_stage).close()
    assert not creators_stage.simulator.calls


@pytest.mark.parametrize(
    ("switch", "error", "words"),
    [
        ("auth__login_required", CredentialsExpired, "copy the cookie sp_dc"),
        ("auth__consent_required", AuthConfigError, "those of the web app"),
        ("auth__bad_redirect", AuthConfigError, "redirect address"),
        ("auth__no_object", AuthFlowChanged, "needs an update"),
        ("auth__state_mismatch", AuthFlowChanged, "in the browser once"),
    ],
)
def test_each_failing_sign_in_is_named_with_its_mend(
    creators_stage: Stage, switch: str, error: type[CreatorsError], words: str
) -> None:
    """Every way in which the sign-in is known to fail has an error of its own that says what to do."""
    creators_stage.fault(**{switch: True})
    with client_at(creators_stage) as creators, pytest.raises(error) as raised:
        creators.session.bearer()
    assert words in raised.value.mend
    assert creators_stage.sp_dc not in str(raised.value)


def test_sp_key_can_be_demanded(creators_stage: Stage) -> None:
    """Where Spotify wants both cookies, one of them counts as signed out."""
    creators_stage.fault(auth__no_sp_key=False)
    with Creators(
        Credentials(creators_stage.sp_dc), urls=Urls.at(creators_stage.url), clock=creators_stage.clock
    ) as creators:
        with pytest.raises(CredentialsExpired):
            creators.session.bearer()
        creators.session.replace(Credentials(creators_stage.sp_dc, creators_stage.sp_key))
        assert creators.session.bearer()


def test_spent_cookies_are_not_tried_again_until_they_are_replaced(creators_stage: Stage) -> None:
    """After `login_required` no further sign-in is sent, although Spotify would take it by now."""
    creators_stage.fault(auth__login_required=True)
    with client_at(creators_stage) as creators:
        for _ in range(3):
            with pytest.raises(CredentialsExpired):
                creators.rest.region()
            creators_stage.fault(auth__login_required=False)
        assert creators.session.spent
        assert creators_stage.simulator.calls["ACC authorize"] == 1
        creators.session.replace(Credentials(creators_stage.sp_dc, creators_stage.sp_key))
        assert creators.rest.region()
    assert creators_stage.simulator.calls["ACC authorize"] == 2


def test_a_bearer_is_renewed_before_its_end(creators_stage: Stage) -> None:
    """Five minutes before the hour is over the next call signs in again; a second earlier it does not."""
    with client_at(creators_stage) as creators:
        first = creators.session.bearer()
        creators_stage.clock.advance(3600 - 301)
        assert creators.session.bearer() == first
        creators_stage.clock.advance(1)
        assert creators.session.bearer() != first


@pytest.mark.parametrize("switches", [{"token__revoke_once": True}, {"token__expire_early": 60}])
def test_a_bearer_that_ends_in_the_middle_is_replaced_unnoticed(creators_stage: Stage, switches: Any) -> None:
    """A 401 in the middle of a run costs one sign-in, and the caller sees nothing."""
    creators_stage.fault(**switches)
    with client_at(creators_stage) as creators:
        creators.session.bearer()
        creators_stage.clock.advance(61)
        assert creators.rest.region()
        assert creators.rest.region()
    assert creators_stage.simulator.calls["ACC authorize"] == 2


def test_a_write_survives_a_bearer_that_ends(creators_stage: Stage) -> None:
    """A 401 means that nothing was done, so that even a create is sent once more, and makes one draft."""
    with client_at(creators_stage) as creators:
        station = creators.rest.legacy_ids(creators_stage.show_id).station_id
        before = len(creators_stage.simulator.world.episodes(creators_stage.show))
        creators_stage.fault(token__revoke_once=True)
        creators.rest.create_episode(station)
    assert len(creators_stage.simulator.world.episodes(creators_stage.show)) == before + 1


def test_a_ready_bearer_is_enough_until_it_is_refused(creators_stage: Stage) -> None:
    """A bearer works without cookies; when it is refused, the mend asks for a fresh one or for cookies."""
    bearer = creators_stage.bearer
    for given in (bearer, Bearer(bearer, creators_stage.clock.now() + 3600)):
        with client_at(creators_stage, bearer=given) as creators:
            assert creators.rest.region()
    with client_at(creators_stage, bearer="stale") as creators, pytest.raises(CredentialsExpired, match="bearer") as e:
        creators.rest.region()
    assert "sp_dc" in e.value.mend
    assert not creators_stage.simulator.calls["ACC authorize"]


def test_a_transport_fault_while_signing_in_is_tried_again(creators_stage: Stage) -> None:
    """A broken connection and a 503 on the way to the bearer are overcome."""
    creators_stage.fault(http__reset=1, http__where="/_accounts")
    with client_at(creators_stage) as creators:
        assert creators.session.bearer()
    creators_stage.fault(http__503=-1, http__where="/_accounts")
    with client_at(creators_stage) as creators, pytest.raises(Unavailable, match="out of order"):
        creators.session.bearer()


def test_too_many_sign_ins_are_not_repeated(creators_stage: Stage) -> None:
    """A 429 of the sign-in is told at once, with when to come back."""
    creators_stage.fault(http__429=1, http__where="/_accounts")
    with client_at(creators_stage) as creators:
        with pytest.raises(RateLimited, match="sign-ins"):
            creators.session.bearer()
        assert creators.session.bearer()
    assert creators_stage.simulator.calls["ACC authorize"] == 1


def _accounts(codes: list[str]) -> Starlette:
    """A sign-in whose token address answers each code in turn: the error, or a token."""

    async def page(request: Request) -> HTMLResponse:
        state = request.query_params["state"]
        said = f'{{type: "authorization_response", response: {{code: "c", state: "{state}"}}}}'
        return HTMLResponse(f"<script>const authorizationResponse = {said};</script>")

    async def token(request: Request) -> JSONResponse:
        error = codes.pop(0)
        if error:
            return JSONResponse({"error": error}, 400)
        return JSONResponse({"access_token": "fresh-token", "expires_in": 3600})

    return Starlette(
        routes=[
            Route("/_accounts/oauth2/v2/auth", page),
            Route("/_accounts/api/token", token, methods=["POST"]),
        ]
    )


def test_a_code_that_was_refused_is_asked_for_anew_once() -> None:
    """An `invalid_grant` leads back to the first step, one time; a second one, or another error, is told."""
    codes = ["invalid_grant", "", "invalid_grant", "invalid_grant", "unsupported"]
    with serving(_accounts(codes)) as url:
        for expected in (None, AuthFlowChanged, AuthFlowChanged):
            with Creators(Credentials("AQ" + "x" * 158), urls=Urls.at(url), pace=Pace.unhurried()) as creators:
                if expected is None:
                    assert creators.session.bearer() == "fresh-token"
                else:
                    with pytest.raises(expected, match="400"):
                        creators.session.bearer()
    assert codes == []


@pytest.mark.parametrize(
    "text",
    [
        "authorizationResponse = { type: 'authorization_response', response: { code: 'c', state: 's' } };",
        'const authorizationResponse = {"type":"authorization_response","response":{"state":"s","code":"c"}};',
        'authorizationResponse={\n type : "authorization_response",\n response:\n{ code:"c",\n state:\'s\'}\n}\n;',
    ],
)
def test_bare_and_quoted_keys_are_read(text: str) -> None:
    """The object of the page is no JSON; its forms are all understood."""
    assert code_of(_page(f"<script>{text}</script>"), "s") == "c"


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (_page("<html>login_required</html>"), CredentialsExpired),
        (_page("<html>are you human</html>"), AuthFlowChanged),
        (_page("nope", 403), AuthFlowChanged),
        (_page('authorizationResponse = {type: "other", response: {code: "c", state: "s"}};'), AuthFlowChanged),
        (_page('authorizationResponse = {type: "authorization_response", response: {state: "s"}};'), AuthFlowChanged),
        (_page('authorizationResponse = {response: {error: "access_denied", state: "s"}};'), AuthFlowChanged),
    ],
)
def test_other_pages_are_told_apart(page: Answer, error: type[CreatorsError]) -> None:
    """Whatever comes instead of the object, it is one of our errors and never a crash."""
    with pytest.raises(error):
        code_of(page, "s")


@pytest.mark.parametrize(
    "sp_dc", ["", "short", "with space inside", "a;b=cccccccc", "line\nbreak-here", "ümlautümlaut"]
)
def test_what_is_no_cookie_is_refused_at_once(sp_dc: str) -> None:
    """A cookie that was copied with its name, quotes or spaces is refused before anything is sent."""
    with pytest.raises(ValidationError, match="sp_dc"):
        Credentials(sp_dc)


def test_cookies_are_kept_where_nobody_else_reads_them(tmp_path: Path) -> None:
    """The file is for its owner alone; one that others may read, or that holds something else, is refused."""
    path, cookies = tmp_path / "cookies.json", Credentials("AQ" + "x" * 158, "b8c96d9c-0000-4000-8000-000000000000")
    cookies.keep(path)
    cookies.keep(path)
    assert Credentials.read(path) == cookies
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(ValidationError, match="chmod 600"):
        Credentials.read(path)
    for odd in ("", "[]", "{}", '{"sp_dc": "short"}', '"text"'):
        path.write_text(odd)
        path.chmod(0o600)
        with pytest.raises(ValidationError):
            Credentials.read(path)
    with pytest.raises(ValidationError, match="does not hold"):
        Credentials.read(tmp_path / "none")


def test_a_client_needs_something_to_sign_in_with() -> None:
    """Neither cookies nor a bearer is a mistake of the caller."""
    with pytest.raises(ValidationError, match="sp_dc"):
        Creators()


def test_secrets_are_in_no_text_of_an_object(creators_stage: Stage) -> None:
    """Neither the cookies nor the bearer show when objects are printed, and sign-ins are told to no listener."""
    ears = Ears()
    with client_at(creators_stage, heard=ears) as creators:
        token = creators.session.bearer()
        creators.rest.region()
    assert creators_stage.sp_dc not in repr(Credentials(creators_stage.sp_dc, creators_stage.sp_key))
    assert token not in repr(Bearer(token))
    assert ears.labels() == ["1-D"]
    assert token not in repr(ears.heard)
