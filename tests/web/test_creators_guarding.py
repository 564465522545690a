"""No way from one creator to another, no text that becomes markup, no address that breaks a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Route
from tests.fakes.creators_desk import PASSWORD, Desk, desk
from tests.fakes.creators_home import comment_read
from tests.fakes.servers import serving

from earstead.app import around
from earstead.core.errors import Rejected
from earstead.services.creators.memory import CommentRead, EpisodeRead
from earstead.services.creators.write_types import NewEpisode
from earstead.web.creators import routes
from earstead.web.creators.times import moment_of

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7*7}}"
MOST = 2**63 - 1
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    """Ada's desk, with texts that want to be markup; mallory is a user with an account of her own."""
    with desk(tmp_path_factory.mktemp("guarded")) as made:
        services = made.services
        services.accounts.add_user("mallory", PASSWORD)
        creators = services.creators
        show = creators.shows.get(made.user_id, made.show_id)
        uri = "spotify:episode:" + "E" * 22
        evil = EpisodeRead(
            uri=uri,
            anchor_id=4_000,
            title=EVIL,
            state="published",
            published_at=made.services.clock.now() - 86_400,
            description=f"<p>{EVIL}</p>\n(00:00) {EVIL}\n(10:00) {EVIL}",
            cover_url="javascript:alert(3)",
        )
        creators.memory.episodes(made.show_id, made.user_id, [evil], complete=False)
        values = {"name": EVIL, "author": EVIL, "description": EVIL, "cover_url": "javascript:alert(3)"}
        creators.memory.show(made.account.account_id, made.user_id, show.uri, values)
        creators.memory.comments(made.show_id, made.user_id, [comment()], {})
        creators.accounts.rename(made.user_id, made.account.account_id, EVIL)
        with serving(around(services), lifespan="off") as url:
            yield made, url


def comment() -> CommentRead:
    return comment_read(
        "spotify:comment:evil",
        EVIL,
        author_id=EVIL,
        author_name=EVIL,
        author_cover="javascript:alert(3)",
        created_ms=1_795_255_200_000,
    )


@pytest.fixture
def ada(furnished: tuple[Desk, str]) -> Iterator[httpx2.Client]:
    """Her browser."""
    with furnished[0].visitor(furnished[1]) as client:
        client.headers.update(SAME)
        yield client


@pytest.fixture
def mallory(furnished: tuple[Desk, str]) -> Iterator[httpx2.Client]:
    """Somebody else's browser."""
    with furnished[0].visitor(furnished[1], "mallory") as client:
        client.headers.update(SAME)
        yield client


def names_of(made: Desk) -> dict[str, str]:
    """Values of ada's for every name in a path."""
    creators = made.services.creators
    page = creators.shows.episodes(made.user_id, made.show_id, state="draft")
    inbox = creators.comments.inbox(made.user_id, made.show_id, "all")
    folder = creators.studio.uploads.incoming()
    (folder / "talk.mp3").write_bytes(b"ID3" + bytes(99))
    upload = creators.studio.upload(made.user_id, made.show_id, folder / "talk.mp3", NewEpisode(title="Talk"))
    return {
        "show_id": str(made.show_id),
        "account_id": str(made.account.account_id),
        "episode_id": str(page.items[0].episode_id),
        "comment_id": str(inbox.items[0].comment.comment_id),
        "upload_id": str(upload.upload_id),
        "change_id": "1",
        "capture_id": "1",
        "token": folder.name,
        "action": "reply",
        "what": "cancel",
    }


def paths(made: Desk) -> list[tuple[str, str]]:
    """(method, path) of every page that names something."""
    names = names_of(made)
    found = []
    for route in routes:
        assert isinstance(route, Route)
        if "{" in route.path:
            path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: names[name[1]], route.path)
            found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def test_no_page_leads_to_somebody_else(furnished: tuple[Desk, str], mallory: httpx2.Client) -> None:
    """Every route that names a show, account, episode, comment, upload, file or capture is 404 for another user."""
    tried = paths(furnished[0])
    assert len(tried) > 40
    wrong = {}
    for method, path in tried:
        kind: dict[str, Any] = {}
        if method == "POST" and path.endswith(("/new", "/media", "/cover", "/log")):
            kind = {"files": {"file": ("talk.mp3", b"ID3" + bytes(99))}}
        elif method == "POST":
            kind = {"data": {"step": "send", "text": "x", "title": "x", "confirm": "x", "sp_dc": "AQ-a-cookie"}}
        answer = mallory.request(method, path, **kind)
        if answer.status_code != 404:
            wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


def test_no_call_of_the_api_leads_to_somebody_else(furnished: tuple[Desk, str], mallory: httpx2.Client) -> None:
    """The same holds for /api/v1/creators, with an episode or a show in the path or in the query."""
    made, _ = furnished
    accounts = made.services.accounts
    other = accounts.named("mallory")
    token = accounts.new_token(other.user_id, "player", ("creators:read", "creators:write"))
    mallory.headers["authorization"] = f"Bearer {token}"
    names = {**names_of(made), "metric": "plays_and_downloads", "kind": "country", "format": "csv", "act": "cancel"}
    names |= {"named": "4000", "action": "pin"}
    spec = mallory.get("/api/v1/openapi.json").json()
    bodies = {
        "post": {"text": "x", "title": "x", "confirm": "x", "publish_on": 4_000_000_000, "sp_dc": "AQ"},
        "put": {"sp_dc": "AQ-a-cookie", "question": "?", "options": ["a", "b"], "closes_at": 4_000_000_000},
    }
    wrong, count = {}, 0
    for template, methods in spec["paths"].items():
        if "/creators/" not in template or "{" not in template:
            continue
        path = re.sub(r"\{(\w+)\}", lambda name: names[name[1]], template)
        path = path if path.startswith("/api/") else f"/api/v1{path}"
        for method, said in methods.items():
            count += 1
            body = said.get("requestBody", {}).get("content", {})
            asked = {one["name"] for one in said.get("parameters", ()) if one["in"] == "query"}
            given_names = {"title": "x", "confirm": "x", "sure": "true"}
            more: dict[str, Any] = {"params": {name: given_names[name] for name in asked & set(given_names)}}
            if "application/json" in body:
                schema = spec["components"]["schemas"][body["application/json"]["schema"]["$ref"].rpartition("/")[2]]
                given = bodies.get(method, {"title": "x", "name": "x"})
                more["json"] = {name: value for name, value in given.items() if name in schema["properties"]}
                more["json"] |= {"description": "x"} if method == "patch" else {}
            elif body:
                more["content"] = b"ID3" + bytes(99)
            answer = mallory.request(method.upper(), path, **more)
            if answer.status_code != 404:
                wrong[f"{method} {path}"] = (answer.status_code, answer.text[:200])
    assert count > 25 and wrong == {}


PAGES = (
    "",
    "/episodes",
    "/compare",
    "/audience",
    "/discovery",
    "/downloads",
    "/comments?state=all",
    "/calendar",
    "/changes",
    "/export",
    "/settings",
    "/figures",
    "/studio/new",
    "/cover",
    "/media-kit",
    "/media-kit.svg",
)


def test_no_text_becomes_markup(furnished: tuple[Desk, str], ada: httpx2.Client) -> None:
    """Titles, descriptions, chapters, comments and names stand on every page as the text that they are."""
    made = furnished[0]
    creators = made.services.creators
    evil = creators.shows.find_episode(made.user_id, "4000").episode_id
    base = f"/create/{made.show_id}"
    episode = [f"/episodes/{evil}{more}" for more in ("", "/edit", "/schedule", "/delete", "/poll", "/media", "/cover")]
    addresses = ["/create", f"/create/accounts/{made.account.account_id}", "/create/changes", "/create/captures"]
    for path in [*addresses, *(base + one for one in (*PAGES, *episode))]:
        answer = ada.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, path
        assert 'href="javascript:' not in answer.text and 'src="javascript:' not in answer.text, path
        assert "49" not in re.findall(r"x onerror=alert\(2\)[^0-9]{0,20}(\d+)", answer.text), path


@pytest.mark.parametrize(
    "query",
    [
        "?period=2024-01-01..9999-12-31",
        "?period=0001-01-01..9999-12-31",
        "?period=9999-12",
        "?period=0001-01",
        "?from=0001-01-01&to=9999-12-31",
        f"?page={MOST}",
        "?page=0",
        f"?page={MOST}&state=all",
        f"?episode={MOST}",
        "?episode=-1",
        "?metric=%00&kind=%00",
        "?country=%00&region=%F0%9F",
        "?month=9999-12",
        "?q=%00",
        "?format=csv&from=0001-01-01&to=9999-12-31",
    ],
)
def test_no_address_breaks_a_page(furnished: tuple[Desk, str], ada: httpx2.Client, query: str) -> None:
    """Far days, huge numbers and odd bytes are answered with a page or a refusal, soon, and never with a fault."""
    made = furnished[0]
    rooms = ("", "/episodes", "/compare", "/audience", "/discovery", "/downloads", "/comments", "/calendar", "/changes")
    wrong = {}
    for path in (*(f"/create/{made.show_id}{room}" for room in (*rooms, "/export/file")), "/create/changes"):
        answer = ada.get(f"{path}{query}")
        if answer.status_code >= 500 or answer.elapsed.total_seconds() > 8:
            wrong[path] = (answer.status_code, answer.elapsed.total_seconds())
    assert wrong == {}


@pytest.mark.parametrize(
    "path",
    [
        f"compare?episode_id={2**70}",
        "compare?episode_id=-5",
        f"episodes?page={MOST}",
        f"changes?page={MOST}",
        f"comments?page={MOST}",
        "figures/plays_and_downloads?period=0001-01-01..9999-12-31",
        "breakdowns/country?period=0001-01-01..9999-12-31&within=%00",
        "funnel?period=2024-01-01..9999-12-31",
        "export/csv?start=0001-01-01&end=9999-12-31&metric=followers",
        "export/csv?start=0001-01-01&metric=%00",
    ],
)
def test_no_number_breaks_the_api(furnished: tuple[Desk, str], ada: httpx2.Client, path: str) -> None:
    """What no column holds is refused, not a fault of the server."""
    answer = ada.get(f"/api/v1/creators/shows/{furnished[0].show_id}/{path}")
    assert answer.status_code < 500, answer.text
    for named in ("0" * 400, "9" * 17, "e" + "v" * 9, "%00", "spotify:episode:" + "A" * 22):
        assert ada.get(f"/api/v1/creators/find/{named}").status_code in (404, 422)


def test_a_file_for_what_is_not_there_is_not_kept(furnished: tuple[Desk, str], ada: httpx2.Client) -> None:
    """A file that was sent for an episode of somebody else, or of no one, is gone with the refusal."""
    made = furnished[0]
    root: Path = made.services.data / "creators"
    before = {path for path in root.rglob("*") if path.is_file()}
    refused = ada.post(
        f"/create/{made.show_id}/episodes/987654/media", files={"file": ("talk.mp3", b"ID3" + bytes(99))}
    )
    assert refused.status_code == 404
    assert {path for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("0001-01-01T00:00", "Europe/Berlin"),
        ("9999-12-31T23:59", "America/New_York"),
        ("2026-03-29T02:30", "Europe/Berlin"),
        ("2026-11-21T09:00+02:00", "Europe/Berlin"),
        ("2026-11-21T09:00Z", "Europe/Berlin"),
        ("soon", "Europe/Berlin"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(text: str, zone: str) -> None:
    """Hours that the clocks leave out, offsets, and times at the ends of the calendar."""
    with pytest.raises(Rejected):
        moment_of("publish_on", text, zone)


def test_moments_on_both_sides_of_a_change_of_clocks() -> None:
    """The same hour of a summer and of a winter day is not the same in UTC."""
    assert moment_of("at", "2026-10-24T09:00", "Europe/Berlin") == 1_792_825_200
    assert moment_of("at", "2026-10-26T09:00", "Europe/Berlin") == 1_793_001_600
