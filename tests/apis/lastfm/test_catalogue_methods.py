"""artist, album, track, tag, chart, geo: every shape of the specification (sections 2.4, 3.3, 7.1 to 7.8), in XML and
JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.apis.lastfm.catalogue import RECORDING, tag_all, two_sittings
from tests.apis.lastfm.conftest import Heard
from tests.apis.lastfm.shapes import shape
from tests.apis.lastfm.speaking import Program

from earstead.services.container import Services
from earstead.services.users import User

PAGING = "page perPage totalPages total"
IMAGE = "image[size]"
BLOCK = "artist(name mbid url)"
NAMED = "tag(name url)"
OS = "{http://a9.com/-/spec/opensearch/1.1/}"
DRAKE = {"artist": "Nick Drake"}
MOON = {**DRAKE, "album": "Pink Moon"}
ROAD = {**DRAKE, "track": "Road"}
FOLK = {"tag": "folk"}
ICELAND = {"country": "iceland"}
NO_ARTIST = "The artist you supplied could not be found"


def found(matches: str) -> str:
    """The shape of a search."""
    counts = f"{OS}totalResults {OS}startIndex {OS}itemsPerPage"
    return f"results[for]({OS}Query[role searchTerms startPage] {counts} {matches})"


SHAPES: dict[str, tuple[dict[str, str], str]] = {
    "album.getInfo": (
        MOON,
        f"album(name artist mbid url {IMAGE}*6 listeners playcount"
        f" tracks(track[rank](name url duration streamable[fulltrack] {BLOCK})*2) tags({NAMED}*2))",
    ),
    "album.getTags": ({**MOON, "user": "ada"}, f"tags[artist album]({NAMED}*2)"),
    "album.getTopTags": (MOON, "toptags[artist album](tag(count name url)*2)"),
    "album.search": (
        {"album": "moon"},
        found(f"albummatches(album(name artist url {IMAGE}*4 streamable mbid))"),
    ),
    "artist.getCorrection": ({"artist": "nick drake"}, f"corrections(correction[index]({BLOCK}))"),
    "artist.getInfo": (
        DRAKE,
        f"artist(name mbid url {IMAGE}*6 streamable ontour stats(listeners playcount)"
        f" similar(artist(name url {IMAGE}*6)*2) tags({NAMED}*2) bio(links(link[rel href]) published summary content))",
    ),
    "artist.getSimilar": (
        {**DRAKE, "limit": "1"},
        # Without mbid: the catalogue leaves unknown ones out.
        f"similarartists[artist](artist(name match url {IMAGE}*6 streamable))",
    ),
    "artist.getTags": ({**DRAKE, "user": "ada"}, f"tags[artist]({NAMED}*2)"),
    "artist.getTopAlbums": (
        {**DRAKE, "limit": "1"},
        f"topalbums[artist {PAGING}](album[rank](name playcount mbid url {BLOCK} {IMAGE}*4))",
    ),
    "artist.getTopTags": (DRAKE, "toptags[artist](tag(count name url)*2)"),
    "artist.getTopTracks": (
        {**DRAKE, "limit": "1"},
        f"toptracks[artist {PAGING}](track[rank](name playcount listeners mbid url streamable {BLOCK} {IMAGE}*4))",
    ),
    "artist.search": (
        {"artist": "drake"},
        found(f"artistmatches(artist(name listeners mbid url streamable {IMAGE}*4))"),
    ),
    "chart.getTopArtists": (
        {"limit": "1"},
        f"artists[{PAGING}](artist(name playcount listeners mbid url streamable {IMAGE}*5))",
    ),
    "chart.getTopTags": (
        {"limit": "1"},
        f"tags[{PAGING}](tag(name url reach taggings streamable wiki))",
    ),
    "chart.getTopTracks": (
        {"limit": "1"},
        f"tracks[{PAGING}](track(name duration playcount listeners mbid url streamable[fulltrack] {BLOCK} {IMAGE}*4))",
    ),
    "geo.getTopArtists": (
        {**ICELAND, "limit": "1"},
        f"topartists[country {PAGING}](artist[rank](name listeners mbid url streamable {IMAGE}*5))",
    ),
    "geo.getTopTracks": (
        {**ICELAND, "location": "Reykjavík", "limit": "1"},
        f"tracks[country {PAGING}](track[rank](name duration listeners mbid url streamable[fulltrack] {BLOCK}"
        f" {IMAGE}*4))",
    ),
    "tag.getInfo": (FOLK, "tag(name total reach wiki(summary content))"),
    "tag.getSimilar": (FOLK, "similartags[tag](tag(name url streamable))"),
    "tag.getTopAlbums": (FOLK, f"albums[tag {PAGING}](album[rank](name mbid url {BLOCK} {IMAGE}*4))"),
    "tag.getTopArtists": (FOLK, f"topartists[tag {PAGING}](artist[rank](name mbid url streamable {IMAGE}*5))"),
    "tag.getTopTags": ({}, "toptags[offset num_res total](tag(name count reach)*2)"),
    "tag.getTopTracks": (
        FOLK,
        f"tracks[tag {PAGING}](track[rank](name duration mbid url streamable[fulltrack] {BLOCK} {IMAGE}*4))",
    ),
    "track.getCorrection": (
        {**DRAKE, "track": "road"},
        f"corrections(correction[index artistcorrected trackcorrected](track(name mbid url {BLOCK})))",
    ),
    "track.getInfo": (
        ROAD,
        f"track(name mbid url duration streamable[fulltrack] listeners playcount {BLOCK}"
        f" album[position](artist title mbid url {IMAGE}*4) toptags({NAMED}*2))",
    ),
    "track.getSimilar": (
        {"artist": "AC/DC", "track": "Hells Bells", "limit": "1"},
        "similartracks[artist track](track(name playcount match url streamable[fulltrack] duration"
        f" {BLOCK} {IMAGE}*6))",
    ),
    "track.getTags": ({**ROAD, "user": "ada"}, f"tags[artist track]({NAMED}*2)"),
    "track.getTopTags": (ROAD, "toptags[artist track](tag(count name url)*2)"),
    "track.search": (
        {"track": "road"},
        found(f"trackmatches(track(name artist url streamable listeners {IMAGE}*4 mbid))"),
    ),
}
"""Method -> (its parameters, the shape of its answer)."""

NUMBERS = {
    "album.getTopTags": {"count"},
    "artist.getTopAlbums": {"playcount"},
    "artist.getTopTags": {"count"},
    "tag.getInfo": {"total", "reach"},
    "tag.getTopTags": {"offset", "num_res", "total", "count", "reach"},
    "track.getSimilar": {"playcount", "match", "duration"},
    "track.getTopTags": {"count"},
}
"""What is a number in JSON. Everything else is text."""

PAGED = [method for method, (_, expected) in SHAPES.items() if PAGING in expected]


@pytest.fixture
def settled(services: Services, heard: Heard, lastfm: Program, ada: User) -> None:
    """Ada of Iceland heard Nick Drake, Sigur Rós and AC/DC, and tagged an artist, an album and a track."""
    two_sittings(heard, ada)
    tag_all(lastfm)
    services.profiles.set_profile(ada.user_id, country="Iceland")


# --- shapes ------------------------------------------------------------------------------------------------------


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(name, value) of all that is neither object nor list."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, name)
    else:
        yield name, value


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("method", SHAPES)
def test_each_method_has_its_shape(lastfm: Program, method: str) -> None:
    """In XML elements in their order, with their attributes, and as many images as callers count; in JSON the payload
    as the single key, and numbers where callers decode numbers, nowhere else."""
    params, expected = SHAPES[method]
    program = lastfm.nobody()
    assert shape(program.xml(method, **params)) == expected
    document = program.json(method, **params)
    assert list(document) == [expected.partition("(")[0].partition("[")[0]]
    numbers = {name for name, value in leaves(document) if not isinstance(value, str)}
    assert numbers == NUMBERS.get(method, set())


@pytest.mark.usefixtures("settled")
def test_each_list_has_pages(lastfm: Program) -> None:
    """Past the end there is an empty list; nonsense is answered with the default, pages out of reach with error 6."""
    for method in PAGED:
        params = {name: value for name, value in SHAPES[method][0].items() if name != "limit"}
        total = lastfm.xml(method, **params).get("total")
        past = lastfm.xml(method, **params, page=9, limit=1)
        assert len(past) == 0, method
        assert [past.get(name) for name in PAGING.split()] == ["9", "1", total, total], method
        sizes = {lastfm.xml(method, **params, limit=nonsense).get("perPage") for nonsense in ("None", "0", "abc", "-3")}
        assert sizes == {"50"}, method
        assert lastfm.xml(method, **params, limit=5000).get("perPage") == "1000", method
        faults = {lastfm.fault(method, **params, page=page) for page in ("0", "1000001")}
        assert faults == {(400, 6, "page param out of bounds (1-1000000)")}, method


def test_each_method_needs_its_names(lastfm: Program) -> None:
    """Without what they are about, methods answer that a parameter is missing."""
    needing = [method for method, (params, _) in SHAPES.items() if params.keys() - {"limit", "location", "user"}]
    expected = (400, 6, "Invalid parameters - Your request is missing a required parameter")
    assert {lastfm.fault(method) for method in needing} == {expected}
    for nothing in (" ", "\x01"):
        blank = dict.fromkeys(("artist", "album", "track"), nothing)
        assert {lastfm.fault(method, **blank) for method in needing} == {expected}


# --- what is not there -------------------------------------------------------------------------------------------

EMPTY: dict[str, tuple[dict[str, str], Any]] = {
    "artist.getCorrection": (DRAKE, {"corrections": ""}),
    "chart.getTopArtists": ({}, []),
    "chart.getTopTags": ({}, []),
    "chart.getTopTracks": ({}, []),
    "geo.getTopArtists": (ICELAND, []),
    "geo.getTopTracks": (ICELAND, []),
    "tag.getInfo": (
        FOLK,
        {"tag": {"name": "folk", "total": 0, "reach": 0, "wiki": {"summary": "", "content": ""}}},
    ),
    "tag.getSimilar": (FOLK, []),
    "tag.getTopAlbums": (FOLK, []),
    "tag.getTopArtists": (FOLK, []),
    "tag.getTopTags": ({}, []),
    "tag.getTopTracks": (FOLK, []),
    "track.getSimilar": (ROAD, []),
    "track.getTopTags": (ROAD, []),
}
FAULTS: dict[str, tuple[dict[str, str], tuple[int, int, str]]] = {
    **dict.fromkeys(("album.getInfo", "album.getTopTags"), (MOON, (200, 6, "Album not found"))),
    "album.getTags": ({**MOON, "user": "ada"}, (200, 6, "Album not found")),
    "artist.getInfo": (DRAKE, (404, 6, NO_ARTIST)),
    **dict.fromkeys(
        ("artist.getSimilar", "artist.getTopAlbums", "artist.getTopTags", "artist.getTopTracks"),
        (DRAKE, (200, 6, NO_ARTIST)),
    ),
    "artist.getTags": ({**DRAKE, "user": "ada"}, (200, 6, NO_ARTIST)),
    "geo.getTopArtists": ({"country": "Atlantis"}, (200, 6, "country param invalid")),
    "geo.getTopTracks": ({"country": "Atlantis"}, (200, 6, "country param required")),
    "track.getInfo": (ROAD, (200, 6, "Track not found")),
    "track.getTags": ({**ROAD, "user": "ada"}, (200, 6, "Track not found")),
}


def test_each_method_answers_what_it_does_not_know_with_nothing(lastfm: Program) -> None:
    """On a server where nobody heard or tagged anything, an empty list comes back as []; counts are zero."""
    for method, (params, expected) in EMPTY.items():
        document = lastfm.json(method, **params)
        if expected:
            assert document == expected
            continue
        ((_, payload),) = document.items()
        assert [value for name, value in payload.items() if name != "@attr"] == [[]], method
        attributes = payload.get("@attr", {})
        assert attributes.get("totalPages", "0") == "0" and int(attributes.get("total", 0)) == 0, method


def test_each_method_says_that_a_thing_is_unknown(lastfm: Program) -> None:
    """With the words and the HTTP status of its family, by names and by MusicBrainz id."""
    for method, (params, expected) in FAULTS.items():
        assert lastfm.fault(method, **params) == expected, method
        if not method.startswith("geo."):
            assert lastfm.fault(method, mbid=RECORDING, user="ada") == expected, method


def test_each_search_finds_nothing(lastfm: Program) -> None:
    """A search without a find is a success with a total of zero."""
    for kind in ("artist", "album", "track"):
        results = lastfm.json(f"{kind}.search", **{kind: "nothing"})["results"]
        assert results["opensearch:totalResults"] == "0"
        assert results[f"{kind}matches"] == {kind: []}
