"""What the services ask for, done with the client of one account."""

# ruff: noqa: D102 - the promise of its methods stands at the protocol, once.

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earstead.core.creators.endpoints import BY_LABEL
from earstead.core.errors import Conflict, Rejected
from earstead.creators import moments
from earstead.creators.changes import Change as ClientChange
from earstead.creators.changes import State
from earstead.creators.client import Creators
from earstead.creators.comments import Listed
from earstead.creators.episodes import Named
from earstead.creators.raw import Raw
from earstead.creators.states import Shown
from earstead.services.creators.hands import EpisodeNow, Told
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

Calling = Callable[[], AbstractContextManager[None]]
"""Watches over a call: what it raises, and that it went well, is told to the account."""


class KeepingHand:
    """See `services.creators.hands.Hand`, which says what each method promises."""

    def __init__(self, client: Creators, calling: Calling, doctor: Callable[[], Health]) -> None:
        self.client = client
        self._calling = calling
        self._doctor = doctor

    # ---- episodes ----------------------------------------------------------------------------------------

    def look(self, episode: EpisodeAt) -> EpisodeNow:
        with self._calling():
            return _now(self.client.episodes.get(_named(episode), show=episode.show_uri))

    def drafts(self, show_uri: str) -> tuple[EpisodeAt, ...]:
        with self._calling():
            items = self.client.episodes.list(show_uri, "draft")
        return tuple(
            EpisodeAt(show_uri=show_uri, uri=one.uri, anchor_id=one.episode_id or 0, title=one.title, state="draft")
            for one in items
        )

    def create(self, show_uri: str, wanted: NewEpisode) -> EpisodeAt:
        with self._calling():
            change = self.client.episodes.create(
                show_uri,
                wanted.title,
                wanted.description,
                episode_type=wanted.episode_type,
                explicit=wanted.explicit,
                season=wanted.season or None,
                number=wanted.number or None,
            )
        return EpisodeAt(
            show_uri=show_uri,
            uri=change.episode if change.episode.startswith("spotify:") else "",
            anchor_id=int(change.after["anchor_id"]),
            title=wanted.title,
            description=wanted.description,
            state="draft",
        )

    def edit(self, episode: EpisodeAt, edit: EpisodeEdit) -> EpisodeNow:
        values = edit.values()
        moment = values.pop("publish_on", None)
        with self._calling():
            if moment is not None:
                values["publish_on"] = _at(moment)
            return _left(episode, self.client.episodes.edit(_named(episode), **values, show=episode.show_uri))

    def schedule(self, episode: EpisodeAt, publish_on: int) -> EpisodeNow:
        with self._calling():
            named = _named(episode)
            return _left(episode, self.client.episodes.schedule(named, _at(publish_on), show=episode.show_uri))

    def unschedule(self, episode: EpisodeAt) -> EpisodeNow:
        with self._calling():
            return _left(episode, self.client.episodes.draft(_named(episode), show=episode.show_uri))

    def publish(self, episode: EpisodeAt) -> EpisodeNow:
        with self._calling():
            return _left(episode, self.client.episodes.publish(_named(episode), show=episode.show_uri))

    def sponsored(self, episode: EpisodeAt, contains: bool) -> None:
        with self._calling():
            self.client.episodes.sponsored(_named(episode), contains, show=episode.show_uri)

    def delete(self, episode: EpisodeAt, confirm: str) -> None:
        with self._calling():
            self.client.episodes.delete(_named(episode), confirm=confirm, show=episode.show_uri)

    def upload(self, episode: EpisodeAt, file: Path, kind: MediaKind, told: Told) -> None:
        with self._calling():
            episodes = self.client.episodes
            send = episodes.upload_audio if kind == "audio" else episodes.upload_video
            send(_named(episode), file, told=told, show=episode.show_uri)

    def cover(self, show_uri: str, episode: EpisodeAt | None, file: Path) -> None:
        with self._calling():
            if episode is None:
                self.client.shows.cover(show_uri, file)
            else:
                self.client.episodes.cover(_named(episode), file, show=show_uri)

    # ---- shows and polls ---------------------------------------------------------------------------------

    def show_now(self, show_uri: str) -> Mapping[str, Any]:
        with self._calling():
            found = self.client.shows.get(show_uri)
        return {
            "name": found.name,
            "description": found.description,
            "author": found.author,
            "category": found.category,
            "language": found.language,
        }

    def edit_show(self, show_uri: str, edit: ShowEdit) -> Mapping[str, Any]:
        with self._calling():
            return self.client.shows.edit(show_uri, **edit.values()).after

    def slug(self, show_uri: str, slug: str, *, whichever: bool) -> None:
        with self._calling():
            self.client.shows.slug(show_uri, slug, confirm=slug, whichever=whichever)

    def poll(self, episode: EpisodeAt, wanted: PollWanted) -> None:
        with self._calling():
            self.client.polls.put(
                _uri(episode),
                wanted.question,
                wanted.options,
                opens_at=wanted.opens_at,
                closes_at=wanted.closes_at,
                kind=wanted.kind,
                show=episode.show_uri,
            )

    def remove_poll(self, episode: EpisodeAt) -> None:
        with self._calling():
            self.client.polls.delete(_uri(episode), confirm=True, show=episode.show_uri)

    # ---- comments ----------------------------------------------------------------------------------------

    def reply(self, show_uri: str, comment_uri: str, text: str) -> None:
        with self._calling():
            self.client.comments.reply(comment_uri, text, show=show_uri)

    def approve(self, show_uri: str, comment_uri: str) -> None:
        with self._calling():
            self.client.comments.approve(comment_uri, show=show_uri)

    def delete_comment(self, show_uri: str, comment_uri: str, *, pending: bool) -> None:
        with self._calling():
            listed: Listed = "review" if pending else "published"
            self.client.comments.delete(comment_uri, listed=listed, confirm=True, show=show_uri)

    def pin(self, show_uri: str, comment_uri: str) -> None:
        with self._calling():
            self.client.comments.pin(comment_uri, show=show_uri)

    def unpin(self, show_uri: str, comment_uri: str) -> None:
        with self._calling():
            self.client.comments.unpin(comment_uri, show=show_uri)

    def block(self, show_uri: str, username: str) -> None:
        with self._calling():
            self.client.comments.block(username, show_uri, confirm=True)

    def mark_read(self, show_uri: str, comment_uri: str) -> None:
        with self._calling():
            self.client.comments.read(comment_uri, show=show_uri)

    def comments_on(self, show_uri: str, enabled: bool) -> None:
        with self._calling():
            self.client.comments.enable(show_uri, enabled)

    def moderation(self, show_uri: str, policy: Policy) -> None:
        with self._calling():
            self.client.comments.policy(show_uri, policy)

    def missing(self, operations: tuple[str, ...]) -> Mapping[str, str]:
        return self.client.graph.missing(*operations)

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
        raw = Raw(self.client.caller, self.client.urls, lambda: self.client.graph)
        with self._calling():
            if what in BY_LABEL:
                return raw.endpoint(what, names, query, body)
            return raw.operation(what, variables)

    # ---- undo and health -----------------------------------------------------------------------------------

    def undo(self, change: Change, show_uri: str) -> None:
        own: Mapping[str, Callable[[], object]] = {
            "comment.pin": lambda: self.unpin(show_uri, change.target),
            "comment.unpin": lambda: self.pin(show_uri, change.target),
            "show.comments": lambda: self.comments_on(show_uri, not change.after.get("enabled")),
            "poll.put": lambda: self.client.polls.delete(change.target, confirm=True, show=show_uri),
        }
        way = own.get(change.action)
        with self._calling():
            if way is not None:
                way()
                return
            try:
                self.client.undo(_theirs(change, show_uri))
            except Rejected as fault:
                raise Conflict(fault.why) from fault

    def doctor(self) -> Health:
        return self._doctor()


def _theirs(change: Change, show_uri: str) -> ClientChange:
    """A change of the journal as the client made it."""
    return ClientChange(
        change_id=str(change.change_id),
        at_ms=change.at_ms,
        actor=change.actor,
        show_uri=show_uri,
        episode=change.target if change.action.startswith("episode.") else "",
        action=change.action,
        target=change.title,
        before=change.before,
        after=change.after,
        state=State(change.state),
        undo=change.undo,
        can_undo=change.undoable,
    )


def _named(episode: EpisodeAt) -> Named:
    # The number needs no request to be resolved, and is all that a draft has.
    return episode.anchor_id or episode.uri


def _uri(episode: EpisodeAt) -> str:
    if not episode.uri:
        raise Conflict("This needs the episode's address at Spotify, which a draft has not yet.")
    return episode.uri


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(when: datetime | None) -> int:
    return int(when.timestamp()) if when else 0


def _now(shown: Shown) -> EpisodeNow:
    return EpisodeNow(
        state=str(shown.state),
        title=shown.title,
        description=shown.description or "",
        publish_on=_seconds(shown.publish_at),
        uri=shown.ref.uri,
        anchor_id=shown.ref.anchor_id,
    )


def _left(episode: EpisodeAt, change: ClientChange) -> EpisodeNow:
    """An episode as a change left it: what was read back, and for the rest what was known before."""
    after = change.after
    return EpisodeNow(
        state=str(after.get("state") or episode.state),
        title=str(after.get("title") or episode.title),
        description=str(after["description"] if after.get("description") is not None else episode.description),
        publish_on=_seconds(moments.read(after.get("publish_on"))),
        uri=episode.uri,
        anchor_id=episode.anchor_id,
    )
