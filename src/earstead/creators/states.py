"""What an episode is now, read from wherever the service tells it, and the whole update that leaves the rest alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from earstead.core.creators.endpoints import BY_LABEL
from earstead.core.creators.html import same
from earstead.core.creators.ids import station_from_web
from earstead.creators import moments
from earstead.creators.changes import Change, Journal, Recalling
from earstead.creators.changes import State as Progress
from earstead.creators.errors import Forbidden, NotConfirmed, NotFound, ValidationError
from earstead.creators.listing import OPERATION, Listing
from earstead.creators.resolver import EpisodeRef, Resolver, ShowRef
from earstead.creators.rest import Rest
from earstead.creators.rest_episodes import EPISODE_TYPES, flag, one_of, whole, words
from earstead.creators.rest_types import Overview, Updated
from earstead.creators.transport import Transport
from earstead.creators.uploads import Uploads
from earstead.creators.walk import integer

FIELDS: Final = ("title", "description", "episode_type", "explicit", "season", "number")
"""What an edit changes; names as in `Change.before` and `Change.after`."""
_KINDS: Final = {"EPISODE_TYPE_FULL": "full", "EPISODE_TYPE_TRAILER": "trailer", "EPISODE_TYPE_BONUS": "bonus"}


class State(StrEnum):
    """Where an episode is on its way."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An episode as it is now. What is None is not told by the service and was not written by us.

    Attributes:
        publish_at: in UTC; only while scheduled.
        has_audio: whether sound was uploaded without picture; None when not told.
    """

    ref: EpisodeRef
    state: State
    title: str
    description: str | None
    episode_type: str | None
    explicit: bool | None
    publish_at: datetime | None
    user_id: int
    season: int | None = None
    number: int | None = None
    show: ShowRef | None = None
    has_audio: bool | None = None
    share_path: str = ""

    @property
    def name(self) -> str:
        """For people."""
        return f"“{self.title}”" if self.title else f"the untitled draft {self.ref.anchor_id}"

    def values(self) -> dict[str, Any]:
        """The fields of an edit, as they are."""
        return {name: getattr(self, name) for name in FIELDS}


@dataclass(frozen=True, slots=True)
class Tools:
    """What recipes work with."""

    rest: Rest
    resolver: Resolver
    listing: Listing
    uploads: Uploads
    journal: Journal
    transport: Transport

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be sent."""
        return self.transport.dry_run

    def now(self) -> int:
        """Unix seconds."""
        return self.transport.clock.now()


class States:
    """Reads states, and writes whole updates."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def read(self, ref: EpisodeRef, show: ShowRef | None = None) -> Shown:
        """What an episode is now. A draft is looked for in the lists of `show`, or of all shows of the account.

        Raises:
            NotFound: it is neither told nor a draft of these shows.
        """
        tools = self._tools
        try:
            overview = tools.rest.overview(ref.anchor_id)
        except Forbidden:
            return self._draft(ref, show)
        return _shown(ref, overview, show or self._show_of(overview))

    def update(self, shown: Shown, wanted: Mapping[str, Any], *, publish: bool, publish_on: datetime | None) -> Updated:
        """1-C with everything that is there and what is wanted instead.

        Args:
            publish: whether it is to be published after this.

        Raises:
            ValidationError: something that would be lost is not known.
        """
        values = {**shown.values(), **wanted}
        lost = [name for name in ("description", "episode_type", "explicit") if values[name] is None]
        if lost:
            raise ValidationError(
                lost[0], f"the service does not tell {' and '.join(lost)} of a draft: give it, or it would be lost"
            )
        return self._tools.rest.update_episode(
            shown.ref.anchor_id,
            user_id=shown.user_id,
            title=values["title"],
            description=values["description"],
            episode_type=values["episode_type"],
            is_published=publish,
            explicit=values["explicit"],
            publish_on=publish_on,
            season=values["season"],
            number=values["number"],
        )

    def confirm(
        self, shown: Shown, wanted: Mapping[str, Any], answer: Updated, state: State, publish_on: datetime | None
    ) -> Shown:
        """Read back, and compare with what was sent. What a draft holds is told by the answer of the update alone.

        Raises:
            NotConfirmed: something else is there.
        """
        if state is State.DRAFT:
            return self._confirm_draft(shown, wanted, answer)
        try:
            found = _shown(shown.ref, self._tools.rest.overview(shown.ref.anchor_id), shown.show)
        except Forbidden as fault:
            raise NotConfirmed(f"it is still a draft, not {state}", {"state": (state, State.DRAFT)}) from fault
        different = differences({**shown.values(), **wanted}, found.values())
        late = publish_on is not None and publish_on.timestamp() <= self._tools.now()
        if found.state is not state and not (late and found.state is State.PUBLISHED):
            different["state"] = (str(state), str(found.state))
        if publish_on is not None and found.state is State.SCHEDULED and found.publish_at != publish_on:
            told = moments.iso(found.publish_at) if found.publish_at else None
            different["publish_on"] = (moments.iso(publish_on), told)
        if moments.corrupted(found.publish_at):
            raise NotConfirmed("the service corrupted the date to one of 1970; schedule it again", different)
        if different:
            raise NotConfirmed(f"read back differently: {', '.join(different)}", different)
        # The number and the season are not told by the overview: they stay as they were sent.
        return replace(found, season=found.season or wanted.get("season"), number=found.number or wanted.get("number"))

    def _confirm_draft(self, shown: Shown, wanted: Mapping[str, Any], answer: Updated) -> Shown:
        try:
            overview = self._tools.rest.overview(shown.ref.anchor_id)
        except Forbidden:
            pass
        else:
            found = _shown(shown.ref, overview, shown.show)
            raise NotConfirmed(f"it is {found.state}, not a draft", {"state": ("draft", str(found.state))})
        sent = {**shown.values(), **wanted}
        told = {"title": answer.title, "description": answer.description}
        different = differences({name: sent[name] for name in told}, told)
        if different:
            raise NotConfirmed(f"read back differently: {', '.join(different)}", different)
        return replace(shown, state=State.DRAFT, publish_at=None, **{**wanted, **told})

    def _draft(self, ref: EpisodeRef, show: ShowRef | None) -> Shown:
        tools = self._tools
        shows = [show] if show else [one for one in tools.resolver.shows() if one.writable]
        found = tools.listing.find(ref.anchor_id, shows)
        if found is None:
            raise NotFound(f"the episode {ref.name} among the drafts of this account")
        owner, item = tools.resolver.show(found[0].uri), found[1]
        ref = replace(ref, uri=ref.uri or item.uri)
        log = tools.journal.log
        ours = log.recall(str(ref.anchor_id)) if isinstance(log, Recalling) else {}
        ours = {**ours, **(log.recall(ref.uri) if isinstance(log, Recalling) and ref.uri else {})}
        return Shown(
            ref=ref,
            state=State.DRAFT,
            title=item.title,
            # What was written by us is still there only if the title we wrote is: else somebody edited it since.
            description=ours.get("description") if ours.get("title", item.title) == item.title else None,
            episode_type=_KINDS.get(item.episode_type) or ours.get("episode_type"),
            explicit=ours.get("explicit"),
            publish_at=None,
            user_id=owner.user_id,
            season=ours.get("season"),
            number=ours.get("number"),
            show=owner,
            has_audio=bool(item.duration_ms) and not item.is_video,
        )

    def _show_of(self, overview: Overview) -> ShowRef | None:
        """The show of an episode, if it is one that is known already; nothing is asked for it."""
        return self._tools.resolver.known(station_from_web(overview.web_station_id) or 0, overview.web_station_id)


def _shown(ref: EpisodeRef, overview: Overview, show: ShowRef | None) -> Shown:
    return Shown(
        ref=replace(ref, uri=ref.uri or overview.uri),
        state=State(overview.state),
        title=overview.title,
        description=overview.description,
        episode_type=overview.episode_type,
        explicit=overview.explicit,
        publish_at=overview.publish_at,
        user_id=overview.user_id or (show.user_id if show else 0),
        # Not documented for this answer; where it has them they are sent again.
        season=integer(overview.raw.get("seasonNumber")),
        number=integer(overview.raw.get("episodeNumber")),
        show=show,
        share_path=overview.share_path,
    )


def differences(sent: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields that are there otherwise than sent. What the service does not tell, or only rewrites, is no difference."""
    different = {}
    for name, wanted in sent.items():
        there = found.get(name)
        if wanted is None or there is None:
            continue
        alike = same(wanted, there) if name == "description" else wanted == there
        if not alike:
            different[name] = (wanted, there)
    return different


def given(**fields: Any) -> dict[str, Any]:
    """The fields of an edit that were given, checked; the service mangles what is of the wrong type.

    Raises:
        ValidationError: one is of the wrong type, or too long.
    """
    checked: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None:
            continue
        if name == "title":
            if not words(value, name).strip():
                raise ValidationError("title", "an episode has a title")
            checked[name] = value
        elif name == "description":
            checked[name] = words(value, name)
        elif name == "episode_type":
            checked[name] = one_of(value, name, EPISODE_TYPES)
        elif name == "explicit":
            checked[name] = flag(value, name)
        else:
            checked[name] = whole(value, name)
    return checked


def plan(
    journal: Journal,
    clock_ms: int,
    action: str,
    target: str,
    after: Mapping[str, Any],
    steps: Iterable[str],
    **more: Any,
) -> Change:
    """What a dry run says: the requests that would be sent, by their labels, and nothing else."""
    return Change(
        at_ms=clock_ms,
        actor=journal.actor,
        action=action,
        target=target,
        after=dict(after),
        state=Progress.PLANNED,
        steps=tuple(_step(label) for label in steps),
        **more,
    )


def _step(label: str) -> str:
    endpoint = BY_LABEL.get(label)
    if endpoint is None:
        return f"POST {OPERATION if label == 'list' else label}"
    return f"{endpoint.method} {endpoint.path or 'signed address'} ({endpoint.about.rstrip('.')})"
