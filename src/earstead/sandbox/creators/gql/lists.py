"""Lists of episodes, in the form of today and in that of December 2024."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from earstead.sandbox.creators.facts import Metric
from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.world import Episode, Show, State

SORTABLE: Final = ("TITLE", "PUBLISHED_ON", "PLAY_COUNT")
MOST: Final = 250
"""Episodes on one page; the dashboard itself asks for 50 at most, and for 250 where it ranks them."""
_USUAL: Final = 10

Asked = Mapping[str, Any]


def episodes(context: Context, show: Show, asked: Asked) -> dict[str, Any]:
    """A page of a show's episodes.

    While the index is being built, drafts are missing from it.

    Raises:
        GraphQLError: the page begins before the first or is too long, or episodes of a show that is hosted elsewhere
            are to be ranked.
    """
    if context.operation == "getShowTopEpisodesByMetric" and not context.service.hosted(show):
        raise refused("top episodes are not available for this show")
    building = context.service.faults.on("list.index_building")
    found = [one for one in context.service.world.episodes(show) if not (building and one.state is State.DRAFT)]
    found = _filtered(found, asked.get("filter"), asked.get("search"))
    sort = asked.get("sort") or {}
    by = sort.get("sortBy") or "PUBLISHED_ON"
    found.sort(key=_order(context, by), reverse=(sort.get("sortOrder") or "DESC") == "DESC")
    pages = asked.get("pagination") or {}
    page, size = pages.get("currentPage") or 1, pages.get("pageSize") or _USUAL
    if page < 1 or not 1 <= size <= MOST:
        raise refused(f"currentPage is at least 1, pageSize from 1 to {MOST}")
    return {
        "items": found[(page - 1) * size : page * size],
        "pagination": {
            "currentPage": page,
            "pageSize": size,
            "totalItems": len(found),
            "totalPages": -(-len(found) // size),
        },
        "indexStatus": "IN_PROGRESS" if building else "COMPLETED",
        "sortable": list(SORTABLE),
    }


def _filtered(found: list[Episode], state: str | None, search: str | None) -> list[Episode]:
    """In what other filter a scheduled episode is, is not known; without one it is there."""
    wanted = {"PUBLISHED_EPISODES": State.PUBLISHED, "DRAFT_EPISODES": State.DRAFT}.get(state or "")
    kept = [one for one in found if wanted is None or one.state is wanted]
    return [one for one in kept if search.casefold() in (one.title or "").casefold()] if search else kept


def _order(context: Context, by: str) -> Callable[[Episode], Any]:
    if by == "TITLE":
        return lambda one: (one.title or "").casefold()
    if by == "PLAY_COUNT":
        return lambda one: _plays(context, one)
    return lambda one: one.published_ms or one.publish_on_ms or one.created_ms


def _plays(context: Context, episode: Episode) -> int:
    if episode.state is not State.PUBLISHED:
        return 0
    return context.facts.count(Metric.PLAYS, episode, episode.day, context.facts.last_day)


def old_episodes(context: Context, show: Show, size: int | None, after: str | None) -> dict[str, Any]:
    """A page in the old form; a cursor is the number of episodes before the page.

    Raises:
        GraphQLError: the cursor is none.
    """
    found = sorted(context.service.world.episodes(show), key=_order(context, "PUBLISHED_ON"), reverse=True)
    if after and not after.isdecimal():
        raise refused("invalid cursor")
    start, length = int(after or 0), max(1, min(size or _USUAL, MOST))
    end = start + length
    return {
        "pagingInfo": {
            "previousCursor": str(max(0, start - length)) if start else None,
            "nextCursor": str(end) if end < len(found) else None,
        },
        "items": [_old(context, one) for one in found[start:end]],
    }


def _old(context: Context, episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.anchor_id or None,
        "title": episode.title,
        "publishedOn": seconds(episode.published_ms),
        "createdOn": seconds(episode.created_ms),
        "adCount": 0,
        "audioCount": 1 if episode.media else 0,
        "isTrailer": episode.kind == "trailer",
        "isVideo": bool(episode.media and episode.media.kind == "video"),
        "spotifyUri": episode.uri,
        "audio": {"lengthMs": episode.duration_ms, "downloadUrl": download_url(context, episode)},
        "image": {"url": episode.image_url},
        "analytics": {"plays": _plays(context, episode)},
    }


def seconds(ms: int | None) -> dict[str, int] | None:
    """A moment as a Timestamp."""
    return None if ms is None else {"seconds": ms // 1000}


def download_url(context: Context, episode: Episode) -> str | None:
    """A signed address of the sound that is good for a short time."""
    if episode.media is None:
        return None
    expires = context.service.now_ms // 1000 + 3600
    return f"{context.origin}/_storage/media/{episode.id}/{episode.media.name}?Expires={expires}&Signature=sim"
