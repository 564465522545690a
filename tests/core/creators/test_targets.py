"""Addresses of podcast files: the same file however it is reached, and where a prefix may lead."""

from __future__ import annotations

import pytest

from earstead.core.creators.targets import led_to, target_of
from earstead.core.errors import Rejected


@pytest.mark.parametrize(
    "url",
    [
        "https://Host.example/ep%201.mp3",
        "http://host.example/ep 1.mp3",
        "https://op3.dev/e/host.example/ep%201.mp3",
        "https://op3.dev/e,pg=abc/https://host.example/ep%201.mp3",
        "https://dts.podtrac.com/redirect.mp3/op3.dev/e/host.example/ep%201.mp3",
        "https://pdst.fm/e/https:/host.example/ep%201.mp3",
        "https://host.example/ep%201.mp3?_=12&played_on=x&aw_0_1st=2&download=true&utm_source=feed",
    ],
)
def test_detours_and_marks_do_not_make_another_file(url: str) -> None:
    """Prefixes, schemes, case of the host and what programs add to the query are not part of the file."""
    assert target_of(url) == "host.example/ep 1.mp3"


def test_the_rest_of_a_query_stays() -> None:
    """A file that is chosen by its query keeps it; what is no address of a file is nothing."""
    assert (
        target_of("https://host.example/get?id=7&source=rss&download=false") == "host.example/get?id=7&download=false"
    )
    assert [target_of(text) for text in ("", "host.example", "https://host.example/", "/ep.mp3")] == [""] * 4


def test_a_prefix_leads_to_the_file() -> None:
    """The scheme is https unless said; options stand before the address; the query goes along."""
    none: frozenset[str] = frozenset()
    assert led_to("/host.example/a/b.mp3", "", own_hosts=none) == ("https://host.example/a/b.mp3", {})
    assert led_to(",pg=1-2,hls=0/http://host.example:8080/b.mp3", "id=7", own_hosts=none) == (
        "http://host.example:8080/b.mp3?id=7",
        {"pg": "1-2", "hls": "0"},
    )
    assert led_to("/https:/host.example/b.mp3", "", own_hosts=none)[0] == "https://host.example/b.mp3"


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "/",
        "/host.example",
        "/host.example/",
        "/localhost/a.mp3",
        "/.host.example/a.mp3",
        "/-host.example/a.mp3",
        "/host..example/a.mp3",
        "/https://https://host.example/a.mp3",
        "/me@host.example/a.mp3",
        "/ours.example/a.mp3",
        "/ours.example:443/a.mp3",
        "/host.example\\@evil.example/a.mp3",
    ],
)
def test_a_prefix_leads_nowhere_else(rest: str) -> None:
    """Not to this server, not to a host without a name, not through a second address."""
    with pytest.raises(Rejected):
        led_to(rest, "", own_hosts=frozenset({"ours.example"}))
