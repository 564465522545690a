"""How the desk speaks: figures with what they mean, changes as sentences, what to do about a fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from html import unescape
from typing import Any

from earstead.core.creators.metrics import Aggregation, Definition, Metric, Scope, Unit, Window
from earstead.core.errors import AppError, Conflict, Forbidden, NeedsReauth, NotFound, Refused, Rejected, RetryLater
from earstead.pagekit.words import long_date, moment, number, percent, short_date
from earstead.services.creators.types import Provenance
from earstead.services.creators.write_types import Change, HealthCheck

SCOPES: Mapping[Scope, str] = {
    Scope.SPOTIFY: "on Spotify",
    Scope.ALL: "on all platforms",
    Scope.OFF_PLATFORM: "outside Spotify",
}
_AGGREGATIONS: Mapping[Aggregation, str] = {
    Aggregation.TOTAL: "one total",
    Aggregation.DAILY: "by day",
    Aggregation.WEEKLY: "by week",
    Aggregation.MONTHLY: "by month",
    Aggregation.RUNNING: "running total",
}
_WINDOWS: Mapping[Window, str] = {
    Window.NONE: "",
    Window.ALL_TIME: "all time",
    Window.LAST_7: "the last 7 days",
    Window.LAST_30: "the last 30 days",
    Window.LAST_60: "the last 60 days",
    Window.LAST_90: "the last 90 days",
    Window.YEAR_TO_DATE: "this year",
    Window.FIRST_7: "the first 7 days",
    Window.FIRST_30: "the first 30 days",
    Window.FIRST_60: "the first 60 days",
    Window.SINCE_PUBLISHED: "since publication",
    Window.CUSTOM: "these days",
}
_DEFINITIONS: Mapping[Definition, str] = {
    Definition.NONE: "",
    Definition.BEFORE: "a play is any start (until 10 June 2026)",
    Definition.SINCE: "a play is 30 seconds heard (since 11 June 2026)",
    Definition.MIXED: "plays change their meaning on 11 June 2026: any start before, 30 seconds since",
}
HOSTINGS: Mapping[str, str] = {
    "S4P": "Hosted by Spotify for Creators",
    "MEGAPHONE": "Hosted by Megaphone",
    "OTHER_THIRD_PARTY": "Hosted elsewhere",
    "UNKNOWN": "Hosting not known",
}
BENCHMARKS: Mapping[str, str] = {
    "PLAYS_AND_DOWNLOADS": "Plays and downloads of an episode",
    "EPISODE_COMPLETION_PERCENT": "How much of an episode is heard, %",
    "AVG_CONSUMPTION_TIME": "How long an episode is heard",
    "RETENTION": "How many are still listening",
}
"""What comparable shows are measured by, in the service's words and in ours."""
POOLS: Mapping[str, str] = {
    "ALL_EPISODES": "all episodes",
    "LAST_10_EPISODES": "the last 10 episodes",
    "SIMILAR_SIZE": "shows of similar size",
}
STATES: Mapping[str, str] = {"published": "Published", "scheduled": "Scheduled", "draft": "Draft", "gone": "Gone"}
CHANGE_STATES: Mapping[str, str] = {
    "planned": "not sent",
    "sent": "on its way",
    "confirmed": "done, and read back",
    "failed": "failed",
    "ambiguous": "not known how it ended",
    "undone": "taken back",
}
_FIELDS: Mapping[str, str] = {
    "answer": "Your answer",
    "text": "Text",
    "title": "Title",
    "description": "Description",
    "publish_on": "Goes public",
    "episode_type": "Kind of episode",
    "explicit": "Explicit",
    "sponsored": "Sponsored content",
    "season": "Season",
    "number": "Number",
    "state": "State",
    "is_published": "Public",
    "name": "Name",
    "author": "Author",
    "category": "Category",
    "language": "Language",
    "audio": "Audio file",
    "video": "Video file",
    "file": "File",
    "kind": "Kind of file",
    "bytes": "Size",
    "poll": "Poll",
    "policy": "What happens",
    "enabled": "Comments",
    "cover": "Cover",
    "pinned": "Pinned",
    "question": "Question",
    "options": "Answers",
    "opens_at": "Opens",
    "closes_at": "Closes",
    "slug": "Address at Spotify",
}
_TIMES = frozenset({"publish_on", "opens_at", "closes_at", "published_at"})
_ACTIONS: Mapping[str, str] = {
    "episode.create": "Make a new episode",
    "episode.edit": "Change an episode",
    "episode.schedule": "Schedule an episode",
    "episode.publish": "Publish an episode now",
    "episode.draft": "Take an episode back to the drafts",
    "episode.delete": "Delete an episode",
    "episode.media": "Upload a file into an episode",
    "episode.audio": "Upload audio into an episode",
    "episode.video": "Upload video into an episode",
    "episode.cover": "Change an episode's cover",
    "episode.sponsored": "Mark sponsored content",
    "show.edit": "Change the show",
    "show.cover": "Change the show's cover",
    "show.slug": "Change the show's address",
    "show.comments": "Allow comments, or not",
    "show.moderation": "Change what happens to comments",
    "comment.reply": "Answer a comment",
    "comment.approve": "Approve a comment",
    "comment.delete": "Delete a comment",
    "comment.pin": "Pin a comment",
    "comment.unpin": "Take the pin off a comment",
    "comment.block": "Keep somebody from commenting",
    "comment.read": "Mark a comment as read",
    "comment.seen": "Mark a comment as read",
    "poll.put": "Put a poll on an episode",
    "poll.delete": "Take the poll off an episode",
}
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<(?:br\s*/?|/p|/li|/h\d)\s*>", re.IGNORECASE)


def figure(value: float | None, unit: Unit) -> str:
    """A value with its unit: "412", "48 %", "1,204 h", "312 s"; "no figure" for what is not known."""
    if value is None:
        return "no figure"
    if unit is Unit.SHARE:
        return percent(value)
    text = number(round(value)) if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"
    return text + {Unit.HOURS: " h", Unit.SECONDS: " s"}.get(unit, "")


def small_print(metric: Metric, said: Provenance, zone: str) -> str:
    """What a figure is, for the line under it: platforms, window, how days add up, which meaning of play, when read."""
    parts = [
        f"{metric.title} {SCOPES[said.scope]}",
        _WINDOWS[said.window],
        _AGGREGATIONS[said.aggregation],
        _DEFINITIONS[said.definition],
        f"read {moment(said.fetched_at, zone)}" if said.fetched_at else "",
    ]
    return ", ".join(part for part in parts if part)


def window_words(said: Provenance, on: date | None) -> str:
    """Which days a figure of its own window is about: "Of the last 30 days ..."; "" where that is not known."""
    days = _WINDOWS[said.window]
    if not days or said.window is Window.CUSTOM:
        return ""
    told = f", as told on {long_date(on)}" if on else ""
    return f"Of {days}{told}, whichever days are chosen above."


def movement(change: float | None, before: str) -> str:
    """How a figure moved: "9 % more than in the 30 days before"; "" where nothing can be compared."""
    if change is None:
        return ""
    if abs(change) < 0.005:
        return f"as many as {before}"
    return f"{percent(abs(change))} {'more' if change > 0 else 'less'} than {before}"


def days_words(start: date, end: date) -> str:
    """ "3 March 2026", "3 Mar to 5 April 2026", or "3 March 2025 to 5 April 2026"."""
    if start == end:
        return long_date(start)
    return f"{short_date(start) if start.year == end.year else long_date(start)} to {long_date(end)}"


def as_text(html: str) -> str:
    """A description as people read it: line breaks kept, markup left out."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", html))).strip()


def check_words(check: HealthCheck) -> str:
    """What a check found, without the name that stands before it in the table."""
    said = check.words
    for title in (f"{check.name}: ", "Spotify for Creators: "):
        if said.lower().startswith(title.lower()):
            said = said[len(title) :]
    return said[:1].upper() + said[1:]


def action_words(action: str) -> str:
    """What a change does, as a heading."""
    return _ACTIONS.get(action) or action.replace(".", ": ").replace("_", " ").capitalize()


def field_words(name: str) -> str:
    """The name of a field of a change."""
    return _FIELDS.get(name) or name.replace("_", " ").capitalize()


def value_words(name: str, value: Any, zone: str) -> str:
    """A value of a change as people read it; "nothing" where there is none."""
    if value is None or value == "" or (name in _TIMES and not value):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "state":
        return STATES.get(str(value), str(value)).lower()
    if name == "bytes" and isinstance(value, int):
        return f"{value / 1024 / 1024:,.1f} MB"
    if name in _TIMES:
        return _time_words(value, zone)
    if name == "description":
        return as_text(str(value)) or "nothing"
    if isinstance(value, list | tuple):
        return " · ".join(str(one) for one in value)
    return str(value)


def _time_words(value: Any, zone: str) -> str:
    """A time of a change, unix seconds or ISO text, on the clock of a zone; what is neither as it stands."""
    if isinstance(value, int):
        return moment(value, zone)
    try:
        return moment(int(datetime.fromisoformat(str(value)).timestamp()), zone)
    except (ValueError, OverflowError):
        return str(value)


def differences(change: Change) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of what a change writes, what matters most first.

    What stands before it alone, as the author of a comment that is answered, is no difference: `context` has it.
    """
    if change.action == "comment.reply":
        return [("answer", None, change.after.get("text"))]
    return sorted((one for one in change.differences if one[0] in change.after), key=lambda one: _rank(one[0]))


def context(change: Change) -> list[tuple[str, Any]]:
    """(field, value) of what a change is about and does not write."""
    answered = change.action == "comment.reply"
    found = [(name, value) for name, value in change.before.items() if answered or name not in change.after]
    return sorted(((name, value) for name, value in found if value not in ("", None)), key=lambda one: _rank(one[0]))


def _rank(field: str) -> int:
    names = list(_FIELDS)
    return names.index(field) if field in names else len(names)


def mend_of(fault: AppError) -> str:
    """What to do about a fault, in a sentence: what the client knows about it, else what its kind says."""
    known = getattr(fault, "mend", "")
    if known:
        return str(known)
    if isinstance(fault, NeedsReauth):
        return "Sign in to Spotify for Creators in your browser and give this server the new cookies."
    if isinstance(fault, RetryLater):
        return f"Try again in {max(1, round(fault.after_s / 60))} min; nothing is lost."
    if isinstance(fault, Refused | Forbidden):
        return "Check at creators.spotify.com whether your account may do this for the show."
    if isinstance(fault, Conflict):
        return "Look at what is there now, then decide."
    if isinstance(fault, NotFound):
        return "It may have been deleted at Spotify. Read the show again to see."
    return "" if isinstance(fault, Rejected) else "Try again; the change journal shows what was sent."
