"""The media kit: a page and a picture for those who ask how many listen, with every figure saying what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import NotFound
from earstead.kit.http import blocking
from earstead.pagekit import covers
from earstead.pagekit.words import long_date
from earstead.services.creators.types import Breakdown, Card, ShowOverview
from earstead.web.auth import signed_in
from earstead.web.creators.frame import Seat, seat, show_page
from earstead.web.creators.words import SCOPES, figure

_PERIOD = "30d"
_TOLD = (
    ("plays_and_downloads", "streams_and_downloads"),
    ("plays", "streams"),
    ("followers",),
    ("starts", "impressions"),
)
"""One figure of each kind, the first that is known."""
_WIDTH, _HEIGHT = 1200, 630
_SERIF = "Fraunces, Georgia, serif"
_SANS = "Inter, Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What is told. `figures`: (value, what it is) of each."""

    name: str
    author: str
    figures: tuple[tuple[str, str], ...]
    countries: tuple[tuple[str, float], ...]
    when: str


def kit_of(at: Seat, seen: ShowOverview, countries: Breakdown | None) -> Kit:
    """The kit of a show from what is known of the last 30 days; a figure that is not known is left out."""
    known = {card.total.metric.name: card for card in seen.cards if card.total.value is not None}
    wanted = [next((name for name in names if name in known), "") for names in _TOLD]
    cards = [known[name] for name in dict.fromkeys(wanted) if name]
    slices = countries.slices[:3] if countries and not countries.noisy else ()
    return Kit(
        name=at.show.name,
        author=at.show.author,
        figures=tuple(map(_told, cards)),
        countries=tuple((one.name, one.share) for one in slices),
        when=f"{long_date(seen.start)} to {long_date(seen.end)}",
    )


def _told(card: Card) -> tuple[str, str]:
    metric = card.total.metric
    return figure(card.total.value, metric.unit), f"{metric.title.lower()} {SCOPES[metric.scope]}"


async def _read(at: Seat) -> dict[str, Any]:
    def read() -> dict[str, Any]:
        seen = at.creators.figures.overview(at.show.show_id, _PERIOD)
        parts: dict[str, Breakdown | None] = {}
        for kind in ("country", "age", "gender"):
            try:
                parts[kind] = at.creators.figures.breakdown(at.show.show_id, kind, _PERIOD)
            except NotFound:
                parts[kind] = None
        return {"seen": seen, "kit": kit_of(at, seen, parts["country"]), "parts": parts}

    return await blocking(read)


@signed_in
async def _page(request: Request) -> Response:
    at = await seat(request)
    return show_page(request, at, "media_kit.html", room="", **await _read(at))


@signed_in
async def _picture(request: Request) -> Response:
    at = await seat(request)
    found = await _read(at)
    headers = {"cache-control": "private, no-cache", "x-content-type-options": "nosniff"}
    if request.query_params.get("download"):
        name = quote(f"{at.show.name or 'show'} media kit.svg".replace("/", "_"))
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{name}"
    return Response(picture(found["kit"]), media_type="image/svg+xml", headers=headers)


def picture(kit: Kit) -> str:
    """The kit as one SVG of 1200 x 630 that needs nothing beside it: colours and fonts are named in it."""
    lines = _wrapped(kit.name or "(no name)", 26)[:2]
    art = str(covers.cover("show", kit.name)).replace("<svg ", '<svg width="64" height="64" ', 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'role="img"><title>{escape(kit.name)}: {escape(kit.when)}</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#FAF7F1"/>',
        f'<g transform="translate(72 72) scale(2.6)">{art}</g>',
    ]
    for n, line in enumerate(lines):
        parts.append(_text(276, 122 + n * 62, 52, line, family=_SERIF, ink="#1E1B16"))
    if kit.author:
        parts.append(_text(276, 128 + len(lines) * 62 - 14, 24, kit.author[:60]))
    step = (_WIDTH - 144) / max(1, len(kit.figures))
    for n, (value, words) in enumerate(kit.figures):
        x = 72 + n * step
        parts.append(_text(x, 382, 60 if len(value) < 8 else 46, value, family=_SERIF, ink="#C8401F"))
        for row, line in enumerate(_wrapped(words, round(step / 12))[:3]):
            parts.append(_text(x, 420 + row * 28, 21, line))
    parts.append('<path d="M72 516H1128" stroke="#E6DFD2" stroke-width="2"/>')
    if kit.countries:
        told = " · ".join(f"{name} {share:.0%}" for name, share in kit.countries)
        parts.append(_text(72, 558, 22, f"Heard most in {told}", ink="#1E1B16"))
    parts.append(_text(72, 594, 18, f"{kit.when}. A play is at least 30 seconds heard."))
    return "".join(parts) + "</svg>"


def _text(x: float, y: float, size: int, text: str, *, family: str = _SANS, ink: str = "#6A6255") -> str:
    # dir=auto has no twin in SVG: a name that runs from right to left is set by the renderer's own rules.
    return f'<text x="{x:.0f}" y="{y}" font-family="{family}" font-size="{size}" fill="{ink}">{escape(text)}</text>'


def _wrapped(text: str, room: int) -> Sequence[str]:
    """A text in lines of about `room` characters, broken between words; a word that is longer is cut."""
    lines: list[str] = []
    for word in text.split():
        short = word if len(word) <= room else f"{word[: room - 1]}…"
        if lines and len(lines[-1]) + 1 + len(short) <= room:
            lines[-1] += f" {short}"
        else:
            lines.append(short)
    return lines or [""]


_SHOW = "/create/{show_id:int}"
routes: list[BaseRoute] = [
    Route(f"{_SHOW}/media-kit", _page, methods=["GET"]),
    Route(f"{_SHOW}/media-kit.svg", _picture, methods=["GET"]),
]
