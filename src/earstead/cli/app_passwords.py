"""`earstead app-password`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, print_json, print_rows, when

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.group("app-password")
def command() -> None:
    """Make, list and revoke the passwords of players."""


@command.command("new")
@click.argument("name")
@click.option("--label", required=True, help="Which player it is for.")
@data_option
def _new(name: str, label: str, settings: Settings) -> None:
    """Make a password for one player of the user NAME and print it alone. It is not shown again.

    \b
    Example:
      earstead app-password new anna --label "kitchen radio"
    """
    from earstead.cli.perform import perform

    click.echo(perform(settings, "app-password new", name=name, label=label))


@command.command("list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def _list(name: str, as_json: bool, settings: Settings) -> None:
    """List the app passwords of the user NAME, without the passwords themselves."""
    from earstead.cli.perform import reading

    with reading(settings) as services:
        passwords = services.accounts.app_passwords(services.accounts.named(name).user_id)
    if as_json:
        print_json([asdict(password) for password in passwords])
    else:
        rows = [(p.app_password_id, p.label, when(p.created_at), when(p.used_at)) for p in passwords]
        print_rows(("ID", "LABEL", "MADE", "USED"), rows)


@command.command("revoke")
@click.argument("name")
@click.argument("app_password_id", type=int, metavar="ID")
@data_option
def _revoke(name: str, app_password_id: int, settings: Settings) -> None:
    """Make the app password ID of the user NAME worthless."""
    from earstead.cli.perform import perform

    perform(settings, "app-password revoke", name=name, app_password_id=app_password_id)
    click.echo("Revoked.")
