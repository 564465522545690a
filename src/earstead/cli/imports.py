"""`earstead import`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import DoneInPart, Failed, data_option, existing, print_json

if TYPE_CHECKING:
    from earstead.settings import Settings

_COUNTS = ("new", "merged", "known", "skipped", "feedback")
_WORDS = ("new", "further witnesses of listens", "already there", "skipped", "loved or hated")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False), metavar="FILE...")
@click.option("--user", "name", required=True, metavar="NAME", help="Whose history it becomes.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--options", metavar="JSON", default="", help='For tables: {"zone": ..., "columns": {...}}.')
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def command(files: tuple[str, ...], name: str, dry_run: bool, options: str, as_json: bool, settings: Settings) -> None:
    """Bring in a listening history: the files that Spotify, Last.fm, ListenBrainz and others give out.

    What they are is seen from their content. Repeating an import adds nothing twice; one that stopped half way is
    simply started again. Exit code 3: it stopped before its end.

    \b
    Examples:
      earstead import my_spotify_data.zip --user anna --dry-run
      earstead import lastfm.csv listenbrainz.zip --user anna
    """
    from earstead.cli.perform import perform
    from earstead.cli.progress import shown

    asked = {"name": name, "files": [str(existing(f)) for f in files], "dry_run": dry_run, "options": _object(options)}
    with shown("import", quiet=as_json) as tell:
        job = perform(settings, "import", tell, **asked)
    if as_json:
        print_json(job)
    elif job["state"] != "failed":
        _print(job, dry_run)
    if job["state"] == "failed":
        raise (DoneInPart if job["counts"]["new"] and not dry_run else Failed)(job["error"])
    if job["state"] not in ("done", "preview"):
        raise DoneInPart("The import stopped before its end; start it again to go on.")


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError as fault:
        raise click.BadParameter(f"is not JSON: {fault}", param_hint="--options") from fault
    if not isinstance(value, dict):
        raise click.BadParameter("must be a JSON object", param_hint="--options")
    return value


def _print(job: dict[str, Any], dry_run: bool) -> None:
    counts = job["counts"]
    click.echo(f"{job['title']}: {counts['read']:,} rows {'would be' if dry_run else ''} read".replace("  ", " "))
    for key, words in zip(_COUNTS, _WORDS, strict=True):
        if counts[key]:
            click.echo(f"  {counts[key]:>9,}  {words}")
    for reason, number in sorted(job["reasons"].items(), key=lambda pair: -pair[1])[:10]:
        click.echo(f"             skipped {number:,}: {reason}")
