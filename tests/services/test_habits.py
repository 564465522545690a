"""How plays end, from what was reported to what is told; on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from earstead.app import open_services
from earstead.core.habits import Verdict
from earstead.core.ids import DurationMs, SpotifyUri, UnixSeconds
from earstead.core.listen import Reading, Submission
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.habits import Counted
from earstead.settings import Settings
from earstead.storage import mirror
from earstead.storage.engine import Tx

NOW = 1_750_000_000
START = NOW - 5_000_000
LENGTH = 200_000


@pytest.fixture
def services(database_url: str, tmp_path: Path) -> Iterator[Services]:
    """The services on either database, with the owner ada (user 1), who lives in UTC."""
    url = database_url if "://" in database_url else ""
    opened = open_services(Settings(data=tmp_path / "data", database_url=url), clock=FixedClock(NOW))
    opened.accounts.add_user("ada", "correct horse battery staple", role="owner")
    yield opened
    opened.close()


def row(i: int, title: str, ms: int, reason: str = "", **more: object) -> Submission:
    """A row of the extended export, one every 1,000 s."""
    at = START + 1_000 * i
    words = {
        "artist_name": "Björk",
        "track_name": title,
        "listened_at": UnixSeconds(at),
        "ended_at": UnixSeconds(at + ms // 1000),
        "reading": Reading.END,
        "played_ms": DurationMs(ms),
        "asserted": False,
        "twin_s": 30,
        "spotify_uri": SpotifyUri(f"spotify:track:{title}"),
        "extra": {"reason_end": reason} if reason else {},
    }
    return Submission(source="spotify-extended", **(words | more))  # type: ignore[arg-type]


def history() -> list[Submission]:
    """Jóga is loved, Vox is skipped, Idle was cut off; nobody knows how Mute ended."""
    rows = [row(i, "Jóga", LENGTH, "trackdone") for i in range(14)]
    rows += [row(100 + i, "Vox", 20_000, "fwdbtn", skipped=i > 1 or None) for i in range(5)]
    rows += [row(110, "Vox", LENGTH, "trackdone"), row(120, "Jóga", 150_000, "fwdbtn")]
    rows += [row(130 + i, "Idle", 60_000, "logout") for i in range(3)]
    rows += [row(140, "Mute", 0, played_ms=None, asserted=True, duration_ms=DurationMs(LENGTH))]
    return rows


def named(rows: tuple[Counted, ...]) -> list[tuple[str, int, int, int]]:
    """(name, known, finished, skipped) of rows."""
    return [(r.entity.name, r.tally.known, r.tally.finished, r.tally.skipped) for r in rows]


def test_everything_is_told_by_track_artist_and_hour(services: Services) -> None:
    """Each play stands in the tallies it belongs to, and those that say nothing in no rate."""
    services.ingest.add_now(1, history())
    report = services.habits.report(1)
    assert named(report.tracks) == [("Jóga", 15, 14, 0), ("Vox", 6, 1, 5)]
    assert named(report.artists) == [("Björk", 21, 15, 5)]
    assert (report.whole.plays, report.whole.known) == (25, 21)
    assert report.whole.counts[Verdict.CUT_OFF] == 3 and report.whole.counts[Verdict.UNKNOWN] == 1
    assert report.whole.left_at == [0, 5, 0, 0, 0, 0, 0, 1, 0, 0]
    assert sum(hour.plays for hour in report.hours) == 25
    joga = (START + 120_000) // 3_600 % 24
    assert report.hours[joga].counts[Verdict.LEFT] == 1
    assert (report.agreement.both, report.agreement.total) == (3, 3)


def test_lists_suggest(services: Services) -> None:
    """A track stands on the list whose rule it meets; one that got a word leaves the list of those without."""
    services.ingest.add_now(1, [*history(), *(row(200 + i, "Isobel", LENGTH, "trackdone") for i in range(12))])
    report = services.habits.report(1)
    assert named(report.always) == [("Vox", 6, 1, 5)]
    assert [name for name, *_ in named(report.never)] == ["Isobel"]
    assert [name for name, *_ in named(report.dear)] == ["Isobel"]
    services.feedback.love(1, row(200, "Isobel", LENGTH))
    assert named(services.habits.report(1).dear) == []


def saves(services: Services, *songs: tuple[str, tuple[str, ...]]) -> None:
    """Liked songs of a linked account, as a complete read leaves them."""

    def work(tx: Tx) -> None:
        one = {"user_id": 1, "account_id": 7, "kind": "liked", "remote_id": "", "name": "Liked songs"}
        list_id = mirror.add(tx, {**one, "first_seen_at": NOW})
        mirror.change(tx, list_id, {"reads": 1, "read_at": NOW})
        item = {"seen_at": NOW, "added_at": NOW, "group_key": "", "release_name": "", "duration_ms": LENGTH, "isrc": ""}
        mirror.put(
            tx,
            [
                {
                    **item,
                    "list_id": list_id,
                    "uri": f"spotify:track:other{i}",
                    "position": i,
                    "track_name": title,
                    "artist_names": json.dumps(artists),
                }
                for i, (title, artists) in enumerate(songs)
            ],
        )

    services.writer.do(work).result()


def test_what_is_saved_leaves_the_list(services: Services) -> None:
    """With liked songs at hand, what is loved stands on the list until it is saved, whoever else is credited there."""
    services.ingest.add_now(1, [*history(), *(row(200 + i, "Isobel", LENGTH, "trackdone") for i in range(12))])
    services.feedback.love(1, row(200, "Isobel", LENGTH))
    assert not services.habits.report(1).saved_known
    saves(services, ("Jóga", ("Björk",)))
    report = services.habits.report(1)
    assert report.saved_known and [name for name, *_ in named(report.dear)] == ["Isobel"]
    saves(services, ("Jóga", ("Björk",)), ("Isobel", ("Björk", "Somebody Else")))
    assert named(services.habits.report(1).dear) == []


def test_a_recording_says_what_the_report_says(services: Services) -> None:
    """The section of one recording agrees with its row in the whole."""
    services.ingest.add_now(1, history())
    for listed in services.habits.report(1).tracks:
        found = services.habits.recording(1, listed.entity.entity_id)
        assert found.tally == listed.tally and found.length_ms == LENGTH
    assert services.habits.recording(1, 5).tally.plays == 0


def test_two_witnesses_say_more_than_one(services: Services) -> None:
    """A play that a scrobbler began and an export finished has the scrobbler's length and the export's end."""
    scrobbled = [
        Submission(
            source="lastfm",
            artist_name="Björk",
            track_name="Vox",
            listened_at=UnixSeconds(START + 1_000 * i),
            duration_ms=DurationMs(LENGTH),
        )
        for i in range(4)
    ]
    services.ingest.add_now(1, scrobbled)
    assert services.habits.report(1).whole.known == 0
    services.ingest.add_now(1, [row(i, "Vox", 120_000, "fwdbtn", asserted=False) for i in range(4)])
    report = services.habits.report(1)
    assert (report.whole.plays, report.whole.counts[Verdict.LEFT]) == (4, 4)
    (vox,) = report.tracks
    assert services.habits.recording(1, vox.entity.entity_id).tally == vox.tally


def test_where_it_was_played_from(services: Services) -> None:
    """Contexts are told where the service says them, by kind; without such a source nothing is claimed."""
    services.ingest.add_now(1, history())
    assert services.habits.report(1).contexts == ()
    uris = ["spotify:playlist:abc", "spotify:user:ada:collection", "spotify:playlist:abc"]
    said = [
        msgspec.structs.replace(row(300 + i, "Jóga", LENGTH), source="spotify-player", extra={"context_uri": uri})
        for i, uri in enumerate(uris)
    ]
    services.ingest.add_now(1, said)
    found = services.habits.report(1).contexts
    assert [(c.uri, c.kind, c.tally.finished) for c in found] == [
        ("spotify:playlist:abc", "playlist", 2),
        ("spotify:user:ada:collection", "collection", 1),
    ]


def test_what_was_left_out_is_left_out_here(services: Services) -> None:
    """Banned tracks and deleted listens stand in no habit; undone, they are back."""
    services.ingest.add_now(1, history())
    vox = services.habits.report(1).always[0].entity.entity_id
    made = services.decisions.make(1, "ban", {"entity": "recording", "id": vox})
    assert services.habits.report(1).always == ()
    services.decisions.undo(1, made.decision_id)
    assert len(services.habits.report(1).always) == 1
    latest = [r.listen_id for r in services.insights.listens(1, limit=50).items if r.track_name == "Jóga"]
    services.decisions.make(1, "delete", {"listen_ids": latest})
    assert "Jóga" not in [name for name, *_ in named(services.habits.report(1).tracks)]
