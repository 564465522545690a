"""The npm package `lastfm-ts-api`, unmodified: TLS, signed JSON, and every method that it has."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.stage import Stage, program, staged
from tests.fakes.authority import new_authority

PROGRAM = Path(__file__).with_name("lastfm_ts_session.mjs")
PACKAGE = Path(__file__).resolve().parents[2] / ".tools/node_modules/lastfm-ts-api"


@dataclass(frozen=True)
class Session:
    stage: Stage
    said: dict[str, Any]
    now: int


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    node = program("node", "nodejs")
    if not PACKAGE.is_dir():
        pytest.skip("the npm package lastfm-ts-api is not installed (make tools)")
    folder = tmp_path_factory.mktemp("npm")
    authority = new_authority(folder)
    with staged(folder / "data", authority) as stage:
        applications = stage.services.applications
        made = applications.create(stage.user.user_id, "My program")
        now = int(time.time())
        settings = {
            "port": stage.port,
            "api_key": made.api_key,
            "secret": applications.secret_of(made.application_id),
            "password": stage.password,
            "now": now,
        }
        done = subprocess.run(
            [node, str(PROGRAM), json.dumps(settings), str(PACKAGE)],
            env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(authority.trusted)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        yield Session(stage, json.loads(done.stdout), now)


def test_twelve_plays_are_signed_and_kept(session: Session) -> None:
    """A signature over array names, artist[10] before artist[1]: accepted, and answered as a list in the order sent."""
    scrobbles = session.said["many"]["scrobbles"]
    assert scrobbles["@attr"] == {"accepted": 12, "ignored": 0}
    assert [one["track"]["#text"] for one in scrobbles["scrobble"]] == [f"Song {i} & more" for i in range(12)]
    assert session.said["session"] == {"name": "ada", "key": session.said["session"]["key"], "subscriber": 0}
    assert len(session.stage.heard()) == 13


def test_every_method_of_the_package_is_answered(session: Session) -> None:
    """No call fails but the two that have to: a token that nobody approved, and friends where there are none."""
    assert session.said["failed"] == {
        "auth.getSession": "lastfm-ts-api: Unauthorized Token - This token has not been authorized",
        "user.getFriends": "lastfm-ts-api: no such page",
    }
    answers = session.said["answers"]
    assert len(answers) >= 54
    assert answers["user.getRecentTracks"]["recenttracks"]["@attr"]["total"] == "13"
    assert answers["track.getInfo"]["track"]["userplaycount"] == "1"
    assert answers["artist.getTopTags"]["toptags"]["@attr"] == {"artist": "Sigur Rós"}


def test_every_answer_is_json(session: Session) -> None:
    """The package refuses every other type, and no status hides what went wrong."""
    for one in session.stage.exchanges:
        assert one.path == "/2.0" and one.kind == "application/json"
        assert one.status in (200, 400, 403), one
        assert isinstance(json.loads(one.text).get("error", 0), int)
