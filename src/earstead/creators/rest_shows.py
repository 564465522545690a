"""REST endpoints of shows."""

from __future__ import annotations

import re
from typing import Any, Final

from earstead.creators.calling import document, fault_of
from earstead.creators.errors import NotFound, Planned, SlugTaken, ValidationError
from earstead.creators.rest_base import RestBase
from earstead.creators.rest_episodes import flag, words
from earstead.creators.rest_types import Distribution, EpisodePage, LegacyIds, ShowMetadata, Unread
from earstead.creators.walk import integer, table, text, truth

MOST_NAME: Final = 100
MOST_SHOW_DESCRIPTION: Final = 600
MOST_AUTHOR: Final = 80
# Wider than what is seen, as the rule of the service is not known; what would break an address is kept out.
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class ShowCalls(RestBase):
    """1-H, 1-L to 1-O, 1-T, 1-T-b, 1-U, 1-X-1 to 1-X-3, 1-Y-3 and E-2."""

    def show_metadata(self, station_id: int) -> ShowMetadata:
        """1-H: what a show says about itself."""
        return ShowMetadata.of(self._read("1-H", f"the station {station_id}", station_id=station_id))

    def legacy_ids(self, show_id: str) -> LegacyIds:
        """1-L: the numeric ids of a show, given by its id of 22 characters. Raises NotFound."""
        what = f"the show {show_id}"
        return _ids(table(self._read("1-L", what, show_id=show_id)), what)

    def ids_of_web_id(self, web_id: str) -> LegacyIds:
        """E-2: the numeric ids of a show, given by its web id. Raises NotFound."""
        what = f"the show {web_id}"
        said = table(table(self._read("E-2", what, web_id=web_id)).get("station"))
        return _ids({"webStationId": web_id, **said}, what)

    def rebuild_list(self, station_id: int) -> bool:
        """1-M: have the index of the episode list built anew; whether it says that it worked."""
        said = self._ask("1-M", f"the list of the station {station_id}", {}, station_id=station_id)
        return truth(table(said).get("success"))

    def form_url(self, station_id: int) -> str:
        """1-N: the address of a form, mostly ""."""
        return text(table(self._read("1-N", f"the station {station_id}", station_id=station_id)).get("formUrl"))

    def distribution(self, station_id: int) -> Distribution:
        """1-O: where a show goes."""
        return Distribution.of(self._read("1-O", f"the station {station_id}", station_id=station_id))

    def update_show(
        self,
        station_id: int,
        *,
        name: str,
        description: str | None = None,
        author: str | None = None,
        category: str | None = None,
        language: str | None = None,
        explicit: bool | None = None,
    ) -> ShowMetadata:
        """1-T: change what a show says about itself; what is None is not sent.

        Raises:
            ValidationError: longer than the service takes: 100, 600 and 80 characters.
        """
        body: dict[str, Any] = {"podcastName": words(name, "name", MOST_NAME)}
        if not name.strip():
            raise ValidationError("name", "a show has a name")
        if description is not None:
            body["podcastDescription"] = words(description, "description", MOST_SHOW_DESCRIPTION)
        if author is not None:
            body["podcastAuthorName"] = words(author, "author", MOST_AUTHOR)
        if category is not None:
            body["podcastCategory"] = words(category, "category")
        if language is not None:
            body["podcastLanguage"] = words(language, "language")
        if explicit is not None:
            body["podcastEpisodeIsExplicit"] = flag(explicit, "explicit")
        what = f"the station {station_id}"
        return ShowMetadata.of(self._write("1-T", what, body, action="show.update", station_id=station_id))

    def categories(self) -> Unread:
        """1-T-b: the categories that may be chosen."""
        return Unread(self._read("1-T-b", "the categories"))

    def set_slug(self, slug: str, *, confirm: str) -> Unread:
        """1-U: choose the address of the show that the account manages. Old links break.

        Args:
            confirm: the same address once more.

        Raises:
            ValidationError: `confirm` is another, or the address is none.
            SlugTaken: another show has it.
        """
        if not _SLUG.fullmatch(words(slug, "slug")):
            raise ValidationError("slug", "letters, digits and hyphens, beginning with a letter or digit")
        if confirm != slug:
            raise ValidationError("confirm", f"old links break: repeat the address “{slug}”")
        request = self._request("1-U", {}, (), {"webStationId": slug})
        if self._caller.dry_run:
            raise Planned(request.plain)
        undo = "Choose the old address again, as long as no other show has taken it."
        with self._journal.writing("show.slug", "the address of the show", after={"webStationId": slug}, undo=undo):
            answer = self._caller.answer(request)
            if answer.status == 409:
                raise SlugTaken(slug)
            if not 200 <= answer.status < 300:
                raise fault_of(answer, f"the address {slug}")
        return Unread(document(answer))

    def episode_page(self, station_id: int, *, limit: int = 0, page_token: str = "") -> EpisodePage:
        """1-X-1: a page of the list of episodes.

        Args:
            limit: 0 for what the service likes.
            page_token: `next_token` of the page before.
        """
        query = [("limit", str(limit))] if limit else []
        query += [("orderBy", "publishOn"), ("pageToken", page_token)] if page_token else []
        return EpisodePage.of(self._read("1-X-1", f"the station {station_id}", query, station_id=station_id))

    def featured_episode(self, station_id: int) -> Unread:
        """1-X-2: the episode to start with."""
        return Unread(self._read("1-X-2", f"the station {station_id}", station_id=station_id))

    def host_recommendations(self, station_id: int) -> Unread:
        """1-X-3: what the hosts recommend."""
        return Unread(self._read("1-X-3", f"the station {station_id}", station_id=station_id))

    def stations_status(self) -> Unread:
        """1-Y-3: the shows of the account by the documentation; in practice Forbidden."""
        return Unread(self._read("1-Y-3", "the shows of the account"))


def _ids(said: Any, what: str) -> LegacyIds:
    user, station = integer(said.get("userId")), integer(said.get("stationId"))
    if user is None or station is None:
        raise NotFound(what)
    return LegacyIds(user_id=user, station_id=station, web_station_id=text(said.get("webStationId")))
