"""What each user hears at this moment: one slot a user, in memory, never counted."""

from __future__ import annotations

import threading
from collections.abc import Callable

from earstead.core.ids import UnixSeconds, UserId
from earstead.core.listen import NowPlaying, Submission
from earstead.core.names import name_key
from earstead.kit.clock import Clock
from earstead.services.events import Hub


class Playing:
    """Never blocks; a restart forgets, as the next report of the player tells it again."""

    def __init__(self, clock: Clock, hub: Hub) -> None:
        self._clock = clock
        self._hub = hub
        self._lock = threading.Lock()
        self._slots: dict[int, NowPlaying] = {}
        self._followers: list[Callable[[int, Submission], object]] = []
        self._enders: list[Callable[[int], object]] = []

    def followed_by(self, follower: Callable[[int, Submission], object]) -> None:
        """Have `follower(user_id, submission)` called when a slot changes; it must not block."""
        self._followers.append(follower)

    def ended_by(self, follower: Callable[[int], object]) -> None:
        """Have `follower(user_id)` called when a live slot is emptied; it must not block."""
        self._enders.append(follower)

    def set(self, user_id: int, submission: Submission, ttl_s: int) -> bool:
        """Fill the slot for `ttl_s` seconds (at least 1). The same artist and track again changes nothing and does
        not extend the time; returns whether the slot changed."""
        now = self._clock.now()
        with self._lock:
            live = self._slots.get(user_id)
            if live and live.expires_at > now and _same(live.submission, submission):
                return False
            self._slots[user_id] = NowPlaying(
                user_id=UserId(user_id),
                submission=submission,
                started_at=UnixSeconds(now),
                expires_at=UnixSeconds(now + max(1, ttl_s)),
            )
        self._hub.publish(user_id, "playing_now", describe(self._slots[user_id]))
        for follow in self._followers:
            follow(user_id, submission)
        return True

    def get(self, user_id: int) -> NowPlaying | None:
        """The live slot, or None."""
        slot = self._slots.get(user_id)
        return slot if slot and slot.expires_at > self._clock.now() else None

    def clear(self, user_id: int) -> NowPlaying | None:
        """Empty the slot; returns what was live in it."""
        live = self.get(user_id)
        with self._lock:
            self._slots.pop(user_id, None)
        if live:
            self._hub.publish(user_id, "playing_now", {})
            for end in self._enders:
                end(user_id)
        return live


def _same(a: Submission, b: Submission) -> bool:
    return (name_key(a.artist_name), name_key(a.track_name)) == (name_key(b.artist_name), name_key(b.track_name))


def describe(slot: NowPlaying) -> dict[str, object]:
    """The slot as an event's data."""
    s = slot.submission
    return {
        "artist_name": s.artist_name,
        "track_name": s.track_name,
        "release_name": s.release_name,
        "duration_ms": s.duration_ms or 0,
        "started_at": slot.started_at,
        "expires_at": slot.expires_at,
        "client": s.client,
    }
