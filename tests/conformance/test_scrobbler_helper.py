"""Debian's `scrobbler-helper` (libaudio-scrobbler-perl), which speaks protocol 1.1 to one host and no other.

It reaches the server as it would reach Last.fm through a proxy; the addresses it was written with stay its own.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from tests.conformance.stage import Stage, check_legacy, program, staged

TRACK = ("Hoppípolla", "Sigur Rós", "Takk…", "2005", "", "", "268")


def _submit(stage: Stage, folder: Path, password: str) -> subprocess.CompletedProcess[str]:
    command = program("scrobbler-helper", "libaudio-scrobbler-perl")
    conf = folder / "conf"
    conf.write_text(f"[global]\nusername=ada\npassword={password}\ndefault_encoding=UTF-8\n", "utf-8")
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "http_proxy": stage.url, "PERL_LWP_ENV_PROXY": "1"}
    return subprocess.run(
        [command, "-v", "-f", str(conf), "-P", "tst", "-V", "1.0", *TRACK],
        env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_track_becomes_a_listen(tmp_path: Path) -> None:
    """UPTODATE with a challenge, then OK: names, length and the moment, which it sends as a date, are kept."""
    with staged(tmp_path / "data") as stage:
        done = _submit(stage, tmp_path, stage.password)
        assert done.returncode == 0, done.stdout + done.stderr
        (listen,) = stage.heard()
        assert (listen.artist_name, listen.track_name, listen.release_name) == ("Sigur Rós", "Hoppípolla", "Takk…")
        assert listen.duration_ms == 268_000
        assert listen.listened_at == pytest.approx(time.time(), abs=60)
        assert [one.text.split()[0] for one in stage.exchanges] == ["UPTODATE", "OK"]
        assert stage.exchanges[0].headers["host"] == "post.audioscrobbler.com"
        check_legacy(stage.exchanges)


def test_a_wrong_password_is_no_submission(tmp_path: Path) -> None:
    """BADAUTH is an answer that it does not take for success."""
    with staged(tmp_path / "data") as stage:
        done = _submit(stage, tmp_path, "wrong")
        assert done.returncode != 0 and "BADAUTH" in done.stdout + done.stderr
        assert stage.heard() == []
        check_legacy(stage.exchanges)
