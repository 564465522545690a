"""Moments, so that none becomes one of 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from earstead.creators import moments
from earstead.creators.errors import ValidationError

AT = datetime(2026, 5, 31, 21, tzinfo=UTC)
END = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
TOKYO = timezone(timedelta(hours=9))


def test_a_moment_is_sent_as_whole_seconds_and_as_text() -> None:
    """The two forms of one instant, as the service wants each."""
    assert moments.seconds(AT) == 1780261200
    assert moments.iso(AT) == "2026-05-31T21:00:00.000Z"
    assert moments.iso(AT.astimezone(TOKYO)) == "2026-05-31T21:00:00.000Z"
    assert moments.read("2026-05-31T21:00:00.000Z") == AT


@pytest.mark.parametrize(
    "moment",
    [1780261200, "2026-05-31T21:00:00.000Z", None, 1.5, datetime(2026, 5, 31), datetime(1970, 1, 1, tzinfo=UTC), END],
)
def test_what_would_be_mangled_is_refused(moment: Any) -> None:
    """Numbers, texts, times without a zone and times before 2000 never leave."""
    with pytest.raises(ValidationError, match="publish_on"):
        moments.aware(moment)


def test_a_zone_is_converted() -> None:
    """A time elsewhere is the same instant in UTC."""
    assert moments.aware(datetime(2026, 6, 1, 6, 0, 0, 999, tzinfo=TOKYO)) == AT


@pytest.mark.parametrize(("zone", "offset"), [(TOKYO, -9), (UTC, 0), (timezone(timedelta(hours=-3)), 3)])
def test_the_hour_offset_has_the_sign_of_javascript(zone: timezone, offset: int) -> None:
    """Minus the offset from UTC: Japan sends -9."""
    assert moments.hour_offset(datetime(2026, 6, 1, tzinfo=zone)) == offset


def test_the_corruption_is_recognised() -> None:
    """What the service makes of a text lies in 1970."""
    assert moments.corrupted(moments.read("1970-01-01T00:33:46.000Z"))
    assert not moments.corrupted(AT)
    assert not moments.corrupted(None)
    assert moments.read("soon") is None
    assert moments.read(1780261200) is None
    assert moments.read("9999-12-31T23:59:59-05:00") is None
