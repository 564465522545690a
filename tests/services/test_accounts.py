"""Accounts: names, passwords, sessions, tokens, app passwords, the owner link, privacy, erasure; on both engines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, Forbidden, NotFound, Rejected, Unauthenticated
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.kit.secrets import Vault, load_vault
from earstead.services.accounts import Accounts
from earstead.services.events import Hub
from earstead.services.ingest import Ingest
from earstead.storage import copying, relays, spotify, webhooks
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

PASSWORD = "correct horse"
DAY = 86_400


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    made = Writer(engine)
    yield made
    made.close()


@pytest.fixture
def ingest(engine: Engine, writer: Writer, clock: FixedClock) -> Ingest:
    return Ingest(engine, writer, clock, Hub())


@pytest.fixture
def accounts(engine: Engine, writer: Writer, clock: FixedClock, ingest: Ingest, tmp_path: Path) -> Accounts:
    return Accounts(engine, writer, clock, load_vault(tmp_path), ingest)


def heard(name: str, at: int, source: str = "player") -> Submission:
    return Submission(source=source, artist_name=f"{name}'s band", track_name=name, listened_at=UnixSeconds(at))


def test_a_raised_setting_keeps_the_largest_of_all_writers(accounts: Accounts) -> None:
    """Writers at the same time leave the largest number, in whatever order they come."""
    user_id = accounts.add_user("ada", PASSWORD).user_id
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: accounts.raise_setting(user_id, "place", n * 37 % 101), range(101)))
    assert accounts.setting(user_id, "place") == 100


# ---- names and passwords -------------------------------------------------------------------------------------------


def test_names_are_unique_however_they_are_written(accounts: Accounts) -> None:
    """A name taken in one case or width cannot be taken in another, and is found in any."""
    made = accounts.add_user("Änna", PASSWORD)
    with pytest.raises(Conflict):
        accounts.add_user("äNNA", PASSWORD)
    assert accounts.named("ÄNNA") == made


@pytest.mark.parametrize("name", ["", "api", "ADMIN", "a b", "a/b", "..", ".a", "a-", "x" * 41, "a\u202eb", "\u0301a"])
def test_bad_names_are_refused(accounts: Accounts, name: str) -> None:
    """Empty, reserved, spaced, path-like, overlong and deceptive names are refused, naming the field."""
    with pytest.raises(Rejected) as refused:
        accounts.add_user(name, PASSWORD)
    assert refused.value.field == "name"


@pytest.mark.parametrize("password", ["", "short", "x" * 1025, "long enough \ud800"])
def test_bad_passwords_are_refused(accounts: Accounts, password: str) -> None:
    """Passwords that are too short, too long or no text are refused, naming the field."""
    with pytest.raises(Rejected) as refused:
        accounts.add_user("anna", password)
    assert refused.value.field == "password"
    assert accounts.users() == ()


def test_signing_in_needs_name_and_password(accounts: Accounts) -> None:
    """The right password opens a session for its user; a wrong one and an unknown name are refused alike."""
    anna = accounts.add_user("anna", PASSWORD)
    assert accounts.session(accounts.sign_in("ANNA", PASSWORD)) == anna
    with pytest.raises(Unauthenticated) as wrong:
        accounts.sign_in("anna", "wrong password")
    with pytest.raises(Unauthenticated) as unknown:
        accounts.sign_in("nobody", PASSWORD)
    assert str(wrong.value) == str(unknown.value)


def test_changing_the_password(accounts: Accounts) -> None:
    """The old password is asked for, no longer works afterwards, and other sessions end."""
    anna = accounts.add_user("anna", PASSWORD)
    here, there = accounts.sign_in("anna", PASSWORD), accounts.sign_in("anna", PASSWORD)
    with pytest.raises(Forbidden):
        accounts.change_password(anna.user_id, "wrong password", "another horse")
    accounts.change_password(anna.user_id, PASSWORD, "another horse", keep_session=here)
    assert accounts.session(here) == anna
    assert accounts.session(there) is None
    with pytest.raises(Unauthenticated):
        accounts.sign_in("anna", PASSWORD)
    assert accounts.sign_in("anna", "another horse")


# ---- the first owner -----------------------------------------------------------------------------------------------


def test_the_owner_link_works_once(accounts: Accounts) -> None:
    """The link makes one owner, is left usable by a refused name, and makes no second one."""
    link = accounts.owner_link()
    with pytest.raises(Rejected):
        accounts.claim_owner(link, "admin", PASSWORD)
    assert accounts.claim_owner(link, "anna", PASSWORD).role == "owner"
    with pytest.raises(Conflict):
        accounts.claim_owner(link, "ben", PASSWORD)
    with pytest.raises(Conflict):
        accounts.owner_link()


def test_old_and_wrong_owner_links_are_refused(accounts: Accounts, clock: FixedClock) -> None:
    """A guessed link, one replaced by a newer one, and one older than a day make nobody the owner."""
    replaced, link = accounts.owner_link(), accounts.owner_link()
    for wrong in ("", "guess", replaced):
        with pytest.raises(Unauthenticated):
            accounts.claim_owner(wrong, "anna", PASSWORD)
    clock.advance(DAY)
    with pytest.raises(Unauthenticated):
        accounts.claim_owner(link, "anna", PASSWORD)
    assert not accounts.has_owner()


# ---- sessions ------------------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended_by_their_user_alone(accounts: Accounts) -> None:
    """A session shows where it was opened, and only its own user can end it."""
    anna, ben = accounts.add_user("anna", PASSWORD), accounts.add_user("ben", PASSWORD)
    token = accounts.sign_in("anna", PASSWORD, agent="Browser\u202e 1")
    (row,) = accounts.sessions(anna.user_id)
    assert row.agent.startswith("Browser")
    with pytest.raises(NotFound):
        accounts.end_session(ben.user_id, row.session_id)
    assert accounts.session(token) == anna
    accounts.end_session(anna.user_id, row.session_id)
    assert accounts.session(token) is None


def test_unused_sessions_end(accounts: Accounts, clock: FixedClock) -> None:
    """A session that is used lives on; one unused for 90 days is over."""
    accounts.add_user("anna", PASSWORD)
    token = accounts.sign_in("anna", PASSWORD)
    for _ in range(3):
        clock.advance(60 * DAY)
        assert accounts.session(token)
        accounts.sign_out("unknown")  # waits for the writer: the time of use is stored behind the answer
    clock.advance(91 * DAY)
    assert accounts.session(token) is None


# ---- tokens --------------------------------------------------------------------------------------------------------


def test_tokens_are_kept_as_hashes(accounts: Accounts, engine: Engine) -> None:
    """No table holds a token, a session, an app password or its md5 as it is."""
    anna = accounts.add_user("anna", PASSWORD)
    secrets = [accounts.new_token(anna.user_id), accounts.sign_in("anna", PASSWORD)]
    secrets.append(accounts.new_app_password(anna.user_id, "radio"))
    secrets += [hashlib.md5(secrets[-1].encode()).hexdigest(), PASSWORD]
    with engine.read() as tx:
        rows = [row for t, c in copying.tables(tx, engine.dialect).items() for row in copying.rows(tx, t, c)]
    assert rows
    assert not [secret for secret in secrets if secret in repr(rows)]


def test_a_revoked_token_is_worthless_at_once(accounts: Accounts) -> None:
    """A token answered from memory stops working with its revocation, and others cannot revoke it."""
    anna, ben = accounts.add_user("anna", PASSWORD), accounts.add_user("ben", PASSWORD)
    token = accounts.new_token(anna.user_id, "player", ("listens:read",))
    for _ in range(2):
        grant = accounts.bearer(token)
        assert grant is not None
        assert (grant.user, grant.scopes) == (anna, frozenset({"listens:read"}))
    (row,) = accounts.tokens(anna.user_id)
    with pytest.raises(NotFound):
        accounts.revoke_token(ben.user_id, row.token_id)
    accounts.revoke_token(anna.user_id, row.token_id)
    assert accounts.bearer(token) is None


def test_a_grant_shows_the_user_as_they_are_now(accounts: Accounts) -> None:
    """A change of visibility reaches the next request of a token already used."""
    anna = accounts.add_user("anna", PASSWORD)
    token = accounts.new_token(anna.user_id)
    accounts.bearer(token)
    accounts.update(anna.user_id, visibility="public")
    grant = accounts.bearer(token)
    assert grant is not None
    assert grant.user.visibility == "public"


def test_use_is_noted_once_an_hour(accounts: Accounts, clock: FixedClock) -> None:
    """The time of use is right to the hour and is not written for every request."""
    anna = accounts.add_user("anna", PASSWORD)
    token = accounts.new_token(anna.user_id)
    first = clock.now()
    for expected in (first, first, first + 3600):
        accounts.bearer(token)
        accounts.sign_out("unknown")  # waits for the writer
        assert accounts.tokens(anna.user_id)[0].used_at == expected
        clock.advance(1800)


@pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "x" * 100_000])
def test_wrong_tokens_open_nothing(accounts: Accounts, token: str) -> None:
    """Whatever is no token of ours is nobody's, without a fault."""
    assert accounts.bearer(token) is None
    assert accounts.session(token) is None


@pytest.mark.parametrize("scopes", [(), ("",), ("LISTENS",), ("a b",)])
def test_scopes_are_words(accounts: Accounts, scopes: tuple[str, ...]) -> None:
    """A token without scopes, or with ones that are no words, is refused."""
    anna = accounts.add_user("anna", PASSWORD)
    with pytest.raises(Rejected):
        accounts.new_token(anna.user_id, scopes=scopes)


# ---- app passwords -------------------------------------------------------------------------------------------------


def test_app_passwords_serve_both_kinds_of_login(accounts: Accounts) -> None:
    """An app password works as it is and as md5, is never 32 characters long, and stops with its revocation."""
    anna = accounts.add_user("anna", PASSWORD)
    password = accounts.new_app_password(anna.user_id, "radio")
    assert len(password) != 32
    assert accounts.check_app_password("anna", password) == anna
    assert accounts.app_password_md5s(anna.user_id) == (hashlib.md5(password.encode()).hexdigest(),)
    accounts.revoke_app_password(anna.user_id, accounts.app_passwords(anna.user_id)[0].app_password_id)
    with pytest.raises(Unauthenticated):
        accounts.check_app_password("anna", password)
    assert accounts.app_password_md5s(anna.user_id) == ()


def test_neither_password_stands_for_the_other(accounts: Accounts) -> None:
    """An app password does not sign in on the web, the chosen password is no app password, and each has its user."""
    anna = accounts.add_user("anna", PASSWORD)
    accounts.add_user("ben", PASSWORD)
    password = accounts.new_app_password(anna.user_id, "radio")
    with pytest.raises(Unauthenticated):
        accounts.sign_in("anna", password)
    for name, tried in (("anna", PASSWORD), ("ben", password), ("nobody", password)):
        with pytest.raises(Unauthenticated):
            accounts.check_app_password(name, tried)


def test_a_lost_key_is_told(
    accounts: Accounts, engine: Engine, writer: Writer, clock: FixedClock, ingest: Ingest
) -> None:
    """Without the key that sealed them, app passwords still work as they are, and their md5s are named as lost."""
    anna = accounts.add_user("anna", PASSWORD)
    password = accounts.new_app_password(anna.user_id, "radio")
    elsewhere = Accounts(engine, writer, clock, Vault(b"A" * 43 + b"="), ingest)
    assert elsewhere.check_app_password("anna", password) == anna
    assert elsewhere.app_password_md5s(anna.user_id) == ()
    assert elsewhere.unreadable_app_passwords() == (("anna", "radio"),)


def test_connections_that_cannot_be_opened_are_told(
    accounts: Accounts, engine: Engine, writer: Writer, clock: FixedClock, ingest: Ingest
) -> None:
    """Relays, webhooks and Spotify accounts are named whose secrets were sealed with another key; those that can be
    opened, and those that hold no secrets, are not."""
    anna, other = accounts.add_user("anna", PASSWORD).user_id, Vault(b"A" * 43 + b"=")
    made = {"user_id": anna, "state": "on", "created_at": 0}
    relay = {"filter": "{}", "playing": 0, "peer_mark": "", "account": "", **made}
    hook = {"types": "[]", "label": "", **made}
    account = {"user_id": anna, "client_id": "c", "spotify_id": "s", "features": "[]", "scopes": "[]"}
    account |= {"authorized_at": 0, "redirect_uri": "", "created_at": 0}
    vault = accounts._vault

    def work(tx: Tx) -> None:
        for url, held in (("https://lost.example", other), ("https://kept.example", vault)):
            relays.add(tx, {**relay, "kind": "earstead", "url": url, "secrets": held.seal("{}")})
            webhooks.add(tx, {**hook, "url": f"{url}/hook", "secrets": held.seal("{}")})
        relays.add(tx, {**relay, "kind": "librefm", "url": "", "secrets": other.seal("{}")})
        for name, sealed in (("Lost", other.seal("{}")), ("Kept", vault.seal("{}")), ("Gone", "")):
            spotify.add(tx, {**account, "name": name, "spotify_key": name, "tokens": sealed})

    writer.do(work).result()
    assert accounts.unreadable_connections() == (
        ("Spotify account", "Lost", "anna"),
        ("relay", "https://lost.example", "anna"),
        ("relay", "librefm", "anna"),
        ("webhook", "https://lost.example/hook", "anna"),
    )
    elsewhere = Accounts(engine, writer, clock, other, ingest)
    assert [name for _, name, _ in elsewhere.unreadable_connections()] == [
        "Kept",
        "https://kept.example",
        "https://kept.example/hook",
    ]


# ---- privacy and choices -------------------------------------------------------------------------------------------


def test_private_users_exist_for_themselves_alone(accounts: Accounts) -> None:
    """A private user is not found by others nor by visitors; an unlisted and a public one are."""
    anna, ben = accounts.add_user("anna", PASSWORD), accounts.add_user("ben", PASSWORD)
    assert accounts.find("anna", anna) == anna
    for viewer in (None, ben):
        with pytest.raises(NotFound):
            accounts.find("anna", viewer)
    for visibility in ("unlisted", "public"):
        accounts.update(anna.user_id, visibility=visibility)
        assert accounts.find("anna", None).visibility == visibility


@pytest.mark.parametrize("wrong", [{"zone": "Mars/Base"}, {"zone": "../etc"}, {"zone": ""}, {"visibility": "secret"}])
def test_impossible_choices_are_refused(accounts: Accounts, wrong: dict[str, str]) -> None:
    """A zone that is none and an unknown visibility are refused, and nothing changes."""
    anna = accounts.add_user("anna", PASSWORD)
    with pytest.raises(Rejected):
        accounts.update(anna.user_id, **wrong)
    assert accounts.user(anna.user_id) == anna


def test_settings_are_json_values(accounts: Accounts) -> None:
    """A setting comes back as it was put in, for its user alone; what is no JSON is refused."""
    anna, ben = accounts.add_user("anna", PASSWORD), accounts.add_user("ben", PASSWORD)
    value = {"ä": [1, None, "\ud800"], "b": {"c": 1.5}}
    accounts.set_setting(anna.user_id, "plug", value)
    assert accounts.setting(anna.user_id, "plug") == value
    assert accounts.setting(ben.user_id, "plug", "none") == "none"
    with pytest.raises(Rejected):
        accounts.set_setting(anna.user_id, "plug", object())


# ---- erasure -------------------------------------------------------------------------------------------------------


def test_erasing_removes_every_row_of_the_user_and_none_of_others(
    accounts: Accounts, ingest: Ingest, engine: Engine, clock: FixedClock
) -> None:
    """After an erasure no table holds the user's id, nor the names only they heard; others keep everything."""
    owner, ben = accounts.add_user("anna", PASSWORD, role="owner"), accounts.add_user("ben", PASSWORD)
    now = clock.now()
    ingest.add_now(owner.user_id, [heard("shared", now - 1000)])
    ingest.add_now(ben.user_id, [heard("shared", now - 1000), *(heard(f"own{i}", now - 9000 * i) for i in range(1, 9))])
    accounts.new_token(ben.user_id)
    accounts.new_app_password(ben.user_id, "radio")
    accounts.set_setting(ben.user_id, "plug", 1)
    session = accounts.sign_in("ben", PASSWORD)
    accounts.erase(ben.user_id)
    with engine.read() as tx:
        for table, columns in copying.tables(tx, engine.dialect).items():
            if "user_id" in columns:
                assert not [r for r in copying.rows(tx, table, ["user_id"]) if r[0] == ben.user_id], table
        assert [row[0] for row in copying.rows(tx, "tracks", ["track_name"])] == ["shared"]
        assert not [row for row in copying.rows(tx, "entities", ["name"]) if "own" in row[0]]
        assert len(list(copying.rows(tx, "listens", ["listen_id"]))) == 1
    assert accounts.session(session) is None
    assert accounts.add_user("ben", PASSWORD).user_id > ben.user_id


def test_an_interrupted_erasure_is_finished(accounts: Accounts, ingest: Ingest, clock: FixedClock) -> None:
    """An account whose removal broke off is invisible at once, and gone after the next start."""
    ben = accounts.add_user("ben", PASSWORD)
    ingest.add_now(ben.user_id, [heard("own", clock.now() - 1000)])

    def crash(user_id: int) -> None:
        raise OSError("the power went out")

    accounts.before_erasing(crash)
    with pytest.raises(OSError, match="power"):
        accounts.erase(ben.user_id)
    with pytest.raises(NotFound):
        accounts.named("ben")
    accounts._before_erasing.clear()
    assert accounts.finish_erasing() == 1
    assert accounts.finish_erasing() == 0


def test_the_only_owner_goes_last(accounts: Accounts) -> None:
    """An owner cannot leave others behind without one."""
    owner, ben = accounts.add_user("anna", PASSWORD, role="owner"), accounts.add_user("ben", PASSWORD)
    with pytest.raises(Conflict):
        accounts.erase(owner.user_id)
    accounts.erase(ben.user_id)
    accounts.erase(owner.user_id)
    assert accounts.users() == ()


def test_erasing_a_source_keeps_the_others(accounts: Accounts, ingest: Ingest, clock: FixedClock) -> None:
    """Only what the source said is removed, and the number of its reports is told."""
    anna, now = accounts.add_user("anna", PASSWORD), clock.now()
    ingest.add_now(anna.user_id, [heard("one", now - 1000, "gone"), heard("two", now - 9000, "gone")])
    ingest.add_now(anna.user_id, [heard("three", now - 20_000, "kept")])
    assert accounts.erase_source(anna.user_id, "gone") == 2
    assert accounts.erase_source(anna.user_id, "gone") == 0
    assert accounts.erase_source(anna.user_id, "kept") == 1
