"""Downloads of a podcast's files from every origin, for the inventory of statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec

from earstead.core.creators.access_log import Line
from earstead.core.creators.metrics import Aggregation, Quality, Scope, SeriesKey, Window
from earstead.kit.clock import FixedClock
from earstead.kit.outbound import Answer
from earstead.services.container import Services
from earstead.services.creators.hits import COUNT_AFTER_S, KEPT_DAYS
from earstead.services.creators.memory import EpisodeRead, Figures, Reading
from earstead.storage import creators as table
from earstead.storage.engine import Tx

DAY_S = 86_400
APP = "AntennaPod/3.5.0"
ITEM = """<item><guid>{0}</guid><title>Episode {0}</title>
<enclosure url="https://files.example/{0}.mp3" length="28800000" type="audio/mpeg"/></item>"""


class World:
    """A feed that can be changed, and an OP3 with one download of its first file."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self.names = ("a", "b")

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Answers as the feed's server, or as OP3."""
        if url.startswith("https://files.example/"):
            return Answer(200, {"content-type": "application/rss+xml"}, self._feed())
        at = datetime.fromtimestamp(self._clock.now(), UTC).isoformat()
        row = {"time": at, "url": "https://files.example/a.mp3", "audienceId": "a", "agentName": "x"}
        return Answer(200, {}, msgspec.json.encode({"showUuid": "abc", "rows": [row]}))

    def _feed(self) -> bytes:
        items = "".join(ITEM.format(name) for name in self.names)
        return f'<rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'.encode()


def count_downloads(services: Services, user_id: int, clock: FixedClock) -> None:
    """A feed that changes; a log, the prefix and OP3; what is old is forgotten, the rest stays."""
    c = services.creators
    world = c.feeds._net = c.op3._net = World(clock)
    show_id = _show(services, user_id, clock)
    assert c.feeds.set(user_id, show_id, url="https://files.example/feed", prefix=True).matched == 1
    assert _log(services, user_id, show_id, clock.now() - (KEPT_DAYS + 2) * DAY_S) == 1
    assert _log(services, user_id, show_id, clock.now() - DAY_S) == 1
    line = Line(at=clock.now(), address="203.0.113.9", method="GET", url="/", status=302, agent=APP)
    c.hits.asked([one for one in c.hits.leads("https://files.example/a.mp3") if one[0] == show_id], line)
    services.writer.do(lambda _: None).result()
    clock.advance(COUNT_AFTER_S + 1)
    services.worker.run_due()
    assert c.hits.count(show_id, "log") == c.hits.count(show_id, "prefix") == 1
    c.hits._prune()
    c.feeds.set_op3(user_id, show_id, "token")
    assert c.op3.fetch(user_id, show_id) == 1
    world.names = ("a", "c")
    c.feeds.look()
    c.op3.look()
    assert c.feeds.get(user_id, show_id).files == 3
    _sum(services, user_id, show_id)


def _show(services: Services, user_id: int, clock: FixedClock) -> int:
    """A show of one known episode, of an account that nobody reads any more."""
    memory = services.creators.memory

    def account(tx: Tx) -> int:
        account_id = table.add_account(tx, user_id, "Feeds", "", has_key=False, now=clock.now())
        table.change_account(tx, account_id, {"state": "off"})
        return account_id

    uri = f"spotify:show:{user_id:022}"
    show_id = memory.show(services.writer.do(account).result(), user_id, uri, {"name": "Feed"})
    read = EpisodeRead(uri="spotify:episode:a", anchor_id=1, title="Episode a", state="published", published_at=1)
    memory.episodes(show_id, user_id, [read], complete=True)
    return show_id


def _log(services: Services, user_id: int, show_id: int, at: int) -> int:
    """A log of one line, read by the worker; how many new requests it held."""
    hits = services.creators.hits
    told = datetime.fromtimestamp(at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    path = hits.incoming() / "access.log"
    path.write_text(f'203.0.113.9 - - [{told}] "GET /a.mp3 HTTP/1.1" 200 28800000 "-" "{APP}"\n')
    hits.add_log(user_id, show_id, path)
    services.worker.run_due()
    return hits.logs(user_id, show_id)[0].new


def _sum(services: Services, user_id: int, show_id: int) -> None:
    """Plays of an episode where the service tells none of the show: what is asked of the show is their sum."""
    (episode,) = services.creators.shows.all_episodes(show_id)
    (account_id,) = {one.account_id for one in services.creators.shows.of_user(user_id) if one.show_id == show_id}
    key = SeriesKey(
        metric="plays",
        scope=Scope.SPOTIFY,
        window=Window.NONE,
        aggregation=Aggregation.DAILY,
        operation="getEpisodeStreamsAndDownloads",
        episode_id=episode.episode_id,
    )
    figures = (Figures(key=key, points=[(20_000, "", 3.0, Quality.FINAL)]),)
    services.creators.memory.keep(Reading(account_id=account_id, show_id=show_id, figures=figures)).result()
    day = date(1970, 1, 1) + timedelta(days=20_000)
    assert services.creators.figures.daily(show_id, "plays", day, day).points[0].value == 3
