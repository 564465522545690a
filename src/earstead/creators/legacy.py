"""The old Anchor analytics behind the cookie proxy. Sources differ on whether it still answers: off unless asked for.

It knows another sign-in, the cookie `anchorpw_s` of accounts with e-mail and password, and is not asked with the
bearer. Every answer is a table: rows under `data.rows`, in the order of `data.columnHeaders`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from earstead.core.creators.endpoints import BY_LABEL
from earstead.creators.calling import document, fault_of
from earstead.creators.errors import CredentialsExpired, ValidationError
from earstead.creators.moments import aware, seconds
from earstead.creators.rest_types import EpisodePage, Overview, Raw, Unread
from earstead.creators.transport import Request, Transport
from earstead.creators.urls import Urls
from earstead.creators.walk import table, text

DAY_S: Final = 86_400
INTERVALS: Final = (DAY_S, 604_800, 2_628_000)
IMPRESSION_DAYS: Final = 29
_MUMS: Final = ("isMumsCompatible", "true")
_MEND: Final = "Sign in at podcasters.spotify.com with e-mail and password, and copy the cookie anchorpw_s anew."


@dataclass(frozen=True, slots=True)
class LegacyTable:
    """A table of the old analytics.

    Attributes:
        rows: as they come; counts may be texts.
        columns: the names of the columns.
        labels: what numbers in rows stand for, by column.
    """

    kind: str
    rows: tuple[tuple[Any, ...], ...]
    columns: tuple[str, ...]
    labels: Mapping[str, Any] = field(default_factory=dict)
    raw: Raw = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, said: Any) -> LegacyTable:
        """From an answer."""
        raw = table(said)
        data = table(raw.get("data"))
        listed, heads = data.get("rows"), data.get("columnHeaders")
        return cls(
            kind=text(raw.get("kind")),
            rows=tuple(tuple(row) for row in listed if isinstance(row, list)) if isinstance(listed, list) else (),
            columns=tuple(text(table(head).get("name")) for head in heads) if isinstance(heads, list) else (),
            labels=table(data.get("labels")),
            raw=raw,
        )


class Legacy:
    """The proxy with its 18 endpoints. A station is its number, or `webStationId:…`."""

    def __init__(self, transport: Transport, urls: Urls, anchorpw_s: str) -> None:
        """`anchorpw_s`: the cookie. Raises ValidationError: it is none."""
        if not anchorpw_s or any(c in anchorpw_s for c in ' ;,"\r\n'):
            raise ValidationError("anchorpw_s", "copy the value of the cookie as it stands, without its name")
        self._transport = transport
        self._base = urls.legacy
        self._cookie = anchorpw_s

    def episode_page(self, station: int | str, *, limit: int = 20, page_token: str = "") -> EpisodePage:
        """L-1: a page of the list of episodes."""
        query = [("limit", str(limit)), ("orderBy", "publishOn")]
        query += [("pageToken", page_token)] if page_token else []
        return EpisodePage.of(self._read("L-1", query, station_id=station))

    def total_plays(self, station: int) -> LegacyTable:
        """L-2: all plays of a show."""
        return self._table("L-2", station_id=station)

    def total_plays_by_episode(self, station: int) -> LegacyTable:
        """L-3: all plays by episode: title, Anchor id, plays, unix seconds, rank, URI."""
        return self._table("L-3", station_id=station)

    def unique_listeners(self, station: int) -> LegacyTable:
        """L-4: unique listeners of the last 7 days."""
        return self._table("L-4", station_id=station)

    def audience_size(self, station: int) -> LegacyTable:
        """L-5: Anchor's estimate of the audience."""
        return self._table("L-5", station_id=station)

    def plays(self, station: int, start: datetime, end: datetime, interval_s: int = DAY_S) -> LegacyTable:
        """L-6: plays over time: unix seconds, plays."""
        return self._table("L-6", [("timeInterval", str(interval_s)), *_range(start, end)], station_id=station)

    def plays_by_episode(self, station: int, start: datetime, end: datetime, interval_s: int = DAY_S) -> LegacyTable:
        """L-7: plays over time by episode; the titles are in `labels`."""
        return self._table("L-7", [("timeInterval", str(interval_s)), *_range(start, end)], station_id=station)

    def plays_by_age(self, station: int, start: datetime, end: datetime) -> LegacyTable:
        """L-8: shares by age."""
        return self._table("L-8", _range(start, end), station_id=station)

    def plays_by_gender(self, station: int, start: datetime, end: datetime) -> LegacyTable:
        """L-9: shares by gender."""
        return self._table("L-9", _range(start, end), station_id=station)

    def plays_by_app(self, station: int, start: datetime, end: datetime, user_id: int = 0) -> LegacyTable:
        """L-10: shares by app; what is below 0.02 is left out."""
        return self._table("L-10", [*_range(start, end), *_user(user_id)], station_id=station)

    def plays_by_device(self, station: int, start: datetime, end: datetime, user_id: int = 0) -> LegacyTable:
        """L-11: shares by device; what is below 0.02 is left out."""
        return self._table("L-11", [*_range(start, end), *_user(user_id)], station_id=station)

    def plays_by_geo(self, station: int, country: str = "") -> LegacyTable:
        """L-12: shares by country, or by the regions of the country of that name."""
        query = [("limit", "200"), ("resultGeo", "geo3" if country else "geo2")]
        return self._table("L-12", [*query, *([("geo2", country)] if country else [])], station_id=station)

    def impressions(self, station: int, end: datetime) -> Unread:
        """L-13: impressions of the 29 days before `end`, which should be a whole hour of two days ago."""
        until = seconds(aware(end, "end")) // 3600 * 3600
        span = {"version": "1.0", "startTime": until - IMPRESSION_DAYS * DAY_S, "endTime": until}
        names = ("impressions", "dailyImpressions", "impressionsBySource")
        asked = {"include": list(names), "options": dict.fromkeys(names, span)}
        packed = base64.b64encode(json.dumps(asked, separators=(",", ":")).encode()).decode()
        return Unread(self._read("L-13", [("query", packed)], station_id=station))

    def episode_plays(self, anchor_id: int, start: datetime, end: datetime, interval_s: int = DAY_S) -> LegacyTable:
        """L-14: plays of an episode over time; by day, week or month. Raises ValidationError for other intervals."""
        if interval_s not in INTERVALS:
            raise ValidationError("interval_s", f"one of {', '.join(map(str, INTERVALS))}")
        return self._table("L-14", [("timeInterval", str(interval_s)), *_range(start, end)], anchor_id=anchor_id)

    def episode_performance(self, anchor_id: int) -> LegacyTable:
        """L-15: how far an episode is heard: second, count as text."""
        return self._table("L-15", anchor_id=anchor_id)

    def episode_summary(self, anchor_id: int) -> LegacyTable:
        """L-16: the same in five numbers."""
        return self._table("L-16", anchor_id=anchor_id)

    def episode_video(self, anchor_id: int) -> LegacyTable:
        """L-17: always refused with 400, as far as anybody knows."""
        return self._table("L-17", anchor_id=anchor_id)

    def overview(self, anchor_id: int) -> Overview:
        """L-18: as 1-B."""
        return Overview.of(self._read("L-18", [("returnWebIds", "true")], anchor_id=anchor_id))

    def _table(self, label: str, query: Iterable[tuple[str, str]] = (), **names: int | str) -> LegacyTable:
        return LegacyTable.of(self._read(label, query, **names))

    def _read(self, label: str, query: Iterable[tuple[str, str]] = (), **names: int | str) -> Any:
        path = BY_LABEL[label].path.format(**{name: quote(str(value), safe=":") for name, value in names.items()})
        answer = self._transport.send(
            Request(
                backend="legacy",
                label=label,
                method="GET",
                url=f"{self._base}{path}",
                headers={"accept": "application/json", "cookie": f"anchorpw_s={self._cookie}"},
                query=(_MUMS, *query),
            )
        )
        if answer.status == 401:
            raise CredentialsExpired("the old cookie is not accepted; the proxy may be gone for good", mend=_MEND)
        if not 200 <= answer.status < 300:
            raise fault_of(answer, "the old analytics")
        return document(answer)


def _range(start: datetime, end: datetime) -> list[tuple[str, str]]:
    first, last = seconds(aware(start, "start")), seconds(aware(end, "end"))
    if last < first:
        raise ValidationError("end", "it is before the start")
    return [("timeRangeStart", str(first)), ("timeRangeEnd", str(last))]


def _user(user_id: int) -> list[tuple[str, str]]:
    return [("userId", str(user_id))] if user_id else []
