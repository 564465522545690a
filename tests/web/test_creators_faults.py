"""What a creator sees when Spotify does not do as it should: what happened, what was kept, what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fakes.creators_evening import Evening, spent, words


@pytest.fixture(scope="module")
def evening_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """Ada, whose account was connected, and whose server knows no codes but the public ones."""
    with spent(tmp_path_factory.mktemp("evening") / "data") as made:
        made.connect()
        yield made


@pytest.fixture
def evening(evening_of_all: Evening) -> Iterator[Evening]:
    """The same, with every switch as it usually is."""
    yield evening_of_all
    evening_of_all.simulator.faults.reset()


def published(evening: Evening) -> str:
    """The address of the newest public episode."""
    show_id = int(evening.base.rsplit("/", 1)[1])
    items = evening.services.creators.shows.episodes(evening.user_id, show_id, state="published").items
    return f"{evening.base}/episodes/{items[0].episode_id}"


def test_what_needs_a_code_says_what_to_capture(evening: Evening) -> None:
    """A poll whose code nobody gave away: shown, not sent, with the operation and the way to it."""
    form = {"question": "Sea or hills?", "option": "Sea", "closes_at": "2027-01-01T10:00"}
    refused = evening.browser.post(f"{published(evening)}/poll", data=form)
    assert refused.status_code == 422 and "2 to 7 answers" in words(refused.text)
    two = form | {"option": ["Sea", "Hills"]}
    plan = evening.browser.post(f"{published(evening)}/poll", data=two)
    assert "Sea or hills?" in plan.text and "Sea · Hills" in words(plan.text)
    before = len(evening.overheard.writes)
    sent = evening.browser.post(f"{published(evening)}/poll", data=two | {"step": "send"})
    assert sent.status_code == 422 and "That did not work" in sent.text
    assert "createPollForEpisode" in sent.text and "capture" in words(sent.text)
    assert len(evening.overheard.writes) == before


def test_a_poll_that_was_put_is_shown_and_can_be_taken_off(evening: Evening) -> None:
    """Before there is one nothing can be taken off; then both pages show it, until it is gone again."""
    here = published(evening)
    assert "poll/remove" not in evening.html(f"{here}/poll") and "Sea or hills?" not in evening.page(here)
    capture = str(evening.browser.post("/create/captures/harvest").headers["location"])
    evening.browser.post(f"{capture}/adopt")
    form = {"question": "Sea or hills?", "option": ["Sea", "Hills"], "closes_at": "2027-01-01T10:00"}
    done = evening.browser.post(f"{here}/poll", data=form | {"step": "send"})
    assert done.status_code == 303, words(done.text)
    for path in (here, f"{here}/poll"):
        assert "Sea or hills? Sea Hills Put here" in evening.page(path), evening.page(path)
        assert "Closes 1 January 2027, 10:00." in evening.page(path)
    title = evening.services.creators.shows.episode(evening.user_id, int(here.rsplit("/", 1)[1])).title
    gone = evening.browser.post(f"{here}/poll/remove", data={"confirm": title, "step": "send"})
    assert gone.status_code == 303, words(gone.text)
    assert "poll/remove" not in evening.html(f"{here}/poll") and "Sea or hills?" not in evening.page(here)
    evening.browser.post(f"{capture}/withdraw")


def test_unread_comments_are_no_zeros(evening: Evening) -> None:
    """Where nothing can read comments, no page counts them; each leads to where that is learned."""
    for path in ("/create", evening.base, f"{evening.base}/episodes", f"{evening.base}/comments"):
        html = evening.html(path)
        assert "omments cannot be read yet" in words(html), path
        assert 'href="/create/captures"' in html and "0 comments" not in words(html), path
    assert ">comments</th>" not in evening.html(f"{evening.base}/episodes")


def test_what_is_in_force_offers_to_read_again(evening: Evening) -> None:
    """A capture that waits offers nothing; one in force has the button that reads the account."""
    capture = str(evening.browser.post("/create/captures/harvest").headers["location"])
    again = '<form method="post" action="/create/accounts/1/sync">'
    assert again not in evening.html(capture)
    assert evening.browser.post(f"{capture}/adopt").status_code == 303
    assert again in evening.html(capture) and "Read the account again" in evening.page(capture)
    assert "omments cannot be read yet" not in evening.page(evening.base)
    assert evening.browser.post(f"{capture}/withdraw").status_code == 303


def test_a_service_that_is_away_keeps_the_form(evening: Evening) -> None:
    """503 until the client gives up: the page offers the same change again, and then it goes through."""
    evening.simulator.faults.set("http.503", -1)
    evening.simulator.faults.set("http.where", "/_rest")
    form = {"title": "A title for later", "description": "Different.", "step": "send"}
    failed = evening.browser.post(f"{published(evening)}/edit", data=form)
    assert failed.status_code == 422, words(failed.text)
    assert 'value="A title for later"' in failed.text and "stands in the journal" in words(failed.text)
    evening.simulator.faults.reset()
    done = evening.browser.post(f"{published(evening)}/edit", data=form)
    assert done.status_code == 303, words(done.text)


def test_a_lost_answer_is_not_asked_twice(evening: Evening) -> None:
    """The service makes the draft and drops the connection: one draft, and the journal says how that is known."""
    evening.simulator.faults.set("rest.create_timeout_after_commit", 1)
    form = {"title": "Only once", "step": "send"}
    answer = evening.browser.post(f"{evening.base}/studio/draft", data=form)
    assert answer.status_code in (303, 422), words(answer.text)
    made = [one for one in evening.overheard.writes if one.startswith("POST") and one.endswith("/episodes")]
    assert len(made) == 1
    assert "Make a new episode" in evening.page(f"{evening.base}/changes")


def test_an_upload_that_is_refused_can_be_tried_again(evening: Evening) -> None:
    """The reason stands on the page of the upload, and one click goes on once the cause is gone."""
    evening.simulator.faults.set("upload.fail", "INVALID_AUDIO")
    files = {"file": ("hum.mp3", b"ID3" + bytes(50_000), "audio/mpeg")}
    plan = evening.browser.post(f"{evening.base}/studio/new", data={"title": "Hum"}, files=files).headers["location"]
    upload = evening.browser.post(plan, data={"step": "send"}).headers["location"]
    evening.until(lambda: "every 1s" not in evening.html(upload))
    said = evening.page(upload)
    assert "It stopped." in said
    assert "the file is refused" in said
    assert "The file is still on this server" in said
    evening.simulator.faults.reset()
    assert evening.browser.post(f"{upload}/retry").status_code == 303
    evening.until(lambda: "every 1s" not in evening.html(upload))
    assert "Done. It is a draft with its file." in evening.page(upload)


def test_an_edit_says_what_it_was(evening: Evening) -> None:
    """What was written from here and Spotify does not tell stands beside "as it is"."""
    here = published(evening)
    assert "as it is (yes)" not in evening.page(f"{here}/edit")
    title = evening.services.creators.shows.episode(evening.user_id, int(here.rsplit("/", 1)[1])).title
    done = evening.browser.post(f"{here}/edit", data={"title": title, "explicit": "yes", "season": "3", "step": "send"})
    assert done.status_code == 303, words(done.text)
    form = evening.html(f"{here}/edit")
    assert "as it is (yes)" in form and 'placeholder="as it is (3)"' in form
