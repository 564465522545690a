"""How an audience grows: new people, those who come now and then, and those who come every time."""

from __future__ import annotations

from typing import Any, Final

from earstead.sandbox.creators.facts import Segments
from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.values import share_of
from earstead.sandbox.creators.gql.windows import Span
from earstead.sandbox.creators.world import Show, day_text

_CORE: Final = 35
"""Of a hundred who return, those who come every time."""


def time_series(context: Context, show: Show, span: Span) -> dict[str, Any]:
    """The four numbers of each day."""
    days = context.facts.audience(show, span.start, span.end)
    points = [{"date": day_text(day), **_parts(found)} for day, found in enumerate(days, span.start)]
    return {"timeSeries": points}


def summary(context: Context, show: Show, span: Span) -> dict[str, Any]:
    """The four numbers of a period, and how many core fans were gained since the one before."""
    before = span.before()
    now = _parts(context.facts.audience_total(show, span.start, span.end))
    then = _parts(context.facts.audience_total(show, before.start, before.end))
    lookback = before.said()
    return {
        "summary": {
            **now,
            "gainedCoreFans": now["coreFans"] - then["coreFans"],
            **span.said(),
            "lookbackStartDate": lookback["startDate"],
            "lookbackEndDate": lookback["endDate"],
        }
    }


def insight(context: Context, show: Show, span: Span) -> dict[str, Any]:
    """How core fans differ from everybody: how much of an episode and how many hours they hear."""
    found = _parts(context.facts.audience_total(show, span.start, span.end))
    hours = share_of(context.heard.seconds(show, span.start, span.end) / 3600, found["totalAudience"])
    core_kept, all_kept = 0.81, 0.62
    return {
        "insight": {
            "averageEpisodeRetentionCoreFansPercent": core_kept,
            "averageEpisodeRetentionTotalAudiencePercent": all_kept,
            "averageEpisodeRetentionDiffPercent": core_kept - all_kept,
            "averageConsumptionHoursCoreFans": hours * 2.5,
            "averageConsumptionHoursTotalAudience": hours,
            "averageConsumptionHoursDiffPercent": 1.5 if hours else 0.0,
        }
    }


def _parts(found: Segments) -> dict[str, Any]:
    core = found.returning * _CORE // 100
    counts = {
        "coreFans": core,
        "developingAudience": found.returning - core,
        "newAudience": found.new,
        "totalAudience": found.total,
    }
    return counts | {f"{name}Percent": share_of(count, found.total) for name, count in counts.items()}
