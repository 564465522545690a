"""Files on their way: a new episode with its audio or video, media for a draft, covers; and how far an upload is.

A file goes to this server first, with a bar that moves; then the page shows what would be sent to Spotify, and only a
yes hands it to the worker.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.services.creators import wishes
from earstead.services.creators.types import CreatorEpisode
from earstead.services.creators.write_types import TITLE_MOST, Change, NewEpisode
from earstead.web.auth import services_of, signed_in
from earstead.web.creators.frame import Seat, path_id, seat, show_page
from earstead.web.creators.parked import Parked, discard, park, parked, sent_on
from earstead.web.creators.planned import SEND, ask_first, done_words, failed_page, planned_page
from earstead.web.creators.studio import KINDS, html_of
from earstead.web.creators.times import field_of, moment_of
from earstead.web.forms import Form, read_form
from earstead.web.uploads import receive_form


def _root(request: Request) -> Path:
    return services_of(request).data / "creators"


async def _episode(at: Seat, episode_id: int) -> CreatorEpisode | None:
    """The episode a file is for, None for the show itself. Raises NotFound."""
    if not episode_id:
        return None
    return await blocking(at.creators.shows.episode, at.user.user_id, episode_id)


# --- the forms ------------------------------------------------------------------------------------------------------


async def _new_page(request: Request, at: Seat, form: Form, fault: AppError | None) -> Response:
    values = {"title": "", "description": "", "publish_on": "", "episode_type": "full", "season": "", "number": ""}
    return show_page(
        request,
        at,
        "new.html",
        room="/episodes",
        fault=fault,
        values=values | form.values(),
        most=TITLE_MOST,
        formats=", ".join(sorted(one[1:] for one in wishes.AUDIO | wishes.VIDEO)),
        accept=",".join(sorted(wishes.AUDIO | wishes.VIDEO)),
        earliest=field_of(at.now, at.user.zone),
        max_mib=services_of(request).limits.upload_mib,
        uploads=await blocking(at.creators.studio.uploads.of_show, at.user.user_id, at.show.show_id),
    )


@signed_in
async def _new(request: Request) -> Response:
    return await _new_page(request, await seat(request), Form([]), None)


async def _file_page(
    request: Request, at: Seat, episode: CreatorEpisode | None, kind: str, fault: AppError | None = None
) -> Response:
    known = wishes.PICTURES if kind == "cover" else wishes.AUDIO | wishes.VIDEO
    return show_page(
        request,
        at,
        "file.html",
        room="/episodes" if episode else "/settings",
        fault=fault,
        episode=episode,
        kind=kind,
        closed=kind == "media" and episode is not None and episode.state == "published",
        formats=", ".join(sorted(one[1:] for one in known)),
        accept=",".join(sorted(known)),
    )


def _kind(request: Request) -> str:
    return "cover" if request.url.path.endswith("/cover") else "media"


@signed_in
async def _file(request: Request) -> Response:
    at = await seat(request)
    episode = await _episode(at, path_id(request, "episode_id"))
    return await _file_page(request, at, episode, _kind(request))


# --- receiving, and asking ------------------------------------------------------------------------------------------


@signed_in
async def _receive(request: Request) -> Response:
    """Take a form with its file; without one, a new episode becomes a draft."""
    at = await seat(request)
    episode_id = path_id(request, "episode_id")
    purpose = "new" if request.url.path.endswith("/new") else _kind(request)
    folder = await blocking(at.creators.studio.uploads.incoming)
    form = Form([])
    try:
        form, files = await receive_form(request, folder, services_of(request).limits.upload_bytes)
        return await _received(request, at, form, files, purpose, episode_id)
    except (Rejected, Conflict) as fault:
        await blocking(shutil.rmtree, folder, ignore_errors=True)
        if purpose == "new":
            return await _new_page(request, at, form, fault)
        return await _file_page(request, at, await _episode(at, episode_id), purpose, fault)
    except BaseException:  # somebody who went away in the middle, too
        await blocking(shutil.rmtree, folder, ignore_errors=True)
        raise


async def _received(
    request: Request, at: Seat, form: Form, files: list[Path], purpose: str, episode_id: int
) -> Response:
    if not files:
        raise Rejected(
            "file", "choose a file, or make a draft without one below" if purpose == "new" else "choose a file"
        )
    file = files[0]
    wish = Form([*form.pairs(), ("purpose", purpose), ("episode_id", str(episode_id))])
    await blocking(plan, at, Parked(token="", file=file, show_id=at.show.show_id, fields=wish.pairs()))
    token = await blocking(park, file.parent, file, at.user.user_id, at.show.show_id, wish.pairs(), at.now)
    return RedirectResponse(f"{at.base}/studio/plan/{token}", 303)


def plan(at: Seat, wish: Parked) -> Change:
    """What a parked file would change: checked, nothing sent. Raises Rejected, Conflict, NotFound."""
    form, studio = Form(list(wish.fields)), at.creators.studio
    user_id, show_id, episode_id = at.user.user_id, at.show.show_id, form.number("episode_id")
    if form.text("purpose") == "cover":
        return studio.cover(user_id, show_id, wish.file, episode_id=episode_id, dry_run=True)
    if form.text("purpose") == "new":
        return studio.plan_upload(user_id, show_id, wish.file, new_episode(form, at))
    return _media_plan(at, wish.file, at.creators.shows.episode(user_id, episode_id))


def _media_plan(at: Seat, file: Path, episode: CreatorEpisode) -> Change:
    """What a file for an episode that is there would do. Raises Rejected, Conflict."""
    if episode.state == "published":
        raise Conflict(f"“{episode.title}” is published; a file goes into a draft or a scheduled episode.")
    named = NewEpisode(title=episode.title or "untitled")
    made = at.creators.studio.plan_upload(at.user.user_id, at.show.show_id, file, named)
    after = {name: value for name, value in made.after.items() if name in ("file", "kind", "bytes")}
    undo = "Upload another file to replace it, as long as the episode is not public."
    return replace(made, action="episode.media", target=episode.uri, after=after, undo=undo)


def new_episode(form: Form, at: Seat) -> NewEpisode:
    """The episode that a form describes. Raises Rejected."""
    return NewEpisode(
        title=form.text("title"),
        description=html_of(form.raw("description").replace("\r\n", "\n").strip()),
        publish_on=moment_of("publish_on", form.text("publish_on"), at.user.zone),
        sponsored=form.text("sponsored") == "yes",
        explicit=form.text("explicit") == "yes",
        episode_type=KINDS.get(form.text("episode_type"), "full"),
        season=form.number("season") if form.text("season") else 0,
        number=form.number("number") if form.text("number") else 0,
    )


@signed_in
async def _plan(request: Request) -> Response:
    at = await seat(request)
    token = request.path_params["token"]
    wish = await blocking(parked, _root(request), token, at.user.user_id, at.show.show_id)
    change = await blocking(plan, at, wish)
    here = f"{at.base}/studio/plan/{token}"
    return planned_page(request, at, Form([]), change, back=at.base, room="/episodes", cancel=f"{here}/cancel")


@signed_in
async def _send(request: Request) -> Response:
    """The yes: media goes to the worker, a cover is sent while one waits."""
    at, form, root = await seat(request), await read_form(request), _root(request)
    token = request.path_params["token"]
    wish = await blocking(parked, root, token, at.user.user_id, at.show.show_id)
    if form.text("step") != SEND:
        return RedirectResponse(request.url.path, 303)
    said = Form(list(wish.fields))
    studio, user_id, episode_id = at.creators.studio, at.user.user_id, said.number("episode_id")
    try:
        if said.text("purpose") == "cover":
            change = await reaching_out(studio.cover, user_id, at.show.show_id, wish.file, episode_id=episode_id)
            await blocking(discard, root, token)
            home = f"{at.base}/episodes/{episode_id}" if episode_id else f"{at.base}/settings"
            return redirect(home, notice=done_words(change))
        wanted = new_episode(said, at) if said.text("purpose") == "new" else None
        upload = await blocking(
            studio.upload, user_id, at.show.show_id, wish.file, wanted, episode_id=episode_id, name=wish.file.name
        )
    except AppError as fault:
        return failed_page(request, at, form, fault, back=at.base, room="/episodes")
    await blocking(sent_on, root, token)
    return RedirectResponse(f"{at.base}/studio/uploads/{upload.upload_id}", 303)


@signed_in
async def _cancel_plan(request: Request) -> Response:
    at, token = await seat(request), request.path_params["token"]
    await blocking(parked, _root(request), token, at.user.user_id, at.show.show_id)
    await blocking(discard, _root(request), token)
    return redirect(at.base, notice="Nothing was sent. The file is removed from this server.")


# --- how far it is --------------------------------------------------------------------------------------------------


@signed_in
async def _upload(request: Request) -> Response:
    at = await seat(request)
    upload_id = path_id(request, "upload_id")
    found = await blocking(at.creators.studio.uploads.get, at.user.user_id, upload_id)
    part = "upload_state.html" if request.headers.get("hx-request") else "upload.html"
    return show_page(request, at, part, room="/episodes", upload=found)


@signed_in
async def _steer(request: Request) -> Response:
    """Cancel an upload, or go on with one that failed."""
    at = await seat(request)
    upload_id, what = path_id(request, "upload_id"), request.path_params["what"]
    uploads = at.creators.studio.uploads
    if what == "cancel":
        await blocking(uploads.cancel, at.user.user_id, upload_id)
        said = "Stopped. A draft that was made stays."
    elif what == "retry":
        await blocking(uploads.retry, at.user.user_id, upload_id)
        said = "It goes on where it stopped."
    else:
        raise NotFound("There is no such button.")
    return redirect(f"{at.base}/studio/uploads/{upload_id}", notice=said)


# --- a draft without a file -----------------------------------------------------------------------------------------


@signed_in
async def _draft(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _new_page(request, at, again, fault)

    def wish(dry_run: bool) -> Change:
        if form.text("publish_on"):
            raise Rejected("publish_on", "needs a file: an episode without audio cannot go public")
        return at.creators.studio.draft(at.user.user_id, at.show.show_id, new_episode(form, at), dry_run=dry_run)

    back, done = f"{at.base}/studio/new", f"{at.base}/episodes?state=draft"
    return await ask_first(request, at, form, wish, back=back, done=done, refused=refused, room="/episodes")


_SHOW = "/create/{show_id:int}"
_PLAN = f"{_SHOW}/studio/plan/{{token}}"
_UPLOAD = f"{_SHOW}/studio/uploads/{{upload_id:int}}"
routes: list[BaseRoute] = [
    Route(f"{_SHOW}/studio/new", _new, methods=["GET"]),
    Route(f"{_SHOW}/studio/new", _receive, methods=["POST"]),
    Route(f"{_SHOW}/studio/draft", _draft, methods=["POST"]),
    *(
        route
        for path in (
            f"{_SHOW}/episodes/{{episode_id:int}}/media",
            f"{_SHOW}/episodes/{{episode_id:int}}/cover",
            f"{_SHOW}/cover",
        )
        for route in (Route(path, _file, methods=["GET"]), Route(path, _receive, methods=["POST"]))
    ),
    Route(_PLAN, _plan, methods=["GET"]),
    Route(_PLAN, _send, methods=["POST"]),
    Route(f"{_PLAN}/cancel", _cancel_plan, methods=["POST"]),
    Route(_UPLOAD, _upload, methods=["GET"]),
    Route(f"{_UPLOAD}/{{what:str}}", _steer, methods=["POST"]),
]
