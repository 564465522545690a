"""The server as a process over PostgreSQL, from the first user to the second start."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.cli.conftest import Run, serving

PLAY = {"listened_at": 1_700_000_000, "track_metadata": {"artist_name": "Björk", "track_name": "Jóga"}}


@pytest.fixture
def environ(environ: dict[str, str], postgres_url: str) -> dict[str, str]:
    """Variables of a shell that knows of the database as well."""
    return {**environ, "EARSTEAD_DATABASE_URL": postgres_url}


def test_what_was_sent_is_there_after_a_restart(run: Run, environ: dict[str, str]) -> None:
    """A user, a token, a listen over HTTP; stopped and started again, the server has all three."""
    assert run("user", "add", "anna", "--password-stdin", "--owner", stdin="correct horse\n").returncode == 0
    sent = {"Authorization": f"Token {run('token', 'new', 'anna').stdout.strip()}"}
    with serving(environ) as root:
        body: dict[str, Any] = {"listen_type": "single", "payload": [PLAY]}
        answer = httpx2.post(f"{root}/1/submit-listens", json=body, headers=sent)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    with serving(environ) as root:
        answer = httpx2.get(f"{root}/1/user/anna/listens", headers=sent)
        [listen] = answer.json()["payload"]["listens"]
        assert (listen["listened_at"], listen["track_metadata"]["track_name"]) == (1_700_000_000, "Jóga")
