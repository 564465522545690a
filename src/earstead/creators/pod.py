"""podcasters/v0: 17 endpoints, all of them reading, figures of Spotify alone. Works for shows hosted elsewhere, too.

Shows and episodes are given by their ids of 22 characters; days are UTC and both ends are included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from earstead.core.creators.endpoints import BY_LABEL
from earstead.core.creators.ids import id_of
from earstead.creators.calling import Caller, document, fault_of
from earstead.creators.errors import Unavailable, ValidationError
from earstead.creators.pod_types import (
    Card,
    CardPage,
    CountDay,
    Demographics,
    FunnelStep,
    Impressions,
    Performance,
    StreamDay,
    count_days,
    funnel_steps,
    stream_days,
)
from earstead.creators.rest_types import Unread
from earstead.creators.transport import Answer, Request
from earstead.creators.urls import Urls
from earstead.creators.walk import rows, table

FIRST_DAY: Final = date(2021, 9, 1)
"""Series begin here."""
SPAN_29: Final = timedelta(days=29)
"""What lies between the ends of a range of impressions, exactly."""
PAGE: Final = 50


class Pod:
    """One method for each endpoint. Raises Forbidden for shows of others, NotFound for unknown ids."""

    def __init__(self, caller: Caller, urls: Urls) -> None:
        self._caller = caller
        self._base = urls.pod

    def show_card(self, show_id: str) -> Card:
        """P1: a show in short."""
        return Card.of(self._read("P1", show_id=show_id))

    def episode_card(self, episode_id: str) -> Card:
        """P2: an episode in short."""
        return Card.of(self._read("P2", episode_id=episode_id))

    def show_streams(self, show_id: str, start: date, end: date) -> tuple[StreamDay, ...]:
        """P3: starts and streams of a show by day."""
        return stream_days(self._read("P3", span(start, end), show_id=show_id))

    def episode_streams(self, episode_id: str, start: date, end: date) -> tuple[StreamDay, ...]:
        """P4: starts and streams of an episode by day."""
        return stream_days(self._read("P4", span(start, end), episode_id=episode_id))

    def show_listeners(self, show_id: str, start: date, end: date) -> tuple[CountDay, ...]:
        """P5: listeners of a show by day. Days must not be added up: people come back."""
        return count_days(self._read("P5", span(start, end), show_id=show_id))

    def episode_listeners(self, episode_id: str, start: date, end: date) -> tuple[CountDay, ...]:
        """P6: listeners of an episode by day."""
        return count_days(self._read("P6", span(start, end), episode_id=episode_id))

    def followers(self, show_id: str, start: date, end: date) -> tuple[CountDay, ...]:
        """P7: followers of a show by day, a running total, two days behind."""
        return count_days(self._read("P7", span(start, end), show_id=show_id))

    def show_demographics(self, show_id: str, start: date, end: date) -> Demographics:
        """P8: who hears a show."""
        return self._demographics("P8", start, end, show_id=show_id)

    def episode_demographics(self, episode_id: str, start: date, end: date) -> Demographics:
        """P9: who hears an episode."""
        return self._demographics("P9", start, end, episode_id=episode_id)

    def episodes_page(
        self,
        show_id: str,
        start: date,
        end: date,
        *,
        page: int = 1,
        size: int = PAGE,
        sort_by: str = "releaseDate",
        sort_order: str = "descending",
        filter_text: str = "",
    ) -> CardPage:
        """P10: a page of the episodes of a show, with their figures of the range."""
        more = [("page", str(page)), ("size", str(size)), ("sortBy", sort_by), ("sortOrder", sort_order)]
        query = [*span(start, end), *more, ("filter", filter_text)]
        return CardPage.of(self._read("P10", query, show_id=show_id))

    def episodes(self, show_id: str, start: date, end: date) -> Iterator[Card]:
        """All of P10, a request for each 50 episodes."""
        page = 1
        while True:
            found = self.episodes_page(show_id, start, end, page=page)
            yield from found.episodes
            if page >= found.total_pages or not found.episodes:
                return
            page += 1

    def performance(self, episode_id: str) -> Performance:
        """P11: how far an episode is heard."""
        return Performance.of(self._read("P11", episode_id=episode_id))

    def impressions_total(self, show_id: str, end: date) -> Impressions:
        """P12: how often a show was seen in the 30 days that end with `end`."""
        return Impressions.of(self._read("P12", span(end - SPAN_29, end), show_id=show_id))

    def impressions_daily(self, show_id: str, start: date, end: date) -> tuple[CountDay, ...]:
        """P13: how often a show was seen, by day; two days behind."""
        return count_days(self._read("P13", span(start, end), show_id=show_id))

    def impressions_by_source(self, show_id: str, end: date) -> Impressions:
        """P14: where a show was seen in the 30 days that end with `end`."""
        return Impressions.of(self._read("P14", span(end - SPAN_29, end), show_id=show_id))

    def funnel(self, show_id: str, start: date, end: date) -> tuple[FunnelStep, ...]:
        """P15: from impressions over considerations to streams."""
        return funnel_steps(self._read("P15", span(start, end), show_id=show_id))

    def shows(self, *, page: int = 1, size: int = 200) -> tuple[Card, ...]:
        """P16: the shows of the account; of their fields only id and name are proven."""
        query = [("page", str(page)), ("size", str(size)), ("sortBy", "name"), ("sortOrder", "ascending")]
        return tuple(Card.of(row) for row in rows(table(self._read("P16", query)).get("shows")))

    def me(self) -> Unread:
        """P17: who is signed in."""
        return Unread(self._read("P17"))

    def _demographics(self, label: str, start: date, end: date, **names: str) -> Demographics:
        try:
            return Demographics.of(self._read(label, span(start, end), once_on_500=True, **names))
        except Unavailable as fault:
            # Since July 2026 ranges without data answer 500 as a rule; that this is the reason is inferred, so that
            # the record says it was so.
            if fault.status != 500:
                raise
            return Demographics.of({}, empty=True)

    def _read(
        self, label: str, query: Iterable[tuple[str, str]] = (), *, once_on_500: bool = False, **names: str
    ) -> Any:
        path = BY_LABEL[label].path.format(**{name: quote(_bare(value), safe="") for name, value in names.items()})
        request = Request(
            backend="pod",
            label=label,
            method="GET",
            url=f"{self._base}{path}",
            headers={"accept": "application/json"},
            query=tuple(query),
            final=frozenset({500}) if once_on_500 else frozenset(),
        )
        answer: Answer = self._caller.answer(request)
        if not 200 <= answer.status < 300:
            raise fault_of(answer, f"the figures of {' '.join(names.values()) or 'this account'}")
        return document(answer)


def span(start: date, end: date) -> list[tuple[str, str]]:
    """A range of days as parameters.

    Raises:
        ValidationError: it ends before it starts.
    """
    if end < start:
        raise ValidationError("end", f"{end} is before {start}")
    return [("start", start.isoformat()), ("end", end.isoformat())]


def _bare(named: str) -> str:
    """The id of 22 characters, whether it comes bare or as a URI: a URI is answered with 404 here."""
    found = id_of(named)
    if not found:
        raise ValidationError("id", "podcasters/v0 takes ids of 22 characters")
    return found
