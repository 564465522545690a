"""Heat maps: weekday by hour, and the days of a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from earstead.pagekit.charts.frame import LEVELS, figure, fmt, level, svg, twin, two_widths
from earstead.pagekit.words import MONTHS, WEEKDAYS, long_date, plural

_CELL = 27.0
_DAY = 12.6


def clock(name: str, week: Sequence[Sequence[int]]) -> Markup:
    """Plays by weekday (7 rows, Monday first) and hour (24 columns)."""
    top = max((max(row) for row in week), default=0)
    left, foot = 44.0, 22.0
    parts = []
    for d, row in enumerate(week):
        parts.append(f'<text class="t-axis" x="0" y="{fmt(d * _CELL + 18)}">{WEEKDAYS[d][:3]}</text>')
        for hour, plays in enumerate(row):
            words = f"{WEEKDAYS[d]}, {hour:02}:00 to {hour:02}:59: {plural(plays, 'play')}"
            parts.append(
                f'<rect class="s{level(plays, top)}" x="{fmt(left + hour * _CELL)}" y="{fmt(d * _CELL)}" '
                f'width="{fmt(_CELL - 2)}" height="{fmt(_CELL - 2)}" rx="3"><title>{words}</title></rect>'
            )
    for hour in range(0, 24, 3):
        parts.append(
            f'<text class="t-axis t-mid" x="{fmt(left + (hour + 0.5) * _CELL - 1)}" y="{fmt(7 * _CELL + 15)}">{hour:02}</text>'
        )
    chart = svg(left + 24 * _CELL, 7 * _CELL + foot, "".join(parts), title=name, desc=_busiest(week), css="heat clock")
    rows = [(WEEKDAYS[d], *row, sum(row)) for d, row in enumerate(week)]
    return figure(chart, twin(name, ["Day", *(f"{h:02}" for h in range(24)), "All"], rows))


def _busiest(week: Sequence[Sequence[int]]) -> str:
    plays, d, hour = max((plays, d, hour) for d, row in enumerate(week) for hour, plays in enumerate(row))
    return f"Most on {WEEKDAYS[d]} between {hour} and {hour + 1} h: {plural(plays, 'play')}." if plays else "Nothing was heard."


def calendar(name: str, year: int, days: Mapping[str, int]) -> Markup:
    """The days of a year as a sheet of weeks, Monday on top; on a narrow page as two half years.

    Args:
        days: plays by ISO date; days that are missing had none.
    """
    top = max(days.values(), default=0)
    total = sum(days.values())
    heard = sum(1 for plays in days.values() if plays)
    desc = f"{plural(total, 'play')} on {plural(heard, 'day')}."
    if total:
        best = max(days, key=days.__getitem__)
        desc += f" Most on {long_date(date.fromisoformat(best))}: {plural(top, 'play')}."
    wide = _sheet(name, desc, [(date(year, 1, 1), date(year, 12, 31))], days, top)
    narrow = _sheet(name, desc, [(date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31))], days, top)
    rows = [(day, plays) for day, plays in sorted(days.items()) if plays]
    return figure(two_widths(wide, narrow), twin(name, ["Day", "Plays"], rows))


def _sheet(name: str, desc: str, spans: Sequence[tuple[date, date]], days: Mapping[str, int], top: int) -> Markup:
    left = 32.0
    tall = 7 * _DAY + 30
    weeks = 0
    parts: list[str] = []
    for row, (first, last) in enumerate(spans):
        down = 16 + row * tall
        monday = first - timedelta(days=first.weekday())
        for d in (0, 2, 4):
            parts.append(f'<text class="t-axis" x="0" y="{fmt(down + d * _DAY + 9.5)}">{WEEKDAYS[d][:3]}</text>')
        day = first
        while day <= last:
            week = (day - monday).days // 7
            weeks = max(weeks, week + 1)
            x = left + week * _DAY
            if day.day == 1:
                parts.append(f'<text class="t-axis" x="{fmt(x)}" y="{fmt(down - 5)}">{MONTHS[day.month - 1][:3]}</text>')
            plays = days.get(day.isoformat(), 0)
            parts.append(
                f'<rect class="s{level(plays, top)}" x="{fmt(x)}" y="{fmt(down + day.weekday() * _DAY)}" '
                f'width="{fmt(_DAY - 2)}" height="{fmt(_DAY - 2)}" rx="2"><title>{long_date(day)}: {plural(plays, "play")}</title></rect>'
            )
            day += timedelta(days=1)
    return svg(left + weeks * _DAY, len(spans) * tall - 8, "".join(parts), title=name, desc=desc, css="heat calendar")


def scale() -> Markup:
    """The legend of the scale: from nothing to most."""
    steps = "".join(f'<rect class="s{i}" x="{i * 14}" width="12" height="12" rx="2"/>' for i in range(LEVELS + 1))
    return Markup(f'<span class="scale small quiet">less <svg viewBox="0 0 82 12" width="82" aria-hidden="true">{steps}</svg> more</span>')
