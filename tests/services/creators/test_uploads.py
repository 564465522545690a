"""Media files into episodes: through the worker, over crashes, refusals and second thoughts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.creators import files, rest_media
from earstead.sandbox.creators import uploads as simulated
from earstead.sandbox.creators.world import State
from earstead.services.creators.uploading import KEPT_S, QUIET_S
from earstead.services.creators.write_types import NewEpisode, Upload
from earstead.storage import creator_writes as table
from tests.creators.files import mp3, mp4
from tests.services.creators.desk import Desk

DAY = 86_400


def sound(at: Desk, size: int = 64_000) -> Path:
    """A file as a page puts it down."""
    return mp3(at.creators.studio.uploads.incoming(), "ep 61.mp3", size)


def film(at: Desk) -> Path:
    """A small film."""
    return mp4(at.creators.studio.uploads.incoming(), "seen.mp4")


def now(at: Desk, upload: Upload) -> Upload:
    """The upload as it is."""
    return at.creators.studio.uploads.get(at.user_id, upload.upload_id)


def drafts(at: Desk, title: str) -> list[int]:
    """Numbers of the simulator's episodes of a title."""
    return [one.anchor_id for one in at.stage.simulator.world.episodes(at.stage.show) if one.title == title]


def test_an_episode_is_made_of_a_file_and_scheduled(at: Desk) -> None:
    """The worker makes the draft, sends the sound, sets the date; the file is gone here and the episode is there."""
    file, moment = sound(at), at.clock.now() + 2 * DAY
    wanted = NewEpisode(title="Salt", description="<p>About salt</p>", publish_on=moment, sponsored=True)
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, wanted)
    assert (upload.state, upload.kind, upload.filename, upload.size) == ("waiting", "audio", "ep 61.mp3", 64_000)
    at.services.worker.run_due()
    done = now(at, upload)
    assert (done.state, done.share, done.error) == ("done", 1.0, "")
    there = at.stage.simulator.world.episode(done.anchor_id)
    assert there is not None and there.media is not None and there.media.size == 64_000
    assert (there.state, there.title, there.description) == (State.SCHEDULED, "Salt", "<p>About salt</p>")
    assert there.publish_on_ms == moment * 1000 and there.sponsored
    here = at.creators.shows.episode(at.user_id, done.episode_id)
    assert (here.state, here.published_at, here.anchor_id) == ("scheduled", moment, there.anchor_id)
    actions = [one.action for one in at.creators.changes.of_show(at.user_id, at.show.show_id).items][::-1]
    assert actions == ["episode.create", "episode.audio", "episode.schedule", "episode.sponsored"]
    assert not file.exists()


def test_a_file_goes_into_a_draft_that_is_there(at: Desk) -> None:
    """The draft keeps its title and stays a draft."""
    made = at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, sound(at), episode_id=made.episode_id)
    at.services.worker.run_due()
    there = at.stage.simulator.world.episode(int(made.after["anchor_id"]))
    assert there is not None and there.media is not None
    assert (now(at, upload).state, there.state, there.title) == ("done", State.DRAFT, "Salt")


def test_a_film_goes_on_with_the_part_that_is_missing(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line breaks after the first part; the next attempt sends the second alone, and makes no second draft."""
    monkeypatch.setattr(rest_media, "PART_BYTES", 4096)
    monkeypatch.setattr(files, "PART_BYTES", 4096)
    monkeypatch.setattr(simulated, "LEAST_PART", 1)
    monkeypatch.setattr(simulated, "PART", 4096)
    calls, file = at.stage.simulator.calls, film(at)
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Seen"))
    put = rest_media.MediaCalls.put
    broken: list[int] = []

    def once(self: object, part: object, **more: object) -> str:
        number = part.number  # type: ignore[attr-defined]
        if number == 2 and not broken:
            broken.append(number)
            at.stage.fault(http__503=99)
        return put(self, part, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(rest_media.MediaCalls, "put", once)
    at.services.worker.run_due()
    first = now(at, upload)
    assert (first.state, first.step) == ("waiting", "media") and first.sent >= 4096
    at.stage.fault(http__503=0)
    sent = calls["STO put"]
    at.clock.advance(60)
    at.services.worker.run_due()
    assert now(at, upload).state == "done"
    assert calls["STO put"] - sent == 1
    assert len(drafts(at, "Seen")) == 1


def test_a_refused_file_stays_with_its_reason_and_can_be_tried_again(at: Desk) -> None:
    """The reason of the service and the mend are kept; the retry goes into the draft that is there."""
    at.stage.fault(upload__fail="AUDIO_DURATION_LONGER_THAN_VIDEO")
    file = film(at)
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Seen"))
    at.services.worker.run_due()
    failed = now(at, upload)
    assert failed.state == "failed" and "AUDIO_DURATION_LONGER_THAN_VIDEO" in failed.error and "Encode" in failed.error
    assert file.exists()
    at.stage.fault(upload__fail="")
    assert at.creators.studio.uploads.retry(at.user_id, upload.upload_id).state == "waiting"
    at.services.worker.run_due()
    assert now(at, upload).state == "done" and len(drafts(at, "Seen")) == 1
    with pytest.raises(Conflict):
        at.creators.studio.uploads.retry(at.user_id, upload.upload_id)


def test_a_crash_after_the_draft_was_made_makes_no_second_one(at: Desk) -> None:
    """The program died before it wrote the number down: the draft is found by its title and gone on with."""
    file = sound(at)
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Salt"))
    at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))

    def left_behind() -> None:
        values = {"state": "running", "step": "episode", "updated_at": at.clock.now()}
        at.services.writer.do(lambda tx: table.set_upload(tx, upload.upload_id, values)).result()

    left_behind()
    at.services.worker.run_due()
    assert now(at, upload).state == "done" and len(drafts(at, "Salt")) == 1


def test_what_a_stopped_server_left_is_taken_up(at: Desk) -> None:
    """An upload that nobody works on is queued again, after a quarter of an hour of silence and not before."""
    uploads = at.creators.studio.uploads
    upload = uploads.add(at.show, sound(at), NewEpisode(title="Salt"), start=False)
    assert uploads.take_up() == 0
    at.clock.advance(QUIET_S)
    assert uploads.take_up() == 1
    at.services.worker.run_due()
    assert now(at, upload).state == "done"


def test_an_upload_is_cancelled(at: Desk) -> None:
    """Nothing is sent for it any more, and its file is removed."""
    file = sound(at)
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Salt"))
    assert at.creators.studio.uploads.cancel(at.user_id, upload.upload_id).state == "cancelled"
    at.services.worker.run_due()
    assert drafts(at, "Salt") == [] and not file.exists()
    with pytest.raises(Conflict):
        at.creators.studio.uploads.cancel(at.user_id, upload.upload_id)


def test_an_upload_is_cancelled_under_way(at: Desk) -> None:
    """What is cancelled while its bytes leave ends as cancelled, without a finish."""
    uploads = at.creators.studio.uploads
    upload = uploads.add(at.show, sound(at), NewEpisode(title="Salt"), start=False)
    told: list[int] = []

    def hears(one: Upload) -> None:
        told.append(one.sent)
        uploads.cancel(at.user_id, upload.upload_id)

    # The second step after the bytes finds the row cancelled.
    assert uploads.run(upload, hears).state == "cancelled"
    assert told and at.stage.episodes(State.SCHEDULED)[0].title != "Salt"


def test_progress_is_told(at: Desk) -> None:
    """Whoever runs an upload hears how many bytes are there."""
    uploads = at.creators.studio.uploads
    upload = uploads.add(at.show, sound(at, 1_000_000), NewEpisode(title="Salt"), start=False)
    told: list[float] = []
    done = uploads.run(upload, lambda one: told.append(one.share))
    assert done.state == "done" and told[-1] == 1.0 and told == sorted(told)


def test_a_file_elsewhere_stays(at: Desk, tmp_path: Path) -> None:
    """What the command line uploads is read where it is, and is not removed."""
    file = mp3(tmp_path)
    uploads = at.creators.studio.uploads
    assert uploads.run(uploads.add(at.show, file, NewEpisode(title="Salt"), start=False)).state == "done"
    assert file.exists()


def test_files_that_would_be_refused_are_refused_at_once(at: Desk, tmp_path: Path) -> None:
    """A wrong format, an empty file and a missing one are said before anything is kept or sent."""
    before = at.stage.simulator.calls.total()
    texts, empty = tmp_path / "notes.txt", tmp_path / "ep.mp3"
    texts.write_text("x")
    empty.touch()
    for file in (texts, empty, tmp_path / "none.mp3"):
        with pytest.raises(Rejected) as refused:
            at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Salt"))
        assert refused.value.field == "file"
    with pytest.raises(Rejected, match="either"):
        at.creators.studio.upload(at.user_id, at.show.show_id, sound(at))
    assert at.creators.studio.uploads.of_show(at.user_id, at.show.show_id) == ()
    assert at.stage.simulator.calls.total() == before


def test_a_published_episode_takes_no_file(at: Desk) -> None:
    """The service has no way to exchange it."""
    episode = at.episode()
    with pytest.raises(Conflict, match="published"):
        at.creators.studio.upload(at.user_id, at.show.show_id, sound(at), episode_id=episode.episode_id)


def test_uploads_are_ones_own(at: Desk) -> None:
    """Nobody else sees or stops them; erasing the account removes files and rows."""
    file = sound(at)
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Salt"))
    other = at.services.accounts.add_user("bea", "correct horse battery staple").user_id
    with pytest.raises(NotFound):
        at.creators.studio.uploads.cancel(other, upload.upload_id)
    at.creators.silence(at.user_id)
    assert not file.exists() and now(at, upload).state == "cancelled"


def test_files_nobody_came_back_for_are_removed(at: Desk) -> None:
    """After two days a file that was put here and never uploaded goes; one that is needed stays."""
    uploads = at.creators.studio.uploads
    forgotten, fresh, needed = sound(at), sound(at), sound(at)
    uploads.add(at.show, needed, NewEpisode(title="Salt"), start=False)
    old = at.clock.now() - KEPT_S - 60
    for file in (forgotten, needed):
        os.utime(file.parent, (old, old))
    os.utime(fresh.parent, (at.clock.now(), at.clock.now()))
    assert uploads.sweep() == 1
    assert [file.exists() for file in (forgotten, fresh, needed)] == [False, True, True]


def test_a_moment_that_has_passed_meanwhile_leaves_a_draft(at: Desk) -> None:
    """The file took longer than the date allowed: the draft stays, and the upload says why it was not scheduled."""
    uploads = at.creators.studio.uploads
    upload = uploads.add(at.show, sound(at), NewEpisode(title="Salt", publish_on=at.clock.now() + 120), start=False)
    at.clock.advance(600)
    failed = uploads.run(replace(upload))
    assert failed.state == "failed" and "ahead" in failed.error
    (anchor,) = drafts(at, "Salt")
    there = at.stage.simulator.world.episode(anchor)
    assert there is not None and there.state is State.DRAFT and there.media is not None
