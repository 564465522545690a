"""Kept answers are the answers that would be worked out now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.periods import Span
from earstead.services.answers import Answers
from earstead.services.insights.insights import Insights
from earstead.storage.engine import Engine, open_engine
from tests.services.trunk import NOW, Trunk, grow

DAY = 86_400
SPANS = (None, Span(NOW - 30 * DAY, NOW + DAY), Span(NOW - 60 * DAY, NOW - 30 * DAY), Span(NOW - DAY, NOW + DAY))
WRITES = st.lists(st.tuples(st.integers(0, 70), st.integers(0, 23), st.sampled_from("abc")), min_size=1, max_size=8)


@pytest.fixture
def trunk(engine: Engine) -> Iterator[Trunk]:
    """A trunk on each engine."""
    with grow(engine) as grown:
        yield grown


def play(days_ago: int, hour: int = 0, name: str = "a") -> Submission:
    """A play at an hour of a day."""
    at = UnixSeconds(NOW - days_ago * DAY - hour * 3600)
    return Submission(source="player", artist_name=name, track_name=f"{name} song", listened_at=at)


def everything(insights: Insights) -> list[object]:
    """What pages ask."""
    found: list[object] = []
    for span in SPANS:
        found += [insights.totals(1, span), insights.chart(1, "artist", span), insights.chart(1, "recording", span)]
        found += [insights.history(1, span, "day"), insights.clock(1, span)]
    return [*found, insights.calendar(1, 2025), insights.disc(1, 2025), insights.years(1)]


@given(writes=WRITES, gone=st.sets(st.integers(0, 7), max_size=3))
@settings(max_examples=25, deadline=None)
def test_kept_answers_are_those_of_now(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, int, str]], gone: set[int]
) -> None:
    """Whatever is written, deleted, banned or restored in between, in whatever order of time."""
    folder: Path = tmp_path_factory.mktemp("answers")
    engine = open_engine(folder / "test.db")
    engine.migrate()
    with grow(engine) as trunk:
        ids = []
        for write in writes:
            ids.append(trunk.ingest.add_now(1, [play(*write)]).outcomes[0].listen_id)
            assert everything(trunk.insights) == everything(Insights(engine, trunk.ingest))
        for place in gone:
            made = trunk.decisions.make(1, "delete", {"listen_ids": [ids[place % len(ids)]]})
            assert everything(trunk.insights) == everything(Insights(engine, trunk.ingest))
            trunk.decisions.undo(1, made.decision_id)
        artist = trunk.insights.chart(1, "artist", None).rows[0].entity.entity_id
        trunk.decisions.make(1, "ban", {"entity": "artist", "id": artist})
        assert everything(trunk.insights) == everything(Insights(engine, trunk.ingest))
    engine.close()


def test_an_answer_holds_until_its_span_is_touched(trunk: Trunk) -> None:
    """A listen of now leaves last month's answer alone; one of last month does not; nor do too many to remember."""
    answers, asked = Answers(), []
    then = Span(NOW - 60 * DAY, NOW - 30 * DAY)

    def ask() -> int:
        asked.append(1)
        return len(asked)

    def said() -> int:
        with trunk.engine.read() as tx:
            return answers.kept(tx, 1, "how many", ask, then)

    assert (said(), said()) == (1, 1)
    trunk.ingest.add_now(1, [play(0)])
    assert said() == 1
    trunk.ingest.add_now(1, [play(45)])
    assert (said(), said()) == (2, 2)
    for hour in range(520):
        trunk.ingest.add_now(1, [play(10, 0, f"n{hour}")])
    assert said() == 3
    trunk.ingest.add_now(2, [play(45)])
    assert said() == 3
