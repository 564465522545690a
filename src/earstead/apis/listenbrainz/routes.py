"""The paths of the ListenBrainz API: authenticate, parse, call one service, render."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.apis.listenbrainz import answers, errors, wire
from earstead.apis.listenbrainz.endpoint import Endpoint, Handler, answer, failure, read_body
from earstead.apis.listenbrainz.limits import new_limiter
from earstead.apis.listenbrainz.query import Page, parse_page
from earstead.core.errors import NotFound, Unauthenticated
from earstead.kit.http import blocking

if TYPE_CHECKING:
    from earstead.services.accounts import Grant, User
    from earstead.services.container import Services

READ, WRITE = "listens:read", "listens:write"


def routes(services: Services) -> Sequence[BaseRoute]:
    """Every path below /1/, each with and without a trailing slash; the last one answers for the rest."""
    handlers = ListenBrainz(services)
    limiter = new_limiter(services.limits.listenbrainz)
    # `path` parameters: user names may hold encoded slashes.
    table: tuple[tuple[str, dict[str, Handler]], ...] = (
        ("/1/submit-listens", {"POST": handlers.submit_listens}),
        ("/1/validate-token", {"GET": handlers.validate_token}),
        ("/1/delete-listen", {"POST": handlers.delete_listen}),
        ("/1/playing-now/delete", {"POST": handlers.delete_playing_now}),
        ("/1/latest-import", {"GET": handlers.latest_import, "POST": handlers.set_latest_import}),
        ("/1/user/{name:path}/listens", {"GET": handlers.listens}),
        ("/1/user/{name:path}/listen-count", {"GET": handlers.listen_count}),
        ("/1/user/{name:path}/playing-now", {"GET": handlers.playing_now}),
        ("/1", {}),
        ("/1/{rest:path}", {}),
    )
    return [
        Route(spelling, Endpoint(methods, limiter, services.clock))
        for path, methods in table
        for spelling in (path, f"{path}/")
    ]


class ListenBrainz:
    """The handlers, over the services they call."""

    def __init__(self, services: Services) -> None:
        self._services = services

    # -- who asks -----------------------------------------------------------------------------------------

    def _grant(self, request: Request) -> Grant | None:
        """Who the request's token belongs to; None without a header. A wrong token is never anonymous."""
        header = request.headers.get("authorization", "")
        if not header.strip():
            return None
        # The scheme word is ignored: clients write Token, token or Bearer.
        pieces = header.split()
        if len(pieces) < 2:
            raise Unauthenticated(errors.BAD_HEADER)
        grant = self._services.accounts.bearer(pieces[1])
        if grant is None:
            raise Unauthenticated(errors.BAD_TOKEN)
        return grant

    def _writer(self, request: Request) -> User:
        grant = self._grant(request)
        if grant is None:
            raise Unauthenticated(errors.NO_HEADER)
        if WRITE not in grant.scopes:
            raise Unauthenticated(errors.NO_SCOPE)
        return grant.user

    async def _subject(self, request: Request, name: str) -> User:
        """The user a reading is about. Private ones exist for their own token alone."""
        return (await self._shown(request, name))[0]

    async def _shown(self, request: Request, name: str) -> tuple[User, Services]:
        """The same, with the services through which whoever asks may read."""
        grant = self._grant(request)
        viewer = grant.user if grant and READ in grant.scopes else None

        def find() -> tuple[User, Services]:
            owner = self._services.accounts.find(name, viewer)
            return owner, self._services.showing.services(self._services, owner, viewer)

        try:
            return await blocking(find)
        except NotFound:
            raise NotFound(f"Cannot find user: {name}") from None

    async def validate_token(self, request: Request) -> Response:
        """Whether a token is valid, and whose: the only place where clients learn the user's name."""
        header = request.headers.get("authorization", "").split()
        token = header[min(1, len(header) - 1)] if header else request.query_params.get("token", "")
        if not token:
            return failure(400, errors.NO_TOKEN)
        grant = self._services.accounts.bearer(token)
        if grant is None:
            return answer({"code": 200, "message": "Token invalid.", "valid": False})
        return answer({"code": 200, "message": "Token valid.", "valid": True, "user_name": grant.user.name})

    # -- writing ------------------------------------------------------------------------------------------

    async def submit_listens(self, request: Request) -> Response:
        """Keep listens, or set what is playing now. Answered after the commit: what was sent can be read."""
        user = self._writer(request)
        batch = wire.parse_submission(await read_body(request), self._services.clock.now())
        if not batch.playing_now:
            await self._services.ingest.add(user.user_id, batch.submissions)
            return answer({"status": "ok"})
        submission = batch.submissions[0]
        self._services.playing.set(user.user_id, submission, batch.ttl_s)
        if request.query_params.get("return_msid"):
            return answer({"status": "ok", "recording_msid": answers.submission_msid(submission)})
        return answer({"status": "ok"})

    async def delete_listen(self, request: Request) -> Response:
        """Hide the listens of one second that have the given MSID; fine when there is none."""
        user = self._writer(request)
        deletion = wire.parse_deletion(await read_body(request))
        await blocking(self._delete, user, deletion)
        return answer({"status": "ok"})

    def _delete(self, user: User, deletion: wire.Deletion) -> None:
        at = deletion.listened_at
        rows = self._services.insights.listens_between(user.user_id, after=at - 1, before=at + 1, limit=1000)
        ids = {row.listen_id for row in rows if row.recording_msid == deletion.recording_msid}
        # A play that several sources reported is shown in the words of one; the client may know it by another's.
        reported = self._services.insights.reported_at(user.user_id, at)
        ids |= {listen_id for listen_id, msid in reported if msid == deletion.recording_msid}
        if ids:
            self._services.decisions.make(user.user_id, "delete", {"listen_ids": sorted(ids)})

    async def delete_playing_now(self, request: Request) -> Response:
        """Empty the slot, if it is the given client's or no client is given."""
        user = self._writer(request)
        client = wire.parse_client(await read_body(request))
        playing = self._services.playing.get(user.user_id)
        if playing is None:
            return answer({"status": "ok", "message": "Playing now was already cleared"})
        if client is not None and client != playing.submission.extra.get("submission_client"):
            raise NotFound("No playing now listen found for the specified client.")
        self._services.playing.clear(user.user_id)
        return answer({"status": "ok", "message": "Playing now cleared successfully"})

    async def set_latest_import(self, request: Request) -> Response:
        """Remember how far an importer came; the value only grows."""
        user = self._writer(request)
        service, at = wire.parse_import_place(await read_body(request))
        await blocking(self._services.accounts.raise_setting, user.user_id, _place_key(service), at)
        return answer({"status": "ok"})

    def _import_place(self, user: User, service: str) -> int:
        return int(self._services.accounts.setting(user.user_id, _place_key(service), 0))

    # -- reading ------------------------------------------------------------------------------------------

    async def listens(self, request: Request) -> Response:
        """A page of listens, newest first, between two exclusive bounds."""
        name = request.path_params["name"]
        user, shown = await self._shown(request, name)
        page = parse_page(request.query_params)
        return answer({"payload": await blocking(self._listens, shown, user, name, page)})

    def _listens(self, shown: Services, user: User, name: str, page: Page) -> dict[str, object]:
        rows = shown.insights.listens_between(
            user.user_id,
            after=page.min_ts,
            before=page.max_ts,
            limit=page.count,
            oldest_first=page.min_ts is not None,
        )
        oldest_ts, latest_ts = shown.insights.ends(user.user_id)
        return {
            "count": len(rows),
            "user_id": name,
            "latest_listen_ts": latest_ts,
            "oldest_listen_ts": oldest_ts,
            "listens": [answers.listen_json(row, user.name) for row in rows],
        }

    async def listen_count(self, request: Request) -> Response:
        """How many listens a user has."""
        user, shown = await self._shown(request, request.path_params["name"])
        return answer({"payload": {"count": await blocking(shown.insights.count, user.user_id)}})

    async def playing_now(self, request: Request) -> Response:
        """What a user hears at this moment."""
        name = request.path_params["name"]
        user, shown = await self._shown(request, name)
        playing = shown.playing.get(user.user_id)
        listens = [answers.playing_json(playing, user.name)] if playing else []
        return answer({"payload": {"count": len(listens), "user_id": name, "playing_now": True, "listens": listens}})

    async def latest_import(self, request: Request) -> Response:
        """How far an importer came, 0 where it never ran."""
        user = await self._subject(request, request.query_params.get("user_name", ""))
        service = request.query_params.get("service", wire.DEFAULT_SERVICE)
        if service not in wire.SERVICES:
            raise NotFound(f"Service does not exist: {service}")
        latest = await blocking(self._import_place, user, service)
        return answer({"musicbrainz_id": user.name, "latest_import": latest, "status": None, "error": None})


def _place_key(service: str) -> str:
    return f"listenbrainz.latest_import.{service}"
