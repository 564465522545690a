"""Where what was said of a play came from, and what each kind of it may be used for: the one table of both.

A row knows its source, and its source its provenance, so nothing is stored a second time. `POLICY` is law for every
page, protocol and feed that tells somebody about somebody else; whoever adds such a use adds its line here.
(spotify-web-api.md 8, Developer Policy and Terms of May 2025, as read by laymen.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Provenance(Enum):
    """How a report of a play came here."""

    API = "api"
    """Asked of a service's API under its terms for developers."""
    PUSH = "push"
    """Told by a service's own player program on the listener's machine, under the terms of that program."""
    EXPORT = "export"
    """From a copy of their data that the listener asked a service or program for."""
    SCROBBLE = "scrobble"
    """Reported by the listener's own player."""
    MANUAL = "manual"
    """Typed in, or from a table that somebody made."""


SOURCES: Final[dict[str, Provenance]] = {
    # apis, and the player of the pages
    "lastfm": Provenance.SCROBBLE,
    "listenbrainz": Provenance.SCROBBLE,
    "lastfm-legacy": Provenance.SCROBBLE,
    "native": Provenance.SCROBBLE,
    "player": Provenance.SCROBBLE,
    "prefix": Provenance.SCROBBLE,  # counts downloads, and brings no listen
    # sources/spotify
    "spotify": Provenance.API,
    "spotify-player": Provenance.API,
    "spotify-recent": Provenance.API,
    "soloist": Provenance.PUSH,
    # sources/exports: names of formats, and of what is made of them
    "spotify-extended": Provenance.EXPORT,
    "spotify-account": Provenance.EXPORT,
    "lastfm-csv": Provenance.EXPORT,
    "lastfm-json": Provenance.EXPORT,
    "lastfm-xml": Provenance.EXPORT,
    "listenbrainz-json": Provenance.EXPORT,
    "listenbrainz-feedback": Provenance.EXPORT,
    "lastfm-export": Provenance.EXPORT,
    "listenbrainz-export": Provenance.EXPORT,
    "maloja": Provenance.EXPORT,
    "maloja-export": Provenance.EXPORT,
    "koito": Provenance.EXPORT,
    "koito-export": Provenance.EXPORT,
    "librefm": Provenance.EXPORT,
    "librefm-export": Provenance.EXPORT,
    "pano-scrobbler": Provenance.EXPORT,
    "pano-scrobbler-csv": Provenance.EXPORT,
    "scrobbler-log": Provenance.EXPORT,
    "apple-music": Provenance.EXPORT,
    "youtube-music": Provenance.EXPORT,
    "table": Provenance.MANUAL,
    "lines": Provenance.MANUAL,
    "records": Provenance.MANUAL,
    "earstead-archive": Provenance.EXPORT,
    "exports": Provenance.EXPORT,
    "edit": Provenance.MANUAL,
}
"""Every source this program has. A guard test holds it against the registry."""


def provenance(source: str) -> Provenance:
    """The provenance of a source. One that is not in the table belongs to somebody's plug: its name says how it asks
    (`spotify...`: of an API, to be on the safe side), and anything else a program reported itself."""
    found = SOURCES.get(source)
    if found is not None:
        return found
    return Provenance.API if source.startswith("spotify") else Provenance.SCROBBLE


class Use(Enum):
    """What rows are read for."""

    OWN = "own"
    FIGURES = "figures"
    PAGES = "pages"
    SHARING = "sharing"
    SIMILARITY = "similarity"
    MODELS = "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the policy.

    Attributes:
        use: what the rows are read for.
        title: the same in words.
        without: provenances that are left out, unless the owner decides otherwise.
        reason: why, for people.
    """

    use: Use
    title: str
    without: frozenset[Provenance]
    reason: str


_NONE: Final[frozenset[Provenance]] = frozenset()
_API: Final = frozenset({Provenance.API})
_SERVICE: Final = frozenset({Provenance.API, Provenance.PUSH})

POLICY: Final[tuple[Line, ...]] = (
    Line(
        use=Use.OWN,
        title="What somebody sees of their own listening, takes away as an export, or sends on to accounts and "
        "programs of their own",
        without=_NONE,
        reason="It is the person's own data, shown to that person on a server run for that person, and nobody else "
        "gets it but by that person's own hand. A connection can be ended, and all it brought be erased, in Settings.",
    ),
    Line(
        use=Use.FIGURES,
        title="Server-wide charts, counts of listeners, search and names",
        without=_API,
        reason="The terms forbid making new listenership figures of what the API gives, and figures of several "
        "people are just that.",
    ),
    Line(
        use=Use.PAGES,
        title="Pages and answers about a person that other people open",
        without=_API,
        reason="The terms allow no standalone offering of what the API gives, and a public page would publish it; it "
        "would also show strangers what a connection made for oneself observes.",
    ),
    Line(
        use=Use.SHARING,
        title="Cards, feeds and embeds that others receive",
        without=_API,
        reason="The terms forbid handing over what the API gives to others, and whatever is shared cannot be called "
        "back when somebody ends the connection.",
    ),
    Line(
        use=Use.SIMILARITY,
        title="What is heard together, recommendations, comparing people",
        without=_API,
        reason="A derived metric about users and content, which the terms forbid by name, however kindly it is meant.",
    ),
    Line(
        use=Use.MODELS,
        title="Anything that feeds a model, and exports made for others",
        without=_SERVICE,
        reason="The terms forbid taking their content into any machine learning or AI model, in so many words. What a "
        "service's own player tells falls under similar terms, so it stays out too.",
    ),
)

API_ONLY: Final = 2
_LEVELS: Final = {Provenance.API: API_ONLY, Provenance.PUSH: 1}
_BY_USE: Final = {line.use: line for line in POLICY}


def line_of(use: Use) -> Line:
    """The policy of a use."""
    return _BY_USE[use]


def withheld(use: Use, allowed: Iterable[str] = ()) -> frozenset[Provenance]:
    """What a use leaves out, given the values of the uses that the owner opened."""
    return _NONE if use.value in set(allowed) else line_of(use).without


def level(sources: Iterable[str]) -> int:
    """How closely a play is held, of the sources of its witnesses: 0 some listener's own report, 1 at best a service's
    own player, `API_ONLY` nothing but an API. What is stored with every listen (`listens.withheld`)."""
    return min((_LEVELS.get(provenance(source), 0) for source in sources), default=0)


def held_level(out: Iterable[Provenance]) -> int:
    """From which `level` on a play is left out together with these provenances; above every level for none."""
    return min((_LEVELS[each] for each in out if each in _LEVELS), default=API_ONLY + 1)


def may(use: Use, sources: Iterable[str], allowed: Iterable[str] = ()) -> bool:
    """Whether a play with witnesses of these sources may be used so: one witness that may tell is enough.

    What the export says is the listener's own, whoever else saw the same play.
    """
    out = withheld(use, allowed)
    return not out or any(provenance(source) not in out for source in sources)
