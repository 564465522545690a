"""Episodes: the table of a show, and one episode with what was heard of it and where people left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.creators.metrics import METRICS
from earstead.core.errors import NotFound
from earstead.kit.http import blocking
from earstead.pagekit import charts
from earstead.pagekit.charts import Chapter, Drop
from earstead.pagekit.words import duration
from earstead.services.creators.shows import SORTS, STATES
from earstead.services.creators.types import CreatorEpisode, DropOff, Retention, Series, Transcript
from earstead.web.auth import signed_in
from earstead.web.creators.figures import caveats, line_chart
from earstead.web.creators.frame import Seat, path_id, seat, show_page
from earstead.web.creators.words import as_text
from earstead.web.forms import query, whole

PAGE_SIZE = 50
_SORTS = (
    ("newest", "newest first"),
    ("oldest", "oldest first"),
    ("title", "by title"),
    ("plays", "most heard first"),
    ("longest", "longest first"),
)
_COLUMNS = ("plays_and_downloads", "plays", "streams_and_downloads", "starts", "audience")
_STRETCHES = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"))
_PIECE = 360
"""Characters of a transcript that stand in one line beside a time."""
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n+")


@signed_in
async def _episodes(request: Request) -> Response:
    at, asked = await seat(request), query(request)
    state = asked.text("state") if asked.text("state") in STATES else ""
    sort = asked.text("sort") if asked.text("sort") in SORTS else "newest"
    search, number = asked.text("q")[:200], whole("page", asked.text("page") or "1") or 1
    found = await blocking(
        at.creators.shows.episodes,
        at.user.user_id,
        at.show.show_id,
        state=state,
        search=search,
        sort=sort,
        page=number,
        size=PAGE_SIZE,
    )
    readable = await blocking(at.creators.comments.readable, at.show)
    shown = [METRICS[name] for name in _COLUMNS if any(name in one.totals for one in found.items)][:3]
    kept = {name: value for name, value in (("state", state), ("sort", sort), ("q", search)) if value}

    def address(page: int) -> str:
        return f"{at.base}/episodes?{urlencode({**kept, 'page': page})}" if 1 <= page <= found.pages else ""

    return show_page(
        request,
        at,
        "episodes.html",
        room="/episodes",
        found=found,
        state=state,
        sort=sort,
        search=search,
        sorts=_SORTS,
        columns=shown,
        # Comments that came by another way before are counted all the same.
        commented=readable or any(one.comments for one in found.items),
        before=address(found.page - 1),
        after=address(found.page + 1),
    )


# --- one episode --------------------------------------------------------------------------------------------------


async def episode_of(request: Request, at: Seat) -> CreatorEpisode:
    """The episode of the address, of this very show. Raises NotFound."""
    episode_id = path_id(request, "episode_id")
    found = await blocking(at.creators.shows.episode, at.user.user_id, episode_id)
    if found.show_id != at.show.show_id:
        raise NotFound("There is no such episode of this show.")
    return found


@signed_in
async def _episode(request: Request) -> Response:
    at = await seat(request)
    episode = await episode_of(request, at)
    wanted = request.query_params.get("metric", "")
    days = request.query_params.get("days", "30")

    def read() -> dict[str, Any]:
        figures, shows = at.creators.figures, at.creators.shows
        offers = [one for one in figures.metrics(at.show.show_id) if one.episodes]
        names = [one.metric.name for one in offers]
        metric, series = "", None
        for name in ([wanted] if wanted in names else names) if _was_public(at, episode) else ():
            # Without a wish, the first figure that has more than a point: of some the service tells only a total.
            metric, series = name, _since(at, episode, name, days)
            if len(series.points) > 1:
                break
        return {
            "offers": offers,
            "series": series if series and series.points else None,
            "retention": figures.retention(episode.episode_id),
            "transcript": shows.transcript(at.user.user_id, episode.episode_id),
            "metric": metric,
            "poll": at.creators.changes.poll_of(episode),
        }

    found = await blocking(read)
    series, retention = found["series"], found["retention"]
    if series is not None:
        found["chart"] = line_chart(series)
        found["caveats"] = caveats(series)
    if retention is not None:
        found["curve"] = retention_chart(episode, retention)
    return show_page(
        request,
        at,
        "episode.html",
        room="/episodes",
        episode=episode,
        text=as_text(episode.description),
        days=days,
        stretches=_STRETCHES,
        metrics=METRICS,
        pieces=pieces(episode, found["transcript"], retention),
        letter=letter,
        drop_name=drop_name,
        **found,
    )


def _was_public(at: Seat, episode: CreatorEpisode) -> bool:
    """Whether anybody can have heard it: it has a day, and that day has come."""
    return episode.state in ("published", "gone") and 0 < episode.published_at <= at.now


def _since(at: Seat, episode: CreatorEpisode, metric: str, days: str) -> Series:
    """The days since publication, as many as were asked for and have passed."""
    start = datetime.fromtimestamp(episode.published_at, UTC).date()
    length = int(days) if days in dict(_STRETCHES) else 30
    end = max(start, min(start + timedelta(days=length - 1), at.today))
    return at.creators.figures.daily(at.show.show_id, metric, start, end, episode_id=episode.episode_id)


def retention_chart(episode: CreatorEpisode, found: Retention) -> Markup:
    """The curve of an episode over its chapters, with the places where many leave."""
    return charts.retention(
        f"Still listening: {episode.title}",
        [(round(point.second), point.share) for point in found.points],
        length_s=episode.duration_ms // 1000,
        chapters=[Chapter(round(one.start_s), one.title) for one in found.chapters],
        drops=[Drop(round(one.start_s), round(one.end_s), one.lost, drop_name(one)) for one in found.drops],
    )


def drop_name(drop: DropOff) -> str:
    """Where a drop is, in words: its chapter, what is said there, else its time."""
    if drop.chapter:
        return f"in “{drop.chapter}”"
    if drop.words:
        return f"at “{drop.words[:80]}”"
    return f"from {duration(round(drop.start_s) * 1000) or '0:00'} to {duration(round(drop.end_s) * 1000)}"


def letter(n: int) -> str:
    """The mark of the n-th drop, as the chart writes it."""
    return chr(ord("A") + n % 26)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some sentences of a transcript. `share`: of the audience that is still there, None where unknown."""

    second: int
    text: str
    share: float | None
    chapter: str
    drops: tuple[str, ...]


def pieces(episode: CreatorEpisode, said: Transcript | None, heard: Retention | None) -> list[Piece]:
    """A transcript cut into lines with times, who is still there, and the letters of the drops.

    The service tells no times: each is estimated from its place in the text, which the page says.
    """
    if said is None or not said.text.strip():
        return []
    length = episode.duration_ms / 1000 or (heard.points[-1].second if heard and heard.points else 0)
    texts = _cut(said.text)
    whole_length = sum(map(len, texts)) or 1
    chapters = said.chapters or (heard.chapters if heard else ())
    places = []
    passed = 0
    for text in texts:
        places.append((length * passed / whole_length, text))
        passed += len(text)
    found = []
    for n, (second, text) in enumerate(places):
        end = places[n + 1][0] if n + 1 < len(places) else length
        opens = [one.title for one in chapters if second <= one.start_s < end]
        found.append(
            Piece(round(second), text, _share(heard, second), " · ".join(opens), _drops_in(heard, second, end))
        )
    return found


def _cut(text: str) -> Sequence[str]:
    """Whole sentences, as many together as fit a piece."""
    cut: list[str] = []
    for sentence in filter(None, (part.strip() for part in _SENTENCE.split(text))):
        if cut and len(cut[-1]) + len(sentence) < _PIECE:
            cut[-1] += f" {sentence}"
        else:
            cut.append(sentence)
    return cut


def _share(heard: Retention | None, second: float) -> float | None:
    if heard is None or not heard.points:
        return None
    return next((point.share for point in heard.points if point.second >= second), heard.points[-1].share)


def _drops_in(heard: Retention | None, start: float, end: float) -> tuple[str, ...]:
    drops = heard.drops if heard else ()
    return tuple(letter(n) for n, one in enumerate(drops) if start <= (one.start_s + one.end_s) / 2 < end)


_SHOW = "/create/{show_id:int}"
routes: list[BaseRoute] = [
    Route(f"{_SHOW}/episodes", _episodes, methods=["GET"]),
    Route(f"{_SHOW}/episodes/{{episode_id:int}}", _episode, methods=["GET"]),
]
