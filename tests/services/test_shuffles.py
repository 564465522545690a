"""Shuffles against the simulated Spotify: played through, edited by hand, with faults, restarts and undone days."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.periods import date_of, day_and_hour
from earstead.sandbox.spotify.faults import Fault
from earstead.sandbox.spotify.playlists import Playlist
from earstead.services.shuffles.types import Rules
from tests.fakes.shuffling import Evening, evening


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Evening]:
    """Ada's server beside the simulated Spotify, nothing read yet."""
    with evening(tmp_path / "data") as made:
        yield made


def known(home: Evening, name: str) -> int:
    """The id of a playlist once the list of playlists was read."""
    home.look()
    home.later(1)
    for _ in range(20):
        found = [one for one in home.services.mirrors.lists(home.user_id) if one.name == name]
        if found:
            return found[0].list_id
        home.later(60)
    raise AssertionError("the playlists were never read")


def filled(home: Evening, name: str, size: int) -> Playlist:
    """A playlist there of the given size."""
    made = home.simulator.new_playlist("ada", name, public=False)
    tracks = [track.uri for track in home.simulator.store.tracks()[:size]]
    made.add(tracks, None, "ada", home.simulator.now_ms)
    return made


def started(home: Evening, name: str, size: int, **rules: int) -> tuple[int, Playlist, Playlist]:
    """A shuffle over a new playlist, its playlist filled: (its id, the source, the mirror)."""
    source = filled(home, name, size)
    choice = f"playlist:{known(home, name)}"
    made = home.services.shuffles.create(home.user_id, choice, playlist=True, rules=Rules(**rules))
    home.until_quiet(40)
    return made.shuffle_id, source, home.playlist(f"{name} · shuffle")


def uris(playlist: Playlist) -> list[str]:
    return [row.uri for row in playlist.rows]


def waiting(home: Evening, shuffle_id: int) -> list[str]:
    return [item.uri for item in home.services.shuffles.upcoming(home.user_id, shuffle_id, 1000)]


def test_a_shuffle_is_played_through_without_repeating(home: Evening) -> None:
    """230 tracks, two players, restarts, outages and full quotas on the way: each once, the source untouched."""
    shuffle_id, source, mirror = started(home, "Long list", 230, cap=300)
    before = list(source.versions)
    assert sorted(uris(mirror)) == sorted(uris(source)) and uris(mirror) != uris(source)
    assert uris(mirror) == waiting(home, shuffle_id)
    heard: list[str] = []
    for turn in range(230):
        following = next(uri for uri in uris(mirror) if uri not in heard)
        home.clock.advance(230)
        if turn % 9 == 4:
            home.hear(following, skipped=True)  # it stays, and comes again at once
            assert following in uris(mirror)
        home.hear(following, source=("spotify-player", "listenbrainz")[turn % 2])
        heard.append(following)
        if turn in (60, 140):
            home.simulator.faults.append(Fault(kind="status", status=503, where="/v1/playlists", times=20))
        if turn == 100:
            home.simulator.faults.append(Fault(kind="lost", where="/v1/playlists", times=3))
        if turn in (61, 150):
            home.restart()
        home.services.worker.run_due()
        if turn == 120:
            gone = [item.uri for item in home.services.shuffles.heard(home.user_id, shuffle_id, 500)]
            assert len(gone) == len(set(gone)) == 121
    assert sorted(heard) == sorted(uris(source))
    home.rounds(8)
    standing = home.services.shuffles.get(home.user_id, shuffle_id)
    assert standing.shuffle.order.round == 2 and standing.left == 230
    assert sorted(uris(mirror)) == sorted(uris(source)), "the next round stands in the playlist"
    assert uris(mirror) != heard and uris(mirror)[0] != heard[-1]
    assert source.versions == before, "the source was written to"


def test_what_is_played_leaves_the_mirror_and_a_day_comes_back(home: Evening) -> None:
    """Played once it goes, a skip or an old play changes nothing; one click puts the day back where it stood."""
    shuffle_id, source, mirror = started(home, "Small", 12)
    order = uris(mirror)
    home.clock.advance(400)
    home.hear(order[0])
    home.hear(order[5])
    home.hear(order[7], skipped=True)
    home.hear(order[9], at=home.clock.now() - 40_000)
    home.until_quiet(5)
    left = [uri for at, uri in enumerate(order) if at not in (0, 5)]
    assert uris(mirror) == left == waiting(home, shuffle_id)
    day = str(date_of(day_and_hour(home.clock.now(), "UTC")[0]))
    assert home.services.shuffles.undo(home.user_id, shuffle_id, day) == 2
    home.until_quiet(5)
    assert uris(mirror) == order == waiting(home, shuffle_id)
    assert home.services.shuffles.undo(home.user_id, shuffle_id, day) == 0
    assert len(source.rows) == 12
    home.hear(order[0])
    home.until_quiet(5)
    assert uris(mirror) == order[1:], "it can be played again"


def test_it_is_the_same_on_postgres(postgres_url: str, tmp_path: Path) -> None:
    """Made, played, restarted, undone, lost by its source, and erased, on the other database."""
    with evening(tmp_path / "data", database_url=postgres_url) as home:
        shuffle_id, source, mirror = started(home, "Small", 12)
        order = uris(mirror)
        home.clock.advance(400)
        home.hear(order[0])
        home.restart()
        source.remove([(order[5], None)], home.simulator.now_ms)
        home.rounds(3)
        left = [uri for uri in order if uri not in (order[0], order[5])]
        assert uris(mirror) == left == waiting(home, shuffle_id)
        for entry in {entry.day for entry in home.services.shuffles.log(home.user_id, shuffle_id)}:
            home.services.shuffles.undo(home.user_id, shuffle_id, entry)
        home.until_quiet(4)
        assert uris(mirror) == order
        home.services.accounts.erase(home.user_id)
        home.services.accounts.finish_erasing()
        with home.services.engine.read() as tx:
            assert tx.one("SELECT count(*) FROM shuffle_items") == (0,)


def test_a_mirror_edited_by_hand_is_merged(home: Evening) -> None:
    """Taken out, put in and moved there: the order follows, and nothing of it is overwritten later."""
    shuffle_id, source, mirror = started(home, "Edited", 20)
    order = uris(mirror)
    stranger = home.simulator.store.tracks()[500].uri
    edited = [order[3], stranger, *order[:3], *order[5:]]
    mirror.replace(edited, "ada", home.simulator.now_ms)
    home.look()
    home.until_quiet(6)
    assert uris(mirror) == edited == waiting(home, shuffle_id)
    aside = [item.uri for item in home.services.shuffles.aside(home.user_id, shuffle_id)]
    assert aside == [order[4]]
    home.clock.advance(400)
    home.hear(stranger)
    home.until_quiet(4)
    assert uris(mirror) == [uri for uri in edited if uri != stranger]
    home.services.shuffles.bring_back(
        home.user_id, shuffle_id, home.services.shuffles.aside(home.user_id, shuffle_id)[0].item_id
    )
    home.until_quiet(4)
    assert uris(mirror)[0] == order[4]
    assert len(source.rows) == 20


def test_reads_that_lag_are_no_edits(home: Evening) -> None:
    """Spotify tells of the playlist as it was minutes ago: nothing that was played comes back."""
    shuffle_id, _, mirror = started(home, "Lagging", 8)
    home.until_quiet(4)
    order = uris(mirror)
    home.simulator.playlist_lag_ms = 400_000
    for uri in order[:3]:
        home.clock.advance(250)
        home.hear(uri)
        home.look()
        home.until_quiet(2)
    home.until_quiet(15)
    assert uris(mirror) == order[3:] == waiting(home, shuffle_id)
    kinds = {entry.kind for entry in home.services.shuffles.log(home.user_id, shuffle_id)}
    assert kinds == {"dealt", "heard"}


def test_an_emptied_mirror_is_asked_about(home: Evening) -> None:
    """When more vanishes at once than may go in a day, nothing is believed before the listener says so."""
    shuffle_id, _, mirror = started(home, "Emptied", 30, cap=10)
    mirror.replace([], "ada", home.simulator.now_ms)
    home.look()
    home.until_quiet(6)
    standing = home.services.shuffles.get(home.user_id, shuffle_id)
    assert standing.shuffle.state == "paused" and "30 items vanished" in standing.shuffle.error
    assert standing.left == 30
    home.services.shuffles.resume(home.user_id, shuffle_id)
    home.until_quiet(6)
    assert len(mirror.rows) == 30


def test_a_read_that_breaks_off_deletes_nothing(home: Evening) -> None:
    """Faults on the second page, and one short answer after another: the shuffle keeps all; true losses need reads."""
    shuffle_id, source, mirror = started(home, "Shaky", 120)
    full = uris(source)
    source.add([home.simulator.store.tracks()[700].uri], None, "ada", home.simulator.now_ms)
    home.simulator.faults.append(Fault(kind="status", where=f"/v1/playlists/{source.id}/items", times=30, skip=1))
    home.rounds(2)
    assert set(full) <= set(waiting(home, shuffle_id))
    home.simulator.faults.clear()
    home.rounds(2)
    assert len(waiting(home, shuffle_id)) == 121
    source.remove([(full[0], None)], home.simulator.now_ms)
    home.look()
    home.later(1)
    home.later(61)
    assert full[0] in waiting(home, shuffle_id), "gone after one read"
    home.rounds(3)
    assert full[0] not in waiting(home, shuffle_id)
    assert full[0] not in uris(mirror)
    gone = [entry for entry in home.services.shuffles.log(home.user_id, shuffle_id) if entry.kind == "gone"]
    assert [entry.item.uri for entry in gone if entry.item] == [full[0]]


def test_losses_of_the_source_are_capped_and_can_be_undone(home: Evening) -> None:
    """A source that was emptied takes a few a day along, and one click brings them back for good."""
    shuffle_id, source, mirror = started(home, "Emptied source", 30, cap=4)
    source.replace([], "ada", home.simulator.now_ms)
    home.rounds(4)
    assert len(waiting(home, shuffle_id)) == 26
    day = home.services.shuffles.log(home.user_id, shuffle_id)[0].day
    assert home.services.shuffles.undo(home.user_id, shuffle_id, day) == 4
    home.until_quiet(6)
    assert len(waiting(home, shuffle_id)) == 30 and len(mirror.rows) == 30


def test_a_lost_answer_makes_no_second_playlist(home: Evening) -> None:
    """The connection breaks after the playlist was made: it is found again."""
    filled(home, "Once", 5)
    choice = f"playlist:{known(home, 'Once')}"
    home.until_quiet(10)
    home.simulator.faults.append(Fault(kind="lost", where="/v1/me/playlists", times=1))
    home.services.shuffles.create(home.user_id, choice, playlist=True)
    home.until_quiet(20)
    made = [one for one in home.simulator.playlists.values() if one.name == "Once · shuffle"]
    assert len(made) == 1 and len(made[0].rows) == 5 and not made[0].public
    home.rounds(1)
    titles = [one.title for one in home.services.shuffles.options(home.user_id)]
    assert "Once" in titles and "Once · shuffle" not in titles, "a playlist of ours is nobody's source"


def test_saved_albums_are_shuffled_whole(home: Evening) -> None:
    """Albums come in a drawn order, the tracks of each next to each other as on the album."""
    home.look()
    choice = next(one.choice for one in home.services.shuffles.options(home.user_id) if "albums" in one.choice)
    made = home.services.shuffles.create(home.user_id, choice)
    home.until_quiet(20)
    order = waiting(home, made.shuffle_id)
    albums = [list(home.simulator.store.holders[uri].items) for uri in home.simulator.person().saved["album"]]
    assert sorted(order) == sorted(track for album in albums for track in album)
    for album in albums:
        at = order.index(album[0])
        assert order[at : at + len(album)] == album


def local(home: Evening, count: int = 6) -> int:
    """A shuffle over what was heard long ago, without Spotify; its id."""
    for n in range(count):
        said = Submission(
            source="listenbrainz",
            artist_name="Kino",
            track_name=f"Song {n}",
            listened_at=UnixSeconds(home.clock.now() - 86_400 * (100 + 60 * n)),
        )
        home.services.ingest.add_now(home.user_id, [said])
    return home.services.shuffles.create(home.user_id, "history").shuffle_id


def say(home: Evening, title: str) -> None:
    """A play by a scrobbler that knows no URI."""
    home.clock.advance(300)
    said = Submission(
        source="listenbrainz",
        artist_name="kino",
        track_name=title.upper(),
        listened_at=UnixSeconds(home.clock.now() - 200),
    )
    home.services.ingest.add_now(home.user_id, [said])
    home.services.worker.run_due()


def test_a_shuffle_without_spotify_is_a_list_of_what_to_hear_next(home: Evening) -> None:
    """Plays by any scrobbler take items off by their names; the round turns; nothing is asked of Spotify."""
    shuffle_id = local(home)
    asked = len(home.carried.sent)
    shuffles, user_id = home.services.shuffles, home.user_id
    first = [item.track_name for item in shuffles.upcoming(user_id, shuffle_id)]
    assert sorted(first) == [f"Song {n}" for n in range(6)]
    for title in first[:5]:
        say(home, title)
    assert [item.track_name for item in shuffles.upcoming(user_id, shuffle_id)] == first[5:]
    shuffles.mark_heard(user_id, shuffle_id, shuffles.upcoming(user_id, shuffle_id)[0].item_id)
    standing = shuffles.get(user_id, shuffle_id)
    assert standing.shuffle.order.round == 2 and standing.left == 6
    assert len(home.carried.sent) == asked
    day = shuffles.log(user_id, shuffle_id)[0].day
    assert shuffles.undo(user_id, shuffle_id, day) == 6
    assert [item.track_name for item in shuffles.upcoming(user_id, shuffle_id)] == first
    assert shuffles.get(user_id, shuffle_id).shuffle.order.round == 1


def test_what_was_not_heard_for_a_year_comes_back(home: Evening) -> None:
    """Only what rested for a year waits; what is heard goes, and comes again when it has rested."""
    local(home)
    shuffles, user_id = home.services.shuffles, home.user_id
    made = shuffles.create(user_id, "history", rules=Rules(rest_days=365))
    titles = {item.track_name for item in shuffles.upcoming(user_id, made.shuffle_id)}
    assert titles == {"Song 5"}  # 400 days ago; the others were heard within the year
    say(home, "Song 5")
    assert shuffles.get(user_id, made.shuffle_id).left == 0
    home.clock.advance(70 * 86_400)
    shuffles.look()
    home.services.worker.run_due()
    assert {item.track_name for item in shuffles.upcoming(user_id, made.shuffle_id)} == {"Song 4"}
    home.clock.advance(300 * 86_400)
    shuffles.look()
    home.services.worker.run_due()
    assert shuffles.get(user_id, made.shuffle_id).left == 6


def test_items_are_dropped_after_some_plays(home: Evening) -> None:
    """With two plays allowed, nothing is dealt for a third time."""
    shuffle_id = local(home, 3)
    shuffles, user_id = home.services.shuffles, home.user_id
    shuffles.edit(user_id, shuffle_id, name="Twice", rules=Rules(drop_after=2))
    for _ in range(6):
        say(home, shuffles.upcoming(user_id, shuffle_id)[0].track_name)
    standing = shuffles.get(user_id, shuffle_id)
    assert (standing.left, standing.retired, standing.shuffle.name) == (0, 3, "Twice")


def archive_of(home: Evening, user_id: int) -> bytes:
    out = io.BytesIO()
    home.services.exports.write(user_id, "archive", out)
    return out.getvalue()


def test_the_archive_holds_shuffles_and_brings_them_back(home: Evening) -> None:
    """Order, rounds, plays, what was left out and guests come back byte for byte; a second import adds nothing."""
    shuffle_id = local(home, 5)
    shuffles, user_id = home.services.shuffles, home.user_id
    first = shuffles.upcoming(user_id, shuffle_id)
    say(home, first[0].track_name)
    shuffles.set_aside(user_id, shuffle_id, first[1].item_id)
    shuffles.edit(user_id, shuffle_id, name="Kept", rules=Rules(drop_after=4, cap=7))
    saved = archive_of(home, user_id)
    other = home.services.accounts.add_user("bea", "a long and quiet evening").user_id
    for _ in range(2):
        path = home.services.imports.upload_dir(other) / "archive.zip"
        path.write_bytes(saved)
        job = home.services.imports.preview(other, [path], wait=True)
        assert home.services.imports.run(other, job.import_id, wait=True).state == "done"
    [standing] = shuffles.of_user(other)
    assert (standing.shuffle.name, standing.left, standing.heard, standing.aside) == ("Kept", 3, 1, 1)
    names = [item.track_name for item in shuffles.upcoming(other, standing.shuffle.shuffle_id)]
    assert names == [item.track_name for item in shuffles.upcoming(user_id, shuffle_id)]
    with zipfile.ZipFile(io.BytesIO(saved)) as before, zipfile.ZipFile(io.BytesIO(archive_of(home, other))) as after:
        assert before.read("shuffles.jsonl") == after.read("shuffles.jsonl")


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": "", "name": "A", "source": "history"},
        {"seed": "s", "name": "A", "source": "radio"},
        {"seed": "s", "name": "", "source": "history"},
        {"seed": "s", "place": "left", "track_name": "Without its shuffle"},
        {"seed": "s", "name": "A", "source": "history", "rules": {"cap": 0}},
        {"seed": "s", "name": "A", "source": "history", "round": -1},
        {"seed": "s", "place": "nowhere"},
    ],
)
def test_an_archive_with_impossible_shuffles_says_so(home: Evening, wrong: dict[str, object]) -> None:
    """What could not have been written here ends the import with a sentence that names the member."""
    path = home.services.imports.upload_dir(home.user_id) / "archive.zip"
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("manifest.json", '{"format":"earstead-archive","version":1}')
        box.writestr("observations.jsonl", "")
        box.writestr("feedback.jsonl", '{"artist_name":"A","track_name":"B","score":1,"at":1}\n')
        box.writestr("shuffles.jsonl", json.dumps(wrong) + "\n")
    job = home.services.imports.preview(home.user_id, [path], wait=True)
    done = home.services.imports.run(home.user_id, job.import_id, wait=True)
    assert done.state != "done" and ("shuffles" in done.error or "cap" in done.error)
    assert home.services.shuffles.of_user(home.user_id) == ()


def test_refusals(home: Evening) -> None:
    """Nonsense and what is another's is refused with a reason, before anything is made."""
    shuffles, user_id = home.services.shuffles, home.user_id
    other = home.services.accounts.add_user("bea", "a long and quiet evening").user_id
    shuffle_id = local(home, 2)
    for choice in ("", "nothing", "playlist:x", "liked:", "playlist:" + "9" * 30):
        with pytest.raises(Rejected):
            shuffles.create(user_id, choice)
    with pytest.raises(NotFound):
        shuffles.create(user_id, "playlist:999")
    with pytest.raises(Rejected):
        shuffles.create(other, "history", playlist=True)
    with pytest.raises(Rejected):
        shuffles.create(user_id, "history", rules=Rules(cap=0))
    for act in (shuffles.get, shuffles.pause, shuffles.remove, shuffles.upcoming):
        with pytest.raises(NotFound):
            act(other, shuffle_id)
    with pytest.raises(NotFound):
        shuffles.mark_heard(user_id, shuffle_id, 999)
    for _ in range(49):
        shuffles.create(user_id, "loved")
    with pytest.raises(Conflict):
        shuffles.create(user_id, "loved")
    shuffles.remove(user_id, shuffle_id)
    with pytest.raises(NotFound):
        shuffles.get(user_id, shuffle_id)
