"""The inbox: a month of comments worked through, before and after a capture brought what writing needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from earstead.core.errors import Conflict, NeedsReauth, NotFound, Refused, Rejected
from earstead.services.creators.comments import OPERATIONS
from earstead.services.creators.write_types import Change
from tests.fakes.creators import Stage
from tests.fakes.creators_home import comment_read
from tests.services.creators.desk import Desk, desk

Json = dict[str, Any]


@pytest.fixture
def at(creators_stage: Stage, tmp_path: Path) -> Iterator[Desk]:
    """A creator's desk with the comments of her show read, and nothing captured yet."""
    with desk(creators_stage, tmp_path / "data") as opened:
        episode = opened.episode()
        read = [
            comment_read(
                one["uri"],
                episode_uri=episode.uri,
                text=one["text"],
                state=standing(one),
                author_id=one["author"],
                author_name=one["name"],
                answered=answered(one),
                created_ms=one["at_ms"],
                replies=len(one["replies"]),
            )
            for one in there(opened)
        ]
        opened.creators.memory.comments(opened.show.show_id, opened.user_id, read, {episode.uri: episode.episode_id})
        yield opened


@pytest.fixture
def able(at: Desk) -> Desk:
    """The same after the owner adopted what the dashboard's scripts hold."""
    taken = at.creators.captures.harvest(at.user_id, at.account.account_id)
    at.creators.captures.adopt(at.user_id, taken.capture_id)
    return at


def talk(at: Desk) -> Json:
    """Everything that was said in the simulator."""
    found: Json = at.stage.http.get(f"{at.stage.url}/sandbox/talk").json()
    return found


def there(at: Desk) -> list[Json]:
    """What listeners wrote below the first episodes of the show."""
    ids = [episode.id for episode in at.stage.episodes()[-12:]]
    return [one for one in talk(at)["comments"] if one["episode_id"] in ids]


def found(at: Desk, uri: str) -> Json:
    """A comment in the simulator; {} when it is gone."""
    return next((one for one in there(at) if one["uri"] == uri), {})


def standing(one: Json) -> str:
    """In which list a comment stands."""
    return "published" if one["standing"] == "published" else "review"


def answered(one: Json) -> bool:
    """Whether the show answered."""
    return any(not reply["author"] for reply in one["replies"])


def one_of(at: Desk, view: str) -> tuple[int, str]:
    """Our id of the newest comment of a view, and its URI."""
    comment = at.creators.comments.inbox(at.user_id, at.show.show_id, view).items[0].comment
    return comment.comment_id, comment.comment_uri


def counts(at: Desk) -> dict[str, int]:
    """How many each view has."""
    return dict(at.creators.comments.inbox(at.user_id, at.show.show_id).counts)


def test_the_inbox_is_sorted_by_what_there_is_to_do(at: Desk) -> None:
    """Open ones are those nobody answered or that wait; pages go newest first over all of them."""
    written = there(at)
    expected = {
        "open": sum(not answered(one) for one in written),
        "answered": sum(answered(one) and standing(one) == "published" for one in written),
        "review": sum(standing(one) == "review" for one in written),
        "all": len(written),
    }
    assert counts(at) == expected and expected["open"] > 10
    comments = at.creators.comments
    first = comments.inbox(at.user_id, at.show.show_id, "all", size=5)
    pages = [comments.inbox(at.user_id, at.show.show_id, "all", page + 1, size=5) for page in range(first.pages)]
    seen = [thread.comment.comment_uri for page in pages for thread in page.items]
    assert sorted(seen) == sorted(one["uri"] for one in written)
    times = [thread.comment.created_ms for page in pages for thread in page.items]
    assert times == sorted(times, reverse=True)
    assert first.items[0].episode_title
    with pytest.raises(Rejected):
        comments.inbox(at.user_id, at.show.show_id, "unread")


def test_without_a_capture_each_action_says_what_to_capture(at: Desk) -> None:
    """The inbox says it beforehand, a try says it again, and nothing was sent or begun."""
    comments = at.creators.comments
    missing = comments.inbox(at.user_id, at.show.show_id).missing
    assert set(missing) == set(OPERATIONS)
    assert all(OPERATIONS[action] in words and "capture" in words for action, words in missing.items())
    comment_id, uri = one_of(at, "open")
    before = at.stage.simulator.calls.total()
    with pytest.raises(Refused, match="createCommentReplyByCommentUri") as fault:
        comments.reply(at.user_id, comment_id, "Thank you!")
    assert "capture" in getattr(fault.value, "mend", "")
    assert at.stage.simulator.calls.total() == before and not answered(found(at, uri))
    assert at.creators.changes.of_user(at.user_id).items == ()
    assert at.creators.health.of_account(at.user_id, at.account.account_id).state != "broken"


def test_a_comment_is_answered(able: Desk) -> None:
    """The answer is there, the thread is no longer open here, and the answer can be read below it at once."""
    before = counts(able)
    comment_id, uri = one_of(able, "open")
    change = able.creators.comments.reply(able.user_id, comment_id, "  Thank you!  ")
    with pytest.raises(Conflict, match="same words"):
        able.creators.comments.reply(able.user_id, comment_id, "Thank you!")
    comment = found(able, uri)
    assert [reply["text"] for reply in comment["replies"] if not reply["author"]] == ["Thank you!"]
    assert (change.action, change.state, change.after["text"]) == ("comment.reply", "confirmed", "Thank you!")
    assert change.target == uri and change.before["text"] == comment["text"]
    now = counts(able)
    assert now["open"] == before["open"] - 1 and now["all"] == before["all"]
    threads = able.creators.comments.inbox(able.user_id, able.show.show_id, "all", size=100).items
    (thread,) = [one for one in threads if one.comment.comment_id == comment_id]
    assert [(one.text, one.by_show) for one in thread.replies] == [("Thank you!", True)]


def test_our_answer_gives_way_to_the_services_own(able: Desk) -> None:
    """When the answer is read under its real name it is shown once."""
    comment_id, uri = one_of(able, "open")
    able.creators.comments.reply(able.user_id, comment_id, "Thank you!")
    name = "spotify:comment:0000000000000000000000"
    real = comment_read(name, parent_uri=uri, text="Thank you!", by_show=True, created_ms=able.clock.now_ms())
    able.creators.memory.comments(able.show.show_id, able.user_id, [real], {})
    threads = able.creators.comments.inbox(able.user_id, able.show.show_id, "all", size=100).items
    (thread,) = [one for one in threads if one.comment.comment_id == comment_id]
    assert [one.comment_uri for one in thread.replies] == [real.comment_uri]


def test_plan_and_journal_say_the_same_of_an_answer(able: Desk) -> None:
    """How an answer is taken back stands in one sentence, before it is sent and after."""
    comment_id, _ = one_of(able, "open")
    plan = able.creators.comments.reply(able.user_id, comment_id, "Thank you!", dry_run=True)
    change = able.creators.comments.reply(able.user_id, comment_id, "Thank you!")
    assert plan.undo == change.undo == "Delete the answer in the dashboard."


def test_a_comment_that_waits_is_approved(able: Desk) -> None:
    """It is published there and here, marked as read, and cannot be approved twice or hidden again."""
    comment_id, uri = one_of(able, "review")
    change = able.creators.comments.approve(able.user_id, comment_id)
    assert standing(found(able, uri)) == "published" and found(able, uri)["read"]
    assert able.creators.comments.get(able.user_id, comment_id).state == "published"
    with pytest.raises(Conflict):
        able.creators.comments.approve(able.user_id, comment_id)
    with pytest.raises(Conflict, match="deleted"):
        able.creators.changes.undo(able.user_id, change.change_id)


@pytest.mark.parametrize("view", ["review", "answered"])
def test_a_comment_is_deleted_only_when_that_is_said(able: Desk, view: str) -> None:
    """Without the flag nothing happens; with it the comment is gone from whichever list it stands in."""
    comment_id, uri = one_of(able, view)
    with pytest.raises(Rejected, match="sure"):
        able.creators.comments.delete(able.user_id, comment_id, sure=False)
    assert found(able, uri)
    able.creators.comments.delete(able.user_id, comment_id, sure=True)
    assert not found(able, uri)
    assert able.creators.comments.get(able.user_id, comment_id).state == "deleted"
    with pytest.raises(Conflict, match="deleted"):
        able.creators.comments.reply(able.user_id, comment_id, "Thank you!")


def test_an_episode_has_one_pin(able: Desk) -> None:
    """Pinning another one takes the first pin off here as it does there, and undo takes a pin off."""
    comments = able.creators.comments
    threads = comments.inbox(able.user_id, able.show.show_id, "all").items
    pair = [thread.comment for thread in threads if thread.comment.state == "published"][:2]
    first, second = (one.comment_id for one in pair)
    comments.pin(able.user_id, first)
    change = comments.pin(able.user_id, second)
    assert [comments.get(able.user_id, one).pinned for one in (first, second)] == [False, True]
    undo = able.creators.changes.undo(able.user_id, change.change_id)
    assert (undo.action, undo.undoes) == ("comment.unpin", change.change_id)
    assert not found(able, pair[1].comment_uri)["pinned"]
    waiting, _ = one_of(able, "review")
    with pytest.raises(Conflict, match="can be seen"):
        comments.pin(able.user_id, waiting)


def test_somebody_is_blocked_only_when_that_is_said(able: Desk) -> None:
    """All they wrote is marked here, and the service has the name."""
    comment_id, uri = one_of(able, "open")
    with pytest.raises(Rejected, match="sure"):
        able.creators.comments.block(able.user_id, comment_id, sure=False)
    able.creators.comments.block(able.user_id, comment_id, sure=True)
    assert rules(able)["blocked"] == [found(able, uri)["author"]]
    assert able.creators.comments.get(able.user_id, comment_id).blocked


def test_a_comment_is_marked_as_read(able: Desk) -> None:
    """The mark is there and here."""
    comment_id, uri = one_of(able, "open")
    able.creators.comments.read(able.user_id, comment_id)
    assert found(able, uri)["read"] and able.creators.comments.get(able.user_id, comment_id).read


def test_comments_are_switched_off_and_on_and_held_back(able: Desk) -> None:
    """The switch is undone by the other way round; the policy is one of three words."""
    comments = able.creators.comments
    change = comments.switch(able.user_id, able.show.show_id, False)
    assert not rules(able)["enabled"]
    able.creators.changes.undo(able.user_id, change.change_id)
    assert rules(able)["enabled"]
    comments.policy(able.user_id, able.show.show_id, "high")
    assert rules(able)["policy"] == "MAXIMUM_FILTERING"
    with pytest.raises(Rejected):
        comments.policy(able.user_id, able.show.show_id, "none")  # type: ignore[arg-type]


def test_a_dry_run_sends_nothing_and_says_what_is_missing(at: Desk) -> None:
    """Each action plans without a request, with the sentence of what to capture."""
    comments, user = at.creators.comments, at.user_id
    waiting, published = one_of(at, "review")[0], one_of(at, "answered")[0]
    plans: list[Callable[[], Change]] = [
        lambda: comments.reply(user, published, "Thank you!", dry_run=True),
        lambda: comments.approve(user, waiting, dry_run=True),
        lambda: comments.delete(user, waiting, sure=False, dry_run=True),
        lambda: comments.pin(user, published, dry_run=True),
        lambda: comments.unpin(user, published, dry_run=True),
        lambda: comments.block(user, published, sure=False, dry_run=True),
        lambda: comments.read(user, published, dry_run=True),
    ]
    at.creators.doing.hands.forget(at.account.account_id)
    before = at.stage.simulator.calls.total()
    for plan in plans:
        made = plan()
        assert (made.state, made.change_id) == ("planned", 0) and "capture" in made.error and made.before
    assert at.stage.simulator.calls.total() == before
    assert at.creators.changes.of_user(user).items == ()


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_an_answer_has_words_and_at_most_500_characters(able: Desk, text: str) -> None:
    """Anything else is refused before it is sent."""
    with pytest.raises(Rejected) as refused:
        able.creators.comments.reply(able.user_id, one_of(able, "open")[0], text)
    assert refused.value.field == "text"


def test_the_inbox_of_a_disconnected_account_can_be_read(at: Desk) -> None:
    """What was read stays readable; an answer says that the account has to be connected again."""
    comment_id, _ = one_of(at, "open")
    at.creators.accounts.disconnect(at.user_id, at.account.account_id)
    assert at.creators.comments.inbox(at.user_id, at.show.show_id).total > 0
    with pytest.raises(NeedsReauth):
        at.creators.comments.reply(at.user_id, comment_id, "Thank you!")


def test_comments_are_ones_own(able: Desk) -> None:
    """Nobody else reads, answers or deletes them."""
    other = able.services.accounts.add_user("bea", "correct horse battery staple").user_id
    comment_id, uri = one_of(able, "open")
    for act in (
        lambda: able.creators.comments.get(other, comment_id),
        lambda: able.creators.comments.delete(other, comment_id, sure=True),
        lambda: able.creators.comments.inbox(other, able.show.show_id),
    ):
        with pytest.raises(NotFound):
            act()
    assert found(able, uri)


def test_a_capture_brings_one_action_and_tells_the_rest(at: Desk) -> None:
    """A recording in which somebody answered once makes answering work here, and nothing else."""
    taken = at.creators.captures.add(at.user_id, "dashboard.har", recording(at, "createCommentReplyByCommentUri"))
    assert (taken.kind, taken.operations, taken.live) == ("har", 1, False)
    assert taken.mutations == ("createCommentReplyByCommentUri",) == taken.changed
    comment_id, uri = one_of(at, "open")
    with pytest.raises(Refused):
        at.creators.comments.reply(at.user_id, comment_id, "Thank you!")
    at.creators.captures.adopt(at.user_id, taken.capture_id)
    at.creators.comments.reply(at.user_id, comment_id, "Thank you!")
    assert answered(found(at, uri))
    assert set(at.creators.comments.inbox(at.user_id, at.show.show_id).missing) == set(OPERATIONS) - {"reply"}


def test_a_capture_keeps_no_secret(at: Desk) -> None:
    """Neither the bearer nor the words of the answer are anywhere in what is kept."""
    taken = at.creators.captures.add(at.user_id, "dashboard.har", recording(at, "createCommentReplyByCommentUri"))
    with at.services.engine.read() as tx:
        rows = tx.all("SELECT found, registry, report, name FROM creator_captures")
    assert taken.report and all(word not in str(rows) for word in ("Bearer", "secret-token", "Between us"))


@pytest.mark.parametrize("data", [b"", b"{}", b"not json", b'{"log": {"entries": []}}'])
def test_what_is_no_recording_is_refused(at: Desk, data: bytes) -> None:
    """The refusal names the file, and nothing is kept."""
    with pytest.raises(Rejected):
        at.creators.captures.add(at.user_id, "x.har", data)
    assert at.creators.captures.of_user(at.user_id) == ()


def rules(at: Desk) -> Json:
    """How the show's comments are handled in the simulator."""
    kept: Json = talk(at)["rules"][at.stage.show_id]
    return kept


def recording(at: Desk, name: str) -> bytes:
    """A HAR of one answer given in the dashboard, secrets and all."""
    digest = at.creators.doing.hands.harvest(at.account.account_id)
    known = json.loads(digest.registry)["operations"]
    (sha256,) = [one["sha256"] for row in known if row["name"] == name for one in row["hashes"]]
    asked: dict[str, Any] = {
        "operationName": name,
        "variables": {"parentCommentUri": "spotify:comment:x", "replyStr": "Between us"},
        "extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}},
    }
    entry = {
        "startedDateTime": "2026-11-21T10:00:00.000Z",
        "request": {
            "method": "POST",
            "url": "https://creators-graph.spotify.com/v2/graph-pq",
            "headers": [{"name": "authorization", "value": "Bearer secret-token"}],
            "postData": {"mimeType": "application/json", "text": json.dumps(asked)},
        },
        "response": {
            "status": 200,
            "headers": [],
            "content": {"mimeType": "application/json", "text": json.dumps({"data": {}})},
        },
    }
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()
