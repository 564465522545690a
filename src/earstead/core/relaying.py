"""Which plays are passed on to which other service, and the marks by which a copy is known on its way home.

Every user of every server has a *mark*, a random name. A copy that goes to another earstead carries the marks of
all who held it before, its sender last. Whoever finds its own mark in what arrives keeps the copy and passes it on
to nobody; nobody passes a copy on to one whose mark it carries. So a ring of relays of any length comes to rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earstead.core.catalog import track_of
from earstead.core.listen import Kind, Submission
from earstead.core.names import credited_artists, name_key
from earstead.core.rules import counts_as_listen

MARKS = "earstead_origin"
"""The member of a listen's additional info that holds the marks, a list of texts."""
CONTEXT = "context"
"""The parameter of the Last.fm API that says which program a play comes from; ours begins with `MARKS:`."""
MOST_MARKS = 16
MAX_MARK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What the decision needs to know of a play. `played_ms` is 0 when unknown; `host`: where it was fetched from."""

    kind: int
    source: str
    host: str
    artists: tuple[str, ...]
    played_ms: int
    counted: bool
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayFilter:
    """What a user lets through.

    Attributes:
        kinds: kinds of plays (`core.listen.Kind`), by number.
        sources: names of the sources whose plays go; () for all.
        min_played_s: plays known to be shorter stay here; those of which neither time nor length is known go.
        excluded_artists: names as typed; a play stays when any of its artists is among them.
    """

    kinds: tuple[int, ...] = (int(Kind.MUSIC),)
    sources: tuple[str, ...] = ()
    min_played_s: int = 0
    excluded_artists: tuple[str, ...] = ()
    excluded_keys: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "excluded_keys", frozenset(map(name_key, self.excluded_artists)))


def why_not(play: Play, chosen: RelayFilter) -> str:
    """Why a filter keeps a play here, "" when it lets it through."""
    if not play.counted:
        return "too short to count"
    if play.kind not in chosen.kinds:
        return "of a kind that is not passed on"
    if chosen.sources and play.source not in chosen.sources:
        return "from a source that is not passed on"
    if 0 < play.played_ms < chosen.min_played_s * 1000:
        return "heard for too short a time"
    if any(name_key(name) in chosen.excluded_keys for name in play.artists):
        return "of an artist who is left out"
    return ""


def comes_from(play: Play, *, peer_mark: str, hosts: tuple[str, ...]) -> bool:
    """Whether a play came from the very account it would be sent to.

    Args:
        peer_mark: the mark of the account at the other end, "" when it has none.
        hosts: where that service is reached, lower case.
    """
    return (bool(peer_mark) and peer_mark in play.marks) or (bool(play.host) and play.host in hosts)


def play_of(submission: Submission) -> Play:
    """A submission as the decision sees it."""
    s, track = submission, track_of(submission)
    played_ms = -1 if s.played_ms is None else int(s.played_ms)
    duration_ms = -1 if s.duration_ms is None else int(s.duration_ms)
    return Play(
        kind=int(s.kind),
        source=s.source,
        host=s.origin,
        artists=(track.artist_name, *credited_artists(track.artist_name, track.artist_names)),
        played_ms=max(played_ms if played_ms >= 0 else duration_ms, 0),
        counted=counts_as_listen(s.asserted, played_ms, duration_ms),
        marks=marks_in(s.extra),
    )


def marks_in(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The marks that a client's words carry; whatever is no mark is left out."""
    found = said.get(MARKS)
    context = said.get(CONTEXT)
    if isinstance(context, str) and context.startswith(f"{MARKS}:"):
        found = context.partition(":")[2].split(",")
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list):
        return ()
    return tuple(mark for mark in found[-MOST_MARKS:] if isinstance(mark, str) and 0 < len(mark) <= MAX_MARK)


def marked(marks: tuple[str, ...], own: str) -> tuple[str, ...]:
    """The marks a copy carries when the holder of the mark `own` sends it on."""
    return (*(mark for mark in marks if mark != own), own)[-MOST_MARKS:]


def context_of(marks: tuple[str, ...]) -> str:
    """The marks as the `context` of the Last.fm API."""
    return f"{MARKS}:{','.join(marks)}"
