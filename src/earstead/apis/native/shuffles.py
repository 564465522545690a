"""Shuffles: what comes next, what was done, and the acts of the page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from earstead.apis.native.callers import Held, Reader, Writer, new_router
from earstead.apis.native.shapes import Answer, Count, IdPath, Request, Seconds
from earstead.kit.http import blocking
from earstead.services.shuffles.shuffles import Standing
from earstead.services.shuffles.types import LogKind, Rules, SourceKind

router = new_router("shuffles")

Name = Annotated[str, Field(max_length=100)]
Day = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day of your time zone.")]


class RulesBody(Request):
    """What a shuffle does besides its order."""

    drop_after: int = Field(
        default=0, ge=0, le=1000, description="Plays after which a track is not dealt again; 0: never."
    )
    rest_days: int = Field(
        default=0, ge=0, le=36_500, description="Only what was not heard for so many days; 0: everything."
    )
    skips: bool = Field(default=False, description="Whether a skipped play counts as heard.")
    cap: int = Field(default=200, ge=1, le=1000, description="Removals a day, at most.")


class ShuffleBody(Request):
    """A shuffle to be made."""

    source: str = Field(max_length=40, description="One of `/shuffles/sources`.")
    name: Name = Field(default="", description="Empty: that of the source.")
    playlist: bool = Field(default=False, description="Mirror it into a private Spotify playlist of its own.")
    rules: RulesBody = RulesBody()


class SourceBody(Request):
    """What to follow from now on."""

    source: str = Field(max_length=40, description="One of `/shuffles/sources`.")


class ShuffleChange(Request):
    """The name and all rules of a shuffle."""

    name: Name
    rules: RulesBody


class ItemBody(Request):
    """What to do with a track."""

    act: Literal["heard", "aside", "back"]


class Source(Answer):
    """Something that can be shuffled."""

    choice: str = Field(description="Its name in `source`.")
    title: str
    note: str
    account_id: Count = Field(description="The Spotify account it is of; 0 for what is kept here.")


class RulesAnswer(Answer):
    """What a shuffle does besides its order."""

    drop_after: Count
    rest_days: Count
    skips: bool
    cap: Count


class Shuffle(Answer):
    """A shuffle, and how much of it is left."""

    shuffle_id: Count
    name: str
    source: SourceKind
    source_title: str
    state: Literal["on", "paused"]
    error: str = Field(description="Why it does not go on; empty when it does.")
    round: Count
    left: Count
    heard: Count
    aside: Count
    retired: Count
    playlist_url: str
    rules: RulesAnswer
    created_at: Seconds


class Track(Answer):
    """A track of a shuffle. `heard_at` is 0 for never."""

    item_id: Count
    uri: str
    track_name: str
    artist_name: str
    release_name: str
    duration_ms: Count
    plays: Count
    heard_at: Seconds


class Entry(Answer):
    """Something that was done to a shuffle."""

    log_id: Count
    at: Seconds
    day: str
    kind: LogKind
    item: Track | None
    round: Count
    listen_id: Count
    detail: str
    undone_at: Seconds


class Undone(Answer):
    """How many tracks wait again."""

    back: Count


@router.get("/shuffles", response_model=tuple[Shuffle, ...])
async def listing(who: Reader, services: Held) -> Any:
    """Your shuffles, oldest first."""
    return [_told(one) for one in await blocking(services.shuffles.of_user, who.id)]


@router.get("/shuffles/sources", response_model=tuple[Source, ...])
async def sources(who: Reader, services: Held) -> Any:
    """What can be shuffled."""
    return await blocking(services.shuffles.options, who.id)


@router.post("/shuffles", response_model=Shuffle, status_code=201)
async def create(who: Writer, services: Held, body: ShuffleBody) -> Any:
    """Make a shuffle. Its source is only ever read."""
    made = await blocking(
        services.shuffles.create,
        who.id,
        body.source,
        name=body.name,
        rules=_rules(body.rules),
        playlist=body.playlist,
    )
    return _told(await blocking(services.shuffles.get, who.id, made.shuffle_id))


@router.get("/shuffles/{shuffle_id}", response_model=Shuffle)
async def one(who: Reader, services: Held, shuffle_id: IdPath) -> Any:
    """One shuffle."""
    return _told(await blocking(services.shuffles.get, who.id, shuffle_id))


@router.put("/shuffles/{shuffle_id}", response_model=Shuffle)
async def change(who: Writer, services: Held, shuffle_id: IdPath, body: ShuffleChange) -> Any:
    """Change the name and the rules."""
    await blocking(services.shuffles.edit, who.id, shuffle_id, name=body.name, rules=_rules(body.rules))
    return _told(await blocking(services.shuffles.get, who.id, shuffle_id))


@router.delete("/shuffles/{shuffle_id}", status_code=204)
async def remove(who: Writer, services: Held, shuffle_id: IdPath) -> Response:
    """Forget a shuffle. Its playlist stays with Spotify, as it is."""
    await blocking(services.shuffles.remove, who.id, shuffle_id)
    return Response(status_code=204)


@router.post("/shuffles/{shuffle_id}/state/{state}", response_model=Shuffle)
async def set_state(who: Writer, services: Held, shuffle_id: IdPath, state: Literal["pause", "resume"]) -> Any:
    """Leave its playlist alone, or go on."""
    act = services.shuffles.pause if state == "pause" else services.shuffles.resume
    await blocking(act, who.id, shuffle_id)
    return _told(await blocking(services.shuffles.get, who.id, shuffle_id))


@router.post("/shuffles/{shuffle_id}/playlist", response_model=Shuffle)
async def mirror(who: Writer, services: Held, shuffle_id: IdPath) -> Any:
    """Give a shuffle that has no playlist a private one of its own."""
    await blocking(services.shuffles.mirror, who.id, shuffle_id)
    return _told(await blocking(services.shuffles.get, who.id, shuffle_id))


@router.put("/shuffles/{shuffle_id}/source", response_model=Shuffle)
async def follow_again(who: Writer, services: Held, shuffle_id: IdPath, body: SourceBody) -> Any:
    """Let a shuffle whose source is gone follow another one; its order stays."""
    await blocking(services.shuffles.follow_again, who.id, shuffle_id, body.source)
    return _told(await blocking(services.shuffles.get, who.id, shuffle_id))


@router.get("/shuffles/{shuffle_id}/next", response_model=tuple[Track, ...])
async def upcoming(
    who: Reader,
    services: Held,
    shuffle_id: IdPath,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Any:
    """What waits, in the order in which it comes."""
    return await blocking(services.shuffles.upcoming, who.id, shuffle_id, limit, offset)


@router.get("/shuffles/{shuffle_id}/log", response_model=tuple[Entry, ...])
async def log(
    who: Reader,
    services: Held,
    shuffle_id: IdPath,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int, Query(ge=0, le=1 << 53, description="Entries below this id.")] = 0,
) -> Any:
    """What was done, latest first."""
    return await blocking(services.shuffles.log, who.id, shuffle_id, limit, before)


@router.post("/shuffles/{shuffle_id}/days/{day}/undo", response_model=Undone)
async def undo(who: Writer, services: Held, shuffle_id: IdPath, day: Day) -> Any:
    """Take back what was removed on a day."""
    return {"back": await blocking(services.shuffles.undo, who.id, shuffle_id, day)}


@router.post("/shuffles/{shuffle_id}/items/{item_id}", response_model=Shuffle)
async def act(who: Writer, services: Held, shuffle_id: IdPath, item_id: IdPath, body: ItemBody) -> Any:
    """Take a track as heard, leave it out of all rounds, or let it come next."""
    shuffles = services.shuffles
    acts = {"heard": shuffles.mark_heard, "aside": shuffles.set_aside, "back": shuffles.bring_back}
    await blocking(acts[body.act], who.id, shuffle_id, item_id)
    return _told(await blocking(shuffles.get, who.id, shuffle_id))


def _rules(body: RulesBody) -> Rules:
    return Rules(drop_after=body.drop_after, rest_days=body.rest_days, skips=body.skips, cap=body.cap)


def _told(standing: Standing) -> dict[str, Any]:
    shuffle = standing.shuffle
    return {
        "shuffle_id": shuffle.shuffle_id,
        "name": shuffle.name,
        "source": shuffle.source,
        "source_title": standing.source_title,
        "state": shuffle.state,
        "error": shuffle.error,
        "round": shuffle.order.round,
        "left": standing.left,
        "heard": standing.heard,
        "aside": standing.aside,
        "retired": standing.retired,
        "playlist_url": shuffle.url,
        "rules": shuffle.rules,
        "created_at": shuffle.created_at,
    }
