"""The switches of the simulator that are about how things are sent, and that no switch is without a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earstead.creators import Creators, MemoryLog, State
from earstead.creators.errors import NotConfirmed, ValidationError
from earstead.creators.rest_types import Unread
from earstead.creators.transport import Exchange
from earstead.sandbox.creators.faults import SWITCHES
from earstead.sandbox.creators.world import State as Stored
from tests.creators.client import client_at
from tests.fakes.creators import Stage

HERE = Path(__file__).parent


def test_every_switch_has_a_test() -> None:
    """Each switch of the simulator is named in a test of the client."""
    text = "".join(path.read_text() for path in HERE.rglob("test_*.py") if path != Path(__file__))
    text += Path(__file__).read_text().partition("# --- switches")[2]
    missing = [name for name in SWITCHES if name.replace(".", "__") not in text and f'"{name}"' not in text]
    assert missing == []


# --- switches


def test_a_corrupted_date_is_found_out(creators_stage: Stage) -> None:
    """Should the service make a second of 1970 of a date after all, that is noticed and named."""
    assert creators_stage.simulator.faults.on("rest.publishon_corruption")
    soon = datetime.fromtimestamp(creators_stage.clock.now(), UTC) + timedelta(days=2)
    log, armed = MemoryLog(), [False]

    def corrupt(exchange: Exchange) -> None:
        if exchange.label == "1-C" and armed[0]:
            stored = next(one for one in creators_stage.episodes(Stored.SCHEDULED) if one.title == "Soon")
            stored.publish_on_ms = 2026_000

    with client_at(creators_stage, log=log, heard=corrupt) as creators:
        made = creators.episodes.create(creators_stage.show_id, "Soon", "d")
        armed[0] = True
        with pytest.raises(NotConfirmed, match="1970") as raised:
            creators.episodes.schedule(made.episode, soon)
    assert raised.value.differences["publish_on"][1] == "1970-01-01T00:33:46.000Z"
    assert log.changes[-1].state is State.FAILED


@pytest.mark.parametrize("on", [True, False])
def test_dates_are_right_with_and_without_the_corruption(creators: Creators, creators_stage: Stage, on: bool) -> None:
    """Whole seconds are stored as they are, whichever way the service treats texts."""
    creators_stage.fault(rest__publishon_corruption=on)
    soon = datetime.fromtimestamp(creators_stage.clock.now(), UTC) + timedelta(days=2)
    made = creators.episodes.create(creators_stage.show_id, "Soon", "d", publish_on=soon)
    assert creators.episodes.get(made.episode).publish_at == soon


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    "switch",
    ["rest__require_mums", "rest__require_origin", "pod__followers_start_required", "pod__impressions_span_check"],
)
def test_what_the_service_insists_on_is_always_sent(
    creators: Creators, creators_stage: Stage, switch: str, on: bool
) -> None:
    """Parameter, origin, start and span are there whether they are checked or not."""
    creators_stage.fault(**{switch: on})
    end = datetime.fromtimestamp(creators_stage.clock.now(), UTC).date() - timedelta(days=3)
    assert creators.rest.rebuild_list(creators_stage.show.station_id)
    assert creators.pod.followers(creators_stage.show_id, end - timedelta(days=7), end)
    assert creators.pod.impressions_total(creators_stage.show_id, end).count >= 0


def test_publishing_without_a_file_is_left_to_the_service(creators: Creators, creators_stage: Stage) -> None:
    """Nobody knows whether the real one refuses it: where it does not, the episode is published."""
    creators_stage.fault(rest__media_required=False)
    made = creators.episodes.create(creators_stage.show_id, "Empty", "d")
    assert creators.episodes.publish(made.episode).after["state"] == "published"


def test_the_shows_of_the_account_are_taken_where_they_are_told(creators: Creators, creators_stage: Stage) -> None:
    """Where the endpoint answers in spite of all, its answer is handed over unread."""
    creators_stage.fault(rest__stations_status=True)
    assert isinstance(creators.rest.stations_status(), Unread)


def test_shows_that_moved_elsewhere_are_read_only(creators: Creators, creators_stage: Stage) -> None:
    """When all shows are hosted elsewhere, they are still found, and writing to them is refused in words."""
    creators_stage.fault(show__non_s4p=True)
    assert len(creators.shows.all()) == len(creators_stage.simulator.shows)
    assert not any(show.writable for show in creators.shows.all())
    with pytest.raises(ValidationError, match="hosted elsewhere"):
        creators.episodes.create(creators_stage.show_id, "T", "D")
    assert creators.pod.show_card(creators_stage.show_id).name


def test_a_page_of_the_list_that_loses_fields_is_still_read(creators: Creators, creators_stage: Stage) -> None:
    """Partial errors beside a list are no reason to lose the list."""
    creators_stage.fault(graphql__partial="analyticsStartsV2")
    items: Any = creators.episodes.list(creators_stage.show_id, "published")
    assert items and all(item.starts is None for item in items)
