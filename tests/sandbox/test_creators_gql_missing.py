"""The simulator of creators where graphql-core is not installed."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
sys.modules["graphql"] = None
from earstead.cli import main
sys.argv = ["earstead", "sandbox", *sys.argv[1:]]
main()
"""


def test_the_command_says_what_to_install() -> None:
    """Without graphql-core the command ends with one sentence that names the extra, and no traceback."""
    words = [sys.executable, "-c", SCRIPT, "creators", "--port", "0"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert "graphql-core" in sentence
    assert "pip install 'earstead[sandbox]'" in sentence
    assert "scripts/setup sandbox" in sentence
