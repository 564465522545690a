"""What the methods build their answers of: names, addresses, images, dates, paging, and who is asked about.

The order of children is the callers' contract: inside a track or an album its own name stands before the block of
its artist (pylast takes the second name for the artist's), and images are counted by position (spec section 7.0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote_plus

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.images import image_hash
from earstead.apis.lastfm.method import Call, Param
from earstead.apis.lastfm.tree import Box, Many, Node, Text, Value
from earstead.core.errors import NotFound
from earstead.core.names import name_key
from earstead.core.periods import Span
from earstead.services.container import Services
from earstead.services.insights.insights import Insights
from earstead.services.users import User
from earstead.services.views import EntityKind, EntityRef

NO_USER = "User not found"
HIDDEN = "Login: User required to be logged in"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIZES = (
    ("small", "34s"),
    ("medium", "64s"),
    ("large", "174s"),
    ("extralarge", "300x300"),
    ("mega", "300x300"),
    ("", "300x300"),
)
_DAYS = {"7day": 7, "1month": 30, "3month": 90, "6month": 180, "12month": 365}
_DAY = 86_400
_LEFT_ALONE = "(),:&"
LATEST = 1 << 40
"""Later than any time that is meant."""

WEEK = 7 * _DAY
FIRST_WEEK = 1_108_296_000
"""Start of the first week of every chart list: Sunday, 13 February 2005, 12:00 UTC."""


USER = Param(name="user", required=True, about="Whose. With a session, the session's user when it is left out.")
LIMIT = Param(name="limit", about="Items a page.")
PAGE = Param(name="page", about="From 1.")
PAGED = (LIMIT, PAGE)
PERIOD = Param(
    name="period",
    about="overall (the default), 7day, 1month, 3month, 6month or 12month: the last 7, 30, 90, 180 or 365 days.",
)


# --- addresses ---------------------------------------------------------------------------------------------------


def encoded(name: str) -> str:
    """A name as a part of an address: like a form's, but `( ) , : &` are left alone."""
    return quote_plus(name.encode("utf-8", "replace"), safe=_LEFT_ALONE)


def artist_url(call: Call, artist: str) -> str:
    """Where an artist's page is; "" for no name."""
    return f"{call.root}/music/{encoded(artist)}" if artist else ""


def album_url(call: Call, artist: str, album: str) -> str:
    """Where an album's page is."""
    return f"{call.root}/music/{encoded(artist)}/{encoded(album)}"


def track_url(call: Call, artist: str, track: str) -> str:
    """Where a track's page is."""
    return f"{call.root}/music/{encoded(artist)}/_/{encoded(track)}"


def tag_url(call: Call, tag: str) -> str:
    """Where a tag's page is."""
    return f"{call.root}/tag/{encoded(tag)}"


def user_url(call: Call, name: str) -> str:
    """Where a user's page is."""
    return f"{call.root}/user/{encoded(name)}"


# --- elements ----------------------------------------------------------------------------------------------------


def number(name: str, value: int) -> Text:
    """A number where JSON has a string, which is nearly everywhere."""
    return Text(name, str(value))


def mbid(value: str, *, catalogue: bool = False) -> tuple[Text, ...]:
    """The MusicBrainz id: methods of the catalogue leave an unknown one out, those of users keep it empty."""
    return () if catalogue and not value else (Text("mbid", value),)


def images(call: Call, count: int, name: str, credit: str = "") -> Many:
    """`count` images of an artist (no credit), or of an album or track with its credit; empty ones without a name.

    Counts (spec section 7.0): 6 in artist.getInfo with its similar ones, album.getInfo and the two getSimilar; 5 in
    lists of artists; 4 for albums and tracks in lists, searches, users and the album of track.getInfo; 3 in
    user.getWeeklyTrackChart.
    """
    hashed = image_hash(name, credit) if name else ""
    return Many(
        "image",
        tuple(
            Text("image", f"{call.root}/i/u/{segment}/{hashed}.png" if hashed else "", {"size": size})
            for size, segment in _SIZES[:count]
        ),
    )


def track_images(call: Call, count: int, artist: str, album: str = "") -> Many:
    """Images of a track: its album's, or its artist's where no album is known."""
    return images(call, count, album, artist) if album else images(call, count, artist)


def release_images(call: Call, count: int, release: EntityRef | None, artist: str) -> Many:
    """Images of a track by the release it is heard from, or its artist's."""
    return images(call, count, release.name, release.credit) if release else images(call, count, artist)


def artist_block(call: Call, artist: str, artist_mbid: str = "", *, catalogue: bool = False) -> Box:
    """The `<artist>` of a track or an album: name, mbid, url."""
    return Box(
        "artist",
        (Text("name", artist), *mbid(artist_mbid, catalogue=catalogue), Text("url", artist_url(call, artist))),
    )


def streamable(*, track: bool = False) -> Text:
    """Nothing is; tracks say so twice."""
    return Text("streamable", "0", {"fulltrack": "0"} if track else {})


def duration(ms: int) -> Text:
    """A length in whole seconds, 0 for an unknown one. (track.getInfo alone speaks of milliseconds.)"""
    return number("duration", ms // 1000)


def tag_item(call: Call, name: str, *between: Node) -> Box:
    """A `<tag>`: name, what stands between, url."""
    return Box("tag", (Text("name", name), *between, Text("url", tag_url(call, name))))


def day_and_time(at: int) -> str:
    """A moment (unix seconds) as these answers spell it, UTC: "09 Jan 2011, 12:41"."""
    moment = datetime.fromtimestamp(at, UTC)
    # Not strftime: the names of months are English whatever the server's locale is.
    return f"{moment.day:02d} {_MONTHS[moment.month - 1]} {moment.year:04d}, {moment:%H:%M}"


def date(at: int) -> Text:
    """A `<date>`: text for people, `uts` for programs."""
    return Text("date", day_and_time(at), {"uts": str(at)})


# --- ids ---------------------------------------------------------------------------------------------------------


def sole(ids: Sequence[str]) -> str:
    """The id of the artist of a credit; "" where several ids, or none, came with it: nothing tells whose each is."""
    return ids[0] if len(ids) == 1 else ""


class Mbids:
    """MusicBrainz ids of the entities of a page, and of the artists credited with them, as a user's plays had them."""

    def __init__(self, call: Call, user: User, kind: EntityKind, refs: Sequence[EntityRef]) -> None:
        insights = history(call, user)
        self._own = insights.mbids(user.user_id, kind, [ref.entity_id for ref in refs])
        credited = list({ref.credit_id for ref in refs if ref.credit_id})
        self._artists = insights.mbids(user.user_id, "artist", credited) if credited else {}
        self._names = insights.refs(user.user_id, list(self._artists))

    def of(self, ref: EntityRef) -> str:
        """The id of the entity itself; "" where none came."""
        return self._own.get(ref.entity_id, "")

    def of_artist(self, ref: EntityRef) -> str:
        """The id of the artist that the entity is credited to; "" where none came, and for several artists."""
        first = self._names.get(ref.credit_id)
        alone = first is not None and name_key(first.name) == name_key(ref.credit)
        return self._artists[ref.credit_id] if alone else ""


# --- lists -------------------------------------------------------------------------------------------------------


def paging(total: int, limit: int, page: int) -> dict[str, Value]:
    """The attributes of a list; pylast stops without `totalPages`."""
    return {
        "page": str(page),
        "perPage": str(limit),
        "totalPages": str(-(-total // limit)),
        "total": str(total),
    }


def listed(
    name: str,
    item: str,
    items: Sequence[Text | Box],
    subject: Mapping[str, Value],
    paged: tuple[int, int, int] | None = None,
) -> Box:
    """A list: element `name` with children `item`.

    Args:
        subject: what it is about, as attributes ({"user": "alice"}).
        paged: (total, items a page, page), where the method pages.
    """
    return Box(name, (Many(item, tuple(items)),), {**subject, **(paging(*paged) if paged else {})})


def offset(limit: int, page: int) -> int:
    """How many items stand before a page."""
    return (page - 1) * limit


def shown(call: Call, user: User) -> Services:
    """The services that tell of a user to who calls: without what may not be told to others."""
    return call.services.showing.services(call.services, user, call.viewer)


def history(call: Call, user: User) -> Insights:
    """The reader of a user's history for who calls."""
    return shown(call, user).insights


# --- who and when ------------------------------------------------------------------------------------------------


def found_user(call: Call, *, status: int = 404) -> User:
    """Whom the call is about: parameter `user` (or `username`), else the session's user.

    Raises:
        Fault: 6 without a name; 6 with `status` when there is no such user; 17 when the user is private and the
            caller is somebody else.
    """
    name = call.text("user", "username")
    if not name and call.session_user:
        return call.session_user
    try:
        user = call.services.accounts.named(name or call.required("user"))
    except NotFound:
        raise Fault(6, NO_USER, status) from None
    if user.visibility == "private" and (call.viewer is None or call.viewer.user_id != user.user_id):
        raise Fault(17, HIDDEN, 403)
    return user


def window(call: Call) -> Span | None:
    """The span of parameter `period`: exactly 7, 30, 90, 180 or 365 days up to now; None for all time, and for what
    is no period."""
    days = _DAYS.get(call.text("period").lower())
    if days is None:
        return None
    # Up to the end of this minute: the pages of a list asked for in a row agree, and so do answers kept.
    end = call.now - call.now % 60 + 60
    return Span(end - days * _DAY, end)


def between(call: Call, start: str = "from", end: str = "to") -> Span | None:
    """The span of two parameters in unix seconds, both included; None when neither is given (0 is no time)."""
    first, last = call.whole(start) or 0, call.whole(end) or 0
    if not first and not last:
        return None
    return Span(_in_reach(first), _in_reach(last) + 1 if last else LATEST)


def _in_reach(at: int) -> int:
    return max(0, min(at, LATEST - 1))


def weeks(now: int) -> Many:
    """The weeks for which charts can be asked, the same for every user and tag, up to the last completed one."""
    starts = range(FIRST_WEEK, now - WEEK + 1, WEEK)
    return Many("chart", tuple(Text("chart", "", {"from": str(at), "to": str(at + WEEK)}) for at in starts))
