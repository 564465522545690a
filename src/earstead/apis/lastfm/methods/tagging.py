"""The four methods on tags that artists, albums and tracks have in common."""

from __future__ import annotations

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.methods.known import (
    ARTIST,
    AUTOCORRECT,
    MBID,
    MOST_SPOKEN_OF,
    SPOKEN_OF,
    TRACK,
    Family,
    by_words,
    look_up,
    name_params,
    spoken_of,
    subject,
    words,
)
from earstead.apis.lastfm.methods.pieces import found_user, listed, tag_item, tag_url
from earstead.apis.lastfm.tree import Box, Many, Payload, Text
from earstead.services.users import User
from earstead.services.views import EntityRef

SHOWN = 5
"""How many tags the pages of things list."""


def tag_methods(family: Family) -> tuple[Method, ...]:
    """addTags, getTags, getTopTags and removeTag of a package."""

    def add(call: Call) -> Payload:
        return _add(call, family)

    def remove(call: Call) -> Payload:
        return _remove(call, family)

    def own(call: Call) -> Payload:
        return _own(call, family)

    def top(call: Call) -> Payload:
        return _top(call, family)

    a_thing = "an artist" if family is ARTIST else "an album" if family.name == "album" else "a track"
    named, asked = name_params(family, required=True), (*name_params(family), MBID, AUTOCORRECT)
    return (
        Method(
            name=f"{family.name}.addTags",
            auth="session",
            run=add,
            summary=f"Tag {a_thing} in the session user's name.",
            params=(*named, Param(name="tags", required=True, about="Up to 10, separated by commas.")),
        ),
        Method(
            name=f"{family.name}.getTags",
            auth="key",
            run=own,
            summary=f"The tags that one user gave {a_thing}.",
            params=(*asked, Param(name="user", about="Whose. Required without a session.")),
            root="tags",
        ),
        Method(
            name=f"{family.name}.getTopTags",
            auth="key",
            run=top,
            summary=f"The tags that people gave {a_thing}, most used first.",
            params=asked,
            root="toptags",
        ),
        Method(
            name=f"{family.name}.removeTag",
            auth="session",
            run=remove,
            summary=f"Take a tag of the session user off {a_thing}.",
            params=(*named, Param(name="tag", required=True, about="One tag.")),
        ),
    )


def top_tags(call: Call, name: str, family: Family, thing: EntityRef) -> Box:
    """The best few tags of a thing under an element of this name, as the getInfo methods show them."""
    best = call.services.tags.top(family.kind, thing.entity_id, call.viewer)[:SHOWN]
    return Box(name, (Many("tag", tuple(tag_item(call, tag) for tag, _ in best)),))


def _add(call: Call, family: Family) -> Payload:
    user, tags = _writer(call), call.required("tags")
    thing, heard = _meant(call, family, user)
    call.services.tags.add(user.user_id, family.kind, thing.entity_id, tags.split(","), item=thing)
    if not heard:
        _remember(call, user, thing)
    return None


def _remember(call: Call, user: User, thing: EntityRef) -> None:
    known = spoken_of(call, user)
    if thing.entity_id not in known:
        latest = [*known, thing.entity_id][-MOST_SPOKEN_OF:]
        call.services.accounts.set_setting(user.user_id, SPOKEN_OF, latest)


def _remove(call: Call, family: Family) -> Payload:
    user, tag = _writer(call), call.required("tag")
    thing, _ = _meant(call, family, user)
    call.services.tags.remove(user.user_id, family.kind, thing.entity_id, tag)
    return None


def _writer(call: Call) -> User:
    if call.session_user is None:
        raise Fault(9)
    return call.session_user


def _meant(call: Call, family: Family, user: User) -> tuple[EntityRef, bool]:
    """What a user speaks of, and whether anybody heard it; what nobody did is taken at its words, as with love."""
    name, artist = words(call, family)
    if heard := call.services.commons.named(user, family.kind, name, artist=artist):
        return heard, True
    return by_words(call, family, name, artist, user), False


def _own(call: Call, family: Family) -> Payload:
    user = found_user(call)
    thing = look_up(call, family, user)
    if thing is None:
        raise Fault(6, family.unknown, 200)
    tags = call.services.tags.of(user.user_id, family.kind, thing.entity_id)
    return listed("tags", "tag", [tag_item(call, tag) for tag in tags], subject(family, thing))


def _top(call: Call, family: Family) -> Payload:
    thing = look_up(call, family, call.viewer)
    if thing is None and family is not TRACK:
        raise Fault(6, family.unknown, 200)
    if thing is None:
        return listed("toptags", "tag", [], {"artist": call.text("artist"), "track": call.text("track")})
    return listed(
        "toptags",
        "tag",
        [
            Box("tag", (Text("count", weight), Text("name", tag), Text("url", tag_url(call, tag))))
            for tag, weight in call.services.tags.top(family.kind, thing.entity_id, call.viewer)
        ],
        subject(family, thing),
    )
