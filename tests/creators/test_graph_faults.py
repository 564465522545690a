"""Each switch of the simulator that touches GraphQL, and what somebody sees who meets it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earstead.core.creators.registry import Registry
from earstead.creators import Creators, Credentials, Urls
from earstead.creators.answers import Empty
from earstead.creators.errors import (
    CredentialsExpired,
    GraphQLFailed,
    Missing,
    RateLimited,
    StaleOperation,
    Unavailable,
)
from earstead.sandbox.creators.faults import SWITCHES
from tests.creators.asking import QUICK, calls, client, uri
from tests.fakes.creators import Stage

TESTED = {
    "graphql.adhoc": "test_graph.py",
    "graphql.introspection": "here",
    "graphql.rotate": "test_harvest.py",
    "graphql.truncated_hash_empty": "here",
    "graphql.partial": "here",
    "graphql.origin_check": "test_graph.py",
    "graphql.geo_null": "here",
    "graphql.demographics_null": "here",
    "graphql.custom_window_refused": "test_graph.py",
}


def test_no_switch_is_left_out() -> None:
    """Every GraphQL switch of the simulator has a test of what the user sees."""
    assert set(TESTED) == {name for name in SWITCHES if name.startswith("graphql.")}


def test_partial_answers_keep_the_data_and_say_what_failed(stage: Stage) -> None:
    """A field that fails is None, its error stands beside the rest, and the rest is read."""
    stage.fault(graphql__partial="audienceSize")
    with client(stage) as creators:
        found = creators.operations.get_show_audience_discovery_stats(stage.show_id)
    assert found.value.audience is None and found.answered.is_partial
    (error,) = [one for one in found.answered.partial_errors if one.path[-1:] == ("audienceSize",)]
    assert error.kind == "DataFetchingException" and "audienceSize" in error.words


def test_a_whole_answer_that_fails_is_told_as_refused(stage: Stage) -> None:
    """When the only field of an answer fails the value is empty, and the reason is told as refused."""
    stage.fault(graphql__partial="showPlaysByAge")
    with client(stage) as creators:
        found = creators.operations.get_show_plays_by_age(stage.show_id)
        assert found.value.ages == () and found.answered.empty is Empty.REFUSED
        figures = creators.analytics.show(stage.show_id, pod=False)
    assert figures.empty("ages") is Empty.REFUSED and figures.genders.genders, "the run goes on"


def test_regions_that_fail_leave_the_countries(stage: Stage) -> None:
    """Regions and cities often come back null: countries stay, regions are empty and say why."""
    stage.fault(graphql__geo_null=True)
    with client(stage) as creators:
        figures = creators.analytics.show(stage.show_id, pod=False)
    assert figures.countries and figures.regions == ()
    assert figures.answers["regions"].empty is Empty.REFUSED


def test_ages_without_a_split_by_gender(stage: Stage) -> None:
    """Without the split by gender there is no count, and no failure either."""
    stage.fault(graphql__demographics_null=True)
    with client(stage) as creators:
        found = creators.operations.get_show_plays_by_gender(stage.show_id).value
    assert found.genders == ()


@pytest.mark.parametrize("empty", [True, False])
def test_a_cut_hash_is_never_sent(stage: Stage, empty: bool) -> None:
    """Whether the service answers a cut hash with nothing or with an error, ours is held back and told as missing."""
    stage.fault(graphql__truncated_hash_empty=empty)
    pinned = Registry.pinned()
    known = pinned.get("getShowPlaysByAge")
    cut = replace(known, hashes=tuple(replace(one, sha256=one.sha256[:16]) for one in known.hashes))
    registry = replace(pinned, operations={**pinned.operations, known.name: cut})
    before = calls(stage, "GQL")
    with client(stage, registry=registry) as creators, pytest.raises(Missing, match="getShowPlaysByAge"):
        creators.operations.get_show_plays_by_age(stage.show_id)
    assert calls(stage, "GQL") == before


def test_introspection_is_a_free_text_like_others(stage: Stage) -> None:
    """Asking for the schema works where the service allows it, and fails with its words where not."""
    with client(stage, adhoc=True) as creators:
        answered = creators.graph.text("{ __schema { queryType { name } } }")
        assert answered.data["__schema"]["queryType"]["name"] == "Query"
        stage.fault(graphql__introspection=False)
        with pytest.raises(GraphQLFailed, match="introspection"):
            creators.graph.text("{ __schema { queryType { name } } }")


def test_shows_hosted_elsewhere(stage: Stage) -> None:
    """For a show hosted elsewhere some parts are refused, the others come, and the doctor says so."""
    stage.fault(show__non_s4p=True)
    with client(stage) as creators:
        figures = creators.analytics.show(stage.show_id)
        found = creators.doctor(stage.show_id)
    assert figures.ages.total and figures.streams and figures.discovery.audience
    for part in ("countries", "platforms", "impressions"):
        assert figures.empty(part) is Empty.REFUSED, part
    assert (found.state, found.cause) == ("warn", "hosting") and "hosted elsewhere" in found.words


def test_a_list_that_is_being_built_is_not_believed(stage: Stage) -> None:
    """A list whose index is not complete says so, and the doctor warns of it."""
    stage.fault(list__index_building=True)
    with client(stage) as creators:
        assert not creators.operations.web_get_indexed_episode_list(stage.show_id).value.complete
        found = creators.doctor()
    assert found.state == "warn" and "building the list" in found.words and found.mend


def test_a_bearer_that_ends_in_the_middle(stage: Stage) -> None:
    """One 401 in the middle costs one sign-in and nobody notices."""
    with client(stage) as creators:
        stage.fault(token__revoke_once=True)
        assert creators.operations.get_episode_plays_total(uri(stage)).value


def test_limits_and_faults_that_pass(stage: Stage) -> None:
    """Two refusals are waited for; when it goes on, the error says to come back later."""
    with client(stage) as creators:
        stage.fault(http__429=2, http__where="/_gql")
        assert creators.operations.get_episode_plays_total(uri(stage)).value
        stage.fault(http__429=-1)
        with pytest.raises(RateLimited) as limited:
            creators.operations.get_episode_plays_total(uri(stage))
        stage.fault(http__429=0, http__503=-1)
        with pytest.raises(Unavailable):
            creators.operations.get_episode_plays_total(uri(stage))
        stage.fault(http__503=0, http__reset=1)
        assert creators.operations.get_episode_plays_total(uri(stage)).value
    assert limited.value.after_s > 0 and "Wait" in limited.value.mend


@pytest.mark.parametrize(
    ("switches", "cause"),
    [
        ({"auth__login_required": True}, "cookie"),
        ({"auth__consent_required": True}, "cookie"),
        ({"auth__no_object": True}, "cookie"),
        ({"http__429": -1, "http__where": "/_gql"}, "limit"),
        ({"http__503": -1, "http__where": "/_gql"}, "network"),
        ({"http__reset": -1}, "network"),
        ({"graphql__rotate": "WebGetUserShows"}, "stale hash"),
        ({"graphql__rotate": "getShowPlaysByAge"}, "stale hash"),
        ({"graphql__partial": "showPlaysByAge"}, "permission"),
    ],
)
def test_the_doctor_names_the_cause(stage: Stage, switches: dict[str, object], cause: str) -> None:
    """For each thing that can be wrong the doctor names the cause in a word and the mend in a sentence."""
    stage.fault(**switches)  # type: ignore[arg-type]
    urls = Urls.at(stage.url)
    with Creators(Credentials(stage.sp_dc), urls=urls, pace=QUICK, clock=stage.clock, sleep=lambda s: None) as creators:
        found = creators.doctor()
    assert found.cause == cause, found.checks
    assert found.state in ("warn", "broken") and found.words and found.mend.endswith((".", "?"))


def test_the_doctor_knows_whose_show_it_is(stage: Stage) -> None:
    """A show that is not one of the account is a matter of permission."""
    with client(stage) as creators:
        found = creators.doctor("spotify:show:0000000000000000000000")
    assert (found.state, found.cause) == ("broken", "permission") and "not one of this account" in found.words


def test_the_doctor_is_content(stage: Stage) -> None:
    """With everything in order the doctor says so, and says what cannot be written yet."""
    with client(stage) as creators:
        found = creators.doctor(stage.show_id)
    assert (found.state, found.cause, found.mend) == ("ok", "", "")
    assert any(one.name == "comment mutations" and one.mend for one in found.checks)
    assert CredentialsExpired().mend and Missing("x").mend and StaleOperation("x").mend


def test_the_doctor_compares_all_hashes(stage: Stage) -> None:
    """Asked to be thorough, the doctor finds a rotated operation that none of its checks calls, and names it."""
    stage.fault(graphql__rotate="getEpisodePlaysTotal")
    with client(stage) as creators:
        assert creators.doctor().state == "ok"
        found = creators.doctor(thorough=True)
        stage.simulator.faults.reset()
        assert creators.doctor(thorough=True).state == "ok"
    assert (found.state, found.cause) == ("warn", "stale hash") and "getEpisodePlaysTotal" in found.words
    assert "ops refresh" in found.mend
