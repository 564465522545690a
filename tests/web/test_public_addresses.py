"""Last.fm's public addresses on this server, and following people."""

from __future__ import annotations

import httpx2
import pytest
from tests.conftest import NOW, LiveServer

from earstead.apis.lastfm.method import Call
from earstead.apis.lastfm.methods import pieces
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.services.accounts import User
from earstead.services.views import EntityRef
from earstead.web.public_addresses import music_address, tag_address

PASSWORD = "a long and quiet evening"
PLAYS = (("AC/DC", "T.N.T.", "High Voltage"), ("Sigur Rós", "Hoppípolla", "Takk..."), ("a + b", "1 + 1 = 3?", "100 %"))


@pytest.fixture
def bela(live_server: LiveServer) -> User:
    """A public user who has heard things; ada, who owns the server, is private and has heard nothing."""
    services = live_server.services
    made = services.accounts.add_user("bela", PASSWORD)
    services.ingest.add_now(
        made.user_id,
        [
            Submission(
                source="listenbrainz",
                artist_name=artist,
                track_name=track,
                release_name=release,
                listened_at=UnixSeconds(NOW - 86_400 + n * 600),
            )
            for n, (artist, track, release) in enumerate(PLAYS * 2)
        ],
    )
    return services.accounts.update(made.user_id, visibility="public")


def visitor(server: LiveServer, name: str = "", password: str = PASSWORD) -> httpx2.Client:
    """A browser's worth of cookies, signed in when a name is given."""
    client = httpx2.Client(base_url=server.url, follow_redirects=False, timeout=30)
    if name:
        client.cookies.set("earstead_session", server.services.accounts.sign_in(name, password))
    return client


def test_addresses_of_the_api_are_addresses_of_pages(live_server: LiveServer, bela: User) -> None:
    """What the answers of the API link to is, letter for letter, what pages link to, and it resolves for everybody."""
    call = Call(services=live_server.services, method="", given={}, root=live_server.url)
    with visitor(live_server) as nobody:
        for artist, track, release in PLAYS:
            pairs = (
                (pieces.artist_url(call, artist), EntityRef(kind="artist", entity_id=1, name=artist)),
                (
                    pieces.album_url(call, artist, release),
                    EntityRef(kind="release", entity_id=1, name=release, credit=artist),
                ),
                (
                    pieces.track_url(call, artist, track),
                    EntityRef(kind="recording", entity_id=1, name=track, credit=artist),
                ),
            )
            for address, ref in pairs:
                assert address == live_server.url + music_address(ref)
                page = nobody.get(address)
                assert page.status_code == 200, address
                assert f"<h1><bdi>{ref.name}</bdi></h1>" in page.text
                assert "Played 2 times by 1 listener" in page.text
        assert pieces.tag_url(call, "R&B/soul") == live_server.url + tag_address("R&B/soul")


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/music/ac%2Fdc", "artist", "AC/DC"),
        ("/music/Sigur+R%C3%B3s/", "artist", "Sigur Rós"),
        ("/music/Sigur%20R%C3%B3s/_", "artist", "Sigur Rós"),
        ("/music/Sigur+R%C3%B3s/+similar", "artist", "Sigur Rós"),
        ("/music/AC%2FDC/High+Voltage", "release", "High Voltage"),
        ("/music/AC%2FDC/_/T.N.T.", "recording", "T.N.T."),
        ("/music/AC%2FDC/High+Voltage/T.N.T.", "recording", "T.N.T."),
    ],
)
def test_who_has_heard_it_is_led_to_the_own_page(
    live_server: LiveServer, bela: User, path: str, kind: str, name: str
) -> None:
    """However the address is written, it leads the one who heard the thing to the page of it in their history."""
    with visitor(live_server, "bela") as client:
        led = client.get(path)
        assert led.status_code == 303
        assert led.headers["location"].startswith(f"/bela/{kind}/")
        assert f"<bdi>{name}</bdi></h1>" in client.get(led.headers["location"]).text


def test_what_nobody_showed_is_not_known(live_server: LiveServer, bela: User) -> None:
    """Unknown things get a page that says so with status 404; so do things that only a private user has heard."""
    with visitor(live_server) as nobody:
        for path in ("/music/Nobody", "/music/AC%2FDC/Nothing", "/music/AC%2FDC/_/Nothing", "/tag/none", "/music/%2B"):
            page = nobody.get(path)
            assert page.status_code == 404, path
            assert "Traceback" not in page.text
        assert nobody.get("/music/AC%2FDC").status_code == 200
        live_server.services.accounts.update(bela.user_id, visibility="private")
        assert nobody.get("/music/AC%2FDC").status_code == 404
        assert nobody.get("/user/bela").status_code == 404


def test_a_user_is_found_under_the_public_address(live_server: LiveServer, bela: User) -> None:
    """In any letter case, with the pages below it; nobody learns of a private user."""
    with visitor(live_server) as nobody:
        places = {
            path: nobody.get(path).headers.get("location", "")
            for path in ("/user/BELA", "/user/bela/library", "/user/bela/library/albums", "/user/bela/following")
        }
        assert list(places.values()) == ["/bela", "/bela/listens", "/bela/releases", "/bela/friends"]
        assert nobody.get("/user/ada").status_code == nobody.get("/user/no-one").status_code == 404
    with visitor(live_server, "ada", live_server.password) as ada:
        assert ada.get("/user/ada").headers["location"] == "/ada"


def test_a_tag_shows_what_carries_it(live_server: LiveServer, bela: User) -> None:
    """A public user's tag lists its things, linked to their public addresses."""
    services = live_server.services
    artist = services.commons.named(None, "artist", "ac/dc")
    assert artist is not None
    services.tags.add(bela.user_id, "artist", artist.entity_id, ["Hard <rock>/70s"])
    with visitor(live_server) as nobody:
        page = nobody.get(tag_address("hard <rock>/70s"))
    assert page.status_code == 200
    assert "Given 1 time by 1 listener" in page.text
    assert 'href="/music/AC%2FDC"' in page.text


def test_things_are_tagged_on_their_pages(live_server: LiveServer, bela: User) -> None:
    """The owner of a page adds tags and takes them off; others see them and can do neither."""
    artist = live_server.services.commons.named(bela, "artist", "ac/dc")
    assert artist is not None
    here = f"/bela/artist/{artist.entity_id}"
    with visitor(live_server, "bela") as own, visitor(live_server, "ada", live_server.password) as ada:
        before = own.get(here)
        assert own.post(f"{here}/tags", data={"tags": "Hard Rock, loud & <clear>,"}).headers["location"] == here
        page = own.get(here, headers={"if-none-match": before.headers["etag"]}).text
        assert "loud &amp; &lt;clear&gt;" in page and 'href="/tag/loud+&amp;+%3Cclear%3E"' in page
        assert "Hard Rock" in ada.get(here).text and "/tags/remove" not in ada.get(here).text
        assert ada.post(f"{here}/tags", data={"tags": "mine"}).status_code == 403
        assert own.post(f"{here}/tags", data={"tags": " , "}).status_code == 400
        own.post(f"{here}/tags/remove", data={"tag": "hard rock"})
        assert "Hard Rock" not in own.get(here).text
        assert own.post("/bela/show/1/tags", data={"tags": "x"}).status_code in (404, 405)


def test_people_are_followed_and_left(live_server: LiveServer, bela: User) -> None:
    """The button on somebody's page follows, both lists show it, and the same button leaves."""
    with visitor(live_server, "ada", live_server.password) as ada, visitor(live_server, "bela") as other:
        assert 'action="/bela/follow"' in ada.get("/bela").text
        assert ada.post("/bela/follow").headers["location"] == "/bela"
        assert 'action="/bela/unfollow"' in ada.get("/bela").text
        assert "You follow 1 person" in ada.get("/ada/friends").text
        assert "/ada" not in other.get("/bela/friends").text.split("<main")[1], "a private follower is in no list"
        assert ada.post("/ada/follow").status_code == 400
        ada.post("/bela/unfollow")
        assert "Nobody yet" in ada.get("/ada/friends").text
    with visitor(live_server) as nobody:
        assert 'follow"' not in nobody.get("/bela").text
        assert nobody.post("/bela/follow").headers["location"].startswith("/sign-in")


def test_the_page_of_somebody_followed_is_drawn_anew(live_server: LiveServer, bela: User) -> None:
    """A cached page does not go on offering to follow."""
    with visitor(live_server, "ada", live_server.password) as ada:
        held = ada.get("/bela").headers["etag"]
        assert ada.get("/bela", headers={"if-none-match": held}).status_code == 304
        live_server.services.follows.follow(live_server.user.user_id, "bela")
        assert ada.get("/bela", headers={"if-none-match": held}).status_code == 200


def test_country_and_real_name_are_said_in_the_profile(live_server: LiveServer) -> None:
    """Both are kept and shown again; a country that is none is refused and nothing else is changed."""
    form = {"display_name": "", "zone": "UTC", "visibility": "private", "country": "Iceland", "realname": "Ada L."}
    with visitor(live_server, "ada", live_server.password) as ada:
        assert ada.post("/settings/profile", data=form).status_code == 303
        shown = ada.get("/settings/profile").text
        assert "<option selected>Iceland</option>" in shown and 'value="Ada L."' in shown
        wrong = ada.post("/settings/profile", data={**form, "country": "Atlantis", "realname": "X"})
    assert wrong.status_code == 422 and "Atlantis" in wrong.text
    kept = live_server.services.profiles.profile(live_server.user.user_id)
    assert (kept.country, kept.realname) == ("Iceland", "Ada L.")
