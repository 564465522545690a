"""The inside of a player: a state machine over time that is told, never asked, what time it is.

`advance` brings it to a moment; what ends on the way ends at its own time, so the order in which callers look does not
change what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from earstead.kit.clock import seeded
from earstead.sandbox.spotify.store import Item, Store, ad
from earstead.sandbox.spotify.truth import Device, Happened, Play

IDLE_MS: Final = 600_000
"""A paused player is given up after this long."""
AUTOMIX_CUT_MS: Final = 6_000
"""How much of a track's end automix plays over."""
UPCOMING: Final = 20

Resolve = Callable[[str], list[str] | None]


class Deck:
    """What turns: the state of one account's player, its passing of time, and the record of all it played.

    Args:
        seed: of the shuffle's order.
        resolve: the URIs of items in a context, None for a context that does not exist.
    """

    def __init__(self, seed: str, store: Store, resolve: Resolve, devices: list[Device], now_ms: int) -> None:
        self._seed, self._store, self._resolve = seed, store, resolve
        self.devices = devices
        self.device = devices[0]
        self.now_ms = now_ms
        self.item: Item | None = None
        self.playing = self.shuffle = self.private = self.offline = self.frozen = False
        self.automix = False
        self.repeat = "off"
        self.context_uri = ""
        self.queued: list[str] = []
        self.order: list[str] = []
        self._straight: list[str] = []
        self.place = 0
        self.changed_ms = now_ms
        self.plays: list[Play] = []
        self.happened: list[Happened] = []
        self._anchor_ms, self._position_ms = now_ms, 0
        self.ads_every = 0
        self._ad_due = False
        self._since_ad = 0
        self._shuffles = 0

    # --- looking ---

    @property
    def position_ms(self) -> int:
        """Where in the item the player is now."""
        if not self.playing or self.frozen:
            return self._position_ms
        return self._position_ms + self.now_ms - self._anchor_ms

    @property
    def visible(self) -> bool:
        """Whether the service sees this player: it is online, and plays or stopped a short while ago."""
        quiet = not self.playing or self.frozen
        return self.item is not None and not self.offline and not (quiet and self.now_ms - self._anchor_ms >= IDLE_MS)

    def upcoming(self) -> list[str]:
        """What comes next: the queue of the user, then the rest of the context, then its start when it repeats."""
        rest = self.order[self.place + 1 :]
        if self.repeat == "context":
            rest = rest + self.order
        return (self.queued + rest)[:UPCOMING]

    # --- time ---

    def advance(self, to_ms: int) -> None:
        """Let time pass up to a moment; an earlier one is no movement."""
        while (due := self._due_ms()) is not None and due <= to_ms:
            self.now_ms = max(self.now_ms, due)
            if self.playing and not self.frozen:
                self._finish()
            else:
                self._close("unexpected-exit" if self.frozen else "endplay")
                self.playing = False
        self.now_ms = max(self.now_ms, to_ms)

    def _due_ms(self) -> int | None:
        if self.item is None:
            return None
        if self.playing and not self.frozen:
            return self._anchor_ms + max(0, self._length_ms() - self._position_ms)
        return self._anchor_ms + IDLE_MS if self._open() else None

    def _length_ms(self) -> int:
        assert self.item is not None
        cut = AUTOMIX_CUT_MS if self.automix and self.item.kind == "track" and "playlist" in self.context_uri else 0
        return max(1_000, self.item.duration_ms - cut)

    # --- inside ---

    def _reorder(self, current: str) -> None:
        """Shuffle or restore the order of the context, with what plays now staying where the player is."""
        straight = self._straight
        if current not in straight:
            return
        if self.shuffle:
            self._shuffles += 1
            rest = [uri for uri in straight if uri != current]
            seeded(f"{self._seed} {self._shuffles}").shuffle(rest)
            self.order, self.place = [current, *rest], 0
        else:
            self.order, self.place = list(straight), straight.index(current)

    def _finish(self) -> None:
        again = self.repeat == "track" and self.item is not None and self.item.kind != "ad"
        self._leave("trackdone", self.item if again else self._following(natural=True), "trackdone")

    def _following(self, *, natural: bool) -> Item | None:
        if natural and self.item is not None and self.item.kind == "track":
            self._since_ad += 1
        if natural and (self._ad_due or (self.ads_every and self._since_ad >= self.ads_every)):
            self._ad_due, self._since_ad = False, 0
            return ad()
        if self.queued:
            return self._store.find(self.queued.pop(0))
        if self.place + 1 < len(self.order):
            self.place += 1
        elif self.repeat == "context" and self.order:
            self.place = 0
        else:
            return None
        return self._store.find(self.order[self.place])

    def _leave(self, reason_end: str, following: Item | None, reason_start: str) -> None:
        left = self.item
        self._end(reason_end)
        if following is None:
            # The end of the context: the player stands at its beginning.
            self.playing, self.place = False, 0
            self.item = self._store.find(self.order[0]) if self.order else left
            self._position_ms = 0
            self._mark()
            self._tell("stopped")
        else:
            self._start(following, reason_start, 0, again=left is not None and left.uri == following.uri)

    def _start(self, item: Item | None, reason: str, position_ms: int, *, again: bool = False) -> None:
        assert item is not None
        self.item, self.playing, self.frozen = item, True, False
        self._position_ms = min(max(0, position_ms), item.duration_ms - 1)
        self.device.used_ms = self.now_ms
        self._mark()
        self._record(reason, again=again)

    def _record(self, reason: str, *, again: bool = False) -> None:
        assert self.item is not None
        if self.item.kind == "ad":
            self._tell("ad")
            return
        self.plays.append(
            Play(
                number=len(self.plays) + 1,
                uri=self.item.uri,
                kind=self.item.kind,
                name=self.item.name,
                duration_ms=self.item.duration_ms,
                started_ms=self.now_ms,
                reason_start=reason,
                context_uri=self.context_uri,
                device=self.device.name,
                device_type=self.device.type,
                shuffle=self.shuffle,
                private=self.private,
                offline=self.offline,
            )
        )
        self._tell("repeated" if again else "started")

    def _open(self) -> bool:
        ours = bool(self.plays) and not self.plays[-1].moved_ms
        return ours and self.item is not None and self.plays[-1].uri == self.item.uri

    def _hear(self) -> None:
        """Note the stretch heard since the last change."""
        if not self.playing or self.frozen:
            return
        if self._open() and self.now_ms > self._anchor_ms:
            play = self.plays[-1]
            play.ranges.append((self._anchor_ms, self._position_ms, self.position_ms))
            play.ended_ms = self.now_ms
        self._position_ms = self.position_ms
        self._anchor_ms = self.now_ms

    def _mark(self, *, silent: bool = False) -> None:
        self._anchor_ms = self.now_ms
        if not silent:
            self.changed_ms = self.now_ms

    def _end(self, reason: str) -> None:
        """Close what plays because the player moves on, and say how."""
        if self.item is None or self.item.kind == "ad" or not self._open():
            return
        finished = reason == "trackdone"
        self._hear()
        self._tell("finished" if finished else "skipped")
        self._close(reason)

    def _close(self, reason: str) -> None:
        if not self._open():
            return
        self._hear()
        play = self.plays[-1]
        play.reason_end, play.moved_ms = reason, self.now_ms
        play.ended_ms = play.ended_ms or self.now_ms
        play.private = play.private or self.private
        play.offline = play.offline or self.offline
        play.known_ms = 0 if self.offline else self.now_ms + self.device.late_ms

    def _tell(self, type_: str, **detail: Any) -> None:
        uri = self.item.uri if self.item else ""
        self.happened.append(
            Happened(at_ms=self.now_ms, type=type_, uri=uri, position_ms=self.position_ms, detail=detail)
        )
