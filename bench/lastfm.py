"""The rows of the Last.fm API: scrobbles and reads as its programs send them."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from bench.asking import Figures, Requests

KEY = "b" * 32
PERIODS = ("7day", "1month", "3month", "6month", "12month", "overall")
ROUNDS = 9
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Program:
    """A program with a session, whose key and secret the server does not know (policy "known")."""

    def __init__(self, ask: Requests, password: str) -> None:
        self._ask = ask
        said = self._call("auth.getMobileSession", username="ada", password=password)[1]
        self._session = said["session"]["key"]

    def _call(self, method: str, **given: Any) -> tuple[float, Any]:
        sent = {"method": method, "api_key": KEY, "api_sig": "0" * 32, "format": "json", **given}
        took, status, text, _ = self._ask.server.ask("POST", "/2.0/", urlencode(sent).encode(), _FORM)
        if status != 200:
            raise RuntimeError(f"{method} answered {status}: {text[:300]!r}")
        return took, json.loads(text)

    def scrobble(self, count: int) -> float:
        """Milliseconds of a scrobble, or of a batch."""
        given: dict[str, Any] = {"sk": self._session}
        for number, listen in enumerate(self._ask.listens(count)):
            said = listen["track_metadata"]
            given[f"artist[{number}]"], given[f"track[{number}]"] = said["artist_name"], said["track_name"]
            given[f"album[{number}]"] = said.get("release_name", "")
            given[f"timestamp[{number}]"] = listen["listened_at"]
        return self._call("track.scrobble", **given)[0]

    def read(self, method: str, **given: Any) -> float:
        """Milliseconds of a read for the session's user."""
        return self._call(method, user="ada", sk=self._session, **given)[0]


def reads_and_writes(ask: Requests, password: str) -> Figures:
    """Medians over interleaved rounds, in milliseconds; "after" means right after a listen that arrived just now."""
    program = Program(ask, password)
    taken: dict[str, list[float]] = {}

    def note(name: str, took: float) -> None:
        taken.setdefault(name, []).append(took)

    for number in range(ROUNDS):
        note("scrobble_ms", statistics.median(program.scrobble(1) for _ in range(20)))
        note("scrobbles_ms", program.scrobble(50))
        program.read("user.getRecentTracks", limit=50)
        ask.hear()
        note("recent_ms", program.read("user.getRecentTracks", limit=50))
        note("recent_deep_ms", program.read("user.getRecentTracks", limit=50, page=100 + 300 * number))
        for period in PERIODS:
            program.read("user.getTopArtists", period=period, limit=50)
        ask.hear()
        begun = time.perf_counter()
        for period in PERIODS:
            program.read("user.getTopArtists", period=period, limit=50)
        note("tops_ms", (time.perf_counter() - begun) * 1000)
        note("tops_again_ms", sum(program.read("user.getTopArtists", period=period, limit=50) for period in PERIODS))
    return {name: statistics.median(times) for name, times in taken.items()}
