"""`earstead backup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, existing

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.command("backup")
@click.argument("out", metavar="OUT")
@click.option("--with-key", is_flag=True, help="Include secret.key, which opens the stored secrets.")
@data_option
def command(out: str, with_key: bool, settings: Settings) -> None:
    """Write everything into the file OUT; the server may run and listen meanwhile.

    Without --with-key a restore elsewhere asks for new app passwords; keep a file with the key as safe as the server.

    \b
    Examples:
      earstead backup /mnt/backups/earstead-$(date +%F).zip
      earstead backup moving.zip --with-key
    """
    from earstead.cli.perform import reading
    from earstead.services import backup

    target = existing(out)
    with reading(settings) as services:
        made = backup.write(
            services.engine, settings.database, settings.data, target, services.clock, with_key=with_key
        )
    click.echo(f"Wrote {target} ({target.stat().st_size:,} bytes{', with the key' if made.has_key else ''}).")
