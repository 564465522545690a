"""The report of an account: who told what, when nobody looked, and the address of a Soloist."""

from __future__ import annotations

from earstead.core import holes
from earstead.core.holes import MOST, Hole
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.services.spotify.holes import report
from tests.sources.spotify.conftest import NOW, Stage


def told(source: str, at: int) -> Submission:
    """A play."""
    return Submission(
        source=source, artist_name="A", track_name=f"T{at}", listened_at=UnixSeconds(at), played_ms=90_000
    )


def with_plays(stage: Stage) -> Stage:
    """An account with plays of two witnesses and a hole in which one of them was."""
    stage.connect()
    plays = [told("spotify-player", NOW - 9_000), told("spotify-recent", NOW - 5_000), told("listenbrainz", NOW - 100)]
    stage.services.ingest.add_now(stage.user_id, plays)
    hole = Hole(from_ms=(NOW - 6_000) * 1000, to_ms=(NOW - 4_000) * 1000, why="quota")
    stage.services.spotify.set_cursor(stage.account.account_id, "holes", holes.write([hole]))
    return stage


def test_the_report_counts_each_witness_and_what_is_known_of_holes(stage: Stage) -> None:
    """Sources of other services are not part of it."""
    on = with_plays(stage)
    found = report(on.services.engine, on.services.spotify, on.services.insights, on.user_id, on.account.account_id)
    assert {share.title: share.reports for share in found.shares} == {
        "The player, looked at while it played": 1,
        "Spotify's list of the last plays": 1,
    }
    assert [(row.hole.why, row.plays) for row in found.holes] == [("quota", 1)]


def test_the_page_says_it(stage: Stage) -> None:
    """Reached from the account's page; why nobody looked is said in words."""
    on = with_plays(stage)
    base = f"/settings/spotify/{on.account.account_id}"
    assert f"{base}/report" in on.browser.get(base).text
    page = on.browser.get(f"{base}/report").text
    assert "the day&#39;s requests were used up" in page or "the day's requests were used up" in page
    assert "The player, looked at while it played" in page


def test_a_soloist_is_connected_by_its_address(stage: Stage) -> None:
    """Of this machine alone; an empty one ends it."""
    stage.connect()
    base, own = f"/settings/spotify/{stage.account.account_id}", {"sec-fetch-site": "same-origin"}
    refused = stage.browser.post(f"{base}/soloist", data={"soloist": "10.0.0.1:4444"}, headers=own)
    assert "Write an address of this machine" in refused.text
    stage.browser.post(f"{base}/soloist", data={"soloist": "127.0.0.1:4444"}, headers=own)
    assert stage.services.spotify.cursor(stage.account.account_id, "soloist") == "ws://127.0.0.1:4444"
    stage.browser.post(f"{base}/soloist", data={"soloist": ""}, headers=own)
    assert stage.services.spotify.cursor(stage.account.account_id, "soloist") == ""


def test_holes_are_kept_within_a_bound() -> None:
    """The oldest go first; what another version wrote reads as none."""
    many: tuple[Hole, ...] = ()
    for i in range(MOST + 5):
        many = holes.add(many, Hole(from_ms=i, to_ms=i + 1, why="outage"))
    assert (len(many), many[0].from_ms) == (MOST, 5)
    assert holes.read(holes.write(many)) == many
    assert holes.read("") == () == holes.read('{"no": 1}')
