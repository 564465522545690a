"""What happens, told to whoever watches: in memory, one stream a user, lost events are said.

A subscriber that does not keep up loses the oldest events and sees the gap in the ids; it then asks the read
side, which is always right.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

KEPT = 256
"""Events kept a user for those who come back with the last id they saw."""
WAITING = 256
"""Events a slow subscriber may leave unread."""


@dataclass(frozen=True, slots=True)
class Event:
    """`id` rises over all users of this process; `name`: listen, playing_now, import, decision."""

    id: int
    name: str
    data: dict[str, Any]


class Hub:
    """Publish from any thread; subscribe on an event loop."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._past: dict[int, deque[Event]] = {}
        self._subscribers: dict[int, dict[asyncio.Queue[Event], asyncio.AbstractEventLoop]] = {}

    def publish(self, user_id: int, name: str, data: dict[str, Any]) -> Event:
        """Tell everyone who watches this user; never blocks."""
        with self._lock:
            event = Event(next(self._ids), name, data)
            self._past.setdefault(user_id, deque(maxlen=KEPT)).append(event)
            listeners = list(self._subscribers.get(user_id, {}).items())
        for queue, loop in listeners:
            with contextlib.suppress(RuntimeError):  # the loop ended while we told it
                loop.call_soon_threadsafe(_offer, queue, event)
        return event

    @asynccontextmanager
    async def subscribe(self, user_id: int, after: int = 0) -> AsyncIterator[AsyncIterator[Event]]:
        """Events of a user from now on, and those after the id `after` that are still kept (0: none)."""
        queue: asyncio.Queue[Event] = asyncio.Queue(maxsize=WAITING)
        with self._lock:
            if after:
                for event in self._past.get(user_id, ()):
                    if event.id > after:
                        _offer(queue, event)
            self._subscribers.setdefault(user_id, {})[queue] = asyncio.get_running_loop()
        try:
            yield _drain(queue)
        finally:
            with self._lock:
                self._subscribers[user_id].pop(queue, None)


def _offer(queue: asyncio.Queue[Event], event: Event) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)


async def _drain(queue: asyncio.Queue[Event]) -> AsyncIterator[Event]:
    while True:
        yield await queue.get()
