"""Physical removal of a show with all that was read and written of it, in steps that let the writer serve others."""

from __future__ import annotations

from earstead.storage import creator_downloads
from earstead.storage.engine import Tx

SERIES_AT_ONCE = 16
"""Their points go with them: some ten thousand rows."""
CHUNK = 512

_PIECES = (
    """
    DELETE FROM creator_answers
    WHERE answer_id IN (
        SELECT a.answer_id
        FROM creator_shows w
        JOIN creator_answers a ON a.account_id = w.account_id AND a.show_id = w.show_id
        WHERE w.show_id = :show_id
        LIMIT :chunk
    )
    """,
    """
    DELETE FROM creator_comments
    WHERE comment_id IN (SELECT comment_id FROM creator_comments WHERE show_id = :show_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_transcripts
    WHERE episode_id IN (SELECT episode_id FROM creator_transcripts WHERE show_id = :show_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_retention
    WHERE episode_id IN (SELECT episode_id FROM creator_retention WHERE show_id = :show_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_reads
    WHERE show_id = :show_id
      AND episode_id IN (SELECT episode_id FROM creator_reads WHERE show_id = :show_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_changes
    WHERE change_id IN (SELECT change_id FROM creator_changes WHERE show_id = :show_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_uploads
    WHERE upload_id IN (SELECT upload_id FROM creator_uploads WHERE show_id = :show_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_episodes
    WHERE episode_id IN (SELECT episode_id FROM creator_episodes WHERE show_id = :show_id LIMIT :chunk)
    """,
)


def step(tx: Tx, show_id: int) -> bool:
    """Remove one piece of what was read of a show; False when none is left."""
    rows = tx.all(
        "SELECT series_id FROM creator_series WHERE show_id = :show_id LIMIT :chunk",
        show_id=show_id,
        chunk=SERIES_AT_ONCE,
    )
    if rows:
        series_ids = [row[0] for row in rows]
        tx.run("DELETE FROM creator_points WHERE series_id IN (:series_ids*)", series_ids=series_ids)
        tx.run("DELETE FROM creator_series WHERE series_id IN (:series_ids*)", series_ids=series_ids)
        return True
    return creator_downloads.step(tx, show_id) or any(
        tx.run(statement, show_id=show_id, chunk=CHUNK) for statement in _PIECES
    )


def finish(tx: Tx, show_id: int) -> None:
    """Remove what is left of a show, and the show."""
    while step(tx, show_id):  # what arrived while the steps went by
        pass
    tx.run("DELETE FROM creator_shows WHERE show_id = :show_id", show_id=show_id)


def step_user(tx: Tx, user_id: int) -> bool:
    """Remove one piece of what was read for a user; False when none is left."""
    rows = tx.all("SELECT show_id FROM creator_shows WHERE user_id = :user_id LIMIT :chunk", user_id=user_id, chunk=1)
    for (show_id,) in rows:
        if not step(tx, show_id):
            finish(tx, show_id)
        return True
    return bool(
        tx.run(
            """
            DELETE FROM creator_answers
            WHERE answer_id IN (
                SELECT a.answer_id
                FROM creator_accounts c
                JOIN creator_answers a ON a.account_id = c.account_id
                WHERE c.user_id = :user_id
                LIMIT :chunk
            )
            """,
            user_id=user_id,
            chunk=CHUNK,
        )
    )
