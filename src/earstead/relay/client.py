"""Speaks to the other services: a request is described by `wire_*`, sent by `Outbound`, its answer read by `wire_*`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from earstead.core.errors import Upstream
from earstead.core.listen import Submission
from earstead.kit.outbound import Outbound
from earstead.relay import wire_lastfm, wire_listenbrainz
from earstead.services.relays.types import Account, Delivery, Target
from earstead.services.views import ListenRow

ORIGIN_PATH = "/.well-known/earstead-origin"
_FORM = {"content-type": "application/x-www-form-urlencoded"}


class HttpCarrier:
    """The carrier of the product. See `services.relay_types.Carrier` for what its methods promise."""

    def __init__(self, outbound: Outbound, version: str) -> None:
        self._outbound = outbound
        self._version = version

    def most(self, target: Target) -> int:
        """50 plays by the Last.fm protocol, 100 by ListenBrainz'."""
        return wire_lastfm.MOST if _is_lastfm(target) else wire_listenbrainz.MOST

    def deliver(self, target: Target, listens: Sequence[ListenRow]) -> Delivery:
        """One `track.scrobble`, or one submit-listens."""
        if _is_lastfm(target):
            answer = self._call(target, wire_lastfm.scrobble(listens, target.secrets, target.mark))
            return wire_lastfm.delivered(_service(target), answer, len(listens))
        body = wire_listenbrainz.imported(listens, self._version, target.mark)
        headers, _ = self._ask_listenbrainz(target, "POST", "/1/submit-listens", body)
        return wire_listenbrainz.delivered(headers, len(listens))

    def playing(self, target: Target, submission: Submission) -> None:
        """One `track.updateNowPlaying`, or one playing_now."""
        if _is_lastfm(target):
            self._call(target, wire_lastfm.now_playing(submission, target.secrets, target.mark))
            return
        body = wire_listenbrainz.now_playing(submission, self._version, target.mark)
        self._ask_listenbrainz(target, "POST", "/1/submit-listens", body)

    def account(self, target: Target) -> Account:
        """By validate-token; an earstead also tells its mark."""
        _, document = self._ask_listenbrainz(target, "GET", "/1/validate-token")
        found = wire_listenbrainz.account_of(_service(target), document)
        return Account(name=found.name, mark=self._mark(target, f"Token {target.secrets.token}"))

    def _mark(self, target: Target, proof: str) -> str:
        """The mark of the account at the other end, "" for what is no earstead."""
        if not target.kind.peers:
            return ""
        # Other servers of these protocols have no such address, and do without marks.
        with contextlib.suppress(Upstream):
            url = target.api.removesuffix("/2.0/") + ORIGIN_PATH
            answer = self._outbound.send("GET", url, headers={"authorization": proof})
            if answer.status == 200:
                return wire_listenbrainz.mark_of(answer.body)
        return ""

    def ask(self, target: Target) -> str:
        """`auth.getToken`."""
        return wire_lastfm.token_of(_service(target), self._call(target, wire_lastfm.ask(target.secrets)))

    def approval_page(self, target: Target) -> str:
        """The page of the desktop flow."""
        asked = {"api_key": target.secrets.api_key, "token": target.secrets.pending}
        return f"{target.page}?{urlencode(asked)}"

    def approved(self, target: Target) -> Account | None:
        """`auth.getSession`; raises NeedsReauth when the token ran out or was never issued."""
        answer = self._outbound.send("POST", target.api, headers=_FORM, body=_form(wire_lastfm.session(target.secrets)))
        if wire_lastfm.error_of(answer.body) == wire_lastfm.UNAPPROVED:
            return None
        return self._session(target, wire_lastfm.read(_service(target), answer.status, answer.body))

    def log_in(self, target: Target, name: str, password: str) -> Account:
        """`auth.getMobileSession`."""
        return self._session(target, self._call(target, wire_lastfm.mobile_session(target.secrets, name, password)))

    def _session(self, target: Target, document: Mapping[str, Any]) -> Account:
        found = wire_lastfm.account_of(_service(target), document)
        return replace(found, mark=self._mark(target, f"Session {found.session}"))

    def close(self) -> None:
        """Close the connections."""
        self._outbound.close()

    def _call(self, target: Target, params: Mapping[str, str]) -> dict[str, Any]:
        answer = self._outbound.send("POST", target.api, headers=_FORM, body=_form(params))
        return wire_lastfm.read(_service(target), answer.status, answer.body)

    def _ask_listenbrainz(
        self, target: Target, method: str, path: str, body: bytes = b""
    ) -> tuple[Mapping[str, str], dict[str, Any]]:
        headers = {"authorization": f"Token {target.secrets.token}"}
        if body:
            headers["content-type"] = "application/json"
        answer = self._outbound.send(method, target.api + path, headers=headers, body=body)
        document = wire_listenbrainz.read(_service(target), answer.status, answer.headers, answer.body)
        return answer.headers, document


def _is_lastfm(target: Target) -> bool:
    return target.kind.speaks == "lastfm"


def _service(target: Target) -> str:
    return urlsplit(target.api).netloc


def _form(params: Mapping[str, str]) -> bytes:
    return urlencode(params, errors="replace").encode()
