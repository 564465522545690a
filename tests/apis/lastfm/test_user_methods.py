"""user.* and library.*: every shape of the specification (sections 3.3, 7.0, 7.6, 7.9, 7.10, 8), in XML and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT, Heard
from tests.apis.lastfm.shapes import shape, texts
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.app import around, open_services
from earstead.core.ids import DurationMs, Mbid, UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.users import User
from earstead.settings import Settings

Town = Callable[[str], Program]

ARTIST = "11111111-0000-4000-8000-000000000001"
RECORDING = "11111111-0000-4000-8000-000000000002"
RELEASE = "11111111-0000-4000-8000-000000000003"
BLOCK = "artist(name mbid url)"
PAGING = "page perPage totalPages total"
IMAGE = "image[size]"
PERSON = f"name realname {IMAGE}*4 url country"

SHAPES: dict[str, tuple[dict[str, str], str]] = {
    "user.getInfo": (
        {},
        f"user({PERSON} age gender subscriber playcount playlists bootstrap registered[unixtime] type artist_count"
        " album_count track_count)",
    ),
    "user.getFriends": (
        {"recenttracks": "1"},
        f"friends[user {PAGING}](user({PERSON} subscriber playlists bootstrap registered[unixtime] type"
        " recenttrack[date uts](artist[mbid] album[mbid] name url)))",
    ),
    "user.getLovedTracks": (
        {},
        f"lovedtracks[user {PAGING}](track(name mbid url date[uts] {BLOCK} {IMAGE}*4 streamable[fulltrack]))",
    ),
    "user.getPersonalTags": (
        {"tag": "folk", "taggingtype": "artist"},
        f"taggings[user tag {PAGING}](artists(artist(name mbid url streamable {IMAGE}*5)))",
    ),
    "user.getPersonalTags#album": (
        {"tag": "folk", "taggingtype": "album"},
        f"taggings[user tag {PAGING}](albums(album(name mbid url {BLOCK} {IMAGE}*4)))",
    ),
    "user.getPersonalTags#track": (
        {"tag": "folk", "taggingtype": "track"},
        f"taggings[user tag {PAGING}](tracks(track(name mbid url streamable[fulltrack] {BLOCK} {IMAGE}*4)))",
    ),
    "user.getRecentTracks": (
        {},
        f"recenttracks[user {PAGING}](track(artist[mbid] name streamable mbid album[mbid] url {IMAGE}*4 date[uts]))",
    ),
    "user.getRecentTracks#extended": (
        {"extended": "1"},
        f"recenttracks[user {PAGING}](track(name artist(name mbid url {IMAGE}*4) loved streamable mbid album[mbid] url"
        f" {IMAGE}*4 date[uts]))",
    ),
    "user.getTopAlbums": (
        {},
        f"topalbums[user {PAGING}](album[rank](name playcount mbid url {BLOCK} {IMAGE}*4))",
    ),
    "user.getTopArtists": (
        {"period": "7day"},
        f"topartists[user {PAGING}](artist[rank](name playcount mbid url streamable {IMAGE}*5))",
    ),
    "user.getTopTags": ({}, "toptags[user](tag(name count url))"),
    "user.getTopTracks": (
        {},
        f"toptracks[user {PAGING}](track[rank](name duration playcount mbid url streamable[fulltrack] {BLOCK}"
        f" {IMAGE}*4))",
    ),
    "user.getWeeklyAlbumChart": (
        {"from": str(NOW - 86_400), "to": str(NOW)},
        "weeklyalbumchart[user from to](album[rank](artist[mbid] name mbid playcount url))",
    ),
    "user.getWeeklyArtistChart": (
        {"from": str(NOW - 86_400), "to": str(NOW)},
        "weeklyartistchart[user from to](artist[rank](name mbid playcount url))",
    ),
    "user.getWeeklyTrackChart": (
        {"from": str(NOW - 86_400), "to": str(NOW)},
        f"weeklytrackchart[user from to](track[rank](artist[mbid] name mbid playcount {IMAGE}*3 url))",
    ),
    "user.getTrackScrobbles": (
        {"artist": "Nick Drake", "track": "Road"},
        f"trackscrobbles[user {PAGING}](track(artist[mbid] name streamable mbid album[mbid] url {IMAGE}*4 date[uts]))",
    ),
    "user.getArtistTracks": (
        {"artist": "Nick Drake"},
        f"artisttracks[user artist {PAGING}](track(artist[mbid] name streamable mbid album[mbid] url {IMAGE}*4"
        " date[uts]))",
    ),
    "library.getArtists": (
        {},
        f"artists[user {PAGING}](artist(name playcount tagcount mbid url streamable {IMAGE}*5))",
    ),
    "library.getTracks": (
        {},
        f"tracks[user {PAGING}](track(name duration playcount tagcount mbid url streamable[fulltrack] {BLOCK}"
        f" album(name) {IMAGE}*4))",
    ),
}
"""Method (what follows "#" only tells cases apart) -> (its parameters, the shape of its answer with one item)."""

WITHOUT_ITEMS = {"user.getInfo", "user.getWeeklyChartList"}
UNPAGED = {"user.getInfo", "user.getTopTags", *(method for method in SHAPES if ".getWeekly" in method)}
PEOPLE = {"ada": "public", "bob": "public", "cleo": "public", "dora": "private", "eve": "unlisted"}
CHARTS = ("user.getTopArtists", "user.getTopAlbums", "user.getTopTracks")


def name_of(case: str) -> str:
    """The method of a case."""
    return case.partition("#")[0]


def road(at: int = NOW - 3600, **more: Any) -> Submission:
    """A play with all that a good player says."""
    words: dict[str, Any] = {
        "source": "lastfm",
        "artist_name": "Nick Drake",
        "track_name": "Road",
        "release_name": "Pink Moon",
        "listened_at": UnixSeconds(at),
        "duration_ms": DurationMs(121_400),
        "recording_mbid": Mbid(RECORDING),
        "release_mbid": Mbid(RELEASE),
        "artist_mbids": (Mbid(ARTIST),),
    }
    return Submission(**(words | more))


def leaves(value: Any) -> list[Any]:
    """Every value that holds no other."""
    if isinstance(value, dict | list):
        return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in leaves(part)]
    return [value]


def item_of(document: dict[str, Any]) -> Any:
    """What the innermost list of a JSON answer holds under its name."""
    (inside,) = document.values()
    lists = [value for name, value in inside.items() if name != "@attr"]
    return item_of({"": lists[0]}) if isinstance(lists[0], dict) else lists[0]


def settle(services: Services, ada: User, bob: User) -> None:
    """One of everything: ada heard a track, loves it, tagged it, its artist and its album, and follows bob, who is
    public here and heard something too."""
    services.ingest.add_now(ada.user_id, [road()])
    services.feedback.love(ada.user_id, road())
    led = services.insights.led
    for kind, name in (("artist", ""), ("release", "Pink Moon"), ("recording", "Road")):
        services.tags.add(ada.user_id, kind, led(ada.user_id, kind, "Nick Drake", name), ["folk"])  # type: ignore[arg-type]
    services.accounts.update(bob.user_id, visibility="public")
    services.ingest.add_now(bob.user_id, [road(artist_name="Low", track_name="Lazy", artist_mbids=())])
    services.follows.follow(ada.user_id, "bob")


@pytest.fixture
def settled(services: Services, ada: User, bob: User) -> None:
    """One of everything, in a database of the test's own."""
    settle(services, ada, bob)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Program]]:
    """For tests that only read: gives a program that speaks for a name, or for nobody by "".

    Settled ada and public bob; cleo, public, who did nothing yet; dora, private; eve, unlisted.
    """
    services = open_services(Settings(data=tmp_path_factory.mktemp("town"), public_url=ROOT), clock=FixedClock(NOW))
    who = {name: services.accounts.add_user(name, "correct horse battery staple") for name in PEOPLE}
    for name, visibility in PEOPLE.items():
        services.accounts.update(who[name].user_id, visibility=visibility)
    settle(services, who["ada"], who["bob"])
    for name in ("dora", "eve"):
        services.ingest.add_now(who[name].user_id, [road()])
        services.follows.follow(who[name].user_id, "bob")
    application = services.applications.admit("0123456789abcdef0123456789abcdef", "tests/1.0")
    assert application is not None
    # From the loopback address nobody is limited.
    client = TestClient(around(services), base_url=ROOT, client=("127.0.0.1", 50_000))
    program = Program(client, application.api_key)
    keys = {n: services.applications.new_session(u.user_id, application.application_id).key for n, u in who.items()}
    yield lambda name: replace(program, sk=keys[name], secret="not known to the server") if name else program
    services.close()


# --- shapes, pages, privacy: every method ------------------------------------------------------------------------


@pytest.mark.parametrize("case", SHAPES)
def test_each_method_has_its_shape_in_xml(town: Town, case: str) -> None:
    """Elements in their order, with their attributes, and as many images as callers count."""
    params, expected = SHAPES[case]
    assert shape(town("").xml(name_of(case), user="ada", **params)) == expected


@pytest.mark.parametrize("case", sorted(set(SHAPES) - WITHOUT_ITEMS))
def test_each_method_gives_an_array_of_one_in_json(town: Town, case: str) -> None:
    """One item is a list of one, and everything in it is text."""
    params, _ = SHAPES[case]
    document = town("").json(name_of(case), user="ada", **params)
    (item,) = item_of(document)
    assert isinstance(item, dict)
    assert {type(leaf) for leaf in leaves(document)} == {str}


@pytest.mark.parametrize("case", sorted(set(SHAPES) - WITHOUT_ITEMS - {"user.getFriends"}))
def test_each_method_answers_nothing_with_an_empty_list(town: Town, case: str) -> None:
    """Of somebody who heard nothing: the attributes, an empty list, no page."""
    params, _ = SHAPES[case]
    document = town("cleo").json(name_of(case), **params)
    assert item_of(document) == []
    (inside,) = document.values()
    assert inside["@attr"]["user"] == "cleo"
    if name_of(case) not in UNPAGED:
        assert [inside["@attr"][name] for name in PAGING.split()] == ["1", "50", "0", "0"]


@pytest.mark.parametrize("case", [case for case in SHAPES if name_of(case) not in UNPAGED])
def test_each_list_has_pages(town: Town, case: str) -> None:
    """Past the end there is nothing; nonsense is answered with the default, and pages out of reach with error 6."""
    params, expected = SHAPES[case]
    method, ada = name_of(case), town("ada")
    past = ada.xml(method, **params, page=3, limit=1)
    assert [past.get(name) for name in PAGING.split()] == ["3", "1", "1", "1"]
    assert shape(past).split("(")[0] == expected.split("(")[0]
    for nonsense in ("None", "0", "abc", "-3"):
        assert ada.xml(method, **params, limit=nonsense).get("perPage") == "50"
    most = "2000" if case.startswith("library") else "1000"
    assert ada.xml(method, **params, limit=5000).get("perPage") == most
    for page in ("0", "1000001"):
        assert ada.fault(method, **params, page=page) == (400, 6, "page param out of bounds (1-1000000)")


@pytest.mark.parametrize("case", [*SHAPES, "user.getWeeklyChartList"])
def test_each_method_obeys_privacy(town: Town, case: str) -> None:
    """A private listener is closed to others and open to themselves; a user that is not there is not found; without
    a name and a session there is nobody to ask about."""
    method, params = name_of(case), SHAPES.get(case, ({}, ""))[0]
    status = 200 if method in ("user.getTopTags", "user.getPersonalTags") else 404
    assert town("ada").fault(method, **params, user="nobody") == (status, 6, "User not found")
    for asking in ("ada", ""):
        assert town(asking).fault(method, **params, user="dora") == (403, 17, "Login: User required to be logged in")
    assert town("dora").get(method, **params, user="DORA").status == 200
    assert town("").get(method, **params, user="eve").status == 200
    assert town("").fault(method, **params)[:2] == (400, 6)


# --- who is asked about ------------------------------------------------------------------------------------------


def test_the_user_may_be_named_in_other_ways(town: Town) -> None:
    """By `username`, in any letter case; the answer has the name as it is written. A session stands for its user."""
    for given in ({"user": "ADA"}, {"username": "ada"}, {"USER": " ada "}, {}):
        assert town("ada").xml("user.getrecenttracks", **given).get("user") == "ada"


def test_a_key_reads_what_is_private_to_its_maker(services: Services, bob: User, lastfm: Program) -> None:
    """A dashboard whose key alone may read needs a name and no session; it still has to say the name."""
    made = services.applications.create(bob.user_id, "dashboard")
    services.applications.describe(bob.user_id, made.application_id, "dashboard", read_alone=True)
    dashboard = replace(lastfm.nobody(), api_key=made.api_key)
    assert dashboard.xml("user.getRecentTracks", user="bob").get("total") == "0"
    assert dashboard.fault("user.getInfo")[:2] == (400, 6)


# --- user.getInfo ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("settled")
def test_user_getinfo_tells_who_somebody_is(lastfm: Program, services: Services, ada: User, heard: Heard) -> None:
    """Counts are text in JSON; the text of `registered` is its one number."""
    services.profiles.set_profile(ada.user_id, country="Iceland", realname="Ada L.")
    heard(ada, ("Low", "Lazy"), ("Low", "Words"), at=NOW - 90_000)
    user = lastfm.json("user.getInfo")["user"]
    assert user == {
        "name": "ada",
        "realname": "Ada L.",
        "image": [{"size": size, "#text": ""} for size in ("small", "medium", "large", "extralarge")],
        "url": f"{ROOT}/user/ada",
        "country": "Iceland",
        "age": "0",
        "gender": "n",
        "subscriber": "0",
        "playcount": "3",
        "playlists": "0",
        "bootstrap": "0",
        "registered": {"unixtime": str(NOW), "#text": NOW},
        "type": "user",
        "artist_count": "2",
        "album_count": "1",
        "track_count": "3",
    }
    assert texts(lastfm.nobody().xml("user.getInfo", user="bob"), "country") == ["None"]


# --- user.getRecentTracks ----------------------------------------------------------------------------------------


def test_user_getrecenttracks_spells_a_play(town: Town) -> None:
    """The example of the specification, in JSON."""
    ada = town("ada")
    assert ada.json("user.getRecentTracks") == {
        "recenttracks": {
            "track": [
                {
                    "artist": {"mbid": ARTIST, "#text": "Nick Drake"},
                    "name": "Road",
                    "streamable": "0",
                    "mbid": RECORDING,
                    "album": {"mbid": RELEASE, "#text": "Pink Moon"},
                    "url": f"{ROOT}/music/Nick+Drake/_/Road",
                    "image": ada.json("user.getTopAlbums")["topalbums"]["album"][0]["image"],
                    "date": {"uts": str(NOW - 3600), "#text": "15 Jun 2025, 14:06"},
                }
            ],
            "@attr": {"user": "ada", "page": "1", "perPage": "50", "totalPages": "1", "total": "1"},
        }
    }


@pytest.mark.usefixtures("settled")
def test_user_getrecenttracks_extended_makes_the_artist_an_object(
    lastfm: Program, services: Services, ada: User, heard: Heard
) -> None:
    """With whether the track is loved, also of what plays now."""
    heard(ada, ("Low", "Lazy"), at=NOW - 900)
    services.playing.set(ada.user_id, road(NOW), 60)
    tracks = lastfm.json("user.getRecentTracks", extended=1)["recenttracks"]["track"]
    assert [(track["artist"]["name"], track["loved"]) for track in tracks] == [
        ("Nick Drake", "1"),
        ("Low", "0"),
        ("Nick Drake", "1"),
    ]
    artist = tracks[1]["artist"]
    assert (artist["url"], artist["mbid"], len(artist["image"])) == (f"{ROOT}/music/Low", "", 4)
    assert "loved" not in lastfm.json("user.getRecentTracks")["recenttracks"]["track"][0]


def test_user_getrecenttracks_shows_what_plays_now_first(
    lastfm: Program, services: Services, ada: User, heard: Heard, clock: FixedClock
) -> None:
    """An extra entry on the first page alone, without a date, not counted, whatever the span; then it is gone."""
    heard(ada, *((f"Artist {i}", "T") for i in range(5)))
    services.playing.set(ada.user_id, road(NOW), 60)
    first = lastfm.xml("user.getRecentTracks", limit=2)
    assert texts(first, "track/name") == ["Road", "T", "T"]
    assert [track.attrib for track in first] == [{"nowplaying": "true"}, {}, {}]
    assert first[0].find("date") is None and first.get("total") == "5" and first.get("totalPages") == "3"
    assert all(image.text for image in first[0].findall("image"))
    entry = lastfm.json("user.getRecentTracks", limit=2, **{"from": 1, "to": 2})["recenttracks"]
    assert [track["@attr"] for track in entry["track"]] == [{"nowplaying": "true"}]
    assert entry["@attr"]["total"] == "0"
    assert len(lastfm.xml("user.getRecentTracks", limit=2, page=2)) == 2
    clock.advance(61)
    assert len(lastfm.xml("user.getRecentTracks", limit=2)) == 2


def test_user_getrecenttracks_goes_through_everything_once(lastfm: Program, ada: User, heard: Heard) -> None:
    """Newest first over all pages; of two plays of one second, the later sent stands first."""
    heard(ada, *((f"Artist {i}", "T") for i in range(20)))
    heard(ada, ("One", "T"), ("Two", "T"), at=NOW - 60, step=0)
    seen = [
        name
        for page in range(1, 6)
        for name in texts(lastfm.xml("user.getRecentTracks", limit=5, page=page), "track/artist")
    ]
    assert seen == ["Two", "One", *(f"Artist {i}" for i in range(19, -1, -1))]


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ({"from": 1000}, ["C", "B", "A"]),
        ({"from": 1001}, ["C", "B"]),
        ({"to": 2000}, ["B", "A"]),
        ({"to": 1999}, ["A"]),
        ({"from": 1000, "to": 1000}, ["A"]),
        ({"from": 3001}, []),
        ({"from": 2000, "to": 1000}, []),
        ({"from": "1e300"}, []),
        ({"from": "-9", "to": "None"}, ["C", "B", "A"]),
    ],
)
def test_user_getrecenttracks_counts_a_span_exactly(
    lastfm: Program, ada: User, heard: Heard, span: dict[str, Any], found: list[str]
) -> None:
    """Both ends are included; either may be given alone."""
    start = 1_700_000_000
    heard(ada, ("A", "T"), ("B", "T"), ("C", "T"), at=start + 1000, step=1000)
    moved = {name: start + at if isinstance(at, int) else at for name, at in span.items()}
    answer = lastfm.xml("user.getRecentTracks", **moved)
    assert (texts(answer, "track/artist"), answer.get("total")) == (found, str(len(found)))


# --- plays of one thing ------------------------------------------------------------------------------------------


def test_user_gettrackscrobbles_finds_a_track_by_its_names(lastfm: Program, ada: User, heard: Heard) -> None:
    """In any letter case, within a span; of a track never heard there are none."""
    heard(ada, *[("Nick Drake", "Road"), ("Nick Drake", "Parasite")] * 3, at=NOW - 6000, step=1000)
    named = {"artist": " nick drake", "track": "ROAD"}
    answer = lastfm.xml("user.getTrackScrobbles", **named, limit=2)
    assert (texts(answer, "track/name"), answer.get("total")) == (["Road", "Road"], "3")
    assert [date.get("uts") for date in answer.findall("track/date")] == [str(NOW - 2000), str(NOW - 4000)]
    assert len(lastfm.xml("user.getTrackScrobbles", **named, **{"from": NOW - 4000, "to": NOW - 4000})) == 1
    assert len(lastfm.xml("user.getTrackScrobbles", artist="Nobody", track="Nothing")) == 0
    assert lastfm.fault("user.getTrackScrobbles", artist="Nobody")[:2] == (400, 6)


def test_user_getartisttracks_is_still_answered(lastfm: Program, ada: User, heard: Heard) -> None:
    """With its own names for the ends of a span."""
    heard(ada, *[("Nick Drake", "Road"), ("Low", "Lazy")] * 2, at=NOW - 4000, step=1000)
    answer = lastfm.xml("user.getArtistTracks", artist="nick drake", startTimestamp=NOW - 3000)
    assert texts(answer, "track/name") == ["Road"]
    assert lastfm.fault("user.getArtistTracks")[:2] == (400, 6)


# --- love, tags, friends -----------------------------------------------------------------------------------------


def test_user_getlovedtracks_has_the_latest_love_first(
    lastfm: Program, services: Services, ada: User, clock: FixedClock, heard: Heard
) -> None:
    """With its time; what was never heard is there as it was named."""
    heard(ada, ("Nick Drake", "Road"))
    for artist, title in (("NICK DRAKE", "road"), ("Björk", "Jóga")):
        services.feedback.love(ada.user_id, road(artist_name=artist, track_name=title, release_name=""))
        clock.advance(60)
    services.feedback.hate(ada.user_id, road(artist_name="Low", track_name="Lazy"))
    loved = lastfm.json("user.getLovedTracks")["lovedtracks"]
    assert [(t["artist"]["name"], t["name"], t["date"]["uts"]) for t in loved["track"]] == [
        ("Björk", "Jóga", str(NOW + 60)),
        ("Nick Drake", "Road", str(NOW)),
    ]
    assert loved["track"][0]["url"] == f"{ROOT}/music/Bj%C3%B6rk/_/J%C3%B3ga"
    assert loved["track"][0]["streamable"] == {"fulltrack": "0", "#text": "0"}


def test_user_getpersonaltags_wants_a_tag_and_a_type(town: Town) -> None:
    """A type that is none is answered with status 200."""
    ada = town("ada")
    assert ada.fault("user.getPersonalTags", taggingtype="artist")[:2] == (400, 6)
    for given in ({}, {"taggingtype": "label"}):
        assert ada.fault("user.getPersonalTags", tag="folk", **given) == (200, 6, "taggingtype param missing")
    answer = ada.xml("user.getPersonalTags", tag="FOLK", taggingtype="Track")
    assert texts(answer, "tracks/track/name") == ["Road"]
    assert texts(answer, "tracks/track/artist/mbid") == [ARTIST]


@pytest.mark.usefixtures("settled")
def test_user_gettoptags_counts_items(lastfm: Program, services: Services, ada: User) -> None:
    """The count is text; the address is the tag's."""
    artist = services.insights.led(ada.user_id, "artist", "Nick Drake")
    services.tags.add(ada.user_id, "artist", artist, ["singer songwriter"])
    assert lastfm.json("user.getTopTags")["toptags"]["tag"] == [
        {"name": "folk", "count": "3", "url": f"{ROOT}/tag/folk"},
        {"name": "singer songwriter", "count": "1", "url": f"{ROOT}/tag/singer+songwriter"},
    ]
    assert len(lastfm.xml("user.getTopTags", limit=1)) == 1


@pytest.mark.usefixtures("settled")
def test_user_getfriends_leaves_out_who_is_private(lastfm: Program, services: Services, bob: User) -> None:
    """And when nobody is left there is no such page."""
    (friend,) = lastfm.json("user.getFriends")["friends"]["user"]
    assert friend["registered"] == {"unixtime": str(NOW), "#text": "2025-06-15 15:06"}
    assert "recenttrack" not in friend
    services.accounts.update(bob.user_id, visibility="private")
    for asking in (lastfm, lastfm.nobody()):
        assert asking.fault("user.getFriends", user="ada") == (400, 6, "no such page")


# --- charts ------------------------------------------------------------------------------------------------------


def test_user_gettop_counts_exact_periods(lastfm: Program, ada: User, heard: Heard) -> None:
    """7, 30, 90, 180 and 365 days to the minute; what is no period is all time."""
    day = 86_400
    for days in (7, 30, 90, 180, 365):
        heard(ada, (f"Inside {days}", "T", "R"), at=NOW - days * day + 60)
        heard(ada, (f"Outside {days}", "T", "R"), at=NOW - days * day - 60)
    for method in CHARTS:
        totals = [
            lastfm.xml(method, period=period).get("total")
            for period in ("7day", "1month", "3month", "6month", "12MONTH", "overall", "decade", "")
        ]
        assert totals == ["1", "3", "5", "7", "9", "10", "10", "10"]


@pytest.mark.parametrize("method", CHARTS)
def test_user_gettop_ranks_over_all_pages(lastfm: Program, ada: User, heard: Heard, method: str) -> None:
    """Plays first, then the name; page 2 goes on counting."""
    heard(ada, *((f"Artist {i}", f"Song {i}", f"Album {i}") for i in (3, 1, 2, 5, 4, 4)))
    items = [item for page in (1, 2, 3) for item in lastfm.xml(method, limit=2, page=page)]
    assert [item.get("rank") for item in items] == ["1", "2", "3", "4", "5"]
    names = [item.findtext("name", "")[-1] for item in items]
    assert names == ["4", "1", "2", "3", "5"]
    assert items[0].findtext("playcount") == "2"


@pytest.mark.usefixtures("settled")
def test_user_gettoptracks_tells_lengths_in_seconds_and_ids(lastfm: Program, ada: User, heard: Heard) -> None:
    """0 for an unknown length; ids are those that came with plays."""
    unknown = road(NOW - 9000, artist_name="Low", track_name="Words", duration_ms=None, recording_mbid=None)
    heard(ada, unknown)
    drake, low = lastfm.json("user.getTopTracks")["toptracks"]["track"]
    assert (low["name"], low["duration"], low["mbid"]) == ("Words", "0", "")
    assert (drake["duration"], drake["mbid"], drake["artist"]["mbid"]) == ("121", RECORDING, ARTIST)
    assert low["@attr"] == {"rank": "2"}


def test_user_getweekly_charts_end_at_noon(lastfm: Program, ada: User, heard: Heard) -> None:
    """Without a span, the seven days up to the latest noon, UTC; the end of a span is not in it."""
    noon = 1_749_988_800
    for name, at in (("Early", noon - 604_801), ("First", noon - 604_800), ("Last", noon - 1), ("Late", noon)):
        heard(ada, (name, "T", "R"), at=at)
    for method in ("user.getWeeklyArtistChart", "user.getWeeklyAlbumChart", "user.getWeeklyTrackChart"):
        answer = lastfm.xml(method)
        assert [answer.get(name) for name in ("user", "from", "to")] == ["ada", str(noon - 604_800), str(noon)]
        assert len(answer) == 2
        assert len(lastfm.xml(method, **{"from": noon - 604_801, "to": noon + 1})) == 4
        assert len(lastfm.xml(method, **{"from": noon - 604_801, "to": noon + 1}, limit=3)) == 3
        for wrong in ({"from": noon}, {"to": noon}, {"from": noon, "to": noon}, {"from": 0, "to": "1e99"}):
            assert lastfm.fault(method, **wrong)[:2] == (400, 6)


def test_user_getweeklychartlist_has_every_week_since_2005(town: Town) -> None:
    """Sundays at noon, one after another, up to the last completed week."""
    charts = town("ada").json("user.getWeeklyChartList")["weeklychartlist"]
    assert charts["@attr"] == {"user": "ada"}
    weeks = charts["chart"]
    assert weeks[0] == {"#text": "", "from": "1108296000", "to": "1108900800"}
    assert all(a["to"] == b["from"] for a, b in pairwise(weeks))
    assert int(weeks[-1]["to"]) <= NOW < int(weeks[-1]["to"]) + 604_800
    assert shape(town("ada").xml("user.getWeeklyChartList")) == f"weeklychartlist[user](chart[from to]*{len(weeks)})"


# --- library -----------------------------------------------------------------------------------------------------


def test_library_getartists_has_the_most_played_first(lastfm: Program, ada: User, heard: Heard) -> None:
    """Then by name."""
    heard(ada, ("Low", "A"), ("Björk", "A"), ("Air", "A"), ("Low", "B"))
    answer = lastfm.xml("library.getArtists")
    assert list(zip(texts(answer, "artist/name"), texts(answer, "artist/playcount"), strict=True)) == [
        ("Low", "2"),
        ("Air", "1"),
        ("Björk", "1"),
    ]


@pytest.mark.usefixtures("settled")
def test_library_gettracks_can_be_of_one_artist(lastfm: Program, ada: User, heard: Heard) -> None:
    """With lengths and albums where they are known; of an artist never heard there are none."""
    heard(ada, ("Low", "Lazy"), ("Low", "Lazy"), ("Low", "Words"), at=NOW - 90_000)
    answer = lastfm.xml("library.getTracks", artist="LOW", limit=1, page=2)
    assert (texts(answer, "track/name"), answer.get("total")) == (["Words"], "2")
    road = lastfm.xml("library.getTracks", artist="Nick Drake")[0]
    assert (road.findtext("duration"), road.findtext("album/name")) == ("121", "Pink Moon")
    assert len(lastfm.xml("library.getTracks")) == 3
    assert len(lastfm.xml("library.getTracks", artist="Nobody")) == 0
