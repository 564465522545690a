"""Bands: where others of the same size lie, and how a whole is made up of parts."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from earstead.pagekit.charts.bars import grid, labels
from earstead.pagekit.charts.frame import HALF, NARROW, WIDE, figure, fmt, svg, ticks, twin, two_widths
from earstead.pagekit.words import number, percent

_FOOT, _HEAD = 24.0, 10.0
_ROW, _THICK = 30.0, 14.0


def band(
    name: str,
    steps: Sequence[str],
    percentiles: Sequence[tuple[int, tuple[float, ...]]],
    own: Sequence[float | None] = (),
    *,
    own_label: str = "This show",
    head: str = "Step",
) -> Markup:
    """Where comparable shows lie at each step: nested bands around the middle, and one's own line over them.

    Args:
        name: title of the picture and caption of the table.
        steps: the label of every step.
        percentiles: (percentile 1..99, a value for each step), rising; an outer pair is drawn as a band.
        own: one's own values, None where unknown; empty for none.
        own_label: its name.
        head: what a step is, for the table.
    """
    top = max((v for _, values in percentiles for v in values), default=0.0)
    top = max([top, *(v for v in own if v is not None)])
    drawn = [
        svg(
            w,
            220,
            _band_body(w, 220, steps, percentiles, own, top),
            title=name,
            desc=_placed(percentiles, own),
            css="band",
        )
        for w in (WIDE, NARROW)
    ]
    titles = [head, *(f"{p} of 100 are below" for p, _ in percentiles), *([own_label] if own else [])]
    rows = [
        (
            label,
            *(_said(values[i]) for _, values in percentiles),
            *(["no figure" if own[i] is None else _said(own[i] or 0)] if own else []),
        )
        for i, label in enumerate(steps)
    ]
    return figure(_band_legend(percentiles, own_label if own else "") + two_widths(*drawn), twin(name, titles, rows))


def _said(value: float) -> str:
    return number(round(value)) if value == round(value) or abs(value) >= 100 else f"{value:,.2f}"


def _placed(percentiles: Sequence[tuple[int, tuple[float, ...]]], own: Sequence[float | None]) -> str:
    last = next((v for v in reversed(own) if v is not None), None)
    if last is None or not percentiles:
        return "The middle of comparable shows, and how far they spread."
    below = [p for p, values in percentiles if values and values[-1] <= last]
    return (
        f"At the last step: above {max(below)} of 100 comparable shows." if below else "At the last step: below most."
    )


def _pairs(percentiles: Sequence[tuple[int, tuple[float, ...]]]) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The outer pair first: lowest with highest, then what lies within."""
    lines = [values for _, values in percentiles]
    return [(lines[i], lines[-1 - i]) for i in range(len(lines) // 2)]


def _band_body(
    width: int,
    height: int,
    steps: Sequence[str],
    percentiles: Sequence[tuple[int, tuple[float, ...]]],
    own: Sequence[float | None],
    top: float,
) -> str:
    axis = ticks(top)
    left = 16 + 7.0 * len(f"{axis[-1]:,}")
    step = (width - left - 6) / max(1, len(steps) - 1)
    inner = height - _FOOT - _HEAD

    def at(i: int, value: float) -> str:
        return f"{fmt(left + i * step)} {fmt(_HEAD + inner * (1 - value / axis[-1]))}"

    parts = [grid(axis, width, height, left=left)]
    for n, (low, high) in enumerate(_pairs(percentiles)):
        there = "L".join(at(i, v) for i, v in enumerate(high))
        back = "L".join(at(i, v) for i, v in reversed(list(enumerate(low))))
        parts.append(f'<path class="band{n + 1}" d="M{there}L{back}Z"/>')
    if len(percentiles) % 2:
        middle = percentiles[len(percentiles) // 2][1]
        parts.append(f'<path class="middle" d="M{"L".join(at(i, v) for i, v in enumerate(middle))}"/>')
    known = [at(i, v) for i, v in enumerate(own) if v is not None]
    if known:
        parts.append(f'<path class="trace c1" d="M{"L".join(known)}"/>' if len(known) > 1 else "")
        x, y = known[-1].split()
        parts.append(f'<circle class="dot" cx="{x}" cy="{y}" r="4"/>')
    parts.append(labels(list(steps), left, step, height, width))
    return "".join(parts)


def _band_legend(percentiles: Sequence[tuple[int, tuple[float, ...]]], own_label: str) -> Markup:
    names = [p for p, _ in percentiles]
    rows = [(f"band{i + 1}", f"between {names[i]} and {names[-1 - i]} of 100") for i in range(len(names) // 2)]
    swatches = [
        Markup(
            '<li><svg class="key-line" viewBox="0 0 24 8" aria-hidden="true" focusable="false">'
            '<rect class="{}" width="24" height="8"/></svg>{}</li>'
        ).format(css, words)
        for css, words in rows
    ]
    if own_label:
        swatches.append(
            Markup(
                '<li><svg class="key-line" viewBox="0 0 24 8" aria-hidden="true" focusable="false">'
                '<path class="trace c1" d="M0 4H24"/></svg><bdi>{}</bdi></li>'
            ).format(own_label)
        )
    return Markup('<figcaption class="small quiet"><ul class="keys-list">{}</ul></figcaption>').format(
        Markup().join(swatches)
    )


def stacked(name: str, parts: Sequence[str], rows: Sequence[tuple[str, tuple[float, ...]]]) -> Markup:
    """Rows that each are made up of the same parts, to one scale: age groups by gender.

    Args:
        name: title of the picture and caption of the table.
        parts: the names of the parts, at most four.
        rows: (label, the value of each part).
    """
    whole = sum(sum(values) for _, values in rows)
    top = max((sum(values) for _, values in rows), default=0)
    best = max(rows, key=lambda row: sum(row[1]), default=("", ()))
    desc = f"Most: {best[0]}." if whole else "Nothing is known."
    drawn = [
        svg(w, len(rows) * _ROW + 4, _stack_body(w, rows, parts, top, whole), title=name, desc=desc, css="stacked")
        for w in (HALF, NARROW)
    ]
    table = [
        (label, *(_said(v) for v in values), percent(sum(values) / whole) if whole else "") for label, values in rows
    ]
    keys = Markup().join(
        Markup(
            '<li><svg class="key-line" viewBox="0 0 24 8" aria-hidden="true" focusable="false">'
            '<rect class="p{}" width="24" height="8"/></svg>{}</li>'
        ).format(n + 1, part)
        for n, part in enumerate(parts)
    )
    legend = Markup('<figcaption class="small quiet"><ul class="keys-list">{}</ul></figcaption>').format(keys)
    return figure(legend + two_widths(*drawn), twin(name, ["Group", *parts, "Share"], table))


def _stack_body(
    width: int, rows: Sequence[tuple[str, tuple[float, ...]]], parts: Sequence[str], top: float, whole: float
) -> str:
    left = 12 + 6.4 * max((len(label) for label, _ in rows), default=4)
    reach = width - left - 52
    drawn = []
    for i, (label, values) in enumerate(rows):
        y = i * _ROW + (_ROW - _THICK) / 2
        drawn.append(f'<text class="t-axis t-end" x="{fmt(left - 8)}" y="{fmt(y + _THICK - 3)}">{escape(label)}</text>')
        x = left
        for n, value in enumerate(values):
            wide = reach * value / top if top else 0
            words = f"{label}, {parts[n]}: {_said(value)}"
            drawn.append(
                f'<rect class="p{n + 1}" x="{fmt(x)}" y="{fmt(y)}" width="{fmt(wide)}" height="{fmt(_THICK)}">'
                f"<title>{escape(words)}</title></rect>"
            )
            x += wide
        share = percent(sum(values) / whole) if whole else ""
        drawn.append(f'<text class="t-axis" x="{fmt(x + 6)}" y="{fmt(y + _THICK - 3)}">{escape(share)}</text>')
    return "".join(drawn)
