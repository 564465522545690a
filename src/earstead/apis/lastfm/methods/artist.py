"""artist.*: what is known of artists."""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods.known import (
    ARTIST,
    AUTOCORRECT,
    LANG,
    MBID,
    USERNAME,
    blocks,
    context_user,
    name_params,
    needed,
    plays_of,
    subject,
)
from earstead.apis.lastfm.methods.pieces import (
    PAGED,
    album_url,
    artist_block,
    artist_url,
    images,
    listed,
    mbid,
    number,
    offset,
    release_images,
    streamable,
    track_url,
)
from earstead.apis.lastfm.methods.searching import results
from earstead.apis.lastfm.methods.tagging import tag_methods, top_tags
from earstead.apis.lastfm.tree import Box, Many, Payload, Text
from earstead.services.everybody.commons import CommonRow
from earstead.services.views import EntityRef

NEIGHBOURS = 5
"""How many similar artists the page of an artist lists."""


def get_info(call: Call) -> Payload:
    """One artist with its counts, neighbours and tags."""
    user = context_user(call)
    artist = needed(call, ARTIST, user=user, status=404)
    stats = call.services.commons.stats("artist", artist.entity_id, call.viewer)
    own = (number("userplaycount", plays_of(call, ARTIST, artist, user)),) if user else ()
    near = call.services.commons.similar_artists(artist.entity_id, NEIGHBOURS, call.viewer)
    url = artist_url(call, artist.name)
    return Box(
        "artist",
        (
            Text("name", artist.name),
            *mbid(artist.mbid, catalogue=True),
            Text("url", url),
            images(call, 6, artist.name),
            streamable(),
            Text("ontour", "0"),
            Box("stats", (number("listeners", stats.listeners), number("playcount", stats.plays), *own)),
            Box("similar", (Many("artist", tuple(_neighbour(call, other) for other, _ in near)),)),
            top_tags(call, "tags", ARTIST, artist),
            _biography(url),
        ),
    )


def _neighbour(call: Call, artist: EntityRef) -> Box:
    return Box(
        "artist",
        (Text("name", artist.name), Text("url", artist_url(call, artist.name)), images(call, 6, artist.name)),
    )


def _biography(url: str) -> Box:
    """Nobody writes biographies here; the elements are expected all the same (pylast reads their texts)."""
    link = Text("link", "", {"rel": "original", "href": f"{url}/+wiki"})
    return Box("bio", (Box("links", (link,)), Text("published"), Text("summary"), Text("content")))


def get_similar(call: Call) -> Payload:
    """Artists that are heard together with one."""
    artist = needed(call, ARTIST)
    near = call.services.commons.similar_artists(artist.entity_id, call.limit(100), call.viewer)
    return listed("similarartists", "artist", [_similar(call, *found) for found in near], subject(ARTIST, artist))


def _similar(call: Call, artist: EntityRef, match: float) -> Box:
    # One name and one match each: pylast reads them as two lists side by side.
    return Box(
        "artist",
        (
            Text("name", artist.name),
            *mbid(artist.mbid, catalogue=True),
            Text("match", f"{match:.6f}".rstrip("0").rstrip(".")),
            Text("url", artist_url(call, artist.name)),
            images(call, 6, artist.name),
            streamable(),
        ),
    )


def get_top_albums(call: Call) -> Payload:
    """The albums of an artist, most played first."""
    artist, limit, page = needed(call, ARTIST), call.limit(), call.page()
    rows, total = call.services.commons.top_of_artist(
        artist.entity_id, "release", limit, offset(limit, page), call.viewer
    )
    by = blocks(call, [row.entity for row in rows])
    items = [_album(call, row, by[row.entity.entity_id]) for row in rows]
    return listed("topalbums", "album", items, subject(ARTIST, artist), (total, limit, page))


def _album(call: Call, row: CommonRow, by: Box) -> Box:
    album = row.entity
    return Box(
        "album",
        (
            Text("name", album.name),
            Text("playcount", row.plays),
            *mbid(album.mbid, catalogue=True),
            Text("url", album_url(call, album.credit, album.name)),
            by,
            images(call, 4, album.name, album.credit),
        ),
        {"rank": str(row.rank)},
    )


def get_top_tracks(call: Call) -> Payload:
    """The tracks of an artist, most played first."""
    artist, limit, page = needed(call, ARTIST), call.limit(), call.page()
    rows, total = call.services.commons.top_of_artist(
        artist.entity_id, "recording", limit, offset(limit, page), call.viewer
    )
    by = blocks(call, [row.entity for row in rows])
    albums = call.services.commons.albums_of([row.entity.entity_id for row in rows], call.viewer)
    items = [_track(call, row, by[row.entity.entity_id], albums.get(row.entity.entity_id)) for row in rows]
    return listed("toptracks", "track", items, subject(ARTIST, artist), (total, limit, page))


def _track(call: Call, row: CommonRow, by: Box, album: EntityRef | None) -> Box:
    track = row.entity
    return Box(
        "track",
        (
            Text("name", track.name),
            number("playcount", row.plays),
            number("listeners", row.listeners),
            *mbid(track.mbid, catalogue=True),
            Text("url", track_url(call, track.credit, track.name)),
            streamable(),
            by,
            release_images(call, 4, album, track.credit),
        ),
        {"rank": str(row.rank)},
    )


def get_correction(call: Call) -> Payload:
    """The usual spelling of an artist's name; an empty answer where there is nothing to correct."""
    found = call.services.commons.correction(call.viewer, call.required("artist"))
    if found.artist is None or not found.artist_corrected:
        return Text("corrections")
    block = artist_block(call, found.artist.name, found.artist.mbid, catalogue=True)
    return Box("corrections", (Box("correction", (block,), {"index": "0"}),))


def search(call: Call) -> Payload:
    """Artists by a part of their name."""
    return results(call, ARTIST, lambda rows: [_match(call, row) for row in rows], size=30)


def _match(call: Call, row: CommonRow) -> Box:
    artist = row.entity
    return Box(
        "artist",
        (
            Text("name", artist.name),
            number("listeners", row.listeners),
            *mbid(artist.mbid),
            Text("url", artist_url(call, artist.name)),
            streamable(),
            images(call, 4, artist.name),
        ),
    )


_ASKED = (*name_params(ARTIST), MBID, AUTOCORRECT)

METHODS: tuple[Method, ...] = (
    *tag_methods(ARTIST),
    Method(
        name="artist.getCorrection",
        auth="key",
        run=get_correction,
        summary="The usual spelling of an artist's name.",
        params=name_params(ARTIST, required=True),
        root="corrections",
    ),
    Method(
        name="artist.getInfo",
        auth="key",
        run=get_info,
        summary="An artist with counts, similar artists and tags.",
        params=(*_ASKED, USERNAME, LANG),
        root="artist",
    ),
    Method(
        name="artist.getSimilar",
        auth="key",
        run=get_similar,
        summary="Artists that people here hear in the same sittings.",
        params=(*_ASKED, Param(name="limit", about="At most so many; 100 without it.")),
        root="similarartists",
    ),
    Method(
        name="artist.getTopAlbums",
        auth="key",
        run=get_top_albums,
        summary="The albums of an artist, most played first.",
        params=(*_ASKED, *PAGED),
        root="topalbums",
    ),
    Method(
        name="artist.getTopTracks",
        auth="key",
        run=get_top_tracks,
        summary="The tracks of an artist, most played first.",
        params=(*_ASKED, *PAGED),
        root="toptracks",
    ),
    Method(
        name="artist.search",
        auth="key",
        run=search,
        summary="Artists by a part of their name.",
        params=(*name_params(ARTIST, required=True), *PAGED),
        root="results",
    ),
)
