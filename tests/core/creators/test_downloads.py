"""Requests for podcast files become downloads: as OP3 counts them, and in the manner of the IAB."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.agents import Agents, is_watch
from earstead.core.creators.downloads import (
    AGAIN,
    BOT,
    DATA_CENTRE,
    NO_READ,
    PROBE,
    SHORT,
    WATCH,
    File,
    Hit,
    daily,
    delivered,
    listeners,
)
from earstead.core.errors import Rejected

DAY = 20_000 * 86_400
APP = "AntennaPod/3.5.0"
AGENTS = Agents()
EPISODE = File(size=28_800_000, duration_ms=1_800_000)
"""Half an hour at 128 kbit/s: a minute is 960,000 bytes."""


def hit(seconds: float = 0, **more: object) -> Hit:
    said = {"at": DAY + int(seconds), "who": 1, "target": "host.example/ep.mp3", "agent": APP} | more
    return Hit(**said)  # type: ignore[arg-type]


def iab(*hits: Hit, window: str = "rolling") -> list[int]:
    """Seconds after the day's beginning of each download."""
    found = delivered(hits, {"host.example/ep.mp3": EPISODE}, AGENTS, window=window)  # type: ignore[arg-type]
    return [one.at - DAY for one in found.downloads]


def test_a_minute_makes_a_download() -> None:
    """One byte less than a minute is none; pieces count together, what arrived twice counts once."""
    assert EPISODE.enough == 960_000
    assert iab(hit(status=206, first=0, last=959_999)) == [0]
    assert iab(hit(status=206, first=0, last=959_998)) == []
    halves = [hit(status=206, first=0, last=479_999), hit(60, status=206, first=480_000, last=959_999)]
    assert iab(*halves) == [0]
    assert iab(halves[0], msgspec.structs.replace(halves[0], at=DAY + 60)) == [], "the same half twice"
    assert iab(hit(status=200, sent=959_999)) == [] and iab(hit(status=200, sent=960_000)) == [0]
    assert iab(hit(status=206, first=0, sent=700_000), hit(9, status=206, first=600_000, sent=359_999)) == []
    assert iab(hit(status=206, first=0, sent=700_000), hit(9, status=206, first=600_000, sent=360_000)) == [0]


def test_a_short_file_must_arrive_whole_and_tags_do_not_count_as_audio() -> None:
    """Half a minute of audio is wanted to its end; a megabyte of cover before the audio is not audio."""
    short = File(size=400_000, duration_ms=30_000)
    assert (short.enough, File(size=400_000).enough, File().enough) == (400_000, 400_000, 960_000)
    assert File(size=29_800_000, duration_ms=1_800_000, head=1_000_000).enough == 1_960_000


def test_one_download_in_24_hours() -> None:
    """Rolling hours begin with the first request, days at midnight UTC; another reader or file counts by itself."""
    whole = {"status": 200, "sent": 28_800_000}
    late = 23 * 3600
    assert iab(hit(late, **whole), hit(late + 7_200, **whole)) == [late]
    assert iab(hit(late, **whole), hit(late + 7_200, **whole), window="day") == [late, late + 7_200]
    assert iab(hit(0, **whole), hit(86_399, **whole)) == [0] and iab(hit(0, **whole), hit(86_400, **whole)) == [
        0,
        86_400,
    ]
    assert len(iab(hit(**whole), hit(who=2, **whole), hit(target="host.example/2.mp3", **whole))) == 3


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"method": "HEAD"}, NO_READ),
        ({"status": 404}, NO_READ),
        ({"status": 302}, NO_READ),
        ({"sent": 0}, PROBE),
        ({"status": 206, "first": 0, "last": 1}, PROBE),
        ({"agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, BOT),
        ({"agent": "SomethingNewBot 1.0"}, BOT),
        ({"agent": ""}, BOT),
        ({"agent": "curl/8.5.0"}, BOT),
        ({"agent": "atc/1.0 watchOS/10.3 model/Watch6,2"}, WATCH),
        ({"listed": True}, DATA_CENTRE),
        ({"status": 200, "sent": 5_000}, SHORT),
    ],
)
def test_what_is_left_out_says_why(more: dict[str, object], why: str) -> None:
    """Nothing vanishes: each request that makes no download is counted under its reason."""
    found = delivered([hit(**more)], {"host.example/ep.mp3": EPISODE}, AGENTS)
    assert found.downloads == () and dict(found.left_out) == {why: 1}


def test_op3_counts_the_first_request_of_a_day() -> None:
    """A redirect has no size: who, referer, file and day make the key; a held probe gives way to what follows."""
    asked = [
        hit(100, status=302),
        hit(200, status=302),
        hit(86_500, status=302),
        hit(100, status=302, referer="https://player.example/"),
        hit(100, status=302, who=2, first=0, last=1),
        hit(100, status=302, who=3, first=0, last=1),
        hit(300, status=302, who=3, first=0),
        hit(100, status=302, who=4, first=5, last=6),
        hit(100, status=302, who=5, method="HEAD"),
    ]
    found = daily(asked, AGENTS)
    assert sorted((one.at - DAY, one.who) for one in found.downloads) == [
        (100, 1),
        (100, 1),
        (100, 2),
        (300, 3),
        (86_500, 1),
    ]
    assert dict(found.left_out) == {AGAIN: 2, PROBE: 1, NO_READ: 1}
    assert listeners(found.downloads) == 3 and {one.agent for one in found.downloads} == {"AntennaPod"}


HITS = st.lists(
    st.builds(
        Hit,
        at=st.integers(DAY, DAY + 3 * 86_400),
        who=st.integers(1, 3),
        target=st.sampled_from(["a.example/1.mp3", "a.example/2.mp3"]),
        agent=st.sampled_from([APP, "Overcast/3.0", "Googlebot/2.1", ""]),
        method=st.sampled_from(["GET", "GET", "HEAD"]),
        status=st.sampled_from([200, 206, 302, 404]),
        first=st.sampled_from([-1, 0, 480_000]),
        last=st.sampled_from([-1, 1, 479_999, 959_999]),
        sent=st.sampled_from([-1, 0, 500_000, 28_800_000]),
    ),
    max_size=25,
)


@given(HITS, st.randoms(use_true_random=False))
def test_the_order_of_a_log_means_nothing_and_nothing_vanishes(hits: list[Hit], chance: object) -> None:
    """Both ways count the same however the lines are mixed, never twice a reader's day, and account for each line."""
    mixed = list(hits)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    files = {"a.example/1.mp3": EPISODE}
    for count in (lambda some: daily(some, AGENTS), lambda some: delivered(some, files, AGENTS)):
        one, other = count(hits), count(mixed)
        assert [d[:3] for d in one.downloads] == [d[:3] for d in other.downloads]
        assert len(one.downloads) + sum(one.left_out.values()) == len(hits)
    times: dict[tuple[int, str], list[int]] = {}
    for found in delivered(hits, files, AGENTS).downloads:
        times.setdefault((found.who, found.target), []).append(found.at)
    assert all(b - a >= 86_400 for held in times.values() for a, b in pairwise(held))


def test_lists_of_others_replace_those_built_in() -> None:
    """A given list decides its kind alone; a library that it calls no bot may be a player; nonsense names its place."""
    agents = Agents(
        {
            "bot": [{"name": "Polite", "pattern": "^Polite"}],
            "library": [{"name": "curl", "pattern": "^curl"}, {"name": "axios", "pattern": "axios", "category": "bot"}],
        }
    )
    said = {text: agents.of(text).human for text in ("Polite/1", "curl/8", "axios/1", "Googlebot/2.1", "Overcast/3")}
    assert said == {"Polite/1": False, "curl/8": True, "axios/1": False, "Googlebot/2.1": False, "Overcast/3": True}
    with pytest.raises(Rejected, match="entry 2 of app"):
        Agents({"app": [{"name": "A", "pattern": "A"}, {"name": "B"}]})
    with pytest.raises(Rejected, match="the pattern of 'A'"):
        Agents({"app": [{"name": "A", "pattern": "("}]})


def test_programs_are_named() -> None:
    """Players, browsers and watches are told apart; what nobody knows has no name and counts."""
    said = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
    assert (AGENTS.of(said).name, AGENTS.of("Podcasts/1.0").name) == ("Chrome", "Apple Podcasts")
    unknown = AGENTS.of("WalkieTalkie 9")
    assert (unknown.name, unknown.kind, unknown.human) == ("", "unknown", True)
    assert is_watch("Podcasts/1.0 (Apple Watch)") and not is_watch("Podcasts/1.0 (iPhone)")
