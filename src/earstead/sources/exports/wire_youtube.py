"""The watch history of Google Takeout, as far as it is YouTube Music. Pure.

A row's title is a sentence in the account's language ("Watched Song", "Song angesehen"). Known wordings are cut
off; else the words that all titles of the file's beginning share (`options["before"]`, `options["after"]`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Mapper, Outcome, text
from earstead.sources.exports.times import seconds_of

SOURCE = "youtube-music"
ORIGIN = "music.youtube.com"

_BEFORE = (
    "Watched ",
    "Has visto ",
    "Vous avez regardé ",
    "Hai guardato ",
    "Você assistiu a ",
    "Viu ",
    "Obejrzano: ",
    "Просмотрено: ",
)
_AFTER = (" angesehen", " bekeken", " を視聴しました", " 을(를) 시청했습니다.", " adlı videoyu izlediniz")
_VIDEO_ID = re.compile(r"[?&]v=([0-9A-Za-z_-]{11})", re.ASCII)
_ENOUGH = 8
"""Titles that must share their first or last words before these are taken for the sentence around them."""


def shared_words(titles: Sequence[str]) -> tuple[str, str]:
    """The whole words before and after that all titles share; ("", "") for too few titles."""
    if len(set(titles)) < _ENOUGH:
        return "", ""
    before = _shared_start(titles)
    after = _shared_start([title[::-1] for title in titles])[::-1]
    return before[: before.rfind(" ") + 1], after[after.find(" ") :] if " " in after else ""


def _shared_start(titles: Sequence[str]) -> str:
    first, last = min(titles), max(titles)  # all others sort between them, so they share what these share
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[:length]


def watch_history(options: Mapping[str, Any]) -> Mapper:
    """The mapper of watch-history.json."""
    before, after = str(options.get("before", "")), str(options.get("after", ""))
    return lambda row: map_watched(row, before, after)


def map_watched(row: Any, before: str = "", after: str = "") -> Outcome:
    """`{"header", "title", "titleUrl", "subtitles": [{"name": channel}], "time"}`; the time is the start."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    url = text(row.get("titleUrl"))
    if row.get("header") != "YouTube Music" and not url.startswith(f"https://{ORIGIN}/"):
        return "a video of YouTube, not of YouTube Music"
    if row.get("details"):
        return "an advertisement"
    at = seconds_of(row.get("time"))
    if at is None:
        return NO_TIME
    channel = _channel(row.get("subtitles"))
    if not channel:
        return "the channel is not given; the song was probably removed"
    found = _VIDEO_ID.search(url)
    return Submission(
        source=SOURCE,
        artist_name=channel.removesuffix(" - Topic"),
        track_name=_title(text(row.get("title")), before, after),
        listened_at=UnixSeconds(at),
        origin=ORIGIN,
        extra={
            "channel": channel,
            **({"origin_url": url} if url else {}),
            **({"youtube_id": found[1]} if found else {}),
        },
    )


def _channel(subtitles: Any) -> str:
    first = subtitles[0] if isinstance(subtitles, list) and subtitles else None
    return text(first.get("name")) if isinstance(first, dict) else ""


def _title(title: str, before: str, after: str) -> str:
    for words in _BEFORE:
        if title.startswith(words):
            return title.removeprefix(words).strip()
    for words in _AFTER:
        if title.endswith(words):
            return title.removesuffix(words).strip()
    return title.removeprefix(before).removesuffix(after).strip() or title
