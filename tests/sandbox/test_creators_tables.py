"""The simulator's tables against the published list of endpoints: neither has what the other lacks."""

from __future__ import annotations

import re

import pytest

from earstead.core.creators.endpoints import LEGACY, templates
from earstead.core.creators.endpoints import POD as LISTED_POD
from earstead.core.creators.endpoints import REST as LISTED_REST
from earstead.core.creators.endpoints import Endpoint as Listed
from earstead.sandbox.creators.app import LEG, POD, REST
from earstead.sandbox.creators.calls import Endpoint

OLD = "/pod/api/proxy/v3"
EXTRA = {("GET", "/analytics/episode/{}/totalPlays"), ("GET", "/analytics/episode/{}/{}")}
"""Legal kinds of the old proxy that no client asks for, and what is said of all other kinds."""


def _anonymous(path: str) -> str:
    """A template without the names of its parts; the URI of 1-A is one part."""
    return re.sub(r"\{\w+\}", "{}", path.replace("spotify:episode:", "")).rstrip("/")


def _listed(endpoints: tuple[Listed, ...]) -> set[tuple[str, str]]:
    return {(method, _anonymous(path)) for _, method, path in templates(endpoints)}


def _served(endpoints: tuple[Endpoint, ...], base: str = "") -> set[tuple[str, str]]:
    return {
        (endpoint.method, _anonymous(endpoint.path.removeprefix(base)))
        for endpoint in endpoints
        if endpoint.path.startswith(base)
    }


@pytest.mark.parametrize(("listed", "served"), [(LISTED_REST, REST), (LISTED_POD, POD)], ids=["REST", "podcasters/v0"])
def test_listed_is_served_and_served_is_listed(listed: tuple[Listed, ...], served: tuple[Endpoint, ...]) -> None:
    """Verb and path of every endpoint."""
    assert _listed(listed) == _served(served)


def test_the_old_proxy_serves_what_is_listed() -> None:
    """But for the kind that was never legal, which is one of "all other kinds"."""
    illegal = {("GET", "/analytics/episode/{}/allTimeVideoData")}
    assert _listed(LEGACY) - illegal == _served(LEG, OLD) - EXTRA


def test_labels_are_the_same() -> None:
    """A label means the same on both sides."""
    paths = {one.label: (one.method, _anonymous(one.path)) for one in (*LISTED_REST, *LISTED_POD)}
    assert {one.label: (one.method, _anonymous(one.path)) for one in (*REST, *POD)} == {
        label: paths[label] for label in (endpoint.label for endpoint in (*REST, *POD))
    }
