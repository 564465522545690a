"""What no real service has: look at all comments, polls and rules, and let a listener write something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from earstead.sandbox.creators.gql.endpoint import Endpoint

if TYPE_CHECKING:
    from earstead.sandbox.creators.app import Simulator


class Steering:
    """GET tells everything; POST {"episode", "text", "review"} writes a comment now."""

    def __init__(self, simulator: Simulator, endpoint: Endpoint) -> None:
        self._simulator = simulator
        self._endpoint = endpoint

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        talk, now_ms = self._endpoint.talk, self._simulator.now_ms
        if request.method == "GET":
            for show in self._simulator.world.shows.values():
                talk.of_show(show, now_ms)
            return JSONResponse(talk.state(now_ms))
        try:
            said = await request.json()
            episode = self._simulator.world.episode(str(said["episode"]))
            if episode is None:
                raise ValueError("no such episode")
            comment = talk.say(episode, str(said["text"]), now_ms, review=bool(said.get("review")))
        except (ValueError, KeyError, TypeError) as problem:
            why = f"missing: {problem.args[0]}" if isinstance(problem, KeyError) else str(problem)
            return JSONResponse({"error": why}, 400)
        return JSONResponse({"comment": comment.uri, "username": comment.author})
