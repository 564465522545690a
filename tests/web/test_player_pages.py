"""Playing, loving and tagging on the pages: over HTTP, and in a browser whose third parties are answered by us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.conftest import NOW, PASSWORD, House

from earstead.core.ids import SpotifyUri, UnixSeconds
from earstead.core.listen import Submission
from earstead.services.views import EntityRef

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

SPOTIFY = "spotify:track:3n3Ppam7vgaVa1iaRUc9Lp"
VIDEO = "loB0kmz_0MM"
LOOKS = [(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")]
# What the embedded players say, without their pictures: 40 reports of 4 s each, then the end.
SPOTIFY_FRAME = """<!doctype html><title>Spotify</title><script>
parent.postMessage({type: "ready"}, "*");
let answered = false;
addEventListener("message", (event) => {
  answered ||= event.data.command === "load_complete_ack";
  if (!answered || event.data.command !== "play") return;
  let position = 0;
  const say = () => {
    parent.postMessage({type: "playback_update", payload: {position, duration: 200000, isPaused: position >= 200000,
      isBuffering: false}}, "*");
    if (position < LAST) { position += 4000; setTimeout(say, 20); }
  };
  say();
});
</script>"""
YOUTUBE_FRAME = """<!doctype html><title>YouTube</title><script>
let begun = false;
addEventListener("message", (event) => {
  if (begun || JSON.parse(event.data).event !== "listening") return;
  begun = true;
  const say = (info) => parent.postMessage(JSON.stringify({event: "infoDelivery", info}), "*");
  say({playerState: 1, currentTime: 0, duration: 300});
  let at = 0;
  const on = () => { at += 4; say({currentTime: at}); if (at < 160) setTimeout(on, 20); };
  on();
});
</script>"""


@pytest.fixture(scope="module")
def dora(house: House) -> str:
    """A listener of her own, so that what is said here changes nobody else's pages."""
    services = house.services
    user_id = services.accounts.add_user("dora", PASSWORD).user_id
    names = [("Björk", "Jóga", "Homogenic"), ("Björk", "Bachelorette", "Homogenic"), ("Kino", "Спокойная ночь", "")]
    services.ingest.add_now(
        user_id,
        [
            Submission(
                source="listenbrainz",
                artist_name=names[n % 3][0],
                track_name=names[n % 3][1],
                release_name=names[n % 3][2],
                listened_at=UnixSeconds(NOW - n * 3600),
                spotify_uri=SpotifyUri(SPOTIFY) if n % 3 == 0 else None,
            )
            for n in range(12)
        ],
    )
    return "dora"


def entity(house: House, kind: Any, name: str) -> EntityRef:
    """One of dora's things by its name."""
    user_id = house.services.accounts.named("dora").user_id
    rows = house.services.insights.chart(user_id, kind, None).rows
    return next(row.entity for row in rows if row.entity.name == name)


def user_id(house: House) -> int:
    return house.services.accounts.named("dora").user_id


# --- over HTTP -------------------------------------------------------------------------------------------------------


def test_play_stands_only_where_something_can_be_played(house: House, dora: str) -> None:
    """Songs, albums and artists with a link lead to the player; a song without one asks for it."""
    with house.signed_in(dora) as client:
        for kind, name in (("recording", "Jóga"), ("release", "Homogenic"), ("artist", "Björk")):
            ref = entity(house, kind, name)
            assert f'href="/dora/player?{kind}={ref.entity_id}"' in client.get(f"/dora/{kind}/{ref.entity_id}").text
        song = entity(house, "recording", "Спокойная ночь")
        page = client.get(f"/dora/recording/{song.entity_id}").text
        assert "/dora/player?" not in page and "Add a link to play it" in page
        assert "Play this chart" in client.get("/dora/recordings?period=all").text
        assert "Play this chart" not in client.get("/dora/artists?period=all").text


def test_a_link_is_added_and_taken_back(house: House, dora: str) -> None:
    """By a form of the song's own page, which changes with it; what is no song is refused and named."""
    song = entity(house, "recording", "Спокойная ночь")
    here = f"/dora/recording/{song.entity_id}"
    with house.signed_in(dora) as client:
        before = client.get(here).headers["etag"]
        answer = client.post(f"{here}/links", data={"link": f"https://youtu.be/{VIDEO}"})
        assert (answer.status_code, answer.headers["location"]) == (303, here)
        client.cookies.delete("earstead_notice")
        page = client.get(here, headers={"if-none-match": before})
        assert page.status_code == 200 and f"https://www.youtube.com/watch?v={VIDEO}" in page.text
        refused = client.post(f"{here}/links", data={"link": "/music/kino.flac"})
        assert refused.status_code == 400 and "files cannot be played" in refused.text
        client.post(f"{here}/links", data={"remove": "youtube"})
        client.cookies.delete("earstead_notice")
        assert VIDEO not in client.get(here).text
    with house.signed_in("bob") as other:
        assert other.post(f"{here}/links", data={"link": VIDEO}).status_code in (403, 404)


def test_only_the_player_may_show_frames(house: House, dora: str) -> None:
    """The policy of the player's page names the two hosts, no other page's does, and no page holds a frame itself."""
    with house.signed_in(dora) as client:
        page = client.get("/dora/player?period=all")
        assert "frame-src https://open.spotify.com https://www.youtube-nocookie.com" in page.headers[
            "content-security-policy"
        ]  # fmt: skip
        assert "<iframe" not in page.text
        assert 'href="https://open.spotify.com/track/' in page.text, "without a script the links are there"
        assert "frame-src" not in client.get("/dora").headers["content-security-policy"]
        empty = client.get(f"/dora/player?recording={entity(house, 'recording', 'Спокойная ночь').entity_id}")
        assert "Nothing to play yet" in empty.text
        assert client.get("/dora/player?recording=12").status_code == 404


def test_plays_are_reported_by_their_listener_alone(house: House, dora: str) -> None:
    """Reports need a session and true times; what is too short is refused with a sentence for the script."""
    said = {"recording": str(entity(house, "recording", "Jóga").entity_id), "service": "spotify"}
    said["duration_ms"] = "200000"
    with house.visitor() as visitor:
        assert visitor.post("/dora/player/started", data=said).status_code in (303, 404)
    with house.signed_in(dora) as client:
        began = client.post("/dora/player/started", data=said).json()["started_at"]
        more = said | {"started_at": str(began), "heard_ms": "20000"}
        short = client.post("/dora/player/heard", data=more)
        assert (short.status_code, "too little" in short.json()["error"]) == (400, True)
        assert client.post("/dora/player/stopped").status_code == 204
        assert house.services.playing.get(user_id(house)) is None


def test_love_without_a_script(house: House, dora: str) -> None:
    """The button of a song and the hearts of the lists are forms; both pages change at once, whatever was kept."""
    song = entity(house, "recording", "Bachelorette")
    here = f"/dora/recording/{song.entity_id}"
    with house.signed_in(dora) as client:
        before = client.get("/dora/listens").headers["etag"]
        answer = client.post(f"{here}/love", data={"love": "1", "next": "/dora/listens"})
        assert answer.headers["location"] == "/dora/listens"
        client.cookies.delete("earstead_notice")
        assert house.services.feedback.scores(user_id(house), [song.entity_id]) == {song.entity_id: 1}
        page = client.get("/dora/listens", headers={"if-none-match": before})
        assert page.status_code == 200 and 'aria-pressed="true"' in page.text
        assert "Loved" in client.get(here).text
        client.post(f"{here}/love?row=1", data={"love": "0"}, headers={"HX-Request": "true"})
        assert house.services.feedback.scores(user_id(house), [song.entity_id]) == {}
        assert client.post(f"{here}/love", data={"love": "much"}).status_code == 400
    with house.visitor() as visitor:
        assert visitor.post(f"{here}/love", data={"love": "1"}).status_code in (303, 404)


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def context(house: House, browser: Browser, dora: str) -> Iterator[BrowserContext]:
    """Dora's browser."""
    opened = browser.new_context(base_url=house.url, viewport={"width": 1280, "height": 800})
    session = house.services.accounts.sign_in(dora, PASSWORD)
    opened.add_cookies([{"name": "earstead_session", "value": session, "url": house.url}])
    yield opened
    opened.close()


@pytest.fixture
def opened(context: BrowserContext) -> Iterator[Page]:
    """A page that fails on any fault or refusal in its console."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield page
    assert not faults


def outside(context: BrowserContext, house: House, last: int = 160_000) -> list[str]:
    """Answers for Spotify and YouTube; returns the list that grows with every address asked of others than us."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        frame = SPOTIFY_FRAME.replace("LAST", str(last)) if "spotify" in route.request.url else YOUTUBE_FRAME
        route.fulfill(content_type="text/html", body=frame)

    context.route(lambda address: not address.startswith((house.url, "data:")), answer)
    return asked


def test_nothing_is_asked_of_others_before_play(house: House, context: BrowserContext, opened: Page, dora: str) -> None:
    """Pages with links and the player itself stay here; pressing play loads one frame, of the service chosen."""
    song = entity(house, "recording", "Jóga")
    house.services.playlinks.set(user_id(house), song, VIDEO)
    asked = outside(context, house)
    opened.goto(f"/dora/recording/{song.entity_id}")
    opened.get_by_role("link", name="Play", exact=True).click()
    opened.wait_for_url("**/player?*")
    opened.wait_for_load_state("networkidle")
    assert opened.locator("iframe").count() == 0 and asked == []
    opened.get_by_role("button", name="Play", exact=True).click()
    frame = opened.locator("iframe")
    assert frame.get_attribute("src") == f"https://open.spotify.com/embed/track/{SPOTIFY.rpartition(':')[2]}"
    opened.get_by_role("button", name="YouTube", exact=True).click()
    source = opened.locator("iframe").get_attribute("src") or ""
    assert source.startswith(f"https://www.youtube-nocookie.com/embed/{VIDEO}?enablejsapi=1")
    opened.get_by_text("In your listens.").wait_for()
    assert {address.split("/")[2] for address in asked} == {"open.spotify.com", "www.youtube-nocookie.com"}
    house.services.playlinks.remove(user_id(house), song.entity_id, "youtube")


def test_a_play_becomes_a_listen(house: House, context: BrowserContext, opened: Page, dora: str) -> None:
    """Shown as playing when the frame begins, one listen when half of it was heard, nothing shown after leaving."""
    services, who = house.services, user_id(house)
    outside(context, house)
    before = services.insights.count(who)
    opened.goto(f"/dora/player?recording={entity(house, 'recording', 'Jóga').entity_id}")
    opened.get_by_role("button", name="Play", exact=True).click()
    opened.get_by_text("In your listens.").wait_for()
    now = services.playing.get(who)
    assert now is not None and now.submission.track_name == "Jóga"
    assert services.insights.count(who) == before + 1
    latest = services.insights.listens(who, limit=1).items[0]
    assert (latest.source, latest.track_name, latest.duration_ms) == ("player", "Jóga", 200_000)
    opened.goto("/dora/listens")
    # The last word of a page that goes is sent by the browser on its own; it comes when it comes.
    for _ in range(100):
        if services.playing.get(who) is None:
            break
        opened.wait_for_timeout(50)
    assert services.playing.get(who) is None


def test_a_queue_goes_on(house: House, context: BrowserContext, opened: Page, dora: str) -> None:
    """When a song ends the next one of the chart that can be played begins, from where it can be."""
    song = entity(house, "recording", "Bachelorette")
    house.services.playlinks.set(user_id(house), song, VIDEO)
    outside(context, house, last=200_000)
    opened.goto("/dora/player?period=all")
    assert opened.locator("[data-queue] > li").count() == 2
    opened.get_by_role("button", name="Play Jóga").click()
    opened.locator("iframe.from-youtube").wait_for()
    assert "Bachelorette" in (opened.locator("[data-title]").text_content() or "")
    assert opened.locator("[data-queue] [aria-current]").count() == 1
    house.services.playlinks.remove(user_id(house), song.entity_id, "youtube")


def test_love_tags_and_links_change_in_place(house: House, opened: Page, dora: str) -> None:
    """With a script the blocks are drawn anew without leaving the page: love, a tag, a link, a heart of a list."""
    song = entity(house, "recording", "Спокойная ночь")
    opened.goto(f"/dora/recording/{song.entity_id}")
    opened.evaluate("window.stayed = true")
    opened.locator("#love").click()
    opened.locator("#love[aria-pressed=true]").wait_for()
    opened.get_by_text("Tag it").click()
    opened.locator("#f-tags").fill("ночь, quiet")
    opened.get_by_role("button", name="Add", exact=True).click()
    opened.get_by_role("link", name="quiet").wait_for()
    opened.get_by_role("button", name="Take the tag quiet off").click()
    opened.get_by_role("link", name="quiet").wait_for(state="detached")
    opened.get_by_text("Add a link to play it").click()
    opened.locator("#f-link").fill(VIDEO)
    opened.get_by_role("button", name="Add the link").click()
    opened.get_by_role("link", name="Play", exact=True).wait_for()
    assert opened.evaluate("window.stayed") is True
    opened.goto("/dora/listens")
    assert opened.get_by_role("button", name="Love Спокойная ночь").first.get_attribute("aria-pressed") == "true"
    opened.evaluate("window.stayed = true")
    heart = opened.get_by_role("button", name="Love Bachelorette").first
    heart.click()
    opened.locator('.heart[aria-label="Love Bachelorette"][aria-pressed=true]').first.wait_for()
    assert opened.evaluate("window.stayed") is True
    house.services.playlinks.remove(user_id(house), song.entity_id, "youtube")


@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
def test_the_pages_follow_the_rules_of_accessibility(
    house: House, opened: Page, axe_source: str, dora: str, width: int, height: int, scheme: Any
) -> None:
    """Neither the player nor a song's page breaks a rule of axe or is wider than the screen."""
    opened.set_viewport_size({"width": width, "height": height})
    opened.emulate_media(color_scheme=scheme)
    song = entity(house, "recording", "Jóga")
    listen = house.services.insights.listens(user_id(house), limit=1).items[0].listen_id
    broken = []
    paths = ("/dora/player?period=all", f"/dora/recording/{song.entity_id}", f"/dora/listen/{listen}", "/dora/listens")
    for path in paths:
        opened.goto(path)
        opened.evaluate("document.querySelectorAll('.links, .tagging').forEach((one) => { one.open = true; })")
        opened.evaluate(axe_source)
        found = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")
        broken += [(path, v["id"], v["nodes"][0]["html"][:160]) for v in found["violations"]]
        if opened.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append((path, "wider than the screen", ""))
    assert not broken
