"""The types of events that are told to other programs, and how a subscriber chooses among them."""

from __future__ import annotations

from collections.abc import Sequence

TYPES = (
    "listen.created",
    "listen.imported",
    "listen.changed",
    "playing_now.changed",
    "player.started",
    "player.paused",
    "player.resumed",
    "player.seeked",
    "player.skipped",
    "player.finished",
    "player.repeated",
    "player.stopped",
    "player.device_changed",
    "player.volume_changed",
    "player.shuffle_changed",
    "player.repeat_changed",
    "player.context_changed",
    "player.queue_changed",
    "track.loved",
    "track.unloved",
    "playlist.changed",
    "import.finished",
    "import.failed",
    "decision.made",
    "decision.undone",
    "spotify.reconsent_due",
    "spotify.reauth_required",
    "spotify.quota_locked",
    "spotify.quota_released",
    "creators.comment_new",
    "creators.spike",
    "creators.drop",
    "creators.schedule_failed",
    "creators.cookie_age",
    "creators.sync_finished",
    "creators.sync_failed",
    "webhook.test",
)
TEST = "webhook.test"
"""Goes to the one endpoint it was asked for, whatever that chose."""
GROUPS = tuple(dict.fromkeys(name.partition(".")[0] for name in TYPES if name != TEST))


def is_choice(choice: str) -> bool:
    """Whether a subscriber may choose by this text: a type, or a whole group as "player.*"."""
    return choice in TYPES or (choice.endswith(".*") and choice[:-2] in GROUPS)


def wants(choices: Sequence[str], name: str) -> bool:
    """Whether a subscriber that chose these (none: everything) hears of a type."""
    if name == TEST:
        return False
    return not choices or name in choices or f"{name.partition('.')[0]}.*" in choices
