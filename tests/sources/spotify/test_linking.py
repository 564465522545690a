"""Linked accounts over months: the end of a consent, locks, restarts, and what is left of them when they go."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from earstead.app import open_services
from earstead.core.errors import NeedsReauth, NotFound
from earstead.core.spotify import Capabilities, Profile, QuotaLocked, Tokens
from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify.faults import Fault
from earstead.services.spotify.types import LinkedAccount, Login
from earstead.settings import Settings
from tests.fakes.spotify import InProcess
from tests.sources.spotify.conftest import NOW, PASSWORD, Stage

DAY = 86_400
SCHEMAS = Path(__file__).parents[3] / "src/earstead/webhooks/schema/v1"


def test_the_end_of_a_consent_is_told_three_times(linked: Stage) -> None:
    """At 30, 7 and 1 days, each once however often the job runs, and again after a renewal."""
    told: list[int] = []
    for day in range(1, 182):
        linked.clock.advance(DAY)
        linked.services.spotify.count_down()
        linked.services.spotify.count_down()
        if len(linked.events("spotify.reconsent_due")) > len(told):
            told.append(180 - day)
    assert told == [30, 7, 1]
    said = [data for _, data in linked.events("spotify.reconsent_due")]
    assert [data["days_left"] for data in said] == [30, 7, 1]
    assert {data["expires_at"] for data in said} == {linked.account.ends_at}
    assert said[0]["account"] == linked.account.title
    linked.renew()
    linked.services.spotify.count_down()
    assert len(linked.events("spotify.reconsent_due")) == 3
    linked.clock.advance(160 * DAY)
    linked.services.spotify.count_down()
    assert len(linked.events("spotify.reconsent_due")) == 4


def test_a_server_that_was_off_tells_the_latest_warning_alone(linked: Stage) -> None:
    """After two months without power, one warning comes and not three."""
    linked.clock.advance(179 * DAY + 3600)
    linked.services.worker.start()
    linked.services.worker.stop()
    linked.services.spotify.count_down()
    assert [data["days_left"] for _, data in linked.events("spotify.reconsent_due")] == [1]


def test_a_dead_consent_stands_still_until_it_is_renewed(linked: Stage) -> None:
    """At six months the tokens are dropped, the user is told once, the page says so; a renewal brings it all back."""
    client = linked.services.spotify_links.client(linked.account)
    linked.clock.advance(190 * DAY)
    for _ in range(3):
        with pytest.raises(NeedsReauth):
            client.me()
    ((_, data),) = linked.events("spotify.reauth_required")
    assert data["account"] == linked.account.title and "expired" in str(data["reason"])
    assert linked.account.state == "reauth"
    linked.sign_in()
    page = linked.browser.get(f"/settings/spotify/{linked.account.account_id}").text
    assert "no longer takes this consent" in page
    asked = linked.spotify.calls["POST /api/token"]
    with pytest.raises(NeedsReauth):
        client.me()
    assert linked.spotify.calls["POST /api/token"] == asked, "nothing is asked with a consent that is dead"
    linked.renew()
    assert linked.account.state == "on" and client.me().key == linked.account.spotify_key


def test_tokens_are_renewed_on_disk(open_stage: Callable[[], Stage]) -> None:
    """A renewed token is there after a restart, and the next renewal starts from it."""
    stage = open_stage()
    stage.spotify.accounts.returns = "always"
    stage.connect()
    for _ in range(3):
        stage.clock.advance(4000)
        stage.services.spotify_links.client(stage.account).me()
        stage = open_stage()
    assert stage.account.state == "on"


def test_a_late_renewal_does_not_undo_a_new_consent(linked: Stage) -> None:
    """What came of a renewal that began before the user connected anew is thrown away, its refusal too."""
    links, account_id = linked.services.spotify, linked.account.account_id
    before = links.tokens(account_id)
    assert linked.connect().status_code == 303
    fresh = links.tokens(account_id)
    links.keep_tokens(account_id, Tokens(access="late", refresh="late", expires_at=1), before)
    links.ended(account_id, "Refresh token revoked", before)
    assert links.tokens(account_id) == fresh != before and linked.account.state == "on"


def test_locks_survive_a_restart(open_stage: Callable[[], Stage]) -> None:
    """A family that was locked stays locked in a new process, its users are told of the lock and of its end."""
    stage = open_stage()
    stage.connect(features="library")
    stage.spotify.faults.append(Fault(kind="quota", where="/v1/me/tracks", retry_after_s=7200))
    with pytest.raises(QuotaLocked):
        stage.services.spotify_links.client(stage.account).saved_tracks_page()
    until_ms = (stage.clock.now() + 7200) * 1000
    stage.services.spotify_links.client(stage.account).playlists_page()

    stage = open_stage()
    calls = stage.spotify.calls.total()
    with pytest.raises(QuotaLocked) as told:
        stage.services.spotify_links.client(stage.account).saved_tracks_page()
    assert told.value.after_s == 7200 and stage.spotify.calls.total() == calls
    used = {row.family: row.used for row in stage.services.spotify_links.ledger(stage.account.developer)[1]}
    assert (used["library"], used["playlists"], used["metadata"]) == (1, 1, 1), "counts survive as well"
    assert stage.events("spotify.quota_locked") == [
        ("spotify.quota_locked", {"family": "library", "kind": "day", "until_ms": until_ms})
    ]
    stage.clock.advance(7100)
    stage.services.worker.run_due()
    assert stage.events("spotify.quota_released") == []
    stage.clock.advance(101)
    stage.services.worker.run_due()
    stage.clock.advance(31)
    assert stage.events("spotify.quota_released") == [("spotify.quota_released", {"family": "library", "kind": "day"})]
    stage.services.spotify_links.client(stage.account).saved_tracks_page()


def test_what_is_told_fits_its_schema(linked: Stage) -> None:
    """Every required field of the published schemas is there."""
    linked.services.spotify.quota_locked(linked.account.developer, "{}", "search", linked.clock.now_ms() + 1000)
    linked.services.spotify.ended(
        linked.account.account_id, "revoked", linked.services.spotify.tokens(linked.account.account_id)
    )
    told = linked.events("spotify.quota_locked", "spotify.reauth_required")
    assert len(told) == 2
    for type_, data in told:
        schema = json.loads((SCHEMAS / f"{type_}.json").read_text("utf-8"))["properties"]["data"]
        assert set(schema["required"]) <= set(data)


def test_an_account_that_is_erased_leaves_nothing(linked: Stage) -> None:
    """No row of any table of Spotify's is left of an erased user, the client id included."""
    linked.services.spotify.set_cursor(linked.account.account_id, "recent", "1")
    linked.browser.get(f"/settings/spotify/{linked.account.account_id}/renew")
    linked.services.spotify_links.ledger(linked.account.developer)
    linked.services.spotify.keep_quota(linked.account.developer, "{}")
    account = linked.account
    linked.services.accounts.erase(linked.user_id)
    with sqlite3.connect(linked.services.data / "earstead.db") as database:
        tables = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.startswith("spotify")
        ]
        assert len(tables) >= 5
        assert [n for n in tables if database.execute(f"SELECT count(*) FROM {n}").fetchone() != (0,)] == []
    database.close()
    with pytest.raises(NeedsReauth):
        linked.services.spotify.tokens(account.account_id)
    with pytest.raises(NotFound):
        linked.services.spotify.get(linked.user_id, account.account_id)


def test_archives_hold_nothing_that_opens_an_account(linked: Stage) -> None:
    """Neither tokens nor client ids travel in an archive."""
    out = io.BytesIO()
    linked.services.exports.write(linked.user_id, "archive", out)
    with zipfile.ZipFile(out) as box:
        text = b"".join(box.read(name) for name in box.namelist())
    tokens = linked.services.spotify.tokens(linked.account.account_id)
    for word in (tokens.access, tokens.refresh, linked.account.client_id):
        assert word.encode() not in text


def test_a_restored_database_without_its_key_asks_to_connect_again(linked: Stage, tmp_path: Path) -> None:
    """Tokens that were sealed with another key are no fault of the server, but a reason to agree again."""
    from earstead.kit.secrets import load_vault

    other = tmp_path / "other"
    other.mkdir()
    linked.services.spotify._vault = load_vault(other)
    with pytest.raises(NeedsReauth, match="another key"):
        linked.services.spotify_links.client(linked.account).me()


def test_whoever_follows_hears_of_it(linked: Stage) -> None:
    """Linking, renewing and leaving are told to what works on accounts; leaving before the account is gone."""
    heard: list[tuple[str, int, bool]] = []
    links = linked.services.spotify_links
    account_id = linked.account.account_id

    def follow(account: LinkedAccount) -> None:
        heard.append(("linked", account.account_id, linked.services.spotify.find(account_id) is not None))

    def forget(account: LinkedAccount, erase: bool) -> None:
        heard.append(
            ("erased" if erase else "left", account.account_id, bool(linked.services.spotify.find(account_id)))
        )

    links.after_linking(follow), links.before_leaving(forget)
    linked.connect()
    links.disconnect(linked.user_id, account_id, erase=True)
    assert heard == [("linked", account_id, True), ("erased", account_id, True)]


def test_a_life_on_both_databases(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """Linking, renewing, warning, locking, ending and leaving do the same on SQLite and PostgreSQL."""
    postgres = database_url if database_url.startswith("postgres") else ""
    services = open_services(Settings(data=tmp_path / "data", database_url=postgres), clock=clock)
    links, user_id = services.spotify, services.accounts.add_user("ada", PASSWORD).user_id
    tokens = Tokens(access="a", refresh="r", expires_at=NOW, scopes=("x", "y"))
    login = Login(client_id="c" * 32, developer="d", redirect_uri="https://x/b", verifier="v", features=("listen",))
    for i in range(15):
        links.begin(user_id, f"state {i}", login)
        clock.advance(1)
    assert links.login(user_id, "state 14") == login
    with pytest.raises(NotFound):
        links.login(user_id, "state 0")
    first = links.link(user_id, login, tokens, Profile(spotify_id="ada"))
    second = links.link(user_id, login, tokens, Profile(spotify_id="bea", account_id="b1"))
    assert (first.scopes, first.features, second.spotify_key) == (("x", "y"), ("listen",), "b1")
    links.keep_tokens(first.account_id, Tokens(access="b", refresh="s", expires_at=5), tokens)
    assert links.tokens(first.account_id).access == "b"
    for value in ("1", "2"):
        links.set_cursor(first.account_id, "recent", value)
        links.keep_quota("d", value)
    assert (links.cursor(first.account_id, "recent"), links.quota("d")) == ("2", "2")
    links.set_cursor(999, "recent", "1")
    assert links.cursor(999, "recent") == "", "an account that is gone keeps nothing"
    links.quota_locked("d", "locked", "search", (NOW + 60) * 1000)
    links.keep_capabilities(login.client_id, Capabilities(batch=True))
    assert links.get(user_id, first.account_id).capabilities.batch is True
    clock.advance(151 * DAY)
    assert (links.count_down(), links.count_down()) == (2, 0)
    links.ended(second.account_id, "revoked", tokens)
    assert [account.state for account in links.all()] == ["on", "reauth"]
    services.spotify_links.disconnect(user_id, first.account_id, erase=False)
    assert links.quota("d") == "locked", "another account still shares it"
    links.quota_locked("d", "locked again", "search", (clock.now() + 60) * 1000)
    services.spotify_links.disconnect(user_id, second.account_id, erase=False)
    assert list(links.all()) == [] and links.quota("d") == "locked again", "a lock outlives the last account"
    links.keep_quota("d", "more")
    clock.advance(7 * DAY + 1)
    links.count_down()
    assert links.quota("d") == "", "and nobody's quota is kept"
    services.close()


def test_a_developers_client_ids_share_a_quota(linked: Stage) -> None:
    """A second client id of the same developer counts for the first one's quota; a stranger's word changes nothing."""
    links, first = linked.services.spotify, linked.account
    second = linked.spotify.accounts.add_client("new-dev")
    linked.connect(client_id=second.client_id, developer=first.developer)
    assert linked.account.client_id == second.client_id and linked.account.developer == first.developer
    bea = linked.services.accounts.add_user("bea", PASSWORD).user_id
    theirs = Login(
        client_id=second.client_id, developer="stolen", redirect_uri="https://x/b", verifier="v", features=("listen",)
    )
    links.link(bea, theirs, Tokens(access="a", refresh="r", expires_at=1), Profile(spotify_id="bea"))
    assert linked.account.developer == first.developer == links.developer_of(second.client_id)


def test_everybody_is_found(linked: Stage) -> None:
    """The accounts of all users are walked through once each."""
    assert [account.account_id for account in linked.services.spotify.all()] == [linked.account.account_id]
    assert linked.services.spotify.find(999) is None
    assert InProcess(linked.spotify.app).send("GET", "http://x.test/v1/me").status == 401
