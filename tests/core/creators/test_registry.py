"""The registry of operations: what is pinned, what is laid over it, and what is told of the difference."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from earstead.core.creators.registry import GROUPS, Hash, Operation, Registry, Variable, diff, is_hash
from earstead.core.errors import Rejected

PINNED = Registry.pinned()
NEW, OLD = "a" * 64, "b" * 64


def overlay(*operations: Operation, as_of: str = "2026-11") -> Registry:
    return Registry(operations={one.name: one for one in operations}, as_of=as_of)


def test_pinned_counts_are_those_of_the_sources() -> None:
    """116 operations, 15 of them mutations without a hash, 45 hashes, and as many shapes known as are published."""
    assert len(PINNED) == 116
    assert Counter(one.kind for one in PINNED) == {"query": 101, "mutation": 15}
    assert Counter(one.shape for one in PINNED) == {"K": 37, "P": 18, "U": 61}
    assert sum(len(one.hashes) for one in PINNED) == 45
    assert sum(bool(one.hashes) for one in PINNED) == 42 and sum(one.callable for one in PINNED) == 39
    assert not any(one.hashes for one in PINNED if one.is_write)


def test_pinned_entries_are_whole() -> None:
    """Every entry says what it is for, has a known group and evidence; proven ones say where the answer lies."""
    for one in PINNED:
        assert one.about.endswith(".") and one.marks and one.group in GROUPS and one.group, one.name
        assert all(is_hash(known.sha256) for known in one.hashes)
        assert bool(one.answer) == (one.shape != "U"), one.name
        for variable in one.variables or ():
            assert variable.type.endswith("!") <= variable.required, (one.name, variable.name)


def test_running_totals_are_marked() -> None:
    """Only the performance of an episode since publication is given as running totals."""
    assert {one.name: one.running for one in PINNED if one.running} == {
        "getEpisodePerformanceStats": ("playsDaily", "audienceDaily")
    }


def test_json_goes_round() -> None:
    """The file in the package is what `as_json` writes, and reading it gives the same registry."""
    text = files("earstead.core.creators").joinpath("operations.json").read_text("utf-8")
    assert Registry.pinned().as_json() == text
    assert Registry.read(text) == PINNED


def test_operations_may_be_an_object_by_name() -> None:
    """The form in which others publish registries is read, too: by name, with type, vars and a question mark."""
    text = json.dumps(
        {"operations": {"getX": {"type": "query", "vars": ["showUri", "search?"], "hashes": [{"sha256": NEW}]}}}
    )
    found = Registry.read(text).get("getX")
    assert [(one.name, one.required) for one in found.variables or ()] == [("showUri", True), ("search", False)]
    assert found.hashes == (Hash(sha256=NEW),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "is not JSON"),
        ("[]", "has no list of operations"),
        ('{"operations": [{"name": "a b"}]}', "no usable name"),
        ('{"operations": [{"name": "a", "hashes": [{"sha256": "abc"}]}]}', "is not 64 hex digits"),
        ('{"operations": [{"name": "a", "kind": "wish"}]}', "is none of query"),
        ('{"operations": [{"name": "a", "hashes": 7}]}', "cannot be read"),
    ],
)
def test_broken_files_are_refused(text: str, why: str) -> None:
    """What is no registry is refused with the reason, a cut hash among them: it would be answered with nothing."""
    with pytest.raises(Rejected, match=why):
        Registry.read(text)


def test_an_overlay_comes_first_and_the_old_hash_stays(tmp_path: Path) -> None:
    """The hash of an overlay file is tried before the pinned one of the same client, which stays as a way back."""
    file = tmp_path / "operations.json"
    brought = Operation(name="getShowPlaysByAge", hashes=(Hash(sha256=NEW, client="microfrontend-analytics"),))
    file.write_text(overlay(brought).as_json())
    found = PINNED.with_file(file).get("getShowPlaysByAge")
    assert [(one.sha256[:4], one.state) for one in found.hashes] == [("aaaa", "current"), ("98f1", "older")]
    assert found.shape == "K" and found.about == PINNED.get("getShowPlaysByAge").about
    with pytest.raises(Rejected, match="cannot be read"):
        PINNED.with_file(tmp_path / "none.json")


def test_a_capture_says_what_variables_there_are() -> None:
    """Variables that were seen replace guesses; those that one click did not send stay, and are not demanded."""
    brought = Operation(
        name="getShowRetention",
        variables=(Variable(name="showUri", type="ShowUri!", required=True), Variable(name="fresh", type="Int")),
    )
    found = PINNED.merged(overlay(brought)).get("getShowRetention")
    assert [(one.name, one.required) for one in found.variables or ()] == [
        ("showUri", True),
        ("fresh", False),
        ("dateRangeWindow", False),
        ("publishedAfter", False),
        ("publishedBefore", False),
    ]


def test_difference_is_added_changed_and_gone() -> None:
    """A new name is added, another or a first hash is a change, and only what had a hash can be gone."""
    newer = overlay(
        Operation(name="getNew", hashes=(Hash(sha256=NEW),)),
        Operation(name="pinComment", kind="mutation", hashes=(Hash(sha256=OLD),)),
        PINNED.get("getShowPlaysByGender"),
    )
    found = diff(PINNED, newer)
    assert [one.name for one in found.added] == ["getNew"]
    assert [(one.name, one.before, one.after[0].sha256) for one in found.changed] == [("pinComment", (), OLD)]
    assert len(found.gone) == 38 and "getShowPlaysByGender" not in {one.name for one in found.gone}
    assert not diff(PINNED, PINNED)


def test_hashes_fit_their_variables() -> None:
    """The document of before April 2026 wants another variable, and is only offered to who gives it."""
    listed = PINNED.get("WebGetIndexedEpisodeList")
    assert [one.sha256[:4] for one in listed.usable({"showUri"})] == ["da95", "3788"]
    assert [one.sha256[:4] for one in listed.usable({"stationId"})] == ["da95", "3788", "d704"]


def test_an_unknown_name_is_told() -> None:
    """Who asks for an operation that nobody has seen is told so."""
    with pytest.raises(Rejected, match="no operation is called getshowretention"):
        PINNED.get("getshowretention")
