"""Decisions act on the whole past at once, apply to what is heard later, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from earstead.core.errors import NotFound, Rejected
from earstead.core.listen import Submission
from earstead.services.views import ListenFilter
from earstead.storage.engine import Engine
from tests.services.trunk import NOW, Trunk, grow

T0 = NOW - 1_000_000


def heard(i: int, artist: str, title: str, release: str = "Album") -> Submission:
    """The i-th play of an hour each."""
    return Submission(
        source="player",
        artist_name=artist,
        track_name=title,
        release_name=release,
        listened_at=T0 + i * 3600,  # type: ignore[arg-type]
    )


PLAYS = [heard(i, ["The Beatles", "Beatles", "A & B"][i % 3], f"Song {i % 4}") for i in range(24)]


@pytest.fixture
def trunk(engine: Engine) -> Iterator[Trunk]:
    """A trunk with 24 plays of three artists, on each engine."""
    with grow(engine) as grown:
        grown.ingest.add_now(1, PLAYS)
        yield grown


def artists(trunk: Trunk) -> dict[str, int]:
    """name -> plays of the artist chart."""
    return {row.entity.name: row.plays for row in trunk.insights.chart(1, "artist", None).rows}


def id_of(trunk: Trunk, name: str) -> int:
    """The entity id of an artist."""
    return next(r.entity.entity_id for r in trunk.insights.chart(1, "artist", None).rows if r.entity.name == name)


def test_a_merge_unites_the_past_and_the_future_and_its_undo_parts_them(trunk: Trunk) -> None:
    """As many rows as tracks change; listens are not touched."""
    before = trunk.derived()
    subject = {"entity": "artist", "ids": [id_of(trunk, "Beatles")], "into": id_of(trunk, "The Beatles")}
    preview = trunk.decisions.preview(1, "merge", subject)
    decision = trunk.decisions.make(1, "merge", subject)
    assert artists(trunk) == {"The Beatles": 16, "A & B": 8}
    assert preview.tracks == 8 and decision.summary == "Beatles is The Beatles"
    trunk.ingest.add_now(1, [heard(30, "Beatles", "New Song")])
    assert artists(trunk)["The Beatles"] == 17
    trunk.decisions.undo(1, decision.decision_id)
    assert artists(trunk) == {"The Beatles": 8, "Beatles": 9, "A & B": 8}
    trunk.decisions.redo(1, decision.decision_id)
    assert artists(trunk)["The Beatles"] == 17
    trunk.decisions.undo(1, decision.decision_id)
    assert trunk.derived()["listens"][:24] == before["listens"]


def test_rename_split_ban_and_block(trunk: Trunk) -> None:
    """Each changes what is shown, nothing that was said, and its undo restores every row."""
    before = dict(trunk.derived().items())
    pair = id_of(trunk, "A & B")

    def made(kind: str, **subject: Any) -> tuple[dict[str, int], int, int]:
        decision = trunk.decisions.make(1, kind, {"entity": "artist", "id": pair, **subject})
        seen = artists(trunk), trunk.insights.totals(1, None).plays, len(trunk.insights.listens(1).items)
        trunk.decisions.undo(1, decision.decision_id)
        assert trunk.derived() == before
        return seen

    assert made("rename", name="A und B") == ({"The Beatles": 8, "Beatles": 8, "A und B": 8}, 24, 24)
    assert made("split", names=["A", "B"]) == ({"The Beatles": 8, "Beatles": 8, "A": 8, "B": 8}, 24, 24)
    assert made("ban") == ({"The Beatles": 8, "Beatles": 8}, 16, 24)
    assert made("block") == ({"The Beatles": 8, "Beatles": 8}, 16, 16)


def test_undoing_a_merge_under_a_later_one_leads_only_its_own_tracks_back(trunk: Trunk) -> None:
    """Decisions may be undone in any order."""
    a, b, c = (id_of(trunk, name) for name in ("A & B", "Beatles", "The Beatles"))
    first = trunk.decisions.make(1, "merge", {"entity": "artist", "ids": [a], "into": b})
    second = trunk.decisions.make(1, "merge", {"entity": "artist", "ids": [b], "into": c})
    assert artists(trunk) == {"The Beatles": 24}
    trunk.decisions.undo(1, first.decision_id)
    assert artists(trunk) == {"The Beatles": 16, "A & B": 8}
    trunk.decisions.undo(1, second.decision_id)
    assert artists(trunk) == {"The Beatles": 8, "Beatles": 8, "A & B": 8}


def test_a_recording_can_be_split_off_by_its_tracks(trunk: Trunk) -> None:
    """Two songs of one name become two."""
    row = trunk.insights.listens(1, limit=1).items[0]
    trunk.ingest.add_now(1, [heard(40, row.artist_name, row.track_name, "Live Album")])
    live = trunk.insights.listens(1, limit=1).items[0]
    assert live.recording.entity_id == row.recording.entity_id
    trunk.decisions.make(1, "split", {"entity": "recording", "track_ids": [live.track_id]})
    again = trunk.insights.listen(1, live.listen_id)
    assert again.recording.entity_id != row.recording.entity_id


def test_delete_restore_and_edit(trunk: Trunk) -> None:
    """Plays are hidden, brought back, and corrected; what was said stays."""
    row = trunk.insights.listens(1, limit=1).items[0]
    trunk.decisions.make(1, "delete", {"listen_ids": [row.listen_id]})
    assert trunk.insights.count(1) == 23
    assert [r.listen_id for r in trunk.insights.listens(1, filter=ListenFilter(hidden=True)).items] == [row.listen_id]
    trunk.decisions.make(1, "restore", {"listen_ids": [row.listen_id]})
    assert trunk.insights.count(1) == 24
    edit = {"listen_id": row.listen_id, "track_name": "Jóga", "release_name": "", "listened_at": T0 - 5}
    decision = trunk.decisions.make(1, "edit", edit)
    edited = trunk.insights.listen(1, row.listen_id)
    assert (edited.track_name, edited.release_name, edited.listened_at) == ("Jóga", "", T0 - 5)
    why = trunk.insights.explain(1, row.listen_id)
    assert why.witnesses[0].track_name == row.track_name
    assert [d.kind for d in why.decisions] == ["edit", "restore", "delete"]
    trunk.ingest.rebuild(1)
    assert trunk.insights.listen(1, row.listen_id) == edited
    trunk.decisions.undo(1, decision.decision_id)
    assert trunk.insights.listen(1, row.listen_id) == row


def test_keep_apart_and_join(trunk: Trunk) -> None:
    """The user decides what is one play; the listen says why."""
    row = trunk.insights.listens(1, limit=1).items[0]
    twin = msgspec.structs.replace(PLAYS[-1], source="other", listened_at=PLAYS[-1].listened_at + 4)  # type: ignore[arg-type]
    merged = trunk.ingest.add_now(1, [twin]).outcomes[0]
    assert merged.listen_id == row.listen_id
    assert "starts 4 s apart" in trunk.insights.explain(1, row.listen_id).sentence
    apart = trunk.decisions.make(1, "keep_apart", {"listen_id": row.listen_id, "seq": merged.seq})
    assert trunk.insights.count(1) == 25
    joined = trunk.decisions.make(1, "join", {"listen_ids": [row.listen_id, merged.seq]})
    assert trunk.insights.count(1) == 24
    trunk.decisions.undo(1, joined.decision_id)
    trunk.decisions.undo(1, apart.decision_id)
    assert len(trunk.insights.explain(1, merged.seq).witnesses) == 2


@pytest.mark.parametrize(
    ("kind", "subject", "fault"),
    [
        ("explode", {}, Rejected),
        ("rename", {"entity": "artist", "id": 5, "name": "x"}, NotFound),
        ("rename", {"entity": "planet", "id": 5, "name": "x"}, Rejected),
        ("rename", {"entity": "artist", "id": "x", "name": "x"}, Rejected),
        ("merge", {"entity": "artist", "ids": [], "into": 1 << 80}, Rejected),
        ("delete", {"listen_ids": "all"}, Rejected),
        ("delete", {"listen_ids": [999_999]}, NotFound),
        ("edit", {"listen_id": 1}, Rejected),
        ("edit", {"listen_id": 1, "track_name": None}, Rejected),
        ("edit", {"listen_id": 1, "listened_at": 1 << 40}, Rejected),
        ("join", {"listen_ids": [1]}, Rejected),
        ("keep_apart", {"listen_id": 1, "seq": 1}, Rejected),
        ("split", {"entity": "recording", "track_ids": [1]}, NotFound),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    trunk: Trunk, kind: str, subject: dict[str, Any], fault: type[Exception]
) -> None:
    """A clear error, no row."""
    before = trunk.derived()
    with pytest.raises(fault):
        trunk.decisions.make(1, kind, subject)
    assert trunk.decisions.log(1) == () and trunk.derived() == before


def test_the_decisions_and_listens_of_others_are_out_of_reach(trunk: Trunk) -> None:
    """Another user's ids do not exist."""
    decision = trunk.decisions.make(1, "delete", {"listen_ids": [1]})
    for attempt in (
        lambda: trunk.decisions.make(2, "delete", {"listen_ids": [2]}),
        lambda: trunk.decisions.undo(2, decision.decision_id),
        lambda: trunk.insights.listen(2, 2),
        lambda: trunk.insights.entity(2, "artist", id_of(trunk, "Beatles")),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert trunk.decisions.log(2) == ()
