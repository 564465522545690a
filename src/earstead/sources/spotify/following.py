"""One account that is followed: what is remembered of it, what each answer brings, and when to ask again.

Theory. There are pieces of work, each due at a time: looking at the player, and reading the last plays. Doing one
either succeeds, and all it brought is kept in one transaction with how far it got; or it fails, nothing moves, and the
piece is due again when the failure says. So a failure never costs more than the time it lasted, and a restart goes on
where the last kept answer stood. Time in which nobody could look, though it was planned, is written down as a hole.

Not for several threads at once; `watch` sees to that.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import msgspec

from earstead.core import holes
from earstead.core.errors import AppError, NeedsReauth, Refused, RetryLater
from earstead.core.holes import Hole, Why
from earstead.core.listen import Kind
from earstead.core.player import PlayerEvent, PlayerState, Tracker, observe
from earstead.core.polling import COARSE_MS, next_look_ms, pace_for
from earstead.core.quota import Priority
from earstead.core.spotify import SOURCE_PLAYER, QuotaLocked, ScopeMissing
from earstead.kit.clock import Clock
from earstead.services.playing import Playing
from earstead.services.spotify.types import LinkedAccount, SpotifyApi
from earstead.services.spotify.watched import Told, Watched
from earstead.sources.spotify.catchup import Reached, take
from earstead.sources.spotify.told import event_data, now_of, play_of

log = logging.getLogger(__name__)

Work = Literal["player", "recent"]
WATCH, RECENT, HOLES = "watch", "recent", "holes"
"""Names under which an account's state is kept."""
SEEN = "spotify"
"""The source of events that looks found."""
LATE_MS = 120_000
"""A look that comes so much later than it was planned leaves a hole."""
KEEP_MS = 240_000
"""What changes nothing but the time is kept this often."""
RECENT_PLAYING_MS = 1_440_000
"""Fifty plays of half a minute take 25 minutes."""
RECENT_IDLE_MS = 7_200_000
RECENT_AFTER_MS = 600_000
"""So long after the last play most devices have told of theirs."""
SANITY_MS = 330_000
"""Where a device tells its changes by itself, the player is looked at only to see whether that is so."""
FAULT_MS = 60_000
FAILED_S = 30
MOST_FAILED_S = 300
"""Where nothing answers, the pauses grow from the one to the other."""
REFUSED_MS = 6 * 3_600_000
QUEUE_MS = 300_000
QUEUE_SHARE = 0.35
"""The queue is looked at so often, while less than this of the day's looks is used."""
MOST_EPISODES = 50
MOST_ENDS = 60
_MOVES = frozenset({"skipped", "resumed", "repeated"})


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """What outlives the process.

    Attributes:
        looked_ms, wait_ms: when the player was seen last, and how long after that the next look was planned.
        quiet: looks in a row that found nothing playing.
        why: what kept us from looking since, "" when nothing did.
        chapters: episodes that were asked about -> whether they are chapters of an audiobook.
        ends: when the last plays ended that were seen.
    """

    tracker: Tracker = Tracker()
    looked_ms: int = 0
    wait_ms: int = 0
    quiet: int = 0
    why: Why | Literal[""] = ""
    chapters: dict[str, bool] = {}
    ends: tuple[int, ...] = ()


T = TypeVar("T", Book, Reached)


class Cursors(Protocol):
    """Where an account's state is kept: `services.spotify_accounts.SpotifyAccounts`."""

    def cursor(self, account_id: int, name: str) -> str:
        """What was kept under a name, "" at first."""


class Clients(Protocol):
    """What asks Spotify: `sources.spotify.link.SpotifyLink`."""

    def client(self, account: LinkedAccount, priority: Priority = Priority.BACKGROUND) -> SpotifyApi:
        """A client in the name of an account."""

    def share(self, developer: str, family: Literal["player", "recent"]) -> float:
        """How much of a day's budget is used, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What all followed accounts share."""

    cursors: Cursors
    clients: Clients
    watched: Watched
    playing: Playing
    clock: Clock


class Following:
    """See the module. `due` says when each piece of work is to be done next, in unix milliseconds."""

    def __init__(self, account: LinkedAccount, around: Around) -> None:
        self.account = account
        self._around = around
        self._book = _read(around.cursors.cursor(account.account_id, WATCH), Book)
        self._reached = _read(around.cursors.cursor(account.account_id, RECENT), Reached)
        self._kept_ms = self._book.looked_ms
        self._dirty = False
        self._everything = False
        self._pushed = False
        now = around.clock.now_ms()
        self.due: dict[Work, int] = {"player": now, "recent": max(now, self._reached.asked_ms + FAULT_MS)}
        self._failures: dict[Work, int] = {"player": 0, "recent": 0}
        self.stopped = False

    # ---- being asked -------------------------------------------------------------------------------------

    def next_ms(self) -> int:
        """When something is due next."""
        return min(self.due.values())

    def do_due(self) -> None:
        """Do the most urgent piece of work that is due: the player before the past."""
        now = self._around.clock.now_ms()
        work: Work = "player" if self.due["player"] <= now else "recent"
        try:
            if self._look() if work == "player" else self._catch_up():
                self._failures[work] = 0
        except RetryLater as fault:
            self._failed(work, "quota" if isinstance(fault, QuotaLocked) else "outage", fault.after_s)
        except ScopeMissing:
            self._failed(work, "refused", REFUSED_MS / 1000)
        except NeedsReauth:
            self.stop("consent")
        except Refused as fault:
            log.info("Spotify refuses to tell of account %d: %s", self.account.account_id, fault)
            self._failed(work, "refused", REFUSED_MS / 1000)
        except AppError as fault:
            log.warning("account %d of Spotify cannot be followed now: %s", self.account.account_id, fault)
            self._failed(work, "outage", FAULT_MS / 1000)

    def postpone(self) -> None:
        """Something went wrong that nobody foresaw: try again in a while."""
        later = self._around.clock.now_ms() + FAULT_MS
        self.due = {"player": max(later, self.due["player"]), "recent": max(later, self.due["recent"])}

    def stop(self, why: Why) -> None:
        """Nothing can be asked any more until the account is linked anew."""
        self.stopped = True
        if not self._book.why:
            self._book = msgspec.structs.replace(self._book, why=why)
        self._around.watched.keep(self.account, {WATCH: _write(self._book)})
        self._silence()

    def flush(self) -> None:
        """Keep what was seen and not kept yet."""
        if self._dirty:
            self._around.watched.keep(self.account, {WATCH: _write(self._book)})
            self._dirty = False

    def _failed(self, work: Work, why: Why, after_s: float) -> None:
        now = self._around.clock.now_ms()
        failed = self._failures[work]
        least_s = min(FAILED_S << failed, MOST_FAILED_S) if failed else 1
        self._failures[work] = min(failed + 1, 8)
        self.due[work] = now + int(max(after_s, least_s) * 1000)
        if work == "player":
            if self._book.why != why:
                self._book = msgspec.structs.replace(self._book, why=why)
                self._dirty = True
            # While the player cannot be seen, the last plays say what they can.
            self.due["recent"] = min(self.due["recent"], max(now, self._reached.asked_ms + COARSE_MS))

    # ---- the player --------------------------------------------------------------------------------------

    def _look(self) -> bool:
        account, around = self.account, self._around
        if pace_for(around.clients.share(account.developer, "player")) is None:
            self._failed("player", "quota", COARSE_MS / 1000)
            return False
        client = around.clients.client(account, Priority.PLAYER)
        self.seen(self._with_queue(client, self._with_kind(client, client.player())))
        return True

    def pushed(self, state: PlayerState, source: str) -> None:
        """A device told its state by itself."""
        self._pushed = True
        self.seen(state, source)

    def seen(self, state: PlayerState, source: str = SEEN) -> None:
        """Take one look into account, and keep what it brought."""
        around, book = self._around, self._book
        step = observe(book.tracker, state)
        if step.tracker is book.tracker and state.received_ms <= book.looked_ms:
            return
        told = [self._told(event, source) for event in step.events]
        plays = [play_of(play) for play in step.plays]
        self._trust(source, moved=bool(told))
        runs = state.item is not None and state.is_playing and not step.tracker.frozen
        quiet = 0 if runs else book.quiet + 1
        wait = self._wait(step.tracker, moved=any(e.type in _MOVES for e in step.events), quiet=quiet)
        cursors = self._hole(state)
        self._book = Book(
            tracker=step.tracker,
            looked_ms=state.received_ms,
            wait_ms=wait,
            quiet=quiet,
            chapters=book.chapters,
            ends=(*book.ends, *(play.ended_ms for play in step.plays))[-MOST_ENDS:],
        )
        if told or plays or cursors or quiet == 1 or state.received_ms - self._kept_ms >= KEEP_MS:
            try:
                around.watched.keep(self.account, {**cursors, WATCH: _write(self._book)}, plays=plays, events=told)
            except BaseException:
                # Nothing of it was kept, so nothing of it may be remembered: the next look brings it again.
                self._book = book
                raise
            self._kept_ms, self._dirty = state.received_ms, False
        else:
            self._dirty = True
        self.due["player"] = max(state.received_ms + wait, around.clock.now_ms())
        self._plan_recent(runs=runs, ended=quiet == 1 and bool(told))
        self._show(state, runs=runs)

    def _wait(self, tracker: Tracker, *, moved: bool, quiet: int) -> int:
        if self._pushed:
            return SANITY_MS
        pace = pace_for(self._around.clients.share(self.account.developer, "player"))
        if pace is None:
            return COARSE_MS
        return next_look_ms(tracker, changed=moved, quiet_looks=quiet, pace=pace)

    def _told(self, event: PlayerEvent, source: str) -> Told:
        if source != SEEN:
            # It was told at its moment, and not found between two looks.
            event = msgspec.structs.replace(event, observed_gap_ms=0)
        data = event_data(event, account=self.account.title, source=source)
        return Told(type=f"player.{event.type}", at_ms=event.at_ms, data=data)

    def _trust(self, source: str, *, moved: bool) -> None:
        # A look that finds what no push told of means that pushes do not tell everything: look as if there were none.
        if source == SEEN and moved:
            self._pushed = False

    def _hole(self, state: PlayerState) -> dict[str, str]:
        book = self._book
        if not book.looked_ms or state.received_ms - book.looked_ms <= book.wait_ms + LATE_MS:
            return {}
        hole = Hole(from_ms=book.looked_ms, to_ms=state.received_ms, why=book.why or "stopped")
        known = holes.read(self._around.cursors.cursor(self.account.account_id, HOLES))
        self._everything = True
        self.due["recent"] = min(self.due["recent"], self._around.clock.now_ms())
        return {HOLES: holes.write(holes.add(known, hole))}

    def _with_kind(self, client: SpotifyApi, state: PlayerState) -> PlayerState:
        """The state with its item told as what it is: chapters of audiobooks come as episodes."""
        item = state.item
        if item is None or item.kind is not Kind.EPISODE:
            return state
        known = self._book.chapters.get(item.uri)
        if known is None:
            try:
                known = client.is_chapter(item.uri)
            except (RetryLater, Refused):
                return state
            chapters = {**self._book.chapters, item.uri: known}
            self._book = msgspec.structs.replace(self._book, chapters=dict(list(chapters.items())[-MOST_EPISODES:]))
        return msgspec.structs.replace(state, item=msgspec.structs.replace(item, kind=Kind.CHAPTER)) if known else state

    def _with_queue(self, client: SpotifyApi, state: PlayerState) -> PlayerState:
        """The state with what comes next, now and then: it costs a request that the player may need more."""
        since = state.received_ms - self._book.tracker.queue_ms
        spare = self._around.clients.share(self.account.developer, "player") < QUEUE_SHARE
        if state.item is None or not state.is_playing or since < QUEUE_MS or not spare:
            return state
        try:
            coming = client.queue()
        except AppError:
            return state
        return msgspec.structs.replace(state, queue=tuple(item.uri for item in coming.upcoming))

    # ---- what plays now ----------------------------------------------------------------------------------

    def _show(self, state: PlayerState, *, runs: bool) -> None:
        now = now_of(state) if runs else None
        if now is None:
            self._silence()
        else:
            self._around.playing.set(self.account.user_id, *now)

    def _silence(self) -> None:
        slot = self._around.playing.get(self.account.user_id)
        if slot is not None and slot.submission.source == SOURCE_PLAYER:
            self._around.playing.clear(self.account.user_id)

    # ---- the last plays ----------------------------------------------------------------------------------

    def _catch_up(self) -> bool:
        now = self._around.clock.now_ms()
        after = self._reached.after_ms(now, everything=self._everything)
        rows = self._around.clients.client(self.account, Priority.HISTORY).recently_played(after)
        plays, reached = take(self._reached, rows, now, full=after == 0, ends=self._book.ends)
        self._around.watched.keep(self.account, {RECENT: _write(reached)}, plays=plays)
        self._reached, self._everything = reached, False
        coarse = self._book.why != ""
        every = COARSE_MS if coarse else RECENT_IDLE_MS if self._book.quiet else RECENT_PLAYING_MS
        self.due["recent"] = now + every
        return True

    def _plan_recent(self, *, runs: bool, ended: bool) -> None:
        now = self._around.clock.now_ms()
        if runs:
            self.due["recent"] = min(self.due["recent"], max(now, self._reached.asked_ms + RECENT_PLAYING_MS))
        elif ended:
            self.due["recent"] = min(self.due["recent"], now + RECENT_AFTER_MS)


def _read(text: str, kind: type[T]) -> T:
    """What was kept; a fresh start for text that an older version wrote and this one cannot read."""
    try:
        return msgspec.json.decode(text, type=kind) if text else kind()
    except (msgspec.DecodeError, msgspec.ValidationError):
        log.warning("where the work on a Spotify account stood cannot be read; it begins anew")
        return kind()


def _write(value: Book | Reached) -> str:
    return msgspec.json.encode(value).decode()
