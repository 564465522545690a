"""GraphQL: one call by the name of an operation, with the hash the registry has for it.

The service takes registered documents by their hash. A hash is checked for its length before it leaves (a cut one is
answered with nothing, as if there were no data), older hashes are tried after the current one, and free text is sent
only where it was asked for (`adhoc`). Errors beside data are kept with it; errors alone are raised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from earstead.core.creators.registry import Hash, Operation, Registry, is_hash, may_write
from earstead.core.errors import Rejected
from earstead.creators.answers import Answered, Empty, PartialError, has_leaves, why_empty
from earstead.creators.calling import Caller, document, fault_of
from earstead.creators.documents import free_text
from earstead.creators.errors import Forbidden, GraphQLFailed, Missing, StaleOperation, ValidationError
from earstead.creators.redact import blot
from earstead.creators.transport import Answer, Request
from earstead.creators.urls import DASHBOARD, Urls

CUSTOM: Final = "WINDOW_CUSTOM"
WINDOW_DAYS: Final[Mapping[str, int]] = {
    "WINDOW_LAST_SEVEN_DAYS": 7,
    "WINDOW_LAST_THIRTY_DAYS": 30,
    "WINDOW_LAST_SIXTY_DAYS": 60,
    "WINDOW_LAST_NINETY_DAYS": 90,
}
_WINDOW_VARIABLES: Final = ("dateRangeWindow", "window", "analyticsWindow")
_CLIENT: Final = "public-website"
"""Sent with a hash whose client nobody recorded; whether the service looks is not known."""


class Graph:
    """Calls operations; `registry` may be replaced while it runs, by a harvest or an overlay file.

    Args:
        adhoc: free text may be sent where no hash answers.
        refresh: asked once for a newer registry when a hash is stale or missing; None leaves that to the user.
    """

    def __init__(
        self,
        caller: Caller,
        urls: Urls,
        registry: Registry,
        *,
        adhoc: bool = False,
        refresh: Callable[[], Registry] | None = None,
    ) -> None:
        self._caller = caller
        self._url = urls.graph
        self.registry = registry
        self.adhoc = adhoc
        self.refresh = refresh
        self._refreshed = False
        self._good: dict[str, str] = {}

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be sent."""
        return self._caller.dry_run

    def call(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        *,
        windows: Sequence[str] = (),
        total: int | None = None,
    ) -> Answered:
        """One operation by its name.

        Args:
            variables: by name; those that are None are not sent.
            windows: tried in turn when the asked window brings nothing; `answered_window` says which one did.
            total: plays in the same window, if known: few of them explain an empty breakdown.

        Raises:
            ValidationError: a variable is missing or unknown.
            Missing: no hash is known (and free text is off, or has no document for it).
            StaleOperation: no known hash is known to the service any more.
            GraphQLFailed: errors and no data.
            Forbidden, RateLimited, Unavailable, CredentialsExpired, Planned.
        """
        known = self._operation(operation)
        given = {name: value for name, value in (variables or {}).items() if value is not None}
        given = _named_window(known, given)
        _check(known, given)
        slot = next((name for name in _WINDOW_VARIABLES if known.takes(name) and name in given), "")
        asked = str(given.get(slot, "")) if slot else ""
        tried: list[str] = []
        first: Answered | None = None
        fault: GraphQLFailed | None = None
        for window in dict.fromkeys((asked, *windows)) if slot else ("",):
            tried.append(window)
            try:
                answered = self._answered(known, _with_window(given, slot, window), total)
            except GraphQLFailed as failed:
                fault = fault or failed
                continue
            answered = replace(answered, asked_window=asked, tried=tuple(one for one in tried if one))
            if answered.empty is Empty.NOT:
                return replace(answered, answered_window=window)
            first = first or answered
        if first is None:
            assert fault is not None
            raise fault
        return replace(first, tried=tuple(one for one in tried if one))

    def require(self, *operations: str) -> None:
        """See that operations can be sent, before a change that needs them is begun. Sends nothing.

        Raises:
            Missing: no hash is known of one of them, and nothing may be fetched that would bring it.
        """
        for name in operations:
            known = self._operation(name)
            if not known.hashes and self.refresh is None:
                raise Missing(name)

    def missing(self, *operations: str) -> dict[str, str]:
        """Which of the operations cannot be sent, each with the sentence that says what to do about it."""
        found = {}
        for name in operations:
            if not self._operation(name).hashes:
                found[name] = Missing(name).mend
        return found

    def text(self, query: str, variables: Mapping[str, Any] | None = None, *, name: str = "text") -> Answered:
        """Free text, which the service may or may not still take; only with `adhoc`.

        Raises:
            ValidationError: free text was not allowed when the client was made, or there is none.
        """
        if not self.adhoc:
            raise ValidationError("adhoc", "free text is sent only by a client that was made with adhoc=True")
        if not query.strip():
            raise ValidationError("query", "an operation name alone is not answered: give a document or call by name")
        given = dict(variables or {})
        answer = self._post(name, {"query": query, "variables": given}, _CLIENT, writes=may_write(query))
        return self._read(Operation(name=name), answer, given, "", None)

    def _operation(self, name: str) -> Operation:
        try:
            return self.registry.get(name)
        except Rejected as cause:
            raise ValidationError(cause.field, cause.why) from cause

    def _answered(self, known: Operation, given: Mapping[str, Any], total: int | None) -> Answered:
        try:
            return self._by_hash(known, given, total)
        except (Missing, StaleOperation):
            newer = self._newer(known)
            if newer is not None:
                return self._by_hash(newer, given, total)
            written = free_text(known, given) if self.adhoc else None
            if written is None:
                raise
            query, used = written
            answer = self._post(known.name, {"query": query, "variables": used}, _CLIENT, writes=known.is_write)
            if _is_stale(answer):  # free text is not taken any more: what was missing is still missing
                raise
            return self._read(known, answer, given, "", total)

    def _newer(self, known: Operation) -> Operation | None:
        """The operation after a refresh, when one is allowed, was not made yet, and brings another hash."""
        if self.refresh is None or self._refreshed:
            return None
        self._refreshed = True
        self.registry = self.registry.merged(self.refresh())
        newer = self.registry.operations.get(known.name)
        return newer if newer is not None and newer.hashes[:1] != known.hashes[:1] else None

    def _by_hash(self, known: Operation, given: Mapping[str, Any], total: int | None) -> Answered:
        hashes = self._order(known, given)
        if not hashes:
            raise Missing(known.name)
        nothing: Answered | None = None
        for one in hashes:
            body = {
                "operationName": known.name,
                "variables": given,
                "extensions": {"persistedQuery": {"version": 1, "sha256Hash": one.sha256}},
            }
            answer = self._post(known.name, body, one.client or _CLIENT, writes=known.is_write)
            if _is_stale(answer):
                continue
            answered = self._read(known, answer, given, one.sha256, total)
            if answered.empty is not Empty.STALE_HASH or known.is_write:
                self._good[known.name] = one.sha256
                return answered
            nothing = nothing or answered
        if nothing is None:
            raise StaleOperation(known.name)
        return nothing

    def _order(self, known: Operation, given: Mapping[str, Any]) -> tuple[Hash, ...]:
        """The hashes to try: the one that answered before comes first."""
        usable = tuple(one for one in known.usable(given) if is_hash(one.sha256))
        good = self._good.get(known.name)
        return tuple(sorted(usable, key=lambda one: one.sha256 != good))

    def _post(self, label: str, body: Mapping[str, Any], client: str, *, writes: bool) -> Answer:
        headers = {
            "accept": "application/json",
            "accept-language": "en",
            "content-type": "application/json",
            "origin": DASHBOARD,
            "referer": f"{DASHBOARD}/",
            "x-creator-client": client,
        }
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        request = Request(
            backend="graph", label=label, method="POST", url=self._url, headers=headers, body=content, writes=writes
        )
        return self._caller.answer(request)

    def _read(
        self, known: Operation, answer: Answer, given: Mapping[str, Any], digest: str, total: int | None
    ) -> Answered:
        said = document(answer)
        if answer.status == 403:
            raise Forbidden(f"{known.name} may not be asked for by this account{_said(said)}")
        if not isinstance(said, dict) or (answer.status >= 400 and "errors" not in said):
            raise fault_of(answer, f"the operation {known.name}")
        data = said.get("data")
        data = data if isinstance(data, dict) else None
        errors = _errors(said)
        if errors and not any(value is not None for value in (data or {}).values()):
            raise GraphQLFailed(known.name, [blot(one.words) for one in errors])
        if data is None and known.is_write:
            raise GraphQLFailed(known.name, ["the answer holds neither data nor errors"])
        return Answered(
            operation=known.name,
            data=data or {},
            partial_errors=errors,
            variables=dict(given),
            hash=digest,
            fetched_ms=answer.fetched_ms,
            # A write may well answer nothing.
            empty=Empty.NOT if known.is_write else why_empty(data, errors, root=known.root, total=total),
        )


def custom_range(first: date, last: date) -> dict[str, str]:
    """`customDateRange` of two days, both included.

    Raises:
        ValidationError: the first is after the last.
    """
    if first > last:
        raise ValidationError("customDateRange", f"{first} is after {last}")
    return {"startDate": first.isoformat(), "endDate": last.isoformat()}


def named_window(days: int, among: Sequence[str] = tuple(WINDOW_DAYS)) -> str:
    """The named window that is nearest to a number of days, the longer one of two."""
    known = [name for name in among if name in WINDOW_DAYS]
    return min(known, key=lambda name: (abs(WINDOW_DAYS[name] - days), -WINDOW_DAYS[name]))


def _named_window(known: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """For an operation that takes only some windows: a custom span becomes the named one nearest to it."""
    asked = given.get("dateRangeWindow")
    if not known.only_windows or asked is None or asked in known.only_windows:
        return given
    span = given.get("customDateRange")
    days = 30
    if asked == CUSTOM and isinstance(span, Mapping):
        try:
            days = (date.fromisoformat(span["endDate"]) - date.fromisoformat(span["startDate"])).days + 1
        except (KeyError, TypeError, ValueError) as cause:
            raise ValidationError("customDateRange", "give startDate and endDate as YYYY-MM-DD") from cause
    days = WINDOW_DAYS.get(str(asked), days)
    kept = {name: value for name, value in given.items() if name != "customDateRange"}
    return {**kept, "dateRangeWindow": named_window(days, known.only_windows)}


def _check(known: Operation, given: Mapping[str, Any]) -> None:
    """Refuse what cannot be answered, before it is sent."""
    if known.variables is not None:
        extra = {needed for one in known.hashes for needed in one.needs}
        for name in given:
            if not known.takes(name) and name not in extra:
                raise ValidationError(name, f"{known.name} takes no such variable")
        for variable in known.variables:
            # What nobody has seen sent cannot be demanded.
            if variable.required and not variable.guess and variable.name not in given and not extra & set(given):
                raise ValidationError(variable.name, f"{known.name} needs it")
    span = given.get("customDateRange")
    if (given.get("dateRangeWindow") == CUSTOM) != (span is not None) and known.takes("customDateRange"):
        raise ValidationError("customDateRange", f"belongs to {CUSTOM}, with both of its dates")


def _with_window(given: Mapping[str, Any], slot: str, window: str) -> dict[str, Any]:
    if not slot:
        return dict(given)
    kept = {name: value for name, value in given.items() if name != "customDateRange" or window == CUSTOM}
    return {**kept, slot: window}


def _is_stale(answer: Answer) -> bool:
    """Whether the answer says that the hash is unknown: by word, or by a 400 that names no other reason."""
    said = document(answer)
    errors = _errors(said) if isinstance(said, dict) else ()
    if any("PERSISTED_QUERY_NOT_FOUND" in one.kind or "PersistedQuery" in one.message for one in errors):
        return True
    return answer.status == 400 and not errors


def _errors(said: Mapping[str, Any]) -> tuple[PartialError, ...]:
    listed = said.get("errors")
    return tuple(_error(row) for row in listed if isinstance(row, dict)) if isinstance(listed, list) else ()


def _error(row: Mapping[str, Any]) -> PartialError:
    more = row.get("extensions")
    more = more if isinstance(more, dict) else {}
    path = row.get("path")
    code, kind = str(more.get("code") or ""), str(more.get("classification") or "")
    return PartialError(
        message=blot(str(row.get("message") or ""))[:300],
        path=tuple(str(step) for step in path) if isinstance(path, list) else (),
        kind=code if "PERSISTED" in code else kind or code,
    )


def _said(said: Any) -> str:
    words = "; ".join(one.words for one in _errors(said)) if isinstance(said, dict) else ""
    return f" ({blot(words)[:200]})" if words else ""


__all__ = ["Answered", "Graph", "custom_range", "has_leaves", "named_window"]
