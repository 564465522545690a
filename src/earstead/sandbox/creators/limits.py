"""So many requests in so many seconds."""

from __future__ import annotations

import re
from collections import deque


class Window:
    """A sliding window over the requests that were answered; what was refused does not count."""

    def __init__(self) -> None:
        self._taken: deque[int] = deque()

    def take(self, rate: str, now_ms: int) -> bool:
        """Whether a request may pass under a rate such as 20/30s; "" lets all pass."""
        match = re.fullmatch(r"(\d+)/(\d+)s", rate)
        if match is None:
            return True
        most, span_ms = int(match[1]), int(match[2]) * 1000
        while self._taken and self._taken[0] <= now_ms - span_ms:
            self._taken.popleft()
        if len(self._taken) >= most:
            return False
        self._taken.append(now_ms)
        return True
