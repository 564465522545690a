"""A shuffle that remembers: an order over the items of a source in which nothing comes again before all was heard.

Theory. An order is a *round*: every item waits once (`left`), and is `heard` once; when nothing waits, the next round
is dealt from what was heard. What the source gains is dealt into what waits, at a place drawn for it; what it loses
goes only after it was missing in several complete reads (`core.absence`), and when it comes back in the same round it
stands where it stood: sources lose things and find them again. What a listener takes out by hand stands
`aside` and is in no round until it is brought back; what they put in by hand is a `guest`, heard once and not dealt
again. What may not be dealt again at all is `retired`.

Nothing is random: places are hashes of the seed, so that the same source and the same history give the same order on
every machine, and a restart changes nothing. Items that belong together (an album) are a *group*: groups are
shuffled, their items stay in order, next to each other.

Rule for changing it: an item stands in exactly one of `left`, `heard`, `aside` and `retired`, and only `turn` and
`wake` move anything from `heard` to `left` without being told to by the listener.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from earstead.core import absence
from earstead.core.ids import hash63

_PLACES = ("heard", "aside", "retired")
Groups = Sequence[Sequence[int]]
"""The items of a source: groups, each with its items in order. An item stands in one group, once."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a shuffle; items are whole numbers above 0. JSON text by `dumps` and back by `loads`.

    Attributes:
        round: 1 for the first; `drawn` counts the draws made so far.
        read: number of the last complete read of the source that was taken in.
        left: what waits, in the order in which it comes; `heard`: what was heard in this round, in that order.
        missing: how often in a row each item was missing in complete reads.
        past: where an item stood that is no longer of the source: it comes back to there, not into what waits.
    """

    seed: str
    round: int = 1
    drawn: int = 0
    read: int = 0
    left: tuple[int, ...] = ()
    heard: tuple[int, ...] = ()
    aside: tuple[int, ...] = ()
    guests: tuple[int, ...] = ()
    retired: tuple[int, ...] = ()
    missing: dict[int, int] = {}
    past: dict[int, str] = {}

    @property
    def known(self) -> tuple[int, ...]:
        """Every item."""
        return self.left + self.heard + self.aside + self.retired


class Followed(msgspec.Struct, frozen=True):
    """What a look at the source changed: what came, and (item, its place in `left` or -1) of what went."""

    new: tuple[int, ...] = ()
    gone: tuple[tuple[int, int], ...] = ()


class Merged(msgspec.Struct, frozen=True):
    """What the listener changed by hand: what was put in, (item, former place) of what was taken out, whether moved."""

    put_in: tuple[int, ...] = ()
    taken_out: tuple[tuple[int, int], ...] = ()
    moved: bool = False


def dumps(order: Order) -> str:
    """An order as JSON text."""
    return msgspec.json.encode(order).decode()


def loads(text: str) -> Order:
    """An order from its JSON text. Raises ValueError for anything else."""
    return msgspec.json.decode(text, type=Order)


# --- following the source -----------------------------------------------------------------------------------------


def follow(
    order: Order, groups: Groups, *, read: int, resting: Collection[int] = (), most: int = 1 << 30
) -> tuple[Order, Followed]:
    """Take in what a source holds now.

    Args:
        read: number of the last complete read. One that was taken in before brings what is new and takes nothing away.
        resting: items that may not be dealt now; new ones among them count as heard.
        most: so many items may go now; the others go with later calls, as long as they are still missing.
    """
    present = {item for group in groups for item in group}
    known = set(order.known)
    back = {item: place for item, place in order.past.items() if item in present and item not in known}
    new = tuple(item for group in groups for item in group if item not in known and item not in back)
    missing = absence.found(order.missing, present)
    if read > order.read:
        counted, ripe = absence.count(order.missing, _of_source(order, present), present)
        missing = {**counted, **dict.fromkeys(ripe, absence.READS)}
    gone = tuple(item for item, times in missing.items() if times >= absence.READS)[:most]
    left_before = order.left
    past = {item: place for item, place in order.past.items() if item not in present}
    past |= {item: place for place in _PLACES for item in getattr(order, place) if item in set(gone)}
    order = _without(order, set(gone))
    order = msgspec.structs.replace(
        order,
        read=max(read, order.read),
        missing={item: times for item, times in missing.items() if item not in gone},
        guests=tuple(item for item in order.guests if item not in present),
        heard=order.heard + tuple(item for item in new if item in resting) + _of_place(back, "heard"),
        aside=order.aside + _of_place(back, "aside"),
        retired=order.retired + _of_place(back, "retired"),
        past=past,
    )
    order = _deal(order, groups, {item for item in new if item not in resting})
    places = {item: at for at, item in enumerate(left_before)}
    return order, Followed(new, tuple((item, places.get(item, -1)) for item in gone))


def _of_place(back: Mapping[int, str], place: str) -> tuple[int, ...]:
    return tuple(item for item, at in back.items() if at == place)


def _of_source(order: Order, present: Collection[int]) -> list[int]:
    guests = set(order.guests).difference(present)
    return [item for item in order.known if item not in guests]


def _deal(order: Order, groups: Groups, items: Collection[int]) -> Order:
    """Deal items into what waits: those of a group behind what waits of it, other groups at drawn places."""
    if not items:
        return order
    group_of = _group_of(groups)
    joining, apart = _split(order, groups, items)
    runs = _runs(_join(order.left, joining, group_of), group_of)
    draw = order.drawn + 1
    dealt: dict[int, list[tuple[int, list[int]]]] = {}
    for group in apart:
        number = _draw(order.seed, "deal", draw, group[0])
        # The first deal of all has nothing to stand between: the numbers alone are its order.
        dealt.setdefault(number % (len(runs) + 1), []).append((number, group))
    left: list[int] = []
    for at in range(len(runs) + 1):
        for _, group in sorted(dealt.get(at, ())):
            left += group
        left += runs[at] if at < len(runs) else ()
    return msgspec.structs.replace(order, left=tuple(left), drawn=draw)


def _split(order: Order, groups: Groups, items: Collection[int]) -> tuple[dict[int, list[int]], list[list[int]]]:
    """Of the items to be dealt, by number of the group those of which some wait already, and the other groups."""
    waiting = set(order.left)
    joining: dict[int, list[int]] = {}
    apart = []
    for number, group in enumerate(groups):
        chosen = [item for item in group if item in items]
        if chosen and any(item in waiting for item in group):
            joining[number] = chosen
        elif chosen:
            apart.append(chosen)
    return joining, apart


def _join(left: Sequence[int], joining: Mapping[int, list[int]], group_of: Mapping[int, int]) -> list[int]:
    """What waits, with further items of its groups behind the last one of each."""
    last = {group_of[item]: at for at, item in enumerate(left) if group_of.get(item) in joining}
    joined: list[int] = []
    for at, item in enumerate(left):
        joined.append(item)
        number = group_of.get(item)
        if number is not None and last.get(number) == at:
            joined += joining[number]
    return joined


def _runs(left: Sequence[int], group_of: Mapping[int, int]) -> list[list[int]]:
    """What waits, cut between groups; an item that the source does not hold stands alone."""
    runs: list[list[int]] = []
    for item in left:
        number = group_of.get(item)
        if runs and number is not None and group_of.get(runs[-1][-1]) == number:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


# --- hearing ------------------------------------------------------------------------------------------------------


def hear(order: Order, item: int, *, retire: bool = False) -> tuple[Order, int]:
    """An item was heard; the place where it waited, or -1 when it did not wait. `retire`: it is never dealt again."""
    if item not in order.left:
        return order, -1
    place = order.left.index(item)
    left = order.left[:place] + order.left[place + 1 :]
    if retire:
        return msgspec.structs.replace(order, left=left, retired=(*order.retired, item)), place
    return msgspec.structs.replace(order, left=left, heard=(*order.heard, item)), place


def turn(order: Order, groups: Groups) -> Order:
    """Begin the next round once nothing waits: all that was heard is dealt anew, guests go for good.

    What was heard last does not come first again, as long as there is anything else.
    """
    if order.left or not order.heard:
        return order
    guests, group_of = set(order.guests), _group_of(groups)
    again = [item for item in order.heard if item not in guests]
    runs = _gathered(again, group_of)
    turned = order.round + 1
    runs.sort(key=lambda run: (_draw(order.seed, "round", turned, min(run)), run))
    if len(runs) > 1 and order.heard[-1] in runs[0]:
        runs.append(runs.pop(0))
    return msgspec.structs.replace(
        order,
        round=turned,
        left=tuple(item for run in runs for item in run),
        heard=(),
        guests=tuple(item for item in order.guests if item not in order.heard),
        missing={item: times for item, times in order.missing.items() if item not in guests},
        past={item: place for item, place in order.past.items() if place != "heard"},
    )


def wake(order: Order, groups: Groups, resting: Collection[int]) -> tuple[Order, tuple[int, ...]]:
    """Deal again what was heard and rests no longer, without waiting for the end of a round; and what that is."""
    guests = set(order.guests)
    woken = tuple(item for item in order.heard if item not in resting and item not in guests)
    rested = msgspec.structs.replace(order, heard=tuple(item for item in order.heard if item not in woken))
    return _deal(rested, _with_strays(groups, woken), set(woken)), woken


def _gathered(items: Iterable[int], group_of: Mapping[int, int]) -> list[list[int]]:
    """Items by their group, each group in its own order."""
    runs: dict[int, list[int]] = {}
    for item in items:
        runs.setdefault(group_of.get(item, -item), []).append(item)
    order = {item: at for at, item in enumerate(group_of)}
    return [sorted(run, key=lambda item: order.get(item, 0)) for run in runs.values()]


def _with_strays(groups: Groups, items: Iterable[int]) -> Groups:
    held = {item for group in groups for item in group}
    return [*groups, *([item] for item in items if item not in held)]


# --- by hand ------------------------------------------------------------------------------------------------------


def merge(order: Order, ours: Sequence[int], theirs: Sequence[int]) -> tuple[Order, Merged]:
    """Take over what the listener changed in the mirror: what was taken out, put in, and moved.

    Args:
        ours: what the mirror held as far as we know. theirs: what it was found to hold; items that are not known yet
            become guests.
    """
    held, found = set(ours), tuple(dict.fromkeys(theirs))
    places = {item: at for at, item in enumerate(order.left)}
    known = set(order.known)
    taken_out = tuple((item, places[item]) for item in ours if item not in found and item in places)
    # What is still there although it was heard waits to be removed; nobody put it in.
    put_in = tuple(item for item in found if item not in held and item not in places)
    left = [item for item in order.left if item not in {gone for gone, _ in taken_out}]
    wanted = iter([item for item in found if item in places])
    slots = set(found)
    arranged = [next(wanted) if item in slots else item for item in left]
    for item in put_in:
        at = found.index(item)
        before = next((other for other in reversed(found[:at]) if other in arranged), 0)
        arranged.insert(arranged.index(before) + 1 if before else 0, item)
    back = set(put_in)
    merged = msgspec.structs.replace(
        order,
        left=tuple(arranged),
        heard=tuple(item for item in order.heard if item not in back),
        retired=tuple(item for item in order.retired if item not in back),
        aside=(*(item for item in order.aside if item not in back), *(item for item, _ in taken_out)),
        guests=(*order.guests, *(item for item in put_in if item not in known)),
        past={item: place for item, place in order.past.items() if item not in back},
    )
    return merged, Merged(put_in, taken_out, [item for item in arranged if item not in back] != left)


def put_back(order: Order, item: int, place: int) -> Order:
    """Let an item wait again at a place, wherever it stands now; one that had gone stays as a guest."""
    if item in order.left:
        return order
    strange = item not in order.known
    order = _without(order, {item})
    left = (*order.left[: max(place, 0)], item, *order.left[max(place, 0) :])
    guests = (*order.guests, item) if strange else order.guests
    past = {other: place for other, place in order.past.items() if other != item}
    return msgspec.structs.replace(order, left=left, guests=guests, past=past)


def set_aside(order: Order, item: int) -> tuple[Order, int]:
    """Take an item out of all rounds; its place in what waited, or -1."""
    if item not in order.known or item in order.aside:
        return order, -1
    place = order.left.index(item) if item in order.left else -1
    order = _without(order, {item})
    return msgspec.structs.replace(order, aside=(*order.aside, item)), place


def turn_back(order: Order, heard: Sequence[int]) -> Order:
    """Undo the beginning of a round in which nothing was heard; what came meanwhile goes on waiting.

    `heard` is what was heard in the round before, in order.
    """
    back = set(heard)
    return msgspec.structs.replace(
        order,
        round=order.round - 1,
        left=tuple(item for item in order.left if item not in back),
        heard=tuple(item for item in heard if item in order.left),
    )


def _without(order: Order, items: Collection[int]) -> Order:
    if not items:
        return order
    # A guest that waits again stays a guest: only what is gone for good is no longer one.
    return msgspec.structs.replace(
        order,
        left=tuple(item for item in order.left if item not in items),
        heard=tuple(item for item in order.heard if item not in items),
        aside=tuple(item for item in order.aside if item not in items),
        retired=tuple(item for item in order.retired if item not in items),
        missing={item: times for item, times in order.missing.items() if item not in items},
    )


def _group_of(groups: Groups) -> dict[int, int]:
    return {item: number for number, group in enumerate(groups) for item in group}


def _draw(seed: str, what: str, number: int, item: int) -> int:
    return hash63(seed, what, str(number), str(item))
