"""The door of all requests: faults that pass, faults that stay, and what a person is told."""

from __future__ import annotations

from typing import Any

import pytest

from earstead.core.errors import RetryLater
from earstead.creators import MemoryLog, Pace, State, Urls
from earstead.creators.errors import Forbidden, NotFound, RateLimited, Unavailable, UpstreamError, ValidationError
from earstead.creators.pace import Limit
from earstead.creators.transport import Request
from tests.creators.client import Ears, client_at
from tests.fakes.creators import Stage


@pytest.mark.parametrize("switches", [{"http__429": 2}, {"http__503": 2}, {"http__reset": 2}])
@pytest.mark.parametrize("where", ["/_rest", "/_pod"])
def test_a_read_overcomes_faults_that_pass(creators_stage: Stage, switches: Any, where: str) -> None:
    """Two refusals or broken connections cost two more attempts, and the caller sees the answer."""
    creators_stage.fault(http__where=where, **switches)
    with client_at(creators_stage) as creators:
        if where == "/_rest":
            assert creators.rest.region()
        else:
            assert creators.pod.show_card(creators_stage.show_id).name


@pytest.mark.parametrize(
    ("switches", "error", "words"),
    [
        ({"http__429": -1}, RateLimited, "Wait"),
        ({"http__503": -1}, Unavailable, "Try again"),
        ({"http__reset": -1}, Unavailable, "Try again"),
    ],
)
def test_a_fault_that_stays_is_told_with_its_mend(
    creators_stage: Stage, switches: Any, error: type[Unavailable | RateLimited], words: str
) -> None:
    """After the attempts that politeness allows, the error says to come back later, and when."""
    with client_at(creators_stage) as creators:
        creators.session.bearer()
        creators_stage.fault(http__where="/_rest", **switches)
        with pytest.raises(error) as raised:
            creators.rest.region()
    assert isinstance(raised.value, RetryLater)
    assert raised.value.after_s > 0
    assert words in raised.value.mend


def test_the_asked_pause_is_kept(creators_stage: Stage) -> None:
    """Retry-After is honoured where it is longer than our own pause."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        creators_stage.clock.advance(seconds)

    creators_stage.fault(http__429=1, http__retry_after=7, http__where="/_rest")
    with client_at(creators_stage, sleep=sleep) as creators:
        creators.rest.region()
    assert 7.0 in slept


def test_no_endless_retry(creators_stage: Stage) -> None:
    """A call with all its attempts ends within its deadline, however long the pauses that are asked for."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        creators_stage.clock.advance(seconds)

    with client_at(creators_stage, sleep=sleep, pace=Pace.polite()) as creators:
        creators.session.bearer()
        creators_stage.fault(http__503=-1, http__retry_after=200, http__where="/_rest")
        with pytest.raises(Unavailable):
            creators.rest.region()
    assert sum(slept) <= Pace.polite().deadline_s


@pytest.mark.parametrize("switches", [{"http__503": 1}, {"http__429": 1}, {"http__reset": 1}])
def test_a_write_is_sent_once(creators_stage: Stage, switches: Any) -> None:
    """Whatever happens to a write, it is not repeated by itself; its change says that it may have happened."""
    log = MemoryLog()
    with client_at(creators_stage, log=log) as creators:
        station = creators.rest.legacy_ids(creators_stage.show_id).station_id
        creators_stage.fault(http__where="/_rest", **switches)
        with pytest.raises((Unavailable, RateLimited)):
            creators.rest.create_episode(station)
    assert [len(change.steps) for change in log.changes] == [1]
    expected = State.FAILED if "http__429" in switches else State.AMBIGUOUS
    assert log.changes[0].state is expected


def test_slow_answers_are_waited_for_no_longer_than_allowed(creators_stage: Stage) -> None:
    """An answer that takes longer than the deadline of the request is given up."""
    creators_stage.fault(http__slow=1500, http__where="/_rest")
    with client_at(creators_stage) as creators, pytest.raises(Unavailable, match="no answer within"):
        creators.transport.send(
            Request(
                backend="rest", label="x", method="GET", url=f"{creators_stage.url}/_rest/x", again=False, timeout_s=0.2
            )
        )


def test_shared_shows_never_meet_the_missing_parameter(creators_stage: Stage) -> None:
    """The parameter without which shared shows answer 403 goes with every call, reads and writes."""
    with client_at(creators_stage) as creators:
        station = creators.rest.legacy_ids(creators_stage.show_id).station_id
        assert creators.rest.rebuild_list(station)
        assert creators.rest.show_metadata(station).name


def test_what_is_not_ours_is_told_apart(creators_stage: Stage) -> None:
    """Another account's show is forbidden or unknown, an unknown id unknown, a refusal carries its words."""
    theirs = next(s for s in creators_stage.simulator.world.shows.values() if s.owner != creators_stage.simulator.user)
    with client_at(creators_stage) as creators:
        with pytest.raises((Forbidden, NotFound)):
            creators.rest.show_metadata(theirs.station_id)
        with pytest.raises(Forbidden) as denied:
            creators.rest.stations_status()
        with pytest.raises(NotFound, match="4vXk0mWJmQ9yC1dEf2GhIj"):
            creators.rest.anchor_id("4vXk0mWJmQ9yC1dEf2GhIj")
        with pytest.raises(UpstreamError, match="400"):
            creators.rest.publish_episode(_draft(creators_stage))
    assert denied.value.mend


def _draft(stage: Stage) -> int:
    from earstead.sandbox.creators.world import State as Stored

    return next(one for one in stage.episodes(Stored.DRAFT) if one.media is None).anchor_id


def test_the_limits_are_kept_for_each_backend(creators_stage: Stage) -> None:
    """The twenty-first request of half a minute waits until there is room again."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        creators_stage.clock.advance(seconds)

    creators_stage.fault(pod__rate="20/30s")
    with client_at(creators_stage, sleep=sleep, pace=Pace.polite()) as creators:
        for _ in range(22):
            creators.pod.me()
    assert slept == [pytest.approx(30)]
    assert Pace.polite().limits["rest"] == Limit(4, 1.0)


def test_a_listener_that_fails_harms_no_write(creators_stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """When an answer cannot be noted, the write is still known to be done; the failure is in the log."""
    log = MemoryLog()

    def full(exchange: object) -> None:
        raise OSError("disk full")

    with client_at(creators_stage, heard=full, log=log) as creators:
        creators.rest.create_episode(creators_stage.show.station_id)
    assert [change.state for change in log.changes] == [State.CONFIRMED]
    assert "a listener failed at 1-S" in caplog.text


def test_redirects_are_not_followed(creators_stage: Stage) -> None:
    """A bearer is never carried to where an answer points; Origin and Referer stay those of the dashboard."""
    ears = Ears()
    with client_at(creators_stage, heard=ears) as creators:
        answer = creators.transport.send(
            Request(backend="rest", label="x", method="GET", url=f"{creators_stage.url}/sandbox/", again=False)
        )
    assert answer.status < 500
    assert len(ears.heard) == 1


@pytest.mark.parametrize("origin", ["", "localhost:8099", "ftp://x", "https://"])
def test_an_origin_is_an_address(origin: str) -> None:
    """What is no http address is refused with words."""
    with pytest.raises(Exception, match="give an address"):
        Urls.at(origin)


def test_the_simulator_tells_where_it_is(creators_stage: Stage) -> None:
    """The addresses of its first line serve every backend, as those made from its origin do."""
    urls = Urls.told(creators_stage.urls)
    assert urls == Urls.at(creators_stage.url)
    with client_at(creators_stage, urls=urls) as creators:
        assert creators.shows.all() and creators.rest.region() and creators.pod.shows()
    with pytest.raises(Exception, match="no accounts_url"):
        Urls.told({"rest_url": "x"})


def test_an_upload_never_goes_unencrypted(creators_stage: Stage) -> None:
    """An address for bytes that is neither https nor on this machine is refused, and nothing is sent."""
    from earstead.creators.rest_media_types import SignedPart

    with client_at(creators_stage) as creators, pytest.raises(ValidationError, match="not encrypted"):
        creators.rest.put(
            SignedPart(1, "http://storage.example/x"), label="6-B", length=1, stream=lambda: iter((b"x",)), headers={}
        )
