"""Records of what is changed at Spotify for Creators: changes, what is wanted, uploads, captures, and health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from earstead.core.errors import Rejected

Actor = Literal["page", "cli", "api", "server"]
"""Who asked for a change; "server" for what goes on by itself, as an upload that was taken up again."""
ChangeState = Literal["planned", "sent", "confirmed", "failed", "ambiguous", "undone"]
EpisodeType = Literal["full", "trailer", "bonus"]
MediaKind = Literal["audio", "video"]
UploadState = Literal["waiting", "running", "done", "failed", "cancelled"]
PollKind = Literal["single", "multiple"]
Policy = Literal["low", "standard", "high"]
POLICIES: tuple[Policy, ...] = ("low", "standard", "high")
"""How strictly comments are held back for review, the most lenient first."""
Cause = Literal["", "cookie", "permission", "hosting", "stale hash", "limit", "window", "network"]

TITLE_MOST = 200
REPLY_MOST = 500
QUESTION_MOST = 140
OPTION_MOST = 50
OPTIONS_LEAST, OPTIONS_MOST = 2, 7
SHOW_LIMITS: Mapping[str, int] = {"name": 100, "description": 600, "author": 80}
"""Characters that the service takes in a show's metadata (`spec`: 1-T)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that was written at the service, or would be.

    Attributes:
        change_id: 0 for one that is only planned: a dry run writes no journal.
        show_id, episode_id: ours; 0 where the change is about none, or about one that was never read.
        action: what was done, as "episode.edit", "comment.reply".
        target: what it was done to: a URI, an id of the service.
        title: what a person calls it.
        before, after: the fields that matter, by their names; `before` is empty where nothing could be read.
        state: "sent" from before the first request on; "ambiguous" when nobody heard how it ended.
        error: why it failed or what is not known; "" else.
        undo: how it can be taken back, or why it cannot; "" for what failed or was taken back.
        undoable: whether `Changes.undo` would try.
        steps: its requests so far, "POST https://..." without secrets; none for a planned one.
        undone_by, undoes: the change that took this one back, and the one that this one takes back; 0 for none.
    """

    change_id: int
    user_id: int
    account_id: int
    show_id: int
    episode_id: int
    at_ms: int
    ended_ms: int
    actor: str
    action: str
    target: str
    title: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    state: ChangeState
    error: str
    undo: str
    undoable: bool
    steps: tuple[str, ...] = ()
    undone_by: int = 0
    undoes: int = 0

    @property
    def differences(self) -> tuple[tuple[str, Any, Any], ...]:
        """(field, before, after) of what differs, by name."""
        names = sorted({*self.before, *self.after})
        pairs = ((name, self.before.get(name), self.after.get(name)) for name in names)
        return tuple(found for found in pairs if found[1] != found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """Changes, latest first. `page` counts from 1; `more`: whether there is a next one."""

    items: tuple[Change, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEdit:
    """What to change of an episode; None leaves it as it is. `publish_on`: unix seconds, UTC."""

    title: str | None = None
    description: str | None = None
    episode_type: EpisodeType | None = None
    explicit: bool | None = None
    season: int | None = None
    number: int | None = None
    publish_on: int | None = None

    def values(self) -> dict[str, Any]:
        """The fields that are given."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEpisode:
    """An episode to be made. `publish_on`: unix seconds, 0 for a draft; it is never published at once."""

    title: str
    description: str = ""
    publish_on: int = 0
    sponsored: bool = False
    explicit: bool = False
    episode_type: EpisodeType = "full"
    season: int = 0
    number: int = 0

    def values(self) -> dict[str, Any]:
        """The fields as a journal shows them."""
        shown: dict[str, Any] = {"title": self.title, "description": self.description}
        shown |= {"publish_on": moment_text(self.publish_on), "state": "scheduled" if self.publish_on else "draft"}
        more = {
            "sponsored": self.sponsored,
            "explicit": self.explicit,
            "season": self.season,
            "number": self.number,
        }
        return shown | {name: value for name, value in more.items() if value} | {"episode_type": self.episode_type}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEdit:
    """What to change of a show; None leaves it as it is. `category` is one of the service's own, "Arts|Design"."""

    name: str | None = None
    description: str | None = None
    author: str | None = None
    category: str | None = None
    language: str | None = None
    explicit: bool | None = None

    def values(self) -> dict[str, Any]:
        """The fields that are given."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollWanted:
    """A poll of an episode. Times in unix seconds."""

    question: str
    options: tuple[str, ...]
    opens_at: int
    closes_at: int
    kind: PollKind = "single"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeAt:
    """Where an episode is found, and what we know of it that the service does not tell of a draft.

    `uri` may be "" and `anchor_id` 0, but not both.
    """

    show_uri: str
    uri: str
    anchor_id: int
    title: str = ""
    description: str = ""
    state: str = ""
    known: bool = False
    """Whether `title` and `description` are what is there, as far as we read or wrote it last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A media file on its way into an episode.

    Attributes:
        episode_id: 0 until the episode is there.
        step: what is being done, in a word: "episode", "media", "check", "details".
        sent, size: bytes.
        wanted: the episode to be made or completed.
        error: why it failed, with the mend; "" else.
    """

    upload_id: int
    user_id: int
    account_id: int
    show_id: int
    episode_id: int
    kind: MediaKind
    filename: str
    size: int
    sent: int
    state: UploadState
    step: str
    wanted: NewEpisode
    error: str
    created_at: int
    updated_at: int
    anchor_id: int = 0
    actor: Actor = "page"
    path: Path = field(default=Path())

    @property
    def share(self) -> float:
        """How much of the file is there, 0 to 1."""
        return self.sent / self.size if self.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A recording of the dashboard's traffic, or a look at its scripts, and what it would change of our registry.

    Attributes:
        kind: "har", "console", "registry" or "harvest".
        added, changed, gone: names of operations, against what was in force when it came.
        mutations: names of operations that write and whose hash it brings.
        report: what was found, as Markdown without anything secret.
        adopted_at: when its operations came into force on this server, 0 for never; `live` whether they are.
    """

    capture_id: int
    user_id: int
    name: str
    kind: str
    at: int
    operations: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    mutations: tuple[str, ...]
    report: str
    adopted_at: int
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """One thing that the doctor tried; `mend` is "" where nothing is to be done."""

    name: str
    state: Literal["ok", "warn", "broken"]
    words: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an account does. `words` says what is, `mend` what to do, each in a sentence; `last_ok`: unix seconds.

    `checks` is filled by a look of the doctor alone, in the order in which things were tried.
    """

    account_id: int
    state: Literal["ok", "warn", "broken", "unknown"]
    cause: Cause
    words: str
    mend: str
    cookie_age_days: int
    last_ok: int
    checked_at: int = 0
    checks: tuple[HealthCheck, ...] = ()


def moment_text(at: int) -> str | None:
    """A time as the journal holds it, "2026-06-01T09:00:00.000Z"; None for 0, which is no time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") if at else None


def moment(at: datetime, field_name: str = "publish_on") -> int:
    """An aware time as unix seconds. Raises Rejected for a naive one."""
    if at.tzinfo is None:
        raise Rejected(field_name, "needs a time zone, as 2026-06-01T09:00:00+02:00")
    return int(at.astimezone(UTC).timestamp())
