"""What no real service has: look at all comments, polls and rules, and let a listener write something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from earstead.sandbox.control import Said, controlled
from earstead.sandbox.creators.gql.endpoint import Endpoint, Json

if TYPE_CHECKING:
    from earstead.sandbox.creators.app import Simulator


class Steering:
    """GET tells everything; POST {"episode", "text", "review"} writes a comment now."""

    def __init__(self, simulator: Simulator, endpoint: Endpoint) -> None:
        self._simulator = simulator
        self._endpoint = endpoint

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "GET":
            talk, now_ms = self._endpoint.talk, self._simulator.now_ms
            for show in self._simulator.world.shows.values():
                talk.of_show(show, now_ms)
            return JSONResponse(talk.state(now_ms))
        return await controlled(request, self._say)

    def _say(self, said: Said) -> Json:
        episode = self._simulator.world.episode(str(said["episode"]))
        if episode is None:
            raise ValueError("no such episode")
        now_ms, review = self._simulator.now_ms, bool(said.get("review"))
        comment = self._endpoint.talk.say(episode, str(said["text"]), now_ms, review=review)
        return {"comment": comment.uri, "username": comment.author}
