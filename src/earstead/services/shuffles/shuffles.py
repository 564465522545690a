"""Shuffles that remember: made over a playlist, albums, liked songs or the listener's own history, followed and undone.

The order is kept here and works without any account; with one it is mirrored into a playlist (`shuffle_playlist`). What
happens to it comes by jobs that survive a restart: a play that was stored, a read of the source, a look at the
playlist every half hour. A source is only ever read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from earstead.core.errors import Conflict, NeedsReauth, NotFound, Refused, Rejected, RetryLater
from earstead.core.names import clean
from earstead.core.shuffling import Order, dumps
from earstead.kit.clock import Clock, new_secret
from earstead.services.feedback import Feedback
from earstead.services.habits import Habits
from earstead.services.ingest import Ingest, IngestResult
from earstead.services.insights.insights import Insights
from earstead.services.playlinks import Playlinks
from earstead.services.shuffles.dealing import Dealing
from earstead.services.shuffles.playlist import Playlists
from earstead.services.shuffles.sources import FEATURE, Sources, title_of
from earstead.services.shuffles.types import (
    MOST_NAME,
    MOST_SHUFFLES,
    LogEntry,
    Rules,
    Shuffle,
    ShuffleItem,
    SourceOption,
    check_rules,
    item_from,
    shuffle_from,
)
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.services.spotify.linking import SpotifyLinking
from earstead.services.spotify.mirror_types import MirrorList
from earstead.services.spotify.mirrors import Mirrors
from earstead.services.spotify.types import LinkedAccount
from earstead.services.worker import Worker
from earstead.storage import shuffles as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

SOURCE_JOB = "shuffle.source"
HEARD_JOB = "shuffle.heard"
PLAYLIST_JOB = "shuffle.playlist"
ROUND_JOB = "shuffle.round"
ROUND_EVERY_S = 1_800
BATCH_S = 900
BATCH_SHARE = 0.5
"""Once so much of a day's writes is used, what was played leaves the playlist in batches instead of one by one."""
_PIECE = 200
_SEED_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A shuffle with its counts. `source_title`: what it follows, "" when that is gone; `left_ms`: how long that is."""

    shuffle: Shuffle
    source_title: str
    left: int
    heard: int
    aside: int
    retired: int
    left_ms: int


class Shuffles:
    """See the module. Methods block."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        worker: Worker,
        ingest: Ingest,
        insights: Insights,
        habits: Habits,
        playlinks: Playlinks,
        feedback: Feedback,
        mirrors: Mirrors,
        accounts: SpotifyAccounts,
        linking: SpotifyLinking,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._worker = worker
        self._insights = insights
        self._mirrors = mirrors
        self._accounts = accounts
        self._linking = linking
        self._sources = Sources(engine, insights, habits, playlinks, feedback, mirrors, accounts)
        self._playlists = Playlists(engine, writer, clock, linking)
        worker.handle(SOURCE_JOB, lambda payload: self.follow(int(payload["shuffle_id"])))
        worker.handle(HEARD_JOB, self._take_plays)
        worker.handle(PLAYLIST_JOB, self._sync, lane=lambda payload: str(payload["shuffle_id"]))
        worker.every(ROUND_JOB, ROUND_EVERY_S, self._look_round)
        ingest.followed_by(self._stored)
        mirrors.followed_by(self._list_was_read, self._wanted, self._own_playlists)

    # ---- reading -----------------------------------------------------------------------------------------

    def of_user(self, user_id: int) -> tuple[Standing, ...]:
        """A user's shuffles, oldest first."""
        titles = {one.list_id: one.name for one in self._mirrors.lists(user_id)}
        with self._engine.read() as tx:
            found = [shuffle_from(row) for row in table.of_user(tx, user_id)]
        return tuple(_standing(shuffle, title_of(shuffle, titles), 0) for shuffle in found)

    def get(self, user_id: int, shuffle_id: int) -> Standing:
        """One shuffle. Raises NotFound."""
        titles = {one.list_id: one.name for one in self._mirrors.lists(user_id)}
        with self._engine.read() as tx:
            shuffle = self._get(tx, user_id, shuffle_id)
            waiting = set(shuffle.order.left)
            left_ms = sum(row[7] for row in table.all_items(tx, shuffle_id) if row[0] in waiting)
        return _standing(shuffle, title_of(shuffle, titles), left_ms)

    def upcoming(self, user_id: int, shuffle_id: int, limit: int = 50, offset: int = 0) -> tuple[ShuffleItem, ...]:
        """What waits, in the order in which it comes."""
        return self._part(user_id, shuffle_id, lambda order: order.left[offset : offset + limit])

    def heard(self, user_id: int, shuffle_id: int, limit: int = 50) -> tuple[ShuffleItem, ...]:
        """What was heard in this round, latest first."""
        return self._part(user_id, shuffle_id, lambda order: order.heard[::-1][:limit])

    def aside(self, user_id: int, shuffle_id: int, limit: int = 200) -> tuple[ShuffleItem, ...]:
        """What was left out by hand, and what was heard as often as it may."""
        return self._part(user_id, shuffle_id, lambda order: (order.aside + order.retired)[:limit])

    def log(self, user_id: int, shuffle_id: int, limit: int = 100, before: int = 0) -> tuple[LogEntry, ...]:
        """What was done to a shuffle, latest first, below an id (0: the latest of all)."""
        with self._engine.read() as tx:
            self._get(tx, user_id, shuffle_id)
            rows = table.log(tx, shuffle_id, before or 1 << 62, min(limit, 500))
            ids = sorted({row[4] for row in rows if row[4]})
            named = {row[0]: item_from(row) for row in table.items(tx, shuffle_id, ids)} if ids else {}
        return tuple(
            LogEntry(
                log_id=row[0],
                at=row[1],
                day=row[2],
                kind=row[3],
                item=named.get(row[4]),
                round=row[5],
                listen_id=row[7],
                detail="" if row[3] == "round" else row[8],
                undone_at=row[9],
            )
            for row in rows
        )

    def _part(self, user_id: int, shuffle_id: int, choose: Callable[[Order], Sequence[int]]) -> tuple[ShuffleItem, ...]:
        with self._engine.read() as tx:
            ids = list(choose(self._get(tx, user_id, shuffle_id).order))[:1000]
            named = {row[0]: item_from(row) for row in table.items(tx, shuffle_id, ids)} if ids else {}
        return tuple(named[item_id] for item_id in ids)

    def _get(self, tx: Tx, user_id: int, shuffle_id: int) -> Shuffle:
        row = table.get(tx, shuffle_id)
        if row is None or row[1] != user_id:
            raise NotFound("There is no such shuffle.")
        return shuffle_from(row)

    # ---- making, changing --------------------------------------------------------------------------------

    def options(self, user_id: int) -> tuple[SourceOption, ...]:
        """What can be shuffled: the lists of linked accounts that may be read, then what is our own."""
        return self._sources.options(user_id)

    def create(
        self, user_id: int, choice: str, *, name: str = "", rules: Rules | None = None, playlist: bool = False
    ) -> Shuffle:
        """Make a shuffle over one of `options`.

        Args:
            name: "" for that of the source.
            playlist: whether it is mirrored into a playlist of its own.

        Raises Rejected, NotFound, Conflict.
        """
        source, list_id, account, title = self._sources.chosen(user_id, choice)
        chosen = check_rules(rules or Rules())
        name = clean(name)[:MOST_NAME] or title
        if playlist and account is None:
            account = self._sources.account_for(user_id)
        values = {
            "user_id": user_id,
            "account_id": account.account_id if account and playlist else 0,
            "name": name,
            "source": source,
            "list_id": list_id,
            "rules": msgspec.json.encode(chosen).decode(),
            "dealt": dumps(Order(seed=new_secret(_SEED_BYTES))),
            "now": self._clock.now(),
        }

        def work(tx: Tx) -> int:
            if len(table.hearing(tx, user_id)) >= MOST_SHUFFLES:
                raise Conflict(f"At most {MOST_SHUFFLES} shuffles can be kept.")
            return table.add(tx, values)

        shuffle_id = self._writer.do(work).result()
        if account and list_id:
            self._mirrors.look_soon(account.account_id)
        self.follow(shuffle_id)
        with self._engine.read() as tx:
            return self._get(tx, user_id, shuffle_id)

    def edit(self, user_id: int, shuffle_id: int, *, name: str, rules: Rules) -> None:
        """Change the name and the rules. Raises Rejected, NotFound."""
        chosen = msgspec.json.encode(check_rules(rules)).decode()
        name = clean(name)[:MOST_NAME]
        if not name:
            raise Rejected("name", "must not be empty")

        def work(tx: Tx) -> None:
            self._get(tx, user_id, shuffle_id)
            table.change(tx, shuffle_id, {"name": name, "rules": chosen})
            self._worker.enqueue(tx, SOURCE_JOB, {"shuffle_id": shuffle_id}, dedupe=str(shuffle_id))

        self._writer.do(work).result()

    def follow_again(self, user_id: int, shuffle_id: int, choice: str) -> None:
        """Let a shuffle whose source is gone follow one of `options`. Its order stays; what is new is dealt in.

        Raises Rejected, NotFound, Conflict when it follows something.
        """
        if self.get(user_id, shuffle_id).source_title:
            raise Conflict("This shuffle follows something already; make another one.")
        source, list_id, account, _ = self._sources.chosen(user_id, choice)

        def work(tx: Tx) -> None:
            self._get(tx, user_id, shuffle_id)
            table.change(tx, shuffle_id, {"source": source, "list_id": list_id})

        self._writer.do(work).result()
        if account and list_id:
            self._mirrors.look_soon(account.account_id)
        self.follow(shuffle_id)

    def mirror(self, user_id: int, shuffle_id: int) -> None:
        """Give a shuffle that has no playlist one of its own. Raises Rejected, NotFound, Conflict when it has one."""
        account = self._sources.account_for(user_id)

        def work(tx: Tx) -> None:
            if self._get(tx, user_id, shuffle_id).account_id:
                raise Conflict("This shuffle has a playlist already.")
            table.change(tx, shuffle_id, {"account_id": account.account_id, "state": "on", "error": ""})
            self._queue(tx, shuffle_id)

        self._writer.do(work).result()

    def pause(self, user_id: int, shuffle_id: int) -> None:
        """Leave the playlist alone; plays are still taken in."""
        self._set_state(user_id, shuffle_id, "paused")

    def resume(self, user_id: int, shuffle_id: int) -> None:
        """Go on."""
        self._set_state(user_id, shuffle_id, "on")

    def _set_state(self, user_id: int, shuffle_id: int, state: str) -> None:
        def work(tx: Tx) -> None:
            self._get(tx, user_id, shuffle_id)
            table.change(tx, shuffle_id, {"state": state, "error": ""})
            self._queue(tx, shuffle_id)

        self._writer.do(work).result()

    def remove(self, user_id: int, shuffle_id: int) -> None:
        """Forget a shuffle. Its playlist stays where it is, as it is."""

        def work(tx: Tx) -> None:
            self._get(tx, user_id, shuffle_id)
            table.remove(tx, shuffle_id)

        self._writer.do(work).result()

    # ---- by hand -----------------------------------------------------------------------------------------

    def mark_heard(self, user_id: int, shuffle_id: int, item_id: int) -> None:
        """Say that something was heard. Raises NotFound."""
        self._deal(user_id, shuffle_id, lambda dealing: dealing.hear_by_hand(self._item(dealing, item_id)))

    def set_aside(self, user_id: int, shuffle_id: int, item_id: int) -> None:
        """Leave something out of all rounds. Raises NotFound."""
        self._deal(user_id, shuffle_id, lambda dealing: dealing.set_aside(self._item(dealing, item_id).item_id))

    def bring_back(self, user_id: int, shuffle_id: int, item_id: int) -> None:
        """Let something wait again, as the next one. Raises NotFound."""
        self._deal(user_id, shuffle_id, lambda dealing: dealing.bring_back(self._item(dealing, item_id).item_id))

    def undo(self, user_id: int, shuffle_id: int, day: str) -> int:
        """Take back what was removed on a day (ISO date); returns how many items wait again. Raises NotFound."""
        return int(self._deal(user_id, shuffle_id, lambda dealing: dealing.undo(day)))

    def _item(self, dealing: Dealing, item_id: int) -> ShuffleItem:
        rows = dealing.rows([item_id])
        if not rows:
            raise NotFound("There is no such item in this shuffle.")
        return rows[0]

    def _deal(self, user_id: int, shuffle_id: int, act: Callable[[Dealing], Any]) -> Any:
        def work(tx: Tx) -> Any:
            dealing = Dealing(tx, self._get(tx, user_id, shuffle_id), self._clock.now())
            answer = act(dealing)
            if dealing.save():
                self._queue(tx, shuffle_id)
            return answer

        return self._writer.do(work).result()

    # ---- the source --------------------------------------------------------------------------------------

    def follow(self, shuffle_id: int) -> None:
        """Take in what the source of a shuffle holds now. Harmless to repeat, and when the shuffle is gone."""
        with self._engine.read() as tx:
            row = table.get(tx, shuffle_id)
        if row is None:
            return
        shuffle = shuffle_from(row)
        found = self._sources.read(shuffle)
        if found is None:
            return
        items, read = found

        def work(tx: Tx) -> None:
            fresh = table.get(tx, shuffle_id)
            if fresh is None:
                return
            dealing = Dealing(tx, shuffle_from(fresh), self._clock.now())
            dealing.follow(items, read)
            if dealing.save():
                self._queue(tx, shuffle_id)

        self._writer.do(work).result()

    def _list_was_read(self, tx: Tx, held: MirrorList) -> None:
        for row in table.of_user(tx, held.user_id):
            if row[5] == held.list_id:
                self._worker.enqueue(tx, SOURCE_JOB, {"shuffle_id": row[0]}, dedupe=str(row[0]))

    def _wanted(self, account: LinkedAccount) -> frozenset[int]:
        with self._engine.read() as tx:
            return frozenset(row[5] for row in table.of_user(tx, account.user_id) if row[5])

    def _own_playlists(self, account: LinkedAccount) -> frozenset[str]:
        return self._sources.playlists_of(account.user_id)

    # ---- plays -------------------------------------------------------------------------------------------

    def _stored(self, tx: Tx, user_id: int, said: Sequence[Any], result: IngestResult, bulk: bool) -> None:
        rows = table.hearing(tx, user_id)
        if not rows:
            return
        since = min(row[1] for row in rows)
        ids = [
            outcome.listen_id
            for one, outcome in zip(said, result.outcomes, strict=True)
            if outcome.status != "known" and one.listened_at >= since
        ]
        for start in range(0, len(ids), _PIECE):
            payload = {"user_id": user_id, "listen_ids": ids[start : start + _PIECE]}
            self._worker.enqueue(tx, HEARD_JOB, payload)

    def _take_plays(self, payload: Mapping[str, Any]) -> None:
        user_id = int(payload["user_id"])
        patience = self._patience(user_id)

        def work(tx: Tx) -> None:
            listens = []
            for listen_id in payload["listen_ids"]:
                try:
                    listens.append(self._insights.listen_in(tx, user_id, int(listen_id)))
                except NotFound:  # deleted since
                    continue
            listens.sort(key=lambda listen: listen.listened_at)
            for row in table.of_user(tx, user_id):
                dealing = Dealing(tx, shuffle_from(row), self._clock.now())
                for listen in listens:
                    dealing.hear(listen)
                if dealing.save():
                    self._queue(tx, row[0], patience.get(row[2], 0))

        self._writer.do(work).result()

    def _patience(self, user_id: int) -> dict[int, int]:
        """When the playlists of each of a user's accounts should follow what was played; those not named at once."""
        return {
            account.account_id: self._clock.now() + BATCH_S
            for account in self._accounts.of_user(user_id)
            if self._linking.share(account.developer, "writes") >= BATCH_SHARE
        }

    # ---- the playlist ------------------------------------------------------------------------------------

    def _queue(self, tx: Tx, shuffle_id: int, run_at: int = 0) -> None:
        # Two of them are harmless, and what must happen now does not wait behind what may wait.
        dedupe = f"{shuffle_id} {'later' if run_at else 'now'}"
        self._worker.enqueue(tx, PLAYLIST_JOB, {"shuffle_id": shuffle_id}, run_at=run_at, dedupe=dedupe)

    def _look_round(self, _: Mapping[str, Any]) -> None:
        self.look()

    def look(self) -> None:
        """Have the sources and playlists of all shuffles that are on looked at."""
        last = 0
        while True:
            with self._engine.read() as tx:
                rows = table.running(tx, last, _PIECE)

            def work(tx: Tx, rows: Sequence[Any] = rows) -> None:
                for row in rows:
                    self._worker.enqueue(tx, SOURCE_JOB, {"shuffle_id": row[0]}, dedupe=str(row[0]))
                    if row[2]:
                        self._queue(tx, row[0])

            self._writer.do(work).result()
            if len(rows) < _PIECE:
                return
            last = rows[-1][0]

    def _sync(self, payload: Mapping[str, Any]) -> None:
        shuffle_id = int(payload["shuffle_id"])
        with self._engine.read() as tx:
            row = table.get(tx, shuffle_id)
        if row is None or not row[2] or row[7] != "on":
            return
        shuffle = shuffle_from(row)
        account = self._accounts.find(shuffle.account_id)
        if account is None or account.state != "on" or FEATURE not in account.features:
            self._say(shuffle, "The Spotify account is not connected, or its shuffle is switched off.")
            return
        try:
            said = self._playlists.sync(shuffle, account)
        except RetryLater as fault:
            # Not a failed job: every write so far is noted, and the limits may ask for many turns.
            at = self._clock.now() + round(max(fault.after_s, 1.0)) + 1
            self._writer.do(lambda tx: self._queue(tx, shuffle_id, at)).result()
        except (Refused, NeedsReauth, NotFound) as fault:
            self._say(shuffle, str(fault))
        else:
            if said is not None:
                self._say(shuffle, said)
            self._look_again(shuffle)

    def _look_again(self, before: Shuffle) -> None:
        """Another turn for what was played while this one was under way."""

        def work(tx: Tx) -> None:
            row = table.get(tx, before.shuffle_id)
            if row is not None and shuffle_from(row).order != before.order:
                self._queue(tx, before.shuffle_id)

        self._writer.do(work).result()

    def _say(self, shuffle: Shuffle, error: str) -> None:
        if shuffle.error != error:
            self._writer.do(lambda tx: table.change(tx, shuffle.shuffle_id, {"error": error[:300]})).result()


def _standing(shuffle: Shuffle, title: str, left_ms: int) -> Standing:
    order = shuffle.order
    return Standing(
        shuffle=shuffle,
        source_title=title,
        left=len(order.left),
        heard=len(order.heard),
        aside=len(order.aside),
        retired=len(order.retired),
        left_ms=left_ms,
    )
