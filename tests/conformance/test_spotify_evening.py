"""An evening with Spotify, as a new user lives it: connect on the page, subscribe a webhook, play on three devices with
skips, seeks, a podcast and an outage, and upload the export on top."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes.spotify_home import Home, Told, at_home
from tests.webhooks.test_delivering import verified

from earstead.core import holes
from earstead.sandbox.spotify.faults import Fault
from earstead.sandbox.spotify.truth import Play
from earstead.services.views import ListenRow

ENDS = ("player.finished", "player.skipped")


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The evening is over, but for the export: that is uploaded by the last test."""
    with at_home(tmp_path_factory.mktemp("evening") / "data") as home:
        yield _lived(home)


def _lived(on: Home) -> Home:
    store = on.spotify.store
    album, other, show = store.of("album")[0], store.of("album")[9], store.of("show")[0]
    on.live(600)
    on.act(
        (5, "play", {"context": album.uri, "device": "Phone"}),
        (700, "next", {}),
        (45, "seek", {"position_ms": 120_000}),
        (400, "pause", {}),
        (95, "resume", {}),
        (200, "transfer", {"device": "Laptop"}),
        (130, "volume", {"value": 30}),
        (160, "next", {}),
        (40, "next", {}),
        (300, "play", {"uris": [show.items[0]]}),
        (400, "seek", {"position_ms": 200_000}),
        (300, "play", {"context": other.uri, "device": "Kitchen"}),
        (120, "shuffle", {"value": True}),
        (100, "repeat", {"value": "context"}),
        (3200, "repeat", {"value": "track"}),
        (700, "repeat", {"value": "off"}),
        (300, "pause", {}),
    )
    on.live(4200)
    on.spotify.faults.append(Fault(kind="status", status=503, times=-1))
    on.live(1500)
    on.spotify.faults.clear()
    on.live(10_800)
    return on


def the_hole(on: Home) -> holes.Hole:
    """The one time in which nobody could look."""
    (hole,) = holes.read(on.services.spotify.cursor(on.account.account_id, "holes"))
    return hole


def same(play: Play, row: ListenRow) -> bool:
    """Whether a listen is that play: the item, when it began, how much was heard, whether it was left."""
    return (
        row.spotify_uri == play.uri
        and abs(row.listened_at * 1000 - play.started_ms) <= 3_000
        and row.played_ms == play.heard_ms
        and row.skipped == play.skipped
    )


def test_each_event_happened_and_each_end_was_told(evening: Home) -> None:
    """What was told for certain happened within its gap; each end of a play that could be seen was told once."""
    happened = evening.spotify.person().player.happened
    told = [event for event in evening.told() if event.type.startswith("player.")]
    for event in told:
        if event.data["certain"] and event.type != "player.stopped":  # a player that is given up says nothing
            assert any(_is(event, f"player.{true.type}", true.uri, true.at_ms) for true in happened), event
    hole = the_hole(evening)
    seen_from = told[0].data["at_ms"]
    ends = [true for true in happened if f"player.{true.type}" in ENDS and true.at_ms > seen_from]
    observable = [true for true in ends if not hole.from_ms < true.at_ms < hole.to_ms]
    missed = [true for true in observable if not any(_is(event, *ENDS, true.uri, true.at_ms) for event in told)]
    assert missed == []
    assert len([event for event in told if event.type in ENDS]) <= len(observable) + 1
    assert {event.type for event in told} >= {
        f"player.{name}"
        for name in (
            *("started", "paused", "resumed", "seeked", "skipped", "finished", "repeated", "device_changed"),
            *("volume_changed", "shuffle_changed", "repeat_changed", "context_changed"),
        )
    }


def _is(event: Told, *said: str | int) -> bool:
    *types, uri, at_ms = said
    gap = int(event.data["observed_gap_ms"]) + 3_000
    moved_on = event.type in ("player.device_changed", "player.context_changed", "player.shuffle_changed")
    named = moved_on or event.data["item"]["uri"] == uri
    kind = event.type in types or (event.type == "player.context_changed" and "player.started" in types)
    return kind and named and abs(int(event.data["at_ms"]) - int(at_ms)) <= gap


def test_the_consumer_gets_each_event_once_and_signed(evening: Home) -> None:
    """What came is the journal, event for event in the order of its ids, and verifies with the secret shown once."""
    written = evening.services.journal.since(evening.user_id, 0, 1000)
    told = evening.told()
    assert [(one.event_id, one.type, one.data) for one in told] == [
        (one.event_id, one.type, dict(one.data)) for one in written
    ]
    assert all(verified(evening.secret, got) for got in evening.receiver.got)
    assert len({got.headers["webhook-id"] for got in evening.receiver.got}) == len(told) > 60


def test_the_outage_is_told_as_a_hole(evening: Home) -> None:
    """Nobody looked, though it was planned: from the last answer before to the first one after it, and why."""
    hole = the_hole(evening)
    assert hole.why == "outage"
    assert 1_400_000 <= hole.to_ms - hole.from_ms <= 1_900_000


def test_the_ledger_counts_what_was_asked(evening: Home) -> None:
    """The governor's count of each family is the service's own, refused requests included; the page shows it."""
    _, families = evening.services.spotify_links.ledger(evening.account.developer)
    sent = Counter(
        "recent" if "recently-played" in path else "player"
        for _, path in evening.wire.sent
        if path.startswith("/v1/me/player")
    )
    used = {family.family: family.used for family in families}
    assert (used["player"], used["recent"]) == (sent["player"], sent["recent"])
    assert sent["player"] <= 150 * (17_100 / 3_600)
    page = evening.page(f"/settings/spotify/{evening.account.account_id}")
    assert re.search(rf"\b{sent['player']}\b", page)


def test_an_evening_needs_no_export_to_be_known(evening: Home) -> None:
    """Every play of half a minute outside the hole is in the history by the player or the last plays alone, once."""
    hole, rows = the_hole(evening), evening.history()
    for play in evening.truth():
        if play.heard_ms < 30_000 or hole.from_ms <= play.started_ms <= play.moved_ms <= hole.to_ms:
            continue
        found = [
            row
            for row in rows
            if row.spotify_uri == play.uri and abs(row.listened_at * 1000 - play.started_ms) < 30_000
        ]
        assert len(found) == 1, play


def test_the_history_is_the_truth(evening: Home, tmp_path: Path) -> None:
    """With the export on top, the history is exactly what was played: no play twice, none missing, none invented."""
    before = evening.history()
    evening.upload(evening.export(tmp_path))
    truth, rows = evening.truth(), evening.history()
    assert len(truth) >= 25
    assert [(row.track_name, row.listened_at) for row in rows if not any(same(play, row) for play in truth)] == []
    assert len(rows) == len(truth)
    # The export only brings what nobody could see before it: short plays of the outage and of the first minutes.
    assert len(truth) - len(before) <= 3
