"""All episodes, or the show, by any metrics and any days: CSV, JSON lines, Parquet.

One row is one value: of a day, a metric, and an episode or the show. Its columns:

| column | meaning |
|---|---|
| date | the day, UTC |
| metric, value, unit | as in `core.creators.metrics`; shares are of 1 |
| scope | spotify, all, off-platform |
| aggregation | daily; or running, when each value holds those before it |
| definition | of a play: before or since 2026-06-11; "" where it never changed |
| window | of running values: since when they run |
| quality | final, provisional (settles late), inferred (a zero where the service failed), partial |
| operation, fetched_at | what answered, and when this value was read: ISO 8601 in UTC, "2026-03-01T06:00:00Z" |
| show, show_id, episode, episode_id, published | names and Spotify's ids; "" for the show itself |

In Parquet `date` is a date and `fetched_at` a timestamp in UTC.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, BinaryIO

from earstead.core.creators.metrics import METRICS, Aggregation
from earstead.core.creators.metrics import metric as metric_named
from earstead.core.errors import Rejected
from earstead.kit.extras import how_to_install
from earstead.services.archive_lines import line
from earstead.services.creators import choosing
from earstead.services.creators.rows import QUALITIES, day_of, number_of
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import CreatorEpisode, CreatorShow
from earstead.services.export_streams import Unseekable
from earstead.storage import creator_figures as table
from earstead.storage.engine import Engine, Row

FORMATS = (
    ("csv", "CSV for spreadsheets", ".csv"),
    ("jsonl", "JSON lines", ".jsonl"),
    ("parquet", "Parquet for data tools", ".parquet"),
)
COLUMNS = (
    "date",
    "metric",
    "value",
    "unit",
    "scope",
    "aggregation",
    "definition",
    "window",
    "quality",
    "operation",
    "fetched_at",
    "show",
    "show_id",
    "episode",
    "episode_id",
    "published",
)
BY = ("episode", "show")
_PARQUET_ROWS = 20_000
_SERIES_AT_ONCE = 64
# A cell that begins so is a formula to a spreadsheet; titles are foreign text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CreatorExports:
    """See the module. Streams in bounded memory."""

    def __init__(self, engine: Engine, shows: CreatorShows) -> None:
        self._engine = engine
        self._shows = shows

    def formats(self) -> tuple[tuple[str, str, str], ...]:
        """(name, title, suffix) of every format."""
        return FORMATS

    def rows(
        self, user_id: int, show_id: int, metrics: Sequence[str], start: date, end: date, by: str = "episode"
    ) -> Iterator[dict[str, Any]]:
        """One row a day and metric and episode (`by` "episode") or show ("show"); no metrics: all that there are.

        In order of metric, episode (the oldest first) and day. Raises Rejected, NotFound before the first row.
        """
        show = self._shows.get(user_id, show_id)
        if by not in BY:
            raise Rejected("by", f"choose one of {', '.join(BY)}")
        if end < start:
            raise Rejected("end", "is before the start")
        wanted = [metric_named(name).name for name in metrics] or list(METRICS)
        return self._rows(show, list(dict.fromkeys(wanted)), number_of(start), number_of(end), by)

    def _rows(self, show: CreatorShow, metrics: list[str], first: int, last: int, by: str) -> Iterator[dict[str, Any]]:
        episodes = self._shows.all_episodes(show.show_id)
        by_id = {one.episode_id: one for one in episodes} if by == "episode" else {}
        subjects = [one.episode_id for one in episodes] if by == "episode" else [0]
        for name in metrics:
            chosen = self._chosen(show.show_id, name, first, last)
            for at in range(0, len(subjects), _SERIES_AT_ONCE):
                piece = [found for one in subjects[at : at + _SERIES_AT_ONCE] for found in chosen.get(one, ())]
                yield from self._piece(show, piece, by_id, first, last)

    def _chosen(self, show_id: int, name: str, first: int, last: int) -> dict[int, tuple[Row, ...]]:
        """Episode (0: the show) -> the series that answer for a metric."""
        metric = METRICS[name]
        by_episode: dict[int, list[Row]] = {}
        with self._engine.read() as tx:
            for way in (Aggregation.DAILY, Aggregation.RUNNING, Aggregation.WEEKLY):
                for row in table.series_of_metric(tx, show_id, name, "", way):
                    by_episode.setdefault(row[choosing.EPISODE], []).append(row)
        found = {one: choosing.choose(rows, metric, first, last) for one, rows in by_episode.items()}
        return {one: chosen.series for one, chosen in found.items() if chosen is not None}

    def _piece(
        self, show: CreatorShow, series: list[Row], episodes: dict[int, CreatorEpisode], first: int, last: int
    ) -> Iterator[dict[str, Any]]:
        if not series:
            return
        place = {row[choosing.ID]: at for at, row in enumerate(series)}
        with self._engine.read() as tx:
            points = table.points(tx, list(place), first, last)
        rank: dict[int, int] = {}
        for at, row in enumerate(series):  # those before and since a definition are one line
            rank.setdefault(row[choosing.EPISODE], at)
        points.sort(key=lambda row: (rank[series[place[row[0]]][choosing.EPISODE]], row[1]))
        same = {row[choosing.ID]: _document(show, episodes.get(row[choosing.EPISODE]), row) for row in series}
        for series_id, day, bucket, value, quality, fetched_at in points:
            if not bucket:
                document = same[series_id].copy()
                document["date"], document["value"] = _iso(day), value
                document["quality"], document["fetched_at"] = QUALITIES[quality].value, _moment(fetched_at)
                yield document

    def write(
        self,
        user_id: int,
        show_id: int,
        format: str,  # noqa: A002 - the word of the interface
        out: BinaryIO,
        *,
        metrics: Sequence[str] = (),
        start: date,
        end: date,
        by: str = "episode",
    ) -> int:
        """Write them; returns how many rows. Raises Rejected, NotFound."""
        writers = {"csv": _write_csv, "jsonl": _write_jsonl, "parquet": _write_parquet}
        if format not in writers:
            raise Rejected("format", f"choose one of {', '.join(writers)}")
        return writers[format](self.rows(user_id, show_id, metrics, start, end, by), out)


@lru_cache(maxsize=8_192)
def _iso(day: int) -> str:
    return day_of(day).isoformat()


@lru_cache(maxsize=8_192)
def _moment(at: int) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(show: CreatorShow, episode: CreatorEpisode | None, series: Row) -> dict[str, Any]:
    """A row of `COLUMNS` with what is the same for all points of a series."""
    published = episode.published_at if episode else 0
    return {
        "date": "",
        "metric": series[choosing.METRIC],
        "value": 0.0,
        "unit": METRICS[series[choosing.METRIC]].unit.value,
        "scope": series[choosing.SCOPE],
        "aggregation": series[choosing.AGGREGATION],
        "definition": series[choosing.DEFINITION],
        "window": series[choosing.SPAN],
        "quality": "",
        "operation": series[choosing.OPERATION],
        "fetched_at": "",
        "show": show.name,
        "show_id": show.spotify_id,
        "episode": episode.title if episode else "",
        "episode_id": episode.spotify_id if episode else "",
        "published": datetime.fromtimestamp(published, UTC).date().isoformat() if published else "",
    }


def _write_jsonl(rows: Iterator[dict[str, Any]], out: BinaryIO) -> int:
    written = 0
    for written, row in enumerate(rows, 1):  # noqa: B007 - it is what we return
        out.write(line(row))
    return written


def _write_csv(rows: Iterator[dict[str, Any]], out: BinaryIO) -> int:
    """RFC 4180 with a heading line, UTF-8; whole numbers have no fraction; what a spreadsheet would run is quoted."""
    text = io.TextIOWrapper(io.BufferedWriter(Unseekable(out)), "utf-8", newline="", write_through=False)
    sheet = csv.writer(text)
    sheet.writerow(COLUMNS)
    written = 0
    for written, row in enumerate(rows, 1):  # noqa: B007 - it is what we return
        sheet.writerow([_cell(value) for value in row.values()])
    text.flush()
    text.detach()
    return written


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_parquet(rows: Iterator[dict[str, Any]], out: BinaryIO) -> int:
    """Parquet with typed columns. Rejected when the extra `parquet` is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Rejected("format", f"Parquet needs the extra: {how_to_install('parquet')}") from None
    types = dict.fromkeys(COLUMNS, pyarrow.string())
    types |= {"date": pyarrow.date32(), "value": pyarrow.float64(), "fetched_at": pyarrow.timestamp("s", "UTC")}
    schema = pyarrow.schema([(name, types[name]) for name in COLUMNS])
    written = 0
    with pyarrow.parquet.ParquetWriter(out, schema) as writer:
        while piece := list(itertools.islice(rows, _PARQUET_ROWS)):
            writer.write_table(pyarrow.Table.from_pylist([_typed(row) for row in piece], schema=schema))
            written += len(piece)
    return written


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its day and its moment as values instead of texts."""
    times = {"date": date.fromisoformat(row["date"]), "fetched_at": datetime.fromisoformat(row["fetched_at"])}
    return row | times
