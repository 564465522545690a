"""The push source: Spotify's Soloist on this machine tells each change of the player the moment it happens.

Its socket has no password and no encryption, so only addresses of this machine are taken. What it tells goes through
the same deduction as looks do; while it tells, looks become rare. Whether it tells of other devices too nobody
promises: a look that finds what was not told ends the trust in it until it speaks again (`following`).
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from earstead.core.errors import Rejected
from earstead.core.player import PlayerState
from earstead.kit.clock import Clock
from earstead.sources.spotify.wire.soloist import Heard, take

log = logging.getLogger(__name__)

SOURCE = "soloist"
ADDRESS = "soloist"
"""Name under which an account keeps the address."""
OPEN_S = 5.0
LISTEN_S = 0.5
AGAIN_S = (1.0, 5.0, 30.0)
MOST_BYTES = 1 << 20
_ASK = json.dumps({"type": "command", "command": "get_state"})
_ASK_QUEUE = json.dumps({"type": "command", "command": "get_queue", "limit": 10})


def check_address(said: str) -> str:
    """The address of a Soloist as typed ("127.0.0.1:4444" or "ws://..."), in full; "" for none.

    Raises:
        Rejected: it is no address of this machine.
    """
    said = said.strip()
    if not said:
        return ""
    parts = urlsplit(said if "://" in said else f"ws://{said}")
    try:
        loopback = ip_address(parts.hostname or "").is_loopback
        port = parts.port
    except ValueError:
        loopback, port = False, None
    if parts.scheme != "ws" or not loopback or not port:
        raise Rejected("soloist", "write an address of this machine with its port, as 127.0.0.1:4444")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"ws://{host}:{port}"


class Soloist:
    """Listens to one Soloist in a thread of its own, and connects again when it went away."""

    def __init__(self, address: str, told: Callable[[PlayerState], object], clock: Clock) -> None:
        """`told(state)` is called for each change; what it raises is logged."""
        self.address = check_address(address)
        self._told = told
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._main, name="soloist", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End within a second."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _main(self) -> None:
        failed = 0
        while not self._stopping.is_set():
            try:
                failed = 0 if self._listen() else failed + 1
            except Exception as fault:
                log.info("Soloist at %s is not there: %s", self.address, fault)
                failed += 1
            self._stopping.wait(AGAIN_S[min(failed, len(AGAIN_S) - 1)])

    def _listen(self) -> bool:
        """One connection, to its end; whether anything was told."""
        from websockets.exceptions import ConnectionClosed
        from websockets.sync.client import connect

        heard, spoke = Heard(), False
        with connect(self.address, open_timeout=OPEN_S, close_timeout=1, max_size=MOST_BYTES, proxy=None) as socket:
            socket.send(_ASK)
            socket.send(_ASK_QUEUE)
            while not self._stopping.is_set():
                try:
                    said = socket.recv(timeout=LISTEN_S)
                except TimeoutError:
                    continue
                except ConnectionClosed:
                    break
                before, heard = heard, self._take(heard, said)
                if not heard.complete:
                    socket.send(_ASK)
                elif heard is not before and heard.status:
                    spoke = True
                    self._tell(heard.state(self._clock.now_ms()))
        return spoke

    def _take(self, heard: Heard, said: str | bytes) -> Heard:
        try:
            return take(heard, json.loads(said), self._clock.now_ms())
        except (ValueError, RecursionError):
            return heard

    def _tell(self, state: PlayerState) -> None:
        try:
            self._told(state)
        except Exception:
            log.exception("what Soloist told could not be kept")
