"""What the commands about podcasts share: options, times, tables, and how results are printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from earstead.cli.common import data_option, print_json, print_rows, when
from earstead.cli.creators_values import plain

if TYPE_CHECKING:
    from earstead.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

user_option = click.option(
    "--user",
    "name",
    default="",
    envvar="EARSTEAD_USER",
    metavar="NAME",
    help="Whose shows; not needed where one user has any  [EARSTEAD_USER]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be changed; make no call at all.")


def asking_options(command: F) -> F:
    """The options of every command that answers something: --user, --json, --data."""
    return user_option(json_option(data_option(command)))


def changing_options(command: F) -> F:
    """The options of every command that changes something there: --dry-run and those of `asking_options`."""
    return dry_option(asking_options(command))


def moment(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """A time as unix seconds: 2026-12-01T09:00:00+01:00, or with Z; a time without its zone is refused."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as fault:
        raise click.BadParameter("is no time like 2026-12-01T09:00+01:00") from fault
    if at.tzinfo is None:
        raise click.BadParameter(f"needs its time zone: {text}Z for UTC, or {text}+01:00")
    return int(at.timestamp())


def day(ctx: click.Context, param: click.Parameter, text: str | None) -> date | None:
    """A day, 2026-12-01."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise click.BadParameter("is no day like 2026-12-01") from fault


def show_rows(head: tuple[str, ...], rows: list[tuple[Any, ...]], *, empty: str) -> None:
    """A table for people, or what to do where there is nothing in it."""
    if rows:
        print_rows(head, rows)
    else:
        click.echo(empty)


def show(value: Any, as_json: bool, told: Callable[[], None]) -> None:
    """A result as JSON, or as `told` prints it."""
    if as_json:
        print_json(plain(value))
    else:
        told()


def number(value: float | None, unit: str = "") -> str:
    """A figure for people: shares in percent, 12,345, one decimal for what is measured; "-" for none."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{value * 100:.1f} %"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def at_ms(value: int) -> str:
    """Unix milliseconds for people, UTC."""
    return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%d %H:%M") if value else "never"


def clock(seconds: float) -> str:
    """A place in an episode, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def print_change(change: Mapping[str, Any], as_json: bool) -> None:
    """A change that was made, or would be: what, its fields before and after, how to take it back."""
    if as_json:
        print_json(change)
        return
    what = f"{change['action']} {change['title'] or change['target']}".strip()
    if change["state"] == "planned":
        click.echo(f"Would be: {what}")
    else:
        click.echo(f"{what}: {change['state']} (change {change['change_id']})")
    before, after = change["before"], change["after"]
    if change["action"] == "comment.reply":
        # Its text takes no other's place: it stands below what a listener wrote.
        click.echo(f"  {before.get('author') or 'somebody'} wrote: {_short(before.get('text'))}")
        click.echo(f"  answer: {_short(after.get('text'))}")
        before = after
    for field in sorted(after):
        if before.get(field) != after.get(field):
            click.echo(f"  {field}: {_value(field, before.get(field))} -> {_value(field, after.get(field))}")
    if change["error"]:
        click.echo(f"  {change['error']}")
    if change["undo"] and change["state"] in ("confirmed", "planned"):
        click.echo(f"  {change['undo']}")


def _value(field: str, value: Any) -> str:
    """A field of a change: times by the clock, several values in a row."""
    if field in ("opens_at", "closes_at", "publish_on") and isinstance(value, int):
        return f"{when(value)} UTC" if value else "-"
    return _short(" / ".join(map(str, value)) if isinstance(value, list) else value)


def _short(value: Any) -> str:
    text = "-" if value in (None, "") else str(value)
    return text if len(text) <= 100 else f"{text[:99]}…"


def do(settings: Settings, work: str, *, tell: Any = None, **args: Any) -> Any:
    """Do one of the works of `cli.creators_works`, in the running server or here."""
    from earstead.cli.perform import perform

    return perform(settings, f"creators {work}", tell, **args)


def change(work: str, *, settings: Settings, as_json: bool, **asked: Any) -> None:
    """Do a work that changes something, and print the change."""
    print_change(do(settings, work, **asked), as_json)
