"""Paths as clients send them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from earstead.kit.paths import CollapseSlashes


async def _echo(request: Request) -> JSONResponse:
    return JSONResponse([request.path_params["name"], request.url.path, request.query_params.get("q")])


CLIENT = TestClient(CollapseSlashes(Starlette(routes=[Route("/1/user/{name:path}/listens", _echo)])))


def test_repeated_slashes_are_read_as_one() -> None:
    """A root joined with one slash too many still reaches its path, query included, without a redirect."""
    response = CLIENT.get("http://testserver//1///user/ada/listens?q=a//b", follow_redirects=False)
    assert response.json() == ["ada", "/1/user/ada/listens", "a//b"]


def test_encoded_slashes_in_a_name_stay() -> None:
    """Only what separates path segments is collapsed, not what a name holds."""
    response = CLIENT.get("http://testserver//1/user/ac%2F%2Fdc/listens")
    assert response.json()[0] == "ac//dc"


def test_a_clean_path_is_passed_on_untouched() -> None:
    """Percent-encoding of other characters survives."""
    assert CLIENT.get("/1/user/a%20%C3%A9/listens").json()[0] == "a é"
