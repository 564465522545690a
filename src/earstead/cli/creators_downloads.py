"""`earstead creators downloads ...`: the feed of a show, logs of the server that holds its files, OP3."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import Failed, data_option, existing, print_json, when
from earstead.cli.creators_common import asking_options, do, show_rows, user_option
from earstead.cli.creators_values import owner as owner_of
from earstead.cli.creators_values import plain

if TYPE_CHECKING:
    from earstead.settings import Settings


@click.group("downloads")
def downloads() -> None:
    """Count the downloads of a show's files, whoever hosts them: from logs, this server's prefix, or OP3.

    What is counted stands beside the other figures: `analytics SHOW --metric feed_downloads`.

    \b
    Examples:
      earstead creators downloads feed 1 https://example.org/feed.xml --prefix
      earstead creators downloads log 1 access.log access.log.1.gz
      earstead creators downloads op3 1
      earstead creators downloads show 1
    """


@downloads.command("show")
@click.argument("which", metavar="SHOW")
@asking_options
def show(which: str, name: str, as_json: bool, settings: Settings) -> None:
    """Say which feed SHOW has, and which logs were read.

    \b
    Examples:
      earstead creators downloads show 1
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner_of(services, name).user_id
        show_id = services.creators.shows.find(user_id, which).show_id
        feed = services.creators.feeds.get(user_id, show_id)
        logs = services.creators.hits.logs(user_id, show_id)
    if as_json:
        print_json({"feed": plain(feed), "logs": plain(logs)})
        return
    if not feed.url:
        click.echo("No feed is named yet: earstead creators downloads feed SHOW URL")
        return
    click.echo(f"{feed.url}  ({feed.files} files, {feed.matched} known as episodes; read {when(feed.read_at)})")
    click.echo(f"prefix {'on' if feed.prefix else 'off'}, OP3 {'on' if feed.op3 else 'off'}, counting {feed.counting}")
    if feed.error:
        click.echo(feed.error)
    rows = [(log.log_id, log.name, log.state, log.lines, log.kept, log.new, log.error) for log in logs]
    show_rows(("LOG", "NAME", "STATE", "LINES", "KEPT", "NEW", ""), rows, empty="No log was read yet.")


@downloads.command("feed")
@click.argument("which", metavar="SHOW")
@click.argument("url", metavar="URL")
@click.option("--prefix/--no-prefix", default=False, help="Count what comes through this server's /dl/.")
@click.option("--counting", type=click.Choice(("rolling", "day")), default="rolling", show_default=True)
@asking_options
def feed(which: str, url: str, prefix: bool, counting: str, name: str, as_json: bool, settings: Settings) -> None:
    """Name the feed of SHOW, and read it: it says which files are meant.

    --counting says what one download in 24 hours means for logs: from a reader's first request on, or by UTC day.

    \b
    Examples:
      earstead creators downloads feed 1 https://example.org/feed.xml
    """
    found = do(settings, "feed", name=name, show=which, url=url, prefix=prefix, counting=counting)
    if as_json:
        print_json(found)
        return
    click.echo(f"Read: {found['files']} files, {found['matched']} of them known as episodes.")


@downloads.command("log")
@click.argument("which", metavar="SHOW")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@asking_options
def log(which: str, files: tuple[str, ...], name: str, as_json: bool, settings: Settings) -> None:
    """Count the downloads in logs of the server that holds the files of SHOW: combined format or JSON lines, gzip too.

    Lines that were here before count once, so that overlapping logs do no harm. No address of a listener is kept.

    \b
    Examples:
      earstead creators downloads log 1 /var/log/nginx/access.log*
    """
    from earstead.cli.progress import shown

    done: list[dict[str, Any]] = []
    for file in [existing(file) for file in files]:
        with shown(file.name, quiet=as_json, unit="lines") as tell:
            done.append(do(settings, "log", tell=tell, name=name, show=which, file=str(file)))
        if not as_json:
            _told(done[-1])
    if as_json:
        print_json(done)
    if any(one["state"] == "failed" for one in done):
        raise Failed("; ".join(f"{one['name']}: {one['error']}" for one in done if one["state"] == "failed"))


def _told(one: dict[str, Any]) -> None:
    click.echo(f"{one['name']}: {one['lines']:,} lines, {one['kept']:,} for files of the feed, {one['new']:,} new")
    for why, count in sorted(one["left_out"].items(), key=lambda pair: -pair[1]):
        click.echo(f"  {count:,}: {why}")


@downloads.command("op3")
@click.argument("which", metavar="SHOW")
@click.option("--end", is_flag=True, help="No longer ask OP3; what it counted stays.")
@user_option
@data_option
def op3(which: str, end: bool, name: str, settings: Settings) -> None:
    """Fetch what OP3 counted for SHOW, now and twice a day from then on.

    Asks for the token of an API key of yours (op3.dev/api/keys) without showing it, or reads it from stdin.

    \b
    Examples:
      earstead creators downloads op3 1
      earstead creators downloads op3 1 < token.txt
    """
    if end:
        do(settings, "op3", name=name, show=which, token="")
        click.echo("OP3 is no longer asked.")
        return
    asked = click.prompt("token", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not (token := asked.strip()):
        raise Failed("there is no token. Make one at op3.dev/api/keys")
    click.echo(f"{do(settings, 'op3', name=name, show=which, token=token):,} downloads came.")


COMMANDS = (downloads,)
