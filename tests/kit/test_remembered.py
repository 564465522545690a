"""What is remembered, and how it is forgotten."""

from __future__ import annotations

from earstead.kit.remembered import Remembered


def test_what_changed_while_it_was_looked_up_is_not_kept() -> None:
    """A value looked up before a change does not come in after it; one looked up since does."""
    held: Remembered[str, int] = Remembered(10)
    before = held.generation
    held.forget()
    held.keep("a", 1, before)
    assert held.get("a") is None
    held.keep("a", 2, held.generation)
    assert held.get("a") == 2
    held.forget()
    assert held.get("a") is None


def test_memory_is_bounded() -> None:
    """One more than the most forgets the others; a new value for a known key forgets nothing."""
    held: Remembered[int, int] = Remembered(2)
    for key in (1, 2, 2):
        held.keep(key, key * 10, held.generation)
    assert (held.get(1), held.get(2)) == (10, 20)
    held.keep(3, 30, held.generation)
    assert (held.get(1), held.get(2), held.get(3)) == (None, None, 30)
