"""Comments, polls and transcripts: read, written as changes, and honest about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from earstead.creators import Change, Creators, Credentials, MemoryLog, Urls
from earstead.creators.comments import comment_uri
from earstead.creators.errors import GraphQLFailed, Missing, ValidationError
from tests.creators.asking import QUICK, client, uri
from tests.fakes.creators import Stage, staged

SOME = "spotify:comment:1UvOCdxchmzRWxjsoDUXFg"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(episodes=12, days=120) as made:
        yield made


@pytest.fixture
def creators(stage: Stage) -> Iterator[Creators]:
    """Knows every hash."""
    with client(stage, log=MemoryLog()) as made:
        made.harvest(use=True)
        yield made


def changes(creators: Creators) -> tuple[Change, ...]:
    log = creators.journal.log
    assert isinstance(log, MemoryLog)
    return log.changes


def first(creators: Creators, stage: Stage) -> Any:
    """A published comment of a listener."""
    return creators.comments.digest(stage.show_id)[0]


def again(creators: Creators, stage: Stage, comment: str) -> Any:
    """The same comment, read anew."""
    listed = creators.comments.of_show(stage.show_id).value.comments
    return next((one for one in listed if one.uri == comment), None)


WRITES: list[tuple[str, Callable[[Creators, Stage], Change]]] = [
    ("createCommentReplyByCommentUri", lambda c, s: c.comments.reply(SOME, "Thanks")),
    ("publishCommentByCommentUri", lambda c, s: c.comments.approve(SOME)),
    ("deleteCommentByCommentUri", lambda c, s: c.comments.delete(SOME, confirm=True)),
    ("markCommentAsRead", lambda c, s: c.comments.read(SOME)),
    ("updateThreadCreatorLastSeen", lambda c, s: c.comments.seen(SOME)),
    ("pinComment", lambda c, s: c.comments.pin(SOME)),
    ("unPinComment", lambda c, s: c.comments.unpin(SOME)),
    ("blockUserForShow", lambda c, s: c.comments.block("u", s.show_id, confirm=True)),
    ("updateIsCommentsEnabledForShowByShowUri", lambda c, s: c.comments.enable(s.show_id, False)),
    ("updateModerationPolicy", lambda c, s: c.comments.policy(s.show_id, "high")),
    ("createPollForEpisode", lambda c, s: c.polls.put(uri(s), "Q", ["a", "b"], opens_at=1, closes_at=2)),
    ("deletePollForEpisode", lambda c, s: c.polls.delete(uri(s), confirm=True)),
]


@pytest.mark.parametrize(("operation", "write"), WRITES, ids=[name for name, _ in WRITES])
def test_without_a_hash_each_write_says_what_is_missing(
    stage: Stage, operation: str, write: Callable[[Creators, Stage], Change]
) -> None:
    """Without harvest or capture a write names the operation to capture; nothing is sent and no change is recorded."""
    with client(stage, log=MemoryLog()) as bare:
        with pytest.raises(Missing, match=operation) as told:
            write(bare, stage)
        assert changes(bare) == () and operation in told.value.mend
        assert operation in {**bare.comments.missing(), **bare.polls.missing()}


@pytest.mark.parametrize(("operation", "write"), WRITES, ids=[name for name, _ in WRITES])
def test_a_dry_run_only_says_what_it_would_do(
    stage: Stage, operation: str, write: Callable[[Creators, Stage], Change]
) -> None:
    """A dry run answers the planned change with its steps, and makes no call."""
    with client(stage) as other:
        registry = other.graph.registry.merged(other.harvest().registry)
    before = dict(stage.simulator.calls)
    plan = Creators(Credentials(stage.sp_dc), urls=Urls.at(stage.url), registry=registry, dry_run=True, pace=QUICK)
    with plan:
        change = write(plan, stage)
    assert change.state == "planned" and f"GraphQL {operation}" in change.steps
    assert stage.simulator.calls == before


def test_reply_is_seen(stage: Stage, creators: Creators) -> None:
    """An answer as the show marks the comment as answered, and the digest no longer has it."""
    comment = first(creators, stage)
    change = creators.comments.reply(comment.uri, " Thank you! ", show=stage.show_id, episode=comment.episode_uri)
    assert change.state == "confirmed" and change.after == {"text": "Thank you!"}
    assert change.show_uri == f"spotify:show:{stage.show_id}" and change.episode == comment.episode_uri
    assert again(creators, stage, comment.uri).replied
    assert comment.uri not in {one.uri for one in creators.comments.digest(stage.show_id)}
    assert changes(creators)[-1].change_id == change.change_id
    with_answers = creators.comments.of_show(stage.show_id, answers=True).value.comments
    assert len(with_answers) >= len(creators.comments.of_show(stage.show_id).value.comments)


def test_waiting_comments_are_found_and_approved(stage: Stage, creators: Creators) -> None:
    """Waiting comments are found episode by episode; approving publishes and marks as read in one change."""
    episodes = [uri(stage, number) for number in range(len(stage.episodes()))]
    waiting = creators.comments.waiting(episodes)
    assert waiting
    change = creators.comments.approve(waiting[0].uri, show=stage.show_id)
    assert change.state == "confirmed" and len(change.steps) == 2
    assert waiting[0].uri not in {one.uri for one in creators.comments.waiting(episodes)}
    assert again(creators, stage, waiting[0].uri) is not None


def test_pin_and_unpin(stage: Stage, creators: Creators) -> None:
    """A pinned comment says so, and no longer after the pin was taken off."""
    comment = first(creators, stage)
    assert creators.comments.pin(comment.uri).after == {"pinned": True}
    assert again(creators, stage, comment.uri).pinned
    assert creators.comments.pinned(comment.episode_uri).answered.operation == "getPinnedCommentForEpisode"
    creators.comments.unpin(comment.uri)
    assert not again(creators, stage, comment.uri).pinned


def test_deleting_and_blocking_want_a_flag(stage: Stage, creators: Creators) -> None:
    """What cannot be taken back is refused without its flag; with it, it is done, block and delete as one change."""
    comment = first(creators, stage)
    with pytest.raises(ValidationError, match="confirm"):
        creators.comments.delete(comment.uri)
    with pytest.raises(ValidationError, match="confirm"):
        creators.comments.block(comment.username, stage.show_id)
    change = creators.comments.block(comment.username, stage.show_id, confirm=True, delete_comment=comment.uri)
    assert len(change.steps) == 2 and change.after["blocked"] == comment.username
    assert again(creators, stage, comment.uri) is None
    other = first(creators, stage)
    creators.comments.delete(other.uri, confirm=True)
    assert again(creators, stage, other.uri) is None


def test_a_refused_write_is_recorded_as_failed(stage: Stage, creators: Creators) -> None:
    """What the service refuses is told, and the change that was begun ends as failed."""
    with pytest.raises(GraphQLFailed, match="no such comment"):
        creators.comments.pin("spotify:comment:0000000000000000000000")
    assert changes(creators)[-1].state == "failed" and "no such comment" in changes(creators)[-1].error


def test_a_lost_answer_is_recorded_as_ambiguous(stage: Stage, creators: Creators) -> None:
    """When the connection breaks the change is ambiguous: it may have happened; it is not sent again by itself."""
    comment = first(creators, stage)
    stage.fault(http__reset=1, http__where="/_gql")
    with pytest.raises(Exception, match="cannot be reached"):
        creators.comments.read(comment.uri)
    stage.simulator.faults.reset()
    assert changes(creators)[-1].state == "ambiguous"


@pytest.mark.parametrize(
    "write",
    [
        lambda c: c.comments.reply(SOME, "  "),
        lambda c: c.comments.reply(SOME, "x" * 501),
        lambda c: c.comments.reply("spotify:comment:short", "x"),
        lambda c: c.comments.policy("5AAAAAAAAAAAAAAAAAAAAA", "none"),
        lambda c: c.comments.enable("not a show", True),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q" * 141, ["a", "b"], opens_at=1, closes_at=2),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q", ["a"], opens_at=1, closes_at=2),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q", ["a"] * 2, opens_at=1, closes_at=2),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q", ["a", "b" * 51], opens_at=1, closes_at=2),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q", ["a", "b"], opens_at=2, closes_at=2),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q", ["a", "b"], opens_at=datetime(2026, 1, 1), closes_at=2),
        lambda c: c.polls.put("4vXk0mWJmQ9yC1dEf2GhIj", "Q", ["a", "b"], opens_at=1, closes_at=2, kind="many"),
        lambda c: c.polls.delete("4vXk0mWJmQ9yC1dEf2GhIj"),
    ],
)
def test_what_cannot_be_is_told_before_it_is_sent(creators: Creators, write: Callable[[Creators], Change]) -> None:
    """Too long, too few, twice, backwards, without a zone or unflagged: told, with nothing sent or recorded."""
    with pytest.raises(ValidationError) as told:
        write(creators)
    assert told.value.mend and changes(creators) == ()


def test_show_settings(stage: Stage, creators: Creators) -> None:
    """Comments are turned off and on, and the policy is set."""
    assert creators.comments.enable(stage.show_id, False).after == {"enabled": False}
    assert creators.comments.enable(stage.show_id, True).after == {"enabled": True}
    assert creators.comments.policy(stage.show_id, "high").state == "confirmed"


def test_poll_is_put_changed_and_deleted(stage: Stage, creators: Creators) -> None:
    """A poll is put with aware times, put again to change it, and deleted with its flag."""
    opens, closes = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC)
    for question in ("Tea?", "Coffee?"):
        change = creators.polls.put(uri(stage), question, ["yes", "no"], opens_at=opens, closes_at=closes)
        assert change.state == "confirmed" and change.after["opens_at"] == 1795305600
    (poll,) = [poll for poll in polls_of(stage) if poll["question"] == "Coffee?"]
    assert poll["options"] == ["yes", "no"]
    assert creators.polls.of_episode(uri(stage)).answered.operation == "getPollForEpisode"
    assert creators.polls.delete(uri(stage), confirm=True).state == "confirmed"
    assert polls_of(stage) == []


def polls_of(stage: Stage) -> list[Any]:
    """What the simulator holds; no public source says how a poll is read."""
    return list(httpx2.get(f"{stage.url}/sandbox/talk").json()["polls"].values())


def test_transcripts(stage: Stage, creators: Creators) -> None:
    """Length and text agree, an episode without one is empty, and one that fails does not end the export."""
    lengths = [creators.transcripts.length(uri(stage, number)).value for number in (0, 1)]
    assert lengths[0] == 0 and lengths[1] == len(creators.transcripts.text(uri(stage, 1)).value) > 0
    found = list(creators.transcripts.export([uri(stage), uri(stage, 1), "spotify:episode:" + "0" * 22]))
    assert [bool(one.text) for one in found] == [False, True, False] and not found[1].fault
    with client(stage) as bare, pytest.raises(Missing):
        list(bare.transcripts.export([uri(stage)]))
    with client(stage, adhoc=True) as free:
        assert free.transcripts.text(uri(stage, 1)).value == found[1].text


def test_chapters_and_such_are_names_only(stage: Stage, creators: Creators) -> None:
    """Of chapters, previews, guests and topics nothing is read: what comes is kept as it is."""
    for ask in (
        creators.transcripts.chapters,
        creators.transcripts.previews,
        creators.transcripts.guests,
        creators.transcripts.topics,
        creators.comments.allowed,
    ):
        assert ask(uri(stage)).answered.data == {"episodeByUri": {"uri": uri(stage)}}


def test_comments_by_address() -> None:
    """A comment is named by URI, id, or the address of its thread in the dashboard."""
    bare = SOME.rpartition(":")[2]
    for named in (SOME, bare, f"https://creators.spotify.com/pod/show/x/episode/y/comments?thread={bare}"):
        assert comment_uri(named) == SOME
