"""Lists of plays: what was heard last, and the plays of one track or artist."""

from __future__ import annotations

from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods import pieces
from earstead.apis.lastfm.tree import Box, Node, Text
from earstead.core.listen import NowPlaying
from earstead.services.users import User
from earstead.services.views import ListenRow

_SPAN = (
    Param(name="from", about="Unix seconds, UTC; plays of this second are included."),
    Param(name="to", about="Unix seconds, UTC; plays of this second are included."),
)


def get_recent_tracks(call: Call) -> Box:
    """Newest first. What plays now stands before the first page, is not counted, and ignores `from` and `to`."""
    user, limit, page = pieces.found_user(call), call.limit(), call.page()
    extended = call.flag("extended")
    rows, total = pieces.history(call, user).numbered(
        user.user_id, pieces.between(call), limit=limit, offset=pieces.offset(limit, page)
    )
    tracks = _played(call, user, rows, extended=extended)
    playing = pieces.shown(call, user).playing.get(user.user_id) if page == 1 else None
    if playing:
        tracks.insert(0, _playing_now(call, user, playing, extended=extended))
    return pieces.listed("recenttracks", "track", tracks, {"user": user.name}, (total, limit, page))


def get_track_scrobbles(call: Call) -> Box:
    """The plays of one track, in the shape of recent ones; none of a track never heard."""
    user, limit, page = pieces.found_user(call), call.limit(), call.page()
    artist, track = call.required("artist"), call.required("track")
    recording_id = pieces.history(call, user).led(user.user_id, "recording", artist, track)
    rows, total = pieces.history(call, user).numbered(
        user.user_id,
        pieces.between(call),
        entity_id=recording_id,
        limit=limit,
        offset=pieces.offset(limit, page),
    )
    tracks = _played(call, user, rows)
    return pieces.listed("trackscrobbles", "track", tracks, {"user": user.name}, (total, limit, page))


def get_artist_tracks(call: Call) -> Box:
    """The plays of one artist: retired by Last.fm, still called."""
    user, limit, page = pieces.found_user(call), call.limit(), call.page()
    artist = call.required("artist")
    rows, total = pieces.history(call, user).numbered(
        user.user_id,
        pieces.between(call, "startTimestamp", "endTimestamp"),
        entity_id=pieces.history(call, user).led(user.user_id, "artist", artist),
        limit=limit,
        offset=pieces.offset(limit, page),
    )
    subject = {"user": user.name, "artist": artist}
    return pieces.listed("artisttracks", "track", _played(call, user, rows), subject, (total, limit, page))


def _played(call: Call, user: User, rows: tuple[ListenRow, ...], *, extended: bool = False) -> list[Box]:
    loved = {}
    if extended:
        loved = call.services.feedback.scores(user.user_id, [row.recording.entity_id for row in rows])
    return [
        Box(
            "track",
            (
                *_named(
                    call,
                    title=row.track_name,
                    artist=row.artist_name,
                    album=row.release_name,
                    mbids=(row.recording_mbid, pieces.sole(row.artist_mbids), row.release_mbid),
                    loved=loved.get(row.recording.entity_id, 0) > 0 if extended else None,
                ),
                pieces.date(row.listened_at),
            ),
        )
        for row in rows
    ]


def _playing_now(call: Call, user: User, playing: NowPlaying, *, extended: bool) -> Box:
    said = playing.submission
    return Box(
        "track",
        _named(
            call,
            title=said.track_name,
            artist=said.artist_name,
            album=said.release_name,
            mbids=(said.recording_mbid or "", pieces.sole(said.artist_mbids), said.release_mbid or ""),
            loved=call.services.feedback.score(user.user_id, said) > 0 if extended else None,
        ),
        {"nowplaying": "true"},
    )


def _named(
    call: Call, *, title: str, artist: str, album: str, mbids: tuple[str, str, str], loved: bool | None
) -> tuple[Node, ...]:
    """A track with all but its time. `mbids`: of track, artist, album. `loved` None: the short shape, in which the
    artist is text."""
    track_mbid, artist_mbid, album_mbid = mbids
    head: tuple[Node, ...]
    if loved is None:
        head = (Text("artist", artist, {"mbid": artist_mbid}), Text("name", title))
    else:
        # Its own name before the block of the artist, as everywhere where the artist is one.
        block = pieces.artist_block(call, artist, artist_mbid)
        head = (
            Text("name", title),
            Box("artist", (*block.children, pieces.images(call, 4, artist))),
            Text("loved", "1" if loved else "0"),
        )
    return (
        *head,
        pieces.streamable(),
        Text("mbid", track_mbid),
        Text("album", album, {"mbid": album_mbid}),
        Text("url", pieces.track_url(call, artist, title)),
        pieces.track_images(call, 4, artist, album),
    )


METHODS = (
    Method(
        name="user.getRecentTracks",
        auth="key",
        run=get_recent_tracks,
        root="recenttracks",
        summary="What a user heard, newest first, with what plays now.",
        params=(
            pieces.USER,
            *pieces.PAGED,
            *_SPAN,
            Param(name="extended", about="1: with the artist as an object, and whether the track is loved."),
        ),
    ),
    Method(
        name="user.getTrackScrobbles",
        auth="key",
        run=get_track_scrobbles,
        root="trackscrobbles",
        summary="When a user heard a track.",
        params=(
            pieces.USER,
            Param(name="artist", required=True, about="The artist, in any letter case."),
            Param(name="track", required=True, about="The title, in any letter case."),
            *pieces.PAGED,
            *_SPAN,
        ),
    ),
    Method(
        name="user.getArtistTracks",
        auth="key",
        run=get_artist_tracks,
        root="artisttracks",
        summary="When a user heard an artist. Retired by Last.fm; user.getTrackScrobbles is its successor.",
        params=(
            pieces.USER,
            Param(name="artist", required=True, about="The artist, in any letter case."),
            Param(name="startTimestamp", about="Unix seconds, UTC."),
            Param(name="endTimestamp", about="Unix seconds, UTC."),
            *pieces.PAGED,
        ),
    ),
)
