"""The dashboard's operations: which hash is which, and what each is answered with.

Answers follow what is known of each. Operations of which only the name is known get their closest root with the
address of what was asked about, or nothing at all: whoever reads more than that would be tested against fiction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, execute_sync, parse

from earstead.core.creators.registry import Hash, Operation, Registry
from earstead.sandbox.creators.gql import comments
from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import invalid, refused
from earstead.sandbox.creators.gql.mutations import MUTATIONS
from earstead.sandbox.creators.gql.partial import middleware
from earstead.sandbox.creators.gql.schema import schemas, sdl

Json = dict[str, Any]
SHAPES: Final = {"K": "known", "P": "part", "U": "unknown"}
UNRECORDED: Final = "unrecorded"
"""The key of comments below an episode. Nobody has published the real one, and none would be called this."""
_STATION_DOCUMENT: Final = "WebGetIndexedEpisodeListByStation"


@dataclass(frozen=True, slots=True)
class Persisted:
    """A document under its hash: the operation, and the name of its text where that is another."""

    operation: Operation
    document: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A body, and how much of its shape is known: known, part or unknown."""

    body: Json
    shape: str


def made_up_hash(name: str, rotated: bool = False) -> str:
    """The hash of an operation of which none is public; another one after a rotation."""
    return hashlib.sha256(f"sim:{'rotated:' if rotated else ''}{name}".encode()).hexdigest()


def hashes_of(operation: Operation) -> tuple[Hash, ...]:
    """Every hash an operation answers to, as pinned, or the made-up one."""
    return operation.hashes or (Hash(sha256=made_up_hash(operation.name)),)


@cache
def _table() -> Mapping[str, Persisted]:
    table = {}
    for operation in Registry.pinned():
        for each in hashes_of(operation):
            document = _STATION_DOCUMENT if "stationId" in each.needs else operation.name
            table[each.sha256] = Persisted(operation, document)
    return table


def find(sha256: str, rotated: str) -> Persisted | None:
    """The document of a hash, None for one that is not known, or no longer: `rotated` names an operation."""
    if rotated and sha256 == made_up_hash(rotated, rotated=True):
        operation = Registry.pinned().operations.get(rotated)
        return Persisted(operation, operation.name) if operation else None
    found = _table().get(sha256)
    return None if found and found.operation.name == rotated else found


@cache
def documents() -> Mapping[str, DocumentNode]:
    """By name, each operation with all fragments."""
    whole = parse(sdl("documents.graphql"), no_location=True)
    fragments = [one for one in whole.definitions if not isinstance(one, OperationDefinitionNode)]
    return {
        one.name.value: DocumentNode(definitions=(one, *fragments))
        for one in whole.definitions
        if isinstance(one, OperationDefinitionNode) and one.name
    }


def answer(context: Context, persisted: Persisted, variables: Mapping[str, Any]) -> Reply:
    """What an operation answers."""
    operation = persisted.operation
    missing = _missing(operation, persisted.document, variables)
    if missing:
        return Reply({"errors": [invalid(f"Variable '{missing}' has an invalid value: null")]}, SHAPES[operation.shape])
    if operation.name in MUTATIONS:
        return Reply(MUTATIONS[operation.name](context, variables), "unknown")
    if operation.name == "getCommentsForEpisode":
        return Reply(_comments(context, variables), SHAPES[operation.shape])
    if operation.name == "getLatestCommentsForShow" and "showUri" not in variables:
        return Reply({"data": {}}, SHAPES[operation.shape])
    document = documents().get(persisted.document)
    if document is None:
        return Reply(_root_only(context, variables), SHAPES[operation.shape])
    return Reply(run(context, document, _known(operation, variables)), SHAPES[operation.shape])


def _missing(operation: Operation, document: str, variables: Mapping[str, Any]) -> str:
    """The name of a variable that must be sent and was not; those a guess stands for may be left out."""
    if document == _STATION_DOCUMENT:
        return "" if variables.get("stationId") is not None else "stationId"
    wanted = (each.name for each in operation.variables or () if each.required and not each.guess)
    return next((name for name in wanted if variables.get(name) is None), "")


def _known(operation: Operation, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what cannot be checked: which fields the insight requests have is not known."""
    return {
        name: {} if operation.kind == "mutation" else _whole(name, value)
        for name, value in variables.items()
        if not (operation.name == "getShowPlaysByGeo" and name == "metricType")
    }


def _whole(name: str, value: Any) -> Any:
    """Stations are told as numbers or as texts, and taken as either."""
    return int(value) if name == "stationId" and isinstance(value, str) and value.isdecimal() else value


def _root_only(context: Context, variables: Mapping[str, Any]) -> Json:
    show, episode = variables.get("showUri"), variables.get("episodeUri")
    if isinstance(show, str):
        return _root("showByShowUri", context.show(show), "no such show")
    if isinstance(episode, str):
        return _root("episodeByUri", context.episode(episode), "no such episode")
    return {"data": {}}


def _root(key: str, found: Any, why: str) -> Json:
    if found is None:
        return {"data": {key: None}, "errors": [{"message": why, "path": [key], "extensions": refused(why).extensions}]}
    return {"data": {key: {"uri": found.uri}}}


def _comments(context: Context, variables: Mapping[str, Any]) -> Json:
    """Comments below an episode, by the type that is known, under a key that nobody uses."""
    episode = context.episode(str(variables["episodeUri"]))
    if episode is None:
        return _root("episodeByUri", None, "no such episode")
    filters = (
        variables[name] for name in ("primaryFilters", "commentTypesFilters", "secondaryFilters", "repliesFilter")
    )
    size = variables.get("pageSize")
    if not all(isinstance(each, list) for each in filters) or not isinstance(size, int) or size < 1:
        return {"errors": [invalid("filters are lists, pageSize is a whole number")]}
    rows = [
        {"episodeUri": row["episodeUri"], "oneOfCommentOrReply": row["oneOfCommentOrReply"]}
        for row in comments.of_episode(context, episode, variables)
    ]
    return {"data": {"episodeByUri": {"uri": episode.uri, UNRECORDED: {"decoratedCommentOrReply": rows}}}}


def run(context: Context, document: DocumentNode, variables: Mapping[str, Any]) -> Json:
    """One of the dashboard's documents, executed."""
    result = execute_sync(
        schemas().inner,
        document,
        context_value=context,
        variable_values=dict(variables),
        middleware=middleware(context.service.faults.text("graphql.partial")),
    )
    return envelope(result)


def envelope(result: ExecutionResult) -> Json:
    """Data, and the errors beside it as the service words them."""
    body: Json = {} if result.data is None and result.errors else {"data": result.data}
    if result.errors:
        body["errors"] = [
            {
                "message": error.message,
                **({"path": error.path} if error.path else {}),
                "extensions": error.extensions or {"classification": "ValidationError"},
            }
            for error in result.errors
        ]
    return body
