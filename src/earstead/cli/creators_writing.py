"""`earstead creators`: changing episodes and shows. All is in the journal before it is sent; a dry run calls nobody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import Failed, existing, print_json, when
from earstead.cli.creators_common import asking_options, change, changing_options, do, moment

if TYPE_CHECKING:
    from earstead.settings import Settings

_TYPES = click.Choice(["full", "trailer", "bonus"])
_file = click.Path(exists=True, dir_okay=False)
_at: dict[str, Any] = {"callback": moment, "metavar": "TIME"}
_confirm = click.option("--confirm", default="", metavar="TITLE", help="Its title, instead of being asked for it.")
_description = click.option("--description", help="HTML; - reads it from stdin.")


def _details(command: Any) -> Any:
    """The options that say what an episode is."""
    for option in (
        click.option("--number", type=click.IntRange(1), help="Of the episode."),
        click.option("--season", type=click.IntRange(1), help="Number of the season."),
        click.option("--explicit/--clean", default=None, help="Whether it holds explicit language."),
        click.option("--type", "episode_type", type=_TYPES, help="Otherwise as it is; full for a new one."),
        _description,
    ):
        command = option(command)
    return command


def _wanted(given: dict[str, Any]) -> dict[str, Any]:
    """What is given; a description of - is read from stdin."""
    if given["description"] == "-":
        given["description"] = sys.stdin.read()
    return {key: value for key, value in given.items() if value is not None}


@click.command("edit")
@click.argument("which", metavar="EPISODE")
@click.option("--title", help="Another title.")
@_details
@click.option("--publish-on", help="Another date, for one that is scheduled.", **_at)
@changing_options
def edit(which: str, dry_run: bool, name: str, as_json: bool, settings: Settings, **given: Any) -> None:
    """Change what is given of EPISODE and nothing else; what it says is read back and compared.

    \b
    Examples:
      earstead creators edit 12 --title "61: About water"
      earstead creators edit 12 --description - --dry-run < notes.html
    """
    change("edit", episode=which, wanted=_wanted(given), dry_run=dry_run, name=name, as_json=as_json, settings=settings)


@click.command("schedule")
@click.argument("which", metavar="EPISODE")
@click.option("--at", "publish_on", required=True, help="When, with its zone: 2026-12-01T09:00+01:00.", **_at)
@changing_options
def schedule(which: str, publish_on: int, **given: Any) -> None:
    """Have EPISODE published at a time; or move the time of one that is scheduled.

    \b
    Example:
      earstead creators schedule 12 --at 2026-12-01T09:00+01:00
    """
    change("schedule", episode=which, publish_on=publish_on, **given)


@click.command("publish")
@click.argument("which", metavar="EPISODE")
@_confirm
@changing_options
def publish(which: str, confirm: str, **given: Any) -> None:
    """Publish EPISODE now. Everybody who follows the show is told at once, so its title is asked for.

    \b
    Example:
      earstead creators publish 12 --confirm "61: About water"
    """
    change("publish", episode=which, confirm=_typed(confirm, given["dry_run"], "publish it now"), **given)


def _typed(confirm: str, dry_run: bool, what: str, of: str = "title") -> str:
    if confirm or dry_run:
        return confirm
    if not sys.stdin.isatty():
        raise click.UsageError(f"there is nobody to ask: give the {of} with --confirm")
    typed: str = click.prompt(f"Type its {of} to {what}")
    return typed


@click.command("draft")
@click.argument("which", metavar="SHOW")
@click.option("--title", required=True)
@_details
@changing_options
def draft(which: str, dry_run: bool, name: str, as_json: bool, settings: Settings, **given: Any) -> None:
    """Make a draft in SHOW with title and description, without a file. Refused if one of that title is there.

    \b
    Example:
      earstead creators draft 1 --title "62: About salt" --description "<p>Soon.</p>"
    """
    change("draft", show=which, wanted=_wanted(given), dry_run=dry_run, name=name, as_json=as_json, settings=settings)


@click.command("new")
@click.argument("which", metavar="SHOW")
@click.argument("file", type=_file, metavar="FILE")
@click.option("--title", required=True)
@_details
@click.option("--publish-on", help="Schedule it, with its zone: 2026-12-01T09:00+01:00.", **_at)
@click.option("--sponsored", is_flag=True, help="It holds sponsored content.")
@changing_options
def new(which: str, file: str, dry_run: bool, name: str, as_json: bool, settings: Settings, **given: Any) -> None:
    """Make an episode in SHOW of an audio or video FILE: a draft, or scheduled by --publish-on.

    What stopped half way goes on with the next part, when the same upload is asked for by `upload --resume`.

    \b
    Examples:
      earstead creators new 1 episode-62.mp3 --title "62: About salt" --dry-run
      earstead creators new 1 episode-62.mp3 --title "62: About salt" --publish-on 2026-12-01T09:00+01:00
    """
    asked = {"name": name, "show": which, "file": str(existing(file)), "wanted": _wanted(given)}
    if dry_run:
        change("plan upload", settings=settings, as_json=as_json, **asked)
        return
    _upload(settings, as_json, "upload new", **asked)


@click.command("upload")
@click.argument("which", metavar="EPISODE", required=False, default="")
@click.argument("file", type=_file, metavar="FILE", required=False)
@click.option("--resume", type=int, metavar="ID", help="Go on with an upload that failed.")
@click.option("--list", "listed", is_flag=True, help="List the uploads.")
@asking_options
def upload(
    which: str, file: str | None, resume: int | None, listed: bool, name: str, as_json: bool, settings: Settings
) -> None:
    """Bring an audio or video FILE into EPISODE, a draft without one.

    \b
    Examples:
      earstead creators upload 12 episode-62.mp3
      earstead creators upload --list
      earstead creators upload --resume 3
    """
    if listed:
        found = do(settings, "uploads", name=name)
        if as_json:
            print_json(found)
        for one in found if not as_json else ():
            click.echo(f"{one['upload_id']}  {one['filename']}  {one['state']} {one['step']}  {one['error']}".rstrip())
        return
    if resume:
        _upload(settings, as_json, "upload resume", name=name, upload_id=resume)
        return
    if not which or not file:
        raise click.UsageError("say which EPISODE and which FILE")
    _upload(settings, as_json, "upload", name=name, episode=which, file=str(existing(file)))


def _upload(settings: Settings, as_json: bool, work: str, **asked: Any) -> None:
    from earstead.cli.progress import shown

    with shown("upload", quiet=as_json, unit="bytes") as tell:
        done = do(settings, work, tell=tell, **asked)
    if as_json:
        print_json(done)
    if done["state"] != "done":
        again = f"earstead creators upload --resume {done['upload_id']}"
        raise Failed(f"{done['error'] or 'the upload stopped'} Go on with: {again}")
    if not as_json:
        at = done["wanted"]["publish_on"]
        state = f"scheduled for {when(at)} UTC" if at else "a draft that nobody sees until it is published"
        click.echo(f"{done['filename']} is in episode {done['episode_id']}, {state}.")


@click.command("cover")
@click.argument("which", metavar="SHOW")
@click.argument("file", type=_file, metavar="FILE")
@click.option("--episode", default="", metavar="EPISODE", help="The picture of this episode instead of the show's.")
@changing_options
def cover(which: str, file: str, episode: str, **given: Any) -> None:
    """Give SHOW, or one of its episodes, a picture: JPEG or PNG.

    \b
    Examples:
      earstead creators cover 1 cover.png
      earstead creators cover 1 water.jpg --episode 12
    """
    change("cover", show=which, episode=episode, file=str(existing(file)), **given)


@click.command("delete")
@click.argument("which", metavar="EPISODE")
@_confirm
@changing_options
def delete(which: str, confirm: str, **given: Any) -> None:
    """Delete EPISODE for good, with its figures there. Nothing can take it back, so its title is asked for.

    \b
    Example:
      earstead creators delete 12 --confirm "61: About water"
    """
    change("delete", episode=which, confirm=_typed(confirm, given["dry_run"], "delete it for good"), **given)


@click.command("settings")
@click.argument("which", metavar="SHOW")
@click.option("--title", "show_name", help="Another name.")
@_description
@click.option("--author")
@click.option("--category", metavar="PARENT|CHILD", help='One of the service\'s own, as "Arts|Design".')
@click.option("--language", metavar="CODE")
@click.option("--explicit/--clean", default=None)
@changing_options
def show_settings(
    which: str, show_name: str | None, dry_run: bool, name: str, as_json: bool, settings: Settings, **given: Any
) -> None:
    """Change what is given of SHOW itself.

    \b
    Example:
      earstead creators settings 1 --description "Slow talk by the water." --dry-run
    """
    wanted = _wanted({**given, "name": show_name})
    change("settings", show=which, wanted=wanted, dry_run=dry_run, name=name, as_json=as_json, settings=settings)


@click.command("slug")
@click.argument("which", metavar="SHOW")
@click.argument("slug")
@click.option("--confirm", default="", metavar="NAME", help="The show's name, instead of being asked for it.")
@changing_options
def slug_of(which: str, slug: str, confirm: str, **given: Any) -> None:
    """Give SHOW another address at Spotify. Old links break, so the show's name is asked for.

    \b
    Example:
      earstead creators slug 1 harbour-talk --confirm "Harbour Talk"
    """
    typed = _typed(confirm, given["dry_run"], "change its address", of="name")
    change("slug", show=which, slug=slug, confirm=typed, **given)


@click.command("poll")
@click.argument("which", metavar="EPISODE")
@click.option("--question", default="", help="Up to 140 characters.")
@click.option("--option", "options", multiple=True, help="An answer to choose from; 2 to 7 of them.")
@click.option("--opens", help="Now, if left out.", **_at)
@click.option("--closes", **_at)
@click.option("--multiple", is_flag=True, help="Several answers may be chosen.")
@click.option("--remove", is_flag=True, help="Take the poll off, with its votes.")
@click.option("--confirm", default="", metavar="TITLE", help="With --remove: the episode's title.")
@changing_options
def poll(
    which: str, question: str, options: tuple[str, ...], opens: int | None, closes: int | None, multiple: bool,
    remove: bool, confirm: str, **given: Any,
) -> None:  # fmt: skip
    """Put a poll on EPISODE, or replace the one that is there; --remove takes it off. Needs a captured hash.

    \b
    Examples:
      earstead creators poll 12 --question "More of this?" --option Yes --option No --closes 2026-12-24T00:00Z
      earstead creators poll 12 --remove --confirm "61: About water"
    """
    if remove:
        typed = _typed(confirm, given["dry_run"], "delete the poll with its votes", of="episode's title")
        change("remove poll", episode=which, confirm=typed, **given)
        return
    if not question or closes is None:
        raise click.UsageError("a poll needs --question, two --option or more, and --closes")
    wanted = {
        "question": question,
        "options": list(options),
        "opens_at": opens or 0,
        "closes_at": closes,
        "kind": "multiple" if multiple else "single",
    }
    change("poll", episode=which, wanted=wanted, **given)


@click.command("undo")
@click.argument("change_id", type=int, metavar="CHANGE")
@changing_options
def undo(change_id: int, **given: Any) -> None:
    """Take back CHANGE, a number of `changes`, as a change of its own. Where that cannot be, it says why.

    \b
    Example:
      earstead creators undo 7 --dry-run
    """
    change("undo", change_id=change_id, **given)


COMMANDS = (edit, schedule, publish, draft, new, upload, cover, delete, show_settings, slug_of, poll, undo)
