"""Play links, and plays through the player of the pages."""

from __future__ import annotations

import pytest

from earstead.core.errors import NotFound, Rejected
from earstead.core.ids import SpotifyUri, UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.player import SOURCE, Played
from earstead.services.views import EntityRef
from tests.conftest import NOW

TRACK = "spotify:track:3n3Ppam7vgaVa1iaRUc9Lp"
OTHER = "spotify:track:0VjIjW4GlUZAMYd2vXMi3b"
VIDEO = "loB0kmz_0MM"
Heard = tuple[int, EntityRef]


@pytest.fixture
def heard(services: Services) -> Heard:
    """A user, and the one recording they heard; the play came with Spotify's name for it."""
    user_id = services.accounts.add_user("ada", "correct horse battery staple").user_id
    said = Submission(
        source="spotify",
        artist_name="Björk",
        track_name="Jóga",
        release_name="Homogenic",
        listened_at=UnixSeconds(NOW - 9_000),
        spotify_uri=SpotifyUri(TRACK),
    )
    services.ingest.add_now(user_id, [said])
    return user_id, services.insights.chart(user_id, "recording", None).rows[0].entity


def targets(services: Services, user_id: int, recording_id: int) -> list[tuple[str, str, bool]]:
    links = services.playlinks.of(user_id, [recording_id]).get(recording_id, ())
    return [(link.service, link.target, link.own) for link in links]


def test_links_of_plays_and_of_ones_own(services: Services, heard: Heard) -> None:
    """What a play brought is a link already; one's own word stands before it, and taken back gives it way again."""
    user_id, song = heard
    assert targets(services, user_id, song.entity_id) == [("spotify", TRACK, False)]
    services.playlinks.set(user_id, song, f"https://youtu.be/{VIDEO}")
    services.playlinks.set(user_id, song, OTHER)
    assert targets(services, user_id, song.entity_id) == [("spotify", OTHER, True), ("youtube", VIDEO, True)]
    services.playlinks.remove(user_id, song.entity_id, "spotify")
    assert targets(services, user_id, song.entity_id) == [("spotify", TRACK, False), ("youtube", VIDEO, True)]
    assert services.playlinks.of(user_id, []) == {}
    with pytest.raises(Rejected):
        services.playlinks.set(user_id, song, "/music/joga.flac")


def test_links_are_the_users_own(services: Services, heard: Heard) -> None:
    """Nobody else gets a user's links, and they go with the account."""
    user_id, song = heard
    other = services.accounts.add_user("bob", "correct horse battery staple").user_id
    services.playlinks.set(user_id, song, VIDEO)
    assert services.playlinks.of(other, [song.entity_id]) == {}
    services.accounts.erase(user_id)
    services.accounts.finish_erasing()
    with services.engine.read() as tx:
        assert tx.one("SELECT count(*) FROM playlinks") == (0,)


def test_a_play_is_shown_and_then_kept_once(services: Services, clock: FixedClock, heard: Heard) -> None:
    """Playing now from its start; a listen when half was heard, however often that is said."""
    user_id, song = heard
    played = Played(owner_id=user_id, recording_id=song.entity_id, service="spotify", duration_ms=300_000)
    began = services.player.started(user_id, played)
    now = services.playing.get(user_id)
    assert now is not None and (now.submission.track_name, now.submission.source) == ("Jóga", SOURCE)
    assert now.expires_at == NOW + 300
    clock.advance(160)
    with pytest.raises(Rejected, match="too little"):
        services.player.heard(user_id, played, began, 149_000)
    assert services.player.heard(user_id, played, began, 150_000) is True
    assert services.player.heard(user_id, played, began, 290_000) is False
    latest = services.insights.listens(user_id, limit=5).items
    assert [row.source for row in latest] == [SOURCE, "spotify"]
    assert (latest[0].listened_at, latest[0].counted) == (NOW, True)
    assert latest[0].recording.entity_id == song.entity_id
    services.player.stopped(user_id)
    assert services.playing.get(user_id) is None


def test_a_renamed_recording_is_still_that_recording(services: Services, clock: FixedClock, heard: Heard) -> None:
    """The player reports the words that were said, not those a decision shows: the play counts for the same song."""
    user_id, song = heard
    services.decisions.make(
        user_id, "rename", {"entity": "recording", "id": song.entity_id, "name": "State of Emergency"}
    )
    played = Played(owner_id=user_id, recording_id=song.entity_id, service="spotify", duration_ms=300_000)
    began = services.player.started(user_id, played)
    clock.advance(200)
    services.player.heard(user_id, played, began, 200_000)
    assert services.insights.entity(user_id, "recording", song.entity_id).plays == 2


def test_what_another_user_plays_from_a_page_is_theirs(services: Services, clock: FixedClock, heard: Heard) -> None:
    """A visitor who plays from somebody's page reports to their own history."""
    owner_id, song = heard
    visitor = services.accounts.add_user("bob", "correct horse battery staple").user_id
    played = Played(owner_id=owner_id, recording_id=song.entity_id, service="spotify", duration_ms=300_000)
    began = services.player.started(visitor, played)
    clock.advance(200)
    services.player.heard(visitor, played, began, 200_000)
    assert (services.insights.count(visitor), services.insights.count(owner_id)) == (1, 1)


def test_impossible_plays_are_refused(services: Services, clock: FixedClock, heard: Heard) -> None:
    """A service without a link, a length that is none, a start ahead of the clock or of the day before last."""
    user_id, song = heard
    with pytest.raises(NotFound):
        services.player.started(user_id, Played(owner_id=user_id, recording_id=song.entity_id, service="youtube"))
    with pytest.raises(NotFound):
        services.player.started(user_id, Played(owner_id=user_id, recording_id=7, service="spotify"))
    played = Played(owner_id=user_id, recording_id=song.entity_id, service="spotify", duration_ms=-1)
    with pytest.raises(Rejected, match="length"):
        services.player.started(user_id, played)
    played = Played(owner_id=user_id, recording_id=song.entity_id, service="spotify", duration_ms=300_000)
    for start in (NOW + 1, NOW - 200_000):
        with pytest.raises(Rejected, match="too long ago"):
            services.player.heard(user_id, played, start, 200_000)
    short = Played(owner_id=user_id, recording_id=song.entity_id, service="spotify", duration_ms=30_000)
    with pytest.raises(Rejected, match="too little"):
        services.player.heard(user_id, short, NOW, 30_000)


def test_stopping_leaves_other_players_alone(services: Services, heard: Heard) -> None:
    """What another program shows as playing is not ours to take away."""
    user_id, _ = heard
    said = Submission(source="mpd", artist_name="A", track_name="B", listened_at=UnixSeconds(NOW))
    services.playing.set(user_id, said, 300)
    services.player.stopped(user_id)
    assert services.playing.get(user_id) is not None
