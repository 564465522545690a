"""Queries that are written out, under both answers to whether they are taken; and what a request must have."""

from __future__ import annotations

import pytest
from tests.fakes.creators import Stage
from tests.fakes.creators_gql import PUBLISHED, REPLY, ROOT, Graph, inner

from earstead.sandbox.creators.gql.errors import NOT_FOUND
from earstead.sandbox.creators.world import State

NAME = "query($u: ShowUri!){ showByShowUri(getShowByShowUriRequest:{showUri:$u}){ uri name } }"
PLAYS = "c888657ba7e5e9169561123aa5b7b4001110049b17fd9204c11c52f8e28b7e96"


@pytest.fixture
def graph(creators_stage: Stage) -> Graph:
    return Graph(creators_stage)


def test_free_text_is_taken(graph: Graph) -> None:
    """With graphql.adhoc=allow the query of the documentation answers, without a client's name."""
    answer = graph.post({"query": NAME, "variables": {"u": graph.stage.show.uri}}, **{"x-creator-client": ""})
    assert answer.json() == {"data": {"showByShowUri": {"uri": graph.stage.show.uri, "name": graph.stage.show.name}}}


def test_free_text_is_refused(graph: Graph) -> None:
    """With graphql.adhoc=reject the same query finds no persisted query, and persisted operations still answer."""
    graph.stage.fault(graphql__adhoc="reject")
    assert graph.free(NAME, u=graph.stage.show.uri) == {"errors": [NOT_FOUND]}
    assert graph.data("WebGetUserShows")["showsForUser"]["shows"]


def test_a_name_alone_is_not_enough(graph: Graph) -> None:
    """An empty query with an operation's name is a 400, however it is spelled."""
    for query in ({"query": ""}, {}, {"query": "  "}):
        answer = graph.post({"operationName": "getShowData", "variables": {}, **query})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["classification"] == "ValidationError"


def test_names_of_documents_are_no_fields(graph: Graph) -> None:
    """The name of an operation sent as a root field is a validation error without data."""
    body = graph.free("{ getLatestCommentsForShow { uri } }")
    assert "data" not in body and body["errors"][0]["extensions"]["classification"] == "ValidationError"


@pytest.mark.parametrize("query", ["{ showsForUser {", "query { showsForUser { shows { uri } } } }", "?"])
def test_what_is_no_graphql_is_a_validation_error(graph: Graph, query: str) -> None:
    """A query that cannot be read answers an error, not a fault."""
    body = graph.free(query)
    assert "data" not in body and body["errors"][0]["extensions"]["classification"] == "ValidationError"


def test_union_members_need_names_of_their_own(graph: Graph) -> None:
    """Two members whose numbers share a key conflict; with aliases they do not."""
    query = """query($u: ShowUri!) { showByShowUri(getShowByShowUriRequest: {showUri: $u}) { analytics(
      getShowAnalyticsRequest: {showAnalyticsMetricType: SHOW_PLAYS, aggregationType: AGGREGATION_TYPE_TOTAL,
        window: WINDOW_LAST_SEVEN_DAYS}) { analyticsValue { analyticsValue {
        ... on SingleValueLong { %svalue } ... on PercentageValueFloat { %svalue } } } } } }"""
    assert "conflict" in graph.free(query % ("", ""), u=graph.stage.show.uri)["errors"][0]["message"]
    body = graph.free(query % ("longValue: ", "floatValue: "), u=graph.stage.show.uri)
    assert inner(body["data"]["showByShowUri"]["analytics"])["longValue"] > 0


def test_the_schema_may_be_asked_for_until_it_may_not(graph: Graph) -> None:
    """Introspection tells the known types, none of the simulator's own; with the switch off it is refused."""
    query = "{ __schema { types { name enumValues { name } fields { name } } } }"
    types = {one["name"]: one for one in graph.free(query)["data"]["__schema"]["types"]}
    assert {"Show", "Episode", "DecoratedComment"} <= set(types)
    assert [one["name"] for one in types["Query"]["fields"]] == ["showByShowUri", "episodeByUri", "showsForUser"]
    metrics = [one["name"] for one in types["ShowAnalyticsMetricType"]["enumValues"]]
    assert len(metrics) == 28 and not any(name.startswith("SIM_") for name in metrics)
    graph.stage.fault(graphql__introspection=False)
    assert "data" not in graph.free(query)
    assert graph.free("{ showsForUser { shows { __typename uri } } }")["data"]["showsForUser"]["shows"]


def test_comments_of_a_show_are_read_in_free_text(graph: Graph) -> None:
    """The documented query lists published comments with their episodes; those in review make the field fail."""
    query = """query($u: ShowUri!, $p: [CommentPrimaryFilter!], $t: [CommentTypeFilter!]) {
      showByShowUri(getShowByShowUriRequest: {showUri: $u}) { showComments(listShowCommentsRequest: {
        commentFilters: {primaryFilters: $p, typeFilters: $t, secondaryFilters: []},
        sortOrder: LIST_COMMENT_SORT_ORDER_MOST_RECENT, pagingInfo: {pageSize: 20, pageToken: ""}}) {
        decoratedCommentOrReply { episodeUri episode { title publishedOn { seconds } }
          oneOfCommentOrReply { ... on DecoratedComment { commentUri commentStr createDate } } } } } }"""
    said = {"u": graph.stage.show.uri}
    found = graph.free(query, **said, p=[PUBLISHED], t=[ROOT])["data"]["showByShowUri"]["showComments"]
    rows = found["decoratedCommentOrReply"]
    dates = [row["oneOfCommentOrReply"]["createDate"] for row in rows]
    assert len(rows) == 20 and dates == sorted(dates, reverse=True) and dates[0] > 1_700_000_000_000
    assert all(row["episode"]["title"] and row["episode"]["publishedOn"]["seconds"] for row in rows)
    replies = graph.free(query, **said, p=[PUBLISHED], t=[REPLY])["data"]["showByShowUri"]["showComments"]
    assert {str(row["oneOfCommentOrReply"]) for row in replies["decoratedCommentOrReply"]} == {"{}"}
    review = "LIST_COMMENT_PRIMARY_FILTER_NEEDS_REVIEW"
    body = graph.free(query, **said, p=[PUBLISHED, review], t=[ROOT])
    assert body["data"]["showByShowUri"]["showComments"] is None
    assert body["errors"][0]["extensions"]["classification"] == "DataFetchingException"


def test_one_metric_of_many_episodes_comes_in_one_call(graph: Graph) -> None:
    """analyticsBatch on a page of 250 gives one number an episode; analyticsStarts needs no arguments."""
    query = """query($u: ShowUri!) { showByShowUri(getShowByShowUriRequest: {showUri: $u}) { episodesV2(
      listEpisodesV2Request: {filter: PUBLISHED_EPISODES, pagination: {pageSize: 250},
        episodeMetadataFieldMask: {paths: ["hosted_episode.title"]}}) { items { uri analyticsStarts { startsCount }
        analyticsBatch(batchGetEpisodeAnalyticsItem: {episodeAnalyticsMetricType: EPISODE_PLAYS,
          aggregationType: AGGREGATION_TYPE_TOTAL, window: WINDOW_ALL_TIME}) { analyticsValue { analyticsValue {
          ... on SingleValueLong { value } } } } } } } }"""
    items = graph.free(query, u=graph.stage.show.uri)["data"]["showByShowUri"]["episodesV2"]["items"]
    assert len(items) == len(graph.stage.episodes(State.PUBLISHED))
    assert all(item["analyticsStarts"]["startsCount"] >= inner(item["analyticsBatch"])["value"] > 0 for item in items)


def test_the_bearer_is_asked_for_first(graph: Graph) -> None:
    """Without a bearer, or with one that ended, every request is a 401."""
    assert graph.post({"query": NAME}, authorization="").status_code == 401
    graph.stage.simulator.accounts.expire_all()
    assert graph.ask("WebGetUserShows").status_code == 401


def test_a_persisted_operation_needs_its_client(graph: Graph) -> None:
    """Without x-creator-client a hash is refused; which client it names does not matter."""
    said = {"episodeUri": graph.stage.episodes(State.PUBLISHED)[0].uri, "dateRangeWindow": "WINDOW_ALL_TIME"}
    assert graph.persisted("getEpisodePlaysTotal", PLAYS, said, **{"x-creator-client": ""}).status_code == 400
    other = graph.persisted("getEpisodePlaysTotal", PLAYS, said, **{"x-creator-client": "podcasters-shell-app"})
    assert other.json()["data"]["episodeByUri"]


def test_an_unknown_hash_and_a_wrong_name_are_told_apart(graph: Graph) -> None:
    """A hash nobody registered is not found; a hash under another operation's name is a 400."""
    assert graph.persisted("getEpisodePlaysTotal", "0" * 64, {}).json() == {"errors": [NOT_FOUND]}
    assert graph.persisted("getShowData", PLAYS, {}).status_code == 400


@pytest.mark.parametrize("body", [[], "text", {"query": NAME, "variables": []}, {"extensions": {"persistedQuery": 1}}])
def test_a_body_of_another_form_is_a_400(graph: Graph, body: object) -> None:
    """What is no request is refused with a sentence."""
    answer = graph.post(body)
    assert answer.status_code == 400 and answer.json()["errors"][0]["message"]
