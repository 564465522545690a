"""Who may call: addresses, keys, verbs, sessions, signatures, in the order of spec section 3.2."""

from __future__ import annotations

import math
from dataclasses import dataclass

from earstead.apis.lastfm import errors
from earstead.apis.lastfm.decode import Decoded
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.limits import Buckets
from earstead.apis.lastfm.method import Method
from earstead.apis.lastfm.sign import signatures_in, verifies
from earstead.services.applications.applications import Application
from earstead.services.container import Services
from earstead.services.users import User

ANY_VERB = frozenset(("auth.getmobilesession",))
"""Signed in by GET by some old library; the method itself refuses that where keys are handled strictly."""
UNSIGNED = frozenset(("auth.gettoken",))
"""Navidrome signs it over a set that holds the signature: checked only where keys are handled strictly."""


class TooManyRequests(Fault):
    """Over the limit; `retry_after_s` whole seconds, at least 1."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(errors.TOO_MANY)
        self.retry_after_s = max(1, math.ceil(wait_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a request came from: verb, address, what the program calls itself."""

    verb: str = "GET"
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A caller that may go on. `session_user` is None without `sk`; `strict` tells how keys are handled."""

    application: Application
    session_user: User | None = None
    strict: bool = False


class Gate:
    """Asks the services; holds the counters of the limit. Answers from memory once a key is known."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._buckets = Buckets()

    def let_in(self, asked: Decoded, caller: Caller) -> None:
        """The checks before the method is looked at. Raises Fault 26 for a blocked address, 29 over the limit."""
        if reason := self._services.applications.blocked(caller.address):
            raise suspended(f"This address is blocked: {reason}")
        per_second, burst = self._services.applications.limits()
        key = asked.given.get("api_key", "")[:128]
        now = self._services.clock.monotonic()
        if wait_s := self._buckets.wait_s(caller.address, key, now, per_second=per_second, burst=burst):
            raise TooManyRequests(wait_s)

    def admit(self, asked: Decoded, method: Method, caller: Caller) -> Admitted:
        """Who calls. Raises Fault 10, 26, 4 (wrong verb), 6 (no `sk`), 9 or 13, whichever comes first."""
        applications = self._services.applications
        key = asked.given.get("api_key", "").strip()
        application = applications.admit(key, caller.agent) if key else None
        if application is None:
            raise Fault(errors.INVALID_KEY)
        if application.suspended:
            raise suspended(application.suspended)
        name = method.name.lower()
        if (method.posted or method.auth == "session") and caller.verb != "POST" and name not in ANY_VERB:
            raise Fault(errors.AUTHENTICATION_FAILED, errors.MUST_POST)
        policy = applications.policy()
        user = self._session_user(asked, method, application, lenient=policy == "open")
        if policy != "open":
            self._check_signature(asked, method, application, strict=policy == "strict", session=user is not None)
        return Admitted(application=application, session_user=user, strict=policy == "strict")

    def signed(self, asked: Decoded, admitted: Admitted) -> bool:
        """Whether a request carries a signature made with its application's secret, be one asked for or not."""
        secret = self._services.applications.secret_of(admitted.application.application_id)
        return bool(secret) and verifies(asked.raw, secret, strict=admitted.strict)

    def _session_user(self, asked: Decoded, method: Method, application: Application, *, lenient: bool) -> User | None:
        key = asked.given.get("sk", "").strip()
        if not key:
            if method.auth == "session":
                raise Fault(errors.INVALID_PARAMETERS)
            return None
        session = self._services.applications.session(key)
        # A session key is the application's it was made for: another one that learned it cannot use it.
        if session is None or not (lenient or session[1] == application.application_id):
            raise Fault(errors.INVALID_SESSION)
        return session[0]

    def _check_signature(
        self, asked: Decoded, method: Method, application: Application, *, strict: bool, session: bool
    ) -> None:
        signed = method.auth != "key" and method.name.lower() not in UNSIGNED
        if not signed and not (strict and (session or method.auth != "key")):
            return
        if not signatures_in(asked.raw):
            raise Fault(errors.INVALID_SIGNATURE)
        secret = self._services.applications.secret_of(application.application_id)
        if not secret and not strict:
            return
        if not secret or not verifies(asked.raw, secret, strict=strict):
            raise Fault(errors.INVALID_SIGNATURE)


def suspended(reason: str) -> Fault:
    """Error 26 with the owner's words behind those that callers look for."""
    return Fault(errors.KEY_SUSPENDED, f"API Key Suspended - {reason}")
