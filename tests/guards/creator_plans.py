"""A podcast's life for the guard of query plans: read, looked at from every side, exported, disconnected, erased."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from earstead.core.creators.metrics import Aggregation, Quality, Scope, SeriesKey, Window
from earstead.core.errors import NotFound
from earstead.kit.clock import FixedClock
from earstead.sandbox.creators import Simulator
from earstead.services.container import Services
from earstead.services.creators.figures import BREAKDOWNS
from earstead.services.creators.memory import CurveRead, Figures, Reading
from earstead.services.creators.shows import SORTS
from earstead.services.creators.types import CreatorAccount
from earstead.storage import creators as creators_table
from tests.fakes.creators_home import comment_read


def read_podcasts(services: Services, user_id: int, simulator: Simulator, clock: FixedClock) -> None:
    """What is asked of the memory of a connected account, and what half a year changes in it."""
    creators = services.creators
    (account,) = creators.accounts.of_user(user_id)
    _keep(services, user_id, account)
    _ask(services, user_id)
    clock.advance(200 * 86_400)
    simulator.world.delete(next(iter(simulator.world.published(next(iter(simulator.world.shows.values()))))))
    creators.syncs.now(user_id, account.account_id)
    _sync(services, account)
    creators.memory.prune(account.account_id)
    creators.accounts.rename(user_id, account.account_id, "Podcasts")


def _sync(services: Services, account: CreatorAccount) -> None:
    for _ in range(50):
        if not services.creators.syncs.state(account.account_id).running:
            return
        services.worker.run_due()


def _keep(services: Services, user_id: int, account: CreatorAccount) -> None:
    """What this simulator answers only after a capture, and what changes between two readings."""
    creators = services.creators
    show = creators.shows.of_user(user_id)[0]
    episode = creators.shows.all_episodes(show.show_id)[-1]
    same: dict[str, Any] = {"account_id": account.account_id, "show_id": show.show_id, "episode_id": episode.episode_id}
    curve = CurveRead(operation="P11", points=[(0.0, 9), (60.0, 3)], percentiles={25: 50.0}, median_s=9.0, most=9)
    creators.memory.keep(Reading(**same, curve=curve, transcript=("one two three", "getEpisodeTranscript"))).result()
    with services.engine.read() as tx:
        assert creators_table.episode(tx, episode.episode_id) is not None
    said = comment_read("spotify:comment:1", "Fine", episode_uri=episode.uri, author_id="bea", author_name="Bea")
    later = replace(said, comment_uri="spotify:comment:2", created_ms=2)
    creators.memory.comments(show.show_id, user_id, [said, later], {episode.uri: episode.episode_id})
    assert creators.memory.comments_left(show.show_id, [said]) > 0
    stored = _some_figures(services, show.show_id)
    creators.memory.keep(Reading(account_id=account.account_id, show_id=show.show_id, figures=stored)).result()


def _some_figures(services: Services, show_id: int) -> tuple[Figures, ...]:
    """A breakdown whose parts have changed, so that one goes and one is new."""
    key = SeriesKey(
        metric="plays",
        scope=Scope.SPOTIFY,
        window=Window.LAST_30,
        aggregation=Aggregation.TOTAL,
        operation="getShowPlaysByAge",
        breakdown="age",
    )
    rows = [(20_000, "0-17", 3.0, Quality.FINAL), (20_000, "18-22", 4.0, Quality.FINAL)]
    return (
        Figures(key=key, points=rows, replaces=True, names={"0-17": "up to 17"}),
        Figures(key=key, points=rows[:1], replaces=True),
    )


def _ask(services: Services, user_id: int) -> None:
    creators = services.creators
    for show in creators.shows.of_user(user_id):
        _ask_show(services, user_id, show.show_id)
    creators.syncs.history(user_id, creators.accounts.of_user(user_id)[0].account_id)
    creators.syncs.run(user_id, 1)
    for named in ("nothing", "12345", "https://open.spotify.com/episode/4vXk0mWJmQ9yC1dEf2GhIj"):
        try:
            creators.shows.find_episode(user_id, named)
        except NotFound:
            continue


def _ask_show(services: Services, user_id: int, show_id: int) -> None:
    creators, figures = services.creators, services.creators.figures
    start, end, _ = figures.days(show_id, "all")
    for sort in SORTS:
        creators.shows.episodes(user_id, show_id, sort=sort, search="e")
    for offer in figures.metrics(show_id):
        figures.daily(show_id, offer.metric.name, start, end)
        figures.totals(show_id, offer.metric.name, start, end)
    for kind in BREAKDOWNS:
        figures.breakdown(show_id, kind), figures.breakdown(show_id, kind, "2025-05")
    figures.compare(show_id, "streams_and_downloads"), figures.top(show_id, "starts", start, end)
    figures.overview(show_id), figures.gaps(show_id), figures.funnel(show_id), figures.benchmarks(show_id)
    for episode in creators.shows.all_episodes(show_id):
        figures.retention(episode.episode_id), creators.shows.episode(user_id, episode.episode_id)
        creators.shows.transcript(user_id, episode.episode_id)
    for by in ("show", "episode"):
        creators.exporting.write(user_id, show_id, "jsonl", io.BytesIO(), start=start, end=end, by=by)
    account = creators.accounts.of_user(user_id)[0]
    list(creators.memory.answers(account.account_id, show_id))
