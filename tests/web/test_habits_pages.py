"""The habits page, the section on pages of tracks, the API behind them, and the owner's policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Reading, Submission
from earstead.core.provenance import POLICY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PASSWORD = "a long and quiet evening"
START = 1_740_000_000
LOOKS = [(1280, 900, "light"), (390, 844, "dark")]


def row(i: int, artist: str, title: str, ms: int, reason: str) -> Submission:
    """A row of the extended export."""
    at = START + 1_700 * i
    return Submission(
        source="spotify-extended",
        artist_name=artist,
        track_name=title,
        listened_at=UnixSeconds(at),
        ended_at=UnixSeconds(at + ms // 1000),
        reading=Reading.END,
        played_ms=DurationMs(ms),
        asserted=False,
        skipped=reason == "fwdbtn",
        twin_s=30,
        extra={"reason_end": reason},
    )


@pytest.fixture(scope="module")
def listener(house: Any) -> Any:
    """The house, with hanna, who skips some songs and hears others to the end, and the empty room of horst."""
    for name in ("hanna", "horst"):
        house.users[name] = house.services.accounts.add_user(name, PASSWORD)
    rows = [row(i, "Portishead", "Roads", 300_000, "trackdone") for i in range(28)]
    rows += [row(30 + i, "Portishead", "Roads", 40_000 * (1 + i % 5), "fwdbtn") for i in range(6)]
    rows += [row(50 + i, "אריק איינשטיין", "עטור מצחך " * 6, 9_000, "fwdbtn") for i in range(9)]
    rows += [row(70 + i, "Kino", "Группа крови", 285_000, "trackdone") for i in range(25)]
    rows += [row(100 + i, "Kino", "Звезда", 120_000, "logout") for i in range(4)]
    house.services.ingest.add_now(house.users["hanna"].user_id, rows)
    return house


def test_the_page_says_it_in_words_and_lists(listener: Any) -> None:
    """Rates stand with their bounds, lists with their rules, and each row of a list with what can be done."""
    with listener.signed_in("hanna") as client:
        page = client.get("/hanna/habits").text
    assert "You hear 78 % of 68 plays, between 67 and 86, to the end. Of 4 more plays nobody knows" in page
    assert "Always skipped" in page and "skipped 9 of 9" in page
    assert "Группа крови" in page and "finished 25 of 25" in page
    assert 'href="/decisions/new?kind=ban&amp;entity=recording' in page
    assert "Only a linked Spotify account tells" in page


def test_the_page_of_a_track_has_its_section(listener: Any) -> None:
    """Finished 82 % of 34 plays, between 66 and 92: to its listener, and to nobody else."""
    services, hanna = listener.services, listener.users["hanna"]
    roads = next(r.entity for r in services.habits.report(hanna.user_id).tracks if r.entity.name == "Roads")
    services.accounts.update(hanna.user_id, visibility="public")
    try:
        with listener.signed_in("hanna") as client:
            assert (
                "Finished 82 % of 34 plays, between 66 and 92."
                in client.get(f"/hanna/recording/{roads.entity_id}").text
            )
        with listener.visitor() as stranger:
            assert "Finished 82 %" not in stranger.get(f"/hanna/recording/{roads.entity_id}").text
            assert stranger.get("/hanna/habits").status_code == 403
            assert "/hanna/habits" not in stranger.get("/hanna").text
    finally:
        services.accounts.update(hanna.user_id, visibility="private")


def test_an_empty_history_says_what_to_do(listener: Any) -> None:
    """Who has nothing to tell of is told where it would come from."""
    with listener.signed_in("horst") as client:
        page = client.get("/horst/habits").text
    assert "Nothing to tell yet" in page and 'href="/import"' in page


def test_a_love_takes_a_track_from_the_list(listener: Any) -> None:
    """The button of the list loves the track, returns to the list, and the track is gone from it."""
    services, hanna = listener.services, listener.users["hanna"]
    kino = next(r.entity for r in services.habits.report(hanna.user_id).dear)
    with listener.signed_in("hanna") as client:
        before = client.get("/hanna/habits")
        done = client.post(
            f"/hanna/recording/{kino.entity_id}/love",
            data={"love": "1", "next": "/hanna/habits#dear"},
            headers={"sec-fetch-site": "same-origin"},
        )
        assert (done.status_code, done.headers["location"]) == (303, "/hanna/habits#dear")
        after = client.get("/hanna/habits", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert kino.entity_id not in [r.entity.entity_id for r in services.habits.report(hanna.user_id).dear]
    services.feedback.unlove(hanna.user_id, services.player.words(hanna.user_id, kino.entity_id))


def test_the_api_says_the_same(listener: Any) -> None:
    """Programs get the same numbers, with bounds and with ids as text, and nothing without a token."""
    services, hanna = listener.services, listener.users["hanna"]
    bearer = {"authorization": f"Bearer {services.accounts.new_token(hanna.user_id, 't')}"}
    with listener.visitor() as client:
        assert client.get("/api/v1/habits").status_code == 401
        said = client.get("/api/v1/habits", headers=bearer).json()
        roads = next(r for r in said["tracks"] if r["entity"]["name"] == "Roads")
        alone = client.get(f"/api/v1/habits/recordings/{roads['entity']['entity_id']}", headers=bearer).json()
    assert said["whole"]["known"] == 68 and len(said["hours"]) == 24
    assert roads["tally"]["finish"]["part"] == 28 and roads["tally"]["finish"]["enough"] is True
    assert alone["tally"] == roads["tally"] and alone["length_ms"] == 300_000


def test_the_owner_decides_in_words(listener: Any) -> None:
    """The policy shows each line with its reason; opening one takes the owner's word; others may not look."""
    same = {"sec-fetch-site": "same-origin"}
    with listener.signed_in("hanna") as client:
        assert client.get("/settings/server/policy").status_code == 403
    with listener.signed_in("alice") as client:
        page = client.get("/settings/server/policy").text
        assert all(line.title in page and line.reason.split("'")[0] in page for line in POLICY)
        refused = client.post("/settings/server/policy", data={"use": "figures"}, headers=same)
        assert refused.status_code == 422 and listener.services.showing.allowed() == ()
        client.post("/settings/server/policy", data={"use": "figures", "consent": "1"}, headers=same)
        assert listener.services.showing.allowed() == ("figures",)
        assert client.post("/settings/server/policy", data={}, headers=same).status_code == 303
    assert listener.services.showing.allowed() == ()


def test_a_stranger_is_shown_no_play_of_the_api(listener: Any) -> None:
    """Pages and protocols show a public person's API plays to that person alone, and a change of the policy at once."""
    services = listener.services
    user = services.accounts.add_user("fay", PASSWORD)
    services.accounts.update(user.user_id, visibility="public")
    for source, artist in (("lastfm", "Heard Freely"), ("spotify-recent", "Only Asked")):
        services.ingest.add_now(
            user.user_id,
            [Submission(source=source, artist_name=artist, track_name="S", listened_at=UnixSeconds(START), extra={})],
        )
    paths = ("/fay?period=all", "/fay/artists?period=all", "/fay/listens", "/1/user/fay/listens")
    with listener.signed_in("fay") as own, listener.visitor() as stranger:
        for path in paths[:3]:
            assert "Only Asked" in own.get(path).text
        for path in paths:
            said = stranger.get(path)
            assert "Heard Freely" in said.text and "Only Asked" not in said.text, path
        held = stranger.get(paths[1]).headers["etag"]
        services.showing.allow(["pages"])
        opened = stranger.get(paths[1], headers={"if-none-match": held})
        services.showing.allow([])
    assert opened.status_code == 200 and "Only Asked" in opened.text


@pytest.mark.parametrize(("name", "path"), [("hanna", "/hanna/habits"), ("alice", "/settings/server/policy")])
@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
def test_the_pages_follow_the_rules_of_accessibility(
    listener: Any, browser: Browser, axe_source: str, name: str, path: str, width: int, height: int, scheme: Any
) -> None:
    """Neither page breaks a rule of axe, is wider than the screen, or has anything refused in its console."""
    opened = browser.new_page(base_url=listener.url, viewport={"width": width, "height": height}, color_scheme=scheme)
    token = listener.services.accounts.sign_in(name, PASSWORD)
    opened.context.add_cookies([{"name": "earstead_session", "value": token, "url": listener.url}])
    faults: list[str] = []
    opened.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    opened.goto(path)
    opened.evaluate(axe_source)
    found = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []
    assert not opened.evaluate("document.documentElement.scrollWidth > innerWidth")
    opened.close()
    assert not faults
