"""Writing: episodes, shows and polls. Everything is a draft until somebody says otherwise.

Each method checks the wish before anything is sent. With `dry_run` it then gives back the change that would be made,
from what was read last, and sends nothing at all: no request, no sign-in. Otherwise the client writes, reads back, and
the journal's entry is the answer; what went wrong is raised, and stands in the journal as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import Clock
from earstead.services.creators import taking, wishes
from earstead.services.creators.changes import Changes
from earstead.services.creators.doing import Doing, acting_on, episode_at
from earstead.services.creators.hands import EpisodeNow
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import CreatorEpisode, CreatorShow
from earstead.services.creators.uploading import Uploading
from earstead.services.creators.write_types import (
    Actor,
    Change,
    EpisodeEdit,
    NewEpisode,
    PollWanted,
    ShowEdit,
    Upload,
    moment_text,
)
from earstead.storage import creators as shows_table
from earstead.storage.writer import Writer


class Studio:
    """See the module. Methods block; those that write wait for Spotify. `actor` is who asked, for the journal."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        shows: CreatorShows,
        changes: Changes,
        doing: Doing,
        uploading: Uploading,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._shows = shows
        self._changes = changes
        self._doing = doing
        self.uploads = uploading
        """Media files on their way: progress, retry, cancel."""

    # ---- episodes ----------------------------------------------------------------------------------------

    def draft(
        self, user_id: int, show_id: int, wanted: NewEpisode, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """A new draft with title and description and without media. A date is left for `schedule`.

        Raises Conflict when the show has a draft of that title.
        """
        show = wishes.writable(self._shows.get(user_id, show_id))
        wanted = replace(wishes.new_episode(wanted, self._clock.now()), publish_on=0)
        acting = acting_on(show, actor, title=wanted.title)
        if dry_run:
            return self._doing.planned(acting, "episode.create", show.uri, {}, wanted.values())
        made, change = self._doing.do(acting, lambda hand: hand.create(show.uri, wanted))
        at = self._clock.now()
        episode_id = self._writer.do(lambda tx: taking.note_draft(tx, show, made, wanted, at)).result()
        self._changes.refine(change.change_id, episode_id=episode_id)
        return self._changes.get(user_id, change.change_id)

    def edit(
        self, user_id: int, episode_id: int, wanted: EpisodeEdit, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Change what is given of an episode, and nothing else; a scheduled one keeps its date."""
        show, episode = self._episode(user_id, episode_id)
        wanted = wishes.edit(wanted, self._clock.now())
        if wanted.publish_on is not None and episode.state == "published":
            raise Conflict("The date of a published episode can only be changed in the dashboard.")
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            after = _told(wanted.values())
            return self._doing.planned(acting, "episode.edit", episode.uri, _stored(episode, after), after)
        at = episode_at(show, episode)
        now, change = self._doing.do(acting, lambda hand: hand.edit(at, wanted))
        self._take(episode, now, wanted.values())
        return change

    def schedule(
        self, user_id: int, episode_id: int, publish_on: int, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Have a draft published at a time, unix seconds, or move the time of one that is scheduled."""
        show, episode = self._episode(user_id, episode_id)
        wishes.publish_on(publish_on, self._clock.now())
        if episode.state == "published":
            raise Conflict(f"“{episode.title}” is published already; only the dashboard can change its date.")
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            after = {"publish_on": moment_text(publish_on), "state": "scheduled"}
            return self._doing.planned(acting, "episode.schedule", episode.uri, _stored(episode, after), after)
        at = episode_at(show, episode)
        now, change = self._doing.do(acting, lambda hand: hand.schedule(at, publish_on))
        self._take(episode, now, {"publish_on": publish_on})
        return change

    def unschedule(self, user_id: int, episode_id: int, *, actor: Actor = "page", dry_run: bool = False) -> Change:
        """Make a scheduled episode a draft again. Raises Conflict for one that is not scheduled."""
        show, episode = self._episode(user_id, episode_id)
        if episode.state != "scheduled":
            raise Conflict(f"“{episode.title}” is not scheduled.")
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            after = {"publish_on": None, "state": "draft"}
            return self._doing.planned(acting, "episode.draft", episode.uri, _stored(episode, after), after)
        at = episode_at(show, episode)
        now, change = self._doing.do(acting, lambda hand: hand.unschedule(at))
        self._take(episode, now, {})
        return change

    def publish(
        self, user_id: int, episode_id: int, *, confirm: str, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Publish now; `confirm` is the episode's title, because everybody who follows the show is told at once."""
        show, episode = self._episode(user_id, episode_id)
        if episode.state == "published":
            raise Conflict(f"“{episode.title}” is published already.")
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            after = {"state": "published"}
            return self._doing.planned(acting, "episode.publish", episode.uri, _stored(episode, after), after)
        wishes.confirmed(episode.title, confirm, "publish it now")
        at = episode_at(show, episode)
        now, change = self._doing.do(acting, lambda hand: hand.publish(at))
        self._take(episode, now, {})
        return change

    def sponsored(
        self, user_id: int, episode_id: int, contains: bool, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Say whether an episode holds sponsored content. Raises Conflict for a draft without a date."""
        show, episode = self._episode(user_id, episode_id)
        if not episode.published_at:
            raise Conflict("The service takes this only together with a date: schedule the episode first.")
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            return self._doing.planned(acting, "episode.sponsored", episode.uri, {}, {"sponsored": contains})
        at = episode_at(show, episode)
        return self._doing.do(acting, lambda hand: hand.sponsored(at, contains))[1]

    def delete(
        self, user_id: int, episode_id: int, *, confirm: str, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Delete an episode for good; `confirm` is its title as it was read last. Raises Rejected for another."""
        show, episode = self._episode(user_id, episode_id)
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            after = {"state": "gone"}
            return self._doing.planned(acting, "episode.delete", episode.uri, _stored(episode, after), after)
        wishes.confirmed(episode.title or "untitled", confirm, "delete the episode for good")
        at = episode_at(show, episode)
        _, change = self._doing.do(acting, lambda hand: hand.delete(at, confirm=episode.title))
        gone = {"state": "gone", "gone_at": self._clock.now()}
        self._writer.do(lambda tx: shows_table.change_episode(tx, episode_id, gone)).result()
        return change

    def upload(
        self,
        user_id: int,
        show_id: int,
        file: Path,
        wanted: NewEpisode | None = None,
        *,
        episode_id: int = 0,
        name: str = "",
        actor: Actor = "page",
    ) -> Upload:
        """Bring a media file into a new episode (`wanted`), or into a draft that is there; done by the worker.

        Args:
            file: within `uploads.incoming()` it is moved and removed when done; elsewhere it stays where it is.
            name: what the file was called, when it is stored under another name.
        """
        show = wishes.writable(self._shows.get(user_id, show_id))
        episode = self._of_show(user_id, show_id, episode_id) if episode_id else None
        if (wanted is None) == (episode is None):
            raise Rejected("episode", "name either an episode that is there, or title and description of a new one")
        if wanted is not None:
            wanted = wishes.new_episode(wanted, self._clock.now())
        return self.uploads.add(show, file, wanted, episode=episode, name=name, actor=actor)

    def plan_upload(
        self, user_id: int, show_id: int, file: Path, wanted: NewEpisode, *, name: str = "", actor: Actor = "page"
    ) -> Change:
        """The dry run of `upload` for a new episode: everything is checked, nothing is kept or sent."""
        show = wishes.writable(self._shows.get(user_id, show_id))
        wanted = wishes.new_episode(wanted, self._clock.now())
        kind = wishes.media(file, name)
        after = {**wanted.values(), "file": name or file.name, "kind": kind, "bytes": file.stat().st_size}
        acting = acting_on(show, actor, title=wanted.title)
        return self._doing.planned(acting, "episode.create", show.uri, {}, after)

    def cover(
        self,
        user_id: int,
        show_id: int,
        file: Path,
        *,
        episode_id: int = 0,
        name: str = "",
        actor: Actor = "page",
        dry_run: bool = False,
    ) -> Change:
        """A picture (JPEG or PNG) for a show, or for one of its episodes; returns when the service shows it."""
        show = wishes.writable(self._shows.get(user_id, show_id))
        episode = self._of_show(user_id, show_id, episode_id) if episode_id else None
        wishes.picture(file, name)
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            action, target = ("episode.cover", episode.uri) if episode else ("show.cover", show.uri)
            before = {"cover": episode.cover_url if episode else show.cover_url}
            return self._doing.planned(acting, action, target, before, {"cover": name or file.name})
        at = episode_at(show, episode) if episode else None
        return self._doing.do(acting, lambda hand: hand.cover(show.uri, at, file))[1]

    # ---- shows -------------------------------------------------------------------------------------------

    def show_settings(
        self, user_id: int, show_id: int, wanted: ShowEdit, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Change what is given of a show, and nothing else."""
        show = wishes.writable(self._shows.get(user_id, show_id))
        wanted = wishes.show(wanted)
        acting = acting_on(show, actor)
        if dry_run:
            after = wanted.values()
            before = {name: getattr(show, name) for name in after if hasattr(show, name)}
            return self._doing.planned(acting, "show.edit", show.uri, before, after)
        found, change = self._doing.do(acting, lambda hand: hand.edit_show(show.uri, wanted))
        self._writer.do(lambda tx: taking.change_show(tx, show, found)).result()
        return change

    def slug(
        self,
        user_id: int,
        show_id: int,
        slug: str,
        *,
        confirm: str,
        whichever: bool = False,
        actor: Actor = "page",
        dry_run: bool = False,
    ) -> Change:
        """Another address of a show at Spotify; old links break, so `confirm` is the show's name. Conflict: taken.

        Args:
            whichever: do it although the account has several shows here: the service is not told which is meant.
        """
        show = wishes.writable(self._shows.get(user_id, show_id))
        slug = wishes.slug(slug)
        mine = [one for one in self._shows.of_user(user_id) if one.account_id == show.account_id and one.hosted]
        if len(mine) > 1 and not whichever:
            why = f"this account has {len(mine)} shows and the service is not told which is meant: use the dashboard"
            raise Rejected("slug", why)
        acting = acting_on(show, actor)
        if dry_run:
            return self._doing.planned(acting, "show.slug", show.uri, {"slug": show.web_station_id}, {"slug": slug})
        wishes.confirmed(show.name, confirm, "change its address, which breaks old links")
        _, change = self._doing.do(acting, lambda hand: hand.slug(show.uri, slug, whichever=whichever))
        self._writer.do(lambda tx: taking.change_show(tx, show, {"web_station_id": slug})).result()
        return change

    # ---- polls -------------------------------------------------------------------------------------------

    def poll(
        self, user_id: int, episode_id: int, wanted: PollWanted, *, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Put a poll on an episode, or replace the one that is there. Raises Refused with what to capture."""
        show, episode = self._episode(user_id, episode_id)
        wanted = wishes.poll(wanted, self._clock.now())
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            after = {"question": wanted.question, "options": list(wanted.options), "closes_at": wanted.closes_at}
            return self._doing.planned(acting, "poll.put", episode.uri, {}, after)
        at = episode_at(show, episode)
        return self._doing.do(acting, lambda hand: hand.poll(at, wanted))[1]

    def remove_poll(
        self, user_id: int, episode_id: int, *, confirm: str, actor: Actor = "page", dry_run: bool = False
    ) -> Change:
        """Take a poll off an episode with the votes that were cast; `confirm` is the episode's title."""
        show, episode = self._episode(user_id, episode_id)
        acting = acting_on(show, actor, episode=episode)
        if dry_run:
            return self._doing.planned(acting, "poll.delete", episode.uri, {}, {"poll": "gone"})
        wishes.confirmed(episode.title, confirm, "delete the poll with its votes")
        at = episode_at(show, episode)
        return self._doing.do(acting, lambda hand: hand.remove_poll(at))[1]

    # ---- what is kept ------------------------------------------------------------------------------------

    def _episode(self, user_id: int, episode_id: int) -> tuple[CreatorShow, CreatorEpisode]:
        episode = self._shows.episode(user_id, episode_id)
        if episode.state == "gone" or episode.gone_at:
            raise NotFound(f"“{episode.title}” is no longer there.")
        return wishes.writable(self._shows.get(user_id, episode.show_id)), episode

    def _of_show(self, user_id: int, show_id: int, episode_id: int) -> CreatorEpisode:
        episode = self._episode(user_id, episode_id)[1]
        if episode.show_id != show_id:
            raise NotFound("There is no such episode of this show.")
        return episode

    def _take(self, episode: CreatorEpisode, now: EpisodeNow, sent: Mapping[str, Any]) -> None:
        """Keep what was read back, so that pages show it before the next sync."""
        at = self._clock.now()
        self._writer.do(lambda tx: taking.take_episode(tx, episode.episode_id, now, sent, at)).result()


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an edit as the journal shows them."""
    moment = values.get("publish_on")
    return {**values, **({"publish_on": moment_text(moment), "state": "scheduled"} if moment else {})}


def _stored(episode: CreatorEpisode, names: Iterable[str]) -> dict[str, Any]:
    """The fields of an episode as they were read last, for a plan's "before"."""
    known: dict[str, Any] = {
        "title": episode.title,
        "description": episode.description,
        "episode_type": episode.episode_type,
        "publish_on": moment_text(episode.published_at),
        "state": episode.state,
    }
    return {name: known[name] for name in names if name in known}
