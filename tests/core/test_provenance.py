"""Where a play came from, and what each kind may be used for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.provenance import (
    API_ONLY,
    POLICY,
    SOURCES,
    Provenance,
    Use,
    level,
    line_of,
    may,
    provenance,
    withheld,
)
from earstead.services.registry import find_apis, find_sources

PACKAGE = Path(__file__).resolve().parents[2] / "src/earstead"


def test_every_source_of_the_registry_is_named() -> None:
    """A plug, or a format of one, that is added without saying where its rows come from fails here."""
    names = {api.name for api in find_apis()}
    for source in find_sources():
        names |= {source.name, *(name for name, _ in source.formats)}
    assert names - SOURCES.keys() == set()


def _named(tree: ast.Module, *, wire: bool) -> Iterator[str]:
    """Names of sources: what submissions are given, constants called SOURCE..., and those of the wires of files."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Submission":
            given = [k.value for k in node.keywords if k.arg == "source"]
            yield from (str(value.value) for value in given if isinstance(value, ast.Constant))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            name, value = str(getattr(node.targets[0], "id", "")), node.value.value
            named = name.startswith("SOURCE") or (wire and re.fullmatch("[A-Z]+", name))
            if named and re.fullmatch("[a-z-]+", value):
                yield value


def test_every_source_in_the_code_is_named() -> None:
    """No module makes a submission under a source name that the table does not have."""
    said: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if "sandbox" not in path.parts:
            said |= set(_named(ast.parse(path.read_text("utf-8")), wire=path.parent.name == "exports"))
    said.discard("")
    assert {"lastfm", "lastfm-legacy", "maloja-export", "spotify-recent", "player", "edit"} <= said
    assert said - SOURCES.keys() == set()


def test_foreign_sources_are_guessed_safely() -> None:
    """A source of somebody's plug is taken for an API where its name says Spotify, and for a scrobbler otherwise."""
    assert provenance("spotify-whatever") is Provenance.API
    assert provenance("my-jukebox") is Provenance.SCROBBLE


def test_every_use_has_one_line_with_a_reason() -> None:
    """The policy is complete, has no line twice, and gives a reason that is a sentence."""
    assert sorted(line.use.value for line in POLICY) == sorted(use.value for use in Use)
    assert all(len(line.reason) > 60 and line.reason.endswith(".") for line in POLICY)


@pytest.mark.parametrize("use", [use for use in Use if use is not Use.OWN])
def test_what_goes_beyond_a_person_leaves_the_api_out(use: Use) -> None:
    """No use but one's own takes plays that only the API saw; the owner's word opens that use alone."""
    assert not may(use, ["spotify-player", "spotify-recent"])
    assert may(use, ["spotify-player"], [use.value])
    assert Provenance.API not in withheld(use, [use.value])
    others = [other.value for other in Use if other is not use]
    assert Provenance.API in withheld(use, others)


def test_ones_own_is_always_seen() -> None:
    """Nothing is kept from the person it is about."""
    assert all(may(Use.OWN, [source]) for source in SOURCES)
    assert line_of(Use.OWN).without == frozenset()


def test_one_free_witness_is_enough() -> None:
    """A play that the export or a scrobbler saw too is the listener's own; models stay shut to the service's player."""
    assert may(Use.FIGURES, ["spotify-player", "spotify-extended"]) and may(Use.MODELS, ["spotify-recent", "lastfm"])
    assert may(Use.FIGURES, ["soloist"]) and not may(Use.MODELS, ["soloist", "spotify-player"])


def test_the_level_is_that_of_the_freest_witness() -> None:
    """What is stored with a listen tells at a glance what its witnesses allow."""
    assert level(["spotify-player", "spotify-recent"]) == API_ONLY == 2
    assert level(["soloist", "spotify-player"]) == 1
    assert level(["spotify-player", "lastfm"]) == level(["spotify-extended"]) == level(["edit"]) == 0
