"""Access of programs: tokens and their states, session keys, logins by hashes; on both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.kit.secrets import md5_hex
from earstead.services.applications import sessions as module
from earstead.services.applications.applications import Application, TokenFault
from earstead.services.users import User
from earstead.storage.engine import Engine
from tests.services.people import People, gather

HEX32 = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def people(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[People]:
    with gather(engine, clock, tmp_path) as found:
        yield found


@pytest.fixture
def ada(people: People) -> User:
    return people.add("Ada")


@pytest.fixture
def program(people: People) -> Application:
    found = people.applications.admit("anything", "agent")
    assert found is not None
    return found


def fault(people: People, application_id: int, token: str) -> str:
    with pytest.raises(TokenFault) as raised:
        people.applications.redeem(application_id, token)
    return raised.value.state


# ---- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_is_issued_approved_and_used_up(people: People, ada: User, program: Application) -> None:
    """The desktop flow: waiting until somebody approves, then one session, and no second one."""
    apps, mine = people.applications, program.application_id
    token = apps.new_token(mine)
    assert HEX32.fullmatch(token)
    assert apps.token_state(token) == (mine, "issued", 0)
    assert fault(people, mine, token) == "waiting"
    apps.approve(token, ada.user_id)
    assert apps.token_state(token) == (mine, "approved", ada.user_id)
    session = apps.redeem(mine, token)
    assert session.user == ada
    assert HEX32.fullmatch(session.key)
    assert apps.token_state(token) == (mine, "consumed", ada.user_id)
    assert fault(people, mine, token) == "consumed"


def test_a_token_of_the_web_is_approved_from_the_start(people: People, ada: User, program: Application) -> None:
    """What a page hands to a callback makes a session at once."""
    apps = people.applications
    token = apps.approved_token(program.application_id, ada.user_id)
    assert apps.redeem(program.application_id, token).user == ada


def test_a_token_belongs_to_one_program(people: People, ada: User, program: Application) -> None:
    """To any other it was never issued, approved or not."""
    apps = people.applications
    other = apps.admit("other", "agent")
    assert other is not None
    token = apps.approved_token(program.application_id, ada.user_id)
    assert fault(people, other.application_id, token) == "unknown"
    assert fault(people, program.application_id, "0" * 32) == "unknown"
    assert fault(people, program.application_id, "\ud800") == "unknown"


def test_a_token_expires_after_an_hour(people: People, ada: User, program: Application) -> None:
    """Approved or not, it is void; a day later nobody remembers it."""
    apps, mine = people.applications, program.application_id
    waiting, approved = apps.new_token(mine), apps.approved_token(mine, ada.user_id)
    people.clock.advance(3599)
    assert apps.token_state(waiting)[1] == "issued"
    people.clock.advance(1)
    for token in (waiting, approved):
        assert apps.token_state(token)[1] == "expired"
        assert fault(people, mine, token) == "expired"
        with pytest.raises(Rejected):
            apps.approve(token, ada.user_id)
    people.clock.advance(86_400)
    apps.new_token(mine)
    assert apps.token_state(waiting) == (0, "", 0)


def test_only_what_waits_can_be_approved(people: People, ada: User, program: Application) -> None:
    """Unknown tokens and those answered before say so; nobody takes over what another approved."""
    apps = people.applications
    with pytest.raises(NotFound):
        apps.approve("0" * 32, ada.user_id)
    token = apps.new_token(program.application_id)
    with pytest.raises(NotFound):
        apps.approve(token, 99)
    apps.approve(token, ada.user_id)
    with pytest.raises(Conflict):
        apps.approve(token, people.add("bea").user_id)
    assert apps.token_state(token)[2] == ada.user_id
    with pytest.raises(NotFound):
        apps.new_token(99)


def test_no_secret_is_stored(people: People, ada: User, program: Application) -> None:
    """Tokens and session keys stand in the database as hashes."""
    apps = people.applications
    token, key = apps.new_token(program.application_id), apps.new_session(ada.user_id, program.application_id).key
    stored = people.rows("SELECT token_hash FROM auth_tokens UNION ALL SELECT key_hash FROM app_sessions")
    assert len(stored) == 2
    assert not {(token,), (key,)} & set(stored)


# ---- sessions ------------------------------------------------------------------------------------------------------


def test_a_session_outlives_a_restart(people: People, ada: User, program: Application) -> None:
    """Its key leads to the user, the program and the row under which it can be revoked."""
    apps = people.applications
    key = apps.new_session(ada.user_id, program.application_id).key
    (row,) = apps.app_sessions(ada.user_id)
    assert row.application.application_id == program.application_id
    for seen in (apps, people.again()):
        assert seen.session(key) == (ada, program.application_id, row.app_session_id)
        assert seen.session(key.upper()) is None
    assert apps.session("") is None


def test_a_revoked_session_is_void_at_once(people: People, ada: User, program: Application) -> None:
    """On the very next request, others of the same program stay; nobody revokes what is not theirs."""
    apps = people.applications
    first = apps.new_session(ada.user_id, program.application_id).key
    people.clock.advance(1)
    second = apps.new_session(ada.user_id, program.application_id).key
    assert apps.session(first) and apps.session(second)
    newest, oldest = apps.app_sessions(ada.user_id)
    with pytest.raises(NotFound):
        apps.revoke(people.add("bea").user_id, oldest.app_session_id)
    apps.revoke(ada.user_id, oldest.app_session_id)
    assert apps.session(first) is None
    assert apps.session(second) == (ada, program.application_id, newest.app_session_id)
    apps.revoke_application(ada.user_id, program.application_id)
    assert apps.session(second) is None
    with pytest.raises(NotFound):
        apps.revoke_application(ada.user_id, program.application_id)


def test_a_session_answers_from_memory_and_sees_changes(people: People, ada: User, program: Application) -> None:
    """The database is not asked again, and yet a new visibility is there on the very next request."""
    apps = people.applications
    key = apps.new_session(ada.user_id, program.application_id).key
    assert apps.session(key)
    people.accounts.update(ada.user_id, visibility="public")
    found = apps.session(key)
    assert found is not None
    assert found[0].visibility == "public"
    people.writer.do(lambda tx: tx.run("DELETE FROM app_sessions")).result()
    assert apps.session(key) == found
    assert people.again().session(key) is None


def test_use_of_a_session_is_noted_by_the_hour(people: People, ada: User, program: Application) -> None:
    """Within an hour nothing is written; after it the time of use is."""
    apps, made_at = people.applications, people.clock.now()
    key = apps.new_session(ada.user_id, program.application_id).key
    for wait, noted in ((3599, made_at), (1, made_at + 3600), (3599, made_at + 3600)):
        people.clock.advance(wait)
        apps.session(key)
        people.writer.do(lambda tx: None).result()
        (row,) = apps.app_sessions(ada.user_id)
        assert (row.created_at, row.used_at) == (made_at, noted)


def test_a_program_that_signs_in_each_time_pushes_out_its_oldest(
    people: People, ada: User, program: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the most, the session used longest ago is void at once; that of another user is not."""
    monkeypatch.setattr(module, "MOST_SESSIONS", 3)
    apps, bea = people.applications, people.add("bea")
    of_bea, keys = apps.new_session(bea.user_id, program.application_id).key, []
    for _ in range(4):
        people.clock.advance(10)
        keys.append(apps.new_session(ada.user_id, program.application_id).key)
        assert apps.session(keys[0]) is None or len(keys) < 4
    assert [apps.session(key) is not None for key in (*keys, of_bea)] == [False, True, True, True, True]


def test_a_session_needs_both_sides(people: People, ada: User, program: Application) -> None:
    """There is none for nobody, and none for a program that is not there."""
    for user_id, application_id in ((99, program.application_id), (ada.user_id, 99)):
        with pytest.raises(NotFound):
            people.applications.new_session(user_id, application_id)


# ---- logins by hashes ----------------------------------------------------------------------------------------------


def test_hashes_of_app_passwords_prove_a_login(people: People, ada: User) -> None:
    """The mobile hash is over the lower-case name, the legacy one over its timestamp; either case of hex is fine."""
    apps = people.applications
    people.accounts.new_app_password(ada.user_id, "another player")
    md5 = md5_hex(people.accounts.new_app_password(ada.user_id, "player"))
    assert apps.auth_token_matches(ada.user_id, md5_hex("ada" + md5).upper())
    assert not apps.auth_token_matches(ada.user_id, md5_hex("Ada" + md5))
    assert not apps.auth_token_matches(ada.user_id, "ü\ud800")
    assert apps.legacy_matches(ada.user_id, md5_hex(md5 + "1700000000"), "1700000000")
    assert not apps.legacy_matches(ada.user_id, md5_hex(md5 + "1700000000"), "1700000001")
    assert not apps.legacy_matches(people.add("bea").user_id, md5_hex(md5 + "1"), "1")


def test_an_app_password_proved_by_a_hash_counts_as_used(people: People, ada: User) -> None:
    """Its time of use is noted, and a revoked one proves nothing."""
    apps = people.applications
    md5 = md5_hex(people.accounts.new_app_password(ada.user_id, "player"))
    assert apps.legacy_matches(ada.user_id, md5_hex(md5 + "1"), "1")
    people.writer.do(lambda tx: None).result()
    (row,) = people.accounts.app_passwords(ada.user_id)
    assert row.used_at == people.clock.now()
    people.accounts.revoke_app_password(ada.user_id, row.app_password_id)
    assert not apps.legacy_matches(ada.user_id, md5_hex(md5 + "1"), "1")
