"""Love and hate."""

from __future__ import annotations

from pathlib import Path

import pytest

from earstead.core.errors import Rejected
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.feedback import HATED, Feedback
from earstead.storage.engine import Engine
from tests.fakes.imports import house


def named(artist: str, title: str) -> Submission:
    return Submission(source="test", artist_name=artist, track_name=title, listened_at=UnixSeconds(0))


def test_a_later_word_replaces_an_earlier_one(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """A recording is loved or hated or neither; the list is latest first, whatever the spelling was."""
    home = house(engine, clock, tmp_path)
    user = home.add_user()
    words = Feedback(engine, home.writer, clock)
    words.love(user, named("Björk", "Jóga"))
    clock.advance(10)
    words.love(user, named("Low", "Lazy"))
    rows, total = words.loved(user)
    assert ([row.track.track_name for row in rows], total) == (["Lazy", "Jóga"], 2)
    words.hate(user, named("BJÖRK", "jóga"))
    assert [row.track.track_name for row in words.loved(user)[0]] == ["Lazy"]
    assert words.scores(user, [row.recording_id for row in rows]) == {
        rows[0].recording_id: 1,
        rows[1].recording_id: HATED,
    }
    assert words.unlove(user, named("Björk", "Jóga"))
    assert not words.unlove(user, named("Björk", "Jóga"))
    assert words.loved(user, score=HATED) == ((), 0)
    with pytest.raises(Rejected):
        words.love(user, named("", "Jóga"))
    home.close()
