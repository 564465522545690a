"""No question reads a whole table that grows: every statement of a run through all services is explained."""

from __future__ import annotations

import ast
import io
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from earstead.app import _services
from earstead.core.ids import SpotifyUri, UnixSeconds
from earstead.core.listen import Reading, Submission
from earstead.core.periods import Span
from earstead.core.relaying import RelayFilter
from earstead.core.spotify import Capabilities, Profile, Tokens
from earstead.kit.clock import FixedClock
from earstead.kit.secrets import md5_hex
from earstead.sandbox.spotify import Simulator
from earstead.services.applications import applications as registering
from earstead.services.container import Services
from earstead.services.feedback import Feedback
from earstead.services.keys import USED_STEP_S
from earstead.services.relays.relays import Given
from earstead.services.shuffles.types import Rules
from earstead.services.spotify.types import Login
from earstead.services.tags import KINDS as TAG_KINDS
from earstead.services.views import EntityKind, ListenFilter
from earstead.services.webhooks.types import Outcome
from earstead.settings import Settings
from earstead.storage.engine import Row, Tx, WriteSession, expand, open_engine
from earstead.storage.postgres import _rewrite
from earstead.storage.sqlite import SqliteEngine
from tests.fakes.carriers import Taker
from tests.fakes.shuffling import Carrier, linked, reach
from tests.guards import creating
from tests.guards.creator_plans import read_podcasts
from tests.guards.downloading import count_downloads
from tests.guards.sources import modules

NOW = 1_750_000_000
UNKNOWN_URI = SpotifyUri("spotify:track:" + "7" * 22)
PASSWORD = "correct horse battery staple"
KINDS: tuple[EntityKind, ...] = ("artist", "release", "recording", "episode", "show")

# Every table grows, except these.
SMALL = {
    "users": "a row a person; the accounts of one server",
    "owner_links": "at most one row",
    "sources": "a row a source: a dozen",
    "user_sources": "a row a person and source",
    "last_ids": "a row a kind of id",
    "counters": "a row a person",
    "relays": "at most twenty a person",
    "webhook_endpoints": "at most twenty a person",
    "spotify_accounts": "at most twenty a person",
    "spotify_clients": "at most one an account",
    "spotify_quota": "at most one an account",
    "spotify_logins": "at most ten a person",
    "spotify_cursors": "a few an account",
    "shuffles": "at most fifty a person",
    "applications": "a hundred a person, and at most 5,000 that registered themselves",
    "address_blocks": "at most 1,000",
}
# (function of the storage layer, table) -> why it may read the whole of it.
EXCEPTIONS = {
    ("charts.search", "entities"): "a piece of a name has no index; names are far fewer than listens",
    ("commons.search", "entities"): "the same, across users",
    ("pages.page", "tracks"): "the same, for the search among listens",
    ("erasing._forget_tracks", "feedback"): "once for 512 tracks of a whole account that goes, kept as a set",
    ("keys.all_sealed", "app_passwords"): "the doctor opens each of them",
}
# Storage functions that the run does not reach -> why.
UNREACHED = {
    f"copying.{name}": "backups copy whole tables on purpose" for name in ("empty", "insert", "rows", "tables")
} | {
    "copying.schema_version": "asks the catalogue of the database",
}


QUESTION = re.compile(r"\s*(SELECT|DELETE|UPDATE|INSERT|WITH)\b", re.IGNORECASE)


@dataclass
class Record:
    """What was executed: (storage function, text) -> parameters of its first run."""

    seen: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def note(self, sql: str, params: Mapping[str, Any]) -> None:
        """Remember a statement under the storage function that asked for it."""
        frame = sys._getframe(2)
        # A comprehension or generator within it, or a transaction that leaves out what others may not see.
        while frame.f_back and (frame.f_code.co_name.startswith("<") or frame.f_code.co_qualname.startswith("Shown.")):
            frame = frame.f_back
        asker = f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
        self.seen.setdefault((asker, sql), params)


class RecordingTx:
    """A transaction that writes down what it executes."""

    def __init__(self, record: Record, tx: WriteSession | Tx) -> None:
        self._record = record
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        """Transaction control goes through."""
        return getattr(self._tx, name)

    def all(self, sql: str, **params: Any) -> list[Row]:
        self._record.note(sql, params)
        return self._tx.all(sql, **params)

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        self._record.note(sql, params)
        return self._tx.each(sql, **params)

    def one(self, sql: str, **params: Any) -> Row | None:
        self._record.note(sql, params)
        return self._tx.one(sql, **params)

    def run(self, sql: str, **params: Any) -> int:
        self._record.note(sql, params)
        return self._tx.run(sql, **params)

    def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._record.note(sql, rows[0])
        self._tx.many(sql, rows)


class RecordingEngine(SqliteEngine):
    """SQLite, all of whose transactions write down what they execute."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.record = Record()

    @contextmanager
    def read(self) -> Iterator[Any]:
        """A recorded snapshot."""
        with super().read() as tx:
            yield RecordingTx(self.record, tx)

    @contextmanager
    def write(self) -> Iterator[Any]:
        """The writer's connection, recorded."""
        with super().write() as session:
            yield RecordingTx(self.record, session)


# --- the run -----------------------------------------------------------------------------------------------------


def heard(i: int, **more: Any) -> Submission:
    """A play: 30 songs of 10 artists on 5 albums."""
    words: dict[str, Any] = {
        "source": "player",
        "artist_name": f"Artist {i % 10}",
        "track_name": f"Song {i % 30}",
        "release_name": f"Album {i % 5}",
        "listened_at": UnixSeconds(NOW - 40_000_000 + i * 100_000),
    }
    if i % 7 == 0:  # named alike by an id, so that other spellings are looked for
        words["recording_mbid"] = f"00000000-0000-4000-8000-{i % 30:012d}"
    return Submission(**(words | more))


def live(services: Services) -> tuple[int, int]:
    """Two people sign up, listen, and say again what was said; returns their ids."""
    accounts = services.accounts
    owner = accounts.claim_owner(accounts.owner_link(), "ada", PASSWORD).user_id
    other = accounts.add_user("bea", PASSWORD).user_id
    for user_id in (owner, other):
        services.ingest.add_now(user_id, [heard(i) for i in range(200)])
        exported = [
            heard(i, source="export", reading=Reading.END, asserted=False, twin_s=30, played_ms=180_000)
            for i in range(0, 60, 2)
        ]
        services.ingest.look(user_id).take(exported)
        services.ingest.add_now(user_id, exported)
    return owner, other


def keys(services: Services, user_id: int, clock: FixedClock) -> None:
    """Sessions, tokens, app passwords and settings."""
    a = services.accounts
    a.user(user_id), a.find("ada", None if user_id == 0 else a.user(user_id)), a.users(), a.has_owner()
    session = a.sign_in("ada", PASSWORD)
    clock.advance(USED_STEP_S)
    a.session(session), a.sessions(user_id)
    a.change_password(user_id, PASSWORD, PASSWORD + "!", keep_session=session)
    a.end_session(user_id, a.sessions(user_id)[0].session_id)
    a.sign_out(session)
    a.set_password(user_id, PASSWORD)
    token = a.new_token(user_id, "player")
    a.bearer(token)
    a.revoke_token(user_id, a.tokens(user_id)[0].token_id)
    secret = a.new_app_password(user_id, "old player")
    a.check_app_password("ada", secret), a.app_password_md5s(user_id), a.unreadable_app_passwords()
    a.unreadable_connections()
    a.revoke_app_password(user_id, a.app_passwords(user_id)[0].app_password_id)
    a.set_setting(user_id, "k", 1), a.raise_setting(user_id, "k", 2), a.setting(user_id, "k"), a.settings(user_id)
    a.update(user_id, zone="Europe/Berlin", visibility="public", display_name="Ada")


def questions(services: Services, user_id: int) -> None:
    """Everything that pages and protocols ask."""
    q = services.insights
    span = Span(UnixSeconds(NOW - 40_000_000), UnixSeconds(NOW))
    q.version(user_id), q.count(user_id), q.ends(user_id), q.sources(user_id), q.years(user_id)
    for part in (None, span):
        q.totals(user_id, part), q.clock(user_id, part)
        q.history(user_id, part, "month")
        for kind in KINDS:
            q.chart(user_id, kind, part, compare=span)
    q.calendar(user_id, 2025), q.disc(user_id, 2025)
    for kind in ("artist", "release", "recording"):
        entity_id = q.chart(user_id, kind, None).rows[0].entity.entity_id
        q.entity(user_id, kind, entity_id), q.rank_history(user_id, kind, entity_id)
        q.history(user_id, span, "month", kind=kind, entity_id=entity_id)
        page = q.listens(user_id, filter=ListenFilter(**{f"{kind}_id": entity_id}))
        q.mbids(user_id, kind, [entity_id]), q.refs(user_id, [entity_id])
        q.numbered(user_id, span, entity_id=entity_id, limit=5, offset=1)
    q.numbered(user_id), q.numbered(user_id, limit=5, offset=150), q.numbered(user_id, span, limit=5, offset=150)
    q.sizes(user_id)
    q.albums(user_id, [q.chart(user_id, "recording", None).rows[0].entity.entity_id])
    q.parts(user_id, q.chart(user_id, "artist", None).rows[0].entity.entity_id, "recording")
    q.chart(user_id, "recording", None, ties_by_name=True)
    q.heard_with(user_id, q.chart(user_id, "artist", None).rows[0].entity.entity_id)
    q.search(user_id, "song")
    for narrow in (
        ListenFilter(text="song"),
        ListenFilter(source="player"),
        ListenFilter(skipped=True),
        ListenFilter(counted=True),
        ListenFilter(hidden=True),
        ListenFilter(after=span.start, before=span.end),
    ):
        q.listens(user_id, filter=narrow)
    page = q.listens(user_id, limit=10)
    q.listens(user_id, limit=10, cursor=q.listens(user_id, limit=10, cursor=page.older).newer)
    q.listens_between(user_id, after=None, before=NOW, limit=5)
    q.reported_at(user_id, NOW - 300)
    q.listens_between(user_id, after=1, before=NOW, limit=5, oldest_first=True)
    q.listen(user_id, page.items[0].listen_id), q.explain(user_id, page.items[0].listen_id)


def decide(services: Services, user_id: int) -> None:
    """Every kind of decision, taken back and made again."""
    q, d = services.insights, services.decisions
    artists = [row.entity.entity_id for row in q.chart(user_id, "artist", None).rows]
    recordings = [row.entity.entity_id for row in q.chart(user_id, "recording", None).rows]
    told = (q.explain(user_id, row.listen_id) for row in q.listens(user_id, limit=300).items)
    merged = next(found for found in told if len(found.witnesses) > 1)
    ids = [row.listen_id for row in q.listens(user_id).items[:4]]
    for kind, subject in (
        ("rename", {"entity": "artist", "id": artists[0], "name": "Renamed"}),
        ("merge", {"entity": "recording", "ids": [recordings[1]], "into": recordings[2]}),
        ("block", {"entity": "artist", "id": artists[3]}),
        ("ban", {"entity": "artist", "id": artists[4]}),
        ("delete", {"listen_ids": ids[:1]}),
        ("edit", {"listen_id": ids[1], "track_name": "Other words"}),
        ("keep_apart", {"listen_id": merged.listen.listen_id, "seq": merged.witnesses[-1].seq}),
        ("join", {"listen_ids": ids[2:4]}),
    ):
        d.preview(user_id, kind, subject)
        made = d.make(user_id, kind, subject)
        d.undo(user_id, made.decision_id)
        d.redo(user_id, made.decision_id)
    d.log(user_id)
    q.totals(user_id, Span(UnixSeconds(0), UnixSeconds(NOW)))
    services.ingest.rebuild(user_id)


def move(services: Services, owner: int) -> None:
    """Love, every export, an archive taken in by a newcomer, a table with a bad row."""
    other = services.accounts.add_user("cleo", PASSWORD).user_id
    feedback = Feedback(services.engine, services.writer, services.clock, services.ingest)
    feedback.love(owner, heard(1)), feedback.hate(owner, heard(2)), feedback.unlove(owner, heard(2))
    _, total = feedback.loved(owner)
    assert total == 1
    feedback.scores(owner, [1, 2])
    for name, _, _ in services.exports.formats():
        out = io.BytesIO()
        services.exports.write(owner, name, out)
        if name == "archive":
            path = services.imports.upload_dir(other) / "archive.zip"
            path.write_bytes(out.getvalue())
            job = services.imports.preview(other, [path], wait=True)
            assert services.imports.run(other, job.import_id, wait=True).state == "done"
    path = services.imports.upload_dir(other) / "songs.csv"
    path.write_text("artist,album,title,date\nA,B,C,2020-01-01 10:00\nA,B,,2020-01-01 11:00\n", "utf-8")
    job = services.imports.preview(other, [path], wait=True)
    services.imports.run(other, job.import_id, wait=True)
    (skipped,) = services.imports.report(other, job.import_id)
    assert skipped["reason"]
    path = services.imports.upload_dir(other) / "again.csv"
    path.write_text("artist,album,title,date\nA,B,C,2020-01-01 10:00\n", "utf-8")
    job = services.imports.preview(other, [path], wait=True)
    services.imports.cancel(other, job.import_id)
    services.imports.list(other), services.imports.get(other, job.import_id)
    services.imports.start()


def social(services: Services, owner: int, other: int) -> None:
    """Two people tag the same things, follow each other, and take some of it back."""
    tags, follows, a = services.tags, services.follows, services.accounts
    viewer = a.user(owner)
    for kind in TAG_KINDS:
        item = services.insights.chart(owner, kind, None).rows[0].entity.entity_id
        tags.add(owner, kind, item, ["rock", "slow", "old"]), tags.add(other, kind, item, ["Rock", "fast"])
        tags.remove(owner, kind, item, "old")
        tags.of(owner, kind, item), tags.top(kind, item, viewer), tags.personal(owner, "rock", kind)
        tags.tagged("rock", kind, 10, 0, viewer)
    song = services.insights.chart(owner, "recording", None).rows[0].entity
    services.playlinks.set(owner, song, "loB0kmz_0MM"), services.playlinks.of(owner, [song.entity_id])
    services.playlinks.remove(other, song.entity_id, "youtube"), services.playlinks.mark(owner)
    services.feedback.mark(owner)
    tags.user_top(owner), tags.info("rock", viewer), tags.most_used(10, 0, viewer), tags.similar("rock", 10, viewer)
    a.update(other, visibility="public")
    follows.follow(owner, "bea"), follows.follow(other, "ada"), follows.follows(owner, "bea")
    follows.following(owner, viewer), follows.followers(owner, viewer)
    follows.unfollow(other, "ada"), follows.follow(other, "ada")


def everybody(services: Services, user_id: int) -> None:
    """What is asked across users."""
    c, viewer = services.commons, services.accounts.user(user_id)
    span = Span(UnixSeconds(NOW - 40_000_000), UnixSeconds(NOW))
    for kind in KINDS:
        services.commons.chart(kind, None), c.chart(kind, span, country="Chile")
        c.named(viewer, kind, "Song 1", artist="Artist 1"), c.search(kind, "o", artist="artist", viewer=viewer)
        entity_id = services.insights.chart(user_id, kind, None).rows[0].entity.entity_id if kind in TAG_KINDS else 1
        c.stats(kind, entity_id, viewer), c.refs([entity_id], viewer), c.by_mbid(kind, "x", viewer)
    artist = services.insights.chart(user_id, "artist", None).rows[0].entity.entity_id
    c.top_of_artist(artist, "release", viewer=viewer), c.top_of_artist(artist, "recording", viewer=viewer)
    c.similar_artists(artist, 9, viewer)
    song = services.insights.chart(user_id, "recording", None).rows[0].entity.entity_id
    release, _ = c.album_of(song, viewer)
    c.albums_of([song], viewer)
    assert release is not None
    c.tracklist(release.entity_id, viewer), c.durations([song], viewer), c.similar_recordings(song, 9, viewer)
    c.correction(viewer, "Artist 1", "Nothing"), c.by_mbid("recording", f"00000000-0000-4000-8000-{7:012d}", viewer)


def behind_a_veil(services: Services, owner: int, other: int) -> None:
    """How plays end; and everything again as others see it, once an API told of plays that nobody else saw."""
    words: dict[str, Any] = {"duration_ms": 200_000, "played_ms": 90_000, "extra": {"context_uri": "x:y:z"}}
    told = [heard(i, listened_at=UnixSeconds(NOW - 50_000_000 + i * 1_000), **words) for i in range(9)]
    for source, part in (("spotify-player", told), ("soloist", told[:3])):
        services.ingest.add_now(owner, [msgspec.structs.replace(play, source=source) for play in part])
    report = services.habits.report(owner)
    services.habits.recording(owner, report.tracks[0].entity.entity_id)
    viewer = services.accounts.user(other)
    shown = services.showing.services(services, services.accounts.user(owner), viewer)
    assert shown.insights is not services.insights
    questions(shown, owner)
    everybody(services, other)
    services.showing.allow(["figures"])
    services.showing.allow([])


def applications(services: Services, user_id: int, clock: FixedClock) -> None:
    """Programs of every sort, with access and without it; and the owner's switches."""
    apps = services.applications
    made = apps.create(user_id, "Player", callback="https://player.example/back")
    apps.of_user(user_id), apps.get(user_id, made.application_id), apps.secret_of(made.application_id), apps.all()
    apps.rotate(user_id, made.application_id)
    apps.describe(user_id, made.application_id, "Player", read_alone=True)
    guest = apps.admit("any key", "mpd/0.24")
    assert guest is not None
    most, registering.MOST_UNASKED = registering.MOST_UNASKED, 1
    guest = apps.admit("another key", "mpd/0.24")  # pushes the first out
    registering.MOST_UNASKED = most
    assert guest is not None
    clock.advance(USED_STEP_S)
    apps.admit("another key", "mpd/0.24")
    token = apps.new_token(guest.application_id)
    apps.approve(token, user_id), apps.token_state(token)
    session = apps.redeem(guest.application_id, token)
    clock.advance(USED_STEP_S)
    apps.session(session.key)
    apps.revoke(user_id, apps.app_sessions(user_id)[0].app_session_id)
    apps.new_session(user_id, made.application_id), apps.revoke_application(user_id, made.application_id)
    apps.remove(user_id, made.application_id)
    apps.suspend(guest.application_id, "too fast"), apps.unsuspend(guest.application_id)
    apps.block_address("192.0.2.0/24", "scans"), apps.blocked("192.0.2.1"), apps.unblock("192.0.2.0/24")
    apps.set_policy("known"), apps.set_limits(10, 100)
    secret = services.accounts.new_app_password(user_id, "player")
    clock.advance(USED_STEP_S)
    assert apps.legacy_matches(user_id, md5_hex(md5_hex(secret) + "1"), "1")


def pass_on(services: Services, user_id: int) -> None:
    """A relay that is connected, sends, is refused, held, back-fills and is removed; another one stays."""
    relays = services.relays
    carrier = relays.runner.carrier = Taker()
    relays.mark(user_id)
    kept = relays.add(user_id, "earstead", Given(url="https://there.example", token="t")).relay_id
    relay_id = relays.add(user_id, "librefm", Given(api_key="k" * 32)).relay_id
    relays.approval_page(user_id, relay_id)
    assert relays.finish(user_id, relay_id)
    relays.reconnect(user_id, kept, Given(token="u"))
    relays.edit(user_id, kept, RelayFilter(min_played_s=30), playing=True)
    services.ingest.add_now(user_id, [heard(i, listened_at=UnixSeconds(NOW - 9_000 + i * 300)) for i in range(20)])
    services.ingest.add_now(user_id, [heard(21, listened_at=UnixSeconds(NOW - 900))], bulk=True)
    first, *pair = (row.item.listen_id for row in relays.waiting(user_id, kept, limit=3))
    services.decisions.make(user_id, "delete", {"listen_ids": [first]})
    services.decisions.make(user_id, "join", {"listen_ids": pair})
    carrier.refuse = 1
    relays.pause(user_id, kept), relays.resume(user_id, kept), relays.try_now(user_id, kept)
    relays.fill(user_id, kept, NOW - 40_000_000, NOW)
    relays.start()
    services.worker.run_due()
    relays.of_user(user_id), relays.failed(user_id, kept), relays.retry_failed(user_id, kept)
    services.worker.run_due()
    relays.stop_fill(user_id, kept)
    services.playing.set(user_id, heard(1), 100)
    assert relays.playing.settle(10)
    relays.remove(user_id, relay_id)
    assert relays.get(user_id, kept).relay.sent > 100


def tell(services: Services, user_id: int, clock: FixedClock) -> None:
    """Webhooks that take, fail, come back and are removed; streams that are resumed; what is old is pruned."""
    hooks, journal = services.webhooks, services.journal
    office = hooks._office
    endpoint, _ = hooks.add(user_id, "https://93.184.216.34/hook", types=("track.*",))
    spare, _ = hooks.add(user_id, "https://93.184.216.34/spare")
    services.feedback.love(user_id, heard(3)), services.feedback.unlove(user_id, heard(3))
    assert office.agenda()
    for failed in (True, True, True, False):
        clock.advance(1_000)
        parcel = office.parcel(endpoint.endpoint_id, 10, ())
        assert parcel is not None
        reason = "away" if failed else ""
        told = [
            Outcome(
                delivery_id=letter.delivery_id,
                endpoint_id=endpoint.endpoint_id,
                attempts=letter.attempts + 1,
                tried_ms=clock.now_ms(),
                took_ms=1,
                status=0,
                answer="",
                reason=reason,
            )
            for letter in parcel.letters
        ]
        office.settle(told).result()
    hooks.of_user(user_id), hooks.change(user_id, endpoint.endpoint_id, label="x")
    hooks.pause(user_id, endpoint.endpoint_id), hooks.resume(user_id, endpoint.endpoint_id)
    hooks.rotate(user_id, endpoint.endpoint_id), hooks.test(user_id, endpoint.endpoint_id)
    log = hooks.log(user_id, endpoint.endpoint_id)
    hooks.replay(user_id, endpoint.endpoint_id, log[-1].delivery_id)
    hooks.replay_since(user_id, endpoint.endpoint_id, 0)
    hooks.remove(user_id, spare.endpoint_id)
    assert journal.since(user_id, 0) and journal.latest(user_id) and journal.last_id()
    journal.prune(), hooks.prune()


def link_spotify(services: Services, user_id: int, clock: FixedClock) -> None:
    """An account that is linked, worked with, warned of, locked out, ended, linked again and left; one that stays."""
    links, tokens = services.spotify, Tokens(access="a", refresh="r", expires_at=NOW, scopes=("s",))
    login = Login(client_id="c", developer="c", redirect_uri="https://x/back", verifier="v", features=("listen",))
    links.begin(user_id, "state", login), links.login(user_id, "state")
    account = links.link(user_id, login, tokens, Profile(spotify_id=f"ada {user_id}"))
    links.developer_of("c"), links.of_user(user_id), list(links.all()), links.get(user_id, account.account_id)
    links.keep_tokens(account.account_id, tokens, links.tokens(account.account_id))
    links.set_cursor(account.account_id, "recent", "1"), links.cursor(account.account_id, "recent")
    links.set_features(account, ("listen",)), links.keep_capabilities("c", Capabilities(batch=True))
    links.quota_locked("c", "{}", "search", NOW * 1000), links.keep_quota("c", "{}"), links.quota("c")
    services.worker.run_due()
    clock.advance(175 * 86_400)
    assert links.count_down() > 0
    links.ended(account.account_id, "expired", tokens)
    left = links.link(user_id, login, tokens, Profile(spotify_id="other")).account_id
    links.link(user_id, login, tokens, Profile(spotify_id=f"ada {user_id}"))
    services.spotify_links.disconnect(user_id, left, erase=True)


def shuffle(services: Services, user_id: int, clock: FixedClock) -> None:
    """Lists that are mirrored and change, a shuffle that is played, edited and undone; one that is removed."""
    simulator = Simulator(clock)
    reach(services, Carrier(simulator.app), clock)
    account = linked(services, user_id, simulator)
    mirrors, shuffles = services.mirrors, services.shuffles

    def turn() -> None:
        mirrors.look_soon(account.account_id), shuffles.look()
        for _ in range(8):
            clock.advance(240)
            services.worker.run_due()

    turn()
    source = next(one for one in mirrors.lists(user_id) if one.name == "Sunday")
    playlist = next(one for one in simulator.playlists.values() if one.name == "Sunday")
    rules = Rules(rest_days=1)
    made = shuffles.create(user_id, f"playlist:{source.list_id}", playlist=True, rules=rules).shuffle_id
    spare = shuffles.create(user_id, "history").shuffle_id
    playlist.remove([(playlist.rows[0].uri, None)], simulator.now_ms)
    # A song of one's own whose address was not known before.
    services.ingest.add_now(user_id, [heard(3, listened_at=UnixSeconds(clock.now()), spotify_uri=UNKNOWN_URI)])
    for _ in range(3):
        turn()
    first, second = shuffles.upcoming(user_id, made, 2)
    said = heard(1, track_name=first.track_name, artist_name=first.artist_name, spotify_uri=first.uri)
    services.ingest.add_now(user_id, [msgspec.structs.replace(said, listened_at=UnixSeconds(clock.now()))])
    clock.advance(300)
    services.worker.run_due()
    shuffles.set_aside(user_id, made, second.item_id), shuffles.bring_back(user_id, made, second.item_id)
    shuffles.mark_heard(user_id, made, second.item_id)
    mirror = next(one for one in simulator.playlists.values() if one.name == "Sunday · shuffle")
    mirror.add([simulator.store.tracks()[800].uri], None, "ada", simulator.now_ms)
    turn()
    shuffles.undo(user_id, made, shuffles.log(user_id, made)[0].day)
    shuffles.edit(user_id, made, name="Kept", rules=rules), shuffles.pause(user_id, made)
    shuffles.of_user(user_id), shuffles.heard(user_id, made), shuffles.aside(user_id, made)
    mirrors.items(user_id, source.list_id), mirrors.changes(user_id, source.list_id)
    shuffles.remove(user_id, spare)


def work(services: Services) -> None:
    """Jobs that succeed, fail, and are nobody's."""

    def fails(payload: Mapping[str, Any]) -> None:
        raise OSError("away")

    services.worker.handle("good", lambda payload: None)
    services.worker.handle("bad", fails)
    services.worker.every("often", 60, lambda payload: None)
    for kind in ("good", "bad", "nobody's"):
        services.writer.do(lambda tx, k=kind: services.worker.enqueue(tx, k, {}, dedupe="x")).result()
    services.worker.run_due()
    services.worker.dead()
    services.worker.start()


@dataclass(frozen=True)
class Run:
    """What was executed, and a connection to ask how."""

    record: Record
    connection: sqlite3.Connection

    def scans(self) -> Iterator[tuple[str, str, str]]:
        """(storage function, table, the plan's line) of each full read of a table."""
        for (asker, sql), params in self.record.seen.items():
            if not QUESTION.match(sql):
                continue
            text, bound = expand(sql, dict(params))
            for row in self.connection.execute(f"EXPLAIN QUERY PLAN {text}", bound):
                if scanned := re.match(r"SCAN (\w+)", row[3]):
                    for table in self.tables(sql, scanned[1]):
                        yield asker, table, row[3]

    def tables(self, sql: str, name: str) -> set[str]:
        """What a name in a plan may stand for: a table, or each table that the text gives this alias."""
        known = {row[0] for row in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        aliased = re.findall(r"\b(\w+)\s+(?:AS\s+)?(\w+)\b", sql, re.IGNORECASE)
        return ({name} | {table for table, alias in aliased if alias == name}) & known


def run_everything(folder: Path) -> Run:
    """A server's life in a few seconds."""
    engine = RecordingEngine(folder / "earstead.db")
    engine.migrate()
    clock = FixedClock(NOW)
    with creating.simulated(clock) as (url, creators):
        services = _services(Settings(data=folder, creators_url=url), engine, clock)
        owner, other = live(services)
        keys(services, owner, clock)
        questions(services, owner)
        decide(services, owner)
        questions(services, owner)
        everybody(services, owner)
        social(services, owner, other)
        behind_a_veil(services, owner, other)
        applications(services, owner, clock)
        pass_on(services, owner), pass_on(services, other)
        tell(services, owner, clock), tell(services, other, clock)
        link_spotify(services, owner, clock), link_spotify(services, other, clock)
        shuffle(services, owner, clock), shuffle(services, other, clock)
        capture_id = creating.harvest(services, owner, creators)
        creating.create(services, owner, creators, clock), creating.create(services, other, creators, clock)
        read_podcasts(services, owner, creators, clock)
        count_downloads(services, owner, clock), count_downloads(services, other, clock)
        move(services, owner)
        creating.leave(services, owner, capture_id)
        work(services)
        services.accounts.erase_source(other, "export")
        services.accounts.erase(other)
        services.accounts.finish_erasing()
        services.imports.close()
        services.close()
    return Run(engine.record, sqlite3.connect(folder / "earstead.db"))


def asking_functions() -> set[str]:
    """ "module.function" of every storage function that executes something by itself."""
    found = set()
    for module in modules("src/earstead/storage"):
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "tx":
                calls = (c.func for c in ast.walk(node) if isinstance(c, ast.Call))
                # `insert` is given a table and rows: there is no question in it.
                if any(
                    isinstance(f, ast.Attribute)
                    and isinstance(f.value, ast.Name)
                    and f.value.id == "tx"
                    and f.attr != "insert"
                    for f in calls
                ):
                    found.add(f"{Path(module.path).stem}.{node.name}")
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One life for all questions about it."""
    lived = run_everything(tmp_path_factory.mktemp("life"))
    yield lived
    lived.connection.close()


def test_no_statement_reads_a_whole_table_that_grows(run: Run) -> None:
    """Each statement finds its rows by an index, or stands among the exceptions; the run reaches every statement."""
    found: dict[tuple[str, str], str] = {}
    for asker, table, line in run.scans():
        if table not in SMALL:
            found.setdefault((asker, table), line)
    reached = {asker for asker, _ in run.record.seen}
    assert {place: line for place, line in found.items() if place not in EXCEPTIONS} == {}
    assert set(EXCEPTIONS) - set(found) == set(), "an exception that is no longer needed"
    assert asking_functions() - reached - set(UNREACHED) == set(), "extend the run by what asks this"
    assert set(UNREACHED) & reached == set(), "reached after all"


def _full_reads(plan: Mapping[str, Any]) -> Iterator[str]:
    """Tables of which a PostgreSQL plan reads every row."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from _full_reads(below)


def test_postgres_has_an_index_for_every_statement(run: Run, postgres_url: str) -> None:
    """The same statements on PostgreSQL: told to shun full reads, it needs one only where SQLite does."""
    from psycopg import ClientCursor, connect

    open_engine(postgres_url).migrate()
    found, explained = {}, 0
    with connect(postgres_url, cursor_factory=ClientCursor) as connection:
        connection.execute("SET enable_seqscan = off")
        for (asker, sql), params in run.record.seen.items():
            if not QUESTION.match(sql):
                continue
            text, bound = expand(sql, dict(params))
            [plan] = connection.execute(f"EXPLAIN (FORMAT JSON) {_rewrite(text)}".encode(), bound).fetchone() or [None]
            explained += 1
            found.update({(asker, table): sql for table in _full_reads(plan[0]["Plan"]) if table not in SMALL})
    assert explained > 300
    assert {place: sql for place, sql in found.items() if place not in EXCEPTIONS} == {}


def test_no_question_across_users_reads_a_whole_map(run: Run) -> None:
    """What is asked of many users is found by more than the user: all that somebody heard is a million rows, each."""
    found, asked = set(), 0
    for (asker, sql), params in run.record.seen.items():
        if asker.startswith("commons."):
            asked += 1
            text, bound = expand(sql, dict(params))
            lines = [row[3] for row in run.connection.execute(f"EXPLAIN QUERY PLAN {text}", bound)]
            found |= {(asker, line) for line in lines if line.endswith("(user_id=?)") and "counters" not in sql}
    assert asked >= 30
    assert found == set()
