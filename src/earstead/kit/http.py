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
