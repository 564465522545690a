"""Fresh hashes from the web app itself: its scripts hold every document as a syntax tree beside its hash.

    found = Harvester(transport, urls).run(registry)
    found.diff                   # added, changed, gone
    registry = registry.merged(found.registry)

Nothing is signed in for it, and no cookie or bearer is sent. Scripts come packed without a header that says so; the
app's parts (micro-frontends) have scripts of their own, in which the same operation may have another hash.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from earstead.core.creators.registry import Delta, Hash, Operation, Registry, RegistryDiff, Variable, diff
from earstead.creators.calling import fault_of
from earstead.creators.errors import AuthFlowChanged, UpstreamError
from earstead.creators.transport import Request, Transport
from earstead.creators.urls import Urls
from earstead.kit.clock import Clock

PAGES: Final = ("/pod/dashboard/episodes",)
MOST_SCRIPTS: Final = 24
MOST_SCRIPT_BYTES: Final = 64 << 20
MAIN_CLIENT: Final = "public-website"
_Q = r'"?'
_DOCUMENT: Final = re.compile(
    rf'{_Q}__meta__{_Q}:\{{{_Q}hash{_Q}:"([0-9a-fA-F]{{64}})"\}},{_Q}kind{_Q}:"Document",{_Q}definitions{_Q}:\[\{{'
    rf'{_Q}kind{_Q}:"OperationDefinition",{_Q}operation{_Q}:"(query|mutation|subscription)",'
    rf'{_Q}name{_Q}:\{{{_Q}kind{_Q}:"Name",{_Q}value{_Q}:"(\w+)"'
)
_VARIABLE: Final = re.compile(
    rf'{_Q}kind{_Q}:"VariableDefinition",{_Q}variable{_Q}:\{{{_Q}kind{_Q}:"Variable",'
    rf'{_Q}name{_Q}:\{{{_Q}kind{_Q}:"Name",{_Q}value{_Q}:"(\w+)"\}}\}},{_Q}type{_Q}:(.*?)(?={_Q}kind{_Q}:"VariableDefinition"|$)'
)
_SELECTION: Final = re.compile(rf"{_Q}selectionSet{_Q}:")
_TYPE: Final = re.compile(rf'{_Q}(?:kind{_Q}:"(NonNullType|ListType|NamedType)"|value{_Q}:"(\w+)")')
_SCRIPT: Final = re.compile(r"""<script\b[^>]*?\bsrc\s*=\s*["']([^"'>]+\.js(?:\?[^"'>]*)?)["']""", re.IGNORECASE)
_NAMED_SCRIPT: Final = re.compile(r"""["'`]((?:https?:)?/?/?[\w./:-]*\bmicrofrontend[\w./:-]*\.js)["'`]""")
_PART: Final = re.compile(r"(microfrontend-[a-z]+(?:-[a-z]+)*?)(?:-cdn)?[./-]")
_BEFORE_SELECTION: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A script that was read: where from, whose it is, how many operations it holds."""

    url: str
    client: str
    operations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvested:
    """What the scripts hold. `registry` holds only that; `diff` is against the registry that was given."""

    registry: Registry
    diff: RegistryDiff
    bundles: tuple[Bundle, ...]


class Harvester:
    """Fetches the dashboard's page and its scripts."""

    def __init__(self, transport: Transport, urls: Urls, clock: Clock | None = None) -> None:
        self._transport = transport
        self._web = urls.web
        self._clock = clock or transport.clock

    def run(self, known: Registry | None = None, pages: Iterable[str] = PAGES) -> Harvested:
        """Read every script that the pages name, and those that these name in turn.

        Raises:
            AuthFlowChanged: no script, or no operation in any of them: the app is built otherwise now.
            Unavailable, RateLimited, NotFound, UpstreamError, Planned.
        """
        known = known or Registry.pinned()
        waiting = [url for page in pages for url in script_urls(self._text(self._web + page), self._web + page)]
        if not waiting:
            raise AuthFlowChanged("the dashboard's page names no script that holds operations")
        bundles, found, seen = [], Registry(as_of=_month(self._clock.now())), set[str]()
        while waiting and len(seen) < MOST_SCRIPTS:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            text = self._text(url)
            operations = operations_in(text, client_of(url))
            waiting += [more for more in named_scripts(text, url) if _may_be_asked(more, self._web)]
            bundles.append(Bundle(url=url, client=client_of(url), operations=len(operations)))
            found = found.merged(Registry(operations={one.name: one for one in operations}))
        if not found.operations:
            raise AuthFlowChanged("the dashboard's scripts hold no operation in the form that is known")
        found = _with_clients(found, known)
        return Harvested(registry=found, diff=_fair(diff(known, found), bundles), bundles=tuple(bundles))

    def _text(self, url: str) -> str:
        request = Request(backend="web", label="web", method="GET", url=url, headers={"accept": "*/*"}, again=True)
        answer = self._transport.send(request)
        if answer.status != 200:
            raise fault_of(answer, f"the page {urlsplit(url).path}")
        return unpacked(answer.body).decode("utf-8", "replace")


def unpacked(body: bytes) -> bytes:
    """A body without gzip, if it has any: the scripts are packed, and no header says so.

    Raises:
        UpstreamError: broken, or larger than any script.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = unzip.decompress(body, MOST_SCRIPT_BYTES)
    except zlib.error as cause:
        raise UpstreamError("a script of the dashboard is packed and cannot be unpacked") from cause
    if unzip.unconsumed_tail:
        raise UpstreamError("a script of the dashboard is larger than 64 MB")
    return text


def script_urls(html: str, page: str) -> tuple[str, ...]:
    """The scripts of a page, in order, as whole addresses."""
    found = (urljoin(page, source.replace("&amp;", "&")) for source in _SCRIPT.findall(html))
    return tuple(dict.fromkeys(url for url in found if urlsplit(url).scheme in ("http", "https")))


def named_scripts(script: str, url: str) -> tuple[str, ...]:
    """The scripts of other parts of the app that a script names."""
    return tuple(dict.fromkeys(urljoin(url, named) for named in _NAMED_SCRIPT.findall(script)))


def client_of(url: str) -> str:
    """The name a part of the app sends as `x-creator-client`, told from where its script lies."""
    found = _PART.search(url)
    if found:
        return found.group(1)
    return "podcasters-shell-app" if "shell" in url else MAIN_CLIENT


def operations_in(script: str, client: str) -> tuple[Operation, ...]:
    """Every document of a script: name, kind, hash, and the variables where the tree says them."""
    found: dict[str, Operation] = {}
    for match in _DOCUMENT.finditer(script):
        digest, kind, name = match.group(1).lower(), match.group(2), match.group(3)
        found[name] = Operation(
            name=name,
            kind="mutation" if kind == "mutation" else "subscription" if kind == "subscription" else "query",
            variables=_variables(script[match.end() : match.end() + _BEFORE_SELECTION]),
            hashes=(Hash(sha256=digest, client=client),),
        )
    return tuple(found.values())


def _variables(rest: str) -> tuple[Variable, ...] | None:
    """The variables between the name and the selection; None when the text does not say."""
    ends, next_one = _SELECTION.search(rest), _DOCUMENT.search(rest)
    if ends is None or (next_one is not None and next_one.start() < ends.start()):
        return None
    head = rest[: ends.start()]
    return tuple(
        Variable(name=name, type=kind, required=kind.endswith("!"))
        for name, tree in _VARIABLE.findall(head)
        if (kind := _type(tree))
    )


def _type(tree: str) -> str:
    """`[String!]!` of the syntax tree of a type."""
    wraps, name = [], ""
    for kind, value in _TYPE.findall(tree):
        if kind in ("NonNullType", "ListType"):
            wraps.append(kind)
        elif value:
            name = value
            break
    for kind in reversed(wraps):
        name = f"{name}!" if kind == "NonNullType" else f"[{name}]"
    return name if name.strip("[]!") else ""


def _with_clients(found: Registry, known: Registry) -> Registry:
    """The found operations, each hash with the client that is known to send it."""
    operations = {}
    for one in found:
        before = known.operations.get(one.name)
        clients = {old.sha256: old.client for old in before.hashes} if before else {}
        hashes = tuple(replace(new, client=clients.get(new.sha256) or new.client) for new in one.hashes)
        operations[one.name] = replace(one, hashes=hashes)
    return replace(found, operations=operations)


def _fair(found: RegistryDiff, bundles: Iterable[Bundle]) -> RegistryDiff:
    """Without calling gone what belongs to a part of the app whose script was not read."""
    read = {bundle.client for bundle in bundles if bundle.operations}
    return replace(found, gone=tuple(one for one in found.gone if _clients(one) & read))


def _clients(one: Delta) -> set[str]:
    return {known.client or MAIN_CLIENT for known in one.before if known.state == "current"}


def _may_be_asked(url: str, web: str) -> bool:
    """Whether a script that another script names is one of Spotify's, or of the simulator that is asked."""
    host = urlsplit(url).hostname or ""
    same = urlsplit(url).netloc == urlsplit(web).netloc
    return same or (urlsplit(url).scheme == "https" and host.endswith((".spotifycdn.com", ".spotify.com", ".scdn.co")))


def _month(now: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
