"""`earstead restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from earstead.cli.common import Failed, data_option, existing, when

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False), metavar="FILE")
@click.option("--replace", is_flag=True, help="Put it in the place of the accounts that are there.")
@data_option
def command(file: str, replace: bool, settings: Settings) -> None:
    """Put the backup FILE back. The server must be stopped.

    \b
    Example:
      earstead restore earstead-2026-11-21.zip --data /srv/earstead
    """
    from earstead.app import open_services
    from earstead.kit.locks import DataLock, Locked
    from earstead.services import backup

    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with DataLock(settings.data):
            made = backup.restore(settings.database, settings.data, existing(file), replace=replace)
            services = open_services(settings)
            try:
                users = len(services.accounts.users())
                lost = services.accounts.unreadable_app_passwords()
            finally:
                services.close()
    except Locked as fault:
        raise Failed(f"{fault}: stop the server first") from fault
    click.echo(f"Restored the state of {when(made.created_at)} UTC: {users} account{'' if users == 1 else 's'}.")
    for user, label in lost:
        click.echo(f"The app password “{label}” of {user} cannot be read without the old key: make a new one.")
