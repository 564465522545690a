"""`earstead token`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, print_json, print_rows, when

if TYPE_CHECKING:
    from earstead.settings import Settings

_DEFAULT = ("listens:read", "listens:write")


@click.group("token")
def command() -> None:
    """Make, list and revoke the tokens of programs."""


@command.command("new")
@click.argument("name")
@click.option("--label", default="", help="What it is for.")
@click.option("--scope", "scopes", multiple=True, default=_DEFAULT, show_default=True, help="What it may do; repeat.")
@data_option
def _new(name: str, label: str, scopes: tuple[str, ...], settings: Settings) -> None:
    """Make a token for the user NAME and print it alone. It is not shown again.

    \b
    Examples:
      earstead token new anna --label "pano scrobbler"
      TOKEN=$(earstead token new anna --scope listens:read)
    """
    from earstead.cli.perform import perform

    click.echo(perform(settings, "token new", name=name, label=label, scopes=list(scopes)))


@command.command("list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def _list(name: str, as_json: bool, settings: Settings) -> None:
    """List the tokens of the user NAME, without the tokens themselves."""
    from earstead.cli.perform import reading

    with reading(settings) as services:
        tokens = services.accounts.tokens(services.accounts.named(name).user_id)
    if as_json:
        print_json([asdict(token) for token in tokens])
    else:
        rows = [(t.token_id, t.label, " ".join(t.scopes), when(t.created_at), when(t.used_at)) for t in tokens]
        print_rows(("ID", "LABEL", "SCOPES", "MADE", "USED"), rows)


@command.command("revoke")
@click.argument("name")
@click.argument("token_id", type=int, metavar="ID")
@data_option
def _revoke(name: str, token_id: int, settings: Settings) -> None:
    """Make the token ID of the user NAME worthless."""
    from earstead.cli.perform import perform

    perform(settings, "token revoke", name=name, token_id=token_id)
    click.echo("Revoked.")
