"""Two listeners and the whole application in process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.apis.native.speaking import PASSWORD, ROOT, Listener, client_with

from earstead.apis.native.callers import SCOPES
from earstead.app import around
from earstead.services.container import Services


@pytest.fixture
def app(services: Services) -> Starlette:
    """The whole application; its services are closed by their own fixture."""
    return around(services)


@pytest.fixture
def anyone(app: Starlette) -> Iterator[TestClient]:
    """A client without a token."""
    with TestClient(app, base_url=f"http://testserver{ROOT}") as client:
        yield client


def _listener(app: Starlette, services: Services, name: str) -> Listener:
    user = services.accounts.add_user(name, PASSWORD)
    token = services.accounts.new_token(user.user_id, "all", tuple(SCOPES))
    return Listener(user.user_id, name, client_with(app, token))


@pytest.fixture
def ada(app: Starlette, services: Services) -> Listener:
    """A listener."""
    return _listener(app, services, "ada")


@pytest.fixture
def bob(app: Starlette, services: Services) -> Listener:
    """Another listener."""
    return _listener(app, services, "bob")
