"""Captures: a recording of the dashboard teaches this server what only a browser sees."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Rejected
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.services.creators.captures import MOST_BYTES
from earstead.services.creators.write_types import Capture
from earstead.web.auth import signed_in, user_of
from earstead.web.creators.frame import creators_of, desk_page, path_id
from earstead.web.uploads import receive_files

KINDS = {
    "har": "a HAR file",
    "console": "the console's script",
    "registry": "a registry",
    "harvest": "a look at the dashboard's scripts",
}


async def _list_page(request: Request, fault: AppError | None = None) -> Response:
    creators, user = creators_of(request), user_of(request)

    def read() -> tuple[tuple[Capture, ...], bool, object]:
        return (
            creators.captures.of_user(user.user_id),
            creators.captures.owns(user.user_id),
            creators.accounts.of_user(user.user_id),
        )

    captures, owner, accounts = await blocking(read)
    return desk_page(
        request,
        "captures.html",
        fault=fault,
        zone=user.zone,
        captures=captures,
        owner=owner,
        accounts=accounts,
        kinds=KINDS,
        max_mib=MOST_BYTES >> 20,
        script=creators.captures.script(),
    )


@signed_in
async def _list(request: Request) -> Response:
    return await _list_page(request)


@signed_in
async def _add(request: Request) -> Response:
    folder = await blocking(creators_of(request).studio.uploads.incoming)
    try:
        files = await receive_files(request, folder, MOST_BYTES + (1 << 20))
        if not files:
            raise Rejected("file", "choose a file")
        found = await blocking(_read_in, request, files[0])
    except Rejected as fault:
        return await _list_page(request, fault)
    finally:
        # A recording holds cookies and tokens until they are taken out: it stays on disk no moment longer.
        await blocking(shutil.rmtree, folder, ignore_errors=True)
    return RedirectResponse(f"/create/captures/{found.capture_id}", 303)


def _read_in(request: Request, file: Path) -> Capture:
    return creators_of(request).captures.add(user_of(request).user_id, file.name, file.read_bytes())


@signed_in
async def _harvest(request: Request) -> Response:
    creators, user = creators_of(request), user_of(request)
    accounts = await blocking(creators.accounts.of_user, user.user_id)
    try:
        if not accounts:
            raise Rejected("", "connect an account first: it is asked with its sign-in")
        found = await reaching_out(creators.captures.harvest, user.user_id, accounts[0].account_id)
    except AppError as fault:
        return await _list_page(request, fault)
    return RedirectResponse(f"/create/captures/{found.capture_id}", 303)


async def _one(request: Request) -> Capture:
    capture_id = path_id(request, "capture_id")
    return await blocking(creators_of(request).captures.get, user_of(request).user_id, capture_id)


@signed_in
async def _show(request: Request) -> Response:
    found = await _one(request)
    creators, user = creators_of(request), user_of(request)

    def read() -> dict[str, Any]:
        accounts = creators.accounts.of_user(user.user_id)
        return {
            "owner": creators.captures.owns(user.user_id),
            "accounts": [one for one in accounts if one.state == "on"] if found.live else [],
        }

    return desk_page(request, "capture.html", found=found, zone=user.zone, kinds=KINDS, **await blocking(read))


@signed_in
async def _adopt(request: Request) -> Response:
    found = await _one(request)
    await blocking(creators_of(request).captures.adopt, user_of(request).user_id, found.capture_id)
    return redirect(f"/create/captures/{found.capture_id}", notice="In force. What it brings is used from now on.")


@signed_in
async def _withdraw(request: Request) -> Response:
    found = await _one(request)
    await blocking(creators_of(request).captures.withdraw, user_of(request).user_id, found.capture_id)
    return redirect(f"/create/captures/{found.capture_id}", notice="Withdrawn. What was known before holds again.")


@signed_in
async def _remove(request: Request) -> Response:
    found = await _one(request)
    await blocking(creators_of(request).captures.remove, user_of(request).user_id, found.capture_id)
    return redirect("/create/captures", notice="The capture is removed.")


_ONE = "/create/captures/{capture_id:int}"
routes: list[BaseRoute] = [
    Route("/create/captures", _list, methods=["GET"]),
    Route("/create/captures", _add, methods=["POST"]),
    Route("/create/captures/harvest", _harvest, methods=["POST"]),
    Route(_ONE, _show, methods=["GET"]),
    Route(f"{_ONE}/adopt", _adopt, methods=["POST"]),
    Route(f"{_ONE}/withdraw", _withdraw, methods=["POST"]),
    Route(f"{_ONE}/remove", _remove, methods=["POST"]),
]
