"""How a REST endpoint is asked: its path from `core.creators.endpoints`, the parameter that is never left out, the
headers of the web app, the change that every write belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from earstead.core.creators.endpoints import BY_LABEL
from earstead.creators.calling import Caller, document, fault_of
from earstead.creators.errors import Planned
from earstead.creators.transport import Answer, Request
from earstead.creators.urls import DASHBOARD, Urls

READING: Final[Mapping[str, str]] = {
    "accept": "application/json",
    "anchor-client-type": "web",
    "anchor-api-version": "3.8.3",
    "referer": f"{DASHBOARD}/",
}
WRITING: Final[Mapping[str, str]] = {**READING, "content-type": "application/json", "origin": DASHBOARD}
_MUMS: Final = ("isMumsCompatible", "true")


class RestBase:
    """What the groups of endpoints stand on."""

    def __init__(self, caller: Caller, urls: Urls) -> None:
        self._caller = caller
        self._base = urls.rest
        self._journal = caller.transport.journal

    def _read(self, label: str, what: str, query: Iterable[tuple[str, str]] = (), **names: str | int) -> Any:
        """The JSON that a GET, or a POST that only asks, answers; None where it answers none.

        Args:
            what: is asked for, in words, for the error: "the episode 123".
            names: what stands in the path.
        """
        return document(self._good(self._request(label, names, tuple(query), None), what))

    def _ask(self, label: str, what: str, body: Any, **names: str | int) -> Any:
        """As `_read`, for a POST that has a body and changes nothing."""
        return document(self._good(self._request(label, names, (), body), what))

    def _write(
        self,
        label: str,
        what: str,
        body: Any,
        *,
        action: str,
        episode: str = "",
        undo: str = "It cannot be taken back by itself.",
        after: Mapping[str, Any] | None = None,
        **names: str | int,
    ) -> Any:
        """The JSON that a write answers. Outside of a change one is begun for it.

        Raises:
            Planned: this is a dry run.
        """
        request = self._request(label, names, (), body)
        if self._caller.dry_run:
            raise Planned(request.plain)
        sent = after if after is not None else body if isinstance(body, Mapping) else {}
        with self._journal.writing(action, what, episode=episode, after=sent, undo=undo):
            return document(self._good(request, what))

    def _good(self, request: Request, what: str) -> Answer:
        answer = self._caller.answer(request)
        if not 200 <= answer.status < 300:
            raise fault_of(answer, what)
        return answer

    def _request(
        self, label: str, names: Mapping[str, str | int], query: tuple[tuple[str, str], ...], body: Any
    ) -> Request:
        endpoint = BY_LABEL[label]
        path = endpoint.path.format(**{name: quote(str(value), safe="") for name, value in names.items()})
        return Request(
            backend="rest",
            label=label,
            method=endpoint.method,
            url=f"{self._base}{path}",
            headers=READING if endpoint.method == "GET" else WRITING,
            query=(_MUMS, *query),
            body=b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            writes=endpoint.writes,
        )
