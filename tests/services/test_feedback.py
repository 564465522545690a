"""Love and hate."""

from __future__ import annotations

from pathlib import Path

import msgspec
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
    words = Feedback(engine, home.writer, clock, home.ingest)
    words.love(user, named("Björk", "Jóga"))
    clock.advance(10)
    words.love(user, named("Low", "Lazy"))
    rows, total = words.loved(user)
    assert ([row.track.track_name for row in rows], total) == (["Lazy", "Jóga"], 2)
    words.hate(user, named("BJÖRK", "jóga"))
    assert [row.track.track_name for row in words.loved(user)[0]] == ["Lazy"]
    assert words.scores(user, [row.recording.entity_id for row in rows]) == {
        rows[0].recording.entity_id: 1,
        rows[1].recording.entity_id: HATED,
    }
    assert words.unlove(user, named("Björk", "Jóga"))
    assert not words.unlove(user, named("Björk", "Jóga"))
    assert words.loved(user, score=HATED) == ((), 0)
    with pytest.raises(Rejected):
        words.love(user, named("", "Jóga"))
    home.close()


def test_words_follow_what_is_merged_later(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """Of two loved recordings that became one, the later word counts, once; undone, both stand as they were."""
    home = house(engine, clock, tmp_path)
    user = home.add_user()
    words = Feedback(engine, home.writer, clock, home.ingest)
    first, second, third = named("Bjork", "Joga"), named("Björk", "Jóga live"), named("Low", "Lazy")
    for said in (first, second, third):
        home.ingest.add_now(user, [msgspec.structs.replace(said, listened_at=UnixSeconds(clock.now()))])
        words.love(user, said)
        clock.advance(1000)
    ids = {row.track.track_name: row.recording.entity_id for row in words.loved(user)[0]}
    merge = {"entity": "recording", "ids": [ids["Joga"]], "into": ids["Jóga live"]}
    merged = home.decisions.make(user, "merge", merge)
    rows, total = words.loved(user)
    assert ([(row.recording.name, row.recording.entity_id) for row in rows], total) == (
        [("Lazy", ids["Lazy"]), ("Jóga live", ids["Jóga live"])],
        2,
    )
    assert [row.recording.name for row in words.loved(user, limit=1, offset=1)[0]] == ["Jóga live"]
    words.hate(user, first)
    assert words.scores(user, list(ids.values())) == {ids["Joga"]: -1, ids["Jóga live"]: -1, ids["Lazy"]: 1}
    assert words.score(user, second) == HATED
    assert words.loved(user)[1] == 1
    words.love(user, second)
    home.decisions.undo(user, merged.decision_id)
    assert words.score(user, second) == 1
    home.close()


def test_what_a_word_is_about_is_named_by_the_user_alone(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """What somebody else heard under another spelling keeps the words of the one who loves it."""
    home = house(engine, clock, tmp_path)
    other, user = home.add_user("other"), home.add_user("user")
    words = Feedback(engine, home.writer, clock, home.ingest)
    home.ingest.add_now(other, [msgspec.structs.replace(named("LOW", "LAZY"), listened_at=UnixSeconds(clock.now()))])
    words.love(user, named("Low", "Lazy"))
    ((row,), _) = words.loved(user)
    assert (row.recording.name, row.recording.credit) == ("Lazy", "Low")
    home.close()
