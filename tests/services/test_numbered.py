"""Listens by number, ties by name, ids of entities: what callers that page by number need, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earstead.core.ids import Mbid, UnixSeconds
from earstead.core.listen import Submission
from earstead.core.periods import Span
from earstead.services.insights.listens import MARK_STEP
from earstead.storage.engine import Engine
from tests.services.trunk import NOW, Trunk, grow

PLAYS = 90
BJORK = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
ROAD = "11111111-2222-4333-8444-555555555555"


def heard(i: int, artist: str, track: str, **more: object) -> Submission:
    words = {"source": "s", "artist_name": artist, "track_name": track, "listened_at": UnixSeconds(NOW - i * 1000)}
    return Submission(**(words | more))  # type: ignore[arg-type]


@pytest.fixture
def trunk(engine: Engine) -> Iterator[Trunk]:
    """Ninety plays, a thousand seconds apart, of nine artists."""
    with grow(engine) as grown:
        grown.ingest.add_now(1, [heard(i, f"Artist {i % 9}", f"Song {i % 9}") for i in range(PLAYS)])
        yield grown


@pytest.mark.parametrize("limit", [7, 50, 200])
def test_pages_by_number_go_through_everything_once(trunk: Trunk, limit: int) -> None:
    """Counted off from either end, no listen is skipped or repeated; past the end there is none."""
    seen = []
    for offset in range(0, PLAYS + limit, limit):
        rows, total = trunk.insights.numbered(1, limit=limit, offset=offset)
        assert total == PLAYS
        seen += [row.listened_at for row in rows]
    assert seen == [NOW - i * 1000 for i in range(PLAYS)]


def test_deep_pages_are_counted_off_from_marks(trunk: Trunk) -> None:
    """Also after listens came between what was marked or at the end, and after some went away."""
    deep = [NOW - 100_000 - i * 100 for i in range(3 * MARK_STEP + 100)]
    trunk.ingest.add_now(1, [heard(0, f"Deep {i % 4}", "D", listened_at=UnixSeconds(at)) for i, at in enumerate(deep)])
    times = [NOW - i * 1000 for i in range(PLAYS)] + deep

    def everything() -> list[int]:
        pages = (trunk.insights.numbered(1, limit=900, offset=offset)[0] for offset in range(0, 8000, 900))
        return [row.listened_at for page in pages for row in page]

    assert everything() == times
    came = [NOW - 1, deep[MARK_STEP] + 1, deep[-1] - 9]
    trunk.ingest.add_now(1, [heard(0, "New", "N", listened_at=UnixSeconds(at)) for at in came])
    assert everything() == sorted([*times, *came], reverse=True)
    trunk.decisions.make(1, "block", {"entity": "artist", "id": trunk.insights.led(1, "artist", "Deep 2")})
    left = times[:PLAYS] + [at for i, at in enumerate(deep) if i % 4 != 2]
    assert everything() == sorted([*left, *came], reverse=True)


def test_a_span_is_counted_exactly(trunk: Trunk) -> None:
    """Half open, as every span; of one entity as of everything."""
    span = Span(NOW - 20_000, NOW - 10_000)
    rows, total = trunk.insights.numbered(1, span, limit=4, offset=6)
    assert (total, [NOW - row.listened_at for row in rows]) == (10, [17_000, 18_000, 19_000, 20_000])
    artist = trunk.insights.led(1, "artist", "ARTIST 3")
    rows, total = trunk.insights.numbered(1, span, entity_id=artist)
    assert (total, [row.track_name for row in rows]) == (1, ["Song 3"])
    rows, total = trunk.insights.numbered(1, entity_id=artist, limit=3, offset=8)
    assert (total, [NOW - row.listened_at for row in rows]) == (10, [75_000, 84_000])


def test_what_is_deleted_or_blocked_is_neither_shown_nor_counted(trunk: Trunk) -> None:
    """A total is the number of rows that can be paged through; what is banned is kept in the history."""
    first = trunk.insights.numbered(1, limit=1)[0][0]
    trunk.decisions.make(1, "delete", {"listen_ids": [first.listen_id]})
    trunk.decisions.make(1, "block", {"entity": "artist", "id": trunk.insights.led(1, "artist", "Artist 3")})
    trunk.decisions.make(1, "ban", {"entity": "artist", "id": trunk.insights.led(1, "artist", "Artist 4")})
    for span in (None, Span(0, NOW + 1)):
        rows, total = trunk.insights.numbered(1, span, limit=200)
        assert len(rows) == total == PLAYS - 1 - 10
        assert {row.artist_name for row in rows} == {f"Artist {i}" for i in range(9) if i != 3}
    assert trunk.insights.numbered(1, entity_id=trunk.insights.led(1, "artist", "Artist 3")) == ((), 0)


def test_equal_plays_stand_in_order_of_name(trunk: Trunk) -> None:
    """Across pages too, and by the name that a decision gave."""
    trunk.ingest.add_now(1, [heard(100, "Zero", "Z"), heard(101, "Zero", "Z"), heard(102, "alone", "A")])
    trunk.decisions.make(
        1, "rename", {"entity": "artist", "id": trunk.insights.led(1, "artist", "Artist 0"), "name": "Élan"}
    )
    names = []
    for offset in range(0, 12, 2):
        chart = trunk.insights.chart(1, "artist", None, limit=2, offset=offset, ties_by_name=True)
        names += [row.entity.name for row in chart.rows]
    assert names == [*(f"Artist {i}" for i in range(1, 9)), "Élan", "Zero", "alone"]
    assert trunk.insights.chart(1, "artist", None, offset=99, ties_by_name=True).rows == ()
    trunk.ingest.add_now(1, [heard(200 + i, name, "Same") for i, name in enumerate(("Cc", "Aa", "Bb"))])
    rows = trunk.insights.chart(1, "recording", None, offset=9, ties_by_name=True).rows
    credited = [row.entity.credit for row in rows if row.entity.name == "Same"]
    assert credited == ["Aa", "Bb", "Cc"]


def test_sizes_are_those_of_the_charts(trunk: Trunk) -> None:
    """Also when something is banned, short, or hidden."""
    q = trunk.insights
    trunk.ingest.add_now(
        1,
        [
            heard(300, "Once", "Skipped", release_name="R", asserted=False, played_ms=2000),
            heard(301, "Twice", "Gone", release_name="R"),
            heard(302, "Twice feat. Guest", "Here", release_name="Q"),
        ],
    )
    gone = q.numbered(1, entity_id=q.led(1, "recording", "Twice", "Gone"))[0][0]
    trunk.decisions.make(1, "delete", {"listen_ids": [gone.listen_id]})
    trunk.decisions.make(1, "ban", {"entity": "artist", "id": q.led(1, "artist", "Artist 2")})
    assert q.sizes(1) == (10, 1, 9)
    assert q.sizes(1) == tuple(q.chart(1, kind, None).total for kind in ("artist", "release", "recording"))


def test_names_lead_where_decisions_say(trunk: Trunk) -> None:
    """Whatever the letter case; also for what was never heard."""
    q = trunk.insights
    one, two = q.led(1, "recording", "Artist 1", "Song 1"), q.led(1, "recording", "artist 2", "SONG 2")
    assert one != two
    trunk.decisions.make(1, "merge", {"entity": "recording", "ids": [two], "into": one})
    assert q.led(1, "recording", "Artist 2", "Song 2") == one
    assert q.led(1, "release", "Nobody", "Nothing") not in q.refs(1, [q.led(1, "release", "Nobody", "Nothing")])
    assert q.refs(1, [one, 5])[one].name == "Song 1" and 5 not in q.refs(1, [one, 5])


def test_ids_are_those_that_came_with_plays(trunk: Trunk) -> None:
    """An artist's id counts where there are as many ids as credited artists."""
    trunk.ingest.add_now(
        1,
        [
            heard(200, "Björk", "Road", release_name="Home", recording_mbid=Mbid(ROAD), release_mbid=Mbid(ROAD[::-1])),
            heard(201, "Björk feat. Low", "Two", artist_mbids=(Mbid(BJORK), Mbid(ROAD))),
            heard(202, "A & B", "Three", artist_mbids=(Mbid(BJORK), Mbid(ROAD))),
        ],
    )
    q = trunk.insights
    artists = [q.led(1, "artist", name) for name in ("björk", "low", "A & B")]
    assert q.mbids(1, "artist", artists) == {artists[0]: BJORK, artists[1]: ROAD}
    recording, release = q.led(1, "recording", "Björk", "Road"), q.led(1, "release", "Björk", "Home")
    assert q.mbids(1, "recording", [recording, artists[2]]) == {recording: ROAD}
    assert q.mbids(1, "release", [release]) == {release: ROAD[::-1]}
    assert q.mbids(1, "artist", []) == {}
