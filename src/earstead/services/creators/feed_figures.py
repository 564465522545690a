"""Downloads of a feed as figures, whoever counted them: by day, to how many people they went, and what divides them.

Each day of the stretch has a value: a day without downloads is a zero, and no gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from earstead.core.creators.metrics import Aggregation, Quality, Scope, SeriesKey, Window
from earstead.services.creators.memory import Figures

T = TypeVar("T")


def feed_figures(
    operation: str,
    episode_id: int,
    by_day: Mapping[int, Sequence[T]],
    days: range,
    today: int,
    *,
    people: Callable[[Sequence[T]], int],
    parts: Mapping[str, Callable[[T], str]],
) -> Iterator[Figures]:
    """The series of one show (episode 0) or episode.

    Args:
        operation: who counted.
        by_day: day number -> its downloads. `days`: those that are told. `today`: the number of this day.
        people: how many are behind some downloads. `parts`: breakdown -> the bucket of a download.
    """

    def key(metric: str, breakdown: str = "") -> SeriesKey:
        return SeriesKey(
            metric=metric,
            scope=Scope.OFF_PLATFORM,
            window=Window.NONE,
            aggregation=Aggregation.DAILY,
            operation=operation,
            breakdown=breakdown,
            episode_id=episode_id,
        )

    # The day itself and the one before still gather requests.
    told = [(day, by_day.get(day, ()), Quality.PROVISIONAL if day >= today - 1 else Quality.FINAL) for day in days]
    yield Figures(key=key("feed_downloads"), points=[(day, "", float(len(some)), how) for day, some, how in told])
    yield Figures(key=key("feed_listeners"), points=[(day, "", float(people(some)), how) for day, some, how in told])
    for breakdown, bucket in parts.items():
        points = [
            (day, name, float(count), how)
            for day, some, how in told
            for name, count in Counter(map(bucket, some)).items()
        ]
        yield Figures(key=key("feed_downloads", breakdown), points=points, replaces=True)
