"""One earstead passes on to another, by ListenBrainz and by Last.fm; rings of them come to rest."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from earstead.core.listen import Kind
from earstead.core.relaying import RelayFilter, marks_in
from tests.conftest import NOW
from tests.relay.conftest import Home, play

MBID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"


@pytest.fixture
def homes(new_home: Callable[..., Home]) -> tuple[Home, Home]:
    """Two homes, both served."""
    return new_home("ada", serve=True), new_home("bea", serve=True)


def to(here: Home, there: Home) -> int:
    """Connect one home to another; returns the relay's id."""
    return here.relay("earstead", url=there.url, token=there.token).relay_id


def test_everything_known_of_a_play_arrives(homes: tuple[Home, Home]) -> None:
    """Names, ids, length, kind and player are the same at the other end, and the copy says who sent it."""
    here, there = homes
    relay_id = to(here, there)
    chosen = RelayFilter(kinds=(int(Kind.MUSIC), int(Kind.EPISODE)))
    here.services.relays.edit(here.user_id, relay_id, chosen, playing=True)
    here.hear("Группа крови", release_name="Группа крови", recording_mbid=MBID, client="Player 1.0")
    here.hear("Episode 7", artist_name="A Show", kind=Kind.EPISODE, start=NOW - 900)
    here.send()
    second, first = there.services.insights.listens_between(there.user_id, after=None, before=None, limit=10)
    assert (first.track_name, first.release_name, first.listened_at) == ("Группа крови", "Группа крови", NOW - 3600)
    assert (first.recording_mbid, first.duration_ms) == (MBID, 200_000)
    assert (first.extra["submission_client"], first.extra["media_player"]) == ("earstead", "Player 1.0")
    assert (second.kind, second.artist_name, second.track_name) == (int(Kind.EPISODE), "A Show", "Episode 7")


def test_a_ring_of_two_comes_to_rest(homes: tuple[Home, Home]) -> None:
    """What goes from A to B is not sent back to A, whichever heard it, and each holds it once."""
    here, there = homes
    to(here, there), to(there, here)
    here.hear("One")
    there.hear("Two", start=NOW - 1000)
    for _ in range(4):
        here.send(), there.send()
    for home in homes:
        assert home.heard() == ["One", "Two"]
        (standing,) = home.services.relays.of_user(home.user_id)
        assert (standing.relay.sent, standing.waiting, standing.failed) == (1, 0, 0)


def test_a_ring_of_three_comes_to_rest(new_home: Callable[..., Home]) -> None:
    """A to B to C to A: C's copy carries A's mark, so it is never sent home; all three hold the play once."""
    ring = [new_home(name, serve=True) for name in ("ada", "bea", "cleo")]
    for i, home in enumerate(ring):
        to(home, ring[(i + 1) % 3])
    ring[0].hear("One")
    for _ in range(4):
        for home in ring:
            home.send()
    assert [home.heard() for home in ring] == [["One"]] * 3
    sent = [home.services.relays.of_user(home.user_id)[0].relay.sent for home in ring]
    assert sent == [1, 1, 0]


def test_a_renamed_copy_does_not_come_back_as_another_play(homes: tuple[Home, Home]) -> None:
    """Copies carry the names as decided here; other words at the same second would be a new listen at home."""
    here, there = homes
    to(here, there), to(there, here)
    (first,) = here.hear("One", artist_name="Bjork")
    row = here.services.insights.listen(here.user_id, first)
    subject = {"entity": "artist", "id": row.artists[0].entity_id, "name": "Björk"}
    here.services.decisions.make(here.user_id, "rename", subject)
    here.hear("Two", artist_name="Bjork", start=NOW - 1000)
    for _ in range(3):
        here.send(), there.send()
    assert here.heard() == ["One", "Two"]
    assert there.heard() == ["One", "Two"]


def test_what_plays_goes_round_a_ring_once(homes: tuple[Home, Home]) -> None:
    """Now playing is passed to the other home and not back."""
    here, there = homes
    to(here, there), to(there, here)
    here.services.playing.set(here.user_id, play("One", NOW), 100)
    assert here.services.relays.playing.settle(10)
    assert there.services.relays.playing.settle(10)
    found = there.services.playing.get(there.user_id)
    assert found is not None
    assert found.submission.track_name == "One"
    mine = here.services.playing.get(here.user_id)
    assert mine is not None
    assert mine.submission.source == "player"


def test_a_home_that_is_down_is_waited_for(new_home: Callable[..., Home]) -> None:
    """While the other server is away listens wait; what was taken before is not sent again."""
    here, there = new_home("ada"), new_home("bea", serve=True)
    relay_id = to(here, there)
    here.hear("One")
    here.send()
    with here.services.engine.read() as tx:
        assert tx.one("SELECT state FROM relay_items") == ("sent",)
    here.services.writer.do(lambda tx: tx.run("UPDATE relays SET url = 'http://127.0.0.1:9'")).result()
    here.hear("Two", start=NOW - 500)
    here.send()
    found = here.services.relays.get(here.user_id, relay_id)
    assert (found.waiting, found.relay.failures) == (1, 1)
    assert "cannot be reached" in found.relay.error


def test_a_revoked_token_holds_the_relay(homes: tuple[Home, Home]) -> None:
    """401 is for the user to settle; nothing is lost meanwhile."""
    here, there = homes
    relay_id = to(here, there)
    (token,) = there.services.accounts.tokens(there.user_id)
    there.services.accounts.revoke_token(there.user_id, token.token_id)
    here.hear("One")
    here.send()
    found = here.services.relays.get(here.user_id, relay_id)
    assert (found.relay.state, found.waiting) == ("reconnect", 1)


def test_by_the_last_fm_protocol_marks_travel_too(homes: tuple[Home, Home]) -> None:
    """Connected with an app password over Last.fm 2.0 both ways, a play is held once in each home."""
    for here, there in (homes, homes[::-1]):
        password = there.services.accounts.new_app_password(there.user_id, "relay")
        name = there.services.accounts.user(there.user_id).name
        found = here.relay("compatible", url=there.url, name=name, password=password)
        assert found.peer_mark == there.services.relays.mark(there.user_id)
    homes[0].hear("One")
    for _ in range(3):
        homes[0].send(), homes[1].send()
    assert [home.heard() for home in homes] == [["One"], ["One"]]
    (copy,) = homes[1].services.insights.listens(homes[1].user_id).items
    assert marks_in(copy.extra) == (homes[0].services.relays.mark(homes[0].user_id),)
    sent = [home.services.relays.of_user(home.user_id)[0].relay.sent for home in homes]
    assert sent == [1, 0]


def test_a_mark_is_told_to_its_user_alone(new_home: Callable[..., Home]) -> None:
    """Only a valid token or session key is answered, each with the mark of its own user."""
    home = new_home("ada", serve=True)
    other = home.services.accounts.add_user("bea", "another long password").user_id
    token = home.services.accounts.new_token(other, "relay")
    url = f"{home.url}/.well-known/earstead-origin"
    for words in (
        {},
        {"authorization": "Token nonsense"},
        {"authorization": "Session nonsense"},
        {"authorization": "x"},
    ):
        assert httpx2.get(url, headers=words).status_code == 401
    marks = [
        httpx2.get(url, headers={"authorization": f"{scheme} {proof}"}).json()["origin"]
        for scheme, proof in (("Token", home.token), ("Bearer", home.token), ("Token", token))
    ]
    assert marks[0] == marks[1] != marks[2]
    assert marks[2] == home.services.relays.mark(other)


def test_what_came_home_by_another_way_goes_no_further(homes: tuple[Home, Home]) -> None:
    """A copy that carries our own mark is kept and passed on to nobody, even when it is new to us."""
    here, there = homes
    to(here, there)
    mark = here.services.relays.mark(here.user_id)
    here.hear("One", extra={"earstead_origin": [mark, "somebody else"]})
    here.hear("Two", extra={"context": f"earstead_origin:{mark}"}, start=NOW - 1000)
    here.hear("Three", extra={"earstead_origin": ["somebody else"]}, start=NOW - 500)
    here.send()
    assert here.heard() == ["One", "Two", "Three"]
    assert there.heard() == ["Three"]
