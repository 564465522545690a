"""Search over the catalogue: words, and the filters album, artist, track, year, upc, isrc, genre and tag."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from earstead.sandbox.spotify.store import Holder, Item, Store

_TERM: Final = re.compile(r'(?:(album|artist|track|year|upc|isrc|genre|tag):)?("[^"]*"|\S+)', re.IGNORECASE)
FILTERS: Final = ("album", "artist", "track", "year", "upc", "isrc", "genre", "tag")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; all of it in lower case."""

    words: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)


def read(text: str) -> Query:
    """A query from its text. A filter's value goes on until the next filter, as `artist:two words` is meant."""
    words, filters, current = list[str](), dict[str, str](), ""
    for name, value in _TERM.findall(text.casefold()):
        value = value.strip('"')
        if name:
            current, filters[name] = name, value
        elif current:
            filters[current] = f"{filters[current]} {value}"
        else:
            words.append(value)
    return Query(tuple(words), filters)


def tracks(store: Store, query: Query) -> list[Item]:
    """The tracks that have it all; by ISRC exactly."""
    if "isrc" in query.filters:
        found = store.by_isrc.get(query.filters["isrc"].upper())
        return [found] if found else []
    return [item for item in store.tracks() if _track_fits(store, item, query)]


def holders(store: Store, kind: str, query: Query) -> list[Holder]:
    """Albums, artists, shows or audiobooks that have it all."""
    if set(query.filters) & {"isrc", "track", "genre", "tag", "upc"}:
        return []
    return [holder for holder in store.of(kind) if _holder_fits(store, holder, query)]


def parts(store: Store, kind: str, query: Query) -> list[Item]:
    """Episodes whose name or show has all the words."""
    if query.filters:
        return []
    return [
        item
        for item in store.items.values()
        if item.kind == kind and _has(f"{item.name} {store.holders[item.parent].name}", query.words)
    ]


def _track_fits(store: Store, item: Item, query: Query) -> bool:
    album = store.holders[item.parent]
    artists = " ".join(store.holders[uri].name for uri in item.credits)
    if set(query.filters) & {"genre", "tag", "upc"}:
        return False
    named = {"album": album.name, "artist": artists, "track": item.name}
    return (
        all(query.filters.get(name, "") in text.casefold() for name, text in named.items())
        and _in_year(album.date, query.filters.get("year", ""))
        and _has(f"{item.name} {artists} {album.name}", query.words)
    )


def _holder_fits(store: Store, holder: Holder, query: Query) -> bool:
    artists = " ".join(store.holders[uri].name for uri in holder.credits) or holder.by or holder.name
    own = holder.name if holder.kind == "album" else ""
    return (
        query.filters.get("artist", "") in artists.casefold()
        and query.filters.get("album", "") in own.casefold()
        and _in_year(holder.date, query.filters.get("year", ""))
        and _has(f"{holder.name} {artists}", query.words)
    )


def _has(text: str, words: tuple[str, ...]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def _in_year(date: str, years: str) -> bool:
    if not years:
        return True
    first, _, last = years.partition("-")
    return first <= date[:4] <= (last or first)
