"""Changing podcasts: episodes, uploads, covers, settings, polls, comments; each in the journal before it is sent."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi import Request as HttpRequest
from pydantic import Field

from earstead.apis.native import creators_shapes as shapes
from earstead.apis.native.callers import CreatorReader, CreatorWriter, Held, new_router
from earstead.apis.native.shapes import IdPath, Request, Seconds
from earstead.apis.native.uploads import received
from earstead.core.errors import Rejected
from earstead.kit.http import blocking, reaching_out
from earstead.services.container import Services
from earstead.services.creators.write_types import (
    Actor,
    Change,
    EpisodeEdit,
    NewEpisode,
    PollWanted,
    ShowEdit,
    Upload,
    moment,
)

router = new_router("podcast changes")

ACTOR: Actor = "api"
DryRun = Annotated[bool, Query(description="Answer with the change that would be made, and make no call at all.")]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=20_000, description="HTML.")]
EpisodeType = Literal["full", "trailer", "bonus"]
Number = Annotated[int, Field(ge=1, le=100_000)]
Confirm = Annotated[str, Query(max_length=300, description="The episode's title, typed out: it cannot be taken back.")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "properties": {"file": _BINARY["schema"]}}}
_FILE = {
    "requestBody": {"required": True, "content": {"multipart/form-data": _FORM, "application/octet-stream": _BINARY}}
}
FileName = Annotated[str, Query(max_length=255, description="The file's name, for a body that is the file.")]


class Draft(Request):
    """An episode to be made, as a draft without media."""

    title: Title
    description: Description = ""
    episode_type: EpisodeType = "full"
    explicit: bool = False
    season: Number | None = None
    number: Number | None = None


class Edit(Request):
    """What is given changes, nothing else does."""

    title: Title | None = None
    description: Description | None = None
    episode_type: EpisodeType | None = None
    explicit: bool | None = None
    season: Number | None = None
    number: Number | None = None
    publish_on: Seconds | None = Field(None, description="Unix seconds; for one that is scheduled.")


class Schedule(Request):
    """When it is to be published."""

    publish_on: Seconds = Field(description="Unix seconds, at least a minute ahead.")


class Confirmed(Request):
    """A word that it is meant."""

    confirm: str = Field(max_length=300, description="The episode's title, typed out.")


class ShowChange(Request):
    """What is given changes, nothing else does."""

    name: str | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=600)
    author: str | None = Field(None, max_length=80)
    category: str | None = Field(None, max_length=100, description="One of the service's own, `Arts|Design`.")
    language: str | None = Field(None, max_length=20)
    explicit: bool | None = None


class Poll(Request):
    """A poll of an episode."""

    question: str = Field(min_length=1, max_length=140)
    options: tuple[Annotated[str, Field(min_length=1, max_length=50)], ...] = Field(
        min_length=2, max_length=7, strict=False
    )
    opens_at: Seconds = Field(0, description="0 for now.")
    closes_at: Seconds
    kind: Literal["single", "multiple"] = "single"


class Reply(Request):
    """An answer to a comment, as the show."""

    text: str = Field(min_length=1, max_length=500)


# --- episodes -------------------------------------------------------------------------------------------------------


@router.post("/creators/shows/{show_id}/episodes", response_model=shapes.Change, status_code=201)
async def draft(who: CreatorWriter, services: Held, show_id: IdPath, body: Draft, dry_run: DryRun = False) -> Any:
    """Make a draft. 409 when the show has a draft of that title. What is new is never published at once."""
    wanted = NewEpisode(**body.model_dump(exclude_none=True))
    return await reaching_out(services.creators.studio.draft, who.id, show_id, wanted, actor=ACTOR, dry_run=dry_run)


@router.patch("/creators/episodes/{episode_id}", response_model=shapes.Change)
async def edit(who: CreatorWriter, services: Held, episode_id: IdPath, body: Edit, dry_run: DryRun = False) -> Any:
    """Change an episode; what it says is read back and compared."""
    wanted = EpisodeEdit(**body.model_dump(exclude_none=True))
    return await reaching_out(services.creators.studio.edit, who.id, episode_id, wanted, actor=ACTOR, dry_run=dry_run)


@router.post("/creators/episodes/{episode_id}/schedule", response_model=shapes.Change)
async def schedule(
    who: CreatorWriter, services: Held, episode_id: IdPath, body: Schedule, dry_run: DryRun = False
) -> Any:
    """Have a draft published at a time, or move the time of one that is scheduled."""
    act = services.creators.studio.schedule
    return await reaching_out(act, who.id, episode_id, body.publish_on, actor=ACTOR, dry_run=dry_run)


@router.post("/creators/episodes/{episode_id}/publish", response_model=shapes.Change)
async def publish(
    who: CreatorWriter, services: Held, episode_id: IdPath, body: Confirmed, dry_run: DryRun = False
) -> Any:
    """Publish an episode now: everybody who follows the show is told."""
    act = services.creators.studio.publish
    return await reaching_out(act, who.id, episode_id, confirm=body.confirm, actor=ACTOR, dry_run=dry_run)


@router.delete("/creators/episodes/{episode_id}", response_model=shapes.Change)
async def delete(
    who: CreatorWriter, services: Held, episode_id: IdPath, confirm: Confirm = "", dry_run: DryRun = False
) -> Any:
    """Delete an episode for good."""
    act = services.creators.studio.delete
    return await reaching_out(act, who.id, episode_id, confirm=confirm, actor=ACTOR, dry_run=dry_run)


@router.put("/creators/episodes/{episode_id}/poll", response_model=shapes.Change)
async def poll(who: CreatorWriter, services: Held, episode_id: IdPath, body: Poll, dry_run: DryRun = False) -> Any:
    """Put a poll on an episode, or replace the one that is there. Needs a captured hash; the error says which."""
    said = body.model_dump()
    wanted = PollWanted(**{**said, "opens_at": said["opens_at"] or services.clock.now()})
    return await reaching_out(services.creators.studio.poll, who.id, episode_id, wanted, actor=ACTOR, dry_run=dry_run)


@router.delete("/creators/episodes/{episode_id}/poll", response_model=shapes.Change)
async def remove_poll(
    who: CreatorWriter, services: Held, episode_id: IdPath, confirm: Confirm = "", dry_run: DryRun = False
) -> Any:
    """Take a poll off an episode, with its votes."""
    act = services.creators.studio.remove_poll
    return await reaching_out(act, who.id, episode_id, confirm=confirm, actor=ACTOR, dry_run=dry_run)


@router.patch("/creators/shows/{show_id}", response_model=shapes.Change)
async def show_settings(
    who: CreatorWriter, services: Held, show_id: IdPath, body: ShowChange, dry_run: DryRun = False
) -> Any:
    """Change a show."""
    wanted = ShowEdit(**body.model_dump(exclude_none=True))
    act = services.creators.studio.show_settings
    return await reaching_out(act, who.id, show_id, wanted, actor=ACTOR, dry_run=dry_run)


# --- files ----------------------------------------------------------------------------------------------------------


@router.post("/creators/shows/{show_id}/uploads", response_model=shapes.Upload, status_code=202, openapi_extra=_FILE)
async def upload_new(
    request: HttpRequest,
    who: CreatorWriter,
    services: Held,
    show_id: IdPath,
    title: Annotated[str, Query(min_length=1, max_length=200)],
    name: FileName = "",
    description: Annotated[str, Query(max_length=4000)] = "",
    publish_on: Annotated[
        datetime | None, Query(description="Schedule it: 2026-12-01T09:00:00Z; a draft otherwise.")
    ] = None,
) -> Any:
    """Make an episode of an audio or video file, sent as a form or as the body itself; done in the background.

    Read the upload until its state is `done` or `failed`.
    """
    at = moment(publish_on) if publish_on else 0
    wanted = NewEpisode(title=title, description=description, publish_on=at)
    return await _upload(request, services, who.id, show_id, name, wanted=wanted)


@router.post(
    "/creators/episodes/{episode_id}/media", response_model=shapes.Upload, status_code=202, openapi_extra=_FILE
)
async def upload_into(
    request: HttpRequest, who: CreatorWriter, services: Held, episode_id: IdPath, name: FileName = ""
) -> Any:
    """Bring an audio or video file into a draft; done in the background."""
    episode = await blocking(services.creators.shows.episode, who.id, episode_id)
    return await _upload(request, services, who.id, episode.show_id, name, episode_id=episode_id)


async def _upload(
    request: HttpRequest, services: Services, user_id: int, show_id: int, name: str, **what: Any
) -> Upload:
    await blocking(services.creators.shows.get, user_id, show_id)
    folder = await blocking(services.creators.studio.uploads.incoming)
    try:
        file = await _one_file(request, folder, name)
        upload = services.creators.studio.upload
        return await blocking(upload, user_id, show_id, file, name=_shown(name, file), actor=ACTOR, **what)
    except BaseException:
        await blocking(shutil.rmtree, folder, ignore_errors=True)
        raise


async def _one_file(request: HttpRequest, folder: Path, name: str) -> Path:
    files = await received(request, folder, name or "upload")
    if len(files) != 1:
        raise Rejected("file", "one file at a time")
    return files[0]


def _shown(name: str, file: Path) -> str:
    # Files are stored under "000-" and what is harmless of their name.
    return name or file.name.partition("-")[2]


@router.get("/creators/shows/{show_id}/uploads", response_model=tuple[shapes.Upload, ...])
async def uploads(who: CreatorReader, services: Held, show_id: IdPath) -> Any:
    """The uploads of a show, latest first."""
    await blocking(services.creators.shows.get, who.id, show_id)
    return await blocking(services.creators.studio.uploads.of_show, who.id, show_id)


@router.get("/creators/uploads/{upload_id}", response_model=shapes.Upload)
async def one_upload(who: CreatorReader, services: Held, upload_id: IdPath) -> Any:
    """How far an upload is."""
    return await blocking(services.creators.studio.uploads.get, who.id, upload_id)


@router.post("/creators/uploads/{upload_id}/{act}", response_model=shapes.Upload)
async def act_on_upload(who: CreatorWriter, services: Held, upload_id: IdPath, act: Literal["retry", "cancel"]) -> Any:
    """Go on with an upload that failed, where it stopped; or stop one."""
    return await blocking(getattr(services.creators.studio.uploads, act), who.id, upload_id)


@router.put("/creators/shows/{show_id}/cover", response_model=shapes.Change, openapi_extra=_FILE)
async def show_cover(
    request: HttpRequest, who: CreatorWriter, services: Held, show_id: IdPath, name: FileName = "cover.jpg"
) -> Any:
    """Give a show a picture, JPEG or PNG; answers when the service shows it."""
    return await _cover(request, services, who.id, show_id, 0, name)


@router.put("/creators/episodes/{episode_id}/cover", response_model=shapes.Change, openapi_extra=_FILE)
async def episode_cover(
    request: HttpRequest, who: CreatorWriter, services: Held, episode_id: IdPath, name: FileName = "cover.jpg"
) -> Any:
    """Give an episode a picture of its own."""
    episode = await blocking(services.creators.shows.episode, who.id, episode_id)
    return await _cover(request, services, who.id, episode.show_id, episode_id, name)


async def _cover(
    request: HttpRequest, services: Services, user_id: int, show_id: int, episode_id: int, name: str
) -> Change:
    await blocking(services.creators.shows.get, user_id, show_id)
    folder = await blocking(services.creators.studio.uploads.incoming)
    try:
        file = await _one_file(request, folder, name)
        act = services.creators.studio.cover
        return await reaching_out(act, user_id, show_id, file, episode_id=episode_id, actor=ACTOR)
    finally:
        await blocking(shutil.rmtree, folder, ignore_errors=True)


# --- comments and the journal ---------------------------------------------------------------------------------------


@router.post("/creators/comments/{comment_id}/reply", response_model=shapes.Change)
async def reply(who: CreatorWriter, services: Held, comment_id: IdPath, body: Reply, dry_run: DryRun = False) -> Any:
    """Answer a comment as the show. Needs a captured hash; the error says which."""
    act = services.creators.comments.reply
    return await reaching_out(act, who.id, comment_id, body.text, actor=ACTOR, dry_run=dry_run)


@router.post("/creators/comments/{comment_id}/{action}", response_model=shapes.Change)
async def act_on_comment(
    who: CreatorWriter,
    services: Held,
    comment_id: IdPath,
    action: Literal["approve", "pin", "unpin", "read", "delete", "block"],
    sure: Annotated[bool, Query(description="Needed for `delete` and `block`, which cannot be taken back.")] = False,
    dry_run: DryRun = False,
) -> Any:
    """Approve, pin, unpin, mark as read, delete; or block whoever wrote it from the whole show."""
    asked: dict[str, Any] = {"actor": ACTOR, "dry_run": dry_run}
    if action in ("delete", "block"):
        asked["sure"] = sure
    return await reaching_out(getattr(services.creators.comments, action), who.id, comment_id, **asked)


@router.post("/creators/changes/{change_id}/undo", response_model=shapes.Change)
async def undo(who: CreatorWriter, services: Held, change_id: IdPath) -> Any:
    """Take a change back, as a change of its own. 409 with the reason where that cannot be."""
    return await reaching_out(services.creators.changes.undo, who.id, change_id, actor=ACTOR)
