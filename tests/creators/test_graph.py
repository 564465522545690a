"""Calls by name: which hash is sent, what is tried next, what is refused before it leaves, and what is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from earstead.core.creators.registry import Hash, Operation, Registry
from earstead.creators import Creators, Credentials, Urls
from earstead.creators.answers import Empty
from earstead.creators.documents import WRITTEN
from earstead.creators.errors import (
    CreatorsError,
    Forbidden,
    GraphQLFailed,
    Missing,
    NotFound,
    Planned,
    RateLimited,
    StaleOperation,
    Unavailable,
    UpstreamError,
    ValidationError,
)
from earstead.creators.graph import named_window
from earstead.creators.transport import Exchange
from tests.creators.asking import QUICK, client, uri
from tests.fakes.creators import Stage, staged
from tests.fakes.servers import serving

WEEK = (date(2026, 11, 1), date(2026, 11, 7))
NOWHERE = "0" * 64


@pytest.fixture(scope="module")
def served() -> Iterator[Stage]:
    """Of more days than usual."""
    with staged(episodes=6, days=120) as made:
        yield made


class Ear:
    """Hears what a client sends to GraphQL."""

    def __init__(self) -> None:
        self.heard: list[Exchange] = []

    def __call__(self, exchange: Exchange) -> None:
        if exchange.backend == "graph":
            self.heard.append(exchange)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one.asked) for one in self.heard]

    @property
    def hashes(self) -> list[str]:
        return [one.get("extensions", {}).get("persistedQuery", {}).get("sha256Hash", "") for one in self.bodies]


def with_hashes(name: str, *digests: str) -> Registry:
    pinned = Registry.pinned()
    one = replace(pinned.get(name), hashes=tuple(Hash(sha256=digest) for digest in digests))
    return replace(pinned, operations={**pinned.operations, name: one})


def test_a_call_is_a_name_a_hash_and_variables(stage: Stage) -> None:
    """Sent are the operation's name, its hash and the variables that have a value, and no query; the answer is kept."""
    ear = Ear()
    with client(stage, heard=ear) as creators:
        answered = creators.graph.call(
            "getShowPlaysByAge",
            {
                "showUri": f"spotify:show:{stage.show_id}",
                "dateRangeWindow": "WINDOW_ALL_TIME",
                "customDateRange": None,
            },
        )
    (body,) = ear.bodies
    assert body.keys() == {"operationName", "variables", "extensions"}
    assert body["variables"].keys() == {"showUri", "dateRangeWindow"}
    assert answered.hash == ear.hashes[0] == Registry.pinned().get("getShowPlaysByAge").hashes[0].sha256
    assert (answered.asked_window, answered.answered_window) == ("WINDOW_ALL_TIME", "WINDOW_ALL_TIME")
    assert answered.empty is Empty.NOT and answered.fetched_ms == stage.clock.now_ms()


def test_the_older_hash_is_tried_and_remembered(stage: Stage) -> None:
    """When the current hash is unknown to the service the one before is sent, and is the first one from then on."""
    ear, good = Ear(), Registry.pinned().get("getShowPlaysByAge").hashes[0].sha256
    with client(stage, heard=ear, registry=with_hashes("getShowPlaysByAge", NOWHERE, good)) as creators:
        assert creators.operations.get_show_plays_by_age(stage.show_id).value.total
        assert creators.operations.get_show_plays_by_age(stage.show_id).value.total
    assert ear.hashes == [NOWHERE, good, good]


def test_a_stale_hash_is_told(stage: Stage) -> None:
    """When no known hash is taken the caller is told which operation it is, and what to do."""
    with (
        client(stage, registry=with_hashes("getShowPlaysByAge", NOWHERE)) as creators,
        pytest.raises(StaleOperation, match="getShowPlaysByAge") as told,
    ):
        creators.operations.get_show_plays_by_age(stage.show_id)
    assert "ops refresh" in told.value.mend


def test_a_cut_hash_never_leaves(stage: Stage) -> None:
    """A hash that is cut short is not sent, for its answer would look like no data; a file with one is refused."""
    ear = Ear()
    registry = with_hashes("getShowPlaysByAge", "98f15a89cb2500")
    with client(stage, heard=ear, registry=registry) as creators, pytest.raises(Missing):
        creators.operations.get_show_plays_by_age(stage.show_id)
    assert ear.heard == []


def test_without_a_hash_it_says_what_to_capture(stage: Stage) -> None:
    """An operation that no public source has a hash of is not sent; the error names it and the way to it."""
    with client(stage) as creators, pytest.raises(Missing, match="pinComment") as told:
        creators.operations.pin_comment("spotify:comment:1UvOCdxchmzRWxjsoDUXFg")
    assert "capture kit" in told.value.mend
    with client(stage) as creators:
        assert creators.graph.missing("pinComment", "getShowPlaysByAge").keys() == {"pinComment"}


FREE = sorted(WRITTEN - {"getAnalyticsInsight", "getLatestCommentsForShow", "WebGetIndexedEpisodeList"})


@pytest.mark.parametrize("name", FREE)
def test_free_text_stands_in_where_it_is_allowed(stage: Stage, name: str) -> None:
    """With adhoc, a document of ours answers where no hash does, and its answer is read by the same reader."""
    from tests.creators.test_operations import Company, call_of, snake

    ear = Ear()
    with client(stage, adhoc=True, heard=ear, registry=with_hashes(name)) as creators:
        on = Company(stage, creators)
        found = call_of(name)(getattr(creators.operations, snake(name)), on)
    assert found.answered.hash == "" and found.answered.empty is Empty.NOT, found.answered
    assert found.value not in (None, "", ()), found.answered.data
    assert ear.bodies[-1].keys() == {"query", "variables"}


def test_free_text_of_comments_and_lists(stage: Stage) -> None:
    """Comments of a show and the list of episodes come by free text, too."""
    registry = with_hashes("WebGetIndexedEpisodeList")
    with client(stage, adhoc=True, registry=registry) as creators:
        comments = creators.comments.of_show(stage.show_id).value.comments
        page = creators.operations.web_get_indexed_episode_list(stage.show_id).value
    assert comments and all(one.uri.startswith("spotify:comment:") for one in comments)
    assert page.complete and page.total_items == len(page.items) > 0


def test_free_text_that_is_refused_changes_nothing(stage: Stage) -> None:
    """When the service takes registered hashes only, what was missing is still missing, and hashes still work."""
    stage.fault(graphql__adhoc="reject")
    with client(stage, adhoc=True) as creators:
        with pytest.raises(Missing):
            creators.operations.get_show_retention(stage.show_id)
        assert creators.operations.get_show_plays_by_age(stage.show_id).value.total
        with pytest.raises(GraphQLFailed):
            creators.graph.text("{ showsForUser { shows { uri } } }")


def test_own_free_text(stage: Stage) -> None:
    """A document of the caller's is sent by a client with adhoc alone, and never an empty one."""
    with client(stage, adhoc=True) as creators:
        answered = creators.graph.text("{ showsForUser { shows { uri name } } }")
        assert len(answered.data["showsForUser"]["shows"]) == 4
        with pytest.raises(ValidationError):
            creators.graph.text(" ", name="getShowPlaysByAge")
    with client(stage) as creators, pytest.raises(ValidationError, match="adhoc"):
        creators.graph.text("{ showsForUser { shows { uri } } }")


def test_windows_are_tried_in_turn(stage: Stage) -> None:
    """A window that brings nothing is followed by the next; the answer says what was asked and what answered."""
    before = (date(2023, 1, 1), date(2023, 1, 7))
    with client(stage) as creators:
        asked = creators.operations.get_show_plays_by_age(stage.show_id, days=before)
        found = creators.operations.get_show_on_spotify_stats(
            stage.show_id, days=before, fallbacks=["WINDOW_LAST_SEVEN_DAYS"]
        )
    assert asked.answered.asked_window == "WINDOW_CUSTOM"
    assert found.answered.asked_window == "WINDOW_CUSTOM"
    assert found.answered.answered_window in ("WINDOW_CUSTOM", "WINDOW_LAST_SEVEN_DAYS")


def test_a_custom_span_becomes_a_named_window_where_only_those_work(stage: Stage) -> None:
    """Discovery fails for custom windows: a span is asked for as the nearest of 7, 30 and 90 days."""
    with client(stage) as creators:
        found = creators.operations.get_show_audience_discovery_stats(stage.show_id, days=WEEK)
    assert found.answered.answered_window == "WINDOW_LAST_SEVEN_DAYS"
    assert found.value.audience and not found.answered.partial_errors
    assert [named_window(days) for days in (1, 20, 45, 400)] == [
        "WINDOW_LAST_SEVEN_DAYS",
        "WINDOW_LAST_THIRTY_DAYS",
        "WINDOW_LAST_SIXTY_DAYS",
        "WINDOW_LAST_NINETY_DAYS",
    ]


@pytest.mark.parametrize(
    ("name", "variables", "why"),
    [
        ("getShowPlaysByAge", {"dateRangeWindow": "WINDOW_ALL_TIME"}, "showUri: getShowPlaysByAge needs it"),
        ("getShowPlaysByAge", {"showUri": "x", "dateRangeWindow": "W", "colour": 1}, "takes no such variable"),
        ("getShowPlaysByAge", {"showUri": "x", "dateRangeWindow": "WINDOW_CUSTOM"}, "both of its dates"),
        (
            "getShowPlaysByAge",
            {"showUri": "x", "dateRangeWindow": "WINDOW_ALL_TIME", "customDateRange": {}},
            "both of its dates",
        ),
        ("getshowplaysbyage", {}, "no operation is called"),
    ],
)
def test_wrong_calls_never_leave(stage: Stage, name: str, variables: dict[str, Any], why: str) -> None:
    """A variable too few or too many, half a window or a wrong name is told before anything is sent."""
    ear = Ear()
    with client(stage, heard=ear) as creators, pytest.raises(ValidationError, match=why):
        creators.graph.call(name, variables)
    assert ear.heard == []


@pytest.mark.parametrize("named", ["spotify:episode:x", "123456789", "e3mm3ql", "nonsense", ""])
def test_an_episode_is_named_well(stage: Stage, named: str) -> None:
    """What names no episode, or names it by a number that GraphQL does not know, is told before anything is sent."""
    with client(stage) as creators, pytest.raises(ValidationError):
        creators.operations.get_episode_performance_all_time(named)


def test_shows_and_episodes_by_address(stage: Stage) -> None:
    """The address of a show or an episode will do as well as its URI or id."""
    with client(stage) as creators:
        by_address = creators.operations.get_show_plays_by_gender(f"https://open.spotify.com/show/{stage.show_id}?si=x")
        episode = uri(stage).rpartition(":")[2]
        assert creators.operations.get_episode_plays_total(f"https://open.spotify.com/episode/{episode}").value
    assert by_address.value.total == creators_total(stage)


def creators_total(stage: Stage) -> int | None:
    with client(stage) as creators:
        return creators.operations.get_show_plays_by_gender(stage.show_id).value.total


def test_a_dry_run_sends_nothing(stage: Stage) -> None:
    """A dry run makes no call at all, not even a sign-in."""
    creators, before = Creators(Credentials(stage.sp_dc), urls=Urls.at(stage.url), dry_run=True), called(stage)
    with creators, pytest.raises(Planned):
        creators.operations.get_show_plays_by_age(stage.show_id)
    assert called(stage) == before


def called(stage: Stage) -> dict[str, int]:
    return dict(stage.simulator.calls)


def test_a_refused_call_names_the_reason(stage: Stage) -> None:
    """Errors without data are raised with their words; 403 is told as forbidden."""
    with client(stage) as creators:
        with pytest.raises(GraphQLFailed) as told:
            creators.graph.call(
                "getShowPlaysByAge",
                {"showUri": f"spotify:show:{stage.show_id}", "dateRangeWindow": "WINDOW_YESTERDAY"},
            )
        assert told.value.mend and told.value.errors
    stage.fault(graphql__origin_check=True)
    with client(stage) as creators:
        assert creators.operations.get_show_plays_by_age(stage.show_id).value.total, "our origin is the dashboard's"


def answering(status: int, body: Any) -> Starlette:
    """A GraphQL service that always says the same."""
    return Starlette(routes=[Route("/{path:path}", lambda request: JSONResponse(body, status), methods=["POST"])])


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"errors": [{"message": "origin is not allowed"}]}, Forbidden),
        (400, {}, StaleOperation),
        (400, {"errors": [{"message": "showUri is no URI"}]}, GraphQLFailed),
        (200, {"data": None, "errors": [{"message": "boom", "path": ["showByShowUri"]}]}, GraphQLFailed),
        (200, {"errors": [{"message": "PersistedQueryNotFound"}]}, StaleOperation),
        (404, {"message": "gone"}, NotFound),
        (200, ["a list"], UpstreamError),
        (503, {}, Unavailable),
        (429, {}, RateLimited),
    ],
)
def test_odd_answers_become_errors_that_say_what_to_do(status: int, body: Any, error: type[CreatorsError]) -> None:
    """Each refusal becomes the error of its cause, with the service's words and a mend; never a traceback."""
    with serving(answering(status, body)) as url:
        creators = Creators(bearer="a-ready-bearer", urls=Urls.at(url), pace=QUICK)
        with creators, pytest.raises(error) as told:
            creators.operations.get_show_plays_by_age("5AAAAAAAAAAAAAAAAAAAAA")
    assert told.value.mend
    words = str((body.get("errors") or [{}])[0].get("message", "")) if isinstance(body, dict) else ""
    assert error is StaleOperation or words in str(told.value)


def test_a_mutation_needs_a_change(stage: Stage) -> None:
    """A mutation called by its name outside of a change is refused by the transport: nothing is written unrecorded."""
    with client(stage) as creators:
        creators.harvest(use=True)
        comment = creators.comments.of_show(stage.show_id).value.comments[0].uri
        with pytest.raises(ValidationError, match="no change was begun"):
            creators.graph.call("pinComment", {"commentUri": comment})
        creators.operations.pin_comment(comment)
        (change,) = creators.journal.log.changes  # type: ignore[attr-defined]
    assert change.action == "graph.pinComment" and change.state == "confirmed" and change.steps


def test_refresh_by_itself_is_opt_in(stage: Stage) -> None:
    """A client that may refresh by itself harvests once when a hash is stale, and goes on."""
    stage.fault(graphql__rotate="getShowPlaysByAge")
    with client(stage) as creators:
        creators.refreshes, before = True, called(stage)
        assert creators.operations.get_show_plays_by_age(stage.show_id).value.total
        fetched = called(stage)["WEB bundle"]
        assert fetched > before.get("WEB bundle", 0)
        assert creators.operations.get_show_retention(stage.show_id).value.points, "found by the same harvest"
        assert stage.simulator.calls["WEB bundle"] == fetched


def test_unknown_operations_can_be_called_with_an_overlay(stage: Stage) -> None:
    """An operation that only an overlay knows is called like any other, and told stale when the service says so."""
    extra = Registry(operations={"getBrandNew": Operation(name="getBrandNew", hashes=(Hash(sha256=NOWHERE),))})
    with client(stage, registry=Registry.pinned().merged(extra)) as creators, pytest.raises(StaleOperation):
        creators.graph.call("getBrandNew", {"anything": 1})
