"""`earstead demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, print_json

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.command("demo")
@click.option("--listens", type=click.IntRange(1), default=20_000, show_default=True, help="How much was heard.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another life.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def command(listens: int, seed: int, as_json: bool, settings: Settings) -> None:
    """Fill a demo user with a believable history, to look around in.

    \b
    Example:
      earstead demo --data demo-data && earstead serve --data demo-data
    """
    from earstead.cli.perform import perform
    from earstead.cli.progress import shown

    with shown("demo", quiet=as_json) as tell:
        made = perform(settings, "demo", tell, listens=listens, seed=seed)
    if as_json:
        print_json(made)
        return
    click.echo(f"{made['listens']:,} listens. Sign in as “{made['name']}” with the password “{made['password']}”.")
    click.echo("Everybody knows this password: keep the demo on this machine.")
