"""What a creator does with comments and polls, by mutations of which only names and variables are known."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.creators import Stage
from tests.fakes.creators_gql import NEEDS_REVIEW, PUBLISHED, ROOT, Graph, Json

from earstead.core.creators.registry import Registry
from earstead.sandbox.creators.gql.mutations import MUTATIONS
from earstead.sandbox.creators.world import Episode, State


@pytest.fixture
def graph(creators_stage: Stage) -> Graph:
    return Graph(creators_stage)


def below(graph: Graph, episode: Episode, *standings: str) -> list[Json]:
    """The comments of an episode."""
    found = graph.data(
        "getCommentsForEpisode",
        episodeUri=episode.uri,
        primaryFilters=list(standings or (PUBLISHED, NEEDS_REVIEW)),
        commentTypesFilters=[ROOT],
        secondaryFilters=[],
        repliesFilter=[PUBLISHED],
        pageSize=100,
    )["episodeByUri"]
    (key,) = set(found) - {"uri"}
    return [row["oneOfCommentOrReply"] for row in found[key]["decoratedCommentOrReply"]]


def latest(graph: Graph) -> list[Json]:
    """The published comments of the show."""
    found = graph.show("getLatestCommentsForShow", pageSize=500)["showComments"]["decoratedCommentOrReply"]
    return [row["oneOfCommentOrReply"] for row in found]


def do(graph: Graph, name: str, **variables: Any) -> None:
    """A mutation that is done: it answers an empty object, and says that nobody knows more."""
    answer = graph.ask(name, **variables)
    assert answer.json() == {"data": {}} and answer.headers["x-sim-shape"] == "unknown"


def state(graph: Graph) -> Json:
    """All that is true, as the control endpoint tells it."""
    found: Json = graph.stage.http.get(f"{graph.stage.url}/sandbox/talk").json()
    return found


def one_of(graph: Graph, *, review: bool, standing: str) -> tuple[Episode, Json]:
    """A comment in one of the lists, written now, with its episode."""
    episode = graph.stage.episodes(State.PUBLISHED)[-1]
    said = {"episode": episode.uri, "text": "A question, just now", "review": review}
    made = graph.stage.http.post(f"{graph.stage.url}/sandbox/talk", json=said).json()
    return episode, next(one for one in below(graph, episode, standing) if one["commentUri"] == made["comment"])


def test_every_mutation_does_something_or_is_wholly_unknown() -> None:
    """Each mutation of unknown shape has its effect here; insights have a shape and go through the schema."""
    mutations = {one.name: one.shape for one in Registry.pinned() if one.is_write}
    assert set(MUTATIONS) == {name for name, shape in mutations.items() if shape == "U"}


def test_comments_are_of_listeners_and_of_the_past(graph: Graph) -> None:
    """Comments name their writer, episode and show, are no younger than now, and are as often in review as told."""
    comments = latest(graph)
    assert len(comments) > 20
    now_ms = graph.stage.simulator.now_ms
    for one in comments:
        assert one["createDate"] <= now_ms and one["entityUri"].startswith("spotify:episode:")
        assert one["parentEntityUri"] == graph.stage.show.uri
        assert one["oneOfAuthorDisplayMetadata"]["username"] and one["commentStr"]
        assert one["initialModerationState"] is None and one["surfaceType"] is None
    told = [one for one in state(graph)["comments"] if one["standing"] == "needs review"]
    waiting = [one for each in graph.stage.episodes() for one in below(graph, each, NEEDS_REVIEW)]
    assert {one["commentUri"] for one in waiting} <= {one["uri"] for one in told} and waiting
    assert not {one["commentUri"] for one in waiting} & {one["commentUri"] for one in comments}


def test_the_same_seed_writes_the_same_comments(graph: Graph) -> None:
    """Comments are read alike however they are asked for first."""
    episode = graph.stage.episodes(State.PUBLISHED)[2]
    first = below(graph, episode)
    assert first == below(graph, episode) and first
    assert {one["commentUri"] for one in below(graph, episode, PUBLISHED)} <= {
        one["commentUri"] for one in latest(graph)
    }


def test_a_comment_is_approved(graph: Graph) -> None:
    """Approved, a comment leaves the list of those in review and is among the published, with the date."""
    episode, comment = one_of(graph, review=True, standing=NEEDS_REVIEW)
    do(graph, "publishCommentByCommentUri", commentUri=comment["commentUri"])
    assert comment["commentUri"] not in {one["commentUri"] for one in below(graph, episode, NEEDS_REVIEW)}
    (found,) = (one for one in latest(graph) if one["commentUri"] == comment["commentUri"])
    assert found["approvalDate"] == graph.stage.simulator.now_ms


def test_a_comment_is_answered(graph: Graph) -> None:
    """A reply counts, and says that the show has replied; its text is in the state."""
    episode, comment = one_of(graph, review=False, standing=PUBLISHED)
    assert (comment["numberOfReplies"], comment["hasParentEntityReplied"]) == (0, False)
    do(graph, "createCommentReplyByCommentUri", parentCommentUri=comment["commentUri"], replyStr="Yes, in spring.")
    found = below(graph, episode, PUBLISHED)[0]
    assert (found["numberOfReplies"], found["hasParentEntityReplied"]) == (1, True)
    told = next(one for one in state(graph)["comments"] if one["uri"] == comment["commentUri"])
    assert [(one["text"], one["author"]) for one in told["replies"]] == [("Yes, in spring.", "")]


@pytest.mark.parametrize(
    ("review", "standing", "word"), [(False, PUBLISHED, "PUBLISHED"), (True, NEEDS_REVIEW, "NEEDS_REVIEW")]
)
def test_a_comment_is_deleted_from_its_list(graph: Graph, review: bool, standing: str, word: str) -> None:
    """The filter names the list; with the other list's name nothing is deleted."""
    episode, comment = one_of(graph, review=review, standing=standing)
    other = "PUBLISHED" if review else "NEEDS_REVIEW"
    said = {"commentUri": comment["commentUri"], "filter": f"DELETE_COMMENT_FILTER_{other}"}
    assert graph.ask("deleteCommentByCommentUri", **said).json()["errors"]
    assert comment["commentUri"] in {one["commentUri"] for one in below(graph, episode)}
    do(graph, "deleteCommentByCommentUri", commentUri=comment["commentUri"], filter=f"DELETE_COMMENT_FILTER_{word}")
    assert comment["commentUri"] not in {one["commentUri"] for one in below(graph, episode)}
    again = graph.ask("deleteCommentByCommentUri", **said).json()
    assert again["data"] is None and again["errors"]


def test_one_comment_is_pinned(graph: Graph) -> None:
    """A pin shows, a second takes the first's place, and it comes off; what is in review cannot be pinned."""
    episode, first = one_of(graph, review=False, standing=PUBLISHED)
    _, second = one_of(graph, review=False, standing=PUBLISHED)

    def pinned() -> list[str]:
        return [one["commentUri"] for one in below(graph, episode) if one["hasParentEntityPinned"]]

    assert pinned() == []
    for comment in (first, second):
        do(graph, "pinComment", commentUri=comment["commentUri"])
        assert pinned() == [comment["commentUri"]]
    do(graph, "unPinComment", commentUri=second["commentUri"])
    assert pinned() == []
    _, waiting = one_of(graph, review=True, standing=NEEDS_REVIEW)
    assert graph.ask("pinComment", commentUri=waiting["commentUri"]).json()["errors"]


def test_what_no_query_tells_is_in_the_state(graph: Graph) -> None:
    """Read marks, the creator's last look, blocked people, the policy and whether comments are on."""
    _, comment = one_of(graph, review=False, standing=PUBLISHED)
    uri, show = comment["commentUri"], graph.stage.show
    name = comment["oneOfAuthorDisplayMetadata"]["username"]
    do(graph, "markCommentAsRead", commentUri=uri)
    do(graph, "updateThreadCreatorLastSeen", parentCommentUri=uri, primaryFilters=[PUBLISHED, NEEDS_REVIEW])
    do(graph, "blockUserForShow", username=name, showUri=show.uri)
    do(graph, "blockUserForShow", username=name, showUri=show.uri)
    said = {"moderationSignal": "SENSITIVITY_OVERALL", "moderationPolicy": "MAXIMUM_FILTERING"}
    do(graph, "updateModerationPolicy", showUri=show.uri, **said)
    do(graph, "updateIsCommentsEnabledForShowByShowUri", showUri=show.uri, isEnabled=False)
    told = state(graph)
    mine = next(one for one in told["comments"] if one["uri"] == uri)
    assert mine["read"] is True and mine["seen_ms"] == graph.stage.simulator.now_ms
    assert told["rules"][show.id] == {"enabled": False, "policy": "MAXIMUM_FILTERING", "blocked": [name]}


def test_a_poll_is_made_changed_and_deleted(graph: Graph) -> None:
    """Creating again changes the poll; deleting it twice is an error."""
    episode = graph.stage.episodes(State.PUBLISHED)[-1]
    said = {
        "episodeUri": episode.uri,
        "question": "More of this?",
        "options": [{"description": "Yes"}, {"description": "No"}],
        "type": "SINGLE_CHOICE",
        "openingDate": 1_795_300_000,
        "closingDate": 1_795_900_000,
    }
    do(graph, "createPollForEpisode", **said)
    do(graph, "createPollForEpisode", **(said | {"question": "More of that?"}))
    (poll,) = state(graph)["polls"].values()
    assert (poll["question"], poll["options"], poll["votes"]) == ("More of that?", ["Yes", "No"], [0, 0])
    do(graph, "deletePollForEpisode", episodeUri=episode.uri)
    assert state(graph)["polls"] == {}
    assert graph.ask("deletePollForEpisode", episodeUri=episode.uri).json()["errors"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("updateModerationPolicy", {"moderationPolicy": "A_LITTLE"}),
        ("updateModerationPolicy", {"moderationSignal": "ANOTHER"}),
        ("updateIsCommentsEnabledForShowByShowUri", {"isEnabled": "yes"}),
        ("createPollForEpisode", {"type": "NO_CHOICE"}),
        ("createPollForEpisode", {"options": ["Yes", "No"]}),
        ("createPollForEpisode", {"closingDate": "tomorrow"}),
        ("createPollForEpisode", {"episodeUri": "spotify:episode:0000000000000000000000"}),
        ("publishCommentByCommentUri", {"commentUri": "spotify:comment:0000000000000000000000"}),
        ("blockUserForShow", {"showUri": "spotify:show:0000000000000000000000"}),
    ],
)
def test_what_cannot_be_done_is_an_error(graph: Graph, name: str, wrong: Json) -> None:
    """A value that is none of those known, or a thing that is not there, is an error without data."""
    said: Json = {
        "showUri": graph.stage.show.uri,
        "episodeUri": graph.stage.episodes(State.PUBLISHED)[0].uri,
        "moderationSignal": "SENSITIVITY_OVERALL",
        "moderationPolicy": "NO_FILTERING",
        "isEnabled": True,
        "question": "Why?",
        "options": [{"description": "So"}, {"description": "Or so"}],
        "type": "SINGLE_CHOICE",
        "openingDate": 1,
        "closingDate": 2,
        "username": "somebody",
    }
    body = graph.ask(name, **(said | wrong)).json()
    assert body["data"] is None and body["errors"][0]["message"]


def test_a_smartlink_is_answered_with_nothing(graph: Graph) -> None:
    """Of createEpisodeSmartlink not even the variables are known, so any are taken."""
    do(graph, "createEpisodeSmartlink", whatever=[1])


@pytest.mark.parametrize("wrong", [{"pageSize": "ten"}, {"pageSize": 0}, {"primaryFilters": "PUBLISHED"}])
def test_filters_are_lists_and_sizes_are_numbers(graph: Graph, wrong: Json) -> None:
    """Comments asked for in another form are a validation error."""
    said: Json = {name: [] for name in ("primaryFilters", "commentTypesFilters", "secondaryFilters", "repliesFilter")}
    said |= {"episodeUri": graph.stage.episodes(State.PUBLISHED)[0].uri, "pageSize": 5}
    body = graph.ask("getCommentsForEpisode", **(said | wrong)).json()
    assert body["errors"][0]["extensions"]["classification"] == "ValidationError"


def test_the_control_endpoint_says_what_is_missing(graph: Graph) -> None:
    """A comment needs an episode that is there and a text."""
    url = f"{graph.stage.url}/sandbox/talk"
    for said in ({}, {"episode": "nothing", "text": "x"}, []):
        answer = graph.stage.http.post(url, json=said)
        assert answer.status_code == 400 and answer.json()["error"]


def test_transcripts_are_there_or_not(graph: Graph) -> None:
    """The length told is that of the text; what has no sound or is a trailer has none."""
    lengths = {}
    for episode in graph.stage.episodes(State.PUBLISHED):
        said = graph.episode("getEpisodeTranscriptAvailability", episode)["transcript"]["transcript"]
        text = graph.episode("getEpisodeTranscript", episode)["transcript"]["transcript"]["transcriptText"]
        lengths[episode.kind == "trailer"] = said["transcriptTextLength"]
        assert said["transcriptTextLength"] == len(text or "")
    assert lengths[True] == 0 and lengths[False] > 200
