"""`earstead creators`: what is known of shows, episodes, comments and changes. Reads what was kept; asks nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earstead.cli.common import Failed, when
from earstead.cli.creators_common import asking_options, at_ms, clock, number, show, show_rows
from earstead.cli.creators_values import owner

if TYPE_CHECKING:
    from earstead.services.creators.types import CreatorComment, CreatorEpisode
    from earstead.settings import Settings

_NO_SHOWS = "No shows yet: earstead creators connect"
_UNREADABLE = (
    "Comments cannot be read yet, because no public source has the hashes for it: look them up in the dashboard's own "
    "scripts with “earstead creators ops refresh --adopt”, then “earstead creators sync”."
)


@click.command("accounts")
@asking_options
def accounts(name: str, as_json: bool, settings: Settings) -> None:
    """List the accounts that are connected, without their cookies.

    \b
    Example:
      earstead creators accounts --user anna
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        found = services.creators.accounts.of_user(owner(services, name).user_id)
    rows = [(a.account_id, a.label, a.state, when(a.cookie_at), when(a.synced_at), a.error or "-") for a in found]
    head = ("ID", "LABEL", "STATE", "COOKIES FROM", "READ", "FAULT")
    show(found, as_json, lambda: show_rows(head, rows, empty="No accounts yet: earstead creators connect"))


@click.command("shows")
@asking_options
def shows(name: str, as_json: bool, settings: Settings) -> None:
    """List the shows of all accounts.

    \b
    Example:
      earstead creators shows
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        found = services.creators.shows.of_user(owner(services, name).user_id)
    rows = [
        (s.show_id, s.name, s.hosting, s.episode_count, f"{s.followers:,}", "gone" if s.gone_at else s.uri)
        for s in found
    ]
    head = ("ID", "SHOW", "HOSTING", "EPISODES", "FOLLOWERS", "URI")
    show(found, as_json, lambda: show_rows(head, rows, empty=_NO_SHOWS))


@click.command("episodes")
@click.argument("which", metavar="SHOW")
@click.option("--state", type=click.Choice(["published", "scheduled", "draft", "gone"]), help="Only these.")
@click.option("--search", default="", metavar="WORDS", help="Words of the title.")
@click.option(
    "--sort",
    type=click.Choice(["newest", "oldest", "title", "plays", "longest"]),
    default="newest",
    show_default=True,
)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--size", type=click.IntRange(1, 500), default=50, show_default=True)
@asking_options
def episodes(
    which: str, state: str | None, search: str, sort: str, page: int, size: int, name: str, as_json: bool,
    settings: Settings,
) -> None:  # fmt: skip
    """List the episodes of SHOW: its number, name, id, URI or address.

    \b
    Examples:
      earstead creators episodes 1 --state draft
      earstead creators episodes "Harbour Talk" --sort plays --json
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        show_id = services.creators.shows.find(user_id, which).show_id
        found = services.creators.shows.episodes(
            user_id, show_id, state=state or "", search=search, sort=sort, page=page, size=size
        )
    head = ("ID", "STATE", "PUBLISHED", "LENGTH", "PLAYS", "TITLE")
    show(found, as_json, lambda: show_rows(head, [_episode(one) for one in found.items], empty="No such episodes."))
    if not as_json and found.pages > 1:
        click.echo(f"Page {found.page} of {found.pages}, {found.total:,} in all; --page shows another.")


def _episode(one: CreatorEpisode) -> tuple[object, ...]:
    plays = one.totals.get("plays_and_downloads", one.totals.get("plays"))
    length = clock(one.duration_ms / 1000) if one.duration_ms else "-"
    return one.episode_id, one.state, when(one.published_at), length, number(plays), one.title or "(untitled)"


@click.command("episode")
@click.argument("which", metavar="EPISODE")
@asking_options
def episode(which: str, name: str, as_json: bool, settings: Settings) -> None:
    """Show one episode: its number, id, URI, address or the number Spotify for Creators knows it by.

    \b
    Example:
      earstead creators episode 12
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        found = services.creators.shows.find_episode(owner(services, name).user_id, which)

    def told() -> None:
        facts = (
            ("title", found.title or "(untitled)"),
            ("state", found.state),
            ("published", when(found.published_at)),
            ("length", clock(found.duration_ms / 1000) if found.duration_ms else "not known"),
            ("URI", found.uri or "-"),
            ("number there", found.anchor_id or "-"),
            ("comments", found.comments),
            *((metric, number(value)) for metric, value in found.totals.items()),
        )
        for label, value in facts:
            click.echo(f"{label:<24}{value}")
        if found.description:
            click.echo(f"\n{found.description}")

    show(found, as_json, told)


@click.command("transcript")
@click.argument("which", metavar="EPISODE")
@click.option("--out", default="-", metavar="FILE", help="Where to; - for stdout.")
@asking_options
def transcript(which: str, out: str, name: str, as_json: bool, settings: Settings) -> None:
    """Print what is said in EPISODE.

    \b
    Example:
      earstead creators transcript 12 --out episode-12.txt
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        one = services.creators.shows.find_episode(user_id, which)
        found = services.creators.shows.transcript(user_id, one.episode_id)
    if found is None or not found.text:
        raise Failed("no transcript was told of this episode: read it again with “earstead creators sync”")
    if out == "-" or as_json:
        show(found, as_json, lambda: click.echo(found.text))
        return
    Path(out).expanduser().write_text(found.text, "utf-8")
    click.echo(f"Wrote {out} ({len(found.text):,} characters).")


@click.command("chapters")
@click.argument("which", metavar="EPISODE")
@asking_options
def chapters(which: str, name: str, as_json: bool, settings: Settings) -> None:
    """List the chapters of EPISODE, as far as they were told.

    \b
    Example:
      earstead creators chapters 12
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        one = services.creators.shows.find_episode(user_id, which)
        told = services.creators.shows.transcript(user_id, one.episode_id)
    found = told.chapters if told else ()
    rows = [(clock(chapter.start_s), chapter.title) for chapter in found]
    empty = "No chapters are known of this episode: how they are told is not public (see /develop/creators/unknown)."
    show(found, as_json, lambda: show_rows(("AT", "CHAPTER"), rows, empty=empty))


@click.command("comments")
@click.argument("which", metavar="SHOW")
@click.option(
    "--state", type=click.Choice(["open", "answered", "review", "all"]), default="open", show_default=True,
    help="open: not answered yet; review: waiting for approval.",
)  # fmt: skip
@click.option("--episode", "one", default="", metavar="EPISODE", help="Only those on this episode.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@asking_options
def comments(which: str, state: str, one: str, page: int, name: str, as_json: bool, settings: Settings) -> None:
    """List comments on SHOW, newest first, with the numbers that `reply` and `approve` take.

    \b
    Examples:
      earstead creators comments 1
      earstead creators comments 1 --state review --json
      earstead creators comments 1 --episode 12 --state all
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        commented = services.creators.shows.find(user_id, which)
        episode_id = services.creators.shows.find_episode(user_id, one).episode_id if one else 0
        found = services.creators.comments.inbox(user_id, commented.show_id, state, page, episode_id=episode_id)
        readable = services.creators.comments.readable(commented)
    rows = [
        (
            said.comment_id,
            at_ms(said.created_ms),
            _standing(said),
            said.author_name or said.author_id,
            " ".join(said.text.split()),
        )
        for thread in found.items
        for said in (thread.comment, *thread.replies)
    ]
    if found.counts["all"]:
        empty = "Nothing here: --state all shows every comment."
    else:
        empty = "No comments here." if readable else _UNREADABLE
    show(found, as_json, lambda: show_rows(("ID", "WRITTEN", "STATE", "BY", "COMMENT"), rows, empty=empty))
    if not as_json and found.pages > 1:
        click.echo(f"Page {found.page} of {found.pages}, {found.total:,} in all; --page shows another.")


def _standing(comment: CreatorComment) -> str:
    if comment.parent_uri:
        return "reply"
    return "answered" if comment.answered and comment.state == "published" else comment.state


@click.command("changes")
@click.argument("which", metavar="[SHOW]", required=False, default="")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@asking_options
def changes(which: str, page: int, name: str, as_json: bool, settings: Settings) -> None:
    """List everything that was written at Spotify for Creators from here, latest first; of SHOW alone, or of all.

    \b
    Examples:
      earstead creators changes
      earstead creators changes 1
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        if which:
            show_id = services.creators.shows.find(user_id, which).show_id
            found = services.creators.changes.of_show(user_id, show_id, page)
        else:
            found = services.creators.changes.of_user(user_id, page)
    rows = [
        (
            one.change_id,
            at_ms(one.at_ms),
            one.actor,
            one.action,
            one.state,
            "yes" if one.undoable and one.state == "confirmed" else "no",
            one.title,
        )
        for one in found.items
    ]
    head = ("ID", "WHEN", "FROM", "ACTION", "STATE", "UNDO", "WHAT")
    show(found, as_json, lambda: show_rows(head, rows, empty="Nothing was changed from here."))
    if not as_json and found.more:
        click.echo(f"There are more: --page {found.page + 1}.")


COMMANDS = (accounts, shows, episodes, episode, transcript, chapters, comments, changes)
