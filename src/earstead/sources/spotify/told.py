"""What a watched player did, in the words of the journal, of the history and of "now playing". Pure."""

from __future__ import annotations

from typing import Any

from earstead.core.ids import DurationMs, Isrc, SpotifyUri, UnixSeconds
from earstead.core.listen import Kind, Submission
from earstead.core.player import Item, Play, PlayerEvent, PlayerState, expected_ms
from earstead.core.spotify import SOURCE_PLAYER
from earstead.sources.spotify.wire.recent import credit_of

ORIGIN = "spotify.com"
LOCAL = "spotify:local:"
NOW_SLACK_S = 60
"""What plays is shown for so long after it should have ended: the next look may be late."""


def play_of(play: Play, source: str = SOURCE_PLAYER) -> Submission:
    """A play that was watched. Its start was seen, so that it is told as such; whether it counts our rules decide."""
    extra: dict[str, Any] = {"gap_ms": play.gap_ms, "finished": play.finished}
    told = {"context_uri": play.context_uri, "device": play.device_name, "shuffle": play.shuffle}
    extra.update({name: value for name, value in told.items() if value not in ("", None)})
    return _submission(
        play.item,
        source,
        listened_at=UnixSeconds(play.started_ms // 1000),
        ended_at=UnixSeconds(play.ended_ms // 1000),
        played_ms=DurationMs(play.heard_ms),
        skipped=play.skipped,
        extra=extra,
    )


def now_of(state: PlayerState, source: str = SOURCE_PLAYER) -> tuple[Submission, int] | None:
    """What plays now, and for how many seconds that holds; None when nothing does."""
    item = state.item
    if item is None or not state.is_playing:
        return None
    said = _submission(item, source, listened_at=UnixSeconds((state.received_ms - state.progress_ms) // 1000))
    left_ms = item.duration_ms - expected_ms(state, state.received_ms) if item.duration_ms else 600_000
    return said, max(0, left_ms) // 1000 + NOW_SLACK_S


def _submission(item: Item, source: str, **more: Any) -> Submission:
    return Submission(
        source=source,
        artist_name=credit_of(item),
        track_name=item.track_name,
        kind=item.kind,
        release_name=item.release_name,
        artist_names=item.artist_names,
        duration_ms=DurationMs(item.duration_ms) if item.duration_ms > 0 else None,
        asserted=False,
        isrc=Isrc(item.isrc) if item.isrc else None,
        spotify_uri=None if item.uri.startswith(LOCAL) else SpotifyUri(_uri(item)),
        origin=ORIGIN,
        **more,
    )


def event_data(event: PlayerEvent, *, account: str, source: str) -> dict[str, Any]:
    """An event as the journal tells it; `before` and `after` stand only where one became the other."""
    data: dict[str, Any] = {
        "item": _item(event.item) if event.item else None,
        "position_ms": event.position_ms,
        "at_ms": event.at_ms,
        "observed_gap_ms": event.observed_gap_ms,
        "certain": event.certain,
        "source": source,
        "device": {"name": event.device_name, "type": event.device_type} if event.device_name else None,
        "context_uri": event.context_uri,
        "account": account,
    }
    if event.before is not None:
        data["before"] = event.before
    if event.after is not None:
        data["after"] = event.after
    return data


def _item(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind.name.lower(),
        "uri": _uri(item),
        "track_name": item.track_name,
        "artist_names": list(item.artist_names) or [credit_of(item)],
        "release_name": item.release_name,
        "duration_ms": item.duration_ms,
    }


def _uri(item: Item) -> str:
    """The URI by its true kind: the player calls chapters episodes, the export does not."""
    if item.kind is Kind.CHAPTER and item.uri.startswith("spotify:episode:"):
        return item.uri.replace(":episode:", ":chapter:", 1)
    return item.uri
