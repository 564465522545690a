"""Passes on what plays now: best effort, in a thread of its own, never tried again.

Only the latest word of each user waits: whoever is slow hears of the track that plays, not of those that did.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from earstead.core.listen import Submission

log = logging.getLogger(__name__)

Tell = Callable[[int, Submission], None]


class PlayingThread:
    """Calls `tell(user_id, submission)` behind the one who reports; begins with the first report."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._latest: dict[int, Submission] = {}
        self._wake = threading.Condition()
        self._closing = False
        self._busy = False
        self._thread: threading.Thread | None = None

    def put(self, user_id: int, submission: Submission) -> None:
        """Never blocks; replaces what waits for the same user."""
        with self._wake:
            if self._closing:
                return
            self._latest[user_id] = submission
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="relay-playing", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def close(self) -> None:
        """Forget what waits; the word that is being passed on may go on for as long as its request takes."""
        with self._wake:
            self._closing = True
            self._latest.clear()
            self._wake.notify_all()

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing waits; False when that took longer."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._latest and not self._busy, timeout_s)

    def _main(self) -> None:
        while (found := self._next()) is not None:
            try:
                self._tell(*found)
            except Exception as fault:
                # Nothing hangs on it: the play itself comes by the outbox.
                log.info("what plays was not passed on: %s", fault)

    def _next(self) -> tuple[int, Submission] | None:
        with self._wake:
            self._busy = False
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._latest or self._closing)
            if self._closing:
                return None
            self._busy = True
            user_id = next(iter(self._latest))
            return user_id, self._latest.pop(user_id)
