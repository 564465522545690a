"""Requests to other servers: guarded, bounded in time and size, never led elsewhere.

Everything that sends to an address somebody typed goes through here. A request has one deadline for all of it, not
one for each read, so that a server that drips cannot hold a thread; an answer is read up to a size and no further.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from earstead.core.errors import NeedsReauth, RetryLater
from earstead.kit.addresses import Resolver, system_resolver
from earstead.kit.clock import Clock, SystemClock
from earstead.kit.texts import fault_words

if TYPE_CHECKING:
    import httpx2

TOTAL_S = 25.0
MAX_ANSWER_BYTES = 1 << 20
MOST_HOPS = 3
RETRY_S = 5.0
_REDIRECTS = frozenset({301, 302, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """A client for addresses that people typed. Methods block; one object may serve several threads."""

    def __init__(
        self,
        *,
        allow_private: bool,
        agent: str,
        clock: Clock | None = None,
        resolve: Resolver = system_resolver,
        total_s: float = TOTAL_S,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._allow_private = allow_private
        self._agent = agent
        self._clock = clock or SystemClock()
        self._resolve = resolve
        self._total_s = total_s
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._opened: httpx2.Client | None = None

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send a request and read its answer. A redirect is followed on the same host alone.

        Raises:
            RetryLater: no connection, no answer in time, or one that is too large.
            ForbiddenAddress: the address leads where this server may not be sent.
            NeedsReauth: the server sends us to another host; its address must be set anew.
        """
        import httpx2

        service = urlsplit(url).netloc
        until = self._clock.monotonic() + self._total_s
        try:
            for _ in range(MOST_HOPS + 1):
                answer = self._once(method, url, headers or {}, body, until)
                if answer.status not in _REDIRECTS or "location" not in answer.headers:
                    return answer
                url = _same_host(url, answer.headers["location"])
        except (httpx2.TimeoutException, TimeoutError) as fault:
            raise RetryLater(service, f"no answer within {self._total_s:g} s", RETRY_S) from fault
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as fault:
            raise RetryLater(service, f"cannot be reached ({fault_words(fault)})", RETRY_S) from fault
        raise NeedsReauth(service, "this address leads round in circles; correct it")

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes, until: float) -> Answer:
        with self._client().stream(method, url, headers=dict(headers), content=body or None) as response:
            data = bytearray()
            for chunk in response.iter_raw():
                data += chunk
                if len(data) > self._most_bytes:
                    most = f"the answer is larger than {self._most_bytes >> 20} MB"
                    raise RetryLater(urlsplit(url).netloc, most, RETRY_S)
                if self._clock.monotonic() > until:
                    raise TimeoutError
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(data))

    def _client(self) -> httpx2.Client:
        # Made when first needed: most servers relay nothing, and certificates take a while to read.
        with self._lock:
            if self._opened is None:
                from earstead.kit.pinned import new_client

                self._opened = new_client(
                    allow_private=self._allow_private,
                    resolve=self._resolve,
                    agent=self._agent,
                    total_s=self._total_s,
                )
            return self._opened

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None


def _same_host(url: str, location: str) -> str:
    """Where a redirect leads, as long as it is the same host, and not from https to http. Raises NeedsReauth."""
    target = urljoin(url, location)
    before, after = urlsplit(url), urlsplit(target)
    same = after.hostname == before.hostname and (after.port == before.port or after.scheme != before.scheme)
    if not same or (before.scheme, after.scheme) not in (("http", "http"), ("https", "https"), ("http", "https")):
        raise NeedsReauth(before.netloc, f"it sends us to {after.netloc[:100] or 'nowhere'}; set the address it gives")
    return target
