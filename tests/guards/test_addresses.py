"""No person can be called like an address of the product: their pages live under `/{name}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from starlette.routing import BaseRoute, Mount, Route

from earstead.app import build
from earstead.core.usernames import RESERVED, name_fault
from earstead.settings import read_settings


def _paths(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Every path that the application answers, as its routes write it; a mount of another application is its prefix."""
    for route in routes:
        if isinstance(route, Mount):
            yield from (route.path + path for path in _paths(route.routes)) if route.routes else [route.path]
        elif isinstance(route, Route):
            yield route.path


@pytest.fixture(scope="module")
def first_segments(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What stands first in the addresses of the whole application, the APIs' included."""
    app = build(read_settings({}, data=str(tmp_path_factory.mktemp("addresses"))))
    found = {path.split("/")[1] for path in _paths(app.routes)}
    app.state.services.close()
    return {segment for segment in found if segment and not segment.startswith("{")}


def test_nobody_is_named_like_an_address(first_segments: set[str]) -> None:
    """Each first segment of a route is refused as a name, in any case, so that no person's page hides behind it."""
    assert {"listens", "settings", "static", "1", "api"} - first_segments == {"listens"}, "the routes were not found"
    free = sorted(segment for segment in first_segments if not (name_fault(segment) and name_fault(segment.upper())))
    assert free == []


@pytest.mark.parametrize("name", ["search", "create", "develop", "listens", "settings", "api", "user", "music", "tag"])
def test_names_of_rooms_are_kept(name: str) -> None:
    """The rooms of the product and of the services it stands in for are nobody's name, whether served yet or not."""
    assert name in RESERVED
    assert "kept for an address" in name_fault(name.title())
