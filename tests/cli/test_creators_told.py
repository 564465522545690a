"""What the commands about podcasts say of what was done, and of what would be."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_creators import Creator, creator, inside, stage

__all__ = ["creator", "inside", "stage"]


def test_an_answer_is_told_below_what_it_answers(creator: Creator) -> None:
    """A reply shows the listener's words and the answer, and not one as the other's change."""
    creator.json("ops", "refresh", "--adopt")
    creator.json("sync")
    comment = creator.json("comments", str(creator.show))["items"][0]["comment"]
    for words in (["--dry-run"], []):
        said = creator.say("reply", str(comment["comment_id"]), "Thank you!", *words)
        assert f"{comment['author_name']} wrote: " in said
        assert "answer: Thank you!" in said
        assert "->" not in said


def test_a_poll_is_told_in_words(creator: Creator) -> None:
    """A poll's end is a time and its answers are words, not seconds and a list."""
    creator.json("sync")
    number = str(creator.episodes("--state", "published")[0]["episode_id"])
    poll = ("--question", "More?", "--option", "Yes", "--option", "No", "--closes", "2030-01-01T00:00Z")
    said = creator.say("poll", number, *poll, "--dry-run")
    assert "2030-01-01 00:00 UTC" in said
    assert "Yes / No" in said


def test_a_new_episode_says_when_it_will_be_seen(creator: Creator, tmp_path: Path) -> None:
    """What was uploaded is told with its date, or as the draft that it is."""
    file = tmp_path / "salt.mp3"
    file.write_bytes(b"ID3" + bytes(20_000))
    at = ("--publish-on", "2030-01-01T09:00:00+01:00")
    said = creator.say("new", str(creator.show), str(file), "--title", "About salt", *at)
    assert "scheduled for 2030-01-01 08:00 UTC" in said
    assert "a draft" in creator.say("new", str(creator.show), str(file), "--title", "About water")


def test_taking_back_can_be_looked_at_first(creator: Creator) -> None:
    """With --dry-run an undo says what would stand there again and calls nobody; the journal needs no show."""
    creator.json("sync")
    episode = creator.episodes("--state", "published")[0]
    made = creator.json("edit", str(episode["episode_id"]), "--title", "For a moment")
    before = dict(creator.stage.simulator.calls)
    planned = creator.json("undo", str(made["change_id"]), "--dry-run")
    assert (planned["state"], planned["after"]["title"]) == ("planned", episode["title"])
    assert dict(creator.stage.simulator.calls) == before
    assert [one["change_id"] for one in creator.json("changes")["items"]] == [made["change_id"]]
    assert creator.json("changes")["items"] == creator.json("changes", str(creator.show))["items"]


def test_the_doctor_of_the_installation_sees_cookies_that_ended(creator: Creator) -> None:
    """Where an account needs cookies, the whole is not well: the command that takes new ones is named."""
    creator.json("sync")
    assert "connect --account" not in creator.run("doctor").stdout
    creator.stage.fault(auth__login_required=True, token__revoke_once=True)
    creator.refused("sync")
    done = creator.run("doctor")
    assert done.returncode == 1
    assert "earstead creators connect --account 1 --user anna" in done.stdout
