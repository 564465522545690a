"""Who you are, tokens, and what is playing."""

from __future__ import annotations

from typing import Any

from earstead.apis.native import answers, requests
from earstead.apis.native.callers import SCOPES, Admin, Anyone, Held, Holder, Reader, Writer, new_router
from earstead.apis.native.problems import Invalid
from earstead.apis.native.shapes import IdPath
from earstead.core import rules
from earstead.core.errors import Forbidden, NotFound
from earstead.core.listen import NowPlaying
from earstead.kit.http import blocking

router = new_router("account")


@router.get("/me", response_model=answers.Me)
async def me(who: Anyone, services: Held) -> Any:
    """Whom the token speaks for, what it may, and how much there is."""
    count = await blocking(services.insights.count, who.id)
    first_at, last_at = await blocking(services.insights.ends, who.id)
    names = ("user_id", "name", "display_name", "role", "zone", "visibility", "created_at")
    return {
        **{name: getattr(who.user, name) for name in names},
        "scopes": sorted(who.scopes),
        "listens": count,
        "first_at": first_at,
        "last_at": last_at,
    }


@router.get("/tokens", response_model=tuple[answers.Token, ...])
async def list_tokens(who: Holder, services: Held) -> Any:
    """Your tokens; their secrets are not kept."""
    return await blocking(services.accounts.tokens, who.id)


@router.post("/tokens", response_model=answers.NewToken, status_code=201)
async def make_token(who: Admin, services: Held, body: requests.TokenBody) -> Any:
    """Make a token; this answer is the only place that tells it."""
    if unknown := sorted(set(body.scopes) - set(SCOPES)):
        raise Invalid(
            [("scopes", f"there is no scope {scope[:50]!r}; there are {', '.join(SCOPES)}") for scope in unknown]
        )
    if more := sorted(set(body.scopes) - who.scopes):
        raise Forbidden(f"A token cannot give what its maker lacks: {', '.join(more)}.")
    scopes = tuple(sorted(set(body.scopes)))
    token = await blocking(services.accounts.new_token, who.id, body.label, scopes)
    return answers.NewToken(token=token, label=body.label, scopes=scopes)


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(who: Admin, services: Held, token_id: IdPath) -> None:
    """End a token at once."""
    await blocking(services.accounts.revoke_token, who.id, token_id)


@router.get("/now-playing", response_model=answers.NowPlaying)
async def now_playing(who: Reader, services: Held) -> Any:
    """What is heard at this moment; 404 when nothing is."""
    slot = services.playing.get(who.id)
    if slot is None:
        raise NotFound("Nothing is playing.")
    return _shown(slot)


@router.put("/now-playing", status_code=204)
async def set_now_playing(who: Writer, services: Held, body: requests.Now) -> None:
    """Say what is heard at this moment; it is never counted."""
    said = requests.submission(body)
    if not body.artist_name.strip() or not body.track_name.strip():
        raise Invalid([("", rules.problem(said, services.clock.now()) or "a name is empty")])
    services.playing.set(who.id, said, body.ttl_s())


@router.delete("/now-playing", status_code=204)
async def clear_now_playing(who: Writer, services: Held) -> None:
    """Say that nothing is heard any more."""
    services.playing.clear(who.id)


def _shown(slot: NowPlaying) -> answers.NowPlaying:
    said = slot.submission
    return answers.NowPlaying(
        artist_name=said.artist_name,
        track_name=said.track_name,
        release_name=said.release_name,
        duration_ms=said.duration_ms or 0,
        started_at=slot.started_at,
        expires_at=slot.expires_at,
        client=said.client,
    )
