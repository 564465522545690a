"""What one may decide about names, in words, and what each decision needs to be complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earstead.services.views import EntityKind, EntityRef
from earstead.web.forms import Form

ENTITIES: Mapping[EntityKind, str] = {
    "artist": "Artist",
    "release": "Album",
    "recording": "Track",
    "show": "Show",
    "episode": "Episode",
}
_ALL: tuple[EntityKind, ...] = tuple(ENTITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of decision on names."""

    name: str
    title: str
    means: str
    entities: tuple[EntityKind, ...] = _ALL


KINDS = (
    Kind(name="rename", title="Rename", means="Write its name differently everywhere, the past included."),
    Kind(name="merge", title="Merge", means="Say that two names mean the same; their plays are counted together."),
    Kind(
        name="split",
        title="Split",
        means="Say that one name means several artists, or that one track is really two recordings.",
        entities=("artist", "recording"),
    ),
    Kind(name="ban", title="Leave out of statistics", means="Keep it in the history, count it nowhere."),
    Kind(name="block", title="Hide", means="Keep what was reported, show and count it nowhere."),
)


def asked_kind(form: Form) -> Kind | None:
    """The kind a form or an address names, None for none of ours."""
    return next((kind for kind in KINDS if kind.name == form.text("kind")), None)


def complete_subject(kind: Kind, chosen: EntityRef, form: Form) -> dict[str, Any] | None:
    """The subject of the decision (see `services.decisions`), None while something is still to be asked.

    Raises Rejected for ids that are no numbers.
    """
    about = {"entity": chosen.kind, "id": chosen.entity_id}
    if kind.name in ("ban", "block"):
        return about
    if kind.name == "rename":
        return {**about, "name": form.text("name")} if form.text("name") else None
    if kind.name == "merge":
        if not form.text("into"):
            return None
        return {"entity": chosen.kind, "ids": [chosen.entity_id], "into": form.number("into")}
    if chosen.kind == "recording":
        track_ids = [int(text) for text in form.all("track") if text.isdecimal()]
        return {"entity": chosen.kind, "track_ids": track_ids} if track_ids else None
    names = [name.strip() for name in form.raw("names").splitlines() if name.strip()]
    return {**about, "names": names} if names else None
