"""What can be wrong with an installation, found by looking; nothing is changed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from earstead.kit.secrets import KEY_FILE, CannotOpen
from earstead.services.container import Services
from earstead.storage import copying
from earstead.storage.engine import migrations

_LOW_SPACE = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `what` is a sentence; `todo` says what to do about it, "" when all is well."""

    what: str
    todo: str = ""

    @property
    def good(self) -> bool:
        """Whether there is nothing to do."""
        return not self.todo


def look_at_files(data: Path, database: str | Path) -> Iterator[Finding]:
    """The directory, the disk and the files: what can be seen without opening the database."""
    if not data.is_dir():
        yield Finding(f"There is no directory {data}.", "Start once with “earstead serve”, or give --data DIR.")
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield Finding(
            f"{data} cannot be written by this user.", f"Give it to the user who runs earstead: chown {data}."
        )
        return
    yield Finding(f"{data} is there and can be written.")
    yield from _modes(data, database)
    free = shutil.disk_usage(data).free
    size = Path(database).stat().st_size if isinstance(database, Path) and database.exists() else 0
    if free < max(_LOW_SPACE, size // 4):
        yield Finding(f"Only {free // 1_000_000:,} MB are free on the disk of {data}.", "Make room: writes will fail.")
    else:
        yield Finding(f"{free // 1_000_000:,} MB are free on the disk.")


def _modes(data: Path, database: str | Path) -> Iterator[Finding]:
    private = [data / KEY_FILE, *([database] if isinstance(database, Path) else [])]
    for path in private:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(f"Other users of this machine can read {path}.", f"chmod 600 {path}")


def look_at_sqlite(database: Path) -> Finding:
    """Whether the file is whole; reads all of it."""
    if why := copying.fault_of_sqlite(database):
        return Finding(
            f"The database {database} is damaged: {why}.",
            "Stop the server and restore a backup: earstead restore FILE.",
        )
    return Finding("The database file is whole.")


def look_inside(services: Services) -> Iterator[Finding]:
    """What the database tells."""
    with services.engine.read() as tx:
        held = copying.schema_version(tx, services.engine.dialect)
    newest = migrations(services.engine.dialect)[-1][0]
    if held > newest:
        yield Finding(
            f"The data was written by a newer earstead (schema {held}, this one knows {newest}).",
            "Update this installation; do not start it on this data.",
        )
        return
    yield Finding(f"The schema is number {held}.")
    yield from _people(services)
    yield from _secrets(services)
    yield from _creators(services)
    dead = services.worker.dead(1000)
    if dead:
        yield Finding(
            f"{len(dead)} background jobs were given up, the last with: {dead[0].error[:200]}.",
            "Mend the cause; nothing that was heard depends on them.",
        )


def _people(services: Services) -> Iterator[Finding]:
    users = services.accounts.users()
    if not services.accounts.has_owner():
        yield Finding(
            "Nobody owns this server.",
            "Open the link that “earstead serve” prints, or run “earstead user add NAME --owner”.",
        )
    elif users:
        yield Finding(f"{len(users)} account{'s' if len(users) > 1 else ''}, with an owner.")
    for user in users:
        failed = [job for job in services.imports.list(user.user_id) if job.state == "failed"]
        if failed:
            yield Finding(
                f"The last import that failed for {user.name} said: {failed[0].error[:200]}.",
                "Import the same file again: it goes on where it stopped; or cancel it on the import page.",
            )


def _creators(services: Services) -> Iterator[Finding]:
    names = {user.user_id: user.name for user in services.accounts.users()}
    for account in services.creators.accounts.all():
        if account.state == "ended" and account.user_id in names:
            name = names[account.user_id]
            yield Finding(
                f"The account {account.label} of {name} at Spotify for Creators needs new cookies; it is not read.",
                f"earstead creators connect --account {account.account_id} --user {name}",
            )


def _secrets(services: Services) -> Iterator[Finding]:
    try:
        lost = services.accounts.unreadable_app_passwords()
        closed = services.accounts.unreadable_connections()
    except CannotOpen as fault:
        yield Finding(f"The key for stored secrets cannot be used: {fault}.", "Put the right secret.key back.")
        return
    if lost:
        named = ", ".join(f"{label} of {user}" for user, label in lost[:5])
        yield Finding(
            f"{len(lost)} app passwords were sealed with another key ({named}).",
            "Put the old secret.key (or EARSTEAD_SECRET) back, or revoke them and make new ones.",
        )
    if closed:
        named = ", ".join(f"{what} {name} of {user}" for what, name, user in closed[:20])
        more = f", and {len(closed) - 20} more" if len(closed) > 20 else ""
        yield Finding(
            f"The secrets of {len(closed)} connections were sealed with another key ({named}{more}).",
            "Put the old secret.key (or EARSTEAD_SECRET) back, or have them connected anew by their users; until then "
            "they stand still.",
        )
