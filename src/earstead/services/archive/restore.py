"""What an archive holds besides listens: settings, tags, links, follows, webhooks, taken over without doubles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from earstead.core.errors import Rejected
from earstead.core.event_types import is_choice
from earstead.core.names import clean, name_key
from earstead.core.playlinks import is_target
from earstead.core.usernames import MAX_LENGTH
from earstead.kit.addresses import hook_address
from earstead.services.archive_lines import MOST_COUNT, FollowLine, PlayLinkLine, TagLine, WebhookLine
from earstead.services.follows import MOST_FOLLOWED
from earstead.services.playlinks import MOST_OF_USER as MOST_PLAYLINKS
from earstead.services.tags import KINDS, MAX_ITEM, MAX_NAME, MOST_OF_USER, item_words
from earstead.services.webhooks.types import FROM_ARCHIVE, MAX_LABEL, MOST_ENDPOINTS
from earstead.storage import accounts, follows, playlinks, tags, webhooks
from earstead.storage.engine import Tx

_DEFAULTS = {"zone": "UTC", "visibility": "private", "display_name": ""}
_VISIBILITIES = ("private", "unlisted", "public")


def settings_of(tx: Tx, user_id: int) -> dict[str, Any]:
    """A user's profile and settings as the archive keeps them."""
    profile = _profile(tx, user_id)
    return {**profile, "settings": {name: json.loads(text) for name, text in accounts.settings(tx, user_id)}}


def apply_settings(tx: Tx, user_id: int, said: Mapping[str, Any]) -> bool:
    """Take over what is still as it was given to a new account; what the user chose here stays.

    Returns whether the zone changed, after which days and hours must be derived again.
    """
    profile = _profile(tx, user_id)
    wanted = {
        name: said[name] if profile[name] == default and _valid(name, said.get(name)) else profile[name]
        for name, default in _DEFAULTS.items()
    }
    if wanted != profile:
        accounts.update(tx, user_id, **wanted)
    have = {name for name, _ in accounts.settings(tx, user_id)}
    found = said.get("settings")
    for name, value in found.items() if isinstance(found, dict) else ():
        if name not in have and len(name) <= 200:
            accounts.set_setting(tx, user_id, name, json.dumps(value))
    return wanted["zone"] != profile["zone"]


def apply_tags(tx: Tx, user_id: int, said: Iterable[TagLine]) -> None:
    """Take over tags. Their words for an item stay with them: names that listens gave are not touched.

    Raises Rejected for a tag that could not have been given here.
    """
    rows = []
    for one in said:
        tag = clean(one.tag)
        if one.kind not in KINDS or not 0 < one.entity_id < 1 << 63 or not 0 <= one.credit_id < 1 << 63:
            raise Rejected("tags", "a tag names an artist, a release or a recording by its id")
        if not 0 < len(tag) <= MAX_NAME or max(len(one.name), len(one.credit)) > MAX_ITEM:
            raise Rejected("tags", f"a tag has 1 to {MAX_NAME} characters, a name at most {MAX_ITEM}")
        rows.append(
            {
                "user_id": user_id,
                "entity_id": one.entity_id,
                "tag_key": name_key(tag),
                "kind": one.kind,
                "name": tag,
                "item_name": item_words(one.name),
                "item_credit": item_words(one.credit),
                "item_credit_id": one.credit_id,
                "at": _time("tags", one.at),
            }
        )
    tags.put(tx, rows)
    if tags.count_of_user(tx, user_id) > MOST_OF_USER:
        raise Rejected("tags", f"there are more than {MOST_OF_USER}")


def apply_playlinks(tx: Tx, user_id: int, said: Iterable[PlayLinkLine]) -> None:
    """Take over play links; of two for one recording and service the later one stands. Raises Rejected."""
    rows = []
    for one in said:
        if not 0 < one.entity_id < 1 << 63 or max(len(one.name), len(one.credit)) > MAX_ITEM:
            raise Rejected("playlinks", "a link names a recording by its id and its words")
        if not is_target(one.service, one.target):
            raise Rejected("playlinks", f"“{one.target[:60]}” is nothing that can be played")
        rows.append(
            {
                "user_id": user_id,
                "recording_id": one.entity_id,
                "service": one.service,
                "target": one.target,
                "item_name": item_words(one.name),
                "item_credit": item_words(one.credit),
                "at": _time("playlinks", one.at),
            }
        )
    playlinks.put(tx, rows)
    if playlinks.count(tx, user_id) > MOST_PLAYLINKS:
        raise Rejected("playlinks", f"there are more than {MOST_PLAYLINKS}")


def apply_follows(tx: Tx, user_id: int, said: Iterable[FollowLine]) -> None:
    """Take over whom the user follows, whether or not they are here yet. Raises Rejected for what is no name."""
    rows = []
    for one in said:
        name = clean(one.name)
        if not 0 < len(name) <= MAX_LENGTH:
            raise Rejected("follows", f"“{name[:60]}” is not the name of a user")
        at = _time("follows", one.at)
        rows.append({"user_id": user_id, "name_key": name_key(name), "name": name, "at": at})
    follows.put(tx, rows)
    if follows.count(tx, user_id) > MOST_FOLLOWED:
        raise Rejected("follows", f"there are more than {MOST_FOLLOWED}")


def apply_webhooks(tx: Tx, user_id: int, said: Iterable[WebhookLine]) -> None:
    """Take over addresses that are not there yet, switched off until they have a secret. Raises Rejected."""
    there = {row[0] for row in webhooks.everything(tx, user_id)}
    for one in said:
        url = hook_address(one.url, "webhooks")
        if len(one.label) > MAX_LABEL or not all(map(is_choice, one.types)):
            raise Rejected("webhooks", f"a label has at most {MAX_LABEL} characters, and types are known ones")
        if url in there:
            continue
        if len(there) >= MOST_ENDPOINTS:
            raise Rejected("webhooks", f"there are more than {MOST_ENDPOINTS}")
        there.add(url)
        row = {"user_id": user_id, "url": url, "label": clean(one.label), "types": " ".join(one.types)}
        fresh = {"state": "off", "secrets": "", "created_at": _time("webhooks", one.created_at)}
        webhooks.change(tx, webhooks.add(tx, {**row, **fresh}), {"reason": FROM_ARCHIVE})


def _time(field: str, at: int) -> int:
    if not 0 <= at < MOST_COUNT:
        raise Rejected(field, "a time is in unix seconds")
    return at


def _profile(tx: Tx, user_id: int) -> dict[str, str]:
    row = accounts.user(tx, user_id)
    # Columns of a user: id, name, role, zone, visibility, display name, created.
    return dict(zip(_DEFAULTS, row[3:6], strict=True)) if row else dict(_DEFAULTS)


def _valid(name: str, value: object) -> bool:
    if not isinstance(value, str) or len(value) > 200:
        return False
    if name == "zone":
        try:
            ZoneInfo(value)
        except (ValueError, OSError):
            return False
    return name != "visibility" or value in _VISIBILITIES
