"""Comments and polls.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.creators import parse_lists
from earstead.creators.answers import Part, Unknown
from earstead.creators.operations.base import BOTH_LISTS, ROOT_COMMENTS, Calls, choices, episode_uri_of, show_uri_of
from earstead.creators.records import CommentPage


class Community(Calls):
    """Comments and polls."""

    def get_comments_for_episode(
        self,
        episode: str,
        *,
        primary_filters: Sequence[str] = BOTH_LISTS,
        types: Sequence[str] = ROOT_COMMENTS,
        secondary_filters: Sequence[str] = (),
        replies_filter: Sequence[str] = BOTH_LISTS,
        page_size: int = 15,
    ) -> Part[CommentPage]:
        """The comments of an episode, those waiting for review too.

        `getCommentsForEpisode`. Where the items sit is not known. Partly known: what is missing in the value is None
        or empty. No public hash: harvest or capture it.
        """
        a = self._read(
            "getCommentsForEpisode",
            episodeUri=episode_uri_of(episode),
            primaryFilters=list(primary_filters),
            commentTypesFilters=list(types),
            secondaryFilters=list(secondary_filters),
            repliesFilter=list(replies_filter),
            pageSize=page_size,
        )
        return Part(parse_lists.comments(a), a)

    def get_comments_across_episodes(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """Comments over all episodes.

        `getCommentsAcrossEpisodes`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._read("getCommentsAcrossEpisodes", **(variables or {})))

    def get_latest_comments_for_show(self, *, variables: Mapping[str, Any] | None = None) -> Part[CommentPage]:
        """The newest comments of a show.

        `getLatestCommentsForShow`. The document reads showComments. Partly known: what is missing in the value is
        None or empty. Read from showByShowUri.showComments.decoratedCommentOrReply[] (a guess). No public hash:
        harvest or capture it. Its variables are not known.
        """
        a = self._read("getLatestCommentsForShow", **(variables or {}))
        return Part(parse_lists.comments(a), a)

    def get_comment_replies(
        self, episode: str, comment: str, *, primary_filters: Sequence[str] = BOTH_LISTS, page_size: int = 15
    ) -> Unknown:
        """The replies to a comment.

        `GetCommentReplies`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(
            self._read(
                "GetCommentReplies",
                episodeUri=episode_uri_of(episode),
                primaryFilters=list(primary_filters),
                parentCommentUri=comment,
                pageSize=page_size,
            )
        )

    def get_pinned_comment_for_episode(
        self,
        episode: str,
        *,
        primary_filters: Sequence[str] = BOTH_LISTS[:1],
        types: Sequence[str] = ROOT_COMMENTS,
        page_size: int = 3,
        page_token: str = "",
    ) -> Unknown:
        """The comment pinned to the top of an episode.

        `getPinnedCommentForEpisode`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(
            self._read(
                "getPinnedCommentForEpisode",
                episodeUri=episode_uri_of(episode),
                primaryFilters=list(primary_filters),
                commentTypesFilters=list(types),
                pageSize=page_size,
                pageToken=page_token,
            )
        )

    def get_comments_on_for_episode(self, episode: str) -> Unknown:
        """Whether an episode takes comments.

        `getCommentsOnForEpisode`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getCommentsOnForEpisode", episodeUri=episode_uri_of(episode)))

    def get_blocked_users_for_show(self, show: str) -> Unknown:
        """Who may not comment on a show.

        `getBlockedUsersForShow`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(self._read("getBlockedUsersForShow", showUri=show_uri_of(show)))

    def get_poll_for_episode(self, episode: str) -> Unknown:
        """The poll of an episode.

        `getPollForEpisode`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables
        are a guess.
        """
        return Unknown(self._read("getPollForEpisode", episodeUri=episode_uri_of(episode)))

    def update_is_comments_enabled_for_show_by_show_uri(self, enabled: bool, show: str) -> Unknown:
        """Turn the comments of a show on or off.

        `updateIsCommentsEnabledForShowByShowUri`. Unknown: what came is kept, unread. No public hash: harvest or
        capture it.
        """
        return Unknown(
            self._write("updateIsCommentsEnabledForShowByShowUri", isEnabled=enabled, showUri=show_uri_of(show))
        )

    def update_moderation_policy(self, show: str, policy: str, *, signal: str = "SENSITIVITY_OVERALL") -> Unknown:
        """Say how strictly the comments of a show are held back for review.

        `updateModerationPolicy`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(
            self._write(
                "updateModerationPolicy", showUri=show_uri_of(show), moderationSignal=signal, moderationPolicy=policy
            )
        )

    def publish_comment_by_comment_uri(self, comment: str) -> Unknown:
        """Let a comment that waits for review appear.

        `publishCommentByCommentUri`. It cannot be taken back. Unknown: what came is kept, unread. No public hash:
        harvest or capture it.
        """
        return Unknown(self._write("publishCommentByCommentUri", commentUri=comment))

    def delete_comment_by_comment_uri(self, comment: str, listed_in: str) -> Unknown:
        """Delete a comment, naming the list it is in.

        `deleteCommentByCommentUri`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._write("deleteCommentByCommentUri", commentUri=comment, filter=listed_in))

    def create_comment_reply_by_comment_uri(self, comment: str, text: str) -> Unknown:
        """Answer a comment as the show, in up to 500 characters.

        `createCommentReplyByCommentUri`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._write("createCommentReplyByCommentUri", parentCommentUri=comment, replyStr=text))

    def mark_comment_as_read(self, comment: str) -> Unknown:
        """Mark a comment as read.

        `markCommentAsRead`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._write("markCommentAsRead", commentUri=comment))

    def pin_comment(self, comment: str) -> Unknown:
        """Pin a published comment to the top of its episode.

        `pinComment`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._write("pinComment", commentUri=comment))

    def un_pin_comment(self, comment: str) -> Unknown:
        """Take a comment off the top of its episode.

        `unPinComment`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._write("unPinComment", commentUri=comment))

    def block_user_for_show(self, username: str, show: str) -> Unknown:
        """Keep a person from commenting on the whole show.

        `blockUserForShow`. How to undo it is not known. Unknown: what came is kept, unread. No public hash: harvest
        or capture it.
        """
        return Unknown(self._write("blockUserForShow", username=username, showUri=show_uri_of(show)))

    def update_thread_creator_last_seen(self, comment: str, *, primary_filters: Sequence[str] = BOTH_LISTS) -> Unknown:
        """Say that the creator has seen a thread, which clears its badge.

        `updateThreadCreatorLastSeen`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(
            self._write("updateThreadCreatorLastSeen", parentCommentUri=comment, primaryFilters=list(primary_filters))
        )

    def create_poll_for_episode(
        self,
        episode: str,
        question: str,
        options: Sequence[str],
        opens_at: int,
        closes_at: int,
        *,
        poll_type: str = "SINGLE_CHOICE",
    ) -> Unknown:
        """Put a poll on an episode or change the one it has.

        `createPollForEpisode`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(
            self._write(
                "createPollForEpisode",
                episodeUri=episode_uri_of(episode),
                question=question,
                options=choices(options),
                type=poll_type,
                openingDate=opens_at,
                closingDate=closes_at,
            )
        )

    def delete_poll_for_episode(self, episode: str) -> Unknown:
        """Delete the poll of an episode together with the votes cast.

        `deletePollForEpisode`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._write("deletePollForEpisode", episodeUri=episode_uri_of(episode)))
