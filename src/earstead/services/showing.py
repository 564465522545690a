"""What others may see of a history: the policy of `core.provenance`, with the owner's word on it, applied.

One's own is never touched. For everybody else plays of which only an API knows are left out, unless the owner of
the server opened that use. The rule is laid under the reading itself (`storage.shown`), so that pages and protocols
need not know it; they ask here for the reader that fits who looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, cast

from earstead.core.errors import Rejected
from earstead.core.listen import NowPlaying
from earstead.core.provenance import POLICY, Provenance, Use, held_level, provenance, withheld
from earstead.services.accounts import Accounts
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.services.playing import Playing
from earstead.services.users import User
from earstead.storage import shown
from earstead.storage.engine import Engine, Tx
from earstead.storage.shown import Shown, ShownEngine

if TYPE_CHECKING:
    from earstead.services.container import Services

_SETTING = "provenance.allowed"


@dataclass(frozen=True, slots=True)
class Veil:
    """What one use leaves out here and now. `users` are those who have something left out."""

    level: int = 0
    users: frozenset[int] = frozenset()
    sources: tuple[int, ...] = ()

    def narrowed(self, users: Iterable[int]) -> Veil:
        """The veil over these users alone."""
        left = self.users.intersection(users)
        return replace(self, users=left) if left else NO_VEIL

    def over(self, tx: Tx, own: int) -> Tx:
        """The transaction without what is left out of everybody's plays but `own`'s."""
        return Shown(tx, self.level, own, self.sources) if self.users else tx

    def of(self, tx: Tx, user_id: int) -> Tx:
        """Of a transaction from `over`, the part for one user: those who have nothing left out are read plainly."""
        return tx.plain if isinstance(tx, Shown) and user_id not in self.users else tx


NO_VEIL = Veil()


class Showing:
    """See the module. All methods block."""

    def __init__(self, engine: Engine, accounts: Accounts, ingest: Ingest, insights: Insights) -> None:
        self._engine = engine
        self._accounts = accounts
        self._insights = insights
        self._ingest = ingest
        self._lock = Lock()
        self._others: dict[int, Insights] = {}
        self._allowed: tuple[str, ...] | None = None

    # ---- the owner's word --------------------------------------------------------------------------------

    def allowed(self) -> tuple[str, ...]:
        """The uses that the owner opened for everything, by value."""
        if self._allowed is None:
            said = self._accounts.setting(0, _SETTING, [])
            known = {line.use.value for line in POLICY}
            self._allowed = tuple(use for use in said if use in known) if isinstance(said, list) else ()
        return self._allowed

    def allow(self, uses: Iterable[str]) -> None:
        """Open these uses, and no others. Raises Rejected for a name that is none, or that needs no word."""
        chosen = sorted(set(uses))
        known = {line.use.value for line in POLICY if line.without}
        if unknown := [use for use in chosen if use not in known]:
            raise Rejected("use", f"there is no such use: {unknown[0]}")
        self._accounts.set_setting(0, _SETTING, chosen)
        self._allowed = None

    # ---- applied -----------------------------------------------------------------------------------------

    def out(self, use: Use) -> frozenset[Provenance]:
        """What a use leaves out."""
        return withheld(use, self.allowed())

    def veil(self, tx: Tx, use: Use) -> Veil:
        """What a use leaves out of what is stored."""
        out = self.out(use)
        ids = [source_id for source_id, name in shown.sources(tx) if provenance(name) in out] if out else []
        users = shown.users_of(tx, ids) if ids else set()
        return Veil(held_level(out), frozenset(users), tuple(ids)) if users else NO_VEIL

    def insights(self, owner_id: int, viewer_id: int, use: Use = Use.PAGES) -> Insights:
        """The reader of somebody's history for who looks (0: a stranger)."""
        if owner_id == viewer_id:
            return self._insights
        with self._engine.read() as tx:
            veil = self.veil(tx, use)
        return self.of(owner_id, veil)

    def of(self, user_id: int, veil: Veil) -> Insights:
        """The reader of one history under a veil."""
        return self.behind(veil.level) if user_id in veil.users else self._insights

    def behind(self, level: int) -> Insights:
        """The reader of histories without what is held back from this level on. It keeps answers of its own."""
        with self._lock:
            if level not in self._others:
                self._others[level] = Insights(ShownEngine(self._engine, level), self._ingest)
            return self._others[level]

    def services(self, services: Services, owner: User, viewer: User | None) -> Services:
        """The services with which a page about `owner` is drawn for `viewer`: the same ones for the owner, and for
        everybody where nothing is held back."""
        viewer_id = viewer.user_id if viewer else 0
        if viewer_id == owner.user_id:
            return services
        out = self.out(Use.PAGES)
        insights = self.insights(owner.user_id, viewer_id)
        playing = cast(Playing, Overheard(services.playing, out)) if out else services.playing
        return replace(services, insights=insights, playing=playing)


class Overheard:
    """`Playing` as strangers may read it: what only a held-back source tells is silence."""

    def __init__(self, playing: Playing, out: frozenset[Provenance]) -> None:
        self._playing = playing
        self._out = out

    def get(self, user_id: int) -> NowPlaying | None:
        """The live slot, or None."""
        slot = self._playing.get(user_id)
        return None if slot and provenance(slot.submission.source) in self._out else slot
