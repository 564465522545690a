"""A request with the bearer: signs in for it, signs in once more after a 401, and reads what other answers mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earstead.creators.auth import Session
from earstead.creators.errors import (
    CreatorsError,
    CredentialsExpired,
    Forbidden,
    NotFound,
    Planned,
    RateLimited,
    Unavailable,
    UpstreamError,
)
from earstead.creators.redact import blot
from earstead.creators.transport import Answer, Request, Transport, asked_pause_s


class Caller:
    """Transport and session together; what REST, GraphQL and podcasters/v0 ask through."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self.transport = transport
        self.session = session

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be sent."""
        return self.transport.dry_run

    def answer(self, request: Request) -> Answer:
        """The answer of whatever status but 401, 429 and those of servers out of order.

        Raises:
            CredentialsExpired: a fresh bearer is refused, too.
            RateLimited, Unavailable: also after the attempts that the pace allows.
            Planned: this is a dry run; not even the sign-in was sent.
        """
        if self.dry_run:
            raise Planned(request.plain)
        answer = self._signed(request)
        if answer.status == 401:
            # 401 means that nothing was done, for writes as well: once more with a fresh bearer is safe.
            answer = self._signed(request)
            if answer.status == 401:
                raise CredentialsExpired("a fresh bearer is refused (401)")
        fault = passing_fault(answer)
        if fault is not None:
            raise fault
        return answer

    def _signed(self, request: Request) -> Answer:
        token = self.session.bearer()
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        answer = self.transport.send(replace(request, headers=headers))
        if answer.status == 401:
            self.session.refused(token)
        return answer


def passing_fault(answer: Answer) -> CreatorsError | None:
    """The error of an answer that another time would be another one: 408, 429, 5xx; None for all others."""
    if answer.status == 429:
        return RateLimited(after_s=asked_pause_s(answer) or 30.0)
    if answer.status >= 500 or answer.status in (408, 425):
        why = words_of(answer)
        return Unavailable(f"it is out of order ({answer.status}{f': {why}' if why else ''})", status=answer.status)
    return None


def fault_of(answer: Answer, what: str) -> CreatorsError:
    """The error of an answer that is no success.

    Args:
        what: was asked for, in words: "the episode 123".
    """
    passing = passing_fault(answer)
    if passing is not None:
        return passing
    words = words_of(answer)
    if answer.status == 401:
        return CredentialsExpired("the bearer is refused (401)")
    if answer.status == 403:
        return Forbidden(f"{what} may not be asked for by this account{f' ({words})' if words else ''}")
    if answer.status in (404, 410):
        return NotFound(what)
    return UpstreamError(f"it answers {answer.status} for {what}{f': {words}' if words else ''}", status=answer.status)


def words_of(answer: Answer) -> str:
    """What an answer says went wrong, at most 200 characters, without secrets; "" if it does not say."""
    said = document(answer)
    if not isinstance(said, Mapping):
        return ""
    listed = said.get("errors")
    if isinstance(listed, list):
        parts = [f"{e.get('property', '')} {e.get('message', '')}".strip() for e in listed if isinstance(e, Mapping)]
        return blot("; ".join(parts))[:200]
    error = said.get("error")
    if isinstance(error, Mapping):
        error = error.get("message")
    parts = [part for part in (error, said.get("message")) if isinstance(part, str) and part]
    return blot(": ".join(dict.fromkeys(parts)))[:200]


def document(answer: Answer) -> Any:
    """The JSON of an answer; None for an empty one and for what is no JSON."""
    try:
        return json.loads(answer.body) if answer.body.strip() else None
    except (ValueError, RecursionError):
        return None
