"""The list of a show's episodes, drafts included, and whether it may be believed when something is not in it.

The list comes from GraphQL, 50 episodes a request. A list that is used to conclude "there is no such draft" must be
whole: its index built, its pages adding up, no episode twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from earstead.creators.errors import Unavailable
from earstead.creators.parse_lists import episode_page
from earstead.creators.records import EpisodeItem

if TYPE_CHECKING:
    from earstead.creators.graph import Graph
    from earstead.creators.resolver import Resolver, ShowRef
    from earstead.creators.rest import Rest
    from earstead.creators.transport import Transport

OPERATION: Final = "WebGetIndexedEpisodeList"
PAGE: Final = 50
DRAFTS: Final = "DRAFT_EPISODES"
PUBLISHED: Final = "PUBLISHED_EPISODES"
_TRIES: Final = 5
_PAUSE_S: Final = 3.0
_MOST_PAGES: Final = 2000


@dataclass(frozen=True, slots=True)
class Listed:
    """Episodes of a list; `whole` says whether it may be believed when something is missing."""

    items: tuple[EpisodeItem, ...]
    whole: bool

    def numbers(self) -> frozenset[int]:
        """The Anchor ids in it."""
        return frozenset(item.episode_id for item in self.items if item.episode_id is not None)


class Listing:
    """Reads lists, and tells the resolver the pairs of ids in them."""

    def __init__(self, graph: Callable[[], Graph], rest: Rest, resolver: Resolver, transport: Transport) -> None:
        self._graph = graph
        self._rest = rest
        self._resolver = resolver
        self._transport = transport

    def read(self, show: ShowRef, which: str | None = None, *, search: str = "") -> Listed:
        """A list as it is now: `which` is DRAFTS, PUBLISHED or None for all; a request for each 50."""
        items: list[EpisodeItem] = []
        totals: set[int | None] = set()
        whole = True
        for page in range(1, _MOST_PAGES):
            variables = {
                "showUri": show.uri,
                "currentPage": page,
                "pageSize": PAGE,
                "filter": which,
                "search": search or None,
                "includeMembershipTiers": False,
                "analyticsWindow": "WINDOW_ALL_TIME",
            }
            found = episode_page(self._graph().call(OPERATION, variables))
            items += found.items
            totals.add(found.total_items)
            whole = whole and found.complete
            if _last(len(items), len(found.items), page, found.total_items, found.total_pages):
                break
        for item in items:
            self._resolver.learn(item.episode_id or 0, item.uri)
        names = [item.uri or item.episode_id for item in items]
        whole = whole and len(totals) == 1 and totals <= {len(items)} and len(set(names)) == len(names)
        return Listed(tuple(items), whole)

    def trusted(self, show: ShowRef, which: str | None = None) -> Listed:
        """A list that may be believed. Its index is built anew when it is not complete, and waited for.

        Raises:
            Unavailable: it does not become whole within some seconds.
        """
        for attempt in range(_TRIES):
            found = self.read(show, which)
            if found.whole:
                return found
            if attempt == 0 and show.station_id:
                self._rest.rebuild_list(show.station_id)
            self._transport.sleep(min(_PAUSE_S, self._transport.pace.poll_first_s))
        raise Unavailable("the list of episodes is being built; what is not in it may still be there")

    def find(
        self, anchor_id: int, shows: Iterable[ShowRef], which: str | None = DRAFTS
    ) -> tuple[ShowRef, EpisodeItem] | None:
        """The show and the item of an episode, looking through the lists of shows; None if no whole list has it.

        Raises:
            Unavailable: it is in no list, and one of them is not whole.
        """
        doubtful = False
        for show in shows:
            found = self.read(show, which)
            item = next((item for item in found.items if item.episode_id == anchor_id), None)
            if item is not None:
                return show, item
            doubtful = doubtful or not found.whole
        if doubtful:
            raise Unavailable("the list of episodes is being built; the episode may still be in it")
        return None


def _last(collected: int, here: int, page: int, total_items: int | None, total_pages: int | None) -> bool:
    """Whether a page is the last: enough collected, the last by number, or a short page."""
    return (
        here < PAGE
        or (total_items is not None and collected >= total_items)
        or (total_pages is not None and page >= total_pages)
    )
