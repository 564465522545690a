"""Whatever is sent to the addresses of Submissions, the answer is one of the protocol's lines, and no fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT
from tests.conftest import NOW

from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.kit.secrets import md5_hex
from earstead.settings import Settings

WORDS = {"OK", "BADAUTH", "BADTIME", "BADSESSION", "BANNED", "FAILED", "UPTODATE"}
ODD = st.sampled_from(
    f"|ada|nobody|true|1.1|1.2|1.2.1|{NOW}|{NOW + 10**6}|-1|1e400|nan|36.0|2025-06-15 15:00:00|0000-00-00 00:00:00"
    f"|L|B|S|P|L12345|Unknown Artist|{'x' * 5000}|\0| ".split("|")
)
VALUES = ODD | st.text(max_size=20)
PLAIN = st.sampled_from(["hs", "p", "c", "v", "u", "t", "a", "api_key", "sk", "b", "l", "n", "m", "s", "portable"])
INDEXED = st.builds(
    "{}[{}]".format, st.sampled_from("atiorlbnmx"), st.sampled_from(["0", "1", "49", "50", "999", "-1", "", "x", "٣"])
)
FORMS = st.lists(st.tuples(PLAIN | INDEXED, VALUES), max_size=25)
PATHS = st.sampled_from(["/?hs=true", "/nowplaying/1.2/", "/submissions/1.2/", "/submissions/1.1/"])


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """A client of the application, and the session of a player."""
    services = open_services(Settings(data=tmp_path_factory.mktemp("fuzz"), public_url=ROOT), clock=FixedClock(NOW))
    ada = services.accounts.add_user("ada", "correct horse battery staple", role="owner")
    password = services.accounts.new_app_password(ada.user_id, "radio")
    services.applications.set_limits(100_000, 100_000)
    client = TestClient(around(services), base_url=ROOT, raise_server_exceptions=True)
    a = md5_hex(md5_hex(password) + str(NOW))
    yield client, client.get(f"/?hs=true&p=1.2&c=mdc&v=1&u=ada&t={NOW}&a={a}").text.splitlines()[1]
    services.close()


def _check(client: TestClient, path: str, body: bytes) -> None:
    answer = client.post(path, content=body)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    assert answer.text.endswith("\n") and "\n\n" not in answer.text
    assert answer.text.split()[0] in WORDS
    assert "made a mistake" not in answer.text


@settings(max_examples=150, deadline=None)
@given(path=PATHS, form=FORMS, known=st.booleans())
def test_forms(player: tuple[TestClient, str], path: str, form: list[tuple[str, str]], known: bool) -> None:
    """Names near those of the protocol with values that nobody means, in and out of a session."""
    client, session = player
    pairs = [(name, value.encode("utf-8", "surrogatepass")) for name, value in form]
    _check(client, path, urlencode([*([("s", session)] if known else []), *pairs]).encode())


@settings(max_examples=50, deadline=None)
@given(path=PATHS, body=st.binary(max_size=200))
def test_bytes(player: tuple[TestClient, str], path: str, body: bytes) -> None:
    """Bytes that are no form."""
    client, session = player
    _check(client, path, f"s={session}&".encode() + body)
