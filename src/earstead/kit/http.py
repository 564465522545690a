"""Small helpers every handler uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

P = ParamSpec("P")
T = TypeVar("T")

# SQLite reads do not get faster with more threads of one process; four keep a slow question from blocking a quick one.
_READERS = CapacityLimiter(4)


async def blocking(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a worker thread and wait for its answer without holding the loop."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=_READERS)


# Whoever waits for a server elsewhere must not keep a reader of ours waiting.
_REACHING_OUT = CapacityLimiter(8)


async def reaching_out(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`blocking` for calls that wait for other servers, for many seconds perhaps."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=_REACHING_OUT)
