"""Submissions 1.2, 1.2.1 and 1.1: every answer has status 200, plain text, and a line end behind each line."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.app import around
from earstead.kit.clock import FixedClock
from earstead.kit.secrets import md5_hex
from earstead.services.container import Services
from earstead.services.users import User
from earstead.services.views import ListenRow

SECRET = "fedcba9876543210fedcba9876543210"


@dataclass
class Player:
    """A program that knows a password and speaks the protocol as it is written."""

    client: TestClient
    services: Services
    user: User
    password: str

    def answer(self, method: str, path: str, body: Mapping[str, str] | str | bytes | None = None) -> list[str]:
        """The lines of an answer, whose form is checked."""
        content = urllib.parse.urlencode(body) if isinstance(body, dict) else body
        came = self.client.request(method, path, content=content)  # type: ignore[arg-type]
        assert came.status_code == 200
        assert came.headers["content-type"].startswith("text/plain")
        assert came.text.endswith("\n") and "\n\n" not in came.text
        return came.text.splitlines()

    def handshake(self, path: str = "/", *, password: str | None = None, **changed: str) -> list[str]:
        t = changed.pop("t", str(NOW))
        a = _token(md5_hex(self.password if password is None else password), t)
        said = {"hs": "true", "p": "1.2", "c": "tst", "v": "1.0", "u": self.user.name, "t": t, "a": a, **changed}
        return self.answer("GET", f"{path}?{urllib.parse.urlencode({k: v for k, v in said.items() if v})}")

    def session(self, **changed: str) -> str:
        word, session, _, _ = self.handshake(**changed)
        assert word == "OK"
        return session

    def submit(self, session: str, body: Mapping[str, str] | str) -> list[str]:
        if isinstance(body, str):
            return self.answer("POST", "/submissions/1.2/", f"s={session}&{body}")
        return self.answer("POST", "/submissions/1.2/", {"s": session, **body})

    def heard(self) -> list[ListenRow]:
        return list(self.services.insights.listens(self.user.user_id).items)

    def loved(self) -> list[str]:
        return [row.track.track_name for row in self.services.feedback.loved(self.user.user_id)[0]]


def _token(secret: str, t: str = str(NOW)) -> str:
    return md5_hex(secret + t)


@pytest.fixture
def player(client: TestClient, services: Services, ada: User) -> Player:
    return Player(client, services, ada, services.accounts.new_app_password(ada.user_id, "radio"))


def _track(index: int = 0, /, **changed: str) -> dict[str, str]:
    said = {"a": "Nick Drake", "t": "Road", "i": str(NOW - 600), "o": "P", "r": "", "l": "121"}
    said |= {"b": "Pink Moon", "n": "2", "m": "", **changed}
    return {f"{key}[{index}]": value for key, value in said.items()}


# --- handshake ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "//"])
@pytest.mark.parametrize("protocol", ["1.2", "1.2.1"])
def test_a_handshake_hands_out_a_session_and_two_addresses(player: Player, path: str, protocol: str) -> None:
    """OK, 32 characters, the now-playing and then the submission address: four lines, also at "//"."""
    word, session, now_playing, submission = player.handshake(path, p=protocol)
    assert word == "OK" and len(session) == 32
    assert (now_playing, submission) == (f"{ROOT}/nowplaying/1.2/", f"{ROOT}/submissions/1.2/")


def test_the_home_page_stays_where_it_is(client: TestClient, ada: User) -> None:
    """Without hs=true, "/" is the page for people."""
    assert client.get("/").headers["location"] == client.get("/?hs=false").headers["location"] == "/sign-in"


def test_tokens_are_those_of_the_specification() -> None:
    """What these tests send as `a` are the documented values."""
    assert _token(md5_hex("secret"), "1700000000") == "9daa2f47bfef02e5ea27ddbe47714ca8"
    assert _token(SECRET, "1700000000") == "3304a28e477558af0fa06dd5d8e491d3"


def test_refused_handshakes_say_why(player: Player) -> None:
    """A wrong password, an unknown user, a wrong clock, missing words and unknown protocols, each in its word."""
    assert player.handshake(password="wrong") == ["BADAUTH"]
    assert player.handshake(u="nobody") == ["BADAUTH"]
    assert player.answer("GET", f"/?hs=true&p=1.2&u=%ff&t={NOW}&a=x")[0] != "OK"
    assert player.handshake(t=str(NOW - 301)) == player.handshake(t=str(NOW + 301)) == ["BADTIME"]
    assert player.handshake(t="yesterday") == ["BADTIME"]
    assert player.handshake(t=str(NOW + 300))[0] == "OK"
    assert player.handshake(a="")[0].startswith("FAILED ")
    assert player.handshake(p="1.3")[0].startswith("FAILED ")


def test_names_are_found_in_any_case(player: Player) -> None:
    """Somebody who types "Ada" is let in as "ada"."""
    assert player.handshake(u="ADA")[0] == "OK"


def test_addresses_follow_the_host_that_was_called(services: Services, ada: User) -> None:
    """A client that came by another scheme than the configured address gets addresses at the host it called."""
    password = services.accounts.new_app_password(ada.user_id, "radio")
    called = TestClient(around(services), base_url="https://box.example:8443")
    player = Player(called, services, ada, password)
    assert player.handshake()[2] == "https://box.example:8443/nowplaying/1.2/"
    unnamed = called.get(
        "/?hs=true&p=1.1&u=ada", headers={"host": "no host\n".strip()}
    )  # what is no host is not repeated
    assert unnamed.text.splitlines()[2] == f"{ROOT}/submissions/1.1/"


# --- web-service authentication ----------------------------------------------------------------------------------


def test_a_session_key_of_a_known_application_opens_a_session(player: Player) -> None:
    """With `sk` and `api_key`, `a` is made with the application's secret, and must be right."""
    applications, ada = player.services.applications, player.user
    made = applications.create(ada.user_id, "Radio")
    secret, key = (
        applications.secret_of(made.application_id),
        applications.new_session(ada.user_id, made.application_id).key,
    )
    said = {"api_key": made.api_key, "sk": key}
    assert player.handshake(**said, a=_token(secret))[0] == "OK"
    assert player.handshake(**said, a=_token(SECRET)) == ["BADAUTH"]
    assert player.handshake(api_key=made.api_key, sk="0" * 32, a=_token(secret)) == ["BADAUTH"]
    applications.suspend(made.application_id, "floods")
    assert player.handshake(**said, a=_token(secret)) == ["BANNED"]


def test_a_session_key_is_enough_where_the_secret_is_unknown(player: Player) -> None:
    """Programs carry Last.fm's secrets, which nobody knows here: their users' session keys open, nobody else's."""
    applications, ada = player.services.applications, player.user
    bob = player.services.accounts.add_user("bob", "correct horse battery staple")
    unknown = applications.admit("a string 32 characters in length", "Rhythmbox")
    assert unknown is not None
    key = applications.new_session(ada.user_id, unknown.application_id).key
    foreign = applications.new_session(bob.user_id, unknown.application_id).key
    assert player.handshake(api_key=unknown.api_key, sk=key, a=_token(SECRET))[0] == "OK"
    assert player.handshake(api_key=unknown.api_key, sk=foreign, a=_token(SECRET)) == ["BADAUTH"]
    applications.set_policy("strict")
    assert player.handshake(api_key=unknown.api_key, sk=key, a=_token(SECRET)) == ["BADAUTH"]


# --- sessions ----------------------------------------------------------------------------------------------------


def test_sessions_live_beside_each_other_and_end_after_a_day_of_disuse(player: Player, clock: FixedClock) -> None:
    """Two sessions of one user both work; 24 hours after its last use a session is BADSESSION."""
    first, second = player.session(), player.session()
    clock.advance(86_399)
    assert player.submit(first, _track()) == ["OK"]
    clock.advance(1)
    assert player.submit(first, _track()) == ["OK"]
    assert player.submit(second, _track()) == ["BADSESSION"]
    assert player.submit("0" * 32, _track()) == player.answer("POST", "/nowplaying/1.2/", "a=A&t=T") == ["BADSESSION"]


def test_a_revoked_password_ends_its_sessions(player: Player) -> None:
    """Revoking an app password shuts out the player that uses it at once, and no other."""
    other = player.services.accounts.new_app_password(player.user.user_id, "other")
    mine, others = player.session(), player.session(password=other)
    rows = player.services.accounts.app_passwords(player.user.user_id)
    radio = next(row for row in rows if row.label == "radio")
    player.services.accounts.revoke_app_password(player.user.user_id, radio.app_password_id)
    assert player.submit(mine, _track()) == ["BADSESSION"]
    assert player.submit(others, _track()) == ["OK"]


def test_revoked_access_ends_the_sessions_made_with_it(player: Player) -> None:
    """Revoking a session key of API 2.0 ends the sessions that were opened with it."""
    applications, ada = player.services.applications, player.user
    unknown = applications.admit("anything", "Rhythmbox")
    assert unknown is not None
    key = applications.new_session(ada.user_id, unknown.application_id).key
    session = player.session(api_key="anything", sk=key)
    assert player.submit(session, _track()) == ["OK"]
    applications.revoke_application(ada.user_id, unknown.application_id)
    assert player.submit(session, _track()) == ["BADSESSION"]


def test_a_program_that_begins_again_and_again_pushes_out_its_own_sessions(player: Player) -> None:
    """The fifty-first session of a user ends the one used longest ago."""
    sessions = [player.session() for _ in range(51)]
    assert player.submit(sessions[0], _track()) == ["BADSESSION"]
    assert player.submit(sessions[1], _track()) == player.submit(sessions[50], _track()) == ["OK"]


# --- now playing -------------------------------------------------------------------------------------------------


def test_now_playing_stands_for_the_length_of_the_track(player: Player, clock: FixedClock) -> None:
    """The slot holds what was said for `l` seconds (300 when unknown or unlikely) and never becomes a listen."""
    session = player.session(c="vlc", v="3.0")
    body = {"s": session, "a": "Sigur Rós", "t": "Hoppípolla", "b": "Takk…", "l": "65.9", "n": "3", "m": ""}
    assert player.answer("POST", "/nowplaying/1.2/", body) == ["OK"]
    slot = player.services.playing.get(player.user.user_id)
    assert slot is not None and slot.expires_at == NOW + 65
    said = slot.submission
    assert (said.artist_name, said.track_name, said.release_name) == ("Sigur Rós", "Hoppípolla", "Takk…")
    assert said.client == "VLC 3.0"
    for length in ("", "0", "5401", "x"):
        player.services.playing.clear(player.user.user_id)
        assert player.answer("POST", "/nowplaying/1.2", body | {"l": length}) == ["OK"]
        slot = player.services.playing.get(player.user.user_id)
        assert slot is not None and slot.expires_at == NOW + 300
    assert player.heard() == []


def test_now_playing_without_names_fails(player: Player) -> None:
    """Artist and title are asked for; bytes that are no UTF-8 are passed over in silence."""
    session = player.session()
    assert player.answer("POST", "/nowplaying/1.2/", f"s={session}&a=Nick+Drake")[0].startswith("FAILED ")
    assert player.answer("POST", "/nowplaying/1.2/", f"s={session}&a=&t=Road")[0].startswith("FAILED ")
    assert player.answer("POST", "/nowplaying/1.2/", f"s={session}&a=Sigur+R%F3s&t=Road") == ["OK"]
    assert player.services.playing.get(player.user.user_id) is None


# --- submission --------------------------------------------------------------------------------------------------


def test_fifty_tracks_are_kept_with_all_that_was_said(player: Player) -> None:
    """A full batch becomes fifty listens; length, album, number, id, choice and program are kept."""
    session = player.session(c="qts", v="0.11")
    mbid = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"
    body = {
        k: v for i in range(50) for k, v in _track(i, t=f"T{i}", i=str(NOW - 9000 + 150 * i), m=mbid.upper()).items()
    }
    assert player.submit(session, body) == ["OK"]
    heard = player.heard()
    assert [row.track_name for row in heard] == [f"T{i}" for i in reversed(range(50))]
    last = heard[0]
    assert (last.artist_name, last.release_name, last.duration_ms) == ("Nick Drake", "Pink Moon", 121_000)
    assert (last.listened_at, last.client, last.recording_mbid) == (NOW - 9000 + 150 * 49, "QTScrobbler 0.11", mbid)
    assert last.extra == {"tracknumber": "2", "chosen_by_user": True}


def test_bad_entries_are_dropped_without_a_word(player: Player) -> None:
    """No artist, no title, no time, too old, too new, bytes that are no UTF-8: dropped, and the good one is kept."""
    bad = [
        _track(0, a=""), _track(1, t=" "), _track(2, i=""), _track(3, i="soon"), _track(4, i="1009843199"),
        _track(5, i=str(NOW + 301)), _track(6, a="\x00\x01"), _track(9, a="Unknown Artist"), _track(8, t="x" * 5000),
    ]  # fmt: skip
    body = {k: v for one in bad for k, v in one.items()} | _track(20, t="Good", i=str(NOW + 300))
    session = player.session()
    assert player.submit(session, urllib.parse.urlencode(body) + "&a[7]=R%F3s&t[7]=T&i[7]=1749990000") == ["OK"]
    assert [row.track_name for row in player.heard()] == ["Good"]
    assert player.submit(session, "a[0]=&t[0]=&i[0]=") == ["OK"]


def test_an_empty_submission_fails(player: Player) -> None:
    """Without a track the client is told so, and keeps what it has."""
    session = player.session()
    assert player.submit(session, "")[0].startswith("FAILED ")
    assert player.submit(session, "x[0]=1&b[0]=Album")[0].startswith("FAILED ")


def test_real_spellings_are_understood(player: Player) -> None:
    """Escaped brackets, decimals, gaps, capital keys, names without index, a line end behind the body, a query."""
    session = player.session()
    at = NOW - 1000
    assert player.submit(session, f"a%5B0%5D=A&t%5B0%5D=Escaped&i%5B0%5D={at}.7&l%5B0%5D=36.0&portable=1") == ["OK"]
    assert player.submit(session, f"a[3]=A&t[3]=Gap+one&i[3]={at - 100}\r\n") == ["OK"]
    assert player.submit(session, f"A[0]=A&T[0]=Capital&I[0]={at - 200}") == ["OK"]
    assert player.answer("POST", f"/submissions/1.2/?s={session}&a=A&t=Bare&i={at - 300}", "") == ["OK"]
    told = [(row.track_name, row.listened_at, row.duration_ms) for row in player.heard()]
    assert told[0] == ("Escaped", at, 36_000)
    assert [name for name, _, _ in told[1:]] == ["Gap one", "Capital"]


def test_repeats_are_one_listen(player: Player) -> None:
    """The same batch again, in other capitals too, answers OK and changes nothing."""
    session = player.session()
    for change in ({}, {}, {"a": "NICK DRAKE "}):
        assert player.submit(session, _track(**change)) == ["OK"]
    assert len(player.heard()) == 1


def test_ratings_love_skip_and_ban(player: Player) -> None:
    """L is a listen and love, also when an empty rating stands before it; S is no listen; B is a listen only."""
    session = player.session()
    loved = urllib.parse.urlencode(_track(t="Loved")) + "&r[0]=L"
    assert player.submit(session, loved) == ["OK"]
    assert player.submit(session, _track(t="Skipped", r="S") | _track(1, t="Banned", r="B", i=str(NOW - 900))) == ["OK"]
    assert {row.track_name for row in player.heard()} == {"Loved", "Banned"}
    assert player.loved() == ["Loved"]


def test_a_time_that_may_be_the_end_meets_its_start(player: Player) -> None:
    """mpdscribble sends the end of a song: another program that saw the start tells the same listen."""
    assert player.submit(player.session(), _track(i=str(NOW - 600))) == ["OK"]
    assert player.submit(player.session(c="mdc", v="0.24"), _track(t="Parasite", i=str(NOW - 300))) == ["OK"]
    token = player.services.accounts.new_token(player.user.user_id)
    listen = {"artist_name": "Nick Drake", "track_name": "Parasite", "additional_info": {"duration": 212}}
    said = {"listen_type": "single", "payload": [{"listened_at": NOW - 512, "track_metadata": listen}]}
    answer = player.client.post("/1/submit-listens", json=said, headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200
    assert [(row.track_name, row.listened_at) for row in player.heard()] == [
        ("Parasite", NOW - 512),
        ("Road", NOW - 600),
    ]


def test_whatever_comes_is_answered_in_lines(player: Player) -> None:
    """Other verbs, forms that are none and bodies beyond the bound are answered with 200 and a line."""
    assert player.answer("GET", "/submissions/1.2/") == ["BADSESSION"]
    assert player.answer("PUT", "/nowplaying/1.2/", b"\xff\xfe%zz&&=&") == ["BADSESSION"]
    assert player.answer("POST", "/submissions/1.2/", b"a" * (2 * 1024 * 1024 + 1))[0].startswith("FAILED ")


def test_the_owners_switches_are_obeyed(services: Services, ada: User) -> None:
    """A blocked address reads why, and who asks too often is told to come back later: both keep what they have."""
    abroad = TestClient(around(services), base_url=ROOT, client=("203.0.113.9", 40000))
    player = Player(abroad, services, ada, services.accounts.new_app_password(ada.user_id, "radio"))
    services.applications.set_limits(1, 2)
    answers = [player.handshake()[0] for _ in range(3)]
    assert answers[:2] == ["OK", "OK"] and answers[2].startswith("FAILED Rate limit exceeded")
    services.applications.block_address("203.0.113.0/24", "floods")
    assert player.handshake() == ["FAILED This address is blocked: floods"]


def test_both_doors_tell_one_listen(player: Player, lastfm: Program) -> None:
    """A play and its love that come through API 2.0 as well, a few seconds off, stay one listen and one love."""
    assert player.submit(player.session(), _track(r="L")) == ["OK"]
    lastfm.xml("track.scrobble", artist="Nick Drake", track="road", timestamp=str(NOW - 597))
    assert lastfm.post("track.love", artist="nick drake", track="road").status == 200
    assert [row.listened_at for row in player.heard()] == [NOW - 600]
    assert len(player.loved()) == 1


# --- protocol 1.1 ------------------------------------------------------------------------------------------------


def test_protocol_1_1_answers_a_challenge(player: Player, clock: FixedClock) -> None:
    """UPTODATE with challenge, address and interval; the submission proves the password with it; times are dates."""
    word, challenge, address, interval = player.answer("GET", "/?hs=true&p=1.1&c=tst&v=1&u=ada")
    assert (word, address, interval) == ("UPTODATE", f"{ROOT}/submissions/1.1/", "INTERVAL 1")
    proof = md5_hex(md5_hex(player.password) + challenge)
    track = "a[0]=Nick%20Drake&t[0]=Road&b[0]=Pink%20Moon&m[0]=&l[0]=121&i[0]=2025-06-15%2014%3A56%3A40\r\n"
    assert player.answer("POST", "/submissions/1.1/", f"u=ada&s={proof}&{track}") == ["OK"]
    assert [(row.track_name, row.listened_at) for row in player.heard()] == [("Road", NOW - 600)]
    clock.advance(86_400)
    assert player.answer("POST", "/submissions/1.1/", f"u=ada&s={proof}&{track}") == ["OK"]
    clock.advance(86_400)
    assert player.answer("POST", "/submissions/1.1/", f"u=ada&s={proof}&{track}") == ["BADAUTH", "INTERVAL 1"]
    assert player.answer("POST", "/submissions/1.1/", f"u=nobody&s={proof}&{track}") == ["BADAUTH", "INTERVAL 1"]


def test_protocol_1_1_does_not_tell_who_is_here(player: Player) -> None:
    """An unknown name gets a challenge like every other."""
    known, unknown = (player.answer("GET", f"/?hs=true&p=1.1&u={name}") for name in ("ada", "nobody"))
    assert known[0] == unknown[0] == "UPTODATE" and len(known[1]) == len(unknown[1]) and known[1] != unknown[1]
    assert player.answer("GET", "/?hs=true&p=1.1")[0].startswith("FAILED ")
