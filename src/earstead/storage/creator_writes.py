"""What is written at Spotify for Creators: the journal of changes, uploads, what was told, health, captures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

CHANGE = """
    change_id, user_id, account_id, show_id, episode_id, at_ms, ended_ms, actor, action, target, title, before, after,
    steps, state, error, undo, undoable, undone_by, undoes, holder, checks
"""
UPLOAD = """
    upload_id, user_id, account_id, show_id, episode_id, anchor_id, kind, filename, path, size, sent, state, step,
    wanted, actor, error, created_at, updated_at
"""
CAPTURE = "capture_id, user_id, name, kind, at, found, report, adopted_at, live"
_SETTABLE_CHANGE = frozenset(
    "episode_id ended_ms target title before after steps state error undo undoable undone_by undoes checks".split()
)
_SETTABLE_UPLOAD = frozenset("episode_id anchor_id sent state step error updated_at".split())


def _assignments(values: Mapping[str, Any], settable: frozenset[str]) -> str:
    if not settable.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - settable)}")
    return ", ".join(f"{name} = :{name}" for name in sorted(values))


# --- changes ------------------------------------------------------------------------------------------------------


def add_change(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store a change that is about to be sent: every column but its id; returns that."""
    change_id = ids.take(tx, "creator_change")
    tx.run(
        """
        INSERT INTO creator_changes (
            change_id, user_id, account_id, show_id, episode_id, at_ms, ended_ms, actor, action, target, title, before,
            after, steps, state, error, undo, undoable, undone_by, undoes, holder, checks
        )
        VALUES (
            :change_id, :user_id, :account_id, :show_id, :episode_id, :at_ms, 0, :actor, :action, :target, :title,
            :before, :after, '', :state, '', :undo, :undoable, 0, :undoes, :holder, 0
        )
        """,
        change_id=change_id,
        **values,
    )
    return change_id


def set_change(tx: Tx, change_id: int, values: Mapping[str, Any]) -> int:
    """Set columns of a change; returns 0 when it is gone. Raises ValueError for one that may not be set."""
    what = _assignments(values, _SETTABLE_CHANGE)
    return tx.run(f"UPDATE creator_changes SET {what} WHERE change_id = :change_id", change_id=change_id, **values)  # noqa: S608


def add_step(tx: Tx, change_id: int, step: str) -> None:
    """Note a request of a change, one line without secrets."""
    tx.run(
        """
        UPDATE creator_changes
        SET steps = CASE WHEN steps = '' THEN :step ELSE steps || :line || :step END
        WHERE change_id = :change_id
        """,
        change_id=change_id,
        step=step,
        line="\n",
    )


def change(tx: Tx, change_id: int) -> Row | None:
    """A change (`CHANGE`), or None."""
    return tx.one(
        f"""
        SELECT {CHANGE}
        FROM creator_changes
        WHERE change_id = :change_id
        """,  # noqa: S608
        change_id=change_id,
    )


def changes_of_show(tx: Tx, user_id: int, show_id: int, offset: int, limit: int) -> list[Row]:
    """Changes (`CHANGE`) of a user's show after `offset` of them, latest first."""
    return tx.all(
        f"""
        SELECT {CHANGE}
        FROM creator_changes
        WHERE show_id = :show_id AND user_id = :user_id
        ORDER BY change_id DESC
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608
        user_id=user_id,
        show_id=show_id,
        offset=offset,
        limit=limit,
    )


def last_change(tx: Tx, show_id: int, episode_id: int, actions: Sequence[str]) -> Row | None:
    """The latest change (`CHANGE`) of an episode by one of some actions that did not fail, or None."""
    return tx.one(
        f"""
        SELECT {CHANGE}
        FROM creator_changes
        WHERE show_id = :show_id AND episode_id = :episode_id AND action IN (:actions*) AND state <> 'failed'
        ORDER BY change_id DESC
        LIMIT 1
        """,  # noqa: S608
        show_id=show_id,
        episode_id=episode_id,
        actions=actions,
    )


def changes_of_user(tx: Tx, user_id: int, offset: int, limit: int) -> list[Row]:
    """Changes (`CHANGE`) of a user after `offset` of them, latest first."""
    return tx.all(
        f"""
        SELECT {CHANGE}
        FROM creator_changes
        WHERE user_id = :user_id
        ORDER BY change_id DESC
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608
        user_id=user_id,
        offset=offset,
        limit=limit,
    )


def changes_in_state(tx: Tx, state: str, before_ms: int, limit: int) -> list[Row]:
    """Everybody's changes (`CHANGE`) in a state that began before a time, oldest first."""
    return tx.all(
        f"""
        SELECT {CHANGE}
        FROM creator_changes
        WHERE state = :state AND at_ms < :before_ms
        ORDER BY change_id
        LIMIT :limit
        """,  # noqa: S608
        state=state,
        before_ms=before_ms,
        limit=limit,
    )


def changes_of_target(tx: Tx, account_id: int, target: str, limit: int) -> list[Row]:
    """The latest changes (`CHANGE`) of what the service calls so, oldest first."""
    rows = tx.all(
        f"""
        SELECT {CHANGE}
        FROM creator_changes
        WHERE account_id = :account_id AND target = :target
        ORDER BY change_id DESC
        LIMIT :limit
        """,  # noqa: S608
        account_id=account_id,
        target=target,
        limit=limit,
    )
    return rows[::-1]


# --- uploads ------------------------------------------------------------------------------------------------------


def add_upload(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store an upload that waits: every column but its id and what is still empty; returns the id."""
    upload_id = ids.take(tx, "creator_upload")
    tx.run(
        """
        INSERT INTO creator_uploads (
            upload_id, user_id, account_id, show_id, episode_id, anchor_id, kind, filename, path, size, sent, state,
            step, wanted, actor, error, created_at, updated_at
        )
        VALUES (
            :upload_id, :user_id, :account_id, :show_id, :episode_id, :anchor_id, :kind, :filename, :path, :size, 0,
            'waiting', '', :wanted, :actor, '', :now, :now
        )
        """,
        upload_id=upload_id,
        **values,
    )
    return upload_id


def set_upload(tx: Tx, upload_id: int, values: Mapping[str, Any]) -> int:
    """Set columns of an upload; returns 0 when it is gone. Raises ValueError for one that may not be set."""
    what = _assignments(values, _SETTABLE_UPLOAD)
    return tx.run(f"UPDATE creator_uploads SET {what} WHERE upload_id = :upload_id", upload_id=upload_id, **values)  # noqa: S608


def upload(tx: Tx, upload_id: int) -> Row | None:
    """An upload (`UPLOAD`), or None."""
    return tx.one(
        f"""
        SELECT {UPLOAD}
        FROM creator_uploads
        WHERE upload_id = :upload_id
        """,  # noqa: S608
        upload_id=upload_id,
    )


def uploads_of_show(tx: Tx, user_id: int, show_id: int, limit: int) -> list[Row]:
    """Uploads (`UPLOAD`) of a user's show, latest first."""
    return tx.all(
        f"""
        SELECT {UPLOAD}
        FROM creator_uploads
        WHERE show_id = :show_id AND user_id = :user_id
        ORDER BY upload_id DESC
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        show_id=show_id,
        limit=limit,
    )


def unfinished_uploads(tx: Tx, limit: int) -> list[int]:
    """Ids of everybody's uploads that wait or were under way, oldest first."""
    rows = tx.all(
        """
        SELECT upload_id
        FROM creator_uploads
        WHERE state IN ('waiting', 'running')
        ORDER BY upload_id
        LIMIT :limit
        """,
        limit=limit,
    )
    return [row[0] for row in rows]


def upload_paths(tx: Tx, user_id: int) -> list[str]:
    """Where a user's files were put."""
    rows = tx.all("SELECT path FROM creator_uploads WHERE user_id = :user_id LIMIT 10000", user_id=user_id)
    return [row[0] for row in rows]


def cancel_uploads(tx: Tx, user_id: int, now: int) -> None:
    """Cancel all that a user has under way."""
    tx.run(
        """
        UPDATE creator_uploads
        SET state = 'cancelled', updated_at = :now
        WHERE user_id = :user_id AND state IN ('waiting', 'running')
        """,
        user_id=user_id,
        now=now,
    )


# --- episodes whose moment has come ---------------------------------------------------------------------------------


def scheduled_before(tx: Tx, before: int, after: int, limit: int) -> list[tuple[int, int]]:
    """(user_id, episode_id) of everybody's scheduled episodes whose moment lies between two times, oldest first."""
    rows = tx.all(
        """
        SELECT user_id, episode_id
        FROM creator_episodes
        WHERE state = 'scheduled' AND published_at > :after AND published_at < :before AND gone_at = 0
        ORDER BY published_at, episode_id
        LIMIT :limit
        """,
        before=before,
        after=after,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


# --- what was told ------------------------------------------------------------------------------------------------


def told(tx: Tx, user_id: int, kind: str, subject: str) -> int:
    """How far was told of a subject, 0 for nothing."""
    row = tx.one(
        """
        SELECT value
        FROM creator_told
        WHERE user_id = :user_id AND kind = :kind AND subject = :subject
        """,
        user_id=user_id,
        kind=kind,
        subject=subject,
    )
    return int(row[0]) if row else 0


def tell(tx: Tx, user_id: int, kind: str, subject: str, value: int, now: int) -> bool:
    """Note how far was told; False when it was told that far before."""
    return bool(
        tx.run(
            """
            INSERT INTO creator_told (user_id, kind, subject, value, at)
            VALUES (:user_id, :kind, :subject, :value, :now)
            ON CONFLICT (user_id, kind, subject) DO UPDATE
            SET value = excluded.value, at = excluded.at
            WHERE creator_told.value < excluded.value
            """,
            user_id=user_id,
            kind=kind,
            subject=subject,
            value=value,
            now=now,
        )
    )


# --- health -------------------------------------------------------------------------------------------------------


def health(tx: Tx, account_id: int) -> Row | None:
    """(state, cause, words, mend, ok_at, checked_at) of an account, None before its first answer."""
    return tx.one(
        """
        SELECT state, cause, words, mend, ok_at, checked_at
        FROM creator_health
        WHERE account_id = :account_id
        """,
        account_id=account_id,
    )


def keep_health(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep how an account does: account_id, user_id, state, cause, words, mend, ok_at (0: as before), checked_at."""
    tx.run(
        """
        INSERT INTO creator_health (account_id, user_id, state, cause, words, mend, ok_at, checked_at)
        VALUES (:account_id, :user_id, :state, :cause, :words, :mend, :ok_at, :checked_at)
        ON CONFLICT (account_id) DO UPDATE
        SET state = excluded.state, cause = excluded.cause, words = excluded.words, mend = excluded.mend,
            ok_at = CASE WHEN excluded.ok_at > 0 THEN excluded.ok_at ELSE creator_health.ok_at END,
            checked_at = excluded.checked_at
        """,
        **values,
    )


def forget_account(tx: Tx, account_id: int) -> None:
    """An account was disconnected: its health goes; the journal of what was changed with it stays."""
    tx.run("DELETE FROM creator_health WHERE account_id = :account_id", account_id=account_id)


# --- captures -----------------------------------------------------------------------------------------------------


def add_capture(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store a capture that is not in force: user_id, name, kind, at, found, registry, report; returns its id."""
    capture_id = ids.take(tx, "creator_capture")
    tx.run(
        """
        INSERT INTO creator_captures (
            capture_id, user_id, name, kind, at, found, registry, report, adopted_at, live
        )
        VALUES (:capture_id, :user_id, :name, :kind, :at, :found, :registry, :report, 0, 0)
        """,
        capture_id=capture_id,
        **values,
    )
    return capture_id


def capture(tx: Tx, capture_id: int) -> Row | None:
    """A capture (`CAPTURE`), or None."""
    return tx.one(
        f"""
        SELECT {CAPTURE}
        FROM creator_captures
        WHERE capture_id = :capture_id
        """,  # noqa: S608
        capture_id=capture_id,
    )


def captures_of_user(tx: Tx, user_id: int, limit: int) -> list[Row]:
    """A user's captures (`CAPTURE`), latest first."""
    return tx.all(
        f"""
        SELECT {CAPTURE}
        FROM creator_captures
        WHERE user_id = :user_id
        ORDER BY capture_id DESC
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        limit=limit,
    )


def live_registries(tx: Tx) -> list[str]:
    """The operations of the captures in force, in the order in which they came into force."""
    rows = tx.all(
        """
        SELECT registry
        FROM creator_captures
        WHERE live = 1
        ORDER BY adopted_at, capture_id
        LIMIT 1000
        """
    )
    return [row[0] for row in rows]


def set_live(tx: Tx, capture_id: int, live: bool, now: int) -> int:
    """Put a capture in force, or out of it; returns 0 when it is gone."""
    return tx.run(
        """
        UPDATE creator_captures
        SET live = :live, adopted_at = CASE WHEN :live = 1 THEN :now ELSE adopted_at END
        WHERE capture_id = :capture_id
        """,
        capture_id=capture_id,
        live=int(live),
        now=now,
    )


def remove_capture(tx: Tx, capture_id: int) -> None:
    """Remove a capture."""
    tx.run("DELETE FROM creator_captures WHERE capture_id = :capture_id", capture_id=capture_id)
