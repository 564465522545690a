"""`earstead creators`: working through comments. What each needs of hashes is said when it is missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import print_json
from earstead.cli.creators_common import change, changing_options, do, print_change

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.command("reply")
@click.argument("comment_id", type=int, metavar="COMMENT")
@click.argument("text", metavar="TEXT")
@changing_options
def reply(comment_id: int, text: str, **given: Any) -> None:
    """Answer COMMENT, a number of `comments`, as the show; up to 500 characters, - reads them from stdin.

    \b
    Example:
      earstead creators reply 40 "Thank you! The next one is about salt."
    """
    _act("reply", comment_id, text=sys.stdin.read() if text == "-" else text, **given)


@click.command("approve")
@click.argument("comment_id", type=int, metavar="COMMENT")
@changing_options
def approve(comment_id: int, **given: Any) -> None:
    """Let COMMENT be seen by everybody. It cannot be taken back.

    \b
    Example:
      earstead creators approve 41
    """
    _act("approve", comment_id, **given)


@click.command("moderate")
@click.argument("action", type=click.Choice(["delete", "pin", "unpin", "block", "read"]))
@click.argument("comment_id", type=int, metavar="COMMENT")
@click.option("--yes", is_flag=True, help="Do not ask, for delete and block.")
@changing_options
def moderate(action: str, comment_id: int, yes: bool, **given: Any) -> None:
    """Delete, pin or unpin COMMENT, block whoever wrote it from the whole show, or mark it as read.

    \b
    Examples:
      earstead creators moderate pin 40
      earstead creators moderate block 42 --yes
    """
    if action in ("delete", "block") and not (yes or given["dry_run"]):
        if not sys.stdin.isatty():
            raise click.UsageError("there is nobody to ask: say --yes")
        click.confirm("It cannot be taken back from here. Go on?", abort=True)
    _act(action, comment_id, **given)


@click.command("moderation")
@click.argument("which", metavar="SHOW")
@click.option("--on/--off", "enabled", default=None, help="Whether comments can be written at all.")
@click.option("--filter", "policy", type=click.Choice(["low", "standard", "high"]), help="How much waits for approval.")
@changing_options
def moderation(
    which: str, enabled: bool | None, policy: str | None, dry_run: bool, name: str, as_json: bool, settings: Settings
) -> None:
    """Switch comments on SHOW on or off, or set how many wait for approval. What is set now the service does not tell.

    \b
    Example:
      earstead creators moderation 1 --filter standard
    """
    if enabled is None and policy is None:
        raise click.UsageError("say what is to be set: --on, --off or --filter low, standard or high")
    asked = {"name": name, "show": which, "enabled": enabled, "policy": policy}
    changes = do(settings, "moderation", dry_run=dry_run, **asked)
    if as_json:
        print_json(changes)
    for one in changes if not as_json else ():
        print_change(one, as_json)


def _act(action: str, comment_id: int, *, text: str = "", **given: Any) -> None:
    change("comment", action=action, comment_id=comment_id, text=text, **given)


COMMANDS = (reply, approve, moderate, moderation)
