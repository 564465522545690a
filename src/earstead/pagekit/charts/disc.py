"""The disc: a year of listening as a record. Angle is the week, ring the hour (midnight inside), darkness plays.

Week 1 starts at the top and the year runs clockwise; week w holds the days 7w+1 .. 7w+7 of the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import cos, pi, sin

from markupsafe import Markup, escape

from earstead.pagekit.charts.frame import LEVELS, figure, fmt, level, svg, twin
from earstead.pagekit.words import number, plural, short_date

HOURS = 24
_SIZE = 720.0
_LABEL = 108.0
_RING = 10.0
_MIDDLE = _SIZE / 2

Weeks = Sequence[Sequence[int]]


def small_disc(year: int, weeks: Weeks) -> Markup:
    """The disc as a picture only, a few kilobytes: for the home page, cards, icons.

    Each ring is drawn with one dashed circle per level instead of an arc per hour.

    `weeks` are 52 or 53 rows of 24 plays.
    """
    return _draw(year, weeks, "".join(_dashes(weeks)), css="disc small-disc")


def disc(year: int, weeks: Weeks) -> Markup:
    """The large disc: one arc per hour that was heard, each with its words, and the numbers below as a table.

    With a focus on it the arrow keys go through the arcs (`app.js`); without script the table says the same.
    """
    chart = _draw(year, weeks, "".join(_arcs(year, weeks)), css="disc large-disc", focusable=True)
    rows = [(f"{short_date(_first_day(year, w))}", *row, sum(row)) for w, row in enumerate(weeks)]
    rows.append(("All", *(sum(column) for column in zip(*weeks, strict=True)), _total(weeks)))
    table = twin(f"Plays of {year} by week and hour", ["Week from", *(f"{h:02}" for h in range(HOURS)), "All"], rows)
    readout = Markup(
        '<output class="readout small quiet" aria-live="polite">Point at an arc, or use the arrow keys.</output>'
    )
    return figure(chart + readout, table, css="disc-figure")


def _draw(year: int, weeks: Weeks, marks: str, *, css: str, focusable: bool = False) -> Markup:
    total = _total(weeks)
    edge = _LABEL + HOURS * _RING
    body = (
        f'<circle class="disc-ground" cx="{fmt(_MIDDLE)}" cy="{fmt(_MIDDLE)}" r="{fmt((_LABEL + edge) / 2)}" '
        f'stroke-width="{fmt(edge - _LABEL)}"/>{marks}{_seasons(edge)}'
        f'<circle class="disc-label" cx="{fmt(_MIDDLE)}" cy="{fmt(_MIDDLE)}" r="{fmt(_LABEL - 8)}"/>'
        f'<text class="disc-year" x="{fmt(_MIDDLE)}" y="{fmt(_MIDDLE - 4)}">{year}</text>'
        f'<text class="disc-total" x="{fmt(_MIDDLE)}" y="{fmt(_MIDDLE + 36)}">{escape(number(total))} plays</text>'
    )
    title = f"{year} as a disc: {plural(total, 'play')}"
    return svg(_SIZE, _SIZE, body, title=title, desc=_say(weeks), css=css, focusable=focusable)


def _say(weeks: Weeks) -> str:
    by_hour = [sum(column) for column in zip(*weeks, strict=True)]
    if not any(by_hour):
        return "Nothing was heard."
    hour = by_hour.index(max(by_hour))
    by_week = [sum(row) for row in weeks]
    week = by_week.index(max(by_week))
    fullest = f"the fullest week was week {week + 1} with {plural(by_week[week], 'play')}"
    return f"Most plays between {hour} and {hour + 1} h; {fullest}."


def _arcs(year: int, weeks: Weeks) -> Iterator[str]:
    top = max((max(row) for row in weeks), default=0)
    step = 2 * pi / len(weeks)
    for w, row in enumerate(weeks):
        begin, end = w * step + 0.008, (w + 1) * step - 0.008
        for hour, plays in enumerate(row):
            if plays:
                inner = _LABEL + hour * _RING + 0.6
                when = f"Week of {short_date(_first_day(year, w))}, {hour:02}:00 to {hour:02}:59"
                path = _arc(begin, end, inner, inner + _RING - 1.2)
                yield (
                    f'<path class="s{level(plays, top)}" data-at="{w} {hour}" d="{path}">'
                    f"<title>{when}: {plural(plays, 'play')}</title></path>"
                )


def _arc(begin: float, end: float, inner: float, outer: float) -> str:
    def at(angle: float, radius: float) -> str:
        return f"{fmt(_MIDDLE + radius * sin(angle))} {fmt(_MIDDLE - radius * cos(angle))}"

    return (
        f"M{at(begin, inner)}L{at(begin, outer)}A{fmt(outer)} {fmt(outer)} 0 0 1 {at(end, outer)}"
        f"L{at(end, inner)}A{fmt(inner)} {fmt(inner)} 0 0 0 {at(begin, inner)}Z"
    )


def _dashes(weeks: Weeks) -> Iterator[str]:
    top = max((max(row) for row in weeks), default=0)
    for hour in range(HOURS):
        radius = _LABEL + (hour + 0.5) * _RING
        unit = 2 * pi * radius / len(weeks)
        levels = [level(row[hour], top) for row in weeks]
        for step in range(1, LEVELS + 1):
            if step in levels:
                dashes = " ".join(fmt(run * unit) for run in _runs([v == step for v in levels]))
                yield (
                    f'<circle class="l{step}" cx="{fmt(_MIDDLE)}" cy="{fmt(_MIDDLE)}" r="{fmt(radius)}" '
                    f'stroke-dasharray="{dashes}" transform="rotate(-90 {fmt(_MIDDLE)} {fmt(_MIDDLE)})"/>'
                )


def _runs(marked: Sequence[bool]) -> list[int]:
    """Lengths of drawn and undrawn runs in turn, the first one drawn (0 when it starts undrawn), an even number."""
    runs = [0]
    drawn = True
    for mark in marked:
        if mark != drawn:
            runs.append(0)
            drawn = mark
        runs[-1] += 1
    return runs if len(runs) % 2 == 0 else [*runs, 0]


def _seasons(edge: float) -> str:
    """Hairlines where the quarters begin, so that one finds spring without a legend."""
    lines = []
    for quarter in range(4):
        angle = quarter * pi / 2
        inner, outer = edge + 4, edge + 11
        lines.append(
            f'<path class="disc-tick" d="M{fmt(_MIDDLE + inner * sin(angle))} {fmt(_MIDDLE - inner * cos(angle))}'
            f'L{fmt(_MIDDLE + outer * sin(angle))} {fmt(_MIDDLE - outer * cos(angle))}"/>'
        )
    return "".join(lines)


def _total(weeks: Weeks) -> int:
    return sum(map(sum, weeks))


def _first_day(year: int, week: int) -> date:
    return date(year, 1, 1) + timedelta(days=7 * week)
