"""The one door: idempotent, order-free, atomic; rebuild equals incremental."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.core.errors import Rejected
from earstead.core.listen import Reading, Submission
from earstead.storage.engine import Engine, Tx, open_engine
from tests.services.trunk import NOW, Trunk, grow

T0 = NOW - 10_000_000


@pytest.fixture
def trunk(engine: Engine) -> Iterator[Trunk]:
    """A trunk on each engine."""
    with grow(engine) as grown:
        yield grown


def scrobble(start: int, title: str = "Song", artist: str = "Artist", **more: object) -> Submission:
    """What a player says."""
    return Submission(source="player", artist_name=artist, track_name=title, listened_at=T0 + start, **more)  # type: ignore[arg-type]


def exported(start: int, played_s: int, title: str = "Song", artist: str = "Artist") -> Submission:
    """What a lifetime export says: the end, and the time heard."""
    return Submission(
        source="export",
        artist_name=artist,
        track_name=title,
        listened_at=T0 + start,  # type: ignore[arg-type]
        ended_at=T0 + start + played_s,  # type: ignore[arg-type]
        played_ms=played_s * 1000,  # type: ignore[arg-type]
        reading=Reading.END,
        asserted=False,
        twin_s=30,
    )


def test_saying_it_again_changes_nothing_and_says_so(trunk: Trunk) -> None:
    """A retry, a re-import and a double inside one batch leave the same state."""
    batch = [scrobble(0), scrobble(0), scrobble(500), exported(2, 180)]
    first = trunk.ingest.add_now(1, batch)
    before = trunk.derived()
    again = trunk.ingest.add_now(1, batch)
    assert (first.new, first.merged, first.known) == (2, 1, 1)
    assert (again.new, again.merged, again.known) == (0, 0, 4)
    assert [o.listen_id for o in again.outcomes] == [o.listen_id for o in first.outcomes]
    assert trunk.derived() == before


def test_classify_says_what_add_will_say(trunk: Trunk) -> None:
    """A preview is a promise."""
    trunk.ingest.add_now(1, [scrobble(0)])
    batch = [scrobble(0), exported(3, 180), exported(900, 180), exported(900, 180), exported(904, 180)]
    promised = [o.status for o in trunk.ingest.look(1).take(batch)]
    assert promised == ["known", "merged", "new", "known", "merged"]
    assert [o.status for o in trunk.ingest.add_now(1, batch).outcomes] == promised


def test_a_batch_with_one_bad_listen_leaves_nothing(trunk: Trunk) -> None:
    """Nothing is half-written, and the caller reads why."""
    with pytest.raises(Rejected, match="future"):
        trunk.ingest.add_now(1, [scrobble(0), scrobble(NOW)])
    with pytest.raises(Rejected, match="no printable character"):
        trunk.ingest.add_now(1, [scrobble(0), scrobble(1, "\0")])
    assert trunk.derived() == {key: [] for key in trunk.derived()}


def test_what_the_caller_adds_falls_with_the_batch(trunk: Trunk) -> None:
    """The cursor of an import and its rows are one transaction."""

    def also(tx: Tx, result: object) -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        trunk.ingest.add_now(1, [scrobble(0)], also=also)
    assert trunk.derived()["observations"] == []


def test_odd_texts_are_kept(trunk: Trunk) -> None:
    """Lone surrogates, U+0000, right-to-left, emoji, HTML: in names and in what else was said."""
    odd = scrobble(0, "a\ud800b\0<script>", "فيروز 🎧\u202e", extra={"note": "\ud800 \0", "nested": {"n": [None, 1.5]}})
    trunk.ingest.add_now(1, [odd])
    (row,) = trunk.insights.listens(1).items
    assert (row.track_name, row.artist_name) == ("a?b<script>", "فيروز 🎧\u202e")
    assert row.extra["note"] == "\ud800 \0" and row.extra["nested"] == {"n": [None, 1.5]}


def test_users_do_not_see_or_touch_each_other(trunk: Trunk) -> None:
    """The same play of two people is two listens, each their own."""
    mine = trunk.ingest.add_now(1, [scrobble(0)]).outcomes[0]
    other = trunk.ingest.add_now(2, [scrobble(0)]).outcomes[0]
    assert mine.listen_id != other.listen_id
    assert trunk.insights.count(1) == trunk.insights.count(2) == 1


def test_a_deleted_play_stays_deleted_when_the_next_witness_comes(trunk: Trunk) -> None:
    """Neither a poller's overlap nor next year's export resurrects it."""
    listen_id = trunk.ingest.add_now(1, [scrobble(0)]).outcomes[0].listen_id
    decision = trunk.decisions.make(1, "delete", {"listen_ids": [listen_id]})
    merged = trunk.ingest.add_now(1, [exported(3, 180)]).outcomes[0]
    assert (merged.status, merged.listen_id) == ("merged", listen_id)
    assert trunk.insights.listens(1).items == () and trunk.insights.count(1) == 0
    trunk.decisions.undo(1, decision.decision_id)
    assert trunk.insights.count(1) == 1


def test_forgetting_a_source_leaves_what_others_said(trunk: Trunk) -> None:
    """Physically gone, and the plays it shared are decided again without it."""
    trunk.ingest.add_now(1, [scrobble(0), scrobble(900, "Alone")])
    with_both = [exported(3, 180), exported(5_000, 180, "Only exported")]
    only = trunk.derived()
    trunk.ingest.add_now(1, with_both)
    assert trunk.ingest.forget_source(1, "export") == 2
    assert trunk.derived() == only
    assert trunk.ingest.forget_source(1, "export") == trunk.ingest.forget_source(1, "unheard of") == 0


def test_days_and_hours_follow_the_zone(trunk: Trunk) -> None:
    """Local statistics use the user's zone; a user without a row lives in UTC."""
    trunk.ingest.add_now(1, [scrobble(0)])
    at = T0
    assert trunk.derived()["listens"][0][3:5] == (at // 86_400, at % 86_400 // 3_600)


STARTS = st.integers(0, 40).map(lambda i: i * 20)
# One player spells a title in one way: what it says again is the same submission, and its first wording stays.
SAID = st.one_of(
    st.builds(scrobble, STARTS, st.sampled_from(["Song", "Other"])),
    st.builds(exported, STARTS, st.sampled_from([5, 60, 180])),
    st.builds(lambda s: msgspec.structs.replace(scrobble(s, "song"), source="second player"), STARTS),
)


@given(said=st.lists(SAID, min_size=1, max_size=12), data=st.data())
@settings(max_examples=40, deadline=None)
def test_order_and_batches_change_nothing_and_rebuild_arrives_at_the_same_rows(
    said: list[Submission], data: st.DataObject
) -> None:
    """Any order of arrival, any batch size, bridging witnesses and decisions included."""
    order = data.draw(st.permutations(said))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(said)), max_size=3)))
    with tempfile.TemporaryDirectory() as folder:
        states = []
        for name, sequence, bounds in (("a", said, []), ("b", order, cuts)):
            engine = open_engine(Path(folder) / name)
            engine.migrate()
            with grow(engine) as trunk:
                edges = [0, *bounds, len(sequence)]
                for start, end in itertools.pairwise(edges):
                    if sequence[start:end]:
                        trunk.ingest.add_now(1, sequence[start:end])
                states.append(trunk.plays())
                before = trunk.derived()
                trunk.ingest.rebuild(1)
                assert trunk.derived() == before
            engine.close()
    assert states[0] == states[1]
