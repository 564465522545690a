"""Recipes for shows: reading them, their settings, cover and address. As `episodes`, with one change for each."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earstead.creators.changes import Change
from earstead.creators.errors import NotConfirmed, ValidationError
from earstead.creators.files import check_picture
from earstead.creators.resolver import ShowRef
from earstead.creators.rest_episodes import flag, words
from earstead.creators.rest_shows import MOST_AUTHOR, MOST_NAME, MOST_SHOW_DESCRIPTION
from earstead.creators.rest_types import ShowMetadata
from earstead.creators.states import Tools, differences, plan

AnyShow = str | ShowRef
_LIMITS = {"name": MOST_NAME, "description": MOST_SHOW_DESCRIPTION, "author": MOST_AUTHOR}


class Shows:
    """Every method takes a show by address, URI, id, station id or web id."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._alone = threading.Lock()
        """Held from reading settings until they are read back: the service replaces all of them."""

    def all(self, *, fresh: bool = False) -> tuple[ShowRef, ...]:
        """The shows of the account, those hosted here first."""
        return self._tools.resolver.shows(fresh=fresh)

    def get(self, show: AnyShow) -> ShowMetadata:
        """What a show says about itself. Raises ValidationError: it is hosted elsewhere."""
        return self._tools.rest.show_metadata(self._writable(show).station_id)

    def categories(self) -> tuple[str, ...]:
        """The texts in the list of categories; its form is not known, so that there may be others among them."""
        return tuple(dict.fromkeys(_texts(self._tools.rest.categories().raw)))

    def edit(
        self,
        show: AnyShow,
        *,
        name: str | None = None,
        description: str | None = None,
        author: str | None = None,
        category: str | None = None,
        language: str | None = None,
        explicit: bool | None = None,
    ) -> Change:
        """Change some settings and leave the others as they are.

        Args:
            name: at most 100 characters; description: 600; author: 80.
            category: `Parent|Child`.

        Raises:
            ValidationError: too long, of the wrong type, or no category that may be chosen.
            NotConfirmed: it was answered well, but something else is there.
        """
        wanted = _given(name=name, description=description, author=author, category=category, language=language)
        if explicit is not None:
            wanted["explicit"] = flag(explicit, "explicit")
        if not wanted:
            raise ValidationError("", "nothing is to be changed")
        tools = self._tools
        if tools.dry_run:
            steps = ("1-L", "1-H", *(("1-T-b",) if category else ()), "1-T", "1-H")
            return self._plan("show.edit", show, wanted, steps)
        ref = self._writable(show)
        if category:
            self._check_category(category)
        with self._alone:
            old = tools.rest.show_metadata(ref.station_id)
            there = {"name": old.name, "description": old.description, "author": old.author}
            there |= {"category": old.category, "language": old.language}
            before = {field: there.get(field) for field in wanted}
            undo = "It is edited back to what it was."
            with tools.journal.writing(
                "show.edit",
                f"“{old.name}”",
                show_uri=ref.uri,
                before=before,
                after=wanted,
                undo=undo,
                # Whether a show is explicit is told by no answer.
                can_undo=None not in before.values(),
            ) as entry:
                # All of it is sent: whether the service keeps what is left out is not known.
                values = {**there, **wanted}
                tools.rest.update_show(ref.station_id, **values)
                new = tools.rest.show_metadata(ref.station_id)
                found = {"name": new.name, "description": new.description, "author": new.author}
                found |= {"category": new.category, "language": new.language}
                different = differences(values, found)
                if different:
                    raise NotConfirmed(f"read back differently: {', '.join(different)}", different)
            return entry.change

    def cover(self, show: AnyShow, picture: Path) -> Change:
        """Give a show its cover, PNG or JPEG."""
        check_picture(picture)
        after = {"picture": picture.name}
        tools = self._tools
        if tools.dry_run:
            return self._plan("show.cover", show, after, ("1-L", "1-V-1s", "1-V-2", "1-V-3s", "1-V-4s", "1-H"))
        ref = self._writable(show)
        old = tools.rest.show_metadata(ref.station_id)
        undo = "Upload the picture before again, as long as its address answers."
        with tools.journal.writing(
            "show.cover", f"“{old.name}”", show_uri=ref.uri, before={"picture": old.image}, after=after, undo=undo
        ) as entry:
            tools.uploads.cover(ref.station_id, picture)
            new = tools.rest.show_metadata(ref.station_id)
            if not new.image:
                raise NotConfirmed("the show has no cover afterwards", {"picture": (picture.name, "")})
            entry.confirmed({"picture": new.image})
        return entry.change

    def slug(self, show: AnyShow, slug: str, *, confirm: str, whichever: bool = False) -> Change:
        """Choose the address of a show. Old links break.

        Args:
            confirm: the new address once more.
            whichever: do it although the account has several shows here. The service is not told which is meant.

        Raises:
            ValidationError: `confirm` is another, the address is none, or there are several shows.
            SlugTaken: another show has it.
            NotConfirmed: it was answered well, but the show has another address: perhaps another show has it now.
        """
        if confirm != slug:
            raise ValidationError("confirm", f"old links break: type the address “{slug}” once more")
        tools = self._tools
        if tools.dry_run:
            return self._plan("show.slug", show, {"slug": slug}, ("1-L", "1-U", "1-L"))
        ref = self._writable(show)
        several = sum(one.writable for one in self.all())
        if several > 1 and not whichever:
            why = f"the service is not told which of your {several} shows is meant; set it in the dashboard"
            raise ValidationError("show", why)
        before = tools.rest.legacy_ids(ref.id).web_station_id
        undo = "Choose the old address again, as long as no other show has taken it."
        with tools.journal.writing(
            "show.slug",
            f"the address of “{ref.name}”",
            show_uri=ref.uri,
            before={"slug": before},
            after={"slug": slug},
            undo=undo,
            can_undo=bool(before),
        ) as entry:
            tools.rest.set_slug(slug, confirm=confirm)
            found = tools.rest.legacy_ids(ref.id).web_station_id
            if found != slug:
                raise NotConfirmed(f"the address is “{found}”", {"slug": (slug, found)})
        return entry.change

    def _writable(self, show: AnyShow) -> ShowRef:
        ref = self._tools.resolver.show(show)
        if not ref.writable:
            raise ValidationError("show", f"“{ref.name or ref.id}” is hosted elsewhere; its settings are there")
        return ref

    def _check_category(self, category: str) -> None:
        """Refuse what is certainly no category. The form of the list is not known: an odd one says nothing."""
        known = set(self.categories())
        parts = category.split("|")
        if known and category not in known and not set(parts) <= known:
            raise ValidationError("category", f"“{category}” is not in the list of categories")

    def _plan(self, action: str, show: AnyShow, after: Mapping[str, Any], steps: tuple[str, ...]) -> Change:
        name = show.uri if isinstance(show, ShowRef) else str(show)
        clock = self._tools.transport.clock
        return plan(self._tools.journal, clock.now_ms(), action, name, after, steps)


def _given(**fields: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None:
            continue
        found[name] = words(value, name, _LIMITS.get(name))
        if name == "name" and not value.strip():
            raise ValidationError("name", "a show has a name")
    return found


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, Mapping):
        return [text for name, value in node.items() for text in [str(name), *_texts(value)]]
    return [text for value in node for text in _texts(value)] if isinstance(node, list) else []
