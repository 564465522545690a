"""The ListenBrainz API over real services: what is answered, kept and refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from earstead.apis.listenbrainz.routes import routes
from earstead.core.ids import DurationMs, UnixSeconds, UserId
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.limits import Limits

if TYPE_CHECKING:
    from tests.apis.listenbrainz.conftest import Listener

    from earstead.services.container import Services

AT = 1_700_000_000
MBID = "5f0c2f7e-6a55-4c0e-9f0f-0d9c7f9d7f11"


def said(title: str = "Low Tide", **info: Any) -> dict[str, Any]:
    return {"artist_name": "Halcyon Choir", "track_name": title, "additional_info": info}


def play(at: int = AT, title: str = "Low Tide", **info: Any) -> dict[str, Any]:
    return {"listened_at": at, "track_metadata": said(title, **info)}


def submit(client: TestClient, who: Listener, *listens: Any, kind: str = "import", query: str = "") -> Any:
    body = json.dumps({"listen_type": kind, "payload": listens})
    return client.post(f"/1/submit-listens{query}", content=body, headers=who.headers)


def page(client: TestClient, who: Listener, query: str = "") -> dict[str, Any]:
    payload: dict[str, Any] = client.get(f"/1/user/{who.name}/listens{query}", headers=who.headers).json()["payload"]
    return payload


# --- what every answer has in common ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/1/validate-token?token=x", 200),
        ("POST", "/1/submit-listens", 401),
        ("DELETE", "/1/submit-listens", 405),
        ("GET", "/1/nothing/here", 404),
        ("GET", "/1", 404),
        ("OPTIONS", "/1/user/ada/listens", 200),
    ],
)
def test_every_answer_has_cors_and_rate_limit_headers(client: TestClient, method: str, path: str, status: int) -> None:
    """Success, failure, unknown path and preflight alike; failures repeat their code in the body."""
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    assert response.headers["access-control-max-age"] == "21600"
    assert response.headers["access-control-expose-headers"].count("X-RateLimit-") == 4
    assert "OPTIONS" in response.headers["access-control-allow-methods"]
    assert 1 <= int(response.headers["x-ratelimit-reset-in"]) <= 10
    assert int(response.headers["x-ratelimit-reset"]) % 10 == 0
    assert status == 200 or response.json()["code"] == status


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    """405 keeps its Allow; HEAD is allowed wherever GET is."""
    response = client.put("/1/latest-import")
    assert response.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert response.json()["error"]


def test_beyond_the_limit_is_429_until_the_window_ends(services: Services, clock: FixedClock) -> None:
    """The error names the headers to read, and the next window is free again."""
    strict = replace(services, limits=Limits(listenbrainz=2))
    far = TestClient(Starlette(routes=routes(strict)), client=("192.0.2.1", 5000))
    statuses = [far.get("/1/validate-token?token=x").status_code for _ in range(3)]
    refused = far.get("/1/validate-token?token=x")
    assert statuses == [200, 200, 429]
    assert refused.json() == {
        "code": 429,
        "error": "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information "
        "on your current rate limit.",
    }
    assert refused.headers["x-ratelimit-remaining"] == "0"
    clock.advance(int(refused.headers["x-ratelimit-reset-in"]))
    assert far.get("/1/validate-token?token=x").status_code == 200


# --- tokens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "You need to provide an Authorization header."),
        ("", "You need to provide an Authorization header."),
        ("Token", "Provided Authorization header is invalid."),
        ("Token 11111111-1111-4111-8111-111111111111", "Invalid authorization token."),
    ],
)
@pytest.mark.parametrize("path", ["submit-listens", "delete-listen", "playing-now/delete", "latest-import"])
def test_writing_needs_a_token(client: TestClient, path: str, header: str | None, message: str) -> None:
    """Each way of not having one has its message, before the body is looked at."""
    headers = {} if header is None else {"Authorization": header}
    response = client.post(f"/1/{path}", content=b"{", headers=headers)
    assert (response.status_code, response.json()) == (401, {"code": 401, "error": message})


def test_writing_needs_the_scope(client: TestClient, services: Services, ada: Listener) -> None:
    """A token for reading alone cannot submit."""
    token = services.accounts.new_token(UserId(ada.user_id), "reader", ("listens:read",))
    response = submit(client, replace(ada, token=token), play())
    assert (response.status_code, response.json()["error"]) == (401, "Insufficient scope.")


@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer", "whatever"])
def test_the_scheme_word_is_ignored(client: TestClient, ada: Listener, scheme: str) -> None:
    """Clients write it as they like."""
    headers = {"Authorization": f"{scheme} {ada.token}"}
    assert client.get("/1/validate-token", headers=headers).json()["valid"] is True
    assert client.post("/1/delete-listen", content=b"{}", headers=headers).status_code == 400


def test_tokens_are_validated(client: TestClient, ada: Listener) -> None:
    """Valid ones name their user, invalid ones nobody, and none at all is a fault of the request."""
    valid = {"code": 200, "message": "Token valid.", "valid": True, "user_name": ada.name}
    assert client.get("/1/validate-token", headers=ada.headers).json() == valid
    assert client.get(f"/1/validate-token/?token={ada.token}").json() == valid
    assert client.get("/1/validate-token?token=x").json() == {
        "code": 200,
        "message": "Token invalid.",
        "valid": False,
    }
    missing = client.get("/1/validate-token")
    assert missing.status_code == 400
    assert missing.json() == {"code": 400, "error": "You need to provide an Authorization token."}


def test_a_revoked_token_ends_at_once(client: TestClient, services: Services, ada: Listener) -> None:
    """What is revoked on the settings page cannot submit any more."""
    user_id = UserId(ada.user_id)
    for row in services.accounts.tokens(user_id):
        services.accounts.revoke_token(user_id, row.token_id)
    assert submit(client, ada, play()).json()["error"] == "Invalid authorization token."


# --- submitting ------------------------------------------------------------------------------------------------------


def test_a_listen_can_be_read_as_soon_as_it_is_answered(client: TestClient, ada: Listener, clock: FixedClock) -> None:
    """Read-your-writes, in the shape clients expect, with additional_info flattened and the MSID injected."""
    info = {"tracknumber": "4", "nested": {"a": {"b": 1}}, "list": [{"c": 2}], "recording_mbid": MBID.upper()}
    sent = {"listened_at": AT, "track_metadata": {**said(**info), "release_name": "Harbour Lights"}}
    assert submit(client, ada, sent, kind="single").json() == {"status": "ok"}
    payload = page(client, ada)
    msid = payload["listens"][0]["recording_msid"]
    assert payload == {
        "count": 1,
        "user_id": ada.name,
        "latest_listen_ts": AT,
        "oldest_listen_ts": AT,
        "listens": [
            {
                "listened_at": AT,
                "inserted_at": clock.now(),
                "recording_msid": msid,
                "user_name": ada.name,
                "track_metadata": {
                    "artist_name": "Halcyon Choir",
                    "track_name": "Low Tide",
                    "release_name": "Harbour Lights",
                    "additional_info": {
                        "tracknumber": "4",
                        "nested.a.b": 1,
                        "list": [{"c": 2}],
                        "recording_mbid": MBID,
                        "recording_msid": msid,
                    },
                    "mbid_mapping": {"recording_mbid": MBID, "recording_name": "Low Tide"},
                },
            }
        ],
    }


def test_the_same_listens_again_change_nothing(client: TestClient, ada: Listener) -> None:
    """A retry, and a duplicate within one request, are accepted and ignored."""
    for _ in range(2):
        assert submit(client, ada, play(), play(), play(AT + 300)).status_code == 200
    assert client.get(f"/1/user/{ada.name}/listen-count").json() == {"payload": {"count": 2}}


def test_two_songs_in_one_second_are_two_listens(client: TestClient, ada: Listener) -> None:
    """Different tracks with the same time are both kept."""
    submit(client, ada, play(title="One"), play(title="Two"))
    titles = [one["track_metadata"]["track_name"] for one in page(client, ada)["listens"]]
    assert sorted(titles) == ["One", "Two"]


def test_one_bad_listen_rejects_the_whole_request(client: TestClient, ada: Listener) -> None:
    """Nothing is stored, and the answer repeats the offending listen beside code and error."""
    response = submit(client, ada, play(), {"listened_at": 5, "track_metadata": said(), "code": 7})
    assert response.status_code == 400
    assert response.json()["code"] == 400
    assert response.json()["listened_at"] == 5
    assert response.json()["error"].startswith("Value for key listened_at is too low.")
    assert page(client, ada)["count"] == 0


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/json"])
def test_the_content_type_does_not_matter(client: TestClient, ada: Listener, content_type: str | None) -> None:
    """Bodies are parsed from what they hold."""
    headers = ada.headers | ({"Content-Type": content_type} if content_type else {})
    body = json.dumps({"listen_type": "single", "payload": [play()]})
    assert client.post("/1/submit-listens/", content=body, headers=headers).json() == {"status": "ok"}


def test_a_body_beyond_the_limit_is_refused_while_it_is_read(client: TestClient, ada: Listener) -> None:
    """One byte too many gets the message about the payload's size."""
    response = client.post("/1/submit-listens", content=b" " * 10_240_001, headers=ada.headers)
    assert (response.status_code, response.json()["error"]) == (
        400,
        "Payload too large. Payload cannot exceed 10240000 bytes",
    )


SCRAP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from([AT, "single", "import", MBID]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["listened_at", "track_metadata", "artist_name", "track_name", "additional_info", "tags", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
DOCUMENT = st.fixed_dictionaries({"listen_type": SCRAP, "payload": st.lists(SCRAP, max_size=3) | SCRAP}) | SCRAP


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=30) | DOCUMENT.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_the_server_fail(client: TestClient, ada: Listener, body: bytes) -> None:
    """Anything is accepted or refused with a reason, and what is refused leaves nothing behind."""
    before = page(client, ada)["count"]
    response = client.post("/1/submit-listens", content=body, headers=ada.headers)
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert response.json()["error"]
        assert page(client, ada)["count"] == before


# --- playing now -----------------------------------------------------------------------------------------------------


def now_playing(client: TestClient, who: Listener) -> list[dict[str, Any]]:
    listens: list[dict[str, Any]] = client.get(f"/1/user/{who.name}/playing-now/").json()["payload"]["listens"]
    return listens


def test_what_is_playing_stands_as_long_as_the_track(client: TestClient, ada: Listener, clock: FixedClock) -> None:
    """The slot shows the track without a time, is not a listen, and is empty after its length."""
    playing = {"track_metadata": said(duration_ms=214_000, device={"name": "attic"})}
    answer = submit(client, ada, playing, kind="playing_now", query="?return_msid=1").json()
    slot = client.get(f"/1/user/{ada.name}/playing-now").json()
    assert slot == {
        "payload": {
            "count": 1,
            "user_id": ada.name,
            "playing_now": True,
            "listens": [
                {
                    "playing_now": True,
                    "user_name": ada.name,
                    "track_metadata": {
                        "artist_name": "Halcyon Choir",
                        "track_name": "Low Tide",
                        "additional_info": {
                            "duration_ms": 214_000,
                            "device.name": "attic",
                            "recording_msid": answer["recording_msid"],
                        },
                    },
                }
            ],
        }
    }
    clock.advance(213)
    assert now_playing(client, ada)
    clock.advance(1)
    assert client.get(f"/1/user/{ada.name}/playing-now").json()["payload"] == {
        "count": 0,
        "user_id": ada.name,
        "playing_now": True,
        "listens": [],
    }
    assert page(client, ada)["count"] == 0


def test_the_msid_of_what_plays_is_that_of_its_listen(client: TestClient, ada: Listener) -> None:
    """Clients that love the playing track by MSID love the listen that follows; a release does not change it."""
    playing = submit(client, ada, {"track_metadata": said()}, kind="playing_now", query="?return_msid=true").json()
    submit(client, ada, {"listened_at": AT, "track_metadata": {**said(), "release_name": "x"}}, kind="single")
    assert page(client, ada)["listens"][0]["recording_msid"] == playing["recording_msid"]


def test_the_same_track_again_does_not_extend_the_slot(client: TestClient, ada: Listener, clock: FixedClock) -> None:
    """Players repeat themselves; another track replaces the slot."""
    for _ in range(2):
        submit(client, ada, {"track_metadata": said(duration=100)}, kind="playing_now")
        clock.advance(60)
    assert now_playing(client, ada) == []
    submit(client, ada, {"track_metadata": said("One")}, kind="playing_now")
    submit(client, ada, {"track_metadata": said("Two")}, kind="playing_now")
    submit(client, ada, play(clock.now()), kind="single")
    assert now_playing(client, ada)[0]["track_metadata"]["track_name"] == "Two"


def test_the_slot_can_be_cleared_by_its_client(client: TestClient, ada: Listener) -> None:
    """Whoever names another client clears nothing."""

    def clear(content: str) -> Any:
        return client.post("/1/playing-now/delete", content=content, headers=ada.headers)

    assert clear("").json() == {"status": "ok", "message": "Playing now was already cleared"}
    submit(client, ada, {"track_metadata": said(submission_client="mine")}, kind="playing_now")
    other = clear('{"client":"other"}')
    assert other.status_code == 404
    assert other.json()["error"] == "No playing now listen found for the specified client."
    assert clear('{"client":5}').json()["error"] == "The 'client' field must be a string."
    assert clear("{").status_code == 400
    assert clear('{"client":"mine"}').json() == {"status": "ok", "message": "Playing now cleared successfully"}
    assert now_playing(client, ada) == []


# --- reading -------------------------------------------------------------------------------------------------------


def times(client: TestClient, who: Listener, query: str) -> list[int]:
    return [one["listened_at"] for one in page(client, who, query)["listens"]]


def test_pages_go_both_ways_between_exclusive_bounds(client: TestClient, ada: Listener) -> None:
    """max_ts pages back from the newest, min_ts forward from the oldest; always newest first, never too many."""
    submit(client, ada, *[play(AT + i * 1000, f"Song {i}") for i in range(6)])
    at = [AT + i * 1000 for i in range(6)]
    assert times(client, ada, "") == at[::-1]
    assert times(client, ada, "?count=2") == [at[5], at[4]]
    assert times(client, ada, f"?count=2&max_ts={at[4]}") == [at[3], at[2]]
    assert times(client, ada, f"?count=2&min_ts={at[1]}") == [at[3], at[2]]
    assert times(client, ada, f"?count=2&min_ts={at[1]}&max_ts={at[3]}") == [at[2]]
    assert times(client, ada, f"?min_ts={at[5]}") == []
    empty = page(client, ada, "?count=0")
    assert (empty["count"], empty["listens"], empty["latest_listen_ts"]) == (0, [], at[5])


def test_a_history_without_listens_has_no_ends(client: TestClient, ada: Listener) -> None:
    """Zeros and an empty list, not a failure."""
    assert page(client, ada) == {
        "count": 0,
        "user_id": ada.name,
        "latest_listen_ts": 0,
        "oldest_listen_ts": 0,
        "listens": [],
    }


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?max_ts=soon", "Incorrect max_ts timestamp argument: soon"),
        ("?count=-1", "Number of items requested should be positive"),
        ("?min_ts=5&max_ts=5", "max_ts should be greater than min_ts"),
    ],
)
def test_bad_bounds_are_refused(client: TestClient, ada: Listener, query: str, message: str) -> None:
    """In the protocol's words and shape."""
    response = client.get(f"/1/user/{ada.name}/listens{query}", headers=ada.headers)
    assert (response.status_code, response.json()) == (400, {"code": 400, "error": message})


READINGS = ["/1/user/{}/listens", "/1/user/{}/listen-count", "/1/user/{}/playing-now", "/1/latest-import?user_name={}"]


@pytest.mark.parametrize("path", READINGS)
def test_names_match_in_any_case_and_are_echoed_as_asked(client: TestClient, ada: Listener, path: str) -> None:
    """Clients that change the case of a name still find it."""
    response = client.get(path.format(ada.name.upper()))
    assert response.status_code == 200
    assert response.json().get("payload", {}).get("user_id", ada.name.upper()) == ada.name.upper()


@pytest.mark.parametrize("path", READINGS)
@pytest.mark.parametrize("name", ["nobody", "a%2Fb", "%00", "%ff", "x%20y", "💿", "'--"])
def test_unknown_users_are_not_found(client: TestClient, path: str, name: str) -> None:
    """Whatever the name holds, the answer is the protocol's 404."""
    response = client.get(path.format(name))
    assert response.status_code == 404
    assert response.json()["error"].startswith("Cannot find user: ")


@pytest.mark.parametrize("path", READINGS)
def test_private_users_exist_for_their_own_token_alone(
    client: TestClient, ada: Listener, bob: Listener, path: str
) -> None:
    """Strangers and other users get the same 404 as for nobody; a wrong token is a 401."""
    url = path.format(bob.name)
    assert client.get(url, headers=bob.headers).status_code == 200
    for headers in ({}, ada.headers):
        response = client.get(url, headers=headers)
        assert (response.status_code, response.json()["error"]) == (404, f"Cannot find user: {bob.name}")
    assert client.get(url, headers={"Authorization": "Token x"}).status_code == 401


def test_reading_a_private_history_needs_the_scope(client: TestClient, services: Services, bob: Listener) -> None:
    """A token for writing alone opens nothing."""
    writer = replace(bob, token=services.accounts.new_token(UserId(bob.user_id), "writer", ("listens:write",)))
    assert submit(client, writer, play()).status_code == 200
    assert client.get("/1/user/bob/listen-count", headers=writer.headers).status_code == 404


# --- deleting, import places -----------------------------------------------------------------------------------------


def test_a_deleted_listen_is_gone_at_once(client: TestClient, ada: Listener) -> None:
    """Named by time and MSID; deleting what is not there is fine, too."""
    submit(client, ada, play(title="One"), play(title="Two"))
    doomed = next(x for x in page(client, ada)["listens"] if x["track_metadata"]["track_name"] == "One")
    order = {"listened_at": AT, "recording_msid": doomed["recording_msid"]}
    for _ in range(2):
        response = client.post("/1/delete-listen", content=json.dumps(order), headers=ada.headers)
        assert response.json() == {"status": "ok"}
    assert [x["track_metadata"]["track_name"] for x in page(client, ada)["listens"]] == ["Two"]
    assert client.get(f"/1/user/{ada.name}/listen-count").json()["payload"]["count"] == 1


def test_a_listen_is_deleted_by_the_words_of_any_witness(client: TestClient, services: Services, ada: Listener) -> None:
    """A play that a player watcher and an export reported at different seconds goes by either second."""
    export = Submission(
        source="spotify-export", artist_name="Halcyon Choir", track_name="Low Tide",
        listened_at=UnixSeconds(AT + 3), ended_at=UnixSeconds(AT + 203),
        played_ms=DurationMs(200_000), duration_ms=DurationMs(200_000),
    )  # fmt: skip
    for shown_first in (True, False):
        submit(client, ada, play(duration_ms=200_000))
        services.ingest.add_now(UserId(ada.user_id), [export])
        [listen] = page(client, ada)["listens"]
        times = (AT, AT + 3) if listen["listened_at"] == AT else (AT + 3, AT)
        order = {"listened_at": times[not shown_first], "recording_msid": listen["recording_msid"]}
        client.post("/1/delete-listen", content=json.dumps(order), headers=ada.headers)
        assert page(client, ada)["listens"] == []
        made, *_ = services.decisions.log(UserId(ada.user_id))
        services.decisions.undo(UserId(ada.user_id), made.decision_id)


def test_nobody_deletes_from_anothers_history(client: TestClient, ada: Listener, bob: Listener) -> None:
    """A token acts on its own user's listens alone."""
    submit(client, ada, play())
    msid = page(client, ada)["listens"][0]["recording_msid"]
    order = json.dumps({"listened_at": AT, "recording_msid": msid})
    assert client.post("/1/delete-listen", content=order, headers=bob.headers).status_code == 200
    assert page(client, ada)["count"] == 1


def test_the_place_of_an_importer_only_grows(client: TestClient, ada: Listener) -> None:
    """Smaller and missing times are ignored; services keep theirs apart; unknown ones are not found."""
    url = f"/1/latest-import?user_name={ada.name}"
    for data in ({"ts": 500, "service": "lastfm"}, {"ts": 400}, {}, {"ts": 9, "service": "librefm"}):
        response = client.post("/1/latest-import", content=json.dumps(data), headers=ada.headers)
        assert response.json() == {"status": "ok"}
    assert client.get(url).json() == {
        "musicbrainz_id": ada.name,
        "latest_import": 500,
        "status": None,
        "error": None,
    }
    assert client.get(f"{url}&service=librefm").json()["latest_import"] == 9
    unknown = client.get(f"{url}&service=carrier-pigeon")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Service does not exist: carrier-pigeon")
    assert client.post("/1/latest-import", content=b"[", headers=ada.headers).json()["error"] == "Invalid data sent"
