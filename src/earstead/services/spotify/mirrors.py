"""The lists of linked Spotify accounts, kept as they are and as they were: playlists, liked songs, artists, albums.

An account is looked at every half hour. A playlist is read only when its version changed, other lists only when their
length or beginning did. What is missing in a complete read is read again, and is gone after several such reads
(`core.absence`); a read that broke off, or that was of two versions, takes nothing away. Everything is asked behind all
other work, and goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from earstead.core import absence
from earstead.core.errors import NeedsReauth, NotFound, Refused, RetryLater
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.services.journal import Journal
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.services.spotify.linking import SpotifyLinking
from earstead.services.spotify.mirror_reading import Read, Reader
from earstead.services.spotify.mirror_types import (
    Entry,
    ListKind,
    MirrorChange,
    MirrorItem,
    MirrorList,
    item_from,
    list_from,
)
from earstead.services.spotify.types import LinkedAccount, SpotifyApi
from earstead.services.worker import Worker
from earstead.storage import mirror as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

LOOK_JOB = "mirror.look"
ACCOUNT_JOB = "mirror.account"
LOOK_EVERY_S = 1_800
CONFIRM_S = 600
"""A read that missed something is repeated after this long."""
REPEATS_S = 60
MOST_TOLD = 500
"""URIs that one event names; who needs more reads the list."""
NAMES = {"playlists": "Playlists", "liked": "Liked songs", "artists": "Followed artists", "albums": "Saved albums"}
FEATURES = frozenset({"library", "playlists", "shuffle"})
Follower = Callable[[Tx, MirrorList], None]
"""Called within the transaction that took in a read of a list."""


class Mirrors:
    """See the module. Methods block."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        journal: Journal,
        worker: Worker,
        accounts: SpotifyAccounts,
        linking: SpotifyLinking,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._journal = journal
        self._worker = worker
        self._accounts = accounts
        self._linking = linking
        self._reader = Reader(engine, writer)
        self._followers: list[Follower] = []
        self._wanted: Callable[[LinkedAccount], frozenset[int]] = lambda account: frozenset()
        self._ours: Callable[[LinkedAccount], frozenset[str]] = lambda account: frozenset()
        worker.every(LOOK_JOB, LOOK_EVERY_S, self._look_round)
        worker.handle(ACCOUNT_JOB, self._look_account, lane=lambda payload: str(payload["account_id"]))
        linking.before_leaving(lambda account, erase: self._forget(account.account_id))

    def followed_by(
        self,
        follower: Follower,
        wanted: Callable[[LinkedAccount], frozenset[int]],
        ours: Callable[[LinkedAccount], frozenset[str]],
    ) -> None:
        """Have reads followed by more; `wanted` tells which lists somebody needs, `ours` which playlists we write."""
        self._followers.append(follower)
        self._wanted, self._ours = wanted, ours

    # ---- reading what is held ----------------------------------------------------------------------------

    def lists(self, user_id: int) -> tuple[MirrorList, ...]:
        """The lists of a user's accounts that are there, without the list of playlists itself."""
        with self._engine.read() as tx:
            found = [list_from(row) for row in table.of_user(tx, user_id)]
        return tuple(one for one in found if one.kind != "playlists" and not one.gone_at)

    def get(self, user_id: int, list_id: int) -> MirrorList:
        """A list of a user. Raises NotFound."""
        with self._engine.read() as tx:
            return self.get_in(tx, user_id, list_id)

    def get_in(self, tx: Tx, user_id: int, list_id: int) -> MirrorList:
        """`get` within a transaction."""
        row = table.get(tx, list_id)
        if row is None or row[1] != user_id:
            raise NotFound("There is no such list here.")
        return list_from(row)

    def items(self, user_id: int, list_id: int) -> tuple[MirrorItem, ...]:
        """What a list holds, in its order, what was missing in the last read included."""
        with self._engine.read() as tx:
            self.get_in(tx, user_id, list_id)
            return tuple(item_from(row) for row in table.items(tx, list_id))

    def present_in(self, tx: Tx, list_id: int) -> list[MirrorItem]:
        """What the last complete read of a list found and what came since, in its order."""
        return [item_from(row) for row in table.items(tx, list_id) if not row[8]]

    def changes(self, user_id: int, list_id: int, limit: int = 100) -> tuple[MirrorChange, ...]:
        """What came into a list and went since it was first read, latest first."""
        with self._engine.read() as tx:
            self.get_in(tx, user_id, list_id)
            rows = table.changes(tx, list_id, table.first_read(tx, list_id), limit)
        return tuple(
            MirrorChange(at=at, came=bool(came), uri=uri, track_name=name, artist_names=tuple(jsontext.loads(artists)))
            for at, came, uri, name, artists in rows
        )

    # ---- looking -----------------------------------------------------------------------------------------

    def look_soon(self, account_id: int) -> None:
        """Have an account looked at, now."""
        self._writer.do(lambda tx: self._queue(tx, account_id, 0)).result()

    def want(self, account: LinkedAccount, kind: ListKind) -> int:
        """The list of an account that is not a playlist, made when it was never read; its id."""
        return self._writer.do(lambda tx: self._add(tx, account, kind)).result()

    def _look_round(self, _: Mapping[str, Any]) -> None:
        due = [a.account_id for a in self._accounts.all() if a.state == "on" and FEATURES.intersection(a.features)]
        for account_id in due:
            self.look_soon(account_id)

    def _look_account(self, payload: Mapping[str, Any]) -> None:
        account = self._accounts.find(int(payload["account_id"]))
        if account is None or account.state != "on":
            return
        try:
            again_s = self.look(account)
        except RetryLater as fault:
            # Not a failed job: what was read is kept, and a long list needs more turns than a job has attempts.
            again_s = max(fault.after_s, 1.0)
        except NeedsReauth:
            return
        if again_s:
            at = self._clock.now() + round(again_s) + 1
            self._writer.do(lambda tx: self._queue(tx, account.account_id, at)).result()

    def _queue(self, tx: Tx, account_id: int, run_at: int) -> None:
        self._worker.enqueue(tx, ACCOUNT_JOB, {"account_id": account_id}, run_at=run_at, dedupe=str(account_id))

    def look(self, account: LinkedAccount) -> float:
        """Read what is due of an account; seconds until something must be confirmed, 0 for the next round.

        Raises RetryLater when the limits say so; nothing that was read by then is lost.
        """
        api = self._linking.client(account)
        now = self._clock.now()
        wanted, ours = self._wanted(account), self._ours(account)
        kinds = self._kinds(account)
        for kind in kinds[:1]:
            self._read_due(api, account, self.want(account, kind), now)
        with self._engine.read() as tx:
            lists = [list_from(row) for row in table.of_account(tx, account.account_id)]
        # What somebody waits for comes first: the limits may end this turn at any request.
        playlists = [held for held in lists if held.kind == "playlist" and held.remote_id not in ours]
        for held in playlists:
            if held.list_id in wanted:
                self._read_due(api, account, held.list_id, now)
        for kind in kinds[1:]:
            self._read_due(api, account, self.want(account, kind), now)
        for held in playlists:
            if "playlists" in account.features:
                self._read_due(api, account, held.list_id, now)
        with self._engine.read() as tx:
            doubted = any(row[13] for row in table.of_account(tx, account.account_id))
        return float(CONFIRM_S) if doubted else 0.0

    def _read_due(self, api: SpotifyApi, account: LinkedAccount, list_id: int, now: int) -> None:
        held = self._list(list_id)
        if self._is_due(held, now):
            self._read(api, account, held)

    def _kinds(self, account: LinkedAccount) -> list[ListKind]:
        """The lists of an account that are read besides its playlists, that of the playlists first."""
        kinds: list[ListKind] = ["playlists"] if FEATURES.intersection(account.features) - {"library"} else []
        wanted = self._wanted(account)
        with self._engine.read() as tx:
            held = [list_from(row) for row in table.of_account(tx, account.account_id)]
        kinds += [one.kind for one in held if one.list_id in wanted and one.kind != "playlist"]
        if "library" in account.features:
            kinds += ["liked", "artists"]
        return list(dict.fromkeys(kinds))

    def _is_due(self, held: MirrorList, now: int) -> bool:
        if held.gone_at or not held.readable:
            return False
        since = now - held.read_at
        if held.unconfirmed:
            return since >= CONFIRM_S
        if held.kind == "playlist":
            return held.snapshot != held.seen_snapshot or not held.reads
        return since >= LOOK_EVERY_S - REPEATS_S

    def _list(self, list_id: int) -> MirrorList:
        with self._engine.read() as tx:
            row = table.get(tx, list_id)
        assert row is not None, "lists go only with their account"
        return list_from(row)

    def _add(self, tx: Tx, account: LinkedAccount, kind: ListKind, remote_id: str = "", name: str = "") -> int:
        values = {
            "user_id": account.user_id,
            "account_id": account.account_id,
            "kind": kind,
            "remote_id": remote_id,
            "name": name or NAMES.get(kind, ""),
            "first_seen_at": self._clock.now(),
        }
        return table.add(tx, values)

    # ---- taking in ---------------------------------------------------------------------------------------

    def _read(self, api: SpotifyApi, account: LinkedAccount, held: MirrorList) -> None:
        try:
            if self._reader.unchanged(api, held):
                self._writer.do(lambda tx: table.change(tx, held.list_id, {"read_at": self._clock.now()})).result()
                return
            read = self._reader.read(api, held)
        except (Refused, NotFound) as fault:
            # Somebody else's, or gone since the list of playlists was read: the next look at that tells which.
            log.info("list %d cannot be read: %s", held.list_id, fault)
            self._writer.do(lambda tx: self._give_up(tx, held)).result()
            return
        take = self._take_playlists if held.kind == "playlists" else self._take
        self._writer.do(lambda tx: take(tx, account, held, read)).result()

    def _give_up(self, tx: Tx, held: MirrorList) -> None:
        table.drop_pages(tx, held.list_id)
        at = self._clock.now()
        table.change(tx, held.list_id, {"snapshot": held.seen_snapshot, "unconfirmed": 0, "read_at": at})

    def _take_playlists(self, tx: Tx, account: LinkedAccount, listing: MirrorList, read: Read) -> None:
        now = self._clock.now()
        for entry in read.entries:
            list_id = self._add(tx, account, "playlist", entry.uri, entry.track_name)
            own = entry.owner_id == account.spotify_id
            values = {"name": entry.track_name, "owner_id": entry.owner_id, "own": int(own), "absent": 0, "gone_at": 0}
            values |= {"seen_snapshot": entry.snapshot, "readable": int(own or entry.collaborative)}
            table.change(tx, list_id, values)
        if read.complete:
            seen = {entry.uri for entry in read.entries}
            rows = [list_from(row) for row in table.of_account(tx, account.account_id)]
            for one in rows:
                if one.kind == "playlist" and one.remote_id not in seen and not one.gone_at:
                    gone = one.absent + 1 >= absence.READS
                    table.change(tx, one.list_id, {"absent": one.absent + 1, "gone_at": now if gone else 0})
        table.drop_pages(tx, listing.list_id)
        table.change(tx, listing.list_id, {"reads": listing.reads + int(read.complete), "read_at": now})

    def _take(self, tx: Tx, account: LinkedAccount, held: MirrorList, read: Read) -> None:
        now = self._clock.now()
        before = {row[0]: row for row in table.held(tx, held.list_id)}
        present = {entry.uri for entry in read.entries}
        missing = {uri: row[2] for uri, row in before.items() if row[2]}
        if read.complete:
            counted, gone = absence.count(missing, before, present)
        else:
            counted, gone = absence.found(missing, present), ()
        new = [(at, entry) for at, entry in enumerate(read.entries) if entry.uri not in before]
        table.put(tx, [_row(held.list_id, entry, at, now) for at, entry in new])
        table.place(tx, _moved(held.list_id, before, read.entries, counted, missing))
        removed = [{"list_id": held.list_id, "uri": uri, "seen_at": before[uri][1], "removed_at": now} for uri in gone]
        told = [entry for _, entry in new], table.by_uris(tx, held.list_id, gone[:MOST_TOLD]) if gone else []
        table.remove(tx, removed)
        table.drop_pages(tx, held.list_id)
        values: dict[str, Any] = {"read_at": now, "unconfirmed": len(counted)}
        if read.complete:
            values |= {"reads": held.reads + 1, "snapshot": read.snapshot}
            if held.kind != "playlist":
                values["seen_snapshot"] = read.snapshot
        table.change(tx, held.list_id, values)
        if held.reads and (new or gone):
            self._tell(tx, account, held, read.snapshot, told[0], [item_from(row) for row in told[1]])
        for follow in self._followers:
            follow(tx, held)

    def _tell(
        self,
        tx: Tx,
        account: LinkedAccount,
        held: MirrorList,
        snapshot: str,
        came: Sequence[Entry],
        went: Sequence[MirrorItem],
    ) -> None:
        if held.kind == "playlist":
            data = {
                "uri": held.uri,
                "name": held.name,
                "snapshot_id": snapshot,
                "added": [entry.uri for entry in came[:MOST_TOLD]],
                "removed": [item.uri for item in went],
                "account": account.title,
            }
            self._journal.add_in(tx, account.user_id, "playlist.changed", data)
        elif held.kind == "liked":
            words = [("track.loved", _love(entry, 1)) for entry in came[:MOST_TOLD]]
            words += [("track.unloved", _love(item, 0)) for item in went]
            self._journal.add_all_in(tx, account.user_id, words)

    # ---- forgetting --------------------------------------------------------------------------------------

    def _forget(self, account_id: int) -> None:
        self._writer.do(lambda tx: table.forget_account(tx, account_id)).result()


def _love(item: Entry | MirrorItem, score: int) -> dict[str, Any]:
    return {
        "track_name": item.track_name,
        "artist_name": ", ".join(item.artist_names),
        "release_name": item.release_name,
        "recording_mbid": "",
        "spotify_uri": item.uri,
        "score": score,
    }


def _row(list_id: int, entry: Entry, position: int, now: int) -> dict[str, Any]:
    return {
        "list_id": list_id,
        "uri": entry.uri,
        "seen_at": now,
        "position": position,
        "added_at": entry.added_at,
        "group_key": entry.group_key,
        "track_name": entry.track_name,
        "artist_names": jsontext.dumps(list(entry.artist_names)),
        "release_name": entry.release_name,
        "duration_ms": entry.duration_ms,
        "isrc": entry.isrc,
    }


def _moved(
    list_id: int,
    before: Mapping[str, Sequence[Any]],
    entries: Sequence[Entry],
    counted: Mapping[str, int],
    missing: Mapping[str, int],
) -> list[dict[str, Any]]:
    """The rows whose place or count of reads without them changed."""
    places = {entry.uri: at for at, entry in enumerate(entries)}
    return [
        {
            "list_id": list_id,
            "uri": uri,
            "seen_at": row[1],
            "position": places.get(uri, row[3]),
            "missing": counted.get(uri, 0),
        }
        for uri, row in before.items()
        if places.get(uri, row[3]) != row[3] or counted.get(uri, 0) != missing.get(uri, 0)
    ]
