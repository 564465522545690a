"""A Music Player Daemon that plays into nothing, and the scrobbler beside it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.stage import program, running, until

CONF = """
music_directory "{music}"
db_file "{home}/db"
state_file "{home}/state"
bind_to_address "{home}/socket"
log_file "{home}/log"
zeroconf_enabled "no"
audio_buffer_size "128"
audio_output {{
    type "null"
    name "nothing"
}}
"""
SCROBBLER = """
host = {home}/socket
log = -
verbose = 3
"""


@dataclass(frozen=True)
class Mpd:
    """Spoken to over its socket, in its own protocol."""

    home: Path

    def say(self, *commands: str) -> list[str]:
        """The lines of the answer to commands, sent as one list."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(self.home / "socket"))
            with line.makefile("rw", encoding="utf-8", newline="\n") as wire:
                assert wire.readline().startswith("OK MPD")
                wire.write("\n".join(("command_list_begin", *commands, "command_list_end", "")))
                wire.flush()
                said = []
                while not (got := wire.readline()).startswith(("OK", "ACK")):
                    assert got, "mpd hung up"
                    said.append(got.rstrip("\n"))
        assert got.startswith("OK"), got
        return said

    def shows(self, line: str) -> bool:
        """Whether its status says so ("state: play")."""
        return line in self.say("status")


@contextlib.contextmanager
def playing_to_nobody(recordings: Sequence[Path]) -> Iterator[Mpd]:
    """An mpd with these recordings queued, in a folder of its own: the path of a socket must be short."""
    daemon = program("mpd", "mpd")
    home = Path(tempfile.mkdtemp(prefix="earstead-mpd-", dir="/tmp"))
    try:
        (home / "conf").write_text(CONF.format(music=recordings[0].parent, home=home), "utf-8")
        with running(daemon, "--no-daemon", str(home / "conf"), log=home / "out"):
            mpd = Mpd(home)
            until(lambda: (home / "socket").exists() and mpd.say("status"), "mpd answers")
            mpd.say("update")
            until(lambda: not any(line.startswith("updating_db") for line in mpd.say("status")), "mpd has looked")
            mpd.say(*(f'add "{path.name}"' for path in recordings), "single 0", "repeat 0")
            yield mpd
    finally:
        shutil.rmtree(home, ignore_errors=True)


def scrobbler_conf(mpd: Mpd, *sections: tuple[str, str, str, Path]) -> Path:
    """Configuration of mpdscribble; a section is (name, address, password, journal) of the listener "ada"."""
    path = mpd.home / "mpdscribble.conf"
    text = SCROBBLER.format(home=mpd.home)
    for name, address, password, journal in sections:
        text += f"\n[{name}]\nurl = {address}\nusername = ada\npassword = {password}\njournal = {journal}\n"
    path.write_text(text, "utf-8")
    return path
