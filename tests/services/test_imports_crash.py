"""kill -9 in the middle of an import, many times: no row is lost, none is doubled, and the counts add up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from earstead.kit.clock import FixedClock, SystemClock
from earstead.services.views import ImportCounts
from earstead.storage.engine import open_engine
from tests.fakes.imports import house, write_lines

ROOT = Path(__file__).resolve().parents[2]
ROWS = 40_000
BAD_EVERY = 50
KILLS = 12

# What a server does at its start, without the server: go on with what was left, and say when it is done.
RESUME = """
import sys
from pathlib import Path
from earstead.kit.clock import SystemClock
from earstead.storage.engine import open_engine
from tests.fakes.imports import house
home = house(open_engine(Path(sys.argv[1]) / "test.db"), SystemClock(), Path(sys.argv[1]))
print("started", flush=True)
home.imports.start()
for thread in list(home.imports._threads):
    thread.join()
print("ended", flush=True)
home.close()
"""


def prepared(data: Path) -> tuple[int, int]:
    """(user, import) of an uploaded file that is about to run."""
    engine = open_engine(data / "test.db")
    engine.migrate()
    home = house(engine, SystemClock(), data)
    user = home.add_user()
    path = write_lines(home.imports.upload_dir(user) / "a.lines", ROWS, bad_every=BAD_EVERY)
    job = home.imports.preview(user, [path], wait=True)
    home.imports._go = lambda *_, **__: None  # type: ignore[method-assign] - the run begins in the other process
    home.imports.run(user, job.import_id)
    home.close()
    engine.close()
    return user, job.import_id


def killed_after(data: Path, pause_s: float) -> bool:
    """Let a process go on with the import and kill it after a while; returns whether it was done before."""
    words = [sys.executable, "-c", RESUME, str(data)]
    roots = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    process = subprocess.Popen(words, env=roots, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    try:
        process.wait(pause_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    out, _ = process.communicate()
    return "ended" in out


def test_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """After any number of kills at any moment, the import ends with every row once and a report that adds up."""
    user, import_id = prepared(tmp_path)
    chance = random.Random(7)
    seen = []
    kills = 0
    patience = 1.0
    while not killed_after(tmp_path, chance.uniform(0.1, 0.2) * patience if kills < KILLS else 120):
        kills += 1
        engine = open_engine(tmp_path / "test.db")
        home = house(engine, FixedClock(1_750_000_000), tmp_path)
        counts = home.imports.get(user, import_id).counts
        assert counts.read == counts.new + counts.skipped
        assert home.insights.count(user) == counts.new
        assert len(list(home.imports.report(user, import_id))) == counts.skipped
        # On a machine under load nothing may have been written yet: wait longer before the next kill.
        patience *= 1.4 if counts.read == max(seen, default=0) else 1
        seen.append(counts.read)
        home.close()
        engine.close()
    assert seen == sorted(seen)
    assert any(0 < read < ROWS for read in seen)
    engine = open_engine(tmp_path / "test.db")
    home = house(engine, FixedClock(1_750_000_000), tmp_path)
    job = home.imports.get(user, import_id)
    bad = ROWS // BAD_EVERY
    assert (job.state, job.counts) == ("done", ImportCounts(read=ROWS, new=ROWS - bad, skipped=bad))
    assert home.insights.count(user) == ROWS - bad
    assert len(list(home.imports.report(user, import_id))) == bad
    assert list((tmp_path / "uploads").iterdir()) == []
    home.close()
    engine.close()


def test_closing_stops_behind_a_batch_and_the_next_start_goes_on(tmp_path: Path) -> None:
    """A clean stop leaves the import running; the next start completes it."""
    user, import_id = prepared(tmp_path)
    engine = open_engine(tmp_path / "test.db")
    home = house(engine, SystemClock(), tmp_path)
    home.imports.start()
    home.close()
    assert home.imports.get(user, import_id).state == "running"
    again = house(engine, SystemClock(), tmp_path)
    again.imports.start()
    for thread in list(again.imports._threads):
        thread.join()
    assert again.imports.get(user, import_id).counts.read == ROWS
    again.close()
    engine.close()
