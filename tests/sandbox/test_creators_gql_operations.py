"""Every operation of the registry, called by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import validate
from graphql.validation import OverlappingFieldsCanBeMergedRule, specified_rules
from tests.fakes.creators import staged
from tests.fakes.creators_gql import Graph, check, operation_of, usual

from earstead.core.creators.registry import Operation, Registry
from earstead.sandbox.creators.gql.operations import documents, hashes_of
from earstead.sandbox.creators.gql.schema import schemas
from earstead.sandbox.creators.world import Episode, State

OPERATIONS = tuple(Registry.pinned())
# Insights are asked for before they are read: they have a test of their own.
READS = [one for one in OPERATIONS if not one.is_write and one.name != "getAnalyticsInsight"]
KNOWN = [one for one in READS if one.shape != "U" and one.name != "getCommentsForEpisode"]
NAMES = {"K": "known", "P": "part", "U": "unknown"}


@pytest.fixture(scope="module", params=["allow", "reject"])
def graph(request: pytest.FixtureRequest) -> Iterator[Graph]:
    """Of one simulator for all tests of this file, once where free text is taken and once where it is not."""
    with staged() as stage:
        stage.fault(graphql__adhoc=request.param)
        yield Graph(stage)


def an_episode(graph: Graph) -> Episode:
    return graph.stage.episodes(State.PUBLISHED)[-4]


def _named(operation: Operation) -> str:
    return operation.name


def variables_of(graph: Graph, operation: Operation) -> dict[str, Any]:
    said = usual(operation.name, graph.stage.show, an_episode(graph))
    if operation.name == "getLatestCommentsForShow":
        said["showUri"] = graph.stage.show.uri
    comment = f"spotify:comment:{'0' * 22}"
    return said | {each.name: comment for each in operation.variables or () if each.name.endswith("ommentUri")}


@pytest.mark.parametrize("operation", READS, ids=_named)
def test_every_query_answers_and_says_how_much_of_it_is_known(graph: Graph, operation: Operation) -> None:
    """Each query answers 200 with data, and x-sim-shape names the shape that the registry gives it."""
    answer = graph.ask(operation.name, **variables_of(graph, operation))
    assert answer.status_code == 200
    assert "errors" not in answer.json() and "data" in answer.json()
    assert answer.headers["x-sim-shape"] == NAMES[operation.shape]


@pytest.mark.parametrize("operation", [one for one in READS if one.shape == "U"], ids=_named)
def test_what_nobody_has_recorded_is_not_invented(graph: Graph, operation: Operation) -> None:
    """An operation of unknown shape tells the address of what was asked about, or nothing."""
    data = graph.data(operation.name, **variables_of(graph, operation))
    show, episode = graph.stage.show, an_episode(graph)
    allowed = ({}, {"showByShowUri": {"uri": show.uri}}, {"episodeByUri": {"uri": episode.uri}})
    assert data in allowed
    named = {each.name for each in operation.variables or ()}
    assert bool(data) == bool(named & {"showUri", "episodeUri"})


@pytest.mark.parametrize("operation", KNOWN, ids=_named)
def test_every_answer_fits_the_schema(graph: Graph, operation: Operation) -> None:
    """Each known answer has exactly the keys of its document, and leaves of the types of the schema."""
    data = graph.data(operation.name, **variables_of(graph, operation))
    document, schema = documents()[operation.name], schemas().inner
    for one in data.get("showsForUser", {}).get("shows", ()):
        assert one["__typename"] in ("HostedShow", "NonHostedShow")
    assert schema.query_type is not None
    check(schema.query_type, operation_of(document).selection_set, data, document)


@pytest.mark.parametrize("operation", KNOWN, ids=_named)
def test_every_answer_has_what_the_registry_promises(graph: Graph, operation: Operation) -> None:
    """At each path of the registry there is something, and where a union is named by it, the answer names it too."""
    data = graph.data(operation.name, **variables_of(graph, operation))
    for place in operation.answer:
        found = [data]
        for step in place.path.replace(".AV", ".analyticsValue.analyticsValue").split("."):
            found = [inside for one in found for inside in _step(one, step)]
        assert found, place.path
        kinds = {part for part in place.type.partition("<")[0].split("|") if part[:1].isupper()}
        said = {one["__typename"] for one in found if isinstance(one, dict) and "__typename" in one}
        assert place.path.endswith("]") or not kinds or said <= kinds, (place, said)


def _step(value: Any, step: str) -> list[Any]:
    if step == "*":
        inside = [one for key, one in value.items() if key not in ("uri", "__typename")]
    else:
        inside = [value[step.removesuffix("[]")]]
    if step.endswith("[]"):
        inside = [one for each in inside for one in each]
    return [one for one in inside if one is not None]


def test_every_document_is_valid() -> None:
    """The simulator's own documents are correct, but for one union whose members share a name, as upstream."""
    rules = [rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule]
    for name, document in documents().items():
        unused = [
            error.message for error in validate(schemas().inner, document, rules) if "never used" not in error.message
        ]
        assert unused == [], name


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.hashes], ids=_named)
def test_every_public_hash_is_known(graph: Graph, operation: Operation) -> None:
    """Current, older and retired hashes answer; the oldest list is asked for by station."""
    for known in operation.hashes:
        said = variables_of(graph, operation)
        if "stationId" in known.needs:
            said["stationId"] = str(graph.stage.show.station_id)
        body = graph.persisted(operation.name, known.sha256, said).json()
        assert body.get("errors") is None, (known, body)
        assert ("showByStationId" in body["data"]) == ("stationId" in known.needs)


def test_hashes_that_are_not_public_are_made_from_the_name() -> None:
    """Of 74 operations no hash is public: theirs is the SHA-256 of "sim:" and the name."""
    without = [one for one in OPERATIONS if not one.hashes]
    assert len(OPERATIONS) == 116 and len(without) == 74
    for operation in without:
        wanted = hashlib.sha256(f"sim:{operation.name}".encode()).hexdigest()
        assert [one.sha256 for one in hashes_of(operation)] == [wanted]


def test_a_variable_that_must_be_there_is_missed(graph: Graph) -> None:
    """Without the show an operation is a validation error; without a variable that is a guess it is not."""
    errors = graph.ask("getShowPlaysByAge", dateRangeWindow="WINDOW_LAST_THIRTY_DAYS").json()["errors"]
    assert errors[0]["extensions"]["classification"] == "ValidationError" and "showUri" in errors[0]["message"]
    assert graph.data("getShowStreams", showUri=graph.stage.show.uri)


def test_a_value_that_is_none_of_an_enumeration_is_refused(graph: Graph) -> None:
    """An unknown window is a validation error without data."""
    body = graph.ask("getShowPlaysByAge", showUri=graph.stage.show.uri, dateRangeWindow="WINDOW_OF_MY_OWN").json()
    assert "data" not in body and body["errors"][0]["extensions"]["classification"] == "ValidationError"


def test_what_belongs_to_others_is_not_shown(graph: Graph) -> None:
    """Shows and episodes of another account, and such as are not there, are null beside an error."""
    world = graph.stage.simulator.world
    foreign = next(show for show in world.shows.values() if show.owner != graph.stage.simulator.user)
    episode = next(iter(world.published(foreign)))
    said = {"dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS"}
    for name, root, variables in (
        ("getShowPlaysByAge", "showByShowUri", {"showUri": foreign.uri, **said}),
        ("getShowData", "showByShowUri", {"showUri": foreign.uri}),
        ("getEpisodePlaysTotal", "episodeByUri", {"episodeUri": episode.uri, **said}),
        ("getEpisodeData", "episodeByUri", {"episodeUri": f"spotify:episode:{'0' * 22}"}),
    ):
        body = graph.ask(name, **variables).json()
        assert body["data"] == {root: None}
        assert body["errors"][0]["extensions"]["classification"] == "DataFetchingException"


def test_an_insight_is_asked_for_waited_for_and_rated(graph: Graph) -> None:
    """An insight is pending at first and complete later; feedback gets an id."""
    made = graph.data("generateAnalyticsInsight", generateInsightRequest={"showUri": graph.stage.show.uri})
    insight = made["generateAnalyticsInsight"]
    assert insight["state"] == "PENDING" and insight["payload"] is None
    asked = {"insightId": insight["insightId"]}
    assert graph.show("getAnalyticsInsight", **asked)["analyticsInsight"]["state"] == "PENDING"
    graph.stage.clock.advance(6)
    done = graph.show("getAnalyticsInsight", **asked)["analyticsInsight"]
    assert done["state"] == "COMPLETE" and done["payload"] and done["generatedAt"]
    said = graph.data("submitAnalyticsInsightFeedback", submitAnalyticsInsightFeedbackRequest={})
    assert len(said["submitAnalyticsInsightFeedback"]["feedbackId"]) == 36
    body = graph.ask("getAnalyticsInsight", showUri=graph.stage.show.uri, insightId="another").json()
    assert body["data"]["showByShowUri"]["analyticsInsight"] is None and body["errors"]
