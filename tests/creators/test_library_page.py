"""The page about the library tells what runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from earstead.creators import Creators, errors
from earstead.kit.clock import SystemClock
from tests.creators.files import mp3, mp4
from tests.fakes.creators import staged

PAGE = Path(__file__).resolve().parents[2] / "docs/creators/library.md"


def test_the_programs_of_the_page_run_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newcomer who copies block after block against the simulator sees what the page says."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 8
    mp3(tmp_path)
    mp4(tmp_path)
    monkeypatch.chdir(tmp_path)
    with staged(SystemClock().now(), episodes=6, days=40) as stage:
        monkeypatch.setenv("SP_DC", stage.sp_dc)
        monkeypatch.setenv("SHOW", stage.show_id)
        monkeypatch.setenv("EARSTEAD_CREATORS_URL", stage.url)
        names: dict[str, object] = {}
        for block in blocks:
            exec(compile(block, str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    for words in ("confirmed", "scheduled", "dry run", "episode.edit", "does not know", "5000 of 5000"):
        assert words in said, words


def test_the_page_names_what_there_is() -> None:
    """Every error class and every part of the client that the page names exists, and no error is left out."""
    page = PAGE.read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", page.partition("| Error |")[2].partition("## Video")[0]))
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and name[0].isupper()}
    own = {name for name in kinds if issubclass(getattr(errors, name), errors.CreatorsError)}
    assert own - named == {"CreatorsError", "Planned"}
    parts = set(re.findall(r"`me\.(\w+)", page))
    with Creators(bearer="x" * 20) as creators:
        assert all(hasattr(creators, part) for part in parts)
