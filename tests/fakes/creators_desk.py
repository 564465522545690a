"""A creator's desk that was read already: shows, figures with holes, comments, all put in by the memory itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import httpx2

from earstead.app import open_services
from earstead.core.creators.metrics import (
    REDEFINED_ON,
    Aggregation,
    Definition,
    Quality,
    Scope,
    SeriesKey,
    Window,
)
from earstead.core.errors import NeedsReauth, Refused
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.creators.hands import EpisodeNow, FoundShow, SignedIn
from earstead.services.creators.memory import CommentRead, CurveRead, EpisodeRead, Figures, Reading
from earstead.services.creators.types import CreatorAccount
from earstead.services.creators.write_types import Health
from earstead.settings import Settings
from tests.fakes.creators_home import comment_read

NOW = 1_795_255_200
"""2026-11-21, ten in the morning, UTC."""
TODAY = date(2026, 11, 21)
PASSWORD = "a long and quiet evening"
EPOCH = date(1970, 1, 1)
OPERATIONS = {"plays_and_downloads": "getShowPlaysAndDownloads", "followers": "P7"}
TITLES = (
    "Where rivers begin",
    "שיחה עם צלם על אור, על סבלנות ועל מה שקורה כשלא קורה דבר",
    "A title that goes on and on, as some do, because somebody thought that everything which is said in the episode "
    "should be said in its title as well, and nobody stopped them",
    "The lighthouse keeper",
    "Почему молчат поля",
    "Ants: a history",
)
TEXT = " ".join(
    f"We walked down to the water for the {n}th time. It was colder than before, and nobody spoke." for n in range(60)
)


class StandIn:
    """Hands that sign in and otherwise refuse: what these pages show was read before."""

    def __init__(self, shows: tuple[FoundShow, ...]) -> None:
        self.shows = shows

    def sign_in(self, sp_dc: str, sp_key: str = "") -> SignedIn:
        """Takes any cookie but "AQ-old"."""
        if sp_dc == "AQ-old":
            raise NeedsReauth("Spotify for Creators", "these cookies are no longer accepted")
        return SignedIn(name="ada", shows=self.shows)

    def open(self, account_id: int) -> StandIn:
        """Itself."""
        return self

    def forget(self, account_id: int) -> None:
        """Nothing is kept."""

    refresh = close = lambda self: None

    def missing(self, operations: tuple[str, ...]) -> dict[str, str]:
        """Blocking was never captured."""
        return {name: f"Capture {name} first." for name in operations if name == "blockUserForShow"}

    def doctor(self) -> Health:
        """All is well."""
        return Health(account_id=0, state="ok", cause="", words="All is well.", mend="", cookie_age_days=0, last_ok=NOW)

    def __getattr__(self, name: str) -> Callable[..., EpisodeNow]:
        def refused(*args: object, **kwargs: object) -> EpisodeNow:
            raise Refused("Spotify for Creators", f"{name} is not what this stand-in does")

        return refused


@dataclass(frozen=True, slots=True)
class Desk:
    """A user with an account that was read. `show_id`: the full show; `elsewhere`: one that is hosted elsewhere."""

    services: Services
    user_id: int
    account: CreatorAccount
    show_id: int
    elsewhere: int

    def visitor(self, url: str, name: str = "ada") -> httpx2.Client:
        """A signed-in browser's worth of cookies; follows no redirect by itself."""
        client = httpx2.Client(base_url=url, follow_redirects=False, timeout=30)
        client.cookies.set("earstead_session", self.services.accounts.sign_in(name, PASSWORD))
        return client


def found_shows() -> tuple[FoundShow, ...]:
    """One hosted by Spotify, one elsewhere, with a name that runs from right to left."""
    return (
        FoundShow(
            uri="spotify:show:5AAAAAAAAAAAAAAAAAAAAA",
            name="Field notes from quiet places",
            station_id=46_000_000,
            user_id=7,
            hosting="S4P",
            permissions=("ALL",),
        ),
        FoundShow(
            uri="spotify:show:6BBBBBBBBBBBBBBBBBBBBB",
            name="מסע בין כוכבים",
            station_id=0,
            user_id=0,
            hosting="OTHER_THIRD_PARTY",
            permissions=(),
        ),
    )


def number(day: date) -> int:
    """A day as the memory counts it."""
    return (day - EPOCH).days


def furnished(services: Services, name: str = "ada") -> Desk:
    """Add a user whose account was connected and read for two years; three days of it are missing."""
    user_id = services.accounts.add_user(name, PASSWORD, role="owner").user_id
    services.accounts.update(user_id, zone="Europe/Berlin")
    creators = services.creators
    hands: Any = StandIn(found_shows())
    creators.served_by(hands)
    account = creators.accounts.connect(user_id, "AQ-a-cookie", label="Studio")
    shows = {show.name: show for show in creators.shows.of_user(user_id)}
    full, elsewhere = (shows[one.name].show_id for one in found_shows())
    memory = creators.memory
    memory.show(
        account.account_id,
        user_id,
        found_shows()[0].uri,
        {
            "name": found_shows()[0].name,
            "author": "Ada",
            "description": "<p>Places where little happens.<br />Slowly.</p>",
            "category": "Science|Nature",
            "language": "en",
            "feed_url": "https://feeds.test/field-notes.xml",
            "episode_count": 10,
            "followers": 1204,
        },
    )
    memory.episodes(full, user_id, list(listing()), complete=True)
    for reading in readings(services, account.account_id, user_id, full):
        memory.keep(reading).result()
    episodes = {one.uri: one.episode_id for one in creators.shows.episodes(user_id, full, size=50).items}
    memory.comments(full, user_id, list(comments()), episodes)
    return Desk(services, user_id, account, full, elsewhere)


def listing() -> Iterator[EpisodeRead]:
    """Twelve published episodes a week apart, one scheduled, one draft."""
    for n in range(12):
        yield EpisodeRead(
            uri=f"spotify:episode:{n:022d}",
            anchor_id=1000 + n,
            title=TITLES[n % len(TITLES)] + (f" ({n})" if n >= len(TITLES) else ""),
            state="published",
            published_at=NOW - (10 + 7 * n) * 86_400,
            created_at=NOW - (12 + 7 * n) * 86_400,
            duration_ms=(31 + n) * 60_000,
            description="<p>What we heard.<br />And did not.</p>\n(00:00) Hello\n(10:00) The walk\n(25:00) Home",
            content_type="EPISODE_CONTENT_TYPE_VIDEO" if n == 3 else "EPISODE_CONTENT_TYPE_AUDIO",
            totals={"plays_and_downloads": 2400.0 - 90 * n, "starts": 2900.0 - 90 * n, "audience": 1800.0 - 50 * n},
        )
    yield EpisodeRead(
        uri="spotify:episode:" + "s" * 22,
        anchor_id=2000,
        title="Snow, in advance",
        state="scheduled",
        published_at=NOW + 3 * 86_400,
        duration_ms=1_800_000,
    )
    yield EpisodeRead(
        uri="", anchor_id=2001, title="Half a thought", state="draft", published_at=0, created_at=NOW - 86_400
    )


def readings(services: Services, account_id: int, user_id: int, show_id: int) -> Iterator[Reading]:
    """Figures of the show and its episodes."""
    whole: dict[str, Any] = {"account_id": account_id, "show_id": show_id}
    days = [TODAY - timedelta(days=n) for n in range(1, 731)]
    gone = {date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 5)}
    for metric, scale, scope in (
        ("plays_and_downloads", 140, Scope.ALL),
        ("streams", 70, Scope.SPOTIFY),
        ("impressions", 900, Scope.SPOTIFY),
    ):
        yield Reading(**whole, figures=tuple(_daily(metric, scale, scope, [d for d in days if d not in gone])))
    points = [(number(d), "", 1204.0 - n * 1.4, Quality.FINAL) for n, d in enumerate(days)]
    yield Reading(**whole, figures=(Figures(key=_key("followers", Scope.SPOTIFY, Aggregation.RUNNING), points=points),))
    yield Reading(**whole, figures=tuple(_parts()))
    user = services.creators.shows.episodes(user_id, show_id, state="published", size=50).items
    for n, one in enumerate(user):
        start = one.published_on
        assert start is not None
        length = min(60, (TODAY - start).days)
        values = [
            (number(start + timedelta(days=i)), "", round(400 * exp(-i / 5) * (1 + n % 3 / 3) + 4), Quality.FINAL)
            for i in range(length)
        ]
        key = _key("plays_and_downloads", Scope.ALL, Aggregation.DAILY, episode_id=one.episode_id)
        yield Reading(**whole, episode_id=one.episode_id, figures=(Figures(key=key, points=values),))
        seconds = one.duration_ms // 1000
        curve = [(s, round(1000 * _staying(s / seconds))) for s in range(0, seconds, 10)]
        yield Reading(
            **whole,
            episode_id=one.episode_id,
            curve=CurveRead(
                operation="getEpisodePerformanceAllTime",
                points=curve,
                percentiles={25: 80, 50: 62, 75: 50, 95: 41, 100: 22},
                median_s=seconds * 0.75,
                most=1000,
            ),
            transcript=(TEXT, "getEpisodeTranscript"),
        )


def _staying(at: float) -> float:
    return max(0.05, 1 - 0.3 * at - (0.16 if at > 0.3 else 0) - (0.12 if at > 0.8 else 0) - 0.1 * min(at * 30, 1))


def _key(metric: str, scope: Scope, aggregation: Aggregation, **more: Any) -> SeriesKey:
    said: dict[str, Any] = {
        "window": Window.NONE,
        "operation": OPERATIONS.get(metric, "getSomething"),
        "definition": Definition.NONE,
    }
    return SeriesKey(metric=metric, scope=scope, aggregation=aggregation, **(said | more))


def _daily(metric: str, scale: int, scope: Scope, days: list[date]) -> Iterator[Figures]:
    redefined = metric == "plays_and_downloads"
    for definition in (Definition.BEFORE, Definition.SINCE) if redefined else (Definition.NONE,):
        points = [
            (number(d), "", round(scale * (1 + 0.35 * (d.weekday() == 1) + (731 - (TODAY - d).days) / 1500)),
             Quality.PROVISIONAL if (TODAY - d).days < 4 else Quality.FINAL)
            for d in days
            if not redefined or (d < REDEFINED_ON) == (definition is Definition.BEFORE)
        ]  # fmt: skip
        yield Figures(key=_key(metric, scope, Aggregation.DAILY, definition=definition), points=points)


def _parts() -> Iterator[Figures]:
    """Breakdowns, the funnel, and how others do, read yesterday for 30 days."""
    day = number(TODAY - timedelta(days=1))

    def part(breakdown: str, values: dict[str, float], metric: str, names: dict[str, str] | None = None) -> Figures:
        key = _key(metric, Scope.ALL, Aggregation.TOTAL, window=Window.LAST_30, breakdown=breakdown)
        points = [(day, bucket, value, Quality.FINAL) for bucket, value in values.items()]
        return Figures(key=key, points=points, names=names or {}, replaces=True)

    ages = {"18-22": 90.0, "23-27": 240.0, "28-34": 410.0, "35-44": 260.0, "45-59": 120.0, "60-150": 40.0}
    split = {f"{age}/{sex}": all_ * share for age, all_ in ages.items() for sex, share in (("FEMALE", 0.55), ("MALE", 0.38), ("NON_BINARY", 0.02), ("NOT_SPECIFIED", 0.05))}  # fmt: skip  # noqa: E501
    shares = "plays_and_downloads:share"
    yield part("age", ages | split, "plays")
    yield part("gender", {"FEMALE": 640.0, "MALE": 440.0, "NON_BINARY": 20.0, "NOT_SPECIFIED": 60.0}, "plays")
    countries = {"AT": "Austria", "DE": "Germany", "CD": "Democratic Republic of the Congo", "US": "United States"}
    yield part("country", {"DE": 0.48, "AT": 0.3, "US": 0.17, "CD": 0.05}, shares, countries)
    yield part("region:DE", {"BY": 0.6, "BE": 0.4}, shares, {"BY": "Bavaria", "BE": "Berlin"})
    yield part("app", {"Spotify": 0.7, "Apple Podcasts": 0.2, "Pocket Casts": 0.1}, shares)
    yield part("device", {"iPhone": 0.5, "Android": 0.35, "Web": 0.15}, shares)
    yield part("source", {"HOME": 9000.0, "SEARCH": 4000.0, "LIBRARY": 2500.0, "OTHER": 700.0}, "impressions")
    yield part(
        "funnel",
        {"impressions": 16200.0, "impressions:next": 0.11, "impressions:change": 0.08, "plays": 1780.0,
         "plays:next": 0.41, "plays:change": -0.03, "average_completion_rate": 0.41},
        "impressions",
    )  # fmt: skip
    percentiles = {f"{label}|{p}": (i + 1) * p / 2.0 for i, label in enumerate(("7 days", "30 days", "90 days")) for p in (20, 40, 50, 60, 80)}  # fmt: skip  # noqa: E501
    yield part("pool:SIMILAR_SIZE", percentiles, "benchmark:METRIC_TYPE_PLAYS")


def comments() -> Iterator[CommentRead]:
    """A month of them: to answer, to approve, answered, long, from right to left, of somebody without a name."""
    texts = (
        "Lovely. I heard the frost in it.",
        "תודה על הפרק, היה שקט ויפה כל כך.",
        "I have walked there in October, and what you say of the river is true but for one thing: it never begins. "
        * 4,
        "buy cheap shoes at shoes.example",
        "Second time I hear this one.",
        "Who was the woman at the end?",
    )
    for n, text in enumerate(texts):
        yield comment_read(
            f"spotify:comment:{n}",
            text,
            episode_uri=f"spotify:episode:{n % 3:022d}",
            state="review" if n == 3 else "published",
            author_id=f"user{n}" if n != 4 else "",
            author_name=f"Listener {n}" if n != 4 else "",
            answered=n == 5,
            pinned=n == 0,
            flagged=n == 3,
            replies=int(n == 5),
            created_ms=(NOW - n * 3 * 86_400) * 1000,
        )
    yield comment_read(
        "spotify:comment:r5",
        "My aunt.",
        parent_uri="spotify:comment:5",
        episode_uri=f"spotify:episode:{2:022d}",
        by_show=True,
        created_ms=(NOW - 14 * 86_400) * 1000,
    )


@contextmanager
def desk(data: Path) -> Iterator[Desk]:
    """A server's services with a furnished desk in them; no worker runs."""
    services = open_services(Settings(data=data), clock=FixedClock(NOW))
    try:
        yield furnished(services)
    finally:
        services.close()
