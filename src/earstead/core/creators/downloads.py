"""From requests for podcast files to downloads, in two ways that anybody can repeat.

`daily` counts as OP3 does: from the requests alone, one download a UTC day for one reader of one file. `delivered`
counts in the manner of the IAB Tech Lab's guidelines (v2.1 of 2021, v2.2 of 2024): from what was delivered, one
download for one reader of one file in 24 hours, when a minute of audio or the whole file arrived. The second needs the
log of the server that holds the files; it is "IAB-style", and certified by nobody.

Nothing here knows an address: whoever asked is a number (`who`), made of the address (IPv6: its /64) and the
User-Agent. Many people behind one address with one program count as one; that is accepted, as an under-count.

Sources: spec listenbrainz, 5.2 and 5.3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from earstead.core.creators.agents import Agents, is_watch

DAY_S = 86_400
MINUTE_BYTES = 960_000
"""A minute at 128 kbit/s: what is asked of a file whose length nobody said."""
PROBE_BYTES = 2
UNKNOWN = -1

WindowKind = Literal["rolling", "day"]


class Hit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request for a file.

    Attributes:
        at: unix seconds.
        who: a number for the address and the User-Agent together.
        target: which file, as `targets.target_of` writes it.
        method, status: of the request and its answer; the prefix redirect answers 302.
        first, last: the bytes asked for or sent, both inclusive; UNKNOWN where nobody said.
        sent: bytes of the answer's body, UNKNOWN where nobody said.
        listed: the address stands on a list of data centres or bots.
    """

    at: int
    who: int
    target: str
    agent: str = ""
    referer: str = ""
    method: str = "GET"
    status: int = 200
    first: int = UNKNOWN
    last: int = UNKNOWN
    sent: int = UNKNOWN
    listed: bool = False


class File(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file of a feed. Zero for what nobody said."""

    size: int = 0
    duration_ms: int = 0
    head: int = 0
    """Bytes of tags before the audio (ID3)."""

    @property
    def enough(self) -> int:
        """Bytes that make a download: the tags and a minute of audio, or all of a shorter file."""
        if self.size and self.duration_ms:
            if self.duration_ms <= 60_000:
                return self.size
            minute = (self.size - self.head) * 60_000 // self.duration_ms
            return min(self.size, self.head + minute)
        return min(self.size, MINUTE_BYTES) if self.size else MINUTE_BYTES


class Download(NamedTuple):
    """One download: when it began, who, which file, and with which program ("" for one that nobody knows)."""

    at: int
    who: int
    target: str
    agent: str


class Counted(NamedTuple):
    """Downloads, oldest first, and why requests were left out (reason -> how many)."""

    downloads: tuple[Download, ...]
    left_out: Mapping[str, int]


BOT = "asked by a program without a listener"
DATA_CENTRE = "asked from a data centre"
WATCH = "asked by a watch whose phone asks as well"
NO_READ = "no GET, or not answered with the file"
PROBE = "asked for two bytes at most"
SHORT = "less than a minute of audio arrived"
AGAIN = "the same reader had the file already"


def daily(hits: Iterable[Hit], agents: Agents) -> Counted:
    """Count as OP3 does: the first request of a day for each (who, referer, file) that asks for more than a probe.

    A request for bytes 0 and 1 is held: it counts when no larger one of the same key comes that day.
    """
    left: dict[str, int] = defaultdict(int)
    kept: dict[tuple[int, int, str, str], tuple[Download, bool]] = {}
    for hit in sorted(hits, key=lambda hit: hit.at):
        if hit.method != "GET":
            left[NO_READ] += 1
            continue
        agent = agents.of(hit.agent)
        if (why := _nobody(hit, agent.human)) is not None:
            left[why] += 1
            continue
        asked = hit.last - hit.first + 1 if hit.first >= 0 and hit.last >= 0 else UNKNOWN
        tentative = (hit.first, hit.last) == (0, 1)
        if 0 <= asked <= PROBE_BYTES and not tentative:
            left[PROBE] += 1
            continue
        key = (hit.at // DAY_S, hit.who, hit.referer, hit.target)
        held = kept.get(key)
        if held is None or (held[1] and not tentative):
            left[AGAIN] += held is not None
            kept[key] = (Download(hit.at, hit.who, hit.target, agent.name), tentative)
        else:
            left[AGAIN] += 1
    return Counted(tuple(sorted(one for one, _ in kept.values())), _known(left))


def delivered(
    hits: Iterable[Hit], files: Mapping[str, File], agents: Agents, *, window: WindowKind = "rolling"
) -> Counted:
    """Count in the manner of the IAB: what one reader got of one file in 24 hours, when it is enough of it.

    With "rolling" the 24 hours begin with the first request that is not in those before; with "day" they are UTC days.
    A download is told at the time of the first request of its hours.
    """
    left: dict[str, int] = defaultdict(int)
    groups: dict[tuple[int, str], list[Hit]] = defaultdict(list)
    for hit in hits:
        why = _undelivered(hit) or _nobody(hit, agents.of(hit.agent).human)
        if why is None and is_watch(hit.agent):
            why = WATCH
        if why is not None:
            left[why] += 1
            continue
        groups[hit.who, hit.target].append(hit)
    found: list[Download] = []
    for (who, target), group in groups.items():
        file = files.get(target, File())
        for part in _windows(sorted(group, key=lambda hit: hit.at), window):
            if _arrived(part, file) >= file.enough:
                found.append(Download(part[0].at, who, target, agents.of(part[0].agent).name))
                left[AGAIN] += len(part) - 1
            else:
                left[SHORT] += len(part)
    return Counted(tuple(sorted(found)), _known(left))


def listeners(downloads: Iterable[Download]) -> int:
    """Different readers of these downloads: address and program together, over whatever stretch they are of."""
    return len({one.who for one in downloads})


def _nobody(hit: Hit, human: bool) -> str | None:
    if not human:
        return BOT
    return DATA_CENTRE if hit.listed else None


def _undelivered(hit: Hit) -> str | None:
    if hit.method != "GET" or hit.status not in (200, 206):
        return NO_READ
    asked = hit.last - hit.first + 1 if hit.first >= 0 and hit.last >= 0 else UNKNOWN
    if hit.sent == 0 or 0 <= asked <= PROBE_BYTES or (hit.status == 206 and 0 <= hit.sent <= PROBE_BYTES):
        return PROBE
    return None


def _windows(hits: Sequence[Hit], window: WindowKind) -> list[list[Hit]]:
    """Requests of one reader for one file, oldest first, by the hours they belong to."""
    parts: list[list[Hit]] = []
    end = 0
    for hit in hits:
        if not parts or hit.at >= end:
            parts.append([])
            end = (hit.at // DAY_S + 1) * DAY_S if window == "day" else hit.at + DAY_S
        parts[-1].append(hit)
    return parts


def _arrived(hits: Sequence[Hit], file: File) -> int:
    """Bytes of a file that arrived; what arrived twice counts once, as far as the log says which bytes they were."""
    spans: list[tuple[int, int]] = []
    loose = 0
    for hit in hits:
        if hit.first >= 0:
            whole = hit.last if hit.last >= 0 else (file.size or 1 << 62) - 1
            last = min(whole, hit.first + hit.sent - 1) if hit.sent >= 0 else whole
            spans.append((hit.first, last))
        elif hit.sent >= 0:
            if hit.status == 200:
                spans.append((0, hit.sent - 1))
            else:
                loose += hit.sent
        else:
            spans.append((0, (file.size or 1 << 62) - 1))
    total, end = 0, -1
    for first, last in sorted(spans):
        if last > end:
            total += last - max(first, end + 1) + 1
            end = last
    return total + loose


def _known(left: Mapping[str, int]) -> dict[str, int]:
    return {why: count for why, count in left.items() if count}
