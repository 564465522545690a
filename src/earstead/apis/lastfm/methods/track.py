"""track.*: what is known of tracks. (What a player says of them is in `scrobbling`.)"""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods.known import (
    AUTOCORRECT,
    MBID,
    TRACK,
    USERNAME,
    as_heard_by,
    blocks,
    context_user,
    look_up,
    name_params,
    needed,
    subject,
    words,
)
from earstead.apis.lastfm.methods.pieces import (
    PAGED,
    album_url,
    artist_block,
    images,
    listed,
    mbid,
    number,
    release_images,
    streamable,
    track_url,
)
from earstead.apis.lastfm.methods.searching import results
from earstead.apis.lastfm.methods.tagging import tag_methods, top_tags
from earstead.apis.lastfm.tree import Box, Payload, Text
from earstead.services.everybody.commons import CommonRow, Correction
from earstead.services.users import User
from earstead.services.views import EntityRef


def get_info(call: Call) -> Payload:
    """One track with its counts, album and tags."""
    commons, user = call.services.commons, context_user(call)
    track = needed(call, TRACK, user=user)
    stats = commons.stats("recording", track.entity_id, call.viewer)
    return Box(
        "track",
        (
            Text("name", track.name),
            *mbid(track.mbid, catalogue=True),
            Text("url", track_url(call, track.credit, track.name)),
            # Milliseconds, here alone.
            number("duration", commons.duration_ms(track.entity_id, call.viewer)),
            streamable(track=True),
            number("listeners", stats.listeners),
            number("playcount", stats.plays),
            blocks(call, [track])[track.entity_id],
            *_album(call, track),
            *(_own(call, track, user) if user else ()),
            top_tags(call, "toptags", TRACK, track),
        ),
    )


def _album(call: Call, track: EntityRef) -> tuple[Box, ...]:
    """The album the track is mostly heard from; nothing where none was ever named."""
    album, position = call.services.commons.album_of(track.entity_id, call.viewer)
    if album is None:
        return ()
    return (
        Box(
            "album",
            (
                Text("artist", album.credit),
                Text("title", album.name),
                *mbid(album.mbid, catalogue=True),
                Text("url", album_url(call, album.credit, album.name)),
                images(call, 4, album.name, album.credit),
            ),
            # Always there, 0 for an unknown one: readers with fixed records fail on an absent attribute.
            {"position": str(position)},
        ),
    )


def _own(call: Call, track: EntityRef, user: User) -> tuple[Text, Text]:
    theirs = as_heard_by(call, TRACK, track, user)
    plays = call.services.commons.stats("recording", theirs.entity_id, user).viewer_plays
    score = call.services.feedback.scores(user.user_id, [theirs.entity_id]).get(theirs.entity_id, 0)
    return number("userplaycount", plays), number("userloved", int(score > 0))


def get_similar(call: Call) -> Payload:
    """Tracks that are heard together with one; an empty list for one that nobody knows."""
    track = look_up(call, TRACK, call.viewer)
    if track is None:
        return listed("similartracks", "track", [], {"artist": call.text("artist"), "track": call.text("track")})
    commons = call.services.commons
    near = commons.similar_recordings(track.entity_id, call.limit(100), call.viewer)
    others = [other for other, _ in near]
    ids = [other.entity_id for other in others]
    stats, lengths = commons.stats_many("recording", ids, call.viewer), commons.durations(ids, call.viewer)
    by, albums = blocks(call, others), commons.albums_of(ids, call.viewer)
    items = [
        Box(
            "track",
            (
                Text("name", other.name),
                Text("playcount", stats[other.entity_id].plays),
                *mbid(other.mbid, catalogue=True),
                Text("match", round(match, 6)),
                Text("url", track_url(call, other.credit, other.name)),
                streamable(track=True),
                Text("duration", lengths.get(other.entity_id, 0) // 1000),
                by[other.entity_id],
                release_images(call, 6, albums.get(other.entity_id), other.credit),
            ),
        )
        for other, match in near
    ]
    return listed("similartracks", "track", items, subject(TRACK, track))


def get_correction(call: Call) -> Payload:
    """The usual spelling of a track and its artist; one that nobody knows comes back as it was sent."""
    title, artist = words(call, TRACK)
    found = call.services.commons.correction(call.viewer, artist, title)
    track = _unknown(title, artist) if found.recording is None else _corrected(call, found, found.recording)
    known = found.recording is not None
    flags = {
        "index": "0",
        "artistcorrected": str(int(known and found.artist_corrected)),
        "trackcorrected": str(int(known and found.track_corrected)),
    }
    return Box("corrections", (Box("correction", (track,), flags),))


def _corrected(call: Call, found: Correction, track: EntityRef) -> Box:
    artist = found.artist.name if found.artist else track.credit
    return Box(
        "track",
        (
            Text("name", track.name),
            *mbid(track.mbid, catalogue=True),
            Text("url", track_url(call, artist, track.name)),
            artist_block(call, artist, found.artist.mbid if found.artist else "", catalogue=True),
        ),
    )


def _unknown(title: str, artist: str) -> Box:
    return Box("track", (Text("name", title), Text("url"), Box("artist", (Text("name", artist), Text("url")))))


def search(call: Call) -> Payload:
    """Tracks by a part of their title."""
    return results(call, TRACK, lambda rows: _matches(call, rows), size=30, artist=call.text("artist"))


def _matches(call: Call, rows: tuple[CommonRow, ...]) -> list[Box]:
    albums = call.services.commons.albums_of([row.entity.entity_id for row in rows], call.viewer)
    return [_match(call, row, albums.get(row.entity.entity_id)) for row in rows]


def _match(call: Call, row: CommonRow, album: EntityRef | None) -> Box:
    track = row.entity
    return Box(
        "track",
        (
            Text("name", track.name),
            Text("artist", track.credit),
            Text("url", track_url(call, track.credit, track.name)),
            streamable(),
            number("listeners", row.listeners),
            release_images(call, 4, album, track.credit),
            *mbid(track.mbid),
        ),
    )


_ASKED = (*name_params(TRACK), MBID, AUTOCORRECT)

METHODS: tuple[Method, ...] = (
    *tag_methods(TRACK),
    Method(
        name="track.getCorrection",
        auth="key",
        run=get_correction,
        summary="The usual spelling of a track and its artist.",
        params=name_params(TRACK, required=True),
        root="corrections",
    ),
    Method(
        name="track.getInfo",
        auth="key",
        run=get_info,
        summary="A track with counts, album and tags.",
        params=(*_ASKED, USERNAME),
        root="track",
    ),
    Method(
        name="track.getSimilar",
        auth="key",
        run=get_similar,
        summary="Tracks that people here hear in the same sittings.",
        params=(*_ASKED, Param(name="limit", about="At most so many; 100 without it.")),
        root="similartracks",
    ),
    Method(
        name="track.search",
        auth="key",
        run=search,
        summary="Tracks by a part of their title.",
        params=(
            Param(name="track", required=True),
            Param(name="artist", about="Only tracks credited so."),
            *PAGED,
        ),
        root="results",
    ),
)
