"""Every question has the same answer on SQLite and PostgreSQL, and the answer can be recomputed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from earstead.core.errors import NotFound, Rejected
from earstead.core.listen import Kind, Submission
from earstead.core.periods import Span, period
from earstead.sandbox import world
from earstead.services.views import ListenFilter
from earstead.storage.engine import open_engine
from tests.services.trunk import NOW, Trunk, grow

HEARD = [msgspec.structs.replace(s, source="demo") for s in world.history(7, 600, NOW - 1000)]
COUNTED = [s for s in HEARD if (s.played_ms or 0) * 2 >= (s.duration_ms or 1) or (s.played_ms or 0) >= 240_000]
SPAN = period("90d", "UTC", NOW).span


@pytest.fixture(scope="module")
def trunks(
    tmp_path_factory: pytest.TempPathFactory, new_postgres_url: Callable[[], str]
) -> Iterator[tuple[Trunk, Trunk]]:
    """The same generated history on both engines."""
    addresses: list[str | Path] = [tmp_path_factory.mktemp("answers") / "x.db", new_postgres_url()]
    engines = [open_engine(a) for a in addresses]
    for engine in engines:
        engine.migrate()
    with grow(engines[0]) as sqlite, grow(engines[1]) as postgres:
        for trunk in (sqlite, postgres):
            trunk.ingest.add_now(1, HEARD)
        yield sqlite, postgres
    for engine in engines:
        engine.close()


def _first(trunk: Trunk, kind: Any) -> int:
    return trunk.insights.chart(1, kind, None, limit=1).rows[0].entity.entity_id


QUESTIONS: dict[str, Callable[[Trunk], Any]] = {
    "totals": lambda t: [t.insights.totals(1, span) for span in (None, SPAN)],
    "charts": lambda t: [
        t.insights.chart(1, kind, span, by=by, compare=SPAN)  # type: ignore[arg-type]
        for kind in ("artist", "release", "recording", "episode", "show")
        for span in (None, SPAN)
        for by in ("plays", "time")
    ],
    "listens": lambda t: t.insights.listens(1, limit=40),
    "filters": lambda t: [
        t.insights.listens(1, limit=20, filter=f)
        for f in (
            ListenFilter(artist_id=_first(t, "artist"), counted=True),
            ListenFilter(release_id=_first(t, "release")),
            ListenFilter(recording_id=_first(t, "recording"), skipped=False),
            ListenFilter(text="a", source="demo"),
            ListenFilter(after=NOW - 9_000_000, before=NOW - 90_000, hidden=True),
        )
    ],
    "between": lambda t: t.insights.listens_between(1, after=NOW - 9_000_000, before=None, limit=9, oldest_first=True),
    "ends": lambda t: (t.insights.ends(1), t.insights.count(1), t.insights.years(1)),
    "entities": lambda t: [t.insights.entity(1, k, _first(t, k)) for k in ("artist", "release", "recording")],  # type: ignore[arg-type]
    "history": lambda t: [t.insights.history(1, SPAN, u) for u in ("day", "week", "month", "year")],
    "history of one": lambda t: t.insights.history(1, None, "month", entity_id=_first(t, "artist")),
    "clock": lambda t: (t.insights.clock(1, None), t.insights.clock(1, SPAN)),
    "calendar": lambda t: (t.insights.calendar(1, 2025), t.insights.disc(1, 2025)),
    "ranks": lambda t: t.insights.rank_history(1, "artist", _first(t, "artist")),
    "heard with": lambda t: t.insights.heard_with(1, _first(t, "artist")),
    "search": lambda t: t.insights.search(1, "a"),
    "explain": lambda t: t.insights.explain(1, 17),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_engines_give_the_same_answer(trunks: tuple[Trunk, Trunk], question: str) -> None:
    """One text of every SELECT, one truth."""
    sqlite, postgres = (QUESTIONS[question](trunk) for trunk in trunks)
    assert sqlite == postgres
    assert sqlite


def test_charts_agree_with_a_count_by_hand(trunks: tuple[Trunk, Trunk]) -> None:
    """Once per credited artist in artist charts, once in totals."""
    by_hand = Counter(name for s in COUNTED if s.kind is Kind.MUSIC for name in dict.fromkeys(s.artist_names))
    insights = trunks[0].insights
    chart = insights.chart(1, "artist", None, limit=5)
    assert [row.plays for row in chart.rows] == [n for _, n in by_hand.most_common(5)]
    assert insights.totals(1, None).plays == len(COUNTED) == insights.count(1)
    assert insights.totals(1, None).all_plays == len(HEARD)
    assert sum(map(sum, insights.clock(1, None))) == len(COUNTED)
    assert sum(b.plays for b in insights.history(1, None, "week")) == len(COUNTED)


def test_pages_go_through_everything_once_and_back(trunks: tuple[Trunk, Trunk]) -> None:
    """Keyset paging neither skips nor repeats, forwards and backwards."""
    insights = trunks[0].insights
    seen, page = [], insights.listens(1, limit=70)
    pages = [page]
    while True:
        seen += [row.listen_id for row in page.items]
        if not page.older:
            break
        page = insights.listens(1, limit=70, cursor=page.older)
        pages.append(page)
    assert len(seen) == len(set(seen)) == len(HEARD)
    back = insights.listens(1, limit=70, cursor=pages[-1].newer)
    assert back.items == pages[-2].items
    with pytest.raises(Rejected):
        insights.listens(1, cursor="o1.x")


def test_bounds_of_between_are_exclusive(trunks: tuple[Trunk, Trunk]) -> None:
    """As ListenBrainz asks: `min_ts < listened_at < max_ts`."""
    insights = trunks[0].insights
    newest = insights.listens_between(1, after=None, before=None, limit=3)
    between = insights.listens_between(1, after=newest[2].listened_at, before=newest[0].listened_at, limit=9)
    assert [r.listen_id for r in between] == [newest[1].listen_id]


def test_answers_change_with_the_next_listen_and_names_with_what_is_written_most(tmp_path: Path) -> None:
    """Nothing kept is ever stale; a name is shown as it is most often written."""
    engine = open_engine(tmp_path / "x.db")
    engine.migrate()

    def said(artist: str, at: int) -> Submission:
        return Submission(source="s", artist_name=artist, track_name="T", listened_at=NOW - at)  # type: ignore[arg-type]

    with grow(engine) as trunk:
        assert trunk.insights.totals(1, None).plays == 0 and trunk.insights.years(1) == ()
        assert trunk.insights.chart(1, "artist", SPAN).rows == ()
        trunk.ingest.add_now(1, [said("BJÖRK", 9_000)])
        version = trunk.insights.version(1)
        assert trunk.insights.chart(1, "artist", None).rows[0].entity.name == "BJÖRK"
        trunk.ingest.add_now(1, [said("Björk", 6_000), said("Björk", 3_000)])
        row = trunk.insights.chart(1, "artist", None).rows[0]
        assert (row.entity.name, row.plays) == ("Björk", 3)
        assert trunk.insights.version(1) > version
        assert trunk.insights.entity(1, "artist", row.entity.entity_id).spellings == (("Björk", 2), ("BJÖRK", 1))
        assert [r.name for r in trunk.insights.search(1, "bjork")][:1] == ["Björk"]
        assert trunk.insights.search(1, "100%_") == ()
        with pytest.raises(NotFound):
            trunk.insights.entity(1, "release", row.entity.entity_id)
        with pytest.raises(Rejected):
            trunk.insights.history(1, Span(0, 86_400), "century")
    engine.close()


def test_the_rank_in_a_span_is_the_place_in_its_chart(trunks: tuple[Trunk, Trunk]) -> None:
    """An entity's place in a span is where its chart has it, on both engines; 0 where it was not heard."""
    month = period("30d", "UTC", NOW).span
    for trunk in trunks:
        for row in trunk.insights.chart(1, "artist", month, limit=5).rows:
            assert trunk.insights.rank(1, "artist", row.entity.entity_id, month) == row.rank
        assert trunk.insights.rank(1, "artist", 1, month) == 0
