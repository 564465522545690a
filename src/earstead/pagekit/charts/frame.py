"""What all charts share: the SVG element with its words, levels of the scale, round axes, the table twin."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from urllib.parse import quote

from markupsafe import Markup, escape

LEVELS = 5
WIDE, HALF, NARROW = 1080, 520, 340
"""Widths in pixels at which series are drawn: a whole page, half of it, a phone. Texts keep their size in each."""


def svg(
    width: float, height: float, body: str, *, title: str, desc: str, css: str = "", focusable: bool = False
) -> Markup:
    """An SVG element; `body` is markup already escaped by the caller, `title` and `desc` are plain texts.

    With `focusable` the keyboard can enter it; `app.js` then reads out its marks with the arrow keys.
    """
    mark = hashlib.blake2b(f"{title}|{desc}|{css}|{width}".encode("utf-8", "replace"), digest_size=5).hexdigest()
    extra = ' tabindex="0"' if focusable else ""
    return Markup(
        f'<svg class="plot {css}" viewBox="0 0 {fmt(width)} {fmt(height)}" role="img" '
        f'aria-labelledby="t{mark} d{mark}"{extra}><title id="t{mark}">{escape(title)}</title>'
        f'<desc id="d{mark}">{escape(desc)}</desc>{body}</svg>'
    )


def fmt(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def level(value: int, top: int) -> int:
    """Step 0..5 of the scale: 0 for nothing, else by square root, so that quiet hours stay visible beside loud ones."""
    if value <= 0 or top <= 0:
        return 0
    return min(LEVELS, ceil(LEVELS * sqrt(value / top)))


def ticks(top: float, steps: int = 3) -> list[int]:
    """Round axis values from 0 up to at least `top`: [0, 50, 100, 150] for 130."""
    rough = max(top, 1) / steps
    size = 1
    while True:
        for factor in (1, 2, 5):
            if size * factor >= rough:
                step = size * factor
                return list(range(0, step * ceil(max(top, 1) / step) + 1, step))
        size *= 10


def twin(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """The numbers of a chart: a table to open, and the same as a CSV file to keep. No script, no second request.

    `name` is the caption of the table and the name of the file.
    """
    held = [list(row) for row in rows]
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{_cell(v)}</td>" for v in row[1:])}</tr>'
        for row in held
    )
    titles = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    file, data = escape(_file_name(name)), _data_uri(head, held)
    return Markup(
        f'<details class="twin"><summary>Numbers</summary><div class="scroll" tabindex="0" role="group" '
        f'aria-label="{escape(name)}"><table class="plain"><caption>{escape(name)}</caption>'
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<a class="more" download="{file}" href="{data}">Download CSV</a></details>'
    )


def figure(chart: Markup, table: Markup, *, css: str = "", to: str = "") -> Markup:
    """A chart with its table twin. `to`: address that a range chosen on it is put behind."""
    extra = f' data-range="{escape(to)}"' if to else ""
    return Markup(f'<figure class="figure {css}"{extra}>{chart}{table}</figure>')


def two_widths(wide: Markup, narrow: Markup) -> Markup:
    """The same chart drawn for a wide and for a narrow page; the stylesheet shows one of them."""
    return Markup(f'<div class="wide-only">{wide}</div><div class="narrow-only">{narrow}</div>')


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(escape(value))


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() else "-" for c in name.lower())
    return "-".join(filter(None, kept.split("-")))[:80] + ".csv"


def _data_uri(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        # A spreadsheet would run a text that starts like a formula: an artist may be called "=1+1".
        writer.writerow([f"'{v}" if isinstance(v, str) and v and v[0] in "=+-@\t\r" else v for v in row])
    return "data:text/csv;charset=utf-8," + quote(out.getvalue().encode("utf-8", "replace"))
