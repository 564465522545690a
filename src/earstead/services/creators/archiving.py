"""Podcasts in an earstead archive: a line for each show, then its episodes, series with their points, curves,
transcripts and comments. Cookies and raw answers are not part of it: the first are secrets, the second can be megabytes
for each line that was read out of them.

Coming back, shows belong to an account of the same label that is not signed in: new cookies take it up. What is here
already stays as it is; points that are absent are added with the moment they were read and their quality.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from earstead.core.creators.metrics import Aggregation, Definition, Scope, Window
from earstead.core.errors import Rejected
from earstead.core.rules import LATEST
from earstead.kit import jsontext
from earstead.kit.texts import storable
from earstead.services.archive_lines import line
from earstead.services.creators.accounts import MOST_ACCOUNTS, MOST_LABEL
from earstead.storage import creator_comments as comments
from earstead.storage import creator_figures as figures
from earstead.storage import creators as table
from earstead.storage import ids
from earstead.storage.engine import Row, Tx

MEMBER = "podcasts"
_SHOW = tuple(name.strip() for name in table.SHOW.split(","))[4:]
_EPISODE = tuple(name.strip() for name in table.EPISODE.split(","))[2:]
_SERIES = ("metric", "breakdown", "aggregation", "span", "definition", "operation", "scope")
_RETENTION = ("operation", "points", "percentiles", "median_s", "most", "fetched_at")
_TRANSCRIPT = ("text", "chapters", "operation", "fetched_at")
_COMMENT = tuple(name.strip() for name in table.COMMENT.split(","))
_JSON: Mapping[str, Any] = {
    "permissions": list[str],
    "totals": dict[str, float],
    "points": list[list[Any]],
    "percentiles": dict[int, float],
    "chapters": list[tuple[float, str]],
}
_CURVE = list[tuple[float, int]]
_NUMBERS = frozenset(
    """episode_count followers first_seen_at read_at gone_at anchor_id published_at created_at duration_ms
    transcript_chars median_s most fetched_at by_show answered pinned liked was_read blocked flagged replies
    created_ms""".split()
)
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "show": ("account", *_SHOW),
    "episode": _EPISODE,
    "series": (*_SERIES, "fetched_at", "points"),
    "retention": _RETENTION,
    "transcript": _TRANSCRIPT,
    "comment": _COMMENT,
}
_WORDS: Mapping[str, Any] = {"aggregation": Aggregation, "span": Window, "definition": Definition, "scope": Scope}
_STATES = {
    "episode": ("draft", "scheduled", "published", "gone"),
    "comment": ("published", "review", "deleted"),
}
_MOST_NUMBER = 1 << 52
_LAST_DAY = LATEST // 86_400
_POINTS_AT_ONCE = 4_000
_QUALITIES = 4


class PodcastLine(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One row. `show`: its URI; `episode`: what the service calls it, "" for the show itself."""

    kind: str
    show: str
    data: dict[str, Any]
    episode: str = ""


# --- out ----------------------------------------------------------------------------------------------------------


def lines(tx: Tx, user_id: int) -> Iterator[bytes]:
    """Everything that was read for a user, in an order that follows from the content."""
    shows = sorted(table.shows_of_user(tx, user_id), key=lambda row: (row[3], row[0]))
    for show in shows:
        account = table.account(tx, show[1])
        data = dict(zip(_SHOW, show[4:], strict=True)) | {"account": account[2] if account else ""}
        yield _line("show", show[3], "", data)
        episodes = sorted((row[10], row[0]) for row in table.episodes_of(tx, show[0]))
        yield from _figures(tx, show, "", 0)
        for key, episode_id in episodes:
            yield from _episode(tx, show, key, episode_id)


def _episode(tx: Tx, show: Row, key: str, episode_id: int) -> Iterator[bytes]:
    row = table.episode(tx, episode_id)
    assert row is not None, "it was just listed"
    yield _line("episode", show[3], key, dict(zip(_EPISODE, row[2:-1], strict=True)))
    yield from _figures(tx, show, key, episode_id)
    for curve in figures.retention(tx, episode_id):
        yield _line("retention", show[3], key, dict(zip(_RETENTION, curve, strict=True)))
    said = table.transcript(tx, episode_id)
    if said is not None:
        yield _line("transcript", show[3], key, dict(zip(_TRANSCRIPT, said, strict=True)))
    for comment in table.comments_of_episode(tx, show[0], episode_id):
        yield _line("comment", show[3], key, dict(zip(_COMMENT, comment, strict=True)))


def _figures(tx: Tx, show: Row, key: str, episode_id: int) -> Iterator[bytes]:
    for row in sorted(figures.series_of(tx, show[0], episode_id), key=lambda row: row[3:10]):
        data = dict(zip(_SERIES, row[3:10], strict=True)) | {"fetched_at": row[13]}
        points = [list(point[1:]) for point in figures.points(tx, [row[0]], -(1 << 40), 1 << 40)]
        for at in range(0, max(1, len(points)), _POINTS_AT_ONCE):
            yield _line("series", show[3], key, data | {"points": jsontext.dumps(points[at : at + _POINTS_AT_ONCE])})


def _line(kind: str, show: str, episode: str, data: Mapping[str, Any]) -> bytes:
    plain = {name: jsontext.loads(value) if name in _JSON else value for name, value in data.items()}
    said: dict[str, Any] = {"kind": kind, "show": show, "data": plain}
    return line(said | ({"episode": episode} if episode else {}))


# --- back ---------------------------------------------------------------------------------------------------------


def apply(tx: Tx, user_id: int, said: Iterable[PodcastLine], now: int) -> None:
    """Take over what is not here yet. Raises Rejected for a line that could not have been written here."""
    for one in said:
        data = _checked(one)
        if one.kind == "show":
            _put_show(tx, user_id, one, data, now)
            continue
        show_id = _show_id(tx, user_id, one.show)
        if one.kind == "episode":
            _put_episode(tx, user_id, show_id, one.episode, data)
            continue
        found = table.episode_whole(tx, show_id, one.episode) if one.episode else None
        if one.episode and found is None:
            raise Rejected(MEMBER, "something is said of an episode before the episode")
        _put_part(tx, user_id, show_id, found[0] if found else 0, one.kind, data)


def _checked(one: PodcastLine) -> dict[str, Any]:
    columns = _COLUMNS.get(one.kind)
    if columns is None or set(columns) != set(one.data):
        raise Rejected(MEMBER, f"{one.kind[:20]!r} is no line with these fields")
    found: dict[str, Any] = {}
    for name, value in one.data.items():
        if name in _JSON:
            found[name] = jsontext.dumps(_shaped(name, value, _CURVE if one.kind == "retention" else _JSON[name]))
        elif name in _NUMBERS:
            if not _is_number(name, value):
                raise Rejected(MEMBER, f"{name} is no number that can be kept")
            found[name] = value
        elif name == "state" and value not in _STATES[one.kind]:
            raise Rejected(MEMBER, f"{one.kind} is in no known state")
        elif isinstance(value, str) and (name not in _WORDS or value in set(_WORDS[name])):
            found[name] = storable(value)
        else:
            raise Rejected(MEMBER, f"{name} is not what it can be")
    return found


def _shaped(name: str, value: Any, kind: Any) -> Any:
    """JSON of the form it was written in: whoever reads it later relies on that. Raises Rejected."""
    try:
        msgspec.convert(value, _JSON[name] if name != "points" else kind, str_keys=True)
    except msgspec.ValidationError as fault:
        raise Rejected(MEMBER, f"{name} cannot be read: {fault}") from None
    return value


def _is_number(name: str, value: Any) -> bool:
    kinds = int | float if name == "median_s" else int
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    return 0 <= value <= LATEST if name.endswith("_at") else abs(value) <= _MOST_NUMBER


def _show_id(tx: Tx, user_id: int, uri: str) -> int:
    for row in table.shows_of_user(tx, user_id):
        if row[3] == uri:
            return int(row[0])
    raise Rejected(MEMBER, "something is said of a show before the show")


def _put_show(tx: Tx, user_id: int, one: PodcastLine, data: dict[str, Any], now: int) -> None:
    if any(row[3] == one.show for row in table.shows_of_user(tx, user_id)):
        return
    label = data.pop("account")
    here = table.accounts_of(tx, user_id)
    account = next((row for row in here if row[2] == label), None)
    if account is None and (len(here) >= MOST_ACCOUNTS or not label or len(label) > MOST_LABEL):
        raise Rejected(MEMBER, f"an account is one of at most {MOST_ACCOUNTS}, each with a short name")
    account_id = account[0] if account else table.add_account(tx, user_id, label, "", has_key=False, now=now)
    if account is None:
        table.change_account(tx, account_id, {"state": "off"})
    first_seen = data.pop("first_seen_at")
    table.put_show(tx, account_id, user_id, one.show, first_seen, data)


def _put_episode(tx: Tx, user_id: int, show_id: int, key: str, data: dict[str, Any]) -> None:
    if table.episode_whole(tx, show_id, key) is not None:
        return
    episode_id = ids.take(tx, "creator_episode")
    owned = {"episode_id": episode_id, "show_id": show_id, "user_id": user_id, "remote_key": key}
    table.add_episodes(tx, [data | owned])
    table.change_episode(tx, episode_id, {name: data[name] for name in ("transcript_chars", "gone_at")})


def _put_part(tx: Tx, user_id: int, show_id: int, episode_id: int, kind: str, data: dict[str, Any]) -> None:
    if kind == "series":
        _put_series(tx, show_id, episode_id, data)
    elif kind == "retention":
        if all(row[0] != data["operation"] for row in figures.retention(tx, episode_id)):
            figures.put_retention(tx, data | {"episode_id": episode_id, "show_id": show_id})
    elif kind == "transcript":
        if table.transcript(tx, episode_id) is None:
            table.put_transcript(tx, episode_id, show_id, *(data[name] for name in _TRANSCRIPT))
    elif not table.comments_by_uri(tx, show_id, [data["comment_uri"]]):
        owned = {"show_id": show_id, "user_id": user_id, "episode_id": episode_id}
        comment_id = ids.take(tx, "creator_comment")
        table.put_comments(tx, [data | owned | {"comment_id": comment_id}])
        comments.change(tx, comment_id, {name: data[name] for name in ("was_read", "blocked")})


def _put_series(tx: Tx, show_id: int, episode_id: int, data: dict[str, Any]) -> None:
    key = (episode_id, *(data[name] for name in _SERIES))
    row = next((row for row in figures.series_of(tx, show_id, episode_id) if row[2:10] == key), None)
    if row is None:
        row = (ids.take(tx, "creator_series"), show_id, *key, 0, 0, 0, data["fetched_at"])
        figures.add_series(tx, [row])
    given = _points(jsontext.loads(data["points"]))
    if not given:
        return
    days = [day for day, _ in given]
    held = figures.points(tx, [row[0]], min(days), max(days))
    new = {at: value for at, value in given.items() if at not in {(one[1], one[2]) for one in held}}
    figures.add_points(tx, [(row[0], *at, value, fetched, quality) for at, (value, quality, fetched) in new.items()])
    told = {
        "series_id": row[0],
        "first_day": min([row[10], *days]) if row[12] else min(days),
        "last_day": max([row[11], *days]) if row[12] else max(days),
        "points": row[12] + len(new),
        "fetched_at": max(row[13], data["fetched_at"]),
    }
    figures.tell_series(tx, [told])


def _points(said: Any) -> dict[tuple[int, str], tuple[float, int, int]]:
    """(day, bucket) -> (value, quality, fetched_at). Raises Rejected."""
    try:
        points = msgspec.convert(said, list[tuple[int, str, float, int, int]])
    except msgspec.ValidationError as fault:
        raise Rejected(MEMBER, f"points cannot be read: {fault}") from None
    for day, bucket, value, quality, fetched in points:
        plain = 0 <= quality < _QUALITIES and 0 <= fetched < _MOST_NUMBER and storable(bucket) == bucket
        if not plain or not 0 <= day <= _LAST_DAY or abs(value) > _MOST_NUMBER:
            raise Rejected(MEMBER, "a point is out of range")
    return {(day, bucket): (value, quality, fetched) for day, bucket, value, quality, fetched in points}
