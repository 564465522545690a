"""Says what is wrong with an account, in a sentence, and how to mend it in another.

Causes: cookie, permission, hosting, stale hash, limit, window, network. The checks go from the outside in, and stop
where nothing further could be told: without a sign-in every later check would only say the same again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from earstead.core import errors as core
from earstead.core.creators.ids import id_of
from earstead.creators.answers import Answered, Empty, Known, Part
from earstead.creators.auth import Session
from earstead.creators.errors import (
    AuthConfigError,
    AuthFlowChanged,
    CredentialsExpired,
    GraphQLFailed,
    GraphQLPartial,
    Missing,
    RateLimited,
    StaleOperation,
    UpstreamError,
)
from earstead.creators.harvest import Harvested
from earstead.creators.operations import Operations
from earstead.creators.operations.base import show_uri_of
from earstead.creators.pod import Pod
from earstead.creators.records import ShowItem

Cause = Literal["", "cookie", "permission", "hosting", "stale hash", "limit", "window", "network"]
State = Literal["ok", "warn", "broken"]
_T = TypeVar("_T")
COMMENTS: Final = (
    "createCommentReplyByCommentUri",
    "publishCommentByCommentUri",
    "deleteCommentByCommentUri",
    "createPollForEpisode",
)
MENDS: Final[dict[Cause, str]] = {
    "": "",
    "cookie": "Sign in at creators.spotify.com and replace the cookies here.",
    "permission": "Ask the owner of the show to give this account access, or connect the account that has it.",
    "hosting": "Nothing is broken: for shows hosted elsewhere Spotify does not give this; use the figures that come.",
    "stale hash": "Refresh the operations from the web app (earstead creators ops refresh --adopt), or capture them.",
    "limit": "Wait a few minutes, and ask less often.",
    "window": "Ask for another window: 7, 30 or 90 days, or all time.",
    "network": "Look whether this machine reaches creators.spotify.com, and try again in a while.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was tried. `words` says what was found, `mend` what to do, "" when nothing is to be done."""

    name: str
    state: State
    words: str
    cause: Cause = ""
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All checks in order, and the first that is broken (else the first warning) as the answer."""

    checks: tuple[Check, ...]

    @property
    def worst(self) -> Check:
        """The check that decides."""
        broken = next((one for one in self.checks if one.state == "broken"), None)
        warned = next((one for one in self.checks if one.state == "warn"), None)
        return broken or warned or Check(name="all", state="ok", words="Everything answers.")

    @property
    def state(self) -> State:
        """Whether all is well."""
        return self.worst.state

    @property
    def cause(self) -> Cause:
        """What it is, in one word."""
        return self.worst.cause

    @property
    def words(self) -> str:
        """What it is, in a sentence."""
        return self.worst.words

    @property
    def mend(self) -> str:
        """What to do, in a sentence."""
        return self.worst.mend


def cause_of(fault: BaseException, *, hosting: str = "S4P") -> Cause:
    """The cause of an error of this client.

    Args:
        hosting: of the show it happened with; errors of single fields are usual for shows hosted elsewhere.
    """
    if isinstance(fault, CredentialsExpired | AuthConfigError | AuthFlowChanged | core.NeedsReauth):
        return "cookie"
    if isinstance(fault, StaleOperation | Missing):
        return "stale hash"
    if isinstance(fault, RateLimited):
        return "limit"
    if isinstance(fault, core.Forbidden | core.NotFound):
        return "permission"
    if isinstance(fault, GraphQLFailed | GraphQLPartial):
        if "window" in str(fault).lower() or "daterange" in str(fault).lower():
            return "window"
        return "hosting" if hosting not in ("", "S4P") else "network"
    if isinstance(fault, core.Rejected):
        return "window" if fault.field in ("customDateRange", "dateRangeWindow", "window") else ""
    return "network" if isinstance(fault, core.RetryLater | UpstreamError) else ""


class Doctor:
    """Tries an account out. Reads only.

    Args:
        harvest: looks which hashes the web app has today; None leaves that out, for it is the largest of the checks.
    """

    def __init__(
        self, session: Session, operations: Operations, pod: Pod, harvest: Callable[[], Harvested] | None = None
    ) -> None:
        self._session = session
        self._harvest = harvest
        self._ask = operations
        self._pod = pod
        self._checks: list[Check] = []
        self._hosting = "S4P"

    def examine(self, show: str = "") -> Diagnosis:
        """Try sign-in, shows, and then one show: the given one, else the one that most works for.

        Raises:
            ValidationError: `show` names none.
            Planned: this is a dry run.
        """
        self._checks = []
        wanted = show_uri_of(show) if show else ""
        if self._try("sign-in", self._signed_in, "The cookies are taken.") is not None:
            shows = self._shows()
            chosen = self._chosen(shows, wanted)
            if chosen is not None:
                self._one_show(chosen)
            self._rotated()
        self._hashes()
        return Diagnosis(checks=_one_truth(self._checks))

    def _signed_in(self) -> bool:
        return bool(self._session.bearer())

    def _shows(self) -> tuple[ShowItem, ...]:
        listed = self._try("shows", self._ask.web_get_user_shows, "The shows of the account are listed.")
        hosted = self._try("hosting", self._ask.get_shows_for_user, "Spotify says who hosts them.")
        found = {one.uri: one for one in (listed.value if listed else ())}
        found.update({one.uri: one for one in (hosted.value if hosted else ())})
        if (listed or hosted) and not found:
            self._add("shows", "broken", "This account has no show.", "permission")
        return tuple(found.values())

    def _chosen(self, shows: tuple[ShowItem, ...], wanted: str) -> ShowItem | None:
        """The show to look at; one that is not the account's is looked at all the same."""
        if not wanted:
            return next((one for one in shows if one.hosting == "S4P"), shows[0] if shows else None)
        found = next((one for one in shows if one.uri == wanted), None)
        if found is None and shows:
            self._add("shows", "broken", f"The show {id_of(wanted)} is not one of this account.", "permission")
        return found

    def _one_show(self, show: ShowItem) -> None:
        self._hosting = show.hosting
        name = show.name or id_of(show.uri)
        if show.hosting not in ("", "S4P"):
            words = f"“{name}” is hosted elsewhere: geography, apps, impressions and rankings are not given for it."
            self._add("hosting class", "warn", words, "hosting")
        self._answer("plays by age", lambda: self._ask.get_show_plays_by_age(show.uri), name)
        self._answer(
            "discovery figures",
            lambda: self._ask.get_show_audience_discovery_stats(show.uri, window="WINDOW_LAST_THIRTY_DAYS"),
            name,
        )
        if show.hosting in ("", "S4P"):
            self._answer(
                "apps and devices", lambda: self._ask.get_show_plays_and_downloads_platforms_stats(show.uri), name
            )
        listed = self._try(
            "episodes",
            lambda: self._ask.web_get_indexed_episode_list(show.uri, page_size=1),
            f"The episodes of “{name}” are listed.",
        )
        if listed is not None and listed.value.index_status and not listed.value.complete:
            words = f"Spotify is still building the list of episodes of “{name}” ({listed.value.index_status})."
            mend = "Wait a while before believing that something is not in the list."
            self._checks.append(Check(name="episodes", state="warn", words=words, cause="network", mend=mend))
        self._try("podcasters/v0", lambda: self._pod.show_card(id_of(show.uri)), "podcasters/v0 answers.")

    def _answer(self, name: str, ask: Callable[[], Known[object] | Part[object]], show: str) -> None:
        """A breakdown: also an answer without an error can be a sign."""
        found = self._try(name, ask, f"“{show}” has its {name}.")
        if found is None or found.answered.empty is Empty.NOT:
            return
        cause = _cause_of_empty(found.answered, self._hosting)
        if cause:
            self._checks[-1] = self._made(name, "warn", f"{found.answered.operation}: {found.answered.empty}.", cause)

    def _rotated(self) -> None:
        """Which of the known hashes the web app does not send any more."""
        if self._harvest is None:
            return
        found = self._try("operations", self._harvest, "The web app still sends the hashes that are known here.")
        if found is None:
            return
        changed = [one.name for one in found.diff.changed if any(known.state == "current" for known in one.before)]
        if changed:
            some = f"{', '.join(changed[:5])}{' and others' if len(changed) > 5 else ''}"
            words = f"The web app sends other hashes than are known here: {some}."
            self._checks[-1] = self._made("operations", "warn", words, "stale hash")

    def _hashes(self) -> None:
        """What cannot be done for lack of a hash; no fault, but the usual question."""
        missing = self._ask.graph.missing(*COMMENTS)
        if missing:
            words = (
                "Comments and polls can be read but not written: no public source has the hashes of their mutations."
            )
            mend = (
                "Harvest the operations (earstead creators ops refresh --adopt), or record the dashboard once with the "
                "capture kit."
            )
            self._checks.append(Check(name="comment mutations", state="ok", words=words, cause="stale hash", mend=mend))

    def _try(self, name: str, ask: Callable[[], _T], words: str) -> _T | None:
        try:
            found = ask()
        except core.AppError as fault:
            cause = cause_of(fault, hosting=self._hosting)
            if not cause:
                raise
            self._checks.append(
                Check(
                    name=name,
                    state="warn" if cause == "hosting" else "broken",
                    words=f"{name[0].upper()}{name[1:]}: {getattr(fault, 'why', '') or fault}",
                    cause=cause,
                    mend=getattr(fault, "mend", "") or MENDS[cause],
                )
            )
            return None
        self._checks.append(Check(name=name, state="ok", words=words))
        return found

    def _add(self, name: str, state: State, words: str, cause: Cause) -> None:
        self._checks.append(self._made(name, state, words, cause))

    def _made(self, name: str, state: State, words: str, cause: Cause) -> Check:
        return Check(name=name, state=state, words=words, cause=cause, mend=MENDS[cause])


def _one_truth(checks: list[Check]) -> tuple[Check, ...]:
    """The checks without a sign-in that only seemed to work: one that is held outlives its cookies."""
    ended = next((one for one in checks if one.state == "broken" and one.cause == "cookie"), None)
    if ended is None:
        return tuple(checks)
    return replace(ended, name="sign-in"), *(one for one in checks if one.name != "sign-in" and one.cause != "cookie")


def _cause_of_empty(answered: Answered, hosting: str) -> Cause:
    causes: dict[Empty, Cause] = {
        Empty.STALE_HASH: "stale hash",
        Empty.WRONG_WINDOW: "window",
        Empty.REFUSED: "hosting" if hosting not in ("", "S4P") else "permission",
    }
    return causes.get(answered.empty, "")
