"""Forms that change a person: first start, profile, password, sessions, users, erasing; and decisions on names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.conftest import NOW

from earstead.app import around
from earstead.core.errors import NotFound
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.services.container import Services

PASSWORD = "correct horse battery staple"
OTHER = "a long and quiet evening"


@pytest.fixture
def visitor(services: Services) -> Iterator[TestClient]:
    """A browser without a session, on an empty server."""
    with TestClient(around(services), follow_redirects=False) as client:
        yield client


@pytest.fixture
def ada(visitor: TestClient, services: Services) -> TestClient:
    """The owner's browser; she heard three songs of two artists."""
    user = services.accounts.add_user("ada", PASSWORD, role="owner")
    visitor.cookies.set("earstead_session", services.accounts.sign_in("ada", PASSWORD, agent="Firefox"))
    heard = [("Kino", "Группа крови"), ("Simon & Garfunkel", "America"), ("Kino", "Gruppa krovi")]
    services.ingest.add_now(
        user.user_id,
        [
            Submission(source="player", artist_name=artist, track_name=track, listened_at=UnixSeconds(NOW - n * 600))
            for n, (artist, track) in enumerate(heard)
        ],
    )
    return visitor


def _claim(client: TestClient, **fields: str) -> httpx2.Response:
    form = {"name": "ada", "password": PASSWORD, "password_again": PASSWORD, "zone": "Europe/Berlin"}
    return client.post("/welcome", data={**form, "visibility": "unlisted", **fields})  # type: ignore[return-value]


# --- first start -----------------------------------------------------------------------------------------------------


def test_the_first_start_makes_the_owner(visitor: TestClient, services: Services) -> None:
    """The link's form makes the owner with what was chosen, signs in, and works once."""
    assert visitor.get("/").headers["location"] == "/welcome"
    link = services.accounts.owner_link()
    assert link in visitor.get(f"/welcome?link={link}").text
    made = _claim(visitor, link=link)
    assert (made.status_code, made.headers["location"]) == (303, "/connect?welcome=1")
    assert "You are in" in visitor.get("/connect?welcome=1").text
    owner = services.accounts.named("ada")
    assert (owner.role, owner.zone, owner.visibility) == ("owner", "Europe/Berlin", "unlisted")
    assert _claim(visitor, link=link, name="eve").status_code == 422
    with pytest.raises(NotFound):
        services.accounts.named("eve")


def test_the_first_pages_point_to_create_and_develop(visitor: TestClient, services: Services) -> None:
    """Who makes podcasts or programs reads that at the first start, and has the way there on the page after it."""
    link = services.accounts.owner_link()
    first = visitor.get(f"/welcome?link={link}").text.partition("<main")[2]
    assert "Create" in first and "Develop" in first
    _claim(visitor, link=link)
    then, later = (visitor.get(path).text.partition("<main")[2] for path in ("/connect?welcome=1", "/connect"))
    for path in ("/create", "/develop"):
        assert f'href="{path}"' in then and f'href="{path}"' not in later
        assert visitor.get(path).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password_again": OTHER}, "not the same"),
        ({"name": "settings"}, "kept for an address"),
        ({"password": "short", "password_again": "short"}, "at least 8"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"visibility": "secret"}, ""),
        ({"link": "wrong"}, "link"),
    ],
)
def test_a_wrong_first_start_keeps_what_was_typed(
    visitor: TestClient, services: Services, wrong: dict[str, str], said: str
) -> None:
    """A fault is said beside the form, which keeps the name but no password; the link can still be used."""
    link = services.accounts.owner_link()
    answer = _claim(visitor, **{"link": link, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert PASSWORD not in answer.text
    assert f'value="{wrong.get("name", "ada")}"' in answer.text
    assert not services.accounts.has_owner()
    assert _claim(visitor, link=link).status_code == 303


# --- settings --------------------------------------------------------------------------------------------------------


def test_the_profile_is_saved(ada: TestClient, services: Services) -> None:
    """Name, zone and privacy are kept and shown; a fault changes nothing."""
    form = {"display_name": "Ada <L>", "zone": "Asia/Tokyo", "visibility": "public", "country": "", "realname": "Ada"}
    assert ada.post("/settings/profile", data=form).status_code == 303
    page = ada.get("/settings/profile").text
    assert "Ada &lt;L&gt;" in page
    assert "Your profile is saved." in page
    assert ada.post("/settings/profile", data={**form, "zone": "Nowhere", "display_name": "Eve"}).status_code == 422
    user = services.accounts.named("ada")
    assert (user.display_name, user.zone, user.visibility) == ("Ada <L>", "Asia/Tokyo", "public")


def test_a_new_password_signs_out_the_others(ada: TestClient, services: Services) -> None:
    """The old password must be right; afterwards this session stays, all others end, and the new password works."""
    elsewhere = services.accounts.sign_in("ada", PASSWORD)
    form = {"old_password": PASSWORD, "password": OTHER, "password_again": OTHER}
    wrong = ada.post("/settings/password", data={**form, "old_password": "guess"})
    assert (wrong.status_code, "not your present password" in wrong.text) == (422, True)
    assert ada.post("/settings/password", data={**form, "password_again": "x"}).status_code == 422
    assert services.accounts.session(elsewhere) is not None
    assert ada.post("/settings/password", data=form).status_code == 303
    assert services.accounts.session(elsewhere) is None
    assert ada.get("/settings/password").status_code == 200
    assert services.accounts.sign_in("ada", OTHER)


def test_a_session_is_listed_and_ended(ada: TestClient, services: Services) -> None:
    """Each session has its program; ending one signs that browser out."""
    elsewhere = services.accounts.sign_in("ada", PASSWORD, agent="Lynx")
    assert "Lynx" in ada.get("/settings/sessions").text
    user = services.accounts.session(elsewhere)
    assert user is not None
    [row] = [row for row in services.accounts.sessions(user.user_id) if row.agent == "Lynx"]
    assert ada.post(f"/settings/sessions/{row.session_id}/end").status_code == 303
    assert services.accounts.session(elsewhere) is None
    assert ada.get("/settings/sessions").status_code == 200


def test_the_owner_adds_a_user(ada: TestClient, services: Services) -> None:
    """The made password is shown once and signs in; a taken or reserved name is refused with a sentence."""
    made = ada.post("/settings/users", data={"name": "bob"})
    password = re.search(r'data-copy="([^"]+)"', made.text)
    assert password is not None
    assert made.headers["cache-control"] == "no-store"
    assert services.accounts.sign_in("bob", password[1])
    assert services.accounts.named("bob").role == "user"
    later = ada.get("/settings/users").text
    assert "bob" in later
    assert password[1] not in later
    for name in ("BOB", "search", ""):
        assert ada.post("/settings/users", data={"name": name}).status_code == 422


def test_an_account_is_erased_when_its_name_is_typed(ada: TestClient, services: Services) -> None:
    """Without the name nothing happens; with it the account, its plays and its sessions are gone."""
    services.accounts.add_user("bob", PASSWORD, role="owner")
    refused = ada.post("/settings/account/erase", data={"confirm": "Adam"})
    assert (refused.status_code, "our name exactly" in refused.text) == (422, True)
    assert services.accounts.named("ada")
    done = ada.post("/settings/account/erase", data={"confirm": "ada"})
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    with pytest.raises(NotFound):
        services.accounts.named("ada")
    assert ada.get("/settings/profile").status_code == 303


def test_what_a_source_brought_is_erased(ada: TestClient, services: Services) -> None:
    """The source's name must be typed; then its reports are gone for good."""
    user_id = services.accounts.named("ada").user_id
    assert (
        ada.post("/settings/account/erase-source", data={"source": "player", "confirm_source": "x"}).status_code == 422
    )
    assert services.insights.count(user_id) == 3
    form = {"source": "player", "confirm_source": "player"}
    assert ada.post("/settings/account/erase-source", data=form).status_code == 303
    assert services.insights.count(user_id) == 0
    assert "3 reports" in ada.get("/settings/account").text


# --- decisions on names ----------------------------------------------------------------------------------------------


def _found(services: Services, text: str, kind: str) -> int:
    user_id = services.accounts.named("ada").user_id
    return next(int(r.entity_id) for r in services.insights.search(user_id, text, 20) if r.kind == kind)


def _artists(services: Services) -> dict[str, int]:
    chart = services.insights.chart(services.accounts.named("ada").user_id, "artist", None)
    return {row.entity.name: row.plays for row in chart.rows}


def test_a_rename_is_previewed_made_undone_and_redone(ada: TestClient, services: Services) -> None:
    """The preview changes nothing; the log's buttons take the decision back and make it stand again."""
    form = {"kind": "rename", "entity": "artist", "id": str(_found(services, "kino", "artist")), "name": "Кино"}
    preview = ada.get("/decisions/new", params=form).text
    assert "2 listens" in preview
    assert "Кино" not in _artists(services)
    assert ada.post("/decisions", data=form).headers["location"] == "/decisions"
    assert _artists(services) == {"Кино": 2, "Simon & Garfunkel": 1}
    [row] = services.decisions.log(services.accounts.named("ada").user_id)
    log = ada.get("/decisions").text
    assert f"/decisions/{row.decision_id}/undo" in log
    ada.post(f"/decisions/{row.decision_id}/undo", data={"next": "/decisions"})
    assert "Kino" in _artists(services)
    assert f"/decisions/{row.decision_id}/redo" in ada.get("/decisions").text
    ada.post(f"/decisions/{row.decision_id}/redo", data={"next": "/decisions"})
    assert "Кино" in _artists(services)


def test_an_artist_is_split(ada: TestClient, services: Services) -> None:
    """One credit becomes two artists, each with the play; without names there is nothing to decide."""
    about = {"kind": "split", "entity": "artist", "id": str(_found(services, "garfunkel", "artist"))}
    form = {**about, "names": "Paul Simon\r\nArt Garfunkel\r\n"}
    assert "Paul Simon" in ada.get("/decisions/new", params=form).text
    assert ada.post("/decisions", data=about).status_code == 400
    assert ada.post("/decisions", data=form).status_code == 303
    assert _artists(services) == {"Kino": 2, "Paul Simon": 1, "Art Garfunkel": 1}


@pytest.mark.parametrize("kind", ["ban", "block"])
def test_an_artist_is_left_out(ada: TestClient, services: Services, kind: str) -> None:
    """Left out of statistics, or hidden, an artist is in no chart; undone, it is back."""
    form = {"kind": kind, "entity": "artist", "id": str(_found(services, "kino", "artist"))}
    assert "2 listens" in ada.get("/decisions/new", params=form).text
    assert ada.post("/decisions", data=form).status_code == 303
    assert _artists(services) == {"Simon & Garfunkel": 1}
    [row] = services.decisions.log(services.accounts.named("ada").user_id)
    ada.post(f"/decisions/{row.decision_id}/undo", data={"next": "/decisions"})
    assert _artists(services)["Kino"] == 2
