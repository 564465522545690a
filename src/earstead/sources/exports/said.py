"""What a row may become, and the readings of single values that every format shares. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

from earstead.core.ids import DurationMs, Isrc, Mbid, SpotifyUri
from earstead.core.listen import Submission

EXCERPT_CHARS = 300
MAX_DEPTH = 32
"""Objects and lists within each other in what is kept; deeper values are an attack on whoever walks them."""

NOT_AN_OBJECT = "not an object with named fields"
NO_TIME = "the time is missing or cannot be read"

_MBID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", re.ASCII)
_SPOTIFY = re.compile(
    r"(?:https?://open\.spotify\.com/(?:intl-[a-z]+/)?|spotify:)(track|episode|chapter)[/:]([0-9A-Za-z]{22})\b",
    re.ASCII,
)
_PERSONAL = re.compile(r"ip_addr|user_agent|user_?name|email|apple.?id|device.?identifier", re.IGNORECASE)


class Feedback(NamedTuple):
    """A row that only says love (score 1) or hate (-1) about a recording, at a time in unix seconds."""

    about: Submission
    score: int
    at: int


Outcome = Submission | Feedback | str
"""A play, a feedback, or the reason (a sentence without full stop) why the row is neither."""

Mapper = Callable[[Any], Outcome]


def text(value: Any) -> str:
    """A trimmed text; numbers as they are written; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def integer(value: Any) -> int | None:
    """A whole number out of an int, a finite float or a numeral; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= 32 else None
        except ValueError:
            return None
    return int(value) if isinstance(value, float) and isfinite(value) else None


def milliseconds(value: Any, factor: int = 1) -> DurationMs | None:
    """A positive length, `factor` milliseconds a unit; None when missing, 0 or nonsense."""
    number = integer(value)
    return DurationMs(number * factor) if number is not None and 0 < number * factor <= 2_073_600_000 else None


def mbid(value: Any) -> Mbid | None:
    """A MusicBrainz id in canonical lower case; None when it is none."""
    code = value.strip().lower() if isinstance(value, str) else ""
    return Mbid(code) if _MBID.fullmatch(code) else None


def mbids(values: Any) -> tuple[Mbid, ...]:
    """The valid ids of a list."""
    found = map(mbid, values) if isinstance(values, list | tuple) else ()
    return tuple(one for one in found if one)


def isrc(value: Any) -> Isrc | None:
    """An ISRC without hyphens, in upper case; None when it is none."""
    code = value.replace("-", "").strip().upper() if isinstance(value, str) else ""
    return Isrc(code) if _ISRC.fullmatch(code) else None


def spotify_uri(value: Any) -> SpotifyUri | None:
    """The URI of a track, episode or chapter, given as URI or as the address of its page."""
    found = _SPOTIFY.match(value) if isinstance(value, str) else None
    return SpotifyUri(f"spotify:{found[1]}:{found[2]}") if found else None


def names_of(values: Any) -> tuple[str, ...]:
    """The names of a list of texts; () unless every one is a text that is not blank."""
    if not isinstance(values, list | tuple) or not all(isinstance(name, str) and name.strip() for name in values):
        return ()
    return tuple(name.strip() for name in values)


@lru_cache(maxsize=65536)
def text_fault(name: str) -> str:
    """Why a text cannot be kept; "" when it can."""
    if "\0" in name:
        return "a text contains the character U+0000"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "a text contains half of a character (a lone surrogate)"
    return ""


def names_fault(names: Iterable[str]) -> str:
    """The first fault of several texts; "" when all can be kept."""
    for name in names:
        if why := text_fault(name):
            return why
    return ""


def value_fault(value: Any, depth: int = 0) -> str:
    """Why a JSON value cannot be kept in `extra`; "" when it can."""
    if isinstance(value, str):
        return text_fault(value)
    if not isinstance(value, dict | list):
        return ""
    if depth >= MAX_DEPTH:
        return f"values are nested more than {MAX_DEPTH} deep"
    inside = [*value, *value.values()] if isinstance(value, dict) else value
    for one in inside:
        if why := value_fault(one, depth + 1):
            return why
    return ""


def excerpt(row: Any) -> str:
    """A row as it stood, shortened, without fields that hold personal data; never raises."""
    if isinstance(row, dict):
        row = {key: value for key, value in row.items() if value is not None and not _PERSONAL.search(str(key))}
    try:
        said = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        said = ""
    shown = said.encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}")
    return shown if len(shown) <= EXCERPT_CHARS else shown[: EXCERPT_CHARS - 1] + "…"
