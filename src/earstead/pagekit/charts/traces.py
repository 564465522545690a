"""Traces: one or several series over the same steps, with holes where nothing is known and marks where a rule changed.

What is not known is neither zero nor bridged by a line: a hole inside a trace is shaded, and stands in the table as
such. Lines are told apart by colour and by dashes, so that the picture is read without colours too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from earstead.pagekit.charts.bars import grid, labels
from earstead.pagekit.charts.frame import HALF, NARROW, WIDE, figure, fmt, svg, ticks, twin, two_widths
from earstead.pagekit.charts.ranges import HINT, readout
from earstead.pagekit.words import number, percent

_FOOT, _HEAD = 24.0, 10.0
MOST_TRACES = 6
"""Lines that can still be told apart."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One line: its name, and a value for each step; None where nothing is known."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An upright line before step `at`, with its words: a definition changed there, so no line crosses it."""

    at: int
    words: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things lie in one picture."""

    width: int
    height: int
    left: float
    axis: tuple[int, ...]
    count: int
    per_unit: float

    @property
    def step(self) -> float:
        return (self.width - self.left - 6) / max(1, self.count - 1)

    @property
    def inner(self) -> float:
        return self.height - _FOOT - _HEAD

    def x(self, at: float) -> float:
        return self.left + at * self.step

    def y(self, value: float) -> float:
        return _HEAD + self.inner * (1 - value * self.per_unit / self.axis[-1])


def traces(
    name: str,
    steps: Sequence[str],
    drawn: Sequence[Trace],
    *,
    marks: Sequence[Mark] = (),
    share: bool = False,
    half: bool = False,
    head: str = "Day",
    spans: Sequence[str] = (),
    to: str = "",
) -> Markup:
    """Series over the same steps as lines, with their table.

    Args:
        name: title of the picture and caption of the table.
        steps: the label of every step, in order.
        drawn: at most `MOST_TRACES` lines, each with as many values as there are steps.
        marks: where a definition changed.
        share: whether values are shares of 1, to be read as percent.
        half: whether it stands in one of two columns.
        head: what a step is, for the table.
        spans: the days of every step ("2026-03-01..2026-03-07"), for the table; needed with `to`.
        to: address that ends where a period's name follows; a range can then be chosen on the plot.
    """
    say = percent if share else _count
    desc = _told(drawn, steps, say) + (f" {HINT}" if to else "")
    pictures = [
        svg(
            plan.width,
            plan.height,
            _body(plan, steps, drawn, marks, say, spans if to else (), "%" if share else ""),
            title=name,
            desc=desc,
            css="traces",
            focusable=bool(to),
        )
        for plan in (_plan(width, drawn, len(steps), share) for width in (HALF if half else WIDE, NARROW))
    ]
    days = [_days(span) for span in spans] or steps
    rows = [(label, *(_cell(trace.values[i], share) for trace in drawn)) for i, label in enumerate(days)]
    table = twin(name, [head, *(f"{trace.label}, %" if share else trace.label for trace in drawn)], rows)
    return figure(_legend(drawn) + two_widths(*pictures) + readout(to), table, to=to)


def _plan(width: int, drawn: Sequence[Trace], count: int, share: bool) -> _Plan:
    per_unit = 100.0 if share else 1.0
    top = max((value for trace in drawn for value in trace.values if value is not None), default=0) * per_unit
    axis = tuple(ticks(top))
    left = 16 + 7.0 * len(f"{axis[-1]:,}{'%' if share else ''}")
    return _Plan(width, 240 if width > NARROW else 210, left, axis, count, per_unit)


def _told(drawn: Sequence[Trace], steps: Sequence[str], say: Callable[[float], str]) -> str:
    told = []
    for trace in drawn[:MOST_TRACES]:
        known = [(value, i) for i, value in enumerate(trace.values) if value is not None]
        if not known:
            told.append(f"{trace.label}: nothing is known.")
            continue
        most, at = max(known)
        told.append(f"{trace.label}: at most {say(most)} ({steps[at]}), last {say(known[-1][0])}.")
    return " ".join(told)


def _body(
    plan: _Plan,
    steps: Sequence[str],
    drawn: Sequence[Trace],
    marks: Sequence[Mark],
    say: Callable[[float], str],
    spans: Sequence[str],
    unit: str,
) -> str:
    parts = [grid(plan.axis, plan.width, plan.height, left=plan.left, unit=unit)]
    if len(drawn) == 1:
        parts.extend(_holes(plan, steps, drawn[0]))
    for n, trace in reversed(list(enumerate(drawn[:MOST_TRACES]))):
        parts.extend(_line(plan, trace, n, marks))
    parts.extend(_mark(plan, mark) for mark in marks)
    for i, label in enumerate(steps):
        known = "; ".join(f"{_before(t, drawn)}{_said(t.values[i], say)}" for t in drawn)
        days = f' data-span="{escape(spans[i])}"' if i < len(spans) else ""
        left = max(plan.left, plan.x(i - 0.5))
        right = min(plan.width, plan.x(i + 0.5))
        parts.append(
            f'<rect class="hit" x="{fmt(left)}" y="{fmt(_HEAD)}" width="{fmt(max(0.1, right - left))}" '
            f'height="{fmt(plan.inner)}"{days}><title>{escape(f"{label}: {known}")}</title></rect>'
        )
    parts.append(labels(steps, plan.left, plan.step, plan.height, plan.width))
    return "".join(parts)


def _before(trace: Trace, drawn: Sequence[Trace]) -> str:
    return f"{trace.label} " if len(drawn) > 1 else ""


def _runs(values: Sequence[float | None], breaks: Sequence[int] = ()) -> list[list[tuple[int, float]]]:
    """The stretches of a series without a hole or a change of its meaning in them."""
    runs: list[list[tuple[int, float]]] = []
    open_run = False
    for i, value in enumerate(values):
        if value is None:
            open_run = False
        elif open_run and i not in breaks:
            runs[-1].append((i, value))
        else:
            runs.append([(i, value)])
            open_run = True
    return runs


def _line(plan: _Plan, trace: Trace, n: int, marks: Sequence[Mark]) -> list[str]:
    parts = []
    for run in _runs(trace.values, [mark.at for mark in marks]):
        if len(run) == 1:
            (i, value) = run[0]
            parts.append(f'<circle class="c{n + 1} lone" cx="{fmt(plan.x(i))}" cy="{fmt(plan.y(value))}" r="2.5"/>')
            continue
        points = "L".join(f"{fmt(plan.x(i))} {fmt(plan.y(value))}" for i, value in run)
        parts.append(f'<path class="trace c{n + 1}" d="M{points}"/>')
    return parts


def _holes(plan: _Plan, steps: Sequence[str], trace: Trace) -> list[str]:
    """Shades for what is missing between two known stretches; nothing is missing before the first or after the last."""
    runs = _runs(trace.values)
    parts = []
    for before, after in pairwise(runs):
        first, last = before[-1][0] + 1, after[0][0] - 1
        words = f"No figure: {steps[first]}" + (f" to {steps[last]}" if last > first else "")
        left, right = plan.x(first - 0.5), plan.x(last + 0.5)
        parts.append(
            f'<rect class="hole" x="{fmt(left)}" y="{fmt(_HEAD)}" width="{fmt(right - left)}" '
            f'height="{fmt(plan.inner)}"><title>{escape(words)}</title></rect>'
        )
    return parts


def _mark(plan: _Plan, mark: Mark) -> str:
    x = plan.x(mark.at - 0.5) if mark.at else plan.left
    room = 6.2 * len(mark.words)
    ends = x + room + 6 > plan.width
    css, at = ("t-end", x - 5) if ends else ("", x + 5)
    return (
        f'<path class="change" d="M{fmt(x)} {fmt(_HEAD)}V{fmt(_HEAD + plan.inner)}"/>'
        f'<text class="t-change {css}" x="{fmt(at)}" y="{fmt(_HEAD + 9)}">{escape(mark.words)}</text>'
    )


def _legend(drawn: Sequence[Trace]) -> Markup:
    if len(drawn) < 2:
        return Markup()
    keys = Markup().join(
        Markup(
            '<li><svg class="key-line" viewBox="0 0 24 8" aria-hidden="true" focusable="false">'
            '<path class="trace c{}" d="M0 4H24"/></svg><bdi>{}</bdi></li>'
        ).format(n + 1, trace.label)
        for n, trace in enumerate(drawn[:MOST_TRACES])
    )
    return Markup('<figcaption class="small quiet"><ul class="keys-list">{}</ul></figcaption>').format(keys)


def _count(value: float) -> str:
    return number(round(value)) if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"


def _said(value: float | None, say: Callable[[float], str]) -> str:
    return "no figure" if value is None else say(value)


def _cell(value: float | None, share: bool) -> int | float | str:
    """A value that a program can read again: nothing cut off but what is below a hundredth."""
    if value is None:
        return "no figure"
    plain = round(value * 100 if share else value, 2)
    return int(plain) if plain == int(plain) else plain


def _days(span: str) -> str:
    """The days of a step, written so that they sort: "2026-03-01", "2026-03-01 to 2026-03-07"."""
    first, _, last = span.partition("..")
    return first if first == last else f"{first} to {last}"
