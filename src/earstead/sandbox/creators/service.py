"""One Spotify for Creators without its addresses: world, figures, accounts, uploads, switches and the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from earstead.kit.clock import Clock
from earstead.sandbox.creators.accounts import Account, Accounts
from earstead.sandbox.creators.facts import Facts
from earstead.sandbox.creators.faults import Faults
from earstead.sandbox.creators.uploads import Uploads
from earstead.sandbox.creators.world import Hosting, Show, State, World, day_of, day_text

LAG: Final = 1
"""Days after which the figures of a day are told; today's are not."""
SLOW_LAG: Final = 2
"""The same for followers and impressions."""
BASES: Final = {
    "accounts_url": "/_accounts",
    "rest_url": "/_rest",
    "graph_url": "/_gql/v2/graph-pq",
    "pod_url": "/_pod/podcasters/v0",
    "web_url": "/_web",
    "next_url": "/_next/interactivity/_next/data",
    "legacy_url": "/_leg/pod/api/proxy/v3",
    "control_url": "/sandbox",
}
"""Where each backend's base address is: a prefix in place of its host, then the path it has there."""


class Service:
    """What all backends stand on.

    Attributes:
        clock: what the simulator takes for the time.
        user: the account whose shows the world is about; "bea" has one show that this one cannot see.
        calls: how often each endpoint was called, by backend and label: "REST 1-B", "POD P3", "GQL getShowPlaysByAge".
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 1,
        episodes: int = 60,
        days: int = 420,
        shows: Sequence[Hosting] = (Hosting.S4P, Hosting.OTHER, Hosting.MEGAPHONE, Hosting.S4P),
        user: str = "ada",
    ) -> None:
        self.clock = clock
        self.seed = seed
        self.user = user
        self.faults = Faults()
        today = day_of(clock.now_ms())
        self.world = World.of(seed, today, shows=shows, episodes=episodes, days=days, owner=user)
        self.facts = Facts(self.world, today - LAG)
        self.accounts = Accounts(seed, self.faults)
        for show in self.world.shows.values():
            if show.owner not in self.accounts.all:
                self.accounts.add(show.owner, show.user_id)
        self.uploads = Uploads(self.faults, self.accounts.new_uuid)
        self.calls: Counter[str] = Counter()

    @property
    def now_ms(self) -> int:
        """Unix milliseconds; whatever is due by then has happened."""
        now_ms = self.clock.now_ms()
        self.facts.move_to(day_of(now_ms) - LAG)
        self.world.settle(now_ms, needs_media=self.faults.on("rest.media_required"))
        return now_ms

    @property
    def today(self) -> int:
        """The day it is."""
        return day_of(self.now_ms)

    @property
    def account(self) -> Account:
        """The account the world is about."""
        return self.accounts.all[self.user]

    @property
    def shows(self) -> list[Show]:
        """The shows of that account; the first is hosted by Spotify unless the world was made otherwise."""
        return self.world.shows_of(self.user)

    def hosting(self, show: Show) -> Hosting:
        """Who hosts a show, as it is told now."""
        return Hosting.OTHER if show.hosted and self.faults.on("show.non_s4p") else show.hosting

    def hosted(self, show: Show) -> bool:
        """Whether a show has a station."""
        return self.hosting(show) is Hosting.S4P

    def credentials(self) -> dict[str, str]:
        """The cookies of the account, its first show, and what day it is."""
        account, show = self.account, self.shows[0]
        published = [one for one in self.world.episodes(show) if one.state is State.PUBLISHED]
        return {
            "show_id": show.id,
            "sp_dc": account.sp_dc,
            "sp_key": account.sp_key,
            "today": day_text(self.today),
            "episode_id": published[-1].id if published else "",
            "user": account.name,
        }


def urls(origin: str) -> dict[str, str]:
    """The base address of each backend for a simulator that is reached at an origin."""
    return {name: origin + path for name, path in BASES.items()}
