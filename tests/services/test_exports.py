"""Exports: the archive comes back byte for byte, and the other formats hold every listen."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from earstead.core.errors import Rejected
from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Kind, Reading, Submission
from earstead.kit.clock import FixedClock
from earstead.services.feedback import Feedback
from earstead.services.playlinks import Playlinks
from earstead.services.tags import Tags
from earstead.storage import accounts, follows
from earstead.storage.engine import Engine, open_engine
from tests.fakes.imports import House, house


def full(home: House, clock: FixedClock) -> int:
    """A user with odd listens, decisions (one undone), feedback and settings."""
    user = home.add_user()
    at = UnixSeconds(1_700_000_000)
    said = [
        Submission(source="listenbrainz", artist_name="Sigur Rós", track_name="Ára bátur", listened_at=at),
        Submission(
            source="spotify-extended",
            artist_name="Sigur Rós",
            track_name="Ára bátur",
            listened_at=UnixSeconds(at + 2),
            ended_at=UnixSeconds(at + 300),
            reading=Reading.END,
            played_ms=DurationMs(298_000),
            asserted=False,
            skipped=False,
            twin_s=5,
            client="ios",
            origin="spotify.com",
            extra={"shuffle": True, "deep": {"b": [1, 2.5, None], "a": "ü"}, "odd": "\ud800"},
        ),
        Submission(
            source="spotify-extended", kind=Kind.EPISODE, artist_name="A Show", track_name="One",
            listened_at=UnixSeconds(at + 9000), played_ms=DurationMs(10), asserted=False,
        ),
        Submission(
            source="lastfm-csv", artist_name="A & B", artist_names=("A", "B"), track_name="=1+1", release_name="C",
            listened_at=UnixSeconds(at + 9000), precision_s=60, duration_ms=DurationMs(100_000),
        ),
        Submission(source="listenbrainz", artist_name="Gone", track_name="Gone", listened_at=UnixSeconds(at + 90_000)),
    ]  # fmt: skip
    outcomes = []
    for submission in said:
        outcomes += home.ingest.add_now(user, [submission]).outcomes
        clock.advance(100)
    home.decisions.make(user, "delete", {"listen_ids": [outcomes[-1].listen_id]}, by_user="ada")
    artist = home.insights.listen(user, outcomes[0].listen_id).artists[0]
    kept = home.decisions.make(user, "rename", {"entity": "artist", "id": artist.entity_id, "name": "SR"})
    clock.advance(5)
    home.decisions.undo(user, kept.decision_id)
    home.decisions.make(user, "ban", {"entity": "artist", "id": artist.entity_id})
    Feedback(home.engine, home.writer, clock, home.ingest).love(user, said[0])
    Feedback(home.engine, home.writer, clock, home.ingest).hate(user, said[3])
    tags = Tags(home.engine, home.writer, clock, home.ingest)
    tags.add(user, "artist", artist.entity_id, ["Íslenskt", "dream", "\u2028x"])
    tags.add(
        user, "recording", home.insights.listen(user, outcomes[3].listen_id).recording.entity_id, ["=1+1", "dream"]
    )
    song = home.insights.listen(user, outcomes[0].listen_id).recording
    links = Playlinks(home.engine, home.writer, clock)
    links.set(user, song, "spotify:track:3n3Ppam7vgaVa1iaRUc9Lp"), links.set(user, song, "https://youtu.be/loB0kmz_0MM")
    follow = [{"user_id": user, "name_key": name.lower(), "name": name, "at": 7} for name in ("Zoé", "bea", "Cleo")]
    home.writer.do(
        lambda tx: (
            accounts.update(tx, user, zone="Atlantic/Reykjavik", visibility="unlisted", display_name="Ada"),
            accounts.set_setting(tx, user, "theme", '"dark"'),
            follows.put(tx, follow),
        )
    ).result()
    return user


def exported(home: House, user: int, name: str) -> bytes:
    out = io.BytesIO()
    home.exports.write(user, name, out)
    return out.getvalue()


def test_an_archive_comes_back_byte_for_byte(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """Imported into an empty server, an archive gives the same archive and the same history; twice changes nothing."""
    home = house(engine, clock, tmp_path / "one")
    user = full(home, clock)
    before = exported(home, user, "archive")
    path = tmp_path / "archive.zip"
    path.write_bytes(before)

    other = open_engine(tmp_path / "two" / "other.db")
    other.migrate()
    clock.advance(1_000_000)
    second = house(other, clock, tmp_path / "two")
    newcomer = second.add_user("someone")
    for _ in range(2):
        job = second.imports.preview(newcomer, [path], wait=True)
        done = second.imports.run(newcomer, job.import_id, wait=True)
        assert (done.state, done.error, done.counts.read, done.counts.skipped) == ("done", "", 7, 0)
        assert exported(second, newcomer, "archive") == before
    assert second.insights.totals(newcomer, None) == home.insights.totals(user, None)
    # Within one second the order is that of receipt, which an archive does not have.
    listens = [
        sorted((row.listened_at, row.track_name, row.inserted_at) for row in at.insights.listens(who).items)
        for at, who in ((home, user), (second, newcomer))
    ]
    assert listens[0] == listens[1]
    assert len(second.decisions.log(newcomer)) == 3
    again = Tags(other, second.writer, clock, second.ingest)
    assert again.user_top(newcomer)[0] == ("dream", 2)
    assert [item.name for item in again.personal(newcomer, "DREAM", "artist")[0]] == ["Sigur Rós"]
    second.close()
    other.close()
    home.close()


def test_the_archive_holds_what_it_promises(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """The manifest names format and version, and every member is there with every observation."""
    home = house(engine, clock, tmp_path)
    user = full(home, clock)
    with zipfile.ZipFile(io.BytesIO(exported(home, user, "archive"))) as box:
        assert json.loads(box.read("manifest.json")) == {"format": "earstead-archive", "version": 1}
        observations = [json.loads(text) for text in box.read("observations.jsonl").splitlines()]
        decisions = [json.loads(text) for text in box.read("decisions.jsonl").splitlines()]
        tags = [json.loads(text) for text in box.read("tags.jsonl").split(b"\n") if text]
        links = [json.loads(text) for text in box.read("playlinks.jsonl").splitlines()]
        followed = [json.loads(text) for text in box.read("follows.jsonl").splitlines()]
        settings = json.loads(box.read("settings.json"))
    assert [o["listened_at"] for o in observations] == sorted(o["listened_at"] for o in observations)
    assert observations[1]["extra"]["odd"] == "\ud800"
    assert observations[0]["key"].startswith("listenbrainz:")
    assert [bool(d["undone_at"]) for d in decisions] == [False, True, False]
    assert {(t["kind"], t["name"], t["tag"]) for t in tags} >= {("artist", "Sigur Rós", "Íslenskt")}
    assert [link["target"] for link in links] == ["spotify:track:3n3Ppam7vgaVa1iaRUc9Lp", "loB0kmz_0MM"]
    assert [f["name"] for f in followed] == ["Cleo", "Zoé", "bea"]
    assert settings == {
        "zone": "Atlantic/Reykjavik",
        "visibility": "unlisted",
        "display_name": "Ada",
        "settings": {"theme": "dark"},
    }
    home.close()


def test_what_a_user_chose_here_survives_an_archive(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """Settings of an archive fill in what is still as given to a new account, and never replace a choice."""
    home = house(engine, clock, tmp_path)
    path = tmp_path / "archive.zip"
    path.write_bytes(exported(home, full(home, clock), "archive"))
    bob = home.add_user("bob")
    home.writer.do(
        lambda tx: accounts.update(tx, bob, zone="Asia/Tokyo", visibility="private", display_name="")
    ).result()
    job = home.imports.preview(bob, [path], wait=True)
    home.imports.run(bob, job.import_id, wait=True)
    with engine.read() as tx:
        row = accounts.user(tx, bob)
    assert row is not None
    assert row[3:6] == ("Asia/Tokyo", "unlisted", "Ada")
    home.close()


def test_lines_that_are_no_rows_are_skipped_with_reasons(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """Wrong types, unknown words, deep nesting and huge lines in an archive spoil their own row only."""
    home = house(engine, clock, tmp_path)
    user = home.add_user()
    good = {"source": "x", "artist_name": "A", "track_name": "B", "listened_at": 1_600_000_000}
    bad = [
        b"{",
        b"[]",
        json.dumps(good | {"listened_at": "now"}).encode(),
        json.dumps(good | {"listened_at": 10**30}).encode(),
        json.dumps(good | {"reading": "sideways"}).encode(),
        json.dumps(good | {"artist_name": None}).encode(),
        b'{"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"artist_name":"' + b"x" * 3_000_000 + b'"}',
    ]
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("manifest.json", '{"format":"earstead-archive","version":1}')
        box.writestr("observations.jsonl", b"\n".join([json.dumps(good).encode(), *bad]) + b"\n")
        box.writestr("feedback.jsonl", b'{"artist_name":"A","track_name":"B","score":7,"at":1}\n')
    job = home.imports.preview(user, [path], wait=True)
    done = home.imports.run(user, job.import_id, wait=True)
    assert (done.state, done.counts.new, done.counts.skipped) == ("done", 1, len(bad) + 1)
    assert home.insights.count(user) == 1
    home.close()


@pytest.mark.parametrize(
    ("member", "line"),
    [
        ("tags.jsonl", {"kind": "planet", "entity_id": 1, "name": "A", "tag": "x", "at": 1}),
        ("tags.jsonl", {"kind": "artist", "entity_id": 1 << 63, "name": "A", "tag": "x", "at": 1}),
        ("tags.jsonl", {"kind": "artist", "entity_id": 1, "name": "A", "tag": " ", "at": 1}),
        ("tags.jsonl", {"kind": "artist", "entity_id": 1, "name": "A", "tag": "x", "at": -1}),
        ("tags.jsonl", {"kind": "artist", "entity_id": 1, "name": "A" * 5000, "tag": "x", "at": 1}),
        ("playlinks.jsonl", {"entity_id": 1, "name": "A", "service": "spotify", "target": "loB0kmz_0MM", "at": 1}),
        ("playlinks.jsonl", {"entity_id": 1, "name": "A", "service": "file", "target": "/music/a.flac", "at": 1}),
        ("playlinks.jsonl", {"entity_id": 0, "name": "A", "service": "youtube", "target": "loB0kmz_0MM", "at": 1}),
        ("follows.jsonl", {"name": "", "at": 1}),
        ("follows.jsonl", {"name": "bea", "at": 1 << 62}),
        ("follows.jsonl", {"name": "bea"}),
        ("webhooks.jsonl", {"url": "ftp://example.org/", "label": "", "types": [], "created_at": 1}),
        ("webhooks.jsonl", {"url": "https://example.org/", "label": "", "types": ["nothing"], "created_at": 1}),
    ],
)
def test_an_archive_with_impossible_words_says_so(
    engine: Engine, clock: FixedClock, tmp_path: Path, member: str, line: dict[str, object]
) -> None:
    """A tag or follow that could not have been given here ends the import with the name of its member."""
    home = house(engine, clock, tmp_path)
    user = home.add_user()
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("manifest.json", '{"format":"earstead-archive","version":1}')
        box.writestr("observations.jsonl", "")
        box.writestr("feedback.jsonl", '{"artist_name":"A","track_name":"B","score":1,"at":1}\n')
        box.writestr(member, json.dumps(line) + "\n")
    job = home.imports.preview(user, [path], wait=True)
    done = home.imports.run(user, job.import_id, wait=True)
    assert done.state != "done"
    assert member.partition(".")[0] in done.error
    home.close()


def test_csv_and_json_lines_hold_every_listen(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """Both have the same listens in the same order, and a name that looks like a formula is only text."""
    home = house(engine, clock, tmp_path)
    user = full(home, clock)
    table = list(csv.DictReader(io.StringIO(exported(home, user, "csv").decode(), newline="")))
    lines = [json.loads(text) for text in exported(home, user, "jsonl").splitlines()]
    assert [int(row["listened_at"]) for row in table] == [row["listened_at"] for row in lines]
    assert len(lines) == 3
    assert {row["track_name"] for row in table} == {"Ára bátur", "One", "'=1+1"}
    assert {row["kind"] for row in lines} == {"music", "episode"}
    home.close()


def test_parquet_has_typed_columns(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """The file reads back with integers, booleans and lists."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra parquet")
    home = house(engine, clock, tmp_path)
    user = full(home, clock)
    rows = parquet.read_table(io.BytesIO(exported(home, user, "parquet"))).to_pylist()
    lines = [json.loads(text) for text in exported(home, user, "jsonl").splitlines()]
    assert rows == lines
    home.close()


def test_the_listenbrainz_zip_has_its_layout(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """A file a month with counted music, the feedback, and the user."""
    home = house(engine, clock, tmp_path)
    user = full(home, clock)
    with zipfile.ZipFile(io.BytesIO(exported(home, user, "listenbrainz"))) as box:
        names = box.namelist()
        listens = [json.loads(text) for text in box.read("listens/2023/11.jsonl").splitlines()]
        words = [json.loads(text) for text in box.read("feedback.jsonl").splitlines()]
        who = json.loads(box.read("user.json"))
    assert names == ["user.json", "listens/2023/11.jsonl", "feedback.jsonl", "pinned_recording.jsonl"]
    assert [listen["track_metadata"]["track_name"] for listen in listens] == ["=1+1", "Ára bátur"]
    assert listens[1]["track_metadata"]["recording_msid"] == words[0]["recording_msid"]
    assert [word["score"] for word in words] == [1, -1]
    assert who == {"user_id": user, "username": "ada"}
    home.close()


def test_an_unknown_format_names_the_known_ones(engine: Engine, clock: FixedClock, tmp_path: Path) -> None:
    """A wrong word is answered with the right ones."""
    home = house(engine, clock, tmp_path)
    with pytest.raises(Rejected, match="archive, listenbrainz, csv, jsonl, parquet"):
        exported(home, home.add_user(), "xml")
    home.close()
