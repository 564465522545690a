"""`earstead doctor`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earstead.cli.common import Failed, data_option, print_json
from earstead.core.errors import AppError

if TYPE_CHECKING:
    from earstead.services.checkup import Finding
    from earstead.settings import Settings


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def command(as_json: bool, settings: Settings) -> None:
    """Say in a sentence what is wrong, and what to do. Changes nothing; exit code 1 when there is something to do.

    \b
    Example:
      earstead doctor --data /srv/earstead
    """
    findings = list(_examine(settings))
    if as_json:
        print_json([{**asdict(finding), "good": finding.good} for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok ' if finding.good else '!! '} {finding.what}")
            if finding.todo:
                click.echo(f"    {finding.todo}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)


def _examine(settings: Settings) -> Iterator[Finding]:
    from earstead.cli.perform import reading
    from earstead.services import checkup
    from earstead.services.checkup import Finding

    files = list(checkup.look_at_files(settings.data, settings.database))
    yield from files
    if not settings.data.is_dir():
        return
    yield from _server(settings)
    if isinstance(settings.database, Path) and settings.database.exists():
        whole = checkup.look_at_sqlite(settings.database)
        yield whole
        if not whole.good:
            return
    try:
        with reading(settings) as services:
            yield from checkup.look_inside(services)
    except (AppError, Failed) as fault:
        yield Finding(str(fault), "See above.")
    except Exception as fault:
        # Whatever the database's driver raises: a doctor says so instead of breaking down.
        yield Finding(
            f"The database cannot be opened: {fault}".strip(), "Check EARSTEAD_DATABASE_URL and that it runs."
        )


def _server(settings: Settings) -> Iterator[Finding]:
    from earstead.kit.locks import DataLock, Locked
    from earstead.services.checkup import Finding

    try:
        with DataLock(settings.data):
            pass
    except Locked as fault:
        yield Finding(f"A server runs on this data (process {fault.pid}).")
        return
    yield Finding("No server runs on this data.")
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as door:
        door.settimeout(1)
        if door.connect_ex((settings.host, settings.port)) == 0:
            yield Finding(
                f"Another program listens at {settings.host} port {settings.port}.",
                "Stop it, or start with another --port.",
            )
