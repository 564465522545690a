"""`/_gql/v2/graph-pq`: persisted operations and queries written out, with the refusals in front of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    execute_sync,
    parse,
    specified_rules,
    validate,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from earstead.sandbox.answering import origin_of
from earstead.sandbox.creators.calls import ApiError
from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import NOT_FOUND, invalid
from earstead.sandbox.creators.gql.heard import Heard
from earstead.sandbox.creators.gql.insights import Insights
from earstead.sandbox.creators.gql.operations import Reply, answer, envelope, find
from earstead.sandbox.creators.gql.partial import middleware
from earstead.sandbox.creators.gql.schema import schemas
from earstead.sandbox.creators.gql.talk import Talk

if TYPE_CHECKING:
    from earstead.sandbox.creators.app import Simulator

DASHBOARD: Final = "https://creators.spotify.com"
_HASH: Final = re.compile("[0-9a-f]{64}")
_LONGEST: Final = 200_000

Json = dict[str, Any]


class Endpoint:
    """The GraphQL service of one simulator.

    Attributes:
        talk: comments, polls and rules.
        insights: those that were asked for.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._heard = Heard(simulator.facts)
        self.talk = Talk(simulator.world, simulator.seed)
        self.insights = Insights()

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        raw = await request.body()
        origin = request.headers.get("origin")
        if self._simulator.faults.on("graphql.origin_check") and origin not in (None, DASHBOARD):
            return JSONResponse({"errors": [invalid("origin is not allowed")]}, 403)
        try:
            account = self._simulator.bearer(request)
        except ApiError as refused:
            return refused.answer()
        said = _read(raw)
        if said is None:
            return _bad("the body is an object with query or extensions")
        return self._answered(request, account.name, said)

    def _answered(self, request: Request, owner: str, said: Json) -> Response:
        variables = {} if said.get("variables") is None else said["variables"]
        if not isinstance(variables, dict):
            return _bad("variables is an object")
        extensions = said.get("extensions") or {}
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        name = str(said.get("operationName") or "")
        context = self._context(request, owner, name if persisted else "")
        if persisted is not None:
            return self._persisted(request, context, persisted, variables)
        text = said.get("query")
        if not isinstance(text, str) or not text.strip():
            # Only a name, without its hash: documented once, refused whenever it was tried.
            return _bad("the query is empty and no persisted query is named")
        self._simulator.calls["GQL free text"] += 1
        if self._simulator.faults.text("graphql.adhoc") == "reject":
            return JSONResponse({"errors": [NOT_FOUND]})
        return JSONResponse(self._free(context, text, variables, name or None))

    def _persisted(self, request: Request, context: Context, said: Any, variables: Mapping[str, Any]) -> Response:
        sha256 = said.get("sha256Hash") if isinstance(said, dict) else None
        if not isinstance(sha256, str) or said.get("version") != 1:
            return _bad("persistedQuery has version 1 and sha256Hash")
        if not request.headers.get("x-creator-client"):
            return _bad("x-creator-client is missing")
        faults = self._simulator.faults
        if not _HASH.fullmatch(sha256) and faults.on("graphql.truncated_hash_empty"):
            return JSONResponse({"data": {}})
        found = find(sha256, faults.text("graphql.rotate"))
        if found is None:
            return JSONResponse({"errors": [NOT_FOUND]})
        if context.operation != found.operation.name:
            return _bad(f"Unknown operation named '{context.operation}'")
        self._simulator.calls[f"GQL {found.operation.name}"] += 1
        reply: Reply = answer(context, found, variables)
        return JSONResponse(reply.body, headers={"x-sim-shape": reply.shape})

    def _free(self, context: Context, text: str, variables: Json, name: str | None) -> Json:
        introspection = self._simulator.faults.on("graphql.introspection")
        try:
            document, errors = _understood(text, introspection)
        except GraphQLError as error:
            return {"errors": [invalid(error.message)]}
        if errors:
            return {"errors": [invalid(error) for error in errors]}
        result = execute_sync(
            schemas().public,
            document,
            context_value=context,
            variable_values=variables,
            operation_name=name,
            middleware=middleware(self._simulator.faults.text("graphql.partial")),
        )
        return envelope(result)

    def _context(self, request: Request, owner: str, operation: str) -> Context:
        return Context(
            service=self._simulator,
            talk=self.talk,
            insights=self.insights,
            heard=self._heard,
            owner=owner,
            operation=operation,
            origin=origin_of(request),
        )


@lru_cache(maxsize=64)
def _understood(text: str, introspection: bool) -> tuple[DocumentNode, tuple[str, ...]]:
    """A document and what is wrong with it.

    Raises:
        GraphQLError: it is not GraphQL.
    """
    if len(text) > _LONGEST:
        raise GraphQLError("the query is too long")
    document = parse(text, no_location=True, max_tokens=20_000)
    rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    return document, tuple(error.message for error in validate(schemas().public, document, rules))


def _read(raw: bytes) -> Json | None:
    try:
        said = json.loads(raw)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _bad(why: str) -> JSONResponse:
    return JSONResponse({"errors": [invalid(why)]}, 400)
