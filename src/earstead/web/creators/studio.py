"""An episode's forms: edit, schedule, publish, poll, delete. Each shows the exact change before it sends it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Rejected
from earstead.kit.http import blocking
from earstead.services.creators.types import CreatorEpisode
from earstead.services.creators.write_types import (
    OPTIONS_MOST,
    QUESTION_MOST,
    TITLE_MOST,
    Change,
    EpisodeEdit,
    EpisodeType,
    PollWanted,
)
from earstead.web.auth import signed_in
from earstead.web.creators.episodes import episode_of
from earstead.web.creators.frame import Seat, seat, show_page
from earstead.web.creators.planned import ask_first
from earstead.web.creators.times import field_of, moment_of
from earstead.web.forms import Form, read_form

KINDS: dict[str, EpisodeType] = {"full": "full", "trailer": "trailer", "bonus": "bonus"}
_UNCHANGED = ""
_KEPT = ("explicit", "season", "number")
"""What Spotify does not tell of an episode; where it was written from here, the journal knows."""
_POLL_DAYS = 30


def _here(at: Seat, episode: CreatorEpisode) -> str:
    return f"{at.base}/episodes/{episode.episode_id}"


async def _form_page(
    request: Request, at: Seat, episode: CreatorEpisode, template: str, fault: AppError | None = None, **more: Any
) -> Response:
    return show_page(
        request, at, template, room="/episodes", fault=fault, episode=episode, here=_here(at, episode), **more
    )


# --- title, description and the rest --------------------------------------------------------------------------------


def _values(episode: CreatorEpisode) -> dict[str, str]:
    return {
        "title": episode.title,
        "description": episode.description,
        "episode_type": _UNCHANGED,
        "season": "",
        "number": "",
        "explicit": _UNCHANGED,
    }


async def _edit_page(
    request: Request, at: Seat, episode: CreatorEpisode, form: Form, fault: AppError | None
) -> Response:
    values = _values(episode) | form.values()
    written = await blocking(at.creators.changes.written, at.account.account_id, episode.uri) if episode.uri else {}
    now = {"episode_type": episode.episode_type} | {name: written[name] for name in _KEPT if name in written}
    return await _form_page(request, at, episode, "edit.html", fault, values=values, most=TITLE_MOST, known=now)


@signed_in
async def _edit(request: Request) -> Response:
    at = await seat(request)
    return await _edit_page(request, at, await episode_of(request, at), Form([]), None)


@signed_in
async def _change(request: Request) -> Response:
    at = await seat(request)
    episode, form = await episode_of(request, at), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _edit_page(request, at, episode, again, fault)

    def wish(dry_run: bool) -> Change:
        wanted = edit_of(form, episode)
        return at.creators.studio.edit(at.user.user_id, episode.episode_id, wanted, dry_run=dry_run)

    here = _here(at, episode)
    return await ask_first(request, at, form, wish, back=f"{here}/edit", done=here, refused=refused, room="/episodes")


def edit_of(form: Form, episode: CreatorEpisode) -> EpisodeEdit:
    """What a form changes of an episode: only the fields that differ from what is known. Raises Rejected."""
    title, description = form.text("title"), form.raw("description").replace("\r\n", "\n").strip()
    if not title:
        raise Rejected("title", "an episode needs a title")
    return EpisodeEdit(
        title=title if title != episode.title else None,
        description=html_of(description) if description != episode.description else None,
        episode_type=KINDS.get(form.text("episode_type")),
        explicit={"yes": True, "no": False}.get(form.text("explicit")),
        season=form.number("season") if form.text("season") else None,
        number=form.number("number") if form.text("number") else None,
    )


def html_of(text: str) -> str:
    """A description as the service keeps it: what has no markup of its own gets paragraphs and line breaks."""
    if "<" in text or not text:
        return text
    escaped = text.replace("&", "&amp;").replace(">", "&gt;")
    return "".join(
        f"<p>{'<br />'.join(part.strip().splitlines())}</p>" for part in escaped.split("\n\n") if part.strip()
    )


# --- when it goes public --------------------------------------------------------------------------------------------


async def _schedule_page(
    request: Request, at: Seat, episode: CreatorEpisode, form: Form, fault: AppError | None
) -> Response:
    on = form.text("publish_on") or field_of(episode.published_at, at.user.zone)
    return await _form_page(request, at, episode, "schedule.html", fault, on=on)


@signed_in
async def _schedule(request: Request) -> Response:
    at = await seat(request)
    return await _schedule_page(request, at, await episode_of(request, at), Form([]), None)


@signed_in
async def _set_date(request: Request) -> Response:
    at = await seat(request)
    episode, form = await episode_of(request, at), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _schedule_page(request, at, episode, again, fault)

    def wish(dry_run: bool) -> Change:
        on = moment_of("publish_on", form.text("publish_on"), at.user.zone)
        if not on:
            raise Rejected("publish_on", "say when it is to go public")
        return at.creators.studio.schedule(at.user.user_id, episode.episode_id, on, dry_run=dry_run)

    here = _here(at, episode)
    return await ask_first(
        request, at, form, wish, back=f"{here}/schedule", done=here, refused=refused, room="/episodes"
    )


@signed_in
async def _publish(request: Request) -> Response:
    at = await seat(request)
    episode, form = await episode_of(request, at), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _schedule_page(request, at, episode, again, fault)

    def wish(dry_run: bool) -> Change:
        if form.text("now") != "yes":
            raise Rejected("now", "tick that you mean it: everybody who follows the show is told at once")
        return at.creators.studio.publish(at.user.user_id, episode.episode_id, confirm=episode.title, dry_run=dry_run)

    here = _here(at, episode)
    return await ask_first(
        request, at, form, wish, back=f"{here}/schedule", done=here, refused=refused, room="/episodes"
    )


# --- for good -------------------------------------------------------------------------------------------------------


async def _delete_page(
    request: Request, at: Seat, episode: CreatorEpisode, form: Form, fault: AppError | None
) -> Response:
    def wish() -> Change:
        return at.creators.studio.delete(at.user.user_id, episode.episode_id, confirm="", dry_run=True)

    return await _form_page(
        request, at, episode, "delete.html", fault, change=await blocking(wish), typed=form.text("confirm")
    )


@signed_in
async def _delete(request: Request) -> Response:
    at = await seat(request)
    return await _delete_page(request, at, await episode_of(request, at), Form([]), None)


@signed_in
async def _remove(request: Request) -> Response:
    at = await seat(request)
    episode, form = await episode_of(request, at), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _delete_page(request, at, episode, again, fault)

    def wish(dry_run: bool) -> Change:
        typed = form.text("confirm")
        return at.creators.studio.delete(at.user.user_id, episode.episode_id, confirm=typed, dry_run=dry_run)

    here = _here(at, episode)
    return await ask_first(
        request, at, form, wish, back=here, done=f"{at.base}/episodes", refused=refused, room="/episodes"
    )


# --- polls ----------------------------------------------------------------------------------------------------------


async def _poll_page(
    request: Request, at: Seat, episode: CreatorEpisode, form: Form, fault: AppError | None
) -> Response:
    options = list(form.all("option")) + [""] * OPTIONS_MOST
    closes = form.text("closes_at") or field_of(at.now + _POLL_DAYS * 86_400, at.user.zone)
    return await _form_page(
        request,
        at,
        episode,
        "poll.html",
        fault,
        question=form.text("question"),
        options=options[:OPTIONS_MOST],
        closes=closes,
        most=QUESTION_MOST,
        poll=await blocking(at.creators.changes.poll_of, episode),
    )


@signed_in
async def _poll(request: Request) -> Response:
    at = await seat(request)
    return await _poll_page(request, at, await episode_of(request, at), Form([]), None)


@signed_in
async def _put_poll(request: Request) -> Response:
    at = await seat(request)
    episode, form = await episode_of(request, at), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _poll_page(request, at, episode, again, fault)

    def wish(dry_run: bool) -> Change:
        wanted = PollWanted(
            question=form.text("question"),
            options=tuple(filter(None, map(str.strip, form.all("option")))),
            opens_at=at.now,
            closes_at=moment_of("closes_at", form.text("closes_at"), at.user.zone),
        )
        return at.creators.studio.poll(at.user.user_id, episode.episode_id, wanted, dry_run=dry_run)

    here = _here(at, episode)
    return await ask_first(request, at, form, wish, back=f"{here}/poll", done=here, refused=refused, room="/episodes")


@signed_in
async def _take_poll(request: Request) -> Response:
    at = await seat(request)
    episode, form = await episode_of(request, at), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _poll_page(request, at, episode, again, fault)

    def wish(dry_run: bool) -> Change:
        typed = form.text("confirm")
        return at.creators.studio.remove_poll(at.user.user_id, episode.episode_id, confirm=typed, dry_run=dry_run)

    here = _here(at, episode)
    return await ask_first(request, at, form, wish, back=f"{here}/poll", done=here, refused=refused, room="/episodes")


_ONE = "/create/{show_id:int}/episodes/{episode_id:int}"
routes: list[BaseRoute] = [
    Route(f"{_ONE}/edit", _edit, methods=["GET"]),
    Route(f"{_ONE}/edit", _change, methods=["POST"]),
    Route(f"{_ONE}/schedule", _schedule, methods=["GET"]),
    Route(f"{_ONE}/schedule", _set_date, methods=["POST"]),
    Route(f"{_ONE}/publish", _publish, methods=["POST"]),
    Route(f"{_ONE}/delete", _delete, methods=["GET"]),
    Route(f"{_ONE}/delete", _remove, methods=["POST"]),
    Route(f"{_ONE}/poll", _poll, methods=["GET"]),
    Route(f"{_ONE}/poll", _put_poll, methods=["POST"]),
    Route(f"{_ONE}/poll/remove", _take_poll, methods=["POST"]),
]
