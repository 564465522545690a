"""A proxy through which programs believe that they reach real hosts: each tunnel ends at one server here."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence


@contextlib.contextmanager
def tunnelling(port: int, hosts: Sequence[str]) -> Iterator[str]:
    """The address of a proxy for HTTPS that leads tunnels to `hosts` to a port of this machine, and refuses others."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, port, frozenset(hosts)), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def _accept(listening: socket.socket, port: int, hosts: frozenset[str]) -> None:
    with contextlib.suppress(OSError):  # closed: the test is over
        while True:
            caller, _ = listening.accept()
            threading.Thread(target=_serve, args=(caller, port, hosts), daemon=True).start()


def _serve(caller: socket.socket, port: int, hosts: frozenset[str]) -> None:
    with caller, contextlib.suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head and (part := caller.recv(4096)):
            head += part
        method, _, rest = head.decode("latin-1").partition(" ")
        if method != "CONNECT" or rest.partition(":")[0] not in hosts:
            caller.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", port)) as server:
            caller.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(server, caller), daemon=True)
            back.start()
            _copy(caller, server)
            back.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
