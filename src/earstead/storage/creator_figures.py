"""The figures of shows and episodes: series, each with what makes it one, and their points by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

SERIES = """
    series_id, show_id, episode_id, metric, breakdown, aggregation, span, definition, operation, scope, first_day,
    last_day, points, fetched_at
"""
_POINTS_COLUMNS = "series_id, day, bucket, value, fetched_at, quality"
_MOST = 200_000


# --- series -------------------------------------------------------------------------------------------------------


def series_of(tx: Tx, show_id: int, episode_id: int) -> list[Row]:
    """All series (`SERIES`) of an episode, or of the show itself (0)."""
    return tx.all(
        f"""
        SELECT {SERIES}
        FROM creator_series
        WHERE show_id = :show_id AND episode_id = :episode_id
        LIMIT :limit
        """,  # noqa: S608
        show_id=show_id,
        episode_id=episode_id,
        limit=_MOST,
    )


def series_of_metric(tx: Tx, show_id: int, metric: str, breakdown: str, aggregation: str) -> list[Row]:
    """Series (`SERIES`) of one metric, of the show (episode 0) and all its episodes, by episode."""
    return tx.all(
        f"""
        SELECT {SERIES}
        FROM creator_series
        WHERE show_id = :show_id AND metric = :metric AND breakdown = :breakdown AND aggregation = :aggregation
        ORDER BY episode_id, series_id
        LIMIT :limit
        """,  # noqa: S608
        show_id=show_id,
        metric=metric,
        breakdown=breakdown,
        aggregation=aggregation,
        limit=_MOST,
    )


def offers(tx: Tx, show_id: int) -> list[Row]:
    """(metric, aggregation, of episodes 0 or 1, first day, last day, points) of what there is without breakdown."""
    return tx.all(
        """
        SELECT metric, aggregation, CASE WHEN episode_id > 0 THEN 1 ELSE 0 END, min(first_day), max(last_day),
            sum(points)
        FROM creator_series
        WHERE show_id = :show_id AND breakdown = '' AND points > 0
        GROUP BY metric, aggregation, CASE WHEN episode_id > 0 THEN 1 ELSE 0 END
        """,
        show_id=show_id,
    )


def add_series(tx: Tx, rows: Sequence[Row]) -> None:
    """Store series that are not there (`SERIES`)."""
    tx.insert("creator_series", " ".join(SERIES.split()), rows)


def tell_series(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down what series hold by now: {series_id, first_day, last_day, points, fetched_at}."""
    tx.many(
        """
        UPDATE creator_series
        SET first_day = :first_day, last_day = :last_day, points = :points, fetched_at = :fetched_at
        WHERE series_id = :series_id
        """,
        rows,
    )


# --- points -------------------------------------------------------------------------------------------------------


def points(tx: Tx, series_ids: Sequence[int], first: int, last: int) -> list[Row]:
    """(series_id, day, bucket, value, quality, fetched_at) of some days, both included, in order."""
    return tx.all(
        """
        SELECT series_id, day, bucket, value, quality, fetched_at
        FROM creator_points
        WHERE series_id IN (:series_ids*) AND day >= :first AND day <= :last
        ORDER BY series_id, day, bucket
        """,
        series_ids=series_ids,
        first=first,
        last=last,
    )


def days(tx: Tx, series_ids: Sequence[int], first: int, last: int) -> list[int]:
    """The days on which any of some series has a value, in order."""
    rows = tx.all(
        """
        SELECT DISTINCT day
        FROM creator_points
        WHERE series_id IN (:series_ids*) AND day >= :first AND day <= :last
        ORDER BY day
        """,
        series_ids=series_ids,
        first=first,
        last=last,
    )
    return [int(row[0]) for row in rows]


def sums(tx: Tx, series_ids: Sequence[int], first: int, last: int) -> list[Row]:
    """(series_id, sum, days, oldest fetched_at) of some days, for series without breakdown."""
    return tx.all(
        """
        SELECT series_id, sum(value), count(*), min(fetched_at)
        FROM creator_points
        WHERE series_id IN (:series_ids*) AND day >= :first AND day <= :last
        GROUP BY series_id
        """,
        series_ids=series_ids,
        first=first,
        last=last,
    )


def days_summed(tx: Tx, series_ids: Sequence[int], first: int, last: int) -> list[Row]:
    """(day, sum, worst quality, oldest fetched_at) of plain values over several series, in order of days."""
    return tx.all(
        """
        SELECT day, sum(value), max(quality), min(fetched_at)
        FROM creator_points
        WHERE series_id IN (:series_ids*) AND day >= :first AND day <= :last AND bucket = ''
        GROUP BY day
        ORDER BY day
        """,
        series_ids=series_ids,
        first=first,
        last=last,
    )


def latest_before(tx: Tx, series_id: int, last: int) -> Row | None:
    """(day, value, quality, fetched_at) of the last plain value up to a day, or None."""
    return tx.one(
        """
        SELECT day, value, quality, fetched_at
        FROM creator_points
        WHERE series_id = :series_id AND day <= :last AND bucket = ''
        ORDER BY day DESC
        LIMIT 1
        """,
        series_id=series_id,
        last=last,
    )


def latest_buckets(tx: Tx, series_id: int, last: int) -> list[Row]:
    """(day, bucket, value, fetched_at) of the last day up to a day that has any."""
    return tx.all(
        """
        SELECT day, bucket, value, fetched_at
        FROM creator_points
        WHERE series_id = :series_id AND day = (
            SELECT max(p.day)
            FROM creator_points p
            WHERE p.series_id = :series_id AND p.day <= :last
        )
        ORDER BY bucket
        """,
        series_id=series_id,
        last=last,
    )


def bucket_sums(tx: Tx, series_ids: Sequence[int], first: int, last: int) -> list[Row]:
    """(bucket, sum, oldest fetched_at, last day) of some days."""
    return tx.all(
        """
        SELECT bucket, sum(value), min(fetched_at), max(day)
        FROM creator_points
        WHERE series_id IN (:series_ids*) AND day >= :first AND day <= :last
        GROUP BY bucket
        ORDER BY bucket
        """,
        series_ids=series_ids,
        first=first,
        last=last,
    )


def add_points(tx: Tx, rows: Sequence[Row]) -> None:
    """Store points that are not there: (series_id, day, bucket, value, fetched_at, quality)."""
    tx.insert("creator_points", _POINTS_COLUMNS, rows)


def change_points(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set value, fetched_at and quality of points by {series_id, day, bucket}."""
    tx.many(
        """
        UPDATE creator_points
        SET value = :value, fetched_at = :fetched_at, quality = :quality
        WHERE series_id = :series_id AND day = :day AND bucket = :bucket
        """,
        rows,
    )


def remove_points(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remove points by {series_id, day, bucket}: buckets that a later answer for the same day no longer holds."""
    tx.many(
        "DELETE FROM creator_points WHERE series_id = :series_id AND day = :day AND bucket = :bucket",
        rows,
    )


# --- names of buckets ---------------------------------------------------------------------------------------------


def put_buckets(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """What buckets are called: {breakdown, bucket, name}."""
    tx.many(
        """
        INSERT INTO creator_buckets (breakdown, bucket, name)
        VALUES (:breakdown, :bucket, :name)
        ON CONFLICT (breakdown, bucket) DO UPDATE
        SET name = excluded.name
        """,
        rows,
    )


def bucket_names(tx: Tx, breakdown: str) -> dict[str, str]:
    """The names of the buckets of a breakdown."""
    return dict(tx.all("SELECT bucket, name FROM creator_buckets WHERE breakdown = :breakdown", breakdown=breakdown))


# --- retention ----------------------------------------------------------------------------------------------------


def put_retention(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a curve in place of the one that was kept: all columns of the table."""
    tx.run(
        """
        INSERT INTO creator_retention (
            episode_id, operation, show_id, points, percentiles, median_s, most, fetched_at
        )
        VALUES (:episode_id, :operation, :show_id, :points, :percentiles, :median_s, :most, :fetched_at)
        ON CONFLICT (episode_id, operation) DO UPDATE
        SET points = excluded.points, percentiles = excluded.percentiles, median_s = excluded.median_s,
            most = excluded.most, fetched_at = excluded.fetched_at
        """,
        **values,
    )


def retention(tx: Tx, episode_id: int) -> list[Row]:
    """(operation, points, percentiles, median_s, most, fetched_at) of an episode, by operation."""
    return tx.all(
        """
        SELECT operation, points, percentiles, median_s, most, fetched_at
        FROM creator_retention
        WHERE episode_id = :episode_id
        ORDER BY operation
        """,
        episode_id=episode_id,
    )
