"""Many small POST requests at once, to addresses that people typed: guarded as `kit.outbound`, on one event loop.

`Outbound` waits in a thread for each answer; hundreds of receivers, of which some hang, need a loop. Connections
are kept for a moment and used again. A redirect is an answer like any other; nobody follows it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools

from earstead.core.errors import RetryLater
from earstead.kit.addresses import Resolver, pinned, port_of, system_resolver
from earstead.kit.clock import Clock, SystemClock
from earstead.kit.texts import fault_words

TOTAL_S = 15.0
MAX_HEAD_BYTES = 32 * 1024
KEPT_BODY_BYTES = 2 * 1024
KEPT_S = 10.0
MOST_KEPT = 64
_READ = 16 * 1024
_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back: status, headers (names in lower case), the first 2 kB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Link:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.since = 0.0

    @property
    def usable(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing()


class _Reading:
    """Collects an answer; `done` once it is complete. Its callbacks are named by the parser."""

    def __init__(self) -> None:
        self.done = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.read = 0
        self._head_bytes = 0
        self.parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self.read += len(data)
        self.parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the answer's head is too large")
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.body += body[: KEPT_BODY_BYTES - len(self.body)]

    def on_message_complete(self) -> None:
        if 100 <= self.status < 200:  # "go on": the answer itself is still to come
            self.status = 0
            self.headers.clear()
        else:
            self.done = True


class Poster:
    """Belongs to one event loop."""

    def __init__(
        self,
        *,
        allow_private: bool,
        agent: str,
        clock: Clock | None = None,
        resolve: Resolver = system_resolver,
        total_s: float = TOTAL_S,
    ) -> None:
        self._allow_private = allow_private
        self._agent = agent
        self._clock = clock or SystemClock()
        self._resolve = resolve
        self._total_s = total_s
        self._kept: dict[_Key, list[_Link]] = {}
        self._tls: ssl.SSLContext | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Send a body and read the answer's head, and of what follows no more than is needed.

        Raises:
            RetryLater: no connection, no complete answer in time, or none that can be understood.
            ForbiddenAddress: the address leads where this server may not be sent.
        """
        service = urlsplit(url).netloc
        try:
            async with asyncio.timeout(self._total_s):
                return await self._post(url, headers, body)
        except TimeoutError as fault:
            raise RetryLater(service, f"no answer within {self._total_s:g} s", 0) from fault
        except httptools.HttpParserError as fault:
            raise RetryLater(service, f"this is no answer in HTTP ({fault_words(fault)})", 0) from fault
        except (OSError, ValueError, EOFError) as fault:
            raise RetryLater(service, f"cannot be reached ({fault_words(fault)})", 0) from fault

    async def close(self) -> None:
        """Close the connections that were kept."""
        for links in self._kept.values():
            for link in links:
                link.writer.close()
        self._kept.clear()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        parts = urlsplit(url)
        key = (parts.scheme, parts.hostname or "", port_of(url))
        request = _request(parts.netloc, parts.path, parts.query, {"user-agent": self._agent, **headers}, body)
        link = self._take(key)
        if link is not None:
            try:
                return await self._exchange(key, link, request)
            except (ConnectionError, EOFError):
                pass  # it was closed while nobody used it; nothing of an answer came
        return await self._exchange(key, await self._connect(key), request)

    async def _exchange(self, key: _Key, link: _Link, request: bytes) -> Posted:
        reading = _Reading()
        again = False
        try:
            link.writer.write(request)
            await link.writer.drain()
            while not reading.done:
                data = await link.reader.read(_READ)
                if not data:
                    if not reading.status:
                        raise EOFError("the connection was closed without an answer")
                    break
                reading.feed(data)
                if reading.status >= 200 and reading.read > MAX_HEAD_BYTES + KEPT_BODY_BYTES:
                    break  # its verdict is known; the rest is nobody's business
            again = reading.done and reading.parser.should_keep_alive()
        finally:
            if again and self._keep(key, link):
                pass
            else:
                link.writer.close()
        return Posted(reading.status, reading.headers, bytes(reading.body))

    async def _connect(self, key: _Key) -> _Link:
        scheme, host, port = key
        loop = asyncio.get_running_loop()
        address = await loop.run_in_executor(
            None, lambda: pinned(host, port, allow_private=self._allow_private, resolve=self._resolve)
        )
        tls = self._context() if scheme == "https" else None
        # Under the name that was asked for, at the address that was judged.
        reader, writer = await asyncio.open_connection(address, port, ssl=tls, server_hostname=host if tls else None)
        return _Link(reader, writer)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            import httpx2  # the same authorities are trusted as by everything else that goes out

            self._tls = httpx2.create_ssl_context(trust_env=False)
        return self._tls

    def _take(self, key: _Key) -> _Link | None:
        links = self._kept.get(key, [])
        while links:
            link = links.pop()
            if link.usable and self._clock.monotonic() - link.since < KEPT_S:
                return link
            link.writer.close()
        return None

    def _keep(self, key: _Key, link: _Link) -> bool:
        if sum(map(len, self._kept.values())) >= MOST_KEPT:
            self._drop_old()
        if sum(map(len, self._kept.values())) >= MOST_KEPT:
            return False
        link.since = self._clock.monotonic()
        self._kept.setdefault(key, []).append(link)
        return True

    def _drop_old(self) -> None:
        until = self._clock.monotonic() - KEPT_S
        for key, links in list(self._kept.items()):
            for link in links:
                if link.since < until or not link.usable:
                    link.writer.close()
            fresh = [link for link in links if not link.writer.is_closing()]
            if fresh:
                self._kept[key] = fresh
            else:
                del self._kept[key]


def _request(host: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> bytes:
    target = f"{path or '/'}?{query}" if query else path or "/"
    lines = [f"POST {target} HTTP/1.1", f"host: {host}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header holds a line break")
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
