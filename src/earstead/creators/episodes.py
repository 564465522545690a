"""Recipes for episodes: each does all steps of what a person wants, leaves one change, and reads back what it wrote.

The service replaces everything an update names, tells little of drafts, mangles what is of the wrong type, and knows
no way back from a delete. So an edit reads first and sends everything again, a create looks for a draft of the same
title first and is never sent twice, and to publish or to delete happens only where it is asked for by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from earstead.creators import moments
from earstead.creators.changes import Change
from earstead.creators.changes import State as Progress
from earstead.creators.creating import Creating
from earstead.creators.errors import NotConfirmed, NotFound, ValidationError
from earstead.creators.files import check_audio, check_picture, check_video
from earstead.creators.listing import DRAFTS, PUBLISHED
from earstead.creators.records import EpisodeItem
from earstead.creators.resolver import EpisodeRef, ShowRef
from earstead.creators.rest_episodes import words
from earstead.creators.states import Shown, State, States, Tools, differences, given, plan
from earstead.creators.uploads import Told

Named = str | int | EpisodeRef
"""An episode by address, URI, id, Anchor id, web id, or as the resolver gave it."""
AnyShow = str | ShowRef
_EDIT: Final = ("1-A", "1-B", "1-C", "1-B")
_BACK: Final = "It is edited back to what it was."


class Episodes(Creating):
    """Every method takes an episode in any form. `show` says where to look for a draft, and files the change."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, States(tools))

    # ---- reading -----------------------------------------------------------------------------------------

    def list(self, show: AnyShow, state: str | None = None, *, search: str = "") -> tuple[EpisodeItem, ...]:
        """The episodes of a show with their totals; a request for each 50, three times as many for `scheduled`.

        Args:
            state: `published`, `draft`, `scheduled`, or None for all.
            search: only those whose title has this text.
        """
        ref = self._tools.resolver.show(show)
        if state == "scheduled":
            return self._scheduled(ref, search)
        which = {None: None, "published": PUBLISHED, "draft": DRAFTS}
        if state not in which:
            raise ValidationError("state", "one of published, draft, scheduled")
        return self._tools.listing.read(ref, which[state], search=search).items

    def get(self, episode: Named, *, show: AnyShow | None = None) -> Shown:
        """What an episode is now. Of a draft the service tells its title alone. Raises NotFound."""
        return self._states.read(self._tools.resolver.episode(episode), self._show(show))

    # ---- writing -----------------------------------------------------------------------------------------

    def edit(
        self,
        episode: Named,
        *,
        title: str | None = None,
        description: str | None = None,
        episode_type: str | None = None,
        explicit: bool | None = None,
        season: int | None = None,
        number: int | None = None,
        publish_on: datetime | None = None,
        show: AnyShow | None = None,
    ) -> Change:
        """Change some fields and leave all others as they are, a scheduled date included.

        Args:
            publish_on: schedules a draft, or moves what is scheduled; with a time zone, in the future.

        Raises:
            ValidationError: a value is of the wrong type; the date of a published episode is to be moved, which only
                the web page can; or a field of a draft is not known and would be lost.
            NotConfirmed: it was answered well, but something else is there.
        """
        wanted = given(
            title=title,
            description=description,
            episode_type=episode_type,
            explicit=explicit,
            season=season,
            number=number,
        )
        when = self._coming(publish_on) if publish_on is not None else None
        if not wanted and when is None:
            raise ValidationError("", "nothing is to be changed")
        if self._tools.dry_run:
            return self._plan("episode.edit", episode, _logged(wanted, when), _EDIT)
        with self._alone:
            shown = self._read(episode, show)
            if when is not None and shown.state is State.PUBLISHED:
                raise ValidationError("publish_on", "it is published; only the web page can move its date")
            state = State.SCHEDULED if when is not None else shown.state
            return self._change("episode.edit", shown, wanted, state, when or shown.publish_at, undo=_BACK)

    def schedule(self, episode: Named, publish_on: datetime, *, show: AnyShow | None = None) -> Change:
        """Have a draft published later, or move what is scheduled. Raises as `edit`."""
        when = self._coming(publish_on)
        if self._tools.dry_run:
            return self._plan("episode.schedule", episode, _logged({}, when), _EDIT)
        with self._alone:
            shown = self._read(episode, show)
            if shown.state is State.PUBLISHED:
                raise ValidationError("publish_on", "it is published; only the web page can move its date")
            undo = "It is scheduled as before." if shown.publish_at else "It is made a draft again."
            return self._change("episode.schedule", shown, {}, State.SCHEDULED, when, undo=undo)

    def draft(self, episode: Named, *, show: AnyShow | None = None) -> Change:
        """Take a scheduled episode back to a draft. Raises ValidationError for a published one: nobody knows how."""
        if self._tools.dry_run:
            return self._plan("episode.draft", episode, {"state": "draft"}, _EDIT)
        with self._alone:
            shown = self._read(episode, show)
            if shown.state is State.PUBLISHED:
                raise ValidationError("episode", "it is published; no way back to a draft is known")
            # All of it is logged as written: from now on the service tells nothing of it, and the next update needs it.
            kept = {name: value for name, value in shown.values().items() if value is not None}
            return self._change("episode.draft", shown, kept, State.DRAFT, None, undo="It is scheduled as before.")

    def publish(self, episode: Named, *, show: AnyShow | None = None) -> Change:
        """Publish now. Cannot be taken back."""
        if self._tools.dry_run:
            return self._plan("episode.publish", episode, {"state": "published"}, _EDIT)
        with self._alone:
            shown = self._read(episode, show)
            if shown.state is State.PUBLISHED:
                raise ValidationError("episode", "it is published already")
            undo = "What is published stays published; it can be deleted."
            return self._change("episode.publish", shown, {}, State.PUBLISHED, None, undo=undo, can_undo=False)

    def sponsored(self, episode: Named, sponsored: bool, *, show: AnyShow | None = None) -> Change:
        """Mark an episode as sponsored, or not; of a scheduled or published one."""
        if self._tools.dry_run:
            steps = ("1-A", "1-B", "1-E", "1-Q", "1-E")
            return self._plan("episode.sponsored", episode, {"sponsored": sponsored}, steps)
        shown = self._read(episode, show)
        before = self._tools.rest.is_sponsored(shown.ref.anchor_id)
        with self._writing("episode.sponsored", shown, {"sponsored": before}, {"sponsored": sponsored}, _BACK) as entry:
            self._mark(shown, sponsored)
        return entry.change

    def cover(self, episode: Named, picture: Path, *, show: AnyShow | None = None) -> Change:
        """Give an episode its own picture, PNG or JPEG."""
        check_picture(picture)
        after = {"picture": picture.name}
        if self._tools.dry_run:
            return self._plan("episode.cover", episode, after, ("1-A", "1-V-1e", "1-V-2", "1-V-3e", "1-V-4e"))
        shown = self._read(episode, show)
        undo = "The service does not give back the picture before; upload it again."
        with self._writing("episode.cover", shown, {}, after, undo, can_undo=False) as entry:
            self._tools.uploads.thumbnail(shown.ref.anchor_id, picture)
        return entry.change

    def upload_audio(
        self, episode: Named, audio: Path, *, told: Told | None = None, show: AnyShow | None = None
    ) -> Change:
        """Give an episode its sound, and wait until the service has taken it.

        Args:
            told: told how many bytes of how many are sent.

        Raises:
            ValidationError: the file is none that is taken.
            UploadRejected: the service refuses it.
        """
        file = check_audio(audio)
        after = {"audio": audio.name, "bytes": file.size}
        if self._tools.dry_run:
            return self._plan("episode.audio", episode, after, ("1-A", "1-B", "6-A", "6-B", "6-C", "6-D"))
        return self._upload(self._read(episode, show), file, after, told)

    def upload_video(
        self,
        episode: Named,
        video: Path,
        *,
        told: Told | None = None,
        force: bool = False,
        show: AnyShow | None = None,
    ) -> Change:
        """Give a draft without sound its video. An upload that broke off goes on where it was.

        Args:
            force: send it although the check before finds what the service is known to refuse.

        Raises:
            ValidationError: no MP4, or the episode has sound already: make a new draft.
            UploadRejected: the check before, or the service, refuses it.
        """
        file = check_video(video, force=force)
        after = {"video": video.name, "bytes": file.size, "parts": file.parts}
        if self._tools.dry_run:
            return self._plan(
                "episode.video", episode, after, ("1-A", "1-B", "6-A", *["6-B"] * file.parts, "6-C", "6-D")
            )
        shown = self._read(episode, show)
        if shown.has_audio:
            raise ValidationError("episode", "it has sound already, and a video cannot be put on it: make a new draft")
        return self._upload(shown, file, after, told)

    def delete(self, episode: Named, *, confirm: str, show: AnyShow | None = None) -> Change:
        """Delete an episode for good.

        Args:
            confirm: its title, letter by letter; for an untitled draft its number.

        Raises:
            ValidationError: `confirm` is something else.
            NotConfirmed: it is still in the list afterwards.
        """
        if not words(confirm, "confirm").strip():
            raise ValidationError("confirm", "deleting is for good: type the title of the episode")
        if self._tools.dry_run:
            return self._plan("episode.delete", episode, {}, ("1-A", "1-B", "1-Z", "1-B"))
        shown = self._read(episode, show)
        expected = shown.title.strip() or str(shown.ref.anchor_id)
        if confirm.strip() != expected:
            raise ValidationError("confirm", f"deleting is for good: type “{expected}” exactly")
        undo = "The service keeps nothing of a deleted episode."
        with self._writing("episode.delete", shown, shown.values(), {}, undo, can_undo=False) as entry:
            self._tools.rest.delete_episode(shown.ref.anchor_id, confirm=shown.ref.anchor_id)
            if self._is_there(shown):
                raise NotConfirmed("it is still there after the delete", {"state": ("deleted", str(shown.state))})
            entry.confirmed({"state": "deleted"})
        return entry.change

    # ---- inside ------------------------------------------------------------------------------------------

    def _scheduled(self, show: ShowRef, search: str) -> tuple[EpisodeItem, ...]:
        """No filter for them is known: those of all that are neither published nor drafts, or that come out later."""
        read, now = self._tools.listing.read, self._tools.now()
        others = {
            item.episode_id or item.uri
            for which in (PUBLISHED, DRAFTS)
            for item in read(show, which, search=search).items
            if item.published_at is None or item.published_at <= now
        }
        items = read(show, None, search=search).items
        return tuple(item for item in items if (item.episode_id or item.uri) not in others)

    def _change(
        self,
        action: str,
        shown: Shown,
        wanted: Mapping[str, Any],
        state: State,
        when: datetime | None,
        *,
        undo: str,
        can_undo: bool = True,
    ) -> Change:
        """Write and read back; nothing is sent when everything is as wanted already."""
        before = {name: value for name, value in shown.values().items() if name in wanted}
        moved = (state, when) != (shown.state, shown.publish_at)
        if not moved and not differences(wanted, before) and set(wanted) <= _known(before):
            return Change(action=action, target=shown.name, state=Progress.CONFIRMED, undo="Nothing was changed.")
        after = dict(wanted)
        if moved:
            before |= {"state": str(shown.state), "publish_on": _text(shown.publish_at)}
            after |= {"state": str(state), "publish_on": _text(when)}
        with self._writing(action, shown, before, after, undo, can_undo=can_undo) as entry:
            publish = state is State.PUBLISHED
            answer = self._states.update(shown, wanted, publish=publish, publish_on=None if publish else when)
            found = self._states.confirm(shown, wanted, answer, state, when)
            entry.confirmed(_found(after, found))
        return entry.change

    def _is_there(self, shown: Shown) -> bool:
        try:
            self._states.read(shown.ref, shown.show)
        except NotFound:
            return False
        return True

    def _plan(self, action: str, episode: Named, after: Mapping[str, Any], steps: Sequence[str]) -> Change:
        name = episode.name if isinstance(episode, EpisodeRef) else str(episode)
        clock = self._tools.transport.clock
        return plan(self._tools.journal, clock.now_ms(), action, name, after, steps, episode=name)


def _known(values: Mapping[str, Any]) -> set[str]:
    return {name for name, value in values.items() if value is not None}


def _logged(wanted: Mapping[str, Any], when: datetime | None) -> dict[str, Any]:
    return {**wanted, **({"state": "scheduled", "publish_on": _text(when)} if when else {})}


def _text(when: datetime | None) -> str | None:
    return moments.iso(when.astimezone(UTC)) if when else None


def _found(after: Mapping[str, Any], found: Shown) -> dict[str, Any]:
    """What was sent, as it was found."""
    values = {**found.values(), "state": str(found.state), "publish_on": _text(found.publish_at)}
    return {name: values.get(name) if values.get(name) is not None else sent for name, sent in after.items()}
