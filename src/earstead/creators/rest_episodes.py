"""REST endpoints of episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from earstead.core.creators.ids import episode_uri, id_of
from earstead.creators import moments
from earstead.creators.errors import NotFound, UpstreamError, ValidationError
from earstead.creators.rest_base import RestBase
from earstead.creators.rest_types import Draft, Overview, Unread, Updated
from earstead.creators.walk import integer, table, truth

EPISODE_TYPES: Final = ("full", "trailer", "bonus")


class EpisodeCalls(RestBase):
    """1-A to 1-C, 1-E, 1-G, 1-Q, 1-S, 1-Z, E-1, E-3 and E-4."""

    def anchor_id(self, spotify_id: str) -> int:
        """1-A: the Anchor id of an episode. Raises NotFound."""
        what = f"the episode {spotify_id}"
        said = table(self._read("1-A", what, spotify_id=id_of(spotify_id) or spotify_id))
        found = integer(said.get("episodeId"))
        if found is None:
            raise NotFound(what)
        return found

    def overview(self, anchor_id: int) -> Overview:
        """1-B: what an episode says about itself.

        Raises:
            Forbidden: it is a draft, which cannot be read this way, or somebody else's.
        """
        return Overview.of(self._read("1-B", f"the episode {anchor_id}", _WEB_IDS, anchor_id=anchor_id))

    def update_episode(
        self,
        anchor_id: int,
        *,
        user_id: int,
        title: str,
        description: str,
        episode_type: str,
        is_published: bool,
        explicit: bool,
        publish_on: datetime | None = None,
        season: int | None = None,
        number: int | None = None,
    ) -> Updated:
        """1-C: replace what an episode says about itself. Everything listed is replaced: give all of it.

        Args:
            is_published: the current value keeps the state; True publishes at once.
            publish_on: with a time zone; with `is_published` False it schedules.

        Raises:
            ValidationError: something is of the wrong type, which the service would mangle without a word.
        """
        body: dict[str, Any] = {
            "userId": whole(user_id, "user_id"),
            "title": words(title, "title"),
            "description": words(description, "description"),
            "episodeType": one_of(episode_type, "episode_type", EPISODE_TYPES),
            "isPublished": flag(is_published, "is_published"),
            "podcastEpisodeIsExplicit": flag(explicit, "explicit"),
        }
        if publish_on is not None:
            at = moments.aware(publish_on)
            body |= {"publishOn": moments.seconds(at), "wizardDraftedToPublishOn": moments.iso(at)}
        if season is not None:
            body["seasonNumber"] = whole(season, "season")
        if number is not None:
            body["episodeNumber"] = whole(number, "number")
        what = f"the episode {anchor_id}"
        return Updated.of(
            self._write("1-C", what, body, action="episode.update", episode=str(anchor_id), anchor_id=anchor_id)
        )

    def is_sponsored(self, anchor_id: int) -> bool:
        """1-E: whether an episode is marked as sponsored."""
        said = table(self._read("1-E", f"the episode {anchor_id}", anchor_id=anchor_id))
        return truth(said.get("containsSponsoredContent"))

    def set_sponsored(self, anchor_id: int, sponsored: bool, publish_on: datetime) -> Unread:
        """1-Q: mark an episode as sponsored, or not. The service wants its publish time along, never null."""
        body = {
            "containsSponsoredContent": flag(sponsored, "sponsored"),
            "publishOn": moments.seconds(moments.aware(publish_on)),
        }
        what = f"the episode {anchor_id}"
        done = self._write("1-Q", what, body, action="episode.sponsored", episode=str(anchor_id), anchor_id=anchor_id)
        return Unread(done)

    def form_data(self, episodes: Sequence[str]) -> Unread:
        """1-G: form data of episodes, given as URIs or ids of 22 characters."""
        query = [("episodeUri[]", episode_uri(id_of(episode) or episode)) for episode in episodes]
        return Unread(self._read("1-G", "the form data of episodes", query))

    def create_episode(self, station_id: int, hour_offset: int = 0) -> Draft:
        """1-S: make an untitled draft. Never sent twice: see `Episodes.create`, which finds out after a lost answer.

        Args:
            hour_offset: minus the offset from UTC in hours; -9 in Japan.

        Raises:
            UpstreamError: it answers without an id.
        """
        body = {"hourOffset": whole(hour_offset, "hour_offset")}
        what = f"a draft of the station {station_id}"
        undo = "Delete the draft."
        return _draft(
            self._write("1-S", what, body, action="episode.create", undo=undo, station_id=station_id), station_id
        )

    def create_episode_by_title(self, station_id: int, title: str) -> Draft:
        """E-3: another way to make a draft, with its title."""
        body = {"stationId": str(station_id), "title": words(title, "title")}
        what = f"a draft of the station {station_id}"
        return _draft(self._write("E-3", what, body, action="episode.create", undo="Delete the draft."), station_id)

    def delete_episode(self, anchor_id: int, *, confirm: int) -> None:
        """1-Z: delete an episode for good, whatever its state.

        Args:
            confirm: the same id once more.

        Raises:
            ValidationError: `confirm` is another.
        """
        if confirm != anchor_id or isinstance(confirm, bool):
            raise ValidationError("confirm", f"deleting is for good: repeat the number {anchor_id}")
        what = f"the episode {anchor_id}"
        self._write(
            "1-Z",
            what,
            {},
            action="episode.delete",
            episode=str(anchor_id),
            undo="The service keeps nothing of a deleted episode.",
            anchor_id=anchor_id,
        )

    def publish_episode(self, anchor_id: int, publish_on: datetime | None = None) -> Unread:
        """E-1: publish an episode, or schedule it. `update_episode` does it so that it can be read back."""
        # Without milliseconds here, and as text: this endpoint alone wants it so.
        at = moments.aware(publish_on) if publish_on is not None else None
        body = {"publishOn": at.strftime("%Y-%m-%dT%H:%M:%SZ")} if at else {}
        what = f"the episode {anchor_id}"
        done = self._write("E-1", what, body, action="episode.publish", episode=str(anchor_id), anchor_id=anchor_id)
        return Unread(done)

    def stale_episodes(self, station_id: int, user_id: int | None = None) -> Unread:
        """E-4: the old list, which is stale and mostly answers errors. Here for completeness."""
        query = [("userId", str(user_id))] if user_id is not None else []
        return Unread(self._read("E-4", f"the old list of the station {station_id}", query, station_id=station_id))


_WEB_IDS: Final = (("returnWebIds", "true"),)


def _draft(said: Any, station_id: int) -> Draft:
    raw = table(said)
    # One public client also reads `id`.
    found = integer(raw.get("episodeId")) or integer(raw.get("id"))
    if found is None:
        raise UpstreamError("a draft was made, but its id was not told; look at the drafts of the show")
    return Draft(anchor_id=found, station_id=integer(raw.get("stationId")) or station_id)


def whole(value: Any, field: str) -> int:
    """A whole number. Raises ValidationError for anything else: texts are mangled, not refused, by the service."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(field, "give a whole number")
    return value


def flag(value: Any, field: str) -> bool:
    """True or False. Raises ValidationError for anything else."""
    if not isinstance(value, bool):
        raise ValidationError(field, "give True or False")
    return value


def words(value: Any, field: str, most: int | None = None) -> str:
    """A text of at most `most` characters. Raises ValidationError for anything else."""
    if not isinstance(value, str):
        raise ValidationError(field, "give a text")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise ValidationError(field, "it has half a character in it; type it anew")
    if most is not None and len(value) > most:
        raise ValidationError(field, f"at most {most} characters, these are {len(value)}")
    return value


def one_of(value: Any, field: str, among: Sequence[str] | Mapping[str, Any]) -> str:
    """One of some words. Raises ValidationError for any other."""
    if value not in among:
        raise ValidationError(field, f"one of {', '.join(among)}")
    return str(value)
