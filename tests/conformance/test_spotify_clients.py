"""spotipy, tekore and @spotify/web-api-ts-sdk, unmodified, against the simulator of Spotify's Web API.

They are pointed at it from outside: spotipy by its addresses, tekore by a transport that takes another way, the SDK
by the `fetch` of its configuration.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.conformance.stage import program
from tests.fakes.servers import serving

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator

httpx = pytest.importorskip("httpx")
spotipy = pytest.importorskip("spotipy")
tekore = pytest.importorskip("tekore")

NOW = 1_790_000_000
BACK = "http://127.0.0.1:8912/callback"
SCOPES = "user-read-playback-state user-modify-playback-state user-read-recently-played"
PROGRAM = Path(__file__).with_name("spotify_ts_session.mjs")
PACKAGE = Path(__file__).resolve().parents[2] / ".tools/node_modules/@spotify/web-api-ts-sdk"


@dataclass(frozen=True)
class Upstream:
    """A simulator on a socket; its album of the examples plays since 40 minutes."""

    simulator: Simulator
    url: str
    album: Any
    tracks: list[str]

    @property
    def given(self) -> dict[str, str]:
        return self.simulator.credentials()

    def visit(self, url: str) -> dict[str, str]:
        """What the address that a browser is sent back to says, once the user agreed at `url`."""
        answer = httpx2.get(url.replace("https://accounts.spotify.com", self.url), follow_redirects=False)
        assert answer.status_code == 302, answer.text
        assert answer.headers["location"].startswith(BACK)
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@pytest.fixture(params=["new-dev"])
def upstream(request: pytest.FixtureRequest) -> Iterator[Upstream]:
    clock = FixedClock(NOW)
    simulator = Simulator(clock, mode=request.param)
    simulator.quirks.lose_any = 0
    album = next(album for album in simulator.store.of("album") if len(album.items) > 8)
    simulator.person().do("play", simulator.now_ms, context=album.uri)
    clock.advance(1_200)
    with serving(simulator.app) as url:
        yield Upstream(simulator, url, album, [track.uri for track in simulator.store.tracks()[:3]])


old_ways = pytest.mark.parametrize("upstream", ["extended"], indirect=True)


# --- spotipy -----------------------------------------------------------------------------------------------------


def spotipy_of(upstream: Upstream, **given: Any) -> Any:
    client = spotipy.Spotify(**({"auth": upstream.given["access_token"], "retries": 0, "status_retries": 0} | given))
    client.prefix = f"{upstream.url}/v1/"
    return client


def test_spotipy_signs_in_by_pkce(upstream: Upstream) -> None:
    """Challenge, consent, code, verifier; then a refresh that keeps the account signed in."""
    manager = spotipy.SpotifyPKCE(
        client_id=upstream.simulator.client.client_id,
        redirect_uri=BACK,
        scope=SCOPES,
        state="a state",
        open_browser=False,
        cache_handler=spotipy.MemoryCacheHandler(),
    )
    manager.OAUTH_AUTHORIZE_URL = f"{upstream.url}/authorize"
    manager.OAUTH_TOKEN_URL = f"{upstream.url}/api/token"
    said = upstream.visit(manager.get_authorize_url())
    assert said["state"] == "a state"
    token = manager.get_access_token(said["code"], check_cache=False)
    assert spotipy_of(upstream, auth=token).me()["id"] == "ada"
    upstream.simulator.accounts.returns = "always"
    kept = manager.cache_handler.get_cached_token()["refresh_token"]
    renewed = manager.refresh_access_token(kept)
    assert renewed["refresh_token"] != kept
    assert spotipy_of(upstream, auth=renewed["access_token"]).me()["id"] == "ada"


@pytest.mark.filterwarnings("ignore:You're using 'as_dict = True'")
def test_spotipy_signs_in_with_a_secret_and_as_itself(upstream: Upstream) -> None:
    """The confidential flow keeps its refresh token, which no refresh repeats; the app's own token has no user."""
    app = {"client_id": upstream.simulator.client.client_id, "client_secret": upstream.simulator.client.secret}
    cache = spotipy.MemoryCacheHandler()
    manager = spotipy.SpotifyOAuth(**app, redirect_uri=BACK, scope=SCOPES, cache_handler=cache)
    manager.OAUTH_AUTHORIZE_URL = f"{upstream.url}/authorize"
    manager.OAUTH_TOKEN_URL = f"{upstream.url}/api/token"
    code = upstream.visit(manager.get_authorize_url())["code"]
    first = manager.get_access_token(code, as_dict=True, check_cache=False)
    again = manager.refresh_access_token(first["refresh_token"])
    assert again["refresh_token"] == first["refresh_token"] and again["access_token"] != first["access_token"]

    own = spotipy.SpotifyClientCredentials(**app, cache_handler=spotipy.MemoryCacheHandler())
    own.OAUTH_TOKEN_URL = f"{upstream.url}/api/token"
    alone = spotipy_of(upstream, auth=own.get_access_token(as_dict=False))
    assert alone.album(upstream.album.uri)["name"] == upstream.album.name
    with pytest.raises(spotipy.SpotifyException) as refused:
        alone.me()
    assert refused.value.http_status == 401


def test_spotipy_sees_a_dead_refresh_token(upstream: Upstream) -> None:
    """Six months after the consent a refresh is refused for good."""
    manager = spotipy.SpotifyPKCE(
        client_id=upstream.simulator.client.client_id, redirect_uri=BACK, cache_handler=spotipy.MemoryCacheHandler()
    )
    manager.OAUTH_TOKEN_URL = f"{upstream.url}/api/token"
    given = upstream.given
    upstream.simulator.clock.advance(184 * 86_400)  # type: ignore[attr-defined]
    with pytest.raises(spotipy.SpotifyOauthError) as refused:
        manager.refresh_access_token(given["refresh_token"])
    assert refused.value.error == "invalid_grant"
    assert refused.value.error_description == "Refresh token expired"


def test_spotipy_uses_the_player(upstream: Upstream) -> None:
    """Every command does to the player what it says, and the next look shows it."""
    client, player = spotipy_of(upstream), upstream.simulator.person().player
    upstream.simulator.limits.window = 0
    assert client.current_playback()["item"]["uri"] == player.item.uri  # type: ignore[union-attr]
    client.pause_playback()
    assert client.currently_playing()["is_playing"] is False
    client.start_playback()
    client.start_playback(context_uri=upstream.album.uri, offset={"uri": upstream.album.items[2]}, position_ms=4_000)
    seen = client.current_playback()
    assert seen["item"]["track_number"] == 3 and seen["progress_ms"] == 4_000
    assert seen["context"]["uri"] == upstream.album.uri
    client.next_track()
    client.add_to_queue(upstream.tracks[0])
    assert client.queue()["queue"][0]["uri"] == upstream.tracks[0]
    client.next_track()
    assert client.current_playback()["item"]["uri"] == upstream.tracks[0]
    client.previous_track()
    client.seek_track(9_000)
    client.volume(33)
    client.shuffle(True)
    client.repeat("context")
    laptop = next(device for device in client.devices()["devices"] if device["name"] == "Laptop")
    client.transfer_playback(laptop["id"], force_play=False)
    seen = client.current_playback()
    assert (seen["progress_ms"], seen["shuffle_state"], seen["repeat_state"]) == (9_000, True, "context")
    assert seen["device"]["name"] == "Laptop" and player.devices[0].volume == 33
    assert [one.type for one in player.happened][-5:] == [
        "seeked", "volume_changed", "shuffle_changed", "repeat_changed", "device_changed",
    ]  # fmt: skip


def test_spotipy_reads_what_was_played(upstream: Upstream) -> None:
    """Plays come newest first with the moment they ended, and paging backwards ends in an empty page."""
    client, plays = spotipy_of(upstream), upstream.simulator.person().player.plays
    page = client.current_user_recently_played(limit=2)
    over = [play for play in plays if play.moved_ms]
    assert [row["track"]["uri"] for row in page["items"]] == [play.uri for play in over[:-3:-1]]
    assert page["cursors"]["after"] == str(over[-1].moved_ms)
    rows = list(page["items"])
    while page["next"]:
        page = client.next(page)
        rows += page["items"]
    assert len(rows) == len(over)
    later = client.current_user_recently_played(after=over[-1].moved_ms)
    assert later["items"] == [] and later["cursors"] is None


def test_spotipy_pages_through_library_and_playlists(upstream: Upstream) -> None:
    """All saved tracks, followed artists and a playlist of 130 items come page by page from this server's own links."""
    client, person = spotipy_of(upstream), upstream.simulator.person()
    page, found = client.current_user_saved_tracks(limit=50), list[str]()
    while page:
        assert page["href"].startswith(upstream.url)
        found += [row["track"]["uri"] for row in page["items"]]
        page = client.next(page)
    assert found == list(reversed(person.saved["track"]))
    first = client.current_user_followed_artists(limit=20)["artists"]
    more = client.current_user_followed_artists(limit=20, after=first["cursors"]["after"])["artists"]
    assert len(first["items"]) + len(more["items"]) == len(person.followed) == first["total"]
    lists = {row["name"]: row for row in client.current_user_playlists()["items"]}
    page, size = client.playlist_items(lists["Long road"]["id"], limit=50), 0
    while page:
        size += len(page["items"])
        page = client.next(page)
    assert size == 130


def test_spotipy_edits_a_playlist(upstream: Upstream) -> None:
    """Each write answers a new snapshot, and the items are what the writes say."""
    client = spotipy_of(upstream)
    made = client.current_user_playlist_create("Mirror", public=False)
    a, b, c = upstream.tracks
    snapshots = [
        client.playlist_add_items(made["id"], [a, b, c])["snapshot_id"],
        client.playlist_reorder_items(made["id"], 0, 3)["snapshot_id"],
        client.playlist_remove_all_occurrences_of_items(made["id"], [b])["snapshot_id"],
    ]
    assert len({made["snapshot_id"], *snapshots}) == 4
    assert [row["item"]["uri"] for row in client.playlist_items(made["id"], limit=50)["items"]] == [c, a]
    client.current_user_saved_tracks_add([a])
    assert client.current_user_saved_tracks_contains([a]) == [True]
    foreign = upstream.simulator.person().playlists[-1]
    with pytest.raises(spotipy.SpotifyException) as refused:
        client.playlist_items(foreign, limit=50)
    assert refused.value.http_status == 403


def test_spotipy_meets_both_kinds_of_429(upstream: Upstream) -> None:
    """A short wait is said in seconds and over when it is said to be; the day's quota says why, and until when."""
    # With 429 among the statuses it retries, spotipy hides the body and headers of the last one.
    client, simulator = spotipy_of(upstream, status_forcelist=(599,)), upstream.simulator
    simulator.limits.window, simulator.limits.day = 3, {"search": 1}
    client.search("a", limit=5)
    with pytest.raises(spotipy.SpotifyException) as locked:
        client.search("a", limit=5)
    assert locked.value.reason == "QUOTA_EXCEEDED" and locked.value.headers["Retry-After"] == "86400"
    client.me()
    client.me()
    with pytest.raises(spotipy.SpotifyException) as limited:
        client.me()
    wait_s = int(limited.value.headers["Retry-After"])
    assert limited.value.http_status == 429 and limited.value.reason is None and wait_s == 30
    simulator.clock.advance(wait_s)  # type: ignore[attr-defined]
    assert client.me()["id"] == "ada"


def test_spotipy_waits_by_itself(upstream: Upstream) -> None:
    """With its usual settings the library waits for the second it is told and then has its answer."""
    upstream.simulator.faults.append(_rate_limited_once())
    patient = spotipy_of(upstream, retries=1, status_retries=1)
    assert patient.me()["id"] == "ada"
    assert upstream.simulator.faults == []


def _rate_limited_once() -> Any:
    from earstead.sandbox.spotify.faults import Fault

    return Fault(kind="rate", retry_after_s=1)


# --- tekore ------------------------------------------------------------------------------------------------------


class Detour(httpx.BaseTransport):  # type: ignore[misc, name-defined]
    """Takes what is sent to Spotify to another server."""

    def __init__(self, url: str) -> None:
        self._to, self._inner = httpx.URL(url), httpx.HTTPTransport()

    def handle_request(self, request: Any) -> Any:
        if request.url.host in ("api.spotify.com", "accounts.spotify.com"):
            request.url = request.url.copy_with(scheme="http", host=self._to.host, port=self._to.port)
            request.headers["host"] = self._to.netloc.decode()
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def sender(upstream: Upstream) -> Iterator[Any]:
    with httpx.Client(transport=Detour(upstream.url)) as client:
        yield tekore.SyncSender(client)


@pytest.mark.filterwarnings("ignore:.*contains unknown attribute")
@old_ways
def test_tekore_signs_in_and_reads(upstream: Upstream, sender: Any) -> None:
    """PKCE and refresh by tekore's own flow; its strict models take player, history, library and a whole playlist."""
    credentials = tekore.Credentials(upstream.simulator.client.client_id, redirect_uri=BACK, sender=sender)
    url, verifier = credentials.pkce_user_authorisation(tekore.scope.every, state="a state")
    token = credentials.request_pkce_token(upstream.visit(url)["code"], verifier)
    token = credentials.refresh_pkce_token(token.refresh_token)
    client = tekore.Spotify(token, sender=sender)
    assert client.current_user().id == "ada"
    player = upstream.simulator.person().player
    assert client.playback().item.uri == player.item.uri  # type: ignore[union-attr]
    assert len(client.playback_recently_played(limit=50).items) == len(player.plays) - 1
    assert sum(1 for _ in client.all_items(client.saved_tracks(limit=50))) == 120
    road = next(row for row in client.followed_playlists().items if row.name == "Long road")
    assert len(client.playlist_items(road.id, limit=100).items) == 100
    assert client.artist_albums(upstream.album.credits[0].rsplit(":", 1)[-1]).total > 0


@pytest.mark.filterwarnings("ignore:.*contains unknown attribute")
@old_ways
def test_tekore_plays_and_writes(upstream: Upstream, sender: Any) -> None:
    """Commands and playlist writes of the old dialect; a chapter is read as the episode it passes for."""
    client = tekore.Spotify(upstream.given["access_token"], sender=sender)
    client.playback_start_context(upstream.album.uri, position_ms=2_000)
    client.playback_seek(7_000)
    assert client.playback().progress_ms == 7_000
    ids = [uri.rsplit(":", 1)[-1] for uri in upstream.tracks]
    made = client.playlist_create("ada", "Mirror", public=False)
    client.playlist_add(made.id, upstream.tracks)
    assert [row.track.id for row in client.playlist_items(made.id).items] == ids
    client.saved_tracks_add(ids)
    assert client.saved_tracks_contains(ids) == [True, True, True]
    book = upstream.simulator.store.of("audiobook")[0]
    upstream.simulator.person().do("play", upstream.simulator.now_ms, context=book.uri)
    heard = client.playback()
    assert heard.currently_playing_type == "episode" and heard.item.show.name == book.name


@pytest.mark.filterwarnings("ignore:.*contains unknown attribute")
def test_tekore_needs_the_fields_that_vanished(upstream: Upstream, sender: Any) -> None:
    """The exact shape of 2026 breaks its models of tracks; filling the fields in repairs them."""
    client = tekore.Spotify(upstream.given["access_token"], sender=sender)
    name = upstream.tracks[0].rsplit(":", 1)[-1]
    with pytest.raises(ValueError, match="popularity"):
        client.track(name)
    upstream.simulator.legacy_fields = True
    assert client.track(name).popularity == 0
    assert client.playback().item.popularity == 0


def test_tekore_meets_429(upstream: Upstream, sender: Any) -> None:
    """What is too much is its TooManyRequests; its retrying sender waits and goes on."""
    upstream.simulator.legacy_fields = True
    upstream.simulator.faults += [_rate_limited_once(), _rate_limited_once()]
    token = upstream.given["access_token"]
    with pytest.raises(tekore.TooManyRequests):
        tekore.Spotify(token, sender=sender).playback()
    assert tekore.Spotify(token, sender=tekore.RetryingSender(retries=1, sender=sender)).playback() is not None


# --- @spotify/web-api-ts-sdk -------------------------------------------------------------------------------------


@old_ways
def test_the_typescript_sdk(upstream: Upstream, tmp_path: Path) -> None:
    """Sign-in of its browser flow, player, history, library, paging, playlists, and a 429 as the error it makes."""
    node = program("node", "nodejs")
    if not PACKAGE.is_dir():
        pytest.skip("the npm package @spotify/web-api-ts-sdk is not installed (make tools)")
    settings = {
        "root": upstream.url,
        "client_id": upstream.simulator.client.client_id,
        "back": BACK,
        "album": upstream.album.uri,
        "tracks": upstream.tracks,
        "device": upstream.simulator.person().player.device.device_id,
    }
    done = subprocess.run(
        [node, str(PROGRAM), json.dumps(settings), str(PACKAGE)],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    player = upstream.simulator.person().player
    assert said["me"] == "ada" and said["state"] == {"progress": 6_000, "context": upstream.album.uri}
    over = [play.uri for play in reversed(player.plays) if play.moved_ms]
    assert said["history"] == over[1:] and said["devices"] == ["Phone", "Laptop", "Kitchen"]
    assert said["saved"] == 120 and said["made"] == upstream.tracks
    assert "rate limits" in said["limited"]
