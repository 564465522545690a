"""A cover where there is no art: the disc's grammar, rings drawn from the hash of the name in two tones.

The same name has the same cover on every server; the tones are those of a shelf, equal in light and dark.
"""

from __future__ import annotations

from math import pi

from markupsafe import Markup

from earstead.core.ids import hash63
from earstead.core.names import name_key

_TONES = (
    ("#C8401F", "#F6DCC8"), ("#1F6470", "#CFE4E2"), ("#2B2620", "#DBCBAE"), ("#DE9F3C", "#4A2F10"),
    ("#6B2D3E", "#EBC9C6"), ("#43573A", "#DDE4C6"), ("#37416B", "#D5D8EC"), ("#E3C7AE", "#9C3216"),
)  # fmt: skip
_RINGS = 7


def cover(kind: str, name: str, credit: str = "") -> Markup:
    """A square SVG of 64 units for an entity; decorative, so hidden from screen readers.

    Artists and shows are round (a label), everything else square (a sleeve).
    """
    bits = hash63(name_key(name), name_key(credit))
    ground, tone = _TONES[bits % len(_TONES)]
    bits //= len(_TONES)
    rings = []
    for ring in range(_RINGS):
        radius = 7 + ring * 3.6
        around = 2 * pi * radius
        part = (bits >> (ring * 6)) & 63
        drawn = around * (0.12 + (part & 15) / 18)
        rings.append(
            f'<circle cx="32" cy="32" r="{radius:.1f}" stroke-width="{1.1 + (part & 3) * 0.7:.1f}" '
            f'stroke-dasharray="{drawn:.1f} {around - drawn:.1f}" stroke-dashoffset="{-around * part / 64:.1f}" '
            f'opacity="{0.45 + (part >> 4) * 0.18:.2f}"/>'
        )
    corner = 32 if kind in ("artist", "show") else 4
    return Markup(
        f'<svg class="cover" viewBox="0 0 64 64" aria-hidden="true" focusable="false">'
        f'<rect width="64" height="64" rx="{corner}" fill="{ground}"/>'
        f'<g fill="none" stroke="{tone}">{"".join(rings)}</g><circle cx="32" cy="32" r="3.4" fill="{tone}"/></svg>'
    )
