"""Shows and episodes by every name."""

from __future__ import annotations

from pathlib import Path

import pytest

from earstead.core.creators.ids import Hosting, web_station_id
from earstead.creators import Creators
from earstead.creators.errors import NotFound, ValidationError
from earstead.creators.pairs import FilePairs
from earstead.sandbox.creators.world import State
from tests.creators.client import Ears, client_at
from tests.fakes.creators import Stage


def test_the_account_and_its_shows_are_found_by_themselves(creators: Creators, creators_stage: Stage) -> None:
    """Without being told anything the client knows the shows, their stations and where they are hosted."""
    shows = creators.shows.all()
    assert {show.id for show in shows} == {show.id for show in creators_stage.simulator.shows}
    assert [show.hosting.hosted for show in shows] == sorted((s.hosting.hosted for s in shows), reverse=True)
    assert {show.hosting for show in shows} == {Hosting.S4P, Hosting.OTHER_THIRD_PARTY, Hosting.MEGAPHONE}
    assert all(show.writable == show.hosting.hosted for show in shows)
    assert creators.resolve.default_show().id == creators_stage.show_id


def test_shows_are_found_without_graphql(creators: Creators, creators_stage: Stage) -> None:
    """When neither operation answers any more, podcasters/v0 still tells the shows."""
    creators_stage.fault(graphql__rotate="WebGetUserShows")
    assert {show.id for show in creators.shows.all()} == {show.id for show in creators_stage.simulator.shows}
    creators_stage.fault(graphql__partial="shows", graphql__rotate="")
    found = creators.shows.all(fresh=True)
    assert {show.id for show in found} == {show.id for show in creators_stage.simulator.shows}


@pytest.mark.parametrize(
    "form",
    [
        "{id}",
        "spotify:show:{id}",
        "https://creators.spotify.com/pod/show/{id}/episodes",
        "{station}",
        "{web}",
        "webStationId:{web}",
    ],
)
def test_a_show_is_found_by_every_name(creators: Creators, creators_stage: Stage, form: str) -> None:
    """Address, URI, id, station and web id lead to the same show with all its numbers."""
    show = creators_stage.show
    named = form.format(id=show.id, station=show.station_id, web=show.web_id)
    ref = creators.resolve.show(named)
    assert (ref.id, ref.station_id, ref.user_id) == (show.id, show.station_id, show.user_id)
    assert ref.web_station_id == web_station_id(show.station_id)


def test_a_chosen_address_names_a_show(creators: Creators, creators_stage: Stage) -> None:
    """A show with an address of its own is found by it, although that says nothing about the number."""
    creators_stage.show.slug = "water-and-wine"
    ref = creators.resolve.show("https://podcasters.spotify.com/pod/show/water-and-wine")
    assert (ref.id, ref.web_station_id) == (creators_stage.show_id, "water-and-wine")


@pytest.mark.parametrize("named", ["", "no such show", "99999999"])
def test_what_names_no_show_is_refused(creators: Creators, named: str) -> None:
    """It is said what to give instead."""
    with pytest.raises(ValidationError, match="address"):
        creators.resolve.show(named)


def test_an_episode_is_found_by_every_name(creators: Creators, creators_stage: Stage) -> None:
    """Address, URI, id, Anchor id, web id and share link lead to the same episode."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    for named in (
        episode.id,
        episode.uri,
        f"https://open.spotify.com/episode/{episode.id}",
        episode.anchor_id,
        str(episode.anchor_id),
        episode.web_id,
        f"https://podcasters.spotify.com/pod/show/x/episodes/Title-{episode.web_id}",
    ):
        ref = creators.resolve.episode(named)
        assert (ref.anchor_id, ref.uri, ref.web_id) == (episode.anchor_id, episode.uri, episode.web_id), named
    with pytest.raises(NotFound):
        creators.resolve.episode("4vXk0mWJmQ9yC1dEf2GhIj")
    with pytest.raises(ValidationError):
        creators.resolve.episode("what")


def test_a_pair_of_ids_is_asked_for_once(creators_stage: Stage) -> None:
    """Ids never change: what a list or an answer told is not asked for again."""
    ears, episode = Ears(), creators_stage.episodes(State.PUBLISHED)[0]
    with client_at(creators_stage, heard=ears) as creators:
        for _ in range(3):
            creators.resolve.episode(episode.uri)
            creators.resolve.episode(episode.anchor_id)
            creators.resolve.show(creators_stage.show_id)
        assert ears.labels().count("1-A") == 1
        assert ears.labels().count("1-L") == 1
        assert "1-B" not in ears.labels()
        ears.heard.clear()
        creators.episodes.list(creators_stage.show_id)
        other = creators_stage.episodes(State.PUBLISHED)[1]
        ears.heard.clear()
        assert creators.resolve.episode(other.uri).anchor_id == other.anchor_id
        assert ears.heard == []


def test_pairs_of_ids_outlive_the_client(creators_stage: Stage, tmp_path: Path) -> None:
    """What one client learnt the next one does not ask for, whatever stands in the file beside it."""
    episode, path = creators_stage.episodes(State.PUBLISHED)[0], tmp_path / "pairs.jsonl"
    for _ in range(2):
        with client_at(creators_stage, pairs=FilePairs(path)) as creators:
            assert creators.resolve.episode(episode.uri).anchor_id == episode.anchor_id
        with path.open("a") as file:
            file.write('[1, "no uri"]\n{"torn')
    assert creators_stage.simulator.calls["REST 1-A"] == 1
    assert list(FilePairs(path).all()) == [(episode.anchor_id, episode.uri)]


def test_a_show_hosted_elsewhere_has_no_numbers(creators: Creators, creators_stage: Stage) -> None:
    """It resolves without a station, and writing to it is refused before anything is sent."""
    other = next(show for show in creators.shows.all() if not show.hosting.hosted)
    ref = creators.resolve.show(other.uri)
    assert (ref.station_id, ref.writable) == (0, False)
    with pytest.raises(ValidationError, match="hosted elsewhere"):
        creators.episodes.create(other, "T", "D")
    with pytest.raises(ValidationError, match="hosted elsewhere"):
        creators.shows.get(other)
