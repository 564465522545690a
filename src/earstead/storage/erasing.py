"""Physical removal of an account, in steps small enough for the writer to serve others between them.

First `hide` makes the account invisible and its keys worthless. Then `step` is repeated until nothing is left of
what was heard; `finish` removes the rest. A crash between steps leaves a hidden account, found by `unfinished`.
"""

from __future__ import annotations

from collections.abc import Sequence

from earstead.storage import app_sessions, creator_erasing, follows, keys, spotify
from earstead.storage.engine import Row, Tx

CHUNK = 512

# Large tables, emptied piece by piece; each statement names its table and the key its pieces are cut by.
_PIECES = (
    """
    DELETE FROM listens
    WHERE user_id = :user_id
      AND listen_id IN (SELECT listen_id FROM listens WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM observations
    WHERE seq IN (SELECT seq FROM observations WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM decision_keys
    WHERE user_id = :user_id
      AND decision_id IN (SELECT decision_id FROM decision_keys WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM decisions
    WHERE decision_id IN (SELECT decision_id FROM decisions WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM feedback
    WHERE user_id = :user_id
      AND recording_id IN (SELECT recording_id FROM feedback WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM relay_items
    WHERE relay_id IN (SELECT relay_id FROM relays WHERE user_id = :user_id)
      AND listen_id IN (
          SELECT i.listen_id
          FROM relays r
          JOIN relay_items i ON i.relay_id = r.relay_id
          WHERE r.user_id = :user_id
          LIMIT :chunk
      )
    """,
    """
    DELETE FROM events
    WHERE event_id IN (SELECT event_id FROM events WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM deliveries
    WHERE delivery_id IN (
        SELECT d.delivery_id
        FROM webhook_endpoints w
        JOIN deliveries d ON d.endpoint_id = w.endpoint_id
        WHERE w.user_id = :user_id
        LIMIT :chunk
    )
    """,
    """
    DELETE FROM mirror_items
    WHERE list_id IN (SELECT l.list_id FROM mirror_lists l WHERE l.user_id = :user_id)
      AND uri IN (
          SELECT i.uri
          FROM mirror_lists l
          JOIN mirror_items i ON i.list_id = l.list_id
          WHERE l.user_id = :user_id
          LIMIT :chunk
      )
    """,
    """
    DELETE FROM shuffle_items
    WHERE shuffle_id IN (SELECT s.shuffle_id FROM shuffles s WHERE s.user_id = :user_id)
      AND item_id IN (
          SELECT i.item_id
          FROM shuffles s
          JOIN shuffle_items i ON i.shuffle_id = s.shuffle_id
          WHERE s.user_id = :user_id
          LIMIT :chunk
      )
    """,
    """
    DELETE FROM shuffle_log
    WHERE shuffle_id IN (SELECT s.shuffle_id FROM shuffles s WHERE s.user_id = :user_id)
      AND log_id IN (
          SELECT g.log_id
          FROM shuffles s
          JOIN shuffle_log g ON g.shuffle_id = s.shuffle_id
          WHERE s.user_id = :user_id
          LIMIT :chunk
      )
    """,
    """
    DELETE FROM playlinks
    WHERE user_id = :user_id
      AND recording_id IN (SELECT recording_id FROM playlinks WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM tags
    WHERE user_id = :user_id
      AND entity_id IN (SELECT entity_id FROM tags WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_changes
    WHERE change_id IN (SELECT change_id FROM creator_changes WHERE user_id = :user_id LIMIT :chunk)
    """,
    """
    DELETE FROM creator_uploads
    WHERE upload_id IN (SELECT upload_id FROM creator_uploads WHERE user_id = :user_id LIMIT :chunk)
    """,
)
# Small tables, the account itself last: as long as its row is there, a crash can be recovered from.
_REST = (
    "DELETE FROM import_skips WHERE import_id IN (SELECT import_id FROM imports WHERE user_id = :user_id)",
    "DELETE FROM imports WHERE user_id = :user_id",
    "DELETE FROM relay_fills WHERE relay_id IN (SELECT relay_id FROM relays WHERE user_id = :user_id)",
    "DELETE FROM relays WHERE user_id = :user_id",
    "DELETE FROM relay_marks WHERE user_id = :user_id",
    "DELETE FROM webhook_endpoints WHERE user_id = :user_id",
    """
    DELETE FROM spotify_cursors
    WHERE account_id IN (SELECT account_id FROM spotify_accounts WHERE user_id = :user_id)
    """,
    "DELETE FROM mirror_pages WHERE list_id IN (SELECT l.list_id FROM mirror_lists l WHERE l.user_id = :user_id)",
    "DELETE FROM mirror_lists WHERE user_id = :user_id",
    "DELETE FROM shuffles WHERE user_id = :user_id",
    "DELETE FROM spotify_accounts WHERE user_id = :user_id",
    "DELETE FROM spotify_logins WHERE user_id = :user_id",
    "DELETE FROM creator_syncs WHERE account_id IN (SELECT account_id FROM creator_accounts WHERE user_id = :user_id)",
    "DELETE FROM creator_accounts WHERE user_id = :user_id",
    "DELETE FROM creator_told WHERE user_id = :user_id",
    "DELETE FROM creator_health WHERE user_id = :user_id",
    "DELETE FROM creator_captures WHERE user_id = :user_id",
    "DELETE FROM counters WHERE user_id = :user_id",
    "DELETE FROM touches WHERE user_id = :user_id",
    "DELETE FROM user_sources WHERE user_id = :user_id",
    "DELETE FROM user_settings WHERE user_id = :user_id",
    "DELETE FROM follows WHERE user_id = :user_id",
    "DELETE FROM app_sessions WHERE user_id = :user_id",
    "DELETE FROM auth_tokens WHERE user_id = :user_id",
    "DELETE FROM applications WHERE user_id = :user_id",
    "DELETE FROM sessions WHERE user_id = :user_id",
    "DELETE FROM tokens WHERE user_id = :user_id",
    "DELETE FROM app_passwords WHERE user_id = :user_id",
    "DELETE FROM users WHERE user_id = :user_id",
)


def hide(tx: Tx, user_id: int) -> int:
    """Make the account invisible, free its name, void its keys; returns the rows touched (0: no such account)."""
    keys.end_sessions(tx, user_id)
    keys.remove_tokens(tx, user_id)
    keys.remove_app_passwords(tx, user_id)
    app_sessions.remove_all(tx, user_id)
    follows.forget_followed(tx, user_id)
    # A name holds no blank, so this key can never be somebody's.
    return tx.run(
        """
        UPDATE users
        SET role = 'erased', name = '', display_name = '', password_hash = '', name_key = :name_key
        WHERE user_id = :user_id AND role <> 'erased'
        """,
        user_id=user_id,
        name_key=f"erased {user_id}",
    )


def unfinished(tx: Tx) -> list[int]:
    """The accounts whose removal was begun."""
    return [row[0] for row in tx.all("SELECT user_id FROM users WHERE role = 'erased' ORDER BY user_id LIMIT 1000")]


def step(tx: Tx, user_id: int) -> bool:
    """Remove one piece; False when none is left."""
    for statement in _PIECES:
        if tx.run(statement, user_id=user_id, chunk=CHUNK):
            return True
    return creator_erasing.step_user(tx, user_id) or _forget_names(tx, user_id)


def finish(tx: Tx, user_id: int) -> None:
    """Remove what is left, the account last."""
    while step(tx, user_id):  # what arrived while the steps went by
        pass
    for statement in _REST:
        tx.run(statement, user_id=user_id)
    spotify.forget_clients(tx, quota_before=1 << 62)


def _forget_names(tx: Tx, user_id: int) -> bool:
    """Remove a piece of the user's map, and the tracks and entities that nobody else has heard of."""
    rows = tx.all(
        """
        SELECT track_id, recording_id, release_id
        FROM track_map
        WHERE user_id = :user_id
        LIMIT :chunk
        """,
        user_id=user_id,
        chunk=CHUNK,
    )
    if not rows:
        return False
    track_ids = [row[0] for row in rows]
    artists = _take_artists(tx, user_id, track_ids)
    tx.run(
        "DELETE FROM track_map WHERE user_id = :user_id AND track_id IN (:track_ids*)",
        user_id=user_id,
        track_ids=track_ids,
    )
    _forget_tracks(tx, track_ids)
    entity_ids = {entity_id for row in (*(r[1:] for r in rows), *artists) for entity_id in row if entity_id}
    _forget_entities(tx, sorted(entity_ids))
    return True


def _take_artists(tx: Tx, user_id: int, track_ids: Sequence[int]) -> list[Row]:
    found = tx.all(
        """
        SELECT DISTINCT artist_id
        FROM track_artist
        WHERE user_id = :user_id AND track_id IN (:track_ids*)
        """,
        user_id=user_id,
        track_ids=track_ids,
    )
    tx.run(
        "DELETE FROM track_artist WHERE user_id = :user_id AND track_id IN (:track_ids*)",
        user_id=user_id,
        track_ids=track_ids,
    )
    return found


# Who else heard it is asked user by user, over the keys that exist: an index by track alone would cost every ingest.
# CROSS JOIN holds SQLite to that order; left to itself it reads everybody's whole map for each name.


def _forget_tracks(tx: Tx, track_ids: Sequence[int]) -> None:
    tx.run(
        """
        DELETE FROM tracks
        WHERE track_id IN (:track_ids*)
          AND NOT EXISTS (
              SELECT 1
              FROM users u
              CROSS JOIN track_map m
              WHERE m.user_id = u.user_id AND m.track_id = tracks.track_id
          )
          AND track_id NOT IN (SELECT f.track_id FROM feedback f)
        """,
        track_ids=track_ids,
    )


def _forget_entities(tx: Tx, entity_ids: Sequence[int]) -> None:
    for start in range(0, len(entity_ids), CHUNK):
        tx.run(
            """
            DELETE FROM entities
            WHERE entity_id IN (:entity_ids*)
              AND NOT EXISTS (
                  SELECT 1
                  FROM users u
                  CROSS JOIN track_map m
                  WHERE m.user_id = u.user_id AND m.recording_id = entities.entity_id
              )
              AND NOT EXISTS (
                  SELECT 1
                  FROM users u
                  CROSS JOIN track_map m
                  WHERE m.user_id = u.user_id AND m.release_id = entities.entity_id
              )
              AND NOT EXISTS (
                  SELECT 1
                  FROM users u
                  CROSS JOIN track_artist a
                  WHERE a.user_id = u.user_id AND a.artist_id = entities.entity_id
              )
            """,
            entity_ids=entity_ids[start : start + CHUNK],
        )
