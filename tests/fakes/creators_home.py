"""Ada's server with her account at a simulated Spotify for Creators, over real HTTP; and what a sync would read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earstead.app import open_services
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.creators.memory import CommentRead
from earstead.services.creators.office import CreatorServices
from earstead.services.creators.types import CreatorAccount, CreatorShow
from earstead.settings import Settings
from tests.fakes.creators import Stage

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Home:
    """The creator "ada", owner of her server, her account connected, beside the world it reads."""

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
        """Her show that is hosted by Spotify, the first of the account."""
        return next(one for one in self.creators.shows.of_user(self.user_id) if one.spotify_id == self.stage.show_id)


@contextmanager
def home(stage: Stage, data: Path, database_url: str = "") -> Iterator[Home]:
    """A server of the test's own, nothing read yet; background work is not started.

    Args:
        database_url: of PostgreSQL; anything else is a database in `data`.
    """
    url = database_url if database_url.startswith("postgresql") else ""
    services = open_services(Settings(data=data, database_url=url, creators_url=stage.url), clock=stage.clock)
    try:
        user_id = services.accounts.claim_owner(services.accounts.owner_link(), "ada", PASSWORD).user_id
        account = services.creators.accounts.connect(user_id, stage.sp_dc, stage.sp_key)
        yield Home(services=services, stage=stage, user_id=user_id, account=account)
    finally:
        services.close()


def comment_read(uri: str, text: str = "", **more: Any) -> CommentRead:
    """A comment as a sync reads it: published, by somebody who is not named, below no known episode."""
    plain: dict[str, Any] = {
        "comment_uri": uri,
        "parent_uri": "",
        "episode_uri": "",
        "text": text,
        "state": "published",
        "author_id": "",
        "author_name": "",
        "author_cover": "",
        "by_show": False,
        "language": "en",
        "answered": False,
        "pinned": False,
        "liked": False,
        "flagged": False,
        "replies": 0,
        "created_ms": 1,
    }
    return CommentRead(**(plain | more))
