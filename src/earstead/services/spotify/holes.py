"""What each witness of Spotify brought to a history, and the times in which nobody looked."""

from __future__ import annotations

from dataclasses import dataclass

from earstead.core import holes
from earstead.core.holes import Hole
from earstead.core.periods import Span
from earstead.services.insights.insights import Insights
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.storage import observations
from earstead.storage.engine import Engine

HOLES = "holes"
"""Name under which an account keeps them."""
MOST_SHOWN = 50
SOURCES = {
    "spotify-player": "The player, looked at while it played",
    "spotify-recent": "Spotify's list of the last plays",
    "spotify-extended": "The export of all years",
    "spotify-account": "The export of the last year",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one witness told: how many plays, from when to when (unix seconds)."""

    title: str
    reports: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledHole:
    """A hole, and how many plays of it are known from other witnesses."""

    hole: Hole
    plays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Witnesses, the one that told most first; the latest holes, the latest first, and how many there are in all."""

    shares: tuple[Share, ...]
    holes: tuple[FilledHole, ...]
    all_holes: int


def report(engine: Engine, links: SpotifyAccounts, insights: Insights, user_id: int, account_id: int) -> Report:
    """The report of one of a user's accounts. Raises NotFound."""
    account = links.get(user_id, account_id)
    with engine.read() as tx:
        rows = observations.named_sources(tx, user_id)
    shares = tuple(
        Share(title=SOURCES[name], reports=count, first_at=first_at, last_at=last_at)
        for name, count, first_at, last_at in rows
        if name in SOURCES
    )
    found = holes.read(links.cursor(account.account_id, HOLES))
    shown = tuple(
        FilledHole(hole=hole, plays=_plays(insights, user_id, hole)) for hole in found[: -MOST_SHOWN - 1 : -1]
    )
    return Report(shares=shares, holes=shown, all_holes=len(found))


def _plays(insights: Insights, user_id: int, hole: Hole) -> int:
    # A hole is named by milliseconds, plays begin at seconds: what began in its last second belongs to it.
    return insights.totals(user_id, Span(hole.from_ms // 1000, -(-hole.to_ms // 1000))).all_plays
