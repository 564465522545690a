"""Switches that make the service misbehave as it sometimes does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

KINDS: Final = ("status", "page", "empty", "garbage", "missing_token", "premium", "rate", "quota", "hang", "lost")


@dataclass(slots=True, kw_only=True)
class Fault:
    """What the next matching requests meet.

    Attributes:
        kind: one of KINDS. status: an error object with `status`; page: the HTML page of a proxy with `status`;
            empty: 200 without a body; garbage: 200 with a body that is cut off; missing_token, premium: the 401 and
            403 that valid calls drew in July 2026; rate, quota: a 429 with `retry_after_s`; hang: no answer until
            `Simulator.released` is set; lost: the call is done and the connection breaks before the answer.
        where: what the path begins with, "" for every path under /v1 and /api/token.
        times: how many requests; -1 until it is taken away.
        skip: how many matching requests pass first.
    """

    kind: str = "status"
    where: str = ""
    status: int = 503
    retry_after_s: int = 5
    times: int = 1
    skip: int = 0


def read_fault(said: Mapping[str, Any]) -> Fault:
    """A fault as the control endpoint takes it.

    Raises:
        ValueError: it says something that a fault does not have.
    """
    try:
        fault = Fault(**said)
    except TypeError:
        raise ValueError("a fault has kind, where, status, retry_after_s, times and skip") from None
    numbers = (fault.status, fault.retry_after_s, fault.times, fault.skip)
    if fault.kind not in KINDS or not all(isinstance(number, int) for number in numbers):
        raise ValueError(f"kind is one of {', '.join(KINDS)}; status, retry_after_s, times and skip are whole numbers")
    return fault


def take(faults: list[Fault], path: str) -> Fault | None:
    """The fault this request meets, if any; the first that matches, counted down."""
    for fault in faults:
        if not path.startswith(fault.where):
            continue
        if fault.skip:
            fault.skip -= 1
            continue
        if fault.times > 0:
            fault.times -= 1
        if fault.times == 0:
            faults.remove(fault)
        return fault
    return None
