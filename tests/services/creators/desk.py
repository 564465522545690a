"""A server whose creator works with a simulated Spotify for Creators, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from earstead.app import open_services
from earstead.kit.clock import FixedClock
from earstead.sandbox.creators.world import Episode, State
from earstead.services.container import Services
from earstead.services.creators.office import CreatorServices
from earstead.services.creators.types import CreatorAccount, CreatorEpisode, CreatorShow
from earstead.settings import Settings
from earstead.storage import creators as table
from tests.fakes.creators import Stage

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Desk:
    """The creator "ada", owner of her server, with her account connected."""

    services: Services
    stage: Stage
    user_id: int
    account: CreatorAccount

    @property
    def clock(self) -> FixedClock:
        """The clock of server and simulator."""
        return self.stage.clock

    @property
    def creators(self) -> CreatorServices:
        """Her services."""
        return self.services.creators

    @property
    def show(self) -> CreatorShow:
        """Her show that is hosted by Spotify."""
        return next(one for one in self.creators.shows.of_user(self.user_id) if one.spotify_id == self.stage.show_id)

    def known(self, episode: Episode) -> CreatorEpisode:
        """One of the simulator's episodes as a sync would have read it."""
        at = self.clock.now()
        state = str(episode.state)
        row = {
            "episode_id": episode.anchor_id,
            "show_id": self.show.show_id,
            "user_id": self.user_id,
            "remote_key": episode.uri,
            "uri": episode.uri,
            "anchor_id": episode.anchor_id,
            "title": episode.title,
            "description": episode.description,
            "state": state,
            "episode_type": "full",
            "content_type": "",
            "published_at": 0,
            "created_at": at,
            "duration_ms": 0,
            "cover_url": "",
            "totals": "{}",
            "first_seen_at": at,
            "read_at": at,
        }
        self.services.writer.do(lambda tx: table.add_episodes(tx, [row])).result()
        return self.creators.shows.episode(self.user_id, episode.anchor_id)

    def episode(self, state: State = State.PUBLISHED, place: int = 0) -> CreatorEpisode:
        """One of the show's episodes of a state, known here."""
        return self.known(self.stage.episodes(state)[place])


@contextmanager
def desk(stage: Stage, data: Path) -> Iterator[Desk]:
    """A server of the test's own; background work is not started."""
    services = open_services(Settings(data=data, creators_url=stage.url), clock=stage.clock)
    try:
        user_id = services.accounts.claim_owner(services.accounts.owner_link(), "ada", PASSWORD).user_id
        account = services.creators.accounts.connect(user_id, stage.sp_dc, stage.sp_key)
        # The first sync asks hundreds of things that these tests do not want to know.
        services.writer.do(lambda tx: tx.run("DELETE FROM jobs WHERE kind = 'creators.sync'")).result()
        yield Desk(services=services, stage=stage, user_id=user_id, account=account)
    finally:
        services.close()
