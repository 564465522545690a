"""The table of results, and the page it stands on."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- begin {} -->", "<!-- end {} -->"

# key, what, unit, what to reach at 200,000 and at a million listens ("" where the design names none); ">" wants more.
ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("import_cpu_s", "import of the history: CPU", "s", "4", "20"),
    ("import_wall_s", "the same: time", "s", "", ""),
    ("import_peak_mb", "the same: peak memory", "MiB", "150", "150"),
    ("again_percent", "import of the same file again: share of the first time", "%", "60", "60"),
    ("submit_ms", "one submission over HTTP, one client", "ms", "2", "2"),
    ("sixteen_per_s", "submissions over HTTP, 16 clients", "/s", ">3000", ">3000"),
    ("batch_ms", "ListenBrainz batch of 1,000", "ms", "60", "60"),
    ("home_ms", "home page right after a new listen", "ms", "60", "100"),
    ("home_again_ms", "home page again", "ms", "", ""),
    ("top_ms", "all-time top artists right after a new listen", "ms", "40", "180"),
    ("top_past_ms", "all-time top artists after a batch into the past", "ms", "", ""),
    ("top_again_ms", "all-time top artists again", "ms", "3", "3"),
    ("page_ms", "page of 50 listens anywhere", "ms", "2", "2"),
    ("range_ms", "top recordings of a custom range (14 months)", "ms", "180", "180"),
    ("scrobble_ms", "Last.fm API: one scrobble", "ms", "2", "2"),
    ("scrobbles_ms", "Last.fm API: batch of 50", "ms", "", ""),
    ("recent_ms", "Last.fm API: user.getRecentTracks right after a new listen", "ms", "", ""),
    ("recent_deep_ms", "Last.fm API: user.getRecentTracks, a page deep in the past", "ms", "", ""),
    ("tops_ms", "Last.fm API: user.getTopArtists of all six periods right after a new listen", "ms", "", ""),
    ("tops_again_ms", "the same again", "ms", "", ""),
    ("start_s", "first answer after start", "s", "0.6", "0.6"),
    ("idle_mb", "memory, idle", "MiB", "80", "80"),
    ("busy_mb", "memory, peak of the run", "MiB", "150", "150"),
    ("merge_ms", "merge of artists with 10,000 listens", "ms", "100", "100"),
    ("unmerge_ms", "its undo", "ms", "100", "100"),
)


def draw(listens: int, ours: dict[str, float], theirs: dict[str, float], took_s: float) -> str:
    """The table as Markdown, with the circumstances below it."""
    large = listens > 500_000
    lines = ["| work | reach | earstead | Maloja |", "|---|---|---|---|"]
    for key, what, unit, small_goal, large_goal in ROWS:
        goal = large_goal if large else small_goal
        lines.append(
            f"| {what} | {_goal(goal, unit)} | {_figure(ours.get(key), unit)} | {_figure(theirs.get(key), unit)} |"
        )
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    today = datetime.now(UTC).strftime("%d %B %Y")
    lines += ["", f"{listens:,} listens; {today}; {machine}; {versions}; the run took {took_s:.0f} s."]
    return "\n".join(lines)


def _goal(goal: str, unit: str) -> str:
    return f"{'>=' if goal.startswith('>') else '<='} {goal.lstrip('>')} {unit}" if goal else ""


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}" if value < 10 else f"{value:.1f} {unit}"


def write(listens: int, table: str) -> None:
    """Put the table into the page, in the place of the last one of this size."""
    begin, end = _BEGIN.format(listens), _END.format(listens)
    text = PAGE.read_text("utf-8")
    block = f"{begin}\n{table}\n{end}"
    if begin in text:
        head, rest = text.split(begin, 1)
        text = head + block + rest.split(end, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n## {listens:,} listens\n\n{block}\n"
    PAGE.write_text(text, "utf-8")
