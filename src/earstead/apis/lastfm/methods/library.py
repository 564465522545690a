"""Everything somebody heard, as a library."""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods import pieces
from earstead.apis.lastfm.tree import Box, Text
from earstead.services.users import User
from earstead.services.views import ChartRow

_MOST = 2000


def get_artists(call: Call) -> Box:
    """All artists, most plays first, then by name."""
    user, limit, page = pieces.found_user(call), call.limit(most=_MOST), call.page()
    chart = pieces.history(call, user).chart(
        user.user_id, "artist", None, limit=limit, offset=pieces.offset(limit, page), ties_by_name=True
    )
    ids = pieces.Mbids(call, user, "artist", [row.entity for row in chart.rows])
    artists = [
        Box(
            "artist",
            (
                Text("name", row.entity.name),
                pieces.number("playcount", row.plays),
                pieces.number("tagcount", 0),
                Text("mbid", ids.of(row.entity)),
                Text("url", pieces.artist_url(call, row.entity.name)),
                pieces.streamable(),
                pieces.images(call, 5, row.entity.name),
            ),
        )
        for row in chart.rows
    ]
    return pieces.listed("artists", "artist", artists, {"user": user.name}, (chart.total, limit, page))


def get_tracks(call: Call) -> Box:
    """All tracks, or those of one artist: retired by Last.fm, still called."""
    user, limit, page = pieces.found_user(call), call.limit(most=_MOST), call.page()
    insights, offset = pieces.history(call, user), pieces.offset(limit, page)
    if artist := call.text("artist"):
        artist_id = insights.led(user.user_id, "artist", artist)
        rows, total = insights.parts(user.user_id, artist_id, "recording", limit=limit, offset=offset)
    else:
        chart = insights.chart(user.user_id, "recording", None, limit=limit, offset=offset, ties_by_name=True)
        rows, total = chart.rows, chart.total
    return pieces.listed("tracks", "track", _tracks(call, user, rows), {"user": user.name}, (total, limit, page))


def _tracks(call: Call, user: User, rows: tuple[ChartRow, ...]) -> list[Box]:
    recordings = [row.entity.entity_id for row in rows]
    lengths = call.services.commons.durations(recordings, user)
    albums = pieces.history(call, user).albums(user.user_id, recordings)
    ids = pieces.Mbids(call, user, "recording", [row.entity for row in rows])
    found = []
    for row in rows:
        entity = row.entity
        album = albums.get(entity.entity_id)
        found.append(
            Box(
                "track",
                (
                    Text("name", entity.name),
                    pieces.duration(lengths.get(entity.entity_id, 0)),
                    pieces.number("playcount", row.plays),
                    pieces.number("tagcount", 0),
                    Text("mbid", ids.of(entity)),
                    Text("url", pieces.track_url(call, entity.credit, entity.name)),
                    pieces.streamable(track=True),
                    pieces.artist_block(call, entity.credit, ids.of_artist(entity)),
                    Box("album", (Text("name", album.name if album else ""),)),
                    pieces.release_images(call, 4, album, entity.credit),
                ),
            )
        )
    return found


METHODS = (
    Method(
        name="library.getArtists",
        auth="key",
        run=get_artists,
        root="artists",
        summary="Every artist a user heard, most played first.",
        params=(pieces.USER, *pieces.PAGED),
    ),
    Method(
        name="library.getTracks",
        auth="key",
        run=get_tracks,
        root="tracks",
        summary="Every track a user heard, most played first. Retired by Last.fm; user.getTopTracks is its successor.",
        params=(pieces.USER, Param(name="artist", about="Only this artist's."), *pieces.PAGED),
    ),
)
