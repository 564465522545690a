"""chart.*: what everybody on this server hears and tags."""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method
from earstead.apis.lastfm.methods.known import blocks
from earstead.apis.lastfm.methods.pieces import (
    PAGED,
    artist_url,
    duration,
    images,
    listed,
    mbid,
    number,
    offset,
    release_images,
    streamable,
    tag_url,
    track_url,
)
from earstead.apis.lastfm.tree import Box, Payload, Text
from earstead.core.periods import Span
from earstead.services.everybody.commons import CommonRow
from earstead.services.views import EntityKind

_WEEK = 7 * 86_400


def _popular(call: Call, kind: EntityKind) -> tuple[tuple[CommonRow, ...], tuple[int, int, int]]:
    """A page of what is played most these seven days, or ever when nobody played anything; and its paging."""
    commons, limit, page = call.services.commons, call.limit(), call.page()
    # Up to the end of this minute: the pages of a list asked for in a row agree, and so do answers kept.
    end = call.now - call.now % 60 + 60
    rows, total = commons.chart(kind, Span(end - _WEEK, end), limit=limit, offset=offset(limit, page))
    if not total:
        rows, total = commons.chart(kind, None, limit=limit, offset=offset(limit, page))
    return rows, (total, limit, page)


def get_top_artists(call: Call) -> Payload:
    """The artists most played of late. The order is of these days, the counts are of all time."""
    rows, paged = _popular(call, "artist")
    stats = call.services.commons.stats_many("artist", [row.entity.entity_id for row in rows], None)
    items = [
        Box(
            "artist",
            (
                Text("name", row.entity.name),
                number("playcount", stats[row.entity.entity_id].plays),
                number("listeners", stats[row.entity.entity_id].listeners),
                *mbid(row.entity.mbid, catalogue=True),
                Text("url", artist_url(call, row.entity.name)),
                streamable(),
                images(call, 5, row.entity.name),
            ),
        )
        for row in rows
    ]
    return listed("artists", "artist", items, {}, paged)


def get_top_tracks(call: Call) -> Payload:
    """The tracks most played of late. The order is of these days, the counts are of all time."""
    rows, paged = _popular(call, "recording")
    tracks = [row.entity for row in rows]
    ids = [track.entity_id for track in tracks]
    stats, lengths = call.services.commons.stats_many("recording", ids, None), call.services.commons.durations(ids)
    by, albums = blocks(call, tracks), call.services.commons.albums_of(ids)
    items = [
        Box(
            "track",
            (
                Text("name", track.name),
                duration(lengths.get(track.entity_id, 0)),
                number("playcount", stats[track.entity_id].plays),
                number("listeners", stats[track.entity_id].listeners),
                *mbid(track.mbid, catalogue=True),
                Text("url", track_url(call, track.credit, track.name)),
                streamable(track=True),
                by[track.entity_id],
                release_images(call, 4, albums.get(track.entity_id), track.credit),
            ),
        )
        for track in tracks
    ]
    return listed("tracks", "track", items, {}, paged)


def get_top_tags(call: Call) -> Payload:
    """The tags given most."""
    limit, page = call.limit(), call.page()
    rows, total = call.services.tags.most_used(limit, offset(limit, page), call.viewer)
    items = [
        Box(
            "tag",
            (
                Text("name", name),
                Text("url", tag_url(call, name)),
                number("reach", reach),
                number("taggings", taggings),
                Text("streamable", "1"),
                Box("wiki"),
            ),
        )
        for name, taggings, reach in rows
    ]
    return listed("tags", "tag", items, {}, (total, limit, page))


METHODS: tuple[Method, ...] = (
    Method(
        name="chart.getTopArtists",
        auth="key",
        run=get_top_artists,
        summary="The artists most played here of late.",
        params=PAGED,
        root="artists",
    ),
    Method(
        name="chart.getTopTags",
        auth="key",
        run=get_top_tags,
        summary="The tags given most here.",
        params=PAGED,
        root="tags",
    ),
    Method(
        name="chart.getTopTracks",
        auth="key",
        run=get_top_tracks,
        summary="The tracks most played here of late.",
        params=PAGED,
        root="tracks",
    ),
)
