"""Unmodified client libraries, and clients' habits on the wire, against a live server."""

from __future__ import annotations

import http.client
import json
import socket
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import liblistenbrainz
import liblistenbrainz.client
import liblistenbrainz.errors
import pylistenbrainz
import pylistenbrainz.client
import pylistenbrainz.errors
import pytest

if TYPE_CHECKING:
    from tests.apis.listenbrainz.conftest import Listener


AT = 1_700_000_000
MBID = "5f0c2f7e-6a55-4c0e-9f0f-0d9c7f9d7f11"


@pytest.fixture(params=[liblistenbrainz, pylistenbrainz], ids=lambda library: library.__name__)
def library(request: pytest.FixtureRequest, live: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Each library, with its API root set in the one way it has: liblistenbrainz takes an argument
    (see `connected`), pylistenbrainz has a module constant."""
    found: ModuleType = request.param
    if found is pylistenbrainz:
        monkeypatch.setattr(pylistenbrainz.client, "API_BASE_URL", live)
    return found


def connected(library: ModuleType, live: str, token: str = "") -> Any:
    client = library.ListenBrainz(api_base_url=live) if library is liblistenbrainz else library.ListenBrainz()
    if token:
        client.set_auth_token(token)
    return client


def test_a_library_signs_in(library: ModuleType, live: str, ada: Listener) -> None:
    """A valid token is accepted by the library's own check, an invalid one is not."""
    connected(library, live, ada.token)
    with pytest.raises(library.errors.InvalidAuthTokenException):
        connected(library, live, "11111111-1111-4111-8111-111111111111")


def test_a_library_submits_and_reads_back(library: ModuleType, live: str, ada: Listener) -> None:
    """Single and import arrive with all fields, and pages by both bounds come back as the library's listens."""
    client = connected(library, live, ada.token)
    one = library.Listen(
        "Low Tide",
        "Halcyon Choir",
        AT,
        "Harbour Lights",
        recording_mbid=MBID,
        tags=["folk"],
        tracknumber=4,
        additional_info={"submission_client": "demo", "nested": {"a": 1}},
    )
    assert client.submit_single_listen(one) == {"status": "ok"}
    many = [library.Listen(f"Song {i}", "Ada & The Tides", AT + 1000 + i) for i in range(120)]
    assert client.submit_multiple_listens(many) == {"status": "ok"}
    newest = client.get_listens(ada.name)
    assert [x.listened_at for x in newest] == [AT + 1119 - i for i in range(25)]
    back = client.get_listens(ada.name, max_ts=AT + 1000)
    assert [(x.track_name, x.artist_name, x.release_name, x.listened_at) for x in back] == [
        ("Low Tide", "Halcyon Choir", "Harbour Lights", AT)
    ]
    assert (back[0].recording_mbid, back[0].tags, back[0].tracknumber) == (MBID, ["folk"], 4)
    assert back[0].additional_info["nested.a"] == 1
    forward = client.get_listens(ada.name, min_ts=AT, count=2)
    assert [x.listened_at for x in forward] == [AT + 1001, AT + 1000]


def test_a_library_says_what_is_playing(library: ModuleType, live: str, ada: Listener) -> None:
    """The slot is empty, then filled, in the library's terms."""
    client = connected(library, live, ada.token)
    assert client.get_playing_now(ada.name) is None
    assert client.submit_playing_now(library.Listen("Low Tide", "Halcyon Choir")) == {"status": "ok"}
    playing = client.get_playing_now(ada.name)
    assert (playing.track_name, playing.artist_name, playing.listened_at) == ("Low Tide", "Halcyon Choir", None)


def test_a_library_understands_our_failures(library: ModuleType, live: str, ada: Listener) -> None:
    """Its exception carries our status and message."""
    client = connected(library, live, ada.token)
    with pytest.raises(library.errors.ListenBrainzAPIException) as caught:
        client.get_listens("nobody")
    assert (caught.value.status_code, caught.value.message) == (404, "Cannot find user: nobody")
    with pytest.raises(library.errors.ListenBrainzAPIException) as caught:
        client.submit_single_listen(library.Listen("Low Tide", " ", AT))
    assert (caught.value.status_code, caught.value.message) == (400, "field track_metadata.artist_name is empty.")


def test_a_library_learns_the_rate_limit(library: ModuleType, live: str, ada: Listener) -> None:
    """The headers are numbers it can read, and it is not stalled."""
    client = connected(library, live, ada.token)
    assert client.remaining_requests > 0
    assert 1 <= client.ratelimit_reset_in <= 10


def test_liblistenbrainz_counts_and_deletes(live: str, ada: Listener) -> None:
    """Deleting by time and MSID, and the count, which only the newer library has."""
    client = connected(liblistenbrainz, live, ada.token)
    client.submit_multiple_listens([liblistenbrainz.Listen("A", "B", AT), liblistenbrainz.Listen("C", "D", AT)])
    assert client.get_user_listen_count(ada.name) == 2
    doomed = client.get_listens(ada.name)[0]
    assert client.delete_listen(doomed) == {"status": "ok"}
    assert [x.track_name for x in client.get_listens(ada.name)] == [{"A": "C", "C": "A"}[doomed.track_name]]


def raw(live: str, request: str) -> tuple[str, bytes]:
    """What a request, written by hand, is answered with: head and body, read until the server closes."""
    place = urlsplit(live)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    return head.decode().lower(), body


def test_a_client_behind_a_proxy_setting_is_heard(live: str, ada: Listener) -> None:
    """The absolute form of a request target is read by its path alone."""
    url = f"http://api.listenbrainz.org/1/validate-token?token={ada.token}"
    _, body = raw(live, f"GET {url} HTTP/1.1\nHost: api.listenbrainz.org\nConnection: close\n\n")
    assert json.loads(body)["user_name"] == ada.name


def test_a_connection_that_shall_close_is_told_so(live: str) -> None:
    """`Connection: close` is echoed, whatever its case, and the server does close."""
    head, _ = raw(live, "GET /1/validate-token?token=x HTTP/1.1\nHost: x\nConnection: Close\n\n")
    assert "\r\nconnection: close" in head


def test_a_connection_is_kept_for_more(live: str, ada: Listener) -> None:
    """Several requests share a connection, one that was refused before its body was read included."""
    place = urlsplit(live)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=10)
    body = json.dumps(
        {
            "listen_type": "single",
            "payload": [{"listened_at": AT, "track_metadata": {"artist_name": "A", "track_name": "B"}}],
        }
    )
    statuses = []
    for headers in ({}, ada.headers, ada.headers):
        connection.request("POST", "//1//submit-listens/", body, headers)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [401, 200, 200]


def test_head_is_answered_without_a_body(live: str, ada: Listener) -> None:
    """With the headers GET would have."""
    head, body = raw(live, f"HEAD /1/user/{ada.name}/listen-count HTTP/1.1\nHost: x\nConnection: close\n\n")
    assert head.startswith("http/1.1 200")
    assert "content-type: application/json" in head
    assert body == b""


def test_an_endless_body_is_answered_before_it_ends(live: str, ada: Listener) -> None:
    """Beyond twice the limit nothing more is read: the client is told, and the connection is closed."""
    place = urlsplit(live)
    head = f"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nAuthorization: Token {ada.token}\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 1000000000\r\n\r\n".encode())
        connection.sendall(b" " * 20_480_001)
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
    assert b"Payload too large. Payload cannot exceed 10240000 bytes" in data
    assert b"\r\nconnection: close\r\n" in data.lower()
