"""The figures of shows and episodes, each with where it comes from. Daily and running series never meet here.

Show ids come from `CreatorShows.get`, which asks whose they are; nothing here asks again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import median

from earstead.core.creators.metrics import (
    BEGINNING,
    METRICS,
    Aggregation,
    Kind,
    Metric,
    Unit,
)
from earstead.core.creators.metrics import (
    metric as metric_named,
)
from earstead.core.errors import NotFound, Rejected
from earstead.core.periods import date_of
from earstead.core.periods import period as period_named
from earstead.kit.clock import Clock
from earstead.services.creators import audience, choosing, listening
from earstead.services.creators.choosing import EPISODE
from earstead.services.creators.gaps import gaps_of
from earstead.services.creators.rows import QUALITIES, day_of, number_of, show_from
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import (
    Benchmark,
    Breakdown,
    Card,
    ComparedEpisode,
    Comparison,
    CreatorEpisode,
    EpisodeRank,
    Funnel,
    Gap,
    MetricOffer,
    Point,
    Retention,
    Series,
    ShowOverview,
    Total,
)
from earstead.storage import creator_figures as table
from earstead.storage import creators as creators_table
from earstead.storage.engine import Engine, Row, Tx

BREAKDOWNS = audience.KINDS
ROLLING = {"7d": 7, "30d": 30, "60d": 60, "90d": 90, "180d": 180, "365d": 365}
MOST_COMPARED = 50
MOST_COMPARED_DAYS = 730
NEWEST_COMPARED = 10
CARDS = ("plays_and_downloads", "streams_and_downloads", "plays", "streams", "starts", "followers", "impressions")
MOST_CARDS = 6
TOP = 5
_SERIES_AT_ONCE = 2_000
_ONE = timedelta(days=1)


class CreatorFigures:
    """See the module. Methods block. Days are UTC, both ends included."""

    def __init__(self, engine: Engine, clock: Clock, shows: CreatorShows) -> None:
        self._engine = engine
        self._clock = clock
        self._shows = shows

    @property
    def today(self) -> date:
        """The day it is in UTC."""
        return day_of(self._clock.now() // 86_400)

    def days(self, show_id: int, period: str) -> tuple[date, date, str]:
        """(first day, last day, label) of "7d", "30d", "90d", "365d", "all", "2026-05", "2026-05-01..2026-05-31".

        Rolling periods end yesterday: of today the service knows nothing yet. Raises Rejected.
        """
        yesterday = self.today - _ONE
        if period in ROLLING:
            days = ROLLING[period]
            return yesterday - timedelta(days=days - 1), yesterday, f"last {days} days"
        if period == "all":
            with self._engine.read() as tx:
                first = min((row[3] for row in table.offers(tx, show_id)), default=number_of(yesterday))
            return max(day_of(first), BEGINNING), yesterday, "all time"
        named = period_named(period, "UTC", self._clock.now())
        assert named.span is not None, "only all time has none"
        start, end = date_of(named.span.start // 86_400), date_of(named.span.end // 86_400 - 1)
        return start, end, named.label

    def metrics(self, show_id: int) -> tuple[MetricOffer, ...]:
        """What there are values of, the headline first."""
        held: dict[str, list[Row]] = defaultdict(list)
        with self._engine.read() as tx:
            for row in table.offers(tx, show_id):
                held[row[0]].append(row)
        return tuple(
            MetricOffer(
                metric=known,
                show=any(not row[2] for row in held[name]),
                episodes=any(row[2] for row in held[name]),
                first=day_of(min(row[3] for row in held[name])),
                last=day_of(max(row[4] for row in held[name])),
                points=sum(row[5] for row in held[name]),
            )
            for name, known in METRICS.items()
            if name in held
        )

    # ---- over days ---------------------------------------------------------------------------------------

    def daily(self, show_id: int, metric: str, start: date, end: date, *, episode_id: int = 0) -> Series:
        """Values by day; of a metric that is a running total (followers), what it stood at.

        Where the service tells no values of days, the running ones are given, and the provenance says so.
        """
        known = metric_named(metric)
        _check(start, end)
        with self._engine.read() as tx:
            return self._daily(tx, show_id, known, start, end, episode_id)

    def _daily(self, tx: Tx, show_id: int, metric: Metric, start: date, end: date, episode_id: int) -> Series:
        rows = [row for row in table.series_of(tx, show_id, episode_id) if row[choosing.METRIC] == metric.name]
        rows = [row for row in rows if not row[choosing.BREAKDOWN]]
        first, last = number_of(start), number_of(end)
        chosen = choosing.choose(rows, metric, first, last)
        summed = not episode_id and metric.summable and (chosen is None or chosen.aggregation is Aggregation.RUNNING)
        if summed and (found := self._summed(tx, show_id, metric, start, end)):
            return found
        points, fetched = choosing.points_of(tx, chosen, first, last) if chosen else ((), 0)
        return Series(
            metric=metric,
            show_id=show_id,
            episode_id=episode_id,
            start=start,
            end=end,
            points=points,
            provenance=choosing.provenance(metric, chosen, start, end, fetched),
        )

    def _summed(self, tx: Tx, show_id: int, metric: Metric, start: date, end: date) -> Series | None:
        """The sum over the episodes, where the service tells no days of the show; None when it tells none of them."""
        first, last = number_of(start), number_of(end)
        chosen = _by_episode(tx, show_id, metric, first, last)
        ids = [series_id for found in chosen.values() for series_id in found.ids]
        by_day: dict[int, tuple[float, int]] = {}
        fetched = 0
        for at in range(0, len(ids), _SERIES_AT_ONCE):
            for day, value, quality, read_at in table.days_summed(tx, ids[at : at + _SERIES_AT_ONCE], first, last):
                before = by_day.get(day, (0.0, 0))
                by_day[day] = before[0] + value, max(before[1], quality)
                fetched = min(fetched or read_at, read_at)
        if not by_day:
            return None
        points = tuple(Point(day_of(day), value, QUALITIES[worst]) for day, (value, worst) in sorted(by_day.items()))
        said = choosing.provenance(metric, next(iter(chosen.values())), start, end, fetched)
        return Series(
            metric=metric,
            show_id=show_id,
            episode_id=0,
            start=start,
            end=end,
            points=points,
            provenance=replace(said, operation=f"sum over episodes of {said.operation}"),
        )

    def totals(self, show_id: int, metric: str, start: date, end: date, *, episode_id: int = 0) -> Total:
        """One number for a stretch.

        Days are summed where they may be; of a running total of plays it is what was added; of followers and shares
        the last value. People are not summed: their number is only there where the service told it.
        """
        known = metric_named(metric)
        _check(start, end)
        with self._engine.read() as tx:
            return self._total(tx, self._daily(tx, show_id, known, start, end, episode_id))

    def _total(self, tx: Tx, series: Series) -> Total:
        metric, wanted = series.metric, (series.end - series.start).days + 1
        value: float | None = None
        if series.provenance.aggregation is Aggregation.RUNNING and metric.kind is Kind.DAILY:
            value = self._added(tx, series)
        elif metric.kind is not Kind.DAILY or metric.unit is Unit.SHARE:
            value = series.latest
        else:
            value = series.total
        return Total(
            metric=metric,
            value=value,
            start=series.start,
            end=series.end,
            days=len(series.points),
            wanted=wanted,
            provenance=series.provenance,
        )

    def _added(self, tx: Tx, series: Series) -> float | None:
        """What a running total grew by in a stretch; None when it is not known where it stood before."""
        after = self._standing(tx, series, series.end)
        before = self._standing(tx, series, series.start - _ONE)
        if after is None or before is not None:
            return None if after is None or before is None else after - before
        row = creators_table.episode(tx, series.episode_id) if series.episode_id else None
        published = row is not None and row[9] and day_of(row[9] // 86_400) >= series.start
        return after if published else None

    def _standing(self, tx: Tx, series: Series, day: date) -> float | None:
        """What a running total stood at by the end of a day."""
        rows = [
            row
            for row in table.series_of(tx, series.show_id, series.episode_id)
            if row[choosing.METRIC] == series.metric.name and not row[choosing.BREAKDOWN]
        ]
        chosen = choosing.choose(rows, series.metric, 0, number_of(series.end), (Aggregation.RUNNING,))
        found = [table.latest_before(tx, one, number_of(day)) for one in chosen.ids] if chosen else []
        known = [(int(row[0]), float(row[1])) for row in found if row is not None]
        return max(known)[1] if known else None

    # ---- episodes beside each other ----------------------------------------------------------------------

    def compare(self, show_id: int, metric: str, episode_ids: Sequence[int] = (), days: int = 30) -> Comparison:
        """Episodes by days since publication; without ids the ten newest published ones.

        Raises Rejected; NotFound for an episode of another show.
        """
        known = metric_named(metric)
        if not 1 <= days <= MOST_COMPARED_DAYS or len(episode_ids) > MOST_COMPARED:
            raise Rejected("days", f"1 to {MOST_COMPARED_DAYS} days of at most {MOST_COMPARED} episodes")
        if not known.summable and known.kind is Kind.DAILY:
            raise Rejected("metric", f"{known.title} of single days cannot be added up")
        episodes = self._compared(show_id, episode_ids)
        lines, used = [], []
        with self._engine.read() as tx:
            for episode in episodes:
                published = episode.published_on
                assert published is not None, "drafts were left out"
                series = self._daily(tx, show_id, known, published, self.today, episode.episode_id)
                lines.append(ComparedEpisode(episode=episode, values=_since(series, published, days)))
                used.append(series.provenance)
        told = [one for one in used if one.operation]
        return Comparison(
            metric=known,
            days=days,
            lines=tuple(lines),
            median=tuple(_median([line.values[day] for line in lines]) for day in range(days)),
            provenance=told[0] if told else choosing.provenance(known, None, self.today, self.today, 0),
        )

    def _compared(self, show_id: int, episode_ids: Sequence[int]) -> list[CreatorEpisode]:
        published = [one for one in self._shows.all_episodes(show_id) if one.state in ("published", "gone")]
        by_id = {one.episode_id: one for one in published if one.published_at}
        if unknown := [one for one in episode_ids if one not in by_id]:
            raise NotFound(f"This show has no published episode {unknown[0]}.")
        if episode_ids:
            return [by_id[one] for one in dict.fromkeys(episode_ids)]
        newest = sorted(by_id.values(), key=lambda one: one.published_at, reverse=True)
        return [one for one in newest if one.state == "published"][:NEWEST_COMPARED]

    def top(self, show_id: int, metric: str, start: date, end: date, limit: int = TOP) -> tuple[EpisodeRank, ...]:
        """The episodes that made most of a metric in a stretch."""
        known = metric_named(metric)
        first, last = number_of(start), number_of(end)
        with self._engine.read() as tx:
            chosen = _by_episode(tx, show_id, known, first, last)
            episode_of = {series_id: one for one, found in chosen.items() for series_id in found.ids}
            values: dict[int, float] = defaultdict(float)
            ids = list(episode_of)
            for at in range(0, len(ids), _SERIES_AT_ONCE):
                for series_id, value, _, _ in table.sums(tx, ids[at : at + _SERIES_AT_ONCE], first, last):
                    values[episode_of[series_id]] += value
        ranked = sorted(values.items(), key=lambda pair: (-pair[1], -pair[0]))[:limit]
        episodes = {one.episode_id: one for one in self._shows.all_episodes(show_id)} if ranked else {}
        return tuple(EpisodeRank(episode=episodes[one], value=value) for one, value in ranked if one in episodes)

    # ---- parts and steps ---------------------------------------------------------------------------------

    def retention(self, episode_id: int) -> Retention | None:
        """How long people stayed, with the words at which they left; None when it was never read."""
        with self._engine.read() as tx:
            return listening.retention(tx, episode_id)

    def breakdown(
        self,
        show_id: int,
        kind: str,
        period: str = "30d",
        metric: str = "",
        *,
        episode_id: int = 0,
        within: str = "",
    ) -> Breakdown:
        """A figure by one of BREAKDOWNS, for the window asked for or the nearest that was read.

        Args:
            metric: "" for the one this breakdown was read of.
            within: for "region" the country, for "city" "country/region"; "" for the largest that was read.
        """
        if kind not in BREAKDOWNS:
            raise Rejected("kind", f"choose one of {', '.join(BREAKDOWNS)}")
        start, end, _ = self.days(show_id, period)
        with self._engine.read() as tx:
            return audience.breakdown(tx, show_id, episode_id, kind, metric, period, (start, end), within)

    def funnel(self, show_id: int, period: str = "30d") -> Funnel | None:
        """From being shown to being heard; None when it was never read."""
        with self._engine.read() as tx:
            return audience.funnel(tx, show_id, number_of(self.days(show_id, period)[1]))

    def benchmarks(self, show_id: int) -> tuple[Benchmark, ...]:
        """How shows of the same kind do; empty when it was never told."""
        with self._engine.read() as tx:
            return audience.benchmarks(tx, show_id)

    # ---- the whole ---------------------------------------------------------------------------------------

    def overview(self, show_id: int, period: str = "30d") -> ShowOverview:
        """What one sees first of a show. Raises NotFound, Rejected."""
        start, end, label = self.days(show_id, period)
        before_end = start - _ONE
        before_start = max(BEGINNING, before_end - (end - start))
        cards: list[Card] = []
        with self._engine.read() as tx:
            row = creators_table.show(tx, show_id)
            if row is None:
                raise NotFound("There is no such show here.")
            show = show_from(row)
            held = {offer[0] for offer in table.offers(tx, show_id)}
            for name in (name for name in CARDS if name in held):
                series = self._daily(tx, show_id, METRICS[name], start, end, 0)
                if self._total(tx, series).value is None or len(cards) == MOST_CARDS:
                    continue
                earlier = self._daily(tx, show_id, METRICS[name], before_start, before_end, 0)
                whole = period != "all" and (end - start) == (before_end - before_start)
                cards.append(_card(self._total(tx, series), self._total(tx, earlier).value if whole else None, series))
            unanswered = creators_table.unanswered(tx, show_id)
            account = creators_table.account(tx, show.account_id)
            gaps = gaps_of(tx, show_id, number_of(self.today))
        top = next((found for name in CARDS if (found := self.top(show_id, name, start, end))), ())
        published = [one for one in self._shows.all_episodes(show_id) if one.state == "published"]
        return ShowOverview(
            show=show,
            period=period,
            label=label,
            start=start,
            end=end,
            cards=tuple(cards),
            top=top,
            latest=max(published, key=lambda one: one.published_at, default=None),
            unanswered_comments=unanswered,
            gaps=len(gaps),
            synced_at=account[10] if account else 0,
        )

    def gaps(self, show_id: int) -> tuple[Gap, ...]:
        """Days that have no value and should have one, of the show and its episodes, latest first."""
        with self._engine.read() as tx:
            return gaps_of(tx, show_id, number_of(self.today))


def _by_episode(tx: Tx, show_id: int, metric: Metric, first: int, last: int) -> dict[int, choosing.Chosen]:
    """Episode -> the series of days that answer for a metric."""
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in table.series_of_metric(tx, show_id, metric.name, "", Aggregation.DAILY):
        if row[EPISODE]:
            rows[row[EPISODE]].append(row)
    chosen = {one: choosing.choose(found, metric, first, last, (Aggregation.DAILY,)) for one, found in rows.items()}
    return {one: found for one, found in chosen.items() if found is not None}


def _check(start: date, end: date) -> None:
    if end < start:
        raise Rejected("end", "is before the start")


def _card(total: Total, before: float | None, series: Series) -> Card:
    known = total.value is not None and before is not None and before > 0
    change = (total.value - before) / before if known and total.value is not None and before is not None else None
    return Card(total=total, before=before, change=change, series=series)


def _since(series: Series, published: date, days: int) -> tuple[float | None, ...]:
    """What there was by the end of each day since publication; None after the last day that is known.

    A day without a value between two that have one adds nothing: the service leaves out days on which nothing was.
    """
    if not series.points:
        return (None,) * days
    running = series.provenance.aggregation is Aggregation.RUNNING
    values = {(point.date - published).days: point.value for point in series.points}
    first, last = min(values), max(values)
    found: list[float | None] = []
    stand = 0.0
    for day in range(days):
        stand = values.get(day, stand) if running else stand + values.get(day, 0.0)
        known = day <= last and (day >= first or not running)
        found.append(stand if known else None)
    return tuple(found)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None
