"""One life, told by four witnesses through the doors that people use: commands, files, a client library, a server.

What is right is worked out here by hand from the generated plays, never by asking the rules under test.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
import urllib.request
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import liblistenbrainz
import pytest

from earstead.core.listen import Kind, Submission
from earstead.sandbox.exports import as_lastfm_csv, as_listenbrainz_jsonl, as_spotify_extended
from earstead.sandbox.world import history

ROOT = Path(__file__).resolve().parents[2]
EARSTEAD = (sys.executable, "-m", "earstead")
NAME, PASSWORD = "ada", "correct horse battery staple"
PLAYS, SEED = 1_500, 21
LIVE, LIVE_FROM = 30, 900
SPOTIFY, LASTFM, LISTENBRAINZ, PLAYER = "spotify-extended", "lastfm-export", "listenbrainz-export", "listenbrainz"


# --- the life, and who heard which part of it ------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """The true plays, what each witness says of which of them, and the files they wrote."""

    plays: list[Submission]
    heard: dict[str, list[int]]
    """By source, the places in `plays` of what it tells."""
    files: dict[str, Path]

    def witnesses(self) -> dict[int, set[str]]:
        """By true play, the sources that tell of it; a play that nobody tells of is not in it."""
        found: dict[int, set[str]] = defaultdict(set)
        for source, places in self.heard.items():
            for place in places:
                found[place].add(source)
        return found


def _live_at(play: Submission) -> int:
    return play.listened_at + play.listened_at % 5


def _scrobblable(play: Submission) -> bool:
    return play.kind is Kind.MUSIC and bool(b"".join(as_listenbrainz_jsonl([play])))


def _spotify_zip(path: Path, plays: list[Submission]) -> None:
    """The package as it comes: several files of one history, and things that are not listening."""
    middle = len(plays) // 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        for number, part in enumerate((plays[:middle], plays[middle:])):
            name = f"Spotify Extended Streaming History/Streaming_History_Audio_2025_{number}.json"
            box.writestr(name, b"".join(as_spotify_extended(part)))
        box.writestr("Spotify Extended Streaming History/ReadMeFirst_ExtendedStreamingHistory.pdf", b"%PDF-1.7\n")


def _listenbrainz_zip(path: Path, plays: list[Submission]) -> None:
    months: dict[str, list[bytes]] = defaultdict(list)
    for play in plays:
        moment = time.gmtime(play.listened_at)
        months[f"listens/{moment.tm_year}/{moment.tm_mon}.jsonl"] += as_listenbrainz_jsonl([play])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("user.json", json.dumps({"user_id": 1, "username": NAME}))
        for name, lines in months.items():
            box.writestr(name, b"".join(lines))
        box.writestr("feedback.jsonl", b"")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Spotify knows the first three quarters, Last.fm the last half, ListenBrainz the middle; each misses some."""
    folder = tmp_path_factory.mktemp("files")
    plays = list(history(SEED, PLAYS, int(time.time()) - 3600))
    scrobbled = [place for place, play in enumerate(plays) if _scrobblable(play)]
    heard = {
        SPOTIFY: [place for place in range(1_150) if place % 13],
        LASTFM: [place for place in scrobbled if place >= 700 and place % 11],
        LISTENBRAINZ: [place for place in scrobbled if 350 <= place < 1_300 and place % 7],
        PLAYER: [place for place in scrobbled if place >= LIVE_FROM][:LIVE],
    }
    told = {source: [plays[place] for place in places] for source, places in heard.items()}
    files = {SPOTIFY: folder / "my_spotify_data.zip", LASTFM: folder / "scrobbles.csv", LISTENBRAINZ: folder / "lb.zip"}
    _spotify_zip(files[SPOTIFY], told[SPOTIFY])
    files[LASTFM].write_bytes(b"".join(as_lastfm_csv(told[LASTFM])))
    _listenbrainz_zip(files[LISTENBRAINZ], told[LISTENBRAINZ])
    return World(plays, heard, files)


# --- the doors -------------------------------------------------------------------------------------------------------


@dataclass
class Home:
    """A data directory and the commands on it; `reports` keeps what imports said."""

    data: Path
    reports: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    """What was exported and did not change since: a command takes half a second to start."""

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "EARSTEAD_DATA": str(self.data), "PYTHONPATH": str(ROOT / "src")}

    def run(self, *words: str | Path, said: str = "", code: int = 0) -> str:
        """What a command prints; it must end with `code`."""
        done = subprocess.run(
            [*EARSTEAD, *map(str, words)], input=said, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout

    def refused(self, *words: str | Path) -> str:
        """The sentence with which a command ends that may not do what it was asked."""
        words = (*EARSTEAD, *map(str, words))
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def take_in(self, *files: Path, look: bool = False) -> dict[str, Any]:
        """The report of an import, as JSON."""
        report: dict[str, Any] = json.loads(
            self.run("import", *files, "--user", NAME, "--json", *(["--dry-run"] if look else []))
        )
        if not look:
            self.reports.append(report)
        return report

    def archive(self) -> bytes:
        """The archive as `earstead export` writes it; asked once, until `forget`."""
        if "archive" not in self.kept:
            self.kept["archive"] = self._archive()
        return bytes(self.kept["archive"])

    def forget(self) -> None:
        """Ask anew what there is."""
        self.kept.clear()

    def _archive(self) -> bytes:
        out = self.data.parent / f"{self.data.name}.zip"
        self.run("export", "--user", NAME, "--format", "archive", "--out", out)
        return out.read_bytes()

    def observations(self) -> list[dict[str, Any]]:
        """What was said, as the archive holds it."""
        with zipfile.ZipFile(io.BytesIO(self.archive())) as box:
            return [json.loads(line) for line in box.read("observations.jsonl").splitlines()]

    def listens(self) -> dict[int, dict[str, Any]]:
        """The listens by id, as `earstead export` writes them; asked once, until `forget`."""
        if "listens" not in self.kept:
            self.kept["listens"] = self._listens()
        return dict(self.kept["listens"])

    def _listens(self) -> dict[int, dict[str, Any]]:
        lines = self.run("export", "--user", NAME, "--format", "jsonl", "--out", "-").splitlines()
        return {listen["listen_id"]: listen for listen in map(json.loads, lines)}

    @contextmanager
    def served(self) -> Iterator[str]:
        """The server's address while `earstead serve` runs; it must end cleanly when told to."""
        words = [*EARSTEAD, "serve", "--port", "0"]
        log = (self.data.parent / f"{self.data.name}.log").open("w")
        with (
            log,
            subprocess.Popen(words, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True) as server,
        ):
            try:
                assert server.stdout is not None
                yield server.stdout.readline().split()[-1]
            finally:
                server.send_signal(signal.SIGTERM)
                ended = server.wait(15)
        assert ended == 0


def _home(data: Path) -> Home:
    home = Home(data)
    assert home.run("user", "add", NAME, "--owner", "--password-stdin", said=f"{PASSWORD}\n").startswith(
        f"Added {NAME}"
    )
    return home


def _scrobble(url: str, token: str, plays: list[Submission]) -> None:
    """An unmodified client library tells of plays: most at once, some one by one, one of them twice."""
    client = liblistenbrainz.ListenBrainz(api_base_url=url)
    client.set_auth_token(token)
    listens = [
        liblistenbrainz.Listen(
            play.track_name,
            play.artist_name,
            _live_at(play),
            play.release_name,
            additional_info={"duration_ms": play.duration_ms, "submission_client": "a player"},
        )
        for play in plays
    ]
    assert client.submit_multiple_listens(listens[:-5]) == {"status": "ok"}
    for listen in [*listens[-5:], listens[-1]]:
        assert client.submit_single_listen(listen) == {"status": "ok"}


def _ask(url: str, token: str, path: str) -> Any:
    request = urllib.request.Request(f"{url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@dataclass(frozen=True)
class Told:
    """Two homes that heard the same in different orders, and what their servers answer."""

    first: Home
    second: Home
    promised: list[dict[str, Any]]
    answers: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def told(world: World, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The first home is scrobbled to and then takes in all files at once, while it serves; the second takes them
    in one by one, in another order, without a server, and is scrobbled to last."""
    folder = tmp_path_factory.mktemp("homes")
    live = [world.plays[place] for place in world.heard[PLAYER]]
    answers: dict[str, dict[str, Any]] = {}
    first, second = _home(folder / "first"), _home(folder / "second")
    with first.served() as url:
        token = first.run("token", "new", NAME, "--label", "player").strip()
        _scrobble(url, token, live)
        first.take_in(*world.files.values())
        answers["first"] = _answers(url, token)
    token = second.run("token", "new", NAME).strip()
    promised = []
    for source in (LISTENBRAINZ, SPOTIFY, LASTFM):
        promised.append(second.take_in(world.files[source], look=True))
        second.take_in(world.files[source])
    with second.served() as url:
        _scrobble(url, token, live)
        answers["second"] = _answers(url, token)
    return Told(first, second, promised, answers)


def _answers(url: str, token: str) -> dict[str, Any]:
    chart = _ask(url, token, "charts/artist?limit=1000")
    return {"totals": _ask(url, token, "totals"), "artists": {r["entity"]["name"]: r["plays"] for r in chart["rows"]}}


# --- the truth, by hand ----------------------------------------------------------------------------------------------


def _truth(world: World) -> dict[tuple[Any, ...], int]:
    """By what identifies a row of a source, the place of the true play that it tells of."""
    rows: dict[tuple[Any, ...], int] = {}
    for place in world.heard[SPOTIFY]:
        play = world.plays[place]
        rows[SPOTIFY, play.ended_at, play.played_ms, play.spotify_uri] = place
    for source in (LASTFM, LISTENBRAINZ):
        for place in world.heard[source]:
            play = world.plays[place]
            rows[source, play.listened_at + play.listened_at % 3, play.track_name] = place
    for place in world.heard[PLAYER]:
        rows[PLAYER, _live_at(world.plays[place]), world.plays[place].track_name] = place
    assert len(rows) == sum(map(len, world.heard.values())), "two rows of a source look alike: choose another seed"
    return rows


def _row_of(said: Mapping[str, Any]) -> tuple[Any, ...]:
    if said["source"] == SPOTIFY:
        return SPOTIFY, said["ended_at"], said.get("played_ms"), said.get("spotify_uri")
    return said["source"], said["listened_at"], said["track_name"]


def _told_together(home: Home, world: World) -> dict[int, set[tuple[int, str]]]:
    """By listen, its witnesses as (true play, source)."""
    truth = _truth(world)
    place_of = {said["key"]: truth[_row_of(said)] for said in home.observations()}
    with closing(sqlite3.connect(f"file:{home.data / 'earstead.db'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT listen_id, name, started_at, fingerprint FROM observations JOIN sources USING (source_id)"
        )
        found: dict[int, set[tuple[int, str]]] = defaultdict(set)
        for listen_id, source, at, mark in rows:
            found[listen_id].add((place_of[f"{source}:{at}:{mark}"], source))
    return found


@dataclass(frozen=True)
class Sum:
    counted: bool
    played_ms: int


def _should_be(world: World) -> dict[int, Sum]:
    """By true play that anybody tells of: does it count, and how long was it heard."""
    found = {}
    for place, sources in world.witnesses().items():
        play = world.plays[place]
        scrobbled = bool(sources - {SPOTIFY})
        # Spotify says how long it was; else a scrobbled song was heard to its end, whose time Last.fm does not tell.
        heard = play.played_ms if SPOTIFY in sources else play.duration_ms if sources - {LASTFM} else 0
        played = heard or 0
        found[place] = Sum(scrobbled or played >= 30_000, played)
    return found


# --- the promises ----------------------------------------------------------------------------------------------------


def test_every_play_is_there_once(world: World, told: Told) -> None:
    """Each true play is one listen with all its witnesses, no two plays share one, and none is there twice."""
    expected = sorted(sorted((place, s) for s in sources) for place, sources in world.witnesses().items())
    for home in (told.first, told.second):
        assert sorted(map(sorted, _told_together(home, world).values())) == expected


def test_both_orders_show_the_same(told: Told) -> None:
    """Whichever witness came first, live or from a file, the plays are the same; only the first one's name differs."""
    shown = []
    for home in (told.first, told.second):
        rows = [{k: v for k, v in row.items() if k not in _OF_ARRIVAL} for row in home.listens().values()]
        shown.append(sorted(json.dumps(row, sort_keys=True) for row in rows))
    assert shown[0] == shown[1]
    assert told.answers["first"] == told.answers["second"]


_OF_ARRIVAL = {"listen_id", "inserted_at", "source", "client", "duration_ms"}
"""What a listen shows of the witness that came first, as its own words (`extra`) are that one's."""


def test_totals_are_those_of_the_files(world: World, told: Told) -> None:
    """Plays, time heard, skips and artists' plays equal what a loop over the true plays adds up."""
    sums = _should_be(world)
    totals = told.answers["first"]["totals"]
    counted = [place for place, one in sums.items() if one.counted]
    skipped = [p for p, sources in world.witnesses().items() if SPOTIFY in sources and world.plays[p].skipped]
    assert (totals["plays"], totals["all_plays"], totals["skipped"]) == (len(counted), len(sums), len(skipped))
    assert totals["listened_ms"] == sum(sums[place].played_ms for place in counted)
    plays_of: Counter[str] = Counter()
    for place in counted:
        if world.plays[place].kind is Kind.MUSIC:
            plays_of.update({_same(name) for name in world.plays[place].artist_names})
    assert {_same(name): plays for name, plays in told.answers["first"]["artists"].items()} == plays_of


def _same(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def test_a_listen_keeps_the_best_of_its_witnesses(world: World, told: Told) -> None:
    """The start is the earliest a scrobbler saw, else Spotify's within ten seconds; the time heard is Spotify's."""
    listens, sums = told.first.listens(), _should_be(world)
    for listen_id, witnesses in _told_together(told.first, world).items():
        (place,) = {place for place, _ in witnesses}
        play, sources, listen = world.plays[place], {source for _, source in witnesses}, listens[listen_id]
        assert (listen["counted"], listen["played_ms"] or 0) == dataclasses.astuple(sums[place]), listen
        starts = [play.listened_at + play.listened_at % 3] if sources & {LASTFM, LISTENBRAINZ} else []
        starts += [_live_at(play)] if PLAYER in sources else []
        if not sources & {LISTENBRAINZ, PLAYER}:
            assert listen["duration_ms"] is None, "nobody told a length"
        if starts:
            assert listen["listened_at"] == min(starts)
        else:
            assert abs(listen["listened_at"] - play.listened_at) <= 10


def test_reports_add_up(world: World, told: Told) -> None:
    """Every row of every file is accounted for once, and the new ones are the listens that there are."""
    for home, before in ((told.first, LIVE), (told.second, 0)):
        counts = [report["counts"] for report in home.reports]
        rows = sum(len(world.heard[source]) for source in world.files)
        assert sum(one["read"] for one in counts) == rows
        assert all(report["state"] == "done" and not report["reasons"] for report in home.reports)
        for report in home.reports:
            one = report["counts"]
            assert one["read"] == one["new"] + one["merged"] + one["known"] + one["skipped"] + one["feedback"]
            for word in ("new", "merged", "known"):
                assert sum(year[word] for year in report["years"].values()) == one[word]
        assert before + sum(one["new"] for one in counts) == len(home.listens())
        assert sum(one["known"] for one in counts) == 0


def test_a_look_promises_what_the_run_does(told: Told) -> None:
    """`--dry-run` counts each row as the run then does, by year too, and leaves everything for the run to do."""
    for promised, done in zip(told.promised, told.second.reports, strict=True):
        assert promised["state"] == "preview"
        assert (promised["counts"], promised["years"]) == (done["counts"], done["years"])
        assert promised["counts"]["read"] == promised["counts"]["new"] + promised["counts"]["merged"]


def test_again_changes_nothing(world: World, told: Told) -> None:
    """Importing the same files again, in whatever order, finds every row known and leaves the archive as it was."""
    before = told.second.archive()
    listens = told.second.listens()
    report = json.loads(told.second.run("import", *reversed(world.files.values()), "--user", NAME, "--json"))
    assert report["counts"]["known"] == report["counts"]["read"] == sum(len(world.heard[s]) for s in world.files)
    told.second.forget()
    assert told.second.archive() == before
    assert told.second.listens() == listens


def test_an_archive_moves_house(told: Told, tmp_path: Path) -> None:
    """Exported, imported into an empty home and exported again, the archive is the same to the byte."""
    before = told.first.archive()
    moved = _home(tmp_path / "moved")
    (tmp_path / "ada.zip").write_bytes(before)
    report = moved.take_in(tmp_path / "ada.zip")
    assert report["counts"]["read"] == len(told.first.observations())
    assert moved.archive() == before
    assert len(moved.listens()) == len(told.first.listens())


def test_rebuilding_changes_nothing(told: Told) -> None:
    """`earstead rebuild` derives the very same listens and counters from what was said, in the running server too."""
    before, said = told.first.listens(), len(told.first.observations())
    with told.first.served() as url:
        token = told.first.run("token", "new", NAME).strip()
        assert json.loads(told.first.run("rebuild", "--json")) == {NAME: said}
        assert _answers(url, token) == told.answers["first"]
    told.first.forget()
    assert told.first.listens() == before
    assert told.first.run("rebuild", "--user", NAME).startswith(f"{NAME}: {said:,} ")


def test_a_backup_comes_back(told: Told, tmp_path: Path) -> None:
    """What `backup` wrote while the server ran, `restore` puts into an empty directory: same history, same account;
    `doctor` finds nothing wrong there, with and without a server."""
    before = told.first.listens()
    with told.first.served():
        assert "A server runs" in told.first.run("doctor")
        told.first.run("backup", tmp_path / "all.zip")
        assert "stop the server" in told.first.refused("restore", tmp_path / "all.zip")
    restored = Home(tmp_path / "restored")
    assert restored.run("restore", tmp_path / "all.zip").startswith("Restored the state of ")
    assert restored.listens() == before
    assert all(finding["good"] for finding in json.loads(restored.run("doctor", "--json")))
    assert [user["name"] for user in json.loads(restored.run("user", "list", "--json"))] == [NAME]
