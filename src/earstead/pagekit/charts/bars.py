"""Bars: one in a row of a chart, and a series over time with its axis from zero."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from earstead.pagekit.charts.frame import HALF, NARROW, WIDE, figure, fmt, svg, ticks, twin, two_widths
from earstead.pagekit.charts.ranges import HINT, readout, spans
from earstead.pagekit.words import hours, number, plural
from earstead.services.views import Bucket

_LEFT, _FOOT, _HEAD = 44.0, 24.0, 10.0
_HOUR_MS = 3_600_000
_WIDEST = 64.0
"""Of a column: a few steps stay columns and do not become walls."""


def bar(value: int, top: int) -> Markup:
    """The bar of one row, `value` of `top`; decorative, since the number stands beside it."""
    width = max(0.6, 100 * value / top) if top > 0 and value > 0 else 0
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="s0" width="100" height="8"/><rect class="s4" width="{fmt(width)}" height="8"/></svg>'
    )


def bars(
    name: str, series: Sequence[Bucket], *, by: str = "plays", height: int = 220, half: bool = False, to: str = ""
) -> Markup:
    """A series as bars with its table.

    Args:
        name: what is shown ("Plays by month"): title of the picture and caption of the table.
        series: its steps, empty ones included.
        by: "plays" or "time"; then the axis counts hours.
        height: of the picture.
        half: whether it stands in one of two columns.
        to: address that ends where a period's name follows ("/alice?period="): a range can then be chosen on the plot.
    """
    values = [b.listened_ms if by == "time" else b.plays for b in series]
    say = hours if by == "time" else number
    best = max(range(len(series)), key=values.__getitem__) if any(values) else -1
    most = f"Most in {series[best].label}: {say(values[best])}." if best >= 0 else "Nothing was heard."
    desc = f"{plural(len(series), 'step')}. {most}{f' {HINT}' if to else ''}"
    drawn = [
        svg(w, height, _body(series, values, by, w, height, to), title=name, desc=desc, css="bars", focusable=bool(to))
        for w in (HALF if half else WIDE, NARROW)
    ]
    rows = [(b.label, b.plays, hours(b.listened_ms)) for b in series]
    return figure(two_widths(*drawn) + readout(to), twin(name, ["Period", "Plays", "Time"], rows), to=to)


def _body(series: Sequence[Bucket], values: Sequence[int], by: str, width: int, height: int, to: str) -> str:
    unit = _HOUR_MS if by == "time" else 1
    axis = ticks(max(values, default=0) / unit)
    reach = axis[-1] * unit
    inner = height - _FOOT - _HEAD
    step = (width - _LEFT) / max(1, len(series))
    column = min(step * 0.8, _WIDEST)
    parts = [grid(axis, width, height)]
    for i, (bucket, value, span) in enumerate(zip(series, values, spans(series, to), strict=True)):
        tall = inner * value / reach
        left = _LEFT + i * step
        words = f"{bucket.label}: {plural(bucket.plays, 'play')}, {hours(bucket.listened_ms)}"
        parts.append(
            f'<g class="col"><rect class="hit" x="{fmt(left)}" y="{fmt(_HEAD)}" width="{step:.2f}" '
            f'height="{fmt(inner)}"{span}/>'
            f'<rect class="column" x="{left + (step - column) / 2:.2f}" y="{fmt(_HEAD + inner - tall)}" '
            f'width="{column:.2f}" height="{fmt(tall)}"/><title>{escape(words)}</title></g>'
        )
    parts.append(labels([b.label for b in series], _LEFT + step / 2, step, height, width))
    return "".join(parts)


def grid(axis: Sequence[int], width: int, height: int, *, left: float = _LEFT, unit: str = "") -> str:
    """Hairlines with their numbers (and their unit behind them), zero at the bottom."""
    inner = height - _FOOT - _HEAD
    parts = []
    for value in axis:
        y = _HEAD + inner * (1 - value / axis[-1])
        css = "axis" if value == 0 else "grid"
        parts.append(f'<path class="{css}" d="M{fmt(left)} {fmt(y)}H{width}"/>')
        parts.append(f'<text class="t-axis t-end" x="{fmt(left - 8)}" y="{fmt(y + 4)}">{value:,}{escape(unit)}</text>')
    return "".join(parts)


def labels(texts: Sequence[str], first: float, step: float, height: int, width: int) -> str:
    """Labels under a series, as many as there is room for, each at its own mark and inside the picture."""
    room = 9 + 6.6 * max((len(t) for t in texts), default=1)
    every = max(1, -int(-room // max(step, 0.01)))
    parts, free = [], 0.0
    for i in range(0, len(texts), every):
        half = len(texts[i]) * 3.3
        x = min(max(first + i * step, half), width - half)
        # The last one is moved in from the edge, and must not be moved into the one before.
        if x - half < free:
            continue
        free = x + half + 4
        parts.append(f'<text class="t-axis t-mid" x="{fmt(x)}" y="{height - 6}">{escape(texts[i])}</text>')
    return "".join(parts)
