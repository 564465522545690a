"""The programs of the recipes run as they stand, each as a process of its own, against the simulator."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.kit.clock import SystemClock
from earstead.sandbox.creators.world import State
from earstead.web.creators_guide.recipes import RECIPES, SHARED, program
from tests.fakes.creators import Stage, staged

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/examples/creators"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One simulator for all programs, at this moment: they ask for days before today and schedule behind it."""
    with staged(SystemClock().now(), episodes=8, days=60) as stage:
        yield stage


def run(stage: Stage, name: str, *args: str) -> str:
    """What a program prints; it must end well."""
    cookies = {"SP_DC": stage.sp_dc, "SP_KEY": stage.sp_key, "EARSTEAD_CREATORS_URL": stage.url}
    environ = {**os.environ, **cookies, "PYTHONPATH": str(ROOT / "src")}
    words = [sys.executable, str(EXAMPLES / name), *args]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def show(stage: Stage) -> str:
    return f"spotify:show:{stage.show_id}"


def test_every_recipe_has_a_program_and_each_program_a_recipe() -> None:
    """Nothing in the folder is left out of the page, and nothing on the page is missing in the folder."""
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == sorted([SHARED, *(one.file for one in RECIPES)])
    assert [one.label for one in RECIPES] == [f"R{number}" for number in range(1, 19)]
    assert all(program(one.file).startswith('"""') for one in RECIPES)


def test_signing_in_and_finding_shows_and_ids(stage: Stage) -> None:
    """R1 to R3: the account's shows are found with what can be done to each, and one id becomes the others."""
    assert run(stage, "r01_sign_in.py").startswith("signed in: ")
    listed = run(stage, "r02_shows.py").splitlines()
    assert sum("can be changed" in line for line in listed) >= 1
    assert sum("read only" in line for line in listed) >= 1
    episode = stage.episodes()[0]
    uri, number, web = run(stage, "r03_ids.py", f"https://open.spotify.com/episode/{episode.id}").split("\t")
    assert (uri, int(number), web[0]) == (f"spotify:episode:{episode.id}", episode.anchor_id, "e")


def test_editing_changes_the_title_alone(stage: Stage) -> None:
    """R4: the title is another, the description is what it was."""
    episode = stage.episodes()[0]
    described = episode.description
    assert run(stage, "r04_edit.py", f"spotify:episode:{episode.id}", "A new title").startswith("confirmed")
    assert (episode.title, episode.description) == ("A new title", described)


def test_a_sound_becomes_a_scheduled_episode_and_is_published(stage: Stage, tmp_path: Path) -> None:
    """R5 and R6: an episode is made of a file, scheduled, and then published at once."""
    file = tmp_path / "episode.mp3"
    file.write_bytes(b"ID3" + bytes(4000))
    assert run(stage, "r05_audio.py", show(stage), str(file), "Salt").startswith("confirmed")
    made = next(one for one in stage.episodes(State.SCHEDULED) if one.title == "Salt")
    assert run(stage, "r06_publish.py", str(made.anchor_id), "Salt") == "confirmed"
    assert made.state is State.PUBLISHED


def test_a_video_becomes_a_draft(stage: Stage, tmp_path: Path) -> None:
    """R7: a video goes up in parts, into a draft of its own that stays one."""
    file = tmp_path / "seen.mp4"
    file.write_bytes(movie())
    assert run(stage, "r07_video.py", show(stage), str(file), "Salt, seen").startswith("confirmed")
    assert "Salt, seen" in [one.title for one in stage.episodes(State.DRAFT)]


def movie() -> bytes:
    """The smallest file that says it holds ten seconds of picture and of sound."""

    def box(name: bytes, *inside: bytes) -> bytes:
        content = b"".join(inside)
        return struct.pack(">I4s", len(content) + 8, name) + content

    def track(kind: bytes, codec: bytes) -> bytes:
        handler = box(b"hdlr", bytes(8), kind, bytes(12))
        head = box(b"mdhd", bytes(12), struct.pack(">II", 1000, 10_000), bytes(4))
        description = box(b"stsd", bytes(8), box(codec, bytes(78)))
        return box(b"trak", box(b"mdia", handler, head, box(b"minf", box(b"stbl", description))))

    index = box(b"moov", track(b"vide", b"avc1"), track(b"soun", b"mp4a"))
    return box(b"ftyp", b"isom", bytes(4)) + index + box(b"mdat", bytes(5000))


def test_a_show_gets_a_cover(stage: Stage, tmp_path: Path) -> None:
    """R8: the show has another picture."""
    before = stage.show.image_url
    file = tmp_path / "cover.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    assert run(stage, "r08_cover.py", show(stage), str(file)) == "confirmed"
    assert stage.show.image_url != before


def test_a_show_is_changed(stage: Stage) -> None:
    """R9: the show says something else of itself."""
    assert run(stage, "r09_show.py", show(stage), "Slow talk.") == "confirmed Slow talk."
    assert stage.show.description == "Slow talk."


def test_figures_are_read(stage: Stage) -> None:
    """R10 to R12: a day, two years, and where people left."""
    assert [line.split()[1] for line in run(stage, "r10_snapshot.py", show(stage)).splitlines()] == [
        "starts", "listeners", "followers"
    ]  # fmt: skip
    assert len(run(stage, "r11_backfill.py", show(stage)).splitlines()) == 2
    oldest = f"spotify:episode:{stage.episodes()[0].id}"
    assert " 95 % of the episode" in run(stage, "r12_retention.py", oldest)


def test_comments_are_read_and_answered(stage: Stage) -> None:
    """R13 and R14: an answered comment is no longer among those that wait."""
    waiting = run(stage, "r13_comments.py", show(stage)).splitlines()
    uri = waiting[0].split("\t")[0]
    assert run(stage, "r14_answer.py", show(stage), uri, "Thank you!") == "confirmed"
    assert uri not in run(stage, "r13_comments.py", show(stage))


def test_a_poll_and_a_transcript(stage: Stage) -> None:
    """R15 and R16: an episode asks its listeners, and says what is said in it."""
    episode = f"spotify:episode:{stage.episodes()[0].id}"
    assert run(stage, "r15_poll.py", episode, "More of this?", "Yes", "No") == "confirmed"
    assert run(stage, "r16_transcript.py", episode)


def test_a_harvest_says_what_is_new(stage: Stage) -> None:
    """R17: the scripts of the dashboard hold hashes that no public source has."""
    new, changed, _ = run(stage, "r17_harvest.py").splitlines()
    assert new.startswith("new")
    assert "publishCommentByCommentUri" in changed


def test_an_episode_is_deleted_by_its_title(stage: Stage) -> None:
    """R18: with another title nothing happens; with its own the episode is gone."""
    episode = stage.episodes()[-1]
    name = f"spotify:episode:{episode.id}"
    with pytest.raises(AssertionError, match="type"):
        run(stage, "r18_delete.py", name, "another")
    assert run(stage, "r18_delete.py", name, str(episode.title)) == "confirmed"
    assert episode.id not in [one.id for one in stage.episodes()]
