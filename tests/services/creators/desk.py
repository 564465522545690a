"""A server whose creator works with a simulated Spotify for Creators, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earstead.sandbox.creators.world import Episode, State
from earstead.services.creators.types import CreatorEpisode
from earstead.storage import creators as table
from tests.fakes.creators import Stage
from tests.fakes.creators_home import Home, home


class Desk(Home):
    """The creator at work: her account connected, episodes known as a sync would have read them."""

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
    with home(stage, data) as at:
        # The first sync asks hundreds of things that these tests do not want to know.
        at.services.writer.do(lambda tx: tx.run("DELETE FROM jobs WHERE kind = 'creators.sync'")).result()
        yield Desk(services=at.services, stage=stage, user_id=at.user_id, account=at.account)
