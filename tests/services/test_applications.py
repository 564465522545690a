"""Programs: API accounts, who is let in by which policy, suspension; on both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.services.applications import applications as module
from earstead.storage.engine import Engine
from tests.services.people import People, gather

HEX32 = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def people(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[People]:
    with gather(engine, clock, tmp_path) as found:
        yield found


# ---- API accounts --------------------------------------------------------------------------------------------------


def test_an_api_account_has_a_key_and_a_secret(people: People) -> None:
    """Both are 32 hex digits; the secret is sealed where it is stored, and readable after a restart."""
    ada = people.add("ada")
    made = people.applications.create(
        ada.user_id, " Player ", description="d", homepage="https://a.example", callback="player://back"
    )
    secret = people.applications.secret_of(made.application_id)
    assert HEX32.fullmatch(made.api_key)
    assert HEX32.fullmatch(secret)
    assert (made.name, made.callback, made.verified, made.suspended) == ("Player", "player://back", True, "")
    ((stored,),) = people.rows("SELECT sealed_secret FROM applications")
    assert secret not in stored
    assert people.again().secret_of(made.application_id) == secret
    assert people.applications.of_user(ada.user_id) == (made,)
    assert people.applications.get(ada.user_id, made.application_id) == made


def test_an_api_account_belongs_to_one_person(people: People) -> None:
    """Nobody else finds it, rotates it or removes it; without a person it cannot be made."""
    ada, bea = people.add("ada"), people.add("bea")
    made = people.applications.create(ada.user_id, "Player")
    for act in (people.applications.get, people.applications.rotate, people.applications.remove):
        with pytest.raises(NotFound):
            act(bea.user_id, made.application_id)
    with pytest.raises(NotFound):
        people.applications.create(99, "Player")
    assert people.applications.application(made.application_id) == made


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("description", "x" * 1001),
        ("homepage", "a.example"),
        ("homepage", "javascript://a.example/%0aalert(1)"),
        ("callback", "javascript:alert(1)"),
        ("callback", "DATA:text/html,x"),
        ("callback", "somewhere"),
        ("callback", "https://a.example/" + "x" * 2000),
    ],
)
def test_what_is_no_description_is_refused(people: People, field: str, said: str) -> None:
    """Missing names, overlong texts and addresses that carry script are refused, naming the field."""
    ada = people.add("ada")
    with pytest.raises(Rejected) as refused:
        people.applications.create(ada.user_id, **{"name": "Player", field: said})
    assert refused.value.field == field


def test_nobody_makes_api_accounts_without_end(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a most of them for each person."""
    ada = people.add("ada")
    monkeypatch.setattr(module, "MOST_OF_USER", 2)
    for _ in range(2):
        people.applications.create(ada.user_id, "Player")
    with pytest.raises(Conflict):
        people.applications.create(ada.user_id, "Player")


def test_rotating_replaces_key_and_secret_at_once(people: People) -> None:
    """The old key is unknown to the very next request, the secret another; access given before stays."""
    ada = people.add("ada")
    apps = people.applications
    apps.set_policy("strict")
    made = apps.create(ada.user_id, "Player")
    secret, session = apps.secret_of(made.application_id), apps.new_session(ada.user_id, made.application_id)
    assert apps.admit(made.api_key, "") is not None
    rotated = apps.rotate(ada.user_id, made.application_id)
    assert apps.admit(made.api_key, "") is None
    assert apps.admit(rotated.api_key, "") is not None
    assert apps.secret_of(made.application_id) != secret
    assert apps.session(session.key) is not None


def test_removing_ends_all_access_through_it(people: People) -> None:
    """Key, secret, tokens and the sessions of everybody are void on the next request."""
    ada, bea = people.add("ada"), people.add("bea")
    apps = people.applications
    made = apps.create(ada.user_id, "Player")
    session, token = apps.new_session(bea.user_id, made.application_id), apps.new_token(made.application_id)
    assert apps.session(session.key) is not None
    apps.remove(ada.user_id, made.application_id)
    assert apps.session(session.key) is None
    assert apps.secret_of(made.application_id) == ""
    assert apps.token_state(token) == (0, "", 0)
    assert apps.app_sessions(bea.user_id) == ()


# ---- admission -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["known", "open"])
def test_an_unknown_key_registers_itself(people: People, policy: str) -> None:
    """Any key of printable characters is taken, once, under the name in the User-Agent, without a secret."""
    apps = people.applications
    apps.set_policy(policy)
    key = "a string 32 characters in length"
    first = apps.admit(key, "mpdscribble/0.24")
    assert first is not None
    assert (first.name, first.user_id, first.verified) == ("mpdscribble/0.24", 0, False)
    assert apps.secret_of(first.application_id) == ""
    assert apps.admit(key, "another name") == first
    assert people.again().admit(key, "") == first
    nameless = apps.admit("other", "")
    assert nameless is not None
    assert nameless.name


@pytest.mark.parametrize("key", ["", "x" * 129, "a\x00b", "a\nb", "\ud800"])
def test_what_can_be_no_key_is_refused(people: People, key: str) -> None:
    """Empty, overlong and unprintable keys are nobody's, also where every key is welcome."""
    people.applications.set_policy("open")
    assert people.applications.admit(key, "agent") is None
    assert people.rows("SELECT name FROM applications") == []


def test_a_strict_server_takes_registered_keys_only(people: People) -> None:
    """A change of policy acts at once: keys that registered themselves are refused, API accounts are not."""
    apps = people.applications
    guest, made = apps.admit("anything", "agent"), apps.create(people.add("ada").user_id, "Player")
    assert guest is not None
    apps.set_policy("strict")
    assert apps.admit("anything", "agent") is None
    assert apps.admit("unknown", "agent") is None
    assert apps.admit(made.api_key, "agent") is not None
    apps.set_policy("known")
    assert apps.admit("anything", "agent") is not None


def test_use_is_noted_by_the_hour(people: People) -> None:
    """The first use is noted, and then one an hour later."""
    apps = people.applications
    made = apps.create(people.add("ada").user_id, "Player")
    start = people.clock.now()
    assert made.used_at == 0
    for wait, noted in ((0, start), (3599, start), (1, start + 3600)):
        people.clock.advance(wait)
        used = apps.admit(made.api_key, "")
        assert used is not None
        assert used.used_at == noted
        people.writer.do(lambda tx: None).result()
        assert people.rows("SELECT used_at FROM applications") == [(noted,)]


def test_admission_answers_from_memory(people: People) -> None:
    """A key that was seen, its secret, the policy and the limits are not read from the database again."""
    apps = people.applications
    made = apps.create(people.add("ada").user_id, "Player")
    apps.admit(made.api_key, ""), apps.secret_of(made.application_id), apps.limits(), apps.blocked("192.0.2.1")
    people.writer.do(lambda tx: tx.run("DELETE FROM applications")).result()
    assert apps.admit(made.api_key, "") is not None
    assert apps.secret_of(made.application_id)
    assert people.again().admit(made.api_key, "other").application_id != made.application_id  # type: ignore[union-attr]


def test_programs_that_register_themselves_give_way(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the most, the one used longest ago goes; never one that is suspended or speaks for somebody."""
    apps, ada = people.applications, people.add("ada")
    monkeypatch.setattr(module, "MOST_UNASKED", 4)
    kept = []
    for i in range(4):
        found = apps.admit(f"key {i}", "agent")
        assert found is not None
        kept.append(found)
        people.clock.advance(10)
    apps.suspend(kept[0].application_id, "too fast")
    apps.new_session(ada.user_id, kept[1].application_id)
    people.writer.do(lambda tx: None).result()
    apps.admit("key 4", "agent")
    assert {row[0] for row in people.rows("SELECT api_key FROM applications")} == {"key 0", "key 1", "key 3", "key 4"}
    again = apps.admit("key 2", "agent")
    assert again is not None
    assert again.application_id > kept[3].application_id


# ---- suspension ----------------------------------------------------------------------------------------------------


def test_a_suspended_program_reads_why(people: People) -> None:
    """Suspending and lifting it act on the very next request; the reason comes with the application."""
    apps = people.applications
    found = apps.admit("anything", "agent")
    assert found is not None
    apps.suspend(found.application_id, " Too many requests. ")
    told = apps.admit("anything", "agent")
    assert told is not None
    assert told.suspended == "Too many requests."
    apps.unsuspend(found.application_id)
    told = apps.admit("anything", "agent")
    assert told is not None
    assert told.suspended == ""
    with pytest.raises(Rejected):
        apps.suspend(found.application_id, " ")
    with pytest.raises(Rejected):
        apps.suspend(found.application_id, "x" * 301)
    with pytest.raises(NotFound):
        apps.suspend(99, "why")


def test_the_owner_sees_all_programs(people: People) -> None:
    """Latest used first, in pages, with their number."""
    apps = people.applications
    made = apps.create(people.add("ada").user_id, "Player")
    for key in ("one", "two"):
        people.clock.advance(10)
        apps.admit(key, "agent")
    people.writer.do(lambda tx: None).result()
    rows, total = apps.all(2, 0)
    assert ([row.api_key for row in rows], total) == (["two", "one"], 3)
    assert apps.all(2, 2) == ((made,), 3)


# ---- erasure -------------------------------------------------------------------------------------------------------


def test_erasing_ends_what_the_person_made_and_allowed(people: People) -> None:
    """API accounts of somebody who goes are void with all access through them; so is the access they gave."""
    ada, bea = people.add("ada"), people.add("bea")
    apps = people.applications
    made, guest = apps.create(ada.user_id, "Player"), apps.admit("anything", "agent")
    assert guest is not None
    of_bea = apps.new_session(bea.user_id, made.application_id)
    of_ada = apps.new_session(ada.user_id, guest.application_id)
    token = apps.approved_token(guest.application_id, ada.user_id)
    assert apps.session(of_bea.key) and apps.session(of_ada.key)
    people.accounts.erase(ada.user_id)
    assert apps.session(of_bea.key) is None
    assert apps.session(of_ada.key) is None
    assert apps.token_state(token) == (0, "", 0)
    assert apps.secret_of(made.application_id) == ""
    assert people.rows("SELECT api_key FROM applications") == [("anything",)]
    assert people.rows("SELECT user_id FROM app_sessions UNION ALL SELECT user_id FROM auth_tokens") == []
