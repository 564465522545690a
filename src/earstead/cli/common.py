"""What all commands share: where the data is, how faults are said, how results are printed."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from earstead.core.errors import AppError
from earstead.kit import log

if TYPE_CHECKING:
    from earstead.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


class Failed(click.ClickException):
    """Ends the command with a sentence on stderr: refused or failed."""

    exit_code = 1


class DoneInPart(Failed):
    """Ends the command with a sentence on stderr: some of it is done, the same command goes on with the rest."""

    exit_code = 3


def data_option(command: F) -> F:
    """`--data` and `--database-url`, handed to the command as one `settings` record; faults become sentences."""

    @click.option("--data", metavar="DIR", help="Directory of the data  [EARSTEAD_DATA]")
    @click.option("--database-url", metavar="URL", help="postgresql://..., instead of SQLite  [EARSTEAD_DATABASE_URL]")
    @functools.wraps(command)
    def wrapped(*args: Any, data: str | None, database_url: str | None, **kwargs: Any) -> Any:
        log.set_up("error")  # what is worth a warning in a server's log is the sentence of a command anyway
        with_settings = functools.partial(command, *args, **kwargs)
        return saying_faults(lambda: with_settings(settings=settings_of(data=data, database_url=database_url)))

    return wrapped  # type: ignore[return-value]


def settings_of(**given: Any) -> Settings:
    """The settings of this process; what is None comes from the environment."""
    from earstead.settings import read_settings

    return read_settings(os.environ, **given)


def saying_faults(work: Callable[[], Any]) -> Any:
    """Run; faults we can explain end the command with their sentence, all others are shown as what they are."""
    try:
        return work()
    except AppError as fault:
        raise Failed(str(fault)) from fault
    except BrokenPipeError:
        # The reader of our output has seen enough (`| head`); Python must not complain about it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Failed("the output was closed") from None
    except OSError as fault:
        raise Failed(f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}") from fault


def print_json(value: Any) -> None:
    """A result for scripts: one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_rows(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """A result for people: columns, aligned."""
    texts = [tuple(str(cell) for cell in row) for row in rows]
    widths = [max(len(row[i]) for row in [head, *texts]) for i in range(len(head))]
    for row in [head, *texts]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def when(at: int) -> str:
    """A time for people, UTC; "never" for 0."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M") if at else "never"


def read_password(*, from_stdin: bool, prompt: str = "Password") -> str:
    """A password from the first line of stdin, or asked for twice."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask: give the password with --password-stdin")
    password: str = click.prompt(prompt, hide_input=True, confirmation_prompt=True)
    return password


def existing(path: str) -> Path:
    """An absolute path, so that the running server finds the file from where it stands."""
    return Path(path).expanduser().absolute()
