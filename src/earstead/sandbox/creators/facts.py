"""What was heard of each episode on each day, by formula: nothing is stored but one running total per episode.

Every other figure is computed from that total, so that whatever is asked for adds up: days to periods, episodes to
shows, parts to wholes. All ranges are of days, both ends included; what lies after the last whole day is 0.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise

from earstead.kit.clock import seeded
from earstead.sandbox.creators.formulas import CHANGED, MEASURES, PLAYS_OF, Metric, curve, starts_by_day
from earstead.sandbox.creators.shares import (
    AGES,
    APPS,
    COUNTRIES,
    DEVICES,
    GENDER_WEIGHTS,
    GENDERS,
    PEOPLE_WEIGHTS,
    SOURCE_WEIGHTS,
    Pattern,
    cities_of,
    regions_of,
)  # fmt: skip
from earstead.sandbox.creators.world import Episode, Show, World

__all__ = ["CHANGED", "Facts", "Metric", "People", "Retention", "Segments", "Subject"]

Subject = Show | Episode


class People(StrEnum):
    """Whose heads are counted. Those of a day do not add up: who comes twice is one."""

    SPOTIFY = "listeners"
    DOWNLOAD = "download listeners"
    ALL = "audience"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """An audience; new + returning = total."""

    total: int
    new: int
    returning: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How far an episode was heard.

    Attributes:
        samples: listeners at each whole second; never more than `most`, and never growing.
        percentiles: by 25, 50, 75, 95 and 100 percent of the episode, the percent of the audience that got there.
        median_s: the second that half of the audience reached.
    """

    samples: Sequence[int]
    most: int
    percentiles: Mapping[int, int]
    median_s: int
    average_s: float

    @property
    def completion(self) -> float:
        """The share of the audience that reached 95 %."""
        return self.samples[len(self.samples) * 95 // 100] / self.most if self.most else 0.0


class Facts:
    """The figures of a world up to and including `last_day`, which is moved on with the clock."""

    def __init__(self, world: World, last_day: int) -> None:
        self.world = world
        self.last_day = last_day
        self._starts: dict[str, array[int]] = {}
        self._sums: dict[tuple[str, str, int], array[int]] = {}
        self._gained: dict[str, array[int]] = {}
        self._rows: dict[tuple[str, int], list[tuple[Episode, int, array[int]]]] = {}
        seed = world.seed
        self._people = Pattern(PEOPLE_WEIGHTS, f"{seed} people")
        self._sources = Pattern(SOURCE_WEIGHTS, f"{seed} sources")
        self._shares = {
            "app": Pattern(APPS, f"{seed} app"),
            "device": Pattern(DEVICES, f"{seed} device"),
            "country": Pattern({code: weight for code, (_, weight) in COUNTRIES.items()}, f"{seed} country"),
        }

    def move_to(self, last_day: int) -> None:
        """Another day is over."""
        if last_day != self.last_day:
            self.last_day = last_day
            self._starts.clear()
            self._sums.clear()
            self._rows.clear()

    # --- what adds up ---

    def count(self, metric: Metric, subject: Subject, start: int, end: int) -> int:
        """How often, in a range of days."""
        if isinstance(subject, Episode):
            return self._upto(metric, subject, end) - self._upto(metric, subject, start - 1)
        sums = self._show_sums(metric, subject)
        return sums[self._place(subject, end) + 1] - sums[self._place(subject, start - 1) + 1]

    def daily(self, metric: Metric, subject: Subject, start: int, end: int) -> list[int]:
        """How often on each day of a range."""
        if isinstance(subject, Episode):
            upto = [*map(self._measure(metric, subject), self._starts_upto(subject, start - 1, end))]
        else:
            sums = self._show_sums(metric, subject)
            upto = [sums[self._place(subject, day) + 1] for day in range(start - 1, end + 1)]
        return [after - before for before, after in pairwise(upto)]

    def people(self, metric: Metric, subject: Subject, start: int, end: int) -> dict[str, dict[str, int]]:
        """By age bracket and gender; every cell is there."""
        flat = self._split(self._people, metric, subject, start, end)
        rows = iter(flat)
        return {age: {gender: next(rows) for gender in GENDERS} for age in AGES}

    def sources(self, subject: Subject, start: int, end: int) -> dict[str, int]:
        """Impressions by where they were made."""
        counts = self._split(self._sources, Metric.IMPRESSIONS, subject, start, end)
        return dict(zip(self._sources.labels, counts, strict=True))

    def by(self, kind: str, metric: Metric, subject: Subject, start: int, end: int) -> dict[str, int]:
        """By app, device or country (ISO code)."""
        pattern = self._shares[kind]
        return dict(zip(pattern.labels, self._split(pattern, metric, subject, start, end), strict=True))

    def countries(self, metric: Metric, subject: Subject, start: int, end: int) -> dict[str, dict[str, object]]:
        """By English name of the country: `countryCode`, and `counts` by gender, which sum to the country's number."""
        counts = self.by("country", metric, subject, start, end)
        weights = tuple(GENDER_WEIGHTS.items())
        return {
            COUNTRIES[code][0]: {
                "counts": _pattern(weights, f"{self.world.seed} genders of {code}").split(count),
                "countryCode": code,
            }
            for code, count in counts.items()
            if count
        }

    def regions(self, country: str, metric: Metric, subject: Subject, start: int, end: int) -> dict[str, int]:
        """By region of a country (navigation name); sums to the country's number."""
        weights = {code: weight for code, _, weight in regions_of(country)}
        return self._within(weights, f"{country}", self.by("country", metric, subject, start, end).get(country, 0))

    def cities(
        self, country: str, region: str, metric: Metric, subject: Subject, start: int, end: int
    ) -> dict[str, int]:
        """By city of a region; sums to the region's number."""
        count = self.regions(country, metric, subject, start, end).get(region, 0)
        return self._within(dict(cities_of(country, region)), f"{country} {region}", count)

    def _within(self, weights: Mapping[str, int], name: str, count: int) -> dict[str, int]:
        return _pattern(tuple(weights.items()), f"{self.world.seed} {name}").split(count) if weights else {}

    # --- heads ---

    def heads(self, people: People, subject: Subject, start: int, end: int) -> list[int]:
        """Different people on each day of a range."""
        if people is People.ALL:
            spotify, other = (self.heads(kind, subject, start, end) for kind in (People.SPOTIFY, People.DOWNLOAD))
            return [both[0] + both[1] for both in zip(spotify, other, strict=True)]
        metric, share = (Metric.STARTS, 93) if people is People.SPOTIFY else (Metric.DOWNLOADS, 88)
        return [(count * share + 99) // 100 for count in self.daily(metric, subject, start, end)]

    def unique(self, people: People, subject: Subject, start: int, end: int) -> int:
        """Different people in a range: never more than the sum of its days, never fewer than its greatest day."""
        days = self.heads(people, subject, start, end)
        if not days:
            return 0
        fresh = 86 if isinstance(subject, Episode) else 31
        return max(*days, days[0] + (sum(days) - days[0]) * fresh // 100)

    def audience(self, show: Show, start: int, end: int) -> list[Segments]:
        """New and returning people on each day."""
        days = self.heads(People.ALL, show, start, end)
        parted = []
        for day, total in enumerate(days, start):
            new = total * (18 + day % 5) // 100
            parted.append(Segments(total=total, new=new, returning=total - new))
        return parted

    def audience_total(self, show: Show, start: int, end: int) -> Segments:
        """New and returning people in a range: the new of its days add up, the returning come many times."""
        days = self.audience(show, start, end)
        new, coming = sum(day.new for day in days), sum(day.returning for day in days)
        often = 1 + 8 * (len(days) - 1) / 89
        returning = max([int(coming / often), *(day.returning for day in days)]) if days else 0
        return Segments(total=new + returning, new=new, returning=returning)

    def followers(self, show: Show, start: int, end: int) -> list[int]:
        """A running total, at the end of each day."""
        gained = self._gained.get(show.id)
        if gained is None or len(gained) <= self.last_day - show.since_day:
            rng = seeded(f"followers {self.world.seed} {show.id}")
            most = max(2, show.audience // 90)
            per_day = (rng.randrange(0, most) for _ in range(self.last_day - show.since_day + 1))
            gained = self._gained[show.id] = array("q", accumulate(per_day))
        return [gained[min(day, self.last_day) - show.since_day] if day >= show.since_day else 0
                for day in range(start, end + 1)]  # fmt: skip

    # --- how far ---

    def retention(self, episode: Episode) -> Retention:
        """Of everybody who started it up to the last day."""
        most = self._upto(Metric.STARTS, episode, self.last_day)
        seconds = max(1, episode.duration_ms // 1000)
        shape = curve(self.world.seed, episode.id, seconds)
        samples = [most * share // 10_000 for share in shape]
        marks = {mark: samples[min(seconds - 1, seconds * mark // 100)] for mark in (25, 50, 75, 95, 100)}
        reached = [second for second, count in enumerate(samples) if most and count * 2 >= most]
        return Retention(
            samples=samples,
            most=max(samples),
            percentiles={mark: count * 100 // most if most else 0 for mark, count in marks.items()},
            median_s=reached[-1] + 1 if reached else 0,
            average_s=sum(samples) / most if most else 0.0,
        )

    # --- the formulas ---

    def _upto(self, metric: Metric, episode: Episode, day: int) -> int:
        """The running total at the end of a day."""
        starts = self._starts_at(episode, day)
        return self._measure(metric, episode)(starts) if starts else 0

    def _measure(self, metric: Metric, episode: Episode) -> Callable[[int], int]:
        """From the running total of starts to that of a metric: never falling, so that no day is negative."""
        if metric in (Metric.PLAYS, Metric.PLAYS_AND_DOWNLOADS):
            return PLAYS_OF[metric](self._starts_at(episode, CHANGED - 1), episode.pull)
        return MEASURES[metric](episode.pull)

    def _starts_at(self, episode: Episode, day: int) -> int:
        """The running total of starts at the end of a day."""
        totals = self._totals(episode)
        return totals[min(day - episode.day, len(totals) - 1)] if day >= episode.day and totals else 0

    def _starts_upto(self, episode: Episode, start: int, end: int) -> list[int]:
        """The running total of starts at the end of each day of a range."""
        totals = self._totals(episode)
        if not totals or end < episode.day:
            return [0] * max(0, end - start + 1)
        first, last = start - episode.day, end - episode.day
        before = [0] * max(0, -first)
        after = [totals[-1]] * (last - max(first, len(totals)) + 1 if last >= len(totals) else 0)
        return before + totals[max(0, first) : last + 1].tolist() + after

    def _totals(self, episode: Episode) -> array[int]:
        """Starts so far, at the end of each day since it appeared."""
        known = self._starts.get(episode.id)
        length = self.last_day - episode.day + 1
        if known is not None and len(known) == max(0, length):
            return known
        peak = episode.show.audience * episode.pull // 100
        days = starts_by_day(self.world.seed, peak, episode.pull, episode.day, max(0, length))
        totals = self._starts[episode.id] = array("q", accumulate(days))
        return totals

    def _place(self, show: Show, day: int) -> int:
        """Where a day's running total stands among a show's, -1 before its first."""
        return max(-1, min(day, self.last_day) - show.since_day)

    def _show_sums(self, metric: Metric, show: Show) -> array[int]:
        """Running totals over all episodes: 0, then one for each day since the show began."""
        key = (show.id, metric.value, self.world.version)
        if key in self._sums:
            return self._sums[key]
        for old in [old for old in self._sums if old[2] != self.world.version]:
            del self._sums[old]
        sums = [0] * max(0, self.last_day - show.since_day + 1)
        for episode in self.world.published(show):
            first = max(episode.day, show.since_day)
            if first > self.last_day:
                continue
            series = self.daily(metric, episode, first, self.last_day)
            place = first - show.since_day
            sums[place:] = map(int.__add__, sums[place:], series)
        self._sums[key] = array("q", accumulate(sums, initial=0))
        return self._sums[key]

    def _split(self, pattern: Pattern, metric: Metric, subject: Subject, start: int, end: int) -> list[int]:
        found = [0] * len(pattern.labels)
        for episode in self._heard(subject, start, end):
            before, after = self._upto(metric, episode, start - 1), self._upto(metric, episode, end)
            if after > before:
                shift = episode.pull * 37
                found = [*map(int.__add__, found, pattern.counts(before + shift, after + shift))]
        return found

    def _heard(self, subject: Subject, start: int, end: int) -> list[Episode]:
        """The episodes that anybody started in a range: on one day few of those that are old."""
        if isinstance(subject, Episode):
            return [subject]
        key = (subject.id, self.world.version)
        rows = self._rows.get(key)
        if rows is None:
            self._rows.clear()
            known = ((one, one.day, self._totals(one)) for one in self.world.published(subject))
            rows = self._rows[key] = [(one, first, totals) for one, first, totals in known if totals]
        return [
            episode
            for episode, first, totals in rows
            if end >= first
            and totals[min(end - first, len(totals) - 1)]
            != (totals[min(start - 1 - first, len(totals) - 1)] if start > first else 0)
        ]


@lru_cache(maxsize=256)
def _pattern(weights: tuple[tuple[str, int], ...], seed: str) -> Pattern:
    return Pattern(dict(weights), seed)
