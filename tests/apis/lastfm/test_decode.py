"""Decoding, point by point of section 2.1 of the specification."""

from __future__ import annotations

import pytest

from earstead.apis.lastfm.decode import MAX_PARAMETERS, Decoded, decode

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def code(asked: Decoded) -> int:
    """Number of what is wrong with a request; 0 for nothing."""
    return asked.fault.code if asked.fault else 0


def test_query_and_body_are_one_set_and_the_body_wins() -> None:
    """Parameters of both are merged; a value of the body overrules one of the query, an empty one does not."""
    asked = decode(b"method=a&user=query&page=2", b"user=body&page=&sk=1", content_type=FORM)
    assert asked.given == {"method": "a", "user": "body", "page": "2", "sk": "1"}


def test_raw_names_survive() -> None:
    """Array names are kept as they were sent, percent-escaped brackets decoded, empty values included."""
    asked = decode(b"artist%5B0%5D=A&artist[10]=B&albumArtist=&albumArtist=", b"")
    assert asked.raw == (("artist[0]", "A"), ("artist[10]", "B"), ("albumArtist", ""), ("albumArtist", ""))
    assert asked.given == {"artist[0]": "A", "artist[10]": "B"}


def test_blanks_and_utf8() -> None:
    """Both spellings of a blank, UTF-8 escaped or not; U+FFFD is text like any other."""
    asked = decode("a=x+y%20z&b=Sigur%20R%C3%B3s&c=Rós&d=%EF%BF%BD".encode(), b"")
    assert asked.given == {"a": "x y z", "b": "Sigur Rós", "c": "Rós", "d": "\ufffd"}


@pytest.mark.parametrize("query", [b"a=%ff", b"%e9=1", b"a=\xe9", b"a=%ed%a0%80"])
def test_what_is_not_utf8_is_refused(query: bytes) -> None:
    """Error 6 for bytes that are not UTF-8, in the format that was asked for."""
    asked = decode(query + b"&format=json", b"")
    assert (code(asked), asked.format) == (6, "json")


def test_characters_that_xml_cannot_carry_are_dropped() -> None:
    """U+0000 and its like do not reach the methods, nor values of nothing else; signatures are over what was sent."""
    asked = decode(b"artist=A%00B%0BC%EF%BF%BE&track=%00&album=%C2%80%E2%80%A8", b"")
    assert asked.given == {"artist": "ABC"}
    assert asked.raw[0] == ("artist", "A\0B\vC\ufffe")


@pytest.mark.parametrize("content_type", [FORM, "APPLICATION/X-WWW-FORM-URLENCODED", ""])
def test_bodies_that_are_forms(content_type: str) -> None:
    """A form with any charset parameter, and a body of which nothing is said."""
    assert decode(b"", b"method=a", content_type=content_type).method == "a"


def test_bodies_that_are_none() -> None:
    """JSON is not a form; what it holds is not read as one."""
    assert decode(b"method=a", b'{"method":"b"}', content_type="application/json").given == {"method": "a"}


def test_methods_and_names_in_any_letter_case() -> None:
    """The method and names of parameters are found in any letter case."""
    asked = decode(b"METHOD=Track.Scrobble&streamID[0]=x&AlbumArtist=y", b"")
    assert asked.method == "track.scrobble"
    assert asked.given["streamid[0]"] == "x" and asked.given["albumartist"] == "y"


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (b"", "", "xml"),
        (b"format=", "", "xml"),
        (b"format=XML", "application/json", "xml"),
        (b"format=Json", "", "json"),
        (b"", "application/json", "json"),
        (b"", "application/json, */*", "xml"),
        (b"", "application/json, text/xml", "xml"),
    ],
)
def test_the_format_is_chosen(query: bytes, accept: str, expected: str) -> None:
    """By `format` in any letter case; by Accept alone only where it names JSON and nothing else we speak."""
    asked = decode(query, b"", accept=accept)
    assert (asked.format, asked.fault) == (expected, None)


def test_another_format_is_error_5_in_xml() -> None:
    """`format=yaml` is answered in XML."""
    asked = decode(b"format=yaml", b"")
    assert (code(asked), asked.format) == (5, "xml")


@pytest.mark.parametrize("name", ["f", "jQuery_1.cb", "$", "_a$b"])
def test_callbacks_that_are_names(name: str) -> None:
    """A name of a function is taken."""
    assert decode(f"format=json&callback={name}".encode(), b"").callback == name


@pytest.mark.parametrize("name", ["1a", "alert(1)", "a;b", "a b", "a" * 129, "é", "a\n"])
def test_callbacks_that_are_none(name: str) -> None:
    """Anything else is error 6, and not repeated in the answer."""
    asked = decode(b"format=json&callback=" + "".join(f"%{b:02x}" for b in name.encode()).encode(), b"")
    assert (code(asked), asked.callback) == (6, "")


def test_callbacks_are_for_json() -> None:
    """In XML a callback means nothing."""
    assert decode(b"callback=alert(1)", b"").fault is None


def test_too_many_parameters_are_refused() -> None:
    """More parameters than any caller needs are error 6."""
    assert code(decode(b"&".join(b"a=1" for _ in range(MAX_PARAMETERS)), b"")) == 0
    assert code(decode(b"&".join(b"a=1" for _ in range(MAX_PARAMETERS + 1)), b"")) == 6
