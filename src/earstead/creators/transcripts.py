"""Transcripts as text. Of chapters, previews, guests and topics only the names of their operations are known.

Writing transcripts or chapters was never seen by any public source: there is nothing here for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from earstead.creators.answers import Known, Unknown
from earstead.creators.errors import CreatorsError, CredentialsExpired, Missing, Planned, StaleOperation
from earstead.creators.operations import Operations
from earstead.creators.operations.base import episode_uri_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The transcript of an episode; `text` is "" when there is none, `fault` says why it could not be fetched."""

    episode_uri: str
    text: str = ""
    fault: str = ""


class Transcripts:
    """What is said in episodes, which are given by address, URI or id."""

    def __init__(self, operations: Operations) -> None:
        self._ask = operations

    def length(self, episode: str) -> Known[int]:
        """How many characters a transcript has; 0 when there is none."""
        return self._ask.get_episode_transcript_availability(episode)

    def text(self, episode: str) -> Known[str]:
        """The plain text; "" when there is none."""
        return self._ask.get_episode_transcript(episode)

    def export(self, episodes: Iterable[str]) -> Iterator[Transcript]:
        """The transcripts of these episodes, one after the other; it is asked for a text only where there is one.

        Raises:
            CredentialsExpired, Missing, StaleOperation, Planned: these would meet every episode alike.
        """
        for episode in episodes:
            uri = episode_uri_of(episode)
            try:
                text = self.text(uri).value if self.length(uri).value > 0 else ""
            except (CredentialsExpired, Missing, StaleOperation, Planned):
                raise
            except CreatorsError as fault:
                yield Transcript(episode_uri=uri, fault=str(fault))
            else:
                yield Transcript(episode_uri=uri, text=text)

    def chapters(self, episode: str) -> Unknown:
        """The chapters of an episode, as they came: what they look like is not publicly known."""
        return self._ask.get_episode_chapters(episode)

    def previews(self, episode: str) -> Unknown:
        """The previews of an episode, as they came."""
        return self._ask.get_episode_previews(episode)

    def guests(self, episode: str) -> Unknown:
        """The guests of an episode, as they came."""
        return self._ask.get_guests_by_episode_uri(episode)

    def topics(self, episode: str) -> Unknown:
        """The topics of an episode, as they came."""
        return self._ask.get_topics_by_episode_uri(episode)
