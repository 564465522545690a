"""Who a client of Submissions 1.x is: by app password, by session key, by challenge (spec sections 6.1 and 6.6)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from earstead.apis.lastfm.legacy_sessions import Session, Sessions
from earstead.apis.lastfm.legacy_wire import BADAUTH, BANNED, Fields, client, stamps_the_end
from earstead.core.errors import NotFound
from earstead.core.names import name_key
from earstead.kit.clock import new_secret
from earstead.kit.secrets import md5_hex

if TYPE_CHECKING:
    from earstead.services.container import Services
    from earstead.services.users import User

DAY_S = 86_400


class Refused(Exception):
    """The word that the client is answered."""


class Logins:
    """See the module. Methods block."""

    def __init__(self, services: Services) -> None:
        self._accounts = services.accounts
        self._applications = services.applications
        self._sessions = Sessions()
        self._chance = new_secret()

    def begin(self, said: Fields, agent: str, now: int) -> str:
        """The id of a new session for a handshake. Raises Refused with BADAUTH or BANNED."""
        user = self._user(said.get("u"))
        common = {"client": client(said), "at_end": stamps_the_end(said)}
        if key := said.get("sk"):
            self._check_key(user, said, key, agent)
            session = Session(user_id=user.user_id, key=key, **common)  # type: ignore[arg-type]
        else:
            md5 = self._password(user, said.get("a") or "", said.get("t") or "")
            session = Session(user_id=user.user_id, password_md5=md5, **common)  # type: ignore[arg-type]
        return self._sessions.begin(session, now)

    def find(self, session_id: str, now: int) -> Session | None:
        """The session of an id, if what it was opened with is still good."""
        session = self._sessions.find(session_id, now)
        if session is None or self._stands(session):
            return session
        self._sessions.end(session_id)
        return None

    def challenge(self, name: str, now: int) -> str:
        """What a client of protocol 1.1 has to answer with: the same one all day, another after a restart.

        Derived instead of stored, so that nobody can push out another one's by asking for many.
        """
        return self._challenge(name, now // DAY_S)

    def challenged(self, said: Fields, now: int) -> int:
        """The user id behind a submission of protocol 1.1, today's or yesterday's challenge. Raises Refused."""
        user, answer = self._user(said.get("u")), said.get("s") or ""
        for day in (now // DAY_S, now // DAY_S - 1):
            if self._fits(user, answer, self._challenge(user.name, day)):
                return user.user_id
        raise Refused(BADAUTH)

    def _challenge(self, name: str, day: int) -> str:
        return hmac.digest(self._chance.encode(), f"{day}:{name_key(name)}".encode(), "md5").hex()

    def _user(self, name: str | None) -> User:
        try:
            return self._accounts.named(name or "")
        except NotFound:
            raise Refused(BADAUTH) from None

    def _password(self, user: User, answer: str, salt: str) -> str:
        if md5 := self._fits(user, answer, salt):
            return md5
        raise Refused(BADAUTH)

    def _fits(self, user: User, answer: str, salt: str) -> str:
        """The md5 of the app password with which `answer` was made: md5(md5(password) + salt); "" for none."""
        found: list[str] = []

        def fits(md5: str) -> bool:
            if _same(md5_hex(md5 + salt), answer):
                found.append(md5)
            return bool(found)

        return found[0] if self._accounts.match_app_password(user.user_id, fits) else ""

    def _check_key(self, user: User, said: Fields, key: str, agent: str) -> None:
        """Web-service authentication: `sk` of this user, and `a` made with the application's secret if we know it."""
        applications = self._applications
        application = applications.admit(said.get("api_key") or "", agent)
        found = applications.session(key)
        if application is None or found is None or found[0].user_id != user.user_id:
            raise Refused(BADAUTH)
        if application.suspended:
            raise Refused(BANNED)
        if applications.policy() == "open":
            return
        secret = applications.secret_of(application.application_id)
        proven = _same(md5_hex(secret + (said.get("t") or "")), said.get("a") or "")
        # Programs carry keys whose secret is Last.fm's own: then the session key has to be enough.
        unknown = not secret and applications.policy() == "known"
        if found[1] != application.application_id or not (proven or unknown):
            raise Refused(BADAUTH)

    def _stands(self, session: Session) -> bool:
        if session.password_md5:
            return self._accounts.match_app_password(session.user_id, lambda md5: md5 == session.password_md5)
        found = self._applications.session(session.key)
        if found is None or found[0].user_id != session.user_id:
            return False
        try:
            return not self._applications.application(found[1]).suspended
        except NotFound:
            return False


def _same(expected: str, said: str) -> bool:
    return hmac.compare_digest(expected.encode(), said.lower().encode("utf-8", "replace"))
