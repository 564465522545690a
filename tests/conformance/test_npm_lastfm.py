"""The npm package `lastfm`, unmodified, in a short program of its own: JSON over plain HTTP, at `/2.0`."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.stage import Stage, program, staged

PROGRAM = Path(__file__).with_name("lastfm_session.js")
PACKAGE = Path(__file__).resolve().parents[2] / ".tools/node_modules/lastfm"


@dataclass(frozen=True)
class Session:
    stage: Stage
    said: dict[str, Any]
    now: int


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """What came back from everything the package offers; its API account is known here, so signatures count."""
    node = program("node", "nodejs")
    if not PACKAGE.is_dir():
        pytest.skip("the npm package lastfm is not installed (make tools)")
    with staged(tmp_path_factory.mktemp("npm") / "data") as stage:
        applications = stage.services.applications
        made = applications.create(stage.user.user_id, "My program")
        now = int(time.time())
        settings = {
            "host": "127.0.0.1",
            "port": stage.port,
            "api_key": made.api_key,
            "secret": applications.secret_of(made.application_id),
            "token": applications.approved_token(made.application_id, stage.user.user_id),
            "now": now,
        }
        words = [node, str(PROGRAM), json.dumps(settings), str(PACKAGE)]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        yield Session(stage, json.loads(done.stdout), now)


def test_a_session_is_made_and_writes_arrive(session: Session) -> None:
    """Session from a token, now playing, scrobbles (one of them twice), love, tags, unlove."""
    said = session.said
    assert said["session"]["user"] == "ada" and len(said["session"]["key"]) == 32
    failed = {name for name, value in said.items() if isinstance(value, dict) and "failed" in value}
    assert failed == {"nobody", "wrong key"}
    heard = [(row.artist_name, row.track_name, row.listened_at) for row in session.stage.heard()]
    assert heard == [("Sigur Rós", "Glósóli", session.now - 600), ("Sigur Rós", "Hoppípolla", session.now - 900)]
    assert {row.client for row in session.stage.heard()} == {"My program"}
    assert said["love"] == said["tags"] == said["unlove"] == {}
    assert [tag["name"] for tag in said["own tags"]["tags"]["tag"]] == ["ice", "snow"]
    assert session.stage.loved() == []


def test_what_it_reads_is_what_was_told(session: Session) -> None:
    """Infos of user, track, artist and album, recent tracks, chart, and its stream of what is played."""
    said = session.said
    assert (said["user info"]["name"], said["user info"]["playcount"]) == ("ada", "2")
    assert (said["track info"]["name"], said["track info"]["userloved"]) == ("Glósóli", "1")
    assert (said["artist info"]["name"], said["artist info"]["stats"]["playcount"]) == ("Sigur Rós", "2")
    assert said["album info"]["name"] == "Takk…"
    playing, *tracks = said["recent"]["recenttracks"]["track"]
    assert (playing["name"], playing["@attr"]) == ("Hells & Bells", {"nowplaying": "true"})
    assert [track["name"] for track in tracks] == ["Glósóli", "Hoppípolla"]
    assert [artist["name"] for artist in said["top artists"]["topartists"]["artist"]] == ["Sigur Rós"]
    assert (said["stream playing"], said["stream played"]) == ("Hells & Bells", "Glósóli")


def test_errors_are_numbers(session: Session) -> None:
    """An unknown listener is 6, a wrong session key 9."""
    assert session.said["nobody"] == {"failed": 6, "message": "User not found"}
    assert session.said["wrong key"]["failed"] == 9


def test_every_answer_is_as_specified(session: Session) -> None:
    """All of it went to `/2.0` without a redirect; JSON with its type, statuses as listed, errors as numbers."""
    exchanges = session.stage.exchanges
    assert len(exchanges) >= 18 and {one.path for one in exchanges} == {"/2.0"}
    for one in exchanges:
        assert one.kind == "application/json", one
        document = json.loads(one.text)
        assert one.status == {6: 404, 9: 403}.get(document.get("error", 0), 200), one
        assert isinstance(document.get("error", 0), int)
    (scrobbles,) = {one.text for one in exchanges if "Hoppípolla" in one.form.get("track", "")}
    answer = json.loads(scrobbles)["scrobbles"]
    assert answer["@attr"] == {"accepted": 1, "ignored": 0}
    assert answer["scrobble"]["track"] == {"corrected": "0", "#text": "Hoppípolla"}
    assert answer["scrobble"]["ignoredMessage"] == {"code": "0", "#text": ""}
