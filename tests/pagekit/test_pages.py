"""A page and the headers around it; static files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

import earstead.pagekit
from earstead.pagekit import not_modified, page, redirect, static, static_routes

NAME = "<script>alert(1)</script>"
ROOMS = Path(earstead.pagekit.__file__).parent.parent


async def _show(request: Request) -> Response:
    etag = request.query_params.get("state", "1")
    if (held := not_modified(request, etag)) is not None:
        return held
    return page(
        request, "search.html", etag=etag, q=NAME, groups=[], made=[], count=0, owner=SimpleNamespace(name="alice")
    )


async def _go(request: Request) -> Response:
    return redirect("/show", notice=f"Deleted {NAME}.", undo=17)


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Two small handlers over the kit."""
    app = Starlette(routes=[*static_routes(), Route("/show", _show), Route("/go", _go)])
    app.router.redirect_slashes = False
    with TestClient(app) as opened:
        yield opened


def test_page_forbids_everything_foreign_and_inline(client: TestClient) -> None:
    """The policy allows our own files only, and the page needs nothing else."""
    answer = client.get("/show", params={"state": "x"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", answer.text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


def test_names_are_escaped(client: TestClient) -> None:
    """HTML in a value stays text, also in the title and in attributes."""
    assert NAME not in client.get("/show").text
    assert "&lt;script&gt;" in client.get("/show").text


def test_templates_hold_nothing_inline() -> None:
    """No template of ours brings an inline script, style or handler, which the policy would refuse."""
    for template in ROOMS.rglob("templates/*.html"):
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=|\|\s*safe", template.read_text()), (
            template
        )


def test_page_is_not_sent_twice(client: TestClient) -> None:
    """Who holds the current state gets 304; another state, theme or fragment is drawn again."""
    tag = client.get("/show").headers["etag"]
    held = {"if-none-match": tag}
    assert client.get("/show", headers=held).status_code == 304
    assert client.get("/show?state=2", headers=held).status_code == 200
    assert client.get("/show", headers={**held, "cookie": "earstead_theme=dark"}).status_code == 200
    assert client.get("/show", headers={**held, "hx-request": "true"}).status_code == 200


def test_theme_of_the_cookie_is_drawn(client: TestClient) -> None:
    """The chosen theme stands in the page from the start; nonsense in the cookie is ignored."""
    assert (
        '<html lang="en" dir="ltr" data-theme="dark">'
        in client.get("/show", headers={"cookie": "earstead_theme=dark"}).text
    )
    assert "data-theme=" not in client.get("/show", headers={"cookie": 'earstead_theme="><b'}).text.split(">")[1]


def test_notice_is_said_once_with_its_undo(client: TestClient) -> None:
    """After a form the next page says what was done and offers to take it back, then forgets it."""
    first = client.get("/go").text
    assert "Deleted &lt;script&gt;" in first
    assert 'action="/decisions/17/undo"' in first
    assert "/undo" not in client.get("/show").text


@pytest.mark.parametrize("cookie", ["x", "e30=", "bnVsbA==", "WyJhIl0=", "MQ==", "%00", "A" * 3000])
def test_forged_notice_is_not_said(client: TestClient, cookie: str) -> None:
    """Whatever stands in the notice's cookie, the page is drawn."""
    assert client.get("/show", headers={"cookie": f"earstead_notice={cookie}"}).status_code == 200


def test_static_files_are_kept_for_ever_under_their_hash(client: TestClient) -> None:
    """A file is served under its hashed name with an immutable cache; under any other name it is not there."""
    answer = client.get(static("app.js"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/static/app.js").status_code == 404
    assert client.get("/static/..%2Fpages.py").status_code == 404


def test_stylesheets_name_only_files_that_exist(client: TestClient) -> None:
    """Every font that a stylesheet asks for is served by us."""
    sheet = client.get(static("tokens.css")).text
    fonts = re.findall(r'url\("([^"]+)"\)', sheet)
    assert len(fonts) == 4
    for address in fonts:
        assert client.get(address).headers["content-type"] == "font/woff2"


@pytest.mark.parametrize(
    ("path", "kind", "begin"),
    [
        ("/favicon.ico", "image/x-icon", b"\x00\x00\x01\x00"),
        ("/apple-touch-icon.png", "image/png", b"\x89PNG"),
        ("/apple-touch-icon-precomposed.png", "image/png", b"\x89PNG"),
    ],
)
def test_icons_stand_where_they_are_asked_for_unasked(client: TestClient, path: str, kind: str, begin: bytes) -> None:
    """Feed readers and telephones find an icon at the usual address, and ask again another day."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.content.startswith(begin)
    assert answer.headers["cache-control"] == "public, max-age=86400"
