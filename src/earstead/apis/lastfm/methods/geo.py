"""geo.*: what people of one country hear, as far as they say where they live."""

from __future__ import annotations

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
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
    track_url,
)
from earstead.apis.lastfm.tree import Box, Payload, Text
from earstead.core.countries import country


def _country(call: Call, unknown: str) -> str:
    """The country asked for, as it is written here. Fault 6: nothing given, or (with this text) no such country."""
    if known := country(call.required("country")):
        return known
    raise Fault(6, unknown, 200)


def get_top_artists(call: Call) -> Payload:
    """The artists most played in a country."""
    where, limit, page = _country(call, "country param invalid"), call.limit(), call.page()
    rows, total = call.services.commons.chart("artist", None, limit=limit, offset=offset(limit, page), country=where)
    items = [
        Box(
            "artist",
            (
                Text("name", row.entity.name),
                number("listeners", row.listeners),
                *mbid(row.entity.mbid, catalogue=True),
                Text("url", artist_url(call, row.entity.name)),
                streamable(),
                images(call, 5, row.entity.name),
            ),
            {"rank": str(row.rank)},
        )
        for row in rows
    ]
    return listed("topartists", "artist", items, {"country": where}, (total, limit, page))


def get_top_tracks(call: Call) -> Payload:
    """The tracks most played in a country."""
    # Last.fm words it so for a country that it does not know, too.
    where, limit, page = _country(call, "country param required"), call.limit(), call.page()
    rows, total = call.services.commons.chart("recording", None, limit=limit, offset=offset(limit, page), country=where)
    ids = [row.entity.entity_id for row in rows]
    lengths, albums = call.services.commons.durations(ids), call.services.commons.albums_of(ids)
    by = blocks(call, [row.entity for row in rows])
    items = [
        Box(
            "track",
            (
                Text("name", row.entity.name),
                duration(lengths.get(row.entity.entity_id, 0)),
                number("listeners", row.listeners),
                *mbid(row.entity.mbid, catalogue=True),
                Text("url", track_url(call, row.entity.credit, row.entity.name)),
                streamable(track=True),
                by[row.entity.entity_id],
                release_images(call, 4, albums.get(row.entity.entity_id), row.entity.credit),
            ),
            # From 0, here alone.
            {"rank": str(row.rank - 1)},
        )
        for row in rows
    ]
    return listed("tracks", "track", items, {"country": where}, (total, limit, page))


_COUNTRY = Param(name="country", required=True, about="Its English short name in ISO 3166-1.")

METHODS: tuple[Method, ...] = (
    Method(
        name="geo.getTopArtists",
        auth="key",
        run=get_top_artists,
        summary="The artists most played in a country.",
        params=(_COUNTRY, *PAGED),
        root="topartists",
    ),
    Method(
        name="geo.getTopTracks",
        auth="key",
        run=get_top_tracks,
        summary="The tracks most played in a country.",
        params=(_COUNTRY, Param(name="location", about="Taken, not used."), *PAGED),
        root="tracks",
    ),
)
