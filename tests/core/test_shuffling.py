"""The order of a shuffle: what it promises whatever happens to its source, to its mirror and on the way."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from earstead.core import absence
from earstead.core.shuffling import (
    Order,
    dumps,
    follow,
    hear,
    loads,
    merge,
    put_back,
    set_aside,
    turn,
    turn_back,
    wake,
)


def singles(items: object) -> list[list[int]]:
    return [[item] for item in items]  # type: ignore[attr-defined]


def dealt(count: int, seed: str = "seed") -> Order:
    """An order over 1 .. count."""
    return follow(Order(seed=seed), singles(range(1, count + 1)), read=1)[0]


class Life(RuleBasedStateMachine):
    """A shuffle whose source, mirror and listener do as they like, with a restart between any two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.source = list(range(1, 8))
        self.next = 8
        self.read = 1
        self.order, _ = follow(Order(seed="life"), singles(self.source), read=1)
        self.short = Counter[int]()
        self.this_round: set[int] = set()

    def _follow(self, shown: list[int], read: int) -> None:
        self.order, told = follow(self.order, singles(shown), read=read)
        for item, _ in told.gone:
            assert item not in shown and self.short[item] >= absence.READS - 1, "gone after too few reads"

    @rule(count=st.integers(1, 4))
    def gain(self, count: int) -> None:
        """The source gets new items, which all wait at once."""
        new = list(range(self.next, self.next + count))
        self.next += count
        self.source += new
        self._complete(self.source)
        assert set(new) <= set(self.order.left)

    @rule(data=st.data())
    def lose_for_a_read(self, data: st.DataObject) -> None:
        """A complete read comes back short."""
        shown = data.draw(st.lists(st.sampled_from(self.source), unique=True)) if self.source else []
        self._complete(shown)

    def _complete(self, shown: list[int]) -> None:
        self.read += 1
        before = set(self.order.known)
        self._follow(shown, self.read)
        for item in before - set(shown):
            self.short[item] += 1
        for item in shown:
            del self.short[item]

    @rule(data=st.data())
    def read_that_breaks_off(self, data: st.DataObject) -> None:
        """Whatever a partial read shows, nothing goes."""
        before = set(self.order.known)
        shown = data.draw(st.lists(st.sampled_from(self.source), unique=True)) if self.source else []
        self._follow(shown, self.read)
        assert before <= set(self.order.known)
        for item in shown:
            del self.short[item]

    @precondition(lambda self: self.order.left)
    @rule(data=st.data(), first=st.booleans())
    def listen(self, data: st.DataObject, first: bool) -> None:
        """The next item is heard, or another one that waits; none of them for the second time in this round."""
        item = self.order.left[0] if first else data.draw(st.sampled_from(self.order.left))
        assert item not in self.this_round, "repeated before all was heard"
        self.order, place = hear(self.order, item)
        assert place >= 0
        self.this_round.add(item)
        if not self.order.left:
            before = self.order
            self.order = turn(self.order, singles(self.source))
            assert set(self.order.left) == set(before.heard) - set(before.guests)
            self.this_round = set()

    @precondition(lambda self: self.order.left)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """The mirror is edited by hand: some taken out, the rest moved about, a stranger put in."""
        ours = self.order.left[:5]
        kept = data.draw(st.lists(st.sampled_from(ours), unique=True))
        stranger = self.next
        self.next += 1
        theirs = [*kept, stranger]
        self.order, told = merge(self.order, ours, theirs)
        assert {item for item, _ in told.taken_out} == set(ours) - set(kept)
        assert [item for item in self.order.left if item in theirs] == theirs
        assert not set(self.order.left) & (set(ours) - set(kept))

    @rule(data=st.data(), place=st.integers(0, 9))
    def undo(self, data: st.DataObject, place: int) -> None:
        """Something is put back, and may be heard again in this round."""
        if self.order.known:
            item = data.draw(st.sampled_from(self.order.known))
            self.order = put_back(self.order, item, place)
            assert item in self.order.left
            self.this_round.discard(item)

    @rule()
    def restart(self) -> None:
        """The state survives as text, unchanged."""
        assert loads(dumps(self.order)) == self.order
        self.order = loads(dumps(self.order))

    @invariant()
    def in_one_place(self) -> None:
        """Every item stands in exactly one place."""
        assert max(Counter(self.order.known).values(), default=1) == 1


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


class TestLife(Life.TestCase):  # type: ignore[name-defined,misc]
    """No sequence of gains, losses, edits, undone plays and restarts repeats, loses or doubles an item."""


@given(count=st.integers(2, 60), rounds=st.integers(2, 4), seed=st.text(max_size=5))
@settings(max_examples=40, deadline=None)
def test_each_round_holds_everything_once_in_another_order(count: int, rounds: int, seed: str) -> None:
    """Played through, a source comes whole in each round, and never the same item twice in succession."""
    order, heard = dealt(count, seed), []
    for _ in range(count * rounds):
        heard.append(order.left[0])
        order, _ = hear(order, order.left[0])
        order = turn(order, singles(range(1, count + 1)))
    for start in range(0, len(heard), count):
        assert sorted(heard[start : start + count]) == list(range(1, count + 1))
    assert all(a != b for a, b in itertools.pairwise(heard))
    if count > 20:
        assert heard[:count] != heard[count : 2 * count] and heard[:count] != sorted(heard[:count])


def test_what_is_new_is_dealt_into_all_of_what_waits() -> None:
    """Forty new items stand neither at the front nor at the end nor together, and the old ones keep their order."""
    before = dealt(100)
    after, told = follow(before, singles(range(1, 141)), read=2)
    new = [at for at, item in enumerate(after.left) if item > 100]
    assert told.new == tuple(range(101, 141))
    assert [item for item in after.left if item <= 100] == list(before.left)
    assert new[0] < 30 and new[-1] > 110 and max(b - a for a, b in itertools.pairwise(new)) < 40
    assert after == follow(before, singles(range(1, 141)), read=2)[0], "the same on every machine"


def test_albums_stay_whole_and_in_order() -> None:
    """Groups are shuffled, not their items; a further item of a group that waits goes behind the others of it."""
    albums = [[n * 10 + track for track in range(1, 6)] for n in range(1, 13)]
    order, _ = follow(Order(seed="albums"), albums, read=1)
    blocks = [list(order.left[at : at + 5]) for at in range(0, 60, 5)]
    assert sorted(blocks) == albums and blocks != albums
    albums[3].append(46)
    order, _ = follow(order, albums, read=2)
    at = order.left.index(46)
    assert order.left[at - 5 : at] == tuple(albums[3][:5])
    for item in order.left:
        order, _ = hear(order, item)
    order = turn(order, albums)
    again = list(order.left)
    assert all(again[again.index(a[0]) : again.index(a[0]) + len(a)] == a for a in albums)


def test_one_read_never_takes_anything_away() -> None:
    """An empty read leaves everything; so does the same read told twice; the third complete one in a row counts."""
    order = dealt(3)
    for read in (2, 2, 2, 3):
        order, told = follow(order, [], read=read)
        assert told.gone == () and len(order.left) == 3
    first = order.left[0]
    order, told = follow(order, [], read=4)
    assert order.known == () and told.gone[0] in {(first, 0), *((item, at) for item, at in told.gone)}
    order = dealt(3)
    for read, shown in ((2, []), (3, []), (4, [1, 2, 3]), (5, []), (6, [])):
        order, _ = follow(order, singles(shown), read=read)
    assert len(order.left) == 3, "what was seen again counts from the beginning"


def test_what_comes_back_stands_where_it_stood() -> None:
    """Heard, left out or dropped, then lost by the source and found again: not dealt in this round; after it, it is."""
    order = dealt(5)
    heard, aside, dropped, *waiting = order.left
    order, _ = hear(order, heard)
    order, _ = set_aside(order, aside)
    order, _ = hear(order, dropped, retire=True)
    for read in (2, 3, 4):
        order, told = follow(order, singles(waiting), read=read)
    assert set(order.known) == set(waiting) and {item for item, _ in told.gone} == {heard, aside, dropped}
    order, told = follow(loads(dumps(order)), singles(range(1, 6)), read=5)
    assert (order.heard, order.aside, order.retired, told.new) == ((heard,), (aside,), (dropped,), ())
    for read in (6, 7, 8):
        order, _ = follow(order, singles(waiting), read=read)
    for item in waiting:
        order, _ = hear(order, item)
    order = turn(order, singles(waiting))
    order, told = follow(order, singles(range(1, 6)), read=9)
    assert told.new == (heard,) and heard in order.left and order.aside == (aside,)


def test_edits_by_hand_are_kept() -> None:
    """Taken out stands aside through rounds and reads, a guest is heard once, and an order by hand stays."""
    order = dealt(6)
    a, b, c, d, e, f = order.left
    order, told = merge(order, (a, b, c), (c, 99, a))
    assert order.left == (c, 99, a, d, e, f)
    assert told.put_in == (99,) and told.taken_out == ((b, 1),) and told.moved
    order, _ = follow(order, singles(range(1, 7)), read=2)
    assert b in order.aside and 99 in order.left
    for item in order.left:
        order, _ = hear(order, item)
    order = turn(order, singles(range(1, 7)))
    assert set(order.left) == {1, 2, 3, 4, 5, 6} - {b}
    order, _ = merge(order, order.left, (*order.left, b))
    assert order.left[-1] == b and order.aside == ()


def test_what_waits_to_be_removed_is_not_taken_for_an_edit() -> None:
    """An item that was heard and is still in the mirror was put there by nobody."""
    order = dealt(3)
    ours = order.left
    order, _ = hear(order, ours[0])
    merged, told = merge(order, ours, ours)
    assert merged == order and told.put_in == () and not told.moved


def test_rest_and_retirement() -> None:
    """What rests is not dealt and comes when it has rested; what is retired never comes again."""
    order, _ = follow(Order(seed="rest"), singles([1, 2, 3]), read=1, resting={2})
    assert set(order.left) == {1, 3} and order.heard == (2,)
    order, place = hear(order, 1, retire=True)
    assert place >= 0 and order.retired == (1,)
    order, woken = wake(order, singles([1, 2, 3]), resting=())
    assert woken == (2,) and set(order.left) == {2, 3}
    order, _ = follow(order, singles([1, 2, 3]), read=2)
    assert 1 not in order.left


def test_a_day_can_be_undone_over_the_end_of_a_round() -> None:
    """Put back in the reverse order, what was heard stands where it stood, the turn of the round undone too."""
    order = dealt(4)
    steps = []
    before = order
    for _ in range(4):
        item = order.left[0]
        order, place = hear(order, item)
        steps.append((item, place))
    heard = order.heard
    order = turn(order, singles(range(1, 5)))
    order = turn_back(order, heard)
    assert order.left == () and order.heard == heard
    for item, place in reversed(steps):
        order = put_back(order, item, place)
    assert order.left == before.left and order.round == 1
    order, place = set_aside(order, before.left[2])
    assert place == 2 and before.left[2] in order.aside
