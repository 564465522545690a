"""What the mutations change. Their root fields are not known: they answer an empty object, and reading shows it.

A mutation that cannot be done answers an error without data, in the one envelope there is for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import GraphQLError

from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.gql.talk import Comment, Poll, Standing
from earstead.sandbox.creators.world import Episode, Show

Said = Mapping[str, Any]
_FILTERS: Final = {
    "DELETE_COMMENT_FILTER_PUBLISHED": Standing.PUBLISHED,
    "DELETE_COMMENT_FILTER_NEEDS_REVIEW": Standing.NEEDS_REVIEW,
}
_POLICIES: Final = ("NO_FILTERING", "SOME_FILTERING", "MAXIMUM_FILTERING")
_SIGNALS: Final = ("SENSITIVITY_OVERALL",)
_POLLS: Final = ("SINGLE_CHOICE", "MULTIPLE_CHOICE")


def _done(change: Callable[[Context, Said], None]) -> Callable[[Context, Said], dict[str, Any]]:
    def do(context: Context, said: Said) -> dict[str, Any]:
        try:
            change(context, said)
        except GraphQLError as error:
            return {"data": None, "errors": [{"message": error.message, "extensions": error.extensions}]}
        return {"data": {}}

    return do


def _comment(context: Context, said: Said, name: str = "commentUri") -> Comment:
    found = context.talk.comment(str(said[name]), context.owner, context.service.now_ms)
    if found is None:
        raise refused("no such comment")
    return found[0]


def _show(context: Context, said: Said) -> Show:
    found = context.show(str(said["showUri"]))
    if found is None:
        raise refused("no such show")
    return found


def _episode(context: Context, said: Said) -> Episode:
    found = context.episode(str(said["episodeUri"]))
    if found is None:
        raise refused("no such episode")
    return found


def _one_of(said: Said, name: str, allowed: tuple[str, ...]) -> str:
    value = said[name]
    if value not in allowed:
        raise refused(f"{name} is one of {', '.join(allowed)}")
    return str(value)


def _enable(context: Context, said: Said) -> None:
    if not isinstance(said["isEnabled"], bool):
        raise refused("isEnabled is true or false")
    context.talk.rules(_show(context, said)).enabled = said["isEnabled"]


def _moderate(context: Context, said: Said) -> None:
    _one_of(said, "moderationSignal", _SIGNALS)
    context.talk.rules(_show(context, said)).policy = _one_of(said, "moderationPolicy", _POLICIES)


def _publish(context: Context, said: Said) -> None:
    context.talk.approve(_comment(context, said), context.service.now_ms)


def _delete(context: Context, said: Said) -> None:
    comment = _comment(context, said)
    if _FILTERS[_one_of(said, "filter", tuple(_FILTERS))] is not comment.standing:
        raise refused("the comment is not in this list")
    context.talk.delete(comment)


def _reply(context: Context, said: Said) -> None:
    context.talk.reply(_comment(context, said, "parentCommentUri"), str(said["replyStr"]), context.service.now_ms)


def _read(context: Context, said: Said) -> None:
    _comment(context, said).read = True


def _pin(context: Context, said: Said) -> None:
    comment = _comment(context, said)
    if comment.standing is not Standing.PUBLISHED:
        raise refused("only published comments can be pinned")
    context.talk.pin(comment)


def _unpin(context: Context, said: Said) -> None:
    _comment(context, said).pinned = False


def _block(context: Context, said: Said) -> None:
    blocked = context.talk.rules(_show(context, said)).blocked
    if said["username"] not in blocked:
        blocked.append(str(said["username"]))


def _seen(context: Context, said: Said) -> None:
    _comment(context, said, "parentCommentUri").seen_ms = context.service.now_ms


def _ask(context: Context, said: Said) -> None:
    options = said["options"]
    if not isinstance(options, list) or not all(isinstance(one, dict) and "description" in one for one in options):
        raise refused("options are objects with a description")
    if not all(isinstance(said[name], int) for name in ("openingDate", "closingDate")):
        raise refused("openingDate and closingDate are unix seconds")
    poll = Poll(
        question=str(said["question"]),
        options=tuple(str(one["description"]) for one in options),
        kind=_one_of(said, "type", _POLLS),
        opens_s=said["openingDate"],
        closes_s=said["closingDate"],
        votes=(0,) * len(options),
    )
    context.talk.ask(_episode(context, said), poll)


def _unask(context: Context, said: Said) -> None:
    if context.talk.polls.pop(_episode(context, said).id, None) is None:
        raise refused("no poll")


def _nothing(context: Context, said: Said) -> None:
    """Of this one not even the variables are known."""


MUTATIONS: Final[Mapping[str, Callable[[Context, Said], dict[str, Any]]]] = {
    name: _done(change)
    for name, change in {
        "updateIsCommentsEnabledForShowByShowUri": _enable,
        "updateModerationPolicy": _moderate,
        "publishCommentByCommentUri": _publish,
        "deleteCommentByCommentUri": _delete,
        "createCommentReplyByCommentUri": _reply,
        "markCommentAsRead": _read,
        "pinComment": _pin,
        "unPinComment": _unpin,
        "blockUserForShow": _block,
        "updateThreadCreatorLastSeen": _seen,
        "createPollForEpisode": _ask,
        "deletePollForEpisode": _unask,
        "createEpisodeSmartlink": _nothing,
    }.items()
}
