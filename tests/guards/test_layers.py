"""The arrows between rooms hold, and the contracts that hold them have teeth."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.sources import ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed (extra dev)")
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.run([command, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True)


def test_contracts_hold() -> None:
    """Every import contract of pyproject.toml is kept."""
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "text", "broken"),
    [
        ("core/leak.py", "import sqlite3\n", "The core is pure"),
        ("core/upward.py", "import earstead.services\n", "Rooms"),
        ("web/leak.py", "import earstead.storage.engine\n", "Only services talk to storage"),
        ("attic/__init__.py", "", "Rooms"),
        ("kit/one.py", "import earstead.kit.two\n", "No cycles"),
        ("creators/leak.py", "import earstead.services\n", "The creators' client"),
    ],
)
def test_contracts_have_teeth(tmp_path: Path, module: str, text: str, broken: str) -> None:
    """A module that breaks an arrow is found, and the contract it breaks is named."""
    for package in "cli apis sources relay creators webhooks web pagekit services storage kit core sandbox".split():
        home = tmp_path / "src/earstead" / package
        home.mkdir(parents=True)
        (home / "__init__.py").touch()
    for name in ("__init__", "app", "settings"):
        (tmp_path / f"src/earstead/{name}.py").touch()
    for name in ("engine", "sqlite", "postgres"):
        (tmp_path / f"src/earstead/storage/{name}.py").write_text("")
    for name in ("wire_lastfm", "wire_listenbrainz"):
        (tmp_path / f"src/earstead/relay/{name}.py").touch()
    (tmp_path / "src/earstead/webhooks/signing.py").touch()
    (tmp_path / "src/earstead/storage/engine.py").write_text(
        "def a():\n    import earstead.storage.sqlite\n    import earstead.storage.postgres\n"
    )
    (tmp_path / "src/earstead/kit/two.py").write_text("def b():\n    import earstead.kit.one\n")
    (tmp_path / "src/earstead/kit/one.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint_imports(tmp_path).returncode == 0, "the example is sound before it is spoiled"

    bad = tmp_path / "src/earstead" / module
    bad.parent.mkdir(exist_ok=True)
    bad.write_text(text)
    done = lint_imports(tmp_path)

    assert done.returncode != 0
    assert broken in done.stdout.partition("Broken contracts")[2] + done.stderr
