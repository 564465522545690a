"""From whatever names a show or an episode to everything else that names it; account and shows found by themselves.

Ids never change, so that each is asked for once. What the account has comes from GraphQL, where the station ids and
the hosting are in two operations; podcasters/v0 stands in when neither answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from earstead.core.creators.ids import (
    Hosting,
    episode_uri,
    id_of,
    parse_episode,
    parse_show,
    show_uri,
    station_from_web,
    web_episode_id,
    web_station_id,
)
from earstead.core.errors import Rejected
from earstead.creators.errors import (
    Forbidden,
    GraphQLFailed,
    Missing,
    NotFound,
    StaleOperation,
    UpstreamError,
    ValidationError,
)
from earstead.creators.walk import integer, rows, table, text

if TYPE_CHECKING:
    from earstead.creators.graph import Graph
    from earstead.creators.pairs import Pairs
    from earstead.creators.pod import Pod
    from earstead.creators.rest import Rest

_QUIET: Final = (GraphQLFailed, Missing, StaleOperation)
_DENIED: Final = (Forbidden, NotFound, UpstreamError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRef:
    """A show by all its names.

    Attributes:
        id: 22 characters.
        station_id, user_id: 0 for shows hosted elsewhere, which have none, and where not asked for yet.
        web_station_id: "" likewise.
        permissions: as GraphQL gives them; their form is not known.
    """

    id: str
    uri: str
    name: str = ""
    station_id: int = 0
    user_id: int = 0
    web_station_id: str = ""
    hosting: Hosting = Hosting.UNKNOWN
    permissions: Any = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def writable(self) -> bool:
        """Whether episodes can be made and changed here: the show has a station."""
        return self.station_id > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRef:
    """An episode by all its names.

    Attributes:
        anchor_id: 0 for episodes of shows hosted elsewhere.
        id, uri: "" for a draft that was never published and has none yet, and where it could not be found out.
        web_id: follows from the Anchor id.
    """

    anchor_id: int
    id: str = ""
    uri: str = ""

    @property
    def web_id(self) -> str:
        """`e` and six letters and digits, as in old share links; "" without an Anchor id."""
        return web_episode_id(self.anchor_id) if self.anchor_id else ""

    @property
    def name(self) -> str:
        """The URI, or the Anchor id as text: what a change is filed under."""
        return self.uri or str(self.anchor_id)


class Resolver:
    """Finds and remembers. For several threads."""

    def __init__(
        self, rest: Rest, graph: Callable[[], Graph], pod: Callable[[], Pod], pairs: Pairs | None = None
    ) -> None:
        """`pairs`: where pairs of ids outlive this object."""
        self._rest = rest
        self._graph = graph
        self._pod = pod
        self._lock = threading.Lock()
        self._account: tuple[ShowRef, ...] | None = None
        self._shows: dict[str, ShowRef] = {}
        self._anchors: dict[str, int] = {}
        self._uris: dict[int, str] = {}
        self._pairs = pairs
        for anchor_id, uri in pairs.all() if pairs else ():
            self._anchors[id_of(uri)], self._uris[anchor_id] = anchor_id, uri

    def shows(self, *, fresh: bool = False) -> tuple[ShowRef, ...]:
        """The shows of the account, those hosted here first, otherwise as they come.

        Args:
            fresh: ask again instead of remembering.
        """
        with self._lock:
            if self._account is not None and not fresh:
                return self._account
        found = self._ask_shows()
        order = tuple(sorted(found, key=lambda show: not show.hosting.hosted))
        with self._lock:
            self._account = order
        return order

    def default_show(self) -> ShowRef:
        """The first show hosted here, or else the first. Raises NotFound: the account has none."""
        shows = self.shows()
        if not shows:
            raise NotFound("a show of this account")
        return shows[0]

    def show(self, named: str | ShowRef) -> ShowRef:
        """A show by its address, URI, id, station id (a number as text) or web id, with its numeric ids.

        Raises:
            ValidationError: `named` names no show.
            NotFound, Forbidden: the account has no such show.
        """
        if isinstance(named, ShowRef):
            return named
        show_id = self._show_id(named.strip())
        with self._lock:
            held = self._shows.get(show_id)
        if held is not None:
            return held
        known = next((show for show in self.shows() if show.id == show_id), None)
        ref = known or ShowRef(id=show_id, uri=show_uri(show_id))
        ref = self._with_numbers(ref)
        with self._lock:
            self._shows[show_id] = ref
        return ref

    def episode(self, named: str | int | EpisodeRef) -> EpisodeRef:
        """An episode by its address, URI, id, Anchor id or web id.

        One request for a pair of ids that is new, none for one that is known.

        Raises:
            ValidationError: `named` names no episode.
            NotFound: an episode id that has no Anchor id: it is another account's, or hosted elsewhere.
        """
        if isinstance(named, EpisodeRef):
            return named
        try:
            name = parse_episode(named)
        except Rejected as fault:
            raise ValidationError(fault.field, fault.why) from fault
        if isinstance(name, int):
            return self._by_anchor(name)
        with self._lock:
            anchor = self._anchors.get(name)
        anchor = anchor if anchor is not None else self._rest.anchor_id(name)
        self.learn(anchor, episode_uri(name))
        return EpisodeRef(anchor_id=anchor, id=name, uri=episode_uri(name))

    def known(self, station_id: int, web_station_id: str = "") -> ShowRef | None:
        """A show by its station, if it was seen already; nothing is asked for it."""
        with self._lock:
            seen = [*self._shows.values(), *(self._account or ())]
        for show in seen:
            if (station_id and show.station_id == station_id) or (
                web_station_id and show.web_station_id == web_station_id
            ):
                return show
        return None

    def learn(self, anchor_id: int, uri: str) -> None:
        """Remember a pair that was seen somewhere, for example in a list."""
        if anchor_id <= 0 or not id_of(uri):
            return
        with self._lock:
            fresh = self._uris.get(anchor_id) != uri
            self._anchors[id_of(uri)] = anchor_id
            self._uris[anchor_id] = uri
        if fresh and self._pairs is not None:
            self._pairs.add(anchor_id, uri)

    def _by_anchor(self, anchor_id: int) -> EpisodeRef:
        with self._lock:
            uri = self._uris.get(anchor_id, "")
        if not uri:
            try:
                uri = self._rest.overview(anchor_id).uri
            except Forbidden:
                # A draft cannot be read this way; its Anchor id is all that is needed to write it.
                uri = ""
            self.learn(anchor_id, uri)
        return EpisodeRef(anchor_id=anchor_id, id=id_of(uri), uri=uri)

    def _show_id(self, named: str) -> str:
        try:
            return parse_show(named)
        except Rejected as fault:
            wanted = fault
        name = named.removeprefix("webStationId:").rstrip("/").rpartition("/")[2].lower()
        station = int(name) if name.isascii() and name.isdigit() and len(name) < 12 else station_from_web(name) or 0
        for show in self.shows():
            if station and show.station_id == station:
                return show.id
        # A chosen address is known to the numbers of each show alone.
        for show in self.shows():
            if show.writable and name and self._with_numbers(show).web_station_id.lower() == name:
                return show.id
        raise ValidationError(wanted.field, wanted.why)

    def _with_numbers(self, ref: ShowRef) -> ShowRef:
        if ref.user_id or (ref.hosting is not Hosting.UNKNOWN and not ref.hosting.hosted):
            return ref
        ids = self._rest.legacy_ids(ref.id)
        return replace(
            ref,
            station_id=ids.station_id,
            user_id=ids.user_id,
            web_station_id=ids.web_station_id or web_station_id(ids.station_id),
        )

    def _ask_shows(self) -> list[ShowRef]:
        found: dict[str, dict[str, Any]] = {}
        for operation in ("WebGetUserShows", "getShowsForUser"):
            try:
                data = self._graph().call(operation, {}).data
            except _QUIET:
                continue
            for row in rows(table(data.get("showsForUser")).get("shows")):
                uri = text(row.get("uri"))
                if id_of(uri):
                    found.setdefault(uri, {}).update({name: value for name, value in row.items() if value is not None})
        if found:
            return [_show(uri, row) for uri, row in found.items()]
        return [ShowRef(id=card.id, uri=show_uri(card.id), name=card.name) for card in self._pod_shows()]

    def _pod_shows(self) -> tuple[Any, ...]:
        try:
            return self._pod().shows()
        except _DENIED:
            return ()


def _show(uri: str, row: Mapping[str, Any]) -> ShowRef:
    # The number comes as text from one operation.
    station = integer(row.get("stationId")) or 0
    hosting = Hosting.of(row.get("hostingProvider"))
    if hosting is Hosting.UNKNOWN and station:
        hosting = Hosting.S4P
    return ShowRef(
        id=id_of(uri),
        uri=uri,
        name=text(row.get("name")),
        station_id=station,
        hosting=hosting,
        permissions=row.get("permissionsV2"),
        raw=row,
    )
