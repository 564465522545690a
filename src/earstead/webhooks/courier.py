"""Carries deliveries: one thread with an event loop, one lane an endpoint.

A lane sends what is due in order, one after another; only behind a backlog several go at once, and their order is
then no longer promised. A lane whose receiver fails sends one at a time, so that a receiver that hangs holds up
nobody else. Results are written down behind the sending, many at once; until they are, the lane remembers them, so
that nothing is sent twice except after a crash.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from earstead.core.errors import Upstream
from earstead.kit import jsontext
from earstead.kit.addresses import Resolver, system_resolver
from earstead.kit.clock import Clock, SystemClock
from earstead.kit.posting import TOTAL_S, Posted, Poster
from earstead.services.webhooks.types import Letter, Office, Outcome, Parcel
from earstead.webhooks import signing

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 64
BEHIND = 16
"""So many letters at once mean a backlog."""
ABREAST = 8
"""How many requests a lane with a backlog has on their way."""
MOST_REQUESTS = 128
LOOK_ROUND_S = 5.0
"""Wakes come with every event of this process; the look-round finds those of another, and what is due later."""
AGAIN_S = 1.0
_GONE = 410


class Courier:
    """See the module."""

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
        self._lock = threading.Lock()
        self._round: _Round | None = None
        self._thread: threading.Thread | None = None

    def start(self, office: Office) -> None:
        """Begin with what waits."""
        begun = threading.Event()
        self._thread = threading.Thread(target=self._main, args=(office, begun), name="webhooks", daemon=True)
        self._thread.start()
        begun.wait()

    def wake(self, endpoint_ids: Collection[int]) -> None:
        """Something is due at these now. Harmless before the start and after the end."""
        with self._lock:
            if self._round is not None:
                self._round.loop.call_soon_threadsafe(self._round.poke, frozenset(endpoint_ids))

    def close(self) -> None:
        """End. Requests on their way are given up and carried again at the next start."""
        with self._lock:
            if self._round is not None:
                self._round.loop.call_soon_threadsafe(self._round.stop.set)
        if self._thread is not None:
            self._thread.join()

    def _main(self, office: Office, begun: threading.Event) -> None:
        asyncio.run(self._run(office, begun))

    async def _run(self, office: Office, begun: threading.Event) -> None:
        poster = Poster(
            allow_private=self._allow_private,
            agent=self._agent,
            clock=self._clock,
            resolve=self._resolve,
            total_s=self._total_s,
        )
        readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="webhooks-read")
        with self._lock:
            self._round = _Round(office, poster, self._clock, readers)
        begun.set()
        try:
            await self._round.run()
        finally:
            with self._lock:
                self._round = None
            await poster.close()
            readers.shutdown()


class _Lane:
    """What is known of an endpoint while it is served."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.poked = False
        self.unsettled: set[int] = set()
        """Deliveries on their way, or back and not yet written down."""


class _Round:
    """The courier's work on its loop."""

    def __init__(self, office: Office, poster: Poster, clock: Clock, readers: ThreadPoolExecutor) -> None:
        self.loop = asyncio.get_running_loop()
        self.stop = asyncio.Event()
        self._office = office
        self._poster = poster
        self._clock = clock
        self._readers = readers
        self._lanes: dict[int, _Lane] = {}
        self._requests = asyncio.Semaphore(MOST_REQUESTS)
        self._outcomes: list[Outcome] = []
        self._came = asyncio.Event()
        self._settled = asyncio.Condition()

    async def run(self) -> None:
        """Serve until stopped, then write down what is back."""
        helpers = [asyncio.create_task(self._look_round()), asyncio.create_task(self._settle_all())]
        await self.stop.wait()
        tasks = [*helpers, *(lane.task for lane in self._lanes.values() if lane.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._settle_once()

    def poke(self, endpoint_ids: Collection[int]) -> None:
        """Let the lanes of these look for work."""
        if self.stop.is_set():
            return
        for endpoint_id in endpoint_ids:
            lane = self._lanes.setdefault(endpoint_id, _Lane())
            lane.poked = True
            if lane.task is None:
                lane.task = asyncio.create_task(self._serve(endpoint_id, lane))

    async def _look_round(self) -> None:
        while True:
            pause = LOOK_ROUND_S
            try:
                agenda = await self._read(self._office.agenda)
            except Exception:
                # A database that cannot be reached for a moment must not end the courier for good.
                log.exception("the courier could not look for deliveries")
                agenda = ()
            now_ms = self._clock.now_ms()
            self.poke([endpoint_id for endpoint_id, at_ms in agenda if at_ms <= now_ms])
            later = [at_ms - now_ms for _, at_ms in agenda if at_ms > now_ms]
            await asyncio.sleep(min([pause, *(max(wait, 10) / 1000 for wait in later)]))

    # ---- a lane ------------------------------------------------------------------------------------------

    async def _serve(self, endpoint_id: int, lane: _Lane) -> None:
        try:
            while lane.poked:
                lane.poked = False
                while await self._serve_batch(endpoint_id, lane):
                    pass
        except Exception:
            log.exception("deliveries to endpoint %d stopped; they go on with the next look-round", endpoint_id)
        finally:
            lane.task = None
            if not lane.unsettled and not lane.poked:
                self._lanes.pop(endpoint_id, None)

    async def _serve_batch(self, endpoint_id: int, lane: _Lane) -> bool:
        """Send what is due; False when nothing is. After a failure everything is written down before going on."""
        parcel = await self._read(self._office.parcel, endpoint_id, BATCH, frozenset(lane.unsettled))
        if parcel is None:
            return False
        if not await self._send_all(parcel, lane):
            async with self._settled:
                await self._settled.wait_for(lambda: not lane.unsettled)
        return True

    async def _send_all(self, parcel: Parcel, lane: _Lane) -> bool:
        """Send until one fails; False then."""
        letters = iter(parcel.letters[:1] if parcel.failures else parcel.letters)
        good = True

        async def carry() -> None:
            nonlocal good
            for letter in letters:
                lane.unsettled.add(letter.delivery_id)
                async with self._requests:
                    outcome = await self._send(parcel, letter)
                self._outcomes.append(outcome)
                self._came.set()
                if outcome.reason:
                    good = False
                if not good:
                    return

        width = ABREAST if len(parcel.letters) > BEHIND and not parcel.failures else 1
        if width == 1:
            await carry()
        else:
            await asyncio.gather(*(carry() for _ in range(width)))
        return good

    async def _send(self, parcel: Parcel, letter: Letter) -> Outcome:
        body = jsontext.dumps(letter.event.told()).encode()
        at_ms, began = self._clock.now_ms(), self._clock.monotonic()
        proof = signing.headers(parcel.secrets, letter.message_id, at_ms // 1000, body)
        status, answer, reason, wait = 0, "", "", 0.0
        try:
            posted = await self._poster.post(parcel.url, {"content-type": "application/json", **proof}, body)
        except Upstream as fault:
            reason = fault.why
        else:
            status, answer = posted.status, posted.body.decode("utf-8", "replace")
            reason, wait = verdict(posted)
        return Outcome(
            delivery_id=letter.delivery_id,
            endpoint_id=parcel.endpoint_id,
            attempts=letter.attempts + 1,
            tried_ms=at_ms,
            took_ms=round((self._clock.monotonic() - began) * 1000),
            status=status,
            answer=answer,
            reason=reason,
            gone=status == _GONE,
            retry_after_s=wait,
        )

    # ---- writing down ------------------------------------------------------------------------------------

    async def _settle_all(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            if not await self._settle_once():
                self._came.set()
                await asyncio.sleep(AGAIN_S)

    async def _settle_once(self) -> bool:
        outcomes, self._outcomes = self._outcomes, []
        if not outcomes:
            return True
        try:
            # Shielded: an end of the courier must not take back what is already handed to the writer.
            await asyncio.shield(asyncio.wrap_future(self._office.settle(outcomes)))
        except Exception:
            # What cannot be written now is written later; meanwhile the lane knows it.
            log.exception("what became of %d deliveries could not be written", len(outcomes))
            self._outcomes = outcomes + self._outcomes
            return False
        for outcome in outcomes:
            if lane := self._lanes.get(outcome.endpoint_id):
                lane.unsettled.discard(outcome.delivery_id)
                if lane.task is None and not lane.unsettled:
                    del self._lanes[outcome.endpoint_id]
        async with self._settled:
            self._settled.notify_all()
        return True

    async def _read(self, call: Callable[..., T], *args: object) -> T:
        return await self.loop.run_in_executor(self._readers, call, *args)


def verdict(posted: Posted) -> tuple[str, float]:
    """(why an answer is a failure, "" for a success; how many seconds the receiver asked us to wait)."""
    if 200 <= posted.status < 300:
        return "", 0.0
    if 300 <= posted.status < 400:
        where = posted.headers.get("location", "")[:200] or "nowhere"
        return f"it answered {posted.status}, a redirect to {where}; redirects are not followed", 0.0
    after = posted.headers.get("retry-after", "")
    wait = float(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0.0
    return f"it answered {posted.status}", wait
