"""What a command loads: a person waits for it each time."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.conftest import Run

SCRIPT = """
import sys
from earstead.cli import main
main(["creators", "accounts", "--user", "anna"], standalone_mode=False)
print(sorted(name for name in sys.modules if name.split(".")[:2] in (["earstead", "web"], ["earstead", "apis"])))
"""


def test_a_command_loads_neither_pages_nor_interfaces(run: Run, environ: dict[str, str]) -> None:
    """Reading what is kept needs the services alone: the web application is loaded by the server."""
    assert run("user", "add", "anna", "--password-stdin", stdin="correct horse\n").returncode == 0
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
