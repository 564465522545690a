"""Events as they are written, for streams that are resumed: none lost, none twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence

from earstead.core.event_types import wants
from earstead.kit.http import blocking
from earstead.services.container import Services
from earstead.services.events import Event
from earstead.services.journal import HUB_NAME, JournalEvent

PAGE = 500
LOOK_ROUND_S = 5.0
"""The hub tells of the events of this process at once; the look-round finds those of another."""


async def follow(
    services: Services, user_id: int, after: int, choices: Sequence[str], allowed: Callable[[], bool]
) -> AsyncGenerator[JournalEvent, None]:
    """A user's events behind an id, then those to come; ends when it is no longer allowed.

    The hub only wakes: what is told is read from the journal, where every event stands once and in order.
    """
    async with services.hub.subscribe(user_id) as told:
        waiting: asyncio.Task[Event] | None = None
        try:
            while allowed():
                page = await blocking(services.journal.since, user_id, after, PAGE)
                for event in page:
                    after = event.event_id
                    if not choices or wants(choices, event.type):
                        yield event
                while len(page) < PAGE:
                    waiting = waiting or asyncio.ensure_future(anext(told))
                    done, _ = await asyncio.wait({waiting}, timeout=LOOK_ROUND_S)
                    if not done:
                        break
                    heard, waiting = waiting.result(), None
                    if heard.name == HUB_NAME and heard.data["event_id"] > after:
                        break
        finally:
            if waiting is not None:
                waiting.cancel()
                with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                    await waiting
