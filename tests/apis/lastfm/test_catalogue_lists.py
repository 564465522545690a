"""tag, chart, geo, and tags on things: what the answers say, and whose word they are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.apis.lastfm.catalogue import tag_all, two_sittings
from tests.apis.lastfm.conftest import ROOT, Heard
from tests.apis.lastfm.shapes import texts
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.services.container import Services
from earstead.services.users import User

Speaking = Callable[[User | None], Program]

THINGS = {
    "artist": {"artist": "Björk"},
    "album": {"artist": "Björk", "album": "Homogenic"},
    "track": {"artist": "Björk", "track": "Jóga"},
}


@pytest.fixture
def eve(services: Services) -> User:
    """A second public listener."""
    user = services.accounts.add_user("eve", "correct horse battery staple")
    return services.accounts.update(user.user_id, visibility="public")


# ---- tags on things ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", THINGS)
def test_tags_are_written_and_read_back(lastfm: Program, package: str) -> None:
    """The very next request sees a tag, also on something that nobody has heard; each tag is there once in whatever
    case, and taking away what is not there is harmless."""
    thing = THINGS[package]
    added = lastfm.post(f"{package}.addTags", **thing, tags=" Trip Hop ,cold,TRIP HOP, ", format="json")
    assert (added.status, added.json()) == (200, {})
    tags = lastfm.json(f"{package}.getTags", **{name: value.upper() for name, value in thing.items()})["tags"]
    assert tags["tag"] == [
        {"name": "cold", "url": f"{ROOT}/tag/cold"},
        {"name": "Trip Hop", "url": f"{ROOT}/tag/Trip+Hop"},
    ]
    assert tags["@attr"].keys() == thing.keys()
    assert texts(lastfm.nobody().xml(f"{package}.getTags", **thing, user="ada"), "tag/name") == ["cold", "Trip Hop"]
    for tag in ("COLD", "cold", "never given"):
        assert lastfm.post(f"{package}.removeTag", **thing, tag=tag).status == 200
    assert texts(lastfm.xml(f"{package}.getTags", **thing), "tag/name") == ["Trip Hop"]
    lastfm.post(f"{package}.removeTag", **thing, tag="trip hop")
    # Still known to its user, as clients read back after they took the last tag off; to nobody else.
    assert lastfm.json(f"{package}.getTags", **thing)["tags"]["tag"] == []
    assert lastfm.nobody().fault(f"{package}.getInfo", **thing)[1] == 6


@pytest.mark.parametrize("package", THINGS)
def test_tags_need_what_they_need(lastfm: Program, package: str) -> None:
    """Names, a tag, at most ten of at most 256 characters; a session to write, a user to read."""
    thing = THINGS[package]
    for given in ({}, {"tags": "x"}, {**thing, "tags": " "}, {**thing, "tags": ","}):
        assert lastfm.fault(f"{package}.addTags", **given)[:2] == (400, 6)
    assert lastfm.fault(f"{package}.removeTag", **thing)[:2] == (400, 6)
    assert lastfm.fault(f"{package}.addTags", **thing, tags=",".join(map(str, range(11))))[:2] == (400, 6)
    assert lastfm.fault(f"{package}.addTags", **thing, tags="x" * 257)[:2] == (400, 6)
    assert lastfm.post(f"{package}.addTags", **thing, tags=",".join([*map(str, range(9)), "x" * 256])).status == 200
    nobody = lastfm.nobody()
    assert nobody.post(f"{package}.addTags", **thing, tags="x").status != 200
    assert nobody.fault(f"{package}.getTags", **thing)[:2] == (400, 6)
    assert nobody.fault(f"{package}.getTags", **thing, user="none") == (404, 6, "User not found")


def test_tags_of_a_private_user_are_closed(lastfm: Program, speaking: Speaking, bob: User) -> None:
    """To others; to that user they are open. Nor do they feed what everybody reads."""
    own = speaking(bob)
    tag_all(own, "secret")
    assert lastfm.fault("artist.getTags", artist="Nick Drake", user="bob") == (
        403,
        17,
        "Login: User required to be logged in",
    )
    assert texts(own.xml("artist.getTags", artist="Nick Drake"), "tag/name") == ["secret"]
    assert lastfm.fault("artist.getTopTags", artist="Nick Drake")[1] == 6
    assert lastfm.json("tag.getInfo", tag="secret")["tag"]["total"] == 0
    for method in ("tag.getTopArtists", "tag.getTopAlbums", "tag.getTopTracks", "tag.getSimilar"):
        assert len(lastfm.xml(method, tag="secret")) == 0
        if method != "tag.getSimilar":
            assert len(own.xml(method, tag="secret")) == 1
    assert len(lastfm.xml("chart.getTopTags")) == len(lastfm.xml("tag.getTopTags")) == 0


def test_top_tags_are_weighed(lastfm: Program, speaking: Speaking, eve: User) -> None:
    """The tag that most people gave has 100; the five best stand with the thing itself."""
    tag_all(lastfm, "folk,sad,a,b,c,d")
    tag_all(speaking(eve), "folk")
    named = {"artist": "Nick Drake", "album": "Pink Moon", "track": "Road"}
    for package in THINGS:
        top = lastfm.json(f"{package}.getTopTags", **named)["toptags"]["tag"]
        assert [tag["count"] for tag in top] == [100, 50, 50, 50, 50, 50]
        assert top[0] == {"count": 100, "name": "folk", "url": f"{ROOT}/tag/folk"}
    assert texts(lastfm.xml("artist.getInfo", artist="Nick Drake"), "tags/tag/name") == ["folk", "a", "b", "c", "d"]


# ---- tag ---------------------------------------------------------------------------------------------------------


def test_tag_getinfo_counts_taggings_and_people(lastfm: Program, speaking: Speaking, eve: User) -> None:
    """`total` is how often it was given, `reach` by how many; both are numbers."""
    tag_all(lastfm, "folk")
    speaking(eve).post("artist.addTags", artist="Low", tags="Folk")
    assert lastfm.json("tag.getInfo", tag="FOLK") == {
        "tag": {"name": "FOLK", "total": 4, "reach": 2, "wiki": {"summary": "", "content": ""}}
    }


def test_tag_lists_are_ranked_over_pages(lastfm: Program, speaking: Speaking, eve: User) -> None:
    """First what most people called so; unheard things keep the words they were tagged under."""
    tag_all(lastfm, "folk")
    lastfm.post("artist.addTags", artist="Low", tags="folk")
    speaking(eve).post("artist.addTags", artist="Low", tags="folk")
    artists = lastfm.xml("tag.getTopArtists", tag="folk", limit=1, page=2)
    assert artists.attrib == {"tag": "folk", "page": "2", "perPage": "1", "totalPages": "2", "total": "2"}
    assert [(artist.get("rank"), *texts(artist, "name")) for artist in artists] == [("2", "Nick Drake")]
    assert texts(lastfm.xml("tag.getTopArtists", tag="folk"), "artist/name") == ["Low", "Nick Drake"]
    [album] = lastfm.json("tag.getTopAlbums", tag="folk")["albums"]["album"]
    assert (album["name"], album["artist"]["name"], album["@attr"]) == ("Pink Moon", "Nick Drake", {"rank": "1"})
    [track] = lastfm.json("tag.getTopTracks", tag="folk")["tracks"]["track"]
    assert (track["name"], track["duration"], track["streamable"]["fulltrack"]) == ("Road", "0", "0")


def test_tag_gettoptags_starts_where_it_is_told(lastfm: Program) -> None:
    """`offset` leaves places out, `num_res` says how many follow; all counts are numbers."""
    tag_all(lastfm, "folk,sad")
    lastfm.post("artist.addTags", artist="Low", tags="sad")
    assert lastfm.json("tag.getTopTags")["toptags"] == {
        "tag": [{"name": "sad", "count": 4, "reach": 1}, {"name": "folk", "count": 3, "reach": 1}],
        "@attr": {"offset": 0, "num_res": 50, "total": 2},
    }
    second = lastfm.json("tag.getTopTags", offset=1, num_res=1)["toptags"]
    assert ([tag["name"] for tag in second["tag"]], second["@attr"]["offset"]) == (["folk"], 1)
    assert lastfm.json("tag.getTopTags", offset=10**30)["toptags"]["tag"] == []
    assert lastfm.json("tag.getTopTags", offset="-5", num_res="none")["toptags"]["@attr"]["num_res"] == 50


def test_tag_getsimilar_lists_neighbours(lastfm: Program) -> None:
    """Tags that stand on the same things."""
    tag_all(lastfm, "folk,sad")
    similar = lastfm.json("tag.getSimilar", tag="folk")["similartags"]
    assert similar == {
        "tag": [{"name": "sad", "url": f"{ROOT}/tag/sad", "streamable": "0"}],
        "@attr": {"tag": "folk"},
    }


def test_tag_getweeklychartlist_is_that_of_users(lastfm: Program) -> None:
    """Weeks since February 2005, the last one completed."""
    weeks = lastfm.json("tag.getWeeklyChartList", tag="folk")["weeklychartlist"]
    assert weeks["@attr"] == {"tag": "folk"}
    assert weeks["chart"][0] == {"#text": "", "from": "1108296000", "to": "1108900800"}
    assert NOW - 604_800 < int(weeks["chart"][-1]["to"]) <= NOW
    assert weeks["chart"] == lastfm.json("user.getWeeklyChartList", user="ada")["weeklychartlist"]["chart"]


# ---- chart -------------------------------------------------------------------------------------------------------


def test_charts_are_of_these_days(lastfm: Program, heard: Heard, ada: User) -> None:
    """The order is that of the last seven days, the counts are of all time; before anybody heard anything this week
    the order is of all time, too."""
    heard(ada, *[("Low", "Lazy")] * 3, at=NOW - 90 * 86_400)
    assert texts(lastfm.xml("chart.getTopArtists"), "artist/name") == ["Low"]
    heard(ada, ("Low", "Lazy"), ("Björk", "Jóga"), ("Björk", "Jóga"))
    artists = lastfm.json("chart.getTopArtists")["artists"]
    assert [(a["name"], a["playcount"], a["listeners"]) for a in artists["artist"]] == [
        ("Björk", "2", "1"),
        ("Low", "4", "1"),
    ]
    assert artists["@attr"] == {"page": "1", "perPage": "50", "totalPages": "1", "total": "2"}
    tracks = lastfm.json("chart.getTopTracks", limit=1, page=2)["tracks"]["track"]
    assert [(track["name"], track["playcount"], track["duration"]) for track in tracks] == [("Lazy", "4", "200")]


def test_chart_gettoptags_has_an_empty_wiki(lastfm: Program) -> None:
    """An object in JSON; a tag is said to be streamable."""
    tag_all(lastfm, "folk")
    assert lastfm.json("chart.getTopTags")["tags"]["tag"] == [
        {
            "name": "folk",
            "url": f"{ROOT}/tag/folk",
            "reach": "1",
            "taggings": "3",
            "streamable": "1",
            "wiki": {},
        }
    ]


# ---- geo ---------------------------------------------------------------------------------------------------------


def test_geo_tells_of_those_who_live_there(
    lastfm: Program, heard: Heard, services: Services, ada: User, bob: User, eve: User
) -> None:
    """Of public users alone; artists are ranked from 1, tracks from 0; a country may be said in several ways."""
    for user, country in ((ada, "Czechia"), (bob, "Czechia"), (eve, "Iceland")):
        services.profiles.set_profile(user.user_id, country=country)
    two_sittings(heard, ada)
    heard(bob, ("Secret Band", "Hidden"))
    heard(eve, ("Björk", "Jóga"))
    for said in ("Czechia", "czech republic", "CZ"):
        artists = lastfm.json("geo.getTopArtists", country=said)["topartists"]
        assert artists["@attr"]["country"] == "Czechia"
        assert [(artist["name"], artist["@attr"]["rank"], artist["listeners"]) for artist in artists["artist"]] == [
            ("Nick Drake", "1", "1"),
            ("AC/DC", "2", "1"),
            ("Sigur Rós", "3", "1"),
        ]
    tracks = lastfm.json("geo.getTopTracks", country="Czechia", location="Prague", limit=1)["tracks"]
    assert [(track["name"], track["@attr"]["rank"], track["duration"]) for track in tracks["track"]] == [
        ("Road", "0", "121")
    ]
    second = lastfm.json("geo.getTopTracks", country="Czechia", limit=1, page=2)["tracks"]["track"]
    assert [track["@attr"]["rank"] for track in second] == ["1"]
