"""Shuffles: what can be shuffled, what comes next, what was heard, what was done, and undoing a day of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.pagekit.words import plural
from earstead.services.shuffles.shuffles import Shuffles, Standing
from earstead.services.shuffles.types import LogEntry, Rules, SourceOption
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import Form, fault_of, query, read_form, whole

_SHOWN = 50
_LOGGED = 60


def _shuffles(request: Request) -> Shuffles:
    return services_of(request).shuffles


def _shuffle_id(request: Request) -> int:
    return whole("shuffle", request.path_params["shuffle_id"])


# --- all of them, and a new one -----------------------------------------------------------------------------------


@signed_in
async def _list(request: Request) -> Response:
    rows = await blocking(_shuffles(request).of_user, user_of(request).user_id)
    return page(request, "shuffles.html", rows=rows, summary=summary, section="listen")


@signed_in
async def _new(request: Request) -> Response:
    return await _form(request, query(request), None)


async def _form(request: Request, said: Form, fault: AppError | None) -> Response:
    options = await blocking(_shuffles(request).options, user_of(request).user_id)
    return page(
        request,
        "shuffle_new.html",
        status=422 if fault else 200,
        options=_choices(options),
        spotify=any(one.account_id for one in options),
        values=said.values(),
        fault=fault_of(fault),
        section="listen",
    )


def _choices(options: Sequence[SourceOption]) -> list[tuple[str, str]]:
    return [(one.choice, f"{one.title} · {one.note}" if one.note else one.title) for one in options]


@signed_in
async def _create(request: Request) -> Response:
    form = await read_form(request)
    try:
        made = await blocking(
            _shuffles(request).create,
            user_of(request).user_id,
            form.text("source"),
            name=form.text("name"),
            rules=_rules(form),
            playlist=form.text("playlist") == "1",
        )
    except (Rejected, Conflict, NotFound) as fault:
        return await _form(request, form, fault)
    return redirect(f"/shuffles/{made.shuffle_id}", notice="The shuffle is made.")


def _rules(form: Form) -> Rules:
    return Rules(
        drop_after=whole("drop_after", form.text("drop_after") or "0"),
        rest_days=whole("rest_days", form.text("rest_days") or "0"),
        skips=form.text("skips") == "1",
        cap=whole("cap", form.text("cap") or str(Rules().cap)),
    )


# --- one of them --------------------------------------------------------------------------------------------------


@signed_in
async def _show(request: Request) -> Response:
    return await _page(request, None)


async def _page(request: Request, fault: AppError | None) -> Response:
    shuffles, user, shuffle_id = _shuffles(request), user_of(request), _shuffle_id(request)
    standing: Standing = await blocking(shuffles.get, user.user_id, shuffle_id)
    skip = min(whole("skip", query(request).text("skip") or "0"), 10_000)
    log: tuple[LogEntry, ...] = await blocking(shuffles.log, user.user_id, shuffle_id, _LOGGED)
    options = await blocking(shuffles.options, user.user_id)
    days = [(day, list(rows)) for day, rows in groupby(log, key=lambda entry: entry.day)]
    return page(
        request,
        "shuffle.html",
        status=422 if fault else 200,
        standing=standing,
        shuffle=standing.shuffle,
        summary=summary(standing),
        upcoming=await blocking(shuffles.upcoming, user.user_id, shuffle_id, _SHOWN, skip),
        heard=await blocking(shuffles.heard, user.user_id, shuffle_id, 20),
        aside=await blocking(shuffles.aside, user.user_id, shuffle_id),
        days=[(day, rows, any(_can_be_undone(row) for row in rows)) for day, rows in days],
        said=said,
        options=_choices(options),
        spotify=any(one.account_id for one in options),
        skip=skip,
        shown=_SHOWN,
        fault=fault_of(fault),
        section="listen",
    )


def _can_be_undone(entry: LogEntry) -> bool:
    return entry.kind in ("heard", "gone", "aside") and not entry.undone_at


def summary(standing: Standing) -> str:
    """How a shuffle stands, as a sentence."""
    order = standing.shuffle.order
    if not order.known:
        return "Nothing to hear yet; the source is being read, or holds nothing."
    if standing.shuffle.rules.rest_days:
        return f"{plural(standing.left, 'track')} to hear, {standing.heard:,} at rest."
    whole_round = standing.left + standing.heard
    return f"{standing.left:,} of {plural(whole_round, 'track')} left in round {order.round}."


_WORDS = {
    "heard": "heard",
    "gone": "gone from the source",
    "aside": "left out by hand",
    "back": "brought back",
    "guest": "put in by hand",
    "moved": "Put into another order by hand",
    "round": "Everything was heard; the next round began",
}


def said(entry: LogEntry) -> str:
    """An entry of the log in words; those of one track follow its name."""
    if entry.kind in ("dealt", "came"):
        came = plural(int(entry.detail or 0), "track")
        return f"{came} dealt" if entry.kind == "dealt" else f"{came} came and were dealt in"
    if entry.kind == "undo":
        day, _, count = entry.detail.partition(" ")
        return f"{day} was undone: {plural(int(count or 0), 'track')} back"
    return _WORDS.get(entry.kind, entry.kind)


@signed_in
async def _edit(request: Request) -> Response:
    form = await read_form(request)
    try:
        await blocking(
            _shuffles(request).edit,
            user_of(request).user_id,
            _shuffle_id(request),
            name=form.text("name"),
            rules=_rules(form),
        )
    except Rejected as fault:
        return await _page(request, fault)
    return redirect(f"/shuffles/{_shuffle_id(request)}", notice="Saved.")


@signed_in
async def _pause(request: Request) -> Response:
    await blocking(_shuffles(request).pause, user_of(request).user_id, _shuffle_id(request))
    return redirect(f"/shuffles/{_shuffle_id(request)}", notice="Paused. Its playlist stays as it is.")


@signed_in
async def _resume(request: Request) -> Response:
    await blocking(_shuffles(request).resume, user_of(request).user_id, _shuffle_id(request))
    return redirect(f"/shuffles/{_shuffle_id(request)}", notice="It goes on.")


@signed_in
async def _mirror(request: Request) -> Response:
    try:
        await blocking(_shuffles(request).mirror, user_of(request).user_id, _shuffle_id(request))
    except (Rejected, Conflict) as fault:
        return await _page(request, Conflict(fault.why if isinstance(fault, Rejected) else str(fault)))
    return redirect(f"/shuffles/{_shuffle_id(request)}", notice="Its playlist is being made.")


@signed_in
async def _follow(request: Request) -> Response:
    form, shuffle_id = await read_form(request), _shuffle_id(request)
    try:
        await blocking(_shuffles(request).follow_again, user_of(request).user_id, shuffle_id, form.text("source"))
    except (Rejected, Conflict) as fault:
        return await _page(request, fault)
    return redirect(f"/shuffles/{shuffle_id}", notice="It follows that now; what is new there is dealt in.")


@signed_in
async def _undo(request: Request) -> Response:
    form = await read_form(request)
    day = form.text("day")[:10]
    count = await blocking(_shuffles(request).undo, user_of(request).user_id, _shuffle_id(request), day)
    return redirect(f"/shuffles/{_shuffle_id(request)}", notice=f"{plural(count, 'track')} wait again.")


@signed_in
async def _act(request: Request) -> Response:
    form = await read_form(request)
    shuffles = _shuffles(request)
    act, words = {
        "heard": (shuffles.mark_heard, "Taken as heard."),
        "aside": (shuffles.set_aside, "Left out from now on."),
        "back": (shuffles.bring_back, "It comes next."),
    }[form.choice("do", ("heard", "aside", "back"))]
    await blocking(act, user_of(request).user_id, _shuffle_id(request), form.number("item"))
    return redirect(f"/shuffles/{_shuffle_id(request)}", notice=words)


@signed_in
async def _remove(request: Request) -> Response:
    await blocking(_shuffles(request).remove, user_of(request).user_id, _shuffle_id(request))
    return redirect("/shuffles", notice="The shuffle is removed. Its playlist stays with Spotify, as it is.")


_ONE = "/shuffles/{shuffle_id}"
routes: list[BaseRoute] = [
    Route("/shuffles", _list, methods=["GET"]),
    Route("/shuffles/new", _new, methods=["GET"]),
    Route("/shuffles/new", _create, methods=["POST"]),
    Route(_ONE, _show, methods=["GET"]),
    Route(f"{_ONE}/edit", _edit, methods=["POST"]),
    Route(f"{_ONE}/pause", _pause, methods=["POST"]),
    Route(f"{_ONE}/resume", _resume, methods=["POST"]),
    Route(f"{_ONE}/mirror", _mirror, methods=["POST"]),
    Route(f"{_ONE}/follow", _follow, methods=["POST"]),
    Route(f"{_ONE}/undo", _undo, methods=["POST"]),
    Route(f"{_ONE}/item", _act, methods=["POST"]),
    Route(f"{_ONE}/remove", _remove, methods=["POST"]),
]
