"""A server that follows accounts of the simulated Spotify, on one clock that stands still until it is moved."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earstead.core.spotify import Profile, Tokens
from earstead.kit.clock import FixedClock
from earstead.kit.outbound import Answer
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.accounts import SCOPES
from earstead.sandbox.spotify.script import Action
from earstead.sandbox.spotify.truth import Play
from earstead.services.container import Services
from earstead.services.journal import JournalEvent
from earstead.services.spotify.types import LinkedAccount, Login
from earstead.services.spotify.watched import Watched
from earstead.services.views import ListenRow
from earstead.sources.spotify.following import Around
from earstead.sources.spotify.link import SpotifyLink
from earstead.sources.spotify.watch import Watcher
from tests.fakes.spotify import ROOT, InProcess


class Timed(InProcess):
    """Carries requests, and writes down when the player was seen."""

    def __init__(self, app: object, clock: FixedClock) -> None:
        super().__init__(app)
        self._clock = clock
        self.looks: list[int] = []

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        answer = super().send(method, url, headers=headers, body=body)
        if answer.status in (200, 204) and "/me/player?" in url:
            self.looks.append(self._clock.now_ms())
        return answer


@dataclass
class Stage:
    """Everything of such a server. `account` is linked for the first user of the simulator."""

    services: Services
    spotify: Simulator
    clock: FixedClock
    wire: Timed
    user_id: int
    account: LinkedAccount
    link: SpotifyLink
    watcher: Watcher

    def live(self, seconds: float) -> None:
        """Let time pass; whatever falls due on the way is done at its time."""
        until = self.clock.now_ms() + int(seconds * 1000)
        while (due := self.watcher.next_ms()) is not None and due <= until:
            self._to(due)
            self.watcher.run_due()
        self._to(until)

    def _to(self, at_ms: int) -> None:
        self.clock.advance(max(0, at_ms - self.clock.now_ms()) / 1000)
        for name in self.spotify.people:
            self.spotify.person(name)

    def act(self, *steps: tuple[float, str, dict[str, object]]) -> None:
        """Let the listener do things, each so many seconds after the one before it."""
        at, actions = self.clock.now_ms(), []
        for seconds, name, args in steps:
            at += int(seconds * 1000)
            actions.append(Action(at, name, args))
        self.spotify.script(self.spotify.user, actions)

    def do(self, name: str, **args: object) -> None:
        """Let the listener do something now."""
        self.spotify.person().do(name, self.clock.now_ms(), **args)

    def restart(self) -> None:
        """End the following, and begin it anew with what was kept."""
        self.watcher.stop()
        self.link.close()
        self.link, self.watcher = watcher_of(self.services, self.wire, self.clock)
        self.watcher.refresh()

    def truth(self) -> list[Play]:
        """What was really played and is over, and heard at all."""
        return [play for play in self.spotify.person().player.plays if play.moved_ms and play.heard_ms]

    def history(self) -> list[ListenRow]:
        """All of the user's listens, oldest first, those too short to count among them."""
        rows: list[ListenRow] = []
        cursor = ""
        while True:
            page = self.services.insights.listens(self.user_id, limit=200, cursor=cursor)
            rows += page.items
            cursor = page.older
            if not cursor:
                return sorted(rows, key=lambda row: (row.listened_at, row.listen_id))

    def seen(self, play: Play) -> bool:
        """Whether somebody looked while this played."""
        looks = self.wire.looks
        at = bisect_left(looks, play.started_ms)
        return at < len(looks) and looks[at] < play.moved_ms

    def compared(self) -> tuple[list[Play], list[Play], list[ListenRow]]:
        """(plays in the history, plays that are missing, listens that are no play): each counted once."""
        left = self.history()
        there, missing = [], []
        for play in self.truth():
            found = next((row for row in left if _may_be(play, row)), None)
            (missing if found is None else there).append(play)
            if found is not None:
                left.remove(found)
        return there, missing, left

    def told(self, *types: str) -> list[JournalEvent]:
        """Events of these types, in the order they were written; all without types."""
        events = self.services.journal.since(self.user_id, 0, 1000)
        assert len(events) < 1000
        return [event for event in events if not types or event.type in types]

    def export(self, folder: Path) -> Path:
        """The extended streaming history of what is over, as a file."""
        from earstead.sandbox.spotify.control import CONTROLS

        path = folder / "Streaming_History_Audio_2026_0.json"
        path.write_text(json.dumps(CONTROLS.do(self.spotify, "GET", "export", {})))
        return path

    def import_export(self, folder: Path) -> None:
        """Import it, as somebody would on the page."""
        job = self.services.imports.preview(self.user_id, [self.export(folder)], wait=True)
        done = self.services.imports.run(self.user_id, job.import_id, wait=True)
        assert done.state == "done", done.error


def _may_be(play: Play, row: ListenRow) -> bool:
    at_ms = row.listened_at * 1000
    return row.spotify_uri == play.uri and play.started_ms - 60_000 <= at_ms <= play.moved_ms


def watcher_of(services: Services, wire: InProcess, clock: FixedClock) -> tuple[SpotifyLink, Watcher]:
    """What speaks with the simulator, and the following of all accounts, by run_due alone."""
    link = SpotifyLink(services.spotify, wire, clock, api_url=f"{ROOT}/v1", accounts_url=ROOT)
    watched = Watched(services.writer, services.ingest, services.journal, clock)
    around = Around(cursors=services.spotify, clients=link, watched=watched, playing=services.playing, clock=clock)
    return link, Watcher(services.spotify, around)


def linked(services: Services, spotify: Simulator, user_id: int, name: str = "") -> LinkedAccount:
    """An account of the simulator's, agreed to in full."""
    person = spotify.person(name)
    grant = spotify.accounts.allow(spotify.client, person.name, SCOPES, spotify.now_ms, pkce=True)
    now = spotify.now_ms // 1000
    tokens = Tokens(
        access=spotify.accounts.access(grant, spotify.now_ms),
        refresh=grant.refresh_token,
        expires_at=now + 3600,
        scopes=tuple(sorted(SCOPES)),
    )
    login = Login(
        client_id=spotify.client.client_id,
        developer=spotify.client.client_id,
        redirect_uri="http://127.0.0.1:4242/callback/spotify",
        verifier="v" * 43,
        features=("listen", "library", "playlists"),
    )
    profile = Profile(spotify_id=person.name, account_id=person.account_id, name=person.name)
    return services.spotify.link(user_id, login, tokens, profile)


def stage(services: Services, clock: FixedClock, *, mode: str = "new-dev", seed: int = 1) -> Stage:
    """One user with one linked account, followed from now on."""
    spotify = Simulator(clock, mode=mode, seed=seed)
    user = services.accounts.add_user("ada", "correct horse battery staple", role="owner")
    account = linked(services, spotify, user.user_id)
    wire = Timed(spotify.app, clock)
    link, watcher = watcher_of(services, wire, clock)
    watcher.refresh()
    return Stage(services, spotify, clock, wire, user.user_id, account, link, watcher)
