"""What happens to the order of a shuffle, within a transaction: its source, plays, edits by hand, and undoing.

Each step changes the order by `core.shuffling`, and writes into the log what a day can be taken back by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from earstead.core import shuffling
from earstead.core.catalog import match_key
from earstead.core.listen import Kind
from earstead.core.periods import date_of, day_and_hour
from earstead.core.shuffling import Order
from earstead.services.shuffles.types import Shuffle, ShuffleItem, item_from
from earstead.services.spotify.mirror_types import MirrorItem
from earstead.services.views import ListenRow
from earstead.storage import listens
from earstead.storage import shuffles as table
from earstead.storage.engine import Tx

FINISHED = 0.9
"""A play of this much of a track that nobody skipped has finished it, however short it is."""
DAY_S = 86_400
_PIECE = 1_000


class Dealing:
    """One shuffle in one transaction; `save` at the end. `changed`: whether its playlist has to follow."""

    def __init__(self, tx: Tx, shuffle: Shuffle, now: int) -> None:
        self._tx = tx
        self.shuffle = shuffle
        self.order = shuffle.order
        self.now = now
        self.day = str(date_of(day_and_hour(now, listens.zone_of(tx, shuffle.user_id))[0]))
        self._log: list[dict[str, Any]] = []
        self._round_at = shuffle.round_at
        self._values: dict[str, Any] = {}

    @property
    def changed(self) -> bool:
        """Whether the order is another than it was."""
        return self.order != self.shuffle.order

    def save(self) -> bool:
        """Write what changed; returns whether the order did."""
        if self.changed or self._round_at != self.shuffle.round_at:
            self._values |= {"dealt": shuffling.dumps(self.order), "round_at": self._round_at}
        if self._values:
            table.change(self._tx, self.shuffle.shuffle_id, self._values)
        table.note(self._tx, self._log)
        return self.changed

    def set(self, **values: Any) -> None:
        """Set other columns of the shuffle when it is saved."""
        self._values |= values

    def note(self, kind: str, item_id: int = 0, *, place: int = -1, listen_id: int = 0, detail: str = "") -> None:
        """Add to the log when it is saved."""
        entry = {"shuffle_id": self.shuffle.shuffle_id, "at": self.now, "day": self.day, "kind": kind}
        entry |= {"item_id": item_id, "round": self.order.round, "place": place, "listen_id": listen_id}
        self._log.append({**entry, "detail": detail})

    def rows(self, item_ids: Sequence[int]) -> list[ShuffleItem]:
        """Items of the shuffle by their ids."""
        return [item_from(row) for row in table.items(self._tx, self.shuffle.shuffle_id, item_ids)]

    # ---- the source --------------------------------------------------------------------------------------

    def follow(self, source: Sequence[MirrorItem], read: int) -> None:
        """Take in what the source holds now; `read` numbers its complete reads."""
        items = self._items()
        groups, items = self._groups(self._register(source, items)), self._items()
        resting = self._resting(items)
        most = self.shuffle.rules.cap - table.count_of_day(self._tx, self.shuffle.shuffle_id, self.day, "gone")
        first = not self.order.known
        self.order, told = shuffling.follow(self.order, groups, read=read, resting=resting, most=max(most, 0))
        if told.new:
            self.note("dealt" if first else "came", detail=str(len(told.new)))
        for item_id, place in told.gone:
            self.note("gone", item_id, place=place)
        if self.shuffle.rules.rest_days:
            self.order, woken = shuffling.wake(self.order, groups, resting)
            table.deal(self._tx, self.shuffle.shuffle_id, woken, self.now)
            if woken:
                self.note("came", detail=str(len(woken)))
        self._turn(groups)

    def _register(self, source: Sequence[MirrorItem], items: Sequence[ShuffleItem]) -> list[ShuffleItem]:
        """The items of the source, each once, with numbers for those that are new."""
        # What is our own goes by its name: a URI becomes known when somebody plays it with one, and may differ then.
        own = not self.shuffle.list_id
        by_name = {_name("" if own else item.uri, item.match_key): item for item in items}
        found: dict[str, ShuffleItem] = {}
        new: list[ShuffleItem] = []
        number = max((item.item_id for item in items), default=0)
        for one in source:
            key = key_of(one.uri, one.artist_names, one.track_name)
            name = _name("" if own else one.uri, key)
            if name in found:
                continue
            item = by_name.get(name)
            if item is None:
                number += 1
                item = _item(number, one, key, self.now)
                new.append(item)
            elif one.uri and not item.uri:
                table.name_item(self._tx, self.shuffle.shuffle_id, item.item_id, one.uri)
            found[name] = item
        self._store(new)
        return list(found.values())

    def _store(self, new: Sequence[ShuffleItem]) -> None:
        shuffle = self.shuffle
        last: dict[int, int] = {}
        if shuffle.rules.rest_days:
            for start in range(0, len(new), _PIECE):
                keys = [item.match_key for item in new[start : start + _PIECE]]
                last |= table.heard_last(self._tx, shuffle.user_id, keys)
        table.add_items(
            self._tx,
            [
                {**_columns(item), "shuffle_id": shuffle.shuffle_id, "heard_at": last.get(item.match_key, 0)}
                for item in new
            ],
        )

    def _resting(self, items: Sequence[ShuffleItem]) -> frozenset[int]:
        days = self.shuffle.rules.rest_days
        return frozenset(item.item_id for item in items if days and item.heard_at > self.now - days * DAY_S)

    def _items(self) -> list[ShuffleItem]:
        return [item_from(row) for row in table.all_items(self._tx, self.shuffle.shuffle_id)]

    @staticmethod
    def _groups(items: Sequence[ShuffleItem]) -> list[list[int]]:
        groups: dict[str, list[int]] = {}
        for item in items:
            groups.setdefault(item.group_key or f"#{item.item_id}", []).append(item.item_id)
        return list(groups.values())

    # ---- plays -------------------------------------------------------------------------------------------

    def hear(self, listen: ListenRow) -> bool:
        """Take in a play, when it is one of something that waits; returns whether it was."""
        shuffle_id = self.shuffle.shuffle_id
        if not was_heard(listen, skips=self.shuffle.rules.skips) or table.noted(self._tx, shuffle_id, listen.listen_id):
            return False
        ids = table.played(self._tx, shuffle_id, listen.spotify_uri, sorted(_keys(listen)))
        waiting = set(self.order.left)
        items = {row[0]: item_from(row) for row in table.items(self._tx, shuffle_id, ids)} if ids else {}
        for item_id in ids:
            item, at = items[item_id], listen.listened_at
            if item_id in waiting and item.dealt_at <= at and item.heard_at < at:
                self._heard(item, at, listen.listen_id)
                return True
        return False

    def hear_by_hand(self, item: ShuffleItem) -> None:
        """The listener says that something was heard."""
        if item.item_id in self.order.left:
            self._heard(item, self.now, 0)

    def _heard(self, item: ShuffleItem, at: int, listen_id: int) -> None:
        drop_after = self.shuffle.rules.drop_after
        retire = bool(drop_after) and item.plays + 1 >= drop_after
        order, place = shuffling.hear(self.order, item.item_id, retire=retire)
        self.note("heard", item.item_id, place=place, listen_id=listen_id)
        self.order = order
        table.heard(self._tx, self.shuffle.shuffle_id, item.item_id, at, 1)
        if not order.left:
            self._turn(self._groups(self._items()))

    def _turn(self, groups: shuffling.Groups) -> None:
        """Begin the next round when nothing waits; a shuffle of what rests has none."""
        if self.order.left or not self.order.heard or self.shuffle.rules.rest_days:
            return
        self.note("round", detail=msgspec.json.encode(self.order.heard).decode())
        self.order = shuffling.turn(self.order, groups)
        self._round_at = self.now
        table.deal(self._tx, self.shuffle.shuffle_id, self.order.left, self.now)

    # ---- by hand -----------------------------------------------------------------------------------------

    def merge(self, theirs: Sequence[MirrorItem]) -> tuple[int, ...]:
        """Take over an edit of the playlist; what it holds now, as items."""
        items = self._register(theirs, self._items())
        found = tuple(item.item_id for item in items)
        before = self.order
        self.order, told = shuffling.merge(before, self.shuffle.mirrored, found)
        for item_id in told.put_in:
            self.note("guest", item_id)
        for item_id, place in told.taken_out:
            self.note("aside", item_id, place=place)
        if told.moved:
            self.note("moved")
        table.deal(self._tx, self.shuffle.shuffle_id, told.put_in, self.now)
        self._turn(self._groups(self._items()))
        return found

    def set_aside(self, item_id: int) -> None:
        """Leave an item out of all rounds."""
        order, place = shuffling.set_aside(self.order, item_id)
        if order != self.order:
            self.note("aside", item_id, place=place)
            self.order = order
            self._turn(self._groups(self._items()))

    def bring_back(self, item_id: int) -> None:
        """Let an item that was left out, was heard or is retired wait again, as the next one."""
        if item_id in self.order.left or item_id not in self.order.known:
            return
        self.order = shuffling.put_back(self.order, item_id, 0)
        self.note("back", item_id, place=0)
        table.deal(self._tx, self.shuffle.shuffle_id, [item_id], self.now)

    # ---- undoing -----------------------------------------------------------------------------------------

    def undo(self, day: str) -> int:
        """Take back what was removed on a day, latest first; returns how many items wait again."""
        rows = table.day(self._tx, self.shuffle.shuffle_id, day)
        back: list[int] = []
        undone: list[int] = []
        for log_id, _, _, kind, item_id, round_, place, _, detail, _ in rows:
            order = self._undone(kind, item_id, round_, place, detail)
            if order is None:
                continue
            undone.append(log_id)
            if kind == "heard" and order != self.order:
                table.heard(self._tx, self.shuffle.shuffle_id, item_id, 0, -1)
            if item_id and order != self.order:
                back.append(item_id)
            self.order = order
        table.undone(self._tx, self.shuffle.shuffle_id, undone, self.now)
        table.deal(self._tx, self.shuffle.shuffle_id, back, self.now)
        if undone:
            self.note("undo", detail=f"{day} {len(back)}")
        return len(back)

    def _undone(self, kind: str, item_id: int, round_: int, place: int, detail: str) -> Order | None:
        """The order without one entry of the log; None for a kind that is not taken back."""
        order = self.order
        if kind == "heard":
            # In a later round it waits again, or was heard again: that is not taken back.
            return shuffling.put_back(order, item_id, place) if order.round == round_ else order
        if kind in ("gone", "aside"):
            # What went from what was heard goes back there by the next round alone: it is known again, and waits.
            return shuffling.put_back(order, item_id, place if place >= 0 else len(order.left))
        if kind == "round":
            heard = msgspec.json.decode(detail, type=tuple[int, ...])
            turned = order.round == round_ + 1 and not order.heard
            return shuffling.turn_back(order, heard) if turned else order
        return None


def was_heard(listen: ListenRow, *, skips: bool) -> bool:
    """Whether a play takes its item off: it counts, it was finished, or it was skipped and that is enough."""
    if listen.hidden:
        return False
    finished = listen.skipped is False and 0 < listen.duration_ms * FINISHED <= listen.played_ms
    return listen.counted or finished or (skips and bool(listen.skipped))


def _keys(listen: ListenRow) -> set[int]:
    """The names under which a play may be known: as one artist, as a credit of several, and as decided here."""
    names = [(listen.artist_name, listen.track_name), (listen.recording.credit, listen.recording.name)]
    names += [(artist.name, listen.track_name) for artist in listen.artists[:1]]
    kind = Kind(listen.kind)
    return {match_key(kind, artist, title, split) for artist, title in names for split in ((), (artist,))}


def key_of(uri: str, artist_names: Sequence[str], track_name: str) -> int:
    """By which a play under another URI, or without one, is known to be of the same name."""
    kind = Kind.EPISODE if ":episode:" in uri else Kind.MUSIC
    return match_key(kind, artist_names[0] if artist_names else "", track_name, tuple(artist_names))


def _name(uri: str, key: int) -> str:
    return uri or f"#{key}"


def _item(number: int, one: MirrorItem, key: int, now: int) -> ShuffleItem:
    return ShuffleItem(
        item_id=number,
        uri=one.uri,
        match_key=key,
        group_key=one.group_key,
        track_name=one.track_name,
        artist_name=", ".join(one.artist_names),
        release_name=one.release_name,
        duration_ms=one.duration_ms,
        dealt_at=now,
        plays=0,
        heard_at=0,
    )


def _columns(item: ShuffleItem) -> Mapping[str, Any]:
    return {name: getattr(item, name) for name in ShuffleItem.__slots__}
