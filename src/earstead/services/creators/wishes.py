"""What can be wished for at Spotify for Creators: checked before anything is sent, so that a dry run says it too.

Texts lose what no database holds here: what was sent and could not be noted would be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from earstead.core.errors import Conflict, Rejected
from earstead.kit.texts import storable
from earstead.services.creators.types import CreatorShow
from earstead.services.creators.write_types import (
    OPTION_MOST,
    OPTIONS_LEAST,
    OPTIONS_MOST,
    QUESTION_MOST,
    REPLY_MOST,
    SHOW_LIMITS,
    TITLE_MOST,
    EpisodeEdit,
    MediaKind,
    NewEpisode,
    PollWanted,
    ShowEdit,
)

AUDIO: Final = frozenset({".mp3", ".m4a", ".aifc", ".aiff", ".ogg", ".wav", ".flac"})
VIDEO: Final = frozenset({".mp4", ".mov"})
MOST_BYTES: Final[Mapping[MediaKind, int]] = {"audio": 500 * 1024 * 1024, "video": 4 * 1024 * 1024 * 1024}
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png"})
MOST_PICTURE_BYTES: Final = 10 * 1024 * 1024
SOON_S: Final = 60
"""A moment closer than this may pass before the request arrives."""
FAR_S: Final = 5 * 366 * 86_400


def title(text: str) -> str:
    """A title as it is sent. Raises Rejected for an empty or long one."""
    tidy = " ".join(text.split())
    if not tidy:
        raise Rejected("title", "an episode needs a title")
    return _most("title", tidy, TITLE_MOST)


def publish_on(at: int, now: int) -> int:
    """A moment to publish at, unix seconds. Raises Rejected for the past, and for what looks like milliseconds."""
    if at < now + SOON_S:
        raise Rejected("publish_on", "has to be at least a minute ahead; to publish at once, ask for just that")
    if at > now + FAR_S:
        raise Rejected("publish_on", "is more than five years ahead; times are unix seconds, not milliseconds")
    return at


def new_episode(wanted: NewEpisode, now: int) -> NewEpisode:
    """An episode that can be made. Raises Rejected."""
    wanted = replace(wanted, title=storable(wanted.title), description=storable(wanted.description))
    title(wanted.title)
    if wanted.publish_on:
        publish_on(wanted.publish_on, now)
    for name in ("season", "number"):
        _natural(name, getattr(wanted, name))
    return wanted


def edit(wanted: EpisodeEdit, now: int) -> EpisodeEdit:
    """A change of an episode. Raises Rejected, also for one that changes nothing."""
    if not wanted.values():
        raise Rejected("", "name at least one thing to change")
    wanted = replace(wanted, **_storable(wanted.values()))
    if wanted.title is not None:
        title(wanted.title)
    if wanted.publish_on is not None:
        publish_on(wanted.publish_on, now)
    for name in ("season", "number"):
        _natural(name, getattr(wanted, name) or 0)
    return wanted


def show(wanted: ShowEdit) -> ShowEdit:
    """A change of a show. Raises Rejected for what the service would not take."""
    said = wanted.values()
    if not said:
        raise Rejected("", "name at least one thing to change")
    wanted = replace(wanted, **_storable(said))
    values = wanted.values()
    if wanted.name is not None and not wanted.name.strip():
        raise Rejected("name", "a show needs a name")
    for name, most in SHOW_LIMITS.items():
        _most(name, str(values.get(name, "")), most)
    return wanted


def slug(text: str) -> str:
    """An address of a show. Raises Rejected."""
    tidy = text.strip().lower()
    if not 3 <= len(tidy) <= 40 or not all(c.isascii() and (c.isalnum() or c == "-") for c in tidy):
        raise Rejected("slug", "is made of 3 to 40 letters, digits and hyphens")
    return tidy


def reply(text: str) -> str:
    """An answer to a comment. Raises Rejected."""
    text = storable(text)
    if not text.strip():
        raise Rejected("text", "an answer needs words")
    return _most("text", text.strip(), REPLY_MOST)


def poll(wanted: PollWanted, now: int) -> PollWanted:
    """A poll. Raises Rejected."""
    wanted = replace(wanted, question=storable(wanted.question), options=tuple(map(storable, wanted.options)))
    if not wanted.question.strip():
        raise Rejected("question", "a poll needs a question")
    _most("question", wanted.question, QUESTION_MOST)
    options = [option for option in wanted.options if option.strip()]
    if len(options) != len(wanted.options) or not OPTIONS_LEAST <= len(options) <= OPTIONS_MOST:
        raise Rejected("options", f"a poll has {OPTIONS_LEAST} to {OPTIONS_MOST} answers to choose from, none empty")
    if len({option.strip().casefold() for option in options}) != len(options):
        raise Rejected("options", "two of the answers are alike")
    for option in options:
        _most("options", option, OPTION_MOST)
    if wanted.closes_at <= max(now, wanted.opens_at):
        raise Rejected("closes_at", "a poll closes after it opened, and not in the past")
    return wanted


def media(file: Path, name: str = "") -> MediaKind:
    """What kind of media a file is, by the ending of its name. Raises Rejected for one that would be refused."""
    suffix = Path(name or file.name).suffix.lower()
    kind: MediaKind | None = "audio" if suffix in AUDIO else "video" if suffix in VIDEO else None
    if kind is None:
        known = ", ".join(sorted(one[1:] for one in AUDIO | VIDEO))
        raise Rejected("file", f"is none of the formats that are taken: {known}")
    _sized(file, MOST_BYTES[kind])
    return kind


def picture(file: Path, name: str = "") -> None:
    """A cover. Raises Rejected for one that would be refused."""
    if Path(name or file.name).suffix.lower() not in PICTURES:
        raise Rejected("file", "is neither a JPEG nor a PNG picture")
    _sized(file, MOST_PICTURE_BYTES)


def confirmed(expected: str, typed: str, what: str) -> None:
    """Hold that somebody typed what goes for good. Raises Rejected."""
    if typed.strip() != expected.strip() or not typed.strip():
        raise Rejected("confirm", f"type “{expected.strip()}” to {what}; it cannot be taken back")


def writable(found: CreatorShow) -> CreatorShow:
    """Hold that episodes of a show can be changed. Raises Conflict for one that is hosted elsewhere, or gone."""
    if found.gone_at:
        raise Conflict(f"{found.name} is no longer among the shows of this account.")
    if not found.hosted:
        raise Conflict(f"{found.name} is not hosted by Spotify: change it where its feed comes from.")
    return found


def _storable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}


def _natural(name: str, value: int) -> None:
    if not 0 <= value < 100_000:
        raise Rejected(name, "is a number from 1 on")


def _most(name: str, text: str, most: int) -> str:
    if len(text) > most:
        raise Rejected(name, f"has {len(text)} characters; {most} are taken")
    return text


def _sized(file: Path, most: int) -> None:
    try:
        size = file.stat().st_size
    except OSError as fault:
        raise Rejected("file", f"cannot be read ({fault.strerror})") from fault
    if not file.is_file() or not size:
        raise Rejected("file", "is empty")
    if size > most:
        raise Rejected("file", f"has {size / 1024 / 1024:,.0f} MB; {most // 1024 // 1024:,} MB are taken")


def differing(before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Which of these fields differ."""
    return [name for name in names if before.get(name) != after.get(name)]
