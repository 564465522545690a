"""Records of shuffles, as services and pages use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from earstead.core.errors import Rejected
from earstead.core.shuffling import Order, loads
from earstead.storage.engine import Row

SourceKind = Literal["playlist", "liked", "albums", "history", "loved", "never", "dear"]
"""Lists of a linked account, then our own: what was heard and loved here, and two lists of `services.habits`."""
ShuffleState = Literal["on", "paused"]
LogKind = Literal["dealt", "came", "heard", "gone", "aside", "back", "guest", "moved", "round", "undo", "mirror"]
MOST_CAP = 1_000
MOST_NAME = 100
MOST_SHUFFLES = 50
"""Of one user."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a shuffle does besides its order.

    Attributes:
        drop_after: plays after which an item is not dealt again, 0 for never.
        rest_days: only what was not heard for so many days waits, 0 for everything.
        skips: whether a skipped play counts as heard.
        cap: removals a day, of the playlist on one hand, of items that the source lost on the other.
    """

    drop_after: int = 0
    rest_days: int = 0
    skips: bool = False
    cap: int = 200


def check_rules(rules: Rules) -> Rules:
    """The rules when they make sense. Raises Rejected."""
    if not 0 <= rules.drop_after <= 1000:
        raise Rejected("drop_after", "choose 0 to 1,000 plays")
    if not 0 <= rules.rest_days <= 36_500:
        raise Rejected("rest_days", "choose 0 to 36,500 days")
    if not 1 <= rules.cap <= MOST_CAP:
        raise Rejected("cap", f"choose 1 to {MOST_CAP:,}")
    return rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle:
    """A shuffle.

    Attributes:
        account_id: the Spotify account that its playlist is in, 0 for none.
        list_id: the mirrored list that it follows, 0 for sources of our own.
        round_at: when the round began; plays of before do not count.
        playlist_id: its playlist, "" when there is none yet; `snapshots` its versions that we made or took over,
            the latest first.
        mirrored: the items of the playlist as far as we know, in its order.
        doubt: another version that was seen since `doubt_at`, or "creating".
        removed: how many items were taken from the playlist on `removed_day`.
        error: why it does not go on, "" when it does.
    """

    shuffle_id: int
    user_id: int
    account_id: int
    name: str
    source: SourceKind
    list_id: int
    rules: Rules
    state: ShuffleState
    order: Order
    round_at: int
    playlist_id: str
    snapshots: tuple[str, ...]
    mirrored: tuple[int, ...]
    doubt: str
    doubt_at: int
    removed_day: str
    removed: int
    error: str
    created_at: int

    @property
    def snapshot(self) -> str:
        """The version of its playlist that we know, "" when there is none."""
        return self.snapshots[0] if self.snapshots else ""

    @property
    def url(self) -> str:
        """Where its playlist is opened, "" when there is none."""
        return f"https://open.spotify.com/playlist/{self.playlist_id}" if self.playlist_id else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffleItem:
    """An item of a shuffle. `heard_at` is when it was heard last, 0 for never; `plays` since it is in the shuffle."""

    item_id: int
    uri: str
    match_key: int
    group_key: str
    track_name: str
    artist_name: str
    release_name: str
    duration_ms: int
    dealt_at: int
    plays: int
    heard_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """Something that was done to a shuffle. `item` is None for what concerns no single one."""

    log_id: int
    at: int
    day: str
    kind: LogKind
    item: ShuffleItem | None
    round: int
    listen_id: int
    detail: str
    undone_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOption:
    """Something that can be shuffled. `choice` names it in forms; `account_id` is 0 for sources of our own."""

    choice: str
    title: str
    note: str
    account_id: int


def shuffle_from(row: Row) -> Shuffle:
    """A row of `storage.shuffles.SHUFFLE`."""
    return Shuffle(
        shuffle_id=row[0],
        user_id=row[1],
        account_id=row[2],
        name=row[3],
        source=row[4],
        list_id=row[5],
        rules=msgspec.json.decode(row[6], type=Rules),
        state=row[7],
        order=loads(row[8]),
        round_at=row[9],
        playlist_id=row[10],
        snapshots=tuple(row[11].split()),
        mirrored=msgspec.json.decode(row[12], type=tuple[int, ...]),
        doubt=row[13],
        doubt_at=row[14],
        removed_day=row[15],
        removed=row[16],
        error=row[17],
        created_at=row[18],
    )


def item_from(row: Row) -> ShuffleItem:
    """A row of `storage.shuffles.ITEM`."""
    return ShuffleItem(
        item_id=row[0],
        uri=row[1],
        match_key=row[2],
        group_key=row[3],
        track_name=row[4],
        artist_name=row[5],
        release_name=row[6],
        duration_ms=row[7],
        dealt_at=row[8],
        plays=row[9],
        heard_at=row[10],
    )
