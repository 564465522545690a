"""What raises an event, with which words, and what raises none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.app import open_services
from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.heralds import MOST_SINGLE
from earstead.services.journal import JournalEvent
from earstead.settings import Settings

NOW = 1_750_000_000


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(Settings(data=tmp_path), clock=FixedClock(NOW))
    opened.accounts.claim_owner(opened.accounts.owner_link(), "ada", "correct horse battery staple")
    yield opened
    opened.close()


def heard(n: int = 0, source: str = "listenbrainz") -> Submission:
    return Submission(
        source=source,
        artist_name="Quiet Harbour",
        track_name=f"Lanterns {n}",
        listened_at=UnixSeconds(NOW - 100_000 + n * 300),
    )


def told(services: Services) -> tuple[JournalEvent, ...]:
    services.writer.do(lambda tx: None).result()  # behind what was handed over without waiting
    return services.journal.since(1, 0)


def test_a_listen_is_told_in_its_own_transaction(services: Services) -> None:
    """A new listen raises listen.created with its id and the words that were said; said again, it raises nothing."""
    result = services.ingest.add_now(1, [heard()])
    services.ingest.add_now(1, [heard()])
    (event,) = told(services)
    assert event.type == "listen.created"
    assert event.data["listen_id"] == result.outcomes[0].listen_id
    assert event.data["track_name"] == "Lanterns 0" and event.data["played_ms"] is None


def test_a_second_witness_changes_the_listen(services: Services) -> None:
    """A play that another source reports as well raises listen.changed on the same listen."""
    first = services.ingest.add_now(1, [heard()])
    witness = Submission(
        source="export",
        artist_name="Quiet Harbour",
        track_name="Lanterns 0",
        listened_at=UnixSeconds(NOW - 100_000 + 2),
        played_ms=DurationMs(200_000),
    )
    services.ingest.add_now(1, [witness])
    assert [e.type for e in told(services)] == ["listen.created", "listen.changed"]
    assert told(services)[1].data["listen_id"] == first.outcomes[0].listen_id


def test_bulk_raises_one_event_a_batch(services: Services) -> None:
    """An import tells how many it stored, and so does a request with more listens than anyone wants one by one."""
    services.ingest.add_now(1, [heard(n, "export") for n in range(3)], bulk=True)
    services.ingest.add_now(1, [heard(n + 10) for n in range(MOST_SINGLE + 1)])
    assert [(e.type, dict(e.data)) for e in told(services)] == [
        ("listen.imported", {"new": 3, "merged": 0, "source": "export"}),
        ("listen.imported", {"new": MOST_SINGLE + 1, "merged": 0, "source": "listenbrainz"}),
    ]


def test_what_plays_is_told_when_it_changes(services: Services) -> None:
    """Now playing raises its change and the start of a player; the same again nothing; a stop the empty slot."""
    services.playing.set(1, heard(), 60)
    services.playing.set(1, heard(), 60)
    services.playing.clear(1)
    events = told(services)
    assert [e.type for e in events] == ["playing_now.changed", "player.started", "playing_now.changed"]
    assert events[0].data["playing"]["track_name"] == "Lanterns 0"
    assert events[1].data["item"]["track_name"] == "Lanterns 0" and events[1].data["source"] == "listenbrainz"
    assert events[2].data == {"playing": None}


def test_a_watched_player_tells_its_start_itself(services: Services) -> None:
    """What a watcher puts into the slot raises no second player.started."""
    services.playing.set(1, heard(source="spotify-player"), 60)
    assert [e.type for e in told(services)] == ["playing_now.changed"]


def test_words_raise_events_when_they_change_something(services: Services) -> None:
    """Love, love again, hate, take back: three events with the score that holds then."""
    for say in (services.feedback.love, services.feedback.love, services.feedback.hate, services.feedback.unlove):
        say(1, heard())
    services.feedback.unlove(1, heard())
    assert [(e.type, e.data["score"]) for e in told(services)] == [
        ("track.loved", 1),
        ("track.unloved", -1),
        ("track.unloved", 0),
    ]


def test_decisions_are_told_with_ids_as_text(services: Services) -> None:
    """A decision, its undoing and its standing again each raise an event; ids keep all their digits."""
    services.ingest.add_now(1, [heard()])
    artist = services.insights.chart(1, "artist", None).rows[0].entity.entity_id
    row = services.decisions.make(1, "rename", {"entity": "artist", "id": artist, "name": "Loud Harbour"})
    services.decisions.undo(1, row.decision_id)
    services.decisions.redo(1, row.decision_id)
    events = told(services)[1:]
    assert [e.type for e in events] == ["decision.made", "decision.undone", "decision.made"]
    assert events[0].data["subject"] == {"entity": "artist", "id": str(artist), "name": "Loud Harbour"}


def test_the_end_of_an_import_is_told(services: Services, tmp_path: Path) -> None:
    """An import that is done tells its counts; files that hold nothing tell that it failed, and why."""
    good = tmp_path / "listens.jsonl"
    good.write_text(
        '{"listened_at": 1700000000, "track_metadata": {"artist_name": "A", "track_name": "T"}}\n', encoding="utf-8"
    )
    bad = tmp_path / "bad.bin"
    bad.write_bytes(b"\x00\x01nothing")
    job = services.imports.preview(1, [good], wait=True)
    services.imports.run(1, job.import_id, wait=True)
    services.imports.preview(1, [bad], wait=True)
    ends = [e for e in told(services) if e.type.startswith("import.")]
    assert [e.type for e in ends] == ["import.finished", "import.failed"]
    assert ends[0].data["counts"]["new"] == 1 and ends[1].data["error"]
