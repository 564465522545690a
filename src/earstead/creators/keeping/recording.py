"""Raw answers, word for word, for whoever asked: kept with the figures that were read out of them.

One client serves pages, commands and the sync at once. It tells every exchange to `heard`, in the thread that asked;
only what was asked within `recording` is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from earstead.creators.transport import Exchange
from earstead.services.creators.memory import RawAnswer

_HEARD: ContextVar[int] = ContextVar("earstead.creators.heard", default=0)
_RECORDED: ContextVar[list[Exchange] | None] = ContextVar("earstead.creators.recorded", default=None)


def heard(exchange: Exchange) -> None:
    """What `Creators` is given as `heard`."""
    _HEARD.set(_HEARD.get() + 1)
    recorded = _RECORDED.get()
    if recorded is not None:
        recorded.append(exchange)


def answers() -> int:
    """How many answers this thread was given so far: two of these tell whether anything was asked in between."""
    return _HEARD.get()


@contextmanager
def recording() -> Iterator[list[Exchange]]:
    """The exchanges of this thread, filled as they come."""
    recorded: list[Exchange] = []
    token = _RECORDED.set(recorded)
    try:
        yield recorded
    finally:
        _RECORDED.reset(token)


def raw(exchange: Exchange) -> RawAnswer:
    """An exchange as it is kept: what was asked is its address without the origin, and the query or body."""
    path = exchange.url.partition("://")[2].partition("/")[2]
    asked = {"backend": exchange.backend, "path": path, "asked": exchange.asked}
    body = exchange.body.decode("utf-8", "replace")
    return RawAnswer(operation=exchange.label, asked=asked, body=body, status=exchange.status)
