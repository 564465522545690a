"""The whole service as values: the people with their players and libraries, playlists, apps, limits and faults."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from earstead.kit.clock import Clock, seeded
from earstead.sandbox.spotify.accounts import SCOPES, Accounts, ClientApp
from earstead.sandbox.spotify.faults import Fault
from earstead.sandbox.spotify.limits import Limits, usual
from earstead.sandbox.spotify.player import Player
from earstead.sandbox.spotify.playlists import Playlist
from earstead.sandbox.spotify.recent import Quirks
from earstead.sandbox.spotify.script import Action, habits, perform
from earstead.sandbox.spotify.store import store_of
from earstead.sandbox.spotify.truth import Device

MODES: Final = ("new-dev", "old-dev", "extended")
ADS_EVERY: Final = 4
"""Who does not pay hears an advertisement after so many tracks."""
SAVED_KINDS: Final = ("track", "album", "show", "episode", "audiobook")


@dataclass(slots=True)
class Person:
    """A user: what they keep, and their player with what they are going to do.

    Attributes:
        saved: by kind, URI to when it was saved, oldest first; `followed` likewise.
        refused: actions of the script that could not be done: when, and why.
    """

    name: str
    account_id: str
    player: Player
    premium: bool = True
    saved: dict[str, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in SAVED_KINDS})
    followed: dict[str, int] = field(default_factory=dict)
    playlists: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    _script: list[tuple[int, int, Action]] = field(default_factory=list)
    _habits: Iterator[Action] | None = None
    _added: int = 0

    def script(self, actions: Iterable[Action]) -> None:
        """Let these be done when their time comes; in order of time, those of one moment in the order given."""
        for action in actions:
            self._added += 1
            heapq.heappush(self._script, (action.at_ms, self._added, action))

    def live(self, life: Iterator[Action] | None) -> None:
        """Let a listener of habits use the player from now on, or none."""
        self._script = [entry for entry in self._script if not entry[2].args.get("habit")]
        heapq.heapify(self._script)
        self._habits = life
        self._draw()

    def do(self, name: str, at_ms: int, **args: Any) -> None:
        """Do something now.

        Raises:
            ValueError: the action does not exist or cannot be done.
        """
        self.advance(at_ms)
        perform(self.player, Action(at_ms, name, args))

    def advance(self, to_ms: int) -> None:
        """Live up to a moment."""
        while self._script and self._script[0][0] <= to_ms:
            action = heapq.heappop(self._script)[2]
            if action.args.get("habit"):
                self._draw()
            try:
                perform(self.player, action)
            except ValueError as problem:
                self.refused.append((action.at_ms, str(problem)))
        self.player.advance(to_ms)

    def _draw(self) -> None:
        action = next(self._habits, None) if self._habits else None
        if action is not None:
            self.script([Action(action.at_ms, action.name, {**action.args, "habit": True})])


class Service:
    """One Spotify.

    Args:
        clock: what time it is there.
        seed: of everything that is drawn.
        mode: of the first client: new-dev, old-dev or extended.
        user: name of the first user, who owns the first client.
    """

    def __init__(self, clock: Clock, *, seed: int = 1, mode: str = "new-dev", user: str = "ada") -> None:
        self.clock = clock
        self.seed = seed
        self.store = store_of(seed)
        self.accounts = Accounts(seed)
        self.limits: Limits = usual(mode)
        self.quirks = Quirks()
        self.faults: list[Fault] = []
        self.legacy_fields = False
        self.consents = True
        self.playlist_lag_ms = 0
        self.playlists: dict[str, Playlist] = {}
        self.people: dict[str, Person] = {}
        self.calls: Counter[str] = Counter()
        self.client: ClientApp = self.accounts.add_client(mode)
        self.user = self.add_user(user).name
        self.signed_in = user

    @property
    def now_ms(self) -> int:
        """Unix milliseconds."""
        return self.clock.now_ms()

    def add_user(self, name: str, *, premium: bool = True) -> Person:
        """A new user with a believable library.

        Raises:
            ValueError: the name is taken or none.
        """
        if not name or name in self.people:
            raise ValueError(f"the name {name!r} is taken or empty")
        now_ms = self.now_ms
        player = Player(f"{self.seed} {name}", self.store, partial(self.context, name), self._devices(name), now_ms)
        account_id = "".join(seeded(f"account {self.seed} {name}").choices("0123456789abcdef", k=32))
        player.ads_every = 0 if premium else ADS_EVERY
        person = self.people[name] = Person(name, account_id, player, premium)
        self._furnish(person, now_ms)
        return person

    def person(self, name: str = "") -> Person:
        """A user brought to the present; the first one without a name.

        Raises:
            ValueError: there is no such user.
        """
        person = self.people.get(name or self.user)
        if person is None:
            raise ValueError(f"no user {name!r}; there are {', '.join(self.people)}")
        person.advance(self.now_ms)
        return person

    def credentials(
        self, name: str = "", scopes: frozenset[str] = SCOPES, *, pkce: bool = True, client: ClientApp | None = None
    ) -> dict[str, str]:
        """What a program needs to act for a user: names as the command prints them.

        Args:
            pkce: whether the refresh token is good without the secret.
            client: the app; None for the first.
        """
        client = client or self.client
        person = self.person(name)
        grant = self.accounts.allow(client, person.name, scopes, self.now_ms, pkce=pkce)
        return {
            "access_token": self.accounts.access(grant, self.now_ms),
            "refresh_token": grant.refresh_token,
            "client_id": client.client_id,
            "client_secret": client.secret,
            "user": person.name,
        }

    def script(self, name: str, actions: Iterable[Action]) -> None:
        """Tell a user what to do and when; times in the past mean now."""
        person, now_ms = self.person(name), self.now_ms
        person.script(Action(max(action.at_ms, now_ms), action.name, action.args) for action in actions)
        person.advance(now_ms)

    def live(self, name: str = "", *, seed: str = "") -> None:
        """Let a user listen by habit from now on."""
        person = self.person(name)
        contexts = [f"spotify:user:{person.name}:collection", *person.playlists]
        shelves = zip(*(self.store.of(kind)[:10] for kind in ("show", "album", "artist")), strict=False)
        contexts += [holder.uri for shelf in shelves for holder in shelf]
        tracks = [track.uri for track in self.store.tracks()[:200]]
        devices = [device.name for device in person.player.devices if not device.restricted]
        person.live(habits(f"{seed or self.seed} {person.name}", self.now_ms, contexts, tracks, devices))

    def new_playlist(self, owner: str, name: str, **given: Any) -> Playlist:
        """A playlist without items, first among its owner's."""
        uri = self.store.uri("playlist", owner, name, len(self.playlists))
        playlist = Playlist(uri=uri, owner=owner, name=name, **given)
        playlist.write([], self.now_ms)
        self.playlists[playlist.id] = playlist
        if owner in self.people:
            self.people[owner].playlists.insert(0, uri)
        return playlist

    def context(self, name: str, uri: str) -> list[str] | None:
        """What a context holds for a user, in its order; None when there is no such context."""
        kind, _, last = uri.removeprefix("spotify:").rpartition(":")
        if last == "collection":
            return list(reversed(self.people[name].saved["track"]))
        if kind.endswith("playlist"):
            playlist = self.playlists.get(last)
            return [row.uri for row in playlist.rows] if playlist else None
        # The player shows an audiobook as a show, and takes it back as one.
        holder = self.store.holders.get(uri) or self.store.holders.get(f"spotify:audiobook:{last}")
        return list(holder.items) if holder else None

    def _devices(self, name: str) -> list[Device]:
        rng, now_ms = seeded(f"devices {self.seed} {name}"), self.now_ms
        ids = iter(["".join(rng.choices("0123456789abcdef", k=40)) for _ in range(4)])
        return [
            Device(device_id=next(ids), name="Phone", type="Smartphone", used_ms=now_ms),
            Device(device_id=next(ids), name="Laptop", type="Computer", used_ms=now_ms),
            Device(device_id=next(ids), name="Kitchen", type="Speaker", always_on=True, late_ms=5_400_000),
            Device(
                device_id=next(ids),
                name="Old Radio",
                type="speaker",
                restricted=True,
                supports_volume=False,
            ),
        ]

    def _furnish(self, person: Person, now_ms: int) -> None:
        rng = seeded(f"library {self.seed} {person.name}")
        tracks, day_ms = self.store.tracks(), 86_400_000
        for age, track in enumerate(reversed(rng.sample(tracks[: len(tracks) // 3], 120))):
            person.saved["track"][track.uri] = now_ms - (120 - age) * day_ms
        for kind, count in (("album", 20), ("show", 3), ("audiobook", 1)):
            for age, holder in enumerate(rng.sample(self.store.of(kind)[:200], count)):
                person.saved[kind][holder.uri] = now_ms - (count - age) * 3 * day_ms
        for age, artist in enumerate(rng.sample(self.store.of("artist")[:60], 25)):
            person.followed[artist.uri] = now_ms - (25 - age) * day_ms
        for title, size in (("Evening", 30), ("Long road", 130), ("Sunday", 12)):
            playlist = self.new_playlist(person.name, title)
            playlist.add([track.uri for track in rng.sample(tracks, size)], None, person.name, now_ms)
        foreign = self.new_playlist("a-friend", f"For {person.name}")
        foreign.add([track.uri for track in rng.sample(tracks, 20)], None, "a-friend", now_ms)
        person.playlists.append(foreign.uri)
