"""`earstead decisions`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import data_option, print_json, print_rows, when

if TYPE_CHECKING:
    from earstead.settings import Settings

_user = click.option("--user", "name", required=True, metavar="NAME", help="Whose history.")
_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


def _subject(ctx: click.Context, param: click.Parameter, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as fault:
        raise click.BadParameter(f"is not JSON: {fault}") from fault
    if not isinstance(value, dict):
        raise click.BadParameter("must be a JSON object")
    return value


@click.group("decisions")
def command() -> None:
    """Rename, merge, split, delete, edit; and undo all that. What was said is never changed.

    \b
    Kinds and subjects:
      rename      {"entity": "artist", "id": 5, "name": "Sigur Rós"}
      merge       {"entity": "artist", "ids": [5, 6], "into": 5}
      split       {"entity": "artist", "id": 5, "names": ["A", "B"]}
      block, ban  {"entity": "artist", "id": 5}
      delete, restore  {"listen_ids": [7, 8]}
      edit        {"listen_id": 7, "track_name": "..."}
      keep_apart  {"listen_id": 7, "seq": 9}
      join        {"listen_ids": [7, 8]}

    \b
    Examples:
      earstead decisions preview rename '{"entity": "artist", "id": 5, "name": "Sigur Rós"}' --user anna
      earstead decisions make delete '{"listen_ids": [7]}' --user anna
      earstead decisions undo 3 --user anna
    """


@command.command("log")
@_user
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@_json
@data_option
def _log(name: str, limit: int, as_json: bool, settings: Settings) -> None:
    """List what was decided, latest first."""
    from earstead.cli.perform import reading

    with reading(settings) as services:
        rows = services.decisions.log(services.accounts.named(name).user_id, limit)
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        cells = [(r.decision_id, when(r.created_at), "undone" if r.undone_at else "stands", r.summary) for r in rows]
        print_rows(("ID", "MADE", "STATE", "WHAT"), cells)


@command.command("preview")
@click.argument("kind")
@click.argument("subject", callback=_subject)
@_user
@_json
@data_option
def _preview(kind: str, subject: dict[str, Any], name: str, as_json: bool, settings: Settings) -> None:
    """Say what a decision would change."""
    from earstead.cli.perform import reading

    with reading(settings) as services:
        seen = services.decisions.preview(services.accounts.named(name).user_id, kind, subject)
    if as_json:
        print_json(asdict(seen))
        return
    click.echo(f"{seen.summary}: {seen.listens:,} listens of {seen.tracks:,} tracks")
    for line in seen.sample:
        click.echo(f"  {line}")


@command.command("make")
@click.argument("kind")
@click.argument("subject", callback=_subject)
@_user
@_json
@data_option
def _make(kind: str, subject: dict[str, Any], name: str, as_json: bool, settings: Settings) -> None:
    """Decide."""
    from earstead.cli.perform import perform

    made = perform(settings, "decisions make", name=name, kind=kind, subject=subject)
    if as_json:
        print_json(made)
    else:
        click.echo(f"{made['decision_id']}: {made['summary']}")


@command.command("undo")
@click.argument("decision_id", type=int, metavar="ID")
@_user
@click.option("--again", is_flag=True, help="Let an undone decision stand again.")
@_json
@data_option
def _undo(decision_id: int, name: str, again: bool, as_json: bool, settings: Settings) -> None:
    """Take the decision ID back."""
    from earstead.cli.perform import perform

    turned = perform(settings, "decisions undo", name=name, decision_id=decision_id, again=again)
    if as_json:
        print_json(turned)
    else:
        click.echo(f"{'Stands again' if again else 'Undone'}: {turned['summary']}")
