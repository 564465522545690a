"""The root of the API over HTTP: verbs, formats, headers, and the order of the checks."""

from __future__ import annotations

import gzip
import logging
import socket
import sqlite3
import xmlrpc.client
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW, LiveServer

from earstead.apis.lastfm.errors import fault_of
from earstead.app import around
from earstead.core.errors import Rejected, RetryLater
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.users import User

KEY = "0123456789abcdef0123456789abcdef"
INFO = {"method": "user.getInfo", "user": "ada", "api_key": KEY}
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, GET, OPTIONS",
    "access-control-max-age": "86400",
    "access-control-allow-headers": "Content-Type",
}


def error(body: bytes) -> int:
    """Number of an error in XML; 0 for success."""
    root = ElementTree.fromstring(body)
    return 0 if root.attrib["status"] == "ok" else int(root[0].attrib["code"])


@pytest.mark.parametrize("path", ["/2.0", "/2.0/", "/2.0//"])
@pytest.mark.usefixtures("ada")
def test_both_spellings_of_the_root_answer_both_verbs(client: TestClient, path: str) -> None:
    """GET and POST at both spellings, without a redirect, in XML with its exact type and every CORS header."""
    for response in (client.get(path, params=INFO), client.post(path, data=INFO), client.post(path, params=INFO)):
        assert response.status_code == 200
        assert response.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="ok"><user>')
        assert response.headers["content-type"] == "text/xml; charset=UTF-8"
        assert {name: response.headers[name] for name in CORS} == CORS


@pytest.mark.usefixtures("ada")
def test_head_and_options(client: TestClient) -> None:
    """HEAD is a GET without a body; OPTIONS is 200 with the CORS headers, without a key; other verbs are 405."""
    assert client.head("/2.0/", params=INFO).status_code == 200
    options = client.options("/2.0/")
    assert (options.status_code, options.content) == (200, b"")
    assert {name: options.headers[name] for name in CORS} == CORS
    assert client.put("/2.0/", params=INFO).status_code == 405


@pytest.mark.usefixtures("ada")
def test_formats_have_their_types(client: TestClient) -> None:
    """JSON, JSONP and bare XML, each with its Content-Type."""
    answered = client.get("/2.0/", params={**INFO, "format": "json"})
    assert answered.headers["content-type"] == "application/json"
    assert answered.json()["user"]["name"] == "ada"
    script = client.get("/2.0/", params={**INFO, "format": "json", "callback": "cb"})
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text.startswith('cb({"user":') and script.text.endswith(");")
    bare = client.get("/2.0/", params={**INFO, "raw": "true"})
    assert ElementTree.fromstring(bare.content).tag == "user"


@pytest.mark.usefixtures("ada")
def test_errors_under_jsonp_and_xmlrpc_are_status_200(client: TestClient) -> None:
    """A browser would drop the script, and a library of XML-RPC the fault."""
    script = client.get("/2.0/", params={"method": "user.getInfo", "format": "json", "callback": "cb"})
    assert script.status_code == 200 and script.text.startswith('cb({"error":10,"message":"Invalid API key')
    body = xmlrpc.client.dumps(({"user": "ada"},), "user.getInfo")
    fault = client.post("/2.0/", content=body, headers={"Content-Type": "text/xml"})
    assert fault.status_code == 200
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(fault.text)
    assert caught.value.faultCode == 10


@pytest.mark.usefixtures("ada")
def test_xmlrpc_carries_the_payload(client: TestClient) -> None:
    """A call is answered with one string: what stands under `lfm` otherwise."""
    body = xmlrpc.client.dumps(({"user": "ada", "api_key": KEY},), "User.GetInfo")
    (payload,), _ = xmlrpc.client.loads(client.post("/2.0/", content=body).text)
    assert ElementTree.fromstring(str(payload)).findtext("name") == "ada"


@pytest.mark.usefixtures("ada")
def test_answers_are_packed_when_asked(client: TestClient) -> None:
    """gzip for those that name it, identity for the others, and nothing for what is too small to gain."""
    asked = {**INFO, "method": "user.getWeeklyChartList"}
    plain = client.get("/2.0/", params=asked, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/2.0/", params=asked, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    refused = client.get("/2.0/", params=asked, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
    small = client.get("/2.0/", params={}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.usefixtures("ada")
def test_a_multipart_form_is_a_form(client: TestClient) -> None:
    """Fields of a multipart body are parameters; a broken one is error 6."""
    files = {name: (None, value) for name, value in INFO.items()}
    assert error(client.post("/2.0/", files=files).content) == 0
    broken = client.post("/2.0/", content=b"--x\r\nnonsense", headers={"Content-Type": "multipart/form-data"})
    assert (broken.status_code, error(broken.content)) == (400, 6)


def test_a_body_beyond_the_bound_is_refused(client: TestClient) -> None:
    """A megabyte is read; more than two is 413 with error 6."""
    assert error(client.post("/2.0/", data={"method": "user.getInfo", "x": "a" * 1_048_576}).content) == 10
    refused = client.post("/2.0/", data={"x": "a" * 2_097_152})
    assert (refused.status_code, error(refused.content)) == (413, 6)


# --- the order of the checks ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"format": "yaml", "method": "foo.bar"}, 400, 5),
        ({}, 400, 6),
        ({"method": ""}, 400, 6),
        ({"method": "foo.bar"}, 400, 2),
        ({"method": "foo"}, 400, 2),
        ({"method": "artist.getFoo"}, 400, 3),
        ({"method": "user.signUp"}, 400, 3),
        ({"method": "USER.GETSHOUTS"}, 410, 27),
        ({"method": "user.getInfo"}, 403, 10),
        ({"method": "user.getInfo", "api_key": "", "sk": "x"}, 403, 10),
        ({"method": "user.getInfo", "api_key": "k" * 129}, 403, 10),
        ({"method": "track.love", "api_key": "a string"}, 400, 6),
        ({"method": "track.love", "api_key": "a string", "sk": "x"}, 403, 9),
        ({"method": "user.getInfo", "api_key": "a string", "sk": "x"}, 403, 9),
        ({"method": "auth.getSession", "api_key": "a string", "token": "x"}, 403, 13),
        ({"method": "auth.getSession", "api_key": "a string", "api_sig": "0" * 32}, 400, 6),
        ({"method": "user.getInfo", "api_key": "a string", "user": "nobody"}, 404, 6),
    ],
)
def test_the_first_wrong_thing_is_named(client: TestClient, asked: dict[str, str], status: int, code: int) -> None:
    """Format, method, key, session, signature, parameters: the error is that of the first that is wrong."""
    answered = client.post("/2.0/", data=asked)
    assert (answered.status_code, error(answered.content)) == (status, code)
    said = client.post("/2.0/", data={"format": "json", **asked})
    if code != 5:
        assert (said.status_code, said.json()["error"]) == (status, code)


def test_over_the_limit_is_29_with_advice(services: Services, clock: FixedClock) -> None:
    """429 and error 29, with the seconds to wait; another key and a little patience are admitted."""
    services.applications.set_limits(1, 2)
    far = TestClient(around(services), client=("192.0.2.7", 1))
    codes = [error(far.get("/2.0/", params={"api_key": "k"}).content) for _ in range(3)]
    assert codes == [6, 6, 29]
    refused = far.get("/2.0/", params={"api_key": "k", "format": "json"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["message"].startswith("Rate limit exceeded")
    assert error(far.get("/2.0/", params={"api_key": "other"}).content) == 6
    clock.advance(1)
    assert error(far.get("/2.0/", params={"api_key": "k"}).content) == 6
    near = TestClient(around(services), client=("127.0.0.1", 1))
    assert {error(near.get("/2.0/").content) for _ in range(5)} == {6}


def test_who_is_shut_out_reads_why(services: Services, lastfm: Program) -> None:
    """A suspended key and a blocked address are error 26 with the owner's reason."""
    application = services.applications.admit(lastfm.api_key, "")
    assert application is not None
    services.applications.suspend(application.application_id, "asks every second")
    assert lastfm.fault("user.getInfo") == (403, 26, "API Key Suspended - asks every second")
    services.applications.unsuspend(application.application_id)
    assert lastfm.post("user.getInfo").status == 200
    services.applications.block_address("192.0.2.0/24", "floods us")
    far = TestClient(around(services), client=("192.0.2.7", 1))
    refused = far.get("/2.0/", params={**INFO, "format": "json"})
    assert refused.status_code == 403
    assert refused.json() == {"error": 26, "message": "API Key Suspended - This address is blocked: floods us"}


# --- keys and signatures -------------------------------------------------------------------------------------------


def test_known_takes_any_key_and_checks_the_secrets_it_knows(services: Services, lastfm: Program, ada: User) -> None:
    """Mode known: an unknown key is registered under its User-Agent; of a registered one the signature must hold."""
    agent = {"User-Agent": "mpdas/0.4.5"}
    asked = {**INFO, "api_key": "anything"}
    assert lastfm.client.get("/2.0/", params=asked, headers=agent).status_code == 200
    registered = services.applications.admit("anything", "")
    assert registered is not None and (registered.name, registered.verified) == ("mpdas/0.4.5", False)
    mine = services.applications.create(ada.user_id, "Mine")
    key = services.applications.new_session(ada.user_id, mine.application_id).key
    right = Program(lastfm.client, mine.api_key, services.applications.secret_of(mine.application_id), key)
    wrong = Program(lastfm.client, mine.api_key, "wrong", key)
    said = {"artist": "Nick Drake", "track": "Road"}
    assert right.post("track.love", **said).status == 200
    assert wrong.fault("track.love", **said)[:2] == (403, 13)
    assert wrong.post("user.getInfo").status == 200  # reads need no signature


def test_strict_takes_registered_keys_and_wants_every_signature(services: Services, lastfm: Program, ada: User) -> None:
    """Mode strict: unknown keys are error 10, reads with a session have to be signed too, tokens as well."""
    mine = services.applications.create(ada.user_id, "Mine")
    secret = services.applications.secret_of(mine.application_id)
    key = services.applications.new_session(ada.user_id, mine.application_id).key
    services.applications.set_policy("strict")
    assert lastfm.fault("user.getInfo")[:2] == (403, 10)
    assert Program(lastfm.client, mine.api_key, secret, key).post("user.getInfo").status == 200
    assert Program(lastfm.client, mine.api_key, "wrong", key).fault("user.getInfo")[:2] == (403, 13)
    assert Program(lastfm.client, mine.api_key, "wrong").post("user.getInfo", user="ada").status == 200
    assert Program(lastfm.client, mine.api_key, "wrong").fault("auth.getToken")[:2] == (403, 13)
    assert Program(lastfm.client, mine.api_key, secret).post("auth.getToken").status == 200


def test_open_ignores_signatures(services: Services, lastfm: Program, ada: User) -> None:
    """Mode open: no signature, a wrong one, and a session of another program are all taken."""
    services.applications.set_policy("open")
    said = {"artist": "Nick Drake", "track": "Road"}
    assert Program(lastfm.client, "other key", "", lastfm.sk).post("track.love", **said).status == 200
    mine = services.applications.create(ada.user_id, "Mine")
    assert Program(lastfm.client, mine.api_key, "wrong", lastfm.sk).post("track.love", **said).status == 200


def test_a_signature_over_what_lies_in_both_places_holds(services: Services, lastfm: Program, ada: User) -> None:
    """web-scrobbler sends all in the query of a POST without a body, pylast one parameter there: both verify."""
    mine = services.applications.create(ada.user_id, "Mine")
    secret = services.applications.secret_of(mine.application_id)
    key = services.applications.new_session(ada.user_id, mine.application_id).key
    sent = Program(lastfm.client, mine.api_key, secret, key).parameters(
        "track.scrobble",
        username="ada",
        **{"artist[0]": "Sigur Rós", "track[0]": "Hoppípolla", "timestamp[0]": NOW, "albumArtist[0]": ""},
    )
    assert lastfm.client.post("/2.0/", params=sent).status_code == 200
    del sent["username"]
    assert lastfm.client.post("/2.0/?username=ada", data=sent).status_code == 200
    assert services.insights.count(ada.user_id) == 1


def test_a_key_reads_for_the_person_who_made_it(
    services: Services, client: TestClient, lastfm: Program, bob: User
) -> None:
    """What is private is answered to a session of the person or to a signed call with a key they made; others get
    error 17, among them whoever read the key in an address and calls without a signature or with a wrong one."""
    mine = services.applications.create(bob.user_id, "Mine")
    asked = {"user": "bob"}
    secret = services.applications.secret_of(mine.application_id)
    for policy in ("open", "strict", "known"):
        services.applications.set_policy(policy)
        assert Program(client, mine.api_key, secret).get("user.getRecentTracks", **asked).status == 200
        assert Program(client, mine.api_key, secret[::-1]).fault("user.getRecentTracks", **asked)[:2] == (403, 17)
        assert Program(client, mine.api_key).fault("user.getRecentTracks", **asked)[:2] == (403, 17)
    assert lastfm.fault("user.getRecentTracks", **asked)[:2] == (403, 17)
    assert lastfm.nobody().fault("user.getRecentTracks", **asked)[:2] == (403, 17)


def test_a_key_alone_reads_where_its_maker_allows_it(services: Services, client: TestClient, bob: User) -> None:
    """A tick on the API account lets unsigned calls read what is private, a second one ends it; without it a key
    reads as its maker where that person is not private."""
    mine = services.applications.create(bob.user_id, "Dashboard")
    dashboard = Program(client, mine.api_key)
    for allowed, status in ((True, 200), (False, 403)):
        services.applications.describe(bob.user_id, mine.application_id, "Dashboard", read_alone=allowed)
        assert dashboard.get("user.getRecentTracks", user="bob").status == status
    services.accounts.update(bob.user_id, visibility="unlisted")
    assert dashboard.get("user.getInfo", user="bob").status == 200


# --- trouble -------------------------------------------------------------------------------------------------------


def test_trouble_that_passes_is_16_and_keeps_the_scrobble_with_its_caller(lastfm: Program, services: Services) -> None:
    """A writer that takes nothing any more is 503 and error 16, in words that callers know."""
    services.writer.close()
    status, code, text = lastfm.fault("track.scrobble", artist="Nick Drake", track="Road", timestamp=NOW)
    assert (status, code) == (503, 16) and "temporarily unavailable" in text


def test_a_fault_of_ours_is_8_without_a_trace(
    lastfm: Program, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody expected is 500 and error 8, its trace in the log and not in the answer."""
    services.writer.do(lambda tx: tx.run("DROP TABLE feedback")).result()
    with caplog.at_level(logging.ERROR):
        answered = lastfm.post("track.love", artist="Nick Drake", track="Road")
    assert answered.fault()[:2] == (500, 8)
    assert b"feedback" not in answered.body and b"Traceback" not in answered.body
    assert "track.love failed" in caplog.text and "no such table" in caplog.text


def test_errors_of_the_product_keep_their_sentence() -> None:
    """Rejected is 6 with the sentence behind the words callers look for; trouble elsewhere is 16; a lock is 16."""
    rejected = fault_of(Rejected("tags", "too many"))
    assert (rejected.code, rejected.status, rejected.message) == (6, 400, "Invalid parameters - tags: too many")
    assert fault_of(RetryLater("x", "y", 1.0)).code == 16
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorname = "SQLITE_BUSY"
    assert fault_of(locked).code == 16
    assert fault_of(ValueError("x")).message == "Operation failed - Something else went wrong"


def test_requests_as_old_libraries_write_them(live_server: LiveServer) -> None:
    """HTTP/1.0, no User-Agent, no Content-Type, chunks, and waiting for permission to go on: all are answered."""
    said = b"method=user.getInfo&user=ada&api_key=k&x=" + b"a" * 10
    heads = (
        b"GET /2.0/?" + said + b" HTTP/1.0\r\n\r\n",
        b"POST /2.0 HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(said) + said,
        b"POST /2.0 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"%x\r\n" % len(said) + said + b"\r\n0\r\n\r\n",
        b"POST /2.0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        % len(said)
        + said,
    )
    live_server.services.accounts.update(live_server.user.user_id, visibility="public")
    for head in heads:
        with socket.create_connection(("127.0.0.1", urlsplit(live_server.url).port or 0), timeout=10) as line:
            line.sendall(head)
            answered = b"".join(iter(lambda: line.recv(65536), b""))
        assert b" 200 OK\r\n" in answered, answered[:300]
        assert b'<lfm status="ok"><user><name>ada</name>' in answered
