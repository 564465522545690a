"""What `make run` starts: the server where the environment, or the words of the command, want it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def printed(*words: str, **variables: str) -> str:
    """What make would do, with everything set up already."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EARSTEAD_", "MAKE"))}
    command = ["make", "--dry-run", "--old-file=.venv/.setup", "run", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, check=True
    ).stdout


def test_it_starts_at_the_usual_place() -> None:
    """Nothing said, the server stands at this machine's port 3277 with its data in the checkout."""
    assert '--data "data" --host "127.0.0.1" --port "3277"' in printed()


def test_the_environment_is_honoured() -> None:
    """The variables of the configuration mean what they mean to the command; words of make win over them."""
    said = {"EARSTEAD_PORT": "3288", "EARSTEAD_HOST": "0.0.0.0", "EARSTEAD_DATA": "/srv/my ears"}
    assert '--data "/srv/my ears" --host "0.0.0.0" --port "3288"' in printed(**said)
    assert '--port "3300"' in printed("PORT=3300", **said)
    assert '--host "0.0.0.0" --port "3288"' in printed("DEMO=1", **said)
