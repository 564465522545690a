"""Decisions through the own API."""

from __future__ import annotations

from tests.apis.native.speaking import Listener, play


def _artist(listener: Listener, name: str) -> str:
    rows = listener.client.get("/charts/artist").json()["rows"]
    found: str = next(row["entity"]["entity_id"] for row in rows if row["entity"]["name"] == name)
    return found


def test_a_rename_is_previewed_made_undone_and_logged(ada: Listener) -> None:
    """The preview changes nothing; making it renames the past; undoing and redoing turn it; the log keeps it."""
    ada.add(play())
    body = {
        "kind": "rename",
        "subject": {"entity": "artist", "id": _artist(ada, "Quiet Harbour"), "name": "Loud Harbour"},
    }
    assert ada.client.post("/decisions/preview", json=body).json()["listens"] == 1
    assert ada.client.get("/decisions").json() == []
    made = ada.client.post("/decisions", json=body)
    assert made.status_code == 201
    assert made.json()["subject"]["id"] == body["subject"]["id"]  # type: ignore[index]
    number = made.json()["decision_id"]
    assert ada.client.get("/charts/artist").json()["rows"][0]["entity"]["name"] == "Loud Harbour"
    assert ada.client.post(f"/decisions/{number}/undo").json()["undone_at"] > 0
    assert ada.client.get("/charts/artist").json()["rows"][0]["entity"]["name"] == "Quiet Harbour"
    assert ada.client.post(f"/decisions/{number}/redo").json()["undone_at"] == 0
    assert [decision["kind"] for decision in ada.client.get("/decisions").json()] == ["rename"]


def test_merge_takes_ids_as_text(ada: Listener) -> None:
    """Ids as the API tells them, decimal text, are good in a list as well."""
    ada.add(play(1_700_000_000, "Quiet Harbour"), play(1_700_001_000, "The Quiet Harbour"))
    ids = [_artist(ada, "Quiet Harbour"), _artist(ada, "The Quiet Harbour")]
    body = {"kind": "merge", "subject": {"entity": "artist", "ids": ids, "into": ids[0]}}
    assert ada.client.post("/decisions", json=body).status_code == 201
    assert len(ada.client.get("/charts/artist").json()["rows"]) == 1


def test_faulty_and_foreign_decisions_are_refused(ada: Listener, bob: Listener) -> None:
    """Unknown kinds, missing members, others' decisions: 422 or 404, never a change."""
    [listen_id] = ada.add(play())
    assert ada.client.post("/decisions", json={"kind": "shout", "subject": {}}).status_code == 422
    assert ada.client.post("/decisions", json={"kind": "rename", "subject": {}}).status_code == 422
    nobody = {"kind": "rename", "subject": {"entity": "artist", "id": "5", "name": "X"}}
    assert ada.client.post("/decisions", json=nobody).status_code in (404, 422)
    theirs = {"kind": "delete", "subject": {"listen_ids": [listen_id]}}
    assert bob.client.post("/decisions", json=theirs).status_code == 404
    made = ada.client.post("/decisions", json=theirs).json()["decision_id"]
    assert bob.client.post(f"/decisions/{made}/undo").status_code == 404
    assert ada.client.get("/listens").json()["items"] == []
