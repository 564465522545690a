"""Generated covers."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from earstead.pagekit.covers import cover


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_name_has_a_cover_of_its_own_without_its_text(name: str, credit: str) -> None:
    """Any Unicode gives a well-formed picture that no part of the name can leak into, the same each time."""
    drawn = cover("release", name, credit)
    assert ElementTree.fromstring(drawn).get("aria-hidden") == "true"
    assert drawn == cover("release", name, credit)


def test_names_that_differ_look_different() -> None:
    """A hundred names give a hundred pictures; writing in capitals is the same name."""
    assert len({cover("artist", f"Artist {i}") for i in range(100)}) == 100
    assert cover("artist", "BJÖRK") == cover("artist", "Björk")
