"""Retired methods that are spoken all the same."""

from __future__ import annotations

from collections.abc import Callable

from tests.apis.lastfm.conftest import Heard
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.services.container import Services
from earstead.services.users import User

AT = NOW - 3600
WEEK = 604_800


def test_removescrobble_takes_one_play_back(lastfm: Program, services: Services, ada: User, heard: Heard) -> None:
    """library.removeScrobble: the play of this second and these names, in any letter case; 7 where there is none."""
    heard(ada, ("Nick Drake", "Road"), at=AT)
    heard(ada, ("Nick Drake", "Parasite"), at=AT)
    assert lastfm.fault("library.removeScrobble", artist="Nick Drake", track="Road", timestamp=AT + 1)[:2] == (400, 7)
    assert lastfm.fault("library.removeScrobble", artist="Can", track="Road", timestamp=AT)[:2] == (400, 7)
    assert lastfm.fault("library.removeScrobble", artist="Nick Drake", track="Road", timestamp="x")[:2] == (400, 6)
    assert services.insights.count(ada.user_id) == 2
    assert lastfm.json("library.removeScrobble", artist="nick drake", track="ROAD", timestamp=AT) == {}
    assert [row.track_name for row in services.insights.listens(ada.user_id).items] == ["Parasite"]
    assert lastfm.fault("library.removeScrobble", artist="Nick Drake", track="Road", timestamp=AT)[:2] == (400, 7)


def test_removescrobble_reaches_only_ones_own(
    speaking: Callable[[User | None], Program], services: Services, ada: User, bob: User, heard: Heard
) -> None:
    """library.removeScrobble: a session of somebody else finds no such play."""
    heard(ada, ("Nick Drake", "Road"), at=AT)
    stranger = speaking(bob)
    assert stranger.fault("library.removeScrobble", artist="Nick Drake", track="Road", timestamp=AT)[:2] == (400, 7)
    assert services.insights.count(ada.user_id) == 1


def test_a_renamed_play_is_removed_by_the_name_it_is_shown_with(
    lastfm: Program, services: Services, ada: User, heard: Heard
) -> None:
    """library.removeScrobble: programs name a play as they were shown it."""
    heard(ada, ("Nick Drake", "Rode"), at=AT)
    (row,) = services.insights.listens(ada.user_id).items
    subject = {"entity": "recording", "id": row.recording.entity_id, "name": "Road"}
    services.decisions.make(ada.user_id, "rename", subject)
    assert lastfm.json("library.removeScrobble", artist="Nick Drake", track="Road", timestamp=AT) == {}


def test_tag_getweeklyartistchart_ranks_artists_with_the_tag(
    lastfm: Program, services: Services, ada: User, heard: Heard
) -> None:
    """tag.getWeeklyArtistChart: artists with the tag by their plays in the span, the others left out."""
    heard(ada, ("Can", "Vitamin C"), ("Neu!", "Isi"), ("Neu!", "Seeland"), ("Nick Drake", "Road"), at=AT)
    heard(ada, ("Can", "Mushroom"), ("Can", "Halleluwah"), ("Can", "Oh Yeah"), at=AT - 2 * WEEK)
    for name in ("Can", "Neu!"):
        assert lastfm.post("artist.addTags", artist=name, tags="krautrock").status == 200
    span = {"from": AT - 60, "to": AT + 3000}
    payload = lastfm.xml("tag.getWeeklyArtistChart", tag="Krautrock", **span)
    assert (payload.tag, payload.get("from"), payload.get("to")) == (
        "weeklyartistchart",
        str(AT - 60),
        str(AT + 3000),
    )
    rows = [(row.get("rank"), row.findtext("name"), row.findtext("playcount")) for row in payload]
    assert rows == [("1", "Neu!", "2"), ("2", "Can", "1")]
    assert [child.tag for child in payload[0]] == ["name", "mbid", "playcount", "url"]
    assert lastfm.json("tag.getWeeklyArtistChart", tag="nothing", **span)["weeklyartistchart"]["artist"] == []
