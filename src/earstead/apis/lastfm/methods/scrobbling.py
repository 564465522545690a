"""What players say: plays, what is playing now, love (spec section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from earstead.apis.lastfm import errors, wire
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.tree import Box, Many, Text
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.names import clean
from earstead.core.rules import MAX_NAME
from earstead.kit.http import blocking
from earstead.services.corrections import NOTHING, Names
from earstead.services.users import User

TOO_MANY = f"Invalid parameters - At most {wire.MOST_ENTRIES} scrobbles at once"
TOO_LONG = f"Invalid parameters - A name has more than {MAX_NAME} characters"


def _user(call: Call) -> User:
    # The gate lets nobody through to these methods without a session.
    assert call.session_user is not None
    return call.session_user


def _client(call: Call) -> str:
    return clean(call.client)[:255]


async def scrobble(call: Call) -> Box:
    """Keep up to 50 plays. What was kept before is accepted again: callers repeat a batch after a timeout."""
    said = wire.grouped(call.given)
    if len(said) > wire.MOST_ENTRIES:
        raise Fault(errors.INVALID_PARAMETERS, TOO_MANY)
    if not said or (len(said) == 1 and not _complete(said[0])):
        raise Fault(errors.INVALID_PARAMETERS)
    client = _client(call)
    entries = [wire.judged(one, call.now, client) for one in said]
    kept = [entry.submission for entry in entries if entry.submission]
    if kept and call.keep:
        await call.services.ingest.add(_user(call).user_id, kept)
    names = iter(await _decided(call, kept))
    items = tuple(_scrobble(entry, next(names) if entry.submission else NOTHING) for entry in entries)
    counts = {"accepted": len(kept), "ignored": len(entries) - len(kept)}
    return Box("scrobbles", (Many("scrobble", items, one_as_object=True),), counts)


def _complete(said: Mapping[str, str]) -> bool:
    return all(said.get(name, "").strip() for name in wire.REQUIRED)


def _scrobble(entry: wire.Entry, names: Names) -> Box:
    said = _names(entry.artist, entry.track, entry.album, entry.album_artist, names)
    return Box("scrobble", (*said, Text("timestamp", entry.timestamp), _ignored(entry.ignored)))


def _names(artist: str, track: str, album: str, album_artist: str, names: Names) -> tuple[Text, ...]:
    return (
        _corrected("track", track, names.track_name),
        _corrected("artist", artist, names.artist_name),
        _corrected("album", album, names.release_name),
        _corrected("albumArtist", album_artist, ""),
    )


def _corrected(name: str, said: str, decided: str) -> Text:
    differs = bool(decided) and decided != said
    return Text(name, decided if differs else said, {"corrected": "1" if differs else "0"})


def _ignored(code: int) -> Text:
    return Text("ignoredMessage", wire.IGNORED[code], {"code": str(code)})


async def _decided(call: Call, said: Sequence[Submission]) -> Sequence[Names]:
    """What the user's decisions call these; nothing is asked where there are none, which is nearly everywhere."""
    decisions, user_id = call.services.decisions, _user(call).user_id
    if not said or not decisions.may_rename(user_id):
        return (NOTHING,) * len(said)
    return await blocking(decisions.names, user_id, said)


async def update_now_playing(call: Call) -> Box:
    """Show a track until its length has passed; it is never counted."""
    said = {**next(iter(wire.grouped(call.given)), {}), "timestamp": str(call.now)}
    if not _complete(said):
        raise Fault(errors.INVALID_PARAMETERS)
    entry = wire.judged(said, call.now, _client(call))
    playing, names = entry.submission, NOTHING
    if playing:
        if call.keep:
            call.services.playing.set(_user(call).user_id, playing, wire.ttl_s(playing.duration_ms))
        (names,) = await _decided(call, [playing])
    said_names = _names(entry.artist, entry.track, entry.album, entry.album_artist, names)
    return Box("nowplaying", (*said_names, _ignored(entry.ignored)))


async def remove_now_playing(call: Call) -> None:
    """Show nothing any more; harmless when nothing was shown."""
    call.services.playing.clear(_user(call).user_id)


def love(call: Call) -> None:
    """Love a track, also one that nobody heard yet; loving it again is harmless."""
    named = _named(call)
    if call.keep:
        call.services.feedback.love(_user(call).user_id, named)


def unlove(call: Call) -> None:
    """Take love back; harmless where there was none."""
    named = _named(call)
    if call.keep:
        call.services.feedback.unlove(_user(call).user_id, named)


def _named(call: Call) -> Submission:
    artist, track = clean(call.required("artist", "artist[0]")), clean(call.required("track", "track[0]"))
    if not artist or not track:
        raise Fault(errors.INVALID_PARAMETERS)
    if len(artist) > MAX_NAME or len(track) > MAX_NAME:
        raise Fault(errors.INVALID_PARAMETERS, TOO_LONG)
    return Submission(source=wire.SOURCE, artist_name=artist, track_name=track, listened_at=UnixSeconds(call.now))


def playlinks(call: Call) -> None:
    """Where a track can be played: always nothing, as the shape of the answer was never written down; a
    success without content is what liblastfm takes for "nowhere"."""
    call.required("artist", "artist[0]")


_ARTIST, _TRACK = Param(name="artist", required=True), Param(name="track", required=True)
_MORE = (
    Param(name="album"),
    Param(name="albumArtist", about="where it is another than the artist"),
    Param(name="trackNumber"),
    Param(name="mbid", about="MusicBrainz id of the recording"),
    Param(name="duration", about="length in seconds"),
    Param(name="context", about="version of a part of the program; kept, not shown"),
)

METHODS = (
    Method(
        name="track.scrobble",
        auth="session",
        run=scrobble,
        summary="Keep up to 50 plays; for more than one, each name with an index, artist[0] to artist[49].",
        params=(
            _ARTIST,
            _TRACK,
            Param(name="timestamp", required=True, about="start of the play, unix seconds UTC"),
            *_MORE,
            Param(name="chosenByUser", about="0 when the user did not choose it, as on a radio"),
            Param(name="streamId"),
        ),
        root="scrobbles",
    ),
    Method(
        name="track.updateNowPlaying",
        auth="session",
        run=update_now_playing,
        summary="Show what is playing, until its length has passed.",
        params=(_ARTIST, _TRACK, *_MORE),
        root="nowplaying",
    ),
    Method(
        name="track.removeNowPlaying",
        auth="session",
        run=remove_now_playing,
        summary="Show nothing as playing any more.",
    ),
    Method(name="track.love", auth="session", run=love, summary="Love a track.", params=(_ARTIST, _TRACK)),
    Method(name="track.unlove", auth="session", run=unlove, summary="Take love back.", params=(_ARTIST, _TRACK)),
    Method(
        name="track.playlinks",
        auth="key",
        run=playlinks,
        summary="Where a track can be played: answered, and always empty.",
        params=(_ARTIST, _TRACK),
    ),
)
