"""Lines of web servers' logs become requests, or say why not."""

from __future__ import annotations

import pytest

from earstead.core.creators.access_log import Line, network, read_line

AT = 1_772_400_000
"""2026-03-01 21:20:00 UTC."""
WANTED = {
    "at": AT,
    "address": "203.0.113.9",
    "method": "GET",
    "url": "/ep.mp3?x=1",
    "status": 206,
    "sent": 1234,
    "agent": 'Odd "Agent"/1',
}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (
            '203.0.113.9 - - [01/Mar/2026:22:20:00 +0100] "GET /ep.mp3?x=1 HTTP/1.1" 206 1234 "-" "Odd \\"Agent\\"/1"',
            {},
        ),
        (
            'pod.example:443 203.0.113.9 - bob [01/Mar/2026:21:20:00 +0000] "GET /ep.mp3?x=1 HTTP/2.0" 206 1234 '
            '"https://p.example/" "Odd \\"Agent\\"/1" "bytes=10-1243"',
            {"host": "pod.example:443", "referer": "https://p.example/", "first": 10, "last": 1243},
        ),
        (
            '{"level":"info","ts":1772400000.25,"request":{"remote_ip":"203.0.113.9","method":"GET","host":"pod.example",'
            '"uri":"/ep.mp3?x=1","headers":{"User-Agent":["Odd \\"Agent\\"/1"],"Range":["bytes=0-"]}},"size":1234,'
            '"status":206}',
            {"host": "pod.example", "first": 0},
        ),
        (
            '{"time_iso8601":"2026-03-01T22:20:00+01:00","remote_addr":"203.0.113.9",'
            '"request":"GET /ep.mp3?x=1 HTTP/1.1","status":"206",'
            '"body_bytes_sent":"1234","http_user_agent":"Odd \\"Agent\\"/1","http_range":"bytes=5-9"}',
            {"first": 5, "last": 9},
        ),
    ],
)
def test_lines_of_known_servers(text: str, more: dict[str, object]) -> None:
    """Apache and nginx, with and without the virtual host and the range; Caddy's JSON; nginx's JSON."""
    assert read_line(text) == Line(**{**WANTED, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither the combined format nor JSON"),
        ("what is this", "neither the combined format nor JSON"),
        ("{broken", "starts like JSON and is none"),
        ('{"ts": "yesterday", "uri": "/a", "status": 200, "ip": "1.2.3.4"}', "its time cannot be read"),
        ('{"ts": 1772400000, "status": 200}', "it does not say who asked for what, and what was answered"),
        ('1.2.3.4 - - [41/Mar/2026:22:20:00 +0100] "GET /a HTTP/1.1" 200 1', "its time cannot be read"),
        ('1.2.3.4 - - [01/Mar/2026:22:20:00 +0100] "-" 400 0 "-" "-"', "it names no request"),
        ("x" * 40_000, "longer than 32,768 characters"),
    ],
)
def test_other_lines_say_why(text: str, why: str) -> None:
    """Nothing is raised and nothing guessed."""
    assert read_line(text) == why


def test_an_address_stands_for_its_network() -> None:
    """IPv6 counts by its /64, in any spelling; IPv4 as it is, with or without a port."""
    assert network("2001:db8:1:2:3:4:5:6") == network("[2001:0db8:1:2::9]:5123") == "2001:db8:1:2::"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("203.0.113.9:5123") == network("::ffff:203.0.113.9") == "203.0.113.9"
    assert network("unix:") == "unix:"
