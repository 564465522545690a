"""Sessions of Submissions 1.2: in memory, since a client that is told BADSESSION begins anew by itself.

What a client showed when it came is kept beside its session and asked about each time it comes again: a password or
a session key that was revoked meanwhile opens nothing, within the session too.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from earstead.kit.secrets import new_hex_key

IDLE_S = 86_400
"""A session nobody used for so long is over."""
MOST_OF_USER = 50
"""Programs that begin a session with every play push out their own oldest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who submits, with what they proved it, and what their program is like.

    Attributes:
        password_md5: of the app password, hex; "" where a session key was shown.
        key: session key of API 2.0; "" where a password was shown.
        client: program and version, for the listens it brings.
        at_end: the program sends the end of a play as its time.
    """

    user_id: int
    password_md5: str = ""
    key: str = ""
    client: str = ""
    at_end: bool = False


class Sessions:
    """By id, 32 hex digits. Several of one user live beside each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[Session, int]] = {}

    def begin(self, session: Session, now: int) -> str:
        """Keep a session, used last at `now` (unix seconds); returns its new id."""
        made = new_hex_key()
        with self._lock:
            self._held = {i: held for i, held in self._held.items() if held[1] > now - IDLE_S}
            own = [i for i, (other, _) in self._held.items() if other.user_id == session.user_id]
            for i in own[: max(0, len(own) - MOST_OF_USER + 1)]:
                del self._held[i]
            self._held[made] = (session, now)
        return made

    def find(self, session_id: str, now: int) -> Session | None:
        """The session of an id, which is thereby used; None when it never was, or is over."""
        with self._lock:
            # Taken out and put back at the end: the first one is always the one used longest ago.
            session, used_at = self._held.pop(session_id, (None, 0))
            if session is None or used_at <= now - IDLE_S:
                return None
            self._held[session_id] = (session, now)
            return session

    def end(self, session_id: str) -> None:
        """Forget a session."""
        with self._lock:
            self._held.pop(session_id, None)
