"""Shows and their episodes, as they were read last."""

from __future__ import annotations

from earstead.kit.clock import Clock
from earstead.services.creators.types import CreatorEpisode, CreatorShow, EpisodePage, Transcript
from earstead.storage.engine import Engine

STATES = ("published", "scheduled", "draft", "gone")
SORTS = ("newest", "oldest", "title", "plays", "longest")


class CreatorShows:
    """See the module. Methods block."""

    def __init__(self, engine: Engine, clock: Clock) -> None: ...

    def of_user(self, user_id: int) -> tuple[CreatorShow, ...]:
        """A user's shows that are there, by name; those an account lost last."""
        raise NotImplementedError

    def get(self, user_id: int, show_id: int) -> CreatorShow:
        """One of a user's shows. Raises NotFound."""
        raise NotImplementedError

    def find(self, user_id: int, named: str) -> CreatorShow:
        """A user's show by our id, its id at Spotify, URI, address, or name. Raises NotFound."""
        raise NotImplementedError

    def episodes(
        self,
        user_id: int,
        show_id: int,
        *,
        state: str = "",
        search: str = "",
        sort: str = "newest",
        page: int = 1,
        size: int = 50,
    ) -> EpisodePage:
        """A page of a show's episodes; `state` "" is all but those that are gone. Raises Rejected, NotFound."""
        raise NotImplementedError

    def episode(self, user_id: int, episode_id: int) -> CreatorEpisode:
        """One of a user's episodes. Raises NotFound."""
        raise NotImplementedError

    def find_episode(self, user_id: int, named: str) -> CreatorEpisode:
        """A user's episode by our id, its id at Spotify, URI, address or Anchor id. Raises NotFound."""
        raise NotImplementedError

    def transcript(self, user_id: int, episode_id: int) -> Transcript | None:
        """What is said in an episode; None when it was not told."""
        raise NotImplementedError
