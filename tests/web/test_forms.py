"""What forms, file names and addresses are read as."""

from __future__ import annotations

import pytest

from earstead.core.errors import Rejected
from earstead.web.auth import safe_next
from earstead.web.errors import spoken_wait
from earstead.web.forms import whole, zones
from earstead.web.imports import csv_lines
from earstead.web.uploads import safe_name


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/alice/artists?period=2025", "/alice/artists?period=2025"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\tb", "/"),
        ("/\n/evil.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(target: str, kept: str) -> None:
    """An address that a browser would read as another host becomes the first page."""
    assert safe_next(target) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My Data.zip", "My Data.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\music\\a.csv", "a.csv"),
        ("..", "file"),
        ("a\0b\n.csv", "a_b_.csv"),
        ("история.json", "история.json"),
    ],
)
def test_an_uploaded_name_never_leaves_its_folder(said: str, kept: str) -> None:
    """Whatever a browser calls a file, it is stored under a bare name."""
    assert safe_name(said) == kept


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "٣", "9" * 19, "9" * 400, "1e3"])
def test_ids_that_are_no_numbers_are_refused(text: str) -> None:
    """What no column can hold is refused before a database sees it."""
    with pytest.raises(Rejected):
        whole("id", text)


def test_zones_are_places_and_utc() -> None:
    """The list to choose from has cities and UTC, no abbreviations and no duplicates."""
    assert {"UTC", "Europe/Berlin", "America/Argentina/Ushuaia"} <= set(zones())
    assert not {"EST", "Etc/GMT+1", "posix/Europe/Berlin"} & set(zones())
    assert len(zones()) == len(set(zones()))


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 second"), (50, "50 seconds"), (51, "1 minute"), (61, "2 minutes")]
)
def test_a_wait_is_said_in_words_and_never_too_short(seconds: int, words: str) -> None:
    """Waiting times are rounded up to what a person says."""
    assert spoken_wait(seconds) == words


def test_a_report_opened_in_a_spreadsheet_runs_nothing() -> None:
    """Cells that begin like a formula get an apostrophe, commas and quotes are escaped."""
    lines = list(csv_lines([{"where": "a.csv row 1", "reason": "no, time", "excerpt": "=HYPERLINK()"}]))
    assert lines == ["where,reason,excerpt\r\n", 'a.csv row 1,"no, time",\'=HYPERLINK()\r\n']
