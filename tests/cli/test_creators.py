"""A creator's evening by command, against the simulator: as processes once, and within this one for the corners."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from earstead.cli import main
from earstead.core.creators.endpoints import BY_LABEL
from earstead.core.creators.registry import Registry
from earstead.kit.clock import SystemClock
from earstead.sandbox.creators.world import State
from tests.cli.conftest import Run
from tests.fakes.creators import Stage, staged


@pytest.fixture
def stage(environ: dict[str, str]) -> Iterator[Stage]:
    """A simulator at this moment, which the commands take for Spotify."""
    with staged(SystemClock().now(), episodes=6, days=40) as stage:
        environ["EARSTEAD_CREATORS_URL"] = stage.url
        yield stage


@pytest.fixture
def inside(environ: dict[str, str]) -> Run:
    """`run` without a process for each command; what is not a sentence is raised."""

    def call(*words: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        done = CliRunner().invoke(main, words, input=stdin, env={**environ, **variables}, catch_exceptions=False)
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture
def creator(stage: Stage, inside: Run) -> Creator:
    """A user who connected the account."""
    return connected(stage, inside)


def connected(stage: Stage, run: Run) -> Creator:
    ok(run("user", "add", "anna", "--password-stdin", "--owner", stdin="correct horse\n"))
    made = Creator(stage, run)
    made.json("connect", "--cookies-stdin", stdin=f"{stage.sp_dc}\n{stage.sp_key}\n")
    made.show = next(one["show_id"] for one in made.json("shows") if one["spotify_id"] == stage.show_id)
    return made


class Creator:
    """Speaks commands: `json` for what they answer, `say` for what they print, `refused` for their sentence."""

    def __init__(self, stage: Stage, run: Run) -> None:
        self.stage = stage
        self.run = run
        self.show = 0

    def json(self, *words: str, stdin: str = "") -> Any:
        return json.loads(ok(self.run("creators", *words, "--json", stdin=stdin)))

    def say(self, *words: str) -> str:
        return ok(self.run("creators", *words))

    def refused(self, *words: str, stdin: str = "") -> str:
        done = self.run("creators", *words, stdin=stdin)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr

    def episodes(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("episodes", str(self.show), *words)["items"]
        return found

    def writes(self) -> int:
        """How many calls that change something the simulator was sent."""
        registry = Registry.pinned()
        named = [(call.partition(" ")[2], count) for call, count in self.stage.simulator.calls.items()]
        return sum(
            count
            for name, count in named
            if (name in BY_LABEL and BY_LABEL[name].writes)
            or (name in registry.operations and registry.get(name).is_write)
        )


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_creators_evening(stage: Stage, run: Run, tmp_path: Path) -> None:
    """Connect, see the history, answer, fix a title, schedule an upload, export, lose the cookie, be told, mend it;
    and everything that was written stands in the journal."""
    creator = connected(stage, run)
    show = str(creator.show)
    # The hashes of writing come from the dashboard's own scripts.
    brought = creator.json("ops", "refresh", "--adopt")
    assert "publishCommentByCommentUri" in brought["mutations"]
    assert brought["live"]
    # The history.
    assert [run["state"] for run in creator.json("sync")] == ["done"]
    assert len(creator.episodes("--state", "published")) == len(stage.episodes())
    series = creator.json("analytics", show, "--period", "30d", "--metric", "streams")
    assert series["points"]
    assert series["provenance"]["scope"] == "spotify"
    assert series["provenance"]["operation"]
    # The comments of a month.
    waiting = creator.json("comments", show)["items"]
    assert waiting
    answered = creator.json("reply", str(waiting[0]["comment"]["comment_id"]), "Thank you!")
    assert answered["state"] == "confirmed"
    left = [thread["comment"]["comment_id"] for thread in creator.json("comments", show)["items"]]
    assert waiting[0]["comment"]["comment_id"] not in left
    # A title.
    episode = creator.episodes("--state", "published")[0]
    fixed = creator.json("edit", str(episode["episode_id"]), "--title", "A better title")
    assert (fixed["state"], fixed["before"]["title"]) == ("confirmed", episode["title"])
    assert "A better title" in [one.title for one in stage.episodes()]
    # An episode with a file.
    file = tmp_path / "salt.mp3"
    file.write_bytes(b"ID3" + bytes(20_000))
    at = "2030-01-01T09:00:00+01:00"
    done = creator.json("new", show, str(file), "--title", "About salt", "--publish-on", at)
    assert (done["state"], done["sent"]) == ("done", file.stat().st_size)
    assert [one.title for one in stage.episodes(State.SCHEDULED) if one.title == "About salt"] == ["About salt"]
    # All numbers.
    out = tmp_path / "figures.csv"
    creator.say("export", show, "--out", str(out))
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert len(rows) > 100
    # The journal.
    journal = creator.json("changes", show)["items"]
    actions = {change["action"] for change in journal}
    assert {"comment.reply", "episode.edit", "episode.create"} <= actions
    assert {change["actor"] for change in journal} == {"cli"}
    assert sum(len(change["steps"]) for change in journal) >= creator.writes() > 0
    # The cookie.
    stage.fault(auth__login_required=True, token__revoke_once=True)
    told = creator.refused("sync")
    assert "sp_dc" in told
    assert "signed in. Sign in at" in told
    assert "earstead creators connect --account 1" in told
    doctor = creator.run("creators", "doctor", "--json")
    assert doctor.returncode == 1, doctor.stderr
    health = json.loads(doctor.stdout)[0]
    assert (health["state"], health["cause"]) == ("broken", "cookie")
    assert "sp_dc" in health["mend"]
    assert "earstead creators connect --account 1" in health["mend"]
    assert "earstead creators connect --account 1" in creator.refused(
        "edit", str(episode["episode_id"]), "--title", "A"
    )
    stage.fault(auth__login_required=False)
    creator.json("connect", "--account", "1", "--cookies-stdin", stdin=f"{stage.sp_dc}\n{stage.sp_key}\n")
    assert creator.run("creators", "doctor").returncode == 0


def test_a_running_server_does_what_commands_ask(stage: Stage, run: Run, serve: Callable[[], str]) -> None:
    """Beside a server a sync is followed to its end, and a change is made by the server and stands in its journal."""
    serve()
    creator = connected(stage, run)
    assert [one["state"] for one in creator.json("sync")] == ["done"]
    number = str(creator.episodes("--state", "published")[0]["episode_id"])
    assert creator.json("edit", number, "--title", "By the server")["state"] == "confirmed"
    assert [one["actor"] for one in creator.json("changes", str(creator.show))["items"]] == ["cli"]


def test_a_server_that_talks_to_another_place_is_not_asked(
    stage: Stage, run: Run, environ: dict[str, str], serve: Callable[[], str]
) -> None:
    """Whoever means the simulator does not reach Spotify through a server that knows no simulator, nor the reverse;
    beside a server of the same address, connecting says that it is no real one."""
    ok(run("user", "add", "anna", "--password-stdin", "--owner", stdin="correct horse\n"))
    meant = environ.pop("EARSTEAD_CREATORS_URL")
    serve()
    done = run("creators", "sync", EARSTEAD_CREATORS_URL=meant)
    assert done.returncode == 1
    assert meant in done.stderr
    assert "Spotify itself" in done.stderr
    assert "unset it" in done.stderr
    # What is no work for Spotify goes on.
    assert run("token", "new", "anna", EARSTEAD_CREATORS_URL=meant).returncode == 0


def test_a_shell_without_the_simulator_does_not_ask_a_server_with_it(
    stage: Stage, run: Run, serve: Callable[[], str]
) -> None:
    """A shell that does not name the simulator is told of it; connecting says where it goes, before any cookie."""
    ok(run("user", "add", "anna", "--password-stdin", "--owner", stdin="correct horse\n"))
    serve()
    refused = run("creators", "connect", EARSTEAD_CREATORS_URL="")
    assert refused.returncode == 1
    assert f"the simulator at {stage.url}" in refused.stderr
    said = run("creators", "connect", "--cookies-stdin", stdin=f"{stage.sp_dc}\n{stage.sp_key}\n")
    assert said.returncode == 0, said.stderr
    assert f"A simulator stands in for Spotify: {stage.url}" in said.stderr


def test_without_a_user_no_cookie_is_asked_for(stage: Stage, inside: Run, run: Run, serve: Callable[[], str]) -> None:
    """That there is nobody to connect for is said at once, by a running server as well."""
    assert "there is no user yet" in inside("creators", "connect").stderr
    serve()
    assert "there is no user yet" in run("creators", "connect").stderr


def test_comments_wait_for_the_hashes_that_read_them(creator: Creator) -> None:
    """While comments cannot be read it is said what is missing; then they are sifted by episode, and counted there."""
    creator.json("sync")
    assert "ops refresh --adopt" in creator.say("comments", str(creator.show))
    creator.json("ops", "refresh", "--adopt")
    creator.json("sync")
    found = creator.json("comments", str(creator.show), "--state", "all")["items"]
    assert found
    one = str(found[0]["comment"]["episode_id"])
    sifted = creator.json("comments", str(creator.show), "--state", "all", "--episode", one)["items"]
    assert sifted
    assert {str(thread["comment"]["episode_id"]) for thread in sifted} == {one}
    listed = next(episode for episode in creator.episodes() if str(episode["episode_id"]) == one)
    assert creator.json("episode", one)["comments"] == listed["comments"] > 0


def test_the_ending_of_a_file_says_its_format(creator: Creator, tmp_path: Path) -> None:
    """Figures go into a file as what it is called; an ending that says nothing is refused without --format."""
    creator.json("sync")
    lines, table, strange = tmp_path / "a.jsonl", tmp_path / "a.csv", tmp_path / "a.txt"
    for file in (lines, table):
        creator.say("export", str(creator.show), "--out", str(file))
    assert json.loads(lines.read_text("utf-8").splitlines()[0])["metric"]
    assert next(csv.DictReader(table.open(encoding="utf-8")))["metric"]
    done = creator.run("creators", "export", str(creator.show), "--out", str(strange))
    assert done.returncode == 2
    assert "--format" in done.stderr
    assert not strange.exists()
    creator.say("export", str(creator.show), "--out", str(strange), "--format", "jsonl")
    assert json.loads(strange.read_text("utf-8").splitlines()[0])["metric"]


def test_episodes_are_compared_by_a_figure_that_has_days(creator: Creator) -> None:
    """Without a wish, the comparison takes a figure that makes lines, and says values."""
    creator.json("sync")
    found = creator.json("compare", str(creator.show))
    assert any(sum(value is not None for value in line["values"]) > 1 for line in found["lines"])


def test_wrong_cookies_are_refused_with_what_to_do(stage: Stage, inside: Run) -> None:
    """Cookies that sign nobody in end with a sentence that says where to take them from, and nothing is kept."""
    ok(inside("user", "add", "anna", "--password-stdin", stdin="correct horse\n"))
    done = inside("creators", "connect", "--cookies-stdin", stdin="made-up\n")
    assert done.returncode == 1
    assert "sp_dc" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(ok(inside("creators", "accounts", "--json"))) == []


def test_cookies_come_from_the_environment_and_are_never_printed(stage: Stage, inside: Run) -> None:
    """Both variables connect an account; no command prints a cookie, and there is no option that takes one."""
    ok(inside("user", "add", "anna", "--password-stdin", stdin="correct horse\n"))
    cookies = {"EARSTEAD_SP_DC": f"sp_dc={stage.sp_dc};", "EARSTEAD_SP_KEY": stage.sp_key}
    said = ok(inside("creators", "connect", "--json", **cookies)) + ok(inside("creators", "accounts", "--json"))
    assert stage.sp_dc not in said
    assert stage.sp_key not in said
    assert inside("creators", "connect", "--sp-dc", "x").returncode == 2
    assert "nobody to ask" in inside("creators", "connect").stderr


def test_a_dry_run_calls_nobody(creator: Creator, tmp_path: Path) -> None:
    """With --dry-run every change is said, and the simulator hears nothing, not even a sign-in."""
    creator.json("sync")
    show, episodes = str(creator.show), creator.episodes("--state", "published")
    one = str(episodes[0]["episode_id"])
    draft = str(creator.episodes("--state", "draft")[0]["episode_id"])
    sound, picture = tmp_path / "a.mp3", tmp_path / "a.png"
    sound.write_bytes(b"ID3" + bytes(100))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    poll = ("--question", "More?", "--option", "Yes", "--option", "No", "--closes", "2030-01-01T00:00Z")
    before = dict(creator.stage.simulator.calls)
    planned = [
        creator.json("edit", one, "--title", "Another", "--dry-run"),
        creator.json("schedule", draft, "--at", "2030-01-01T00:00Z", "--dry-run"),
        creator.json("publish", draft, "--dry-run"),
        creator.json("draft", show, "--title", "New", "--dry-run"),
        creator.json("new", show, str(sound), "--title", "New", "--dry-run"),
        creator.json("cover", show, str(picture), "--dry-run"),
        creator.json("delete", one, "--dry-run"),
        creator.json("settings", show, "--author", "Somebody", "--dry-run"),
        creator.json("poll", one, *poll, "--dry-run"),
        creator.json("moderation", show, "--filter", "high", "--dry-run"),
    ]
    assert {change["state"] for change in [*planned[:-1], *planned[-1]]} == {"planned"}
    # With several shows of its own the account cannot say whose address is meant, and a dry run says that too.
    assert "dashboard" in creator.refused("slug", show, "new-name", "--dry-run")
    assert dict(creator.stage.simulator.calls) == before
    assert creator.json("changes", show)["items"] == []


def test_a_change_is_undone_by_its_number(creator: Creator) -> None:
    """Taking a change back puts the old value there, as a change of its own, and marks the first."""
    creator.json("sync")
    episode = creator.episodes("--state", "published")[0]
    made = creator.json("edit", str(episode["episode_id"]), "--title", "For a moment")
    assert creator.json("undo", str(made["change_id"]))["state"] == "confirmed"
    assert episode["title"] in [one.title for one in creator.stage.episodes()]
    states = {one["change_id"]: one["state"] for one in creator.json("changes", str(creator.show))["items"]}
    assert states[made["change_id"]] == "undone"
    assert "already" in creator.refused("undo", str(made["change_id"]))


def test_what_goes_for_good_wants_its_title(creator: Creator) -> None:
    """Deleting and publishing with another title end with the sentence, and nothing is sent; with it they are done."""
    creator.json("sync")
    episode = creator.episodes("--state", "published")[-1]
    number = str(episode["episode_id"])
    before = creator.writes()
    assert episode["title"] in creator.refused("delete", number, "--confirm", "something else")
    assert creator.run("creators", "delete", number).returncode == 2
    assert creator.writes() == before
    assert creator.json("delete", number, "--confirm", episode["title"])["state"] == "confirmed"
    assert episode["spotify_id"] not in [one.id for one in creator.stage.episodes()]


def test_a_missing_hash_says_what_to_capture(creator: Creator) -> None:
    """Without a capture a poll cannot be made: the sentence names the capture, and nothing is sent."""
    creator.json("sync")
    number = str(creator.episodes("--state", "published")[0]["episode_id"])
    before = creator.writes()
    words = ("--question", "More?", "--option", "Yes", "--option", "No", "--closes", "2030-01-01T00:00Z")
    refused = creator.refused("poll", number, *words)
    assert "capture" in refused.lower()
    assert "earstead creators ops refresh --adopt" in refused
    assert creator.writes() == before
    assert "createPollForEpisode" in creator.say("ops", "list", "--missing")


def test_a_capture_brings_the_missing_hash(creator: Creator, tmp_path: Path) -> None:
    """A HAR file of one click is read without its secrets; adopted, it makes the poll possible, withdrawn, no more."""
    creator.json("sync")
    name = "createPollForEpisode"
    sent = {
        "operationName": name,
        "variables": {"episodeUri": "spotify:episode:4vXk0mWJmQ9yC1dEf2GhIj", "question": "More?"},
        "extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(f"sim:{name}".encode()).hexdigest()}},
    }
    request = {
        "method": "POST",
        "url": "https://creators-graph.spotify.com/v2/graph-pq",
        "headers": [{"name": "authorization", "value": "Bearer very-secret"}],
        "postData": {"mimeType": "application/json", "text": json.dumps(sent)},
    }
    answer = {"status": 200, "content": {"mimeType": "application/json", "text": '{"data": {}}'}}
    har = {"log": {"version": "1.2", "entries": [{"request": request, "response": answer}]}}
    file = tmp_path / "click.har"
    file.write_text(json.dumps(har), "utf-8")
    brought = creator.json("capture", "import", str(file))
    assert (brought["mutations"], brought["live"]) == ([name], False)
    assert "very-secret" not in json.dumps(brought) + creator.say("ops", "diff") + creator.say("capture", "list")
    number = str(creator.episodes("--state", "published")[0]["episode_id"])
    poll = ("--question", "More?", "--option", "Yes", "--option", "No", "--closes", "2030-01-01T00:00Z")
    creator.refused("poll", number, *poll)
    creator.json("capture", "adopt", str(brought["capture_id"]))
    assert creator.json("poll", number, *poll)["state"] == "confirmed"
    creator.json("capture", "adopt", str(brought["capture_id"]), "--withdraw")
    assert "capture" in creator.refused("poll", number, *poll).lower()
    assert "graph-pq" in creator.say("capture", "script")
    file.write_text("{}", "utf-8")
    assert "HAR" in creator.refused("capture", "import", str(file))


def test_an_upload_that_broke_goes_on(creator: Creator, tmp_path: Path) -> None:
    """A file that is refused stays listed with the reason and the way to go on; a second try makes no second draft."""
    creator.json("sync")
    show = str(creator.show)
    file = tmp_path / "salt.mp3"
    file.write_bytes(b"ID3" + bytes(5_000))
    creator.stage.fault(upload__fail="AUDIO_REFUSED")
    told = creator.refused("new", show, str(file), "--title", "About salt")
    assert "refused" in told
    assert "--resume" in told
    failed = creator.json("upload", "--list")[0]
    assert (failed["state"], failed["filename"]) == ("failed", "salt.mp3")
    creator.stage.fault(upload__fail="")
    assert creator.json("upload", "--resume", str(failed["upload_id"]))["state"] == "done"
    assert "done already" in creator.refused("upload", "--resume", str(failed["upload_id"]))
    drafts = [one.title for one in creator.stage.episodes(State.DRAFT)]
    assert drafts.count("About salt") == 1


def test_calls_by_name(creator: Creator) -> None:
    """Endpoints and operations are called by name; what changes something wants --yes and is in the journal."""
    show = creator.stage.show_id
    found = json.loads(creator.say("call", "1-L", "--path", f"show_id={show}"))
    assert found["stationId"] == creator.stage.show.station_id
    shows = json.loads(creator.say("call", "getShowsForUser"))["showsForUser"]["shows"]
    assert f"spotify:show:{show}" in [one["uri"] for one in shows]
    episode = creator.stage.episodes()[0]
    change = ("call", "1-Z", "--path", f"anchor_id={episode.anchor_id}")
    assert "--yes" in creator.refused(*change)
    assert json.loads(creator.say(*change, "--dry-run"))["writes"] is True
    assert episode in creator.stage.episodes()
    creator.say(*change, "--yes")
    assert episode not in creator.stage.episodes()
    assert "needs" in creator.refused("call", "1-L")
    assert "no operation" in creator.refused("call", "getNothing")


def test_times_need_their_zone(creator: Creator) -> None:
    """A time without a zone is wrong usage, with both ways to write it."""
    done = creator.run("creators", "schedule", "1", "--at", "2030-01-01T00:00:00")
    assert done.returncode == 2
    assert "2030-01-01T00:00:00Z" in done.stderr


def test_figures_say_where_they_come_from(creator: Creator) -> None:
    """Below the figures stand platforms and operation; breakdowns, comparisons, retention and gaps are told."""
    creator.json("sync")
    show = str(creator.show)
    assert "Platforms: spotify." in creator.say("analytics", show, "--metric", "streams")
    assert creator.json("analytics", show, "--by", "age")["slices"]
    compared = creator.json("compare", show, "--metric", "streams", "--days", "7")
    assert len(compared["lines"][0]["values"]) == 7
    oldest = creator.episodes("--sort", "oldest", "--state", "published")[0]["episode_id"]
    assert creator.json("analytics", show, "--episode", str(oldest), "--retention")["percentiles"]
    assert isinstance(creator.json("gaps", show), list)
    assert "not one of" in creator.refused("analytics", show, "--metric", "fame")


def test_several_users_must_be_named(creator: Creator) -> None:
    """With one creator nobody need be named; who has no shows is told what to do."""
    ok(creator.run("user", "add", "ben", "--password-stdin", stdin="correct horse\n"))
    assert creator.json("shows")
    assert creator.json("shows", "--user", "ben") == []
    assert "connect" in creator.refused("sync", "--user", "ben")


def test_every_command_has_an_example() -> None:
    """Each command of the group shows how it is used."""
    from earstead.cli.creators import command

    for name, part in sorted(command.commands.items()):
        assert f"earstead creators {name}" in str(part.help), name
