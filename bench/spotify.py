"""How soon a change is known, for how many requests: adaptive looks beside fixed polling, on simulated time.

python -m bench.spotify            eight hours of one listener, by every way of looking
python -m bench.spotify --week     a week of a person, with the whole server
python -m bench.spotify --crowd    a thousand accounts on one core
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from earstead.app import open_services
from earstead.core.listen import Kind
from earstead.core.player import Item, PlayerState, Tracker, observe
from earstead.core.polling import PER_HOUR_60, PER_HOUR_150, Pace, next_look_ms
from earstead.kit.clock import FixedClock, seeded
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.player import Player
from earstead.sandbox.spotify.script import Action
from earstead.settings import Settings

NOW = 1_772_400_000
HOURS = 8
KINDS = {"track": Kind.MUSIC, "local": Kind.MUSIC, "episode": Kind.EPISODE, "chapter": Kind.CHAPTER}
MOVES = ("skipped", "resumed", "repeated")


@dataclass
class Way:
    """A way of looking, and what it came to. Delays are milliseconds from a change to the look that told it."""

    name: str
    requests: int = 0
    delays: dict[str, list[int]] = field(default_factory=lambda: {"finished": [], "skipped": []})
    true: Counter[str] = field(default_factory=Counter)

    def row(self) -> str:
        """A line of the table."""
        said = [f"{self.name:<26}", f"{self.requests / HOURS:>9.0f}"]
        for kind in ("finished", "skipped"):
            delays = sorted(self.delays[kind]) or [0]
            middle, far = statistics.median(delays) / 1000, delays[int(len(delays) * 0.95)] / 1000
            said.append(f"{len(self.delays[kind]):>4}/{self.true[kind]:<4} {middle:>6.1f} {far:>6.1f}")
        return " | ".join(said)


def listener(seed: str) -> tuple[Simulator, FixedClock]:
    """Somebody who listens for eight hours: skips, pauses, seeks, other devices, a podcast now and then."""
    clock = FixedClock(NOW)
    spotify = Simulator(clock)
    rng, actions, at = seeded(f"bench {seed}"), list[Action](), NOW * 1000
    albums, shows = spotify.store.of("album"), spotify.store.of("show")
    end = at + HOURS * 3_600_000
    actions += [Action(at, "repeat", {"value": "context"}), Action(at, "play", {"context": albums[3].uri})]
    while (at := at + int(rng.expovariate(1 / 240_000)) + 2_000) < end:
        roll = rng.random()
        if roll < 0.45:
            actions.append(Action(at, "next"))
        elif roll < 0.60:
            actions.append(Action(at, "pause"))
            at += rng.randrange(5_000, 180_000)
            actions.append(Action(at, "resume"))
        elif roll < 0.75:
            actions.append(Action(at, "seek", {"position_ms": rng.randrange(150_000)}))
        elif roll < 0.85:
            actions.append(Action(at, "transfer", {"device": rng.choice(["Phone", "Laptop", "Kitchen"])}))
        elif roll < 0.97:
            actions.append(Action(at, "play", {"context": rng.choice(albums[:60]).uri}))
        else:
            actions.append(Action(at, "play", {"uris": [rng.choice(shows).items[0]]}))
    spotify.person().script(actions)
    return spotify, clock


def shown(player: Player) -> PlayerState:
    """What the Web API would answer at this moment."""
    item = player.item if player.visible else None
    if item is None or item.kind == "ad" or player.private:
        return PlayerState(received_ms=player.now_ms)
    return PlayerState(
        received_ms=player.now_ms,
        item=Item(uri=item.uri, kind=KINDS[item.kind], duration_ms=item.duration_ms),
        is_playing=player.playing,
        progress_ms=player.position_ms,
        context_uri=player.context_uri,
        device_id=player.device.device_id,
        device_name=player.device.name,
        shuffle=player.shuffle,
    )


Wait = Callable[[Tracker, bool, int], int]


def watched(name: str, wait: Wait, seed: str = "1") -> Way:
    """Look at the listener as `wait(tracker, changed, quiet)` says, and hold what is told against what happened."""
    spotify, clock = listener(seed)
    way, tracker, quiet, at = Way(name), Tracker(), 0, NOW * 1000
    told: list[tuple[str, str, int, int]] = []
    while at < (NOW + HOURS * 3_600) * 1000:
        clock.advance((at - clock.now_ms()) / 1000)
        state = shown(spotify.person().player)
        step = observe(tracker, state)
        tracker, way.requests = step.tracker, way.requests + 1
        told += [(e.type, e.item.uri, e.at_ms, at) for e in step.events if e.type in way.delays and e.item]
        quiet = 0 if state.item and state.is_playing else quiet + 1
        at += max(1, wait(tracker, any(e.type in MOVES for e in step.events), quiet))
    _score(way, spotify.person().player, told)
    return way


def _score(way: Way, player: Player, told: list[tuple[str, str, int, int]]) -> None:
    for true in player.happened:
        if true.type not in way.delays:
            continue
        way.true[true.type] += 1
        for i, (kind, uri, at_ms, known_ms) in enumerate(told):
            if uri == true.uri and kind in way.delays and known_ms >= true.at_ms and abs(at_ms - true.at_ms) < 60_000:
                way.delays[true.type].append(known_ms - true.at_ms)
                del told[i]
                break


def by_pace(pace: Pace) -> Wait:
    """Adaptive looks."""
    return lambda tracker, changed, quiet: next_look_ms(tracker, changed=changed, quiet_looks=quiet, pace=pace)


def pushed(seed: str = "1") -> Way:
    """A device that tells each change by itself, a second after it."""
    spotify, clock = listener(seed)
    end = NOW * 1000 + HOURS * 3_600_000
    clock.advance(HOURS * 3_600)
    player = spotify.person().player
    way = Way("push (Soloist)")
    moments = sorted({h.at_ms + 1_000 for h in player.happened if h.at_ms < end})
    again, clock = listener(seed)
    tracker, told = Tracker(), list[tuple[str, str, int, int]]()
    for at in moments:
        clock.advance(max(0, at - clock.now_ms()) / 1000)
        step = observe(tracker, shown(again.person().player))
        tracker = step.tracker
        told += [(e.type, e.item.uri, e.at_ms, at) for e in step.events if e.type in way.delays and e.item]
    _score(way, again.person().player, told)
    return way


def eight_hours() -> Iterator[str]:
    """The table of all ways."""
    yield f"{'':<26} | requests/h | finished: told/true, median s, 95 % s | skipped: the same"
    for name, pace in (("adaptive, economical", PER_HOUR_60), ("adaptive", PER_HOUR_150)):
        yield watched(name, by_pace(pace)).row()
    for middle_s in (120, 60, 15, 8):
        pace = Pace(middle_ms=middle_s * 1000, confirm=True)
        yield watched(f"adaptive, {middle_s} s between", by_pace(pace)).row()
    for seconds in (1, 10, 30):
        yield watched(f"fixed, every {seconds} s", lambda *_, s=seconds: s * 1000).row()
    yield pushed().row()


def week() -> Iterator[str]:
    """A week of a person, with the whole server: what it knew without the export, and with it, and for how much."""
    from tests.fakes.spotify_watch import stage

    clock = FixedClock(NOW)
    with tempfile.TemporaryDirectory(prefix="earstead-bench-") as name:
        services = open_services(Settings(data=Path(name) / "data"), clock=clock)
        try:
            on = stage(services, clock)
            known: dict[str, list[int]] = {"player.finished": [], "player.skipped": []}
            services.journal.followed_by(
                lambda tx, user_id, events: [
                    known[event.type].append(clock.now_ms() - event.at_ms) for event in events if event.type in known
                ]
            )
            on.spotify.live(seed="g")
            on.live(7 * 86_400)
            there, missing, invented = on.compared()
            seen = [play for play in missing if on.seen(play)]
            yield f"plays {len(there) + len(missing)}, in the history {len(there)}, seen and missing {len(seen)}"
            yield f"passed between two looks {len(missing)}, listens that are no play {len(invented)}"
            for kind, delays in known.items():
                yield f"{kind}: {len(delays)} told, median {statistics.median(delays) / 1000:.1f} s behind"
            asked = Counter(path.partition("?")[0] for _, path in on.wire.sent)
            for path, count in asked.most_common(5):
                yield f"{path}: {count / 7:.0f} a day"
            on.import_export(Path(name))
            there, missing, invented = on.compared()
            yield f"with the export: {len(there)} there, {len(missing)} missing, {len(invented)} that are no play"
        finally:
            services.close()


def crowd(accounts: int = 1_000, seconds: int = 60) -> Iterator[str]:
    """All of a thousand accounts play at once; how much of one core the following takes."""
    from earstead.core.quota import Priority
    from earstead.core.spotify import Capabilities, Played, Profile, Tokens
    from earstead.services.spotify.types import LinkedAccount, Login
    from earstead.services.spotify.watched import Watched
    from earstead.sources.spotify.following import Around
    from earstead.sources.spotify.watch import Watcher

    clock = FixedClock(NOW)

    class Song:
        """Plays track after track, each account at its own place."""

        capabilities = Capabilities()

        def __init__(self, number: int) -> None:
            self._number = number

        def player(self) -> PlayerState:
            at = clock.now_ms() + 17_000 * self._number
            track, place = divmod(at, 200_000)
            name = f"Track {track % 500}"
            item = Item(uri=f"spotify:track:{track:022}", track_name=name, artist_names=("A",), duration_ms=200_000)
            return PlayerState(received_ms=clock.now_ms(), item=item, is_playing=True, progress_ms=place)

        def recently_played(self, after_ms: int = 0) -> tuple[Played, ...]:
            return ()

    class Songs:
        """Clients that answer at once."""

        def client(self, account: LinkedAccount, priority: Priority = Priority.BACKGROUND) -> Song:
            return Song(account.account_id)

        def share(self, developer: str, family: str) -> float:
            return 0.1

    with tempfile.TemporaryDirectory(prefix="earstead-bench-") as name:
        services = open_services(Settings(data=Path(name) / "data"), clock=clock)
        try:
            users = [services.accounts.add_user(f"user{i}", "a long password for it").user_id for i in range(5)]
            for i in range(accounts):
                login = Login(client_id=f"c{i}", developer=f"c{i}", redirect_uri="", verifier="", features=("listen",))
                tokens = Tokens(access="a", refresh="r", expires_at=NOW + 10**7)
                services.spotify.link(users[i % 5], login, tokens, Profile(spotify_id=f"s{i}"))
            watched = Watched(services.writer, services.ingest, services.journal, clock)
            around = Around(
                cursors=services.spotify, clients=Songs(), watched=watched, playing=services.playing, clock=clock
            )
            watcher = Watcher(services.spotify, around)
            watcher.refresh()
            watcher.run_due()
            begun, looks, until = time.process_time(), 0, clock.now_ms() + seconds * 1000
            while (due := watcher.next_ms()) is not None and due <= until:
                clock.advance(max(0, due - clock.now_ms()) / 1000)
                looks += watcher.run_due()
            spent = time.process_time() - begun
            yield f"{accounts} accounts that play: {looks / seconds:.0f} looks a second"
            yield f"{spent / seconds:.0%} of one core, {spent / looks * 1000:.2f} ms a look, requests not counted"
        finally:
            services.close()


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.spotify", description=__doc__)
    parser.add_argument("--week", action="store_true", help="a week of a person, with the whole server")
    parser.add_argument("--crowd", action="store_true", help="a thousand accounts on one core")
    said = parser.parse_args()
    begun = time.process_time()
    lines = week() if said.week else crowd() if said.crowd else eight_hours()
    for line in lines:
        print(line)
    print(f"({time.process_time() - begun:.1f} s of CPU)")


if __name__ == "__main__":
    main()
