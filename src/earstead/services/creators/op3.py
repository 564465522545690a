"""Downloads that OP3 counted, fetched with a token of the creator's own, once a day.

OP3 answers each download as a row with its time, the address of the file, and a number for whoever asked. Days settle
at once; the last two are asked again, and what is asked again replaces what was there.
Facts of its API: https://op3.dev/api/docs (shows by feed address in base64url, `/downloads/show/{uuid}` in pages).
"""

from __future__ import annotations

import base64
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from earstead.core.creators.downloads import DAY_S
from earstead.core.creators.targets import target_of
from earstead.core.errors import AppError, NeedsReauth, Rejected, RetryLater
from earstead.kit.clock import Clock
from earstead.kit.secrets import Vault
from earstead.kit.texts import storable
from earstead.services.creators.feed_figures import feed_figures
from earstead.services.creators.feeds import Fetch, every_feed, note
from earstead.services.creators.memory import CreatorMemory, Figures, Reading
from earstead.services.creators.shows import CreatorShows
from earstead.services.worker import Worker
from earstead.storage import creator_downloads as table
from earstead.storage.engine import Engine, Row
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

URL = "https://op3.dev/api/1"
JOB = "creators.op3"
EVERY_S = 12 * 3_600
AGAIN_DAYS = 2
FIRST_DAYS = 90
PAGE = 1_000
MOST_PAGES = 500
SERVICE = "OP3"
_USED = ("time", "url", "audienceId", "agentName", "countryCode")


class CreatorOp3:
    """See the module. `fetch` waits for OP3."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        worker: Worker,
        shows: CreatorShows,
        memory: CreatorMemory,
        net: Fetch,
        url: str = URL,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._shows = shows
        self._memory = memory
        self._net = net
        self._url = url
        worker.every(JOB, EVERY_S, lambda _: self.look())

    def look(self) -> None:
        """Fetch for every show that has a token; one that fails says why, and the others go on."""
        for row in every_feed(self._engine):
            if row[7]:
                self._try(row)

    def _try(self, row: Row) -> None:
        try:
            self._fetch(row)
        except AppError as fault:
            said = f"OP3: {fault}"[:300]
            self._writer.do(lambda tx: note(tx, row[0], {"error": said})).result()

    def fetch(self, user_id: int, show_id: int) -> int:
        """Fetch what OP3 counted since the last time; how many downloads came.

        Raises NotFound, Rejected without a token or a show that OP3 knows, NeedsReauth, RetryLater.
        """
        self._shows.get(user_id, show_id)
        with self._engine.read() as tx:
            row = table.feed(tx, show_id)
        if row is None or not row[7]:
            raise Rejected("op3", "give the token of an API key of OP3 first (op3.dev/api/keys)")
        return self._fetch(row)

    def _fetch(self, row: Row) -> int:
        show_id, url, token, op3_show, until = row[0], row[2], row[7], row[8], row[9]
        show = self._shows.of_id(show_id)
        if show is None:
            return 0
        token = self._vault.open(token)
        op3_show = op3_show or self._show(url, token)
        today = self._clock.now() // DAY_S
        first = max(until // DAY_S - AGAIN_DAYS, 0) if until else today - FIRST_DAYS
        with self._engine.read() as tx:
            episodes = {one[2]: one[6] for one in table.files(tx, show_id) if one[6]}
        found = list(self._rows(op3_show, token, first))
        figures = tuple(_figures(found, episodes, range(first, today + 1), today))
        self._memory.keep(Reading(account_id=show.account_id, show_id=show_id, figures=figures)).result()
        values = {"op3_show": op3_show, "op3_until": self._clock.now(), "error": ""}
        self._writer.do(lambda tx: note(tx, show_id, values)).result()
        return len(found)

    def _show(self, url: str, token: str) -> str:
        named = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
        said = self._ask(f"/shows/{named}", {}, token)
        uuid = said.get("showUuid")
        if not isinstance(uuid, str):
            raise Rejected("op3", "OP3 does not know this feed; put its prefix before the addresses of the files first")
        return uuid

    def _rows(self, op3_show: str, token: str, first: int) -> Iterator[Mapping[str, Any]]:
        start = datetime.fromtimestamp(first * DAY_S, UTC).date().isoformat()
        asked = {"format": "json", "limit": str(PAGE), "start": start}
        for _ in range(MOST_PAGES):
            said = self._ask(f"/downloads/show/{op3_show}", asked, token)
            for one in said.get("rows") or ():
                if isinstance(one, Mapping):
                    yield {name: one.get(name) for name in _USED}
            more = said.get("continuationToken")
            if not more:
                return
            asked["continuationToken"] = str(more)

    def _ask(self, path: str, query: Mapping[str, str], token: str) -> Mapping[str, Any]:
        address = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = self._net.send("GET", address, headers={"authorization": f"Bearer {token}"})
        if answer.status in (401, 403):
            raise NeedsReauth(SERVICE, "the token is not accepted; make another one at op3.dev/api/keys")
        if answer.status == 404:
            return {}
        if answer.status != 200:
            raise RetryLater(SERVICE, f"answered {answer.status}", 3_600)
        try:
            said = msgspec.json.decode(answer.body)
        except msgspec.DecodeError as fault:
            raise RetryLater(SERVICE, "answered what is no JSON", 3_600) from fault
        return said if isinstance(said, dict) else {}


def _figures(found: list[Mapping[str, Any]], episodes: Mapping[str, int], days: range, today: int) -> Iterator[Figures]:
    counted: dict[int, dict[int, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        day = _day(one.get("time"))
        if day in days:
            counted[0][day].append(one)
            if episode_id := episodes.get(target_of(str(one.get("url") or "")), 0):
                counted[episode_id][day].append(one)
    counted[0]  # a show that nobody downloaded has zeros
    for episode_id, by_day in counted.items():
        yield from feed_figures("op3", episode_id, by_day, days, today, people=_people, parts=_PARTS)


def _people(rows: Sequence[Mapping[str, Any]]) -> int:
    return len({one.get("audienceId") for one in rows})


def _word(column: str, one: Mapping[str, Any]) -> str:
    return storable(str(one.get(column) or "unknown"))[:100]


_PARTS = {"app": partial(_word, "agentName"), "country": partial(_word, "countryCode")}


def _day(text: object) -> int:
    try:
        return int(datetime.fromisoformat(str(text)).timestamp()) // DAY_S
    except ValueError:
        return -1
