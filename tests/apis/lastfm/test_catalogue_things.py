"""artist, album, track: what the answers say, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from tests.apis.lastfm.catalogue import ARTIST, RECORDING, RELEASE, tag_all, two_sittings
from tests.apis.lastfm.conftest import ROOT, Heard
from tests.apis.lastfm.shapes import texts
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.services.container import Services
from earstead.services.users import User

Speaking = Callable[[User | None], Program]

COUNTS = ("stats/listeners", "stats/playcount", "stats/userplaycount")


@pytest.fixture
def known(heard: Heard, ada: User) -> None:
    """Ada heard Nick Drake, Sigur Rós and AC/DC."""
    two_sittings(heard, ada)


def counts(artist: Element) -> list[str]:
    """Listeners, plays, plays of the user where they are told."""
    return [value for path in COUNTS for value in texts(artist, path)]


# ---- artist ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_artist_getinfo_tells_what_is_known(lastfm: Program) -> None:
    """Whatever the case of the name: the usual spelling, ids, counts, neighbours, tags, six sizes of image."""
    tag_all(lastfm)
    artist = lastfm.xml("artist.getInfo", artist=" nick DRAKE ")
    assert texts(artist, "name") + texts(artist, "mbid") == ["Nick Drake", ARTIST]
    assert texts(artist, "url") == [f"{ROOT}/music/Nick+Drake"]
    assert [image.get("size") for image in artist.findall("image")] == [
        *("small", "medium", "large", "extralarge", "mega"),
        "",
    ]
    assert counts(artist) == ["1", "8", "8"]
    assert set(texts(artist, "similar/artist/name")) == {"Sigur Rós", "AC/DC"}
    assert texts(artist, "tags/tag/name") == ["folk", "sad"]
    assert texts(lastfm.xml("artist.getInfo", mbid=ARTIST), "name") == ["Nick Drake"]


@pytest.mark.usefixtures("known")
def test_artist_getinfo_has_an_empty_biography_in_json(lastfm: Program) -> None:
    """Its one link is an object; lists are lists, counts are text."""
    artist = lastfm.json("artist.getInfo", artist="Sigur Rós")["artist"]
    assert artist["stats"] == {"listeners": "1", "playcount": "2", "userplaycount": "2"}
    assert (artist["tags"], "mbid" in artist) == ({"tag": []}, False)
    assert artist["bio"] == {
        "links": {"link": {"rel": "original", "href": f"{ROOT}/music/Sigur+R%C3%B3s/+wiki", "#text": ""}},
        "published": "",
        "summary": "",
        "content": "",
    }


@pytest.mark.usefixtures("known", "bob")
def test_plays_are_told_of_a_user(lastfm: Program) -> None:
    """Of the session's user, or of `username`; never of a private one, and of nobody where nobody is named."""
    nobody = lastfm.nobody()
    for given in ({}, {"username": "bob"}, {"username": "none"}):
        assert counts(nobody.xml("artist.getInfo", artist="AC/DC", **given)) == ["1", "2"]
    assert counts(nobody.xml("artist.getInfo", artist="AC/DC", username="ADA")) == ["1", "2", "2"]
    assert counts(lastfm.xml("artist.getInfo", artist="AC/DC")) == ["1", "2", "2"]
    album = {"artist": "Nick Drake", "album": "Pink Moon"}
    assert "userplaycount" not in nobody.json("album.getInfo", **album)["album"]
    assert lastfm.json("album.getInfo", **album)["album"]["userplaycount"] == 6
    track = nobody.json("track.getInfo", artist="Nick Drake", track="Road")["track"]
    assert not {"userplaycount", "userloved"} & track.keys()


@pytest.mark.usefixtures("known")
def test_artist_getsimilar_gives_matches_as_text(lastfm: Program) -> None:
    """The best is "1" and comes first; `limit` cuts the list."""
    artists = lastfm.json("artist.getSimilar", artist="nick drake")["similarartists"]
    matches = [artist["match"] for artist in artists["artist"]]
    assert matches[0] == "1" and matches == sorted(matches, reverse=True) and len(matches) == 2
    assert artists["@attr"] == {"artist": "Nick Drake"}
    assert len(lastfm.xml("artist.getSimilar", artist="Nick Drake", limit=1)) == 1


@pytest.mark.usefixtures("known")
def test_artist_top_lists_are_ranked_over_pages(lastfm: Program) -> None:
    """Most played first, equal ones by name; the ranks of the second page go on from those of the first."""
    albums = lastfm.xml("artist.getTopAlbums", artist="Nick Drake", limit=1, page=2)
    assert albums.attrib == {"artist": "Nick Drake", "page": "2", "perPage": "1", "totalPages": "2", "total": "2"}
    assert [(album.get("rank"), *texts(album, "name")) for album in albums] == [("2", "Five Leaves Left")]
    told = lastfm.json("artist.getTopAlbums", artist="Nick Drake")["topalbums"]["album"]
    assert [(album["playcount"], album["@attr"], album["url"]) for album in told] == [
        (6, {"rank": "1"}, f"{ROOT}/music/Nick+Drake/Pink+Moon"),
        (2, {"rank": "2"}, f"{ROOT}/music/Nick+Drake/Five+Leaves+Left"),
    ]
    tracks = lastfm.json("artist.getTopTracks", artist="Nick Drake")["toptracks"]["track"]
    assert [(track["name"], track["playcount"], track["listeners"], track["@attr"]["rank"]) for track in tracks] == [
        ("Road", "4", "1", "1"),
        ("Pink Moon", "2", "1", "2"),
        ("Time Has Told Me", "2", "1", "3"),
    ]


@pytest.mark.usefixtures("known")
def test_artist_getcorrection_corrects_what_is_written_otherwise(
    lastfm: Program, services: Services, ada: User
) -> None:
    """By letter case and by decisions; where there is nothing to correct, nothing is said."""
    assert lastfm.json("artist.getCorrection", artist="sigur rós") == {
        "corrections": {
            "correction": {
                "artist": {"name": "Sigur Rós", "url": f"{ROOT}/music/Sigur+R%C3%B3s"},
                "@attr": {"index": "0"},
            }
        }
    }
    assert lastfm.json("artist.getCorrection", artist="Sigur Rós") == {"corrections": ""}
    acdc = services.insights.led(ada.user_id, "artist", "AC/DC", "")
    services.decisions.make(ada.user_id, "rename", {"entity": "artist", "id": acdc, "name": "ACϟDC"})
    assert texts(lastfm.xml("artist.getCorrection", artist="ac/dc"), "correction/artist/name") == ["ACϟDC"]


# ---- searches ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_searches_share_an_envelope(lastfm: Program) -> None:
    """What was asked, how much was found, and where the page starts; `track.search` can be narrowed to an artist."""
    found = lastfm.json("album.search", album="takk", page=2)["results"]
    assert found == {
        "opensearch:Query": {"role": "request", "searchTerms": "takk", "startPage": "2", "#text": ""},
        "opensearch:totalResults": "1",
        "opensearch:startIndex": "50",
        "opensearch:itemsPerPage": "50",
        "albummatches": {"album": []},
        "@attr": {"for": "takk"},
    }
    [album] = lastfm.json("album.search", album="takk")["results"]["albummatches"]["album"]
    assert (album["name"], album["artist"], album["streamable"], album["mbid"]) == ("Takk...", "Sigur Rós", "0", "")
    [track] = lastfm.json("track.search", track="bells", artist="")["results"]["trackmatches"]["track"]
    assert (track["name"], track["artist"], track["listeners"], track["streamable"]) == (
        "Hells Bells",
        "AC/DC",
        "1",
        "0",
    )
    assert track["url"] == f"{ROOT}/music/AC%2FDC/_/Hells+Bells"
    for artist, names in (("drake", ["Pink Moon"]), ("sigur", [])):
        results = lastfm.xml("track.search", track="moon", artist=artist, limit=5)
        assert texts(results, "trackmatches/track/name") == names
    assert lastfm.json("artist.search", artist="DRAKE")["results"]["opensearch:itemsPerPage"] == "30"


# ---- album -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_album_getinfo_lists_its_tracks(lastfm: Program) -> None:
    """By their numbers, with lengths in seconds; an album of one track has a list of one."""
    album = lastfm.xml("album.getInfo", artist="NICK DRAKE", album="pink moon")
    assert texts(album, "name") + texts(album, "artist") + texts(album, "mbid") == ["Pink Moon", "Nick Drake", RELEASE]
    tracks = album.findall("tracks/track")
    assert [(track.get("rank"), *texts(track, "name"), *texts(track, "duration")) for track in tracks] == [
        ("1", "Pink Moon", "121"),
        ("2", "Road", "121"),
    ]
    told = lastfm.json("album.getInfo", artist="Sigur Rós", album="Takk...")["album"]
    assert (told["listeners"], told["playcount"], told["mbid"], told["tags"]) == ("1", "2", "", {"tag": []})
    assert told["tracks"]["track"] == [
        {
            "name": "Hoppípolla",
            "url": f"{ROOT}/music/Sigur+R%C3%B3s/_/Hopp%C3%ADpolla",
            "duration": "200",
            "streamable": {"fulltrack": "0", "#text": "0"},
            "artist": {"name": "Sigur Rós", "mbid": "", "url": f"{ROOT}/music/Sigur+R%C3%B3s"},
            "@attr": {"rank": "1"},
        }
    ]
    assert lastfm.json("album.getInfo", mbid=RELEASE)["album"]["name"] == "Pink Moon"


# ---- track -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_track_getinfo_tells_what_is_known(lastfm: Program) -> None:
    """Lengths in milliseconds, the album it is heard from with its place there, and the user's word."""
    lastfm.post("track.love", artist="Nick Drake", track="Road")
    track = lastfm.json("track.getInfo", artist="nick drake", track="ROAD")["track"]
    assert (track["name"], track["mbid"], track["duration"]) == ("Road", RECORDING, "121400")
    assert (track["listeners"], track["playcount"], track["userplaycount"], track["userloved"]) == ("1", "4", "4", "1")
    assert (track["album"]["artist"], track["album"]["title"]) == ("Nick Drake", "Pink Moon")
    assert (track["album"]["@attr"], track["toptags"]) == ({"position": "2"}, {"tag": []})
    other = lastfm.json("track.getInfo", artist="AC/DC", track="Hells Bells")["track"]
    assert ("album" in other, other["userloved"], "mbid" in other) == (False, "0", False)
    assert lastfm.json("track.getInfo", mbid=RECORDING)["track"]["name"] == "Road"


def test_track_getinfo_knows_what_is_loved_unheard(lastfm: Program) -> None:
    """What the session's user loves is known to that user, before anybody has heard it."""
    lastfm.post("track.love", artist="Nobody", track="Unheard")
    track = lastfm.json("track.getInfo", artist="Nobody", track="Unheard")["track"]
    assert (track["listeners"], track["userplaycount"], track["userloved"]) == ("0", "0", "1")
    assert lastfm.nobody().fault("track.getInfo", artist="Nobody", track="Unheard") == (200, 6, "Track not found")


@pytest.mark.usefixtures("known")
def test_track_getsimilar_gives_numbers(lastfm: Program) -> None:
    """Plays, match (the best is 1) and length in seconds are numbers in JSON; an unknown track has none near it."""
    similar = lastfm.json("track.getSimilar", artist="nick drake", track="road")["similartracks"]
    matches = [track["match"] for track in similar["track"]]
    assert matches[0] == 1.0 and matches == sorted(matches, reverse=True)
    lengths = {track["name"]: (track["playcount"], track["duration"]) for track in similar["track"]}
    assert lengths["Pink Moon"] == (2, 121)
    assert similar["@attr"] == {"artist": "Nick Drake", "track": "Road"}
    assert lastfm.json("track.getSimilar", artist="Nobody", track="None") == {
        "similartracks": {"track": [], "@attr": {"artist": "Nobody", "track": "None"}}
    }


@pytest.mark.usefixtures("known")
def test_track_getcorrection_flags_what_differs(lastfm: Program) -> None:
    """A known track comes back as it is written here, an unknown one as it was sent, without addresses."""
    flags = {}
    for artist, track in (("Nick Drake", "Road"), ("Nick Drake", "road"), ("nick drake", "road")):
        correction = lastfm.json("track.getCorrection", artist=artist, track=track)["corrections"]["correction"]
        assert (correction["track"]["name"], correction["track"]["artist"]["name"]) == ("Road", "Nick Drake")
        flags[artist, track] = correction["@attr"]["artistcorrected"] + correction["@attr"]["trackcorrected"]
    assert list(flags.values()) == ["00", "01", "11"]
    assert lastfm.json("track.getCorrection", artist="Nobody", track="None")["corrections"]["correction"] == {
        "track": {"name": "None", "url": "", "artist": {"name": "Nobody", "url": ""}},
        "@attr": {"index": "0", "artistcorrected": "0", "trackcorrected": "0"},
    }


# ---- corrections and privacy -------------------------------------------------------------------------------------


def test_autocorrect_follows_decisions(lastfm: Program, heard: Heard, services: Services, ada: User) -> None:
    """A name that was merged or changed leads to what it became, for artists, albums and tracks."""
    heard(ada, ("Sigur Ros", "Glosoli", "Takk"), ("Sigur Rós", "Hoppípolla", "Takk"))
    led = services.insights.led
    merged = [led(ada.user_id, "artist", "Sigur Ros", "")]
    into = led(ada.user_id, "artist", "Sigur Rós", "")
    services.decisions.make(ada.user_id, "merge", {"entity": "artist", "ids": merged, "into": into})
    track = led(ada.user_id, "recording", "Sigur Ros", "Glosoli")
    services.decisions.make(ada.user_id, "rename", {"entity": "recording", "id": track, "name": "Glósóli"})
    artist = lastfm.xml("artist.getInfo", artist="sigur ros", autocorrect=1)
    assert texts(artist, "name") + counts(artist) == ["Sigur Rós", "1", "2", "2"]
    corrected = lastfm.xml("track.getInfo", artist="Sigur Ros", track="Glosoli", autocorrect=1)
    assert texts(corrected, "name") == ["Glósóli"]
    album = lastfm.xml("album.getInfo", artist="Sigur Ros", album="takk", autocorrect=1)
    assert texts(album, "name") + texts(album, "artist") == ["Takk", "Sigur Rós"]


def test_autocorrect_follows_decisions_of_public_users_for_anybody(
    lastfm: Program, heard: Heard, services: Services, ada: User, bob: User
) -> None:
    """A name that all who heard it merged away leads an outsider to where it went, a renamed thing has its new name by
    most plays; what a private user decided moves nobody."""
    heard(ada, ("Sigur Ros", "Glosoli", "Takk"), ("Sigur Rós", "Hoppípolla", "Takk"))
    heard(bob, ("Low", "Lazy"), ("Loww", "Lazy"))
    led = services.insights.led
    for user, name, into in ((ada, "Sigur Ros", "Sigur Rós"), (bob, "Loww", "Low")):
        ids, lead = [led(user.user_id, "artist", name)], led(user.user_id, "artist", into)
        services.decisions.make(user.user_id, "merge", {"entity": "artist", "ids": ids, "into": lead})
    track = led(ada.user_id, "recording", "Sigur Ros", "Glosoli")
    services.decisions.make(ada.user_id, "rename", {"entity": "recording", "id": track, "name": "Glósóli"})
    nobody = lastfm.nobody()
    assert texts(nobody.xml("artist.getInfo", artist="sigur ros", autocorrect=1), "name") == ["Sigur Rós"]
    corrected = nobody.xml("artist.getCorrection", artist="Sigur Ros")
    assert texts(corrected, "correction/artist/name") == ["Sigur Rós"]
    asked = {"artist": "Sigur Ros", "track": "Glosoli", "album": "Takk", "autocorrect": 1}
    assert texts(nobody.xml("track.getInfo", **asked), "name") == ["Glósóli"]
    found = nobody.xml("track.getCorrection", **asked).find("correction")
    assert found is not None
    assert texts(found, "track/name") + texts(found, "track/artist/name") == ["Glósóli", "Sigur Rós"]
    assert (found.get("artistcorrected"), found.get("trackcorrected")) == ("1", "1")
    assert texts(nobody.xml("album.getInfo", **asked), "name") == ["Takk"]
    assert nobody.fault("artist.getInfo", artist="Loww", autocorrect=1)[:2] == (404, 6)
    assert nobody.fault("artist.getInfo", artist="sigur ros")[:2] == (404, 6)


def test_tracks_in_lists_show_their_album(lastfm: Program, known: None) -> None:
    """Every list of tracks has the images of the album a track is mostly heard from, as track.getInfo has them."""
    lastfm.post("track.addTags", artist="Nick Drake", track="Road", tags="folk")
    wanted = texts(lastfm.xml("track.getInfo", artist="Nick Drake", track="Road"), "album/image")[0]
    lists = {
        "artist.getTopTracks": ({"artist": "Nick Drake"}, "track"),
        "chart.getTopTracks": ({}, "track"),
        "tag.getTopTracks": ({"tag": "folk"}, "track"),
        "track.getSimilar": ({"artist": "Sigur Rós", "track": "Hoppípolla"}, "track"),
        "track.search": ({"track": "Road"}, "trackmatches/track"),
    }
    for method, (asked, path) in lists.items():
        found = [track for track in lastfm.xml(method, **asked).findall(path) if track.findtext("name") == "Road"]
        assert [track.findtext("image") for track in found] == [wanted], method
    lastfm.post("track.love", artist="Nick Drake", track="Road")
    for method, path in (("user.getLovedTracks", "track"), ("user.getPersonalTags", "tracks/track")):
        (own,) = lastfm.xml(method, user="ada", tag="folk", taggingtype="track").findall(path)
        assert own.findtext("image") == wanted, method
    (bare,) = [t for t in lastfm.xml("chart.getTopTracks").findall("track") if t.findtext("name") == "Hells Bells"]
    assert bare.findtext("image") == texts(lastfm.xml("artist.getInfo", artist="AC/DC"), "image")[0]


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_hidden_plays_feed_nothing(
    lastfm: Program, heard: Heard, services: Services, speaking: Speaking, ada: User, bob: User, visibility: str
) -> None:
    """What only a user heard who is not public is counted, found and similar for nobody but that user."""
    services.accounts.update(bob.user_id, visibility=visibility)
    for at in (NOW - 900_000, NOW - 90_000):
        heard(bob, ("Nick Drake", "Road", "Pink Moon"), ("Secret Band", "Hidden", "Cellar"), at=at)
    heard(ada, ("Nick Drake", "Road", "Pink Moon"))
    secret = {"artist": "Secret Band", "album": "Cellar", "track": "Hidden"}
    assert lastfm.fault("artist.getInfo", **secret)[2] == "The artist you supplied could not be found"
    assert lastfm.fault("album.getInfo", **secret)[2] == "Album not found"
    assert lastfm.fault("track.getInfo", **secret)[2] == "Track not found"
    assert texts(lastfm.xml("artist.search", artist="secret"), "artistmatches/artist") == []
    assert len(lastfm.xml("artist.getSimilar", artist="Nick Drake")) == 0
    assert len(lastfm.xml("track.getSimilar", artist="Nick Drake", track="Road")) == 0
    assert texts(lastfm.xml("chart.getTopArtists"), "artist/name") == ["Nick Drake"]
    assert counts(lastfm.xml("artist.getInfo", artist="Nick Drake")) == ["1", "1", "1"]
    own = speaking(bob)
    assert counts(own.xml("artist.getInfo", **secret)) == ["1", "2", "2"]
    assert texts(own.xml("artist.getSimilar", artist="Nick Drake"), "artist/name") == ["Secret Band"]


def test_plays_of_an_unlisted_user_are_told_by_name(
    lastfm: Program, heard: Heard, services: Services, bob: User
) -> None:
    """Who knows the name of an unlisted user reads that user's plays, and still no count of everybody's."""
    services.accounts.update(bob.user_id, visibility="unlisted")
    heard(bob, ("Secret Band", "Hidden"))
    nobody = lastfm.nobody()
    assert counts(nobody.xml("artist.getInfo", artist="secret band", username="bob")) == ["0", "0", "1"]
    assert nobody.fault("artist.getInfo", artist="secret band")[:2] == (404, 6)
