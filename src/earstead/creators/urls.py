"""Where the backends are: the live ones, or a simulator's that serves all of them from one origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from earstead.core.errors import Rejected

DASHBOARD = "https://creators.spotify.com"
"""What `Origin` and `Referer` name, wherever requests really go: the service looks at them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Base addresses without a trailing slash; paths of endpoints are appended to them.

    Attributes:
        accounts: `/oauth2/v2/auth` and `/api/token` are asked below it.
        rest: `/v3/...` and `/MultiGetColor`.
        graph: the GraphQL endpoint itself.
        pod: `/shows/...`, `/episodes/...`, `/user/...`.
        web: the dashboard; its pages name the script bundles.
        next: the data route of the comments page, up to and without the build id.
        legacy: the old proxy, `/analytics/...`.
    """

    accounts: str
    rest: str
    graph: str
    pod: str
    web: str
    next: str
    legacy: str

    @classmethod
    def live(cls) -> Urls:
        """Spotify's own."""
        return cls(
            accounts="https://accounts.spotify.com",
            rest="https://api-v5.anchor.fm",
            graph="https://creators-graph.spotify.com/v2/graph-pq",
            pod="https://generic.wg.spotify.com/podcasters/v0",
            web=DASHBOARD,
            next=f"{DASHBOARD}/interactivity/_next/data",
            legacy="https://podcasters.spotify.com/pod/api/proxy/v3",
        )

    @classmethod
    def at(cls, origin: str) -> Urls:
        """A simulator's at `origin`, for example `http://127.0.0.1:8099`: a prefix stands for each host.

        Raises:
            Rejected: not an http(s) address.
        """
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise Rejected("origin", "give an address such as http://127.0.0.1:8099")
        root = origin.rstrip("/")
        return cls(
            accounts=f"{root}/_accounts",
            rest=f"{root}/_rest",
            graph=f"{root}/_gql/v2/graph-pq",
            pod=f"{root}/_pod/podcasters/v0",
            web=f"{root}/_web",
            next=f"{root}/_next/interactivity/_next/data",
            legacy=f"{root}/_leg/pod/api/proxy/v3",
        )

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Urls:
        """What the first line of `earstead sandbox creators` says: `accounts_url`, `rest_url` and so on.

        Raises:
            Rejected: one of them is missing.
        """
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if not isinstance(said.get(f"{name}_url"), str)]
        if missing:
            raise Rejected("urls", f"there is no {missing[0]}_url in it")
        return cls(**{name: said[f"{name}_url"].rstrip("/") for name in names})
