"""What a write found is kept at once: pages need not wait for the next sync to show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.kit.texts import storable
from earstead.services.creators.hands import EpisodeNow
from earstead.services.creators.types import CreatorShow
from earstead.services.creators.write_types import EpisodeAt, NewEpisode
from earstead.storage import creators as table
from earstead.storage import ids
from earstead.storage.engine import Tx

_SHOW_FIELDS = ("name", "description", "author", "category", "language", "cover_url", "web_station_id")


def remote_key(uri: str, anchor_id: int) -> str:
    """What an episode is known by in our tables: its URI, or its number where it has none yet."""
    return uri or f"anchor:{anchor_id}"


def note_draft(tx: Tx, show: CreatorShow, made: EpisodeAt, wanted: NewEpisode, now: int) -> int:
    """Keep a draft that was made here; our id of it, the one that is there if a sync was faster."""
    key = remote_key(made.uri, made.anchor_id)
    there = table.episode_whole(tx, show.show_id, key)
    known = int(there[0]) if there else table.episode_by_anchor(tx, show.user_id, made.anchor_id)
    if known:
        table.change_episode(tx, known, {"title": wanted.title, "description": wanted.description})
        return known
    episode_id = ids.take(tx, "creator_episode")
    row = {
        "episode_id": episode_id,
        "show_id": show.show_id,
        "user_id": show.user_id,
        "remote_key": key,
        "uri": made.uri,
        "anchor_id": made.anchor_id,
        "title": wanted.title,
        "description": wanted.description,
        "state": "draft",
        "episode_type": wanted.episode_type,
        "content_type": "",
        "published_at": 0,
        "created_at": now,
        "duration_ms": 0,
        "cover_url": "",
        "totals": "{}",
        "first_seen_at": now,
        "read_at": now,
    }
    table.add_episodes(tx, [row])
    return episode_id


def take_episode(tx: Tx, episode_id: int, found: EpisodeNow, sent: Mapping[str, Any], now: int) -> None:
    """Keep an episode as it was read back; of a draft, which tells nothing, what was sent."""
    values: dict[str, Any] = {"read_at": now}
    if found.state:
        values["state"] = found.state
    for name in ("title", "description"):
        said = getattr(found, name) or sent.get(name)
        if said is not None:
            values[name] = storable(said)
    if sent.get("episode_type"):
        values["episode_type"] = sent["episode_type"]
    moment = found.publish_on or sent.get("publish_on") or 0
    if found.state == "scheduled" and moment:
        values["published_at"] = moment
    elif found.state == "draft":
        values["published_at"] = 0
    elif found.state == "published":
        row = table.episode(tx, episode_id)
        values |= {} if row and row[6] == "published" else {"published_at": now}
    table.change_episode(tx, episode_id, values)


def published(tx: Tx, episode_id: int, at: int, now: int) -> None:
    """Keep that a scheduled episode was published at its moment."""
    table.change_episode(tx, episode_id, {"state": "published", "published_at": at, "read_at": now})


def change_show(tx: Tx, show: CreatorShow, found: Mapping[str, Any]) -> None:
    """Keep what was read back of a show."""
    values = {name: storable(str(found[name])) for name in _SHOW_FIELDS if found.get(name)}
    if values:
        table.put_show(tx, show.account_id, show.user_id, show.uri, show.read_at, values)
