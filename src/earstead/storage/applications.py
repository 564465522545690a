"""Programs that speak the Last.fm API, and the addresses that may not."""

from __future__ import annotations

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

COLUMNS = """
    a.application_id, a.user_id, a.name, a.description, a.homepage, a.callback, a.api_key, a.created_at, a.used_at,
    a.suspended, a.sealed_secret, a.read_alone
"""


def add(
    tx: Tx,
    *,
    user_id: int,
    name: str,
    description: str,
    homepage: str,
    callback: str,
    api_key: str,
    sealed_secret: str,
    now: int,
) -> int:
    """Store an application; returns its id."""
    application_id = ids.take(tx, "application")
    tx.run(
        """
        INSERT INTO applications (
            application_id, user_id, name, description, homepage, callback, api_key, sealed_secret, created_at,
            used_at, suspended
        )
        VALUES (
            :application_id, :user_id, :name, :description, :homepage, :callback, :api_key, :sealed_secret, :now,
            0, ''
        )
        """,
        application_id=application_id,
        user_id=user_id,
        name=name,
        description=description,
        homepage=homepage,
        callback=callback,
        api_key=api_key,
        sealed_secret=sealed_secret,
        now=now,
    )
    return application_id


def by_key(tx: Tx, api_key: str) -> Row | None:
    """The `COLUMNS` of the application with a key."""
    return tx.one(
        f"SELECT {COLUMNS} FROM applications a WHERE a.api_key = :api_key",  # noqa: S608 - ours
        api_key=api_key,
    )


def by_id(tx: Tx, application_id: int) -> Row | None:
    """The `COLUMNS` of an application."""
    return tx.one(
        f"SELECT {COLUMNS} FROM applications a WHERE a.application_id = :application_id",  # noqa: S608 - ours
        application_id=application_id,
    )


def of_user(tx: Tx, user_id: int, *, limit: int) -> list[Row]:
    """The `COLUMNS` of a person's applications, latest made first."""
    return tx.all(
        f"""
        SELECT {COLUMNS}
        FROM applications a
        WHERE a.user_id = :user_id
        ORDER BY a.application_id DESC
        LIMIT :limit
        """,  # noqa: S608 - our own column names
        user_id=user_id,
        limit=limit,
    )


def page(tx: Tx, *, limit: int, offset: int) -> list[Row]:
    """The `COLUMNS` of all applications, latest used first."""
    return tx.all(
        f"""
        SELECT {COLUMNS}
        FROM applications a
        ORDER BY a.used_at DESC, a.application_id DESC
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608 - our own column names
        limit=limit,
        offset=offset,
    )


def count(tx: Tx) -> int:
    """How many applications there are."""
    row = tx.one("SELECT count(*) FROM applications")
    return int(row[0]) if row else 0


def count_of(tx: Tx, user_id: int) -> int:
    """How many applications a person has; 0 for those that registered themselves."""
    row = tx.one("SELECT count(*) FROM applications WHERE user_id = :user_id", user_id=user_id)
    return int(row[0]) if row else 0


def least_used(tx: Tx) -> int:
    """Of those that registered themselves, hold no session and are not suspended: the one used longest ago, or 0."""
    row = tx.one(
        """
        SELECT a.application_id
        FROM applications a
        WHERE a.user_id = 0
          AND a.suspended = ''
          AND NOT EXISTS (SELECT 1 FROM app_sessions s WHERE s.application_id = a.application_id)
        ORDER BY a.used_at
        LIMIT 1
        """
    )
    return int(row[0]) if row else 0


def replace_key(tx: Tx, application_id: int, api_key: str, sealed_secret: str) -> None:
    """Give an application another key and secret."""
    tx.run(
        """
        UPDATE applications
        SET api_key = :api_key, sealed_secret = :sealed_secret
        WHERE application_id = :application_id
        """,
        application_id=application_id,
        api_key=api_key,
        sealed_secret=sealed_secret,
    )


def describe(
    tx: Tx, application_id: int, *, name: str, description: str, homepage: str, callback: str, read_alone: bool
) -> None:
    """Replace what a person says of an application, and what its key alone may do."""
    tx.run(
        """
        UPDATE applications
        SET name = :name,
            description = :description,
            homepage = :homepage,
            callback = :callback,
            read_alone = :read_alone
        WHERE application_id = :application_id
        """,
        application_id=application_id,
        name=name,
        description=description,
        homepage=homepage,
        callback=callback,
        read_alone=int(read_alone),
    )


def used(tx: Tx, application_id: int, now: int) -> None:
    """Remember that an application was used."""
    tx.run(
        "UPDATE applications SET used_at = :now WHERE application_id = :application_id",
        application_id=application_id,
        now=now,
    )


def suspend(tx: Tx, application_id: int, reason: str) -> int:
    """Suspend an application for a reason, "" to lift it; returns the rows touched."""
    return tx.run(
        "UPDATE applications SET suspended = :reason WHERE application_id = :application_id",
        application_id=application_id,
        reason=reason,
    )


def remove(tx: Tx, application_id: int) -> None:
    """Remove an application and all access through it."""
    tx.run("DELETE FROM app_sessions WHERE application_id = :application_id", application_id=application_id)
    tx.run("DELETE FROM auth_tokens WHERE application_id = :application_id", application_id=application_id)
    tx.run("DELETE FROM applications WHERE application_id = :application_id", application_id=application_id)


def block(tx: Tx, address: str, reason: str, until: int, now: int) -> None:
    """Shut out an address or network, anew when it already is."""
    tx.run(
        """
        INSERT INTO address_blocks (address, reason, until, created_at)
        VALUES (:address, :reason, :until, :now)
        ON CONFLICT (address) DO UPDATE
        SET reason = excluded.reason,
            until = excluded.until,
            created_at = excluded.created_at
        """,
        address=address,
        reason=reason,
        until=until,
        now=now,
    )


def unblock(tx: Tx, address: str) -> int:
    """Let an address or network in again; returns the rows touched."""
    return tx.run("DELETE FROM address_blocks WHERE address = :address", address=address)


def end_blocks(tx: Tx, now: int) -> None:
    """Remove the blocks whose time is over."""
    tx.run("DELETE FROM address_blocks WHERE until > 0 AND until <= :now", now=now)


def blocks(tx: Tx, *, limit: int) -> list[Row]:
    """(address, reason, until, created_at), latest first."""
    return tx.all(
        """
        SELECT address, reason, until, created_at
        FROM address_blocks
        ORDER BY created_at DESC, address
        LIMIT :limit
        """,
        limit=limit,
    )
