"""The rules for one submitted listen, in the order and with the words of the reference server.

Pure. Clients show the messages to people and a few compare them: they are wire constants, typos included.
Everything is checked by hand on plain JSON values, since a typed decoder would report in its own order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from earstead.apis.listenbrainz.errors import InvalidListen
from earstead.core.names import clean

EARLIEST = 1_033_430_400
"""2002-10-01 UTC. The message names another number; so does upstream's."""
FUTURE_SLACK_S = 3_600
MAX_DURATION_S = 2_073_600
MAX_TAGS = 50
MAX_TAG = 64
PLAYING_NOW = "playing_now"

_MBID_FIELDS = ("recording_mbid", "release_mbid", "release_group_mbid", "track_mbid")
_MBID_LISTS = ("artist_mbids", "work_mbids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A listen that passed: names trimmed, `info` (additional_info) normalised; no time for playing_now."""

    listened_at: int | None
    artist_name: str
    track_name: str
    release_name: str
    info: dict[str, Any]


def check_listen(listen: Any, listen_type: str, now: int, *, look_for_nulls: bool = True) -> Said:
    """A listen of a submission, checked and normalised; the values handed in stay as they are.

    Args:
        listen: the decoded JSON value.
        listen_type: "single", "import" or "playing_now".
        now: unix seconds; bounds `listened_at` from above.
        look_for_nulls: False when the raw document is known to hold no U+0000.

    Raises:
        InvalidListen: with the first rule that is broken.
    """
    try:
        return _check(listen, listen_type, now, look_for_nulls)
    except _Broken as broken:
        raise InvalidListen(str(broken), listen) from None


class _Broken(Exception):
    """A rule is broken; the text is the message."""


def _check(listen: Any, listen_type: str, now: int, look_for_nulls: bool) -> Said:
    if listen is None:
        raise _Broken("Listen is empty and cannot be validated.")
    if not isinstance(listen, dict):
        raise _Broken("Listen must be a JSON object.")
    listened_at = None
    if listen_type == PLAYING_NOW:
        _check_playing_now_keys(listen)
    else:
        listened_at = _listened_at(listen, now)
        _require(listen, "track_metadata", at_top=True)
        if len(listen) > 2:
            raise _Broken("JSON document may only contain listened_at and track_metadata top level keys")
    metadata = listen["track_metadata"]
    if metadata is None:
        raise _Broken("JSON document may not have track_metadata with null value.")
    if not isinstance(metadata, dict):
        raise _Broken("track_metadata must be a JSON object.")
    track_name = _name(metadata, "track_name")
    artist_name = _name(metadata, "artist_name")
    release_name = _release_name(metadata)
    info = _additional_info(metadata)
    if look_for_nulls:
        _refuse_nulls(listen)
    for field, name in (("track_name", track_name), ("artist_name", artist_name)):
        if not clean(name):  # nothing but control characters, which are not stored
            raise _Broken(f"field track_metadata.{field} is empty.")
    return Said(
        listened_at=listened_at,
        artist_name=artist_name,
        track_name=track_name,
        release_name=release_name,
        info=info,
    )


def _require(listen: dict[str, Any], key: str, *, at_top: bool) -> None:
    if key not in listen:
        where = f"the key {key} at the top level" if at_top else f"required field track_metadata.{key}"
        raise _Broken(f"JSON document {'must' if at_top else 'does not'} contain {where}.")


def _check_playing_now_keys(listen: dict[str, Any]) -> None:
    if "listened_at" in listen:
        raise _Broken("JSON document must not contain listened_at while submitting playing_now.")
    _require(listen, "track_metadata", at_top=True)
    if len(listen) > 1:
        raise _Broken("JSON document may only contain track_metadata as top level key when submitting playing_now.")


def _listened_at(listen: dict[str, Any], now: int) -> int:
    _require(listen, "listened_at", at_top=True)
    value = listen["listened_at"]
    if type(value) is not int:
        # Numeric strings and fractions are what scripts send; a boolean is a mistake, not a time.
        if not isinstance(value, str | float):
            raise _Broken("JSON document must contain an int value for listened_at.")
        try:
            value = int(value)
        except ValueError:
            raise _Broken("JSON document must contain an int value for listened_at.") from None
    if value >= now + FUTURE_SLACK_S:
        raise _Broken("Value for key listened_at is too high.")
    if value < EARLIEST:
        raise _Broken(
            "Value for key listened_at is too low. listened_at timestamp should be greater than "
            "1033410600 (2002-10-01 00:00:00 UTC)."
        )
    return value


def _name(metadata: dict[str, Any], field: str) -> str:
    _require(metadata, field, at_top=False)
    value = metadata[field]
    if not isinstance(value, str):
        raise _Broken(f"track_metadata.{field} must be a single string.")
    trimmed = value.strip()
    if not trimmed:
        raise _Broken(f"field track_metadata.{field} is empty.")
    return trimmed


def _release_name(metadata: dict[str, Any]) -> str:
    """The release's name, "" for none. Upstream refuses null, but three shipping clients send it."""
    value = metadata.get("release_name")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Broken("track_metadata.release_name must be a single string.")
    return value.strip()


def _additional_info(metadata: dict[str, Any]) -> dict[str, Any]:
    given = metadata.get("additional_info")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _Broken("track_metadata.additional_info must be a JSON object.")
    info = dict(given)
    _check_tags(info.get("tags"))
    _settle_durations(info)
    for field in _MBID_FIELDS:
        if field in info:
            _settle_mbid(info, field)
    for field in _MBID_LISTS:
        if field in info:
            _settle_mbids(info, field)
    return info


def _check_tags(tags: Any) -> None:
    if tags is None:
        return
    if not isinstance(tags, list):
        raise _Broken("track_metadata.additional_info.tags must be a list of strings.")
    if len(tags) > MAX_TAGS:
        raise _Broken(
            f"JSON document may not contain more than {MAX_TAGS} items in track_metadata.additional_info.tags."
        )
    for tag in tags:
        if not isinstance(tag, str):
            raise _Broken("track_metadata.additional_info.tags must be a list of strings.")
        if len(tag) > MAX_TAG:
            raise _Broken(
                f"JSON document may not contain track_metadata.additional_info.tags longer than {MAX_TAG} characters."
            )


def _settle_durations(info: dict[str, Any]) -> None:
    if "duration" in info and "duration_ms" in info:
        raise _Broken("JSON document should not contain both duration and duration_ms.")
    for field, most in (("duration", MAX_DURATION_S), ("duration_ms", MAX_DURATION_S * 1000)):
        if field not in info:
            continue
        value = _number(info[field])
        if value <= 0:
            raise _Broken(f"Value for {field} is invalid, should be a positive integer.")
        if value > most:
            raise _Broken(f"Value for {field} is too large, max permitted value is {most}")
        info[field] = value


def _number(value: Any) -> int:
    """A JSON number or numeric string, truncated; 0 for what is neither."""
    if type(value) is int:
        return value
    if not isinstance(value, str | float):
        return 0
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        return 0


def canonical_mbid(value: Any) -> str | None:
    """The canonical form of a UUID text in any usual spelling; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return str(UUID(value))
    except ValueError:
        return None


def _settle_mbid(info: dict[str, Any], field: str) -> None:
    value = info[field]
    if value is None or value == "" or value == []:
        del info[field]
        return
    mbid = canonical_mbid(value)
    if mbid is None:
        raise _Broken(f"{field} MBID format invalid.")
    info[field] = mbid


def _settle_mbids(info: dict[str, Any], field: str) -> None:
    value = info[field]
    if value is not None and value != "" and not isinstance(value, list):
        raise _Broken(f"{field} MBID format invalid.")
    mbids = [canonical_mbid(item) for item in value or () if item is not None and item != ""]
    if None in mbids:
        raise _Broken(f"{field} MBID format invalid.")
    if mbids:
        info[field] = mbids
    else:
        del info[field]


def _refuse_nulls(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.keys())
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and "\0" in one:
            raise _Broken(f"{one} contains a unicode null")
