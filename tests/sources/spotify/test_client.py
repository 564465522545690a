"""The client against the simulated Spotify, in process."""

from __future__ import annotations

from itertools import islice

import pytest

from earstead.core.errors import NeedsReauth, NotFound, Refused, Rejected, RetryLater
from earstead.core.listen import Kind
from earstead.core.quota import Priority
from earstead.core.spotify import (
    Capabilities,
    CapabilityAbsent,
    NoDevice,
    NotAllowListed,
    PremiumNeeded,
    QuotaLocked,
    ScopeMissing,
)
from earstead.kit.addresses import ForbiddenAddress
from earstead.kit.clock import FixedClock
from earstead.kit.outbound import Answer
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.faults import Fault
from earstead.sources.spotify import Governor, capabilities, doors
from tests.fakes.spotify import InProcess, client_of, purse

NOW = 1_772_400_000
MODES = ["new-dev", "old-dev", "extended"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def spotify(clock: FixedClock) -> Simulator:
    return Simulator(clock)


def play(spotify: Simulator, uri: str = "") -> None:
    """Let the user play an album, or one thing."""
    album = spotify.store.of("album")[0].uri
    person = spotify.person(spotify.user)
    if uri:
        person.do("play", spotify.now_ms, uris=[uri])
    else:
        person.do("play", spotify.now_ms, context=album)


def test_a_sleeping_player_is_a_look(spotify: Simulator) -> None:
    """204 is an answer: nothing plays."""
    look = client_of(spotify).player()
    assert (look.item, look.is_playing, look.received_ms) == (None, False, NOW * 1000)


@pytest.mark.parametrize("legacy", [True, False])
def test_what_plays(spotify: Simulator, clock: FixedClock, legacy: bool) -> None:
    """Track, position, device and context of a playing account, with and without the fields of old."""
    spotify.legacy_fields = legacy
    play(spotify)
    clock.advance(20)
    look = client_of(spotify).player()
    album = spotify.store.of("album")[0]
    track = spotify.store.items[album.items[0]]
    assert look.item and (look.item.uri, look.item.track_name) == (track.uri, track.name)
    assert look.item.isrc == track.isrc and look.item.duration_ms == track.duration_ms
    assert (look.is_playing, look.progress_ms, look.context_uri) == (True, 20_000, album.uri)
    assert look.device_name and look.device_type == look.device_type.lower()


def test_a_look_holds_half_way_between_asking_and_hearing(spotify: Simulator, clock: FixedClock) -> None:
    """Half of the time that a request took lies before the moment its answer describes."""

    class Slow(InProcess):
        def send(self, *args: object, **more: object) -> Answer:
            clock.advance(0.4)
            return super().send(*args, **more)  # type: ignore[arg-type]

    assert client_of(spotify, transport=Slow(spotify.app)).player().received_ms == NOW * 1000 + 200


def test_podcasts_and_books_are_seen(spotify: Simulator) -> None:
    """Episodes are asked for; a chapter that the player calls an episode is one by proof, for one request."""
    client = client_of(spotify)
    show, book = spotify.store.of("show")[0], spotify.store.of("audiobook")[0]
    play(spotify, show.items[0])
    episode = client.player().item
    assert episode and (episode.kind, episode.artist_names) == (Kind.EPISODE, (show.name,))
    play(spotify, book.items[0])
    chapter = client.player().item
    assert chapter and chapter.kind is Kind.CHAPTER
    assert client.is_chapter(chapter.uri) and not client.is_chapter(episode.uri)


def test_recently_played(spotify: Simulator, clock: FixedClock) -> None:
    """Plays come oldest first, and only the later ones when asked from a time."""
    play(spotify)
    clock.advance(1800)
    client = client_of(spotify)
    rows = client.recently_played()
    assert len(rows) >= 4 and [r.played_at_ms for r in rows] == sorted(r.played_at_ms for r in rows)
    assert client.recently_played(rows[1].played_at_ms) == rows[2:]
    assert client.recently_played(rows[-1].played_at_ms) == ()


def test_an_expired_token_is_renewed_once(spotify: Simulator, clock: FixedClock) -> None:
    """A token that ran out before its time is renewed and the request asked again; the user notices nothing."""
    held, carried = purse(spotify), InProcess(spotify.app)
    client = client_of(spotify, held, transport=carried)
    before = held.tokens.access
    spotify.accounts.expire_access()
    assert client.me().spotify_id == spotify.user
    assert held.tokens.access != before and held.ended == []
    assert [path for _, path in carried.sent] == ["/v1/me", "/api/token", "/v1/me"]


@pytest.mark.parametrize("returns", ["never", "always"])
def test_renewal_for_months(spotify: Simulator, clock: FixedClock, returns: str) -> None:
    """Whether a renewal brings a new refresh token or not: a hundred of them in a row work."""
    spotify.accounts.returns = returns
    client = client_of(spotify)
    for _ in range(100):
        clock.advance(3700)
        assert client.me().spotify_id == spotify.user


def test_a_consent_dies_after_six_months(spotify: Simulator, clock: FixedClock) -> None:
    """Renewal does not extend it: after six months the account must agree again, and that is said once and kept."""
    held = purse(spotify)
    client = client_of(spotify, held)
    clock.advance(170 * 86_400)
    client.me()
    clock.advance(20 * 86_400)
    with pytest.raises(NeedsReauth, match="expired"):
        client.me()
    assert len(held.ended) == 1


@pytest.mark.parametrize("kind", ["status", "page", "empty", "garbage"])
def test_a_hiccup_is_no_answer(spotify: Simulator, kind: str) -> None:
    """5xx, pages of proxies, and bodies that are missing or cut off mean "come back", never "nothing plays"."""
    play(spotify)
    client = client_of(spotify)
    spotify.faults.append(Fault(kind=kind, where="/v1"))
    with pytest.raises(RetryLater) as told:
        client.player()
    assert told.value.after_s > 0
    assert client.player().is_playing


@pytest.mark.parametrize("kind", ["status", "page", "garbage"])
def test_a_hiccup_of_the_token_endpoint_ends_nothing(spotify: Simulator, clock: FixedClock, kind: str) -> None:
    """A renewal that fails by their fault keeps the tokens, and succeeds later."""
    held = purse(spotify)
    client = client_of(spotify, held)
    clock.advance(3700)
    spotify.faults.append(Fault(kind=kind, where="/api/token"))
    with pytest.raises((RetryLater, NeedsReauth)) as told:
        client.me()
    assert type(told.value) is RetryLater and held.ended == []
    assert client.me().spotify_id == spotify.user


@pytest.mark.parametrize("kind", ["missing_token", "premium"])
def test_the_nonsense_of_incidents_is_asked_once_more(spotify: Simulator, kind: str) -> None:
    """A 401 or 403 of the kinds that valid requests drew is believed the second time only."""
    held, carried = purse(spotify), InProcess(spotify.app)
    client = client_of(spotify, held, transport=carried)
    before = held.tokens
    spotify.faults.append(Fault(kind=kind, where="/v1"))
    assert client.me().spotify_id == spotify.user
    assert held.tokens == before and len(carried.sent) == 2
    spotify.faults.append(Fault(kind=kind, where="/v1", times=-1))
    with pytest.raises((PremiumNeeded, RetryLater)):
        client.me()
    assert held.ended == [], "an incident ends no consent"


def test_a_short_429_holds_everything_for_seconds(spotify: Simulator, clock: FixedClock) -> None:
    """The pause is kept for every kind of request, and nothing is sent before it ends."""
    carried = InProcess(spotify.app)
    client = client_of(spotify, transport=carried)
    spotify.faults.append(Fault(kind="rate", where="/v1", retry_after_s=6))
    with pytest.raises(RetryLater) as told:
        client.player()
    assert told.value.after_s == 6 and not isinstance(told.value, QuotaLocked)
    sent = len(carried.sent)
    with pytest.raises(RetryLater):
        client.recently_played()
    assert len(carried.sent) == sent
    clock.advance(6)
    client.recently_played()


def test_a_quota_locks_one_family_for_hours(spotify: Simulator, clock: FixedClock) -> None:
    """QUOTA_EXCEEDED locks its family until then, and the others go on; the lock ends by itself."""
    client = client_of(spotify)
    spotify.faults.append(Fault(kind="quota", where="/v1/search", retry_after_s=48_925))
    with pytest.raises(QuotaLocked) as told:
        client.search_tracks("ferry")
    assert (told.value.family, told.value.after_s) == ("search", 48_925)
    with pytest.raises(QuotaLocked):
        client.search_tracks("ferry")
    assert client.governor.share("search") == 1.0
    client.player()
    clock.advance(48_925)
    client.search_tracks("ferry")


def test_the_client_stays_within_a_window_it_does_not_know(spotify: Simulator, clock: FixedClock) -> None:
    """Asking each second against 30 requests in 30 s: what is let through grows to it, and few are refused."""
    client = client_of(spotify)
    spotify.limits.day = {}
    answered = 0
    for _ in range(1200):
        try:
            client.player()
            answered += 1
        except RetryLater:
            pass
        clock.advance(1)
    assert answered > 400
    assert spotify.limits.refused.total() <= answered / 20


def test_403_tells_what_it_means(spotify: Simulator) -> None:
    """Not on the list, no right, no Premium of the owner, removed for this client id: four different errors."""
    with pytest.raises(ScopeMissing):
        client_of(spotify, purse(spotify, "user-read-recently-played")).player()
    client = client_of(spotify)
    with pytest.raises(CapabilityAbsent):
        client.ask("/audio-features", "metadata", capability="audio features", ids="x")
    spotify.client.listed = ("somebody else",)
    with pytest.raises(NotAllowListed):
        client.me()
    spotify.client.listed = ()
    spotify.client.owner_premium = False
    with pytest.raises(PremiumNeeded):
        client.me()


def test_control_without_a_player(spotify: Simulator) -> None:
    """Control with no player awake says so."""
    with pytest.raises((NoDevice, NotFound)) as told:
        client_of(spotify).control("pause")
    assert type(told.value) is NoDevice


def test_control_of_a_player(spotify: Simulator) -> None:
    """Pause and play are done, and seen at the next look."""
    play(spotify)
    client = client_of(spotify)
    client.control("pause")
    assert not client.player().is_playing
    client.control("seek", position_ms="5000")
    assert client.player().progress_ms == 5000


def test_the_library(spotify: Simulator, clock: FixedClock) -> None:
    """All liked songs, saved albums and followed artists are read, page by page, latest first."""
    person = spotify.person(spotify.user)
    client = client_of(spotify)
    saved = [row.item.uri for row in client.saved_tracks()]
    assert saved == list(reversed(person.saved["track"]))
    clock.advance(60)
    assert {row.uri for row in client.saved_albums()} == set(person.saved["album"])
    assert {artist.uri for artist in client.followed_artists()} == set(person.followed)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("known", [True, False])
def test_saving_in_every_dialect(clock: FixedClock, mode: str, known: bool) -> None:
    """Tracks are saved, found saved and taken out, whether the client id has today's route or the former one."""
    spotify = Simulator(clock, mode=mode)
    found = Capabilities(library=mode == "new-dev") if known else Capabilities()
    client = client_of(spotify, capabilities=found)
    uris = [item.uri for item in islice((i for i in spotify.store.tracks()), 200, 203)]
    assert client.saved(uris) == (False, False, False)
    client.save(uris[:2])
    assert client.saved(uris) == (True, True, False)
    client.unsave(uris)
    clock.advance(60)
    assert client.saved(uris) == (False, False, False)


@pytest.mark.parametrize("mode", MODES)
def test_a_playlist_in_every_dialect(clock: FixedClock, mode: str) -> None:
    """A playlist is made, filled, read, thinned and replaced, and every write tells another snapshot."""
    spotify = Simulator(clock, mode=mode)
    client = client_of(spotify)
    uris = [item.uri for item in spotify.store.tracks()[:120]]

    def rest() -> None:
        clock.advance(31)

    made = client.create_playlist("Shuffle of Mornings", description="made here")
    assert made.name == "Shuffle of Mornings" and made.public is False
    rest()
    snapshots = [client.replace_items(made.playlist_id, uris[:100]), client.add_items(made.playlist_id, uris[100:])]
    rest()
    read = [row.item.uri if row.item else "" for row in client.playlist_items(made.playlist_id)]
    assert read == uris
    rest()
    snapshots.append(client.remove_items(made.playlist_id, uris[1:3], snapshot_id=snapshots[-1]))
    snapshots.append(client.add_items(made.playlist_id, [uris[2]], position=1))
    page = client.playlist_items_page(made.playlist_id)
    assert [row.item.uri for row in page.items[:3] if row.item] == [uris[0], uris[2], uris[3]]
    assert client.playlist(made.playlist_id).total == 119
    assert len(set(snapshots)) == 4 and all(snapshots)


def test_playlists_of_others(spotify: Simulator) -> None:
    """All playlists are listed; items of somebody else's are refused to new client ids, and that is no lack of a
    capability."""
    client = client_of(spotify)
    assert {row.playlist_id for row in client.playlists()} >= {
        uri.rpartition(":")[2] for uri in spotify.person(spotify.user).playlists
    }
    other = spotify.add_user("bea")
    with pytest.raises(Refused) as told:
        client.playlist_items_page(other.playlists[0].rpartition(":")[2])
    assert not isinstance(told.value, CapabilityAbsent)


def test_writes_are_bounded(spotify: Simulator) -> None:
    """More than a request takes is refused before it is sent."""
    with pytest.raises(Rejected, match="100"):
        client_of(spotify).add_items("x", ["spotify:track:1"] * 101)


def test_objects_that_are_not_there(spotify: Simulator) -> None:
    """An unknown track is not found; a known one has its names."""
    client = client_of(spotify)
    known = spotify.store.tracks()[0]
    assert client.track(known.id).track_name == known.name
    with pytest.raises(NotFound):
        client.track("0" * 22)
    assert [item.uri for item in client.search_tracks(f"isrc:{known.isrc}")] == [known.uri]


@pytest.mark.parametrize(("mode", "batch", "most"), [("new-dev", False, 10), ("old-dev", True, 50)])
def test_capabilities_are_tried_out(clock: FixedClock, mode: str, batch: bool, most: int) -> None:
    """What a client id may do is found out, in several goes where the limits want it so; nothing is asked twice."""
    spotify, kept = Simulator(clock, mode=mode), [Capabilities()]
    carried = InProcess(spotify.app)
    client = client_of(spotify, transport=carried, priority=Priority.BACKGROUND)
    goes = 0
    while kept[-1].audio_features is None:
        goes += 1
        assert goes < 20
        try:
            capabilities.probe(client, kept[-1], clock.now(), kept.append)
        except RetryLater as told:
            clock.advance(told.after_s)
    found = kept[-1]
    assert (found.batch, found.search_max, found.probed_at >= NOW) == (batch, most, True)
    assert found.playlist_route is not None and found.related_artists is False
    asked = [path.partition("?")[0] for _, path in carried.sent]
    assert asked.count("/v1/search") == 1


def test_locks_outlive_the_client(spotify: Simulator, clock: FixedClock) -> None:
    """A new governor with the same memory knows the lock, and does not run into it."""

    class Memory:
        def __init__(self) -> None:
            self.text = ""
            self.told: list[tuple[str, int]] = []

        def load(self) -> str:
            return self.text

        def keep(self, text: str) -> None:
            self.text = text

        def locked(self, text: str, family: str, until_ms: int) -> None:
            self.text = text
            self.told.append((family, until_ms))

    memory = Memory()
    spotify.faults.append(Fault(kind="quota", where="/v1/me/tracks", retry_after_s=7200))
    with pytest.raises(QuotaLocked):
        client_of(spotify, governor=Governor(clock, memory)).saved_tracks_page()
    assert memory.told == [("library", (NOW + 7200) * 1000)]
    carried = InProcess(spotify.app)
    clock.advance(3600)
    with pytest.raises(QuotaLocked) as told:
        client_of(spotify, governor=Governor(clock, memory), transport=carried).saved_tracks_page()
    assert told.value.after_s == 3600 and carried.sent == []


@pytest.mark.parametrize("fault", [NeedsReauth("host", "it sends us elsewhere"), ForbiddenAddress("host", "private")])
def test_what_stands_between_is_not_spotify(spotify: Simulator, fault: Exception) -> None:
    """A portal or a filter on the way is a reason to come back, and says nothing of the consent."""

    class Portal(InProcess):
        def send(self, *args: object, **more: object) -> Answer:
            raise fault

    held = purse(spotify)
    with pytest.raises(RetryLater, match="cannot be reached"):
        client_of(spotify, held, transport=Portal(spotify.app)).player()
    assert held.ended == []


def test_a_pause_without_a_number(spotify: Simulator) -> None:
    """A 429 whose pause is missing or nonsense is a short one; one of an hour is a lock, whatever the body says."""
    for said, seconds in (("", 5), ("soon", 5), ("-3", 5), ("0", 1), ("9999999999", 5), ("12", 12)):
        assert doors.pause_s(Answer(429, {"retry-after": said}, b"")) == seconds
    assert doors.is_quota(Answer(429, {"retry-after": "3600"}, b"<html>"))
    assert not doors.is_quota(Answer(429, {"retry-after": "30"}, b""))
