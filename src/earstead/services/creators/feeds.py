"""The feed of a show: read now and then, so that requests for its files are known as its episodes.

Whoever hosts the files, the feed says where they are. A file belongs to an episode of the dashboard by the episode's
number in its address or guid, else by its title and day; one that belongs to none is counted for the show alone.
"""

from __future__ import annotations

import calendar
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from earstead.core.creators.downloads import WindowKind
from earstead.core.creators.ids import web_episode_id
from earstead.core.creators.targets import MOST_TARGET, target_of
from earstead.core.errors import AppError, NotFound, Rejected
from earstead.core.names import name_key
from earstead.kit.clock import Clock
from earstead.kit.extras import how_to_install
from earstead.kit.outbound import Answer
from earstead.kit.secrets import Vault
from earstead.kit.texts import storable
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import CreatorEpisode
from earstead.services.worker import Worker
from earstead.storage import creator_downloads as table
from earstead.storage import creators as shows_table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

MOST_FEED_BYTES = 32 << 20
MOST_FILES = 10_000
LOOK_JOB = "creators.feeds"
LOOK_EVERY_S = 6 * 3_600
_FEEDS_AT_ONCE = 100
COUNTINGS: tuple[WindowKind, ...] = ("rolling", "day")
_DAY_S = 86_400


class Fetch(Protocol):
    """Fetches what users name: `kit.outbound.Outbound`."""

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """One request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The feed of a show.

    Attributes:
        url: "" when none was named. `error`: why it could not be read last, "" when it could.
        files: how many it has or had; `matched`: of how many the episode is known.
        counting: how the 24 hours of a download are meant: "rolling" or "day".
        prefix: whether requests through this server's prefix are counted.
        op3: whether OP3 is asked; `op3_until`: until when its downloads are here, unix seconds.
    """

    show_id: int
    url: str = ""
    title: str = ""
    podcast_guid: str = ""
    counting: WindowKind = "rolling"
    prefix: bool = False
    op3: bool = False
    op3_until: int = 0
    read_at: int = 0
    error: str = ""
    files: int = 0
    matched: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file as a feed names it."""

    url: str
    guid: str
    title: str
    size: int
    duration_ms: int
    published_at: int


class CreatorFeeds:
    """See the module. Methods block; those that read a feed wait for its server."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        worker: Worker,
        shows: CreatorShows,
        net: Fetch,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._shows = shows
        self._net = net
        worker.every(LOOK_JOB, LOOK_EVERY_S, lambda _: self.look())

    def get(self, user_id: int, show_id: int) -> Feed:
        """The feed of a user's show, an empty one when none was named. Raises NotFound."""
        self._shows.get(user_id, show_id)
        with self._engine.read() as tx:
            row, files = table.feed(tx, show_id), table.files(tx, show_id)
        return _feed(row, files) if row is not None else Feed(show_id=show_id)

    def set(self, user_id: int, show_id: int, *, url: str, counting: str = "rolling", prefix: bool = False) -> Feed:
        """Name the feed of a show and read it at once.

        Raises NotFound; Rejected for an address that is no feed, with the reason.
        """
        self._shows.get(user_id, show_id)
        if counting not in COUNTINGS:
            raise Rejected("counting", f"choose one of {', '.join(COUNTINGS)}")
        url = url.strip()
        if not _is_address(url):
            raise Rejected("url", "write the address of the feed, beginning with https://")
        title, guid, items = self._read(url)
        values = {"url": url, "title": title, "podcast_guid": guid, "counting": counting, "prefix": int(prefix)}
        self._take(show_id, items, {**values, "read_at": self._clock.now(), "error": ""})
        return self.get(user_id, show_id)

    def set_op3(self, user_id: int, show_id: int, token: str) -> Feed:
        """Have OP3 asked for its downloads with a token of one's own; "" ends that. Raises NotFound."""
        self._shows.get(user_id, show_id)
        sealed = self._vault.seal(token.strip()[:500]) if token.strip() else ""
        values = {"op3_token": sealed, "op3_show": "", "op3_until": 0}
        self._writer.do(lambda tx: table.put_feed(tx, show_id, user_id, values)).result()
        return self.get(user_id, show_id)

    def look(self) -> None:
        """Read all feeds again; one that fails says why, and the others go on."""
        for row in every_feed(self._engine):
            try:
                if row[2]:
                    self._refresh(row)
            except Exception:  # a feed is a stranger's text: what it does to the reader must not stop the others
                log.exception("the feed of show %d cannot be read", row[0])

    def _refresh(self, row: Row) -> None:
        try:
            title, guid, items = self._read(row[2])
        except AppError as fault:
            said = str(fault)[:300]
            self._writer.do(lambda tx: note(tx, row[0], {"error": said})).result()
            return
        values = {"title": title, "podcast_guid": guid, "read_at": self._clock.now(), "error": ""}
        self._take(row[0], items, values)

    def _read(self, url: str) -> tuple[str, str, list[Item]]:
        answer = self._net.send("GET", url, headers={"accept": "application/rss+xml, application/xml, text/xml"})
        if answer.status != 200:
            raise Rejected("url", f"its server answered {answer.status}")
        return read_feed(answer.body, answer.headers)

    def _take(self, show_id: int, items: Sequence[Item], values: Mapping[str, Any]) -> None:
        try:
            episodes = self._shows.all_episodes(show_id)
        except NotFound:
            return
        now = self._clock.now()

        def work(tx: Tx) -> None:
            note(tx, show_id, values)
            if table.feed(tx, show_id) is not None:
                _files(tx, show_id, items, episodes, now)

        self._writer.do(work).result()


def every_feed(engine: Engine) -> Iterator[Row]:
    """Everybody's feeds (`table.FEED`), a piece at a time: no transaction is open while one is worked on."""
    last = 0
    while True:
        with engine.read() as tx:
            rows = table.feeds_after(tx, last, _FEEDS_AT_ONCE)
        yield from rows
        if len(rows) < _FEEDS_AT_ONCE:
            return
        last = rows[-1][0]


def note(tx: Tx, show_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of the feed of a show that is still there: it may have been removed while its feed was asked."""
    row = shows_table.show(tx, show_id)
    if row is not None:
        table.put_feed(tx, show_id, row[2], values)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= MOST_TARGET


def _files(tx: Tx, show_id: int, items: Sequence[Item], episodes: Sequence[CreatorEpisode], now: int) -> None:
    here = {row[2]: row for row in table.files(tx, show_id)}
    named = match(items, episodes)
    fresh, other = [], []
    for item in items:
        target = target_of(item.url)
        held = here.pop(target, None)
        said = {
            "url": item.url,
            "guid": item.guid,
            "title": item.title,
            "episode_id": named.get(item.url, 0) or (held[6] if held else 0),
            "size": item.size,
            "duration_ms": item.duration_ms,
            "published_at": item.published_at,
            "gone_at": 0,
        }
        if held is None:
            fresh.append({**said, "show_id": show_id, "target": target, "host": target.partition("/")[0]})
        elif tuple(said.values()) != tuple(held[3:]):
            other.append({**said, "file_id": held[0]})
    # What left the feed keeps its requests, and whoever has its address may still ask for it.
    names = ("url", "guid", "title", "episode_id", "size", "duration_ms", "published_at")
    other += [
        {**dict(zip(names, row[3:10], strict=True)), "file_id": row[0], "gone_at": now}
        for row in here.values()
        if not row[10]
    ]
    table.add_files(tx, fresh[: max(0, MOST_FILES - len(here))])
    table.change_files(tx, other)


def _feed(row: Row, files: Sequence[Row]) -> Feed:
    return Feed(
        show_id=row[0],
        url=row[2],
        title=row[3],
        podcast_guid=row[4],
        counting=row[5],
        prefix=bool(row[6]),
        op3=bool(row[7]),
        op3_until=row[9],
        read_at=row[10],
        error=row[11],
        files=len(files),
        matched=sum(1 for file in files if file[6]),
    )


def read_feed(body: bytes, headers: Mapping[str, str] | None = None) -> tuple[str, str, list[Item]]:
    """(title, podcast guid, files) of an RSS or Atom feed, each file once.

    Raises Rejected for what is no feed with files, and when the library that reads feeds is not installed.
    """
    try:
        import feedparser  # 45 ms for 300 episodes; servers without creators never pay for it
    except ImportError as fault:
        raise Rejected("url", f"feeds need one more package: {how_to_install('podcast')}") from fault
    found = feedparser.parse(body, response_headers=dict(headers or {}))
    items = list({target_of(item.url): item for item in _items(found.entries) if target_of(item.url)}.values())
    if not items:
        raise Rejected("url", "this is no podcast feed: no entry of it has a file")
    guid = str(found.feed.get("podcast_guid") or "")
    return storable(str(found.feed.get("title") or ""))[:300], storable(guid)[:100], items[:MOST_FILES]


def _items(entries: Iterable[Mapping[str, Any]]) -> Iterable[Item]:
    for entry in entries:
        published = entry.get("published_parsed")
        for enclosure in (entry.get("enclosures") or ())[:1]:
            yield Item(
                url=storable(str(enclosure.get("href") or ""))[:MOST_TARGET],
                guid=storable(str(entry.get("id") or ""))[:500],
                title=storable(str(entry.get("title") or ""))[:500],
                size=_whole(enclosure.get("length")),
                duration_ms=duration_ms(str(entry.get("itunes_duration") or "")),
                published_at=max(0, calendar.timegm(published)) if published else 0,
            )


def _whole(value: object) -> int:
    text = str(value or "").strip()
    return min(int(text), 1 << 50) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def duration_ms(text: str) -> int:
    """Milliseconds of "1:02:03", "62:03" or "3723"; 0 for anything else."""
    if not re.fullmatch(r"\d{1,6}(:\d{1,2}){0,2}(\.\d+)?", text.strip()):
        return 0
    seconds = 0.0
    for part in text.strip().split(":"):
        seconds = seconds * 60 + float(part)
    return int(seconds * 1000)


def match(items: Sequence[Item], episodes: Sequence[CreatorEpisode]) -> dict[str, int]:
    """Address of a file -> our id of its episode: by the number in address or guid, else by title and day, or title."""
    found: dict[str, int] = {}
    by_web = {web_episode_id(one.anchor_id): one.episode_id for one in episodes if one.anchor_id}
    by_day: dict[tuple[str, int], list[int]] = {}
    by_name: dict[str, list[int]] = {}
    for one in episodes:
        key = name_key(one.title)
        by_name.setdefault(key, []).append(one.episode_id)
        by_day.setdefault((key, (one.published_at or 0) // _DAY_S), []).append(one.episode_id)
    for item in items:
        words = re.findall(r"e[0-9a-v]{5,9}", f"{item.guid} {item.url}")
        number = next((by_web[word] for word in words if word in by_web), 0)
        key, day = name_key(item.title), item.published_at // _DAY_S
        near = [i for at in (day, day - 1, day + 1) for i in by_day.get((key, at), ())]
        named = by_name.get(key, [])
        if number or near or len(named) == 1:
            found[item.url] = number or (near[0] if near else named[0])
    return found
