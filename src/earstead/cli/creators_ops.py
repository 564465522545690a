"""`earstead creators`: the operations of GraphQL and their hashes, recordings of the dashboard, and calls by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import Failed, data_option, existing, print_json, when
from earstead.cli.creators_common import asking_options, do, json_option, show, show_rows, user_option
from earstead.cli.creators_values import owner, plain

if TYPE_CHECKING:
    from earstead.settings import Settings

_SHAPES = {"K": "known", "P": "partly known", "U": "unknown"}


@click.group("ops")
def ops() -> None:
    """The operations of GraphQL: which are known, which can be called, what has changed.

    \b
    Examples:
      earstead creators ops list --missing
      earstead creators ops refresh --adopt
    """


@ops.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--missing", is_flag=True, help="Those that cannot be called: no hash is known.")
@json_option
@data_option
def _list(words: tuple[str, ...], missing: bool, as_json: bool, settings: Settings) -> None:
    """List the operations that are known, those with every WORD in their name or description.

    \b
    Example:
      earstead creators ops list comment
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        registry = services.creators.captures.registry()
    asked = [word.casefold() for word in words]
    found = [
        one
        for one in registry
        if all(word in f"{one.name} {one.about}".casefold() for word in asked) and not (missing and one.callable)
    ]
    rows = [(one.name, one.kind, _SHAPES[one.shape], "yes" if one.callable else "no", one.about) for one in found]
    head = ("OPERATION", "KIND", "ANSWER", "CALLABLE", "ABOUT")
    show(found, as_json, lambda: show_rows(head, rows, empty="None has these words."))


@ops.command("refresh")
@click.option(
    "--account", "account_id", type=int, default=0, metavar="ID", help="By whose client; the first otherwise."
)
@click.option("--adopt", is_flag=True, help="Put it in force for this server; its owner may.")
@asking_options
def _refresh(account_id: int, adopt: bool, name: str, as_json: bool, settings: Settings) -> None:
    """Look which operations and hashes the dashboard's own scripts hold today, and say what is new.

    \b
    Example:
      earstead creators ops refresh --adopt
    """
    from earstead.cli.progress import shown

    with shown("looking through the dashboard's scripts", quiet=as_json) as tell:
        found = do(settings, "harvest", tell=tell, name=name, account_id=account_id, adopt=adopt)
    _print_capture(found, as_json)


@ops.command("diff")
@click.argument("capture_id", type=int, metavar="[CAPTURE]", required=False, default=0)
@asking_options
def _diff(capture_id: int, name: str, as_json: bool, settings: Settings) -> None:
    """Say what CAPTURE, or the latest one, brings that was not known when it came.

    \b
    Example:
      earstead creators ops diff 3
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        captures = services.creators.captures
        found = [captures.get(user_id, capture_id)] if capture_id else captures.of_user(user_id)[:1]
    if not found:
        raise Failed("there is nothing to compare with yet: earstead creators ops refresh")
    _print_capture(plain(found[0]), as_json)


@click.group("capture")
def capture() -> None:
    """Recordings of the dashboard's traffic, which bring hashes and shapes that no public source has.

    \b
    Examples:
      earstead creators capture script > capture.js
      earstead creators capture import capture.json --adopt
    """


@capture.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False), metavar="FILE")
@click.option("--adopt", is_flag=True, help="Put it in force for this server; its owner may.")
@asking_options
def _import(file: str, adopt: bool, name: str, as_json: bool, settings: Settings) -> None:
    """Read a HAR file of the browser, or what the script of `capture script` saved. Secrets are taken out at once.

    \b
    Example:
      earstead creators capture import dashboard.har
    """
    found = do(settings, "capture", name=name, file=str(existing(file)), adopt=adopt)
    _print_capture(found, as_json)


@capture.command("script")
def _script() -> None:
    """Print the script that records the dashboard: paste it into the browser's console, click, save, import.

    \b
    Example:
      earstead creators capture script > capture.js
    """
    from earstead.core.creators.console import console_script

    click.echo(console_script())


@capture.command("list")
@asking_options
def _captures(name: str, as_json: bool, settings: Settings) -> None:
    """List what was recorded or looked up, latest first.

    \b
    Example:
      earstead creators capture list
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        found = services.creators.captures.of_user(owner(services, name).user_id)
    rows = [
        (
            one.capture_id,
            when(one.at),
            one.kind,
            one.operations,
            len(one.added),
            len(one.changed),
            _live(one.live),
            one.name,
        )
        for one in found
    ]
    head = ("ID", "WHEN", "KIND", "OPERATIONS", "NEW", "CHANGED", "IN FORCE", "NAME")
    show(found, as_json, lambda: show_rows(head, rows, empty="Nothing was recorded: earstead creators capture script"))


@capture.command("adopt")
@click.argument("capture_id", type=int, metavar="CAPTURE")
@click.option("--withdraw", is_flag=True, help="Put it out of force instead.")
@asking_options
def _adopt(capture_id: int, withdraw: bool, name: str, as_json: bool, settings: Settings) -> None:
    """Put CAPTURE in force for this server: its hashes are sent from then on, the older ones stay as a way back.

    \b
    Example:
      earstead creators capture adopt 3
    """
    _print_capture(do(settings, "adopt", name=name, capture_id=capture_id, withdraw=withdraw), as_json)


def _live(live: bool) -> str:
    return "yes" if live else "no"


def _print_capture(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    state = "in force" if found["live"] else "not in force"
    click.echo(f"Capture {found['capture_id']} ({found['kind']}): {found['operations']} operations, {state}.")
    for title in ("added", "changed", "gone"):
        if found[title]:
            click.echo(f"{title}: {', '.join(found[title])}")
    if not (found["added"] or found["changed"] or found["gone"]):
        click.echo("Nothing in it is new.")
    elif not found["live"]:
        click.echo(f"Put it in force with: earstead creators capture adopt {found['capture_id']}")


def _pairs(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        key, mark, value = text.partition("=")
        if not (key and mark):
            raise click.BadParameter(f"{text!r} is not NAME=VALUE")
        found[key] = value
    return found


def _object(ctx: click.Context, param: click.Parameter, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError as fault:
        raise click.BadParameter(f"is not JSON: {fault}") from fault
    if not isinstance(value, dict):
        raise click.BadParameter("must be a JSON object")
    return value


@click.command("call")
@click.argument("what", metavar="OPERATION|LABEL")
@click.option("--variables", callback=_object, metavar="JSON", default="", help="Of an operation of GraphQL.")
@click.option("--path", "names", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Names within the path.")
@click.option("--query", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Behind the question mark.")
@click.option("--body", callback=_object, metavar="JSON", default="", help="Of an endpoint that changes something.")
@click.option("--yes", is_flag=True, help="Go on although it changes something.")
@click.option("--account", "account_id", type=int, default=0, metavar="ID", help="As whom; the first otherwise.")
@click.option("--dry-run", is_flag=True, help="Print the request; send nothing.")
@user_option
@data_option
def call(what: str, yes: bool, account_id: int, dry_run: bool, name: str, settings: Settings, **given: Any) -> None:
    """Call one operation of GraphQL, or one endpoint by its label, and print the answer as it came.

    /develop/creators lists them. What changes something wants --yes, and is in the journal like everything else.

    \b
    Examples:
      earstead creators call getShowsForUser
      earstead creators call 1-L --path show_id=5AAAAAAAAAAAAAAAAAAAAA
      earstead creators call P7 --path show_id=5AAAAAAAAAAAAAAAAAAAAA --query start=2026-05-01 --query end=2026-05-31
    """
    asked = {"name": name, "account_id": account_id, "what": what, "yes": yes, "dry_run": dry_run, **given}
    print_json(do(settings, "call", **asked))


COMMANDS = (ops, capture, call)
