"""The table in the docs is the one that the code gives."""

from __future__ import annotations

from tests.apis.lastfm import table


def test_the_page_is_up_to_date() -> None:
    """Whoever adds a method or a test writes the page anew."""
    written = table.PAGE.read_text("utf-8")
    assert written == table.page(), "run: .venv/bin/python -m tests.apis.lastfm.table"


def test_every_current_method_is_held_by_a_test_of_its_own() -> None:
    """Beside the comparison of formats, a test names each method that is current."""
    held = table.tests_by_name()
    rows = [line for line in table.page().split("## Undocumented")[0].splitlines() if line.startswith("| ")]
    current = [line.split("|")[1].strip().lower() for line in rows[1:]]
    assert len(current) == 57
    assert [name for name in current if not held.get(name)] == []
