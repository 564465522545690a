"""What strangers may send, and what must stay between users: hostile feeds and logs, late readings, secrets, undo."""

from __future__ import annotations

import gzip
import json
import os
import re
import threading
import tracemalloc
from datetime import date
from importlib.resources import files
from pathlib import Path
from time import perf_counter

import pytest
from msgspec.structs import replace

from earstead.core.creators.metrics import Aggregation, Quality, Scope, SeriesKey, Window
from earstead.core.creators.registry import Registry
from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.creators import Creators
from earstead.creators.auth import Credentials
from earstead.creators.capture import read_capture
from earstead.creators.changes import MemoryLog
from earstead.creators.errors import DraftExists, RateLimited, ValidationError
from earstead.creators.pace import Pace
from earstead.creators.rest_media_types import SignedPart
from earstead.creators.transport import Answer, Exchange, Request
from earstead.creators.uploads import Begun, FileLedger
from earstead.creators.urls import Urls
from earstead.sandbox.creators.world import State
from earstead.services.container import Services
from earstead.services.creators.archiving import PodcastLine, apply
from earstead.services.creators.memory import CommentRead, EpisodeRead, Figures, Reading
from earstead.services.creators.write_types import EpisodeEdit, NewEpisode, ShowEdit
from earstead.storage import creator_downloads as downloads
from earstead.storage import creator_erasing
from earstead.storage import creators as table
from earstead.storage.engine import Tx
from tests.fakes.creators import Stage, staged
from tests.fakes.creators_home import comment_read
from tests.services.creators.desk import Desk, desk
from tests.services.creators.reading import reading
from tests.services.creators.test_downloads import FEED, stage
from tests.services.creators.test_downloads import Stage as Outside

__all__ = ["stage"]
SECRET = "AQ-a-cookie-that-nobody-may-see"


# --- feeds and logs -------------------------------------------------------------------------------------------------


def test_an_address_that_is_none_names_no_feed(stage: Outside) -> None:
    """An address that cannot even be taken apart is refused like any other wrong one."""
    with pytest.raises(Rejected, match="address of the feed"):
        stage.services.creators.feeds.set(stage.user_id, stage.show_id, url="https://[broken/feed")


def test_a_feed_with_an_impossible_file_stops_no_other(stage: Outside) -> None:
    """A file whose address cannot be taken apart is left out; the rest of the feed is read."""
    stage.feed["body"] = FEED.replace("https://files.example/two.mp3", "https://[files.example/two.mp3")
    found = stage.services.creators.feeds.set(stage.user_id, stage.show_id, url=f"{stage.outside}/feed")
    assert found.files == 1
    stage.services.creators.feeds.look()
    assert not stage.services.creators.feeds.get(stage.user_id, stage.show_id).error


def entry(moment: str, path: str = "/one.mp3", status: int = 200, sent: str = "28800000", more: str = "") -> str:
    return f'192.0.2.7 - - [{moment}] "GET {path} HTTP/1.1" {status} {sent} "-" "AntennaPod/3.5.0"{more}\n'


def test_odd_lines_of_a_log_are_left_out(stage: Outside, tmp_path: Path) -> None:
    """Addresses, sizes, spans and times that no server writes end no reading, and make no years of zeros."""
    creators = stage.services.creators
    creators.feeds.set(stage.user_id, stage.show_id, url=f"{stage.outside}/feed", counting="day")
    good = "20/Feb/2026:10:00:00 +0000"
    lines = [
        entry(good),
        entry(good, path="https://[::1/one.mp3"),
        entry(good, path="http://files.example:99999/one.mp3"),
        entry(good, sent="9" * 30),
        entry(good, sent="9" * 5_000),
        entry(good, more=f' "bytes={"9" * 40}-{"9" * 40}"'),
        entry("01/Jan/0001:00:00:00 +0000"),
        entry("01/Jan/9999:00:00:00 +0000"),
        json.dumps({"ts": 1_771_581_600, "method": "\0", "uri": "/one.mp3", "status": 200, "ip": "192.0.2.9"}) + "\n",
        json.dumps({"ts": 1_771_581_600, "uri": "/one.mp3", "status": 1e300, "ip": "192.0.2.9"}) + "\n",
        json.dumps({"ts": "0001-01-01T00:00:00+00:00", "uri": "/one.mp3", "status": 200, "ip": "192.0.2.9"}) + "\n",
    ]
    log = tmp_path / "access.log"
    log.write_text("".join(lines), "utf-8")
    read = stage.read(log)
    assert (read.state, read.lines) == ("done", len(lines)), read
    series = creators.figures.daily(stage.show_id, "feed_downloads", date(1, 1, 1), date(9998, 1, 1))
    assert [point.date for point in series.points if point.value] == [date(2026, 2, 20)]
    assert len(series.points) < 400


@pytest.mark.parametrize("damage", [b"\x00\xff\xff\xff\xff\xff\xff\xff", b""])
def test_a_damaged_log_says_so(stage: Outside, tmp_path: Path, damage: bytes) -> None:
    """A packed file that is broken in the middle, or cut short, fails with a reason and stays no riddle."""
    creators = stage.services.creators
    creators.feeds.set(stage.user_id, stage.show_id, url=f"{stage.outside}/feed")
    whole = gzip.compress(b"".join(entry("20/Feb/2026:10:00:00 +0000").encode() for _ in range(50)))
    log = tmp_path / "access.log.gz"
    log.write_bytes(whole[:30] + damage + whole[40:-20])
    read = stage.read(log)
    assert read.state == "failed" and "cannot be read" in read.error


def test_a_line_without_end_is_not_held(stage: Outside, tmp_path: Path) -> None:
    """A packed file that is one line of hundreds of megabytes is passed over in small memory."""
    creators = stage.services.creators
    creators.feeds.set(stage.user_id, stage.show_id, url=f"{stage.outside}/feed", counting="day")
    log = tmp_path / "access.log.gz"
    with gzip.open(log, "wb", 1) as packed:
        for _ in range(64):
            packed.write(b"a" * (1 << 20))
        packed.write(b"\n" + entry("20/Feb/2026:10:00:00 +0000").encode())
    tracemalloc.start()
    read = stage.read(log)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (read.state, read.lines, read.kept) == ("done", 2, 1)
    assert most < 16 << 20


# --- readings that come late ----------------------------------------------------------------------------------------


def leftovers(services: object, show_id: int) -> dict[str, int]:
    """Rows that name a show, by table."""
    tables = (
        *("creator_shows", "creator_series", "creator_reads", "creator_answers", "creator_episodes"),
        *("creator_comments", "creator_feeds", "creator_files", "creator_hits", "creator_logs"),
    )
    with services.engine.read() as tx:  # type: ignore[attr-defined]
        found = {name: tx.one(f"SELECT count(*) FROM {name} WHERE show_id = :s", s=show_id)[0] for name in tables}
    return {name: count for name, count in found.items() if count}


def late_comment() -> CommentRead:
    return comment_read("spotify:comment:1", "Late", language="")


def test_what_arrives_after_an_erasure_is_not_kept(at: Desk) -> None:
    """A sync or an upload that was under way while everything was erased leaves nothing behind."""
    show, memory = at.show, at.creators.memory
    key = SeriesKey(
        metric="plays",
        scope=Scope.SPOTIFY,
        window=Window.NONE,
        aggregation=Aggregation.DAILY,
        operation="getShowPlays",
        breakdown="",
        episode_id=0,
    )
    at.creators.accounts.disconnect(at.user_id, at.account.account_id, erase=True)
    figures = Figures(key=key, points=[(20_000, "", 1.0, Quality.FINAL)])
    late = Reading(account_id=at.account.account_id, show_id=show.show_id, name="plays", figures=(figures,))
    memory.keep(late).result()
    episode = EpisodeRead(uri="spotify:episode:" + "A" * 22, anchor_id=1, title="Late", state="draft", published_at=0)
    memory.episodes(show.show_id, at.user_id, [episode], complete=False)
    memory.comments(show.show_id, at.user_id, [late_comment()], {})
    with pytest.raises(NotFound):
        memory.show(at.account.account_id, at.user_id, show.uri, {"name": "Late"})
    assert leftovers(at.services, show.show_id) == {}
    assert at.creators.shows.of_user(at.user_id) == ()


def test_a_feed_that_is_read_while_its_show_goes_is_not_kept(stage: Outside) -> None:
    """The answer of a feed's server that comes after the show was erased makes no rows."""
    creators = stage.services.creators
    creators.feeds.set(stage.user_id, stage.show_id, url=f"{stage.outside}/feed")
    real = creators.feeds._net

    class Slow:
        def send(self, *said: object, **more: object) -> object:
            answer = real.send(*said, **more)  # type: ignore[arg-type]
            stage.services.writer.do(lambda tx: creator_erasing.finish(tx, stage.show_id)).result()
            return answer

    creators.feeds._net = Slow()  # type: ignore[assignment]
    creators.feeds.look()
    assert leftovers(stage.services, stage.show_id) == {}
    stage.feed["status"] = 500
    creators.feeds.look()
    assert leftovers(stage.services, stage.show_id) == {}


# --- archives that somebody wrote by hand ---------------------------------------------------------------------------


def line_of(kind: str, **said: object) -> PodcastLine:
    """A line of an archive that could have been written, but for what is said."""
    numbers = {"episode_count", "followers", "first_seen_at", "read_at", "gone_at", "anchor_id", "published_at"}
    numbers |= {"created_at", "duration_ms", "transcript_chars"}
    columns = table.SHOW if kind == "show" else table.EPISODE
    names = [name.strip() for name in columns.split(",")][4 if kind == "show" else 2 :]
    data: dict[str, object] = {name: 0 if name in numbers else "" for name in names}
    data |= {"account": "Mine", "permissions": []} if kind == "show" else {"state": "scheduled", "totals": {}}
    return PodcastLine(kind=kind, show="spotify:show:x", episode="" if kind == "show" else "e", data=data | said)


def series_of(points: object) -> PodcastLine:
    data = {
        "metric": "plays",
        "breakdown": "",
        "aggregation": "daily",
        "span": "",
        "definition": "",
        "operation": "o",
        "scope": "spotify",
        "fetched_at": 1,
        "points": points,
    }
    return PodcastLine(kind="series", show="spotify:show:x", data=data)


@pytest.mark.parametrize(
    "wrong",
    [
        line_of("show", permissions=5),
        line_of("show", followers=1.5),
        line_of("show", account="x" * 5_000),
        line_of("episode", state="whatever"),
        line_of("episode", totals=[1]),
        line_of("episode", published_at=1 << 50),
        series_of([[-(1 << 50), "", 1.0, 0, 1]]),
        series_of([[1 << 50, "", 1.0, 0, 1]]),
        series_of({"a": 1}),
    ],
)
def test_an_archive_brings_nothing_that_breaks_what_reads_it(at: Desk, wrong: PodcastLine) -> None:
    """Fields of another form, days outside of any calendar, and states that nobody knows are refused as a whole."""
    user_id = at.services.accounts.add_user("mallory", "a long and quiet evening").user_id

    def work(tx: Tx) -> None:
        apply(tx, user_id, [line_of("show"), line_of("episode")] if wrong.kind == "series" else [], 1)
        apply(tx, user_id, [wrong] if wrong.kind != "episode" else [line_of("show"), wrong], 1)

    with pytest.raises(Rejected):
        at.services.writer.do(work).result()
    assert at.creators.shows.of_user(user_id) == ()


def test_an_archive_brings_no_crowd_of_accounts(at: Desk) -> None:
    """As many accounts as one may connect, and not more."""
    user_id = at.services.accounts.add_user("mallory", "a long and quiet evening").user_id
    crowd = [replace(line_of("show", account=f"Account {n}"), show=f"spotify:show:{n}") for n in range(30)]
    with pytest.raises(Rejected, match="at most 20"):
        at.services.writer.do(lambda tx: apply(tx, user_id, crowd, 1)).result()


def test_one_creators_broken_row_stops_nobody_elses_watch(at: Desk) -> None:
    """An episode that cannot even be read keeps no other from being found published."""
    episode, moment = at.episode(State.SCHEDULED), at.stage.episodes(State.SCHEDULED)[0].publish_on_ms or 0
    moment //= 1_000
    broken = {"state": "scheduled", "totals": "broken", "published_at": moment - 60}
    other = at.episode().episode_id

    def work(tx: Tx) -> None:
        table.change_episode(tx, other, broken)
        table.change_episode(tx, episode.episode_id, {"published_at": moment})

    at.services.writer.do(work).result()
    at.clock.advance(moment + 600 - at.clock.now())
    assert at.creators.settling.confirm() == 1
    assert at.creators.shows.episode(at.user_id, episode.episode_id).state == "published"


# --- writes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "mutation M { deleteComment }",
        "# a remark\nmutation M { deleteComment }",
        ", mutation M { deleteComment }",
        "fragment F on Show { uri } mutation M { deleteComment }",
        "\ufeffmutation M { deleteComment }",
    ],
)
def test_free_text_that_writes_is_told_as_a_write(at: Desk, text: str) -> None:
    """However a document begins: what changes something is refused outside of a change, and never sent twice."""
    calls = at.stage.simulator.calls.total()
    client = Creators(bearer=at.stage.bearer, urls=Urls.at(at.stage.url), adhoc=True)
    with client, pytest.raises(ValidationError, match="no change was begun"):
        client.graph.text(text)
    assert at.stage.simulator.calls.total() == calls


def test_nothing_that_is_read_makes_a_known_write_a_read() -> None:
    """Neither a file without kinds nor a recording of free text turns a mutation into a query, which is sent again."""
    known = Registry.pinned()
    name = next(one.name for one in known if one.kind == "mutation")
    overlay = Registry.read(json.dumps({"operations": [{"name": name, "hashes": [{"sha256": "a" * 64}]}]}))
    assert known.merged(overlay).get(name).is_write
    asked = {"operationName": "renameIt", "query": "fragment F on A { b } mutation renameIt { c }", "variables": {}}
    har = {
        "log": {
            "entries": [
                {
                    "request": {
                        "method": "POST",
                        "url": "https://creators-graph.spotify.com/v2/graph-pq",
                        "postData": {"text": json.dumps(asked)},
                    },
                    "response": {"status": 200, "content": {"text": '{"data": {"c": 1}}'}},
                }
            ]
        }
    }
    found = read_capture(json.dumps(har).encode(), known, now_ms=1_795_255_200_000)
    assert found.registry.get("renameIt").is_write


def test_what_was_taken_and_not_read_back_is_not_called_failed(at: Desk) -> None:
    """An edit that the service took, and then wanted a pause, has happened: the journal says that it may have."""
    there, log = at.stage.episodes()[0], MemoryLog()

    def hear(exchange: Exchange) -> None:
        if exchange.label == "1-C":
            at.stage.fault(http__429=100)

    client = Creators(
        bearer=at.stage.bearer, urls=Urls.at(at.stage.url), log=log, heard=hear, pace=Pace.unhurried(), clock=at.clock
    )
    with client, pytest.raises(RateLimited):
        client.episodes.edit(there.anchor_id, title="Another title")
    assert there.title == "Another title"
    assert [change.state for change in log.changes] == ["ambiguous"]


def test_an_undo_of_settings_keeps_what_came_after(at: Desk) -> None:
    """Whoever changed the show's description since keeps it."""
    show = at.stage.show
    change = at.creators.studio.show_settings(at.user_id, at.show.show_id, ShowEdit(description="Slow talk."))
    show.description = "Written in the dashboard since."
    with pytest.raises(Conflict, match="changed since"):
        at.creators.changes.undo(at.user_id, change.change_id)
    assert show.description == "Written in the dashboard since."


def test_an_undo_of_a_draft_keeps_what_came_after(at: Desk) -> None:
    """The service tells nothing of a draft; the journal does, and a later edit is not undone with an earlier one."""
    studio = at.creators.studio
    made = studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt", description="<p>One</p>"))
    first = studio.edit(at.user_id, made.episode_id, EpisodeEdit(description="<p>Two</p>"))
    studio.edit(at.user_id, made.episode_id, EpisodeEdit(description="<p>Three</p>"))
    with pytest.raises(Conflict, match="changed since"):
        at.creators.changes.undo(at.user_id, first.change_id)
    there = at.stage.simulator.world.episode(int(made.after["anchor_id"]))
    assert there is not None and there.description == "<p>Three</p>"


def test_a_file_goes_into_an_episode_of_the_same_show_alone(at: Desk, tmp_path: Path) -> None:
    """An episode of another show is none of this one, even of the same user: its files would go astray."""
    other = next(one for one in at.creators.shows.of_user(at.user_id) if one.show_id != at.show.show_id and one.hosted)
    episode = at.episode()
    picture = tmp_path / "cover.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    with pytest.raises(NotFound):
        at.creators.studio.cover(at.user_id, other.show_id, picture, episode_id=episode.episode_id, dry_run=True)
    with pytest.raises(NotFound):
        at.creators.studio.upload(at.user_id, other.show_id, picture, episode_id=episode.episode_id)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/up", "http://localhost:9/up", "http://192.0.2.1/up", "ftp://storage.example/up"]
)
def test_bytes_go_nowhere_unencrypted(url: str) -> None:
    """The live service may name neither this machine nor an open line as the place of an upload."""
    with Creators(bearer="a-bearer-for-nobody") as client, pytest.raises(ValidationError, match="not encrypted"):
        client.rest.put(SignedPart(1, url), label="6-B", length=1, stream=lambda: iter((b"x",)), headers={})


# --- secrets --------------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_a_repr() -> None:
    """Requests and answers name neither cookies, bearers, codes nor signatures when they are shown."""
    signed = f"https://storage.example/up?X-Goog-Signature={SECRET}"
    request = Request(
        backend="accounts",
        label="token",
        method="POST",
        url=signed,
        headers={"cookie": f"sp_dc={SECRET}"},
        query=(("state", SECRET),),
        body=f"code={SECRET}".encode(),
    )
    answer = Answer(
        status=200, headers={"set-cookie": SECRET}, body=f'{{"access_token":"{SECRET}"}}'.encode(), fetched_ms=1
    )
    shown = f"{request!r} {answer!r} {SignedPart(1, signed)!r} {Credentials(SECRET, SECRET)!r}"
    assert SECRET not in shown


def test_a_recording_of_addresses_is_cleaned_in_time() -> None:
    """Hundreds of thousands of addresses without a query cost no quadratic time."""
    text = "http://" * 60_000 + " " + "https://a?" * 40_000
    asked = {"operationName": "getIt", "variables": {"text": text}}
    entry_ = {
        "method": "POST",
        "url": "https://x/graph-pq",
        "status": 200,
        "asked": asked,
        "answered": {"data": {"a": 1}},
    }
    data = json.dumps({"earstead_capture": 1, "entries": [entry_]}).encode()
    began = perf_counter()
    read_capture(data, Registry.pinned(), now_ms=1)
    assert perf_counter() - began < 5


def test_a_recording_of_nothing_but_values_is_refused() -> None:
    """A few megabytes of empty lists, which would take a hundred times as much, are not even read."""
    data = b'{"earstead_capture": 1, "entries": [' + b"[]," * 2_100_000 + b"[]]}"
    tracemalloc.start()
    with pytest.raises(ValidationError, match="too many values"):
        read_capture(data, Registry.pinned(), now_ms=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20


# --- files ----------------------------------------------------------------------------------------------------------


def test_an_upload_is_removed_wherever_the_folder_lies(creators_stage: Stage, tmp_path: Path) -> None:
    """A server's folder that is reached through a link keeps no file of a cancelled upload."""
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real", target_is_directory=True)
    with desk(creators_stage, tmp_path / "linked") as at:
        uploads = at.creators.studio.uploads
        file = uploads.incoming() / "talk.mp3"
        file.write_bytes(b"ID3" + bytes(2_000))
        upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Talk"))
        uploads.cancel(at.user_id, upload.upload_id)
        assert not file.exists()


def test_signed_addresses_do_not_stay(tmp_path: Path) -> None:
    """An upload that was begun and given up is forgotten after a week, with the addresses that open the storage."""
    ledger = FileLedger(tmp_path)
    begun = Begun(upload_id="1", urls={1: f"https://storage.example/up?Signature={SECRET}"}, etags={})
    ledger.put("old", begun)
    old = tmp_path / "upload-old.json"
    os.utime(old, (old.stat().st_mtime - 8 * 86_400,) * 2)
    ledger.put("new", begun)
    assert ledger.get("old") is None and ledger.get("new") == begun
    assert SECRET not in repr(begun) and (tmp_path / "upload-new.json").stat().st_mode & 0o077 == 0


def test_a_user_who_is_erased_leaves_no_file(at: Desk) -> None:
    """Files under way go, and those that still waited for a yes."""
    uploads = at.creators.studio.uploads
    waiting, sent = uploads.incoming() / "one.mp3", uploads.incoming() / "two.mp3"
    for file in (waiting, sent):
        file.write_bytes(b"ID3" + bytes(2_000))
    (waiting.parent / "wish.json").write_text(json.dumps({"user_id": at.user_id}), "utf-8")
    at.creators.studio.upload(at.user_id, at.show.show_id, sent, NewEpisode(title="Talk"))
    at.creators.silence(at.user_id)
    assert not waiting.exists() and not sent.exists()


def test_an_account_that_is_erased_keeps_no_upload(at: Desk) -> None:
    """Disconnecting with everything erased cancels what is under way, and removes its file."""
    file = at.creators.studio.uploads.incoming() / "talk.mp3"
    file.write_bytes(b"ID3" + bytes(2_000))
    upload = at.creators.studio.upload(at.user_id, at.show.show_id, file, NewEpisode(title="Talk"))
    at.creators.accounts.disconnect(at.user_id, at.account.account_id, erase=True)
    assert not file.exists()
    with pytest.raises(NotFound):
        at.creators.studio.uploads.get(at.user_id, upload.upload_id)


def test_an_account_that_is_erased_keeps_no_journal(at: Desk) -> None:
    """The page that asks says so: titles and listeners' words that stood in changes go with the rest."""
    at.creators.studio.edit(at.user_id, at.episode().episode_id, EpisodeEdit(title="Another title"))
    at.creators.accounts.disconnect(at.user_id, at.account.account_id)
    assert len(at.creators.changes.of_user(at.user_id).items) == 1
    at.creators.accounts.disconnect(at.user_id, at.account.account_id, erase=True)
    assert at.creators.changes.of_user(at.user_id).items == ()


# --- erasing, on both databases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["", "postgres"])
def test_an_erased_creator_leaves_no_row(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> None:
    """After a sync, changes, an upload, a capture, a feed with a log and requests: no table of creators names her."""
    url: str = request.getfixturevalue("postgres_url") if database else ""
    file = tmp_path / "talk.mp3"
    file.write_bytes(b"ID3" + bytes(3_000))
    with staged(episodes=4, days=20) as stage, reading(stage, tmp_path / "data", database_url=url) as at:
        creators, user_id = at.creators, at.user_id
        seen = {"method": "POST", "url": "https://creators-graph.spotify.com/v2/graph-pq", "status": 200}
        seen |= {"asked": {"operationName": "getIt", "variables": {}}, "answered": {"data": {"it": 1}}}
        recording = json.dumps({"earstead_capture": 1, "entries": [seen]}).encode()
        creators.captures.adopt(user_id, creators.captures.add(user_id, "clicks", recording).capture_id)
        assert at.run().state == "done"
        show_id = at.show.show_id
        episode = creators.shows.episodes(user_id, show_id, state="published").items[0]
        creators.studio.edit(user_id, episode.episode_id, EpisodeEdit(title="Ein neuer Titel"))
        upload = creators.studio.uploads.add(at.show, file, NewEpisode(title="Talk"), start=False)
        assert creators.studio.uploads.run(upload).state == "done"
        creators.health.check(user_id, at.account.account_id)
        creators.memory.comments(show_id, user_id, [late_comment()], {})
        creators.alerts.look(at.account)

        def work(tx: Tx) -> None:
            downloads.put_feed(tx, show_id, user_id, {"url": "https://feed.example/rss", "prefix": 1})
            item = {"show_id": show_id, "target": "files.example/one.mp3", "host": "files.example", "url": "u"}
            rest = {"guid": "", "title": "", "episode_id": 0, "size": 0, "duration_ms": 0, "published_at": 0}
            downloads.add_files(tx, [item | rest])

        at.services.writer.do(work).result()
        log = tmp_path / "access.log"
        log.write_text(entry("20/Nov/2026:10:00:00 +0000") * 3, "utf-8")
        assert creators.hits.read_log(creators.hits.add_log(user_id, show_id, log, start=False).log_id, log).kept == 3
        others = {"creator_buckets"}  # what buckets are called: nobody's
        before = rows_of_creators(at.services)
        assert {name for name, count in before.items() if not count} <= {"creator_transcripts", "creator_retention"}
        at.services.accounts.erase(user_id)
        for _ in range(200):
            if not at.services.worker.run_due():
                break
        left = {name: count for name, count in rows_of_creators(at.services).items() if count}
        assert set(left) <= others


def rows_of_creators(services: Services) -> dict[str, int]:
    """Rows of every table of creators."""
    text = (files("earstead.storage") / "migrations" / "sqlite" / "0019_creators.sql").read_text("utf-8")
    text += (files("earstead.storage") / "migrations" / "sqlite" / "0020_creator_changes.sql").read_text("utf-8")
    text += (files("earstead.storage") / "migrations" / "sqlite" / "0021_creator_downloads.sql").read_text("utf-8")
    names = re.findall(r"CREATE TABLE (\w+)", text)
    with services.engine.read() as tx:
        return {name: int((tx.one(f"SELECT count(*) FROM {name}") or (0,))[0]) for name in names}


def test_characters_that_no_database_holds_come_back_as_texts(tmp_path: Path, postgres_url: str) -> None:
    """A zero in a title, a description or a setting breaks nothing after it was sent: there it would be sent again."""
    with staged(episodes=4, days=20) as stage, reading(stage, tmp_path / "data", database_url=postgres_url) as at:
        studio, show_id = at.creators.studio, at.show.show_id
        made = studio.draft(at.user_id, show_id, NewEpisode(title="Sa\0lt", description="<p>a\0b</p>"))
        assert at.creators.shows.episode(at.user_id, made.episode_id).title == "Salt"
        studio.edit(at.user_id, made.episode_id, EpisodeEdit(description="<p>c\0d</p>"))
        assert at.creators.shows.episode(at.user_id, made.episode_id).description == "<p>cd</p>"
        studio.show_settings(at.user_id, show_id, ShowEdit(description="Slow\0 talk."))
        assert at.show.description == "Slow talk."


def test_a_button_that_is_pressed_twice_makes_one_draft(at: Desk) -> None:
    """Two wishes for the same draft at the same moment: one is made, the other is told that it is there."""
    made: list[object] = []

    def press() -> None:
        try:
            made.append(at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt")).state)
        except AppError as fault:
            made.append(type(fault))

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, made)) == [str(DraftExists)] * 2 + ["confirmed"]
    assert [one.title for one in at.stage.episodes(State.DRAFT)].count("Salt") == 1


def test_two_edits_at_the_same_moment_keep_each_other(at: Desk) -> None:
    """The service replaces all of an episode: whoever reads before the other wrote would write the old words back."""
    episode, there = at.episode(), at.stage.episodes()[0]
    edits = [EpisodeEdit(title="Another title"), EpisodeEdit(description="<p>Other words</p>")]
    threads = [
        threading.Thread(target=at.creators.studio.edit, args=(at.user_id, episode.episode_id, one)) for one in edits
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (there.title, there.description) == ("Another title", "<p>Other words</p>")
    states = [change.state for change in at.creators.changes.of_show(at.user_id, at.show.show_id).items]
    assert states == ["confirmed", "confirmed"]


def test_two_edits_of_settings_keep_each_other(at: Desk) -> None:
    """A new name and a new description that arrive together are both there afterwards."""
    show = at.stage.show
    threads = [
        threading.Thread(target=at.creators.studio.show_settings, args=(at.user_id, at.show.show_id, one))
        for one in (ShowEdit(name="Another name"), ShowEdit(description="Slow talk."))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (show.name, show.description) == ("Another name", "Slow talk.")
