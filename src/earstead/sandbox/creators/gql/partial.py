"""Fields that come back null when a switch says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import MiddlewareManager

from earstead.sandbox.creators.gql.context import Info
from earstead.sandbox.creators.gql.errors import refused


def middleware(name: str) -> MiddlewareManager | None:
    """Lets one field fail, by its name or by its key in the answer; None, which costs nothing, without a name."""
    if not name:
        return None

    def fail(proceed: Callable[..., Any], source: Any, info: Info, **asked: Any) -> Any:
        if name in (info.field_name, info.path.key):
            raise refused(f"{name} could not be fetched")
        return proceed(source, info, **asked)

    return MiddlewareManager(fail)
