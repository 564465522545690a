"""Rows of the database as the records of `types`."""

from __future__ import annotations

from datetime import date, timedelta

from earstead.core.creators.metrics import Quality
from earstead.kit import jsontext
from earstead.services.creators.types import CreatorAccount, CreatorEpisode, CreatorShow, SyncRun
from earstead.storage.engine import Row

EPOCH = date(1970, 1, 1)
QUALITIES = (Quality.FINAL, Quality.PROVISIONAL, Quality.INFERRED, Quality.PARTIAL)
"""What the numbers in the column mean."""


def number_of(day: date) -> int:
    """The number of a day: days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day of a number."""
    return EPOCH + timedelta(days=number)


def account_from(row: Row) -> CreatorAccount:
    """A row of `storage.creators.ACCOUNT`."""
    return CreatorAccount(
        account_id=row[0],
        user_id=row[1],
        label=row[2],
        state=row[3],
        error=row[4],
        mend=row[5],
        has_sp_key=bool(row[6]),
        connected_at=row[7],
        cookie_at=row[8],
        last_ok_at=row[9],
        synced_at=row[10],
    )


def show_from(row: Row) -> CreatorShow:
    """A row of `storage.creators.SHOW`."""
    return CreatorShow(
        show_id=row[0],
        account_id=row[1],
        user_id=row[2],
        uri=row[3],
        spotify_id=row[3].rpartition(":")[2],
        name=row[4],
        station_id=row[5],
        remote_user_id=row[6],
        web_station_id=row[7],
        hosting=row[8],
        permissions=tuple(jsontext.loads(row[9])),
        author=row[10],
        description=row[11],
        category=row[12],
        language=row[13],
        feed_url=row[14],
        cover_url=row[15],
        episode_count=row[16],
        followers=row[17],
        first_seen_at=row[18],
        read_at=row[19],
        gone_at=row[20],
    )


def episode_from(row: Row, comments: int = 0) -> CreatorEpisode:
    """A row of `storage.creators.EPISODE`."""
    return CreatorEpisode(
        episode_id=row[0],
        show_id=row[1],
        uri=row[2],
        spotify_id=row[2].rpartition(":")[2],
        anchor_id=row[3],
        title=row[4],
        description=row[5],
        state=row[6],
        episode_type=row[7],
        content_type=row[8],
        published_at=row[9],
        created_at=row[10],
        duration_ms=row[11],
        cover_url=row[12],
        transcript_chars=row[13],
        totals=jsontext.loads(row[14]),
        comments=comments,
        first_seen_at=row[15],
        read_at=row[16],
        gone_at=row[17],
    )


def sync_from(row: Row) -> SyncRun:
    """A row of `storage.creator_reads.SYNC`."""
    return SyncRun(
        sync_id=row[0],
        account_id=row[1],
        state=row[3],
        reason=row[4],
        started_at=row[5],
        ended_at=row[6],
        done=row[7],
        planned=row[8],
        requests=row[9],
        rows=row[10],
        doing=row[11],
        notes=tuple(jsontext.loads(row[12])),
        error=row[13],
        mend=row[14],
    )
