"""The schemas and what resolves their fields.

Free text runs against what is publicly known; the dashboard's own documents against that and `inner.graphql`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    StringValueNode,
    ValueNode,
    build_schema,
)

from earstead.sandbox.creators.gql import comments, core_fans, episode_figures, lists, show_figures
from earstead.sandbox.creators.gql.context import Context, Info, of
from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.gql.windows import Span, custom
from earstead.sandbox.creators.world import Episode, Show

Resolver = Callable[..., Any]
_ID: Final = "[0-9A-Za-z]{22}"
_LONG: Final = 2**63
_TYPES: Final = {"full": "EPISODE_TYPE_FULL", "trailer": "EPISODE_TYPE_TRAILER"}
"""By the kind of an episode; what a bonus is called was never seen, so it is null."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """`public` for queries written out, `inner` for the dashboard's documents."""

    public: GraphQLSchema
    inner: GraphQLSchema


def sdl(name: str) -> str:
    """The text of a file beside this module."""
    return files(__package__ or "").joinpath(name).read_text("utf-8")


@cache
def schemas() -> Schemas:
    """Both, built once."""
    public, more = sdl("schema.graphql"), sdl("inner.graphql")
    return Schemas(_built(public), _built(f"{public}\n{more}"))


def _built(text: str) -> GraphQLSchema:
    schema = build_schema(text)
    for type_name, fields in _RESOLVERS.items():
        found = schema.type_map[type_name]
        assert isinstance(found, GraphQLObjectType)
        for name, resolver in fields.items():
            if name in found.fields:
                found.fields[name].resolve = resolver
    _scalar(schema, "ShowUri", re.compile(f"spotify:show:{_ID}"))
    _scalar(schema, "EpisodeUri", re.compile(f"spotify:episode:{_ID}"))
    _long(schema)
    return schema


# --- scalars ---


def _scalar(schema: GraphQLSchema, name: str, pattern: re.Pattern[str]) -> None:
    def read(value: Any) -> Any:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise GraphQLError(f"{name} cannot represent {value!r}")
        return value

    def read_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> Any:
        return read(node.value if isinstance(node, StringValueNode) else None)

    _own(schema, name, read, read_literal)


def _long(schema: GraphQLSchema) -> None:
    def read(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not -_LONG <= value < _LONG:
            raise GraphQLError(f"Long cannot represent {value!r}")
        return value

    def read_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> Any:
        return read(int(node.value) if isinstance(node, IntValueNode) else None)

    _own(schema, "Long", read, read_literal)


def _own(schema: GraphQLSchema, name: str, read: Callable[[Any], Any], read_literal: Callable[..., Any]) -> None:
    scalar = schema.type_map[name]
    assert isinstance(scalar, GraphQLScalarType)
    scalar.parse_value = read  # type: ignore[method-assign, assignment]
    scalar.parse_literal = read_literal  # type: ignore[method-assign]


# --- fields ---


def _show(context: Context, _: Any, asked: Mapping[str, str]) -> Show:
    found = context.show(asked["showUri"])
    if found is None:
        raise refused("no such show")
    return found


def _by_station(_: Any, info: Info, stationId: int) -> Show:  # noqa: N803 - as the schema names it
    context = of(info)
    found = context.service.world.station(stationId)
    if found is None or found.owner != context.owner or not context.service.hosted(found):
        raise refused("no such show")
    return found


def _episode(context: Context, _: Any, asked: Mapping[str, str]) -> Episode:
    found = context.episode(asked["episodeUri"])
    if found is None:
        raise refused("no such episode")
    return found


def _shows(_: Any, info: Info) -> dict[str, Any]:
    """All of them in one answer: 65 were seen to come so."""
    context = of(info)
    shows = context.service.world.shows_of(context.owner)
    total = len(shows)
    return {"shows": shows, "pagination": {"currentPage": 1, "pageSize": total, "totalItems": total, "totalPages": 1}}


def _kind(show: Show, info: Info) -> str:
    return "HostedShow" if of(info).service.hosted(show) else "NonHostedShow"


def _station(show: Show, info: Info) -> int | None:
    return show.station_id if of(info).service.hosted(show) else None


def _insight(context: Context, show: Show, asked: Mapping[str, str]) -> Any:
    found = context.insights.find(asked["insightId"], context.owner)
    if found is None:
        raise refused("no such insight")
    return found.at(context.service.now_ms)


def _generate(_: Any, info: Info, **__: Any) -> Any:
    context = of(info)
    insight_id = context.service.accounts.new_uuid()
    return context.insights.ask(insight_id, context.owner, context.service.now_ms).at(context.service.now_ms)


def _feedback(_: Any, info: Info, **__: Any) -> dict[str, str]:
    context = of(info)
    feedback_id = context.service.accounts.new_uuid()
    context.insights.feedback.append(feedback_id)
    return {"feedbackId": feedback_id}


def _asset(episode: Episode, info: Info) -> dict[str, Any] | None:
    if episode.media is None:
        return None
    return {
        "lengthMs": episode.duration_ms,
        "durationMs": episode.duration_ms,
        "downloadUrl": lists.download_url(of(info), episode),
        "mediaFiles": [{"mediaType": f"MEDIA_TYPE_{episode.media.kind.upper()}"}],
    }


def _transcript(episode: Episode, info: Info) -> dict[str, Any]:
    text = of(info).talk.transcript(episode)
    return {"transcript": {"transcriptText": text or None, "transcriptTextLength": len(text)}}


def _starts(episode: Episode, info: Info) -> dict[str, int]:
    asked = {
        "episodeAnalyticsMetricType": "SIM_STARTS",
        "aggregationType": show_figures.TOTAL,
        "window": "WINDOW_ALL_TIME",
    }
    found = episode_figures.analytics(of(info), episode, asked)
    return {"startsCount": found["analyticsValue"]["analyticsValue"]["value"]}


def _asked(answer: Callable[[Context, Any, Mapping[str, Any]], Any]) -> Resolver:
    """A resolver for a field whose one argument is a request object."""
    return lambda source, info, **asked: answer(of(info), source, next(iter(asked.values()), {}))


def _spanned(answer: Callable[[Context, Show, Span], Any]) -> Resolver:
    return _asked(lambda context, show, asked: answer(context, show, custom(asked)))


def _fans(context: Context, show: Show, asked: Mapping[str, Any]) -> dict[str, Any]:
    all_time = Span(show.since_day, context.facts.last_day)
    return core_fans.summary(context, show, all_time if asked["isAllTime"] else custom(asked))


_RESOLVERS: Final[Mapping[str, Mapping[str, Resolver]]] = {
    "Query": {
        "showByShowUri": _asked(_show),
        "episodeByUri": _asked(_episode),
        "showsForUser": _shows,
        "showByStationId": _by_station,
    },
    "Show": {
        "stationId": _station,
        "kind": _kind,
        "hostingProvider": lambda show, info: of(info).service.hosting(show).value,
        "coverArt": lambda show, info: {"url": show.image_url},
        "permissionsV2": lambda show, info: {},
        "authorName": lambda show, info: show.author,
        "category": lambda show, info: show.category.split("|")[0],
        "analytics": _asked(show_figures.analytics),
        "episodesV2": _asked(lists.episodes),
        "episodes": lambda show, info, size=None, after=None: lists.old_episodes(of(info), show, size, after),
        "showComments": _asked(comments.of_show),
        "coreFanTimeSeries": _spanned(core_fans.time_series),
        "coreFanMetricSummary": _asked(_fans),
        "coreFanInsight": _spanned(core_fans.insight),
        "analyticsInsight": _asked(_insight),
    },
    "Episode": {
        "episodeId": lambda episode, info: episode.anchor_id or None,
        "publishedOn": lambda episode, info: lists.seconds(episode.published_ms),
        "createdOn": lambda episode, info: lists.seconds(episode.created_ms),
        "episodeType": lambda episode, info: _TYPES.get(episode.kind),
        "contentType": lambda episode, info: (
            "EPISODE_CONTENT_TYPE_" + ("VIDEO" if episode.media and episode.media.kind == "video" else "AUDIO")
        ),
        "isSpotifyExclusive": lambda episode, info: False,
        "thumbnail": lambda episode, info: {"images": [{"url": episode.image_url or episode.show.image_url}]},
        "coverArt": lambda episode, info: {"url": episode.image_url or episode.show.image_url},
        "asset": _asset,
        "analytics": _asked(episode_figures.analytics),
        "analyticsBatch": _asked(episode_figures.analytics),
        "analyticsStarts": _starts,
        "transcript": _transcript,
    },
    "Mutation": {
        "generateAnalyticsInsight": _generate,
        "submitAnalyticsInsightFeedback": _feedback,
    },
}
