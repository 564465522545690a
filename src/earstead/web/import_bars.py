"""What an import brings, year by year: one bar a year, stacked by what happens to its rows."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from earstead.services.views import ImportCounts

PARTS = (("new", "new"), ("merged", "merged"), ("known", "already here"))
_HEIGHT = 150
_FOOT = 20
_HEAD = 16
# A scaled drawing would have unreadable labels on a phone: two drawings, and the stylesheet shows one.
_WIDTHS = (("wide", 760), ("narrow", 330))


def import_bars(years: Mapping[str, ImportCounts]) -> Markup:
    """The bars as SVG, wide and narrow; nothing for no years. The page has the same numbers as a table."""
    if not years:
        return Markup("")
    return Markup("").join(_drawing(name, width, years) for name, width in _WIDTHS)


def year_rows(years: Mapping[str, ImportCounts]) -> list[tuple[str | int, ...]]:
    """The same numbers for a table: year, then one column a part."""
    return [(year, *(_part(counts, key) for key, _ in PARTS)) for year, counts in sorted(years.items())]


def _drawing(name: str, width: int, years: Mapping[str, ImportCounts]) -> Markup:
    top = max(1, *(sum(_part(counts, key) for key, _ in PARTS) for counts in years.values()))
    step = min(64.0, width / len(years))
    every = max(1, -(-34 // max(1, int(step))))
    body = []
    for place, (year, counts) in enumerate(sorted(years.items())):
        x, y = place * step, float(_HEAD + _HEIGHT)
        for key, label in PARTS:
            value = _part(counts, key)
            tall = _HEIGHT * value / top
            y -= tall
            if value:
                body.append(
                    Markup(
                        '<rect class="k-{}" x="{:.1f}" y="{:.2f}" width="{:.1f}" height="{:.2f}">'
                        "<title>{}: {:,} {}</title></rect>"
                    ).format(key, x, y, step * 0.78, max(tall, 0.75), year, value, label)
                )
        if place % every == 0:
            body.append(Markup('<text x="{:.1f}" y="{}">{}</text>').format(x, _HEAD + _HEIGHT + _FOOT - 4, year))
    return Markup(
        '<svg class="stack {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="Rows by year; '
        'the table below has the numbers"><line x1="0" x2="{}" y1="{}" y2="{}"/>'
        '<text x="0" y="11">{:,} rows</text>{}</svg>'
    ).format(
        name,
        width,
        _HEAD + _HEIGHT + _FOOT,
        width,
        _HEAD + _HEIGHT + _FOOT,
        round(step * len(years)),
        _HEAD + _HEIGHT,
        _HEAD + _HEIGHT,
        top,
        Markup("").join(body),
    )


def _part(counts: ImportCounts, key: str) -> int:
    value: int = getattr(counts, key)
    return value
