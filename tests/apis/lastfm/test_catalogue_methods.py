"""artist.*, album.* and track.*: what is known of a thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.apis.lastfm.conftest import ROOT, Heard
from tests.apis.lastfm.shapes import inside, names, text
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.core.ids import DurationMs, Mbid, UnixSeconds
from earstead.core.listen import Submission
from earstead.services.container import Services
from earstead.services.users import User

Speaking = Callable[[User | None], Program]

RECORDING = "8c9a6e8c-3b0f-4b8c-9d6d-2f6b6e2f1a01"
RELEASE = "8c9a6e8c-3b0f-4b8c-9d6d-2f6b6e2f1a02"
ARTIST = "8c9a6e8c-3b0f-4b8c-9d6d-2f6b6e2f1a03"
NO_ARTIST = "The artist you supplied could not be found"
SIZES = ["small", "medium", "large", "extralarge", "mega", ""]


def play(number: int, title: str, at: int) -> Submission:
    """A play off Pink Moon with all that a good player says."""
    return Submission(
        source="lastfm",
        artist_name="Nick Drake",
        track_name=title,
        release_name="Pink Moon",
        listened_at=UnixSeconds(at),
        duration_ms=DurationMs(121_400),
        recording_mbid=Mbid(RECORDING) if number == 2 else None,
        release_mbid=Mbid(RELEASE),
        artist_mbids=(Mbid(ARTIST),),
        extra={"tracknumber": str(number)},
    )


@pytest.fixture
def known(heard: Heard, ada: User) -> None:
    """Two sittings of ada's with Nick Drake, Sigur Rós and AC/DC: four plays of "Road", two of "Pink Moon"."""
    for start in (NOW - 900_000, NOW - 90_000):
        heard(ada, play(2, "Road", start), play(2, "Road", start + 300), play(1, "Pink Moon", start + 600))
        heard(
            ada,
            ("Nick Drake", "Time Has Told Me", "Five Leaves Left"),
            ("Sigur Rós", "Hoppípolla", "Takk..."),
            ("AC/DC", "Hells Bells"),
            at=start + 900,
        )


# ---- artist ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_artist_get_info(lastfm: Program) -> None:
    """An artist comes with id, six images, counts, neighbours, tags and the elements of a biography, in order."""
    lastfm.post("artist.addTags", artist="Nick Drake", tags="folk,sad")
    artist = lastfm.xml("artist.getInfo", artist=" nick DRAKE ")
    assert inside(artist) == "name mbid url image*6 streamable ontour stats similar tags bio"
    assert (text(artist, "name"), text(artist, "mbid")) == ("Nick Drake", ARTIST)
    assert text(artist, "url") == f"{ROOT}/music/Nick+Drake"
    assert [image.get("size") for image in artist.findall("image")] == SIZES
    assert inside(artist.find("stats")) == "listeners playcount userplaycount"
    assert [text(artist, f"stats/{name}") for name in ("listeners", "playcount", "userplaycount")] == ["1", "8", "8"]
    assert {inside(other) for other in artist.findall("similar/artist")} == {"name url image*6"}
    assert set(names(artist.findall("similar/artist"))) == {"Sigur Rós", "AC/DC"}
    assert {inside(tag) for tag in artist.findall("tags/tag")} == {"name url"}
    assert names(artist.findall("tags/tag")) == ["folk", "sad"]
    assert inside(artist.find("bio")) == "links published summary content"


@pytest.mark.usefixtures("known")
def test_artist_get_info_in_json(lastfm: Program) -> None:
    """Counts are strings, lists are lists, the one link of the biography is an object."""
    artist = lastfm.json("artist.getInfo", artist="Nick Drake")["artist"]
    assert artist["stats"] == {"listeners": "1", "playcount": "8", "userplaycount": "8"}
    assert len(artist["image"]) == 6
    assert artist["image"][0].keys() == {"size", "#text"}
    assert artist["tags"] == {"tag": []}
    assert artist["bio"] == {
        "links": {"link": {"rel": "original", "href": f"{ROOT}/music/Nick+Drake/+wiki", "#text": ""}},
        "published": "",
        "summary": "",
        "content": "",
    }


@pytest.mark.usefixtures("known")
def test_user_plays_need_a_user(lastfm: Program, services: Services, bob: User, ada: User) -> None:
    """Without a session plays are told for `username` alone, and never those of a private user."""
    nobody = lastfm.nobody()
    services.accounts.update(bob.user_id, visibility="private")
    assert "userplaycount" not in inside(nobody.xml("artist.getInfo", artist="AC/DC").find("stats"))
    assert "userplaycount" not in inside(nobody.xml("artist.getInfo", artist="AC/DC", username="bob").find("stats"))
    assert "userplaycount" not in inside(nobody.xml("artist.getInfo", artist="AC/DC", username="none").find("stats"))
    assert text(nobody.xml("artist.getInfo", artist="AC/DC", username="ADA"), "stats/userplaycount") == "2"
    assert "userplaycount" not in nobody.json("album.getInfo", artist="Nick Drake", album="Pink Moon")["album"]
    track = nobody.json("track.getInfo", artist="Nick Drake", track="Road")["track"]
    assert not {"userplaycount", "userloved"} & track.keys()


@pytest.mark.usefixtures("known")
def test_artist_get_similar(lastfm: Program) -> None:
    """Each similar artist has one name and one match; the match is a string in JSON, the best is "1"."""
    similar = lastfm.xml("artist.getSimilar", artist="nick drake")
    assert similar.tag == "similarartists" and similar.attrib == {"artist": "Nick Drake"}
    assert {inside(artist) for artist in similar} == {"name match url image*6 streamable"}
    told = lastfm.json("artist.getSimilar", artist="Nick Drake", limit=1)["similarartists"]
    assert [artist["match"] for artist in told["artist"]] == ["1"]
    assert told["@attr"] == {"artist": "Nick Drake"}


@pytest.mark.usefixtures("known")
def test_artist_get_top_albums(lastfm: Program) -> None:
    """Albums are ranked by plays; the play count is a number in JSON."""
    albums = lastfm.xml("artist.getTopAlbums", artist="Nick Drake", limit=1, page=2)
    assert albums.attrib == {"artist": "Nick Drake", "page": "2", "perPage": "1", "totalPages": "2", "total": "2"}
    assert [(album.get("rank"), text(album, "name")) for album in albums] == [("2", "Five Leaves Left")]
    first = lastfm.xml("artist.getTopAlbums", mbid=ARTIST)[0]
    assert inside(first) == "name playcount mbid url artist image*4"
    assert inside(first.find("artist")) == "name mbid url"
    assert text(first, "url") == f"{ROOT}/music/Nick+Drake/Pink+Moon"
    told = lastfm.json("artist.getTopAlbums", artist="Nick Drake")["topalbums"]
    assert [(album["playcount"], album["@attr"]) for album in told["album"]] == [(6, {"rank": "1"}), (2, {"rank": "2"})]


@pytest.mark.usefixtures("known")
def test_artist_get_top_tracks(lastfm: Program) -> None:
    """Tracks are ranked by plays, and say how many people heard them; every count is a string in JSON."""
    tracks = lastfm.xml("artist.getTopTracks", artist="Nick Drake", limit=2)
    assert tracks.tag == "toptracks"
    assert tracks.attrib == {"artist": "Nick Drake", "page": "1", "perPage": "2", "totalPages": "2", "total": "3"}
    assert inside(tracks[0]) == "name playcount listeners mbid url streamable artist image*4"
    assert tracks[0].find("streamable").attrib == {}  # type: ignore[union-attr]
    assert text(tracks[0], "url") == f"{ROOT}/music/Nick+Drake/_/Road"
    told = lastfm.json("artist.getTopTracks", artist="Nick Drake")["toptracks"]["track"]
    assert [(track["name"], track["playcount"], track["listeners"], track["@attr"]["rank"]) for track in told] == [
        ("Road", "4", "1", "1"),
        ("Pink Moon", "2", "1", "2"),
        ("Time Has Told Me", "2", "1", "3"),
    ]


@pytest.mark.usefixtures("known")
def test_artist_get_correction(lastfm: Program, services: Services, ada: User) -> None:
    """What is written otherwise here is corrected, by decisions as well; what is not, is answered with nothing."""
    found = lastfm.xml("artist.getCorrection", artist="sigur rós")
    assert found.tag == "corrections" and found[0].attrib == {"index": "0"}
    assert inside(found[0]) == "artist" and inside(found[0][0]) == "name url"
    assert lastfm.json("artist.getCorrection", artist="sigur rós") == {
        "corrections": {
            "correction": {
                "artist": {"name": "Sigur Rós", "url": f"{ROOT}/music/Sigur+R%C3%B3s"},
                "@attr": {"index": "0"},
            }
        }
    }
    for name in ("Sigur Rós", "Nobody At All"):
        assert lastfm.json("artist.getCorrection", artist=name) == {"corrections": ""}
    acdc = services.commons.named(ada, "artist", "AC/DC")
    assert acdc is not None
    services.decisions.make(ada.user_id, "rename", {"entity": "artist", "id": acdc.entity_id, "name": "ACϟDC"})
    assert text(lastfm.xml("artist.getCorrection", artist="ac/dc"), "correction/artist/name") == "ACϟDC"


@pytest.mark.usefixtures("known")
def test_artist_search(lastfm: Program) -> None:
    """A search says what was asked and how much was found, in a namespace that strict readers know."""
    results = lastfm.xml("artist.search", artist="DRAKE", limit=5)
    search = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert results.tag == "results" and results.attrib == {"for": "DRAKE"}
    assert [child.tag for child in results] == [
        f"{search}Query",
        f"{search}totalResults",
        f"{search}startIndex",
        f"{search}itemsPerPage",
        "artistmatches",
    ]
    assert results[0].attrib == {"role": "request", "searchTerms": "DRAKE", "startPage": "1"}
    assert [results[i].text for i in (1, 2, 3)] == ["1", "0", "5"]
    assert inside(results[4][0]) == "name listeners mbid url streamable image*4"


@pytest.mark.usefixtures("known")
def test_searches_in_json(lastfm: Program) -> None:
    """The three searches share an envelope without the namespace; what is unknown is an empty string."""
    found = lastfm.json("album.search", album="takk", page=2)["results"]
    assert found["opensearch:Query"] == {"role": "request", "searchTerms": "takk", "startPage": "2", "#text": ""}
    assert [found[f"opensearch:{name}"] for name in ("totalResults", "startIndex", "itemsPerPage")] == ["1", "50", "50"]
    assert (found["albummatches"], found["@attr"]) == ({"album": []}, {"for": "takk"})
    album = lastfm.json("album.search", album="takk")["results"]["albummatches"]["album"][0]
    assert (album["name"], album["artist"], album["streamable"], album["mbid"]) == ("Takk...", "Sigur Rós", "0", "")
    track = lastfm.json("track.search", track="bells", artist="")["results"]["trackmatches"]["track"][0]
    assert (track["name"], track["artist"], track["listeners"]) == ("Hells Bells", "AC/DC", "1")
    assert (track["streamable"], track["mbid"], len(track["image"])) == ("0", "", 4)
    nothing = lastfm.json("artist.search", artist="nobody")["results"]
    assert (nothing["opensearch:totalResults"], nothing["artistmatches"]) == ("0", {"artist": []})


@pytest.mark.usefixtures("known")
def test_artist_not_found(lastfm: Program) -> None:
    """getInfo alone answers an unknown artist with 404; a missing name and a page out of bounds are 400."""
    assert lastfm.fault("artist.getInfo", artist="Nobody At All") == (404, 6, NO_ARTIST)
    for method in ("getSimilar", "getTopAlbums", "getTopTracks", "getTopTags"):
        assert lastfm.fault(f"artist.{method}", artist="Nobody At All") == (200, 6, NO_ARTIST)
        assert lastfm.fault(f"artist.{method}", mbid=RELEASE) == (200, 6, NO_ARTIST)
        assert lastfm.fault(f"artist.{method}")[:2] == (400, 6)
    bounds = (400, 6, "page param out of bounds (1-1000000)")
    assert lastfm.fault("artist.getTopTracks", artist="Nick Drake", page=0) == bounds
    assert lastfm.fault("artist.search", artist="x", page=1_000_001) == bounds


# ---- album -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_album_get_info(lastfm: Program) -> None:
    """An album comes with six images, counts, its tracks by number with lengths in seconds, and tags."""
    lastfm.post("album.addTags", artist="Nick Drake", album="Pink Moon", tags="bare")
    album = lastfm.xml("album.getInfo", artist="NICK DRAKE", album="pink moon")
    assert inside(album) == "name artist mbid url image*6 listeners playcount userplaycount tracks tags"
    assert (text(album, "name"), text(album, "artist"), text(album, "mbid")) == ("Pink Moon", "Nick Drake", RELEASE)
    assert [(track.get("rank"), text(track, "name")) for track in album.findall("tracks/track")] == [
        ("1", "Pink Moon"),
        ("2", "Road"),
    ]
    track = album.findall("tracks/track")[1]
    assert inside(track) == "name url duration streamable artist"
    assert text(track, "duration") == "121"
    assert track.find("streamable").attrib == {"fulltrack": "0"}  # type: ignore[union-attr]
    assert inside(track.find("artist")) == "name mbid url"
    assert names(album.findall("tags/tag")) == ["bare"]


@pytest.mark.usefixtures("known")
def test_album_get_info_in_json(lastfm: Program) -> None:
    """An album of one track still has a list of tracks; the user's plays are a number."""
    album = lastfm.json("album.getInfo", artist="Sigur Rós", album="Takk...")["album"]
    assert (album["listeners"], album["playcount"], album["userplaycount"]) == ("1", "2", 2)
    assert (album["mbid"], album["tags"]) == ("", {"tag": []})
    [track] = album["tracks"]["track"]
    assert track["artist"] == {"name": "Sigur Rós", "mbid": "", "url": f"{ROOT}/music/Sigur+R%C3%B3s"}
    assert (track["duration"], track["streamable"]) == ("200", {"fulltrack": "0", "#text": "0"})
    assert track["@attr"] == {"rank": "1"}
    assert lastfm.json("album.getInfo", mbid=RELEASE)["album"]["name"] == "Pink Moon"


@pytest.mark.usefixtures("known")
def test_album_not_found(lastfm: Program) -> None:
    """An unknown album is an error with HTTP 200, whichever way it is asked for."""
    for method in ("getInfo", "getTags", "getTopTags"):
        assert lastfm.fault(f"album.{method}", artist="Nick Drake", album="None") == (200, 6, "Album not found")
        assert lastfm.fault(f"album.{method}", mbid=ARTIST) == (200, 6, "Album not found")
        assert lastfm.fault(f"album.{method}", artist="Nick Drake")[:2] == (400, 6)


# ---- track -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_track_get_info(lastfm: Program) -> None:
    """A track comes with its length in milliseconds, its artist, the album it is heard from, and the user's word."""
    lastfm.post("track.addTags", artist="Nick Drake", track="Road", tags="short")
    lastfm.post("track.love", artist="Nick Drake", track="Road")
    track = lastfm.xml("track.getInfo", artist="nick drake", track="ROAD")
    assert inside(track) == (
        "name mbid url duration streamable listeners playcount artist album userplaycount userloved toptags"
    )
    assert (text(track, "name"), text(track, "mbid"), text(track, "duration")) == ("Road", RECORDING, "121400")
    assert inside(track.find("artist")) == "name mbid url"
    album = track.find("album")
    assert album is not None and album.attrib == {"position": "2"}
    assert inside(album) == "artist title mbid url image*4"
    assert (text(album, "artist"), text(album, "title")) == ("Nick Drake", "Pink Moon")
    assert names(track.findall("toptags/tag")) == ["short"]
    assert (text(track, "userplaycount"), text(track, "userloved")) == ("4", "1")


@pytest.mark.usefixtures("known")
def test_track_get_info_in_json(lastfm: Program) -> None:
    """Everything of a track is a string; an album that nobody named is left out."""
    track = lastfm.json("track.getInfo", mbid=RECORDING)["track"]
    assert (track["duration"], track["playcount"], track["userplaycount"], track["userloved"]) == (
        "121400",
        "4",
        "4",
        "0",
    )
    assert (track["album"]["@attr"], track["toptags"]) == ({"position": "2"}, {"tag": []})
    assert "album" not in lastfm.json("track.getInfo", artist="AC/DC", track="Hells Bells")["track"]


@pytest.mark.usefixtures("known")
def test_track_get_similar(lastfm: Program) -> None:
    """Similar tracks have numbers in JSON: plays, match and length in seconds; an unknown track has none."""
    similar = lastfm.xml("track.getSimilar", artist="nick drake", track="road")
    assert similar.tag == "similartracks" and similar.attrib == {"artist": "Nick Drake", "track": "Road"}
    assert {inside(track) for track in similar} == {
        "name playcount match url streamable duration artist image*6",
    }
    best = lastfm.json("track.getSimilar", artist="Nick Drake", track="Road", limit=1)["similartracks"]["track"]
    assert [(type(track["playcount"]), type(track["duration"]), track["match"]) for track in best] == [(int, int, 1.0)]
    assert lastfm.json("track.getSimilar", artist="Nobody", track="None") == {
        "similartracks": {"track": [], "@attr": {"artist": "Nobody", "track": "None"}}
    }


@pytest.mark.usefixtures("known")
def test_track_get_correction(lastfm: Program, services: Services, ada: User) -> None:
    """A known track comes back as it is written here, with a flag for each name that differs."""
    found = lastfm.xml("track.getCorrection", artist="Nick Drake", track="road")
    assert found[0].attrib == {"index": "0", "artistcorrected": "0", "trackcorrected": "1"}
    assert inside(found[0][0]) == "name mbid url artist" and inside(found[0][0][3]) == "name mbid url"
    assert text(found, "correction/track/name") == "Road"
    same = lastfm.json("track.getCorrection", artist="Nick Drake", track="Road")["corrections"]["correction"]
    assert same["@attr"] == {"index": "0", "artistcorrected": "0", "trackcorrected": "0"}
    unknown = lastfm.json("track.getCorrection", artist="Nobody", track="None")["corrections"]["correction"]
    assert unknown == {
        "track": {"name": "None", "url": "", "artist": {"name": "Nobody", "url": ""}},
        "@attr": {"index": "0", "artistcorrected": "0", "trackcorrected": "0"},
    }
    road = services.commons.named(ada, "recording", "Road", artist="Nick Drake")
    assert road is not None
    services.decisions.make(ada.user_id, "rename", {"entity": "recording", "id": road.entity_id, "name": "The Road"})
    assert text(lastfm.xml("track.getInfo", artist="Nick Drake", track="Road", autocorrect=1), "name") == "The Road"


@pytest.mark.usefixtures("known")
def test_track_search(lastfm: Program) -> None:
    """A search for tracks can be narrowed to an artist."""
    results = lastfm.xml("track.search", track="moon", artist="nick drake")
    assert inside(results.find("trackmatches/track")) == "name artist url streamable listeners image*4 mbid"
    assert names(lastfm.xml("track.search", track="moon", artist="sigur")[4]) == []


@pytest.mark.usefixtures("known")
def test_track_not_found(lastfm: Program) -> None:
    """getInfo and getTags answer an unknown track with an error and HTTP 200, getTopTags with an empty list."""
    for method in ("getInfo", "getTags"):
        assert lastfm.fault(f"track.{method}", artist="Nick Drake", track="None") == (200, 6, "Track not found")
        assert lastfm.fault(f"track.{method}", mbid=ARTIST) == (200, 6, "Track not found")
        assert lastfm.fault(f"track.{method}", track="Road")[:2] == (400, 6)
    assert lastfm.json("track.getTopTags", artist="Nick Drake", track="None") == {
        "toptags": {"tag": [], "@attr": {"artist": "Nick Drake", "track": "None"}}
    }


# ---- corrections and privacy -------------------------------------------------------------------------------------


def test_autocorrect_follows_merges(lastfm: Program, heard: Heard, services: Services, ada: User) -> None:
    """With autocorrect=1 a name that was merged into another leads there, for the plays of both."""
    heard(ada, ("Sigur Ros", "Glósóli", "Takk"), ("Sigur Rós", "Hoppípolla", "Takk..."))
    ids = {
        name: services.commons.named(ada, "artist", name).entity_id  # type: ignore[union-attr]
        for name in ("Sigur Ros", "Sigur Rós")
    }
    merged = {"entity": "artist", "ids": [ids["Sigur Ros"]], "into": ids["Sigur Rós"]}
    services.decisions.make(ada.user_id, "merge", merged)
    artist = lastfm.xml("artist.getInfo", artist="sigur ros", autocorrect=1)
    assert (text(artist, "name"), text(artist, "stats/playcount")) == ("Sigur Rós", "2")


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_hidden_plays_feed_nothing(
    lastfm: Program, heard: Heard, services: Services, speaking: Speaking, bob: User, visibility: str
) -> None:
    """What only a user heard who is not public is counted, found and similar for nobody but that user."""
    services.accounts.update(bob.user_id, visibility=visibility)
    for at in (NOW - 900_000, NOW - 90_000):
        heard(bob, ("Nick Drake", "Road", "Pink Moon"), ("Secret Band", "Hidden", "Cellar"), at=at)
    heard(services.accounts.named("ada"), ("Nick Drake", "Road", "Pink Moon"))
    assert lastfm.fault("artist.getInfo", artist="Secret Band") == (404, 6, NO_ARTIST)
    assert lastfm.fault("album.getInfo", artist="Secret Band", album="Cellar")[2] == "Album not found"
    assert lastfm.fault("track.getInfo", artist="Secret Band", track="Hidden")[2] == "Track not found"
    assert names(lastfm.xml("artist.search", artist="secret")[4]) == []
    assert len(lastfm.xml("artist.getSimilar", artist="Nick Drake")) == 0
    assert len(lastfm.xml("track.getSimilar", artist="Nick Drake", track="Road")) == 0
    assert text(lastfm.xml("artist.getInfo", artist="Nick Drake"), "stats/playcount") == "1"
    own = speaking(services.accounts.user(bob.user_id))
    assert text(own.xml("artist.getInfo", artist="Secret Band"), "stats/userplaycount") == "2"
    assert names(own.xml("artist.getSimilar", artist="Nick Drake")) == ["Secret Band"]


def test_plays_of_an_unlisted_user_are_told_by_name(
    lastfm: Program, heard: Heard, services: Services, bob: User
) -> None:
    """Who knows the name of an unlisted user reads that user's plays, and still no count of everybody's."""
    services.accounts.update(bob.user_id, visibility="unlisted")
    heard(bob, ("Secret Band", "Hidden"))
    artist = lastfm.nobody().xml("artist.getInfo", artist="secret band", username="bob")
    assert [text(artist, f"stats/{name}") for name in ("listeners", "playcount", "userplaycount")] == ["0", "0", "1"]
