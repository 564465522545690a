"""Polls of episodes. No public source has the hashes: without a harvest or a capture every call raises `Missing`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal

from earstead.creators.answers import Unknown
from earstead.creators.changes import Change
from earstead.creators.community import Community, Step, flagged, within
from earstead.creators.errors import ValidationError
from earstead.creators.operations.base import episode_uri_of

QUESTION_MOST: Final = 140
OPTION_MOST: Final = 50
OPTIONS_LEAST, OPTIONS_MOST = 2, 7
_KINDS: Final = {"single": "SINGLE_CHOICE", "multiple": "MULTIPLE_CHOICE"}


class Polls(Community):
    """One poll an episode."""

    def missing(self) -> dict[str, str]:
        """What cannot be done yet: operation to the sentence that says what to capture."""
        return self._ask.graph.missing("getPollForEpisode", "createPollForEpisode", "deletePollForEpisode")

    def of_episode(self, episode: str) -> Unknown:
        """The poll of an episode, as it came: its shape is not publicly known."""
        return self._ask.get_poll_for_episode(episode)

    def put(
        self,
        episode: str,
        question: str,
        options: Sequence[str],
        *,
        opens_at: datetime | int,
        closes_at: datetime | int,
        kind: Literal["single", "multiple"] = "single",
        show: str = "",
    ) -> Change:
        """Put a poll on an episode, or change the one it has.

        Args:
            question: up to 140 characters.
            options: 2 to 7, up to 50 characters each.
            opens_at, closes_at: aware datetimes, or Unix seconds.
        """
        if kind not in _KINDS:
            raise ValidationError("kind", f"is none of {', '.join(_KINDS)}")
        words = within(question, "question", QUESTION_MOST)
        listed = [within(option, "options", OPTION_MOST) for option in options]
        if not OPTIONS_LEAST <= len(listed) <= OPTIONS_MOST:
            raise ValidationError("options", f"has {len(listed)}, {OPTIONS_LEAST} to {OPTIONS_MOST} are allowed")
        if len(set(listed)) < len(listed):
            raise ValidationError("options", "names the same answer twice")
        opens, closes = _seconds(opens_at, "opens_at"), _seconds(closes_at, "closes_at")
        if closes <= opens:
            raise ValidationError("closes_at", "is not after opens_at")
        send = partial(
            self._ask.create_poll_for_episode,
            episode,
            words,
            listed,
            opens,
            closes,
            poll_type=_KINDS[kind],
        )
        return self._done(
            "poll.put",
            words,
            [Step("createPollForEpisode", send)],
            show=show,
            episode=episode,
            after={"question": words, "options": listed, "kind": kind, "opens_at": opens, "closes_at": closes},
            undo="Delete the poll; the votes go with it.",
        )

    def delete(self, episode: str, *, confirm: bool = False, show: str = "") -> Change:
        """Delete the poll of an episode, and every vote that was cast."""
        flagged(confirm, "confirm", "the votes are lost with the poll")
        send = partial(self._ask.delete_poll_for_episode, episode)
        return self._done(
            "poll.delete",
            episode_uri_of(episode),
            [Step("deletePollForEpisode", send)],
            show=show,
            episode=episode,
            after={"deleted": True},
        )


def _seconds(moment: datetime | int, name: str) -> int:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValidationError(name, "has no time zone")
        return int(moment.timestamp())
    return moment
