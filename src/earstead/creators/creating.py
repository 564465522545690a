"""New episodes and their files: the recipe from nothing to a draft, a scheduled or a published episode."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from earstead.creators import moments
from earstead.creators.changes import Change, Entry
from earstead.creators.errors import (
    AmbiguousCreate,
    CreatorsError,
    DraftExists,
    NotConfirmed,
    NotFound,
    Unavailable,
    ValidationError,
)
from earstead.creators.files import Upload, check_audio, check_picture, check_video
from earstead.creators.listing import DRAFTS, PUBLISHED
from earstead.creators.resolver import EpisodeRef, ShowRef
from earstead.creators.states import Shown, State, States, Tools, given, plan
from earstead.creators.uploads import Target, Told

_LOOKS: Final = 4
_MEANTIME_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """An episode that is to be made, checked."""

    wanted: Mapping[str, Any]
    file: Upload | None
    picture: Path | None
    when: datetime | None
    hour_offset: int
    publish: bool
    sponsored: bool

    @property
    def end(self) -> State:
        """Where it ends."""
        return State.PUBLISHED if self.publish else State.SCHEDULED if self.when else State.DRAFT

    def after(self) -> dict[str, Any]:
        """For the record."""
        said = {**self.wanted, "state": str(self.end), "publish_on": moments.iso(self.when) if self.when else None}
        if self.file:
            said |= {"video" if self.file.video else "audio": self.file.path.name, "bytes": self.file.size}
        return said


class Creating:
    """What `Episodes` stands on."""

    def __init__(self, tools: Tools, states: States) -> None:
        self._tools = tools
        self._states = states
        self._alone = threading.Lock()
        """Held from reading an episode until what was written of it is read back: the service replaces all of it."""

    def create(
        self,
        show: str | ShowRef,
        title: str,
        description: str,
        *,
        audio: Path | None = None,
        video: Path | None = None,
        picture: Path | None = None,
        publish_on: datetime | None = None,
        publish: bool = False,
        episode_type: str = "full",
        explicit: bool = False,
        season: int | None = None,
        number: int | None = None,
        sponsored: bool = False,
        force: bool = False,
        told: Told | None = None,
    ) -> Change:
        """Make an episode: a draft, unless a date is given or `publish` says to publish it.

        The draft gets title and description at once, so that it can be found if anything fails later. The number of
        the new episode is the change's `after["anchor_id"]`.

        Args:
            audio, video: at most one of them.
            publish_on: with a time zone, in the future.
            publish: publish when everything is there; not together with `publish_on`.
            force: send a video although the check before finds what the service is known to refuse.
            told: told how many bytes of how many are sent.

        Raises:
            ValidationError: something is wrong with what was given; nothing was sent.
            DraftExists: there is a draft of that title.
            AmbiguousCreate: the answer was lost, and the list does not tell whether the draft is there.
            UploadRejected: the file is refused; the draft stays.
        """
        wanted = given(
            title=title,
            description=description,
            episode_type=episode_type,
            explicit=explicit,
            season=season,
            number=number,
        )
        if audio and video:
            raise ValidationError("video", "an episode has sound or video, not both")
        if publish and not (audio or video):
            raise ValidationError("publish", "an episode without sound or video cannot be published")
        new = _New(
            wanted=wanted,
            file=check_audio(audio) if audio else check_video(video, force=force) if video else None,
            picture=picture,
            when=self._checked_end(publish_on, publish, sponsored),
            hour_offset=moments.hour_offset(publish_on) if publish_on else 0,
            publish=publish,
            sponsored=sponsored,
        )
        if picture:
            check_picture(picture)
        return self._planned(new) if self._tools.dry_run else self._created(self._writable(show), new, told)

    # ---- the steps of a create ---------------------------------------------------------------------------

    def _created(self, show: ShowRef, new: _New, told: Told | None) -> Change:
        with ExitStack() as alone:
            # From the look for a twin until the new draft has its title: two wishes at once would make two.
            alone.enter_context(self._alone)
            return self._made(show, new, told, alone.close)

    def _made(self, show: ShowRef, new: _New, told: Told | None, titled: Callable[[], None]) -> Change:
        title = new.wanted["title"].strip()
        drafts = self._tools.listing.trusted(show, DRAFTS)
        twin = next((item for item in drafts.items if item.title.strip() == title), None)
        if twin is not None:
            raise DraftExists(title, twin.episode_id or 0)
        after, undo = new.after(), "Delete it, if it is not wanted."
        writing = self._tools.journal.writing
        with writing("episode.create", f"“{title}”", show_uri=show.uri, after=after, undo=undo) as entry:
            anchor_id = self._make(show, drafts.numbers(), new.hour_offset)
            after["anchor_id"] = anchor_id
            entry.about(episode=str(anchor_id), after=after)
            try:
                shown = self._named(show, anchor_id, new.wanted)
                titled()
                shown = self._filled(shown, anchor_id, new, told)
            except CreatorsError as fault:
                fault.mend = f"{fault.mend} The draft {anchor_id} stays: go on with it, or delete it."
                raise
            entry.about(episode=shown.ref.name)
            entry.confirmed({**after, "state": str(shown.state)})
        return entry.change

    def _filled(self, shown: Shown, anchor_id: int, new: _New, told: Told | None) -> Shown:
        if new.file:
            self._send(shown, new.file, told)
        if new.picture:
            self._tools.uploads.thumbnail(anchor_id, new.picture)
        shown = self._ended(shown, publish=new.publish, when=new.when)
        if new.sponsored:
            self._mark(shown, True)
        return shown

    def _make(self, show: ShowRef, before: frozenset[int], hour_offset: int) -> int:
        """1-S, once. After a lost answer the one new untitled draft of the list is taken for it."""
        try:
            return self._tools.rest.create_episode(show.station_id, hour_offset).anchor_id
        except Unavailable as fault:
            return self._adopted(show, before, fault)

    def _adopted(self, show: ShowRef, before: frozenset[int], lost: Unavailable) -> int:
        tools = self._tools
        for _ in range(_LOOKS):
            items = tools.listing.trusted(show, DRAFTS).items
            new = [item.episode_id for item in items if not item.title and item.episode_id not in before]
            found = [number for number in new if number is not None]
            if len(found) == 1:
                return found[0]
            if found:
                raise AmbiguousCreate(f"{len(found)} new untitled drafts are there, {lost.why}", found) from lost
            # It may be slow to appear; a second create could make a second draft.
            tools.transport.sleep(min(_MEANTIME_S, tools.transport.pace.poll_first_s))
        raise AmbiguousCreate(f"no new draft is in the list, and {lost.why}") from lost

    def _named(self, show: ShowRef, anchor_id: int, wanted: Mapping[str, Any]) -> Shown:
        """Title and description at once, so that a crash leaves a draft that can be found."""
        shown = Shown(
            ref=EpisodeRef(anchor_id=anchor_id),
            state=State.DRAFT,
            title="",
            description="",
            episode_type="full",
            explicit=False,
            publish_at=None,
            user_id=show.user_id,
            show=show,
        )
        answer = self._states.update(shown, wanted, publish=False, publish_on=None)
        return self._states.confirm(shown, wanted, answer, State.DRAFT, None)

    def _ended(self, shown: Shown, *, publish: bool, when: datetime | None) -> Shown:
        if not publish and when is None:
            return shown
        state = State.PUBLISHED if publish else State.SCHEDULED
        answer = self._states.update(shown, {}, publish=publish, publish_on=when)
        return self._states.confirm(shown, {}, answer, state, when)

    # ---- files -------------------------------------------------------------------------------------------

    def _upload(self, shown: Shown, file: Upload, after: Mapping[str, Any], told: Told | None) -> Change:
        action = "episode.video" if file.video else "episode.audio"
        undo = "The service does not give back what was there before; upload it again."
        with self._writing(action, shown, {}, after, undo, can_undo=False) as entry:
            self._send(shown, file, told)
        return entry.change

    def _send(self, shown: Shown, file: Upload, told: Told | None) -> None:
        show = shown.show or self._show_of(shown)
        target = Target(anchor_id=shown.ref.anchor_id, station_id=show.station_id, user_id=show.user_id)
        uploads = self._tools.uploads
        (uploads.video if file.video else uploads.audio)(target, file, told)

    # ---- inside ------------------------------------------------------------------------------------------

    def _show_of(self, shown: Shown) -> ShowRef:
        """The show of an episode, found through the shows of the account by its user and its list."""
        tools = self._tools
        shows = [tools.resolver.show(one.uri) for one in tools.resolver.shows() if one.writable]
        mine = [one for one in shows if one.user_id == shown.user_id] or shows
        found = mine[0] if len(mine) == 1 else None
        if found is None:
            listed = tools.listing.find(shown.ref.anchor_id, mine, None)
            if listed is None:
                raise NotFound(f"the show of the episode {shown.ref.name}")
            found = listed[0]
        return found

    def _mark(self, shown: Shown, sponsored: bool) -> None:
        """1-Q with the date that the service wants along: the one it has, so that nothing moves."""
        tools = self._tools
        when = shown.publish_at
        if when is None and shown.state is State.PUBLISHED:
            show = shown.show or self._show_of(shown)
            listed = tools.listing.find(shown.ref.anchor_id, [show], PUBLISHED)
            seconds = listed[1].published_at if listed else None
            when = datetime.fromtimestamp(seconds, UTC) if seconds else None
        if when is None:
            raise ValidationError("sponsored", "its date is not known, and would be lost: schedule or publish it first")
        tools.rest.set_sponsored(shown.ref.anchor_id, sponsored, when)
        if tools.rest.is_sponsored(shown.ref.anchor_id) is not sponsored:
            raise NotConfirmed("the mark is not as it was set", {"sponsored": (sponsored, not sponsored)})

    def _read(self, episode: str | int | EpisodeRef, show: str | ShowRef | None) -> Shown:
        return self._states.read(self._tools.resolver.episode(episode), self._show(show))

    def _show(self, show: str | ShowRef | None) -> ShowRef | None:
        return self._tools.resolver.show(show) if show is not None else None

    def _writable(self, show: str | ShowRef) -> ShowRef:
        """A show with a station. Raises ValidationError: it is hosted elsewhere."""
        ref = self._tools.resolver.show(show)
        if not ref.writable:
            raise ValidationError("show", f"“{ref.name or ref.id}” is hosted elsewhere; its episodes are made there")
        return ref

    def _writing(
        self,
        action: str,
        shown: Shown,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        undo: str,
        *,
        can_undo: bool = True,
    ) -> AbstractContextManager[Entry]:
        return self._tools.journal.writing(
            action,
            shown.name,
            show_uri=shown.show.uri if shown.show else "",
            episode=shown.ref.name,
            before=before,
            after=after,
            undo=undo,
            can_undo=can_undo,
        )

    def _coming(self, moment: datetime) -> datetime:
        """A moment in UTC that is still to come. Raises ValidationError."""
        when = moments.aware(moment)
        if when.timestamp() <= self._tools.now():
            raise ValidationError("publish_on", f"{when:%Y-%m-%d %H:%M} UTC has passed; to publish now, publish")
        return when

    def _checked_end(self, publish_on: datetime | None, publish: bool, sponsored: bool) -> datetime | None:
        if publish and publish_on is not None:
            raise ValidationError("publish_on", "either it is published now, or at that time")
        if sponsored and not publish and publish_on is None:
            raise ValidationError("sponsored", "only a scheduled or published episode can be marked")
        return self._coming(publish_on) if publish_on is not None else None

    def _planned(self, new: _New) -> Change:
        steps = ["1-L", "list", "1-S", "1-C"]
        if new.file:
            steps += ["6-A", *(["6-B"] * (new.file.parts if new.file.video else 1)), "6-C", "6-D"]
        if new.picture:
            steps += ["1-V-1e", "1-V-2", "1-V-3e", "1-V-4e"]
        if new.end is not State.DRAFT:
            steps += ["1-C", "1-B"]
        if new.sponsored:
            steps += ["1-Q", "1-E"]
        now_ms = self._tools.transport.clock.now_ms()
        return plan(self._tools.journal, now_ms, "episode.create", f"“{new.wanted['title']}”", new.after(), steps)
