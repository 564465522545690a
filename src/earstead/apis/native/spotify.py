"""Linked Spotify accounts: until when, what the client id may do, and what is left of its limits."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from earstead.apis.native.callers import Held, Reader, new_router
from earstead.apis.native.shapes import Answer, Count, IdPath, Seconds
from earstead.core.quota import Family
from earstead.core.spotify import PlaylistRoute
from earstead.kit.http import blocking
from earstead.services.spotify.types import AccountState

router = new_router("spotify")


class Capabilities(Answer):
    """What a client id may do, as it was tried out; null where that could not be tried."""

    probed_at: Count = Field(description="Unix seconds; 0: never tried.")
    playlist_route: PlaylistRoute | None = Field(description="Under which name the items of a playlist answer.")
    batch: bool | None = Field(description="Several objects in one request.")
    search_max: int | None = Field(description="The largest page of a search.")
    library: bool | None = Field(description="Saving and asking by URI for all kinds at once.")
    related_artists: bool | None
    audio_features: bool | None
    legacy_fields: bool | None = Field(description="Answers hold the fields that newer client ids no longer get.")


class Account(Answer):
    """A linked account."""

    account_id: int
    client_id: str
    spotify_id: str
    title: str
    features: tuple[str, ...]
    state: AccountState
    error: str = Field(description="Why you have to agree again; empty when all is well.")
    ends_at: Seconds = Field(description="When your consent ends.")
    capabilities: Capabilities


class Limit(Answer):
    """What is left of the day's requests of one family of endpoints."""

    family: Family
    used: Count
    budget: Count
    left: Count
    locked_until_ms: Count = Field(description="Unix milliseconds; 0: not locked.")


class Pace(Answer):
    """The window of half a minute."""

    used: Count
    size: Count
    held_until_ms: Count = Field(description="Unix milliseconds; 0: requests flow.")


class Ledger(Answer):
    """What was asked of Spotify, and what may still be asked; shared by all client ids of one developer."""

    window: Pace
    families: tuple[Limit, ...]


@router.get("/spotify/accounts", response_model=tuple[Account, ...])
async def accounts(who: Reader, services: Held) -> Any:
    """Your linked accounts with what their client ids may do."""
    return await blocking(services.spotify.of_user, who.id)


@router.get("/spotify/accounts/{account_id}/ledger", response_model=Ledger)
async def ledger(who: Reader, services: Held, account_id: IdPath) -> Any:
    """What is locked until when, and what is left."""
    account = await blocking(services.spotify.get, who.id, account_id)
    window, families = await blocking(services.spotify_links.ledger, account.developer)
    return {"window": window, "families": families}
