"""The creators' pages over a desk that was read: what each says, what it refuses, and that nothing leaves unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import httpx2
import pytest
from tests.fakes.creators_desk import PASSWORD, TODAY, Desk, desk
from tests.fakes.servers import serving

from earstead.app import around


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    """A desk, and where it answers; bea has nothing."""
    with desk(tmp_path_factory.mktemp("desk")) as made:
        made.services.accounts.add_user("bea", PASSWORD)
        with serving(around(made.services), lifespan="off") as url:
            yield made, url


@pytest.fixture
def made(furnished: tuple[Desk, str]) -> Desk:
    """The desk."""
    return furnished[0]


@pytest.fixture
def ada(furnished: tuple[Desk, str]) -> Iterator[httpx2.Client]:
    """Ada's browser."""
    with furnished[0].visitor(furnished[1]) as client:
        yield client


def words(answer: httpx2.Response) -> str:
    """What people read of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def said(client: httpx2.Client, path: str) -> str:
    """The words of a page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return words(answer)


def episode(made: Desk, state: str = "published") -> int:
    """The newest episode of a state."""
    return made.services.creators.shows.episodes(made.user_id, made.show_id, state=state).items[0].episode_id


# --- who sees what --------------------------------------------------------------------------------------------------


def test_without_an_account_it_is_a_friendly_beginning(furnished: tuple[Desk, str]) -> None:
    """A visitor and a user with nothing connected learn what it is and what it needs; the rest asks to sign in."""
    made, url = furnished
    with httpx2.Client(base_url=url, timeout=30) as visitor:
        assert "Sign in to connect" in said(visitor, "/create")
        for path in ("/create/connect", f"/create/{made.show_id}", "/create/accounts/1", "/create/captures"):
            assert visitor.get(path).headers["location"].startswith("/sign-in?next=/create")
    with made.visitor(url, "bea") as bea:
        assert "Connect your account" in said(bea, "/create")


def test_what_is_somebody_elses_does_not_exist(furnished: tuple[Desk, str]) -> None:
    """Another user's show, episode, account, journal, upload and plan are 404, also for forms."""
    made, url = furnished
    one = f"/create/{made.show_id}"
    with made.visitor(url, "bea") as bea:
        paths = [one, f"{one}/comments", f"{one}/export/file?from=2026-01-01&to=2026-02-01&by=show&format=csv"]
        paths += [f"{one}/episodes/{episode(made)}", "/create/accounts/1", "/create/999", f"/create/{1 << 70}"]
        assert [bea.get(path).status_code for path in paths] == [404] * len(paths)
        assert bea.post(f"{one}/settings", data={"name": "mine"}).status_code == 404
        assert bea.post("/create/accounts/1/disconnect").status_code == 404


def test_an_episode_of_another_show_is_not_found_under_this_one(made: Desk, ada: httpx2.Client) -> None:
    """The address of an episode names its own show."""
    assert ada.get(f"/create/{made.elsewhere}/episodes/{episode(made)}").status_code == 404


# --- figures --------------------------------------------------------------------------------------------------------


def test_every_figure_says_what_it_is(made: Desk, ada: httpx2.Client) -> None:
    """The overview names platforms, days, definition, source and holes, and does not compare a sum that lacks days."""
    page = said(ada, f"/create/{made.show_id}")
    assert "3 of 30 days without a figure" in page and "27 of 30 days" in page
    assert "No figures: 3 Nov to 5 November 2026." in page
    assert "Plays and downloads on all platforms, by day, a play is 30 seconds heard (since 11 June 2026), read" in page
    assert "Followers on Spotify, running total" in page
    assert "The last 3 days may still change." in page


def test_the_change_of_june_is_marked_and_breaks_the_line(made: Desk, ada: httpx2.Client) -> None:
    """Days around 11 June 2026 show the mark, two lines, and the sentence; streams, which did not change, show none."""
    around_it = "period=2026-06-01..2026-06-20"
    page = ada.get(f"/create/{made.show_id}?{around_it}&metric=plays_and_downloads").text
    assert "a play is 30 s from here on" in page and "11 June 2026:" in page
    chart = page.split('class="plot traces"')[1]
    assert chart.count('class="trace c1"') == 2
    streams = ada.get(f"/create/{made.show_id}?{around_it}&metric=streams").text
    assert 'class="change"' not in streams.split("<h2>Streams</h2>")[1].split("</figure>")[0]


def test_long_stretches_are_means_over_weeks_and_months(made: Desk, ada: httpx2.Client) -> None:
    """A year is drawn by weeks, all time by months at most, and the heading says so."""
    assert "Plays and downloads a day, mean of each week" in said(ada, f"/create/{made.show_id}?period=365d")
    assert "Followers by week" in said(ada, f"/create/{made.show_id}?period=365d")
    assert "All time" in said(ada, f"/create/{made.show_id}?period=all")


@pytest.mark.parametrize(
    "path",
    ["?period=yesteryear", "?metric=nonsense", "/compare?days=8", "/calendar?month=2026-13", "/episodes?page=x",
     "/comments?state=odd", "/comments?page=x", "/audience?episode=x"],
)  # fmt: skip
def test_nonsense_in_an_address_is_explained(made: Desk, ada: httpx2.Client, path: str) -> None:
    """What cannot be read is a page with a reason, never a fault."""
    answer = ada.get(f"/create/{made.show_id}{path}")
    assert answer.status_code == 400
    assert "could not be read" in words(answer) or "That could not be read" in words(answer)


def test_gaps_and_definitions_have_a_page(made: Desk, ada: httpx2.Client) -> None:
    """Each figure with its definition, and each stretch of days without figures."""
    page = said(ada, f"/create/{made.show_id}/figures")
    assert "Spotify streams of at least 60 seconds" in page
    assert "3 Nov to 5 November 2026 3 Plays and downloads" in page


def test_episodes_are_sifted_and_sorted(made: Desk, ada: httpx2.Client) -> None:
    """By state, by words of the title, by figures; what fits nothing says so and leads back."""
    page = f"/create/{made.show_id}/episodes"
    assert "Half a thought" in said(ada, f"{page}?state=draft")
    assert "Where rivers begin" not in said(ada, f"{page}?state=draft")
    assert "1 episode" in said(ada, f"{page}?q=lighthouse%20keeper%20(9)")
    assert "No episode fits" in said(ada, f"{page}?q=zebra")
    oldest = said(ada, f"{page}?sort=oldest&state=published")
    assert oldest.index("Ants: a history (11)") < oldest.index("Почему молчат поля (10)")


def test_comparison_draws_what_was_chosen(made: Desk, ada: httpx2.Client) -> None:
    """Two chosen episodes are two lines and a median, and days that are not over stand as such."""
    items = made.services.creators.shows.episodes(made.user_id, made.show_id, state="published").items[:2]
    chosen = "&".join(f"episode={one.episode_id}" for one in items)
    page = ada.get(f"/create/{made.show_id}/compare?days=30&{chosen}")
    assert "Median of 2" in page.text and "not yet" in page.text
    assert items[0].title in words(page) and "since publication" in page.text
    table = ada.get(f"/create/{made.show_id}/compare?days=90").text.split('<details class="twin">')[1]
    rows = {row[0]: row[-1] for row in (re.findall(r">([^<>]+)</t[hd]>", line) for line in table.split("<tr>")) if row}
    assert rows["day 30"] != "no figure" and rows["day 45"] == "no figure", "the median ends before it would jump"


def test_the_curve_lies_over_chapters_and_words(made: Desk, ada: httpx2.Client) -> None:
    """An episode names where people leave, by chapter and by what is said, and marks it in the transcript."""
    page = ada.get(f"/create/{made.show_id}/episodes/{episode(made)}")
    text = words(page)
    assert "17 % leave" in text.replace("\N{NARROW NO-BREAK SPACE}", " ") and "in “ Hello ”" in text
    assert "The transcript comes without times" in text and 'class="leaves"' in page.text
    assert "41" in text and "reached 95 %" in text


def test_audience_and_discovery_name_their_parts(made: Desk, ada: httpx2.Client) -> None:
    """Countries, ages by gender, apps and devices; the funnel, sources, and where others lie."""
    page = said(ada, f"/create/{made.show_id}/audience").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "48 % from Germany, 70 % with Spotify, 50 % on iPhone, 35 % aged 28-34." in page
    assert "Regions of Germany" in page and "Bavaria" in page
    page = said(ada, f"/create/{made.show_id}/discovery").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "11 % go on" in page and "Plays beside others" in page and "Home" in page
    assert "Nothing told yet" in said(ada, f"/create/{made.elsewhere}/audience")


def test_the_calendar_shows_the_month_and_the_drafts(made: Desk, ada: httpx2.Client) -> None:
    """Scheduled and published episodes on their local days, drafts below, the usual rhythm in words."""
    page = said(ada, f"/create/{made.show_id}/calendar")
    assert "Next: “ Snow, in advance ”, 24 November 2026, 11:00." in page
    assert "Usually 7 days apart, mostly on Wednesdays." in page and "Half a thought" in page
    assert (
        "Snow, in advance" not in said(ada, f"/create/{made.show_id}/calendar?month=2026-01").split("Drafts")[0][900:]
    )


def test_the_media_kit_is_a_page_and_a_picture(made: Desk, ada: httpx2.Client) -> None:
    """The picture is well-formed, stands alone, and carries the figures with what they are."""
    assert "Heard most in" not in said(ada, f"/create/{made.elsewhere}/media-kit")
    answer = ada.get(f"/create/{made.show_id}/media-kit.svg?download=1")
    assert answer.headers["content-type"] == "image/svg+xml" and "attachment" in answer.headers["content-disposition"]
    text = " ".join(ElementTree.fromstring(answer.text).itertext())
    assert "plays and downloads" in text and "Germany 48%" in text and "Field notes from" in text
    assert "class=" not in answer.text.replace('class="cover"', "") and "http" not in answer.text.replace(
        "http://www.w3.org/2000/svg", ""
    )


# --- writing --------------------------------------------------------------------------------------------------------


def test_an_edit_shows_only_what_changes(made: Desk, ada: httpx2.Client) -> None:
    """A title that was changed is before and after; the description that was not stays out; no change is refused."""
    here = f"/create/{made.show_id}/episodes/{episode(made)}"
    form = ada.get(f"{here}/edit").text
    kept = unescape(re.search(r'name="description"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)[1])  # type: ignore[index]
    answer = ada.post(f"{here}/edit", data={"title": "Another", "description": kept.replace("\n", "\r\n")})
    page = words(answer)
    assert answer.status_code == 200 and "Nothing was sent yet" in page
    assert "Title Where rivers begin Another" in page and "Description" not in page.split("What changes")[1]
    same = ada.post(f"{here}/edit", data={"title": "Where rivers begin", "description": kept})
    assert same.status_code == 422 and "name at least one thing" in words(same).lower()
    empty = ada.post(f"{here}/edit", data={"title": " ", "description": kept})
    assert empty.status_code == 422 and 'aria-invalid="true"' in empty.text


def test_a_failed_write_says_what_to_do(made: Desk, ada: httpx2.Client) -> None:
    """When the service refuses, the page says what happened, where the journal is, and offers the same button."""
    here = f"/create/{made.show_id}/episodes/{episode(made)}"
    answer = ada.post(f"{here}/edit", data={"title": "Another", "description": "x", "step": "send"})
    assert answer.status_code == 422 and "That did not work" in answer.text
    assert "Try again" in answer.text and "See the journal" in answer.text and 'value="Another"' in answer.text


def test_times_are_read_on_the_clock_of_the_one_who_asks(made: Desk, ada: httpx2.Client) -> None:
    """A local time is shown back as it was typed; an hour that the clocks skip, and the past, are refused."""
    here = f"/create/{made.show_id}/episodes/{episode(made, 'draft')}/schedule"
    assert "3 December 2026, 07:15" in words(ada.post(here, data={"publish_on": "2026-12-03T07:15"}))
    skipped = ada.post(here, data={"publish_on": "2027-03-28T02:30"})
    assert skipped.status_code == 422 and "clocks go forward" in words(skipped)
    for text in ("2026-11-20T07:15", "tomorrow", "", "2026-12-03T07:15+01:00"):
        assert ada.post(here, data={"publish_on": text}).status_code == 422


def test_publishing_now_needs_a_tick_and_deleting_the_title(made: Desk, ada: httpx2.Client) -> None:
    """Without them the form comes back; with the tick the plan is shown first."""
    draft = f"/create/{made.show_id}/episodes/{episode(made, 'draft')}"
    bare = ada.post(f"{draft}/publish", data={})
    assert bare.status_code == 422 and "tick that you mean it" in words(bare).lower()
    assert "Nothing was sent yet" in words(ada.post(f"{draft}/publish", data={"now": "yes"}))
    assert "Half a thought" in said(ada, f"{draft}/delete")
    wrong = ada.post(f"{draft}/delete", data={"confirm": "half", "step": "send"})
    assert wrong.status_code == 422 and "Half a thought" in words(wrong)
    assert made.services.creators.shows.episode(made.user_id, episode(made, "draft")).state == "draft"


def test_a_show_hosted_elsewhere_says_where_to_change_it(made: Desk, ada: httpx2.Client) -> None:
    """No form is offered, and a form that is sent anyway is refused in words."""
    assert "not hosted by Spotify" in said(ada, f"/create/{made.elsewhere}/settings")
    assert "not hosted by Spotify" in said(ada, f"/create/{made.elsewhere}/studio/new")
    refused = ada.post(f"/create/{made.elsewhere}/settings", data={"name": "x", "description": "y"})
    assert refused.status_code == 422 and "not hosted by Spotify" in words(refused)


def test_files_are_checked_before_anything_is_asked(made: Desk, ada: httpx2.Client) -> None:
    """A wrong kind of file, none, a missing title: refused beside the field, with what was typed, and no file left."""
    new, root = f"/create/{made.show_id}/studio/new", made.services.data / "creators"
    for form, files, why in (
        ({"title": "T"}, {"file": ("notes.txt", b"hello", "text/plain")}, "none of the formats"),
        ({"title": "T"}, {"file": ("", b"", "application/octet-stream")}, "choose a file"),
        ({"title": ""}, {"file": ("a.mp3", b"ID3", "audio/mpeg")}, "needs a title"),
        ({"title": "T", "publish_on": "2020-01-01T10:00"}, {"file": ("a.mp3", b"ID3", "audio/mpeg")}, "ahead"),
    ):
        answer = ada.post(new, data=form, files=files)
        assert answer.status_code == 422 and why in words(answer).lower(), why
        assert f'value="{form["title"]}"' in answer.text
    assert not root.exists() or not [path for path in root.rglob("*") if path.is_file()]
    cover = f"/create/{made.show_id}/cover"
    assert ada.post(cover, files={"file": ("a.gif", b"GIF89a", "image/gif")}).status_code == 422


def test_a_plan_can_be_left_and_is_nobody_elses(furnished: tuple[Desk, str], ada: httpx2.Client) -> None:
    """Another user does not find it; leaving it removes the file; a made-up token is 404."""
    made, url = furnished
    files = {"file": ("wind.mp3", b"ID3" + bytes(2000), "audio/mpeg")}
    received = ada.post(f"/create/{made.show_id}/studio/new", data={"title": "Wind"}, files=files)
    plan = received.headers["location"]
    assert "wind.mp3" in said(ada, plan)
    with made.visitor(url, "bea") as bea:
        assert bea.get(plan).status_code == 404
    assert ada.post(f"{plan}/cancel").headers["location"] == f"/create/{made.show_id}"
    assert ada.get(plan).status_code == 404
    assert ada.get(f"/create/{made.show_id}/studio/plan/..%2f..%2fetc").status_code == 404
    assert not list((made.services.data / "creators").rglob("wind.mp3"))


def test_an_upload_waits_in_line_and_can_be_stopped(made: Desk, ada: httpx2.Client) -> None:
    """A yes queues the file; its page asks again while it waits; stopping it removes the file."""
    files = {"file": ("wind.mp3", b"ID3" + bytes(2000), "audio/mpeg")}
    plan = ada.post(f"/create/{made.show_id}/studio/new", data={"title": "Wind"}, files=files).headers["location"]
    upload = ada.post(plan, data={"step": "send"}).headers["location"]
    assert 'hx-trigger="every 1s"' in ada.get(upload).text
    assert ada.post(f"{upload}/stop").status_code == 404
    ada.post(f"{upload}/cancel")
    assert "You stopped it" in said(ada, upload)
    assert not list((made.services.data / "creators").rglob("wind.mp3"))


def test_comments_say_what_cannot_be_sent_yet(made: Desk, ada: httpx2.Client) -> None:
    """An action without its code shows its plan without a button to send; an empty answer comes back with a reason."""
    inbox = f"/create/{made.show_id}/comments"
    page = ada.get(inbox)
    assert "5 comments to do, 1 of them to approve." in words(page) and "Capture blockUserForShow first." in words(page)
    one = made.services.creators.comments.inbox(made.user_id, made.show_id).items[0].comment.comment_id
    plan = ada.post(f"{inbox}/{one}/block", data={})
    assert "It cannot be sent yet." in plan.text and 'value="send"' not in plan.text
    part = ada.post(f"{inbox}/{one}/reply", data={"text": "Thanks"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text and 'value="send"' in part.text
    assert "Your answer nothing Thanks" in words(part) and "About: text “ Lovely. I heard the frost in it. ”" in words(
        part
    )
    empty = ada.post(f"{inbox}/{one}/reply", data={"text": " "})
    assert empty.status_code == 422 and "needs words" in words(empty)
    assert ada.post(f"{inbox}/{one}/eat").status_code == 404
    assert ada.post(f"/create/{made.elsewhere}/comments/{one}/pin").status_code == 404


def test_another_site_cannot_press_these_buttons(made: Desk, ada: httpx2.Client) -> None:
    """A form sent by a foreign page is refused before it is read."""
    answer = ada.post(
        f"/create/{made.show_id}/settings", data={"name": "x", "step": "send"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


def test_an_export_is_refused_beside_its_field(made: Desk, ada: httpx2.Client) -> None:
    """Dates that are none, and figures that are none, come back with the form; a good one is a file of rows."""
    page = f"/create/{made.show_id}/export"
    asked = {"from": "2026-10-01", "to": str(TODAY), "by": "show", "format": "csv", "metric": "streams"}
    bad = ada.get(f"{page}/file", params=asked | {"from": "soon"})
    assert bad.status_code == 422 and "is no date" in words(bad).lower()
    assert ada.get(f"{page}/file", params=asked | {"metric": "nonsense"}).status_code == 422
    good = ada.get(f"{page}/file", params=asked)
    assert good.status_code == 200 and good.text.count("\n") > 40 and "streams" in good.text
    assert good.headers["content-disposition"].endswith(".csv")


def test_recordings_that_are_none_leave_nothing_behind(made: Desk, ada: httpx2.Client) -> None:
    """A file that the client refuses is explained, and no copy of it stays."""
    files = {"file": ("clicks.har", b"{}", "application/json")}
    answer = ada.post("/create/captures", files=files)
    assert answer.status_code in (422, 502)
    assert not list((made.services.data / "creators").rglob("clicks.har"))
    assert ada.get("/create/captures/99").status_code == 404
    assert "earsteadCapture" in ada.get("/create/captures").text


def test_an_account_is_renamed_tried_and_told_of(made: Desk, ada: httpx2.Client) -> None:
    """A name is kept, an empty one refused; the doctor's words are shown; wrong cookies never come back in the page."""
    one = f"/create/accounts/{made.account.account_id}"
    assert ada.post(f"{one}/rename", data={"label": ""}).status_code == 422
    assert ada.post(f"{one}/rename", data={"label": "The studio"}).status_code == 303
    assert "The studio" in said(ada, one)
    assert "All is well." in words(ada.post(f"{one}/check"))
    refused = ada.post(f"{one}/cookies", data={"sp_dc": "AQ-old"})
    assert refused.status_code == 422 and "AQ-old" not in refused.text
    assert refused.headers["cache-control"] == "no-store"


def test_webhooks_that_are_told_stand_beside_the_account(made: Desk, ada: httpx2.Client) -> None:
    """A webhook for new comments is listed with just that; the settings offer the whole group."""
    one = f"/create/accounts/{made.account.account_id}"
    assert "No webhook asks for any of them yet." in said(ada, one)
    assert "Podcasts you make" in said(ada, "/settings/webhooks")


# --- search ---------------------------------------------------------------------------------------------------------


def test_search_finds_what_one_makes(made: Desk, ada: httpx2.Client) -> None:
    """Shows and episodes stand below the listens by any word of their title, in Latin letters too, drafts included."""
    page = ada.get("/search", params={"q": "LIGHTHOUSE keeper"})
    assert "Podcasts you make" in page.text and "Nothing by that name in your listens" in words(page)
    assert f'href="/create/{made.show_id}/episodes/' in page.text
    assert "Draft · Field notes" in said(ada, "/search?q=thought half")
    assert "Почему молчат поля" in said(ada, "/search?q=pochemu")
    assert f'href="/create/{made.show_id}"' in ada.get("/search", params={"q": "field notes"}).text
    assert "Podcasts you make" not in ada.get("/search", params={"q": "no such thing"}).text


def test_many_finds_lead_to_the_list(made: Desk, ada: httpx2.Client) -> None:
    """Ten episodes of a show stand in the search; a link leads to all of them."""
    page = ada.get("/search", params={"q": "h"})
    link = re.search(rf'href="(/create/{made.show_id}/episodes\?q=h)"', page.text)
    total = made.services.creators.shows.episodes(made.user_id, made.show_id, search="h").total
    assert link and total > 10 and f"All {total} episodes" in words(page)
    assert page.text.count(f'href="/create/{made.show_id}/episodes/') == 10
    assert ada.get(link[1]).status_code == 200


def test_search_does_not_find_what_others_make(furnished: tuple[Desk, str]) -> None:
    """Bea, who makes nothing, finds nothing of Ada's."""
    made, url = furnished
    with made.visitor(url, "bea") as bea:
        assert "lighthouse keeper" not in said(bea, "/search?q=lighthouse")
        assert "Nothing by that name" in said(bea, "/search?q=lighthouse")
