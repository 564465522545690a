"""Streams of events by server-sent events and websocket: resumed without loss or repetition; and their schemas."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import httpx2
import jsonschema_rs
import pytest
from starlette.testclient import TestClient
from tests.apis.native.speaking import ROOT, Listener, client_with, play
from tests.conftest import LiveServer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from earstead.core.event_types import TYPES
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.services.container import Services
from earstead.services.webhooks.schemas import schema


def next_event(lines: Iterator[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        if not line and "data" in fields:
            return fields
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
    raise AssertionError("the stream ended without an event")


def listening(live: LiveServer) -> httpx2.Client:
    return httpx2.Client(base_url=live.url + ROOT, headers=live.headers, timeout=10)


def ws_address(live: LiveServer, query: str = "") -> str:
    return f"{live.url.replace('http', 'ws', 1)}{ROOT}/events/ws{query}"


def user_of(live: LiveServer, services: Services) -> int:
    grant = services.accounts.bearer(live.headers["Authorization"].partition(" ")[2])
    assert grant is not None
    return grant.user.user_id


def test_the_stream_tells_of_a_listen(live_server: LiveServer, bob: Listener) -> None:
    """A listen added while the stream is open arrives there with its id; another user's does not."""
    with listening(live_server) as client, client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        bob.add(play(track="Not Ada's"))
        added = client.post("/listens", json={"listens": [play()]}).json()
        told = next_event(lines)
        event = json.loads(told["data"])
    assert told["event"] == event["type"] == "listen.created" and int(told["id"]) == event["id"]
    assert event["data"]["listen_id"] == added["outcomes"][0]["listen_id"]


def test_a_stream_is_resumed_without_loss_or_repetition(live_server: LiveServer, services: Services) -> None:
    """Whoever drops the stream again and again while events are written sees every one of them once, in order."""
    user_id, count, seen, last = user_of(live_server, services), 60, [], "0"

    def write() -> None:
        for n in range(count):
            services.journal.add(user_id, "track.loved", {"n": n})

    writing = threading.Thread(target=write)
    writing.start()
    with listening(live_server) as client:
        while len(seen) < count:
            with client.stream("GET", "/events", headers={"Last-Event-ID": last}) as stream:
                lines = stream.iter_lines()
                for _ in range(min(7, count - len(seen))):
                    told = next_event(lines)
                    seen.append(json.loads(told["data"])["data"]["n"])
                    last = told["id"]
    writing.join()
    assert seen == list(range(count))


def test_a_stream_tells_chosen_types_only(live_server: LiveServer, services: Services) -> None:
    """`types` narrows a stream to types and groups; a misspelt one is refused by name."""
    user_id = user_of(live_server, services)
    for name in ("track.loved", "player.paused", "decision.made", "player.started"):
        services.journal.add(user_id, name, {})
    with listening(live_server) as client:
        with client.stream("GET", "/events?last_id=0&types=player.*") as stream:
            lines = stream.iter_lines()
            assert [next_event(lines)["event"] for _ in range(2)] == ["player.paused", "player.started"]
        refused = client.get("/events?types=player")
    assert refused.status_code == 422 and "player" in refused.text


def test_a_websocket_tells_the_same(live_server: LiveServer, services: Services) -> None:
    """By bearer token: events as messages, resumed behind last_id, none lost, none twice."""
    user_id = user_of(live_server, services)
    for n in range(5):
        services.journal.add(user_id, "track.loved", {"n": n})
    with connect(ws_address(live_server, "?last_id=0"), additional_headers=live_server.headers) as socket:
        first = [json.loads(socket.recv(10)) for _ in range(3)]
    again = ws_address(live_server, f"?last_id={first[-1]['id']}")
    with connect(again, additional_headers=live_server.headers) as socket:
        services.journal.add(user_id, "track.loved", {"n": 5})
        rest = [json.loads(socket.recv(10)) for _ in range(3)]
    assert [event["data"]["n"] for event in first + rest] == list(range(6))


def test_a_websocket_takes_its_token_as_first_message(live_server: LiveServer, services: Services) -> None:
    """Browsers can set no header: they say the token first, and hear what comes from the moment they connected."""
    user_id, token = user_of(live_server, services), live_server.headers["Authorization"].partition(" ")[2]
    with connect(ws_address(live_server)) as socket:
        services.journal.add(user_id, "track.loved", {"n": 1})
        socket.send(json.dumps({"token": token}))
        assert json.loads(socket.recv(10))["data"] == {"n": 1}


@pytest.mark.parametrize("word", ['{"token": "no"}', "no json", "[]", '{"token": 3}', '{"token": null}'])
def test_a_websocket_without_a_valid_token_is_closed(live_server: LiveServer, word: str) -> None:
    """A wrong token, or something else in its place, closes the socket with 4401."""
    with connect(ws_address(live_server)) as socket:
        socket.send(word)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_a_token_without_the_scope_hears_nothing(live_server: LiveServer, services: Services) -> None:
    """A token that may not read listens is closed with 4403 and refused by the stream."""
    token = services.accounts.new_token(user_of(live_server, services), "", ("account:read",))
    headers = {"Authorization": f"Bearer {token}"}
    with (
        connect(ws_address(live_server), additional_headers=headers) as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        socket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403
    told = httpx2.get(f"{live_server.url}{ROOT}/events", headers=headers)
    assert told.status_code == 403


def test_a_revoked_token_ends_its_streams(live_server: LiveServer, services: Services) -> None:
    """A stream that is open ends with the token it was opened with."""
    user_id = user_of(live_server, services)
    token = services.accounts.new_token(user_id, "short", ("listens:read",))
    row = next(row for row in services.accounts.tokens(user_id) if row.label == "short")
    with connect(ws_address(live_server), additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        services.accounts.revoke_token(user_id, row.token_id)
        services.journal.add(user_id, "track.loved", {"n": 1})
        with pytest.raises(ConnectionClosed) as closed:
            assert [socket.recv(10) for _ in range(9)] == []
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_no_socket_anywhere_else(live_server: LiveServer) -> None:
    """Other addresses of the API and pages take no websocket."""
    for path in (f"{ROOT}/events", "/", "/settings"):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            connect(live_server.url.replace("http", "ws", 1) + path).recv(5)


def test_an_event_reaches_a_stream_at_once(live_server: LiveServer, services: Services) -> None:
    """From being written to being heard takes a fraction of a second, not a look-round."""
    user_id = user_of(live_server, services)
    with connect(ws_address(live_server), additional_headers=live_server.headers) as socket:
        services.journal.add(user_id, "track.loved", {"n": 0})
        socket.recv(10)
        began = time.monotonic()
        services.journal.add(user_id, "track.loved", {"n": 1})
        socket.recv(10)
        assert time.monotonic() - began < 2


# --- schemas ------------------------------------------------------------------------------------------------------


def test_every_type_has_its_schema_published(anyone: TestClient) -> None:
    """Each type's schema is served without a token, is a valid JSON Schema, and stands on the page of events."""
    page = anyone.get("/docs/events").text
    for name in TYPES:
        told = anyone.get(f"/schema/{name}.json")
        assert told.status_code == 200 and told.headers["content-type"].startswith("application/schema+json")
        jsonschema_rs.meta.validate(told.json())
        assert told.json()["properties"]["type"] == {"const": name} and f'id="{name}"' in page
    assert anyone.get("/schema/no.such.json").status_code in (404, 422)


def test_events_are_what_their_schemas_say(services: Services, bob: Listener) -> None:
    """What this server raises by itself validates against the published schema of its type."""
    heard = Submission(source="lastfm", artist_name="A", track_name="T", listened_at=UnixSeconds(1_700_000_000))
    services.ingest.add_now(bob.user_id, [heard])
    services.ingest.add_now(bob.user_id, [heard], bulk=True)
    other = Submission(source="export", artist_name="B", track_name="T", listened_at=heard.listened_at)
    services.ingest.add_now(bob.user_id, [other], bulk=True)
    services.playing.set(bob.user_id, heard, 60)
    services.playing.clear(bob.user_id)
    services.feedback.love(bob.user_id, heard)
    services.feedback.unlove(bob.user_id, heard)
    artist = services.insights.chart(bob.user_id, "artist", None).rows[0].entity.entity_id
    row = services.decisions.make(bob.user_id, "rename", {"entity": "artist", "id": artist, "name": "C"})
    services.decisions.undo(bob.user_id, row.decision_id)
    events = services.journal.since(bob.user_id, 0)
    for event in events:
        jsonschema_rs.validate(schema(event.type), event.told(), validate_formats=True)
    assert {event.type for event in events} == {
        "listen.created", "listen.imported", "playing_now.changed", "player.started", "track.loved", "track.unloved",
        "decision.made", "decision.undone",
    }  # fmt: skip


# --- webhooks -----------------------------------------------------------------------------------------------------


def test_webhooks_are_managed(ada: Listener, bob: Listener) -> None:
    """Make, read, change, rotate, remove; the secret is told when made and never again; others see nothing."""
    made = ada.client.post("/webhooks", json={"url": "https://93.184.216.34/hook?a=1", "types": ["player.*"]})
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    path = f"/webhooks/{made.json()['endpoint_id']}"
    assert "secret" not in ada.client.get(path).json()
    changed = ada.client.patch(path, json={"label": "kitchen", "types": [], "state": "paused"}).json()
    assert (changed["label"], changed["types"], changed["state"]) == ("kitchen", [], "paused")
    assert ada.client.post(f"{path}/test").status_code == 409
    assert ada.client.patch(path, json={"state": "on"}).json()["state"] == "on"
    assert ada.client.post(f"{path}/rotate").json()["secret"] != made.json()["secret"]
    queued = ada.client.post(f"{path}/test")
    assert queued.status_code == 202 and queued.json()["type"] == "webhook.test"
    assert [one["delivery_id"] for one in ada.client.get(f"{path}/deliveries").json()] == [queued.json()["delivery_id"]]
    assert ada.client.post(f"{path}/deliveries/{queued.json()['delivery_id']}/replay").status_code == 202
    assert ada.client.post(f"{path}/replay", json={"after": 0}).json() == {"queued": 0}
    assert bob.client.get(path).status_code == 404 and bob.client.get("/webhooks").json() == []
    assert ada.client.delete(path).status_code == 204
    assert ada.client.get(path).status_code == 404


def test_webhooks_want_their_scope(app: object, services: Services, ada: Listener) -> None:
    """A token that may only read listens may not send them elsewhere."""
    reader = client_with(app, services.accounts.new_token(ada.user_id, "", ("listens:read",)))
    assert reader.post("/webhooks", json={"url": "https://93.184.216.34/"}).status_code == 403
    assert reader.get("/webhooks").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://192.168.1.1/"}, "url"),
        ({"url": "gopher://example.org/"}, "url"),
        ({"url": "https://93.184.216.34/", "types": ["listens"]}, "types"),
    ],
)
def test_a_bad_webhook_is_refused(ada: Listener, body: dict[str, object], field: str) -> None:
    """Private addresses, other schemes and unknown types are refused with the field at fault."""
    told = ada.client.post("/webhooks", json=body)
    assert told.status_code == 422 and told.json()["errors"][0]["field"] == field
