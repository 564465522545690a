"""What a call of the catalogue is about: an artist, an album or a track, by its names or by its MusicBrainz id.

Known is what somebody in the caller's sight heard (`services.commons`), and what was only spoken of: a thing may be
tagged or loved before anybody has heard it, and is found again by the same names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import MISSING, Call, Param
from earstead.apis.lastfm.methods.pieces import artist_block
from earstead.apis.lastfm.tree import Box, Value
from earstead.core.catalog import Entity, map_track, track_of
from earstead.core.errors import NotFound
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.names import clean, name_key
from earstead.services.users import User
from earstead.services.views import EntityRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One of the three packages of the catalogue.

    Attributes:
        name: of the package, of the parameter that names a thing, and of its element.
        kind: what it is called here.
        unknown: the text of error 6 for a thing that nobody knows.
    """

    name: str
    kind: Literal["artist", "release", "recording"]
    unknown: str


ARTIST = Family(name="artist", kind="artist", unknown="The artist you supplied could not be found")
ALBUM = Family(name="album", kind="release", unknown="Album not found")
TRACK = Family(name="track", kind="recording", unknown="Track not found")

MBID = Param(name="mbid", about="MusicBrainz id, in the place of names.")
AUTOCORRECT = Param(name="autocorrect", about="1: follow known corrections of the names.")
LANG = Param(name="lang", about="Taken, not used: there are no texts in several languages.")
SPOKEN_OF = "lastfm_spoken_of"
"""The setting with the ids of things that a user tagged before anybody heard them, latest last."""
MOST_SPOKEN_OF = 200

USERNAME = Param(name="username", about="Whose plays to tell; without it those of the session's user.")


def name_params(family: Family, *, required: bool = False) -> tuple[Param, ...]:
    """The parameters that name a thing; `required` where no MusicBrainz id can stand for them."""
    about = "" if required else "Required without mbid."
    names = ("artist",) if family is ARTIST else ("artist", family.name)
    return tuple(Param(name=name, required=required, about=about) for name in names)


def words(call: Call, family: Family) -> tuple[str, str]:
    """(name, artist) as the call gives them; the artist of an artist is "". Fault 6 when one is missing."""
    artist = _name(call, "artist")
    return (artist, "") if family is ARTIST else (_name(call, family.name), artist)


def _name(call: Call, parameter: str) -> str:
    # Of a name of control characters nothing is left to look up.
    if name := clean(call.required(parameter)):
        return name
    raise Fault(6, MISSING)


def by_words(call: Call, family: Family, name: str, artist: str, viewer: User | None) -> EntityRef:
    """What these names mean to `viewer`, whether anybody heard it or not, spelled as they are given."""
    said = Submission(
        source="lastfm",
        artist_name=artist or name,
        track_name=name if family is TRACK else "",
        release_name=name if family is ALBUM else "",
        listened_at=UnixSeconds(0),
    )
    mapped = map_track(track_of(said))
    meant = {"artist": mapped.artists[0], "release": mapped.release, "recording": mapped.recording}[family.kind]
    thing = cast(Entity, meant)
    entity_id = thing.entity_id
    if viewer:
        # A decision may lead the names elsewhere, also those of something that was never heard.
        entity_id = call.services.insights.led(viewer.user_id, family.kind, artist or name, name if artist else "")
    return EntityRef(
        kind=family.kind, entity_id=entity_id, name=thing.name, credit=thing.credit, credit_id=thing.credit_id
    )


def look_up(call: Call, family: Family, viewer: User | None) -> EntityRef | None:
    """The thing a call names, as `viewer` knows it; None when it is unknown to them. Fault 6 without names."""
    commons = call.services.commons
    if mbid := call.text("mbid"):
        return commons.by_mbid(family.kind, mbid, viewer)
    name, artist = words(call, family)
    given = artist
    if call.flag("autocorrect"):
        corrected = commons.correction(viewer, artist or name, name if family is TRACK else "")
        if family is not ALBUM and (thing := corrected.artist if family is ARTIST else corrected.recording):
            return thing
        artist = corrected.artist.name if corrected.artist and artist else artist
    # An album keeps the artist it was said under, where that one was merged away.
    for by in dict.fromkeys((artist, given)):
        if heard := commons.named(viewer, family.kind, name, artist=by):
            return heard
    return _spoken_of(call, family, name, artist, viewer)


def _spoken_of(call: Call, family: Family, name: str, artist: str, viewer: User | None) -> EntityRef | None:
    meant = by_words(call, family, name, artist, viewer)
    if call.services.tags.top(family.kind, meant.entity_id, viewer):
        return meant
    if viewer and meant.entity_id in spoken_of(call, viewer):
        return meant
    if family is TRACK and viewer and call.services.feedback.scores(viewer.user_id, [meant.entity_id]):
        return meant
    return None


def spoken_of(call: Call, user: User) -> list[int]:
    """What a user tagged before anybody heard it; it stays known to them when the last tag is taken off."""
    kept = call.services.accounts.setting(user.user_id, SPOKEN_OF)
    return kept if isinstance(kept, list) else []


def needed(call: Call, family: Family, *, user: User | None = None, status: int = 200) -> EntityRef:
    """The thing a call names: as the caller knows it, else as `user` does, whom the call asks about.

    Raises:
        Fault: 6 with the family's text and this HTTP status when neither knows it.
    """
    found = look_up(call, family, call.viewer)
    if found is None and user is not None:
        found = look_up(call, family, user)
    if found is None:
        raise Fault(6, family.unknown, status)
    return found


def subject(family: Family, thing: EntityRef) -> dict[str, Value]:
    """The attributes by which a list says what it is about."""
    return {"artist": thing.name} if family is ARTIST else {"artist": thing.credit, family.name: thing.name}


def context_user(call: Call) -> User | None:
    """Whose plays the answer tells: parameter `username` if the caller may know that user, else the session's."""
    name = call.text("username")
    if not name:
        return call.session_user
    try:
        return call.services.accounts.find(name, call.viewer)
    except NotFound:
        return None


def as_heard_by(call: Call, family: Family, thing: EntityRef, user: User) -> EntityRef:
    """The same thing in a user's own map, where merges and splits of theirs may have given it another id."""
    return call.services.commons.named(user, family.kind, thing.name, artist=thing.credit) or thing


def plays_of(call: Call, family: Family, thing: EntityRef, user: User) -> int:
    """How often a user played it."""
    theirs = as_heard_by(call, family, thing, user)
    return call.services.commons.stats(family.kind, theirs.entity_id, user).viewer_plays


def blocks(call: Call, things: Iterable[EntityRef], *, catalogue: bool = True) -> dict[int, Box]:
    """The `<artist>` of each album or track, by the id of the album or track."""
    things = list(things)
    artists = call.services.commons.refs(list({thing.credit_id for thing in things}), call.viewer)
    made = {}
    for thing in things:
        first = artists.get(thing.credit_id)
        # A credit of several has no id: the first artist's would say that the others are one with it.
        alone = first is not None and name_key(first.name) == name_key(thing.credit)
        mbid = first.mbid if first and alone else ""
        made[thing.entity_id] = artist_block(call, thing.credit, mbid, catalogue=catalogue)
    return made
