"""How far into an episode people stay: the curve, the chapters it runs through, and where it falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from earstead.pagekit.charts.bars import grid
from earstead.pagekit.charts.frame import NARROW, WIDE, figure, fmt, svg, twin, two_widths
from earstead.pagekit.words import duration, percent

_LEFT, _FOOT, _HEAD = 44.0, 24.0, 30.0
_AXIS = (0, 25, 50, 75, 100)
_STEPS_S = (30, 60, 120, 300, 600, 900, 1800, 3600)
Place = Callable[[float], float]
"""Where a second, or a share, lies in the picture."""
_MOST_POINTS = 240
"""Points of the curve that are drawn: two a pixel show nothing more."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of an episode: where it begins (seconds) and what it is called."""

    start_s: int
    title: str


@dataclass(frozen=True, slots=True)
class Drop:
    """A place where many leave: from when to when (seconds), which share of the audience is lost, and its name."""

    start_s: int
    end_s: int
    lost: float
    words: str


def retention(
    name: str,
    curve: Sequence[tuple[int, float]],
    *,
    length_s: int,
    chapters: Sequence[Chapter] = (),
    drops: Sequence[Drop] = (),
) -> Markup:
    """The share of the audience that is still there, over the time of the episode.

    Args:
        name: title of the picture and caption of the table.
        curve: (second, share of the audience at its largest), by second.
        length_s: of the episode; the last second of the curve where it is unknown (0).
        chapters: drawn as fields that change their shade, numbered.
        drops: marked on the curve with letters, in their order.
    """
    length = length_s or (curve[-1][0] if curve else 0) or 1
    seen = _thinned(curve)
    desc = f"{percent(curve[-1][1]) if curve else 'Nobody'} reach the end. " + " ".join(
        f"{_letter(i)}, at {duration(drop.start_s * 1000) or '0:00'}: {percent(drop.lost)} leave, {drop.words}."
        for i, drop in enumerate(drops)
    )
    drawn = [
        svg(w, 270, _body(w, 270, seen, length, chapters, drops), title=name, desc=desc, css="retention")
        for w in (WIDE, NARROW)
    ]
    return figure(two_widths(*drawn), twin(name, ["Time", "Still there"], _rows(curve)))


def _rows(curve: Sequence[tuple[int, float]]) -> list[tuple[str, str]]:
    return [(duration(second * 1000) or "0:00", percent(share)) for second, share in curve]


def _thinned(curve: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    every = max(1, -(-len(curve) // _MOST_POINTS))
    kept = list(curve[::every])
    return [*kept, curve[-1]] if curve and kept[-1] != curve[-1] else kept


def _letter(i: int) -> str:
    return chr(ord("A") + i % 26)


def _body(
    width: int,
    height: int,
    curve: Sequence[tuple[int, float]],
    length: int,
    chapters: Sequence[Chapter],
    drops: Sequence[Drop],
) -> str:
    inner = height - _FOOT - _HEAD
    reach = width - _LEFT - 6

    def x(second: float) -> float:
        return _LEFT + reach * min(max(second, 0), length) / length

    def y(share: float) -> float:
        return _HEAD + inner * (1 - min(max(share, 0), 1))

    parts = _chapters(chapters, length, x, inner)
    parts.append(grid_of(width, height))
    if curve:
        line = "L".join(f"{fmt(x(second))} {fmt(y(share))}" for second, share in curve)
        floor = fmt(_HEAD + inner)
        parts.append(f'<path class="fill" d="M{fmt(x(curve[0][0]))} {floor}L{line}L{fmt(x(curve[-1][0]))} {floor}Z"/>')
        parts.append(f'<path class="line" d="M{line}"/>')
    parts.extend(_hits(curve, x, inner))
    for i, drop in enumerate(drops):
        parts.append(_flag(i, drop, curve, x, y))
    parts.append(_times(length, x, height, width))
    return "".join(parts)


def grid_of(width: int, height: int) -> str:
    """The lines of 0 to 100 percent, below the room that the numbers of chapters take."""
    below = grid(_AXIS, width, int(height - _HEAD + 10), unit="%")
    return f'<g transform="translate(0 {fmt(_HEAD - 10)})">{below}</g>'


def _chapters(chapters: Sequence[Chapter], length: int, x: Place, inner: float) -> list[str]:
    parts = []
    for i, chapter in enumerate(chapters):
        end = chapters[i + 1].start_s if i + 1 < len(chapters) else length
        left, right = x(chapter.start_s), x(end)
        words = f"{i + 1}. {chapter.title}, {duration(chapter.start_s * 1000) or '0:00'}"
        parts.append(
            f'<g><rect class="chapter{" odd" if i % 2 else ""}" x="{fmt(left)}" y="6" '
            f'width="{fmt(max(0, right - left))}" height="{fmt(_HEAD - 6 + inner)}"/><title>{escape(words)}</title></g>'
        )
        if right - left > 14:
            parts.append(f'<text class="t-axis t-mid" x="{fmt((left + right) / 2)}" y="20">{i + 1}</text>')
    return parts


def _hits(curve: Sequence[tuple[int, float]], x: Place, inner: float) -> list[str]:
    parts = []
    for (second, share), (after, _) in pairwise(curve):
        words = f"{duration(second * 1000) or '0:00'}: {percent(share)} are still there"
        parts.append(
            f'<rect class="hit" x="{fmt(x(second))}" y="{fmt(_HEAD)}" width="{fmt(x(after) - x(second))}" '
            f'height="{fmt(inner)}"><title>{escape(words)}</title></rect>'
        )
    return parts


def _flag(i: int, drop: Drop, curve: Sequence[tuple[int, float]], x: Place, y: Place) -> str:
    share = next((share for second, share in curve if second >= drop.start_s), 0.0)
    at, high = x((drop.start_s + drop.end_s) / 2), y(share)
    words = f"{_letter(i)}: {percent(drop.lost)} leave, {drop.words}"
    return (
        f'<g class="flag"><path d="M{fmt(at)} {fmt(high)}V{fmt(high - 12)}"/>'
        f'<circle cx="{fmt(at)}" cy="{fmt(high - 20)}" r="9"/>'
        f'<text class="t-mid" x="{fmt(at)}" y="{fmt(high - 16)}">{_letter(i)}</text><title>{escape(words)}</title></g>'
    )


def _times(length: int, x: Place, height: int, width: int) -> str:
    room = max(2, int((width - _LEFT) / 64))
    step = next((s for s in _STEPS_S if length / s <= room), _STEPS_S[-1] * (1 + int(length / _STEPS_S[-1] / room)))
    return "".join(
        f'<text class="t-axis t-mid" x="{fmt(x(second))}" y="{height - 6}">{duration(second * 1000) or "0:00"}</text>'
        for second in range(0, length + 1, step)
        if second == 0 or x(second) < width - 16
    )
