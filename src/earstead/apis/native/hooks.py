"""Webhooks: addresses that events are sent to, signed, and the log of what was sent."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from earstead.apis.native.callers import Held, HookMaker, new_router
from earstead.apis.native.shapes import MOST, Answer, Count, IdPath, Request
from earstead.kit.http import blocking, reaching_out
from earstead.services.container import Services
from earstead.services.webhooks.types import Endpoint

router = new_router("webhooks")

Url = Annotated[str, Field(min_length=1, max_length=2000, description="http or https; may have a query.")]
Label = Annotated[str, Field(max_length=100)]
Choices = Annotated[
    tuple[str, ...],
    Field(max_length=50, strict=False, description='Types or groups ("player.*"); none for everything.'),
]


class HookBody(Request):
    """A webhook to be made."""

    url: Url
    label: Label = ""
    types: Choices = ()


class HookChange(Request):
    """What is given changes; `state` on lets it go on, also after it was switched off."""

    url: Url | None = None
    label: Label | None = None
    types: Choices | None = None
    state: Literal["on", "paused"] | None = None


class ReplayBody(Request):
    """Where to begin."""

    after: Count = Field(description="Everything behind this event is sent again, up to 1,000 events.")


class Hook(Answer):
    """A webhook. `failures` counts those in a row; times are unix milliseconds, 0 for never."""

    endpoint_id: Count
    url: str
    label: str
    types: tuple[str, ...]
    state: Literal["on", "paused", "off"] = Field(description="off: the server gave it up; `reason` says why.")
    reason: str
    failures: Count
    failing_since_ms: Count
    rest_until_ms: Count
    delivered: Count
    delivered_ms: Count
    created_at: Count


class NewHook(Hook):
    """A webhook just made: the only time its secret is told."""

    secret: str = Field(description="For verifying signatures, as Standard Webhooks describes it.")


class Secret(Answer):
    """A secret just made: the only time it is told. For a day deliveries are signed with the old one as well."""

    secret: str


class Delivery(Answer):
    """An event on its way, or what became of it. `status` 0: no answer; `type` is empty once its event was pruned."""

    delivery_id: Count
    event_id: Count
    type: str
    state: Literal["waiting", "done", "failed"]
    attempts: Count
    next_ms: Count
    tried_ms: Count
    took_ms: Count
    status: Count
    answer: str = Field(description="The first characters of the latest answer.")
    reason: str = Field(description="Why the latest attempt failed.")
    body: str = Field(description="What is sent, JSON.")


class Queued(Answer):
    """How many deliveries were queued."""

    queued: Count


@router.get("/webhooks", response_model=tuple[Hook, ...])
async def list_hooks(who: HookMaker, services: Held) -> Any:
    """Your webhooks."""
    return [endpoint for endpoint, _ in await blocking(services.webhooks.of_user, who.id)]


@router.post("/webhooks", response_model=NewHook, status_code=201)
async def make_hook(who: HookMaker, services: Held, body: HookBody) -> Any:
    """Make a webhook; this answer is the only place that tells its secret."""
    endpoint, secret = await reaching_out(services.webhooks.add, who.id, body.url, label=body.label, types=body.types)
    return {**Hook.model_validate(endpoint).model_dump(), "secret": secret}


@router.get("/webhooks/{endpoint_id}", response_model=Hook)
async def one_hook(who: HookMaker, services: Held, endpoint_id: IdPath) -> Any:
    """One webhook."""
    return await blocking(services.webhooks.get, who.id, endpoint_id)


@router.patch("/webhooks/{endpoint_id}", response_model=Hook)
async def change_hook(who: HookMaker, services: Held, endpoint_id: IdPath, body: HookChange) -> Any:
    """Change a webhook; what waits goes to its new address."""
    return await reaching_out(_change, services, who.id, endpoint_id, body)


def _change(services: Services, user_id: int, endpoint_id: int, body: HookChange) -> Endpoint:
    hooks = services.webhooks
    endpoint = hooks.get(user_id, endpoint_id)
    if not (body.url is None and body.label is None and body.types is None):
        endpoint = hooks.change(user_id, endpoint_id, url=body.url, label=body.label, types=body.types)
    if body.state is not None:
        endpoint = (hooks.resume if body.state == "on" else hooks.pause)(user_id, endpoint_id)
    return endpoint


@router.delete("/webhooks/{endpoint_id}", status_code=204)
async def remove_hook(who: HookMaker, services: Held, endpoint_id: IdPath) -> None:
    """Remove a webhook, what waits for it and its log."""
    await blocking(services.webhooks.remove, who.id, endpoint_id)


@router.post("/webhooks/{endpoint_id}/rotate", response_model=Secret)
async def rotate_secret(who: HookMaker, services: Held, endpoint_id: IdPath) -> Any:
    """Make a new secret."""
    return Secret(secret=await blocking(services.webhooks.rotate, who.id, endpoint_id))


@router.post("/webhooks/{endpoint_id}/test", response_model=Delivery, status_code=202)
async def test_hook(who: HookMaker, services: Held, endpoint_id: IdPath) -> Any:
    """Send an event of type `webhook.test`; its delivery says what came of it."""
    return await blocking(services.webhooks.test, who.id, endpoint_id)


@router.get("/webhooks/{endpoint_id}/deliveries", response_model=tuple[Delivery, ...])
async def deliveries(
    who: HookMaker,
    services: Held,
    endpoint_id: IdPath,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int, Query(ge=0, le=MOST, description="Deliveries older than this id.")] = 0,
) -> Any:
    """Deliveries, latest first, of the last 30 days."""
    return await blocking(services.webhooks.log, who.id, endpoint_id, limit=limit, before=before)


@router.post("/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay", response_model=Delivery, status_code=202)
async def replay(who: HookMaker, services: Held, endpoint_id: IdPath, delivery_id: IdPath) -> Any:
    """Send an event once more, under the id it had."""
    return await blocking(services.webhooks.replay, who.id, endpoint_id, delivery_id)


@router.post("/webhooks/{endpoint_id}/replay", response_model=Queued, status_code=202)
async def replay_since(who: HookMaker, services: Held, endpoint_id: IdPath, body: ReplayBody) -> Any:
    """Send everything behind an event that this webhook hears of."""
    return Queued(queued=await blocking(services.webhooks.replay_since, who.id, endpoint_id, body.after))
