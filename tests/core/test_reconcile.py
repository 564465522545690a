"""What is one play: order-free, idempotent, repeats kept."""

from __future__ import annotations

from itertools import permutations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.core.listen import Listen, Observation, Reading
from earstead.core.reconcile import NO_PLAY_RULES, Edit, PlayRules, alone, compile_play_rules, resolve

T0 = 1_700_000_000


def observed(
    source: str,
    start: int,
    *,
    seq: int = 0,
    played: int = -1,
    ended: int = 0,
    duration: int = -1,
    reading: Reading = Reading.START,
    match: int = 7,
    id_key: int = 0,
    precision: int = 1,
    twin: int = 0,
    asserted: bool = True,
    rank: int = 0,
) -> Observation:
    """An observation of the song 7 at `start` seconds after T0."""
    return Observation(
        seq=seq,
        source=source,
        fingerprint=hash((source, start, played, match)) & 0xFFFFFFFF,
        track_id=match,  # type: ignore[arg-type]
        match_key=match,
        id_key=id_key,
        started_at=T0 + start,  # type: ignore[arg-type]
        ended_at=T0 + ended if ended else 0,  # type: ignore[arg-type]
        reading=reading,
        precision_s=precision,
        played_ms=played,
        duration_ms=duration,
        asserted=asserted,
        skipped=-1,
        twin_s=twin,
        rank=rank,
    )


def export(start: int, played_s: int, *, end: int | None = None) -> Observation:
    """A row of a lifetime export: end and time heard are known, the start is computed."""
    end = start + played_s if end is None else end
    return observed("export", start, played=played_s * 1000, ended=end, reading=Reading.END, asserted=False, twin=30)


def numbered(observations: list[Observation]) -> list[Observation]:
    """The observations as received in this order."""
    return [msgspec.structs.replace(o, seq=i) for i, o in enumerate(observations, 1)]


def plays(listens: tuple[Listen, ...], observations: list[Observation]) -> set[tuple[object, ...]]:
    """What was decided, without ids: these may follow the order of arrival, nothing else may."""
    keys = {o.seq: o.key for o in observations}
    return {
        (frozenset(keys[seq] for seq, _ in n.witnesses), n.listened_at, n.track_id, n.played_ms, n.counted, n.hidden)
        for n in listens
    }


def test_a_scrobble_and_the_export_of_the_same_play_are_one_listen_with_the_best_of_both() -> None:
    """The exact start comes from the player, the time heard from the export."""
    (listen,) = resolve(numbered([observed("player", 0, duration=200_000), export(3, 197)]))
    assert (listen.listened_at, listen.played_ms, len(listen.witnesses)) == (T0, 197_000, 2)


def test_the_same_song_twice_in_a_row_is_two_listens_for_any_number_of_witnesses() -> None:
    """A repeat is not a duplicate."""
    heard = [observed("player", 0), observed("player", 180), export(1, 179), export(181, 179)]
    assert [len(n.witnesses) for n in resolve(numbered(heard))] == [2, 2]


def test_two_reports_of_one_source_stay_apart_unless_its_own_rule_calls_them_twins() -> None:
    """Near-duplicates of one client are two plays; an export's repeated row is one."""
    assert len(resolve(numbered([observed("player", 0), observed("player", 5)]))) == 2
    assert len(resolve(numbered([export(0, 100), export(4, 100)]))) == 1
    assert len(resolve(numbered([export(0, 100), export(4, 99)]))) == 2


def test_a_pause_is_bridged_but_not_where_a_whole_play_would_fit() -> None:
    """The export computes the start from the end, so a pause moves it; too long a gap is another play."""
    paused = [observed("player", 0, duration=240_000), export(120, 240)]
    apart = [observed("player", 0, duration=240_000), export(300, 240)]
    assert len(resolve(numbered(paused))) == 1
    assert len(resolve(numbered(apart))) == 2


def test_a_bridging_witness_joins_two_that_do_not_agree_by_themselves() -> None:
    """Nearness is not transitive: the whole cluster is decided at once."""
    ends = [observed("a", 0), observed("c", 50)]
    assert len(resolve(numbered(ends))) == 2
    for order in permutations([*ends, observed("b", 25)]):
        assert len(resolve(numbered(list(order)))) == 1


def test_a_minute_precise_row_joins_only_its_own_time_heard() -> None:
    """Account data says the minute and the exact time heard; the second settles which play it was."""
    minute = observed("account", 20, played=41_000, ended=60, reading=Reading.END, precision=60, asserted=False)
    heard = numbered([export(0, 40), export(41, 41), minute])
    joined = [n for n in resolve(heard) if len(n.witnesses) == 2]
    assert [n.played_ms for n in joined] == [41_000]


def test_recently_played_is_read_as_the_end_first() -> None:
    """One time that is the end of one play and the start of the next belongs to the first."""
    ends = [observed("api", a, ended=b, reading=Reading.EITHER) for a, b in ((0, 200), (200, 400))]
    heard = numbered([export(0, 200), export(200, 200), *ends])
    assert {tuple(seq for seq, _ in n.witnesses) for n in resolve(heard)} == {(1, 3), (2, 4)}


def test_different_songs_of_one_second_are_two_listens() -> None:
    """Names decide, not times alone."""
    assert len(resolve(numbered([observed("a", 0), observed("b", 0, match=8)]))) == 2


def test_a_shared_id_joins_differently_written_names() -> None:
    """Evidence outweighs wording."""
    assert len(resolve(numbered([observed("a", 0, id_key=5), observed("b", 3, match=8, id_key=5)]))) == 1


def test_a_later_witness_of_a_deleted_play_joins_the_hidden_listen() -> None:
    """Nothing resurrects what was deleted."""
    told = observed("player", 0)
    rules = PlayRules(hidden=frozenset({told.key}))
    (listen,) = resolve(numbered([told, export(2, 200)]), rules)
    assert listen.hidden and not listen.counted


def test_decisions_on_plays_override_and_are_overridden_by_later_ones() -> None:
    """Delete and restore, apart and join: the last word counts; an edit changes what it names only."""
    a, b = observed("a", 0), observed("b", 2)
    apart = {"key": a.key, "keys": [b.key]}
    assert len(resolve(numbered([a, b]), compile_play_rules([("keep_apart", apart)]))) == 2
    assert len(resolve(numbered([a, b]), compile_play_rules([("keep_apart", apart), ("join", apart)]))) == 1
    gone = [("delete", {"keys": [a.key]}), ("restore", {"keys": [a.key]})]
    assert not resolve(numbered([a, b]), compile_play_rules(gone))[0].hidden
    edits = [("edit", {"keys": [a.key], "track_id": 99}), ("edit", {"keys": [a.key], "listened_at": 5})]
    assert compile_play_rules(edits).edits[a.key] == Edit(track_id=99, listened_at=5)
    (edited,) = resolve(numbered([a, b]), compile_play_rules(edits))
    assert (edited.track_id, edited.listened_at) == (99, 5)


def test_far_apart_plays_can_be_joined_by_hand() -> None:
    """The user knows better than any limit."""
    a, b = observed("a", 0), observed("a", 9_000)
    rules = compile_play_rules([("join", {"key": a.key, "keys": [b.key]})])
    assert len(resolve(numbered([a, b]), rules)) == 1


SOURCES = st.sampled_from(["player", "other", "export", "account", "api"])


@st.composite
def witnesses(draw: st.DrawFn) -> list[Observation]:
    """A heap of reports by several sources of one or two songs within some minutes."""
    heap: dict[str, Observation] = {}
    for _ in range(draw(st.integers(1, 7))):
        source, start = draw(SOURCES), draw(st.integers(0, 500))
        match = draw(st.sampled_from([7, 7, 7, 8]))
        played = draw(st.sampled_from([10_000, 60_000, 180_000]))
        if source in ("player", "other"):
            made = observed(source, start, duration=played, match=match, rank=draw(st.integers(0, 2)))
        else:
            reading = {"export": Reading.END, "account": Reading.END, "api": Reading.EITHER}[source]
            made = observed(
                source,
                start,
                played=played if source != "api" else -1,
                ended=start + played // 1000,
                reading=reading,
                precision=60 if source == "account" else 1,
                twin=30 if source == "export" else 0,
                match=match,
                asserted=False,
                id_key=draw(st.sampled_from([0, 0, 3])),
            )
        heap[made.key] = made
    return list(heap.values())


@given(heap=witnesses(), data=st.data())
@settings(max_examples=300, deadline=None)
def test_the_order_of_arrival_changes_nothing(heap: list[Observation], data: st.DataObject) -> None:
    """The same reports give the same plays in every order."""
    one = numbered(heap)
    other = numbered(data.draw(st.permutations(heap)))
    assert plays(resolve(one), one) == plays(resolve(other), other)


@given(heap=witnesses())
@settings(max_examples=200, deadline=None)
def test_every_report_is_in_exactly_one_listen_and_no_source_twice(heap: list[Observation]) -> None:
    """Nothing is lost, nothing counted twice."""
    heard = numbered(heap)
    by_seq = {o.seq: o for o in heard}
    listens = resolve(heard)
    seqs = [seq for n in listens for seq, _ in n.witnesses]
    assert sorted(seqs) == sorted(by_seq)
    for listen in listens:
        sources = [by_seq[seq].source for seq, _ in listen.witnesses if by_seq[seq].source != "export"]
        assert len(sources) == len(set(sources))
        assert listen.listen_id == min(seq for seq, _ in listen.witnesses)


@given(heap=witnesses())
@settings(max_examples=100, deadline=None)
def test_alone_says_what_resolve_says_of_a_single_report(heap: list[Observation]) -> None:
    """The short way of imports is the same rule."""
    for o in numbered(heap):
        assert (alone(o),) == resolve([o], NO_PLAY_RULES)
