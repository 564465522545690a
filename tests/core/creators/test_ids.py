"""Names of shows and episodes: every form, and how one follows from another."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators import ids
from earstead.core.creators.ids import Hosting
from earstead.core.errors import Rejected

SHOW = "5AAAAAAAAAAAAAAAAAAAAA"
EPISODE = "4vXk0mWJmQ9yC1dEf2GhIj"


@pytest.mark.parametrize(
    "text",
    [
        SHOW,
        f" {SHOW} ",
        f"spotify:show:{SHOW}",
        f"https://open.spotify.com/show/{SHOW}?si=abc",
        f"https://creators.spotify.com/pod/show/{SHOW}/episodes",
        f"https://podcasters.spotify.com/pod/show/{SHOW}",
        f"open.spotify.com/intl-de/show/{SHOW}",
    ],
)
def test_a_show_is_understood_in_every_form(text: str) -> None:
    """Address, URI and bare id name the same show."""
    assert ids.parse_show(text) == SHOW


@pytest.mark.parametrize(
    "text", ["", "show", f"spotify:episode:{EPISODE}", "https://open.spotify.com/", "a" * 21, "ü" * 22]
)
def test_what_is_no_show_is_refused(text: str) -> None:
    """Anything else is refused with words on what to give."""
    with pytest.raises(Rejected, match="show"):
        ids.parse_show(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (EPISODE, EPISODE),
        (f"spotify:episode:{EPISODE}", EPISODE),
        (f"https://open.spotify.com/episode/{EPISODE}?si=x", EPISODE),
        (f"https://creators.spotify.com/pod/show/{SHOW}/episode/{EPISODE}", EPISODE),
        ("123456789", 123456789),
        (123456789, 123456789),
        ("e3mm3ql", 123456789),
        ("https://podcasters.spotify.com/pod/show/slug/episodes/On-water-e3mm3ql", 123456789),
        ("https://podcasters.spotify.com/pod/show/slug/episodes/On-water-e3mm3ql/?x=1", 123456789),
        ("/slug/episodes/title-e3mm3ql", 123456789),
    ],
)
def test_an_episode_is_understood_in_every_form(text: str | int, found: str | int) -> None:
    """Address, URI, id, number, web id and share link name the same episode."""
    assert ids.parse_episode(text) == found


@pytest.mark.parametrize(
    "text", ["", "episode", "https://podcasters.spotify.com/pod/show/x/episodes", 0, -4, True, f"spotify:show:{SHOW}"]
)
def test_what_is_no_episode_is_refused(text: str | int) -> None:
    """The word `episodes` at the end of an address is no web id, nor are other things."""
    with pytest.raises(Rejected):
        ids.parse_episode(text)


@pytest.mark.parametrize(("number", "web"), [(67347588, "e215pm4"), (116680440, "e3g7a9o"), (123456789, "e3mm3ql")])
def test_web_ids_of_episodes_follow_from_their_numbers(number: int, web: str) -> None:
    """The pairs that are known publicly come out, both ways."""
    assert ids.web_episode_id(number) == web
    assert ids.anchor_from_web(web) == number


@pytest.mark.parametrize(("number", "web"), [(21684409, "81d85ec4"), (46000000, "112c70480"), (40000000, "ef03be80")])
def test_web_ids_of_stations_follow_from_their_numbers(number: int, web: str) -> None:
    """The pairs that are known publicly come out, both ways."""
    assert ids.web_station_id(number) == web
    assert ids.station_from_web(web) == number


@given(st.integers(min_value=1, max_value=2**40))
def test_web_ids_are_one_to_one(number: int) -> None:
    """Whatever the number, its web id leads back to it."""
    assert ids.anchor_from_web(ids.web_episode_id(number)) == number
    assert ids.station_from_web(ids.web_station_id(number)) == number


@given(st.text(max_size=60))
def test_no_text_is_more_than_refused(text: str) -> None:
    """Whatever is typed, it names something or is refused with words."""
    for parse in (ids.parse_show, ids.parse_episode, ids.anchor_from_web):
        with suppress(Rejected):
            assert parse(text)


@pytest.mark.parametrize("slug", ["my-show", "112c70481", "cafe", "ABCDEF00"])
def test_a_chosen_address_is_not_taken_for_a_number(slug: str) -> None:
    """What does not divide by a hundred, or is no hexadecimal number, says nothing about the station."""
    assert ids.station_from_web(slug) is None


@pytest.mark.parametrize("web", ["e12", "x3mm3ql", "E3MM3QL", "e0000001"])
def test_what_is_no_web_id_is_refused(web: str) -> None:
    """A web id is an e and some lower-case digits that stand for a positive number."""
    with pytest.raises(Rejected):
        ids.anchor_from_web(web)


def test_an_unknown_hosting_is_said_to_be_unknown() -> None:
    """New values of the service never stop anything."""
    assert Hosting.of("S4P").hosted
    assert not Hosting.of("MEGAPHONE").hosted
    assert Hosting.of("SOMETHING_NEW") is Hosting.UNKNOWN
    assert Hosting.of(None) is Hosting.UNKNOWN
