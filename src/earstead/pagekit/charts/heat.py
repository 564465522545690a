"""Heat maps: weekday by hour, and the days of a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from earstead.pagekit.charts.frame import LEVELS, figure, fmt, level, svg, twin, two_widths
from earstead.pagekit.words import MONTHS, WEEKDAYS, long_date, plural

_CELL = 20.0
_DAY_WIDE = 19.8
_DAY_NARROW = 12.6


def clock(name: str, week: Sequence[Sequence[int]]) -> Markup:
    """Plays by weekday (7 rows, Monday first) and hour (24 columns)."""
    top = max((max(row) for row in week), default=0)
    left, foot = 40.0, 20.0
    parts = []
    for d, row in enumerate(week):
        parts.append(_weekday(d, d * _CELL + 14))
        for hour, plays in enumerate(row):
            words = f"{WEEKDAYS[d]}, {hour:02}:00 to {hour:02}:59: {plural(plays, 'play')}"
            parts.append(_square(left + hour * _CELL, d * _CELL, _CELL, level(plays, top), words))
    for hour in range(0, 24, 3):
        x = left + (hour + 0.5) * _CELL - 1
        parts.append(f'<text class="t-axis t-mid" x="{fmt(x)}" y="{fmt(7 * _CELL + 14)}">{hour:02}</text>')
    chart = svg(left + 24 * _CELL, 7 * _CELL + foot, "".join(parts), title=name, desc=_busiest(week), css="heat clock")
    rows = [(WEEKDAYS[d], *row, sum(row)) for d, row in enumerate(week)]
    return figure(chart, twin(name, ["Day", *(f"{h:02}" for h in range(24)), "All"], rows))


def _weekday(d: int, y: float) -> str:
    return f'<text class="t-axis" x="0" y="{fmt(y)}">{WEEKDAYS[d][:3]}</text>'


def _square(x: float, y: float, size: float, step: int, words: str) -> str:
    return (
        f'<rect class="s{step}" x="{fmt(x)}" y="{fmt(y)}" width="{fmt(size - 2)}" height="{fmt(size - 2)}" rx="2.5">'
        f"<title>{words}</title></rect>"
    )


def _busiest(week: Sequence[Sequence[int]]) -> str:
    plays, d, hour = max((plays, d, hour) for d, row in enumerate(week) for hour, plays in enumerate(row))
    if not plays:
        return "Nothing was heard."
    return f"Most on {WEEKDAYS[d]} between {hour} and {hour + 1} h: {plural(plays, 'play')}."


def calendar(name: str, year: int, days: Mapping[str, int], *, half: bool = False) -> Markup:
    """The days of a year as a sheet of weeks, Monday on top; where there is little room as two half years.

    Args:
        name: title of the picture and caption of the table.
        year: which one.
        days: plays by ISO date; days that are missing had none.
        half: whether it stands in one of two columns.
    """
    total = sum(days.values())
    desc = f"{plural(total, 'play')} on {plural(sum(1 for plays in days.values() if plays), 'day')}."
    if total:
        best = max(days, key=days.__getitem__)
        desc += f" Most on {long_date(date.fromisoformat(best))}: {plural(days[best], 'play')}."
    halves = [(date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31))]
    narrow = _sheet(name, desc, halves, days, _DAY_NARROW)
    whole = [(date(year, 1, 1), date(year, 12, 31))]
    chart = narrow if half else two_widths(_sheet(name, desc, whole, days, _DAY_WIDE), narrow)
    rows = [(day, plays) for day, plays in sorted(days.items()) if plays]
    return figure(chart, twin(name, ["Day", "Plays"], rows))


def _sheet(name: str, desc: str, spans: Sequence[tuple[date, date]], days: Mapping[str, int], size: float) -> Markup:
    left, tall = 32.0, 7 * size + 30
    top = max(days.values(), default=0)
    weeks = 0
    parts: list[str] = []
    for row, (first, last) in enumerate(spans):
        down = 16 + row * tall
        monday = first - timedelta(days=first.weekday())
        parts.extend(_weekday(d, down + (d + 0.5) * size + 3) for d in (0, 2, 4))
        for i in range((last - first).days + 1):
            day = first + timedelta(days=i)
            week = (day - monday).days // 7
            weeks = max(weeks, week + 1)
            x = left + week * size
            if day.day == 1:
                month = MONTHS[day.month - 1][:3]
                parts.append(f'<text class="t-axis" x="{fmt(x)}" y="{fmt(down - 5)}">{month}</text>')
            plays = days.get(day.isoformat(), 0)
            words = f"{long_date(day)}: {plural(plays, 'play')}"
            parts.append(_square(x, down + day.weekday() * size, size, level(plays, top), words))
    return svg(left + weeks * size, len(spans) * tall - 8, "".join(parts), title=name, desc=desc, css="heat calendar")


def scale() -> Markup:
    """The legend of the scale: from nothing to most."""
    steps = "".join(f'<rect class="s{i}" x="{i * 14}" width="12" height="12" rx="2"/>' for i in range(LEVELS + 1))
    return Markup(
        '<span class="scale small quiet">less '
        f'<svg viewBox="0 0 82 12" width="82" aria-hidden="true">{steps}</svg> more</span>'
    )
