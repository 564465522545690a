"""Figures of podcasts: series with where they come from, comparisons, retention, breakdowns, gaps, export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Path as InPath
from fastapi import Query
from pydantic import Field
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from earstead.apis.native import creators_shapes as shapes
from earstead.apis.native.callers import CreatorReader, Held, new_router
from earstead.apis.native.shapes import MOST, IdPath
from earstead.apis.native.transfers import piped
from earstead.core.errors import NotFound, Rejected
from earstead.kit.http import blocking
from earstead.services.container import Services
from earstead.services.creators.leading import comparison_of, series_of
from earstead.services.creators.types import Series

router = new_router("podcast figures")

MetricName = Annotated[
    str, InPath(max_length=60, description="A `metric.name` of `/creators/shows/{show_id}/metrics`.")
]
Period = Annotated[
    str,
    Query(max_length=40, description="`7d 30d 90d 365d all`, `2026-05` or `2026-05-01..2026-05-31`, UTC days."),
]
Id = Annotated[int, Field(ge=0, le=MOST)]
EpisodeId = Annotated[int, Query(ge=0, le=MOST, description="Of this episode; 0 for the whole show.")]
Kind = Literal["country", "region", "city", "age", "gender", "app", "device", "source"]


@router.get("/creators/shows/{show_id}/metrics", response_model=tuple[shapes.MetricOffer, ...])
async def metrics(who: CreatorReader, services: Held, show_id: IdPath) -> Any:
    """What there are figures of, the headline first."""
    await blocking(services.creators.shows.get, who.id, show_id)
    return await blocking(services.creators.figures.metrics, show_id)


@router.get("/creators/shows/{show_id}/figures/{metric}", response_model=shapes.Series)
async def figures(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    metric: MetricName,
    period: Period = "30d",
    episode_id: EpisodeId = 0,
) -> Any:
    """Values by day, with where they come from. Running totals and daily values never stand in one answer."""
    return await blocking(_series, services, who.id, show_id, metric, period, episode_id)


def _series(services: Services, user_id: int, show_id: int, metric: str, period: str, episode_id: int) -> Series:
    _own(services, user_id, show_id, episode_id)
    return series_of(services.creators.figures, show_id, metric, period, episode_id)


def _own(services: Services, user_id: int, show_id: int, *episode_ids: int) -> None:
    """Hold that the show is the caller's and the episodes the show's. Raises NotFound."""
    services.creators.shows.get(user_id, show_id)
    for episode_id in filter(None, episode_ids):
        if services.creators.shows.episode(user_id, episode_id).show_id != show_id:
            raise NotFound("There is no such episode of this show.")


@router.get("/creators/shows/{show_id}/compare", response_model=shapes.Comparison)
async def compare(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    metric: Annotated[str, Query(max_length=60, description="Otherwise the first with figures by day.")] = "",
    days: Annotated[int, Query(ge=1, le=365)] = 30,
    episode_id: Annotated[
        list[Id] | None, Query(max_length=50, description="Repeat; without it the ten newest.")
    ] = None,
) -> Any:
    """Episodes laid over each other by days since publication."""
    ids = episode_id or []
    await blocking(_own, services, who.id, show_id, *ids)
    return await blocking(comparison_of, services.creators.figures, show_id, metric, ids, days)


@router.get("/creators/episodes/{episode_id}/retention", response_model=shapes.Retention)
async def retention(who: CreatorReader, services: Held, episode_id: IdPath) -> Any:
    """How long people stayed, and at which words they left. 404 where it was never told."""
    await blocking(services.creators.shows.episode, who.id, episode_id)
    found = await blocking(services.creators.figures.retention, episode_id)
    if found is None:
        raise NotFound("How long people stayed was not told of this episode yet.")
    return found


@router.get("/creators/shows/{show_id}/breakdowns/{kind}", response_model=shapes.Breakdown)
async def breakdown(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    kind: Kind,
    period: Period = "30d",
    metric: Annotated[str, Query(max_length=60, description="Empty: the one it was read of.")] = "",
    episode_id: EpisodeId = 0,
    within: Annotated[str, Query(max_length=200, description="For regions a country, for cities `AT/9`.")] = "",
) -> Any:
    """A figure by country, age, app and so on, for the window asked for or the nearest that was read."""
    await blocking(_own, services, who.id, show_id, episode_id)
    divide = services.creators.figures.breakdown
    return await blocking(divide, show_id, kind, period, metric, episode_id=episode_id, within=within)


@router.get("/creators/shows/{show_id}/funnel", response_model=shapes.Funnel)
async def funnel(who: CreatorReader, services: Held, show_id: IdPath, period: Period = "30d") -> Any:
    """From being shown to being heard. 404 where it was never told."""
    await blocking(services.creators.shows.get, who.id, show_id)
    found = await blocking(services.creators.figures.funnel, show_id, period)
    if found is None:
        raise NotFound("The discovery funnel was not told of this show yet.")
    return found


@router.get("/creators/shows/{show_id}/benchmarks", response_model=tuple[shapes.Benchmark, ...])
async def benchmarks(who: CreatorReader, services: Held, show_id: IdPath) -> Any:
    """How shows of the same kind do; empty where it was never told."""
    await blocking(services.creators.shows.get, who.id, show_id)
    return await blocking(services.creators.figures.benchmarks, show_id)


@router.get("/creators/shows/{show_id}/gaps", response_model=tuple[shapes.Gap, ...])
async def gaps(who: CreatorReader, services: Held, show_id: IdPath) -> Any:
    """Days without a value that should have one, and why."""
    await blocking(services.creators.shows.get, who.id, show_id)
    return await blocking(services.creators.figures.gaps, show_id)


@router.get(
    "/creators/shows/{show_id}/export/{format}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
async def export(
    who: CreatorReader,
    services: Held,
    show_id: IdPath,
    format: Literal["csv", "jsonl", "parquet"],  # noqa: A002 - the word of the address
    metric: Annotated[list[str] | None, Query(max_length=30, description="Repeat; without it all of them.")] = None,
    start: Annotated[date | None, Query(description="First day; the beginning otherwise.")] = None,
    end: Annotated[date | None, Query(description="Last day; today otherwise.")] = None,
    by: Literal["episode", "show"] = "episode",
) -> Response:
    """Download figures: a row for each day, metric and episode, in bounded memory."""
    chunks = await blocking(_export, services, who.id, show_id, format, metric or [], start, end, by)
    name = quote(f"earstead-show-{show_id}.{format}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return StreamingResponse(iterate_in_threadpool(chunks), headers=headers, media_type="application/octet-stream")


def _export(
    services: Services, user_id: int, show_id: int, form: str, metrics: list[str], start: date | None, end: date | None,
    by: str,
) -> Iterator[bytes]:  # fmt: skip
    services.creators.shows.get(user_id, show_id)
    first, last, _ = services.creators.figures.days(show_id, "all")
    asked: dict[str, Any] = {"start": start or first, "end": end or last, "by": by}
    if asked["start"] > asked["end"]:
        raise Rejected("start", "is behind the end")
    # Asked for one row beforehand: what is wrong with the request is said in place of a file.
    next(iter(services.creators.exporting.rows(user_id, show_id, metrics, **asked)), None)
    return piped(
        "podcasts", lambda out: services.creators.exporting.write(user_id, show_id, form, out, metrics=metrics, **asked)
    )
