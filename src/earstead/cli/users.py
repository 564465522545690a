"""`earstead user`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, print_json, print_rows, read_password, when

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.group("user")
def command() -> None:
    """Add, list and erase accounts; set passwords."""


@command.command("add")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--owner", is_flag=True, help="May add users and decide for the whole server.")
@data_option
def _add(name: str, password_stdin: bool, owner: bool, settings: Settings) -> None:
    """Make an account.

    \b
    Examples:
      earstead user add anna --owner
      pwgen 20 1 | earstead user add ben --password-stdin
    """
    from earstead.cli.perform import perform

    password = read_password(from_stdin=password_stdin)
    user = perform(settings, "user add", name=name, password=password, owner=owner)
    click.echo(f"Added {user['name']} ({user['role']}).")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def _list(as_json: bool, settings: Settings) -> None:
    """List the accounts."""
    from earstead.cli.perform import reading

    with reading(settings) as services:
        users = services.accounts.users()
    if as_json:
        print_json([asdict(user) for user in users])
    else:
        rows = [(u.name, u.role, u.visibility, u.zone, when(u.created_at)) for u in users]
        print_rows(("NAME", "ROLE", "VISIBILITY", "ZONE", "SINCE"), rows)


@command.command("passwd")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@data_option
def _passwd(name: str, password_stdin: bool, settings: Settings) -> None:
    """Set a forgotten password; signs the user out everywhere."""
    from earstead.cli.perform import perform

    perform(settings, "user passwd", name=name, password=read_password(from_stdin=password_stdin))
    click.echo(f"The password of {name} is set; all sessions of {name} are signed out.")


@command.command("erase")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def _erase(name: str, yes: bool, settings: Settings) -> None:
    """Remove an account and everything it heard. There is no way back but a backup.

    \b
    Example:
      earstead export --user ben --format archive --out ben.zip && earstead user erase ben
    """
    from earstead.cli.perform import perform

    if not yes:
        click.confirm(f"Remove {name} and the whole listening history of {name} for ever?", abort=True)
    perform(settings, "user erase", name=name)
    click.echo(f"Erased {name}.")
