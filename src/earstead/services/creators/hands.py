"""The side that speaks with Spotify for Creators, as the services need it: `creators.keeping.hands` is it.

A `Hand` acts in the name of one account. It raises the error tree of `core.errors`: NeedsReauth (new cookies are
needed), Rejected (the wish cannot be taken), NotFound, Forbidden, RetryLater, Refused; whatever it raises has an
attribute `mend`, a sentence, where the client knows one. Every write reports itself to `Changes` before the first
request and after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from earstead.services.creators.write_types import (
    Change,
    EpisodeAt,
    EpisodeEdit,
    Health,
    MediaKind,
    NewEpisode,
    Policy,
    PollWanted,
    ShowEdit,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShow:
    """A show that an account may see. `permissions` as the service names them."""

    uri: str
    name: str
    station_id: int
    user_id: int
    hosting: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a first sign-in found."""

    name: str
    shows: tuple[FoundShow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeNow:
    """An episode as the service shows it. `state`: "draft", "scheduled", "published"; "" when it is gone.

    A draft shows no more than that it is one: `title` and `description` are then "".
    """

    state: str
    title: str = ""
    description: str = ""
    publish_on: int = 0
    uri: str = ""
    anchor_id: int = 0


Told = Callable[[int, int], None]
"""Hears how many bytes of how many are there; may raise to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRead:
    """What a capture holds, its secrets removed. `registry` is JSON that `core.creators.registry` reads."""

    kind: str
    registry: str
    operations: tuple[str, ...]
    report: str


class Hand(Protocol):
    """Acts in the name of one account. Calls block."""

    # ---- episodes ----------------------------------------------------------------------------------------

    def look(self, episode: EpisodeAt) -> EpisodeNow:
        """How an episode is now. Writes nothing."""

    def drafts(self, show_uri: str) -> tuple[EpisodeAt, ...]:
        """The drafts of a show, as its list names them. Writes nothing."""

    def create(self, show_uri: str, wanted: NewEpisode) -> EpisodeAt:
        """A new draft with title and description. Raises Conflict when a draft of that title is there."""

    def edit(self, episode: EpisodeAt, edit: EpisodeEdit) -> EpisodeNow:
        """Change what is given and nothing else, and read it back."""

    def schedule(self, episode: EpisodeAt, publish_on: int) -> EpisodeNow:
        """Have it published at a time, unix seconds, and read that back."""

    def publish(self, episode: EpisodeAt) -> EpisodeNow:
        """Publish it now, and read that back."""

    def unschedule(self, episode: EpisodeAt) -> EpisodeNow:
        """Make a scheduled episode a draft again, and read that back."""

    def sponsored(self, episode: EpisodeAt, contains: bool) -> None:
        """Say whether a scheduled or published episode holds sponsored content."""

    def delete(self, episode: EpisodeAt, confirm: str) -> None:
        """Delete it for good; `confirm` is its title."""

    def upload(self, episode: EpisodeAt, file: Path, kind: MediaKind, told: Told) -> None:
        """Bring a media file into an episode; returns when the service has accepted it.

        An upload of the same file that broke off goes on with the parts that are missing.
        """

    def cover(self, show_uri: str, episode: EpisodeAt | None, file: Path) -> None:
        """A picture for a show, or for one of its episodes."""

    # ---- shows and polls ---------------------------------------------------------------------------------

    def show_now(self, show_uri: str) -> Mapping[str, Any]:
        """A show's settings by the names of `ShowEdit`. Writes nothing."""

    def edit_show(self, show_uri: str, edit: ShowEdit) -> Mapping[str, Any]:
        """Change what is given of a show, and read it back."""

    def slug(self, show_uri: str, slug: str, *, whichever: bool) -> None:
        """Another address of the show at Spotify, though there be several shows (`whichever`). Conflict: taken."""

    def poll(self, episode: EpisodeAt, wanted: PollWanted) -> None:
        """Put a poll on an episode, or replace the one that is there."""

    def remove_poll(self, episode: EpisodeAt) -> None:
        """Take a poll off an episode, with the votes that were cast."""

    # ---- comments ----------------------------------------------------------------------------------------

    def reply(self, show_uri: str, comment_uri: str, text: str) -> None:
        """Answer as the show."""

    def approve(self, show_uri: str, comment_uri: str) -> None:
        """Let a comment be seen; it cannot be taken back."""

    def delete_comment(self, show_uri: str, comment_uri: str, *, pending: bool) -> None:
        """Delete a comment; `pending` tells in which list it stands."""

    def pin(self, show_uri: str, comment_uri: str) -> None:
        """Pin a published comment."""

    def unpin(self, show_uri: str, comment_uri: str) -> None:
        """Take the pin off."""

    def block(self, show_uri: str, username: str) -> None:
        """Keep somebody from commenting on the whole show."""

    def mark_read(self, show_uri: str, comment_uri: str) -> None:
        """Mark a comment as read."""

    def comments_on(self, show_uri: str, enabled: bool) -> None:
        """Allow comments on a show, or not."""

    def moderation(self, show_uri: str, policy: Policy) -> None:
        """How strictly comments are held back for review."""

    def missing(self, operations: tuple[str, ...]) -> Mapping[str, str]:
        """Which of these operations cannot be sent, each with the sentence that says what to capture."""

    # ---- undo --------------------------------------------------------------------------------------------

    def undo(self, change: Change, show_uri: str) -> None:
        """Take a change back. Raises Conflict with the reason where that cannot be."""

    # ---- what has no better method ------------------------------------------------------------------------

    def call(
        self,
        what: str,
        *,
        variables: Mapping[str, Any],
        names: Mapping[str, str],
        query: Mapping[str, str],
        body: Mapping[str, Any],
    ) -> Any:
        """The answer of an endpoint by its label, or of an operation by its name, as it came; JSON.

        Args:
            variables: of an operation. `names` (in the path), `query` and `body` of an endpoint.
        """

    # ---- health ------------------------------------------------------------------------------------------

    def doctor(self) -> Health:
        """Try the account out, and say what is wrong with it."""


class Hands(Protocol):
    """Opens clients for accounts, one an account, and keeps them."""

    def sign_in(self, sp_dc: str, sp_key: str = "") -> SignedIn:
        """Try two cookies out. Raises NeedsReauth when they are not taken."""

    def open(self, account_id: int) -> Hand:
        """The client of a connected account. Cheap; ask whenever one is needed."""

    def forget(self, account_id: int) -> None:
        """Close an account's client: it was disconnected, or has new cookies."""

    def refresh(self) -> None:
        """Have every client made anew at its next use: the registry changed."""

    def read_capture(self, name: str, data: bytes) -> CaptureRead:
        """What a recording of the dashboard holds. Raises Rejected."""

    def harvest(self, account_id: int) -> CaptureRead:
        """What the dashboard's own scripts hold today."""

    def close(self) -> None:
        """Close every client."""
