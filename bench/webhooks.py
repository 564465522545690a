"""Webhooks: deliveries a second, and from an event being written to its subscriber having it.

    PYTHONPATH=src .venv/bin/python -m bench.webhooks [--seconds 10] [--rate 500] [--endpoints 10]

The receiver is a process of its own that answers 204 at once; writes are durable; times are of one monotonic clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import httptools

from earstead.app import open_services
from earstead.services.container import Services
from earstead.settings import Settings

WAIT_S = 120


class _Answering(asyncio.Protocol):
    """Answers each request at once, and notes when it was complete."""

    came: dict[tuple[str, int], float]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._body = b""
        self._url = b""
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url, self._body = url, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        at = time.monotonic()
        self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")  # type: ignore[attr-defined]
        self.came.setdefault((self._url.decode(), json.loads(self._body)["data"]["n"]), at)


def _receiver(pipe: Connection) -> None:
    """Say the port; at each word say what came, and when, and begin anew."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        came: dict[tuple[str, int], float] = {}
        handler = type("Answering", (_Answering,), {"came": came})
        server = await loop.create_server(handler, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        while True:
            word = await loop.run_in_executor(None, pipe.recv)
            if word == "end":
                return
            pipe.send(len(came) if word == "count" else dict(came))
            if word == "take":
                came.clear()

    asyncio.run(main())


def _taken(pipe: Connection, count: int) -> dict[tuple[str, int], float]:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        pipe.send("count")
        if pipe.recv() >= count:
            break
        time.sleep(0.02)
    pipe.send("take")
    found: dict[tuple[str, int], float] = pipe.recv()
    assert len(found) == count, f"{len(found)} of {count} deliveries came"
    return found


def _settled(services: Services, users: list[int]) -> float:
    """Wait until nothing waits; when that was."""
    while any(waiting for user in users for _, waiting in services.webhooks.of_user(user)):
        time.sleep(0.02)
    return time.monotonic()


def _one_by_one(services: Services, user: int, pipe: Connection, count: int) -> list[float]:
    """Milliseconds from writing an event, its commit included, to its arrival; one every 20 ms."""
    began = []
    for n in range(count):
        began.append(time.monotonic())
        services.journal.add(user, "player.skipped", {"n": n})
        time.sleep(0.02)
    came = {n: at for (_, n), at in _taken(pipe, count).items()}
    return sorted((came[n] - began[n]) * 1000 for n in range(count))


def _at_rate(services: Services, users: list[int], pipe: Connection, rate: int, seconds: int) -> list[float]:
    """The same at `rate` events a second over all users, written without waiting for one another."""
    began, start = [], time.monotonic()
    for n in range(rate * seconds):
        time.sleep(max(0.0, start + n / rate - time.monotonic()))
        began.append(time.monotonic())
        services.journal.add_soon(users[n % len(users)], "player.skipped", {"n": n})
    came = {n: at for (_, n), at in _taken(pipe, rate * seconds).items()}
    return sorted((came[n] - began[n]) * 1000 for n in range(rate * seconds))


def _burst(services: Services, users: list[int], pipe: Connection, count: int) -> tuple[float, float]:
    """Deliveries a second of a burst: until the last arrived, and until all were written down."""
    start = time.monotonic()
    for n in range(count):
        services.journal.add_soon(users[n % len(users)], "player.skipped", {"n": n})
    came = _taken(pipe, count)
    return count / (max(came.values()) - start), count / (_settled(services, users) - start)


def _row(name: str, times: list[float]) -> str:
    p95, p99 = times[int(len(times) * 0.95)], times[int(len(times) * 0.99)]
    return f"| {name} | {statistics.median(times):.1f} | {p95:.1f} | {p99:.1f} | {times[-1]:.1f} |"


def main() -> None:
    """Run and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=int, default=10)
    words.add_argument("--rate", type=int, default=500)
    words.add_argument("--endpoints", type=int, default=10)
    asked = words.parse_args()
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    receiver = context.Process(target=_receiver, args=(theirs,))
    receiver.start()
    port = pipe.recv()
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(Settings(data=Path(folder), allow_private=True))
        users = [
            services.accounts.add_user(f"user{n}", "correct horse battery staple").user_id
            for n in range(asked.endpoints)
        ]
        for user in users:
            services.webhooks.add(user, f"http://127.0.0.1:{port}/{user}")
        services.webhooks.start()
        _one_by_one(services, users[0], pipe, 5)
        alone = _one_by_one(services, users[0], pipe, 200)
        many = _at_rate(services, users, pipe, asked.rate, asked.seconds)
        arrived, written = _burst(services, users, pipe, 5_000)
        one_arrived, _ = _burst(services, users[:1], pipe, 2_000)
        services.close()
    pipe.send("end")
    receiver.join()
    print("| written to received, ms | median | 95 % | 99 % | most |\n|---|---|---|---|---|")
    print(_row("one event every 20 ms", alone))
    print(_row(f"{asked.rate} events a second, {asked.endpoints} endpoints", many))
    print(f"\nA burst of 5,000 to {asked.endpoints} endpoints: {arrived:,.0f} deliveries a second", end="")
    print(f" ({written:,.0f} until written down); 2,000 to one: {one_arrived:,.0f} a second.")


if __name__ == "__main__":
    main()
