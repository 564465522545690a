"""What may be kept, and what counts."""

from __future__ import annotations

import msgspec
import pytest

from earstead.core.listen import Submission
from earstead.core.rules import counts_as_listen, problem

NOW = 1_750_000_000
GOOD = Submission(source="s", artist_name="A", track_name="T", listened_at=NOW - 100)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asserted", "played", "length", "counts"),
    [
        (True, 0, 10_000, True),
        (False, -1, -1, False),
        (False, 29_999, -1, False),
        (False, 30_000, -1, True),
        (False, 99_999, 200_000, False),
        (False, 100_000, 200_000, True),
        (False, 240_000, 3_600_000, True),
        (False, 239_999, 3_600_000, False),
        (False, 30_000, 30_000, False),
        (False, 15_500, 31_000, True),
    ],
)
def test_the_counting_rule(asserted: bool, played: int, length: int, counts: bool) -> None:
    """240 s or half the reported length; 30 s of unknown length; never a recording of 30 s or less."""
    assert counts_as_listen(asserted, played, length) is counts


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"artist_name": " \u3000"}, "no artist"),
        ({"track_name": ""}, "no title"),
        ({"track_name": "x" * 10_000}, "longer than"),
        ({"artist_names": ("x" * 5_000,)}, "longer than"),
        ({"listened_at": 0}, "before 1970"),
        ({"listened_at": -62_135_596_800}, "before 1970"),
        ({"listened_at": NOW + 3_601}, "future"),
        ({"played_ms": -1}, "length"),
        ({"duration_ms": 1 << 50}, "length"),
    ],
)
def test_what_cannot_be_kept_says_why(change: dict[str, object], why: str) -> None:
    """Each fault has a reason that a person can read."""
    assert why in (problem(msgspec.structs.replace(GOOD, **change), NOW) or "")  # type: ignore[arg-type]


def test_what_is_sound_has_no_problem() -> None:
    """Up to an hour ahead, and zero milliseconds heard, are sound."""
    assert problem(GOOD, NOW) is None
    assert problem(msgspec.structs.replace(GOOD, listened_at=NOW + 3_600, played_ms=0), NOW) is None  # type: ignore[arg-type]
