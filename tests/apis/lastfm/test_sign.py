"""Signatures, against the vectors of the specification."""

from __future__ import annotations

import pytest

from earstead.apis.lastfm.sign import signature, signatures_in, verifies

KEY, SECRET = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
SK = "00112233445566778899aabbccddeeff"
BATCH = [
    ("method", "track.scrobble"),
    ("api_key", KEY),
    ("sk", SK),
    *((f"artist[{i}]", "A") for i in range(12)),
    *((f"track[{i}]", f"T{i}") for i in range(12)),
    *((f"timestamp[{i}]", str(1_700_000_000 + 200 * i)) for i in range(12)),
]
VECTORS = [
    (
        [
            ("method", "auth.getSession"),
            ("api_key", KEY),
            ("token", "aabbccddeeff00112233445566778899"),
            ("format", "json"),
        ],
        "60699e3e368df8986b191c9c6112b14c",
    ),
    (
        [
            ("method", "track.love"),
            ("api_key", KEY),
            ("artist", "Sigur Rós"),
            ("track", "Hoppípolla"),
            ("sk", SK),
            ("format", "json"),
            ("callback", "cb"),
        ],
        "92240f903a6c0a9821088782eb17df48",
    ),
    (BATCH, "91020297d0a5d093ce8e339cc1c6ef96"),
]


@pytest.mark.parametrize(("sent", "expected"), VECTORS)
def test_vectors(sent: list[tuple[str, str]], expected: str) -> None:
    """The documented parameters give the documented signatures, in any order and in upper case too."""
    assert signature(sent, SECRET) == expected
    assert signature(reversed(sent), SECRET) == expected
    assert verifies((*sent, ("api_sig", expected.upper())), SECRET, strict=True)


def test_other_secrets_and_other_values_do_not_verify() -> None:
    """A signature stands for one secret and for every value, the empty ones included."""
    sent, expected = VECTORS[0]
    assert not verifies((*sent, ("api_sig", expected)), "another")
    assert not verifies((*sent, ("album", ""), ("lang", "de"), ("api_sig", expected)), SECRET)
    assert not verifies(tuple(sent), SECRET)


@pytest.mark.parametrize("included", ["format", "callback"])
def test_what_callers_sign_by_mistake_is_tolerated(included: str) -> None:
    """Where handling is not strict, a signature over `format` or `callback` counts too."""
    sent = (("method", "track.love"), ("format", "json"), ("callback", "cb"), ("track", "é"))
    left_out = tuple(name for name in ("api_sig", "format", "callback") if name != included)
    signed = (*sent, ("api_sig", signature(sent, SECRET, without=left_out)))
    assert verifies(signed, SECRET)
    assert not verifies(signed, SECRET, strict=True)


def test_only_what_looks_like_a_signature_is_one() -> None:
    """32 hexadecimal digits; all of them when there are several."""
    sent = (("api_sig", "0" * 32), ("api_sig", "x" * 32), ("api_sig", "0" * 31), ("api_sig", "F" * 32))
    assert signatures_in(sent) == ("0" * 32, "F" * 32)
