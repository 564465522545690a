"""Shuffles in an earstead archive: a line for each shuffle, then one for each of its items, in their order.

What comes back is the order and what was heard of it. It goes on without its source and playlist until those are there
again: ids of lists and accounts mean nothing on another server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

import msgspec

from earstead.core.errors import Rejected
from earstead.core.shuffling import Order, dumps
from earstead.services.archive_lines import MOST_COUNT, line
from earstead.services.shuffles.types import MOST_SHUFFLES, Rules, SourceKind, check_rules, item_from, shuffle_from
from earstead.storage import shuffles as table
from earstead.storage.engine import Tx

PLACES = ("left", "heard", "aside", "retired")
SOURCES = get_args(SourceKind)
MOST_ITEMS = 20_000
MOST_TEXT = 4_096


class ShuffleLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A shuffle (`place` is ""), or an item of the one named by `seed`, where it stands."""

    seed: str
    name: str = ""
    source: str = ""
    rules: Rules = Rules()
    round: int = 1
    drawn: int = 0
    round_at: int = 0
    created_at: int = 0
    place: str = ""
    guest: bool = False
    uri: str = ""
    match_key: int = 0
    group_key: str = ""
    track_name: str = ""
    artist_name: str = ""
    release_name: str = ""
    duration_ms: int = 0
    dealt_at: int = 0
    plays: int = 0
    heard_at: int = 0


def lines(tx: Tx, user_id: int) -> Iterator[bytes]:
    """The shuffles of a user as lines."""
    for row in table.of_user(tx, user_id):
        shuffle = shuffle_from(row)
        order = shuffle.order
        head = ShuffleLine(
            seed=order.seed,
            name=shuffle.name,
            source=shuffle.source,
            rules=shuffle.rules,
            round=order.round,
            drawn=order.drawn,
            round_at=shuffle.round_at,
            created_at=shuffle.created_at,
        )
        yield line(msgspec.to_builtins(head))
        items = {row[0]: item_from(row) for row in table.all_items(tx, shuffle.shuffle_id)}
        guests = set(order.guests)
        for place in PLACES:
            for item_id in getattr(order, place):
                item = items[item_id]
                said = ShuffleLine(
                    seed=order.seed,
                    place=place,
                    guest=item_id in guests,
                    uri=item.uri,
                    match_key=item.match_key,
                    group_key=item.group_key,
                    track_name=item.track_name,
                    artist_name=item.artist_name,
                    release_name=item.release_name,
                    duration_ms=item.duration_ms,
                    dealt_at=item.dealt_at,
                    plays=item.plays,
                    heard_at=item.heard_at,
                )
                yield line(msgspec.to_builtins(said))


def apply(tx: Tx, user_id: int, said: Iterable[ShuffleLine]) -> None:
    """Take over shuffles that are not here yet. Raises Rejected for a line that could not have been written here."""
    here = {shuffle_from(row).order.seed for row in table.of_user(tx, user_id)}
    found: dict[str, tuple[ShuffleLine, list[ShuffleLine]]] = {}
    for one in said:
        _check(one)
        if not one.place:
            found.setdefault(one.seed, (one, []))
        elif one.seed in found:
            found[one.seed][1].append(one)
        else:
            raise Rejected("shuffles", "an item is named before its shuffle")
    new = [pair for seed, pair in found.items() if seed not in here]
    if len(here) + len(new) > MOST_SHUFFLES or any(len(items) > MOST_ITEMS for _, items in new):
        raise Rejected("shuffles", f"there are more than {MOST_SHUFFLES}, or one has more than {MOST_ITEMS:,} items")
    for head, items in new:
        _add(tx, user_id, head, items)


def _check(one: ShuffleLine) -> None:
    texts = (one.seed, one.name, one.uri, one.group_key, one.track_name, one.artist_name, one.release_name)
    numbers = (one.round, one.drawn, one.round_at, one.created_at, one.duration_ms, one.dealt_at, one.plays)
    if not one.seed or any(len(text) > MOST_TEXT for text in texts):
        raise Rejected("shuffles", "a text is missing or too long")
    if any(not 0 <= number < MOST_COUNT for number in (*numbers, one.heard_at, one.match_key >> 1)):
        raise Rejected("shuffles", "a number is out of range")
    if one.place not in ("", *PLACES) or (not one.place and (one.source not in SOURCES or not one.name)):
        raise Rejected("shuffles", "a line is neither a shuffle nor an item of one")
    check_rules(one.rules)


def _add(tx: Tx, user_id: int, head: ShuffleLine, items: list[ShuffleLine]) -> None:
    numbered = list(enumerate(items, start=1))
    places = {name: tuple(number for number, item in numbered if item.place == name) for name in PLACES}
    guests = tuple(number for number, item in numbered if item.guest)
    order = Order(
        seed=head.seed,
        round=head.round,
        drawn=head.drawn,
        guests=guests,
        left=places["left"],
        heard=places["heard"],
        aside=places["aside"],
        retired=places["retired"],
    )
    values = {
        "user_id": user_id,
        "account_id": 0,
        "name": head.name,
        "source": head.source,
        "list_id": 0,
        "rules": msgspec.json.encode(head.rules).decode(),
        "dealt": dumps(order),
        "now": head.created_at,
    }
    shuffle_id = table.add(tx, values)
    table.change(tx, shuffle_id, {"round_at": head.round_at})
    table.add_items(tx, [_item(shuffle_id, number, item) for number, item in numbered])


def _item(shuffle_id: int, number: int, item: ShuffleLine) -> Mapping[str, Any]:
    return {
        "shuffle_id": shuffle_id,
        "item_id": number,
        "uri": item.uri,
        "match_key": item.match_key,
        "group_key": item.group_key,
        "track_name": item.track_name,
        "artist_name": item.artist_name,
        "release_name": item.release_name,
        "duration_ms": item.duration_ms,
        "dealt_at": item.dealt_at,
        "plays": item.plays,
        "heard_at": item.heard_at,
    }
