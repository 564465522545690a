"""The governor's rules: what it never lets through, never forgets, and never holds back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.core.quota import (
    BUDGETS,
    DAY_MS,
    LEAST,
    MOST,
    SLOT_MS,
    START,
    WINDOW_MS,
    Family,
    Priority,
    Quota,
)

NOW = 1_750_000_000_000
FAMILY_NAMES = st.sampled_from(["player", "recent", "search", "writes"])
STEPS = st.lists(
    st.tuples(
        st.integers(0, 20_000),  # milliseconds since the step before
        st.sampled_from(["ask", "ask", "ask", "ask", "held", "lock", "restart"]),
        FAMILY_NAMES,
        st.sampled_from(list(Priority)),
        st.integers(1, 400_000),  # the pause that a refusal names, milliseconds
    ),
    max_size=200,
)


def drive(steps: list[tuple[int, str, Family, Priority, int]]) -> tuple[list[tuple[int, Family]], list[str]]:
    """Run a history against a governor; returns what it let through, and what it let through wrongly."""
    quota, now, sent, wrong = Quota(), NOW, [], []
    size, held, locks = START, 0, {}
    for gap, what, family, priority, pause in steps:
        now += gap
        if what == "restart":
            quota = Quota(saved=quota.save())
        elif what == "held":
            quota.held(pause, now)
            held = max(held, now + pause)
        elif what == "lock":
            quota.lock(family, pause, now)
            locks[family] = max(locks.get(family, 0), now + pause)
        elif quota.ask(family, priority, now) is None:
            sent.append((now, family))
            size = quota.window(now).size
            recent = sum(1 for at, _ in sent if at > now - WINDOW_MS)
            if recent > size:
                wrong.append(f"{recent} in a window of {size}")
            if now < held or now < locks.get(family, 0):
                wrong.append("sent while it was asked not to")
    return sent, wrong


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_never_more_than_the_window_and_never_into_a_refusal(
    steps: list[tuple[int, str, Family, Priority, int]],
) -> None:
    """Whatever comes in whatever order, restarts included: no window is exceeded, no pause and no lock is broken."""
    _, wrong = drive(steps)
    assert wrong == []


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_a_restart_changes_nothing(steps: list[tuple[int, str, Family, Priority, int]]) -> None:
    """A governor that is saved and read again at every step decides as one that never stopped."""
    never = [step for step in steps if step[1] != "restart"]
    always = [step for one in never for step in ((0, "restart", *one[2:]), one)]
    assert drive(never)[0] == drive(always)[0]


def test_what_is_told_to_wait_may_go_then() -> None:
    """Whoever waits exactly as long as he was told is let through, and not a millisecond earlier."""
    quota = Quota()
    for _ in range(START):
        assert quota.ask("player", Priority.PLAYER, NOW) is None
    wait = quota.ask("player", Priority.PLAYER, NOW)
    assert wait is not None and not wait.locked
    assert quota.ask("player", Priority.PLAYER, NOW + wait.wait_ms - 1) is not None
    assert quota.ask("player", Priority.PLAYER, NOW + wait.wait_ms) is None


def test_the_player_finds_room_behind_the_library() -> None:
    """Background work stops at half of the window, a user's clicks at three quarters; looks take the rest."""
    quota = Quota()
    went = dict.fromkeys(Priority, 0)
    for priority in reversed(Priority):
        while quota.ask("metadata", priority, NOW) is None:
            went[priority] += 1
    assert [went[p] for p in (Priority.BACKGROUND, Priority.CLICK, Priority.HISTORY, Priority.PLAYER)] == [4, 2, 1, 1]


def test_the_window_is_halved_once_for_a_burst_and_grows_by_one() -> None:
    """Five refusals of one burst halve once; a well used half minute without one adds a single request."""
    quota = Quota()
    quota.ask("player", Priority.PLAYER, NOW)
    for i in range(5):
        quota.held(1_000, NOW + i)
    assert quota.window(NOW).size == START // 2
    for step in range(1, 200):
        quota.ask("player", Priority.PLAYER, NOW + step * WINDOW_MS // 4)
    size = quota.window(NOW).size
    assert START // 2 < size <= START // 2 + 200 // 4


def test_the_window_stays_between_its_bounds() -> None:
    """Refusals without end leave two requests, success without end no more than the most."""
    quota = Quota()
    for i in range(50):
        quota.held(1, NOW + i * WINDOW_MS)
    assert quota.window(NOW).size == LEAST
    assert Quota(saved='{"size": 100000}').window(NOW).size == MOST


def test_the_day_is_rolling() -> None:
    """A budget that is spent frees a slot when all of that slot is a day old, and no sooner; others go on meanwhile."""
    quota = Quota({"search": 3})
    at = NOW - NOW % SLOT_MS
    for i in range(3):
        assert quota.ask("search", Priority.CLICK, at + i * SLOT_MS) is None
    wait = quota.ask("search", Priority.CLICK, at + 3 * SLOT_MS)
    assert wait is not None and at + 3 * SLOT_MS + wait.wait_ms == at + SLOT_MS + DAY_MS
    assert quota.ask("player", Priority.PLAYER, at + 3 * SLOT_MS) is None
    assert quota.ask("search", Priority.CLICK, at + SLOT_MS + DAY_MS) is None


def test_a_lock_teaches_the_budget_and_keeps_the_count() -> None:
    """After a lock the budget is nine tenths of what was used by then, nothing counted is lost, others are free."""
    quota = Quota()
    now = NOW
    for i in range(50):
        now = NOW + i * WINDOW_MS
        assert quota.ask("playlists", Priority.CLICK, now) is None
    assert quota.lock("playlists", 3_600_000, now)
    assert not quota.lock("playlists", 3_500_000, now + 1), "the same lock, told again"
    standing = Quota(saved=quota.save()).standing("playlists", now)
    assert (standing.used, standing.budget, standing.left) == (50, 45, 0)
    assert standing.locked_until_ms == now + 3_600_000
    assert quota.share("playlists", now) == 1.0
    assert quota.ask("recent", Priority.HISTORY, now) is None


def test_a_learned_budget_grows_back_slowly() -> None:
    """Each day without a lock tries a little more, up to the usual budget."""
    quota = Quota()
    quota.lock("search", 1_000, NOW)
    budgets = []
    for day in range(1, 80):
        quota.ask("search", Priority.CLICK, NOW + 2_000 + day * DAY_MS)
        budgets.append(quota.standing("search", NOW).budget)
    assert budgets[0] == 11 and budgets == sorted(budgets) and budgets[-1] == BUDGETS["search"]


def test_what_was_saved_wrongly_is_not_believed() -> None:
    """A text that nobody can read starts anew with cautious values."""
    assert Quota(saved="{nonsense").window(NOW).size == START
