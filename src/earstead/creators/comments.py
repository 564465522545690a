"""Comments: reading them for a show or an episode, answering, approving, deleting, pinning, blocking, the policy.

Over a whole show they are read by free text (`adhoc`) or by a harvested hash; those that wait for review only episode
by episode, because the list of a show fails when it is asked for them. No public source has the hash of any
mutation: without a harvest or a capture every write raises `Missing`, which says what to capture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Final, Literal

from earstead.creators.answers import Known, Part, Unknown
from earstead.creators.changes import Change
from earstead.creators.community import Community, Step, flagged, within
from earstead.creators.errors import GraphQLFailed, ValidationError
from earstead.creators.operations.base import BOTH_LISTS, ROOT_COMMENTS, show_uri_of
from earstead.creators.parse_lists import comments as read_comments
from earstead.creators.records import Comment, CommentPage

REPLY_MOST: Final = 500
_NAMED: Final = re.compile(r"(?:^|spotify:comment:|[?&]thread=)([0-9A-Za-z]{22})(?![0-9A-Za-z])")
Listed = Literal["published", "review"]
Policy = Literal["low", "standard", "high"]
_LISTS: Final = {"published": BOTH_LISTS[0], "review": BOTH_LISTS[1]}
_DELETE: Final = {"published": "DELETE_COMMENT_FILTER_PUBLISHED", "review": "DELETE_COMMENT_FILTER_NEEDS_REVIEW"}
_POLICIES: Final = {"low": "NO_FILTERING", "standard": "SOME_FILTERING", "high": "MAXIMUM_FILTERING"}


class Comments(Community):
    """The comments of an account's shows. Shows and episodes are given by address, URI or id."""

    def missing(self) -> dict[str, str]:
        """What cannot be done yet: operation to the sentence that says what to capture."""
        return self._ask.graph.missing(
            "getCommentsForEpisode",
            "publishCommentByCommentUri",
            "deleteCommentByCommentUri",
            "createCommentReplyByCommentUri",
            "markCommentAsRead",
            "pinComment",
            "unPinComment",
            "blockUserForShow",
            "updateThreadCreatorLastSeen",
            "updateIsCommentsEnabledForShowByShowUri",
            "updateModerationPolicy",
        )

    # ---- reading -----------------------------------------------------------------------------------------

    def of_show(
        self, show: str, *, page_size: int = 50, page_token: str = "", answers: bool = False
    ) -> Known[CommentPage]:
        """The newest published comments of a show, over all episodes, in one call.

        Args:
            answers: answers to comments as well.

        Raises:
            Missing: neither free text nor a harvested hash may be used.
        """
        types = [*ROOT_COMMENTS, "LIST_COMMENT_TYPE_FILTER_REPLY"] if answers else list(ROOT_COMMENTS)
        variables = {
            "showUri": show_uri_of(show),
            "primaryFilters": [BOTH_LISTS[0]],
            "commentTypesFilters": types,
            "pageSize": page_size,
            "pageToken": page_token,
        }
        known = self._ask.graph.registry.get("getLatestCommentsForShow")
        if known.variables:  # a harvest or a capture said what it takes
            variables = {name: value for name, value in variables.items() if known.takes(name)}
        answered = self._ask.graph.call("getLatestCommentsForShow", variables)
        return Known(read_comments(answered), answered)

    def of_episode(self, episode: str, *, listed: Listed | None = None, page_size: int = 15) -> Part[CommentPage]:
        """The comments of an episode: published ones, those that wait for review, or both."""
        lists = BOTH_LISTS if listed is None else (_LISTS[listed],)
        return self._ask.get_comments_for_episode(
            episode, primary_filters=lists, replies_filter=lists, page_size=page_size
        )

    def waiting(self, episodes: Iterable[str], *, page_size: int = 15) -> tuple[Comment, ...]:
        """The comments of these episodes that wait for review; an episode that fails is passed over."""
        found: list[Comment] = []
        for episode in episodes:
            try:
                found += self.of_episode(episode, listed="review", page_size=page_size).value.comments
            except GraphQLFailed:
                continue
        return tuple(found)

    def digest(self, show: str, *, page_size: int = 50) -> tuple[Comment, ...]:
        """Published comments of a show that nobody answered for it, newest first: one call for all episodes."""
        found = self.of_show(show, page_size=page_size).value.comments
        return tuple(one for one in found if one.is_comment and not one.by_show and not one.replied)

    def replies(self, episode: str, comment: str, *, page_size: int = 15) -> Unknown:
        """The answers to a comment, as they came."""
        return self._ask.get_comment_replies(episode, comment_uri(comment), page_size=page_size)

    def pinned(self, episode: str) -> Unknown:
        """The pinned comment of an episode, as it came."""
        return self._ask.get_pinned_comment_for_episode(episode)

    def blocked(self, show: str) -> Unknown:
        """Who is kept from commenting, as it came."""
        return self._ask.get_blocked_users_for_show(show)

    def allowed(self, episode: str) -> Unknown:
        """Whether an episode takes comments, as it came."""
        return self._ask.get_comments_on_for_episode(episode)

    # ---- writing -----------------------------------------------------------------------------------------

    def reply(self, comment: str, text: str, *, show: str = "", episode: str = "") -> Change:
        """Answer as the show, in up to 500 characters."""
        uri, words = comment_uri(comment), within(text, "text", REPLY_MOST)
        step = Step(
            "createCommentReplyByCommentUri", partial(self._ask.create_comment_reply_by_comment_uri, uri, words)
        )
        undo = "Delete the answer in the dashboard."
        return self._done("comment.reply", uri, [step], show=show, episode=episode, after={"text": words}, undo=undo)

    def approve(self, comment: str, *, show: str = "", episode: str = "") -> Change:
        """Let a comment that waits for review appear, and mark it as read, as the dashboard does."""
        uri = comment_uri(comment)
        steps = [Step("publishCommentByCommentUri", partial(self._ask.publish_comment_by_comment_uri, uri))]
        if not self._ask.graph.missing("markCommentAsRead"):
            steps.append(Step("markCommentAsRead", partial(self._ask.mark_comment_as_read, uri)))
        return self._done(
            "comment.approve",
            uri,
            steps,
            show=show,
            episode=episode,
            before={"published": False},
            after={"published": True},
            undo="A comment cannot be hidden again, only deleted.",
        )

    def delete(
        self, comment: str, *, listed: Listed = "published", confirm: bool = False, show: str = "", episode: str = ""
    ) -> Change:
        """Delete a comment for good; `listed` names the list that it is in."""
        flagged(confirm, "confirm", "a deleted comment does not come back")
        uri = comment_uri(comment)
        return self._done(
            "comment.delete", uri, [self._deletion(uri, listed)], show=show, episode=episode, after={"deleted": True}
        )

    def read(self, comment: str, *, show: str = "", episode: str = "") -> Change:
        """Mark a comment as read."""
        uri = comment_uri(comment)
        step = Step("markCommentAsRead", partial(self._ask.mark_comment_as_read, uri))
        return self._done("comment.read", uri, [step], show=show, episode=episode, after={"read": True})

    def seen(self, comment: str, *, show: str = "", episode: str = "") -> Change:
        """Clear the badge of a thread."""
        uri = comment_uri(comment)
        step = Step("updateThreadCreatorLastSeen", partial(self._ask.update_thread_creator_last_seen, uri))
        return self._done("comment.seen", uri, [step], show=show, episode=episode, after={"seen": True})

    def pin(self, comment: str, *, show: str = "", episode: str = "") -> Change:
        """Pin a published comment; an episode has one pin."""
        uri = comment_uri(comment)
        return self._pinning("comment.pin", uri, Step("pinComment", partial(self._ask.pin_comment, uri)), show, episode)

    def unpin(self, comment: str, *, show: str = "", episode: str = "") -> Change:
        """Take the pin off a comment."""
        uri = comment_uri(comment)
        step = Step("unPinComment", partial(self._ask.un_pin_comment, uri))
        return self._pinning("comment.unpin", uri, step, show, episode)

    def _pinning(self, action: str, uri: str, step: Step, show: str, episode: str) -> Change:
        on = action == "comment.pin"
        undo = "Take the pin off again." if on else "Pin it again."
        before, after = {"pinned": not on}, {"pinned": on}
        return self._done(action, uri, [step], show=show, episode=episode, before=before, after=after, undo=undo)

    def block(self, username: str, show: str, *, confirm: bool = False, delete_comment: str = "") -> Change:
        """Keep a person from commenting on the whole show, and delete the comment that gave cause, if it is named."""
        flagged(confirm, "confirm", "how to unblock somebody is not publicly known")
        name = within(username, "username", 200)
        steps = [Step("blockUserForShow", partial(self._ask.block_user_for_show, name, show))]
        if delete_comment:
            steps.append(self._deletion(comment_uri(delete_comment), "published"))
        after = {"blocked": name, **({"deleted": delete_comment} if delete_comment else {})}
        undo = "Unblock the person in the dashboard."
        return self._done("comment.block", name, steps, show=show, after=after, undo=undo)

    def enable(self, show: str, enabled: bool) -> Change:
        """Turn the comments of a show on or off."""
        send = partial(self._ask.update_is_comments_enabled_for_show_by_show_uri, enabled, show)
        step = Step("updateIsCommentsEnabledForShowByShowUri", send)
        undo = "Turn them off again." if enabled else "Turn them on again."
        return self._done("show.comments", "comments", [step], show=show, after={"enabled": enabled}, undo=undo)

    def policy(self, show: str, policy: Policy) -> Change:
        """How strictly comments are held back for review."""
        if policy not in _POLICIES:
            raise ValidationError("policy", f"is none of {', '.join(_POLICIES)}")
        send = partial(self._ask.update_moderation_policy, show, policy=_POLICIES[policy])
        step = Step("updateModerationPolicy", send)
        return self._done(
            "show.moderation",
            "moderation",
            [step],
            show=show,
            after={"policy": policy},
            undo="Set the policy of before.",
        )

    def _deletion(self, uri: str, listed: Listed) -> Step:
        send = partial(self._ask.delete_comment_by_comment_uri, uri, _DELETE[listed])
        return Step("deleteCommentByCommentUri", send)


def comment_uri(text: str) -> str:
    """The URI of a comment, given as one, as its id, or as the address of its thread in the dashboard.

    Raises:
        ValidationError: it names no comment.
    """
    found = _NAMED.search(text.strip())
    if found is None:
        raise ValidationError("comment", "give its URI, spotify:comment: and 22 letters and digits")
    return f"spotify:comment:{found.group(1)}"
