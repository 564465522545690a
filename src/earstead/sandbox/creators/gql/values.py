"""The members of the union of analytics values, as resolved objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from earstead.sandbox.creators.gql.windows import Span
from earstead.sandbox.creators.shares import COUNTRIES, GENDERS

Value = dict[str, Any]
_COLORS: Final = ("#1ed760", "#2e77d0", "#f037a5", "#ffd54a", "#a0a0a0", "#7358ff", "#ff4632", "#00b3b3", "#c87619")
_GENDERS: Final = dict(zip(GENDERS, ("Female", "Male", "Non-binary", "Not specified"), strict=True))
_AGES: Final = {"60-150": "60+", "unknown": "Unknown"}
_SOURCES: Final = {"HOME": "Home", "LIBRARY": "Library", "OTHER": "Other", "SEARCH": "Search"}


def result(value: Value | None, span: Span | None = None, *, change: float | None = None, **more: Any) -> Value:
    """An analytics result: the outer box holds the comparison, the inner one the value."""
    dates = span.said() if span else {}
    return {**dates, **more, "analyticsValue": {"analyticsValue": value, "periodOverPeriodPercentageDiff": change}}


def single(count: int) -> Value:
    """A total."""
    return {"__typename": "SingleValueLong", "value": count}


def counted(count: int) -> Value:
    """A count within a series or a funnel."""
    return {"__typename": "CountValueLong", "value": count}


def ratio(share: float) -> Value:
    """A share of one, within a series or a funnel."""
    return {"__typename": "RatioValueFloat", "value": share}


def percentage(share: float) -> Value:
    """A share of one, as a total."""
    return {"__typename": "PercentageValueFloat", "value": share}


def consumption(hours: float) -> Value:
    """Hours heard; about seven in ten of them with the app in the foreground."""
    return {"__typename": "ConsumptionValue", "totalConsumptionHours": hours, "foregroundConsumptionPercent": 0.71}


def average_time(seconds: float) -> Value:
    """Seconds for each listener."""
    return {"__typename": "AverageConsumptionTimeValue", "averageConsumptionSeconds": seconds}


def audience(people: int) -> Value:
    """Different people, and those of them with the app in the foreground."""
    front = people * 64 // 100
    return {
        "__typename": "AudienceValue",
        "totalAudienceSize": people,
        "foregroundAudienceSize": front,
        "foregroundAudiencePercent": share_of(front, people),
    }


def segments(total: int, new: int, returning: int) -> Value:
    """New and returning people."""
    return {
        "__typename": "SegmentedAudienceValue",
        "totalAudience": total,
        "newAudience": new,
        "returningAudience": returning,
    }


def series(points: Iterable[tuple[Span, Value]]) -> Value:
    """Values by day, week or month."""
    rows = [{"date": (said := span.said())["startDate"], "endDate": said["endDate"], "value": value}
            for span, value in points]  # fmt: skip
    return {"__typename": "TimeSeriesValue", "points": rows}


def geos(counts: Mapping[str, int], country: str = "", names: Mapping[str, str] | None = None) -> Value:
    """Places with their share of all, greatest first; `names` by navigation name, countries without."""
    total = sum(counts.values())
    rows = [
        {
            "displayName": names.get(code, code) if names is not None else COUNTRIES[code][0],
            "navigationName": code,
            "flagUrl": f"https://flags.example/{(country or code).lower()}.svg",
            "value": count / total,
        }
        for code, count in _ranked(counts)
    ]
    return {"__typename": "GeoFacetedValue", "geos": rows}


def shares(kind: str, key: str, counts: Mapping[str, int]) -> Value:
    """Apps or devices with their share of all, greatest first."""
    total = sum(counts.values())
    rows = [
        {"displayName": name, "value": count / total, "color": _COLORS[place % len(_COLORS)]}
        for place, (name, count) in enumerate(_ranked(counts))
    ]
    return {"__typename": kind, key: rows}


def faceted(people: Mapping[str, Mapping[str, int]], *, genders: bool = True) -> Value:
    """Ages and genders; percentages are of all. Without `genders`, as when the breakdown comes back null."""
    whole = {gender: sum(row[gender] for row in people.values()) for gender in GENDERS}
    total = sum(whole.values())
    rows = [
        {
            "ageBracket": age,
            "displayName": _AGES.get(age, age),
            "genderBreakdown": _genders(row, total) if genders else None,
        }
        for age, row in people.items()
    ]
    return {
        "__typename": "FacetedAnalyticsValue",
        "ageBreakdown": rows if total else [],
        "genderBreakdown": _genders(whole, total) if genders else None,
        "totalValue": total,
    }


def _genders(counts: Mapping[str, int], total: int) -> Value:
    rows = [
        {
            "gender": gender,
            "displayName": name,
            "count": counts[gender],
            "percent": share_of(counts[gender], total),
            "color": _COLORS[place],
        }
        for place, (gender, name) in enumerate(_GENDERS.items())
    ]
    return {"counts": rows, "total": sum(counts.values())}


def sources(counts: Mapping[str, int]) -> Value:
    """Impressions by where they were made."""
    rows = [{"displayName": _SOURCES[source], "source": source, "count": counts[source]} for source in _SOURCES]
    return {"__typename": "SourceBreakdown", "total": sum(counts.values()), "counts": rows}


def funnel(span: Span, steps: tuple[tuple[int, int], tuple[int, int], tuple[float, float]]) -> Value:
    """Impressions, plays and the mean completion, each now and in the span before."""
    (seen, seen_before), (played, played_before), (ended, ended_before) = steps
    rows = [
        _step(span, "impressions", "Impressions", counted(seen), share_of(played, seen), change(seen, seen_before)),
        _step(span, "plays", "Plays", counted(played), ended, change(played, played_before)),
        _step(
            span, "average_completion_rate", "Average Completion Rate", ratio(ended), None, change(ended, ended_before)
        ),
    ]
    return {"__typename": "DiscoveryFunnelValue", "steps": rows}


def _step(span: Span, name: str, title: str, value: Value, to_next: float | None, changed: float | None) -> Value:
    return {
        **span.said(),
        "stepName": name,
        "displayName": title,
        "conversionRateToNext": to_next,
        "periodOverPeriodPercentageDiff": changed,
        "stepValue": value,
    }


def change(now: float, before: float) -> float | None:
    """How much more than before, as a fraction; None when there was nothing before."""
    return (now - before) / before if before else None


def share_of(part: float, whole: float) -> float:
    """A part as a share of one; 0 of nothing."""
    return part / whole if whole else 0.0


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((code, count) for code, count in counts.items() if count), key=lambda row: -row[1])
