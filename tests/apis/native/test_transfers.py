"""Imports and exports through the own API."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from tests.apis.native.speaking import Listener, play
from tests.conftest import NOW

from earstead.sandbox.exports import as_listenbrainz_jsonl, as_spotify_extended
from earstead.sandbox.world import history

PLAYS = list(history(5, 60, NOW - 86_400))
SPOTIFY = b"".join(as_spotify_extended(PLAYS))


def _settled(listener: Listener, import_id: int, state: str) -> dict[str, Any]:
    """The import once its background work has ended."""
    pause = threading.Event()
    for _ in range(1000):
        job: dict[str, Any] = listener.client.get(f"/imports/{import_id}").json()
        if job["state"] in (state, "failed") and job["progress"] == 1:
            return job
        pause.wait(0.01)
    raise AssertionError(f"still {job}")


def test_an_upload_is_previewed_run_and_reported(ada: Listener) -> None:
    """A form with a file gives a preview that writes nothing; running it writes; running it again changes nothing."""
    sent = ada.client.post("/imports", files={"file": ("Streaming_History_Audio.json", SPOTIFY)})
    assert sent.status_code == 201, sent.text
    number = sent.json()["import_id"]
    job = _settled(ada, number, "preview")
    assert (job["counts"]["read"], job["counts"]["new"]) == (60, 60)
    assert ada.client.get("/listens").json()["items"] == []
    assert ada.client.post(f"/imports/{number}/run").status_code == 202
    done = _settled(ada, number, "done")
    counts = done["counts"]
    assert counts["read"] == sum(value for name, value in counts.items() if name != "read") == 60
    assert len(ada.client.get("/listens", params={"limit": 100}).json()["items"]) == counts["new"]
    assert [one["import_id"] for one in ada.client.get("/imports").json()] == [number]


def test_the_body_may_be_the_file_and_skips_are_reported(ada: Listener) -> None:
    """A raw body is an upload too; each row that became nothing is in the report with its reason."""
    body = b"".join(as_listenbrainz_jsonl(PLAYS)) + b'{"listened_at": 5, "track_metadata": {"artist_name": ""}}\n'
    number = ada.client.post("/imports", params={"name": "listens.jsonl"}, content=body).json()["import_id"]
    job = _settled(ada, number, "preview")
    lines = ada.client.get(f"/imports/{number}/report").text.splitlines()
    assert job["counts"]["skipped"] == len(lines) == 1
    assert json.loads(lines[0])["reason"]


def test_others_imports_do_not_exist(ada: Listener, bob: Listener) -> None:
    """Another user's import is 404 for reading, running, cancelling and its report."""
    number = ada.client.post("/imports", files={"file": ("a.json", SPOTIFY)}).json()["import_id"]
    _settled(ada, number, "preview")
    assert bob.client.get(f"/imports/{number}").status_code == 404
    assert bob.client.post(f"/imports/{number}/run").status_code == 404
    assert bob.client.post(f"/imports/{number}/cancel").status_code == 404
    assert bob.client.get(f"/imports/{number}/report").status_code == 404
    assert bob.client.get("/imports").json() == []


def test_an_import_can_be_cancelled(ada: Listener) -> None:
    """A cancelled preview writes nothing and cannot be run."""
    number = ada.client.post("/imports", files={"file": ("a.json", SPOTIFY)}).json()["import_id"]
    _settled(ada, number, "preview")
    assert ada.client.post(f"/imports/{number}/cancel").json()["state"] == "cancelled"
    assert ada.client.post(f"/imports/{number}/run").status_code in (409, 422)
    assert ada.client.get("/me").json()["listens"] == 0


@pytest.mark.parametrize("content_type", ["application/octet-stream", "multipart/form-data; boundary=x"])
def test_an_upload_without_a_file_is_refused(ada: Listener, content_type: str) -> None:
    """An empty body, or a form without a file, is a 4xx problem and leaves no import."""
    answer = ada.client.post("/imports", content=b"", headers={"Content-Type": content_type})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert ada.client.get("/imports").json() == []


def test_everything_goes_out_again(ada: Listener) -> None:
    """Each offered format downloads as a file of that name; one that is not offered is 404."""
    ada.add(play(), play(1_700_001_000))
    offered = [form["name"] for form in ada.client.get("/exports").json()]
    assert {"archive", "jsonl", "csv"} <= set(offered)
    for name in offered:
        answer = ada.client.get(f"/exports/{name}")
        assert answer.status_code == 200, name
        assert name in answer.headers["content-disposition"]
        assert answer.content
    assert len(ada.client.get("/exports/jsonl").text.splitlines()) == 2
    assert ada.client.get("/exports/tape").status_code == 404
