"""Podcasts changed through the own API, against the simulator: journal, dry runs, files, faults with their mend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.apis.native.podcasts import Desk, furnished

from earstead.sandbox.creators.world import State

SOUND = b"ID3" + bytes(20_000)
LATER = 1_800_000_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests here, each with an episode of its own."""
    with furnished(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


def test_an_edit_is_in_the_journal_and_can_be_undone(desk: Desk) -> None:
    """A title is changed there, the change says before and after and that it came by the API, and undo puts it back."""
    episode = desk.episodes(state="published")[0]
    made = desk.client.patch(f"/creators/episodes/{episode['episode_id']}", json={"title": "Better"})
    assert made.status_code == 200, made.text
    change = made.json()
    assert (change["state"], change["actor"], change["before"]["title"]) == ("confirmed", "api", episode["title"])
    assert "Better" in [one.title for one in desk.stage.episodes()]
    assert desk.get(f"/creators/changes/{change['change_id']}")["action"] == "episode.edit"
    assert desk.other.get(f"/creators/changes/{change['change_id']}").status_code == 404
    assert desk.client.post(f"/creators/changes/{change['change_id']}/undo").json()["state"] == "confirmed"
    assert episode["title"] in [one.title for one in desk.stage.episodes()]
    assert desk.client.post(f"/creators/changes/{change['change_id']}/undo").status_code == 409
    listed = desk.get(f"/creators/shows/{desk.show_id}/changes")["items"]
    assert [one["state"] for one in listed if one["change_id"] == change["change_id"]] == ["undone"]


def test_a_dry_run_sends_nothing(desk: Desk) -> None:
    """With dry_run the planned change is answered, the simulator hears nothing and the journal stays as it is."""
    episode = desk.episodes(state="published")[1]["episode_id"]
    calls, journal = dict(desk.stage.simulator.calls), desk.get(f"/creators/shows/{desk.show_id}/changes")
    dry = {"dry_run": True}
    answers = [
        desk.client.patch(f"/creators/episodes/{episode}", params=dry, json={"title": "Other"}),
        desk.client.post(f"/creators/shows/{desk.show_id}/episodes", params=dry, json={"title": "New"}),
        desk.client.patch(f"/creators/shows/{desk.show_id}", params=dry, json={"author": "Somebody"}),
        desk.client.delete(f"/creators/episodes/{episode}", params=dry),
    ]
    assert [(answer.status_code, answer.json()["state"]) for answer in answers[0:1]] == [(200, "planned")]
    assert {answer.json()["state"] for answer in answers} == {"planned"}
    assert dict(desk.stage.simulator.calls) == calls
    assert desk.get(f"/creators/shows/{desk.show_id}/changes") == journal


def test_a_draft_gets_a_file_and_a_date(desk: Desk) -> None:
    """A draft is made, refused a second time under its title, given a sound, scheduled, and deleted by its title."""
    made = desk.client.post(f"/creators/shows/{desk.show_id}/episodes", json={"title": "Salt"})
    assert made.status_code == 201, made.text
    number = made.json()["episode_id"]
    again = desk.client.post(f"/creators/shows/{desk.show_id}/episodes", json={"title": "Salt"})
    assert again.status_code == 409
    upload = desk.client.post(f"/creators/episodes/{number}/media", files={"file": ("salt.mp3", SOUND)})
    assert upload.status_code == 202, upload.text
    desk.services.worker.run_due()
    done = desk.get(f"/creators/uploads/{upload.json()['upload_id']}")
    assert (done["state"], done["filename"], done["sent"]) == ("done", "salt.mp3", len(SOUND))
    path = f"/creators/episodes/{number}"
    assert desk.client.post(f"{path}/schedule", json={"publish_on": LATER}).json()["state"] == "confirmed"
    assert [one.title for one in desk.stage.episodes(State.SCHEDULED) if one.title == "Salt"] == ["Salt"]
    wrong = desk.client.delete(path, params={"confirm": "Pepper"})
    assert (wrong.status_code, "Salt" in wrong.json()["detail"]) == (422, True)
    assert desk.client.delete(path, params={"confirm": "Salt"}).json()["state"] == "confirmed"
    assert "Salt" not in [one.title for one in desk.stage.episodes(State.SCHEDULED)]


def test_a_new_episode_of_a_file(desk: Desk) -> None:
    """The body may be the file itself; the episode is made and scheduled in the background."""
    query = {"title": "Pepper", "name": "pepper.mp3", "publish_on": "2027-01-15T08:00:00Z"}
    sent = desk.client.post(f"/creators/shows/{desk.show_id}/uploads", params=query, content=SOUND)
    assert sent.status_code == 202, sent.text
    desk.services.worker.run_due()
    assert "Pepper" in [one.title for one in desk.stage.episodes(State.SCHEDULED)]
    assert sent.json()["upload_id"] in [one["upload_id"] for one in desk.get(f"/creators/shows/{desk.show_id}/uploads")]
    refused = desk.client.post(
        f"/creators/shows/{desk.show_id}/uploads", params={"title": "x", "name": "a.txt"}, content=b"a"
    )
    assert (refused.status_code, "format" in refused.json()["detail"]) == (422, True)


def test_a_cover_and_settings(desk: Desk) -> None:
    """A show gets a picture and another author; both are read back."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(400)
    before = desk.stage.show.image_url
    path = f"/creators/shows/{desk.show_id}"
    done = desk.client.put(f"{path}/cover", files={"file": ("cover.png", picture)})
    assert done.json()["state"] == "confirmed", done.text
    assert desk.stage.show.image_url != before
    assert desk.client.patch(path, json={"author": "Somebody"}).json()["after"]["author"] == "Somebody"
    assert desk.get(path)["author"] == "Somebody"


def test_comments_are_answered_and_approved(desk: Desk) -> None:
    """An answered comment leaves the open ones, an approved one is published, blocking wants to be sure."""
    root = f"/creators/shows/{desk.show_id}/comments"
    first, second = (one["comment"]["comment_id"] for one in desk.get(root)["items"][:2])
    said = desk.client.post(f"/creators/comments/{first}/reply", json={"text": "Thank you!"})
    assert said.json()["state"] == "confirmed", said.text
    assert first not in [one["comment"]["comment_id"] for one in desk.get(root)["items"]]
    waiting = desk.get(root, state="review")["items"]
    number = waiting[0]["comment"]["comment_id"]
    assert desk.client.post(f"/creators/comments/{number}/approve").json()["state"] == "confirmed"
    assert desk.get(f"/creators/comments/{number}")["state"] == "published"
    assert desk.client.post(f"/creators/comments/{second}/block").status_code == 422
    assert desk.client.post(f"/creators/comments/{second}/block", params={"sure": True}).json()["state"] == "confirmed"


def test_a_poll_is_put_and_removed(desk: Desk) -> None:
    """With the hashes of a harvest a poll is put on an episode; it goes with the episode's title."""
    episode = desk.episodes(state="published")[2]
    path = f"/creators/episodes/{episode['episode_id']}/poll"
    poll = {"question": "More?", "options": ["Yes", "No"], "closes_at": LATER}
    assert desk.client.put(path, json=poll).json()["state"] == "confirmed"
    assert desk.client.delete(path, params={"confirm": episode["title"]}).json()["state"] == "confirmed"
    assert desk.client.put(path, json={**poll, "options": ["Yes"]}).status_code == 422


def test_lost_cookies_are_told_with_the_mend(desk: Desk) -> None:
    """When the cookies no longer sign in, a change is 502 with what to do; new ones mend it. Cookies are never told."""
    stage = desk.stage
    episode = desk.episodes(state="published")[3]["episode_id"]
    stage.fault(auth__login_required=True, token__revoke_once=True)
    lost = desk.client.patch(f"/creators/episodes/{episode}", json={"title": "Lost"})
    assert (lost.status_code, "sp_dc" in lost.json()["detail"]) == (502, True), lost.text
    account = f"/creators/accounts/{desk.account_id}"
    assert desk.client.post(f"{account}/check").json()["cause"] == "cookie"
    stage.fault(auth__login_required=False)
    wrong = desk.client.put(f"{account}/cookies", json={"sp_dc": "made-up"})
    assert wrong.status_code == 422
    mended = desk.client.put(f"{account}/cookies", json={"sp_dc": stage.sp_dc, "sp_key": stage.sp_key})
    assert (mended.status_code, mended.json()["state"]) == (200, "on")
    assert stage.sp_dc not in mended.text
    assert desk.client.patch(f"/creators/episodes/{episode}", json={"title": "Found"}).status_code == 200


def test_odd_cookies_are_refused_before_or_by_the_sign_in(desk: Desk) -> None:
    """Empty, long, many-lined and foreign cookies are 422, each with the member that is wrong, and keep no account."""
    odd: list[dict[str, object]] = [
        {},
        {"sp_dc": ""},
        {"sp_dc": "x" * 5000},
        {"sp_dc": "a\r\nb: c"},
        {"sp_dc": "Wiedergabe äöü; \u0000"},
        {"sp_dc": "x", "cookie": "y"},
    ]
    answers = [desk.client.post("/creators/accounts", json=body) for body in odd]
    assert [answer.status_code for answer in answers] == [422] * len(odd)
    assert len(desk.get("/creators/accounts")) == 1


def test_others_change_nothing(desk: Desk) -> None:
    """Whoever else has all scopes finds none of it."""
    episode = desk.episodes(state="published")[0]["episode_id"]
    tries = [
        desk.other.patch(f"/creators/episodes/{episode}", json={"title": "x"}),
        desk.other.delete(f"/creators/episodes/{episode}", params={"confirm": "x"}),
        desk.other.post(f"/creators/shows/{desk.show_id}/episodes", json={"title": "x"}),
        desk.other.post(
            f"/creators/shows/{desk.show_id}/uploads", params={"title": "x", "name": "a.mp3"}, content=SOUND
        ),
        desk.other.post(f"/creators/accounts/{desk.account_id}/syncs"),
        desk.other.put(f"/creators/accounts/{desk.account_id}/cookies", json={"sp_dc": "x"}),
    ]
    assert [answer.status_code for answer in tries] == [404] * len(tries)
