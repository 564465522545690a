"""Whatever is sent, the answer is a well-formed envelope that names no fault of ours."""

from __future__ import annotations

import json
import xmlrpc.client
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT, keep_plays
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.apis.lastfm.errors import ERRORS
from earstead.apis.lastfm.inventory import inventory
from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.settings import Settings

# Words near what is meant, and what somebody types who means no good.
ODD = (
    "ada|bob|nobody|Nick Drake|nick drake|Road|Pink Moon|folk|artist|album|track|overall|7day|12month|0|1|2|-1|50|51"
    "|1000|1000000|1000001|99999999999999999999|1e400|nan|inf|-inf|1.5|None|abc|true|Germany|,|a,b,,c"
    f"|' OR 1=1 --|<a>&\"|%00|{NOW}|{NOW + 10**6}|1108296000|9223372036854775807"
    "|9223372036854775808|-9223372036854775809|\0|\x80|\ufffd|\u2028|𝄞|ß|0123456789abcdef0123456789abcdef|d9a0f6b5-3c7e-4d6a-9a53-6c2f1f0f7a11|٣|１"
).split("|")
VALUES = st.sampled_from([*ODD, "", " ", "x" * 5000]) | st.text(max_size=20)
EXTRA = (
    "user|username|artist|track|album|albumArtist|mbid|limit|page|from|to|period|tag|tags|taggingtype|country|location"
    "|autocorrect|extended|recenttracks|timestamp|duration|trackNumber|chosenByUser|streamId|context|token|lang|raw"
    "|artist[0]|track[0]|timestamp[0]|artist[1]|track[49]|timestamp[99]|artist[x]|album[-1]|offset|num_res|callback"
    "|startTimestamp|endTimestamp|authToken|password|format|api_sig|sk|api_key"
).split("|")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program that speaks for ada; bob keeps what he hears to himself."""
    services = open_services(Settings(data=tmp_path_factory.mktemp("fuzz"), public_url=ROOT), clock=FixedClock(NOW))
    ada = services.accounts.add_user("ada", "correct horse battery staple", role="owner")
    services.accounts.update(ada.user_id, visibility="public")
    services.accounts.add_user("bob", "correct horse battery staple")
    keep_plays(services, ada, ("Nick Drake", "Road", "Pink Moon"), ("Can", "Vitamin C"), ("Nick Drake", "Road"))
    services.applications.set_limits(100_000, 100_000)
    application = services.applications.admit("anything", "tests/1.0")
    assert application is not None
    key = services.applications.new_session(ada.user_id, application.application_id).key
    yield Program(TestClient(around(services), base_url=ROOT, raise_server_exceptions=True), "anything", "s", key)
    services.close()


def envelope(body: bytes, kind: str) -> int:
    """The number of the error that a well-formed answer carries, 0 for success."""
    if kind.startswith("application/json"):
        document = json.loads(body)
        assert isinstance(document, dict)
        return int(document.get("error", 0))
    if kind.startswith("text/javascript"):
        name, _, rest = body.decode().partition("(")
        assert name and rest.endswith(");")
        return int(json.loads(rest[:-2]).get("error", 0))
    root = ElementTree.fromstring(body)
    if root.tag == "methodResponse":
        try:
            xmlrpc.client.loads(body)
        except xmlrpc.client.Fault as fault:
            return int(fault.faultCode)
        return 0
    if root.tag == "lfm" and root.attrib == {"status": "failed"}:
        assert root[0].text
        return int(root[0].attrib["code"])
    assert root.tag != "lfm" or (root.attrib == {"status": "ok"} and len(root) <= 1)
    return 0


def checked(status: int, body: bytes, kind: str) -> None:
    """No fault of ours: neither 8 nor a status that hides what happened."""
    assert status in {200, 400, 403, 404, 405, 410, 413}, (status, body[:300])
    code = envelope(body, kind)
    assert code == 0 or (code in ERRORS and code not in {8, 11, 16, 29}), body[:300]


@pytest.mark.parametrize("name", sorted(method.name for method in inventory().values()))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_of_any_parameter(program: Program, name: str, data: st.DataObject) -> None:
    """Each method with odd values of its parameters and of others: an answer or an error of the list."""
    own = [param.name for param in inventory()[name.lower()].params]
    known = {param: data.draw(VALUES, label=param) for param in own if data.draw(st.integers(0, 4)) > 0}
    others = data.draw(st.dictionaries(st.sampled_from(EXTRA), VALUES, max_size=4))
    sent = {**known, **others}
    if data.draw(st.booleans()):
        sent["format"] = data.draw(st.sampled_from(["json", "xml"]))
    verb = program.post if data.draw(st.integers(0, 3)) else program.get
    answered = verb(name, **{key: value.encode("utf-8", "replace").decode() for key, value in sent.items()})
    checked(answered.status, answered.body, answered.headers["content-type"])


@settings(max_examples=80, deadline=None)
@given(
    body=st.binary(max_size=200)
    | st.binary(max_size=60).map(lambda tail: b"method=user.getInfo&user=ada&api_key=anything&" + tail)
    | st.binary(max_size=60).map(lambda tail: b"<methodCall><methodName>user.getInfo</methodName>" + tail),
    query=st.text(alphabet="abc=&%[]+;?0f", max_size=40),
    kind=st.sampled_from(["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", "é"]),
)
def test_any_bytes(program: Program, body: bytes, query: str, kind: str) -> None:
    """Bodies that are no forms, no text and no XML: an error of the list."""
    headers = {"Content-Type": kind.encode()} if kind else {}
    response = program.client.post(f"/2.0/?{query}", content=body, headers=headers)
    checked(response.status_code, response.content, response.headers["content-type"])


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(EXTRA), VALUES, max_size=6), st.sampled_from(sorted(inventory())))
def test_any_call_of_xmlrpc(program: Program, members: dict[str, str], method: str) -> None:
    """The same through XML-RPC."""
    printable = {
        key: "".join(c for c in value if c.isprintable()).encode("utf-8", "replace").decode()
        for key, value in members.items()
    }
    body = xmlrpc.client.dumps(({"api_key": "anything", **printable},), method).encode()
    response = program.client.post(f"/2.0?{urlencode({'user': 'ada'})}", content=body)
    checked(response.status_code, response.content, response.headers["content-type"])
