"""Podcasts in an archive: what was read comes back on another server, byte for byte, without a single cookie."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from pathlib import Path

import msgspec
import pytest

from earstead.core.errors import Rejected
from earstead.sandbox.creators.world import Hosting
from earstead.services.creators.archiving import PodcastLine, apply
from tests.fakes.creators import staged
from tests.fakes.creators_home import PASSWORD
from tests.services.creators.reading import Reader, reading


def archived(reader: Reader, user_id: int) -> bytes:
    """The archive of a user."""
    out = io.BytesIO()
    reader.services.exports.write(user_id, "archive", out)
    return out.getvalue()


def member(archive: bytes) -> bytes:
    """What it says of podcasts."""
    with zipfile.ZipFile(io.BytesIO(archive)) as box:
        return box.read("podcasts.jsonl")


def test_podcasts_come_back_as_they_were(tmp_path: Path) -> None:
    """Shows, episodes, figures with their moments, curves, transcripts and comments survive the way through an archive;
    new cookies take the shows up where they were; taking it in twice changes nothing."""
    with (
        staged(episodes=4, days=50, shows=(Hosting.S4P,)) as stage,
        reading(stage, tmp_path / "data") as reader,
    ):
        taken = reader.creators.captures.harvest(reader.user_id, reader.account.account_id)
        reader.creators.captures.adopt(reader.user_id, taken.capture_id)
        assert reader.run().state == "done"
        first = archived(reader, reader.user_id)
        assert stage.sp_dc.encode() not in member(first)
        kinds = {msgspec.json.decode(line)["kind"] for line in member(first).splitlines()}
        assert kinds == {"show", "episode", "series", "retention", "transcript", "comment"}
        bea = reader.services.accounts.add_user("bea", PASSWORD).user_id
        path = tmp_path / "archive.zip"
        path.write_bytes(first)
        for _ in range(2):
            job = reader.services.imports.preview(bea, [path], wait=True)
            assert reader.services.imports.run(bea, job.import_id, wait=True).state == "done"
            assert member(archived(reader, bea)) == member(first)
        (account,) = reader.creators.accounts.of_user(bea)
        assert (account.state, account.label) == ("off", reader.account.label)
        again = reader.creators.accounts.connect(bea, stage.sp_dc, stage.sp_key)
        assert again.account_id == account.account_id


def test_lines_that_were_never_written_are_refused(tmp_path: Path) -> None:
    """Unknown kinds, missing fields, numbers and words out of range, and parts of nothing are told, not stored."""
    good = {"text": "x", "chapters": [], "operation": "o", "fetched_at": 1}
    wrong = [
        PodcastLine(kind="shoe", show="s", data={}),
        PodcastLine(kind="transcript", show="s", data={"text": "x"}),
        PodcastLine(kind="transcript", show="s", episode="e", data=good | {"fetched_at": 1 << 60}),
        PodcastLine(kind="transcript", show="s", episode="e", data=good | {"text": 3}),
        PodcastLine(kind="transcript", show="s", episode="e", data=good),
    ]
    with staged(episodes=3, days=10, shows=(Hosting.S4P,)) as stage, reading(stage, tmp_path / "data") as reader:
        for one in wrong:
            with pytest.raises(Rejected):
                reader.services.writer.do(partial(apply, user_id=reader.user_id, said=[one], now=1)).result()
