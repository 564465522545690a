"""One door for every request: limits, one request at a time per host, deadlines, retries of reads, dry run, redaction.

    transport.send(Request(backend="rest", label="1-B", method="GET", url=..., headers=...)) -> Answer

Reads (and the PUTs of uploads, which are harmless when repeated) are tried again after a transport fault, 408, 429 and
5xx. Writes are sent once: no backend knows an idempotency key. A write outside of a change of the journal is refused.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from earstead.creators.changes import Entry, Journal
from earstead.creators.errors import Planned, Unavailable, ValidationError
from earstead.creators.pace import Pace, Turns
from earstead.creators.redact import blot, plain_url, quieten_logs, unsigned
from earstead.kit.clock import Clock, SystemClock, new_secret, seeded
from earstead.kit.texts import fault_words

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)
TIMEOUT_S: Final = 60.0
STORAGE_TIMEOUT_S: Final = 300.0
MOST_BYTES: Final = 64 << 20
AGENT: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 earstead"
)
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which a read is worth another attempt."""
_TRIES_OF_LONG: Final = 3
"""A request with a long timeout, such as a part of a film, may be tried this often within its deadline."""
_SECRET_BACKENDS: Final = frozenset({"accounts", "storage"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        backend: accounts, rest, graph, pod, web, next, legacy or storage: whose limits it falls under.
        label: what it is called in the documentation: "1-B", "P3", the name of an operation.
        query: in order; a name may repeat.
        writes: whether it changes anything: then it needs an open change, and is sent once.
        stream: gives the body in pieces, anew for each attempt, for bodies too large to hold; its length must stand in
            the header content-length. Instead of `body`.
        again: whether it may be sent again after a fault; None for "as it is a read".
        final: statuses that another attempt would not change here, although it mostly does.
    """

    backend: str
    label: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    stream: Callable[[], Iterator[bytes]] | None = None
    writes: bool = False
    again: bool | None = None
    final: frozenset[int] = frozenset()
    timeout_s: float = TIMEOUT_S

    @property
    def plain(self) -> str:
        """Method and address without anything secret."""
        return f"{self.method} {plain_url(self.url)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Names of headers are lower case; `body` is decoded as far as its headers say."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    fetched_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An answer as it came, for those who keep raw answers. Nothing of sign-ins and uploads is told.

    Attributes:
        url: without the query.
        asked: the query as text, or the body of the request: what makes this answer differ from another.
        body: as it came, but signed addresses in it have lost their query.
    """

    backend: str
    label: str
    method: str
    url: str
    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_ms: int
    took_ms: int


Heard = Callable[[Exchange], None]


class Transport:
    """See the module. Blocks; one object may serve several threads."""

    def __init__(
        self,
        journal: Journal,
        *,
        pace: Pace | None = None,
        dry_run: bool = False,
        heard: Heard | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], None] | None = None,
        agent: str = AGENT,
    ) -> None:
        self.journal = journal
        self.dry_run = dry_run
        self.pace = pace or Pace.polite()
        self.clock = clock or SystemClock()
        self.sleep = sleep or _wait
        self._heard = heard
        self._agent = agent
        self._lock = threading.Lock()
        self._hosts: dict[str, threading.Lock] = {}
        self._turns = {backend: Turns(limit) for backend, limit in self.pace.limits.items()}
        self._dice = seeded(new_secret())
        self._client: httpx2.Client | None = None

    def send(self, request: Request) -> Answer:
        """Send, wait, try again where that is harmless; the last answer, whatever its status.

        Raises:
            Planned: this is a dry run.
            ValidationError: a write outside of a change, or an address that is not https.
            Unavailable: no answer.
        """
        if self.dry_run:
            raise Planned(request.plain)
        again = (not request.writes) if request.again is None else request.again
        entry = self._noted(request)
        until = self.clock.monotonic() + max(self.pace.deadline_s, request.timeout_s * _TRIES_OF_LONG)
        attempt = 0
        while True:
            attempt += 1
            last = not again or attempt >= self.pace.attempts
            try:
                answer = self._once(request)
            except Unavailable:
                wait = self.pace.wait_s(request.backend, attempt, self._dice.random())
                if last or self.clock.monotonic() + wait > until:
                    raise
            else:
                asked = asked_pause_s(answer)
                wait = max(asked, self.pace.wait_s(request.backend, attempt, self._dice.random()))
                if answer.status not in PASSING - request.final or last or self.clock.monotonic() + wait > until:
                    if entry is not None:
                        entry.answered(answer.status)
                    return answer
            self.sleep(wait)

    def _noted(self, request: Request) -> Entry | None:
        """The change that a write belongs to, which has it as a step from now on. Raises ValidationError."""
        if not request.writes:
            return None
        entry = self.journal.current
        if entry is None:
            raise ValidationError("journal", f"{request.plain} writes, and no change was begun for it")
        entry.sending(request.plain)
        return entry

    def _once(self, request: Request) -> Answer:
        import httpx2

        host = urlsplit(request.url).netloc
        url = f"{request.url}?{urlencode(request.query, safe='[]:')}" if request.query else request.url
        headers = {"user-agent": self._agent, **request.headers}
        content = request.stream() if request.stream is not None else request.body or None
        with self._turn(host, request.backend):
            began = self.clock.monotonic()
            try:
                with self._opened().stream(
                    request.method, url, headers=headers, content=content, timeout=request.timeout_s
                ) as response:
                    # The bytes of an upload may take longer than its answer may.
                    since = began if request.stream is None else self.clock.monotonic()
                    body = _read(response, self.clock, since + request.timeout_s)
                    answer = Answer(
                        status=response.status_code,
                        headers={name.lower(): value for name, value in response.headers.items()},
                        body=body,
                        fetched_ms=self.clock.now_ms(),
                    )
            except (httpx2.TimeoutException, TimeoutError) as fault:
                raise Unavailable(f"{host} gave no answer within {request.timeout_s:g} s") from fault
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as fault:
                raise Unavailable(f"{host} cannot be reached ({blot(fault_words(fault))})") from fault
            took = self.clock.monotonic() - began
        self._tell(request, answer, int(took * 1000))
        return answer

    def _tell(self, request: Request, answer: Answer, took_ms: int) -> None:
        if self._heard is None or request.backend in _SECRET_BACKENDS:
            return
        exchange = Exchange(
            backend=request.backend,
            label=request.label,
            method=request.method,
            url=plain_url(request.url),
            asked=urlencode(request.query) if request.query else request.body.decode("utf-8", "replace"),
            status=answer.status,
            headers={name: value for name, value in answer.headers.items() if name != "set-cookie"},
            body=unsigned(answer.body),
            fetched_ms=answer.fetched_ms,
            took_ms=took_ms,
        )
        try:
            self._heard(exchange)
        except Exception:
            # What was done is done: a write must not count as failed because somebody could not note its answer.
            _log.exception("a listener failed at %s", exchange.label)

    @contextmanager
    def _turn(self, host: str, backend: str) -> Iterator[None]:
        """One request at a time for each host, and not more of them than the backend likes."""
        # The bytes of an upload take minutes; at a simulator, where all hosts are one, they must not hold up the rest.
        name = f"storage {host}" if backend == "storage" else host
        with self._lock:
            lock = self._hosts.setdefault(name, threading.Lock())
        with lock:
            turns = self._turns.get(backend)
            wait = turns.take(self.clock.monotonic()) if turns else 0.0
            if wait > 0:
                self.sleep(wait)
            yield

    def _opened(self) -> httpx2.Client:
        with self._lock:
            if self._client is None:
                import httpx2

                quieten_logs()
                # Redirects are not followed: a bearer must not reach a host that an answer names.
                self._client = httpx2.Client(follow_redirects=False, trust_env=True)
            return self._client

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def asked_pause_s(answer: Answer) -> float:
    """The seconds that an answer asks to wait in `Retry-After`; 0.0 if it asks nothing, as no source knows it to."""
    said = answer.headers.get("retry-after", "").strip()
    return float(min(int(said), 3600)) if said.isascii() and said.isdigit() and len(said) < 10 else 0.0


def _read(response: httpx2.Response, clock: Clock, until: float) -> bytes:
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > MOST_BYTES:
            raise OSError("the answer is larger than 64 MB")
        if clock.monotonic() > until:
            raise TimeoutError
    return bytes(data)


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
