"""Rows of Spotify's two privacy packages. Pure. The rules and their reasons: README, "Spotify".

What identifies a person (IP address, user agent, user name) is never looked at: only named fields are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from earstead.core.ids import DurationMs, SpotifyUri, UnixSeconds
from earstead.core.listen import Kind, Reading, Submission
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Mapper, Outcome, integer, spotify_uri, text
from earstead.sources.exports.times import utc_seconds

EXTENDED = "spotify-extended"
ACCOUNT = "spotify-account"
ORIGIN = "spotify.com"

SKIP_COUNTS_FROM = 1_665_878_400
"""2022-10-16: until then `skipped` was mostly null or false whatever had happened."""
OFFLINE_TIME_FROM = 1_136_073_600
"""2006: older values of `offline_timestamp` (0, 1) mean that there is none."""
DRIFT_S = 10
TWIN_S = 30

NO_NAMES = "Spotify gives no names for this item; it was probably withdrawn from the catalogue"
NO_PLAYED = "the played time is missing or not a number"

# After these the time of the row is that of the next start of the app or of its next connection.
_LATE_ENDS = frozenset({"logout", "unexpected-exit", "unexpected-exit-while-paused"})
_SKIPPING_ENDS = frozenset({"fwdbtn", "backbtn", "nextbtn", "clickrow", "clickside", "playbtn"})
_CIRCUMSTANCES = {
    "platform": "platform",
    "conn_country": "country",
    "reason_start": "reason_start",
    "reason_end": "reason_end",
    "shuffle": "shuffle",
    "offline": "offline",
    "incognito_mode": "incognito",
    "skipped": "skipped",
}


class Item(NamedTuple):
    """What a row is about; equal for every play of it, so it is worked out once."""

    kind: Kind
    artist_name: str
    track_name: str
    release_name: str
    uri: SpotifyUri | None


def extended(options: Mapping[str, Any]) -> Mapper:
    """The mapper of extended rows; `options["video"]`: the file is one of videos."""
    video = bool(options.get("video"))
    return lambda row: map_extended(row, video=video)


def map_extended(row: Any, *, video: bool = False) -> Outcome:
    """One row of the extended history ("endsong" of old packages included). Every play is kept, even of 0 ms."""
    if type(row) is not dict:
        return NOT_AN_OBJECT
    end = utc_seconds(row.get("ts"))
    if end is None:
        return NO_TIME
    played = integer(row.get("ms_played"))
    if played is None:
        return NO_PLAYED
    item = _item(row)
    if type(item) is not Item:
        return NO_NAMES
    start, ended, branch = _times(row, end, played)
    extra = _extra(row, branch)
    if video:
        extra["is_video"] = True
    return Submission(
        source=EXTENDED,
        kind=item.kind,
        artist_name=item.artist_name,
        track_name=item.track_name,
        release_name=item.release_name,
        spotify_uri=item.uri,
        listened_at=UnixSeconds(start),
        ended_at=UnixSeconds(ended),
        reading=Reading.END,
        played_ms=DurationMs(played),
        asserted=False,
        skipped=_skipped(row, end, played),
        twin_s=TWIN_S,
        origin=ORIGIN,
        extra=extra,
    )


def _item(row: dict[str, Any]) -> Item | None:
    said = row.get
    try:
        if said("audiobook_chapter_uri") or said("audiobook_uri"):
            return _chapter(
                said("master_metadata_album_artist_name"),
                said("audiobook_title"),
                said("audiobook_chapter_title"),
                said("audiobook_chapter_uri"),
            )
        if said("spotify_episode_uri") or said("episode_name"):
            return _episode(said("episode_show_name"), said("episode_name"), said("spotify_episode_uri"))
        return _track(
            said("master_metadata_album_artist_name"),
            said("master_metadata_track_name"),
            said("master_metadata_album_album_name"),
            said("spotify_track_uri"),
        )
    except TypeError:  # a list or an object where a text belongs cannot be a key of the cache
        return None


@lru_cache(maxsize=32768)
def _track(artist: Any, track: Any, album: Any, uri: Any) -> Item | None:
    names = text(artist), text(track)
    return Item(Kind.MUSIC, *names, text(album), spotify_uri(uri)) if all(names) else None


@lru_cache(maxsize=8192)
def _episode(show: Any, episode: Any, uri: Any) -> Item | None:
    names = text(show), text(episode)
    return Item(Kind.EPISODE, *names, "", spotify_uri(uri)) if all(names) else None


@lru_cache(maxsize=8192)
def _chapter(author: Any, book: Any, chapter: Any, uri: Any) -> Item | None:
    """The package names the book but not who wrote it: the book stands for its author."""
    title = text(book)
    if not title:
        return None
    return Item(Kind.CHAPTER, text(author) or title, text(chapter) or title, title, spotify_uri(uri))


def _times(row: dict[str, Any], end: int, played_ms: int) -> tuple[int, int, str]:
    """Start, end and the rule by which they were found: "computed", "late" or "paused"."""
    seconds = (played_ms + 500) // 1000
    start = end - seconds
    seen = _seen_start(row.get("offline_timestamp"), end)
    if seen is None or abs(seen - start) <= DRIFT_S:
        return start, end, "computed"
    if row.get("offline") in (True, 1) or _word(row.get("reason_end")) in _LATE_ENDS:
        return seen, seen + seconds, "late"
    if seen < start:
        return seen, end, "paused"
    return start, end, "computed"


def _seen_start(value: Any, end: int) -> int | None:
    """`offline_timestamp`, which despite its name is the start of any play: seconds, or milliseconds above 1e11."""
    seen = value if type(value) is int else integer(value)
    if seen is None:
        return None
    if seen > 100_000_000_000:
        seen //= 1000
    return seen if OFFLINE_TIME_FROM <= seen <= end else None


def _skipped(row: dict[str, Any], end: int, played_ms: int) -> bool | None:
    said = row.get("skipped")
    reliable = end >= SKIP_COUNTS_FROM and (said is True or said is False or said in (0, 1))
    reason = _word(row.get("reason_end"))
    if (reliable and said) or (reason in _SKIPPING_ENDS and played_ms < 30_000):
        return True
    return False if reliable or reason == "trackdone" else None


def _word(value: Any) -> str:
    """A word of the player's, without what no database can hold; "" for anything else."""
    if type(value) is not str:
        return ""
    return (
        value if value.isascii() and "\0" not in value else value.replace("\0", "").encode("utf-8", "replace").decode()
    )


def _extra(row: dict[str, Any], branch: str) -> dict[str, Any]:
    said = row.get
    given = [said(name) for name in _CIRCUMSTANCES]
    try:
        extra = _circumstances(*given).copy()
    except TypeError:  # a list or an object where a word belongs cannot be a key of the cache
        extra = _circumstances.__wrapped__(*given)
    extra["ts"], extra["branch"] = row["ts"], branch
    seen = said("offline_timestamp")
    if type(seen) is int:
        extra["offline_timestamp"] = seen
    return extra


# typed: 0 and False are equal as keys, and both stand in files; each must be kept as it came.
@lru_cache(maxsize=16384, typed=True)
def _circumstances(*given: Any) -> dict[str, Any]:
    """What the row says about how it was played, under our names; few combinations come again and again."""
    kept: dict[str, Any] = {}
    for name, value in zip(_CIRCUMSTANCES.values(), given, strict=True):
        if type(value) is bool or type(value) is int:
            kept[name] = value
        elif word := _word(value):
            kept[name] = word
    return kept


def account(options: Mapping[str, Any]) -> Mapper:
    """The mapper of the streaming histories in the account data."""
    return map_account


def map_account(row: Any) -> Outcome:
    """One row of a StreamingHistory file: minute-precise ends, names without ids."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    end = utc_seconds(row.get("endTime"))
    if end is None:
        return NO_TIME
    played = integer(row.get("msPlayed"))
    if played is None:
        return NO_PLAYED
    item = _account_item(row)
    if item is None:
        return NO_NAMES
    return Submission(
        source=ACCOUNT,
        kind=item.kind,
        artist_name=item.artist_name,
        track_name=item.track_name,
        release_name=item.release_name,
        listened_at=UnixSeconds(end - (played + 500) // 1000),
        ended_at=UnixSeconds(end),
        reading=Reading.END,
        precision_s=60,
        played_ms=DurationMs(played),
        asserted=False,
        origin=ORIGIN,
        extra={"endTime": row["endTime"]},
    )


def _account_item(row: dict[str, Any]) -> Item | None:
    if "podcastName" in row or "episodeName" in row:
        names = text(row.get("podcastName")), text(row.get("episodeName"))
        return Item(Kind.EPISODE, *names, "", None) if all(names) else None
    if "trackName" in row:
        names = text(row.get("artistName")), text(row.get("trackName"))
        unknown = names in (("Unknown Artist", "Unknown Track"), ("Unknown Artist", "Unknown Title"))
        return Item(Kind.MUSIC, *names, "", None) if all(names) and not unknown else None
    return _account_chapter(row)


def _account_chapter(row: dict[str, Any]) -> Item | None:
    """Audiobook files name their fields differently from year to year: any that speak of a book will do."""
    found = {"author": "", "book": "", "chapter": ""}
    for key, value in row.items():
        word = key.lower()
        for part, hints in (("author", ("author",)), ("chapter", ("chapter",)), ("book", ("book", "title"))):
            if not found[part] and isinstance(value, str) and any(hint in word for hint in hints):
                found[part] = value.strip()
                break
    book = found["book"] or found["chapter"]
    return Item(Kind.CHAPTER, found["author"] or book, found["chapter"] or book, book, None) if book else None
