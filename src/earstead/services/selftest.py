"""A self-test for people who build players: throwaway access, and what was done with it, judged.

In memory and bounded: an hour of calls of a few people. What a stopped process left behind is removed at the start.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from earstead.core.errors import Conflict, NotFound
from earstead.core.playtest import Arrival, Verdict, judge
from earstead.kit.clock import Clock
from earstead.kit.secrets import md5_hex
from earstead.services.accounts import Accounts
from earstead.services.applications.applications import Applications
from earstead.services.applications.records import Application

NAME = "Player self-test"
DESCRIPTION = "Throwaway access of the self-test; it goes when the test ends."
MOST_TRIALS = 50
MOST_CALLS = 300
KEPT_S = 3_600


@dataclass(slots=True, kw_only=True)
class Trial:
    """One person's test.

    Attributes:
        password: an app password of this test alone.
        keep: whether plays are stored in the history as well.
        calls: oldest first, with their verdicts.
    """

    user_id: int
    application_id: int
    api_key: str
    secret: str
    password: str
    keep: bool = False
    calls: deque[tuple[Arrival, Verdict]] = field(default_factory=lambda: deque(maxlen=MOST_CALLS))


class SelfTest:
    """See the module. `open`, `close` and `start` block, the others answer from memory."""

    def __init__(self, clock: Clock, accounts: Accounts, applications: Applications) -> None:
        self._clock = clock
        self._accounts = accounts
        self._applications = applications
        self._lock = threading.Lock()
        self._by_user: dict[int, Trial] = {}
        self._by_key: dict[str, Trial] = {}

    @property
    def busy(self) -> bool:
        """Whether anybody tests at all; asked with every call of the API."""
        return bool(self._by_key)

    def start(self) -> None:
        """Remove the access that tests of a stopped process left behind: nobody watches it any more."""
        left: list[Application] = []
        while rows := self._applications.all(limit=1_000, offset=len(left))[0]:
            left += rows
        for application in left:
            if application.user_id and (application.name, application.description) == (NAME, DESCRIPTION):
                self._remove(application.user_id, application.application_id)

    def open(self, user_id: int) -> Trial:
        """Begin a test; the one that runs, if there is one. Raises Conflict when too many people test."""
        if running := self._by_user.get(user_id):
            return running
        if len(self._by_user) >= MOST_TRIALS:
            raise Conflict("Too many people test at this moment; come back in a while.")
        made = self._applications.create(user_id, NAME, description=DESCRIPTION)
        trial = Trial(
            user_id=user_id,
            application_id=made.application_id,
            api_key=made.api_key,
            secret=self._applications.secret_of(made.application_id),
            password=self._accounts.new_app_password(user_id, NAME),
        )
        with self._lock:
            self._by_user[user_id] = self._by_key[made.api_key] = trial
        return trial

    def close(self, user_id: int) -> None:
        """End a test and take its access back; harmless when there is none."""
        if trial := self.forget(user_id):
            self._remove(user_id, trial.application_id)

    def forget(self, user_id: int) -> Trial | None:
        """End a test in memory alone; its account is being erased with all access."""
        with self._lock:
            trial = self._by_user.pop(user_id, None)
            if trial:
                self._by_key.pop(trial.api_key, None)
        return trial

    def of_user(self, user_id: int) -> Trial | None:
        """The test of a user."""
        return self._by_user.get(user_id)

    def by_key(self, api_key: str) -> Trial | None:
        """The test that an API key belongs to."""
        return self._by_key.get(api_key)

    def by_password(self, user_id: int, password_md5: str) -> Trial | None:
        """The test of a user whose password has this MD5."""
        trial = self._by_user.get(user_id)
        return trial if trial and md5_hex(trial.password) == password_md5 else None

    def discards(self, api_key: str) -> bool:
        """Whether what comes with this key is only looked at, and not stored."""
        trial = self._by_key.get(api_key)
        return trial is not None and not trial.keep

    def note(self, trial: Trial, calls: Sequence[Arrival]) -> None:
        """Judge calls and remember them."""
        with self._lock:
            for call in calls:
                verdict = judge(call, [one for one, _ in trial.calls if one.at > call.at - KEPT_S])
                trial.calls.append((call, verdict))

    def calls(self, user_id: int) -> tuple[tuple[Arrival, Verdict], ...]:
        """The calls of the last hour, latest first. Raises NotFound when the user does not test."""
        trial, since = self._by_user.get(user_id), self._clock.now() - KEPT_S
        if trial is None:
            raise NotFound("There is no self-test running.")
        with self._lock:
            return tuple(pair for pair in reversed(trial.calls) if pair[0].at > since)

    def clear(self, user_id: int) -> None:
        """Forget the calls, so that a test begins anew."""
        if trial := self._by_user.get(user_id):
            with self._lock:
                trial.calls.clear()

    def _remove(self, user_id: int, application_id: int) -> None:
        for row in self._accounts.app_passwords(user_id):
            if row.label == NAME:
                self._accounts.revoke_app_password(user_id, row.app_password_id)
        self._applications.remove(user_id, application_id)
