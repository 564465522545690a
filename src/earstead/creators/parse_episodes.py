"""Readers of what is known of one episode. See `parse` for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.creators import walk
from earstead.creators.answers import Answered
from earstead.creators.parse import asked_mode, episode_node, people, series, show_node, source_counts, total
from earstead.creators.parse_audience import consumption
from earstead.creators.records import (
    Audience,
    EpisodeConsumption,
    EpisodePerformance,
    Mode,
    Retention,
    Series,
    Sources,
)


def retention(answered: Answered) -> Retention:
    """`episodePerformanceTotalAllTime`, or the one key besides `uri`."""
    episode = episode_node(answered)
    value = walk.inner(episode.get("episodePerformanceTotalAllTime") or walk.only_other(episode))
    points = tuple(
        (second, heard)
        for row in walk.rows(value.get("points"))
        if (second := walk.integer(row.get("second"))) is not None
        and (heard := walk.integer(row.get("sampleCount"))) is not None
    )
    said = walk.integer(value.get("maxSampleCount"))
    return Retention(
        points=points,
        percentiles=tuple(
            (reached, audience)
            for row in walk.rows(value.get("percentiles"))
            if (reached := walk.integer(row.get("completionPercentage"))) is not None
            and (audience := walk.number(row.get("audiencePercentage"))) is not None
        ),
        median_s=walk.number(value.get("medianCompletionSeconds")),
        sample_rate_ms=walk.integer(value.get("sampleRateMs")),
        max_samples=said if said is not None else max((heard for _, heard in points), default=0),
    )


def episode_series(answered: Answered, *keys: str, mode: Mode | None = None) -> Series[int]:
    """Counts by date under one of the keys of the episode, or under the one key besides `uri`."""
    episode = episode_node(answered)
    node = next((episode[key] for key in keys if episode.get(key) is not None), None)
    return series(node if node is not None else walk.only_other(episode), walk.counted, mode or asked_mode(answered))


def episode_metric(answered: Answered) -> Series[float]:
    """`analyticsBatch`: counts, hours or ratios, whichever the metric has."""
    return series(episode_node(answered).get("analyticsBatch"), _any_amount, asked_mode(answered))


def _any_amount(node: Any) -> float | None:
    found = walk.measured(node)
    return found if found is not None else walk.number(walk.inner(node).get("totalConsumptionHours"))


def performance(answered: Answered) -> EpisodePerformance:
    """Running totals since publication."""
    episode = episode_node(answered)
    return EpisodePerformance(
        plays=series(episode.get("playsDaily"), walk.counted, Mode.RUNNING),
        audience=series(episode.get("audienceDaily"), walk.counted, Mode.RUNNING),
        audience_total=people(episode.get("audienceTotal")),
    )


def episode_consumption(answered: Answered) -> EpisodeConsumption:
    """Time played: the two keys of a window, or the unknown one of all time."""
    episode = episode_node(answered)
    known = episode.get("episodeConsumptionTotal")
    boxed = known if known is not None else walk.only_other(episode, "episodeConsumptionDaily")
    return EpisodeConsumption(
        total=consumption(boxed) or next((consumption(one) for one in _consumptions(boxed)), None),
        daily=series(episode.get("episodeConsumptionDaily"), consumption),
    )


def _consumptions(node: Any) -> list[Mapping[str, Any]]:
    return list(walk.holders(node, "totalConsumptionHours"))


def audience(answered: Answered) -> Audience | None:
    """An AudienceValue wherever it stands; a plain number is taken for the total."""
    found = next(walk.holders(episode_node(answered), "totalAudienceSize"), None)
    if found is None:
        everybody = total(answered)
        return None if everybody is None else Audience(total=everybody)
    return Audience(
        total=walk.integer(found.get("totalAudienceSize")),
        foreground=walk.integer(found.get("foregroundAudienceSize")),
        foreground_share=walk.number(found.get("foregroundAudiencePercent")),
    )


def sources(answered: Answered) -> Sources:
    """Impressions by source wherever a breakdown stands."""
    node = next(walk.holders(show_node(answered) or episode_node(answered), "counts"), None)
    return Sources(total=walk.integer(walk.at(node, "total")), counts=source_counts(node))
