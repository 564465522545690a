"""What somebody heard most: rolling periods and weeks."""

from __future__ import annotations

from collections.abc import Callable

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods import pieces
from earstead.apis.lastfm.tree import Box, Text
from earstead.core.periods import Span
from earstead.services.insights.insights import Insights
from earstead.services.users import User
from earstead.services.views import Chart, ChartRow, EntityKind

_NOON = 43_200
_DAY = 86_400


# --- rolling periods ---------------------------------------------------------------------------------------------


def _top(call: Call, kind: EntityKind) -> tuple[User, Chart, tuple[int, int, int]]:
    """(whose, the page of the chart, its paging)."""
    user, limit, page = pieces.found_user(call), call.limit(), call.page()
    chart = _chart(
        pieces.history(call, user), user, kind, pieces.window(call), limit=limit, offset=pieces.offset(limit, page)
    )
    return user, chart, (chart.total, limit, page)


def _chart(
    insights: Insights, user: User, kind: EntityKind, span: Span | None, *, limit: int, offset: int = 0
) -> Chart:
    return insights.chart(user.user_id, kind, span, limit=limit, offset=offset, ties_by_name=True)


def get_top_artists(call: Call) -> Box:
    """Most plays first, then by name. A rank counts over all pages."""
    user, chart, paged = _top(call, "artist")
    ids = _ids(call, user, "artist", chart)
    artists = [
        Box(
            "artist",
            (
                Text("name", row.entity.name),
                pieces.number("playcount", row.plays),
                Text("mbid", ids.of(row.entity)),
                Text("url", pieces.artist_url(call, row.entity.name)),
                pieces.streamable(),
                pieces.images(call, 5, row.entity.name),
            ),
            _rank(row),
        )
        for row in chart.rows
    ]
    return pieces.listed("topartists", "artist", artists, {"user": user.name}, paged)


def get_top_albums(call: Call) -> Box:
    """As artists."""
    user, chart, paged = _top(call, "release")
    ids = _ids(call, user, "release", chart)
    albums = [
        Box(
            "album",
            (
                Text("name", row.entity.name),
                pieces.number("playcount", row.plays),
                Text("mbid", ids.of(row.entity)),
                Text("url", pieces.album_url(call, row.entity.credit, row.entity.name)),
                pieces.artist_block(call, row.entity.credit, ids.of_artist(row.entity)),
                pieces.images(call, 4, row.entity.name, row.entity.credit),
            ),
            _rank(row),
        )
        for row in chart.rows
    ]
    return pieces.listed("topalbums", "album", albums, {"user": user.name}, paged)


def get_top_tracks(call: Call) -> Box:
    """As artists; with the length that was reported, in seconds."""
    user, chart, paged = _top(call, "recording")
    ids = _ids(call, user, "recording", chart)
    recordings = [row.entity.entity_id for row in chart.rows]
    lengths = call.services.commons.durations(recordings, user)
    albums = pieces.history(call, user).albums(user.user_id, recordings)
    tracks = []
    for row in chart.rows:
        entity = row.entity
        album = albums.get(entity.entity_id)
        tracks.append(
            Box(
                "track",
                (
                    Text("name", entity.name),
                    pieces.duration(lengths.get(entity.entity_id, 0)),
                    pieces.number("playcount", row.plays),
                    Text("mbid", ids.of(entity)),
                    Text("url", pieces.track_url(call, entity.credit, entity.name)),
                    pieces.streamable(track=True),
                    pieces.artist_block(call, entity.credit, ids.of_artist(entity)),
                    pieces.release_images(call, 4, album, entity.credit),
                ),
                _rank(row),
            )
        )
    return pieces.listed("toptracks", "track", tracks, {"user": user.name}, paged)


def _rank(row: ChartRow) -> dict[str, str | int | float]:
    return {"rank": str(row.rank)}


def _ids(call: Call, user: User, kind: EntityKind, chart: Chart) -> pieces.Mbids:
    return pieces.Mbids(call, user, kind, [row.entity for row in chart.rows])


# --- weeks -------------------------------------------------------------------------------------------------------


def week(call: Call) -> Span:
    """The span of `from` and `to` (as a chart list gives them: the end is the next one's start); without them the
    seven days that ended at the latest noon, UTC.

    Raises:
        Fault: 6 when only one is given, or nothing lies between them.
    """
    first, last = call.whole("from"), call.whole("to")
    if first is None and last is None:
        end = (call.now - _NOON) // _DAY * _DAY + _NOON
        return Span(end - pieces.WEEK, end)
    if first is None or last is None or not 0 <= first < last <= pieces.LATEST:
        raise Fault(6, "from and to have to be given together, in unix seconds, from before to")
    return Span(first, last)


def _weekly(call: Call, kind: EntityKind) -> tuple[User, Chart, dict[str, str | int | float]]:
    """(whose, the chart, attributes of the answer)."""
    user, span = pieces.found_user(call), week(call)
    chart = _chart(pieces.history(call, user), user, kind, span, limit=call.limit(1000))
    return user, chart, {"user": user.name, "from": str(span.start), "to": str(span.end)}


def get_weekly_artist_chart(call: Call) -> Box:
    """A chart without pages."""
    user, chart, subject = _weekly(call, "artist")
    ids = _ids(call, user, "artist", chart)
    artists = [
        Box(
            "artist",
            (
                Text("name", row.entity.name),
                Text("mbid", ids.of(row.entity)),
                pieces.number("playcount", row.plays),
                Text("url", pieces.artist_url(call, row.entity.name)),
            ),
            _rank(row),
        )
        for row in chart.rows
    ]
    return pieces.listed("weeklyartistchart", "artist", artists, subject)


def get_weekly_album_chart(call: Call) -> Box:
    """A chart without pages; the artist is text and stands first."""
    user, chart, subject = _weekly(call, "release")
    ids = _ids(call, user, "release", chart)
    albums = [
        Box(
            "album",
            (
                Text("artist", row.entity.credit, {"mbid": ids.of_artist(row.entity)}),
                Text("name", row.entity.name),
                Text("mbid", ids.of(row.entity)),
                pieces.number("playcount", row.plays),
                Text("url", pieces.album_url(call, row.entity.credit, row.entity.name)),
            ),
            _rank(row),
        )
        for row in chart.rows
    ]
    return pieces.listed("weeklyalbumchart", "album", albums, subject)


def get_weekly_track_chart(call: Call) -> Box:
    """A chart without pages; the artist is text and stands first, images stand before the address."""
    user, chart, subject = _weekly(call, "recording")
    ids = _ids(call, user, "recording", chart)
    albums = pieces.history(call, user).albums(user.user_id, [row.entity.entity_id for row in chart.rows])
    tracks = [
        Box(
            "track",
            (
                Text("artist", row.entity.credit, {"mbid": ids.of_artist(row.entity)}),
                Text("name", row.entity.name),
                Text("mbid", ids.of(row.entity)),
                pieces.number("playcount", row.plays),
                pieces.release_images(call, 3, albums.get(row.entity.entity_id), row.entity.credit),
                Text("url", pieces.track_url(call, row.entity.credit, row.entity.name)),
            ),
            _rank(row),
        )
        for row in chart.rows
    ]
    return pieces.listed("weeklytrackchart", "track", tracks, subject)


def get_weekly_chart_list(call: Call) -> Box:
    """The weeks; the same for everybody."""
    user = pieces.found_user(call)
    return Box("weeklychartlist", (pieces.weeks(call.now),), {"user": user.name})


def _rolling(name: str, run: Callable[[Call], Box], root: str, what: str) -> Method:
    return Method(
        name=name,
        auth="key",
        run=run,
        root=root,
        summary=f"The {what} a user heard most in a period.",
        params=(pieces.USER, pieces.PERIOD, *pieces.PAGED),
    )


def _by_week(name: str, run: Callable[[Call], Box], root: str, what: str) -> Method:
    return Method(
        name=name,
        auth="key",
        run=run,
        root=root,
        summary=f"The {what} a user heard most in a week, or between any two moments.",
        params=(
            pieces.USER,
            Param(name="from", about="Unix seconds, UTC, with `to`; without both, the last seven days up to noon."),
            Param(name="to", about="Unix seconds, UTC: where the span ends; this second is not in it any more."),
            Param(name="limit", about="Places, up to 1000."),
        ),
    )


METHODS = (
    _rolling("user.getTopArtists", get_top_artists, "topartists", "artists"),
    _rolling("user.getTopAlbums", get_top_albums, "topalbums", "albums"),
    _rolling("user.getTopTracks", get_top_tracks, "toptracks", "tracks"),
    _by_week("user.getWeeklyArtistChart", get_weekly_artist_chart, "weeklyartistchart", "artists"),
    _by_week("user.getWeeklyAlbumChart", get_weekly_album_chart, "weeklyalbumchart", "albums"),
    _by_week("user.getWeeklyTrackChart", get_weekly_track_chart, "weeklytrackchart", "tracks"),
    Method(
        name="user.getWeeklyChartList",
        auth="key",
        run=get_weekly_chart_list,
        root="weeklychartlist",
        summary="The weeks for which charts can be asked.",
        params=(pieces.USER,),
    ),
)
