"""The invented world behind the simulator: shows of each hosting class and their episodes.

Ids come from a seeded generator and keep the arithmetic between numeric and "web" ids; the figures of an episode are
in `facts`. Days are whole days since 1970-01-01, UTC; moments are unix milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from earstead.kit.clock import Random, seeded
from earstead.sandbox.words import ENGLISH, SHOWS

DAY_MS: Final = 86_400_000
_BASE62: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HEX32: Final = "0123456789abcdefghijklmnopqrstuv"


class Hosting(StrEnum):
    """Who hosts a show's audio, as `hostingProvider` says it."""

    S4P = "S4P"
    OTHER = "OTHER_THIRD_PARTY"
    MEGAPHONE = "MEGAPHONE"


class State(StrEnum):
    """Where an episode is in its life."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


def day_of(ms: int) -> int:
    """The day a moment is in."""
    return ms // DAY_MS


def day_text(day: int) -> str:
    """A day as YYYY-MM-DD."""
    return date.fromordinal(day + date(1970, 1, 1).toordinal()).isoformat()


def read_day(text: str) -> int:
    """The day of YYYY-MM-DD.

    Raises:
        ValueError: it is no date.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"no date of the form YYYY-MM-DD: {text!r}")
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


def iso(ms: int) -> str:
    """A moment as YYYY-MM-DDTHH:MM:SS.000Z."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def new_id(rng: Random) -> str:
    """22 base-62 characters; the first keeps the number below 2**128."""
    return rng.choice("01234567") + "".join(rng.choices(_BASE62, k=21))


def web_episode(anchor_id: int) -> str:
    """The web id of an episode: "e" and base 32 (alphabet 0-9 a-v) of its number plus a million."""
    return "e" + _base32hex(anchor_id + 1_000_000)


def web_station(station_id: int) -> str:
    """The web id of a station that has no slug: a hundred times its number plus 100,000, in base 16."""
    return f"{(station_id + 100_000) * 100:x}"


def _base32hex(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 32)
        digits = _HEX32[rest] + digits
    return digits or "0"


@dataclass(slots=True, kw_only=True)
class Media:
    """The sound or film of an episode."""

    kind: str
    """audio or video."""
    name: str
    size: int
    duration_ms: int


@dataclass(slots=True, kw_only=True, eq=False)
class Show:
    """A show with what `1-H` and `P1` tell of it.

    Attributes:
        id: 22 base-62 characters.
        station_id: 0 for a show that is hosted elsewhere.
        slug: the chosen name in its addresses, "" without one.
        audience: the size of its public, from which the figures of its episodes come.
    """

    id: str
    hosting: Hosting
    owner: str
    """The account it belongs to, by name."""
    user_id: int
    station_id: int
    name: str
    description: str
    author: str
    email: str
    category: str
    language: str
    slug: str = ""
    explicit: bool = False
    image_url: str
    feed_url: str
    since_day: int
    audience: int
    index_builds: int = 0
    """How often the rebuilding of the episode list was asked for."""

    @property
    def uri(self) -> str:
        """spotify:show:ID."""
        return f"spotify:show:{self.id}"

    @property
    def web_id(self) -> str:
        """Its slug, else what its number gives; "" for a show that is hosted elsewhere."""
        return self.slug or (web_station(self.station_id) if self.station_id else "")

    @property
    def hosted(self) -> bool:
        """Whether Spotify holds its audio: it has a station and can be written to."""
        return self.hosting is Hosting.S4P


@dataclass(slots=True, kw_only=True, eq=False)
class Episode:
    """An episode in one of its states.

    Attributes:
        anchor_id: its number; 0 in a show that is hosted elsewhere.
        publish_on_ms: when it is to appear, None without a date. A moment that was past when it was set never comes.
        published_ms: when it appeared, None before.
    """

    id: str
    show: Show
    anchor_id: int
    title: str | None
    description: str
    created_ms: int
    publish_on_ms: int | None = None
    armed: bool = False
    published_ms: int | None = None
    kind: str = "full"
    explicit: bool = False
    sponsored: bool = False
    season: int | None = None
    number: int | None = None
    media: Media | None = None
    image_url: str = ""
    pull: int = 100
    """How well it does beside the others of its show, in percent."""

    @property
    def uri(self) -> str:
        """spotify:episode:ID."""
        return f"spotify:episode:{self.id}"

    @property
    def web_id(self) -> str:
        """The "e" form of its number; "" without one."""
        return web_episode(self.anchor_id) if self.anchor_id else ""

    @property
    def duration_ms(self) -> int:
        """How long it is; 0 without media."""
        return self.media.duration_ms if self.media else 0

    @property
    def state(self) -> State:
        """As of the last time the world was settled."""
        if self.published_ms is not None:
            return State.PUBLISHED
        return State.DRAFT if self.publish_on_ms is None else State.SCHEDULED

    @property
    def day(self) -> int:
        """The day it appeared; far in the future before that."""
        return day_of(self.published_ms) if self.published_ms is not None else 10**6

    def schedule(self, at_ms: int, now_ms: int) -> None:
        """Let it appear at a moment; one that is past already is kept and never comes."""
        self.publish_on_ms, self.armed = at_ms, at_ms > now_ms

    def publish(self, at_ms: int) -> None:
        """Let it be published since a moment."""
        self.published_ms, self.publish_on_ms, self.armed = at_ms, None, False

    def is_due(self, now_ms: int) -> bool:
        """Whether its moment has come."""
        return self.armed and self.publish_on_ms is not None and self.publish_on_ms <= now_ms


@dataclass(slots=True)
class World:
    """All shows and episodes.

    Attributes:
        version: grows whenever an episode appears or goes, so that sums can be remembered until then.
    """

    seed: int
    shows: dict[str, Show] = field(default_factory=dict)
    version: int = 0
    _episodes: dict[str, dict[str, Episode]] = field(default_factory=dict)
    _by_id: dict[str, Episode] = field(default_factory=dict)
    _by_anchor: dict[int, Episode] = field(default_factory=dict)
    _minted: int = 0

    @classmethod
    def of(
        cls,
        seed: int,
        today: int,
        *,
        shows: Sequence[Hosting] = (Hosting.S4P, Hosting.OTHER, Hosting.MEGAPHONE, Hosting.S4P),
        episodes: int = 60,
        days: int = 420,
        owner: str = "ada",
    ) -> World:
        """A world as of the beginning of a day.

        The first show has `episodes` published over `days`, each further one a third as many; each hosted show has
        two drafts (one untitled) and a scheduled episode beside them. One show of another account comes last.
        """
        world = cls(seed)
        for number, hosting in enumerate((*shows, Hosting.S4P)):
            foreign = number == len(shows)
            show = world._add_show(number, hosting, "bea" if foreign else owner, today - days)
            world._fill(show, today, episodes if number == 0 else max(3, episodes // 3), days)
        return world

    # --- finding ---

    def show(self, said: str) -> Show | None:
        """A show by id, URI or web id."""
        found = self.shows.get(said.removeprefix("spotify:show:"))
        return found or next((show for show in self.shows.values() if said and show.web_id == said), None)

    def station(self, station_id: int) -> Show | None:
        """A show by the number of its station."""
        return next((show for show in self.shows.values() if station_id and show.station_id == station_id), None)

    def shows_of(self, owner: str) -> list[Show]:
        """The shows of an account, oldest first."""
        return [show for show in self.shows.values() if show.owner == owner]

    def episode(self, said: str | int) -> Episode | None:
        """An episode by id, URI or number."""
        if isinstance(said, int):
            return self._by_anchor.get(said)
        return self._by_id.get(said.removeprefix("spotify:episode:"))

    def episodes(self, show: Show) -> list[Episode]:
        """All episodes of a show in any state, in the order they were made."""
        return list(self._episodes[show.id].values())

    def published(self, show: Show) -> Iterator[Episode]:
        """Those that have appeared."""
        return (episode for episode in self._episodes[show.id].values() if episode.published_ms is not None)

    # --- changing ---

    def create(self, show: Show, now_ms: int, title: str | None = None) -> Episode:
        """A new empty draft."""
        rng = self._rng("created")
        episode = Episode(
            id=new_id(rng), show=show, anchor_id=self._new_anchor(rng), title=title, description="", created_ms=now_ms
        )
        episode.pull = rng.randrange(60, 140)
        return self._keep(episode)

    def delete(self, episode: Episode) -> None:
        """Take an episode away for good."""
        del self._episodes[episode.show.id][episode.id], self._by_id[episode.id]
        self._by_anchor.pop(episode.anchor_id, None)
        self.version += 1

    def settle(self, now_ms: int, *, needs_media: bool = True) -> None:
        """Publish whatever is due; what has no media stays scheduled when it needs some."""
        for episode in self._by_id.values():
            if episode.is_due(now_ms) and (episode.media is not None or not needs_media):
                episode.publish(episode.publish_on_ms or now_ms)
                self.version += 1

    def publish(self, episode: Episode, now_ms: int) -> None:
        """Publish an episode now."""
        episode.publish(now_ms)
        self.version += 1

    # --- making ---

    def _rng(self, use: str) -> Random:
        self._minted += 1
        return seeded(f"creators {self.seed} {use} {self._minted}")

    def _new_anchor(self, rng: Random) -> int:
        while (number := rng.randrange(60_000_000, 190_000_000)) in self._by_anchor:
            pass
        return number

    def _keep(self, episode: Episode) -> Episode:
        self._episodes[episode.show.id][episode.id] = self._by_id[episode.id] = episode
        if episode.anchor_id:
            self._by_anchor[episode.anchor_id] = episode
        return episode

    def _add_show(self, number: int, hosting: Hosting, owner: str, since_day: int) -> Show:
        rng = self._rng("show")
        show_id, station = new_id(rng), rng.randrange(40_000_000, 90_000_000)
        name = SHOWS[number % len(SHOWS)]
        hosted = hosting is Hosting.S4P
        feed = f"https://anchor.example/s/{station:x}/podcast/rss" if hosted else f"https://feeds.example/{show_id}.xml"
        show = Show(
            id=show_id,
            hosting=hosting,
            owner=owner,
            user_id=40_000_001 + sum(map(ord, owner)),
            station_id=station if hosted else 0,
            name=name,
            description=f"{name}: one subject, taken slowly.",
            author="Earstead Demo Studio",
            email=f"{owner}@studio.example",
            category=("Arts|Design", "Science|Nature", "Society & Culture|Documentary", "History|")[number % 4],
            language="en",
            image_url=f"https://images.example/{show_id}.jpg",
            feed_url=feed,
            since_day=since_day,
            audience=(900, 2600, 5200, 240, 400)[number % 5],
        )
        self.shows[show_id] = show
        self._episodes[show_id] = {}
        return show

    def _fill(self, show: Show, today: int, count: int, days: int) -> None:
        rng = self._rng("episodes")
        for number in range(count):
            at_ms = (today - days + 1 + number * (days - 1) // count) * DAY_MS + 5 * 3_600_000
            episode = self._invent(show, rng, number + 1, at_ms - 86_400_000)
            episode.published_ms = at_ms
            self._keep(episode)
        if show.hosted:
            self._keep(self._invent(show, rng, count + 1, (today - 2) * DAY_MS))
            untitled = self._keep(self._invent(show, rng, count + 2, (today - 1) * DAY_MS))
            untitled.title, untitled.media = None, None
            coming = self._keep(self._invent(show, rng, count + 3, (today - 3) * DAY_MS))
            coming.schedule((today + 6) * DAY_MS + 5 * 3_600_000, today * DAY_MS)
        self.version += 1

    def _invent(self, show: Show, rng: Random, number: int, created_ms: int) -> Episode:
        title = ENGLISH.title(rng)
        video = show.hosted and number % 8 == 0
        kind = "trailer" if number == 1 else "bonus" if number % 25 == 0 else "full"
        seconds = 90 if kind == "trailer" else rng.randrange(600, 2700)
        name = f"{number:03d}.{'mp4' if video else 'mp3'}"
        return Episode(
            id=new_id(rng),
            show=show,
            anchor_id=self._new_anchor(rng) if show.hosted else 0,
            title=f"{number}: {title}",
            description=f"<p>{title}, and what came of it.</p><p>Notes of episode {number}.</p>",
            created_ms=created_ms,
            kind=kind,
            explicit=number % 11 == 0,
            season=1 + number // 26,
            number=number,
            media=Media(
                kind="video" if video else "audio", name=name, size=seconds * 16_000, duration_ms=seconds * 1000 + 477
            ),
            image_url=f"https://images.example/{show.id}-{number}.jpg",
            pull=rng.randrange(60, 170),
        )
