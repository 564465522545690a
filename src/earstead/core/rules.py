"""What may be kept, and what counts."""

from __future__ import annotations

from functools import lru_cache

from earstead.core.listen import Submission

EARLIEST = 1
LATEST = 4_133_980_800
"""2101-01-01: later times are refused whatever the clock says."""
FUTURE_SLACK_S = 3_600
"""A player's clock may be wrong by an hour; a play further ahead is a fault of the data."""
MAX_NAME = 4_096
"""Characters of one name; longer ones are a fault of the data, and no page could show them."""
MAX_DURATION_MS = 2_073_600_000
"""24 days, the bound ListenBrainz sets."""

COUNTS_MS = 240_000
COUNTS_UNKNOWN_LENGTH_MS = 30_000
SHORTEST_MS = 30_000


def problem(submission: Submission, now: int) -> str | None:
    """Why a submission cannot be kept, as a sentence without a full stop; None when it can.

    Args:
        now: unix seconds at which it is judged.
    """
    s = submission
    if why := _names_problem(s.artist_name, s.track_name, s.release_name, s.artist_names):
        return why
    if s.listened_at < EARLIEST:
        return "the time is missing or lies before 1970"
    if s.listened_at > min(now + FUTURE_SLACK_S, LATEST):
        return "the time lies in the future"
    if not 0 <= (s.played_ms or 0) <= MAX_DURATION_MS or not 0 <= (s.duration_ms or 0) <= MAX_DURATION_MS:
        return "a length is negative or longer than 24 days"
    return None


@lru_cache(maxsize=16384)
def _names_problem(artist_name: str, track_name: str, release_name: str, artist_names: tuple[str, ...]) -> str | None:
    if not artist_name.strip():
        return "no artist"
    if not track_name.strip():
        return "no title"
    longest = max(len(artist_name), len(track_name), len(release_name), *map(len, artist_names))
    return f"a name is longer than {MAX_NAME} characters" if longest > MAX_NAME else None


def counts_as_listen(asserted: bool, played_ms: int, duration_ms: int) -> bool:
    """Whether a play was long enough for statistics.

    What a scrobbler submits as a listen counts: it applied the rule itself. Where played time is known:
    240 s or half of the *reported* length; of unknown length, 30 s; recordings of 30 s or less never.

    Args:
        asserted: the client called it a listen.
        played_ms: time heard, -1 if unknown.
        duration_ms: reported length, -1 if unknown; never an estimate.
    Source: Last.fm, Scrobbling 2.0; the rule for unknown length is ours.
    """
    if asserted:
        return True
    if played_ms < 0 or 0 < duration_ms <= SHORTEST_MS:
        return False
    if duration_ms > 0:
        return played_ms >= COUNTS_MS or 2 * played_ms >= duration_ms
    return played_ms >= COUNTS_UNKNOWN_LENGTH_MS
