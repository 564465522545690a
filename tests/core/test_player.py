"""What is deduced from looks at a player, held against players whose every act is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.core.player import ABSENT_MS, DRIFT_MS, Item, Play, PlayerEvent, PlayerState, Tracker, observe
from earstead.core.polling import PAUSED_MS, PER_HOUR_60, PER_HOUR_150, next_look_ms, pace_for

T0 = 1_750_000_000_000
ITEMS = [Item(uri=f"spotify:track:{i}", duration_ms=ms) for i, ms in enumerate((61_000, 95_000, 180_000, 240_000))]


@dataclass
class Deck:
    """A player without secrets: what it did is written down."""

    now: int = T0
    place: int = 0
    position: int = 0
    running: bool = True
    device: str = "phone"
    truth: list[tuple[str, str, int]] = field(default_factory=list)
    """(what, uri, when)"""
    heard: dict[int, int] = field(default_factory=dict)
    """By number of the play."""
    play: int = 0

    @property
    def item(self) -> Item:
        """What is on."""
        return ITEMS[self.place % len(ITEMS)]

    def note(self, what: str) -> None:
        """Write down what happens to the item that is on."""
        self.truth.append((what, self.item.uri, self.now))

    def run(self, ms: int) -> None:
        """Let time pass; what ends is followed by the next."""
        while ms > 0:
            step = min(ms, self.item.duration_ms - self.position) if self.running else ms
            if self.running:
                self.position += step
                self.heard[self.play] = self.heard.get(self.play, 0) + step
            self.now += step
            ms -= step
            if self.running and self.position >= self.item.duration_ms:
                self.note("finished")
                self._next()

    def _next(self) -> None:
        self.place, self.position, self.running = self.place + 1, 0, True
        self.play += 1

    def act(self, what: str, share: float) -> None:
        """Do something; `share` says where to."""
        if what == "skip":
            if self.item.duration_ms - self.position > 2 * DRIFT_MS:  # in the last seconds it is as good as an end
                self.note("skipped")
                self._next()
        elif what == "toggle":
            self.note("paused" if self.running else "resumed")
            self.running = not self.running
        elif what == "seek":
            self.note("seeked")
            self.position = int(share * 41_000)
        elif what == "move":
            self.note("device_changed")
            self.device = "kitchen" if self.device == "phone" else "phone"

    def look(self) -> PlayerState:
        """What is shown."""
        return PlayerState(
            received_ms=self.now,
            item=self.item,
            is_playing=self.running,
            progress_ms=self.position,
            device_id=self.device,
            device_name=self.device,
        )


STEPS = st.lists(
    st.tuples(
        st.integers(1_500, 55_000),
        st.sampled_from(["", "", "skip", "toggle", "seek", "move"]),
        st.floats(0, 1),
        st.floats(0.05, 0.95),
    ),
    min_size=1,
    max_size=40,
)


Steps = list[tuple[int, str, float, float]]
Gaps = list[tuple[list[PlayerEvent], int, int]]


def followed(steps: Steps) -> tuple[Deck, Gaps, list[Play]]:
    """A deck looked at after each step, with one act at most between two looks, and not beside an end."""
    deck, tracker = Deck(), Tracker()
    seen: list[tuple[list[PlayerEvent], int, int]] = []
    plays: list[Play] = []
    first = observe(tracker, deck.look())
    tracker = first.tracker
    for gap, act, share, when in steps:
        before, left = deck.now, deck.item.duration_ms - deck.position
        crosses = deck.running and gap >= left
        deck.run(int(gap * when))
        rest = gap - int(gap * when)
        if act and not crosses:
            # One thing between two looks: a position is sought only where it leaves room for the rest.
            deck.act(act, share if act != "seek" or share * 41_000 + rest < 60_000 else 0.0)
        deck.run(rest)
        step = observe(tracker, deck.look())
        tracker = step.tracker
        seen.append((list(step.events), before, deck.now))
        plays += step.plays
    return deck, seen, plays


@given(steps=STEPS)
@settings(max_examples=200, deadline=None)
def test_no_event_is_invented_and_no_end_is_lost(steps: Steps) -> None:
    """One act between two looks: what is said for certain happened in that gap, every end and skip is said once."""
    deck, seen, _ = followed(steps)
    for events, before, now in seen:
        truth = [(what, uri) for what, uri, at in deck.truth if before < at <= now]
        for event in events:
            assert before <= event.at_ms <= now, "outside of its gap"
            assert event.observed_gap_ms == now - before
            if event.certain and event.type not in ("started", "repeated", "queue_changed"):
                assert event.item is not None
                uri = event.item.uri
                assert (event.type, uri) in truth or (event.type == "device_changed" and truth), (event, truth)
        said = [(e.type, e.item.uri) for e in events if e.item is not None]
        for what, uri in truth:
            if what in ("finished", "skipped"):
                assert said.count(("finished", uri)) + said.count(("skipped", uri)) == 1, (said, truth)
            if what == "finished" and ("finished", uri) not in said:
                assert not all(e.certain for e in events if e.type == "skipped")


@given(steps=STEPS)
@settings(max_examples=200, deadline=None)
def test_heard_time_is_what_ran(steps: Steps) -> None:
    """Pauses and seeks never count as heard; each unseen act may cost its own gap, never more."""
    deck, seen, plays = followed(steps)
    unseen = sum(now - before for _, before, now in seen if any(before < at <= now for _, _, at in deck.truth))
    over = sum(deck.heard.get(number, 0) for number in range(deck.play))
    split = sum(deck.heard.values()) - over
    heard = sum(play.heard_ms for play in plays)
    assert over - unseen - DRIFT_MS * len(seen) <= heard <= over + split + unseen + DRIFT_MS * len(seen)
    for play in plays:
        assert play.heard_ms <= play.ended_ms - play.started_ms + DRIFT_MS
        assert play.finished is not play.skipped or play.skipped is None


LOST = st.tuples(st.integers(1, 900_000), st.sampled_from(["", "skip", "toggle", "seek"]), st.floats(0, 1))


@given(steps=st.lists(LOST, max_size=30))
@settings(max_examples=200, deadline=None)
def test_lost_looks_never_break_the_bounds(steps: list[tuple[int, str, float]]) -> None:
    """However much happened unseen: events stay in their gap, plays do not overlap, nothing is heard twice."""
    deck = Deck()
    tracker = observe(Tracker(), deck.look()).tracker
    plays: list[Play] = []
    for gap, act, share in steps:
        deck.run(gap)
        if act:
            deck.act(act, share)
        before = tracker.last.received_ms if tracker.last else T0
        step = observe(tracker, deck.look())
        tracker = step.tracker
        for event in step.events:
            assert before <= event.at_ms <= deck.now or event.type == "started"
        plays += step.plays
    for earlier, later in pairwise(plays):
        assert earlier.ended_ms <= later.started_ms + DRIFT_MS
    assert sum(play.heard_ms for play in plays) <= deck.now - T0 + DRIFT_MS * len(plays)


def shown(at_s: int, item: Item | None = ITEMS[2], position_s: int = 0, *, playing: bool = True) -> PlayerState:
    """A look, in seconds."""
    return PlayerState(received_ms=T0 + at_s * 1000, item=item, is_playing=playing, progress_ms=position_s * 1000)


def after(*looks: PlayerState) -> tuple[list[str], list[Play], Tracker]:
    """Types of all events, all plays, and what is remembered."""
    tracker, types, plays = Tracker(), [], []
    for look in looks:
        step = observe(tracker, look)
        tracker = step.tracker
        types += [event.type for event in step.events]
        plays += step.plays
    return types, plays, tracker


def test_an_item_on_repeat_is_played_twice() -> None:
    """An end followed by its own start is a finish and a new play."""
    types, plays, _ = after(shown(0), shown(170, position_s=170), shown(185, position_s=5))
    assert types == ["started", "finished", "repeated"]
    assert (plays[0].heard_ms, plays[0].finished) == (180_000, True)


def test_a_lagging_position_says_nothing() -> None:
    """It may have been paused or sought: neither is claimed, and the time is not heard."""
    types, _, tracker = after(shown(0), shown(60, position_s=40))
    assert types == ["started"]
    assert tracker.current is not None and tracker.current.heard_ms == 40_000


def test_a_player_that_stands_still_is_paused() -> None:
    """Devices die and go on saying that they play."""
    types, _, tracker = after(shown(0), shown(30, position_s=30), shown(60, position_s=30), shown(90, position_s=30))
    assert types == ["started", "paused"]
    assert next_look_ms(tracker, changed=False, quiet_looks=2) == PAUSED_MS[1]


def test_a_short_absence_is_a_change_of_device_and_a_long_one_an_end() -> None:
    """A player that comes back goes on with the same play; one that stays away is closed."""
    types, plays, _ = after(shown(0), shown(30, position_s=30), shown(60, None), shown(70, position_s=35))
    assert (types, plays) == (["started"], [])
    types, plays, _ = after(shown(0), shown(30, position_s=30), shown(30 + ABSENT_MS // 1000 + 1, None))
    assert types[-1] == "stopped" and plays[0].heard_ms == 30_000 and plays[0].finished is None


def test_an_old_answer_changes_nothing() -> None:
    """Answers may arrive out of order."""
    types, _, tracker = after(shown(30, position_s=30), shown(10, ITEMS[0], 10))
    assert types == ["started"] and tracker.last is not None and tracker.last.received_ms == T0 + 30_000


def test_looks_are_sure_around_an_end_and_rare_while_idle() -> None:
    """The next look of a playing item comes just behind its end; pauses and silence stretch."""
    _, _, tracker = after(shown(0, position_s=170))
    assert next_look_ms(tracker, changed=False, quiet_looks=0) == 11_500
    assert next_look_ms(tracker, changed=True, quiet_looks=0) == 3_000
    _, _, early = after(shown(0, position_s=10))
    assert next_look_ms(early, changed=False, quiet_looks=0) == 171_500 // -(-171_500 // PER_HOUR_150.middle_ms)
    assert next_look_ms(early, changed=True, quiet_looks=0, pace=PER_HOUR_60) == 85_750
    _, _, nothing = after(shown(0, None))
    assert [next_look_ms(nothing, changed=False, quiet_looks=n) for n in (1, 2, 3, 9)] == [
        60_000,
        120_000,
        330_000,
        330_000,
    ]


def test_a_spent_budget_slows_down() -> None:
    """Mid-item looks go first, then all of them."""
    assert [pace_for(share) for share in (0.0, 0.69, 0.7, 0.89, 0.9)] == [
        PER_HOUR_150,
        PER_HOUR_150,
        PER_HOUR_60,
        PER_HOUR_60,
        None,
    ]


def test_a_next_item_that_fades_in_is_no_skip() -> None:
    """Automix ends an item some seconds early: the likelier end is said, and not for certain."""
    types, plays, _ = after(shown(0), shown(150, position_s=150), shown(181, ITEMS[3], position_s=8))
    assert types == ["started", "finished", "started"]
    assert (plays[0].heard_ms, plays[0].finished, plays[0].skipped) == (173_000, None, None)


def test_what_is_taken_up_again_goes_on_where_it_lay() -> None:
    """After a long absence, and for an item first seen standing, only what ran since counts as heard."""
    gone = after(shown(0), shown(30, position_s=30), shown(400, None), shown(700, position_s=35))
    assert gone[2].current is not None and gone[2].current.started_ms == T0 + 695_000
    assert gone[2].current.heard_ms == 5_000
    _, _, stood = after(shown(0, position_s=90, playing=False), shown(60, position_s=94))
    assert stood.current is not None and (stood.current.started_ms, stood.current.heard_ms) == (T0 + 56_000, 4_000)


def test_a_queue_is_compared_with_the_one_seen_before_it() -> None:
    """Queues are looked at less often than players: the gap of a change reaches back to the last look at one."""
    first, second, *rest = (item.uri for item in ITEMS)
    looks = [
        msgspec.structs.replace(shown(0, ITEMS[0]), queue=(second, *rest)),
        shown(63, ITEMS[1], position_s=2),
        msgspec.structs.replace(shown(70, ITEMS[1], position_s=9), queue=(*rest, first)),
        shown(80, ITEMS[1], position_s=19),
        msgspec.structs.replace(shown(90, ITEMS[1], position_s=29), queue=(first, *rest, first)),
    ]
    tracker, said = Tracker(), []
    for look in looks:
        step = observe(tracker, look)
        tracker, said = step.tracker, said + list(step.events)
    assert [(e.type, e.observed_gap_ms) for e in said] == [
        ("started", 0),
        ("finished", 63_000),
        ("started", 63_000),
        ("queue_changed", 20_000),
    ]


def test_a_list_that_ends_at_its_own_start_is_no_new_play() -> None:
    """A player that stands at the start of its only item has ended it."""
    types, plays, tracker = after(shown(0), shown(170, position_s=170), shown(182, position_s=0, playing=False))
    assert (types, len(plays), tracker.current) == (["started", "finished", "stopped"], 1, None)


def test_a_return_to_the_start_is_a_seek_unless_the_item_had_to_end() -> None:
    """Telling two plays of one could not be corrected by anybody; that it may have been two is said."""
    tracker = observe(Tracker(), shown(0, position_s=0)).tracker
    tracker = observe(tracker, shown(140, position_s=140)).tracker
    step = observe(tracker, shown(165, position_s=5))
    assert [(event.type, event.certain) for event in step.events] == [("seeked", False)]
    assert step.plays == ()


def test_leaving_what_was_paused_is_no_skip() -> None:
    """It was over before; the play says that it did not end."""
    _, plays, _ = after(shown(0), shown(30, position_s=30, playing=False), shown(90, ITEMS[0], 1))
    assert (plays[0].finished, plays[0].skipped) == (False, None)
