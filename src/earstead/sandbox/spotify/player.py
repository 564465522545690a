"""One account's player: the commands of its listener. Each carries its moment, and the player advances to it first."""

from __future__ import annotations

from typing import Any

from earstead.sandbox.spotify.deck import Deck
from earstead.sandbox.spotify.truth import Device


class Player(Deck):
    """A deck with its buttons."""

    def play(self, at_ms: int, context: str, place: int = 0, position_ms: int = 0, reason: str = "clickrow") -> None:
        """Begin a context.

        Raises:
            ValueError: there is no such context, or nothing in it plays.
        """
        uris = self._resolve(context)
        if not uris:
            raise ValueError(f"nothing to play in {context}")
        self._begin_list(at_ms, uris, context, place, position_ms, reason)

    def play_uris(self, at_ms: int, uris: list[str], place: int = 0, position_ms: int = 0, reason: str = "") -> None:
        """Begin a list of items without a context.

        Raises:
            ValueError: one of them does not exist, or there are none.
        """
        if not uris or not all(self._store.find(uri) for uri in uris):
            raise ValueError("no such track")
        self._begin_list(at_ms, list(uris), "", place, position_ms, reason or "clickrow")

    def resume(self, at_ms: int) -> None:
        """Go on where it was paused."""
        self.advance(at_ms)
        if self.item is None or (self.playing and not self.frozen):
            return
        self.playing, self.frozen = True, False
        self._mark()
        if self._open():
            self._tell("resumed")
        else:
            self._record("playbtn")

    def pause(self, at_ms: int) -> None:
        """Hold."""
        self.advance(at_ms)
        if self.playing:
            self._hear()
            self.playing = self.frozen = False
            self._mark()
            self._tell("paused")

    def next(self, at_ms: int) -> None:
        """Leave this item for the next one; at the end of the context the player stops."""
        self.advance(at_ms)
        if self.item is not None and self.item.kind != "ad":
            self._leave("fwdbtn", self._following(natural=False), "fwdbtn")

    def previous(self, at_ms: int) -> None:
        """Leave this item for the one before it in the context; at the start it begins again."""
        self.advance(at_ms)
        if self.item is not None and self.order:
            self.place = max(0, self.place - 1)
            self._leave("backbtn", self._store.find(self.order[self.place]), "backbtn")

    def seek(self, at_ms: int, position_ms: int) -> None:
        """Go to a position; past the end the next item begins."""
        self.advance(at_ms)
        if self.item is None:
            return
        if position_ms >= self._length_ms():
            self.next(at_ms)
            return
        before = self.position_ms
        self._hear()
        self._position_ms = max(0, position_ms)
        self._mark()
        self._tell("seeked", before_ms=before)

    def transfer(self, at_ms: int, device: Device, *, play: bool | None = None) -> None:
        """Go on playing on another device; `play` None keeps playing or paused as it is."""
        self.advance(at_ms)
        if self.device is not device:
            self.device = device
            self._tell("device_changed", device=device.name)
        device.used_ms = self.now_ms
        self.changed_ms = self.now_ms
        if play:
            self.resume(at_ms)

    def set_option(self, at_ms: int, name: str, value: Any) -> None:
        """Set shuffle, repeat, volume, private or automix."""
        self.advance(at_ms)
        if name == "volume":
            self.device.volume = int(value)
        else:
            setattr(self, name, value)
        if name == "private" and value and self._open():
            self.plays[-1].private = True
        if name == "shuffle" and self.item is not None:
            self._reorder(self.item.uri)
        self.changed_ms = self.now_ms
        self._tell(name if name in ("private", "automix") else f"{name}_changed", value=value)

    def enqueue(self, at_ms: int, uri: str) -> None:
        """Put an item at the end of the user's queue.

        Raises:
            ValueError: it does not exist.
        """
        self.advance(at_ms)
        if self._store.find(uri) is None:
            raise ValueError(f"no such track: {uri}")
        self.queued.append(uri)
        self._tell("queue_changed", queued=uri)

    def interrupt(self, at_ms: int) -> None:
        """Let an advertisement follow the item that plays."""
        self.advance(at_ms)
        self._ad_due = True

    def go_offline(self, at_ms: int) -> None:
        """Lose the network: the device plays on, the service sees nothing."""
        self.advance(at_ms)
        self.offline = True
        self._tell("offline")

    def go_online(self, at_ms: int) -> None:
        """Find the network again and report what was played."""
        self.advance(at_ms)
        self.offline = False
        for play in self.plays:
            if play.moved_ms and not play.known_ms:
                play.known_ms = self.now_ms
        self._tell("online")

    def die(self, at_ms: int) -> None:
        """Let the device die: the service believes it plays on, at a position that no longer moves."""
        self.advance(at_ms)
        if self.playing and not self.frozen:
            position = self.position_ms
            self._hear()
            self._position_ms, self.frozen = position, True
            self._mark(silent=True)
            self._tell("stopped")

    def _begin_list(self, at_ms: int, uris: list[str], context: str, place: int, position_ms: int, reason: str) -> None:
        self.advance(at_ms)
        place = min(max(0, place), len(uris) - 1)
        if self._open():
            self._end("endplay" if not self.playing else "clickrow")
        self.order, self.context_uri, self.place = uris, context, place
        self._straight = list(uris)
        if self.shuffle:
            self._reorder(uris[place])
        self._start(self._store.find(self.order[self.place]), reason, position_ms)
