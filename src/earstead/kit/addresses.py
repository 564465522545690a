"""Addresses that people type in: what this server may be sent to, and what it must not be made to reach.

Whoever may name an address can make the server ask there, with the server's place in the network: a router's
page, a database, a cloud's metadata. So an address is resolved once, every answer is judged, and the connection
goes to the address that was judged (`kit.outbound`): a name that changes its answer in between gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit

from earstead.core.errors import Rejected, Upstream

MAX_URL = 2_000
Resolver = Callable[[str, int], Sequence[str]]
"""Host and port to IP addresses. Raises OSError when there are none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddress(Upstream):
    """The address lies where this server may not be sent."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses the system knows for a host, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not private, loopback, link-local, reserved or multicast."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # Addresses that carry an IPv4 one lead where that one leads.
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def pinned(host: str, port: int, *, allow_private: bool, resolve: Resolver = system_resolver) -> str:
    """The IP address to connect to for a host. All its addresses must be allowed, not only the one taken.

    Raises:
        ForbiddenAddress: one of them is private and the owner did not allow that, or is nobody's.
        OSError: the host has no address.
    """
    found = resolve(host, port)
    if not found:
        raise OSError(f"{host} has no address")
    for address in found:
        ip = ipaddress.ip_address(address.partition("%")[0])
        if ip.is_unspecified or ip.is_multicast:
            raise ForbiddenAddress(host, "this address belongs to no server")
        if not allow_private and not is_public(address):
            raise ForbiddenAddress(
                host,
                "this address lies in a private network, where the owner of this server does not let it be sent "
                "(EARSTEAD_ALLOW_PRIVATE)",
            )
    return found[0]


def web_address(text: str, field: str = "url") -> str:
    """The root of a web service as typed: http or https, a host, no password, no query; no slash at its end.

    Raises:
        Rejected: it is none.
    """
    parts = _parts(text, field)
    if parts.query or parts.fragment:
        raise Rejected(field, "the address must end with its path")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def hook_address(text: str, field: str = "url") -> str:
    """An address that events are sent to, as typed: like `web_address`, with its path and query as they are.

    Raises:
        Rejected: it is none.
    """
    parts = _parts(text, field)
    if parts.fragment:
        raise Rejected(field, "the address must not have a part behind #")
    query = f"?{parts.query}" if parts.query else ""
    address = f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path or '/'}{query}"
    if not address.isascii():
        raise Rejected(field, "write the address as browsers send it: in ASCII, everything else as %XX")
    return address


def guarded(address: str, *, allow_private: bool, resolve: Resolver = system_resolver, field: str = "url") -> None:
    """Refuse an address that leads where this server may not be sent; one that leads nowhere yet is let through.

    Told at once to whoever types it; the connection is judged again when it is made.

    Raises:
        Rejected: it leads there.
    """
    parts = urlsplit(address)
    try:
        pinned(parts.hostname or "", port_of(address), allow_private=allow_private, resolve=resolve)
    except ForbiddenAddress as fault:
        raise Rejected(field, fault.why) from fault
    except (OSError, UnicodeError):
        return


def port_of(address: str) -> int:
    """The port of an http or https address."""
    parts = urlsplit(address)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _parts(text: str, field: str) -> SplitResult:
    text = text.strip()
    if len(text) > MAX_URL or not text.isprintable() or " " in text or "\\" in text:
        raise Rejected(field, "this is no address of a web service")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Rejected(field, "this is no address of a web service") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or port == 0:
        raise Rejected(field, "the address must begin with https:// or http:// and name a server")
    if parts.username is not None or parts.password is not None:
        raise Rejected(field, "the address must not hold a name or a password")
    return parts
