"""What nobody heard the end of: changes whose answer was lost, and episodes whose moment has come.

A change that a stopped process had begun, or whose answer never came, is "ambiguous". It is looked for: an edit is
done if the episode shows what was sent, a delete if it is gone, a draft if the list has one of that title. What cannot
be seen stays ambiguous, and says so.

An episode that was scheduled is looked at after its moment; when it is not published by then, its creator is told.
Nothing here writes at the service.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from earstead.core.creators.html import same
from earstead.core.errors import AppError, Forbidden, NeedsReauth, NotFound, RetryLater
from earstead.kit.clock import Clock
from earstead.kit.texts import fault_words
from earstead.services.creators import taking
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.changes import Changes
from earstead.services.creators.doing import SETTLE_JOB, Doing, episode_at
from earstead.services.creators.hands import EpisodeNow
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import CreatorEpisode, CreatorShow
from earstead.services.creators.write_types import Change, moment_text
from earstead.services.journal import Journal
from earstead.services.worker import Worker
from earstead.storage import creator_writes as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

LOOK_JOB = "creators.unsettled"
LOOK_EVERY_S = 900
MOST_CHECKS = 5
CONFIRM_JOB = "creators.scheduled"
CONFIRM_EVERY_S = 120
GRACE_S = 120
"""So long after its moment an episode gets to be published."""
TELL_AFTER_S = 900
"""Later than this after its moment its creator is told."""
GIVE_UP_S = 3 * 86_400
MOST_DUE = 200


class Settling:
    """See the module. Methods block, and wait for Spotify."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        worker: Worker,
        journal: Journal,
        accounts: CreatorAccounts,
        shows: CreatorShows,
        changes: Changes,
        doing: Doing,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._journal = journal
        self._accounts = accounts
        self._shows = shows
        self._changes = changes
        self._doing = doing
        worker.handle(SETTLE_JOB, self._settle_job)
        worker.every(LOOK_JOB, LOOK_EVERY_S, self._settle_job)
        worker.every(CONFIRM_JOB, CONFIRM_EVERY_S, self._confirm_job)

    def start(self) -> int:
        """At a start: whatever a process that is no longer there had begun is ambiguous from now on; how many."""
        return self._changes.lose(all_others=True)

    def _settle_job(self, _: Mapping[str, Any]) -> None:
        self._changes.lose()
        self.settle()

    def _confirm_job(self, _: Mapping[str, Any]) -> None:
        self.confirm()

    # ---- changes ---------------------------------------------------------------------------------------------

    def settle(self) -> int:
        """Look for what became of every ambiguous change; returns how many are settled now."""
        settled = 0
        for change in self._changes.ambiguous(MOST_CHECKS):
            account = self._accounts.find(change.account_id)
            if account is None or account.state != "on":
                continue
            try:
                state, words, after = self._found(change)
            except (NeedsReauth, RetryLater):
                continue  # it is looked for again when the service answers
            except AppError as fault:
                state, words, after = "ambiguous", f"Whether it was done cannot be seen: {fault}", None
            self._changes.settle(change, state, words, after)
            settled += state != "ambiguous"
        return settled

    def _found(self, change: Change) -> tuple[str, str, Mapping[str, Any] | None]:
        """(state, words, what is there) of a change, by looking."""
        show = self._shows.get(change.user_id, change.show_id) if change.show_id else None
        if show is not None and change.action == "episode.create":
            return self._created(show, change)
        if show is not None and change.action == "show.edit":
            now = self._doing.hands.open(change.account_id).show_now(show.uri)
            return _compared(change, dict(now))
        if show is not None and change.episode_id and change.action.startswith("episode."):
            episode = self._shows.episode(change.user_id, change.episode_id)
            return self._edited(show, episode, change)
        return "ambiguous", "The service shows nothing by which it could be told: look in the dashboard.", None

    def _created(self, show: CreatorShow, change: Change) -> tuple[str, str, Mapping[str, Any] | None]:
        title = str(change.after.get("title", change.title))
        drafts = self._doing.hands.open(change.account_id).drafts(show.uri)
        there = next((draft for draft in drafts if draft.title == title), None)
        if there is not None:
            return "confirmed", "The draft was found in the list.", {**change.after, "anchor_id": there.anchor_id}
        if any(not draft.title for draft in drafts):
            words = "There is an untitled draft in the list, which may be the one: look in the dashboard."
            return "ambiguous", words, None
        return "failed", "No draft of that title is in the list: it was not made.", None

    def _edited(
        self, show: CreatorShow, episode: CreatorEpisode, change: Change
    ) -> tuple[str, str, Mapping[str, Any] | None]:
        try:
            now = self._doing.hands.open(change.account_id).look(episode_at(show, episode))
        except NotFound:
            now = EpisodeNow(state="")
        if change.action == "episode.delete":
            if not now.state:
                return "confirmed", "The episode is gone.", None
            return "failed", "The episode is still there.", None
        if not now.state:
            return "failed", "The episode is no longer there.", None
        if now.state == "draft":
            return "ambiguous", "A draft does not show its fields: look in the dashboard.", None
        found = {
            "title": now.title,
            "description": now.description,
            "publish_on": moment_text(now.publish_on),
            "state": now.state,
        }
        return _compared(change, found)

    # ---- scheduled episodes ----------------------------------------------------------------------------------

    def confirm(self) -> int:
        """Look at every episode whose moment has passed; returns how many were found published."""
        now = self._clock.now()
        with self._engine.read() as tx:
            due = table.scheduled_before(tx, now - GRACE_S, now - GIVE_UP_S, MOST_DUE)
        found = 0
        for user_id, episode_id in due:
            try:
                found += self._confirm(user_id, episode_id)
            except Exception as fault:  # one creator's episode must not keep the others' from being looked at
                log.warning("whether episode %d was published could not be seen: %s", episode_id, fault_words(fault))
        return found

    def _confirm(self, user_id: int, episode_id: int) -> int:
        episode = self._shows.episode(user_id, episode_id)
        show = self._shows.get(user_id, episode.show_id)
        account = self._accounts.find(show.account_id)
        if account is None or account.state != "on":
            return 0
        try:
            found = self._doing.hands.open(account.account_id).look(episode_at(show, episode))
        except NotFound:
            found = EpisodeNow(state="")
        except (NeedsReauth, RetryLater, Forbidden) as fault:
            log.info("whether episode %d was published could not be seen: %s", episode_id, fault)
            return 0
        if found.state == "published":
            at = episode.published_at
            self._writer.do(lambda tx: taking.published(tx, episode_id, at, self._clock.now())).result()
            return 1
        if found.state == "scheduled" and found.publish_on > self._clock.now():
            sent = {"publish_on": found.publish_on}  # it was moved elsewhere
            self._writer.do(lambda tx: taking.take_episode(tx, episode_id, found, sent, self._clock.now())).result()
            return 0
        if self._clock.now() >= episode.published_at + TELL_AFTER_S:
            self._tell(show, episode, found)
        return 0

    def _tell(self, show: CreatorShow, episode: CreatorEpisode, found: EpisodeNow) -> None:
        state = found.state or "gone"
        said = {
            "show_id": show.show_id,
            "show": show.name,
            "episode_id": episode.episode_id,
            "episode": episode.title,
            "publish_on": episode.published_at,
            "state": state,
            "words": _MEND[state].format(title=episode.title, show=show.name),
        }
        subject = str(episode.episode_id)

        def work(tx: Tx) -> None:
            if table.tell(tx, show.user_id, "scheduled", subject, episode.published_at, self._clock.now()):
                self._journal.add_in(tx, show.user_id, "creators.schedule_failed", said)

        self._writer.do(work).result()


_MEND: Mapping[str, str] = {
    "draft": "“{title}” was to be published by now and is a draft again: schedule it anew, or publish it.",
    "scheduled": "“{title}” was to be published by now and still waits: publish it, or look in the dashboard.",
    "gone": "“{title}” was to be published by now and is no longer there: it was deleted elsewhere.",
}


def _compared(change: Change, found: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any] | None]:
    """Whether what is there is what was sent, by the fields that both know."""
    names = [name for name in change.after if name in found]
    if not names:
        return "ambiguous", "The service shows nothing by which it could be told: look in the dashboard.", None
    there = {name: found[name] for name in names}
    differing = [name for name in names if not _alike(name, change.after[name], found[name])]
    if not differing:
        return "confirmed", "It was found there when looked for.", {**change.after, **there}
    if all(_alike(name, change.before.get(name), found[name]) for name in differing):
        return "failed", f"It was not done: {', '.join(differing)} as before.", None
    return "ambiguous", f"Something else is there by now: {', '.join(differing)}.", there


def _alike(name: str, one: Any, other: Any) -> bool:
    if name == "description":
        return same(str(one or ""), str(other or ""))
    return bool(one == other)
