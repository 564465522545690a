"""Readers of lists: episodes in their three known forms, comments, transcripts. See `parse` for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.creators import walk
from earstead.creators.answers import Answered
from earstead.creators.parse import episode_node, show_node
from earstead.creators.records import Comment, CommentPage, EpisodeFacts, EpisodeItem, EpisodePage
from earstead.creators.redact import plain_url


def episode_page(answered: Answered) -> EpisodePage:
    """`episodesV2` of the lists of today. Signed addresses of audio are not read: they are short-lived secrets."""
    node = walk.table(walk.at(show_node(answered), "episodesV2"))
    pages = walk.table(node.get("pagination"))
    sortable = node.get("sortable")
    return EpisodePage(
        items=tuple(_item(row) for row in walk.rows(node.get("items"))),
        page=walk.integer(pages.get("currentPage")) or walk.integer(answered.variables.get("currentPage")) or 1,
        page_size=walk.integer(pages.get("pageSize")) or walk.integer(answered.variables.get("pageSize")) or 0,
        total_items=walk.integer(pages.get("totalItems")),
        total_pages=walk.integer(pages.get("totalPages")),
        index_status=walk.text(node.get("indexStatus")),
        sortable=tuple(walk.text(name) for name in sortable) if isinstance(sortable, list) else (),
    )


def _item(row: Mapping[str, Any]) -> EpisodeItem:
    asset = walk.table(row.get("asset"))
    duration = walk.integer(asset.get("lengthMs"))
    return EpisodeItem(
        uri=walk.text(row.get("uri")),
        episode_id=walk.integer(row.get("episodeId")),
        title=walk.text(row.get("title")),
        published_at=walk.integer(walk.at(row, "publishedOn", "seconds")),
        created_at=walk.integer(walk.at(row, "createdOn", "seconds")),
        duration_ms=duration if duration is not None else walk.integer(asset.get("durationMs")),
        episode_type=walk.text(row.get("episodeType")),
        content_type=walk.text(row.get("contentType")),
        starts=_first(row, "analyticsStartsV2", "starts"),
        streams=_first(row, "analyticsStreams", "streams"),
        listeners=_first(row, "analyticsListeners", "listeners"),
        audience=_first(row, "analyticsAudience"),
        plays_and_downloads=_first(row, "analyticsPlaysAndDownloads"),
        streams_and_downloads=_first(row, "analyticsStreamsAndDownloads"),
    )


def _first(row: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        found = walk.counted(row.get(name))
        if found is not None:
            return found
    return None


def old_episode_page(answered: Answered) -> EpisodePage:
    """`showByStationId.episodes`, the list of 2024: by cursor, with plays only."""
    node = walk.table(walk.at(show_node(answered), "episodes"))
    return EpisodePage(
        items=tuple(_old_item(row) for row in walk.rows(node.get("items"))),
        page_size=walk.integer(answered.variables.get("pageSize")) or 0,
        next_cursor=walk.text(walk.at(node, "pagingInfo", "nextCursor")),
    )


def _old_item(row: Mapping[str, Any]) -> EpisodeItem:
    return EpisodeItem(
        uri=walk.text(row.get("spotifyUri")),
        episode_id=walk.integer(row.get("id")),
        title=walk.text(row.get("title")),
        published_at=_seconds(row.get("publishedOn")),
        created_at=_seconds(row.get("createdOn")),
        duration_ms=walk.integer(walk.at(row, "audio", "lengthMs")),
        episode_type="EPISODE_TYPE_TRAILER" if walk.truth(row.get("isTrailer")) else "EPISODE_TYPE_FULL",
        content_type="EPISODE_CONTENT_TYPE_VIDEO" if walk.truth(row.get("isVideo")) else "EPISODE_CONTENT_TYPE_AUDIO",
        starts=walk.integer(walk.at(row, "analytics", "plays")),
    )


def _seconds(node: Any) -> int | None:
    """A time as an object with seconds, or as a plain number of seconds or milliseconds."""
    found = walk.integer(walk.at(node, "seconds") if isinstance(node, Mapping) else node)
    return found // 1000 if found is not None and found > 100_000_000_000 else found


def episode_facts(answered: Answered) -> EpisodeFacts:
    """Title, date and picture."""
    episode = episode_node(answered)
    pictures = walk.rows(walk.at(episode, "thumbnail", "images"))
    return EpisodeFacts(
        title=walk.text(episode.get("title")),
        published_at=walk.integer(walk.at(episode, "publishedOn", "seconds")),
        picture_url=next((walk.text(row.get("url")) for row in pictures if walk.text(row.get("url"))), ""),
    )


def transcript_text(answered: Answered) -> str:
    """The plain text; "" when there is none."""
    return walk.text(walk.at(episode_node(answered), "transcript", "transcript", "transcriptText"))


def transcript_length(answered: Answered) -> int:
    """How many characters; 0 when there is none."""
    return walk.integer(walk.at(episode_node(answered), "transcript", "transcript", "transcriptTextLength")) or 0


def comments(answered: Answered) -> CommentPage:
    """Comments wherever they stand.

    `showComments.decoratedCommentOrReply[]` is proven; the persisted documents are not, so every object with a
    `commentUri` is taken for one. Older text names `author.username`: both forms are read.
    """
    node = show_node(answered) or episode_node(answered)
    listed = walk.sought(node, "decoratedCommentOrReply")
    if isinstance(listed, list):
        found = [_decorated(row) for row in walk.rows(listed)]
    else:
        found = [_comment(row, {}) for row in walk.holders(node, "commentUri")]
    asked = walk.integer(answered.variables.get("pageSize"))
    token = walk.sought(node, "nextPageToken")
    return CommentPage(
        comments=tuple(one for one in found if one.uri),
        full=asked is not None and len(found) >= asked,
        next_token=token if isinstance(token, str) else "",
    )


def _decorated(row: Mapping[str, Any]) -> Comment:
    member = row.get("oneOfCommentOrReply")
    return _comment(walk.table(member if member is not None else row), row)


def _comment(row: Mapping[str, Any], around: Mapping[str, Any]) -> Comment:
    author = walk.table(row.get("oneOfAuthorDisplayMetadata"))
    older = walk.table(row.get("author"))
    by_show = "showFullName" in author or author.get("__typename") == "ShowAuthorDisplayMetadata"
    name = author.get("showFullName") if by_show else author.get("userFullName")
    picture = author.get("showCoverImageUrl") if by_show else author.get("userCoverImageUrl")
    typename = walk.text(row.get("__typename"))
    return Comment(
        uri=walk.text(row.get("commentUri")),
        episode_uri=walk.text(around.get("episodeUri")) or _episode_of(row),
        episode_title=walk.text(walk.at(around, "episode", "title")),
        text=walk.text(row.get("commentStr")),
        author=walk.text(name) or walk.text(older.get("displayName")),
        username=walk.text(author.get("username")) or walk.text(older.get("username")),
        picture_url=plain_url(walk.text(picture)),
        by_show=by_show,
        created_ms=walk.integer(row.get("createDate")),
        approved_ms=walk.integer(row.get("approvalDate")) or None,
        language=walk.text(row.get("language")),
        state=walk.text(row.get("initialModerationState")),
        replies=walk.integer(row.get("numberOfReplies")) or 0,
        replied=walk.truth(row.get("hasParentEntityReplied")),
        reacted=walk.truth(row.get("hasParentEntityReacted")),
        pinned=walk.truth(row.get("hasParentEntityPinned")),
        flagged=walk.truth(row.get("isAnySensitivityPolicyInitiallyViolated"))
        or walk.truth(row.get("containsBlockedWords")),
        is_comment=typename in ("", "DecoratedComment"),
    )


def _episode_of(row: Mapping[str, Any]) -> str:
    named = (walk.text(row.get(name)) for name in ("episodeUri", "parentEntityUri", "entityUri"))
    return next((uri for uri in named if uri.startswith("spotify:episode:")), "")
