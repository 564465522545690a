"""A creator's life at a simulated Spotify for Creators, for the inventory of statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from earstead.kit.clock import FixedClock
from earstead.sandbox.creators import Simulator
from earstead.services.container import Services
from earstead.services.creators.changes import Acting, Begun, Changes
from earstead.services.creators.write_types import EpisodeEdit, NewEpisode
from tests.creators.files import mp3
from tests.fakes.servers import serving

MOST_TURNS = 40


@contextmanager
def simulated(clock: FixedClock) -> Iterator[tuple[str, Simulator]]:
    """A small service, and where it is."""
    simulator = Simulator(clock, episodes=4, days=40)
    with serving(simulator.app) as url:
        yield url, simulator


def harvest(services: Services, owner: int, simulator: Simulator) -> int:
    """The owner has the dashboard's scripts looked through, and puts in force what they hold; the capture's id."""
    said, captures = simulator.credentials(), services.creators.captures
    account = services.creators.accounts.connect(owner, said["sp_dc"], said["sp_key"])
    taken = captures.harvest(owner, account.account_id)
    captures.adopt(owner, taken.capture_id)
    captures.of_user(owner)
    return taken.capture_id


def create(services: Services, user_id: int, simulator: Simulator, clock: FixedClock) -> None:
    """An account that is read, written with and alarmed about."""
    said = simulator.credentials()
    c = services.creators
    account = c.accounts.connect(user_id, said["sp_dc"], said["sp_key"])
    _turn(services, account.account_id, clock)
    show = next(one for one in c.shows.of_user(user_id) if one.spotify_id == said["show_id"])
    _write(services, user_id, show.show_id, clock)
    _talk(services, user_id, show.show_id)
    _lose(services, user_id, show.show_id, account.account_id, clock)
    c.alerts.look(account), c.alerts.look_at_cookies(account)
    c.health.check(user_id, account.account_id)
    c.changes.of_show(user_id, show.show_id), c.changes.of_user(user_id)


def leave(services: Services, owner: int, capture_id: int) -> None:
    """What was captured is forgotten, and the owner's account with everything that was read."""
    services.creators.captures.withdraw(owner, capture_id)
    services.creators.captures.remove(owner, capture_id)
    for account in services.creators.accounts.of_user(owner):
        services.creators.accounts.disconnect(owner, account.account_id, erase=True)


def _turn(services: Services, account_id: int, clock: FixedClock) -> None:
    for _ in range(MOST_TURNS):
        services.worker.run_due()
        clock.advance(61)
        if not services.creators.syncs.state(account_id).running:
            return
    raise AssertionError("the sync does not end")


def _write(services: Services, user_id: int, show_id: int, clock: FixedClock) -> None:
    """Drafts, dates, files, deletes, and some of it taken back."""
    c, studio = services.creators, services.creators.studio
    made = studio.draft(user_id, show_id, NewEpisode(title="Salt", description="About salt"))
    studio.schedule(user_id, made.episode_id, clock.now() + 86_400)
    published = c.shows.episodes(user_id, show_id, state="published").items[0]
    edited = studio.edit(user_id, published.episode_id, EpisodeEdit(title="Renamed"))
    c.changes.undo(user_id, edited.change_id)
    upload = studio.upload(user_id, show_id, mp3(studio.uploads.incoming()), NewEpisode(title=f"Heard {user_id}"))
    services.worker.run_due()
    assert studio.uploads.get(user_id, upload.upload_id).state == "done"
    spare = studio.upload(user_id, show_id, mp3(studio.uploads.incoming()), NewEpisode(title="Spare"))
    studio.uploads.cancel(user_id, spare.upload_id)
    studio.uploads.of_show(user_id, show_id), studio.uploads.take_up(), studio.uploads.forget(user_id)
    clock.advance(86_400 + 1_000)
    c.settling.confirm()


def _talk(services: Services, user_id: int, show_id: int) -> None:
    """The inbox, and what can be done about a comment."""
    comments = services.creators.comments
    for view in ("open", "answered", "review"):
        comments.inbox(user_id, show_id, view), comments.inbox(user_id, show_id, view, episode_id=1)
    threads = comments.inbox(user_id, show_id, "all").items
    services.creators.changes.poll_of(services.creators.shows.all_episodes(show_id)[0])
    first = next(one.comment.comment_id for one in threads if one.comment.state == "published")
    comments.reply(user_id, first, "Thank you"), comments.pin(user_id, first)
    comments.block(user_id, first, sure=True)


def _lose(services: Services, user_id: int, show_id: int, account_id: int, clock: FixedClock) -> None:
    """A process that died while it wrote."""
    other = Changes(services.engine, services.writer, clock)
    after: Mapping[str, Any] = {"author": "x"}
    begun = Begun(action="show.edit", target="x", words="x", before={}, after=after, undo="", undoable=False)
    with other.acting(Acting(user_id=user_id, account_id=account_id, show_id=show_id)):
        other.begin(account_id, user_id, begun)
    services.creators.start()
    services.creators.settling.settle()
