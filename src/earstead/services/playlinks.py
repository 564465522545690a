"""Play links: where a user's recordings can be played, by their own word, else by what sources said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earstead.core.errors import Conflict
from earstead.core.playlinks import SERVICES, Service, frame, page, parse, uri
from earstead.kit.clock import Clock
from earstead.services.tags import item_words
from earstead.services.views import EntityRef
from earstead.storage import playlinks as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

MOST_OF_USER = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayLink:
    """One place where a recording can be played.

    Attributes:
        target: Spotify URI, or the id of a YouTube video.
        own: the user said so; otherwise it came with a play.
    """

    service: Service
    target: str
    own: bool

    @property
    def page(self) -> str:
        """Where people open it."""
        return page(self.service, self.target)

    @property
    def frame(self) -> str:
        """What a player embeds."""
        return frame(self.service, self.target)


class Playlinks:
    """Sets and reads play links. All methods block."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    def set(self, user_id: int, recording: EntityRef, text: str) -> PlayLink:
        """Take an address for a recording; it replaces the one at the same service.

        Raises Rejected for what is no address of a song at Spotify or YouTube, Conflict when there is no more room.
        """
        service, target = parse(text)
        row = {
            "user_id": user_id,
            "recording_id": recording.entity_id,
            "service": service,
            "target": target,
            "item_name": item_words(recording.name),
            "item_credit": item_words(recording.credit),
            "at": self._clock.now(),
        }

        def work(tx: Tx) -> None:
            if table.count(tx, user_id) >= MOST_OF_USER:
                raise Conflict(f"You gave {MOST_OF_USER} links; remove some first.")
            # A clock that went back must not make what is said now lose against what was said before.
            table.take(tx, user_id, recording.entity_id, service)
            table.put(tx, [row])

        self._writer.do(work).result()
        return PlayLink(service=service, target=target, own=True)

    def remove(self, user_id: int, recording_id: int, service: Service) -> None:
        """Take a link of one's own back; harmless when there is none. What sources said then stands again."""
        self._writer.do(lambda tx: table.take(tx, user_id, recording_id, service)).result()

    def mark(self, user_id: int) -> str:
        """Changes whenever the user's own links do; good in an ETag."""
        with self._engine.read() as tx:
            return ".".join(map(str, table.mark(tx, user_id)))

    def of(self, user_id: int, recording_ids: Sequence[int]) -> Mapping[int, tuple[PlayLink, ...]]:
        """recording_id -> its links, one a service, Spotify first; those without any are left out. At most 4,096."""
        if not recording_ids:
            return {}
        with self._engine.read() as tx:
            came = table.observed(tx, user_id, recording_ids)
            said = table.of(tx, user_id, recording_ids)
        found: dict[int, dict[str, PlayLink]] = {}
        for recording_id, target in came:
            if uri(target):  # local files have URIs as well
                found[recording_id] = {"spotify": PlayLink(service="spotify", target=target, own=False)}
        for recording_id, service, target in said:
            found.setdefault(recording_id, {})[service] = PlayLink(service=service, target=target, own=True)
        return {i: tuple(links[s] for s in SERVICES if s in links) for i, links in found.items()}
