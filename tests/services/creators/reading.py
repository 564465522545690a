"""A server that reads a simulated Spotify for Creators into its memory, and what the simulated world knows to hold
against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from earstead.core.creators.metrics import Aggregation
from earstead.sandbox.creators.facts import Metric, People
from earstead.sandbox.creators.world import Episode
from earstead.services.creators.choosing import AGGREGATION, BREAKDOWN, EPISODE, METRIC, OPERATION
from earstead.services.creators.rows import day_of
from earstead.services.creators.types import CreatorEpisode, SyncRun
from earstead.storage import creator_figures as table
from tests.fakes.creators import Stage
from tests.fakes.creators_home import Home, home

MOST_TURNS = 2_000
_COUNTED = {
    "starts": Metric.STARTS,
    "streams": Metric.STREAMS,
    "plays": Metric.PLAYS,
    "streams_and_downloads": Metric.STREAMS_AND_DOWNLOADS,
    "impressions": Metric.IMPRESSIONS,
}


class Reader(Home):
    """Ada's server, her account connected, beside the world it reads."""

    def run(self, *, between: Callable[[SyncRun], object] | None = None) -> SyncRun:
        """Let the sync that waits do its work to the end; the clock moves on where it wants a pause."""
        for _ in range(MOST_TURNS):
            state = self.creators.syncs.state(self.account.account_id)
            assert state.run is not None
            if not state.running:
                return state.run
            self.services.worker.run_due()
            self.clock.advance(400 if state.run.state == "stopped" else 1)
            if between is not None:
                between(state.run)
        raise AssertionError("the sync does not end")

    def again(self) -> SyncRun:
        """Ask for a sync, and let it run."""
        self.creators.syncs.now(self.user_id, self.account.account_id)
        return self.run()

    def episodes(self) -> Mapping[str, CreatorEpisode]:
        """Everything known of the show's episodes, by URI."""
        return {one.uri: one for one in self.creators.shows.all_episodes(self.show.show_id)}

    def stored(self) -> dict[tuple[object, ...], dict[tuple[int, str], float]]:
        """Every value of every show: (show, episode, metric, breakdown, aggregation, operation) -> (day, bucket)."""
        found: dict[tuple[object, ...], dict[tuple[int, str], float]] = {}
        with self.services.engine.read() as tx:
            for show in self.creators.shows.of_user(self.user_id):
                for episode_id in (0, *(one.episode_id for one in self.creators.shows.all_episodes(show.show_id))):
                    for row in table.series_of(tx, show.show_id, episode_id):
                        key = (show.uri, row[EPISODE], row[METRIC], row[BREAKDOWN], row[AGGREGATION], row[OPERATION])
                        points = table.points(tx, [row[0]], 0, 1 << 30)
                        found.setdefault(key, {}).update({(one[1], one[2]): one[3] for one in points})
        return found

    def daily(self, metric: str, episode: Episode | None = None, *, operation: str = "") -> dict[int, float]:
        """Day -> value of a daily series of the show, or of one of its episodes."""
        episode_id = self.episodes()[episode.uri].episode_id if episode else 0
        found: dict[int, float] = {}
        with self.services.engine.read() as tx:
            for row in table.series_of(tx, self.show.show_id, episode_id):
                same = row[METRIC] == metric and not row[BREAKDOWN] and row[AGGREGATION] == Aggregation.DAILY
                if same and (not operation or row[OPERATION] == operation):
                    found |= {one[1]: one[3] for one in table.points(tx, [row[0]], 0, 1 << 30)}
        return found

    def true(self, metric: str, episode: Episode | None, first: int, last: int) -> dict[int, float]:
        """What the world knows of the same days."""
        facts, subject = self.stage.simulator.facts, episode or self.stage.show
        if metric == "listeners":
            values = facts.heads(People.SPOTIFY, subject, first, last)
        else:
            values = facts.daily(_COUNTED[metric], subject, first, last)
        return {first + place: float(value) for place, value in enumerate(values)}

    def differences(
        self, metric: str, episode: Episode | None = None, *, lag: int = 1, operation: str = ""
    ) -> dict[str, tuple[float | None, float]]:
        """Day -> (what is held, what is true), where they differ, up to the last day that is told."""
        found = self.daily(metric, episode, operation=operation)
        first = episode.day if episode else min(one.day for one in self.stage.episodes())
        true = self.true(metric, episode, first, self.clock.now() // 86_400 - lag)
        return {str(day_of(day)): (found.get(day), value) for day, value in true.items() if found.get(day) != value}

    def agrees(self, metric: str, *episodes: Episode, lag: int = 1, operation: str = "") -> None:
        """Assert that every day from the first to the last that is told is held, with its true value."""
        for episode in episodes or (None,):
            assert self.differences(metric, episode, lag=lag, operation=operation) == {}


@contextmanager
def reading(stage: Stage, data: Path, database_url: str = "") -> Iterator[Reader]:
    """A server of the test's own with the account connected, nothing read yet; background work is not started."""
    with home(stage, data, database_url) as at:
        yield Reader(services=at.services, stage=stage, user_id=at.user_id, account=at.account)
