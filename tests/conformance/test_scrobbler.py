"""Debian's `scrobbler` (QTScrobbler's command): the log of a portable player, sent in one go."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.conformance.stage import Stage, check_legacy, program, running, staged, until

from earstead.kit.secrets import md5_hex

CONF = """
[application]
tz_override=false
utc_offset=0

[Custom]
enabled=true
conf_name=here
handshake_host={host}
username={user}
password_hash={md5}
"""
HEAD = "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Rockbox h3xx 1.1\n"


def _send(stage: Stage, folder: Path, rows: list[tuple[object, ...]], *, password: str, until_it_says: str) -> None:
    """Run it over a log in `folder`, up to its end or until it says so: told that it may not, it waits for ever."""
    command = program("scrobbler", "scrobbler")
    conf = folder / "config/qtscrob/qtscrob.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text(CONF.format(host=stage.host, user="ada", md5=md5_hex(password)), "utf-8")
    lines = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    (folder / ".scrobbler.log").write_text(HEAD + lines, "utf-8")
    own = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
    # Its option -c takes no file that exists; without it the configuration of the user is read.
    log = folder / "said"
    with running(command, "-f", "-l", str(folder), "-v", "9", log=log, **own) as process:
        until(lambda: process.poll() is not None or until_it_says in log.read_text("utf-8", "replace"), until_it_says)
    assert until_it_says in log.read_text("utf-8", "replace")


@pytest.fixture
def rows() -> list[tuple[object, ...]]:
    """A log: artist, album, title, number, length, rating, time, id. 51 heard, one skipped."""
    first = int(time.time()) - 60 * 3600
    heard = [("AC/DC", "Back = Black", f"Song & {i}", i, 200 + i, "L", first + 300 * i, "") for i in range(51)]
    return [*heard, ("Nick Drake", "", "Skipped", "", 200, "S", first + 20_000, "")]


def test_a_log_becomes_listens(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    """Greeting and two batches of at most 50: what was heard is kept, each at its time, what was skipped is not.
    It takes the log for sent, and removes it."""
    with staged(tmp_path / "data") as stage:
        _send(stage, tmp_path, rows, password=stage.password, until_it_says="Submission complete")
        heard = stage.services.insights.listens(stage.user.user_id, limit=100).items
        told = [(row.artist_name, row.release_name, row.track_name, row.listened_at) for row in reversed(heard)]
        assert told == [(row[0], row[1], row[2], row[6]) for row in rows if row[5] == "L"]
        assert {row.client for row in heard} == {"QTScrobbler 0.11"}
        assert [one.path for one in stage.exchanges] == ["/", "/submissions/1.2/", "/submissions/1.2/"]
        assert max(sum(name.startswith("a[") for name in one.form) for one in stage.exchanges) == 50
        assert not (tmp_path / ".scrobbler.log").exists()
        check_legacy(stage.exchanges)


def test_a_wrong_password_is_understood(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    """BADAUTH makes it ask for another password, and leave the log alone."""
    with staged(tmp_path / "data") as stage:
        _send(stage, tmp_path, rows, password="wrong", until_it_says="authentication problem")
        assert (tmp_path / ".scrobbler.log").read_text("utf-8").count("\n") == len(rows) + 3
        assert stage.heard() == []
        check_legacy(stage.exchanges)


def test_letters_that_it_garbles_are_kept_as_sent(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    """Where it sends replacement characters for letters beyond ASCII, the play is kept under what came."""
    with staged(tmp_path / "data") as stage:
        row = ("Sigur Rós", *rows[0][1:])
        _send(stage, tmp_path, [row], password=stage.password, until_it_says="Submission complete")
        (listen,) = stage.heard()
        assert listen.artist_name == stage.exchanges[-1].form["a[0]"] == "Sigur R\ufffds"
        check_legacy(stage.exchanges)
