"""A show at a glance: what was heard, how that moved, what it means, and what is missing."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.creators.metrics import METRICS, REDEFINED_ON
from earstead.core.errors import Rejected
from earstead.kit.http import blocking
from earstead.pagekit.words import named, percent, plural
from earstead.services.creators.types import Card, ShowOverview
from earstead.web.auth import signed_in
from earstead.web.creators.figures import caveats, line_chart
from earstead.web.creators.frame import Days, chosen_days, seat, show_page
from earstead.web.creators.words import figure, movement


@signed_in
async def _overview(request: Request) -> Response:
    at = await seat(request)
    days = await chosen_days(request, at)
    chosen = request.query_params.get("metric", "")

    def read() -> tuple[ShowOverview, dict[str, Any]]:
        figures = at.creators.figures
        seen = figures.overview(at.show.show_id, days.name)
        offers = figures.metrics(at.show.show_id)
        wanted = chosen or (seen.cards[0].total.metric.name if seen.cards else "")
        if wanted and wanted not in METRICS:
            raise Rejected("metric", f"there is no figure named “{wanted[:40]}”")
        series = figures.daily(at.show.show_id, wanted, days.start, days.end) if wanted else None
        readable = at.creators.comments.readable(at.show)
        return seen, {"offers": offers, "series": series, "wanted": wanted, "readable": readable}

    seen, found = await blocking(read)
    if seen.cards:
        found["chart"] = line_chart(found["series"], to=f"{at.base}?metric={found['wanted']}&period=")
        found["caveats"] = caveats(found["series"])
    return show_page(
        request,
        at,
        "overview.html",
        room="",
        days=days,
        seen=seen,
        lead=lead(seen, days),
        change_words=change_words,
        small=[(card, _small_chart(card)) for card in seen.cards if card.total.metric.name != found["wanted"]],
        redefined=days.start < REDEFINED_ON <= days.end,
        **found,
    )


def _small_chart(card: Card) -> Markup:
    return line_chart(card.series, half=True)


def lead(seen: ShowOverview, days: Days) -> str:
    """The first sentence: how much, how it moved, and through which episode most."""
    if not seen.cards or seen.cards[0].total.value is None:
        return "No figures of these days were read yet."
    card = seen.cards[0]
    moved = missing_words(card) or movement(card.change, f"in the {days.count} days before")
    words = f"{figure(card.total.value, card.total.metric.unit)} {card.total.metric.title.lower()}"
    when = (
        "of all time" if days.name == "all" else f"in the {days.label}" if days.label.startswith("last") else days.label
    )
    most = f"; mostly “{named(seen.top[0].episode.title)}”" if seen.top and seen.top[0].episode.title else ""
    return f"{words} {when}{f', {moved}' if moved else ''}{most}."


def missing_words(card: Card) -> str:
    """How many days of a sum have no figure: then it is not compared, since it would only seem to have moved."""
    total = card.total
    if not total.metric.summable or not total.days or total.days >= total.wanted:
        return ""
    return f"{total.wanted - total.days} of {plural(total.wanted, 'day')} without a figure"


def change_words(card: Card) -> str:
    """What stands behind a figure: "+9 %", "27 of 30 days"; "" where nothing can be said."""
    if missing_words(card):
        return f"{card.total.days} of {card.total.wanted} days"
    if card.change is None:
        return ""
    return f"{'+' if card.change >= 0 else '−'}{percent(abs(card.change))}"


@signed_in
async def _figures(request: Request) -> Response:
    at = await seat(request)

    def read() -> dict[str, Any]:
        figures = at.creators.figures
        return {"offers": figures.metrics(at.show.show_id), "gaps": figures.gaps(at.show.show_id)}

    return show_page(request, at, "figures.html", room="", metrics=METRICS, **await blocking(read))


_SHOW = "/create/{show_id:int}"
routes: list[BaseRoute] = [
    Route(_SHOW, _overview, methods=["GET"]),
    Route(f"{_SHOW}/figures", _figures, methods=["GET"]),
]
