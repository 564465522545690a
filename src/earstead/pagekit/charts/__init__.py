"""Charts as SVG markup, from plain values: the same function draws for a page, a card or a letter.

Every chart is an image with a title and a description for screen readers, and is followed by its numbers as a table
that can be opened and downloaded. Colours come from classes (`tokens.css`): `s0`..`s5` the scale, `t-*` texts.
"""

from earstead.pagekit.charts.bands import band, stacked
from earstead.pagekit.charts.bars import bar, bars
from earstead.pagekit.charts.disc import disc, small_disc
from earstead.pagekit.charts.heat import calendar, clock, scale
from earstead.pagekit.charts.lines import area, ranks
from earstead.pagekit.charts.retention import Chapter, Drop, retention
from earstead.pagekit.charts.traces import Mark, Trace, traces

__all__ = [
    "Chapter", "Drop", "Mark", "Trace", "area", "band", "bar", "bars", "calendar", "clock", "disc", "ranks",
    "retention", "scale", "small_disc", "stacked", "traces",
]  # fmt: skip
