"""Who somebody is, whom they follow, what they love and how they call things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods import pieces
from earstead.apis.lastfm.tree import Box, Many, Node, Text
from earstead.services.tags import Kind
from earstead.services.users import User
from earstead.services.views import EntityRef, ListenRow

_KINDS: dict[str, Kind] = {"artist": "artist", "album": "release", "track": "recording"}
_Albums = Mapping[int, EntityRef]
"""recording -> the release its listener mostly hears it from"""


def get_info(call: Call) -> Box:
    """Audacious and pylast take the first child for the name."""
    user = pieces.found_user(call)
    insights = pieces.history(call, user)
    names = ("artist_count", "album_count", "track_count")
    counts = map(pieces.number, names, insights.sizes(user.user_id))
    plays = insights.numbered(user.user_id, limit=0)[1]
    # The one number of this answer that JSON has as a number.
    registered = Text("registered", user.created_at, {"unixtime": str(user.created_at)})
    return Box(
        "user",
        (
            *_person(call, user),
            pieces.number("age", 0),
            Text("gender", "n"),
            pieces.number("subscriber", 0),
            pieces.number("playcount", plays),
            pieces.number("playlists", 0),
            pieces.number("bootstrap", 0),
            registered,
            Text("type", "user"),
            *counts,
        ),
    )


def _person(call: Call, user: User) -> tuple[Node, ...]:
    profile = call.services.profiles.profile(user.user_id)
    return (
        Text("name", user.name),
        Text("realname", profile.realname or user.display_name),
        pieces.images(call, 4, ""),
        Text("url", pieces.user_url(call, user.name)),
        Text("country", profile.country or "None"),
    )


# --- whom they follow --------------------------------------------------------------------------------------------


def get_friends(call: Call) -> Box:
    """Friends are those whom a user follows, as far as the caller may know them."""
    user, limit, page = pieces.found_user(call), call.limit(), call.page()
    followed, total = call.services.follows.following(
        user.user_id, call.viewer, limit=limit, offset=pieces.offset(limit, page)
    )
    if not total:
        raise Fault(6, "no such page", 400)
    friends = [_friend(call, friend) for friend in followed]
    return pieces.listed("friends", "user", friends, {"user": user.name}, (total, limit, page))


def _friend(call: Call, user: User) -> Box:
    joined = f"{datetime.fromtimestamp(user.created_at, UTC):%Y-%m-%d %H:%M}"
    latest = pieces.history(call, user).numbered(user.user_id, limit=1)[0] if call.flag("recenttracks") else ()
    return Box(
        "user",
        (
            *_person(call, user),
            pieces.number("subscriber", 0),
            pieces.number("playlists", 0),
            pieces.number("bootstrap", 0),
            Text("registered", joined, {"unixtime": str(user.created_at)}),
            Text("type", "user"),
            *(_recent_track(call, row) for row in latest),
        ),
    )


def _recent_track(call: Call, row: ListenRow) -> Box:
    return Box(
        "recenttrack",
        (
            Text("artist", row.artist_name, {"mbid": pieces.sole(row.artist_mbids)}),
            Text("album", row.release_name, {"mbid": row.release_mbid}),
            Text("name", row.track_name),
            Text("url", pieces.track_url(call, row.artist_name, row.track_name)),
        ),
        {"date": pieces.day_and_time(row.listened_at), "uts": str(row.listened_at)},
    )


# --- what they love ----------------------------------------------------------------------------------------------


def get_loved_tracks(call: Call) -> Box:
    """Latest love first; named as the listener's history names them."""
    user, limit, page = pieces.found_user(call), call.limit(), call.page()
    rows, total = call.services.feedback.loved(user.user_id, limit=limit, offset=pieces.offset(limit, page))
    albums = call.services.insights.albums(user.user_id, [row.recording.entity_id for row in rows])
    loved = []
    for row in rows:
        title, artist = row.recording.name, row.recording.credit
        album = albums.get(row.recording.entity_id)
        # What was never heard shows the album that was named with the love.
        said = pieces.track_images(call, 4, artist, row.track.release_name)
        loved.append(
            Box(
                "track",
                (
                    Text("name", title),
                    Text("mbid", row.track.recording_mbid),
                    Text("url", pieces.track_url(call, artist, title)),
                    pieces.date(row.at),
                    pieces.artist_block(call, artist, pieces.sole(row.track.artist_mbids)),
                    pieces.release_images(call, 4, album, artist) if album else said,
                    pieces.streamable(track=True),
                ),
            )
        )
    return pieces.listed("lovedtracks", "track", loved, {"user": user.name}, (total, limit, page))


# --- how they call things ----------------------------------------------------------------------------------------


def get_top_tags(call: Call) -> Box:
    """The tags a user gives most. Its user that is not there is answered with status 200."""
    user = pieces.found_user(call, status=200)
    top = call.services.tags.user_top(user.user_id, call.limit())
    tags = [pieces.tag_item(call, name, pieces.number("count", items)) for name, items in top]
    return pieces.listed("toptags", "tag", tags, {"user": user.name})


def get_personal_tags(call: Call) -> Box:
    """What a user gave a tag to."""
    user = pieces.found_user(call, status=200)
    tag = call.required("tag")
    wanted = call.text("taggingtype").lower()
    if wanted not in _KINDS:
        raise Fault(6, "taggingtype param missing", 200)
    kind, limit, page = _KINDS[wanted], call.limit(), call.page()
    refs, total = call.services.tags.personal(user.user_id, tag, kind, limit=limit, offset=pieces.offset(limit, page))
    ids = pieces.Mbids(call, user, kind, refs)
    albums = call.services.insights.albums(user.user_id, [ref.entity_id for ref in refs]) if wanted == "track" else {}
    items = tuple(_TAGGED[wanted](call, ref, ids, albums) for ref in refs)
    subject = {"user": user.name, "tag": tag}
    return Box(
        "taggings", (Box(f"{wanted}s", (Many(wanted, items),)),), {**subject, **pieces.paging(total, limit, page)}
    )


def _tagged_artist(call: Call, ref: EntityRef, ids: pieces.Mbids, _: _Albums) -> Box:
    return Box(
        "artist",
        (
            Text("name", ref.name),
            Text("mbid", ids.of(ref)),
            Text("url", pieces.artist_url(call, ref.name)),
            pieces.streamable(),
            pieces.images(call, 5, ref.name),
        ),
    )


def _tagged_album(call: Call, ref: EntityRef, ids: pieces.Mbids, _: _Albums) -> Box:
    return Box(
        "album",
        (
            Text("name", ref.name),
            Text("mbid", ids.of(ref)),
            Text("url", pieces.album_url(call, ref.credit, ref.name)),
            pieces.artist_block(call, ref.credit, ids.of_artist(ref)),
            pieces.images(call, 4, ref.name, ref.credit),
        ),
    )


def _tagged_track(call: Call, ref: EntityRef, ids: pieces.Mbids, albums: _Albums) -> Box:
    return Box(
        "track",
        (
            Text("name", ref.name),
            Text("mbid", ids.of(ref)),
            Text("url", pieces.track_url(call, ref.credit, ref.name)),
            pieces.streamable(track=True),
            pieces.artist_block(call, ref.credit, ids.of_artist(ref)),
            pieces.release_images(call, 4, albums.get(ref.entity_id), ref.credit),
        ),
    )


_TAGGED: dict[str, Callable[[Call, EntityRef, pieces.Mbids, _Albums], Box]] = {
    "artist": _tagged_artist,
    "album": _tagged_album,
    "track": _tagged_track,
}


def _method(
    name: str, run: Callable[[Call], Box], root: str, summary: str, params: Sequence[Param] = (), *, needs: bool = True
) -> Method:
    user = pieces.USER if needs else Param(name="user", about="Whose; the session's user when it is left out.")
    return Method(name=name, auth="key", run=run, root=root, summary=summary, params=(user, *params))


METHODS = (
    _method("user.getInfo", get_info, "user", "Who a user is, and how much they heard.", needs=False),
    _method(
        "user.getFriends",
        get_friends,
        "friends",
        "Whom a user follows.",
        (Param(name="recenttracks", about="1: with what each of them heard last."), *pieces.PAGED),
    ),
    _method("user.getLovedTracks", get_loved_tracks, "lovedtracks", "What a user loves, latest first.", pieces.PAGED),
    _method("user.getTopTags", get_top_tags, "toptags", "The tags a user gives most.", (pieces.LIMIT,)),
    _method(
        "user.getPersonalTags",
        get_personal_tags,
        "taggings",
        "What a user gave a tag to.",
        (
            Param(name="tag", required=True, about="The tag, in any letter case."),
            Param(name="taggingtype", required=True, about="artist, album or track."),
            *pieces.PAGED,
        ),
    ),
)
