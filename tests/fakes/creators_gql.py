"""Calls of the simulated GraphQL service, as the dashboard makes them and written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from earstead.core.creators.registry import Registry
from earstead.sandbox.creators.gql.operations import hashes_of
from earstead.sandbox.creators.world import Episode, Show
from tests.fakes.creators import Stage

Json = dict[str, Any]
PUBLISHED = "LIST_COMMENT_PRIMARY_FILTER_PUBLISHED"
NEEDS_REVIEW = "LIST_COMMENT_PRIMARY_FILTER_NEEDS_REVIEW"
ROOT = "LIST_COMMENT_TYPE_FILTER_ROOT"
REPLY = "LIST_COMMENT_TYPE_FILTER_REPLY"
PLACES = "SHOW_PLAYS_AND_DOWNLOADS_BY_COUNTRY"


@dataclass
class Graph:
    """One account's way to the service."""

    stage: Stage
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {"authorization": f"Bearer {self.stage.bearer}", "x-creator-client": "public-website"}

    def post(self, body: Any, **headers: str) -> httpx2.Response:
        """Any body; headers given as "" are left out."""
        sent = {name: value for name, value in (self.headers | headers).items() if value}
        return self.stage.http.post(f"{self.stage.url}/_gql/v2/graph-pq", json=body, headers=sent)

    def persisted(self, name: str, sha256: str, variables: Mapping[str, Any], **headers: str) -> httpx2.Response:
        """An operation by a hash."""
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha256}}
        return self.post({"operationName": name, "variables": variables, "extensions": extensions}, **headers)

    def ask(self, name: str, **variables: Any) -> httpx2.Response:
        """An operation by its first hash."""
        return self.persisted(name, hashes_of(Registry.pinned().get(name))[0].sha256, variables)

    def data(self, name: str, **variables: Any) -> Json:
        """What an operation answers, when it answers without errors."""
        body = self.ask(name, **variables).json()
        assert "errors" not in body, body
        found: Json = body["data"]
        return found

    def show(self, name: str, **variables: Any) -> Json:
        """The show in an answer about the stage's show."""
        found: Json = self.data(name, **({"showUri": self.stage.show.uri} | variables))["showByShowUri"]
        return found

    def episode(self, name: str, episode: Episode, **variables: Any) -> Json:
        """The episode in an answer."""
        found: Json = self.data(name, episodeUri=episode.uri, **variables)["episodeByUri"]
        return found

    def free(self, query: str, **variables: Any) -> Json:
        """The body of the answer to a query that is written out."""
        found: Json = self.post({"query": query, "variables": variables}).json()
        return found


def inner(result: Mapping[str, Any]) -> Any:
    """The value in the two boxes."""
    return result["analyticsValue"]["analyticsValue"]


def points(result: Mapping[str, Any]) -> dict[str, Any]:
    """A series of plain counts, by date."""
    return {point["date"]: point["value"]["value"] for point in inner(result)["points"]}


def usual(operation_name: str, show: Show, episode: Episode) -> Json:
    """Every variable that an operation takes, with a value that it understands."""
    values: Json = {
        "showUri": show.uri,
        "episodeUri": episode.uri,
        "stationId": show.station_id,
        "dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS",
        "window": "WINDOW_LAST_THIRTY_DAYS",
        "analyticsWindow": "WINDOW_ALL_TIME",
        "aggregationType": "AGGREGATION_TYPE_DAILY",
        "metricType": PLACES if "Geo" in operation_name else "EPISODE_PLAYS",
        "geoParams": {"resultGeo": "GEO_COUNTRY"},
        "includeAudienceSize": True,
        "includePeriodComparison": True,
        "includeMembershipTiers": False,
        "hasComments": True,
        "isAllTime": False,
        "isEnabled": True,
        "currentPage": 1,
        "pageSize": 10,
        "pageToken": "",
        "afterCursor": "",
        "startDate": "2026-10-01",
        "endDate": "2026-10-31",
        "showFilter": "ALL",
        "countryCode": "DE",
        "partnerName": "s4p-mparticle-braze",
        "benchmarkMetricType": "BENCHMARK_PLAYS",
        "benchmarkEpisodePool": "ALL_EPISODES",
        "insightId": "none",
        "primaryFilters": [PUBLISHED],
        "commentTypesFilters": [ROOT],
        "secondaryFilters": [],
        "repliesFilter": [PUBLISHED],
        "generateInsightRequest": {"anything": 1},
        "submitAnalyticsInsightFeedbackRequest": {},
        "moderationSignal": "SENSITIVITY_OVERALL",
        "moderationPolicy": "NO_FILTERING",
        "username": "somebody",
        "question": "More of this?",
        "options": [{"description": "Yes"}, {"description": "No"}],
        "type": "SINGLE_CHOICE",
        "openingDate": 1_795_000_000,
        "closingDate": 1_796_000_000,
        "filter": "DELETE_COMMENT_FILTER_PUBLISHED",
        "replyStr": "Thank you!",
    }
    known = Registry.pinned().get(operation_name).variables or ()
    if operation_name.startswith("WebGetIndexed"):
        values["filter"] = "PUBLISHED_EPISODES"
    return {each.name: values[each.name] for each in known if each.name in values}


# --- is an answer what its document asked for? ------------------------------------------------------------------

_LEAVES: Mapping[str, tuple[type, ...]] = {
    "String": (str,), "Int": (int,), "Long": (int,), "Float": (int, float), "Boolean": (bool,),
    "ShowUri": (str,), "EpisodeUri": (str,),
}  # fmt: skip


class Misfit(AssertionError):
    """An answer that its schema would not give."""


def check(
    schema_type: GraphQLOutputType, selection: SelectionSetNode | None, value: Any, document: DocumentNode
) -> None:
    """Every key that was asked for is there, no other is, and every leaf is of its type; nulls are let pass.

    Raises:
        Misfit: not so.
    """
    if isinstance(schema_type, GraphQLNonNull):
        schema_type = schema_type.of_type
    if value is None:
        return
    if isinstance(schema_type, GraphQLList):
        if not isinstance(value, list):
            raise Misfit(f"{value!r} is no list")
        for each in value:
            check(schema_type.of_type, selection, each, document)
    elif isinstance(schema_type, GraphQLScalarType):
        if type(value) not in _LEAVES[schema_type.name]:
            raise Misfit(f"{value!r} is no {schema_type.name}")
    elif isinstance(schema_type, GraphQLUnionType):
        _check_union(schema_type, selection, value, document)
    else:
        assert isinstance(schema_type, GraphQLObjectType) and selection is not None
        wanted = _fields(schema_type.name, selection, document)
        if set(wanted) - _optional(selection) - set(value) or set(value) - set(wanted):
            raise Misfit(f"{schema_type.name}: asked for {sorted(wanted)}, got {sorted(value)}")
        for key, node in wanted.items():
            if node.name.value == "__typename":
                if value[key] != schema_type.name:
                    raise Misfit(f"{value[key]} is not {schema_type.name}")
            elif key in value:
                check(schema_type.fields[node.name.value].type, node.selection_set, value[key], document)


def _check_union(
    schema_type: GraphQLUnionType, selection: SelectionSetNode | None, value: Any, document: DocumentNode
) -> None:
    """Without a name it may be any member of which it has the fields."""
    members = [one for one in schema_type.types if value.get("__typename", one.name) == one.name]
    for member in members:
        try:
            check(member, selection, value, document)
        except Misfit:
            continue
        return
    raise Misfit(f"{str(value)[:200]} is no {schema_type.name}")


def _fields(type_name: str, selection: SelectionSetNode, document: DocumentNode) -> dict[str, FieldNode]:
    found: dict[str, FieldNode] = {}
    for node in selection.selections:
        if isinstance(node, FieldNode):
            found[(node.alias or node.name).value] = node
        elif isinstance(node, InlineFragmentNode):
            if node.type_condition is None or node.type_condition.name.value == type_name:
                found |= _fields(type_name, node.selection_set, document)
        elif isinstance(node, FragmentSpreadNode):
            fragment = _fragment(document, node.name.value)
            if fragment.type_condition.name.value == type_name:
                found |= _fields(type_name, fragment.selection_set, document)
    return found


def _fragment(document: DocumentNode, name: str) -> FragmentDefinitionNode:
    return next(
        one for one in document.definitions if isinstance(one, FragmentDefinitionNode) and one.name.value == name
    )


def _optional(selection: SelectionSetNode) -> set[str]:
    """Keys with a directive, which may be left out."""
    return {(one.alias or one.name).value for one in selection.selections
            if isinstance(one, FieldNode) and one.directives}  # fmt: skip


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    """The operation of a document that has one."""
    return next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
