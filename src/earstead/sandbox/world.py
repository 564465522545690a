"""A believable listening history, the same for the same seed: for the demo, the benches and the simulators.

A life of listening is planned from the top: so many plays a day (growing over the years, less on holiday), days
made of sessions (the commute, work, the evening), sessions of one mood each: an album played through, one
artist, favourites mixed, one song again and again, a podcast. Taste moves: artists are discovered and some are
played out within a month.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Kind, Submission
from earstead.kit.clock import Random, seeded
from earstead.sandbox.catalogue import Artist, Catalogue, Track, spotify_uri
from earstead.sandbox.words import SHOWS

SOURCE: Final = "demo"
MAX_LISTENS: Final = 2_500_000
"""More would begin before 1975."""

_MOST_A_DAY = 150
_WORKDAY = ((7.3, 5), (9.4, 9), (13.2, 8), (17.2, 6), (20.0, 14))
_FREE_DAY = ((9.8, 9), (14.0, 10), (17.5, 7), (20.5, 16))
_AFTER_DARK = 4
"""Local hour before which nothing begins; the day before may last until then."""

_PLAYED: Mapping[str, Any] = {"reason_start": "trackdone", "reason_end": "trackdone", "shuffle": False}
_SHUFFLED: Mapping[str, Any] = {"reason_start": "trackdone", "reason_end": "trackdone", "shuffle": True}
_SKIPPED: Mapping[str, Any] = {"reason_start": "fwdbtn", "reason_end": "fwdbtn", "shuffle": True}
_STOPPED: Mapping[str, Any] = {"reason_start": "clickrow", "reason_end": "endplay", "shuffle": False}


def history(seed: int, listens: int, end: int, *, zone: str = "Europe/Berlin") -> Iterator[Submission]:
    """Exactly `listens` plays, oldest first, the last of them ending at or a little before `end`.

    5,000 cover about two years, 200,000 about fourteen, a million twenty. Short plays and skips are among
    them, with `played_ms` and `skipped`; so are a few podcast episodes.

    Args:
        seed: equal seeds, sizes, ends and zones give equal histories.
        listens: 0 .. MAX_LISTENS.
        end: unix seconds.
        zone: IANA name of where the listener lives: sessions are at that place's hours.

    Raises:
        ValueError: `listens` is out of range.
    """
    if not 0 <= listens <= MAX_LISTENS:
        raise ValueError(f"a history has 0 to {MAX_LISTENS} listens, not {listens}")
    return _Listener(seed, listens, zone).live(end)


class _Listener:
    """One person: taste, habits, and where in the episodes they are."""

    def __init__(self, seed: int, listens: int, zone: str) -> None:
        self._rng = seeded(f"life {seed}")
        self._listens = listens
        self._zone = ZoneInfo(zone)
        self._catalogue = Catalogue(seed, 40 + int(listens**0.6))
        self._taste: list[float] = []
        self._episodes = dict.fromkeys(SHOWS, 1)

    def live(self, end: int) -> Iterator[Submission]:
        now = datetime.fromtimestamp(end, self._zone)
        years = max(min(20.0, (self._listens / 1000) ** 0.5), self._listens / _MOST_A_DAY / 365)
        days = max(1, int(years * 365))
        plan = _plan(self._rng, now.date() - timedelta(days - 1), days, self._listens, now.hour)
        month = 0
        for number, (day, plays) in enumerate(plan):
            if day.month != month:
                month = day.month
                self._taste = self._season(number / days)
            heard = self._day(day, plays)
            # The last day is moved back as a whole so that nothing lies in the future.
            late = max(0, (heard[-1].ended_at or 0) - end) if heard and number == days - 1 else 0
            yield from (_moved(play, -late) for play in heard) if late else heard

    def _season(self, lived: float) -> list[float]:
        """Cumulative weights of the artists this month: Zipf, those discovered so far, and a dozen in fashion."""
        names = self._catalogue.names
        known = max(15, int(len(names) * min(1.0, 0.1 + lived**0.8)))
        # Every artist's place in this person's heart is their place in the catalogue; discovery goes by a fixed
        # stride through it, so that favourites of later years exist.
        weights = [
            0.0 if (place * 7919) % len(names) >= known else 1 / (place + 6) ** 0.9 for place in range(len(names))
        ]
        for place in self._rng.sample(range(len(names)), min(12, len(names))):
            weights[place] = weights[place] * 4 + 0.02
        return list(accumulate(weights))

    def _artist(self) -> Artist:
        return self._catalogue.artist(bisect(self._taste, self._rng.random() * self._taste[-1]))

    def _day(self, day: date, plays: int) -> list[Submission]:
        heard: list[Submission] = []
        slots = _FREE_DAY if day.weekday() >= 5 else _WORKDAY
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())
        clock = midnight + _AFTER_DARK * 3600
        for (hour, _), share in zip(slots, _shared(self._rng, plays, slots), strict=True):
            clock = max(clock + 60, midnight + int(hour * 3600) + self._rng.randrange(-1500, 2400))
            while share > 0:
                clock, count = self._session(heard, clock, min(share, self._rng.choice((3, 6, 9, 12, 15))), hour)
                share -= count
                clock += self._rng.randrange(5, 900)
        return heard

    def _session(self, heard: list[Submission], clock: int, plays: int, hour: float) -> tuple[int, int]:
        """Add up to `plays` plays from `clock` on; the time after them and how many there were."""
        rng = self._rng
        mood = rng.random()
        if mood < (0.16 if hour in (7.3, 17.2) else 0.015):
            heard.append(self._podcast(clock))
            return heard[-1].ended_at or clock, 1
        album = mood > 0.62
        before = len(heard)
        while len(heard) - before < plays:
            for track in self._mood(mood):
                if len(heard) - before == plays:
                    break
                heard.append(_play(rng, track, clock, album=album))
                clock = (heard[-1].ended_at or clock) + (rng.random() < 0.1)
        return clock, plays

    def _mood(self, mood: float) -> tuple[Track, ...] | list[Track]:
        rng = self._rng
        artist = self._artist()
        if mood > 0.62:
            return rng.choice(artist.releases)
        hit = artist.tracks[bisect(artist.popularity, rng.random() * artist.popularity[-1])]
        if mood > 0.59:
            return [hit] * rng.randrange(2, 5)
        if mood > 0.42:
            return rng.choices(artist.tracks, cum_weights=artist.popularity, k=5)
        return (hit,)

    def _podcast(self, clock: int) -> Submission:
        rng = self._rng
        show = rng.choice(SHOWS)
        number = self._episodes[show] = self._episodes[show] + 1
        length_s = rng.randrange(1200, 4200)
        played_s = length_s if rng.random() < 0.7 else rng.randrange(10, length_s)
        return Submission(
            source=SOURCE,
            kind=Kind.EPISODE,
            artist_name=show,
            artist_names=(show,),
            track_name=f"#{number} {rng.choice(self._catalogue.names)}",
            listened_at=UnixSeconds(clock),
            ended_at=UnixSeconds(clock + played_s),
            played_ms=DurationMs(played_s * 1000),
            duration_ms=DurationMs(length_s * 1000),
            asserted=False,
            skipped=False,
            spotify_uri=spotify_uri(rng, "episode"),
            origin="spotify.com",
            extra=_PLAYED if played_s == length_s else _STOPPED,
        )


def _play(rng: Random, track: Track, clock: int, *, album: bool) -> Submission:
    luck = rng.random()
    played_ms, extra, pause_s = track.duration_ms, _PLAYED if album else _SHUFFLED, 0
    if luck < (0.02 if album else 0.09):
        played_ms, extra = int(min(played_ms, 28_000) * rng.random()), _SKIPPED
    elif luck > 0.98:
        played_ms, extra = int(played_ms * rng.uniform(0.3, 0.95)), _STOPPED
    elif luck > 0.97:
        pause_s = rng.randrange(5, 600)
    return Submission(
        source=SOURCE,
        artist_name=track.artist_name,
        artist_names=track.artist_names,
        track_name=track.name,
        release_name=track.release,
        listened_at=UnixSeconds(clock),
        ended_at=UnixSeconds(clock + pause_s + -(-played_ms // 1000)),
        played_ms=DurationMs(played_ms),
        duration_ms=DurationMs(track.duration_ms),
        asserted=False,
        skipped=extra is _SKIPPED,
        spotify_uri=track.uri,
        origin="spotify.com",
        extra=extra,
    )


def _moved(play: Submission, by_s: int) -> Submission:
    return msgspec.structs.replace(
        play, listened_at=UnixSeconds(play.listened_at + by_s), ended_at=UnixSeconds((play.ended_at or 0) + by_s)
    )


def _plan(rng: Random, first: date, days: int, listens: int, last_hour: int) -> list[tuple[date, int]]:
    """How many plays each day has; together exactly `listens`, no day more than a day can hold."""
    weights = []
    away = 0
    for number in range(days):
        day = first + timedelta(number)
        if away == 0 and rng.random() < 0.006:
            away = rng.randrange(3, 13)
        away = max(0, away - 1)
        usual = (0.7 + 0.3 * number / days) * (0.85 if day.weekday() >= 5 else 1.0)
        weights.append(0.03 if away else usual * rng.uniform(0.25, 1.3))
    # The last day is only as long as it has lasted; nights belong to the day before.
    weights[-1] *= max(0, min(18, last_hour - _AFTER_DARK)) / 18 if days > 1 else 1
    return [(first + timedelta(number), plays) for number, plays in enumerate(_divided(listens, weights))]


def _shared(rng: Random, plays: int, slots: tuple[tuple[float, int], ...]) -> list[int]:
    """The plays of a day, shared among its slots; light days use only one or two of them."""
    return _divided(plays, [weight * rng.random() ** 2 for _, weight in slots])


def _divided(whole: int, weights: list[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `whole` exactly."""
    total = sum(weights)
    ends = [round(part * whole / total) if total else whole for part in accumulate(weights)]
    return [here - before for here, before in zip(ends, [0, *ends[:-1]], strict=True)]
