"""Podcasts of Spotify for Creators: what was read of accounts, shows, episodes, comments; and the reading itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path as InPath
from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from earstead.apis.native import creators_shapes as shapes
from earstead.apis.native.callers import CreatorReader, CreatorWriter, Held, new_router
from earstead.apis.native.shapes import IdPath, Request
from earstead.core.errors import NotFound
from earstead.kit.http import blocking, reaching_out

router = new_router("podcasts")

Page = Annotated[int, Query(ge=1, le=100_000)]
Cookie = Annotated[str, Field(max_length=4096)]


class Cookies(Request):
    """The cookies of a signed-in browser. They open the whole Spotify account: send them over TLS only."""

    sp_dc: Cookie = Field(min_length=1)
    sp_key: Cookie = ""


class NewAccount(Cookies):
    """An account to be connected."""

    label: str = Field("", max_length=100)


@router.get("/creators/accounts", response_model=tuple[shapes.CreatorAccount, ...])
async def accounts(who: CreatorReader, services: Held) -> Any:
    """Your accounts, without their cookies."""
    return await blocking(services.creators.accounts.of_user, who.id)


@router.post("/creators/accounts", response_model=shapes.CreatorAccount, status_code=201)
async def connect(who: CreatorWriter, services: Held, body: NewAccount) -> Any:
    """Connect an account by its cookies: they are tried out at once, sealed, and never told again."""
    return await reaching_out(services.creators.accounts.connect, who.id, body.sp_dc, body.sp_key, body.label)


@router.put("/creators/accounts/{account_id}/cookies", response_model=shapes.CreatorAccount)
async def replace_cookies(who: CreatorWriter, services: Held, account_id: IdPath, body: Cookies) -> Any:
    """Give an account new cookies."""
    replace = services.creators.accounts.replace_cookies
    return await reaching_out(replace, who.id, account_id, body.sp_dc, body.sp_key)


@router.delete("/creators/accounts/{account_id}", status_code=204)
async def disconnect(
    who: CreatorWriter,
    services: Held,
    account_id: IdPath,
    erase: Annotated[bool, Query(description="Also remove everything that was read with it.")] = False,
) -> Response:
    """Forget the cookies of an account."""
    await blocking(services.creators.accounts.disconnect, who.id, account_id, erase=erase)
    return Response(status_code=204)


@router.get("/creators/accounts/{account_id}/health", response_model=shapes.CreatorHealth)
async def health(who: CreatorReader, services: Held, account_id: IdPath) -> Any:
    """How an account does, from what was heard last; asks nobody."""
    return await blocking(services.creators.health.of_account, who.id, account_id)


@router.post("/creators/accounts/{account_id}/check", response_model=shapes.CreatorHealth)
async def check(who: CreatorWriter, services: Held, account_id: IdPath) -> Any:
    """Try an account out, now, and name the cause of what is wrong."""
    return await reaching_out(services.creators.health.check, who.id, account_id)


@router.get("/creators/accounts/{account_id}/syncs", response_model=tuple[shapes.SyncRun, ...])
async def syncs(
    who: CreatorReader, services: Held, account_id: IdPath, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Any:
    """When an account was read, latest first, and the reading under way."""
    return await blocking(services.creators.syncs.history, who.id, account_id, limit)


@router.post("/creators/accounts/{account_id}/syncs", response_model=shapes.SyncRun, status_code=202)
async def sync(who: CreatorWriter, services: Held, account_id: IdPath) -> Any:
    """Have an account read at once; the one that waits or runs, if there is one."""
    return await blocking(services.creators.syncs.now, who.id, account_id)


@router.get("/creators/shows", response_model=tuple[shapes.CreatorShow, ...])
async def shows(who: CreatorReader, services: Held) -> Any:
    """Your shows, by name."""
    return await blocking(services.creators.shows.of_user, who.id)


@router.get("/creators/shows/{show_id}", response_model=shapes.CreatorShow)
async def show(who: CreatorReader, services: Held, show_id: IdPath) -> Any:
    """One show."""
    return await blocking(services.creators.shows.get, who.id, show_id)


@router.get("/creators/shows/{show_id}/episodes", response_model=shapes.EpisodePage)
async def episodes(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    state: Literal["", "published", "scheduled", "draft", "gone"] = "",
    search: Annotated[str, Query(max_length=200, description="Words of the title.")] = "",
    sort: Literal["newest", "oldest", "title", "plays", "longest"] = "newest",
    page: Page = 1,
    size: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Any:
    """A page of a show's episodes; all states but `gone` unless one is asked for."""
    asked: dict[str, Any] = {"state": state, "search": search, "sort": sort, "page": page, "size": size}
    return await blocking(services.creators.shows.episodes, who.id, show_id, **asked)


@router.get("/creators/episodes/{episode_id}", response_model=shapes.CreatorEpisode)
async def episode(who: CreatorReader, services: Held, episode_id: IdPath) -> Any:
    """One episode."""
    return await blocking(services.creators.shows.episode, who.id, episode_id)


@router.get("/creators/find/{named:path}", response_model=shapes.CreatorEpisode)
async def find(
    who: CreatorReader,
    services: Held,
    named: Annotated[str, InPath(max_length=500, description="Id at Spotify, URI, address, or Anchor's number.")],
) -> Any:
    """An episode by any of the names it has."""
    return await blocking(services.creators.shows.find_episode, who.id, named)


@router.get("/creators/episodes/{episode_id}/transcript", response_model=shapes.CreatorTranscript)
async def transcript(who: CreatorReader, services: Held, episode_id: IdPath) -> Any:
    """What is said in an episode. 404 where it was not told."""
    found = await blocking(services.creators.shows.transcript, who.id, episode_id)
    if found is None:
        raise NotFound("No transcript was told of this episode.")
    return found


@router.get("/creators/shows/{show_id}/comments", response_model=shapes.Inbox)
async def comments(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    state: Literal["open", "answered", "review", "all"] = "open",
    page: Page = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 25,
) -> Any:
    """Comments on a show, newest first; `open`: not answered yet, `review`: waiting for approval."""
    return await blocking(services.creators.comments.inbox, who.id, show_id, state, page, size=size)


@router.get("/creators/comments/{comment_id}", response_model=shapes.CreatorComment)
async def comment(who: CreatorReader, services: Held, comment_id: IdPath) -> Any:
    """One comment."""
    return await blocking(services.creators.comments.get, who.id, comment_id)


@router.get("/creators/shows/{show_id}/changes", response_model=shapes.ChangePage)
async def changes(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    page: Page = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Everything that was written of a show from here, latest first, with before and after."""
    await blocking(services.creators.shows.get, who.id, show_id)
    return await blocking(services.creators.changes.of_show, who.id, show_id, page, size=size)


@router.get("/creators/changes/{change_id}", response_model=shapes.Change)
async def change(who: CreatorReader, services: Held, change_id: IdPath) -> Any:
    """One change."""
    return await blocking(services.creators.changes.get, who.id, change_id)
