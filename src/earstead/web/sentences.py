"""What a page says first, in words. The same functions speak on pages, cards, in letters and in the API's `summary`.

Plain text in, plain text out: escaping is the drawer's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from earstead.core.periods import Period, day_and_hour
from earstead.pagekit.words import MONTHS, day, hours, named, number, percent, plural
from earstead.services.views import ChartRow, EntityDetail, ListenFilter, ListenRow, Totals

_ROLLING = {"7d", "30d", "90d", "180d", "365d"}
_KINDS = {"artist": "artist", "release": "album", "recording": "track", "episode": "episode", "show": "show"}


def within(period: Period) -> str:
    """When, as the end of a clause: "this month", "in the last 30 days", "in 2025", "of all time"."""
    if period.name in ("week", "month", "year"):
        return f"this {period.name}"
    if period.span is None:
        return "of all time"
    if period.name in _ROLLING:
        return f"in the {period.label}"
    if ".." in period.name:
        return f"from {period.label}"
    return f"in the {period.label}" if "W" in period.name else f"in {period.label}"


def before(period: Period, *, cut: bool) -> str:
    """What a period is compared with: "in October", "at this point of 2025", "in the 30 days before".

    Args:
        period: the later one.
        cut: whether only as much of the earlier one is meant as has passed of the later.
    """
    name = name_before(period)
    named = name if name.isdigit() or name.split()[0] in MONTHS else f"the {name.lower()}"
    return f"at this point of {named}" if cut else f"in {named}"


def name_before(period: Period) -> str:
    """The name of the period before: "October", "December 2025", "2025", "Week before", "30 days before"."""
    if period.name in _ROLLING:
        return f"{period.label.removeprefix('last ')} before"
    name = period.previous_name
    if ".." in name or not name:
        return "Stretch before"
    if "W" in name:
        return "Week before"
    if "-" not in name:
        return name
    month = MONTHS[int(name[5:]) - 1]
    return month if name[:4] in period.label else f"{month} {name[:4]}"


def change(now: int, then: int) -> str:
    """ "9 % more than", "as many as", "three times as many as"; "" when there was nothing to compare with."""
    if then <= 0:
        return ""
    if now == then:
        return "as many as"
    if now >= 2 * then:
        times = now / then
        return f"{times:.0f} times as many as" if times >= 2.5 else "twice as many as"
    return f"{percent(abs(now - then) / then)} {'more' if now > then else 'fewer'} than"


def summary(
    period: Period, totals: Totals, then: Totals | None, leaders: Sequence[ChartRow], *, cut: bool = False
) -> str:
    """ "412 plays this month, 9 % more than in October; mostly Björk."

    Args:
        period: what is summed up.
        totals: of the period.
        then: of the stretch it is compared with, None for none.
        leaders: the first places of its artist chart.
        cut: whether `then` covers only as much of its period as has passed of this one.
    """
    if not totals.plays:
        return f"Nothing heard {within(period)}." if period.span else "Nothing heard yet."
    said = f"{plural(totals.plays, 'play')} {within(period)}"
    compared = change(totals.plays, then.plays) if then else ""
    if compared:
        said += f", {compared} {before(period, cut=cut)}"
    mostly = leading(leaders, totals.plays)
    return f"{said}; {mostly}." if mostly else f"{said}."


def leading(leaders: Sequence[ChartRow], plays: int) -> str:
    """Who stands out: "mostly Björk", "most of it Björk and Kino", "Björk first"; "" without a leader."""
    if not leaders or plays <= 0:
        return ""
    first = leaders[0]
    if first.plays * 2 > plays:
        return f"mostly {named(first.entity.name)}"
    if len(leaders) > 1 and leaders[1].plays * 10 > first.plays * 8:
        return f"{named(first.entity.name)} and {named(leaders[1].entity.name)} above all"
    return f"{named(first.entity.name)} above all"


def chart_sentence(kind: str, period: Period, rows: Sequence[ChartRow], total: int, by: str) -> str:
    """ "Björk leads 312 artists this month, with 44 plays." """
    if not rows:
        return f"Nothing heard {within(period)}."
    first = rows[0]
    amount = hours(first.listened_ms) if by == "time" else plural(first.plays, "play")
    return f"{named(first.entity.name)} leads {plural(total, _KINDS[kind])} {within(period)}, with {amount}."


def entity_sentence(detail: EntityDetail, zone: str, recent: Sequence[tuple[str, int]] = ()) -> str:
    """ "312 plays, 21 h, since 3 March 2009. No. 2 of all time, No. 14 this month."

    Args:
        recent: names of current periods ("this month") with the place in each, 0 where it was not heard.
    """
    if not detail.plays:
        return "Never played long enough to count."
    said = f"{plural(detail.plays, 'play')}, {hours(detail.listened_ms)}"
    if detail.first:
        said += f", since {day(detail.first.listened_at, zone)}"
    said += "."
    if detail.rank:
        places = [("of all time", detail.rank), *recent]
        said += f" {', '.join(f'No. {number(rank)} {when}' for when, rank in places if rank)}."
    return said


def year_sentence(year: int, totals: Totals, leaders: Sequence[ChartRow], days_heard: int) -> str:
    """ "7,412 plays on 341 days of 2025, 498 h of 312 artists; Björk above all." """
    if not totals.plays:
        return f"Nothing heard in {year}."
    said = f"{plural(totals.plays, 'play')} on {plural(days_heard, 'day')} of {year}"
    said += f", {hours(totals.listened_ms)} of {plural(totals.artists, 'artist')}"
    mostly = leading(leaders, totals.plays)
    return f"{said}; {mostly}." if mostly else f"{said}."


def filter_sentence(names: Sequence[str], period: Period | None, chosen: ListenFilter) -> str:
    """What a filtered list of listens holds: "Listens of Björk, in 2025, skipped"; "All listens" without a filter.

    Args:
        names: of the artist, release and recording it is narrowed to.
        period: None for all time.
        chosen: the filter.
    """
    parts = [f"of {named(name)}" for name in names]
    if chosen.text:
        parts.append(f"with “{named(chosen.text)}”")
    if period is not None and period.span is not None:
        parts.append(within(period))
    if chosen.source:
        parts.append(f"from {chosen.source}")
    if chosen.skipped is not None:
        parts.append("skipped" if chosen.skipped else "not skipped")
    if chosen.counted is not None:
        parts.append("counted" if chosen.counted else "too short to count")
    subject = "Deleted listens" if chosen.hidden else "Listens"
    return f"{subject} {', '.join(parts)}" if parts else "Deleted listens" if chosen.hidden else "All listens"


def silence(latest: ListenRow | None, now: int, zone: str) -> str:
    """How long nothing was heard: "Last heard today", "Last heard 12 days ago"; "" when it never was."""
    if latest is None:
        return ""
    days = day_and_hour(now, zone)[0] - day_and_hour(latest.listened_at, zone)[0]
    if days <= 0:
        return "Last heard today"
    if days == 1:
        return "Last heard yesterday"
    return f"Last heard {days} days ago" if days < 60 else f"Last heard on {day(latest.listened_at, zone)}"
