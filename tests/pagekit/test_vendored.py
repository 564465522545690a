"""Vendored files are what VENDORED.md says they are."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

import earstead.pagekit

HOME = Path(earstead.pagekit.__file__).parent / "static" / "vendored"


def _rows() -> list[tuple[str, str, str, str, str]]:
    """(file, package, version, path in the package, sha256) of each row of the table."""
    rows = []
    for line in (HOME / "VENDORED.md").read_text("utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            file, package, version, path, _licence, digest = cells
            rows.append((file, package, version, path, digest))
    return rows


def test_every_vendored_file_is_listed_with_its_sum() -> None:
    """No file is there without a row, none was changed after it was taken, and each licence text is present."""
    listed = {file: digest for file, _, _, _, digest in _rows()}
    held = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in HOME.iterdir() if p.suffix in (".js", ".woff2")}
    assert listed == held
    for name in ("fraunces", "inter", "htmx"):
        assert (HOME / f"LICENSE-{name}.txt").stat().st_size > 300


@pytest.mark.parametrize("package", sorted({row[1] for row in _rows()}))
def test_vendored_files_equal_the_package(package: str, tmp_path: Path) -> None:
    """The files are those of the npm package, byte for byte, and its licence is the one that is shipped."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so vendored files are not compared with their packages")
    rows = [row for row in _rows() if row[1] == package]
    try:
        subprocess.run(
            [npm, "pack", "--silent", f"{package}@{rows[0][2]}"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=60,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip(f"npm cannot reach its registry, so {package} is not compared with its package")
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as archive:
        for file, _, _, path, _ in rows:
            member = archive.extractfile(f"package/{path}")
            assert member is not None
            assert member.read() == (HOME / file).read_bytes()
        licence = archive.extractfile("package/LICENSE")
        assert licence is not None
        assert licence.read() in {p.read_bytes() for p in HOME.glob("LICENSE-*.txt")}
