"""The listening pages over real services: what they say, whom they tell, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from earstead.app import build
from earstead.core.ids import UnixSeconds, UserId
from earstead.core.listen import Submission
from earstead.core.periods import period
from earstead.kit.clock import FixedClock
from earstead.sandbox.world import history
from earstead.services.container import Services
from earstead.settings import Settings

NOW = 1_750_000_000
"""2025-06-15 15:06:40 UTC, a Sunday."""
PASSWORD = "correct horse battery staple"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
ZONE = "Europe/Berlin"
PATHS = (
    "", "/artists", "/releases?by=time", "/recordings?period=all", "/shows?period=all", "/episodes?period=2025",
    "/listens", "/listens?which=short", "/year/2025", "/live",
)  # fmt: skip


def play(artist: str, track: str, at: int, release: str = "") -> Submission:
    return Submission(
        source="listenbrainz", artist_name=artist, track_name=track, release_name=release, listened_at=UnixSeconds(at)
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application at `NOW`: alice (private, a believable history and hostile names), bob (public, one listen)."""
    data: Path = tmp_path_factory.mktemp("data")
    built = build(Settings(data=data), clock=FixedClock(NOW))
    with TestClient(built, base_url="http://127.0.0.1", follow_redirects=False) as client:
        services: Services = built.state.services
        alice = services.accounts.add_user("alice", PASSWORD, role="owner")
        services.accounts.update(alice.user_id, zone=ZONE)
        bob = services.accounts.add_user("bob", PASSWORD)
        services.accounts.update(bob.user_id, visibility="public")
        services.ingest.add_now(alice.user_id, [*history(3, 900, NOW - 8000, zone=ZONE)], bulk=True)
        services.ingest.add_now(
            alice.user_id,
            [
                play(HOSTILE, HOSTILE, NOW - 600, HOSTILE),
                play("Björk", "Jóga", NOW - 300),
                play("ف" * 400, "x" * 900, NOW - 60),
            ],
        )
        services.ingest.add_now(bob.user_id, [play("Kino", "Группа крови", NOW - 500)])
        yield client


@pytest.fixture
def services(app: TestClient) -> Services:
    """What stands behind the pages."""
    found: Services = app.app.state.services  # type: ignore[attr-defined]
    return found


@pytest.fixture
def alice(services: Services) -> UserId:
    """The id of alice."""
    return UserId(services.accounts.named("alice").user_id)


@pytest.fixture(scope="module")
def session(app: TestClient) -> str:
    """Alice's session; one for all tests, since signing in is slow on purpose."""
    services: Services = app.app.state.services  # type: ignore[attr-defined]
    return services.accounts.sign_in("alice", PASSWORD)


@pytest.fixture
def signed_in(app: TestClient, session: str) -> Iterator[TestClient]:
    """Alice's browser."""
    app.cookies.set("earstead_session", session)
    yield app
    app.cookies.clear()


def text_of(page: str) -> str:
    """What a reader sees, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_drawn_and_names_stay_text(signed_in: TestClient, path: str) -> None:
    """Every listening page is drawn for its user, and no name on it becomes markup."""
    answer = signed_in.get(f"/alice{path}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "onerror=alert(2)>" not in answer.text


@pytest.mark.parametrize("path", [*PATHS, "/events", "/artist/1", "/listen/1"])
def test_private_pages_do_not_exist_for_others(app: TestClient, path: str) -> None:
    """A visitor learns nothing of a private user, not even that there is one: the answer is that of a name unknown."""
    answer = app.get(f"/alice{path}")
    assert answer.status_code == 404
    assert text_of(answer.text) == text_of(app.get(f"/nobody{path}").text)


def test_public_pages_are_for_everybody_but_not_to_be_changed(app: TestClient) -> None:
    """A visitor reads a public user's listens, sees no way to change them, and is refused when he tries."""
    page = app.get("/bob/listens")
    assert page.status_code == 200
    assert "Группа крови" in page.text
    assert 'value="delete"' not in page.text
    listen = re.search(r"/bob/listen/(\d+)", page.text)
    assert listen
    assert app.post("/bob/listens", data={"action": "delete", "listen": listen[1]}).status_code == 403
    assert app.post(listen[0], data={"action": "delete"}).status_code == 403


def test_root_leads_home(app: TestClient, signed_in: TestClient) -> None:
    """The first address is one's own home; without a session it is the sign-in page."""
    assert signed_in.get("/").headers["location"] == "/alice"
    app.cookies.clear()
    assert app.get("/").headers["location"] == "/sign-in"


def test_home_says_the_month_in_words(signed_in: TestClient, services: Services, alice: UserId) -> None:
    """The first sentence of the home page is true: plays of this month against as much of the month before."""
    month = period("month", ZONE, NOW)
    plays = services.insights.totals(alice, month.span).plays
    said = text_of(signed_in.get("/alice").text)
    assert f"{plays} plays this month" in said
    assert f"Times in {ZONE}" in said


def test_chart_pages_through_to_the_last_place(signed_in: TestClient, services: Services, alice: UserId) -> None:
    """All places of a chart stand on its pages, once each, in order."""
    total = services.insights.chart(alice, "recording", None, limit=1).total
    ranks: list[int] = []
    address = "/alice/recordings?period=all"
    while address:
        page = signed_in.get(address).text
        ranks += [int(r) for r in re.findall(r'class="rank num">(\d+)<', page)]
        onward = re.search(r'rel="next" href="([^"]*page=[^"]*)"', page)
        address = unescape(onward[1]) if onward else ""
    assert ranks == list(range(1, total + 1))


@pytest.mark.parametrize(
    "query",
    ["period=never", "period=2025-13", "from=2025-02-30&to=2025-03-01", "from=2025-03-02&to=2025-03-01", "by=loudness",
     "page=0", "page=-1", "page=99999999999999999999", "period=0001", "period=9999"],
)  # fmt: skip
def test_nonsense_in_the_address_is_explained(signed_in: TestClient, query: str) -> None:
    """A period, measure or page that is none is answered with 400 and words."""
    answer = signed_in.get(f"/alice/artists?{query}")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path", ["/artist/0", "/artist/x", "/artist/99999999999999999999", "/listen/0", "/listen/x", "/year/20x5",
             "/year/1066", "/listens?artist=x", "/listens?which=all", "/listens?cursor=%00nonsense"],
)  # fmt: skip
def test_addresses_of_nothing(signed_in: TestClient, path: str) -> None:
    """What does not exist or cannot be read is an error page, never a fault of the server."""
    assert signed_in.get(f"/alice{path}").status_code in (400, 404)


def test_every_link_of_the_home_page_works(signed_in: TestClient) -> None:
    """No link on the home page leads nowhere."""
    links = set(re.findall(r'href="(/[^"#]*)', signed_in.get("/alice").text))
    assert len(links) > 40
    for link in sorted(links):
        answer = signed_in.get(unescape(link))
        assert answer.status_code in (200, 303), link


def test_custom_range_of_the_form(signed_in: TestClient) -> None:
    """The two dates of the range form are a period; both days are included."""
    page = signed_in.get("/alice/artists?from=2025-06-15&to=2025-06-15").text
    assert "15 June 2025 to 15 June 2025" in page
    assert "Björk" in page


def test_filter_narrows_and_says_so(signed_in: TestClient, services: Services, alice: UserId) -> None:
    """The filter's heading is a sentence, and only what fits it is listed."""
    ref = next(r for r in services.insights.search(alice, "Björk") if r.name == "Björk")
    page = signed_in.get(f"/alice/listens?artist={ref.entity_id}&period=2025").text
    assert "Listens of Björk, in 2025" in text_of(page)
    assert page.count('class="row listen') == 1


def test_listens_page_through_without_gap_or_double(signed_in: TestClient, services: Services, alice: UserId) -> None:
    """Going on with "Older" shows every listen once."""
    seen: list[str] = []
    address = "/alice/listens"
    while address:
        page = signed_in.get(address).text
        seen += re.findall(r'name="listen" value="(\d+)"', page)
        onward = re.search(r'rel="next" href="([^"]*cursor=[^"]*)"', page)
        address = unescape(onward[1]) if onward else ""
    assert len(seen) == len(set(seen))
    totals = services.insights.totals(alice, None)
    assert len(seen) == totals.all_plays


def test_delete_is_undone_from_the_notice(signed_in: TestClient) -> None:
    """Deleting takes a listen off the list and offers to take it back; undo brings it back."""
    listed = re.findall(r'name="listen" value="(\d+)"', signed_in.get("/alice/listens").text)[:2]
    form = {"action": "delete", "listen": listed, "next": "/alice/listens"}
    answer = signed_in.post("/alice/listens", data=form)
    assert answer.headers["location"] == "/alice/listens"
    page = signed_in.get("/alice/listens").text
    assert "Deleted 2 listens." in text_of(page)
    assert f'value="{listed[0]}"' not in page
    assert f'value="{listed[0]}"' in signed_in.get("/alice/listens?which=deleted").text
    undo = re.search(r'action="(/decisions/\d+/undo)"', page)
    assert undo
    assert signed_in.post(undo[1], data={"next": "/alice/listens"}).status_code == 303
    assert f'value="{listed[0]}"' in signed_in.get("/alice/listens").text


def test_edit_changes_what_is_shown_and_keeps_what_was_said(signed_in: TestClient) -> None:
    """An edited title is shown; the witness still says what it said; the same form again changes nothing."""
    listed = re.findall(r"/alice/listen/\d+", signed_in.get("/alice/listens?q=Jóga").text)[0]
    page = signed_in.get(listed).text
    at = re.search(r'name="listened_at" type="datetime-local" value="([^"]+)"', page)
    assert at
    form = {"action": "edit", "artist_name": "Björk", "release_name": "Homogenic", "listened_at": at[1]}
    signed_in.post(listed, data={**form, "track_name": "Jóga (1997)"})
    changed = text_of(signed_in.get(listed).text)
    assert "Jóga (1997)" in changed
    assert "It said: Jóga by Björk" in changed
    signed_in.post(listed, data={**form, "track_name": "Jóga (1997)"})
    assert "Nothing was changed." in text_of(signed_in.get(listed).text)


@pytest.mark.parametrize(
    "form", [{"action": "explode"},
             {"action": "edit", "track_name": "", "artist_name": "a", "listened_at": "2025-01-01T00:00"},
             {"action": "edit", "track_name": "a", "artist_name": "a", "listened_at": "yesterday"},
             {"action": "edit", "track_name": "a" * 1001, "artist_name": "a", "listened_at": "2025-01-01T00:00"},
             {"action": "keep_apart", "seq": "one"}],
)  # fmt: skip
def test_forms_that_make_no_sense_change_nothing(signed_in: TestClient, form: dict[str, str]) -> None:
    """A form with a missing or impossible field is refused, and the page is as it was."""
    listed = re.findall(r"/alice/listen/\d+", signed_in.get("/alice/listens").text)[0]
    before = signed_in.get(listed).text
    assert signed_in.post(listed, data=form).status_code == 400
    assert signed_in.get(listed).text == before


def test_page_is_drawn_again_only_after_a_change(signed_in: TestClient, services: Services, alice: UserId) -> None:
    """A page that is held is answered with 304 until a listen arrives."""
    tag = signed_in.get("/alice/artists").headers["etag"]
    assert signed_in.get("/alice/artists", headers={"if-none-match": tag}).status_code == 304
    services.ingest.add_now(alice, [play("Kino", "Пачка сигарет", NOW - 10)])
    assert signed_in.get("/alice/artists", headers={"if-none-match": tag}).status_code == 200


def test_now_playing_is_shown(signed_in: TestClient, services: Services, alice: UserId) -> None:
    """What plays now stands on the home page and in the part that is refreshed."""
    services.playing.set(alice, play("Sigur Rós", "Svefn-g-englar", NOW), 300)
    for path in ("/alice", "/alice/live"):
        assert "Now playing Svefn-g-englar Sigur Rós" in text_of(signed_in.get(path).text)


def test_search_finds_without_accents(signed_in: TestClient) -> None:
    """Search answers with links to what was heard."""
    page = signed_in.get("/search?q=bjork").text
    assert re.search(r'/alice/artist/\d+"><bdi>Björk', page)
    assert "Nothing by that name" in signed_in.get("/search", params={"q": "no such thing"}).text


def test_empty_history_says_what_to_do(app: TestClient, services: Services) -> None:
    """Before the first listen the home page has one button."""
    if not any(user.name == "carol" for user in services.accounts.users()):
        services.accounts.add_user("carol", PASSWORD)
    app.cookies.set("earstead_session", services.accounts.sign_in("carol", PASSWORD))
    page = app.get("/carol").text
    app.cookies.clear()
    assert "No listens yet" in page
    assert 'class="button primary" href="/connect"' in page
