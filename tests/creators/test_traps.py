"""The traps that public clients of these interfaces fell into, one by one."""

from __future__ import annotations

import inspect
import logging
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.endpoints import BY_LABEL
from earstead.creators import Creators, auth
from earstead.creators.errors import CredentialsExpired, Forbidden, NotFound, ValidationError
from earstead.creators.legacy import LegacyTable
from earstead.creators.pod_types import (
    CardPage,
    Demographics,
    Impressions,
    Performance,
    count_days,
    funnel_steps,
    stream_days,
)
from earstead.creators.rest_base import READING, WRITING
from earstead.creators.rest_media_types import MediaState, SignedUpload
from earstead.creators.rest_types import (
    Distribution,
    EpisodePage,
    Monetisation,
    Overview,
    ShowMetadata,
    Terms,
    Updated,
)
from earstead.sandbox.creators.world import State
from tests.creators.client import Ears, client_at
from tests.fakes.creators import DASHBOARD, Stage

_NAMES = st.sampled_from(
    "title publishOn isPublished userId items next episodeId duration status request mediaValidation failures "
    "signedUrlParts partNumber url samples sampleRate percentiles counts count ageFacetedCounts detailedStreams data "
    "rows columnHeaders episodes totalPages products externalUrls platforms publishOnUnixTimestamp".split()
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(_JSON)
def test_a_shape_that_moved_never_stops_anything(said: Any) -> None:
    """Missing, null, retyped and new fields: every reader gives a record, whatever came."""
    readers = [
        *(Overview.of, Updated.of, ShowMetadata.of, Distribution.of, Terms.of, Monetisation.of, EpisodePage.of),
        *(SignedUpload.of, MediaState.of, CardPage.of, Performance.of, Impressions.of, Demographics.of, LegacyTable.of),
        *(count_days, stream_days, funnel_steps),
    ]
    assert all(reader(said) is not None for reader in readers)


def test_numbers_as_texts_and_new_fields_are_taken() -> None:
    """Numbers come as texts at times; what is new stays in `raw`."""
    overview = Overview.of({"userId": "40000001", "title": None, "isPublished": True, "somethingNew": [1]})
    assert (overview.user_id, overview.title, overview.state) == (40000001, "", "published")
    assert overview.raw["somethingNew"] == [1]


def test_nothing_is_asked_again_that_was_refused(creators: Creators, creators_stage: Stage) -> None:
    """A plain 403 or 404 is told at once; public clients took them for network faults, six times."""
    calls = creators_stage.simulator.calls
    with pytest.raises(Forbidden):
        creators.rest.stations_status()
    with pytest.raises(NotFound):
        creators.rest.anchor_id("4vXk0mWJmQ9yC1dEf2GhIj")
    with pytest.raises((Forbidden, NotFound)):
        creators.pod.episode_card("4vXk0mWJmQ9yC1dEf2GhIj")
    assert (calls["REST 1-Y-3"], calls["REST 1-A"], calls["POD P2"]) == (1, 1, 1)


def test_the_real_cause_arrives(creators_stage: Stage) -> None:
    """Signed-out cookies are named as such, not hidden behind a crash of the error itself."""
    creators_stage.fault(auth__login_required=True)
    with client_at(creators_stage) as creators, pytest.raises(CredentialsExpired, match="no longer signed in"):
        creators.pod.me()


def test_impressions_need_no_start(creators: Creators, creators_stage: Stage) -> None:
    """The span that the service insists on is made from its end."""
    end = date.fromtimestamp(creators_stage.clock.now()) - timedelta(days=3)
    found = creators.pod.impressions_total(creators_stage.show_id, end)
    assert (found.start, found.end) == ((end - timedelta(days=29)).isoformat(), end.isoformat())


def test_retention_without_its_rate_is_read(creators: Creators, creators_stage: Stage) -> None:
    """Since July 2026 some answers lack rate and length; a sample a second is what they mean."""
    episode = creators_stage.episodes(State.PUBLISHED)[0].id
    whole = creators.pod.performance(episode)
    creators_stage.fault(pod__performance_sparse=True)
    sparse = creators.pod.performance(episode)
    assert "sampleRate" not in sparse.raw
    assert (sparse.rate_ms, sparse.length_s, sparse.samples) == (whole.rate_ms, whole.length_s, whole.samples)


@pytest.mark.parametrize("refused", [True, False])
def test_a_range_of_nobody_is_empty_and_said_to_be_inferred(
    creators: Creators, creators_stage: Stage, refused: bool
) -> None:
    """The 500 of such a range is asked for once, and becomes an empty answer that says so."""
    creators_stage.fault(pod__aggregate_500_when_empty=refused)
    day = date.fromtimestamp(creators_stage.clock.now()) - timedelta(days=2000)
    before = creators_stage.simulator.calls["POD P8"]
    found = creators.pod.show_demographics(creators_stage.show_id, day, day)
    assert (found.count, found.empty) == (0, refused)
    assert creators_stage.simulator.calls["POD P8"] == before + 1


def test_a_client_id_is_never_asked_for() -> None:
    """Users kept putting the id of an app of their own there; there is nowhere to put one."""
    for call in (Creators.__init__, Creators.sign_in, auth.Session.__init__):
        assert not any("client_id" in name or "redirect" in name for name in inspect.signature(call).parameters)
    assert auth.CLIENT_ID == "05a1371ee5194c27860b3ff3ff3979d2"
    assert auth.REDIRECT_URI == "https://podcasters.spotify.com"


def test_dangerous_calls_want_a_word_more(creators: Creators, creators_stage: Stage) -> None:
    """Deleting and the address of a show need their confirmation even as single calls."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    with pytest.raises(ValidationError, match="for good"):
        creators.rest.delete_episode(episode.anchor_id, confirm=1)
    with pytest.raises(ValidationError, match="old links"):
        creators.rest.set_slug("water", confirm="")
    assert not creators_stage.simulator.calls


def test_writes_come_from_the_dashboard(creators: Creators, creators_stage: Stage) -> None:
    """Origin and Referer go with every write, which the simulator refuses without them."""
    assert creators_stage.simulator.faults.on("rest.require_origin")
    assert creators.rest.rebuild_list(creators_stage.show.station_id)
    assert WRITING["origin"] == DASHBOARD
    assert "origin" not in READING


def test_storage_gets_no_bearer_and_logs_no_secret(
    creators: Creators, creators_stage: Stage, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """An upload carries no Authorization, and neither logs nor listeners see cookies, bearer or signatures."""
    from tests.creators.files import mp3

    caplog.set_level(logging.DEBUG)
    ears = Ears()
    with client_at(creators_stage, heard=ears) as client:
        made = client.episodes.create(creators_stage.show_id, "On water", "d", audio=mp3(tmp_path))
        token = client.session.bearer()
    told = caplog.text + repr(ears.heard) + repr(made)
    signatures = {slot.signature for slot in creators_stage.simulator.uploads._slots.values()}
    assert signatures
    for secret in (creators_stage.sp_dc, creators_stage.sp_key, token, *signatures):
        assert secret not in told


def test_what_is_told_of_an_answer_is_whole(creators_stage: Stage) -> None:
    """Listeners get the body as it came, with what was asked: shapes move, and history can be read again."""
    ears = Ears()
    with client_at(creators_stage, heard=ears) as creators:
        creators.rest.overview(creators_stage.episodes(State.PUBLISHED)[0].anchor_id)
    exchange = ears.heard[0]
    assert (exchange.backend, exchange.label, exchange.status) == ("rest", "1-B", 200)
    assert exchange.asked == "isMumsCompatible=true&returnWebIds=true"
    assert b"podcastEpisodeType" in exchange.body
    assert "?" not in exchange.url


def test_unused_endpoints_say_why() -> None:
    """What the client does not use by itself has its reason beside it."""
    assert {label for label, one in BY_LABEL.items() if one.unused and one.backend == "rest"} == {
        "E-1",
        "E-3",
        "E-4",
        "1-Y-3",
    }
