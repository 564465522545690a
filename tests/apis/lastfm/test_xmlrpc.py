"""XML-RPC requests, well-formed and otherwise."""

from __future__ import annotations

import pytest

from earstead.apis.lastfm.decode import decode
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.xmlrpc import parse


def call(members: str, before: str = "") -> bytes:
    """A call of user.getInfo with these members."""
    return (
        f'<?xml version="1.0"?>{before}<methodCall><methodName> user.getInfo </methodName><params>'
        f"<param><value><struct>{members}</struct></value></param></params></methodCall>"
    ).encode()


def member(name: str, value: str) -> str:
    return f"<member><name>{name}</name><value>{value}</value></member>"


def test_members_are_read_whatever_their_type() -> None:
    """Strings, typed or not, integers, booleans and doubles come out as text, in order, white space kept."""
    body = call(
        member("user", "<string>alice</string>")
        + member("artist", " Sigur R&#243;s &amp; co ")
        + member("page", "\n <int>2</int>\n ")
        + member("limit", "<i4>3</i4>")
        + member("extended", "<boolean>1</boolean>")
        + member("match", "<double>0.5</double>")
        + member("album", "<string></string>")
    )
    assert list(parse(body)) == [
        ("method", "user.getInfo"),
        ("user", "alice"),
        ("artist", " Sigur Rós & co "),
        ("page", "2"),
        ("limit", "3"),
        ("extended", "1"),
        ("match", "0.5"),
        ("album", ""),
    ]


def test_only_the_first_parameter_counts() -> None:
    """A second struct is not read."""
    body = call(member("user", "alice")).replace(
        b"</params>",
        b"<param><value><struct>" + member("user", "bob").encode() + b"</struct></value></param></params>",
    )
    assert dict(parse(body))["user"] == "alice"


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0'?>",
        b"<methodCall>",
        b"<methodCall/>",
        b"<methodCall><params/></methodCall>",
        b"<?xml version='1.0' encoding='x-none'?><methodCall/>",
        call("", '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'),
        call(member("user", "&b;"), '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        call(member("user", "&nothing;")),
        call(member("user", "<array>" * 40 + "</array>" * 40)),
        call("<member/>" * 30_000),
        b"<methodCall>\xff\xfe</methodCall>",
        b"\xef\xbb\xbf<methodCall\x00>",
    ],
)
def test_what_cannot_be_read_is_error_6(body: bytes) -> None:
    """Broken documents, entities, depth and endless lists are refused with one sentence."""
    with pytest.raises(Fault) as caught:
        list(parse(body))
    assert caught.value.code == 6


def test_a_call_is_answered_in_its_own_form_unless_format_says_otherwise() -> None:
    """XML-RPC by default; JSON and XML when a member asks for them; the query is merged."""
    assert decode(b"", call(member("user", "alice"))).format == "xmlrpc"
    asked = decode(b"user=bob&page=2", call(member("user", "alice") + member("format", "json")))
    assert (asked.format, asked.method, asked.given["user"], asked.given["page"]) == (
        "json",
        "user.getinfo",
        "alice",
        "2",
    )
    broken = decode(b"", b"<methodCall>")
    assert broken.format == "xmlrpc" and broken.fault is not None and broken.fault.code == 6
