"""pylast, unmodified, over TLS: every call it offers that asks a server, answered with what was told through it.

Its host is chosen as its own subclasses choose theirs; it trusts the authority of the test as it trusts any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.conformance.stage import PASSWORD, Stage, staged
from tests.fakes.authority import new_authority

from earstead.apis.lastfm.connect import CARDS
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission

pylast = pytest.importorskip("pylast", reason="needs the extra dev")

KEY, SECRET = "a string 32 characters in length", "another string of 32 characters."
MBID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"
DAY = 86_400


@dataclass
class World:
    """What ada told through pylast, and what ben told otherwise; both are public."""

    stage: Stage
    network: Any
    now: int

    @property
    def artist(self) -> Any:
        return self.network.get_artist("nick drake")

    @property
    def album(self) -> Any:
        return self.network.get_album("nick drake", "pink moon")

    @property
    def track(self) -> Any:
        return self.network.get_track("nick drake", "road")

    @property
    def tag(self) -> Any:
        return self.network.get_tag("folk")

    @property
    def ada(self) -> Any:
        return self.network.get_user("ada")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pylast")
    authority = new_authority(folder)
    pylast.SSL_CONTEXT.load_verify_locations(authority.trusted)
    with staged(folder / "data", authority) as stage:
        now = int(time.time())
        network = _network(stage, username="ada", password_hash=pylast.md5(stage.password))
        world = World(stage, network, now)
        _ben(world)
        _tell(world)
        yield world


def _network(stage: Stage, **login: str) -> Any:
    paths = {
        "artist": "music/%(artist)s", "album": "music/%(artist)s/%(album)s", "track": "music/%(artist)s/_/%(title)s",
        "tag": "tag/%(name)s", "user": "user/%(name)s", "country": "place/%(country_name)s",
    }  # fmt: skip
    given = {"session_key": None, "username": None, "password_hash": None, **login}
    return pylast._Network(
        name="earstead", homepage=stage.url, ws_server=(stage.host, "/2.0/"), api_key=KEY, api_secret=SECRET,
        domain_names={pylast.DOMAIN_ENGLISH: stage.host}, urls=paths, **given,
    )  # fmt: skip


def _ben(world: World) -> None:
    services = world.stage.services
    ben = services.accounts.add_user("ben", PASSWORD)
    services.accounts.update(ben.user_id, visibility="public")
    services.profiles.set_profile(ben.user_id, country="Germany")
    services.follows.follow(world.stage.user.user_id, "ben")
    said = [("Nick Drake", "Road", "Pink Moon"), ("Sigur Rós", "Hoppípolla", "Takk…")]
    services.ingest.add_now(
        ben.user_id,
        [
            Submission(
                source="lastfm", artist_name=artist, track_name=title, release_name=album,
                listened_at=UnixSeconds(world.now - 3 * DAY + 300 * i),
            )
            for i, (artist, title, album) in enumerate(said)
        ],
    )  # fmt: skip


def _tell(world: World) -> None:
    """All writes: scrobble, scrobble_many, update_now_playing, love, unlove, tags."""
    start = world.now - 3 * DAY
    titles = ("Pink Moon", "Road", "Parasite")
    common = {"artist": "Nick Drake", "album": "Pink Moon", "duration": 121}
    batch = [{**common, "title": titles[i % 3], "timestamp": start + 300 * i} for i in range(9)]
    world.network.scrobble_many([*batch, {"artist": "Sigur Rós", "title": "Hoppípolla", "timestamp": start + 3000}])
    world.network.scrobble(
        "Sigur Rós", "Glósóli", world.now - 600, album="Takk…", track_number=2, duration=375, mbid=MBID
    )
    world.network.update_now_playing("AC/DC", "Hells Bells", album="Back in Black", duration=312)
    world.track.love()

    world.network.get_track("Sigur Rós", "Hoppípolla").love()
    world.network.get_track("Sigur Rós", "Hoppípolla").unlove()
    for item in (world.artist, world.album, world.track):
        item.add_tags(("folk", "guitar & voice", "wrong"))
        item.remove_tag("wrong")


def _names(found: Any) -> list[str]:
    """Artists, albums, tracks and tags of a list, whatever they are wrapped in."""
    items = [getattr(one, "item", getattr(one, "track", one)) for one in found]
    return [item.get_name() for item in items]


ROAD_FIRST = ["Road", "Parasite", "Pink Moon"]
READS: dict[str, tuple[Callable[[World], Any], Any]] = {
    "Artist.get_name": (lambda w: w.artist.get_name(properly_capitalized=True), "Nick Drake"),
    "Artist.get_correction": (lambda w: w.artist.get_correction(), "Nick Drake"),
    "Artist.get_playcount": (lambda w: w.artist.get_playcount(), 10),
    "Artist.get_userplaycount": (lambda w: _as_user(w.network.get_artist("nick drake")).get_userplaycount(), 9),
    "Artist.get_listener_count": (lambda w: w.artist.get_listener_count(), 2),
    "Artist.get_mbid": (lambda w: w.artist.get_mbid(), None),
    "Artist.get_bio": (lambda w: w.artist.get_bio("summary"), None),
    "Artist.get_bio_content": (lambda w: w.artist.get_bio_content(), None),
    "Artist.get_bio_published_date": (lambda w: w.artist.get_bio_published_date(), None),
    "Artist.get_bio_summary": (lambda w: w.artist.get_bio_summary(), None),
    "Artist.get_similar": (lambda w: _scores(w.artist.get_similar()), [("Sigur Rós", 1.0)]),
    "Artist.get_top_albums": (lambda w: _names(w.artist.get_top_albums()), ["Pink Moon"]),
    "Artist.get_top_tracks": (
        lambda w: _scores(w.artist.get_top_tracks()),
        [("Road", 4), ("Parasite", 3), ("Pink Moon", 3)],
    ),
    "Artist.get_tags": (lambda w: _names(w.artist.get_tags()), ["folk", "guitar & voice"]),
    "Artist.get_top_tags": (lambda w: _names(w.artist.get_top_tags()), ["folk", "guitar & voice"]),
    "Album.get_artist": (lambda w: w.album.get_artist().get_name(properly_capitalized=True), "Nick Drake"),
    "Album.get_name": (lambda w: w.album.get_name(properly_capitalized=True), "Pink Moon"),
    "Album.get_title": (lambda w: w.album.get_title(properly_capitalized=True), "Pink Moon"),
    "Album.get_cover_image": (lambda w: w.album.get_cover_image().endswith(".png"), True),
    "Album.get_playcount": (lambda w: w.album.get_playcount(), 10),
    "Album.get_userplaycount": (lambda w: _as_user(w.album).get_userplaycount(), 9),
    "Album.get_listener_count": (lambda w: w.album.get_listener_count(), 2),
    "Album.get_mbid": (lambda w: w.album.get_mbid(), None),
    "Album.get_tracks": (lambda w: sorted(_names(w.album.get_tracks())), ["Parasite", "Pink Moon", "Road"]),
    "Album.get_tags": (lambda w: _names(w.album.get_tags()), ["folk", "guitar & voice"]),
    "Album.get_top_tags": (lambda w: _names(w.album.get_top_tags()), ["folk", "guitar & voice"]),
    "Track.get_artist": (lambda w: w.track.get_artist().get_name(properly_capitalized=True), "Nick Drake"),
    "Track.get_name": (lambda w: w.track.get_name(properly_capitalized=True), "Road"),
    "Track.get_title": (lambda w: w.track.get_title(properly_capitalized=True), "Road"),
    "Track.get_correction": (lambda w: w.track.get_correction(), "Road"),
    "Track.get_duration": (lambda w: w.track.get_duration(), 121_000),
    "Track.get_album": (lambda w: w.track.get_album().get_name(), "Pink Moon"),
    "Track.get_cover_image": (lambda w: w.track.get_cover_image().endswith(".png"), True),
    "Track.get_playcount": (lambda w: w.track.get_playcount(), 4),
    "Track.get_userplaycount": (lambda w: _as_user(w.track).get_userplaycount(), 3),
    "Track.get_userloved": (lambda w: _as_user(w.track).get_userloved(), True),
    "Track.get_listener_count": (lambda w: w.track.get_listener_count(), 2),
    "Track.get_mbid": (lambda w: w.network.get_track("Sigur Rós", "Glósóli").get_mbid(), MBID),
    "Track.get_similar": (lambda w: set(_names(w.track.get_similar())) >= {"Parasite"}, True),
    "Track.get_tags": (lambda w: _names(w.track.get_tags()), ["folk", "guitar & voice"]),
    "Track.get_top_tags": (lambda w: _names(w.track.get_top_tags()), ["folk", "guitar & voice"]),
    "Tag.get_name": (lambda w: w.tag.get_name(properly_capitalized=True), "folk"),
    "Tag.get_top_albums": (lambda w: _names(w.tag.get_top_albums()), ["Pink Moon"]),
    "Tag.get_top_artists": (lambda w: _names(w.tag.get_top_artists()), ["Nick Drake"]),
    "Tag.get_top_tracks": (lambda w: _names(w.tag.get_top_tracks()), ["Road"]),
    "Tag.get_weekly_chart_dates": (lambda w: w.tag.get_weekly_chart_dates()[0], ("1108296000", "1108900800")),
    "Tag.get_weekly_artist_charts": (lambda w: _names(w.tag.get_weekly_artist_charts()), ["Nick Drake"]),
    "User.get_name": (lambda w: w.network.get_user("ADA").get_name(properly_capitalized=True), "ada"),
    "User.get_country": (
        lambda w: (w.ada.get_country(), w.network.get_user("ben").get_country().get_name()),
        (None, "Germany"),
    ),
    "User.get_friends": (lambda w: [friend.get_name() for friend in w.ada.get_friends()], ["ben"]),
    "User.get_image": (lambda w: w.ada.get_image(), None),
    "User.get_library": (lambda w: _names(w.ada.get_library().get_artists()), ["Nick Drake", "Sigur Rós"]),
    "Library.get_artists": (
        lambda w: _scores(w.ada.get_library().get_artists()),
        [("Nick Drake", 9), ("Sigur Rós", 2)],
    ),
    "User.get_loved_tracks": (lambda w: _names(w.ada.get_loved_tracks()), ["Road"]),
    "User.get_now_playing": (lambda w: str(w.ada.get_now_playing()), "AC/DC - Hells Bells"),
    "User.get_playcount": (lambda w: w.ada.get_playcount(), 11),
    "User.get_recent_tracks": (
        lambda w: [(str(one.track), one.album) for one in w.ada.get_recent_tracks(limit=2)],
        [("Sigur Rós - Glósóli", "Takk…"), ("Sigur Rós - Hoppípolla", None)],
    ),
    "User.get_registered": (lambda w: abs(int(w.ada.get_registered()) - w.now) < 60, True),
    "User.get_unixtime_registered": (lambda w: abs(w.ada.get_unixtime_registered() - w.now) < 60, True),
    "User.get_tagged_albums": (lambda w: _names(w.ada.get_tagged_albums("folk")), ["Pink Moon"]),
    "User.get_tagged_artists": (lambda w: _names(w.ada.get_tagged_artists("folk")), ["Nick Drake"]),
    "User.get_tagged_tracks": (lambda w: _names(w.ada.get_tagged_tracks("folk")), ["Road"]),
    "User.get_top_albums": (lambda w: _names(w.ada.get_top_albums()), ["Pink Moon", "Takk…"]),
    "User.get_top_artists": (
        lambda w: _names(w.ada.get_top_artists(period=pylast.PERIOD_7DAYS)),
        ["Nick Drake", "Sigur Rós"],
    ),
    "User.get_top_tags": (lambda w: _scores(w.ada.get_top_tags()), [("folk", "3"), ("guitar & voice", "3")]),
    "User.get_top_tracks": (lambda w: _names(w.ada.get_top_tracks(limit=3)), ["Parasite", "Pink Moon", "Road"]),
    "User.get_track_scrobbles": (
        lambda w: [int(one.timestamp) for one in w.ada.get_track_scrobbles("Nick Drake", "road")],
        lambda w: [w.now - 3 * DAY + 300 * i for i in (7, 4, 1)],
    ),
    "User.get_weekly_chart_dates": (lambda w: w.ada.get_weekly_chart_dates()[0], ("1108296000", "1108900800")),
    "User.get_weekly_album_charts": (lambda w: _names(w.ada.get_weekly_album_charts()), ["Pink Moon"]),
    "User.get_weekly_artist_charts": (lambda w: _names(w.ada.get_weekly_artist_charts()), ["Nick Drake", "Sigur Rós"]),
    "User.get_weekly_track_charts": (
        lambda w: _names(w.ada.get_weekly_track_charts()),
        ["Parasite", "Pink Moon", "Road", "Hoppípolla"],
    ),
    "User.get_weekly_charts": (lambda w: _names(w.ada.get_weekly_charts("artist")), ["Nick Drake", "Sigur Rós"]),
    "User.is_subscriber": (lambda w: w.ada.is_subscriber(), False),
    "AuthenticatedUser.get_name": (
        lambda w: w.network.get_authenticated_user().get_name(properly_capitalized=True),
        "ada",
    ),
    "Country.get_top_artists": (
        lambda w: _names(w.network.get_country("Germany").get_top_artists()),
        ["Nick Drake", "Sigur Rós"],
    ),
    "Country.get_top_tracks": (
        lambda w: _names(w.network.get_country("Germany").get_top_tracks()),
        ["Hoppípolla", "Road"],
    ),
    "_Network.get_geo_top_artists": (
        lambda w: _names(w.network.get_geo_top_artists("Germany")),
        ["Nick Drake", "Sigur Rós"],
    ),
    "_Network.get_geo_top_tracks": (lambda w: _names(w.network.get_geo_top_tracks("Germany")), ["Hoppípolla", "Road"]),
    "_Network.get_top_artists": (lambda w: _names(w.network.get_top_artists()), ["Nick Drake", "Sigur Rós"]),
    "_Network.get_top_tags": (lambda w: _names(w.network.get_top_tags()), ["folk", "guitar & voice"]),
    "_Network.get_top_tracks": (lambda w: _names(w.network.get_top_tracks(limit=1)), ["Road"]),
    "_Network.get_track_by_mbid": (lambda w: str(w.network.get_track_by_mbid(MBID)), "Sigur Rós - Glósóli"),
    "_Network.search_for_artist": (lambda w: _search(w.network.search_for_artist("nick")), (1, ["Nick Drake"])),
    "_Network.search_for_album": (lambda w: _search(w.network.search_for_album("pink")), (1, ["Pink Moon"])),
    "_Network.search_for_track": (lambda w: _search(w.network.search_for_track("", "road")), (1, ["Road"])),
}


def _scores(found: Any) -> list[tuple[str, Any]]:
    """(name, its first figure) of a list."""
    return [(one.item.get_name(), one[1]) for one in found]


def _as_user(item: Any) -> Any:
    item.username = "ada"
    return item


def _search(search: Any) -> tuple[int, list[str]]:
    return int(search.get_total_result_count()), _names(search.get_next_page())


@pytest.mark.parametrize("call", READS)
def test_reads(world: World, call: str) -> None:
    """Each reading call gives what was told."""
    ask, expected = READS[call]
    assert ask(world) == (expected(world) if callable(expected) else expected)


NOT_ASKED = {
    # The same call as another one, with a language or a section.
    "get_wiki", "get_wiki_content", "get_wiki_published_date", "get_wiki_summary",
    # Asks nothing: makes an address or an object of its own.
    "get_url", "get_artist", "get_album", "get_track", "get_tag", "get_user", "get_country", "get_authenticated_user",
    # Nothing here has the id of an artist or an album in its release.
    "get_artist_by_mbid", "get_album_by_mbid",
    # Its own switches.
    "is_caching_enabled", "is_proxy_enabled", "is_rate_limited",
    # Last.fm's API has no such methods for tags.
    "get_weekly_album_charts", "get_weekly_track_charts", "get_weekly_charts",
}  # fmt: skip


def test_no_reading_call_is_left_out() -> None:
    """Whatever a later version of pylast can ask as well is seen here."""
    classes = ("Artist", "Album", "Track", "Tag", "User", "Library", "Country", "_Network", "AuthenticatedUser")
    asked = {call.partition(".")[::2] for call in READS}
    left = [
        f"{name}.{method}"
        for name in classes
        for method in dir(getattr(pylast, name))
        if method.startswith(("get_", "is_", "search_")) and method not in NOT_ASKED
        if not any((one.__name__, method) in asked for one in getattr(pylast, name).__mro__)
        if (name, method) not in asked and (method, name) not in (("get_name", "Country"), ("get_user", "Library"))
        if name != "AuthenticatedUser"
    ]
    assert left == []


def test_writes_arrive(world: World) -> None:
    """A batch is one request; length, number, id and program are kept; love and tags stand, what was taken is gone."""
    newest, *others = world.stage.heard()
    assert len(others) == 10
    assert (newest.track_name, newest.release_name, newest.duration_ms) == ("Glósóli", "Takk…", 375_000)
    assert (newest.recording_mbid, newest.extra["tracknumber"]) == (MBID, "2")
    assert newest.client.startswith("pylast")
    assert [title.lower() for title in world.stage.loved()] == ["road"]
    batches = [one for one in world.stage.asked("/2.0/") if one.form.get("method") == "track.scrobble"]
    assert [sum(name.startswith("artist") for name in one.form) for one in batches[:2]] == [10, 1]


def test_a_history_is_read_page_by_page(world: World) -> None:
    """All of it in pages of its own asking, without what plays now; with it when that is asked for."""
    titles = [str(one.track) for one in world.ada.get_recent_tracks(limit=None, stream=True)]
    assert len(titles) == 11 and titles[0] == "Sigur Rós - Glósóli"
    assert str(world.ada.get_recent_tracks(limit=1, now_playing=True)[0].track) == "AC/DC - Hells Bells"
    span = {"time_from": world.now - 3 * DAY, "time_to": world.now - 3 * DAY + 600}
    assert [one.track.get_name() for one in world.ada.get_recent_tracks(**span)] == ["Parasite", "Road", "Pink Moon"]


def test_tags_are_set_and_taken_off(world: World) -> None:
    """`set_tags` leaves exactly the given ones."""
    track = world.network.get_track("Sigur Rós", "Glósóli")
    track.set_tags(["Ice", "snow"])
    track.set_tags(["snow", "wind"])
    assert _names(track.get_tags()) == ["snow", "wind"]
    track.remove_tags(["snow", "wind"])
    assert track.get_tags() == []


def test_now_playing_is_replaced(world: World) -> None:
    """Another now playing replaces the one before."""
    world.network.update_now_playing("Björk", "Jóga")
    assert str(world.ada.get_now_playing()) == "Björk - Jóga"
    world.network.update_now_playing("AC/DC", "Hells Bells", album="Back in Black", duration=312)
    assert str(world.ada.get_now_playing()) == "AC/DC - Hells Bells"


def test_the_connect_page_tells_what_works(world: World) -> None:
    """The lines that the connect page has for programs on pylast, run as they stand, open a session here."""
    card = next(card for card in CARDS if card.client == "pylast")
    lines = card.settings[0][1]
    for place, value in (("host", world.stage.host), ("user", "ada"), ("password", world.stage.password)):
        lines = lines.replace(f"{{{place}}}", value)
    names = {"pylast": pylast, "KEY": KEY, "SECRET": SECRET}
    exec(lines, names)
    assert names["network"].get_authenticated_user().get_name(properly_capitalized=True) == "ada"


def test_the_web_flow(world: World) -> None:
    """It opens the consent page's address, waits with error 14, and has its session once the user agreed."""
    network = _network(world.stage)
    keys = pylast.SessionKeyGenerator(network)
    address = keys.get_web_auth_url()
    assert address.startswith(f"{world.stage.url}/api/auth/?api_key=")
    with pytest.raises(pylast.WSError) as waiting:
        keys.get_web_auth_session_key(address)
    assert int(waiting.value.get_id()) == 14
    world.stage.services.applications.approve(address.rpartition("token=")[2], world.stage.user.user_id)
    key, name = keys.get_web_auth_session_key_username(address)
    assert (len(key), name) == (32, "ada")
    with pytest.raises(pylast.WSError, match="Unauthorized Token - This token has not been issued") as unknown:
        _network(world.stage, token="0" * 32)
    assert int(unknown.value.get_id()) == 4
    assert world.stage.exchanges[-1].status == 403


def test_errors_keep_their_numbers(world: World) -> None:
    """A wrong password is 4, a wrong session key 9, an unknown listener 6: none hides behind a status of HTTP."""
    found = []
    for ask in (
        lambda: _network(world.stage, username="ada", password_hash=pylast.md5("wrong")),
        lambda: _network(world.stage, session_key="0" * 32).get_track("A", "T").love(),
        lambda: world.network.get_user("nobody").get_playcount(),
    ):
        with pytest.raises(pylast.WSError) as fault:
            ask()
        found.append(int(fault.value.get_id()))
    assert found == [4, 9, 6]


def test_every_answer_is_as_specified(world: World) -> None:
    """Of all that was exchanged: XML with the exact envelope, one payload, no stranger in it, error texts not empty."""
    exchanges = world.stage.asked("/2.0/")
    assert len(exchanges) > 50
    for one in exchanges:
        assert one.kind == "text/xml; charset=UTF-8" and one.status not in (500, 502, 503, 504), one
        head, _, rest = one.answer.partition(b"\n")
        assert head == b'<?xml version="1.0" encoding="UTF-8"?>', one
        assert rest.startswith((b'<lfm status="ok">', b'<lfm status="failed"><error code="')), one
        assert b"<!--" not in rest and b"<?" not in rest
        root = ElementTree.fromstring(one.answer)
        assert len(root) <= 1, one
        if root.attrib["status"] == "failed":
            assert root[0].text
