"""A creator's show of 500 episodes and three years: the first sync, the next day's, and an export of everything.

python -m bench.creators                       as the table in README.md
python -m bench.creators --episodes 60         smaller

The simulator answers in the same process; its share of the time is measured and told apart. Beside the requests stands
the bound: the fewest in which the paging of the service allows the same to be asked.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fakes.servers import serving

from earstead.app import open_services
from earstead.core.creators.metrics import BEGINNING
from earstead.creators.keeping.episode_pieces import EPISODE_PIECES
from earstead.creators.keeping.plan import Piece, least
from earstead.creators.keeping.show_pieces import SHOW_PIECES
from earstead.kit.clock import FixedClock
from earstead.sandbox.creators import Simulator
from earstead.sandbox.creators.world import Hosting
from earstead.services.container import Services
from earstead.services.creators.rows import number_of
from earstead.services.creators.types import SyncRun
from earstead.settings import Settings

NOW = 1_795_255_200
PAGE = 50
NEEDS_HASH = frozenset(
    """getShowStreamsAndDownloadsDaily getEngagementStats getShowSegmentedAudienceTimeSeries getShowRetention
    getAudienceGrowthTimeSeries getShowDiscoveryFunnelStats getEpisodeTranscript""".split()
)
"""No public source has the hashes of these: without a capture they are not asked for."""
REQUESTS = {"regions 30d": 3}
"""Pieces that take more than one: each level of places hangs on the one above."""


class Timed:
    """An ASGI app, and the processor time that it took."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.seconds = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        begun = time.thread_time()
        await self._app(scope, receive, send)
        with self._lock:
            self.seconds += time.thread_time() - begun


def bound(simulator: Simulator, today: int) -> int:
    """The fewest requests of a first sync, counted from the world and the paging, not from what the sync does."""
    show = next(iter(simulator.world.shows.values()))
    published = list(simulator.world.published(show))
    listed = list(simulator.world.episodes(show))
    first = max(number_of(BEGINNING), min(one.day for one in published))
    # Two lists of shows, the numbers and the card of this one, its episodes with and without descriptions, and one look
    # at each that is not published: no list tells whether it is scheduled.
    lists = 2 + 1 + 1 + least(len(listed), PAGE) + least(len(published), PAGE) + len(listed) - len(published)
    of_show = sum(_requests(piece, today - first) for piece in _asked(SHOW_PIECES))
    of_episodes = sum(
        _requests(piece, today - max(first, one.day)) for one in published for piece in _asked(EPISODE_PIECES)
    )
    return lists + of_show + of_episodes


def _asked(pieces: tuple[Piece, ...]) -> list[Piece]:
    """Those that bring what nothing else brings and can be asked without a capture."""
    plain = [piece for piece in pieces if not piece.instead_of and piece.name not in NEEDS_HASH]
    return [piece for piece in plain if not piece.name.startswith("benchmark")]


def _requests(piece: Piece, days: int) -> int:
    """The days from the first to the last that the service knows."""
    return least(days - piece.lag + 1, piece.chunk) if piece.days == "range" else REQUESTS.get(piece.name, 1)


def synced(services: Services, account_id: int) -> SyncRun:
    """Read until everything is read."""
    while services.creators.syncs.state(account_id).running:
        services.worker.run_due()
    found = services.creators.syncs.state(account_id).run
    assert found is not None and found.state == "done", found
    return found


def run(episodes: int, days: int) -> Iterator[str]:
    """The lines of the table."""
    clock = FixedClock(NOW)
    simulator = Simulator(clock, episodes=episodes, days=days, shows=(Hosting.S4P,))
    least_of_all = bound(simulator, NOW // 86_400)
    timed = Timed(simulator.app)
    yield "| work | requests | bound | seconds | of them in the simulator | values |"
    yield "|---|---|---|---|---|---|"
    with serving(timed) as url, tempfile.TemporaryDirectory(prefix="earstead-bench-") as name:
        services = open_services(Settings(data=Path(name) / "data", creators_url=url), clock=clock)
        try:
            yield from _work(services, simulator, clock, timed, least_of_all, Path(name))
        finally:
            services.close()


def _work(
    services: Services, simulator: Simulator, clock: FixedClock, timed: Timed, least_of_all: int, folder: Path
) -> Iterator[str]:
    user_id = services.accounts.add_user("ada", "correct horse battery staple", role="owner").user_id
    said = simulator.credentials()
    account = services.creators.accounts.connect(user_id, said["sp_dc"], said["sp_key"])
    for words, most in (("first sync", str(least_of_all)), ("the same again", ""), ("the next day's", "")):
        begun, timed.seconds = time.monotonic(), 0.0
        done = synced(services, account.account_id)
        took = time.monotonic() - begun
        yield f"| {words} | {done.requests:,} | {most} | {took:.1f} | {timed.seconds:.1f} | {done.rows:,} |"
        clock.advance(86_400 if words != "first sync" else 60)
        services.creators.syncs.now(user_id, account.account_id)
    show = services.creators.shows.of_user(user_id)[0]
    start, end, _ = services.creators.figures.days(show.show_id, "all")
    for format_, _, suffix in services.creators.exporting.formats():
        begun = time.monotonic()
        path = folder / f"all{suffix}"
        with path.open("wb") as out:
            count = services.creators.exporting.write(user_id, show.show_id, format_, out, start=start, end=end)
        took, size = time.monotonic() - begun, path.stat().st_size / 1e6
        yield f"| export of everything, {format_} ({size:.0f} MB) | | | {took:.1f} | | {count:,} |"
    begun = time.monotonic()
    services.creators.figures.overview(show.show_id, "30d")
    yield f"| overview of a show | | | {time.monotonic() - begun:.2f} | | |"
    begun = time.monotonic()
    services.creators.figures.compare(show.show_id, "starts", days=90)
    yield f"| comparison of ten episodes | | | {time.monotonic() - begun:.2f} | | |"
    size = (folder / "data" / "earstead.db").stat().st_size / 1e6
    yield f"\nDatabase after all that: {size:.0f} MB."


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.creators", description=__doc__)
    parser.add_argument("--episodes", type=int, default=500, metavar="N")
    parser.add_argument("--days", type=int, default=1_096, metavar="N")
    said = parser.parse_args()
    for line in run(said.episodes, said.days):
        print(line, flush=True)


if __name__ == "__main__":
    main()
