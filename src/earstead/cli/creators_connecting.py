"""`earstead creators`: connecting an account, reading it, and what is wrong with it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import DoneInPart, Failed, data_option, print_json
from earstead.cli.creators_common import asking_options, do, user_option

if TYPE_CHECKING:
    from earstead.settings import Settings

_HOW = (
    "Sign in at https://creators.spotify.com in a private window; take sp_dc (and sp_key, if it is there) from the "
    "cookies "
    "in the developer tools; close the window without signing out."
)


@click.command("connect")
@click.option("--label", default="", help="What to call the account.")
@click.option("--account", "account_id", type=int, default=0, metavar="ID", help="New cookies for this account.")
@click.option("--cookies-stdin", is_flag=True, help="sp_dc in the first line of stdin, sp_key in the second, if any.")
@asking_options
def connect(label: str, account_id: int, cookies_stdin: bool, name: str, as_json: bool, settings: Settings) -> None:
    """Connect an account of Spotify for Creators by two cookies, or give an account new ones.

    They are asked for without being shown, or read from stdin, or from EARSTEAD_SP_DC and EARSTEAD_SP_KEY. They are
    never an option: a command line can be read by others on the machine. They open the whole Spotify account, are
    sealed with the server's key and shown nowhere.

    \b
    Examples:
      earstead creators connect --user anna
      earstead creators connect --cookies-stdin < cookies.txt
      earstead creators connect --account 1
    """
    if settings.creators_url:
        click.echo(f"A simulator stands in for Spotify: {settings.creators_url}", err=True)
    # What would be refused in the end is refused before two cookies are asked for.
    do(settings, "may connect", name=name, account_id=account_id)
    sp_dc, sp_key = _cookies(cookies_stdin)
    if not sp_dc:
        raise Failed(f"there is no sp_dc. {_HOW}")
    made = do(settings, "connect", name=name, account_id=account_id, label=label, sp_dc=sp_dc, sp_key=sp_key)
    if as_json:
        print_json(made)
        return
    account, shows = made["account"], made["shows"]
    click.echo(f"Connected {account['label']} (account {account['account_id']}).")
    for show in shows:
        click.echo(f"  {show['show_id']}  {show['name']}  ({show['hosting']})")
    click.echo("Next: earstead creators sync")


def _cookies(from_stdin: bool) -> tuple[str, str]:
    if from_stdin:
        return _cookie(sys.stdin.readline(), "sp_dc"), _cookie(sys.stdin.readline(), "sp_key")
    sp_dc = os.environ.get("EARSTEAD_SP_DC", "")
    if sp_dc:
        return _cookie(sp_dc, "sp_dc"), _cookie(os.environ.get("EARSTEAD_SP_KEY", ""), "sp_key")
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask: give the cookies with --cookies-stdin or EARSTEAD_SP_DC")
    click.echo(_HOW, err=True)
    asked = click.prompt("sp_dc", hide_input=True)
    return _cookie(asked, "sp_dc"), _cookie(click.prompt("sp_key", hide_input=True, default=""), "sp_key")


def _cookie(text: str, name: str) -> str:
    """The bare value: people copy `sp_dc=...;` as well."""
    return text.strip().removeprefix(f"{name}=").rstrip(";").strip('"')


@click.command("disconnect")
@click.argument("account_id", type=int, metavar="ACCOUNT")
@click.option("--erase", is_flag=True, help="Also remove everything that was read with it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@user_option
@data_option
def disconnect(account_id: int, erase: bool, yes: bool, name: str, settings: Settings) -> None:
    """Forget the cookies of ACCOUNT, a number of `accounts`. What was read stays, unless --erase.

    \b
    Example:
      earstead creators disconnect 1
    """
    if erase and not yes:
        click.confirm("Remove its shows, figures, comments and journal for good?", abort=True)
    do(settings, "disconnect", name=name, account_id=account_id, erase=erase)
    click.echo("Disconnected." if not erase else "Disconnected and erased.")


@click.command("sync")
@click.argument("account_id", type=int, required=False, default=0, metavar="[ACCOUNT]")
@click.option("--history", is_flag=True, help="List what was read when, instead of reading.")
@asking_options
def sync(account_id: int, history: bool, name: str, as_json: bool, settings: Settings) -> None:
    """Read everything there is of ACCOUNT, or of all accounts: episodes, figures, comments, transcripts.

    What was read is kept; only what is new or may have changed is asked for again. A server that runs does this by
    itself.

    \b
    Examples:
      earstead creators sync
      earstead creators sync 1 --history
    """
    from earstead.cli.progress import shown

    if history:
        runs = do(settings, "syncs", name=name, account_id=account_id)
    else:
        with shown("sync", quiet=as_json, unit="requests") as tell:
            runs = do(settings, "sync", tell=tell, name=name, account_id=account_id)
    if as_json:
        print_json(runs)
    else:
        for run in runs:
            _print_run(run)
    if history:
        return
    failed = [run for run in runs if run["state"] == "failed"]
    if failed:
        raise Failed(f"{failed[0]['error'].rstrip('.')}. {failed[0]['mend']}".rstrip())
    if any(run["state"] != "done" for run in runs):
        raise DoneInPart("Reading stopped before its end; it goes on from there.")


def _print_run(run: dict[str, Any]) -> None:
    click.echo(
        f"account {run['account_id']}: {run['state']}, {run['requests']:,} requests, {run['rows']:,} values new or "
        f"changed"
    )
    for note in run["notes"]:
        click.echo(f"  {note}")


@click.command("doctor")
@click.argument("account_id", type=int, required=False, default=0, metavar="[ACCOUNT]")
@asking_options
def doctor(account_id: int, name: str, as_json: bool, settings: Settings) -> None:
    """Try an account out and name the cause of what is wrong, with the mend. Exit code 1 when there is something to do.

    Causes: cookie, permission, hosting, stale hash, limit, window, network.

    \b
    Example:
      earstead creators doctor
    """
    found = do(settings, "doctor", name=name, account_id=account_id)
    if as_json:
        print_json(found)
    for health in found if not as_json else ():
        good = health["state"] == "ok"
        click.echo(f"{'ok ' if good else '!! '} account {health['account_id']}: {health['words']}")
        if health["cause"] and not good:
            click.echo(f"    cause: {health['cause']}")
        if health["mend"]:
            click.echo(f"    {health['mend']}")
    if not found:
        raise Failed("no account is connected: earstead creators connect")
    if any(health["state"] != "ok" for health in found):
        raise SystemExit(1)


COMMANDS = (connect, disconnect, sync, doctor)
