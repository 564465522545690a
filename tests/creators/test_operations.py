"""Every named operation is called in earnest, and the typed methods are those of the registry."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from earstead.core.creators.registry import Registry
from earstead.creators import Creators
from earstead.creators.answers import Answered, Empty, Known, Part, Unknown
from earstead.creators.operations import Operations
from tests.creators.asking import client, uri
from tests.fakes.creators import Stage, staged

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = Registry.pinned()
BOXES = {"K": Known, "P": Part, "U": Unknown}
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)
GEO = {"resultGeo": "GEO_COUNTRY"}


@dataclass
class Company:
    """A client that has harvested every hash, with a show and an episode."""

    stage: Stage
    creators: Creators

    @property
    def show(self) -> str:
        return f"spotify:show:{self.stage.show_id}"

    @property
    def episode(self) -> str:
        """One that has a transcript."""
        return uri(self.stage, 1)

    def comment(self) -> str:
        """A published comment that is still there."""
        return self.creators.comments.of_show(self.show).value.comments[0].uri


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with staged(episodes=12, days=120) as stage, client(stage) as creators:
        creators.harvest(use=True)
        yield Company(stage, creators)


def snake(name: str) -> str:
    """The method of an operation: as scripts/operations names it."""
    found = [method for method in vars_of(Operations) if method.replace("_", "") == name.lower()]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def vars_of(kind: type) -> list[str]:
    return [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]


Call = Callable[[Any, Company], Any]
SHOW: Call = lambda method, on: method(on.show)  # noqa: E731
EPISODE: Call = lambda method, on: method(on.episode)  # noqa: E731
ALONE: Call = lambda method, on: method()  # noqa: E731
SPAN: Call = lambda method, on: method(on.show, FIRST, LAST)  # noqa: E731
COMMENT: Call = lambda method, on: method(on.comment())  # noqa: E731
CALLS: dict[str, Call] = {
    "WebGetUserRegistration": lambda method, on: method("AT"),
    "WebGetExternalPartnerId": lambda method, on: method("s4p-mparticle-braze"),
    "getShowTopEpisodesByMetric": lambda method, on: method(on.show, "EPISODE_PLAYS"),
    "getShowPlaysAndDownloadsByGeo": lambda method, on: method(on.show, "SHOW_PLAYS_AND_DOWNLOADS_BY_COUNTRY", GEO),
    "getShowAudienceAllPlatformsGeoStats": lambda method, on: method(on.show, GEO),
    "getAudienceGrowthTimeSeries": SPAN,
    "getAudienceGrowthMetricSummary": SPAN,
    "getAudienceGrowthInsights": SPAN,
    "getBenchmarkTotal": lambda method, on: method(on.show, "BENCHMARK_PLAYS"),
    "getBenchmarkTimeSeries": lambda method, on: method(on.show, "BENCHMARK_PLAYS"),
    "generateAnalyticsInsight": lambda method, on: method({}),
    "getAnalyticsInsight": lambda method, on: method(
        on.show, on.creators.operations.generate_analytics_insight({}).value.insight_id
    ),
    "submitAnalyticsInsightFeedback": lambda method, on: method({}),
    "WebGetPaginatedEpisodeList": lambda method, on: method(on.stage.show.station_id, page_size=10),
    "getEpisodeTimeSeriesByMetric": lambda method, on: method(on.episode, "EPISODE_PLAYS"),
    "GetCommentReplies": lambda method, on: method(on.episode, on.comment()),
    "updateIsCommentsEnabledForShowByShowUri": lambda method, on: method(True, on.show),
    "updateModerationPolicy": lambda method, on: method(on.show, "SOME_FILTERING"),
    "deleteCommentByCommentUri": lambda method, on: method(on.comment(), "DELETE_COMMENT_FILTER_PUBLISHED"),
    "createCommentReplyByCommentUri": lambda method, on: method(on.comment(), "Thank you."),
    "markCommentAsRead": COMMENT,
    "pinComment": COMMENT,
    "unPinComment": COMMENT,
    "publishCommentByCommentUri": COMMENT,
    "updateThreadCreatorLastSeen": COMMENT,
    "blockUserForShow": lambda method, on: method("somebody", on.show),
    "createPollForEpisode": lambda method, on: method(on.episode, "Tea?", ["yes", "no"], 1_795_000_000, 1_796_000_000),
}


def call_of(name: str) -> Call:
    """How an operation is called: as said above, else by what it takes first."""
    if name in CALLS:
        return CALLS[name]
    first = next((one.name for one in REGISTRY.get(name).variables or ()), "")
    return {"showUri": SHOW, "episodeUri": EPISODE}.get(first, ALONE)


@pytest.mark.parametrize("name", [one.name for one in REGISTRY])
def test_every_operation_answers(company: Company, name: str) -> None:
    """Each operation answers in the box of its shape; what is proven is there, and what is unknown stays unread."""
    known = REGISTRY.get(name)
    found = call_of(name)(getattr(company.creators.operations, snake(name)), company)
    assert type(found) is BOXES[known.shape]
    answered: Answered = found.answered
    assert answered.operation == name and len(answered.hash) == 64
    if known.shape == "K" and not known.is_write:
        assert answered.empty is Empty.NOT, answered
        assert found.value not in (None, "", (), 0), answered.data


def test_no_operation_is_left_out() -> None:
    """There are 116 operations, each has exactly one typed method, and none is called by a way of its own in vain."""
    methods = set(vars_of(Operations))
    assert len(REGISTRY) == len(methods) == 116
    assert {snake(one.name) for one in REGISTRY} == methods
    assert set(CALLS) <= set(REGISTRY.operations)


def test_boxes_say_the_shape() -> None:
    """The return type of each method says whether its answer is proven, partly proven or unknown."""
    for one in REGISTRY:
        said = inspect.signature(getattr(Operations, snake(one.name))).return_annotation
        assert said.partition("[")[0] == BOXES[one.shape].__name__, one.name


def test_methods_are_as_the_script_writes_them() -> None:
    """The methods are those that scripts/operations writes after the registry of today."""
    if not Path(sys.executable).with_name("ruff").exists():
        pytest.skip("ruff is not installed (extra dev)")
    done = subprocess.run([sys.executable, ROOT / "scripts/operations", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
