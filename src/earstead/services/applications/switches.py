"""The owner's switches over the Last.fm API: which keys are taken, how much at once, and who is shut out."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.core.names import clean
from earstead.kit.clock import Clock
from earstead.kit.remembered import Remembered
from earstead.services.accounts import Accounts
from earstead.services.applications.records import POLICIES, Block, Policy
from earstead.storage import applications as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

SERVER = 0
"""Settings of the server stand under this user id, which is nobody's."""
DEFAULT_POLICY: Policy = "known"
DEFAULT_LIMITS = (10, 100)
MOST_BLOCKS = 1000
MAX_REASON = 300
_POLICY = "lastfm_policy"
_LIMITS = "lastfm_limits"
_MOST_LIMIT = 100_000

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """The blocks in force; single addresses are looked up, networks are few and tried one by one."""

    blocks: tuple[Block, ...]
    hosts: Mapping[_Address, Block]
    networks: tuple[tuple[_Network, Block], ...]


class Switches:
    """See the module. Reading answers from memory after the first time; a change acts on the very next request."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, accounts: Accounts) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._accounts = accounts
        self._policy: Remembered[str, Policy] = Remembered(1)
        self._limits: Remembered[str, tuple[int, int]] = Remembered(1)
        self._blocks: Remembered[str, _Standing] = Remembered(1)

    # ---- which keys, and how much --------------------------------------------------------------------------

    def policy(self) -> Policy:
        """Which keys are taken: "strict" (registered ones), "known" (any, secrets count), "open" (any)."""
        generation = self._policy.generation
        if held := self._policy.get(_POLICY):
            return held
        said = self._accounts.setting(SERVER, _POLICY)
        found: Policy = next((policy for policy in POLICIES if policy == said), DEFAULT_POLICY)
        self._policy.keep(_POLICY, found, generation)
        return found

    def set_policy(self, policy: str) -> None:
        """Raises Rejected for a word that is no policy."""
        if policy not in POLICIES:
            raise Rejected("policy", f"is one of {', '.join(POLICIES)}")
        self._accounts.set_setting(SERVER, _POLICY, policy)
        self._policy.forget()

    def limits(self) -> tuple[int, int]:
        """(requests a second, burst) of one caller."""
        generation = self._limits.generation
        if (held := self._limits.get(_LIMITS)) is None:
            said = self._accounts.setting(SERVER, _LIMITS, DEFAULT_LIMITS)
            held = (int(said[0]), int(said[1]))
            self._limits.keep(_LIMITS, held, generation)
        return held

    def set_limits(self, per_second: int, burst: int) -> None:
        """Raises Rejected for limits nobody could live with."""
        if not 1 <= per_second <= burst <= _MOST_LIMIT:
            raise Rejected("limits", f"1 or more a second, and a burst from that to {_MOST_LIMIT}")
        self._accounts.set_setting(SERVER, _LIMITS, [per_second, burst])
        self._limits.forget()

    # ---- who is shut out -------------------------------------------------------------------------------------

    def block_address(self, address: str, reason: str, until: int = 0) -> None:
        """Shut out an address or a network, until a time or (0) until further notice.

        Raises Rejected (no address, no reason, a time gone by), Conflict (too many blocks).
        """
        network, said, now = _network(address), reason_of(reason), self._clock.now()
        if until and until <= now:
            raise Rejected("until", "lies in the past")

        def work(tx: Tx) -> None:
            table.end_blocks(tx, now)
            if len(table.blocks(tx, limit=MOST_BLOCKS)) >= MOST_BLOCKS:
                raise Conflict(f"There are {MOST_BLOCKS} blocks already; block networks instead of addresses.")
            table.block(tx, _named(network), said, until, now)

        self._writer.do(work).result()
        self._blocks.forget()

    def unblock(self, address: str) -> None:
        """Let an address or network in again. Raises Rejected (no address), NotFound (not blocked)."""
        network = _network(address)
        if not self._writer.do(lambda tx: table.unblock(tx, _named(network))).result():
            raise NotFound("This address is not blocked.")
        self._blocks.forget()

    def blocked(self, address: str) -> str:
        """Why an address is shut out; "" when it is not. A peer without an address (a socket) never is."""
        standing = self._standing()
        if not standing.blocks:
            return ""
        try:
            peer = _network(address).network_address
        except Rejected:
            return ""
        host = standing.hosts.get(peer)
        around = (block for network, block in standing.networks if peer in network)
        now = self._clock.now()
        return next((b.reason for b in (*([host] if host else []), *around) if not b.until or now < b.until), "")

    def addresses(self) -> tuple[Block, ...]:
        """Who is shut out now, latest first."""
        now = self._clock.now()
        return tuple(block for block in self._standing().blocks if not block.until or now < block.until)

    def _standing(self) -> _Standing:
        generation = self._blocks.generation
        if held := self._blocks.get(""):
            return held
        with self._engine.read() as tx:
            blocks = tuple(Block(*row) for row in table.blocks(tx, limit=MOST_BLOCKS))
        judged = [(_network(block.address), block) for block in blocks]
        found = _Standing(
            blocks=blocks,
            hosts={network.network_address: block for network, block in judged if _is_host(network)},
            networks=tuple((network, block) for network, block in judged if not _is_host(network)),
        )
        self._blocks.keep("", found, generation)
        return found


def reason_of(reason: str) -> str:
    """A reason as it is kept: whoever is refused gets to read it. Raises Rejected for none."""
    said = clean(reason)
    if not said:
        raise Rejected("reason", "say why; whoever is refused reads it")
    if len(said) > MAX_REASON:
        raise Rejected("reason", f"must have at most {MAX_REASON} characters")
    return said


def _network(address: str) -> _Network:
    try:
        network = ipaddress.ip_network(address.strip(), strict=False)
    except ValueError:
        raise Rejected("address", f"“{clean(address)[:60]}” is neither an address nor a network") from None
    first = network.network_address
    if isinstance(first, ipaddress.IPv6Address) and first.ipv4_mapped and network.prefixlen >= 96:
        # A socket that takes both protocols writes an IPv4 peer as ::ffff:192.0.2.1: the same machine.
        return ipaddress.ip_network((first.ipv4_mapped, network.prefixlen - 96))
    return network


def _named(network: _Network) -> str:
    """One spelling for each: "192.0.2.1", "192.0.2.0/24"."""
    return str(network.network_address) if _is_host(network) else str(network)


def _is_host(network: _Network) -> bool:
    return network.prefixlen == network.max_prefixlen
