"""Shows and their episodes, as they were read last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyascii import anyascii

from earstead.core.creators.ids import parse_episode, parse_show
from earstead.core.errors import NotFound, Rejected
from earstead.kit import jsontext
from earstead.services.creators.rows import episode_from, show_from
from earstead.services.creators.types import Chapter, CreatorEpisode, CreatorShow, EpisodePage, ShowHits, Transcript
from earstead.storage import creators as table
from earstead.storage.engine import Engine, Row

STATES = ("published", "scheduled", "draft", "gone")
SORTS = ("newest", "oldest", "title", "plays", "longest")
MOST_PAGE = 500
# Columns of `storage.creators.LIGHT`.
_TITLE, _STATE, _PUBLISHED, _CREATED, _LENGTH, _TOTALS = 3, 4, 5, 6, 7, 8
_NO_EPISODE = "There is no such episode here."
_NO_SHOW = "There is no such show here."


class CreatorShows:
    """See the module. Methods block."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_user(self, user_id: int) -> tuple[CreatorShow, ...]:
        """A user's shows that are there, by name; those an account lost last."""
        with self._engine.read() as tx:
            found = [show_from(row) for row in table.shows_of_user(tx, user_id)]
        return tuple(sorted(found, key=lambda one: (one.gone_at > 0, one.name.casefold(), one.show_id)))

    def of_account(self, account_id: int) -> tuple[CreatorShow, ...]:
        """An account's shows, by URI, those it lost included."""
        with self._engine.read() as tx:
            return tuple(show_from(row) for row in table.shows_of_account(tx, account_id))

    def get(self, user_id: int, show_id: int) -> CreatorShow:
        """One of a user's shows. Raises NotFound."""
        with self._engine.read() as tx:
            row = table.show(tx, show_id)
        if row is None or row[2] != user_id:
            raise NotFound(_NO_SHOW)
        return show_from(row)

    def of_id(self, show_id: int) -> CreatorShow | None:
        """Anybody's show, or None when it is gone."""
        with self._engine.read() as tx:
            row = table.show(tx, show_id)
        return None if row is None else show_from(row)

    def find(self, user_id: int, named: str) -> CreatorShow:
        """A user's show by our id, its id at Spotify, URI, address, or name. Raises NotFound."""
        shows = self.of_user(user_id)
        named = named.strip()
        tests: list[Callable[[CreatorShow], bool]] = [
            lambda one: str(one.show_id) == named,
            lambda one: one.spotify_id == _show_id(named),
            lambda one: one.name.casefold() == named.casefold(),
            lambda one: one.station_id == named,
        ]
        for test in tests:
            if found := [one for one in shows if test(one)]:
                return found[0]
        names = ", ".join(f"{one.name} ({one.show_id})" for one in shows)
        raise NotFound(f"There is no show {named[:60]!r} here; there are: {names}." if shows else _NO_SHOW)

    # ---- episodes ----------------------------------------------------------------------------------------

    def episodes(
        self,
        user_id: int,
        show_id: int,
        *,
        state: str = "",
        search: str = "",
        sort: str = "newest",
        page: int = 1,
        size: int = 50,
    ) -> EpisodePage:
        """A page of a show's episodes; `state` "" is all but those that are gone. Raises Rejected, NotFound.

        Args:
            search: words that stand in the title, in any case, script and with or without accents.
        """
        if state and state not in STATES:
            raise Rejected("state", f"choose one of {', '.join(STATES)}")
        if sort not in SORTS:
            raise Rejected("sort", f"choose one of {', '.join(SORTS)}")
        if page < 1 or not 1 <= size <= MOST_PAGE:
            raise Rejected("page", f"pages count from 1, and hold 1 to {MOST_PAGE} episodes")
        self.get(user_id, show_id)
        wanted = _plain(search).split()
        with self._engine.read() as tx:
            rows = [
                row
                for row in table.episodes_of(tx, show_id)
                if (row[_STATE] == state if state else row[_STATE] != "gone") and _has(row[_TITLE], wanted)
            ]
            rows.sort(key=_order(sort), reverse=sort not in ("oldest", "title"))
            chosen = [row[0] for row in rows[(page - 1) * size : page * size]]
            found = {row[0]: row for row in table.episodes_by_id(tx, chosen)} if chosen else {}
            comments = table.comment_counts(tx, show_id)
        items = tuple(episode_from(found[one], comments.get(one, 0)) for one in chosen)
        pages = max(1, -(-len(rows) // size))
        return EpisodePage(items=items, total=len(rows), page=page, pages=pages, size=size)

    def search(self, user_id: int, text: str, most: int = 10) -> tuple[ShowHits, ...]:
        """A user's shows whose name, or the title of an episode, has every word; `most` episodes of each."""
        wanted = _plain(text).split()
        if not wanted:
            return ()
        found = [
            ShowHits(
                show=show,
                named=_has(show.name, wanted),
                episodes=self.episodes(user_id, show.show_id, search=text, size=most),
            )
            for show in self.of_user(user_id)
        ]
        return tuple(one for one in found if one.named or one.episodes.items)

    def all_episodes(self, show_id: int) -> tuple[CreatorEpisode, ...]:
        """All episodes of a show, those that are gone included, drafts first, then oldest first."""
        with self._engine.read() as tx:
            order = [row[0] for row in table.episodes_of(tx, show_id)]
            comments = table.comment_counts(tx, show_id)
            found: dict[int, Row] = {}
            for at in range(0, len(order), 1_000):
                found |= {row[0]: row for row in table.episodes_by_id(tx, order[at : at + 1_000])}
        return tuple(episode_from(found[one], comments.get(one, 0)) for one in order)

    def episode(self, user_id: int, episode_id: int) -> CreatorEpisode:
        """One of a user's episodes. Raises NotFound."""
        with self._engine.read() as tx:
            row = table.episode(tx, episode_id)
            if row is None or row[-1] != user_id:
                raise NotFound(_NO_EPISODE)
            return episode_from(row, table.comment_counts(tx, row[1]).get(episode_id, 0))

    def find_episode(self, user_id: int, named: str) -> CreatorEpisode:
        """A user's episode by our id, its id at Spotify, URI, address or Anchor id. Raises NotFound."""
        named = named.strip()
        with self._engine.read() as tx:
            if named.isascii() and named.isdigit() and len(named) < 18:
                row = table.episode(tx, int(named))
                if row is not None and row[-1] == user_id:
                    return episode_from(row, table.comment_counts(tx, row[1]).get(row[0], 0))
                return self.episode(user_id, table.episode_by_anchor(tx, user_id, int(named)))
            try:
                parsed = parse_episode(named)
            except Rejected as fault:
                raise NotFound(_NO_EPISODE) from fault
            if isinstance(parsed, int):
                return self.episode(user_id, table.episode_by_anchor(tx, user_id, parsed))
            return self.episode(user_id, table.episode_by_uri(tx, user_id, f"spotify:episode:{parsed}"))

    def transcript(self, user_id: int, episode_id: int) -> Transcript | None:
        """What is said in an episode; None when it was not told. Raises NotFound."""
        self.episode(user_id, episode_id)
        with self._engine.read() as tx:
            row = table.transcript(tx, episode_id)
        if row is None:
            return None
        chapters = tuple(Chapter(start_s=start, title=title) for start, title in jsontext.loads(row[1]))
        return Transcript(episode_id=episode_id, text=row[0], chapters=chapters, operation=row[2], fetched_at=row[3])


def _plain(text: str) -> str:
    """A text as it is searched: without case and accents, in Latin letters, as listens are."""
    return anyascii(text).lower()


def _has(title: str, words: list[str]) -> bool:
    plain = _plain(title) if words else ""
    return all(word in plain for word in words)


def _order(sort: str) -> Callable[[Row], Any]:
    if sort == "title":
        return lambda row: (row[_TITLE].casefold(), row[0])
    if sort == "longest":
        return lambda row: (row[_LENGTH], row[0])
    if sort == "plays":
        return lambda row: (_plays(row), row[_PUBLISHED], row[0])
    # Drafts have no date of publication: they stand where they were begun.
    return lambda row: (row[_PUBLISHED] or row[_CREATED], row[0])


def _plays(row: Row) -> float:
    totals = jsontext.loads(row[_TOTALS])
    return float(totals.get("plays_and_downloads") or totals.get("streams_and_downloads") or totals.get("starts") or 0)


def _show_id(named: str) -> str:
    try:
        return parse_show(named)
    except Rejected:
        return ""
