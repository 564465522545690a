"""Downloads of a show's files wherever they lie: the feed, logs, the prefix of this server, OP3."""

from __future__ import annotations

import shutil
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, NotFound, Rejected
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.pagekit.words import plural
from earstead.services.creators.types import Breakdown
from earstead.web.auth import services_of, signed_in
from earstead.web.creators.figures import caveats, line_chart
from earstead.web.creators.frame import Seat, chosen_days, seat, show_page
from earstead.web.forms import Form, read_form
from earstead.web.uploads import receive_files

ORIGINS = {
    "log:iab": "from logs, counted in the manner of the IAB",
    "prefix:op3": "through this server's prefix, counted as OP3 does",
    "op3": "counted by OP3",
}
_METRIC = "feed_downloads"


@signed_in
async def _show(request: Request) -> Response:
    return await _page(request, await seat(request), None, None)


async def _page(request: Request, at: Seat, form: Form | None, fault: AppError | None) -> Response:
    days = await chosen_days(request, at)
    creators, user_id, show_id = at.creators, at.user.user_id, at.show.show_id

    def read() -> dict[str, Any]:
        return {
            "feed": creators.feeds.get(user_id, show_id),
            "logs": creators.hits.logs(user_id, show_id),
            "series": creators.figures.daily(show_id, _METRIC, days.start, days.end),
            "top": creators.figures.top(show_id, _METRIC, days.start, days.end, limit=10),
            "apps": _apps(at, days.name),
        }

    found = await blocking(read)
    feed, series = found["feed"], found["series"]
    said = form.values() if form else {}
    held = {"url": feed.url or at.show.feed_url, "counting": feed.counting, "prefix": "1" if feed.prefix else ""}
    return show_page(
        request,
        at,
        "downloads.html",
        room="/downloads",
        fault=fault,
        days=days,
        chart=line_chart(series, to=f"{at.base}/downloads?period=") if series.points else None,
        caveats=caveats(series),
        origin=ORIGINS.get(series.provenance.operation, ""),
        values={**held, **said},
        prefix_url=f"{services_of(request).public_url.rstrip('/')}/dl/",
        max_mib=services_of(request).limits.upload_mib,
        busy=any(log.state in ("waiting", "running") for log in found["logs"]),
        **found,
    )


def _apps(at: Seat, period: str) -> Breakdown | None:
    try:
        found = at.creators.figures.breakdown(at.show.show_id, "app", period, _METRIC)
    except NotFound:
        return None
    return found if found.slices else None


@signed_in
async def _feed(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)
    try:
        feed = await reaching_out(
            at.creators.feeds.set,
            at.user.user_id,
            at.show.show_id,
            url=form.text("url"),
            counting=form.text("counting") or "rolling",
            prefix=form.text("prefix") == "1",
        )
        await blocking(at.creators.hits.count, at.show.show_id, "log")
    except AppError as fault:
        # Whatever went wrong is about the address: nothing was written, so no journal has it.
        return await _page(request, at, form, fault if isinstance(fault, Rejected) else Rejected("url", str(fault)))
    said = f"The feed was read: {plural(feed.files, 'file')}, {feed.matched} of them episodes of the dashboard."
    return redirect(f"{at.base}/downloads", notice=said)


@signed_in
async def _log(request: Request) -> Response:
    at = await seat(request)
    hits = at.creators.hits
    folder = await blocking(hits.incoming)
    try:
        files = await receive_files(request, folder, services_of(request).limits.upload_bytes)
        if not files:
            raise Rejected("log", "choose a file")
        for number, path in enumerate(files):
            # Each has a folder of its own, which goes when it was read.
            own = path if not number else path.rename(await blocking(hits.incoming) / path.name)
            await blocking(hits.add_log, at.user.user_id, at.show.show_id, own)
    except Rejected as fault:
        await blocking(shutil.rmtree, folder, ignore_errors=True)
        return await _page(request, at, None, fault)
    except BaseException:  # somebody who went away in the middle, too
        await blocking(shutil.rmtree, folder, ignore_errors=True)
        raise
    return redirect(f"{at.base}/downloads#logs", notice="It is being read; what it brings stands here in a moment.")


@signed_in
async def _op3(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)
    token = form.text("token")
    await blocking(at.creators.feeds.set_op3, at.user.user_id, at.show.show_id, token)
    if not token:
        return redirect(f"{at.base}/downloads", notice="OP3 is no longer asked. What it counted stays.")
    try:
        count = await reaching_out(at.creators.op3.fetch, at.user.user_id, at.show.show_id)
    except AppError as fault:
        await blocking(at.creators.feeds.set_op3, at.user.user_id, at.show.show_id, "")
        return await _page(request, at, None, fault if isinstance(fault, Rejected) else Rejected("token", str(fault)))
    return redirect(f"{at.base}/downloads", notice=f"{plural(count, 'download')} came from OP3.")


_ROOT = "/create/{show_id:int}/downloads"
routes: list[BaseRoute] = [
    Route(_ROOT, _show, methods=["GET"]),
    Route(f"{_ROOT}/feed", _feed, methods=["POST"]),
    Route(f"{_ROOT}/log", _log, methods=["POST"]),
    Route(f"{_ROOT}/op3", _op3, methods=["POST"]),
]
