"""The lists of a Spotify account, mirrored with their history: what changed is told, one read is not believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import NotFound
from earstead.sandbox.spotify.faults import Fault
from earstead.services.spotify.mirror_types import MirrorList
from tests.fakes.shuffling import Evening, evening


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Evening]:
    """Ada's server; everything was read once."""
    with evening(tmp_path / "data") as made:
        made.rounds(2)
        yield made


def named(home: Evening, name: str) -> MirrorList:
    return next(one for one in home.services.mirrors.lists(home.user_id) if one.name == name)


def told(home: Evening, prefix: str) -> list[tuple[str, dict[str, object]]]:
    events = home.services.journal.since(home.user_id, 0)
    return [(event.type, dict(event.data)) for event in events if event.type.startswith(prefix)]


def test_everything_is_read_once_and_then_only_looked_at(home: Evening) -> None:
    """Playlists, liked songs and artists are complete; an unchanged playlist costs no further request."""
    lists = {one.name: one for one in home.services.mirrors.lists(home.user_id)}
    person = home.simulator.person()
    assert {"Evening", "Long road", "Sunday", "Liked songs", "Followed artists", "For ada"} <= set(lists)
    long_road = home.services.mirrors.items(home.user_id, lists["Long road"].list_id)
    assert [item.uri for item in long_road] == [row.uri for row in home.playlist("Long road").rows]
    liked = home.services.mirrors.items(home.user_id, lists["Liked songs"].list_id)
    assert [item.uri for item in liked] == list(reversed(person.saved["track"]))
    artists = home.services.mirrors.items(home.user_id, lists["Followed artists"].list_id)
    assert {item.uri for item in artists} == set(person.followed)
    assert not lists["For ada"].readable and not lists["For ada"].own
    assert told(home, "playlist.") == [] and told(home, "track.") == [], "the first read is no change"
    home.carried.sent.clear()
    home.rounds(1)
    asked = [path.partition("?")[0] for _, path in home.carried.sent if path.startswith("/v1")]
    assert sorted(set(asked)) == ["/v1/me/following", "/v1/me/playlists", "/v1/me/tracks"]
    assert len(asked) <= 6


def test_changes_are_kept_and_told(home: Evening) -> None:
    """An added track is told at once, a removed one after three reads, each with its time in the history."""
    playlist, held = home.playlist("Sunday"), named(home, "Sunday")
    gone, new = playlist.rows[2].uri, home.simulator.store.tracks()[900].uri
    playlist.add([new], 0, "ada", home.simulator.now_ms)
    home.rounds(1)
    assert told(home, "playlist.") == [
        (
            "playlist.changed",
            {
                "uri": playlist.uri,
                "name": "Sunday",
                "snapshot_id": playlist.snapshot,
                "added": [new],
                "removed": [],
                "account": "Ada",
            },
        )
    ]
    playlist.remove([(gone, None)], home.simulator.now_ms)
    home.look()
    home.later(1)
    assert gone in [item.uri for item in home.services.mirrors.items(home.user_id, held.list_id)]
    home.rounds(2)
    assert [data["removed"] for _, data in told(home, "playlist.")] == [[], [gone]]
    assert [(change.came, change.uri) for change in home.services.mirrors.changes(home.user_id, held.list_id)] == [
        (False, gone),
        (True, new),
    ]
    items = home.services.mirrors.items(home.user_id, held.list_id)
    assert [item.uri for item in items] == [row.uri for row in playlist.rows]


def test_loves_of_the_account_are_told(home: Evening) -> None:
    """A liked song raises track.loved, one that is liked no more track.unloved."""
    person, new = home.simulator.person(), home.simulator.store.tracks()[950]
    person.saved["track"][new.uri] = home.simulator.now_ms
    home.rounds(1)
    del person.saved["track"][new.uri]
    home.rounds(3)
    assert [(name, data["spotify_uri"], data["score"]) for name, data in told(home, "track.")] == [
        ("track.loved", new.uri, 1),
        ("track.unloved", new.uri, 0),
    ]


def test_a_playlist_that_vanishes_once_is_still_there(home: Evening) -> None:
    """An empty list of playlists is not believed; one that stays away is gone after three looks."""
    person, playlist = home.simulator.person(), home.playlist("Sunday")
    kept = list(person.playlists)
    person.playlists.clear()
    home.rounds(1)
    assert named(home, "Sunday").absent == 1
    person.playlists += [uri for uri in kept if uri != playlist.uri]
    home.rounds(3)
    names = {one.name for one in home.services.mirrors.lists(home.user_id)}
    assert "Sunday" not in names and "Evening" in names


def test_a_read_goes_on_where_it_stopped(home: Evening) -> None:
    """A fault in the middle of a long list costs no page that was read, also over a restart."""
    playlist = home.playlist("Long road")
    there = {row.uri for row in playlist.rows}
    new = next(track.uri for track in home.simulator.store.tracks() if track.uri not in there)
    playlist.add([new], None, "ada", home.simulator.now_ms)
    where = f"/v1/playlists/{playlist.id}/items"
    home.simulator.faults.append(Fault(kind="status", where=where, times=2, skip=2))
    home.carried.sent.clear()
    home.look()
    home.later(1)
    home.restart()
    home.rounds(1)
    asked = [path for _, path in home.carried.sent if path.startswith(where)]
    assert len([path for path in asked if "offset=0" in path]) == 1
    assert len(home.services.mirrors.items(home.user_id, named(home, "Long road").list_id)) == 131


def test_lists_go_with_their_account_and_are_nobody_elses(home: Evening) -> None:
    """Another user sees none of them; disconnecting forgets them, and the shuffles stay with what they had."""
    list_id = named(home, "Sunday").list_id
    other = home.services.accounts.add_user("bea", "a long and quiet evening").user_id
    assert home.services.mirrors.lists(other) == ()
    with pytest.raises(NotFound):
        home.services.mirrors.items(other, list_id)
    made = home.services.shuffles.create(home.user_id, f"playlist:{list_id}")
    home.services.spotify_links.disconnect(home.user_id, home.account.account_id, erase=False)
    assert home.services.mirrors.lists(home.user_id) == ()
    home.services.shuffles.look()
    home.later(1)
    assert home.services.shuffles.get(home.user_id, made.shuffle_id).left == 12


def test_erasing_removes_all_of_it(home: Evening) -> None:
    """After an account is erased, no row of its lists and shuffles is left."""
    made = home.services.shuffles.create(home.user_id, f"playlist:{named(home, 'Sunday').list_id}", playlist=True)
    home.until_quiet(5)
    assert made.shuffle_id
    home.services.accounts.erase(home.user_id)
    home.services.accounts.finish_erasing()
    with home.services.engine.read() as tx:
        for table in ("mirror_lists", "mirror_items", "mirror_pages", "shuffles", "shuffle_items", "shuffle_log"):
            assert tx.one(f"SELECT count(*) FROM {table}") == (0,), table
