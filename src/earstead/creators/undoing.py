"""Taking a change back, where the service allows it: by another change, which is recorded like any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from earstead.creators import moments
from earstead.creators.changes import Change, State
from earstead.creators.episodes import Episodes
from earstead.creators.errors import ValidationError
from earstead.creators.shows import Shows
from earstead.creators.states import FIELDS

_SHOW = ("name", "description", "author", "category", "language")


def undo(change: Change, episodes: Episodes, shows: Shows) -> Change:
    """Undo a change; the change that did it.

    Raises:
        ValidationError: it is not one that can be undone, or was undone already.
    """
    ways: Mapping[str, Callable[[], Change]] = {
        "episode.edit": lambda: _edit(change, episodes),
        "episode.schedule": lambda: _state(change, episodes),
        "episode.draft": lambda: _state(change, episodes),
        "episode.sponsored": lambda: episodes.sponsored(
            _named(change.episode), bool(change.before.get("sponsored")), show=change.show_uri or None
        ),
        "show.edit": lambda: shows.edit(change.show_uri, **_some(change.before, _SHOW)),
        "show.slug": lambda: shows.slug(
            change.show_uri, change.before["slug"], confirm=change.before["slug"], whichever=True
        ),
    }
    if change.state is State.UNDONE:
        raise ValidationError("change", "it was undone already")
    if change.state is State.PLANNED:
        raise ValidationError("change", "it was only planned")
    way = ways.get(change.action)
    if way is None or not change.can_undo:
        raise ValidationError("change", change.undo or "it cannot be undone")
    return way()


def _edit(change: Change, episodes: Episodes) -> Change:
    fields = _some(change.before, FIELDS)
    if "publish_on" in change.before:
        back = _state(change, episodes)
        return episodes.edit(_named(change.episode), **fields, show=change.show_uri or None) if fields else back
    return episodes.edit(_named(change.episode), **fields, show=change.show_uri or None)


def _state(change: Change, episodes: Episodes) -> Change:
    when = moments.read(change.before.get("publish_on"))
    if when is not None:
        return episodes.schedule(_named(change.episode), when, show=change.show_uri or None)
    return episodes.draft(_named(change.episode), show=change.show_uri or None)


def _some(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}


def _named(episode: str) -> str | int:
    return int(episode) if episode.isdigit() and len(episode) < 13 else episode
