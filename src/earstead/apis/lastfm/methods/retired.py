"""Methods of old that programs may still call: most are answered with the word that they are gone."""

from __future__ import annotations

from collections.abc import Mapping

from earstead.apis.lastfm.errors import DEPRECATED, INVALID_METHOD

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
