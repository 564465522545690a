"""Keys under which differently written names are the same name, and artist credits.

Keys are NFKC-normalised, case-folded and white-space-collapsed; scripts are kept apart (transliteration is
for search only). Artist credits are split only where the source gave a list or wrote an explicit marker.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# In a title only a bracket or a dot makes the marker explicit: "Left ft Behind" is a title.
_FEATURING = re.compile(
    r"\s*[(\[]\s*(?:feat\.?|ft\.?|featuring)\s+(?P<guest>[^)\]]+)[)\]]|\s+(?:feat\.|ft\.)\s+(?P<open>.+)$",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"\s+[(\[]?(?:feat\.|ft\.|featuring)\s+(?P<guest>[^)\]]+)[)\]]?\s*", re.IGNORECASE)


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """The key of a name: NFKC, case-folded, runs of white space as one blank, trimmed."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def clean(name: str) -> str:
    """A name as it is stored: NFC, trimmed, lone surrogates and control characters replaced or dropped.

    Texts are otherwise kept exactly; a database cannot hold U+0000 (PostgreSQL) nor lone surrogates (both).
    """
    text = name.encode("utf-8", "replace").decode("utf-8") if not name.isascii() else name
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c.isspace() or unicodedata.category(c) == "Cf" else "" for c in text)
    return unicodedata.normalize("NFC", text).strip()


def split_credit(credit: str) -> tuple[str, ...]:
    """The artists of a credit given as one string: split at `feat.`, `ft.`, `featuring`, nowhere else.

    "Simon & Garfunkel", "AC/DC" and "Tyler, The Creator" stay one.
    """
    found = _CREDIT.search(credit)
    if not found or not credit[: found.start()].strip():
        return (credit,)
    return (credit[: found.start()].strip(), found.group("guest").strip() or credit)


def credited_artists(credit: str, artist_names: tuple[str, ...]) -> tuple[str, ...]:
    """The artists a listen counts for, in order, without repeats: the source's list, else the split credit."""
    seen: dict[str, str] = {}
    for name in artist_names or split_credit(credit):
        seen.setdefault(name_key(name), name)
    return tuple(seen.values())


def guests_in_title(title: str) -> tuple[str, ...]:
    """The guest that a title names ("Song (feat. X)" gives X); () where it names none."""
    found = _FEATURING.search(title)
    guest = (found.group("guest") or found.group("open") or "").strip() if found else ""
    return (guest,) if guest else ()


def bare_title(title: str) -> str:
    """A title without its "(feat. X)", which some sources put there and some in the credit."""
    return _FEATURING.sub("", title).strip() or title
