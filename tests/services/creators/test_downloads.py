"""Downloads of a feed's files: from a log, through the prefix, from OP3; each on the axis of the other figures."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from earstead.app import around, open_services
from earstead.core.errors import NeedsReauth, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.kit.outbound import Outbound
from earstead.services.container import Services
from earstead.services.creators.feeds import duration_ms, read_feed
from earstead.services.creators.memory import EpisodeRead
from earstead.services.creators.op3 import CreatorOp3
from earstead.settings import Settings
from earstead.storage import creators as table
from tests.fakes.servers import serving

NOW = 1_772_400_000
TODAY = date(2026, 3, 1)
"""21:20 UTC."""
APP = "AntennaPod/3.5.0"
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>Stille &amp; Wasser</title><podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>
<item><guid>a</guid><title>Über Wasser</title><pubDate>Mon, 16 Feb 2026 06:00:00 GMT</pubDate>
  <enclosure url="https://op3.dev/e/files.example/one.mp3?source=rss" length="28800000" type="audio/mpeg"/>
  <itunes:duration>30:00</itunes:duration></item>
<item><guid>b</guid><title>Bonus</title><pubDate>Tue, 17 Feb 2026 06:00:00 GMT</pubDate>
  <enclosure url="https://files.example/two.mp3" length="9600000" type="audio/mpeg"/></item>
</channel></rss>"""


@dataclass
class Stage:
    """A server with a show of two episodes, and the world outside: a feed and an OP3."""

    services: Services
    url: str
    outside: str
    user_id: int
    show_id: int
    feed: dict[str, Any]
    rows: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=lambda: {"good"})

    def daily(self, metric: str, *, episode_id: int = 0) -> dict[date, float]:
        """What the figures say, by day."""
        series = self.services.creators.figures.daily(
            self.show_id, metric, date(2026, 2, 1), date(2026, 3, 1), episode_id=episode_id
        )
        return {one.date: one.value for one in series.points if one.value}

    @property
    def episode_id(self) -> int:
        """Ours, of the first episode."""
        (found,) = self.services.creators.shows.episodes(self.user_id, self.show_id, search="Wasser").items
        return found.episode_id

    def read(self, path: Path) -> Any:
        """A log, read at once."""
        hits = self.services.creators.hits
        return hits.read_log(hits.add_log(self.user_id, self.show_id, path, start=False).log_id, path)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Nothing is named yet; the episodes were read from the dashboard."""
    with ExitStack() as world:
        feed: dict[str, Any] = {"status": 200, "body": FEED}
        made: list[Stage] = []

        async def op3(request: Request) -> Response:
            on = made[0]
            if request.headers.get("authorization", "").removeprefix("Bearer ") not in on.tokens:
                return JSONResponse({}, 401)
            if "/shows/" in request.url.path:
                return JSONResponse({"showUuid": "abc", "title": "T", "episodes": []})
            start = int(request.query_params.get("continuationToken") or 0)
            rows = [row for row in on.rows if row["time"] >= request.query_params["start"]]
            more = {"continuationToken": str(start + 2)} if len(rows) > start + 2 else {}
            return JSONResponse({"rows": rows[start : start + 2], "count": 2, **more})

        async def told(_: Request) -> Response:
            return Response(feed["body"], feed["status"], media_type="application/rss+xml")

        outside = world.enter_context(serving(Starlette(routes=[Route("/feed", told), Route("/op3/{rest:path}", op3)])))
        clock = FixedClock(NOW)
        services = open_services(Settings(data=tmp_path / "data", allow_private=True), clock=clock)
        world.callback(services.close)
        user_id = services.accounts.add_user("mira", "a long and quiet evening").user_id
        memory = services.creators.memory
        account_id = services.writer.do(
            lambda tx: table.add_account(tx, user_id, "Mine", "", has_key=False, now=NOW)
        ).result()
        show_id = memory.show(account_id, user_id, "spotify:show:" + "S" * 22, {"name": "Stille & Wasser"})
        memory.episodes(
            show_id,
            user_id,
            [
                EpisodeRead(
                    uri="spotify:episode:" + letter * 22, anchor_id=n, title=title, state="published", published_at=at
                )
                for n, letter, title, at in (
                    (123456789, "A", "Über  wasser", 1_771_221_600),
                    (123456790, "B", "Anderes", 1_771_308_000),
                )
            ],
            complete=True,
        )
        url = world.enter_context(serving(around(services), lifespan="off"))
        made.append(Stage(services, url, outside, user_id, show_id, feed))
        yield made[0]


def named(on: Stage, **more: Any) -> None:
    on.services.creators.feeds.set(on.user_id, on.show_id, url=f"{on.outside}/feed", **more)


def line(day: int, clock: str, path: str, *, ip: str = "203.0.113.9", agent: str = APP, sent: int = 28_800_000) -> str:
    return f'{ip} - - [{day:02}/Feb/2026:{clock} +0000] "GET {path} HTTP/1.1" 200 {sent} "-" "{agent}"\n'


def test_a_feed_is_read_and_its_files_are_matched(stage: Stage) -> None:
    """By the title whatever its case and spaces; a file of no known episode is kept; reading again changes nothing."""
    for _ in range(2):
        named(stage)
        feed = stage.services.creators.feeds.get(stage.user_id, stage.show_id)
        assert (feed.title, feed.files, feed.matched) == ("Stille & Wasser", 2, 1)
        assert feed.podcast_guid == "9b024349-ccf0-5f69-a609-6b82873eab3c" and feed.error == ""


def test_a_feed_that_is_none_says_so(stage: Stage) -> None:
    """A wrong address, a wrong answer, a page without files; a feed that breaks later keeps what was read of it."""
    feeds = stage.services.creators.feeds
    for url in ("", "ftp://files.example/feed", "feed"):
        with pytest.raises(Rejected, match="address of the feed"):
            feeds.set(stage.user_id, stage.show_id, url=url)
    named(stage)
    stage.feed["status"] = 503
    with pytest.raises(Rejected, match="answered 503"):
        named(stage)
    feeds.look()
    held = feeds.get(stage.user_id, stage.show_id)
    assert "503" in held.error and held.files == 2
    stage.feed.update(status=200, body="<html><p>hello")
    with pytest.raises(Rejected, match="no podcast feed"):
        named(stage)
    with pytest.raises(NotFound):
        feeds.get(stage.user_id + 1, stage.show_id)


def test_a_log_becomes_downloads(stage: Stage, tmp_path: Path) -> None:
    """A minute makes one, a bot none; what is no request or asks for something else is counted with the reason."""
    named(stage)
    log = tmp_path / "access.log"
    log.write_text(
        line(20, "10:00:00", "/one.mp3?source=app")
        + line(20, "11:00:00", "/one.mp3")
        + line(20, "12:00:00", "/one.mp3", ip="2001:db8::1")
        + line(21, "12:00:00", "/two.mp3", sent=1_000)
        + line(21, "12:00:00", "/two.mp3", agent="Googlebot/2.1")
        + line(22, "12:00:00", "/two.mp3")
        + line(22, "12:00:00", "/favicon.ico")
        + "what is this\n\n"
    )
    told = stage.read(log)
    assert (told.state, told.lines, told.kept, told.new) == ("done", 8, 6, 6)
    assert dict(told.left_out) == {
        "asks for something else than a file of this feed": 1,
        "neither the combined format nor JSON": 1,
    }
    assert stage.daily("feed_downloads") == {date(2026, 2, 20): 2, date(2026, 2, 22): 1}
    assert stage.daily("feed_listeners") == {date(2026, 2, 20): 2, date(2026, 2, 22): 1}
    assert stage.daily("feed_downloads", episode_id=stage.episode_id) == {date(2026, 2, 20): 2}
    series = stage.services.creators.figures.daily(
        stage.show_id, "feed_downloads", date(2026, 2, 20), date(2026, 2, 22)
    )
    assert (series.provenance.operation, series.provenance.scope) == ("log:iab", "off-platform")
    assert [one.value for one in series.points] == [2, 0, 1], "a day without downloads is a day, and no gap"


def test_a_log_given_twice_and_in_pieces_counts_once(stage: Stage, tmp_path: Path) -> None:
    """Packed or not, overlapping, out of order: the days come out as if all had come at once."""
    named(stage)
    whole = [line(20 + n % 3, "10:00:00", "/one.mp3", ip=f"203.0.113.{n % 4}") for n in range(12)]
    first, second = tmp_path / "access.log.2.gz", tmp_path / "access.log"
    first.write_bytes(gzip.compress("".join(whole[4:]).encode()))
    second.write_text("".join(whole[:8]))
    assert stage.read(first).new == 8
    before = stage.daily("feed_downloads")
    assert stage.read(first).new == 0 and stage.daily("feed_downloads") == before
    assert stage.read(second).new == 4
    assert sum(stage.daily("feed_downloads").values()) == 12
    broken = tmp_path / "broken.gz"
    broken.write_bytes(first.read_bytes()[:-20])
    told = stage.read(broken)
    assert (
        told.state == "failed" and "cannot be read" in told.error and sum(stage.daily("feed_downloads").values()) == 12
    )


def test_a_log_needs_a_feed(stage: Stage, tmp_path: Path) -> None:
    """Without one nobody knows which files are meant, and the error says what to do."""
    (tmp_path / "a.log").write_text("x")
    with pytest.raises(Rejected, match="name the feed"):
        stage.services.creators.hits.add_log(stage.user_id, stage.show_id, tmp_path / "a.log")


def test_the_worker_reads_a_log_and_removes_it(stage: Stage) -> None:
    """Given on a page, it is read in the background, and the file is gone then."""
    named(stage)
    hits = stage.services.creators.hits
    path = hits.incoming() / "access.log"
    path.write_text(line(20, "10:00:00", "/one.mp3"))
    assert hits.add_log(stage.user_id, stage.show_id, path, "mine.log").state == "waiting"
    stage.services.worker.run_due()
    (told,) = hits.logs(stage.user_id, stage.show_id)
    assert (told.name, told.state, told.new, told.share) == ("mine.log", "done", 1, 1.0)
    assert not path.parent.exists()
    path = hits.incoming() / "gone.log"
    path.write_text("x")
    hits.add_log(stage.user_id, stage.show_id, path)
    path.unlink()
    stage.services.worker.run_due()
    told, _ = hits.logs(stage.user_id, stage.show_id)
    assert told.state == "failed" and "cannot be read" in told.error


def test_the_prefix_leads_on_and_counts(stage: Stage) -> None:
    """302 with the query kept; once a day for a reader; only where the creator wants it, to the feed's hosts alone."""
    named(stage, prefix=True)
    with httpx2.Client(base_url=stage.url, headers={"user-agent": APP}) as reader:
        for path in ("/dl/files.example/one.mp3?x=1", "/dl,pg=abc/https://files.example/one.mp3?x=1"):
            led = reader.get(path)
            assert (led.status_code, led.headers["location"]) == (302, "https://files.example/one.mp3?x=1")
            assert (
                led.headers["cache-control"] == "private, no-cache"
                and led.headers["access-control-allow-origin"] == "*"
            )
        reader.get("/dl/files.example/one.mp3")
        assert reader.head("/dl/files.example/one.mp3").status_code == 302
        reader.get("/dl/files.example/two.mp3", headers={"user-agent": "Googlebot/2.1"})
        assert reader.get("/dl/files.example/later.mp3").status_code == 302, "not in the feed yet"
        assert reader.get("/dl/elsewhere.example/a.mp3").status_code == 404
        assert reader.get("/dl/127.0.0.1/a.mp3").status_code == 400
        assert reader.get("/dl/files.example").status_code == 400
    clock = stage.services.clock
    assert isinstance(clock, FixedClock)
    stage.services.writer.do(lambda _: None).result()
    clock.advance(61)
    stage.services.worker.run_due()
    assert stage.daily("feed_downloads") == {TODAY: 1}, "one file asked for with another query is the same one"
    named(stage, prefix=False)
    assert httpx2.get(f"{stage.url}/dl/files.example/one.mp3").status_code == 404


def test_no_address_is_kept(stage: Stage, tmp_path: Path) -> None:
    """Neither of a log nor of a request: the database holds a number that only this server can make."""
    named(stage)
    log = tmp_path / "access.log"
    log.write_text(line(20, "10:00:00", "/one.mp3", ip="198.51.100.77"))
    stage.read(log)
    held = b"".join(path.read_bytes() for path in stage.services.data.glob("earstead.db*"))
    assert b"198.51.100.77" not in held and b"one.mp3" in held


def test_old_requests_are_forgotten_and_their_days_stay(stage: Stage, tmp_path: Path) -> None:
    """After four hundred days only the figures are left, and counting anew leaves them alone."""
    named(stage)
    log = tmp_path / "access.log"
    log.write_text(line(20, "10:00:00", "/one.mp3") + line(21, "10:00:00", "/one.mp3", ip="203.0.113.1"))
    stage.read(log)
    before = stage.daily("feed_downloads")
    clock = stage.services.clock
    assert isinstance(clock, FixedClock)
    clock.advance(392 * 86_400)
    stage.services.creators.hits._prune()
    assert stage.services.creators.hits.count(stage.show_id, "log") == 0
    assert stage.daily("feed_downloads") == before and len(before) == 2


def test_op3_is_asked_page_by_page(stage: Stage) -> None:
    """Its downloads become figures by day, episode, app and country; a second time asks only the last days."""
    named(stage)
    feeds = stage.services.creators.feeds
    net = Outbound(allow_private=True, agent="t")
    services = stage.services
    op3 = CreatorOp3(
        services.engine,
        services.writer,
        services.clock,
        feeds._vault,
        services.worker,
        services.creators.shows,
        services.creators.memory,
        net,
        f"{stage.outside}/op3",
    )
    with pytest.raises(Rejected, match="token"):
        op3.fetch(stage.user_id, stage.show_id)
    feeds.set_op3(stage.user_id, stage.show_id, "good")
    stage.rows = [
        {
            "time": f"2026-02-{day:02}T10:00:00.000Z",
            "url": url,
            "audienceId": who,
            "agentName": "Overcast",
            "countryCode": "AT",
        }
        for day, url, who in (
            (20, "https://op3.dev/e/files.example/one.mp3", "a"),
            (20, "https://files.example/one.mp3", "b"),
            (20, "https://files.example/two.mp3", "b"),
            (25, "https://files.example/one.mp3", "a"),
        )
    ]
    assert op3.fetch(stage.user_id, stage.show_id) == 4
    assert stage.daily("feed_downloads") == {date(2026, 2, 20): 3, date(2026, 2, 25): 1}
    assert stage.daily("feed_listeners") == {date(2026, 2, 20): 2, date(2026, 2, 25): 1}
    assert stage.daily("feed_downloads", episode_id=stage.episode_id) == {date(2026, 2, 20): 2, date(2026, 2, 25): 1}
    stage.rows.append({"time": "2026-03-01T09:00:00.000Z", "url": "https://files.example/two.mp3", "audienceId": "c"})
    assert op3.fetch(stage.user_id, stage.show_id) == 1
    assert stage.daily("feed_downloads")[TODAY] == 1
    stage.tokens.clear()
    with pytest.raises(NeedsReauth, match=r"op3\.dev/api/keys"):
        op3.fetch(stage.user_id, stage.show_id)
    op3.look()
    assert "token is not accepted" in feeds.get(stage.user_id, stage.show_id).error


def test_durations_and_broken_feeds() -> None:
    """Every way of writing a length; a feed cut in the middle gives what stands before."""
    assert [duration_ms(text) for text in ("1:02:03", "62:03", "3723", "3723.5", "", "an hour", "1:2:3:4")] == [
        3_723_000,
        3_723_000,
        3_723_000,
        3_723_500,
        0,
        0,
        0,
    ]
    title, _, items = read_feed(FEED[: FEED.index("<item><guid>b")].encode())
    assert title == "Stille & Wasser" and [item.size for item in items] == [28_800_000]


def test_all_of_it_goes_with_the_user(stage: Stage, tmp_path: Path) -> None:
    """Whoever is erased leaves no feed, file, request or log behind."""
    named(stage)
    log = tmp_path / "access.log"
    log.write_text(line(20, "10:00:00", "/one.mp3"))
    stage.read(log)
    stage.services.accounts.erase(stage.user_id)
    with stage.services.engine.read() as tx:
        for name in ("feeds", "files", "hits", "logs", "points", "series", "shows"):
            assert tx.one(f"SELECT count(*) FROM creator_{name}") == (0,), name
