"""Comments as the schema has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.gql.talk import Comment, Standing
from earstead.sandbox.creators.world import Episode, Show

Asked = Mapping[str, Any]
PUBLISHED = "LIST_COMMENT_PRIMARY_FILTER_PUBLISHED"
NEEDS_REVIEW = "LIST_COMMENT_PRIMARY_FILTER_NEEDS_REVIEW"
_ROOT, _REPLY = "LIST_COMMENT_TYPE_FILTER_ROOT", "LIST_COMMENT_TYPE_FILTER_REPLY"
_USUAL = 15


def of_show(context: Context, show: Show, asked: Asked) -> dict[str, Any]:
    """Comments of a show, newest first. Where the token of a next page stands is not known, so there is one page.

    Raises:
        GraphQLError: what waits to be approved is asked for, which this field does not tell, or a page token is sent.
    """
    filters, paging = asked["commentFilters"], asked.get("pagingInfo") or {}
    if NEEDS_REVIEW in (filters.get("primaryFilters") or ()):
        raise refused("comments that need review are not listed for a show")
    if paging.get("pageToken"):
        raise refused("invalid pageToken")
    found = context.talk.of_show(show, context.service.now_ms)
    return {"decoratedCommentOrReply": _rows(context, found, filters, paging.get("pageSize") or _USUAL)}


def of_episode(context: Context, episode: Episode, asked: Asked) -> list[dict[str, Any]]:
    """Comments below an episode, newest first, of both standings."""
    filters = {"primaryFilters": asked.get("primaryFilters"), "typeFilters": asked.get("commentTypesFilters")}
    found = context.talk.of_episode(episode, context.service.now_ms)
    return _rows(context, found, filters, asked.get("pageSize") or _USUAL)


def _rows(context: Context, found: list[Comment], filters: Asked, size: int) -> list[dict[str, Any]]:
    standings = filters.get("primaryFilters") or (PUBLISHED,)
    kinds = filters.get("typeFilters") or (_ROOT,)
    names = {Standing.PUBLISHED: PUBLISHED, Standing.NEEDS_REVIEW: NEEDS_REVIEW}
    rows = []
    for comment in found:
        if names[comment.standing] not in standings:
            continue
        episode = context.service.world.episode(comment.episode_id)
        assert episode is not None
        row = {"episodeUri": episode.uri, "episode": episode}
        if _ROOT in kinds:
            rows.append({**row, "oneOfCommentOrReply": decorated(comment, episode)})
        if _REPLY in kinds:
            rows += [{**row, "oneOfCommentOrReply": {"__typename": "UnrecordedReply"}} for _ in comment.replies]
    return rows[:size]


def decorated(comment: Comment, episode: Episode) -> dict[str, Any]:
    """A comment; the values of `initialModerationState` and `surfaceType` are not known, so they are null."""
    return {
        "__typename": "DecoratedComment",
        "commentUri": comment.uri,
        "parentEntityUri": episode.show.uri,
        "entityUri": episode.uri,
        "authorMetadata": {"oneOfAuthorMetadata": {"__typename": "UserIdString", "value": comment.author}},
        "createDate": comment.at_ms,
        "commentStr": comment.text,
        "language": episode.show.language,
        "initialModerationState": None,
        "approvalDate": comment.approved_ms,
        "numberOfReplies": len(comment.replies),
        "hasParentEntityReacted": False,
        "hasParentEntityReplied": comment.answered,
        "isAnySensitivityPolicyInitiallyViolated": comment.rough,
        "hasParentEntityPinned": comment.pinned,
        "containsBlockedWords": False,
        "surfaceType": None,
        "oneOfAuthorDisplayMetadata": {
            "__typename": "UserAuthorDisplayMetadata",
            "username": comment.author,
            "userFullName": comment.name,
            "userCoverImageUrl": f"https://images.example/user-{comment.author[:6]}.jpg",
        },
    }
