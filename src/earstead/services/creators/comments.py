"""The inbox of comments: what the sync stored, by what there is to do, and the answers given to it.

What the service needs for writing, its hashes, no public source has: until a capture brought them, each action says
exactly what to do once in the dashboard (`Comments.missing`), and changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earstead.core.errors import Conflict, NeedsReauth, NotFound, Rejected
from earstead.kit.clock import Clock
from earstead.services.creators import wishes
from earstead.services.creators.changes import LAST_PAGE
from earstead.services.creators.doing import Doing, acting_on
from earstead.services.creators.hands import Hand
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import CreatorComment, CreatorShow
from earstead.services.creators.write_types import POLICIES, Actor, Change, Policy
from earstead.storage import creator_comments as table
from earstead.storage import creators as shows_table
from earstead.storage import ids
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

OPERATIONS: Mapping[str, str] = {
    "reply": "createCommentReplyByCommentUri",
    "approve": "publishCommentByCommentUri",
    "delete": "deleteCommentByCommentUri",
    "pin": "pinComment",
    "unpin": "unPinComment",
    "block": "blockUserForShow",
    "read": "markCommentAsRead",
    "switch": "updateIsCommentsEnabledForShowByShowUri",
    "policy": "updateModerationPolicy",
}
"""Action -> the operation that it needs."""
READING = ("getLatestCommentsForShow", "getCommentsForEpisode")
"""Either of these brings comments."""
SIZE, MOST_SIZE = 25, 100
OURS = "earstead:reply:"
"""Begins what we call answers that were given here, until the service tells its own name for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A listener's comment with the answers to it, oldest first."""

    comment: CreatorComment
    episode_title: str
    replies: tuple[CreatorComment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of threads, newest first. `counts`: how many each view has; `missing`: see `Comments.missing`."""

    view: str
    items: tuple[Thread, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    missing: Mapping[str, str]


class Comments:
    """See the module. Methods block; those that write wait for Spotify. `actor` is who asked, for the journal."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, shows: CreatorShows, doing: Doing) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._shows = shows
        self._doing = doing
        self._answering = threading.Lock()

    # ---- reading -----------------------------------------------------------------------------------------

    def inbox(
        self, user_id: int, show_id: int, state: str = "open", page: int = 1, *, size: int = SIZE, episode_id: int = 0
    ) -> Inbox:
        """A page of "open" (not answered, or waiting for approval), "answered", "review" or "all". Rejected else.

        Args:
            episode_id: only what stands under this episode, in `counts` too.
        """
        if state not in table.VIEWS:
            raise Rejected("state", f"is one of {', '.join(table.VIEWS)}")
        show = self._shows.get(user_id, show_id)
        size, page = min(max(size, 1), MOST_SIZE), min(max(page, 1), LAST_PAGE)
        with self._engine.read() as tx:
            counts = {view: table.count(tx, user_id, show_id, view, episode_id=episode_id) for view in table.VIEWS}
            rows = table.page(tx, user_id, show_id, state, (page - 1) * size, size, episode_id=episode_id)
            answers = table.replies(tx, show_id, [row[3] for row in rows])
        below = _threads(map(comment_from, answers))
        titles = self._titles(user_id, {row[2] for row in rows})
        return Inbox(
            view=state,
            items=tuple(
                Thread(
                    comment=one,
                    episode_title=titles.get(one.episode_id, ""),
                    replies=tuple(below.get(one.comment_uri, ())),
                )
                for one in map(comment_from, rows)
            ),
            total=counts[state],
            page=page,
            pages=max(1, -(-counts[state] // size)),
            counts=counts,
            missing=self.missing(show),
        )

    def get(self, user_id: int, comment_id: int) -> CreatorComment:
        """One of the comments on a user's shows. Raises NotFound."""
        with self._engine.read() as tx:
            row = table.get(tx, comment_id)
        if row is None or row[-1] != user_id:
            raise NotFound("There is no such comment here.")
        return comment_from(row)

    def missing(self, show: CreatorShow) -> Mapping[str, str]:
        """Action -> the sentence that says what to capture, for each that cannot be sent yet. Asks nobody."""
        try:
            found = self._doing.hands.open(show.account_id).missing(tuple(OPERATIONS.values()))
        except (NeedsReauth, NotFound):  # disconnected: what was read can be looked at all the same
            return {}
        return {action: found[name] for action, name in OPERATIONS.items() if name in found}

    def readable(self, show: CreatorShow) -> bool:
        """Whether comments can be read at all: then none means that nobody wrote one. Asks nobody."""
        try:
            return set(self._doing.hands.open(show.account_id).missing(READING)) != set(READING)
        except (NeedsReauth, NotFound):  # what was read before stands
            return True

    def _titles(self, user_id: int, episode_ids: set[int]) -> dict[int, str]:
        return {one: self._shows.episode(user_id, one).title for one in episode_ids if one}

    # ---- one comment -------------------------------------------------------------------------------------

    def reply(
        self, user_id: int, comment_id: int, text: str, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Answer as the show, in up to 500 characters. Raises Conflict for words that stand there already."""
        text = wishes.reply(text)
        comment, show = self._commented(user_id, comment_id)
        parent = comment.parent_uri or comment.comment_uri

        def call(hand: Hand) -> None:
            hand.reply(show.uri, parent, text)

        kept = {"answered": 1, "was_read": 1}
        if dry_run:
            return self._act("reply", comment, show, actor, dry_run, {"text": text}, call, kept)
        with self._answering:  # the service knows no key by which an answer sent twice would be one
            with self._engine.read() as tx:
                below = map(comment_from, table.replies(tx, show.show_id, [parent]))
                if any(one.by_show and one.text == text for one in below):
                    raise Conflict("The show answered this comment with the same words already.")
            change = self._act("reply", comment, show, actor, dry_run, {"text": text}, call, kept)
            self._writer.do(lambda tx: self._note_reply(tx, show, comment, parent, text, change)).result()
        return change

    def approve(self, user_id: int, comment_id: int, *, actor: Actor = "page", dry_run: bool = False) -> Change:
        """Let a comment that waits be seen; there is no way back. Raises Conflict for one that is seen."""
        comment, show = self._commented(user_id, comment_id)
        if comment.state != "review":
            raise Conflict("This comment does not wait for approval.")

        def call(hand: Hand) -> None:
            hand.approve(show.uri, comment.comment_uri)

        kept = {"state": "published", "was_read": 1}
        return self._act("approve", comment, show, actor, dry_run, {"state": "published"}, call, kept)

    def delete(
        self, user_id: int, comment_id: int, *, sure: bool, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Delete a comment for good. Raises Rejected without `sure`."""
        comment, show = self._commented(user_id, comment_id)

        def call(hand: Hand) -> None:
            hand.delete_comment(show.uri, comment.comment_uri, pending=comment.state == "review")

        _sure(sure or dry_run, "delete the comment")
        return self._act("delete", comment, show, actor, dry_run, {"state": "deleted"}, call, {"state": "deleted"})

    def pin(self, user_id: int, comment_id: int, *, actor: Actor = "page", dry_run: bool = False) -> Change:
        """Pin a published comment to the top of its episode. Raises Conflict for another one."""
        comment, show = self._commented(user_id, comment_id)
        if comment.state != "published":
            raise Conflict("Only a comment that can be seen can be pinned.")

        def call(hand: Hand) -> None:
            hand.pin(show.uri, comment.comment_uri)

        return self._act("pin", comment, show, actor, dry_run, {"pinned": True}, call, {"pinned": 1})

    def unpin(self, user_id: int, comment_id: int, *, actor: Actor = "page", dry_run: bool = False) -> Change:
        """Take the pin off."""
        comment, show = self._commented(user_id, comment_id)

        def call(hand: Hand) -> None:
            hand.unpin(show.uri, comment.comment_uri)

        return self._act("unpin", comment, show, actor, dry_run, {"pinned": False}, call, {"pinned": 0})

    def block(
        self, user_id: int, comment_id: int, *, sure: bool, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Keep whoever wrote this from commenting on the whole show. Raises Rejected without `sure`."""
        comment, show = self._commented(user_id, comment_id)
        if not comment.author_id:
            raise Conflict("The service did not tell who wrote this, so that they cannot be blocked from here.")

        def call(hand: Hand) -> None:
            hand.block(show.uri, comment.author_id)

        _sure(sure or dry_run, f"block {comment.author_name or comment.author_id} on the whole show")
        change = self._act("block", comment, show, actor, dry_run, {"blocked": comment.author_name}, call, {})
        if not dry_run:
            self._writer.do(lambda tx: table.block_author(tx, show.show_id, comment.author_id)).result()
        return change

    def read(self, user_id: int, comment_id: int, *, actor: Actor = "page", dry_run: bool = False) -> Change:
        """Mark a comment as read."""
        comment, show = self._commented(user_id, comment_id)

        def call(hand: Hand) -> None:
            hand.mark_read(show.uri, comment.comment_uri)

        return self._act("read", comment, show, actor, dry_run, {"read": True}, call, {"was_read": 1})

    # ---- the show's ----------------------------------------------------------------------------------------

    def switch(
        self, user_id: int, show_id: int, enabled: bool, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Allow comments on a show, or not."""
        show = self._shows.get(user_id, show_id)
        acting = acting_on(show, actor, title=f"Comments on {show.name}")
        if dry_run:
            plan = self._doing.planned(acting, "show.comments", show.uri, {}, {"enabled": enabled})
            return replace(plan, error=self.missing(show).get("switch", ""))
        return self._doing.do(acting, lambda hand: hand.comments_on(show.uri, enabled))[1]

    def policy(
        self, user_id: int, show_id: int, policy: Policy, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """How strictly comments are held back for review: "low", "standard" or "high". Raises Rejected for others."""
        show = self._shows.get(user_id, show_id)
        if policy not in POLICIES:
            raise Rejected("policy", f"is one of {', '.join(POLICIES)}")
        acting = acting_on(show, actor, title=f"Moderation of {show.name}")
        if dry_run:
            plan = self._doing.planned(acting, "show.moderation", show.uri, {}, {"policy": policy})
            return replace(plan, error=self.missing(show).get("policy", ""))
        return self._doing.do(acting, lambda hand: hand.moderation(show.uri, policy))[1]

    def _note_reply(
        self, tx: Tx, show: CreatorShow, comment: CreatorComment, parent: str, text: str, change: Change
    ) -> None:
        """Show our answer at once; the service does not tell what it calls it, so that it gets a name of ours."""
        now = self._clock.now()
        row = {
            "comment_id": ids.take(tx, "creator_comment"),
            "show_id": show.show_id,
            "user_id": show.user_id,
            "episode_id": comment.episode_id,
            "comment_uri": f"{OURS}{change.change_id}",
            "parent_uri": parent,
            "text": text,
            "state": "published",
            "author_id": "",
            "author_name": show.name,
            "author_cover": show.cover_url,
            "by_show": 1,
            "language": "",
            "answered": 0,
            "pinned": 0,
            "liked": 0,
            "flagged": 0,
            "replies": 0,
            "created_ms": now * 1000,
            "first_seen_at": now,
            "read_at": now,
        }
        shows_table.put_comments(tx, [row])

    # ---- common --------------------------------------------------------------------------------------------

    def _commented(self, user_id: int, comment_id: int) -> tuple[CreatorComment, CreatorShow]:
        comment = self.get(user_id, comment_id)
        if comment.state == "deleted":
            raise Conflict("This comment is deleted.")
        return comment, self._shows.get(user_id, comment.show_id)

    def _act(
        self,
        action: str,
        comment: CreatorComment,
        show: CreatorShow,
        actor: Actor,
        dry_run: bool,
        after: Mapping[str, Any],
        call: Callable[[Hand], None],
        kept: Mapping[str, Any],
    ) -> Change:
        acting = acting_on(show, actor, title=f"{comment.author_name or 'Somebody'}: {comment.text[:80]}")
        acting.episode_id = comment.episode_id
        acting.before = {"text": comment.text, "author": comment.author_name, "state": comment.state}
        if dry_run:
            name = f"comment.{action}"
            plan = self._doing.planned(acting, name, comment.comment_uri, acting.before, after)
            return replace(plan, error=self.missing(show).get(action, ""))
        _, change = self._doing.do(acting, call)

        def work(tx: Tx) -> None:
            if action == "pin":  # the service keeps one pin an episode
                for other in table.pinned(tx, comment.episode_id):
                    table.change(tx, other, {"pinned": 0})
            if kept:
                table.change(tx, comment.comment_id, kept)

        self._writer.do(work).result()
        return change


def _threads(answers: Iterable[CreatorComment]) -> dict[str, list[CreatorComment]]:
    """Answers by what they answer. One of ours gives way to the same words under the service's own name."""
    below: dict[str, list[CreatorComment]] = {}
    for one in answers:
        below.setdefault(one.parent_uri, []).append(one)
    for parent, found in below.items():
        told = {one.text for one in found if one.by_show and not one.comment_uri.startswith(OURS)}
        below[parent] = [one for one in found if one.text not in told or not one.comment_uri.startswith(OURS)]
    return below


def _sure(given: bool, what: str) -> None:
    if not given:
        raise Rejected("sure", f"has to be said to {what}; it cannot be taken back")


def comment_from(row: Row) -> CreatorComment:
    """A row of `creator_comments.COMMENT` as a record."""
    return CreatorComment(
        comment_id=row[0],
        show_id=row[1],
        episode_id=row[2],
        comment_uri=row[3],
        parent_uri=row[4],
        text=row[5],
        state=row[6],
        author_id=row[7],
        author_name=row[8],
        author_cover=row[9],
        by_show=bool(row[10]),
        language=row[11],
        answered=bool(row[12]),
        pinned=bool(row[13]),
        liked=bool(row[14]),
        read=bool(row[15]),
        blocked=bool(row[16]),
        flagged=bool(row[17]),
        replies=row[18],
        created_ms=row[19],
        first_seen_at=row[20],
        read_at=row[21],
    )
