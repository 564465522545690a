"""How one's plays end: `/{user}/habits`. One's own alone; lists suggest, and nothing happens by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core import habits as rules
from earstead.core.habits import Rate, Tally
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page
from earstead.pagekit.words import plural
from earstead.services.habits import Counted, HabitReport
from earstead.services.views import Bucket
from earstead.web.visit import own_visit

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of suggestions: what stands on it, by which rule, and what can be done with a row of it."""

    name: str
    title: str
    rule: str
    rows: tuple[Counted, ...]
    action: str
    """ "ban" or "love"."""

    @property
    def shuffled(self) -> bool:
        """Whether a shuffle can be made of it: of what is liked."""
        return self.action == "love"


async def _show(request: Request) -> Response:
    at = await own_visit(request)
    loves = await blocking(at.services.feedback.mark, at.owner.user_id)
    etag = at.state("habits", loves)
    if (held := not_modified(request, etag)) is not None:
        return held
    report = await blocking(at.services.habits.report, at.owner.user_id)
    return page(
        request,
        "habits.html",
        etag=etag,
        at=at,
        report=report,
        sentence=report_sentence(report),
        leaving=leaving(report.whole),
        hours=hours(report.hours),
        unfinished=unfinished(report.hours),
        lists=lists(report),
        shown=_SHOWN,
        rate_words=rate_words,
        minimum=rules.MINIMUM,
        context_name=context_name,
    )


def rate_words(rate: Rate) -> str:
    """ "82 % of 34 plays, between 66 and 92", or the plain count where there are too few for a rate."""
    if not rate.known:
        return "no play whose end is known"
    if not rate.enough:
        return f"{rate.part} of {plural(rate.known, 'play')}"
    return f"{_whole(rate.share)} % of {plural(rate.known, 'play')}, between {_whole(rate.low)} and {_whole(rate.high)}"


def recording_sentence(tally: Tally) -> str:
    """How the plays of one track ended, for its page; "" where nothing is known of any."""
    if not tally.known:
        return ""
    if not tally.finish.enough:
        return f"Finished {tally.finished} of {plural(tally.known, 'play')} whose end is known: too few for a rate."
    said = f"Finished {rate_words(tally.finish)}."
    if sum(tally.left_at) >= rules.MINIMUM:
        passed = _whole(tally.leave_ms_share + 0.5 / rules.BINS)
        said += f" Half of the times that you left, {passed} % had passed at most."
    return said


def report_sentence(report: HabitReport) -> str:
    """What the page says first."""
    whole = report.whole
    if not whole.known:
        return "Nobody has said yet how any of your plays ended."
    out = whole.plays - whole.known
    left = f" Of {plural(out, 'more play')} nobody knows how they ended." if out else ""
    return f"You hear {rate_words(whole.finish)}, to the end.{left}"


def leaving(tally: Tally) -> tuple[Bucket, ...]:
    """Plays left or skipped by the tenth of the track, as a series to draw; () when nobody left."""
    if not any(tally.left_at):
        return ()
    step = 100 // rules.BINS
    return tuple(
        Bucket(start=str(i), label=f"{i * step}-{(i + 1) * step} %", plays=count, listened_ms=0)
        for i, count in enumerate(tally.left_at)
    )


def hours(tallies: Sequence[Tally]) -> tuple[tuple[str, int, str, str], ...]:
    """(hour, plays whose end is known, share finished, interval) of the hours that have any."""
    return tuple(
        (f"{hour:02}:00", tally.known, *_cells(tally.finish)) for hour, tally in enumerate(tallies) if tally.known
    )


def unfinished(tallies: Sequence[Tally]) -> tuple[Bucket, ...]:
    """Plays skipped or left by hour, as a series to draw."""
    return tuple(
        Bucket(start=str(hour), label=f"{hour:02}", plays=tally.known - tally.finished, listened_ms=0)
        for hour, tally in enumerate(tallies)
    )


def _cells(rate: Rate) -> tuple[str, str]:
    if not rate.enough:
        return f"{rate.part} of {rate.known}", "too few"
    return f"{_whole(rate.share)} %", f"{_whole(rate.low)} to {_whole(rate.high)} %"


def _whole(share: float) -> int:
    return round(100 * share)


def lists(report: HabitReport) -> tuple[Listed, ...]:
    """The three lists with their rules in words."""
    return (
        Listed(
            "always",
            "Always skipped",
            f"Skipped in at least {_whole(rules.ALWAYS_SHARE)} % of at least {rules.ALWAYS_KNOWN} plays. You may leave "
            "one out of your statistics; its plays are kept, and you can take that back.",
            report.always,
            "ban",
        ),
        Listed(
            "never",
            "Never skipped",
            f"Heard to the end each time, of at least {rules.NEVER_KNOWN} plays.",
            report.never,
            "love",
        ),
        Listed(
            "dear",
            "Loved but not saved",
            f"Surely heard to the end more than {_whole(rules.DEAR_LOW)} times in 100, by at least {rules.DEAR_KNOWN} "
            + (
                "plays, or loved here, and not among your liked songs on Spotify."
                if report.saved_known
                else "plays, and you have not said what you think of it."
            ),
            report.dear,
            "love",
        ),
    )


def context_name(uri: str, kind: str) -> str:
    """What a play was started from, in words, as far as its address tells."""
    if kind == "collection":
        return "Liked songs"
    return f"{kind.capitalize() or 'Elsewhere'} {uri.rsplit(':', 1)[-1]}"


routes = [Route("/{user}/habits", _show, methods=["GET"])]
