"""Figures by country, age, app and the like; the steps of the discovery funnel; how similar shows do.

How they are stored: a series with `breakdown` "country", "region:AT", "city:AT/9", "age", "gender", "app", "device",
"source", whose buckets are its parts; genders of an age are buckets like "28-34/FEMALE". Unit of the values: counts,
or shares of 1 where the metric's name ends with `SHARE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from earstead.core.creators.metrics import METRICS, Aggregation, Definition, Metric, Scope, Window
from earstead.core.creators.metrics import metric as metric_named
from earstead.services.creators.choosing import (
    AGGREGATION,
    BREAKDOWN,
    DEFINITION,
    FETCHED,
    ID,
    METRIC,
    OPERATION,
    POINTS,
    SCOPE,
    SPAN,
)
from earstead.services.creators.rows import day_of, number_of
from earstead.services.creators.types import Benchmark, Breakdown, Funnel, Provenance, Slice, Step
from earstead.storage import creator_figures as table
from earstead.storage.engine import Row, Tx

KINDS = ("country", "region", "city", "age", "gender", "app", "device", "source")
SHARE = ":share"
FUNNEL = "funnel"
BENCHMARK = "benchmark:"
NOISE = 50
"""Fewer plays than this make a breakdown a matter of chance."""
AGES = ("0-17", "18-22", "23-27", "28-34", "35-44", "45-59", "60-150", "unknown")
NAMES: Mapping[str, str] = {
    "FEMALE": "Female",
    "MALE": "Male",
    "NON_BINARY": "Non-binary",
    "NOT_SPECIFIED": "Not specified",
    "60-150": "60+",
    "unknown": "Unknown",
    "HOME": "Home",
    "SEARCH": "Search",
    "LIBRARY": "Library",
    "OTHER": "Other",
    "impressions": "Impressions",
    "considerations": "Considerations",
    "plays": "Plays",
    "streams": "Streams",
    "average_completion_rate": "Average completion",
}
_SPANS: Mapping[str, Sequence[str]] = {
    "7d": ("7d", "30d", "90d", "all"),
    "30d": ("30d", "7d", "90d", "all"),
    "60d": ("60d", "90d", "30d", "all"),
    "90d": ("90d", "60d", "30d", "all"),
    "all": ("all", "90d", "30d", "7d"),
}
"""Which windows stand in for one that was not read, the nearest first."""
_WITHIN = ("region", "city")
_LEVELS = {"country": "", "region": "country", "city": "region"}


def breakdown(
    tx: Tx,
    show_id: int,
    episode_id: int,
    kind: str,
    metric: str,
    period: str,
    days: tuple[date, date],
    within: str,
) -> Breakdown:
    """A figure by its parts; without slices where nothing was read."""
    name = f"{kind}:{within}" if within and kind in _WITHIN else kind
    rows = [row for row in table.series_of(tx, show_id, episode_id) if row[POINTS]]
    fitting = [row for row in rows if row[BREAKDOWN] == name or (not within and row[BREAKDOWN].startswith(f"{kind}:"))]
    # What is counted from the feed's files stands beside the dashboard's word, and never in its place.
    fitting = [
        row
        for row in fitting
        if (row[METRIC].removesuffix(SHARE) == metric if metric else not row[METRIC].startswith("feed_"))
    ]
    last = number_of(days[1])
    daily = [row for row in fitting if row[AGGREGATION] == Aggregation.DAILY]
    spans = _SPANS.get(period, ())
    fixed = sorted(
        (row for row in fitting if row[SPAN] in spans), key=lambda row: (spans.index(row[SPAN]), -row[FETCHED])
    )
    if (not fixed or fixed[0][SPAN] != period) and daily:
        return _of_days(tx, kind, max(daily, key=lambda row: row[POINTS]), days, metric)
    chosen = fixed or sorted(fitting, key=lambda row: -row[FETCHED])
    if not chosen:
        return _nothing(kind, metric, within)
    if kind in _WITHIN and not within:
        # The largest that was read: what the country list says of it.
        chosen = sorted(chosen, key=lambda row: -row[FETCHED])
    return _fixed(tx, kind, chosen[0], last, rows)


def _fixed(tx: Tx, kind: str, series: Row, last: int, rows: Sequence[Row]) -> Breakdown:
    """One that was read for a window. The window ends on the day it was read, not on the one asked for."""
    found = table.latest_buckets(tx, series[ID], 1 << 40)
    values = {bucket: value for _, bucket, value, _ in found}
    shares = series[METRIC].endswith(SHARE)
    name = series[METRIC].removesuffix(SHARE)
    total = _total_of(tx, rows, name, series[SPAN], found[0][0]) if shares and found else None
    return _put_together(tx, kind, series, values, shares, total, day_of(found[0][0]) if found else None)


def _total_of(tx: Tx, rows: Sequence[Row], metric: str, span: str, day: int) -> float | None:
    """The total of the same metric and window, if it was read on that day: only then shares become counts."""
    for row in rows:
        same = row[METRIC] == metric and row[SPAN] == span and not row[BREAKDOWN]
        if same and row[AGGREGATION] == Aggregation.TOTAL:
            found = table.latest_before(tx, row[ID], day)
            if found is not None and found[0] == day:
                return float(found[1])
    return None


def _of_days(tx: Tx, kind: str, series: Row, days: tuple[date, date], metric: str) -> Breakdown:
    """One that is put together from days, for exactly the stretch that was asked for."""
    found = table.bucket_sums(tx, [series[ID]], number_of(days[0]), number_of(days[1]))
    values = {bucket: value for bucket, value, _, _ in found}
    on = day_of(max(row[3] for row in found)) if found else None
    return _put_together(tx, kind, series, values, shares=False, total=None, on=on)


def _put_together(
    tx: Tx, kind: str, series: Row, values: Mapping[str, float], shares: bool, total: float | None, on: date | None
) -> Breakdown:
    names = table.bucket_names(tx, series[BREAKDOWN])
    whole = sum(value for bucket, value in values.items() if "/" not in bucket)
    if not shares:
        total = whole
    slices = []
    for bucket, value in values.items():
        if "/" not in bucket:
            parts = [
                _slice(part, part.partition("/")[2], names, below, shares, whole, total)
                for part, below in values.items()
                if part.partition("/")[0] == bucket and "/" in part
            ]
            slices.append(_slice(bucket, bucket, names, value, shares, whole, total, tuple(parts)))
    slices.sort(key=_by_age if kind == "age" else lambda one: (-one.share, one.name))
    return Breakdown(
        kind=kind,
        metric=_metric(series[METRIC]),
        slices=tuple(slices),
        total=total,
        noisy=total is not None and total < NOISE,
        on=on,
        within=series[BREAKDOWN].partition(":")[2],
        provenance=_provenance(series),
    )


def _slice(
    bucket: str,
    key: str,
    names: Mapping[str, str],
    value: float,
    shares: bool,
    whole: float,
    total: float | None,
    parts: tuple[Slice, ...] = (),
) -> Slice:
    share = value if shares else (value / whole if whole else 0.0)
    count = (value * total if total is not None else None) if shares else value
    return Slice(key=key, name=names.get(bucket) or NAMES.get(key, key), share=share, count=count, parts=parts)


def _by_age(one: Slice) -> tuple[int, str]:
    return (AGES.index(one.key) if one.key in AGES else len(AGES), one.key)


def _metric(name: str) -> Metric:
    return METRICS.get(name.removesuffix(SHARE), METRICS["plays_and_downloads"])


def _provenance(series: Row) -> Provenance:
    return Provenance(
        scope=Scope(series[SCOPE]),
        window=Window(series[SPAN]),
        aggregation=Aggregation(series[AGGREGATION]),
        definition=Definition(series[DEFINITION]),
        operation=series[OPERATION],
        fetched_at=series[FETCHED],
    )


def _nothing(kind: str, metric: str, within: str) -> Breakdown:
    known = metric_named(metric) if metric else METRICS["plays_and_downloads"]
    none = Provenance(
        scope=known.scope,
        window=Window.NONE,
        aggregation=Aggregation.TOTAL,
        definition=Definition.NONE,
        operation="",
        fetched_at=0,
    )
    return Breakdown(
        kind=kind, metric=known, slices=(), total=None, noisy=False, on=None, within=within, provenance=none
    )


# --- funnel and benchmarks ------------------------------------------------------------------------------------------


def funnel(tx: Tx, show_id: int, last: int) -> Funnel | None:
    """The steps of the latest funnel; buckets are "impressions", "impressions:next", "impressions:change"."""
    rows = [row for row in table.series_of(tx, show_id, 0) if row[BREAKDOWN] == FUNNEL and row[POINTS]]
    if not rows:
        return None
    series = max(rows, key=lambda row: row[FETCHED])
    found = table.latest_buckets(tx, series[ID], last) or table.latest_buckets(tx, series[ID], 1 << 40)
    values = {bucket: value for _, bucket, value, _ in found}
    names = table.bucket_names(tx, FUNNEL)
    steps = [
        Step(
            name=bucket,
            title=names.get(bucket) or NAMES.get(bucket, bucket),
            value=value,
            unit="share" if bucket.endswith("rate") else "count",
            to_next=values.get(f"{bucket}:next"),
            change=values.get(f"{bucket}:change"),
        )
        for bucket, value in values.items()
        if ":" not in bucket
    ]
    steps.sort(key=lambda one: (one.unit == "share", -one.value))
    return Funnel(steps=tuple(steps), on=day_of(found[0][0]), provenance=_provenance(series))


def benchmarks(tx: Tx, show_id: int) -> tuple[Benchmark, ...]:
    """The latest percentiles of each metric that was told; buckets are "40" or, for a label, "2026-05-01|40"."""
    found = []
    for series in table.series_of(tx, show_id, 0):
        if not series[METRIC].startswith(BENCHMARK) or not series[POINTS]:
            continue
        by_label: dict[str, dict[int, float]] = {}
        for _, bucket, value, _ in table.latest_buckets(tx, series[ID], 1 << 40):
            label, _, percentile = bucket.rpartition("|")
            if percentile.isdigit():
                by_label.setdefault(label, {})[int(percentile)] = value
        found += [
            Benchmark(
                metric_type=series[METRIC].removeprefix(BENCHMARK),
                pool=series[BREAKDOWN].partition(":")[2],
                label=label,
                percentiles=percentiles,
                provenance=_provenance(series),
            )
            for label, percentiles in by_label.items()
        ]
    return tuple(found)
