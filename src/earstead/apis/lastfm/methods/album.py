"""album.*: what is known of albums."""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method
from earstead.apis.lastfm.methods.known import (
    ALBUM,
    AUTOCORRECT,
    LANG,
    MBID,
    USERNAME,
    blocks,
    context_user,
    name_params,
    needed,
    plays_of,
)
from earstead.apis.lastfm.methods.pieces import PAGED, album_url, duration, images, mbid, number, streamable, track_url
from earstead.apis.lastfm.methods.searching import results
from earstead.apis.lastfm.methods.tagging import tag_methods, top_tags
from earstead.apis.lastfm.tree import Box, Many, Payload, Text
from earstead.services.everybody.commons import CommonRow, ListedTrack
from earstead.services.views import EntityRef


def get_info(call: Call) -> Payload:
    """One album with its counts, tracks and tags."""
    user = context_user(call)
    album = needed(call, ALBUM, user=user)
    stats = call.services.commons.stats("release", album.entity_id, call.viewer)
    # A number, unlike every other count here.
    own = (Text("userplaycount", plays_of(call, ALBUM, album, user)),) if user else ()
    return Box(
        "album",
        (
            Text("name", album.name),
            Text("artist", album.credit),
            *mbid(album.mbid),
            Text("url", album_url(call, album.credit, album.name)),
            images(call, 6, album.name, album.credit),
            number("listeners", stats.listeners),
            number("playcount", stats.plays),
            *own,
            _tracks(call, album),
            top_tags(call, "tags", ALBUM, album),
        ),
    )


def _tracks(call: Call, album: EntityRef) -> Box:
    tracks = call.services.commons.tracklist(album.entity_id, call.viewer)
    by = blocks(call, [track.recording for track in tracks], catalogue=False)
    items = [_track(call, place, track, by) for place, track in enumerate(tracks, start=1)]
    return Box("tracks", (Many("track", tuple(items)),))


def _track(call: Call, place: int, track: ListedTrack, by: dict[int, Box]) -> Box:
    recording = track.recording
    return Box(
        "track",
        (
            Text("name", recording.name),
            Text("url", track_url(call, recording.credit, recording.name)),
            duration(track.duration_ms),
            streamable(track=True),
            by[recording.entity_id],
        ),
        {"rank": str(track.number or place)},
    )


def search(call: Call) -> Payload:
    """Albums by a part of their name."""
    return results(call, ALBUM, lambda rows: [_match(call, row) for row in rows], size=50)


def _match(call: Call, row: CommonRow) -> Box:
    album = row.entity
    return Box(
        "album",
        (
            Text("name", album.name),
            Text("artist", album.credit),
            Text("url", album_url(call, album.credit, album.name)),
            images(call, 4, album.name, album.credit),
            streamable(),
            *mbid(album.mbid),
        ),
    )


METHODS: tuple[Method, ...] = (
    *tag_methods(ALBUM),
    Method(
        name="album.getInfo",
        auth="key",
        run=get_info,
        summary="An album with counts, tracks and tags.",
        params=(*name_params(ALBUM), MBID, AUTOCORRECT, USERNAME, LANG),
        root="album",
    ),
    Method(
        name="album.search",
        auth="key",
        run=search,
        summary="Albums by a part of their name.",
        params=(name_params(ALBUM, required=True)[1], *PAGED),
        root="results",
    ),
)
