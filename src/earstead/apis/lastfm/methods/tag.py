"""tag.*: what is tagged so."""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods.known import LANG, blocks
from earstead.apis.lastfm.methods.pieces import (
    PAGED,
    album_url,
    artist_url,
    duration,
    images,
    listed,
    mbid,
    offset,
    release_images,
    streamable,
    tag_item,
    track_url,
    weeks,
)
from earstead.apis.lastfm.tree import Box, Payload, Text
from earstead.services.tags import Kind
from earstead.services.views import EntityRef

_LISTED = 50
_FAR = 1_000_000_000
"""Behind every list; larger numbers have no room in a database."""


def get_info(call: Call) -> Payload:
    """How often a tag was given and by how many; zeros for one that nobody gave."""
    name = call.required("tag")
    taggings, reach = call.services.tags.info(name, call.viewer)
    wiki = Box("wiki", (Text("summary"), Text("content")))
    return Box("tag", (Text("name", name), Text("total", taggings), Text("reach", reach), wiki))


def get_similar(call: Call) -> Payload:
    """Tags that are given to the same things."""
    name = call.required("tag")
    near = call.services.tags.similar(name, call.limit(), call.viewer)
    items = [tag_item(call, other) for other, _ in near]
    return listed("similartags", "tag", [Box("tag", (*item.children, streamable())) for item in items], {"tag": name})


def get_top_tags(call: Call) -> Payload:
    """The tags given most, from a place of the list on."""
    first, wanted = min(max(call.whole("offset") or 0, 0), _FAR), call.whole("num_res") or 0
    size = min(wanted, 1000) if wanted > 0 else _LISTED
    rows, total = call.services.tags.most_used(size, first, call.viewer)
    items = [
        Box("tag", (Text("name", name), Text("count", taggings), Text("reach", reach)))
        for name, taggings, reach in rows
    ]
    # Numbers all through, unlike the other lists.
    return listed("toptags", "tag", items, {"offset": first, "num_res": size, "total": total})


def _tagged(call: Call, kind: Kind) -> tuple[list[tuple[int, EntityRef]], tuple[int, int, int]]:
    """A page of what has the tag: (rank, thing) with MusicBrainz ids where they are known, and its paging."""
    limit, page = call.limit(), call.page()
    start = offset(limit, page)
    things, total = call.services.tags.tagged(call.required("tag"), kind, limit, start, call.viewer)
    # As those write it who may be seen; what nobody heard keeps the words it was tagged under.
    heard = call.services.commons.refs([thing.entity_id for thing in things], call.viewer)
    return list(enumerate((heard.get(thing.entity_id, thing) for thing in things), start + 1)), (total, limit, page)


def get_top_artists(call: Call) -> Payload:
    """The artists with a tag, those first that most people gave it to."""
    ranked, paged = _tagged(call, "artist")
    items = [
        Box(
            "artist",
            (
                Text("name", artist.name),
                *mbid(artist.mbid, catalogue=True),
                Text("url", artist_url(call, artist.name)),
                streamable(),
                images(call, 5, artist.name),
            ),
            {"rank": str(rank)},
        )
        for rank, artist in ranked
    ]
    return listed("topartists", "artist", items, {"tag": call.text("tag")}, paged)


def get_top_albums(call: Call) -> Payload:
    """The albums with a tag, those first that most people gave it to."""
    ranked, paged = _tagged(call, "release")
    by = blocks(call, [album for _, album in ranked])
    items = [
        Box(
            "album",
            (
                Text("name", album.name),
                *mbid(album.mbid, catalogue=True),
                Text("url", album_url(call, album.credit, album.name)),
                by[album.entity_id],
                images(call, 4, album.name, album.credit),
            ),
            {"rank": str(rank)},
        )
        for rank, album in ranked
    ]
    return listed("albums", "album", items, {"tag": call.text("tag")}, paged)


def get_top_tracks(call: Call) -> Payload:
    """The tracks with a tag, those first that most people gave it to."""
    ranked, paged = _tagged(call, "recording")
    by = blocks(call, [track for _, track in ranked])
    ids = [track.entity_id for _, track in ranked]
    lengths = call.services.commons.durations(ids, call.viewer)
    albums = call.services.commons.albums_of(ids, call.viewer)
    items = [
        Box(
            "track",
            (
                Text("name", track.name),
                duration(lengths.get(track.entity_id, 0)),
                *mbid(track.mbid, catalogue=True),
                Text("url", track_url(call, track.credit, track.name)),
                streamable(track=True),
                by[track.entity_id],
                release_images(call, 4, albums.get(track.entity_id), track.credit),
            ),
            {"rank": str(rank)},
        )
        for rank, track in ranked
    ]
    return listed("tracks", "track", items, {"tag": call.text("tag")}, paged)


def get_weekly_chart_list(call: Call) -> Payload:
    """The weeks for which charts can be asked, the same for every tag."""
    return Box("weeklychartlist", (weeks(call.now),), {"tag": call.required("tag")})


_TAG = Param(name="tag", required=True)


METHODS: tuple[Method, ...] = (
    Method(
        name="tag.getInfo",
        auth="key",
        run=get_info,
        summary="How often a tag was given, and by how many.",
        params=(_TAG, LANG),
        root="tag",
    ),
    Method(
        name="tag.getSimilar",
        auth="key",
        run=get_similar,
        summary="Tags that are given to the same things.",
        params=(_TAG,),
        root="similartags",
    ),
    Method(
        name="tag.getTopAlbums",
        auth="key",
        run=get_top_albums,
        summary="The albums with a tag.",
        params=(_TAG, *PAGED),
        root="albums",
    ),
    Method(
        name="tag.getTopArtists",
        auth="key",
        run=get_top_artists,
        summary="The artists with a tag.",
        params=(_TAG, *PAGED),
        root="topartists",
    ),
    Method(
        name="tag.getTopTags",
        auth="key",
        run=get_top_tags,
        summary="The tags given most.",
        params=(
            Param(name="offset", about="Places of the list to leave out."),
            Param(name="num_res", about="How many; 50 without it."),
        ),
        root="toptags",
    ),
    Method(
        name="tag.getTopTracks",
        auth="key",
        run=get_top_tracks,
        summary="The tracks with a tag.",
        params=(_TAG, *PAGED),
        root="tracks",
    ),
    Method(
        name="tag.getWeeklyChartList",
        auth="key",
        run=get_weekly_chart_list,
        summary="The weeks for which charts can be asked.",
        params=(_TAG,),
        root="weeklychartlist",
    ),
)
