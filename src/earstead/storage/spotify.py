"""Spotify: client ids and what they may do, linked accounts, where their work stands, sign-ins, and quotas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.storage.engine import Row, Tx

_ACCOUNT = """
    a.account_id, a.user_id, a.client_id, a.spotify_key, a.spotify_id, a.name, a.features, a.scopes, a.state, a.error,
    a.authorized_at, a.told_days, a.redirect_uri, a.created_at, c.developer, c.capabilities
"""
_FROM = """
    FROM spotify_accounts a
    JOIN spotify_clients c ON c.client_id = a.client_id
"""
# What an update may set; the names are ours, the values are parameters.
_SETTABLE = frozenset(
    "client_id spotify_id name features scopes state error tokens authorized_at told_days redirect_uri".split()
)


# --- client ids ---------------------------------------------------------------------------------------------------


def add_client(tx: Tx, client_id: str, developer: str, now: int) -> None:
    """Take up a client id; one that is known keeps what is known of it, its developer too."""
    tx.run(
        """
        INSERT INTO spotify_clients (client_id, developer, capabilities, created_at)
        VALUES (:client_id, :developer, '', :now)
        ON CONFLICT (client_id) DO NOTHING
        """,
        client_id=client_id,
        developer=developer,
        now=now,
    )


def developer(tx: Tx, client_id: str) -> str:
    """Whose client id it is, "" when nobody brought it yet."""
    row = tx.one("SELECT developer FROM spotify_clients WHERE client_id = :client_id", client_id=client_id)
    return str(row[0]) if row else ""


def set_capabilities(tx: Tx, client_id: str, text: str) -> None:
    """Keep what was found out about a client id."""
    tx.run(
        "UPDATE spotify_clients SET capabilities = :text WHERE client_id = :client_id", client_id=client_id, text=text
    )


def forget_clients(tx: Tx, quota_before: int) -> None:
    """Remove client ids that no account uses any more, and quotas of developers that have none left.

    Args:
        quota_before: quotas that were kept since, unix seconds, stay: whoever leaves and comes back finds the lock.
    """
    tx.run(
        """
        DELETE FROM spotify_clients
        WHERE NOT EXISTS (SELECT 1 FROM spotify_accounts a WHERE a.client_id = spotify_clients.client_id)
        """
    )
    tx.run(
        """
        DELETE FROM spotify_quota
        WHERE at < :quota_before
          AND developer NOT IN (SELECT c.developer FROM spotify_clients c)
        """,
        quota_before=quota_before,
    )


# --- accounts -----------------------------------------------------------------------------------------------------


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store an account, given every column but its id; returns the id."""
    row = tx.one("SELECT coalesce(max(account_id), 0) + 1 FROM spotify_accounts")
    account_id = int(row[0]) if row else 1
    tx.run(
        """
        INSERT INTO spotify_accounts (
            account_id, user_id, client_id, spotify_key, spotify_id, name, features, scopes, state, error, tokens,
            authorized_at, told_days, redirect_uri, created_at
        )
        VALUES (
            :account_id, :user_id, :client_id, :spotify_key, :spotify_id, :name, :features, :scopes, 'on', '', :tokens,
            :authorized_at, 0, :redirect_uri, :created_at
        )
        """,
        account_id=account_id,
        **values,
    )
    return account_id


def get(tx: Tx, account_id: int) -> Row | None:
    """An account (the columns of `_ACCOUNT`), or None."""
    return tx.one(
        f"""
        SELECT {_ACCOUNT}
        {_FROM}
        WHERE a.account_id = :account_id
        """,
        account_id=account_id,
    )


def by_key(tx: Tx, user_id: int, spotify_key: str) -> int:
    """The account of a user that is the given one of Spotify's, 0 for none."""
    row = tx.one(
        """
        SELECT account_id
        FROM spotify_accounts
        WHERE user_id = :user_id AND spotify_key = :spotify_key
        """,
        user_id=user_id,
        spotify_key=spotify_key,
    )
    return int(row[0]) if row else 0


def of_user(tx: Tx, user_id: int, limit: int) -> list[Row]:
    """A user's accounts by name of Spotify's key."""
    return tx.all(
        f"""
        SELECT {_ACCOUNT}
        {_FROM}
        WHERE a.user_id = :user_id
        ORDER BY a.spotify_key
        LIMIT :limit
        """,
        user_id=user_id,
        limit=limit,
    )


def after(tx: Tx, account_id: int, limit: int) -> list[Row]:
    """Accounts of everybody behind an id, by id."""
    return tx.all(
        f"""
        SELECT {_ACCOUNT}
        {_FROM}
        WHERE a.account_id > :account_id
        ORDER BY a.account_id
        LIMIT :limit
        """,
        account_id=account_id,
        limit=limit,
    )


def users_of(tx: Tx, developer: str) -> list[int]:
    """Whose accounts share a developer's quota."""
    rows = tx.all(
        """
        SELECT DISTINCT a.user_id
        FROM spotify_clients c
        JOIN spotify_accounts a ON a.client_id = c.client_id
        WHERE c.developer = :developer
        ORDER BY a.user_id
        """,
        developer=developer,
    )
    return [row[0] for row in rows]


def change(tx: Tx, account_id: int, values: Mapping[str, Any]) -> bool:
    """Set columns of an account; False when it is gone."""
    assert set(values) <= _SETTABLE
    names = ", ".join(f"{name} = :{name}" for name in sorted(values))
    return bool(
        tx.run(
            f"""
            UPDATE spotify_accounts
            SET {names}
            WHERE account_id = :account_id
            """,  # noqa: S608 - names of our own columns
            account_id=account_id,
            **values,
        )
    )


def tokens(tx: Tx, account_id: int) -> str:
    """The sealed tokens of an account, "" when it has none or is gone."""
    row = tx.one("SELECT tokens FROM spotify_accounts WHERE account_id = :account_id", account_id=account_id)
    return str(row[0]) if row else ""


def remove(tx: Tx, account_id: int) -> None:
    """Remove an account and where its work stands."""
    tx.run("DELETE FROM spotify_cursors WHERE account_id = :account_id", account_id=account_id)
    tx.run("DELETE FROM spotify_accounts WHERE account_id = :account_id", account_id=account_id)


def silence(tx: Tx, user_id: int) -> None:
    """Drop the tokens of a user, so that nothing more is asked in that name."""
    tx.run("UPDATE spotify_accounts SET state = 'off', tokens = '' WHERE user_id = :user_id", user_id=user_id)


# --- where the work stands ----------------------------------------------------------------------------------------


def cursor(tx: Tx, account_id: int, name: str) -> str:
    """Where a piece of work stands, "" when it never began."""
    row = tx.one(
        "SELECT value FROM spotify_cursors WHERE account_id = :account_id AND name = :name",
        account_id=account_id,
        name=name,
    )
    return str(row[0]) if row else ""


def set_cursor(tx: Tx, account_id: int, name: str, value: str) -> None:
    """Keep where a piece of work stands; nothing for an account that is gone."""
    tx.run(
        """
        INSERT INTO spotify_cursors (account_id, name, value)
        SELECT a.account_id, :name, :value
        FROM spotify_accounts a
        WHERE a.account_id = :account_id
        ON CONFLICT (account_id, name) DO UPDATE
        SET value = excluded.value
        """,
        account_id=account_id,
        name=name,
        value=value,
    )


# --- sign-ins -----------------------------------------------------------------------------------------------------


def add_login(tx: Tx, state_hash: str, user_id: int, login: str, expires_at: int) -> None:
    """Keep a sign-in that begins."""
    tx.run(
        """
        INSERT INTO spotify_logins (state_hash, user_id, login, expires_at)
        VALUES (:state_hash, :user_id, :login, :expires_at)
        """,
        state_hash=state_hash,
        user_id=user_id,
        login=login,
        expires_at=expires_at,
    )


def login(tx: Tx, state_hash: str, user_id: int, now: int) -> str:
    """A sign-in of a user that has not run out, "" for none."""
    row = tx.one(
        """
        SELECT login
        FROM spotify_logins
        WHERE state_hash = :state_hash AND user_id = :user_id AND expires_at > :now
        """,
        state_hash=state_hash,
        user_id=user_id,
        now=now,
    )
    return str(row[0]) if row else ""


def remove_login(tx: Tx, state_hash: str) -> int:
    """Use a sign-in up; returns 0 when somebody did before."""
    return tx.run("DELETE FROM spotify_logins WHERE state_hash = :state_hash", state_hash=state_hash)


def trim_logins(tx: Tx, user_id: int, now: int, most: int) -> None:
    """Remove what ran out, and all of a user's but the `most` latest."""
    tx.run(
        """
        DELETE FROM spotify_logins
        WHERE user_id = :user_id
          AND (
              expires_at <= :now
              OR state_hash NOT IN (
                  SELECT l.state_hash
                  FROM spotify_logins l
                  WHERE l.user_id = :user_id
                  ORDER BY l.expires_at DESC, l.state_hash
                  LIMIT :most
              )
          )
        """,
        user_id=user_id,
        now=now,
        most=most,
    )


# --- quotas -------------------------------------------------------------------------------------------------------


def quota(tx: Tx, developer: str) -> str:
    """What is known of a developer account's limits, "" for nothing."""
    row = tx.one("SELECT state FROM spotify_quota WHERE developer = :developer", developer=developer)
    return str(row[0]) if row else ""


def keep_quota(tx: Tx, developer: str, state: str, now: int) -> None:
    """Keep what is known of a developer account's limits; nothing for one whose client ids are all gone."""
    tx.run(
        """
        INSERT INTO spotify_quota (developer, state, at)
        SELECT c.developer, :state, :now
        FROM spotify_clients c
        WHERE c.developer = :developer
        LIMIT 1
        ON CONFLICT (developer) DO UPDATE
        SET state = excluded.state, at = excluded.at
        """,
        developer=developer,
        state=state,
        now=now,
    )
