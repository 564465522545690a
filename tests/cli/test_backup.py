"""A backup holds everything, a restore brings it back, and the doctor tells what is wrong."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_commands import ok, refused


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Callable[[], dict[str, str]]:
    """Gives the variables of a new, empty database at each call; for SQLite it is in the data directory."""
    if request.param == "sqlite":
        return dict
    new_url: Callable[[], str] = request.getfixturevalue("new_postgres_url")
    return lambda: {"EARSTEAD_DATABASE_URL": new_url()}


def test_a_backup_brings_everything_back(run: Run, databases: Callable[[], dict[str, str]], tmp_path: Path) -> None:
    """Restored elsewhere, the same history is exported byte for byte, and a second restore is refused."""
    old, new = databases(), {**databases(), "EARSTEAD_DATA": str(tmp_path / "other")}
    ok(run("demo", "--listens", "500", **old))
    ok(run("app-password", "new", "demo", "--label", "radio", **old))
    ok(run("backup", str(tmp_path / "b.zip"), **old))
    assert "secret.key" not in zipfile.ZipFile(tmp_path / "b.zip").namelist()
    said = ok(run("restore", str(tmp_path / "b.zip"), **new))
    assert "“radio” of demo cannot be read" in said
    for name, variables in (("old.zip", old), ("new.zip", new)):
        ok(run("export", "--user", "demo", "--out", str(tmp_path / name), **variables))
    assert (tmp_path / "old.zip").read_bytes() == (tmp_path / "new.zip").read_bytes()
    assert "--replace" in refused(run("restore", str(tmp_path / "b.zip"), **new))
    ok(run("restore", str(tmp_path / "b.zip"), "--replace", **new))


def test_with_the_key_nothing_has_to_be_made_anew(run: Run, tmp_path: Path) -> None:
    """A backup with the key restores what was sealed, and both files are for their owner's eyes alone."""
    ok(run("demo", "--listens", "5"))
    ok(run("app-password", "new", "demo", "--label", "radio"))
    ok(run("backup", str(tmp_path / "b.zip"), "--with-key"))
    assert "cannot be read" not in ok(run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "other")))
    for path in (tmp_path / "b.zip", tmp_path / "other" / "secret.key", tmp_path / "other" / "earstead.db"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["cut", "other", "garbage"])
def test_a_damaged_backup_leaves_the_data_alone(run: Run, tmp_path: Path, damage: str) -> None:
    """A cut file, another zip and a zip with a broken database are refused, and what was there stays."""
    ok(run("demo", "--listens", "50"))
    file = tmp_path / "b.zip"
    ok(run("backup", str(file)))
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-2000])
    else:
        with zipfile.ZipFile(file, "w") as box:
            said = {"format": "earstead-backup", "version": 1, "schema": 4, "created_at": 0, "tables": {}}
            box.writestr("manifest.json", json.dumps(said) if damage == "garbage" else "[]")
            box.writestr("earstead.db", b"not a database at all" * 100)
    refused(run("restore", str(file), "--replace"))
    assert json.loads(ok(run("user", "list", "--json")))[0]["name"] == "demo"


def test_the_doctor_is_content_with_a_good_installation(run: Run) -> None:
    """A fresh demo gives only good findings, alone and as JSON."""
    ok(run("demo", "--listens", "5"))
    assert all(finding["good"] for finding in json.loads(ok(run("doctor", "--json", EARSTEAD_PORT="1"))))


def test_the_doctor_names_the_fault_and_the_remedy(run: Run, environ: dict[str, str], tmp_path: Path) -> None:
    """No directory, no owner, a lost key, a readable key, a broken key and a broken database are each told."""
    data = Path(environ["EARSTEAD_DATA"])
    assert "There is no directory" in run("doctor").stdout
    ok(run("user", "add", "anna", "--password-stdin", stdin="correct horse\n"))
    ok(run("app-password", "new", "anna", "--label", "radio"))
    assert "Nobody owns this server" in run("doctor").stdout
    (data / "secret.key").chmod(0o644)
    assert "chmod 600" in run("doctor").stdout
    shutil.move(data / "secret.key", tmp_path)
    assert "sealed with another key (radio of anna)" in run("doctor").stdout
    (data / "secret.key").write_text("nonsense")
    assert "holds no key" in run("doctor").stdout
    (data / "earstead.db").write_bytes(b"not a database at all" * 100)
    done = run("doctor")
    assert (done.returncode, "is damaged" in done.stdout, "Traceback" in done.stderr) == (1, True, False)
