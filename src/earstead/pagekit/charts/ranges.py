"""Choosing a range on a series: the days each step covers, for `plots.js` to make an address of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from earstead.services.views import Bucket

HINT = "To see a range, drag over the plot, or hold shift with the arrow keys and press Enter."
_READOUT = Markup(
    '<output class="readout small quiet" aria-live="polite" hidden="">Drag over the plot to see a range.</output>'
)


def readout(to: str) -> Markup:
    """The line that says what is chosen; shown by the script, which is what makes a plot choosable."""
    return _READOUT if to else Markup()


def spans(series: Sequence[Bucket], to: str) -> list[str]:
    """Attributes for the marks of a series, `data-span="2025-03-01..2025-03-31"` each; empty texts without `to`."""
    if not to:
        return ["" for _ in series]
    starts = [date.fromisoformat(bucket.start) for bucket in series]
    ends = [*starts[1:], _after_last(starts)] if starts else []
    return [f' data-span="{first}..{end - timedelta(days=1)}"' for first, end in zip(starts, ends, strict=True)]


def _after_last(starts: Sequence[date]) -> date:
    """Where the last step ends: it is as long as a step of its unit is there. A single step counts as a day."""
    last = starts[-1]
    length = (last - starts[-2]).days if len(starts) > 1 else 1
    if length >= 365:
        return date(last.year + 1, 1, 1)
    if length >= 28:
        return date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return last + timedelta(days=length)
