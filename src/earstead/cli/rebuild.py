"""`earstead rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, print_json

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.command("rebuild")
@click.option("--user", "name", default="", metavar="NAME", help="Only this one.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def command(name: str, as_json: bool, settings: Settings) -> None:
    """Derive listens, counters and names again from what was said and decided. Harmless; needed after no command.

    \b
    Example:
      earstead rebuild --user anna
    """
    from earstead.cli.perform import perform
    from earstead.cli.progress import shown

    with shown("rebuild", quiet=as_json) as tell:
        done = perform(settings, "rebuild", tell, name=name)
    if as_json:
        print_json(done)
        return
    for user, observations in done.items():
        click.echo(f"{user}: {observations:,} observations read, everything derived again.")
