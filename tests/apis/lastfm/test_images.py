"""Covers drawn from the hash in their address."""

from __future__ import annotations

from struct import unpack
from zlib import crc32, decompress

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT, Heard
from tests.apis.lastfm.shapes import texts
from tests.apis.lastfm.speaking import Program

from earstead.apis.lastfm.images import SEGMENTS, image_hash, png
from earstead.services.users import User


def chunks(data: bytes) -> dict[bytes, bytes]:
    """The parts of a PNG by name; their checksums hold."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = {}, 8
    while at < len(data):
        (length,) = unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert unpack(">I", data[at + 8 + length : at + 12 + length]) == (crc32(name + body),)
        found[name] = body
        at += 12 + length
    return found


@pytest.mark.parametrize("segment", SEGMENTS)
def test_an_image_has_the_size_of_its_segment(client: TestClient, segment: str) -> None:
    """A whole PNG with two colours, both of them used."""
    answer = client.get(f"/i/u/{segment}/{image_hash('Nick Drake')}.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    parts = chunks(answer.content)
    edge = SEGMENTS[segment]
    assert unpack(">II", parts[b"IHDR"][:8]) == (edge, edge)
    rows = decompress(parts[b"IDAT"])
    assert len(rows) == edge * (edge + 1) and len(parts[b"PLTE"]) == 6
    assert set(rows[:: edge + 1]) == {0}
    drawn = rows.count(1) / len(rows)
    assert set(rows) == {0, 1} and 0.05 < drawn < 0.7


def test_a_cover_is_the_same_for_every_spelling_and_another_for_another_name() -> None:
    """Nothing but the name decides, so the same cover stands on every server."""
    assert image_hash("NICK  DRAKE") == image_hash("Nick Drake") != image_hash("Pink Moon", "Nick Drake")
    assert png(image_hash("Nick Drake"), 64) == png(image_hash("nick drake"), 64) != png(image_hash("Low"), 64)


@pytest.mark.parametrize(
    "path",
    [
        "/i/u/35s/" + "a" * 32,
        "/i/u/34s/" + "a" * 31,
        "/i/u/34s/" + "g" * 32,
        "/i/u/34s/" + "A" * 32,
    ],
)
def test_other_addresses_have_no_image(client: TestClient, path: str) -> None:
    """An unknown size, and what is no hash."""
    assert client.get(f"{path}.png").status_code == 404


def test_answers_name_images_that_are_there(client: TestClient, lastfm: Program, ada: User, heard: Heard) -> None:
    """Every address of an answer is answered; sizes come in their order."""
    heard(ada, ("Nick Drake", "Road", "Pink Moon"))
    artist = lastfm.xml("user.getTopArtists")[0]
    assert [image.get("size") for image in artist.findall("image")] == [
        "small",
        "medium",
        "large",
        "extralarge",
        "mega",
    ]
    addresses = texts(artist, "image")
    assert [a.removeprefix(f"{ROOT}/i/u/").split("/")[0] for a in addresses] == [
        "34s",
        "64s",
        "174s",
        "300x300",
        "300x300",
    ]
    assert {client.get(address.removeprefix(ROOT)).status_code for address in addresses} == {200}
