"""The playlist of a shuffle at Spotify: what waits, in its order, less what was played; edits by hand are taken over.

Nothing is ever overwritten: items that no longer wait are taken out, new ones are put in at their places, and the rest
is left alone. Each write is noted before the next one. A version that is not ours is doubted first, since reads lag
behind writes by seconds; one that is still there a minute later was made by hand, is read completely, and merged. Only
the playlist that the shuffle made for itself is written to, never its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from earstead.core.errors import NotFound, Refused, RetryLater
from earstead.core.periods import date_of, day_and_hour
from earstead.core.quota import Priority
from earstead.core.spotify import SERVICE
from earstead.kit.clock import Clock
from earstead.services.shuffles.dealing import Dealing
from earstead.services.shuffles.types import Shuffle, shuffle_from
from earstead.services.spotify.linking import SpotifyLinking
from earstead.services.spotify.mirror_reading import Read, Reader
from earstead.services.spotify.mirror_types import Entry, MirrorItem, MirrorList, list_from
from earstead.services.spotify.types import LinkedAccount, SpotifyApi
from earstead.storage import listens, mirror
from earstead.storage import shuffles as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

WINDOW = 300
"""So many of what waits stand in the playlist; of more than these, it is filled up when fewer than `LOW` are left."""
LOW = 200
MOST_URIS = 100
DOUBT_S = 60
KEPT_VERSIONS = 10
CREATING = "creating"
MARK = "What you play leaves this list, what you change in it stays. Kept by earstead ({mark})."


@dataclass(frozen=True, slots=True)
class _Put:
    """Items that go into the playlist together; `place` -1 for its end."""

    items: tuple[int, ...]
    place: int


class Playlists:
    """See the module."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, linking: SpotifyLinking) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._linking = linking
        self._reader = Reader(engine, writer)

    def sync(self, shuffle: Shuffle, account: LinkedAccount) -> str | None:
        """Bring the playlist of a shuffle to what waits; what there is to say about it, None when it was paused.

        Raises RetryLater when it has to go on later (every write until then is noted), and what the client raises.
        """
        # Somebody waits for it, with a click or at the player: it goes before what is only mirrored.
        api = self._linking.client(account, Priority.CLICK)
        if not shuffle.playlist_id:
            if not shuffle.order.left:
                return ""
            shuffle = self._create(shuffle, api)
        shuffle = self._settle(shuffle, account, api)
        if shuffle.state != "on":
            return None
        shuffle, late = self._take_out(shuffle, api)
        self._put_in(shuffle, api)
        return f"{late} more leave the playlist tomorrow: {shuffle.removed} did today." if late else ""

    # ---- making it ---------------------------------------------------------------------------------------

    def _create(self, shuffle: Shuffle, api: SpotifyApi) -> Shuffle:
        mark = MARK.format(mark=f"{shuffle.shuffle_id}-{shuffle.order.seed[:8]}")
        # A connection that broke may have left a playlist behind that we do not know of.
        made = None
        if shuffle.doubt == CREATING:
            made = next((one for one in api.playlists() if one.description == mark), None)
        if made is None:
            self._change(shuffle, doubt=CREATING)
            made = api.create_playlist(f"{shuffle.name} · shuffle", description=mark, public=False)
        return self._change(shuffle, playlist_id=made.playlist_id, snapshot=made.snapshot_id, doubt="", mirrored="[]")

    # ---- what was changed by hand ------------------------------------------------------------------------

    def _settle(self, shuffle: Shuffle, account: LinkedAccount, api: SpotifyApi) -> Shuffle:
        """Take over what was changed by hand, if anything was."""
        head = api.playlist(shuffle.playlist_id)
        if head.snapshot_id == shuffle.snapshot:
            return self._change(shuffle, doubt="", doubt_at=0) if shuffle.doubt else shuffle
        if head.snapshot_id in shuffle.snapshots:
            raise RetryLater(SERVICE, "what it tells of the playlist lags behind", DOUBT_S)
        now = self._clock.now()
        if shuffle.doubt != head.snapshot_id:
            self._change(shuffle, doubt=head.snapshot_id, doubt_at=now)
            raise RetryLater(SERVICE, "the playlist was changed by hand, or lags behind; looking again", DOUBT_S)
        if now - shuffle.doubt_at < DOUBT_S:
            raise RetryLater(SERVICE, "looking again at the playlist", DOUBT_S - (now - shuffle.doubt_at))
        held = self._writer.do(lambda tx: _held(tx, account, shuffle, head.snapshot_id, now)).result()
        read = self._reader.read(api, held)
        if not read.complete:
            self._writer.do(lambda tx: mirror.drop_pages(tx, held.list_id)).result()
            raise RetryLater(SERVICE, "the playlist changed while it was read", DOUBT_S)
        return self._writer.do(lambda tx: self._merge(tx, shuffle.shuffle_id, held, read)).result()

    def _merge(self, tx: Tx, shuffle_id: int, held: MirrorList, read: Read) -> Shuffle:
        row = table.get(tx, shuffle_id)
        if row is None:
            raise NotFound("The shuffle was removed.")
        mirror.drop_pages(tx, held.list_id)
        dealing = Dealing(tx, shuffle_from(row), self._clock.now())
        found = dealing.merge([_item(entry) for entry in read.entries])
        out = set(dealing.shuffle.mirrored).intersection(dealing.shuffle.order.left).difference(found)
        noted = {"snapshot": read.snapshot, "doubt": "", "doubt_at": 0, "mirrored": _text(found)}
        if len(out) > dealing.shuffle.rules.cap:
            # So many at once are rather an accident than an edit. Nothing is believed before somebody says so.
            why = f"{len(out)} items vanished from the playlist at once. Go on to put them in again."
            table.change(tx, shuffle_id, {**noted, "state": "paused", "error": why})
        else:
            dealing.set(**noted)
            dealing.save()
        fresh = table.get(tx, shuffle_id)
        assert fresh is not None, "nothing removes it within this transaction"
        return shuffle_from(fresh)

    # ---- writing -----------------------------------------------------------------------------------------

    def _take_out(self, shuffle: Shuffle, api: SpotifyApi) -> tuple[Shuffle, int]:
        """Take out what no longer waits, as many a day as the shuffle allows; and how many have to wait."""
        waiting = set(shuffle.order.left)
        out = [item for item in shuffle.mirrored if item not in waiting]
        if not out:
            return shuffle, 0
        today = self._today(shuffle)
        done = shuffle.removed if shuffle.removed_day == today else 0
        allowed = max(0, shuffle.rules.cap - done)
        uris = self._uris(shuffle, out[:allowed])
        for start in range(0, min(len(out), allowed), MOST_URIS):
            piece = out[start : min(start + MOST_URIS, allowed)]
            named = [uris[item] for item in piece if item in uris]
            snapshot = api.remove_items(shuffle.playlist_id, named, snapshot_id=shuffle.snapshot)
            done += len(piece)
            gone = set(piece)
            left = tuple(item for item in shuffle.mirrored if item not in gone)
            shuffle = self._change(
                shuffle, snapshot=_versions(shuffle, snapshot), mirrored=_text(left), removed_day=today, removed=done
            )
        return shuffle, max(0, len(out) - allowed)

    def _put_in(self, shuffle: Shuffle, api: SpotifyApi) -> None:
        """Put in what waits and is not there, each at its place."""
        uris = self._uris(shuffle, shuffle.order.left[: WINDOW + len(shuffle.mirrored)])
        while put := _next_put(shuffle, uris):
            named = [uris[item] for item in put.items]
            position = put.place if put.place >= 0 else None
            snapshot = api.add_items(shuffle.playlist_id, named, position=position)
            at = put.place if put.place >= 0 else len(shuffle.mirrored)
            held = (*shuffle.mirrored[:at], *put.items, *shuffle.mirrored[at:])
            shuffle = self._change(shuffle, snapshot=_versions(shuffle, snapshot), mirrored=_text(held))

    def _uris(self, shuffle: Shuffle, item_ids: Sequence[int]) -> dict[int, str]:
        """The URIs of items; those that Spotify does not have are left out."""
        found: dict[int, str] = {}
        with self._engine.read() as tx:
            for start in range(0, len(item_ids), 1024):
                for row in table.items(tx, shuffle.shuffle_id, item_ids[start : start + 1024]):
                    if row[1].startswith(("spotify:track:", "spotify:episode:")):
                        found[row[0]] = row[1]
        return found

    def _change(self, shuffle: Shuffle, **values: object) -> Shuffle:
        """Write columns down before anything else is sent; the shuffle as it is then, with the order it had."""

        def work(tx: Tx) -> Shuffle:
            table.change(tx, shuffle.shuffle_id, values)
            row = table.get(tx, shuffle.shuffle_id)
            if row is None:
                raise Refused(SERVICE, "the shuffle was removed")
            return shuffle_from(row)

        # What is played meanwhile changes the order; this turn goes on with the one that it began with.
        return replace(self._writer.do(work).result(), order=shuffle.order)

    def _today(self, shuffle: Shuffle) -> str:
        with self._engine.read() as tx:
            zone = listens.zone_of(tx, shuffle.user_id)
        return str(date_of(day_and_hour(self._clock.now(), zone)[0]))


def _next_put(shuffle: Shuffle, uris: dict[int, str]) -> _Put | None:
    """The first items that are missing next to each other; None when the playlist is as it should be."""
    mirrored = set(shuffle.mirrored)
    order = [item for item in shuffle.order.left if item in uris]
    there = [at for at, item in enumerate(order) if item in mirrored]
    last = there[-1] if there else -1
    fills = len(there) < LOW or len(order) <= WINDOW
    end = min(len(order), max(WINDOW, last + 1) if fills else last + 1)
    for at, item in enumerate(order[:end]):
        if item in mirrored:
            continue
        run = [item]
        while len(run) < MOST_URIS and at + len(run) < end and order[at + len(run)] not in mirrored:
            run.append(order[at + len(run)])
        return _Put(tuple(run), _place(shuffle.mirrored, order[:at], at + len(run) > last))
    return None


def _place(mirrored: Sequence[int], before: Sequence[int], at_end: bool) -> int:
    """Behind the nearest item that comes before and is there; -1 for the end."""
    if at_end:
        return -1
    held = set(mirrored)
    nearest = next((item for item in reversed(before) if item in held), 0)
    return mirrored.index(nearest) + 1 if nearest else 0


def _held(tx: Tx, account: LinkedAccount, shuffle: Shuffle, snapshot: str, now: int) -> MirrorList:
    values = {"user_id": account.user_id, "account_id": account.account_id, "kind": "playlist"}
    values |= {"remote_id": shuffle.playlist_id, "name": shuffle.name, "first_seen_at": now}
    list_id = mirror.add(tx, values)
    mirror.change(tx, list_id, {"seen_snapshot": snapshot, "own": 1, "readable": 1})
    row = mirror.get(tx, list_id)
    assert row is not None, "it was just added"
    return list_from(row)


def _versions(shuffle: Shuffle, snapshot: str) -> str:
    """The versions that are ours, with a new one: reads that lag show one of the former."""
    return " ".join((snapshot, *shuffle.snapshots[: KEPT_VERSIONS - 1]))


def _item(entry: Entry) -> MirrorItem:
    return MirrorItem(
        uri=entry.uri,
        added_at=entry.added_at,
        group_key="",
        track_name=entry.track_name,
        artist_names=entry.artist_names,
        release_name=entry.release_name,
        duration_ms=entry.duration_ms,
        isrc=entry.isrc,
    )


def _text(items: Sequence[int]) -> str:
    return msgspec.json.encode(tuple(items)).decode()
