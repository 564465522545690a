"""The lists a sync begins with: the shows of the account, the episodes of each, their comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from earstead.core.creators.metrics import BEGINNING, Window
from earstead.core.errors import AppError, NeedsReauth, RetryLater
from earstead.creators.client import Creators
from earstead.creators.errors import CreatorsError, Forbidden, Missing
from earstead.creators.keeping import found as make
from earstead.creators.keeping.plan import Ask, Piece, Subject
from earstead.creators.keeping.recording import raw
from earstead.creators.pod_types import Card
from earstead.creators.records import Comment, EpisodeItem, EpisodePage
from earstead.creators.resolver import ShowRef
from earstead.creators.transport import Exchange
from earstead.creators.walk import sought, text
from earstead.kit.clock import Clock
from earstead.services.creators.memory import CommentRead, CreatorMemory, EpisodeRead, Figures, Reading, ReadMark
from earstead.services.creators.rows import day_of, number_of
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.syncs import Progress
from earstead.services.creators.types import CreatorAccount, CreatorEpisode, CreatorShow

PAGE: Final = 50
"""The most that a page of episodes was seen to hold."""
MOST_PAGES: Final = 400
MOST_LOOKED_AT: Final = 50
"""Episodes that are not published and looked at one by one."""
CARDS_EVERY: Final = 7
MOST_COMMENTS: Final = 500
"""Asked for at once, because nobody knows how a second page is asked for; `PAGE` of them where that is refused."""
COMMENTS_BACK_MS: Final = 60 * 86_400_000
"""Comments of the last two months are read again: they may have been answered, pinned, deleted since."""
REVIEW_DAYS: Final = 90
"""Comments that wait for approval are looked for in episodes that are younger."""
LIST: Final = "WebGetIndexedEpisodeList"
_TOTALS: Final[Mapping[str, str]] = {
    "starts": "starts",
    "streams": "streams",
    "streams_and_downloads": "streams_and_downloads",
    "plays_and_downloads": "plays_and_downloads",
    "audience": "audience_all",
}
"""Fields of a list's items, and the metrics they are the running totals of."""
_SUMMED: Final = ("starts", "streams", "streams_and_downloads", "plays_and_downloads")


class Lists:
    """See the module. What was read in this sync (`since`) is not read again."""

    def __init__(
        self,
        client: Creators,
        account: CreatorAccount,
        memory: CreatorMemory,
        shows: CreatorShows,
        clock: Clock,
        progress: Progress,
        since: int,
    ) -> None:
        self._client = client
        self._account = account
        self._memory = memory
        self._shows = shows
        self._clock = clock
        self._progress = progress
        self._since = since
        self._marks: dict[int, dict[tuple[int, str], ReadMark]] = {}

    # ---- shows -------------------------------------------------------------------------------------------

    def shows(self, heard: list[Exchange]) -> tuple[CreatorShow, ...]:
        """The shows of the account, read anew unless this sync has done so already."""
        held = [one for one in self._shows.of_account(self._account.account_id) if not one.gone_at]
        if held and all(self._is_read(one.show_id, "card") for one in held):
            return tuple(held)
        self._progress.doing = "shows"
        refs = self._client.resolve.shows(fresh=True)
        if refs:
            for ref in refs:
                self._show(ref, {one.uri: one for one in held}.get(ref.uri), heard)
            lost = self._memory.shows_left(self._account.account_id, {ref.uri for ref in refs})
            if lost:
                self._progress.note(f"{lost} shows are no longer of this account; what was read of them is kept.")
        return tuple(one for one in self._shows.of_account(self._account.account_id) if not one.gone_at)

    def _show(self, ref: ShowRef, held: CreatorShow | None, heard: list[Exchange]) -> None:
        told = _of_list(ref)
        # The numbers never change: they are asked for once.
        if ref.hosting.hosted and not (held and held.station_id and held.remote_user_id):
            told |= _numbers(self._tried(lambda: self._client.resolve.show(ref.uri)))
        card = self._tried(lambda: self._client.pod.show_card(ref.id))
        told |= _of_card(card) if card else {}
        told["read_at"] = self._clock.now()
        show_id = self._memory.show(self._account.account_id, self._account.user_id, ref.uri, told)
        self._mark(show_id, "card", heard)

    # ---- episodes ----------------------------------------------------------------------------------------

    def of_show(self, show: CreatorShow, heard: list[Exchange]) -> bool:
        """Episodes and comments of a show; whether anything had to be asked."""
        asked = self._progress.requests
        if not self._is_read(show.show_id, "list"):
            self._progress.doing = f"{show.name}: episodes"
            figures = self._episodes(show)
            self._mark(show.show_id, "list", heard, figures)
        if not self._is_read(show.show_id, "cards", CARDS_EVERY):
            self._progress.doing = f"{show.name}: descriptions"
            self._tried(lambda: self._cards(show))
            self._mark(show.show_id, "cards", heard)
        if not self._is_read(show.show_id, "comments"):
            self._progress.doing = f"{show.name}: comments"
            self._comments(show)
            self._mark(show.show_id, "comments", heard)
        return self._progress.requests > asked

    def _episodes(self, show: CreatorShow) -> list[Figures]:
        pages = self._tried(lambda: list(self._pages(show))) or []
        items = [item for page in pages for item in page.items]
        if not items:
            # Lists of shows that are hosted elsewhere may fail; the cards name at least what is published.
            cards = self._tried(lambda: list(self._all_cards(show))) or []
            self._memory.episodes(show.show_id, show.user_id, [_of_plain_card(one) for one in cards], complete=False)
            return []
        now = self._clock.now()
        complete = _complete(pages, items)
        if not complete:
            self._progress.note(
                f"{show.name}: the service is building its list; what is not in it is not held for gone."
            )
        reads = [_of_item(one, now) for one in items]
        if show.hosted:
            reads = self._looked_at(reads)
        changed = self._memory.episodes(show.show_id, show.user_id, reads, complete=complete)
        self._progress.rows += changed
        return self._totals(show, items, complete)

    def _looked_at(self, reads: Sequence[EpisodeRead]) -> list[EpisodeRead]:
        """The same, with scheduled ones told from drafts: the list shows no date for either."""
        found, asked = [], 0
        for one in reads:
            if one.state != "draft" or not one.anchor_id or asked == MOST_LOOKED_AT:
                found.append(one)
                continue
            asked += 1
            try:
                seen = self._client.rest.overview(one.anchor_id)
            except Forbidden:  # what a draft answers
                found.append(one)
                continue
            except CreatorsError as fault:
                if _is_general(fault):
                    raise
                self._progress.note(f"{one.title or one.remote_key}: {fault}")
                found.append(one)
                continue
            at = int(seen.publish_at.timestamp()) if seen.publish_at else 0
            found.append(replace(one, state=seen.state, published_at=at, description=seen.description))
        return found

    def _pages(self, show: CreatorShow) -> Iterator[EpisodePage]:
        for number in range(1, MOST_PAGES + 1):
            page = self._client.operations.web_get_indexed_episode_list(show.uri, page=number, page_size=PAGE).value
            yield page
            total = page.total_items
            if number >= (page.total_pages or 0) or len(page.items) < PAGE or (total and number * PAGE >= total):
                return

    def _totals(self, show: CreatorShow, items: Sequence[EpisodeItem], complete: bool) -> list[Figures]:
        """Running totals: of each episode where they have changed, and of the show, as the sum of them."""
        today = self._clock.now() // 86_400
        before = {one.uri: one for one in self._shows.all_episodes(show.show_id) if one.uri}
        figures: list[Figures] = []
        sums = dict.fromkeys(_SUMMED, 0.0)
        since = today
        for item in items:
            episode = before.get(item.uri)
            if episode is None or not episode.published_at:
                continue
            ask = _asked(show, episode, today)
            since = min(since, ask.subject.since)
            for field, metric in _TOTALS.items():
                value = getattr(item, field)
                if value is None:
                    continue
                if field in sums:
                    sums[field] += value
                figures += make.snapshot(ask, metric, LIST, value)
        if complete:
            whole = _asked(show, None, today, since)
            for metric, value in sums.items():
                figures += make.snapshot(whole, metric, LIST, value)
                figures += make.total(whole, metric, LIST, value, Window.ALL_TIME)
        return figures

    def _all_cards(self, show: CreatorShow) -> Iterator[Card]:
        yesterday = day_of(self._clock.now() // 86_400 - 1)
        return self._client.pod.episodes(show.spotify_id, BEGINNING, yesterday)

    def _cards(self, show: CreatorShow) -> None:
        """Descriptions and pictures, which the list does not carry."""
        held = {one.spotify_id: one for one in self._shows.all_episodes(show.show_id) if one.spotify_id}
        reads = []
        for card in self._all_cards(show):
            episode = held.get(card.id)
            if episode is None:
                reads.append(_of_plain_card(card))
                continue
            reads.append(
                EpisodeRead(
                    uri=episode.uri,
                    anchor_id=episode.anchor_id,
                    title=episode.title or card.name,
                    state=episode.state,
                    published_at=episode.published_at,
                    duration_ms=episode.duration_ms or card.duration_ms,
                    description=text(card.raw.get("description")),
                    cover_url=card.picture_url,
                )
            )
        self._progress.rows += self._memory.episodes(show.show_id, show.user_id, reads, complete=False)

    # ---- comments ----------------------------------------------------------------------------------------

    def _comments(self, show: CreatorShow) -> None:
        episodes = {one.uri: one for one in self._shows.all_episodes(show.show_id) if one.uri}
        ids = {uri: one.episode_id for uri, one in episodes.items()}
        published = self._published(show)
        listed = [_comment(one, "published") for one in published or ()]
        if published is None:
            published = self._by_episode(show, list(episodes.values()), "published")
        waiting = self._by_episode(show, list(episodes.values()), "review")
        reads = [_comment(one, "published") for one in published] + [_comment(one, "review") for one in waiting]
        self._progress.rows += len(self._memory.comments(show.show_id, show.user_id, reads, ids))
        self._progress.rows += self._memory.comments_left(show.show_id, listed)

    def _published(self, show: CreatorShow) -> list[Comment] | None:
        """Those of all episodes, newest first; None where the one question for all of them cannot be asked."""
        known = self._is_read(show.show_id, "comments", 1 << 20)
        found: list[Comment] = []
        token, size, full = "", MOST_COMMENTS, False
        oldest = self._clock.now_ms() - COMMENTS_BACK_MS
        for _ in range(MOST_PAGES):
            try:
                page = self._client.comments.of_show(show.uri, page_size=size, page_token=token).value
            except Missing as fault:
                self._progress.lack(fault.operation)
                return None
            except CreatorsError as fault:
                if _is_general(fault):
                    raise
                if size == MOST_COMMENTS:
                    size = PAGE
                    continue
                self._progress.note(f"{show.name}: comments: {fault}")
                return found or None
            found += page.comments
            token, full = page.next_token, page.full
            past = known and page.comments and (page.comments[-1].created_ms or 0) < oldest
            if not token or past:
                break
        if full and not token:
            self._progress.note(f"{show.name}: there may be older comments; where their page begins is not told.")
        return found

    def _by_episode(self, show: CreatorShow, episodes: Sequence[CreatorEpisode], listed: Any) -> list[Comment]:
        """Those of each young episode, one question each."""
        found: list[Comment] = []
        young = self._clock.now() - REVIEW_DAYS * 86_400
        for episode in sorted(episodes, key=lambda one: one.published_at, reverse=True):
            if episode.state != "published" or episode.published_at < young:
                continue
            try:
                page = self._client.comments.of_episode(episode.uri, listed=listed, page_size=PAGE).value
            except Missing as fault:
                self._progress.lack(fault.operation)
                break
            except CreatorsError as fault:
                if _is_general(fault):
                    raise
                self._progress.note(f"{show.name}: comments: {fault}")
                continue
            found += page.comments
        return found

    # ---- how far it is -----------------------------------------------------------------------------------

    def _is_read(self, show_id: int, name: str, days: int = 0) -> bool:
        """Whether it was read in this sync, or within so many days."""
        if show_id not in self._marks:
            self._marks[show_id] = self._memory.marks(show_id)
        mark = self._marks[show_id].get((0, name))
        since = min(self._since, self._clock.now() - days * 86_400) if days else self._since
        return mark is not None and mark.read_at >= since

    def _mark(self, show_id: int, name: str, heard: list[Exchange], figures: Sequence[Figures] = ()) -> None:
        """Keep what was heard, with the note that it was read."""
        reading = Reading(
            account_id=self._account.account_id,
            show_id=show_id,
            name=name,
            answers=tuple(raw(one) for one in heard),
            figures=tuple(figures),
        )
        self._progress.requests += len(heard)
        heard.clear()
        self._progress.rows += self._memory.keep(reading).result()

    def _tried(self, ask: Callable[[], Any]) -> Any:
        """What it brings, None where the service refuses it; what concerns everything is raised."""
        try:
            return ask()
        except AppError as fault:
            if _is_general(fault):
                raise
            self._progress.note(str(fault))
            return None


def _is_general(fault: AppError) -> bool:
    """Whether it concerns everything, and not the one thing that was asked for: that is a 500, or a refusal."""
    return isinstance(fault, NeedsReauth) or (isinstance(fault, RetryLater) and getattr(fault, "status", 0) != 500)


# --- from records of the client to those of the memory --------------------------------------------------------------


def _of_list(ref: ShowRef) -> dict[str, Any]:
    permissions = ref.permissions if isinstance(ref.permissions, list) else []
    told: dict[str, Any] = {
        "name": ref.name,
        "hosting": str(ref.hosting),
        "author": text(ref.raw.get("authorName")),
        "category": text(ref.raw.get("category")),
        "description": text(ref.raw.get("description")),
        "cover_url": _picture(ref.raw.get("coverArt")),
        "station_id": str(ref.station_id) if ref.station_id else "",
        "permissions": [text(one) for one in permissions if text(one)],
    }
    return {name: value for name, value in told.items() if value} | {"gone_at": 0}


def _picture(node: Any) -> str:
    return node if isinstance(node, str) else text(sought(node, "url"))


def _numbers(ref: ShowRef | None) -> dict[str, Any]:
    if ref is None:
        return {}
    told = {
        "station_id": str(ref.station_id) if ref.station_id else "",
        "remote_user_id": str(ref.user_id) if ref.user_id else "",
        "web_station_id": ref.web_station_id,
    }
    return {name: value for name, value in told.items() if value}


def _of_card(card: Card) -> dict[str, Any]:
    told = {
        "language": card.language,
        "followers": card.followers,
        "episode_count": card.episodes,
        "cover_url": card.picture_url,
        "feed_url": text(card.raw.get("feedUrl")),
        "description": text(card.raw.get("description")),
        "author": text(card.raw.get("publisher")),
    }
    return {name: value for name, value in told.items() if value}


def _of_item(item: EpisodeItem, now: int) -> EpisodeRead:
    published = item.published_at or 0
    state = "draft" if not published else "scheduled" if published > now else "published"
    totals = {metric: float(value) for name, metric in _TOTALS.items() if (value := getattr(item, name)) is not None}
    return EpisodeRead(
        uri=item.uri,
        anchor_id=item.episode_id or 0,
        title=item.title,
        state=state,
        published_at=published,
        created_at=item.created_at or 0,
        duration_ms=item.duration_ms or 0,
        episode_type=item.episode_type.removeprefix("EPISODE_TYPE_").lower(),
        content_type="video" if item.is_video else "audio",
        totals=totals if state == "published" else {},
    )


def _of_plain_card(card: Card) -> EpisodeRead:
    """An episode of which only a card is known; it gives the day of publication, and not the hour."""
    published = 0
    if len(card.release_date) >= len("2026-05-31"):
        days = make.day_number(card.release_date)
        published = days * 86_400 if days is not None else 0
    return EpisodeRead(
        uri=f"spotify:episode:{card.id}",
        anchor_id=0,
        title=card.name,
        state="published",
        published_at=published,
        duration_ms=card.duration_ms,
        description=text(card.raw.get("description")),
        content_type="video" if card.has_video else "audio",
        cover_url=card.picture_url,
    )


def _complete(pages: Sequence[EpisodePage], items: Sequence[EpisodeItem]) -> bool:
    """Whether a listing may be believed in what it does not hold: built, without repeats, and of one length."""
    totals = {page.total_items for page in pages}
    keys = {item.uri or str(item.episode_id) for item in items}
    built = all(page.complete for page in pages)
    return built and len(totals) == 1 and totals == {len(items)} and len(keys) == len(items)


def _asked(show: CreatorShow, episode: CreatorEpisode | None, today: int, since: int = 0) -> Ask:
    first = max(number_of(BEGINNING), episode.published_at // 86_400) if episode else since
    subject = Subject(
        show_id=show.show_id,
        episode_id=episode.episode_id if episode else 0,
        uri=show.uri,
        spotify_id=show.spotify_id,
        since=first,
        hosted=show.hosted,
    )
    return Ask(piece=_LIST_PIECE, subject=subject, today=today)


def _comment(one: Comment, state: str) -> CommentRead:
    return CommentRead(
        comment_uri=one.uri,
        parent_uri="",
        episode_uri=one.episode_uri,
        text=one.text,
        state=state,
        author_id=one.username,
        author_name=one.author,
        author_cover=one.picture_url,
        by_show=one.by_show,
        language=one.language,
        answered=one.replied,
        pinned=one.pinned,
        liked=one.reacted,
        flagged=one.flagged,
        replies=one.replies,
        created_ms=one.created_ms or 0,
    )


def _never(client: Creators, ask: Ask) -> None:
    """A listing is not asked for as a piece."""


_LIST_PIECE: Final = Piece(name=LIST, about="episodes", ask=_never)
