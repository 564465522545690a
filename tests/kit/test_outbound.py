"""Addresses that people type lead nowhere they must not, and nobody at the other end can hold or flood us."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from tests.fakes.servers import serving

from earstead.core.errors import NeedsReauth, Rejected, RetryLater
from earstead.kit.addresses import ForbiddenAddress, is_public, pinned, web_address
from earstead.kit.outbound import Outbound

PUBLIC = "93.184.215.14"


def says(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "not an address", ""),
    ],
)
def test_what_is_not_public_is_told(address: str) -> None:
    """Private, loopback, link-local, reserved and multicast addresses are none of the open internet, in any dress."""
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::808:808"])
def test_public_addresses_are_told(address: str) -> None:
    """Ordinary addresses of the internet pass, in both families."""
    assert is_public(address)


def test_one_private_answer_spoils_a_name() -> None:
    """A name with a public and a private address is refused: the next connection could take the other one."""
    assert pinned("a.example", 443, allow_private=False, resolve=says(PUBLIC)) == PUBLIC
    with pytest.raises(ForbiddenAddress):
        pinned("a.example", 443, allow_private=False, resolve=says(PUBLIC, "10.0.0.1"))
    assert pinned("a.example", 443, allow_private=True, resolve=says("10.0.0.1")) == "10.0.0.1"
    for nobody in ("0.0.0.0", "::", "224.0.0.1"):
        with pytest.raises(ForbiddenAddress):
            pinned("a.example", 443, allow_private=True, resolve=says(nobody))
    with pytest.raises(OSError, match="no address"):
        pinned("a.example", 443, allow_private=True, resolve=says())


@pytest.mark.parametrize(
    ("typed", "root"),
    [
        ("https://Music.Example.org/", "https://music.example.org"),
        (" music.example.org ", "https://music.example.org"),
        ("http://192.168.1.5:3277/sub/path/", "http://192.168.1.5:3277/sub/path"),
    ],
)
def test_addresses_are_read_as_people_type_them(typed: str, root: str) -> None:
    """A missing scheme is https, slashes at the end and capitals make no difference."""
    assert web_address(typed) == root


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ftp://a.example", "file:///etc/passwd", "https://", "https://u:p@a.example", "https://a.example/?q=1"),
        *("https://a.example/#x", "https://a.example:99999", "https://a b.example", "https://a.example\\@b"),
        *("http://[::1", "https://a.example:0", "javascript:alert(1)", "https://" + "a" * 3000),
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """Other schemes, passwords, queries and nonsense are refused at the field."""
    with pytest.raises(Rejected) as refused:
        web_address(typed)
    assert refused.value.field == "url"


# --- requests -----------------------------------------------------------------------------------------------------


class Odd:
    """A server with manners of its own."""

    def __init__(self) -> None:
        paths = ("/ok", "/hop", "/round", "/away", "/huge", "/drip", "/hang")
        self.app = Router([Route(path, getattr(self, path[1:]), methods=["GET", "POST"]) for path in paths])
        self.hosts: list[str] = []

    async def ok(self, request: Request) -> Response:
        self.hosts.append(request.headers["host"])
        return PlainTextResponse(f"{request.method} {(await request.body()).decode()}")

    async def hop(self, request: Request) -> Response:
        return RedirectResponse("/ok", 302)

    async def round(self, request: Request) -> Response:
        return RedirectResponse("/round", 307)

    async def away(self, request: Request) -> Response:
        return RedirectResponse("http://169.254.169.254/latest/meta-data", 302)

    async def huge(self, request: Request) -> Response:
        return PlainTextResponse("x" * 2_000_000)

    async def drip(self, request: Request) -> Response:
        async def drops() -> object:
            while True:
                yield b"."
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.Event().wait(), 0.02)

        return StreamingResponse(drops())

    async def hang(self, request: Request) -> Response:
        await asyncio.Event().wait()
        return PlainTextResponse("never")


@pytest.fixture(scope="module")
def odd() -> Iterator[tuple[Odd, str]]:
    """The odd server and where it answers."""
    server = Odd()
    with serving(server.app) as url:
        yield server, url


@contextmanager
def client(*, allow_private: bool = True, total_s: float = 10.0, **more: object) -> Iterator[Outbound]:
    made = Outbound(allow_private=allow_private, agent="tests", total_s=total_s, **more)
    yield made
    made.close()


def test_a_redirect_on_the_same_host_keeps_method_and_body(odd: tuple[Odd, str]) -> None:
    """A service that moved a path still gets what was posted."""
    with client() as out:
        answer = out.send("POST", f"{odd[1]}/hop", body=b"a=1")
    assert (answer.status, answer.body) == (200, b"POST a=1")


@pytest.mark.parametrize("path", ["/away", "/round"])
def test_redirects_lead_nobody_astray(odd: tuple[Odd, str], path: str) -> None:
    """A redirect to another host, or in circles, ends with a word to the user, and is not followed."""
    with client() as out, pytest.raises(NeedsReauth):
        out.send("POST", odd[1] + path)


@pytest.mark.parametrize(("path", "why"), [("/huge", "larger"), ("/drip", "no answer"), ("/hang", "no answer")])
def test_nobody_holds_or_floods_us(odd: tuple[Odd, str], path: str, why: str) -> None:
    """Endless, dripping and missing answers end at the size or the deadline, as trouble that may pass."""
    with client(total_s=0.5) as out, pytest.raises(RetryLater, match=why):
        out.send("GET", odd[1] + path)


def test_the_connection_goes_to_the_address_that_was_judged(odd: tuple[Odd, str]) -> None:
    """A name is resolved once for each request, and the server sees the name that was asked for."""
    server, url = odd
    port = int(url.rpartition(":")[2])
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with client(resolve=resolve) as out:
        out.send("GET", f"http://music.example:{port}/ok")
    assert asked == ["music.example"]
    assert server.hosts[-1] == f"music.example:{port}"


def test_private_places_are_not_reached_without_leave(odd: tuple[Odd, str]) -> None:
    """Nothing is sent to this machine, by number or by name, where the owner did not allow it."""
    server, url = odd
    before = len(server.hosts)
    port = url.rpartition(":")[2]
    with client(allow_private=False) as out:
        for target in (
            url,
            f"http://localhost:{port}",
            f"http://[::ffff:127.0.0.1]:{port}",
            f"http://2130706433:{port}",
        ):
            with pytest.raises((ForbiddenAddress, RetryLater)):
                out.send("GET", f"{target}/ok")
    assert len(server.hosts) == before


def test_nobody_home_is_trouble_that_may_pass() -> None:
    """A refused connection and a name without an address are reported in words, to be tried again."""
    with client(resolve=says()) as out, pytest.raises(RetryLater, match="no address"):
        out.send("GET", "https://nowhere.example/")
    with client() as out, pytest.raises(RetryLater, match="cannot be reached"):
        out.send("GET", "http://127.0.0.1:9/")
