"""The transport behind `kit.outbound`: it connects to the address that was judged. Imported when first needed."""

from __future__ import annotations

import httpx2

from earstead.kit.addresses import Resolver, pinned

CONNECT_S = 10.0


class PinnedTransport(httpx2.BaseTransport):
    """Connects to the address that was judged, under the name that was asked for (Host header, certificate)."""

    def __init__(self, inner: httpx2.BaseTransport, *, allow_private: bool, resolve: Resolver) -> None:
        self._inner = inner
        self._allow_private = allow_private
        self._resolve = resolve

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Resolve, judge, connect. Raises ForbiddenAddress; ConnectError when the name has no address."""
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            address = pinned(url.host, port, allow_private=self._allow_private, resolve=self._resolve)
        except OSError as fault:
            raise httpx2.ConnectError(f"{url.host} has no address", request=request) from fault
        request.url = url.copy_with(host=address)
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close what was opened."""
        self._inner.close()


def new_client(*, allow_private: bool, resolve: Resolver, agent: str, total_s: float) -> httpx2.Client:
    """A client whose every connection is judged; it follows no redirect by itself."""
    # Proxies of the environment are left out: one would resolve the name again, behind the guard's back.
    direct = httpx2.HTTPTransport(trust_env=False)
    return httpx2.Client(
        transport=PinnedTransport(direct, allow_private=allow_private, resolve=resolve),
        headers={"user-agent": agent, "accept-encoding": "identity"},
        timeout=httpx2.Timeout(total_s, connect=min(CONNECT_S, total_s)),
        trust_env=False,
        follow_redirects=False,
    )
