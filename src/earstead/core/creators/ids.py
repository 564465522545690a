"""Every form in which a show or an episode is named, and how the forms follow from each other.

The arithmetic of web ids was inferred from public pairs of numbers and holds for all of them; nobody has published
it. Whoever can ask the service should.
"""

from __future__ import annotations

import re
from enum import StrEnum

from earstead.core.errors import Rejected

_ID = r"[0-9A-Za-z]{22}"
_BARE = re.compile(_ID)
_SHOW = re.compile(rf"(?:^spotify:|/)show[:/]({_ID})(?![0-9A-Za-z])")
_EPISODE = re.compile(rf"(?:^spotify:|/)episodes?[:/]({_ID})(?![0-9A-Za-z])")
# At the end of a path, where "episode" and "episodes" would pass for one.
_WEB_EPISODE = re.compile(r"(?:^|[/-])(?!episodes?/?(?:$|[?#]))(e[0-9a-v]{5,9})(?=/?(?:$|[?#]))")
_WEB_ALONE = re.compile(r"e[0-9a-v]{4,9}")
_ANCHOR = re.compile(r"[1-9][0-9]{4,11}")
_WEB_STATION = re.compile(r"[0-9a-f]{4,12}")
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_EPISODE_OFFSET = 1_000_000
_STATION_OFFSET = 100_000
_MOST = 2000


class Hosting(StrEnum):
    """Where the audio of a show lies, which decides what the service tells about it."""

    S4P = "S4P"
    """At Spotify for Creators, formerly Anchor: everything works."""
    OTHER_THIRD_PARTY = "OTHER_THIRD_PARTY"
    MEGAPHONE = "MEGAPHONE"
    UNKNOWN = "UNKNOWN"

    @classmethod
    def of(cls, value: object) -> Hosting:
        """The class that a text names, UNKNOWN for anything else."""
        return next((known for known in cls if known == value), cls.UNKNOWN)

    @property
    def hosted(self) -> bool:
        """Whether episodes can be made, changed and uploaded here."""
        return self is Hosting.S4P


def parse_show(text: str) -> str:
    """The 22-character id of a show, from an address, a URI, or the id itself.

    Raises:
        Rejected: `text` names no show.
    """
    text = text.strip()[:_MOST]
    if _BARE.fullmatch(text):
        return text
    found = _SHOW.search(text)
    if found:
        return found.group(1)
    if _EPISODE.search(text):
        raise Rejected("show", "that is an episode; give the address of the show")
    raise Rejected("show", "give its address, its URI (spotify:show:…) or its id of 22 letters and digits")


def parse_episode(text: str | int) -> str | int:
    """What names an episode: its 22-character id, or its Anchor id as a number.

    Understood are addresses of Spotify and of the dashboard, URIs, ids, Anchor ids, and web ids such as `e3mm3ql`,
    alone or at the end of a share link.

    Raises:
        Rejected: `text` names no episode.
    """
    if isinstance(text, int):
        if isinstance(text, bool) or text <= 0:
            raise Rejected("episode", "an Anchor id is a positive number")
        return text
    text = text.strip()[:_MOST]
    if _BARE.fullmatch(text):
        return text
    if _ANCHOR.fullmatch(text):
        return int(text)
    found = _EPISODE.search(text)
    if found:
        return found.group(1)
    web = _WEB_EPISODE.search(text)
    if web:
        return anchor_from_web(web.group(1))
    if _SHOW.search(text):
        raise Rejected("episode", "that is a show; give the address of the episode")
    raise Rejected(
        "episode", "give its address, its URI (spotify:episode:…), its id of 22 letters and digits, or its number"
    )


def show_uri(show_id: str) -> str:
    """`spotify:show:…` of an id."""
    return f"spotify:show:{show_id}"


def episode_uri(episode_id: str) -> str:
    """`spotify:episode:…` of an id."""
    return f"spotify:episode:{episode_id}"


def id_of(uri: str) -> str:
    """The 22-character id at the end of a URI, "" if there is none."""
    last = uri.rpartition(":")[2]
    return last if _BARE.fullmatch(last) else ""


def web_episode_id(anchor_id: int) -> str:
    """The web id of an Anchor id: "e" and base 32 hex of the id plus a million.

    >>> web_episode_id(123456789)
    'e3mm3ql'
    """
    number, digits = anchor_id + _EPISODE_OFFSET, ""
    while number:
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return f"e{digits}"


def anchor_from_web(web_id: str) -> int:
    """The Anchor id of a web id.

    Raises:
        Rejected: not a web id of an episode.
    """
    web_id = web_id.strip()
    if not _WEB_ALONE.fullmatch(web_id):
        raise Rejected("episode", "a web id is an e and some lower-case letters and digits, such as e3mm3ql")
    number = int(web_id[1:], 32) - _EPISODE_OFFSET
    if number <= 0:
        raise Rejected("episode", f"{web_id} is no web id of an episode")
    return number


def web_station_id(station_id: int) -> str:
    """The web id of a station, as long as no address was chosen for it.

    >>> web_station_id(46000000)
    '112c70480'
    """
    return f"{(station_id + _STATION_OFFSET) * 100:x}"


def station_from_web(web_id: str) -> int | None:
    """The station id of a web id; None for a chosen address, which says nothing about the number."""
    if not _WEB_STATION.fullmatch(web_id):
        return None
    number, rest = divmod(int(web_id, 16), 100)
    return number - _STATION_OFFSET if rest == 0 and number > _STATION_OFFSET else None
