"""Every command does its work alone and beside a running server, and says faults in a sentence."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import Run

LINE = json.dumps(
    {"listened_at": 1_700_000_000, "track_metadata": {"artist_name": "Björk", "track_name": "Jóga"}}, ensure_ascii=False
)


@pytest.fixture(params=["alone", "beside a server"])
def either(request: pytest.FixtureRequest, run: Run) -> Run:
    """`run`, once with nobody else there and once while the server runs."""
    if request.param != "alone":
        request.getfixturevalue("serve")()
    return run


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_accounts_and_keys(either: Run) -> None:
    """Users, tokens and app passwords are made, printed alone, listed without secrets, revoked and erased."""
    ok(either("user", "add", "anna", "--password-stdin", "--owner", stdin="correct horse\n"))
    token = ok(either("token", "new", "anna"))
    assert uuid.UUID(token).version == 4
    password = ok(either("app-password", "new", "anna", "--label", "radio"))
    assert len(password) not in (0, 32)
    listed = ok(either("token", "list", "anna", "--json")) + ok(either("app-password", "list", "anna"))
    assert token not in listed
    assert password not in listed
    ok(either("token", "revoke", "anna", str(json.loads(ok(either("token", "list", "anna", "--json")))[0]["token_id"])))
    assert json.loads(ok(either("token", "list", "anna", "--json"))) == []
    ok(either("user", "passwd", "anna", "--password-stdin", stdin="another horse\n"))
    ok(either("user", "add", "ben", "--password-stdin", stdin="correct horse\n"))
    ok(either("user", "erase", "ben", "--yes"))
    assert [user["name"] for user in json.loads(ok(either("user", "list", "--json")))] == ["anna"]


def test_a_history_goes_in_and_out(either: Run, tmp_path: Path) -> None:
    """A dry run changes nothing, an import is repeatable, and an export holds what was imported."""
    ok(either("user", "add", "anna", "--password-stdin", stdin="correct horse\n"))
    file = tmp_path / "listens.jsonl"
    file.write_text(f"{LINE}\n", "utf-8")
    words = ("import", str(file), "--user", "anna", "--json")
    assert json.loads(ok(either(*words, "--dry-run")))["counts"]["new"] == 1
    assert json.loads(ok(either(*words)))["counts"]["new"] == 1
    assert json.loads(ok(either(*words)))["counts"] == {
        "read": 1, "new": 0, "merged": 0, "known": 1, "skipped": 0, "feedback": 0
    }  # fmt: skip
    ok(either("export", "--user", "anna", "--format", "jsonl", "--out", str(tmp_path / "out.jsonl")))
    assert "Jóga" in (tmp_path / "out.jsonl").read_text("utf-8")
    assert json.loads(ok(either("rebuild", "--json"))) == {"anna": 1}


def test_faults_are_sentences(either: Run, tmp_path: Path) -> None:
    """Unknown users, taken names, refused passwords and unreadable files end with 1 and one sentence."""
    ok(either("user", "add", "anna", "--password-stdin", stdin="correct horse\n"))
    assert "taken" in refused(either("user", "add", "ANNA", "--password-stdin", stdin="correct horse\n"))
    assert "at least 8" in refused(either("user", "add", "ben", "--password-stdin", stdin="x\n"))
    assert "no such user" in refused(either("token", "new", "nobody"))
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert refused(either("import", str(tmp_path / "cat.png"), "--user", "anna")).startswith("Error: ")


def test_wrong_usage_ends_with_2(run: Run) -> None:
    """Unknown commands, options and missing arguments end with 2."""
    for words in (("nonsense",), ("user", "add"), ("export", "--user", "x", "--format", "pdf", "--out", "-")):
        assert run(*words).returncode == 2


def test_every_command_helps_with_an_example(run: Run) -> None:
    """The list names every command, and each shows how it is used."""
    listed = ok(run("--help")).split("Commands:")[1].splitlines()
    names = [line.split()[0] for line in listed if line.strip()]
    assert len(names) == 14
    for name in names:
        said = ok(run(name, "--help"))
        assert "earstead" in said or name in ("user", "token", "app-password")


def test_reading_without_data_says_so(run: Run) -> None:
    """A list asked of a directory that was never used names it and what to do, and makes nothing."""
    assert "there is no data in" in refused(run("user", "list"))


def test_the_server_tells_its_address_and_the_owner_link_works(
    run: Run, serve: Callable[[], str], environ: dict[str, str]
) -> None:
    """The server answers at the printed address with the headers every answer has, and a made token works at once."""
    url = serve()
    answer = httpx2.get(f"{url}/healthz")
    assert answer.json()["status"] == "ok"
    assert answer.headers["x-content-type-options"] == "nosniff"
    ok(run("user", "add", "anna", "--password-stdin", "--owner", stdin="correct horse\n"))
    token = ok(run("token", "new", "anna"))
    said = httpx2.get(f"{url}/1/validate-token", headers={"Authorization": f"Token {token}"}).json()
    assert (said["valid"], said["user_name"]) == (True, "anna")
    socket = Path(environ["EARSTEAD_DATA"]) / "control.sock"
    assert socket.stat().st_mode & 0o777 == 0o600


def test_a_token_revoked_by_command_is_worthless_in_the_server(run: Run, serve: Callable[[], str]) -> None:
    """The running server forgets a token it has answered to as soon as the command is done."""
    url = serve()
    ok(run("user", "add", "anna", "--password-stdin", stdin="correct horse\n"))
    token = ok(run("token", "new", "anna"))
    asked = {"Authorization": f"Token {token}"}
    assert httpx2.get(f"{url}/1/validate-token", headers=asked).json()["valid"]
    ok(run("token", "revoke", "anna", "1"))
    assert not httpx2.get(f"{url}/1/validate-token", headers=asked).json()["valid"]


def test_a_second_server_and_a_restore_are_refused(run: Run, serve: Callable[[], str], tmp_path: Path) -> None:
    """While a server runs, a second one and a restore say so and end."""
    serve()
    assert "in use by process" in refused(run("serve", "--port", "0"))
    ok(run("backup", str(tmp_path / "b.zip")))
    assert "stop the server first" in refused(run("restore", str(tmp_path / "b.zip"), "--replace"))


def test_wrong_settings_are_told_together(run: Run) -> None:
    """All faults of the variables stand in one answer, without the password of the database."""
    said = refused(
        run("serve", EARSTEAD_PORT="many", EARSTEAD_DATABASE_URL="mysql://u:hidden@h/db", EARSTEAD_SECRET="short")
    )
    assert [name for name in ("EARSTEAD_PORT", "EARSTEAD_DATABASE_URL", "EARSTEAD_SECRET") if name not in said] == []
    assert "hidden" not in said


def test_the_demo_fills_a_user(run: Run) -> None:
    """The demo makes a public user with as many listens as asked for, and cannot be made twice."""
    assert json.loads(ok(run("demo", "--listens", "300", "--json")))["listens"] == 300
    assert "taken" in refused(run("demo"))


def test_decisions_are_made_and_undone(run: Run) -> None:
    """A decision is previewed, made, listed and taken back by its number."""
    ok(run("demo", "--listens", "50"))
    subject = '{"listen_ids": [1]}'
    assert json.loads(ok(run("decisions", "preview", "delete", subject, "--user", "demo", "--json")))["listens"] == 1
    made = json.loads(ok(run("decisions", "make", "delete", subject, "--user", "demo", "--json")))
    assert "stands" in ok(run("decisions", "log", "--user", "demo"))
    ok(run("decisions", "undo", str(made["decision_id"]), "--user", "demo"))
    assert "undone" in ok(run("decisions", "log", "--user", "demo"))
    assert "JSON" in run("decisions", "make", "delete", "{", "--user", "demo").stderr
