"""Passing listens on to other services: a user's relays, what they let through, what waits and what failed.

`follow` runs behind ingest, in its transaction: a listen that is stored and is to be passed on waits from the
same moment. `relay_run` sends. Bulk work (imports) is not passed on by itself: that is what a back-fill is for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from earstead.core.errors import Conflict, NotFound, Rejected, Upstream
from earstead.core.listen import Submission
from earstead.core.names import clean
from earstead.core.relaying import RelayFilter, play_of
from earstead.kit.addresses import ForbiddenAddress, web_address
from earstead.kit.clock import Clock, new_uuid4
from earstead.kit.secrets import CannotOpen, Vault
from earstead.services.ingest import Ingest, IngestResult
from earstead.services.insights.insights import Insights
from earstead.services.playing import Playing
from earstead.services.relays.playing import PlayingThread
from earstead.services.relays.rows import (
    fill_from,
    filter_text,
    goes,
    item_from,
    play_of_row,
    relay_from,
    seal,
    target_of,
    unseal,
)
from earstead.services.relays.run import LOOK, Runner
from earstead.services.relays.types import (
    BY_NAME,
    KINDS,
    Account,
    Carrier,
    Fill,
    ItemRow,
    Kind,
    Relay,
    Secrets,
    Standing,
    State,
)
from earstead.services.worker import Worker
from earstead.storage import relays as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

__all__ = ["KINDS", "Given", "Relays"]

MOST_RELAYS = 20
MOST_EXCLUDED = 200
MAX_TEXT = 500
MAX_MIN_S = 3600
ANY_KEY = "earstead" * 4
"""Servers that know no keys take any of 32 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person typed to connect an account; "" for what was left empty."""

    url: str = ""
    token: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    name: str = ""
    password: str = field(default="", repr=False)


class Relays:
    """See the module. Methods block; those that connect wait for the other service."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        insights: Insights,
        worker: Worker,
        carrier: Carrier,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._insights = insights
        self.runner = Runner(engine, writer, clock, vault, insights, worker, carrier)
        self._known: dict[int, tuple[str, tuple[Relay, ...]]] = {}
        self.playing = PlayingThread(self._tell_playing)

    def follow(self, ingest: Ingest, playing: Playing) -> None:
        """From now on, pass on what these hear."""
        ingest.followed_by(self._follow)
        playing.followed_by(self.playing.put)

    def start(self) -> None:
        """Wake every relay: a stopped process may have left a job behind whose lease still runs."""

        def work(tx: Tx) -> None:
            for relay_id in table.with_work(tx):
                self.runner.wake(tx, relay_id)

        self._writer.do(work).result()

    def close(self) -> None:
        """Stop passing on what plays, and close the connections."""
        self.playing.close()
        self.runner.carrier.close()

    def forget(self, user_id: int) -> None:
        """The account is being erased: nothing more is queued or sent for it."""

        def work(tx: Tx) -> None:
            table.silence(tx, user_id)
            self._known.pop(user_id, None)

        self._writer.do(work).result()

    # ---- what arrives ------------------------------------------------------------------------------------

    def _follow(
        self, tx: Tx, user_id: int, submissions: Sequence[Submission], result: IngestResult, bulk: bool
    ) -> None:
        mark, relays = self._connected(tx, user_id)
        if not relays:
            return
        pairs = zip(submissions, result.outcomes, strict=True)
        new = sorted(
            ((s.listened_at, o.listen_id, s) for s, o in pairs if o.status == "new"), key=lambda found: found[:2]
        )
        for relay in relays:
            if bulk:
                # A number may have belonged to a listen that was erased; what is new was sent nowhere.
                table.forget(tx, relay.relay_id, [listen_id for _, listen_id, _ in new])
                continue
            chosen = [listen_id for _, listen_id, s in new if goes(relay, mark, play_of(s))]
            if chosen:
                table.queue(tx, relay.relay_id, chosen, self._clock.now())
                if relay.state == "on":
                    self.runner.wake(tx, relay.relay_id)

    def _connected(self, tx: Tx, user_id: int) -> tuple[str, tuple[Relay, ...]]:
        """The user's mark and the relays that listens wait for; kept until one of them changes."""
        found = self._known.get(user_id)
        if found is None:
            rows = table.of_user(tx, user_id, MOST_RELAYS)
            relays = tuple(relay for row in rows if (relay := relay_from(row)).state != "new")
            found = self._known[user_id] = (table.mark(tx, user_id), relays)
        return found

    def _tell_playing(self, user_id: int, submission: Submission) -> None:
        with self._engine.read() as tx:
            mark, relays = table.mark(tx, user_id), [relay_from(r) for r in table.of_user(tx, user_id, MOST_RELAYS)]
            play = replace(play_of(submission), counted=True, played_ms=0)
            targets = [
                self.runner.target(tx, relay)
                for relay in relays
                if relay.state == "on" and relay.playing and goes(relay, mark, play)
            ]
        for target in targets:
            with contextlib.suppress(Upstream):
                self.runner.carrier.playing(target, submission)

    def mark(self, user_id: int) -> str:
        """The mark under which copies of a user travel, made when first asked for."""
        with self._engine.read() as tx:
            found = table.mark(tx, user_id)
        return found or self._writer.do(lambda tx: self._marked(tx, user_id)).result()

    def _marked(self, tx: Tx, user_id: int) -> str:
        found = table.mark(tx, user_id)
        if not found:
            found = new_uuid4()
            table.set_mark(tx, user_id, found)
            self._known.pop(user_id, None)
        return found

    # ---- connecting --------------------------------------------------------------------------------------

    def add(self, user_id: int, kind_name: str, given: Given) -> Relay:
        """Connect a service. Its state is "new" when the user has to approve us on the service's page first.

        Raises Rejected, also with what the other service said; Conflict when there are too many.
        """
        kind, url = _kind(kind_name), _url(kind_name, given)
        secrets, account = self._prove(kind, url, given)
        values = {
            "user_id": user_id,
            "kind": kind.name,
            "url": url,
            "state": "on" if account else "new",
            "account": account.name if account else "",
            "peer_mark": account.mark if account else "",
            "filter": filter_text(RelayFilter()),
            "playing": 1,
            "secrets": seal(self._vault, secrets),
            "created_at": self._clock.now(),
        }

        def work(tx: Tx) -> Relay:
            if len(table.of_user(tx, user_id, MOST_RELAYS)) >= MOST_RELAYS:
                raise Conflict(f"There are {MOST_RELAYS} relays already; remove one first.")
            self._marked(tx, user_id)
            self._known.pop(user_id, None)
            return _get(tx, user_id, table.add(tx, values))

        return self._writer.do(work).result()

    def reconnect(self, user_id: int, relay_id: int, given: Given) -> Relay:
        """Prove ourselves anew, for a relay that is held or not yet connected; what waits is kept. Raises Rejected."""
        relay = self.get(user_id, relay_id).relay
        # An address left empty stays; the form never shows secrets, so those are always typed again.
        given = replace(given, url=given.url or relay.url)
        url = _url(relay.kind.name, given)
        secrets, account = self._prove(relay.kind, url, given)
        values: dict[str, object] = {"url": url, "secrets": seal(self._vault, secrets)}
        return self._connect(user_id, relay_id, account, values)

    def approval_page(self, user_id: int, relay_id: int) -> str:
        """Where the user approves us; "" when that is not what a relay waits for."""
        with self._engine.read() as tx:
            relay = _get(tx, user_id, relay_id)
            sealed = table.secrets(tx, relay_id)
        try:
            secrets = unseal(self._vault, sealed)
        except CannotOpen:
            return ""
        return self.runner.carrier.approval_page(target_of(relay.kind, relay.url, secrets)) if secrets.pending else ""

    def finish(self, user_id: int, relay_id: int) -> bool:
        """Ask whether the user has approved us; True when connected. Raises Rejected when the try ran out."""
        with self._engine.read() as tx:
            relay = _get(tx, user_id, relay_id)
            sealed = table.secrets(tx, relay_id)
        try:
            secrets = unseal(self._vault, sealed)
            target = target_of(relay.kind, relay.url, secrets)
            account = self.runner.carrier.approved(target) if secrets.pending else None
        except (CannotOpen, Upstream) as fault:
            raise Rejected("", f"{fault}; connect again") from fault
        if account is None:
            return False
        proved = Secrets(api_key=secrets.api_key, secret=secrets.secret, session=account.session)
        self._connect(user_id, relay_id, account, {"secrets": seal(self._vault, proved)})
        return True

    def _prove(self, kind: Kind, url: str, given: Given) -> tuple[Secrets, Account | None]:
        """Secrets that were found good, and whose they are; None for one who has to approve us first."""
        try:
            if kind.speaks == "listenbrainz":
                if not given.token:
                    raise Rejected("token", "paste the token")
                secrets = Secrets(token=given.token)
                return secrets, self.runner.carrier.account(target_of(kind, url, secrets))
            return self._prove_lastfm(kind, url, given)
        except ForbiddenAddress as fault:
            raise Rejected("url", str(fault)) from fault
        except Upstream as fault:
            raise Rejected("", str(fault)) from fault

    def _prove_lastfm(self, kind: Kind, url: str, given: Given) -> tuple[Secrets, Account | None]:
        by_password = bool(given.password) and kind.name != "lastfm"
        if not by_password and not given.api_key:
            other_way = "" if kind.name == "lastfm" else ", or a name and a password"
            raise Rejected("api_key", f"give the key of an API account{other_way}")
        if kind.name == "lastfm" and not given.secret:
            raise Rejected("secret", "give the shared secret of the API account")
        secrets = Secrets(api_key=given.api_key or ANY_KEY, secret=given.secret)
        if by_password:
            account = self.runner.carrier.log_in(target_of(kind, url, secrets), given.name, given.password)
            return replace(secrets, session=account.session), account
        return replace(secrets, pending=self.runner.carrier.ask(target_of(kind, url, secrets))), None

    def _connect(self, user_id: int, relay_id: int, account: Account | None, values: dict[str, object]) -> Relay:
        def work(tx: Tx) -> Relay:
            before = _get(tx, user_id, relay_id)
            if account:
                state: State = "paused" if before.state == "paused" else "on"
                change = {"state": state, "account": account.name, "peer_mark": account.mark, "error": ""}
                table.change(tx, relay_id, values | change | {"failures": 0, "next_at": 0, "batch": 0})
                self.runner.wake(tx, relay_id)
            else:
                # What proved us before is replaced, so nothing can be sent until the user has approved us.
                table.change(tx, relay_id, values | {"state": "new" if before.state == "new" else "reconnect"})
            self._known.pop(user_id, None)
            return _get(tx, user_id, relay_id)

        return self._writer.do(work).result()

    # ---- looking and changing ----------------------------------------------------------------------------

    def of_user(self, user_id: int) -> tuple[Standing, ...]:
        """A user's relays, oldest first."""
        with self._engine.read() as tx:
            return tuple(_standing(tx, relay_from(row)) for row in table.of_user(tx, user_id, MOST_RELAYS))

    def get(self, user_id: int, relay_id: int) -> Standing:
        """One relay. Raises NotFound."""
        with self._engine.read() as tx:
            return _standing(tx, _get(tx, user_id, relay_id))

    def edit(self, user_id: int, relay_id: int, chosen: RelayFilter, *, playing: bool) -> Relay:
        """Set what goes through, also for what waits already. Raises Rejected, NotFound."""
        relay = self.get(user_id, relay_id).relay
        checked = _checked(relay.kind, chosen)
        return self._change(user_id, relay_id, {"filter": filter_text(checked), "playing": int(playing)})

    def pause(self, user_id: int, relay_id: int) -> Relay:
        """Send nothing; what arrives waits. Raises NotFound; Conflict when it is not on."""
        if self.get(user_id, relay_id).relay.state != "on":
            raise Conflict("Only a relay that runs can be paused.")
        return self._change(user_id, relay_id, {"state": "paused"})

    def resume(self, user_id: int, relay_id: int) -> Relay:
        """Send what waited, and go on. Raises NotFound; Conflict for one that has to be connected first."""
        if self.get(user_id, relay_id).relay.state not in ("on", "paused"):
            raise Conflict("Connect the account again first.")
        return self._change(user_id, relay_id, {"state": "on", "next_at": 0})

    def try_now(self, user_id: int, relay_id: int) -> Relay:
        """Do not wait for the next attempt. Raises NotFound."""
        return self._change(user_id, relay_id, {"next_at": 0})

    def _change(self, user_id: int, relay_id: int, values: dict[str, object]) -> Relay:
        def work(tx: Tx) -> Relay:
            _get(tx, user_id, relay_id)
            table.change(tx, relay_id, values)
            self._known.pop(user_id, None)
            self.runner.wake(tx, relay_id)
            return _get(tx, user_id, relay_id)

        return self._writer.do(work).result()

    def remove(self, user_id: int, relay_id: int) -> None:
        """Forget a service, its secrets, and what waits for it. Raises NotFound."""

        def work(tx: Tx) -> None:
            _get(tx, user_id, relay_id)
            table.remove(tx, relay_id)
            self._known.pop(user_id, None)

        self._writer.do(work).result()

    # ---- what waits, what failed -------------------------------------------------------------------------

    def waiting(self, user_id: int, relay_id: int, *, limit: int = 50, offset: int = 0) -> tuple[ItemRow, ...]:
        """What waits, next first. Raises NotFound."""
        with self._engine.read() as tx:
            _get(tx, user_id, relay_id)
            return self._items(tx, user_id, table.waiting(tx, relay_id, limit, offset))

    def failed(self, user_id: int, relay_id: int, *, limit: int = 50, offset: int = 0) -> tuple[ItemRow, ...]:
        """What the service refused, latest first, each with the reason. Raises NotFound."""
        with self._engine.read() as tx:
            _get(tx, user_id, relay_id)
            return self._items(tx, user_id, table.failed(tx, relay_id, limit, offset))

    def _items(self, tx: Tx, user_id: int, rows: Sequence[Row]) -> tuple[ItemRow, ...]:
        items = []
        for item in map(item_from, rows):
            listen = None
            with contextlib.suppress(NotFound):
                listen = self._insights.listen_in(tx, user_id, item.listen_id)
            items.append(ItemRow(item=item, listen=listen))
        return tuple(items)

    def retry_failed(self, user_id: int, relay_id: int) -> int:
        """Let what was refused wait again, oldest refusal first; returns how many. At most 4,000 at once."""

        def work(tx: Tx) -> int:
            _get(tx, user_id, relay_id)
            ids = [row[0] for row in reversed(table.failed(tx, relay_id, 4_000))]
            table.queue(tx, relay_id, ids, self._clock.now())
            self.runner.wake(tx, relay_id)
            return len(ids)

        return self._writer.do(work).result()

    # ---- back-fill ---------------------------------------------------------------------------------------

    def preview_fill(self, user_id: int, relay_id: int, start: int, end: int) -> int:
        """How many listens of [start, end) would be sent: not sent before, and let through. Raises NotFound."""
        total, cursor = 0, (start, -1)
        with self._engine.read() as tx:
            relay, mark = _get(tx, user_id, relay_id), table.mark(tx, user_id)
            while rows := table.unsent(tx, user_id, relay_id, after=cursor, before=end, limit=LOOK):
                total += sum(goes(relay, mark, play_of_row(row)) for row in rows)
                cursor = (rows[-1][0], rows[-1][1])
        return total

    def fill(self, user_id: int, relay_id: int, start: int, end: int) -> Fill:
        """Send the listens of [start, end), oldest first, behind what arrives.

        Raises NotFound; Rejected when the span is empty; Conflict when one runs, or the relay is not connected.
        """
        if start >= end:
            raise Rejected("until", "the span ends before it begins")
        total = self.preview_fill(user_id, relay_id, start, end)

        def work(tx: Tx) -> Fill:
            if _get(tx, user_id, relay_id).state == "new":
                raise Conflict("Connect the account first.")
            running = table.latest_fill(tx, relay_id)
            if running is not None and fill_from(running).state == "running":
                raise Conflict("A back-fill runs already; stop it first.")
            table.add_fill(tx, relay_id, start=start, end=end, total=total, now=self._clock.now())
            self.runner.wake(tx, relay_id)
            made = table.latest_fill(tx, relay_id)
            assert made is not None
            return fill_from(made)

        return self._writer.do(work).result()

    def stop_fill(self, user_id: int, relay_id: int) -> None:
        """End a back-fill; what was sent by then stays sent. Raises NotFound."""

        def work(tx: Tx) -> None:
            _get(tx, user_id, relay_id)
            row = table.latest_fill(tx, relay_id)
            if row is not None:
                table.end_fill(tx, fill_from(row).fill_id, "stopped", self._clock.now())

        self._writer.do(work).result()


def _get(tx: Tx, user_id: int, relay_id: int) -> Relay:
    row = table.get(tx, relay_id)
    if row is None or row[1] != user_id:
        raise NotFound("There is no such relay.")
    return relay_from(row)


def _standing(tx: Tx, relay: Relay) -> Standing:
    waiting, oldest_at, failed = table.counts(tx, relay.relay_id)
    row = table.latest_fill(tx, relay.relay_id)
    fill = fill_from(row) if row else None
    return Standing(relay=relay, waiting=waiting, oldest_at=oldest_at, failed=failed, fill=fill)


def _kind(name: str) -> Kind:
    if name not in BY_NAME:
        raise Rejected("kind", f"choose one of {', '.join(BY_NAME)}")
    return BY_NAME[name]


def _url(kind_name: str, given: Given) -> str:
    for text in (given.token, given.api_key, given.secret, given.name, given.password):
        if len(text) > MAX_TEXT:
            raise Rejected("", f"nothing here is longer than {MAX_TEXT} characters")
    if not given.url:
        if not BY_NAME[kind_name].api:
            raise Rejected("url", "give the address of the server")
        return ""
    return web_address(given.url)


def _checked(kind: Kind, chosen: RelayFilter) -> RelayFilter:
    kinds = tuple(k for k in kind.kinds if k in chosen.kinds)
    if not kinds:
        raise Rejected("kinds", "tick at least one kind of play")
    if not 0 <= chosen.min_played_s <= MAX_MIN_S:
        raise Rejected("min_played_s", f"a number of seconds up to {MAX_MIN_S:,}")
    names = tuple(dict.fromkeys(name for text in chosen.excluded_artists if (name := clean(text))))
    if len(names) > MOST_EXCLUDED or any(len(name) > MAX_TEXT for name in names):
        raise Rejected("excluded_artists", f"at most {MOST_EXCLUDED} names")
    sources = tuple(clean(source)[:100] for source in chosen.sources[:100])
    return RelayFilter(kinds=kinds, sources=sources, min_played_s=chosen.min_played_s, excluded_artists=names)
