"""What is built is complete: all of the package is in the wheel, also by way of the sdist, and runs from there."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.guards.sources import PACKAGE, tracked

COMMANDS = "serve user token app-password import export decisions rebuild backup restore doctor demo".split()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it, without a network."""
    pytest.importorskip("build", reason="needs the extra dev")
    pytest.importorskip("hatchling", reason="needs the extra dev")
    out = tmp_path_factory.mktemp("dist")
    root = PACKAGE.parents[1]
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_the_wheel_is_complete(built: Path) -> None:
    """Every tracked file of the package is in the wheel: modules, migrations, templates, fonts, READMEs."""
    (wheel,) = built.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.relative_to(PACKAGE.parent).as_posix() for path in tracked() if path.is_relative_to(PACKAGE)}
    assert {name for name in expected if "/tests/" not in name} - shipped == set()
    assert any(name.endswith("licenses/LICENSE") for name in shipped)


def test_the_sdist_can_be_tested(built: Path) -> None:
    """The sdist holds the tests, the pins and the commands, not only the package."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "constraints.txt", "tests/conftest.py", "scripts/setup", "LICENSE", "README.md"} <= names


def test_the_wheel_runs(built: Path, tmp_path: Path) -> None:
    """Every command answers --help from the wheel's own files, away from the checkout."""
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "import earstead, earstead.cli as cli\n"
        "print(earstead.__file__)\n"
        "def ask(words):\n"
        "    try: cli.main([*words, '--help'])\n"
        "    except SystemExit as end: assert not end.code, words\n"
        "ask([])\n"
        f"for name in {COMMANDS!r}: ask([name])\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert [name for name in COMMANDS if f" {name} [" not in done.stdout] == []
