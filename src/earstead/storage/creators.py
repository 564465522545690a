"""A creator's accounts, shows, episodes and texts, as they were read last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

ACCOUNT = "account_id, user_id, label, state, error, mend, has_key, connected_at, cookie_at, last_ok_at, synced_at"
SHOW = """
    show_id, account_id, user_id, uri, name, station_id, remote_user_id, web_station_id, hosting, permissions, author,
    description, category, language, feed_url, cover_url, episode_count, followers, first_seen_at, read_at, gone_at
"""
EPISODE = """
    episode_id, show_id, uri, anchor_id, title, description, state, episode_type, content_type, published_at,
    created_at, duration_ms, cover_url, transcript_chars, totals, first_seen_at, read_at, gone_at
"""
COMMENT = """
    comment_uri, parent_uri, text, state, author_id, author_name, author_cover, by_show, language, answered, pinned,
    liked, was_read, blocked, flagged, replies, created_ms, first_seen_at, read_at
"""
LIGHT = "episode_id, uri, anchor_id, title, state, published_at, created_at, duration_ms, totals, gone_at, remote_key"
_ACCOUNT_COLUMNS = frozenset("label state error mend cookies has_key cookie_at last_ok_at synced_at".split())
_SHOW_COLUMNS = frozenset(
    """name station_id remote_user_id web_station_id hosting permissions author description category language feed_url
    cover_url episode_count followers read_at gone_at""".split()
)
_EPISODE_COLUMNS = frozenset(
    """remote_key uri anchor_id title description state episode_type content_type published_at created_at duration_ms
    cover_url transcript_chars totals read_at gone_at""".split()
)
MOST_ACCOUNTS = 50
MOST_SHOWS = 1_000
MOST_EPISODES = 20_000


def _change(tx: Tx, table: str, key: str, allowed: frozenset[str], row_id: int, values: Mapping[str, Any]) -> None:
    if not values:
        return
    if not allowed.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - allowed)}")
    columns = ", ".join(f"{name} = :{name}" for name in sorted(values))
    tx.run(f"UPDATE {table} SET {columns} WHERE {key} = :row_id", row_id=row_id, **values)  # noqa: S608 - our own names


# --- accounts -----------------------------------------------------------------------------------------------------


def add_account(tx: Tx, user_id: int, label: str, cookies: str, *, has_key: bool, now: int) -> int:
    """Store a sign-in; its id."""
    account_id = ids.take(tx, "creator_account")
    tx.run(
        """
        INSERT INTO creator_accounts (
            account_id, user_id, label, state, error, mend, cookies, has_key, connected_at, cookie_at, last_ok_at,
            synced_at
        )
        VALUES (:account_id, :user_id, :label, 'on', '', '', :cookies, :has_key, :now, :now, :now, 0)
        """,
        account_id=account_id,
        user_id=user_id,
        label=label,
        cookies=cookies,
        has_key=int(has_key),
        now=now,
    )
    return account_id


def change_account(tx: Tx, account_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of an account. Raises ValueError for one that may not be set."""
    _change(tx, "creator_accounts", "account_id", _ACCOUNT_COLUMNS, account_id, values)


def account(tx: Tx, account_id: int) -> Row | None:
    """An account (`ACCOUNT`), or None."""
    return tx.one(
        f"SELECT {ACCOUNT} FROM creator_accounts WHERE account_id = :account_id",  # noqa: S608
        account_id=account_id,
    )


def accounts_of(tx: Tx, user_id: int) -> list[Row]:
    """A user's accounts (`ACCOUNT`), oldest first."""
    return tx.all(
        f"SELECT {ACCOUNT} FROM creator_accounts WHERE user_id = :user_id ORDER BY account_id LIMIT :limit",  # noqa: S608
        user_id=user_id,
        limit=MOST_ACCOUNTS,
    )


def accounts_after(tx: Tx, last: int, limit: int) -> list[Row]:
    """Everybody's accounts (`ACCOUNT`) after an id."""
    return tx.all(
        f"SELECT {ACCOUNT} FROM creator_accounts WHERE account_id > :last ORDER BY account_id LIMIT :limit",  # noqa: S608
        last=last,
        limit=limit,
    )


def cookies(tx: Tx, account_id: int) -> str:
    """The sealed cookies of an account, "" when there are none."""
    row = tx.one("SELECT cookies FROM creator_accounts WHERE account_id = :account_id", account_id=account_id)
    return str(row[0]) if row else ""


def silence(tx: Tx, user_id: int) -> None:
    """Drop the cookies of all of a user's accounts."""
    tx.run(
        "UPDATE creator_accounts SET state = 'off', cookies = '' WHERE user_id = :user_id",
        user_id=user_id,
    )


def remove_account(tx: Tx, account_id: int) -> None:
    """Remove an account whose shows are gone already, with its syncs, answers and what is left of its journal."""
    for table in ("creator_answers", "creator_syncs", "creator_changes", "creator_accounts"):
        tx.run(f"DELETE FROM {table} WHERE account_id = :account_id", account_id=account_id)  # noqa: S608


# --- shows --------------------------------------------------------------------------------------------------------


def put_show(tx: Tx, account_id: int, user_id: int, uri: str, now: int, values: Mapping[str, Any]) -> int:
    """Store a show, or change the one that is there; its id. Raises ValueError as `change_account`."""
    row = tx.one(
        "SELECT show_id FROM creator_shows WHERE account_id = :account_id AND uri = :uri",
        account_id=account_id,
        uri=uri,
    )
    show_id = int(row[0]) if row else ids.take(tx, "creator_show")
    if row is None:
        tx.run(
            """
            INSERT INTO creator_shows (
                show_id, account_id, user_id, uri, name, station_id, remote_user_id, web_station_id, hosting,
                permissions, author, description, category, language, feed_url, cover_url, episode_count, followers,
                first_seen_at, read_at, gone_at
            )
            VALUES (
                :show_id, :account_id, :user_id, :uri, '', '', '', '', 'UNKNOWN', '[]', '', '', '', '', '', '', 0, 0,
                :now, 0, 0
            )
            """,
            show_id=show_id,
            account_id=account_id,
            user_id=user_id,
            uri=uri,
            now=now,
        )
    _change(tx, "creator_shows", "show_id", _SHOW_COLUMNS, show_id, values)
    return show_id


def change_show(tx: Tx, show_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a show. Raises ValueError for one that may not be set."""
    _change(tx, "creator_shows", "show_id", _SHOW_COLUMNS, show_id, values)


def show(tx: Tx, show_id: int) -> Row | None:
    """A show (`SHOW`), or None."""
    return tx.one(f"SELECT {SHOW} FROM creator_shows WHERE show_id = :show_id", show_id=show_id)  # noqa: S608


def shows_of_user(tx: Tx, user_id: int) -> list[Row]:
    """A user's shows (`SHOW`), by name."""
    return tx.all(
        f"""
        SELECT {SHOW}
        FROM creator_shows
        WHERE user_id = :user_id
        ORDER BY name, show_id
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        limit=MOST_SHOWS,
    )


def shows_of_account(tx: Tx, account_id: int) -> list[Row]:
    """An account's shows (`SHOW`), by URI."""
    return tx.all(
        f"""
        SELECT {SHOW}
        FROM creator_shows
        WHERE account_id = :account_id
        ORDER BY uri
        LIMIT :limit
        """,  # noqa: S608
        account_id=account_id,
        limit=MOST_SHOWS,
    )


# --- episodes -----------------------------------------------------------------------------------------------------


def add_episodes(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store episodes that were never read: all columns of the table but transcript_chars and gone_at."""
    tx.many(
        """
        INSERT INTO creator_episodes (
            episode_id, show_id, user_id, remote_key, uri, anchor_id, title, description, state, episode_type,
            content_type, published_at, created_at, duration_ms, cover_url, transcript_chars, totals, first_seen_at,
            read_at, gone_at
        )
        VALUES (
            :episode_id, :show_id, :user_id, :remote_key, :uri, :anchor_id, :title, :description, :state,
            :episode_type, :content_type, :published_at, :created_at, :duration_ms, :cover_url, 0, :totals,
            :first_seen_at, :read_at, 0
        )
        """,
        rows,
    )


def change_episode(tx: Tx, episode_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of an episode. Raises ValueError for one that may not be set."""
    _change(tx, "creator_episodes", "episode_id", _EPISODE_COLUMNS, episode_id, values)


def episode(tx: Tx, episode_id: int) -> Row | None:
    """An episode (`EPISODE`, user_id), or None."""
    return tx.one(
        f"SELECT {EPISODE}, user_id FROM creator_episodes WHERE episode_id = :episode_id",  # noqa: S608
        episode_id=episode_id,
    )


def episodes_by_id(tx: Tx, episode_ids: Sequence[int]) -> list[Row]:
    """Episodes (`EPISODE`) by their ids, at most 4,096, in no order."""
    return tx.all(
        f"SELECT {EPISODE} FROM creator_episodes WHERE episode_id IN (:episode_ids*)",  # noqa: S608
        episode_ids=episode_ids,
    )


def episodes_of(tx: Tx, show_id: int) -> list[Row]:
    """All episodes of a show (`LIGHT`), drafts first, then oldest first."""
    return tx.all(
        f"""
        SELECT {LIGHT}
        FROM creator_episodes
        WHERE show_id = :show_id
        ORDER BY published_at, episode_id
        LIMIT :limit
        """,  # noqa: S608
        show_id=show_id,
        limit=MOST_EPISODES,
    )


def episode_whole(tx: Tx, show_id: int, remote_key: str) -> Row | None:
    """An episode (`EPISODE`, user_id) by what the service calls it, or None."""
    return tx.one(
        f"""
        SELECT {EPISODE}, user_id
        FROM creator_episodes
        WHERE show_id = :show_id AND remote_key = :remote_key
        """,  # noqa: S608
        show_id=show_id,
        remote_key=remote_key,
    )


def episode_by_uri(tx: Tx, user_id: int, uri: str) -> int:
    """Our id of a user's episode by its URI, 0 for none."""
    row = tx.one(
        """
        SELECT episode_id
        FROM creator_episodes
        WHERE user_id = :user_id AND uri = :uri
        ORDER BY episode_id
        LIMIT 1
        """,
        user_id=user_id,
        uri=uri,
    )
    return int(row[0]) if row else 0


def episode_by_anchor(tx: Tx, user_id: int, anchor_id: int) -> int:
    """Our id of a user's episode by its number at the service, 0 for none."""
    row = tx.one(
        """
        SELECT episode_id
        FROM creator_episodes
        WHERE user_id = :user_id AND anchor_id = :anchor_id
        ORDER BY episode_id
        LIMIT 1
        """,
        user_id=user_id,
        anchor_id=anchor_id,
    )
    return int(row[0]) if row else 0


# --- texts --------------------------------------------------------------------------------------------------------


def put_transcript(
    tx: Tx, episode_id: int, show_id: int, text: str, chapters: str, operation: str, fetched_at: int
) -> None:
    """Keep what is said in an episode, in place of what was kept."""
    tx.run(
        """
        INSERT INTO creator_transcripts (episode_id, show_id, text, chapters, operation, fetched_at)
        VALUES (:episode_id, :show_id, :text, :chapters, :operation, :fetched_at)
        ON CONFLICT (episode_id) DO UPDATE
        SET text = excluded.text, chapters = excluded.chapters, operation = excluded.operation,
            fetched_at = excluded.fetched_at
        """,
        episode_id=episode_id,
        show_id=show_id,
        text=text,
        chapters=chapters,
        operation=operation,
        fetched_at=fetched_at,
    )


def transcript(tx: Tx, episode_id: int) -> Row | None:
    """(text, chapters, operation, fetched_at) of an episode, or None."""
    return tx.one(
        "SELECT text, chapters, operation, fetched_at FROM creator_transcripts WHERE episode_id = :episode_id",
        episode_id=episode_id,
    )


def comment_counts(tx: Tx, show_id: int) -> dict[int, int]:
    """How many published comments are held of each episode of a show."""
    return dict(
        tx.all(
            """
            SELECT episode_id, count(*)
            FROM creator_comments
            WHERE show_id = :show_id AND state = 'published'
            GROUP BY episode_id
            """,
            show_id=show_id,
        )
    )


def unanswered(tx: Tx, show_id: int) -> int:
    """How many comments of listeners wait for an answer or for approval."""
    row = tx.one(
        """
        SELECT count(*)
        FROM creator_comments
        WHERE show_id = :show_id AND state IN ('published', 'review') AND parent_uri = '' AND by_show = 0
          AND answered = 0
        """,
        show_id=show_id,
    )
    return int(row[0]) if row else 0


def comments_by_uri(tx: Tx, show_id: int, uris: Sequence[str]) -> dict[str, int]:
    """Our ids of comments that are held already, at most 4,096."""
    return dict(
        tx.all(
            """
            SELECT comment_uri, comment_id
            FROM creator_comments
            WHERE show_id = :show_id AND comment_uri IN (:uris*)
            """,
            show_id=show_id,
            uris=uris,
        )
    )


def comments_of_episode(tx: Tx, show_id: int, episode_id: int) -> list[Row]:
    """All comments of an episode (`COMMENT`), by URI."""
    return tx.all(
        f"""
        SELECT {COMMENT}
        FROM creator_comments
        WHERE show_id = :show_id AND episode_id = :episode_id
        ORDER BY comment_uri
        """,  # noqa: S608
        show_id=show_id,
        episode_id=episode_id,
    )


def comments_since(tx: Tx, show_id: int, after_ms: int) -> list[Row]:
    """(comment_id, comment_uri) of the published comments of listeners that were written after a moment."""
    return tx.all(
        """
        SELECT comment_id, comment_uri
        FROM creator_comments
        WHERE show_id = :show_id AND state = 'published' AND created_ms > :after_ms AND parent_uri = '' AND by_show = 0
        ORDER BY comment_id
        """,
        show_id=show_id,
        after_ms=after_ms,
    )


def end_comments(tx: Tx, comment_ids: Sequence[int], now: int) -> None:
    """Hold comments for deleted, at most 4,096."""
    tx.run(
        "UPDATE creator_comments SET state = 'deleted', read_at = :now WHERE comment_id IN (:comment_ids*)",
        comment_ids=comment_ids,
        now=now,
    )


def put_comments(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store comments, or what became of those that are there: all columns of the table but was_read and blocked.

    What a row says of an episode or an answer is not taken back by an answer that knows less of it.
    """
    tx.many(
        """
        INSERT INTO creator_comments (
            comment_id, show_id, user_id, episode_id, comment_uri, parent_uri, text, state, author_id, author_name,
            author_cover, by_show, language, answered, pinned, liked, was_read, blocked, flagged, replies, created_ms,
            first_seen_at, read_at
        )
        VALUES (
            :comment_id, :show_id, :user_id, :episode_id, :comment_uri, :parent_uri, :text, :state, :author_id,
            :author_name, :author_cover, :by_show, :language, :answered, :pinned, :liked, 0, 0, :flagged, :replies,
            :created_ms, :first_seen_at, :read_at
        )
        ON CONFLICT (show_id, comment_uri) DO UPDATE
        SET text = excluded.text, state = excluded.state, author_id = excluded.author_id,
            author_name = excluded.author_name, author_cover = excluded.author_cover, answered = excluded.answered,
            pinned = excluded.pinned, liked = excluded.liked, flagged = excluded.flagged, replies = excluded.replies,
            episode_id = CASE WHEN excluded.episode_id > 0 THEN excluded.episode_id
                ELSE creator_comments.episode_id END,
            read_at = excluded.read_at
        """,
        rows,
    )
