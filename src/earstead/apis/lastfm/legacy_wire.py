"""Submissions 1.x: from forms to plays, and from outcomes to lines. Pure.

Names are those of the wire: `a` artist, `t` title, `b` album, `l` length in seconds, `n` track number,
`m` MusicBrainz id, `i` time, `o` source, `r` rating; in submissions each with an index, `a[0]`.
Source: spec section 6.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from earstead.apis.lastfm import wire
from earstead.apis.lastfm.decode import pairs
from earstead.core.listen import Reading, Submission
from earstead.core.names import clean

SOURCE = "lastfm-legacy"
"""Not the name that API 2.0 submits under: what reaches us through both doors is then two witnesses of one
listen, joined like those of any two programs, while a repeat through one door is known by itself."""

OK, BADAUTH, BADTIME, BADSESSION, BANNED = "OK", "BADAUTH", "BADTIME", "BADSESSION", "BANNED"

_INDEXED = re.compile(r"([a-z])\[([0-9]{1,3})\]", re.IGNORECASE)
_DATE = "%Y-%m-%d %H:%M:%S"
_NAMES = {"a": "artist", "t": "track", "b": "album", "l": "duration", "n": "tracknumber", "m": "mbid"}
"""By letter, the names of API 2.0."""
_STAMPS_THE_END = frozenset(("mdc",))
"""mpdscribble puts the time at which the song ended, or was skipped, where the protocol asks for its start."""
# fmt: off
_PROGRAMS = {
    "mdc": "mpdscribble", "qlb": "Quod Libet", "qts": "QTScrobbler", "rbx": "Rhythmbox", "sub": "Airsonic",
    "vlc": "VLC",
}
# fmt: on

Fields = Mapping[str, str | None]
"""Values by name, trimmed; None stands for a value that is not UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One play of a submission that can be kept. `loved`: its listener pressed "love" while it played."""

    play: Submission
    loved: bool


def lines(*said: str) -> str:
    """An answer: each line ended, the last one too, or mpdscribble takes it for cut off."""
    return "".join(f"{' '.join(line.split())}\n" for line in said)


def failed(why: str) -> str:
    """The answer that makes a client keep what it has and come back later."""
    return lines(f"FAILED {why}")


def fields(text: bytes) -> Fields:
    """The values of a form or a query. Of a repeated name the last value that is not empty stands:
    mpdscribble first says `r[0]=` and then `r[0]=L`."""
    found: dict[str, str | None] = {}
    for name, sent in pairs(text):
        value = sent.strip()
        if value or name not in found:
            found[name] = value if _is_utf8(name + value) else None
    return found


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


def client(said: Fields) -> str:
    """Program and version of a handshake, by the program's own name where its code is known."""
    program, version = said.get("c") or "", said.get("v") or ""
    return clean(f"{_PROGRAMS.get(program.lower(), program)} {version}")[:255]


def stamps_the_end(said: Fields) -> bool:
    """Whether the program of a handshake is known to send the end of a play as its time."""
    return (said.get("c") or "").lower() in _STAMPS_THE_END


def playing(said: Fields, now: int, program: str) -> tuple[Submission, int] | None:
    """What a now-playing form tells and for how many seconds it stands; None when it is filtered like a play."""
    play = _play({key: said.get(key, "") for key in "atblnm"}, str(now), now, program, Reading.START)
    return (play, wire.ttl_s(play.duration_ms)) if play else None


def indexed(said: Fields) -> list[Fields]:
    """The entries of a submission in ascending index; names without an index count for entry 0.

    There may be more than the 50 that the protocol allows: refusing them would have the client send them for ever.
    """
    found: dict[int, dict[str, str | None]] = {}
    for name, value in said.items():
        if match := _INDEXED.fullmatch(name):
            found.setdefault(int(match[2]), {})[match[1].lower()] = value
        elif name in ("a", "t"):
            found.setdefault(0, {}).setdefault(name, value)
    return [found[i] for i in sorted(found) if "a" in found[i] or "t" in found[i]]


def entry(said: Fields, now: int, program: str, *, at_end: bool = False) -> Entry | None:
    """One entry as a play; None for what is skipped, broken or filtered, which the protocol drops in silence.

    Args:
        at_end: the program sends the end of the play as its time.
    """
    rating = (said.get("r") or "").upper()
    if rating == "S":
        return None
    play = _play(said, _time(said.get("i") or ""), now, program, Reading.EITHER if at_end else Reading.START)
    return Entry(play=play, loved=rating == "L") if play else None


def _play(said: Fields, at: str, now: int, program: str, reading: Reading) -> Submission | None:
    """Judged by the rules of API 2.0; None when these ignore it, or when it is not UTF-8."""
    if None in said.values():
        return None
    names = {long: said.get(short) or "" for short, long in _NAMES.items()} | {"timestamp": at}
    if how := said.get("o"):
        names["chosenbyuser"] = "1" if how.upper() == "P" else "0"
    play = wire.judged(names, now, program).submission
    return msgspec.structs.replace(play, source=SOURCE, reading=reading) if play else None


def _time(text: str) -> str:
    """Unix seconds; they are written as a date in protocol 1.1, which is UTC."""
    try:
        return str(int(datetime.datetime.strptime(text, _DATE).replace(tzinfo=datetime.UTC).timestamp()))
    except ValueError:
        return text
