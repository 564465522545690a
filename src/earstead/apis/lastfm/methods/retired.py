"""Methods of old that programs may still call: most are answered with the word that they are gone.

Two that living programs call are here; library.getTracks and user.getArtistTracks stand with their kin.
Source: spec sections 7.10 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping

from earstead.apis.lastfm import errors, wire
from earstead.apis.lastfm.errors import DEPRECATED, INVALID_METHOD
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods import pieces
from earstead.apis.lastfm.methods.user_charts import week
from earstead.apis.lastfm.tree import Box, Text
from earstead.core.names import name_key
from earstead.services.views import ListenRow

_GONE = """
album.getBuylinks album.getShouts album.share
artist.getEvents artist.getImages artist.getPastEvents artist.getPodcast artist.getShouts artist.getTopFans
artist.share artist.shout
chart.getHypedArtists chart.getHypedTracks chart.getLovedTracks chart.getTopDownloads
event.attend event.getAttendees event.getInfo event.getShouts event.share event.shout
geo.getEvents geo.getMetroArtistChart geo.getMetroHypeArtistChart geo.getMetroHypeTrackChart geo.getMetroTrackChart
geo.getMetroUniqueArtistChart geo.getMetroUniqueTrackChart geo.getMetroWeeklyChartlist geo.getMetros
group.getHype group.getMembers group.getWeeklyAlbumChart group.getWeeklyArtistChart group.getWeeklyChartList
group.getWeeklyTrackChart
library.addAlbum library.addArtist library.addTrack library.getAlbums library.removeAlbum library.removeArtist
library.removeTrack
playlist.addTrack playlist.create playlist.fetch
radio.getPlaylist radio.search radio.tune radio.getTagSuggestions radio.getSampleArtists
tag.search
tasteometer.compare tasteometer.compareGroup
track.ban track.getBuylinks track.getFingerprintMetadata track.getShouts track.getTopFans track.share track.unban
user.getBannedTracks user.getEvents user.getNeighbours user.getNewReleases user.getPastEvents user.getPlaylists
user.getRecentStations user.getRecommendedArtists user.getRecommendedEvents user.getShouts user.shout
venue.getEvents venue.getPastEvents venue.search
"""
_NEVER_HERE = "user.getTagInfo artist.getFlattr user.signUp"
"""Of other servers, or of programs that came with the service itself."""

RETIRED: Mapping[int, tuple[str, ...]] = {
    DEPRECATED: tuple(_GONE.split()),
    INVALID_METHOD: tuple(_NEVER_HERE.split()),
}
"""Names by the number they are answered with."""

NO_SUCH_PLAY = "Invalid resource specified - There is no such scrobble"
_AT_ONCE = 1000
"""Plays of one second that are looked through, and artists of a tag that can stand in its chart."""


def remove_scrobble(call: Call) -> None:
    """Take a play back: it is kept, shown nowhere, and can be restored on its page. (Pano Scrobbler)"""
    at = wire.whole(call.required("timestamp"))
    artist, track = name_key(call.required("artist")), name_key(call.required("track"))
    if at is None or call.session_user is None:
        raise Fault(errors.INVALID_PARAMETERS)
    user_id, bounded = call.session_user.user_id, max(0, min(at, pieces.LATEST))
    rows = call.services.insights.listens_between(user_id, after=bounded - 1, before=bounded + 1, limit=_AT_ONCE)
    ids = [row.listen_id for row in rows if (artist, track) in _called(row)]
    if not ids:
        raise Fault(errors.INVALID_RESOURCE, NO_SUCH_PLAY)
    call.services.decisions.make(user_id, "delete", {"listen_ids": ids})


def _called(row: ListenRow) -> set[tuple[str, str]]:
    """The names under which a program may know a play: those that it is shown with."""
    titles = {name_key(row.track_name), name_key(row.recording.name)}
    artists = {name_key(row.artist_name), *(name_key(artist.name) for artist in row.artists)}
    return {(artist, title) for artist in artists for title in titles}


def get_weekly_tag_chart(call: Call) -> Box:
    """What was heard most in a week of the artists with a tag. (pylast, charts of tags)

    Of the first thousand artists of the whole week's chart: who stands behind them has few plays.
    """
    tag, span = call.required("tag"), week(call)
    tagged, _ = call.services.tags.tagged(tag, "artist", _AT_ONCE, 0, call.viewer)
    ids = {artist.entity_id for artist in tagged}
    rows, _ = call.services.commons.chart("artist", span, limit=_AT_ONCE) if ids else ((), 0)
    heard = [row for row in rows if row.entity.entity_id in ids][: call.limit(50)]
    artists = [
        Box(
            "artist",
            (
                Text("name", row.entity.name),
                Text("mbid", row.entity.mbid),
                pieces.number("playcount", row.plays),
                Text("url", pieces.artist_url(call, row.entity.name)),
            ),
            {"rank": str(rank)},
        )
        for rank, row in enumerate(heard, 1)
    ]
    subject = {"tag": tag, "from": str(span.start), "to": str(span.end)}
    return pieces.listed("weeklyartistchart", "artist", artists, subject)


METHODS = (
    Method(
        name="library.removeScrobble",
        auth="session",
        run=remove_scrobble,
        summary="Take a play back. Retired by Last.fm, still called by programs.",
        params=(
            Param(name="artist", required=True),
            Param(name="track", required=True),
            Param(name="timestamp", required=True, about="start of the play, unix seconds UTC"),
        ),
    ),
    Method(
        name="tag.getWeeklyArtistChart",
        auth="key",
        run=get_weekly_tag_chart,
        summary="The artists with a tag that were heard most in a week. Retired by Last.fm, still called by programs.",
        params=(
            Param(name="tag", required=True),
            Param(name="from", about="unix seconds, UTC, with `to`; without both, the last seven days up to noon"),
            Param(name="to", about="unix seconds, UTC, no longer included"),
            Param(name="limit", about="places, 50 without it"),
        ),
        root="weeklyartistchart",
    ),
)
