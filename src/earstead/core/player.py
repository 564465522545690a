"""From what a player shows now and then to what happened: events, and plays with the time that was heard.

Theory. A look tells an item, a position and whether it runs. Between two looks a running position moves with the
clock, so `expected` is known; whatever differs has a cause. Some causes are certain: a position ahead of the clock was
sought, one behind the former look was sought back or played again, another item that began when the first had to end
followed its end, and one that began sooner came after an item that was not played through: that is told as skipped,
though it may as well have been sought to its end. Others are not: a position that lags may have been paused or sought,
an item that is gone longer than it had left may have ended or been left. Nothing is said of the first kind of doubt; in
the second the likelier event is said with `certain` False. Every event carries `observed_gap_ms`, the time since the
look before: it happened in there.

Rule for changing it: an event that is certain must follow from the two looks alone. (spotify-web-api.md 11.2)
"""

from __future__ import annotations

from typing import Literal

import msgspec

from earstead.core.listen import Kind

EventType = Literal[
    "started",
    "paused",
    "resumed",
    "seeked",
    "skipped",
    "finished",
    "repeated",
    "stopped",
    "device_changed",
    "volume_changed",
    "shuffle_changed",
    "repeat_changed",
    "context_changed",
    "queue_changed",
]

DRIFT_MS = 3_000
"""Clocks, networks and players are off by this much; smaller differences mean nothing."""
FROZEN_MS = 5_000
"""A running player whose position stands still for so long does not play."""
AGAIN_MS = 12_000
AGAIN_SHARE = 0.15
"""A position this near to the start, after the item had to end, is a new play of it."""
ABSENT_MS = 120_000
"""A player that shows nothing may be changing devices: the play is closed after this."""
UNSEEN_MS = 600_000
"""After so long without a look, an item that had time to end and begin anew is taken to have done so."""
CROSSFADE_MS = 12_000
"""Players may begin the next item so long before the end of this one; that is no skip, as far as one can see."""


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a player plays. `duration_ms` is 0 when unknown; `uri` names it across looks."""

    uri: str
    kind: Kind = Kind.MUSIC
    track_name: str = ""
    artist_names: tuple[str, ...] = ()
    release_name: str = ""
    duration_ms: int = 0
    isrc: str = ""


class PlayerState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One look at a player.

    Attributes:
        received_ms: when the answer holds, unix milliseconds (receipt less half of the round trip).
        item: None when nothing plays, for an advertisement, and in a private session (which is nobody's business).
        volume, shuffle, repeat, queue: None where the player does not say.
    """

    received_ms: int
    item: Item | None = None
    is_playing: bool = False
    progress_ms: int = 0
    context_uri: str = ""
    device_id: str = ""
    device_name: str = ""
    device_type: str = ""
    volume: int | None = None
    shuffle: bool | None = None
    repeat: str | None = None
    queue: tuple[str, ...] | None = None


class PlayerEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened. `at_ms` is the best estimate, at most `observed_gap_ms` before the look that told."""

    type: EventType
    at_ms: int
    item: Item | None
    position_ms: int
    observed_gap_ms: int
    certain: bool = True
    device_name: str = ""
    device_type: str = ""
    context_uri: str = ""
    before: str | int | bool | None = None
    after: str | int | bool | None = None


class Play(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A play that is over. `heard_ms` is the sum of what ran; `gap_ms` the largest time nobody looked while it ran.

    `finished` and `skipped` are None where nobody can know.
    """

    item: Item
    started_ms: int
    ended_ms: int
    heard_ms: int
    gap_ms: int
    finished: bool | None
    skipped: bool | None
    device_name: str = ""
    device_type: str = ""
    context_uri: str = ""
    shuffle: bool | None = None


class Current(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The play in progress."""

    item: Item
    started_ms: int
    heard_ms: int = 0
    gap_ms: int = 0


class Rest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where an item stood when its play was closed because the player showed nothing any more."""

    uri: str
    position_ms: int


class Tracker(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is remembered from look to look: JSON-able, so that it survives a restart.

    Attributes:
        still: looks in a row at a player that says it runs while its position stands still.
        rest: what was left lying; whoever takes it up again goes on there.
        queue, queue_ms: what was seen to come next, and when; queues are looked at less often than players.
        queue_of: from what it followed; a queue that follows from something else is another, and not a changed one.
    """

    last: PlayerState | None = None
    current: Current | None = None
    still: int = 0
    rest: Rest | None = None
    queue: tuple[str, ...] | None = None
    queue_ms: int = 0
    queue_of: str = ""

    @property
    def frozen(self) -> bool:
        """Whether it counts as paused: a position close to the former one may have been sought once, not twice."""
        return self.still >= 2


class Step(msgspec.Struct, frozen=True, gc=False):
    """What a look brought."""

    tracker: Tracker
    events: tuple[PlayerEvent, ...]
    plays: tuple[Play, ...]


def observe(tracker: Tracker, now: PlayerState) -> Step:
    """Take one more look into account. A look that is not later than the last one changes nothing."""
    last = tracker.last
    if last is not None and now.received_ms <= last.received_ms:
        return Step(tracker, (), ())
    return _Looking(tracker, now).step()


def expected_ms(state: PlayerState, at_ms: int) -> int:
    """Where the position is at a moment if nothing happens, at most at the end."""
    if not state.is_playing:
        return state.progress_ms
    moved = state.progress_ms + max(0, at_ms - state.received_ms)
    duration = state.item.duration_ms if state.item else 0
    return min(moved, duration) if duration else moved


class _Looking:
    """One step: collects events and plays."""

    def __init__(self, tracker: Tracker, now: PlayerState) -> None:
        self.tracker = tracker
        self.last = tracker.last
        self.now = now
        self.gap = now.received_ms - self.last.received_ms if self.last else 0
        self.ran = self.last is not None and self.last.is_playing and not tracker.frozen
        self.current = tracker.current
        self.still = 0
        self.rest = tracker.rest
        self.events: list[PlayerEvent] = []
        self.plays: list[Play] = []

    def step(self) -> Step:
        now, current = self.now, self.current
        if current is None:
            if now.item is not None and now.is_playing:
                self._start(now.item)
        elif now.item is None:
            if not self._absent(current):
                # What was last seen is kept: the player may come back from a change of device with the same item.
                return Step(self.tracker, (), ())
        elif now.item.uri == current.item.uri:
            self._same(current)
        else:
            self._left(current)
            if now.is_playing:
                self._start(now.item)
            else:
                # The end of a list: the player stands at another item.
                self._say("stopped", now.received_ms, 0, item=current.item)
        self._circumstances()
        tracker = Tracker(
            last=now,
            current=self.current,
            still=self.still,
            rest=self.rest,
            queue=self.tracker.queue if now.queue is None else now.queue,
            queue_ms=self.tracker.queue_ms if now.queue is None else now.received_ms,
            queue_of=self.tracker.queue_of if now.queue is None else _queue_of(now),
        )
        return Step(tracker, tuple(self.events), tuple(self.plays))

    # ---- one item ----------------------------------------------------------------------------------------

    def _same(self, current: Current) -> None:
        assert self.last is not None
        now, last = self.now, self.last
        moved = now.progress_ms - last.progress_ms
        # Whoever ran at either end may have run in between.
        ahead = moved - (self.gap if self.ran or now.is_playing else 0)
        if (moved < -DRIFT_MS or self.gap >= UNSEEN_MS) and self._again(current):
            return
        if ahead > DRIFT_MS or moved < -DRIFT_MS:
            position = expected_ms(last, now.received_ms) if self.ran else last.progress_ms
            # Sought to the start, or begun anew by hand: nobody can tell.
            sure = moved > 0 or now.progress_ms > self.gap + DRIFT_MS
            self._say("seeked", now.received_ms, now.progress_ms, certain=sure, before=position, after=now.progress_ms)
            heard = self.gap if self.ran and now.is_playing and ahead > DRIFT_MS else 0
        else:
            heard = max(0, moved)
        runs = now.is_playing
        sure = not self.tracker.frozen
        if runs and last.is_playing and self.gap >= FROZEN_MS and abs(moved) < 1_000:
            self.still = self.tracker.still + 1
            sure = runs = self.still < 2
        if self.ran and not runs:
            at = _between(last.received_ms + max(0, moved), last, now)
            self._say("paused", at, now.progress_ms, certain=sure)
        elif not self.ran and runs:
            at = _between(now.received_ms - max(0, moved), last, now)
            self._say("resumed", at, last.progress_ms, certain=sure)
        self._heard(heard, self.gap if self.ran else 0)

    def _again(self, current: Current) -> bool:
        """Whether the item ended and began anew: then its play is closed, and another opened if it runs.

        A return to the start before that may be a seek as well as a new play. It is taken for a seek: who told two
        plays of one could not be corrected by any other witness, who told one of two is.
        """
        assert self.last is not None
        now, duration = self.now, current.item.duration_ms
        left = duration - self.last.progress_ms
        began = now.received_ms - now.progress_ms if now.is_playing else now.received_ms
        ended = self.ran and duration > 0 and began - self.last.received_ms >= left - DRIFT_MS
        near_start = now.progress_ms < max(AGAIN_MS, int(duration * AGAIN_SHARE))
        if not ended or not (near_start or self.gap >= UNSEEN_MS):
            return False
        at = min(self.last.received_ms + left, now.received_ms)
        # A moment before the end, it may have been sought back.
        sure = 0 <= began - at <= DRIFT_MS
        self._say("finished", at, duration, certain=sure)
        known = _known(True, sure)
        self._close(at, heard=left, finished=known, skipped=_not(known))
        if now.is_playing:
            began = max(began, self.last.received_ms)
            self._say("repeated", began, 0, certain=sure)
            self.current = Current(item=current.item, started_ms=began)
            self._heard(now.progress_ms, 0)
        else:
            self._say("stopped", now.received_ms, now.progress_ms, item=current.item)
        return True

    # ---- from one item to the next -----------------------------------------------------------------------

    def _left(self, current: Current) -> None:
        """Another item plays: the first one ended or was left, somewhere since the last look."""
        assert self.last is not None
        now, last, duration = self.now, self.last, current.item.duration_ms
        began = max(last.received_ms, now.received_ms - now.progress_ms) if now.is_playing else now.received_ms
        self._end(current, began, between=began - last.received_ms, duration=duration)

    def _end(self, current: Current, began: int, *, between: int, duration: int) -> None:
        assert self.last is not None
        left = duration - self.last.progress_ms if duration else 0
        at_end = duration > 0 and left <= DRIFT_MS
        if at_end or (self.ran and duration > 0 and between >= left - CROSSFADE_MS):
            at = min(self.last.received_ms + max(0, left), self.now.received_ms, max(began, self.last.received_ms))
            # It followed at once: the first can only have ended. Later: something else may have been in between.
            # Earlier: the next one may have been faded in, or asked for in the last seconds.
            sure = at_end or (between >= left - DRIFT_MS and began - at <= DRIFT_MS)
            self._say("finished", at, duration, certain=sure)
            known = _known(True, sure)
            heard = min(left, between) if self.ran else 0
            self._close(at, heard=heard, finished=known, skipped=_not(known))
        else:
            heard = between if self.ran else 0
            position = self.last.progress_ms + heard
            # What was paused may have been resumed and have ended, if there was time for that.
            sure = self.ran or duration == 0 or between < left - DRIFT_MS
            self._say("skipped", began, min(position, duration) if duration else position, certain=sure)
            # Who left an item that was paused did not skip it: that was over before.
            self._close(began, heard=heard, finished=_known(False, sure), skipped=True if sure and self.ran else None)

    def _absent(self, current: Current) -> bool:
        """Nothing plays: True when the play is closed."""
        assert self.last is not None
        duration = current.item.duration_ms
        left = duration - self.last.progress_ms
        if self.ran and duration > 0 and self.gap >= left - DRIFT_MS and left <= ABSENT_MS:
            at = min(self.last.received_ms + left, self.now.received_ms)
            sure = left <= DRIFT_MS
            self._say("finished", at, duration, certain=sure)
            known = _known(True, sure)
            self._close(at, heard=left, finished=known, skipped=_not(known))
        elif self.gap >= ABSENT_MS:
            self.rest = Rest(uri=current.item.uri, position_ms=self.last.progress_ms)
            self._close(self.last.received_ms, heard=0, finished=None, skipped=None)
        else:
            return False
        self._say("stopped", self.now.received_ms, self.last.progress_ms, item=current.item)
        return True

    def _start(self, item: Item) -> None:
        now, resting = self.now, self._resting(item)
        moved = now.progress_ms - resting
        began = now.received_ms - moved
        if self.last is not None:
            began = max(began, self.last.received_ms)
        self.rest = None
        self.current = Current(item=item, started_ms=began)
        self._say("started", began, resting, certain=self.last is None or moved <= self.gap + DRIFT_MS)
        self._heard(now.received_ms - began, 0)

    def _resting(self, item: Item) -> int:
        """Where an item that begins to run stood before, 0 for one that was not seen standing anywhere."""
        last = self.last
        if last is not None and last.item is not None and last.item.uri == item.uri and not last.is_playing:
            position = last.progress_ms
        elif self.rest is not None and self.rest.uri == item.uri:
            position = self.rest.position_ms
        else:
            return 0
        return position if position <= self.now.progress_ms else 0

    # ---- what else changed -------------------------------------------------------------------------------

    def _circumstances(self) -> None:
        last, now = self.last, self.now
        if last is None or self.current is None:
            return
        at = now.received_ms
        if last.device_id and now.device_id and last.device_id != now.device_id:
            self._say("device_changed", at, now.progress_ms, before=last.device_name, after=now.device_name)
        elif last.volume is not None and now.volume is not None and last.volume != now.volume:
            self._say("volume_changed", at, now.progress_ms, before=last.volume, after=now.volume)
        if last.shuffle is not None and now.shuffle is not None and last.shuffle != now.shuffle:
            self._say("shuffle_changed", at, now.progress_ms, before=last.shuffle, after=now.shuffle)
        if last.repeat and now.repeat and last.repeat != now.repeat:
            self._say("repeat_changed", at, now.progress_ms, before=last.repeat, after=now.repeat)
        if last.item is not None and now.item is not None and last.context_uri != now.context_uri:
            self._say("context_changed", at, now.progress_ms, before=last.context_uri, after=now.context_uri)
        queue, playing = self.tracker.queue, now.item.uri if now.item else ""
        same = queue is not None and now.queue is not None and self.tracker.queue_of == _queue_of(now)
        if same and not _advanced(queue or (), now.queue or (), playing):
            self._say("queue_changed", at, now.progress_ms, gap_ms=at - self.tracker.queue_ms)

    # ---- pieces ------------------------------------------------------------------------------------------

    def _say(
        self,
        kind: EventType,
        at_ms: int,
        position_ms: int,
        *,
        certain: bool = True,
        before: str | int | bool | None = None,
        after: str | int | bool | None = None,
        gap_ms: int | None = None,
        item: Item | None = None,
    ) -> None:
        item = item or (self.now.item if self.current is None else self.current.item)
        self.events.append(
            PlayerEvent(
                type=kind,
                at_ms=at_ms,
                item=item,
                position_ms=max(0, position_ms),
                observed_gap_ms=self.gap if gap_ms is None else gap_ms,
                certain=certain,
                device_name=self.now.device_name,
                device_type=self.now.device_type,
                context_uri=self.now.context_uri,
                before=before,
                after=after,
            )
        )

    def _heard(self, heard_ms: int, gap_ms: int) -> None:
        if self.current is not None:
            self.current = msgspec.structs.replace(
                self.current,
                heard_ms=self.current.heard_ms + max(0, heard_ms),
                gap_ms=max(self.current.gap_ms, gap_ms),
            )

    def _close(self, at_ms: int, *, heard: int, finished: bool | None, skipped: bool | None) -> None:
        assert self.current is not None and self.last is not None
        self._heard(heard, self.gap if self.ran else 0)
        over, seen = self.current, self.last
        self.plays.append(
            Play(
                item=over.item,
                started_ms=over.started_ms,
                ended_ms=max(at_ms, over.started_ms),
                heard_ms=over.heard_ms,
                gap_ms=over.gap_ms,
                finished=finished,
                skipped=skipped,
                device_name=seen.device_name,
                device_type=seen.device_type,
                context_uri=seen.context_uri,
                shuffle=seen.shuffle,
            )
        )
        self.current = None


def _known(value: bool, sure: bool) -> bool | None:
    return value if sure else None


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _between(at_ms: int, last: PlayerState, now: PlayerState) -> int:
    return min(max(at_ms, last.received_ms), now.received_ms)


def _queue_of(state: PlayerState) -> str:
    return f"{state.context_uri} {state.shuffle} {state.repeat}"


def _advanced(before: tuple[str, ...], after: tuple[str, ...], playing: str) -> bool:
    """Whether a queue is what the former one becomes by playing on until `playing`."""
    gone = [0, *(i + 1 for i, uri in enumerate(before) if uri == playing)]
    return any(after[: len(before) - n] == before[n:] for n in gone)
