"""Imports: a look that writes nothing, a run that adds up, and what happens when it ends early."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.services.imports.batches import Batch
from earstead.services.views import ImportCounts, ImportJob
from earstead.storage.engine import Engine, Tx
from tests.fakes.imports import House, house, write_lines


@pytest.fixture
def home(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[House]:
    built = house(engine, clock, tmp_path)
    yield built
    built.close()


class Stepping(FixedClock):
    """A clock whose monotonic time moves a second at each look, so that every batch is announced."""

    def monotonic(self) -> float:
        self.advance(1)
        return super().monotonic()


def test_a_look_counts_and_writes_no_history(home: House, tmp_path: Path) -> None:
    """A preview tells new, skipped, span, years and a sample, and leaves the history empty."""
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 2500, bad_every=100)
    job = home.imports.preview(user, [path], wait=True)
    assert (job.state, job.progress, job.title) == ("preview", 1.0, "Lines")
    assert job.counts == ImportCounts(read=2500, new=2475, skipped=25)
    assert job.reasons == {"not readable": 25}
    assert (job.first_at, job.last_at) == (1_600_000_000, 1_600_000_000 + 2498 * 200)
    assert {year: counts.new for year, counts in job.years.items()} == {"2020": 2475}
    assert len(job.sample) == 10
    assert len(list(home.imports.report(user, job.import_id))) == 25
    assert home.insights.count(user) == 0


def test_a_run_keeps_what_the_look_foresaw(home: House, tmp_path: Path) -> None:
    """The counts of the run equal those of the look, the report names every skipped row, the file stays."""
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 2500, bad_every=100)
    seen = home.imports.preview(user, [path], wait=True)
    job = home.imports.run(user, seen.import_id, wait=True)
    assert (job.state, job.error, job.counts, job.years) == ("done", "", seen.counts, seen.years)
    assert home.insights.count(user) == 2475
    report = list(home.imports.report(user, job.import_id))
    assert report[0] == {"where": "a.lines row 100", "reason": "not readable", "excerpt": "bad"}
    assert len(report) == job.counts.skipped
    assert path.exists()


def test_a_repeated_import_adds_nothing(home: House, tmp_path: Path) -> None:
    """The second run of the same file finds every listen known."""
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 1500)
    for counts in (ImportCounts(read=1500, new=1500), ImportCounts(read=1500, known=1500)):
        job = home.imports.preview(user, [path], wait=True)
        assert job.counts == counts
        assert home.imports.run(user, job.import_id, wait=True).counts == counts
    assert home.insights.count(user) == 1500


def test_overlapping_files_have_their_overlap_once(home: House, tmp_path: Path) -> None:
    """Rows that both files hold count as known in the look and in the run."""
    user = home.add_user()
    files = [
        write_lines(tmp_path / "a.lines", 1500),
        write_lines(tmp_path / "b.lines", 1500, first=1_600_000_000 + 200 * 37 * 211),
        write_lines(tmp_path / "c.lines", 1200),
    ]
    job = home.imports.preview(user, files, wait=True)
    assert job.counts == ImportCounts(read=4200, new=3000, known=1200)
    assert home.imports.run(user, job.import_id, wait=True).counts == job.counts
    assert home.insights.count(user) == 3000


def test_rows_that_cannot_be_kept_are_skipped_with_the_reason(home: House, tmp_path: Path) -> None:
    """A time in the future, no title, or nothing printable spoils its own row only."""
    user = home.add_user()
    path = tmp_path / "odd.lines"
    rows = [
        [1_600_000_000, "A", "B"],
        [9_999_999_999, "A", "B"],
        [5, "A", " "],
        [6, "\u0007", "B"],
        [7, "A\ud800", "x"],
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    job = home.imports.preview(user, [path], wait=True)
    assert job.counts == ImportCounts(read=5, new=2, skipped=3)
    done = home.imports.run(user, job.import_id, wait=True)
    assert done.counts == job.counts
    assert done.reasons == {
        "the time lies in the future": 1,
        "no title": 1,
        "a name has no printable character": 1,
    }


def test_feedback_rows_are_counted_and_kept(home: House, tmp_path: Path) -> None:
    """A row that only says love is no listen, and read is the sum of all."""
    user = home.add_user()
    path = tmp_path / "love.lines"
    path.write_text('[1600000000, "A", "B"]\n[1600000100, "A", "B", 1]\nbad\n')
    job = home.imports.preview(user, [path], wait=True)
    done = home.imports.run(user, job.import_id, wait=True)
    assert done.counts == ImportCounts(read=3, new=1, skipped=1, feedback=1)


def test_a_batch_that_fails_keeps_those_behind_it_out(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches handed over before the failure was known are not written past it; running again completes it."""
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 5000)
    job = home.imports.preview(user, [path], wait=True)
    say, said = home.imports._runner._say, []

    def failing(tx: Tx, user_id: int, batch: Batch) -> None:
        said.append(batch.row_index)
        if said.count(2000) == 1 and batch.row_index == 2000:
            raise OSError("no space left")
        say(tx, user_id, batch)

    monkeypatch.setattr(home.imports._runner, "_say", failing)
    failed = home.imports.run(user, job.import_id, wait=True)
    assert (failed.state, failed.counts.read, home.insights.count(user)) == ("failed", 1000, 1000)
    done = home.imports.run(user, job.import_id, wait=True)
    assert (done.state, done.counts, home.insights.count(user)) == ("done", ImportCounts(read=5000, new=5000), 5000)


def test_cancelling_keeps_what_is_in_and_says_so(engine: Engine, tmp_path: Path) -> None:
    """A cancel between batches ends the run; counts equal what is in the history; a repeat completes it."""
    home = house(engine, Stepping(1_750_000_000), tmp_path)
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 20_000)
    job = home.imports.preview(user, [path], wait=True)

    def cancel(now: ImportJob) -> None:
        if now.state == "running" and now.counts.read >= 2000:
            home.imports.cancel(user, now.import_id)

    ended = home.imports.run(user, job.import_id, wait=True, on_progress=cancel)
    assert ended.state == "cancelled"
    assert 2000 <= ended.counts.new < 20_000
    assert home.insights.count(user) == ended.counts.new
    with pytest.raises(Conflict):
        home.imports.run(user, job.import_id)
    again = home.imports.preview(user, [path], wait=True)
    assert again.counts.known == ended.counts.new
    assert home.imports.run(user, again.import_id, wait=True).counts.read == 20_000
    assert home.insights.count(user) == 20_000
    home.close()


def test_a_broken_file_fails_with_a_sentence(home: House, tmp_path: Path) -> None:
    """What breaks in the middle of a file ends the look as failed, with the cause."""
    user = home.add_user()
    path = tmp_path / "a.lines"
    path.write_text('[1600000000, "A", "B"]\nbroken\n')
    job = home.imports.preview(user, [path], wait=True)
    assert job.state == "failed"
    assert job.error == "the files could not be read to their end (the file ends in the middle)"


def test_files_without_a_history_are_refused_with_the_reason(home: House, tmp_path: Path) -> None:
    """No file, a missing file, and a file of something else each say what is wrong."""
    user = home.add_user()
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(Rejected, match="at least one file"):
        home.imports.preview(user, [])
    with pytest.raises(Rejected, match="does not exist"):
        home.imports.preview(user, [tmp_path / "gone.lines"])
    job = home.imports.preview(user, [tmp_path / "photo.jpg"], wait=True)
    assert job.state == "failed"
    assert "not a listening history" in job.error


def test_a_file_that_changed_since_the_look_is_not_run(home: House, tmp_path: Path) -> None:
    """Rows behind a cursor would be other rows: the run fails and says why."""
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 10)
    job = home.imports.preview(user, [path], wait=True)
    write_lines(path, 20)
    done = home.imports.run(user, job.import_id, wait=True)
    assert (done.state, done.counts.new) == ("failed", 0)
    assert "changed since" in done.error


def test_uploads_are_removed_when_the_import_is_over(home: House, tmp_path: Path) -> None:
    """Uploaded files move under their import and are gone after the run; the report stays."""
    user = home.add_user()
    folder = home.imports.upload_dir(user)
    path = write_lines(folder / "a.lines", 100, bad_every=10)
    job = home.imports.preview(user, [path], wait=True)
    assert (tmp_path / "uploads" / str(job.import_id) / "a.lines").exists()
    home.imports.run(user, job.import_id, wait=True)
    assert list((tmp_path / "uploads").iterdir()) == []
    assert len(list(home.imports.report(user, job.import_id))) == 10


def test_the_start_sweeps_uploads_nobody_needs(home: House, tmp_path: Path) -> None:
    """Folders of uploads that never became an import go away, those of a waiting preview stay."""
    user = home.add_user()
    home.imports.upload_dir(user)
    job = home.imports.preview(user, [write_lines(home.imports.upload_dir(user) / "a.lines", 5)], wait=True)
    home.imports.start()
    assert [folder.name for folder in (tmp_path / "uploads").iterdir()] == [str(job.import_id)]
    assert home.imports.run(user, job.import_id, wait=True).state == "done"


def test_other_users_imports_are_not_found(home: House, tmp_path: Path) -> None:
    """A stranger can neither see, run, cancel nor read the report of an import."""
    user, stranger = home.add_user(), home.add_user("bob")
    job = home.imports.preview(user, [write_lines(tmp_path / "a.lines", 5)], wait=True)
    for door in (home.imports.get, home.imports.run, home.imports.cancel, home.imports.report):
        with pytest.raises(NotFound):
            door(stranger, job.import_id)
    assert home.imports.list(stranger) == ()
    assert [j.import_id for j in home.imports.list(user)] == [job.import_id]


def test_imports_in_the_background_go_one_after_another(home: House, tmp_path: Path) -> None:
    """Two runs of one user's overlapping files at the same time lose and double nothing."""
    user = home.add_user()
    jobs = [
        home.imports.preview(user, [write_lines(tmp_path / f"{name}.lines", 3000)], wait=True) for name in ("a", "b")
    ]
    for job in jobs:
        home.imports.run(user, job.import_id)
    for thread in list(home.imports._threads):
        thread.join()
    done = [home.imports.get(user, job.import_id) for job in jobs]
    assert [job.state for job in done] == ["done", "done"]
    assert sorted((job.counts.new, job.counts.known) for job in done) == [(0, 3000), (3000, 0)]
    assert home.insights.count(user) == 3000


def test_a_cancelled_look_brought_nothing_and_still_tells_why_not(home: House, tmp_path: Path) -> None:
    """Its counts are zero, and the rows that would have been skipped can be asked for while the file is there."""
    user = home.add_user()
    path = write_lines(tmp_path / "a.lines", 100, bad_every=10)
    job = home.imports.preview(user, [path], wait=True)
    assert home.imports.cancel(user, job.import_id).counts == ImportCounts()
    assert len(list(home.imports.report(user, job.import_id))) == 10
    path.unlink()
    assert list(home.imports.report(user, job.import_id)) == []
