"""`earstead creators`: figures of shows and episodes, each with where it comes from; comparisons, gaps, export."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from earstead.cli.common import Failed, data_option, existing, when
from earstead.cli.creators_common import asking_options, clock, day, number, show, show_rows, user_option
from earstead.cli.creators_values import owner, plain

if TYPE_CHECKING:
    from earstead.services.container import Services
    from earstead.services.creators.types import Breakdown, Provenance, Retention, Series
    from earstead.settings import Settings

_KINDS = ("country", "region", "city", "age", "gender", "app", "device", "source")
_FORMS = click.Choice(["csv", "jsonl", "parquet"])
_BARS = "▁▂▃▄▅▆▇█"


@click.command("analytics")
@click.argument("which", metavar="SHOW")
@click.option("--episode", "one", default="", metavar="EPISODE", help="Of this episode alone.")
@click.option("--metric", default="", help="`--metrics` lists them; otherwise the first with figures of these days.")
@click.option("--period", default="30d", show_default=True, help="7d 30d 90d 365d all 2026-05 2026-05-01..2026-05-31")
@click.option("--by", type=click.Choice(_KINDS), help="Instead of days: by country, age, app ...")
@click.option("--within", default="", metavar="PLACE", help="For regions the country, for cities COUNTRY/REGION.")
@click.option("--retention", is_flag=True, help="How long people stayed; needs --episode.")
@click.option("--metrics", "offers", is_flag=True, help="List what there are figures of.")
@asking_options
def analytics(
    which: str, one: str, metric: str, period: str, by: str | None, within: str, retention: bool, offers: bool,
    name: str, as_json: bool, settings: Settings,
) -> None:  # fmt: skip
    """Figures of SHOW by day, or divided by country, age, app, device; or how long people stayed in an episode.

    \b
    Examples:
      earstead creators analytics 1 --period 90d
      earstead creators analytics 1 --by country
      earstead creators analytics 1 --episode 12 --retention
      earstead creators analytics 1 --metrics
    """
    from earstead.cli.perform import reading
    from earstead.services.creators.leading import series_of

    if retention and not one:
        raise click.UsageError("--retention is of an episode: say which with --episode")
    with reading(settings) as services:
        user_id = owner(services, name).user_id
        figures = services.creators.figures
        show_id = services.creators.shows.find(user_id, which).show_id
        episode_id = services.creators.shows.find_episode(user_id, one).episode_id if one else 0
        if offers:
            _offers(services, show_id, as_json)
        elif retention:
            _retention(figures.retention(episode_id), as_json)
        elif by:
            _breakdown(figures.breakdown(show_id, by, period, episode_id=episode_id, within=within), as_json)
        else:
            _series(series_of(figures, show_id, metric, period, episode_id), as_json)


def _offers(services: Services, show_id: int, as_json: bool) -> None:
    found = services.creators.figures.metrics(show_id)
    rows = [
        (one.metric.name, one.metric.scope.value, one.first, one.last, f"{one.points:,}", one.metric.about)
        for one in found
    ]
    head = ("METRIC", "PLATFORMS", "FROM", "TO", "VALUES", "COUNTS")
    show(found, as_json, lambda: show_rows(head, rows, empty="No figures yet: earstead creators sync"))


def _series(series: Series, as_json: bool) -> None:
    def told() -> None:
        unit = series.metric.unit.value
        top = max((point.value for point in series.points), default=0.0)
        for point in series.points:
            note = "" if point.quality == "final" else f"  {point.quality.value}"
            click.echo(f"{point.date}  {number(point.value, unit):>12}  {_bar(point.value, top)}{note}")
        if not series.points:
            click.echo("No figures of these days: “earstead creators gaps” says why.")
        elif series.total is not None:
            click.echo(f"{'in all':<10}  {number(series.total, unit):>12}")
        _small_print(series.metric.about, series.provenance)

    show(series, as_json, told)


def _breakdown(found: Breakdown, as_json: bool) -> None:
    def told() -> None:
        rows = [(part.name, number(part.share, "share"), number(part.count)) for part in found.slices]
        empty = "Nothing was told: a show hosted elsewhere, or too few listeners."
        show_rows((found.kind.upper(), "SHARE", "COUNT"), rows, empty=empty)
        if found.noisy:
            click.echo("Fewer than 50 plays stand behind this: it is noise rather than a finding.")
        _small_print(found.metric.about, found.provenance)

    show(found, as_json, told)


def _retention(found: Retention | None, as_json: bool) -> None:
    if found is None:
        raise Failed("how long people stayed was not told of this episode yet: earstead creators sync")

    def told() -> None:
        for reached, share in sorted(found.percentiles.items()):
            click.echo(f"reached {reached:>3} %  {number(share, 'share'):>8}  {_bar(share, 1)}")
        for drop in found.drops:
            said = f"  “{drop.words}”" if drop.words else ""
            place = f" ({drop.chapter})" if drop.chapter else ""
            click.echo(f"{clock(drop.start_s)} to {clock(drop.end_s)}{place}: {number(drop.lost, 'share')} left{said}")
        _small_print("Share of the audience at the highest point.", found.provenance)

    show({**plain(found), "completion": found.completion}, as_json, told)


def _bar(value: float, top: float) -> str:
    return _BARS[-1] * round(30 * value / top) if top > 0 else ""


def _small_print(about: str, provenance: Provenance) -> None:
    words = [about, f"Platforms: {provenance.scope.value}."]
    if provenance.definition.value:
        words.append(f"Definition of a play: {provenance.definition.value}.")
    if provenance.operation:
        words.append(f"From {provenance.operation}, read {when(provenance.fetched_at)} UTC.")
    click.echo(" ".join(words))


@click.command("compare")
@click.argument("which", metavar="SHOW")
@click.argument("episodes", nargs=-1, metavar="[EPISODE]...")
@click.option("--metric", default="", help="Otherwise the first with figures of several days.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="Since publication.")
@asking_options
def compare(
    which: str, episodes: tuple[str, ...], metric: str, days: int, name: str, as_json: bool, settings: Settings
) -> None:
    """Compare episodes by days since publication; without EPISODE the ten newest.

    \b
    Example:
      earstead creators compare 1 12 13 14 --days 7
    """
    from earstead.cli.perform import reading
    from earstead.services.creators.leading import comparison_of

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        show_id = services.creators.shows.find(user_id, which).show_id
        ids = [services.creators.shows.find_episode(user_id, one).episode_id for one in episodes]
        found = comparison_of(services.creators.figures, show_id, metric, ids, days)

    def told() -> None:
        steps = sorted({0, 1, 6, 13, 29, days - 1} & set(range(days)))
        values = [(line.episode.title, line.values) for line in found.lines] + [("(median)", found.median)]
        rows = [(title, *(number(row[step]) for step in steps)) for title, row in values]
        show_rows(("EPISODE", *(f"DAY {step + 1}" for step in steps)), rows, empty="Nothing to compare yet.")
        _small_print(found.metric.about, found.provenance)

    show(found, as_json, told)


@click.command("gaps")
@click.argument("which", metavar="SHOW")
@asking_options
def gaps(which: str, name: str, as_json: bool, settings: Settings) -> None:
    """List the days of SHOW without a figure that should have one, and why.

    \b
    Example:
      earstead creators gaps 1
    """
    from earstead.cli.perform import reading

    with reading(settings) as services:
        user_id = owner(services, name).user_id
        found = services.creators.figures.gaps(services.creators.shows.find(user_id, which).show_id)
    rows = [(one.metric, one.episode_id or "show", one.start, one.end, one.days, one.why) for one in found]
    head = ("METRIC", "EPISODE", "FROM", "TO", "DAYS", "WHY")
    show(found, as_json, lambda: show_rows(head, rows, empty="No gaps."))


@click.command("export")
@click.argument("which", metavar="SHOW")
@click.option("--format", "form", type=_FORMS, help="Otherwise by the ending of FILE; csv to stdout.")
@click.option("--metric", "metrics", multiple=True, help="Only this one; repeat for several. All of them otherwise.")
@click.option("--from", "start", callback=day, metavar="DAY", help="First day; the beginning otherwise.")
@click.option("--to", "end", callback=day, metavar="DAY", help="Last day; today otherwise.")
@click.option("--by", type=click.Choice(["episode", "show"]), default="episode", show_default=True)
@click.option("--out", required=True, metavar="FILE", help="Where to; - for stdout.")
@user_option
@data_option
def export(
    which: str, form: str | None, metrics: tuple[str, ...], start: date | None, end: date | None, by: str, out: str,
    name: str, settings: Settings,
) -> None:  # fmt: skip
    """Write the figures of SHOW into a file: a row for each day, metric and episode.

    \b
    Examples:
      earstead creators export 1 --out figures.csv
      earstead creators export 1 --metric plays --from 2026-05-01 --to 2026-05-31 --out may.parquet
      earstead creators export 1 --by show --format jsonl --out - | head
    """
    from earstead.cli.perform import reading

    form = form or _form_of(out)
    with reading(settings) as services:
        user_id = owner(services, name).user_id
        show_id = services.creators.shows.find(user_id, which).show_id
        first, last, _ = services.creators.figures.days(show_id, "all")
        asked: dict[str, Any] = {"metrics": metrics, "start": start or first, "end": end or last, "by": by}
        if out == "-":
            services.creators.exporting.write(user_id, show_id, form, sys.stdout.buffer, **asked)
            return
        target = existing(out)
        # Beside the target first: an export that fails half way must not stand where a whole one stood.
        part = target.with_name(f"{target.name}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                rows = services.creators.exporting.write(user_id, show_id, form, file, **asked)
            part.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
    click.echo(f"Wrote {target} ({rows:,} rows, {form}).")


def _form_of(out: str) -> str:
    if out == "-":
        return "csv"
    ending = PurePath(out).suffix.lower().removeprefix(".")
    if ending not in _FORMS.choices:
        raise click.UsageError(f"{out} does not end in .csv, .jsonl or .parquet: say which it is with --format")
    return ending


COMMANDS = (analytics, compare, gaps, export)
