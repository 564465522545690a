"""`earstead export`."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

from earstead.cli.common import data_option, existing

if TYPE_CHECKING:
    from earstead.settings import Settings

_FORMATS = ("archive", "listenbrainz", "csv", "jsonl", "parquet")


@click.command("export")
@click.option("--user", "name", required=True, metavar="NAME", help="Whose history.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="archive", show_default=True)
@click.option("--out", required=True, metavar="FILE", help="Where to; - for stdout.")
@data_option
def command(name: str, form: str, out: str, settings: Settings) -> None:
    """Take a listening history out. The archive holds everything and can be imported again anywhere.

    \b
    Examples:
      earstead export --user anna --format archive --out anna.zip
      earstead export --user anna --format jsonl --out - | head
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user = services.accounts.named(name)
        if out == "-":
            services.exports.write(user.user_id, form, sys.stdout.buffer)
            return
        target = existing(out)
        # Beside the target first: an export that fails half way must not stand where a whole one stood.
        part = target.with_name(f"{target.name}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                services.exports.write(user.user_id, form, file)
            part.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
    click.echo(f"Wrote {target} ({target.stat().st_size:,} bytes).")
