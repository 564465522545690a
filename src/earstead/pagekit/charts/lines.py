"""Lines: this period over the one before as areas, and a rank through the years."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from markupsafe import Markup, escape

from earstead.pagekit.charts.bars import grid, labels
from earstead.pagekit.charts.frame import HALF, NARROW, WIDE, figure, fmt, svg, ticks, twin, two_widths
from earstead.pagekit.charts.ranges import HINT, readout, spans
from earstead.pagekit.words import number, plural
from earstead.services.views import Bucket

_LEFT, _FOOT, _HEAD = 44.0, 24.0, 10.0


def area(
    name: str,
    now: Sequence[Bucket],
    before: Sequence[Bucket],
    *,
    passed: int,
    now_label: str,
    before_label: str,
    to: str = "",
) -> Markup:
    """Plays of a period as an area, with the period before as a line behind it; step i lies over step i.

    Args:
        name: title of the picture and caption of the table.
        now: all steps of the period, those to come included.
        before: the steps of the period before.
        passed: how many steps of `now` are drawn: what has not happened is not drawn as zero.
        now_label: name of the period ("November 2026").
        before_label: name of the period before.
        to: address that ends where a period's name follows; a range of `now` can then be chosen on the plot.
    """
    total, earlier = sum(b.plays for b in now), sum(b.plays for b in before)
    desc = f"{now_label}: {plural(total, 'play')}. {before_label}: {plural(earlier, 'play')}.{f' {HINT}' if to else ''}"
    drawn = [
        svg(w, 210, _area_body(now, before, passed, w, 210, to), title=name, desc=desc, css="area", focusable=bool(to))
        for w in (WIDE, NARROW)
    ]
    legend = Markup(
        '<figcaption class="legend small quiet"><span class="key k-now"></span>{}'
        '<span class="key k-before"></span>{}</figcaption>'
    ).format(now_label, before_label)
    rows = [(*_cells(now, i), *_cells(before, i)) for i in range(max(len(now), len(before)))]
    table = twin(name, [now_label, "Plays", before_label, "Plays"], rows)
    return figure(legend + two_widths(*drawn) + readout(to), table, to=to)


def _cells(series: Sequence[Bucket], i: int) -> tuple[object, object]:
    return (series[i].label, series[i].plays) if i < len(series) else ("", "")


def _area_body(now: Sequence[Bucket], before: Sequence[Bucket], passed: int, width: int, height: int, to: str) -> str:
    axis = ticks(max((b.plays for b in (*now, *before)), default=0))
    count = max(len(now), len(before), 2)
    step = (width - _LEFT - 6) / (count - 1)
    inner = height - _FOOT - _HEAD
    floor = _HEAD + inner

    def points(series: Sequence[Bucket]) -> str:
        return "L".join(
            f"{fmt(_LEFT + i * step)} {fmt(floor - inner * b.plays / axis[-1])}" for i, b in enumerate(series)
        )

    parts = [grid(axis, width, height)]
    if before:
        parts.append(f'<path class="line-before" d="M{points(before)}"/>')
    drawn = now[:passed]
    if drawn:
        line, end = points(drawn), fmt(_LEFT + (len(drawn) - 1) * step)
        parts.append(f'<path class="fill" d="M{fmt(_LEFT)} {fmt(floor)}L{line}L{end} {fmt(floor)}Z"/>')
        parts.append(f'<path class="line" d="M{line}"/>')
        parts.append(f'<circle class="dot" cx="{end}" cy="{fmt(floor - inner * drawn[-1].plays / axis[-1])}" r="4"/>')
    days = spans(now, to)
    for i in range(count):
        words = "; ".join(f"{s[i].label}: {plural(s[i].plays, 'play')}" for s in (drawn, before) if i < len(s))
        parts.append(
            f'<rect class="hit" x="{fmt(_LEFT + (i - 0.5) * step)}" y="{fmt(_HEAD)}" width="{fmt(step)}" '
            f'height="{fmt(inner)}"{days[i] if i < len(days) else ""}><title>{escape(words)}</title></rect>'
        )
    parts.append(labels([b.label for b in now], _LEFT, step, height, width))
    return "".join(parts)


def ranks(name: str, years: Sequence[tuple[str, int, int]]) -> Markup:
    """The place in the chart of each year, 1 at the top; the scale is logarithmic, so that 1 to 2 is a step one sees.

    Args:
        name: title of the picture and caption of the table.
        years: (label, rank or 0 when not heard, plays).
    """
    heard = [(label, rank) for label, rank, _ in years if rank]
    best = min(heard, key=lambda y: y[1]) if heard else None
    desc = f"Best: number {number(best[1])} in {best[0]}." if best else "Never heard."
    drawn = [svg(w, 180, _rank_body(years, w, 180), title=name, desc=desc, css="ranks") for w in (HALF, NARROW)]
    rows = [(label, f"No. {rank:,}" if rank else "not heard", plays) for label, rank, plays in years]
    return figure(two_widths(*drawn), twin(name, ["Year", "Rank", "Plays"], rows))


def _rank_body(years: Sequence[tuple[str, int, int]], width: int, height: int) -> str:
    deepest = max((rank for _, rank, _ in years), default=1)
    step = (width - 48) / max(1, len(years) - 1)
    inner = height - _FOOT - 34
    shown: list[tuple[float, float, int]] = []
    lines: list[str] = []
    for i, (_, rank, _) in enumerate(years):
        if rank:
            shown.append((24 + i * step, 26 + inner * log(rank) / max(log(deepest), 0.01), rank))
            if i and years[i - 1][1]:
                (x0, y0, _), (x1, y1, _) = shown[-2:]
                lines.append(f'<path class="line" d="M{fmt(x0)} {fmt(y0)}L{fmt(x1)} {fmt(y1)}"/>')
    every = max(1, -int(-34 // max(step, 1)))
    dots = [
        f'<circle class="dot" cx="{fmt(x)}" cy="{fmt(y)}" r="4"/>'
        + (f'<text class="t-mark t-mid" x="{fmt(x)}" y="{fmt(y - 10)}">{rank:,}</text>' if n % every == 0 else "")
        for n, (x, y, rank) in enumerate(shown)
    ]
    return "".join((*lines, *dots, labels([y[0] for y in years], 24, step, height, width)))
