"""The documentation of the methods, drawn from the same records that answer: nothing here knows a method by name."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from collections.abc import Callable, Mapping
from functools import cache
from typing import cast
from urllib.parse import urlencode

from earstead.apis.lastfm import errors, render_json, render_xml
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.inventory import inventory
from earstead.apis.lastfm.method import Auth, Call, Method
from earstead.apis.lastfm.tree import Payload
from earstead.core.errors import AppError, NotFound
from earstead.services.container import Services
from earstead.services.documents import Documents, Example, MethodDoc, ParamDoc, Section
from earstead.services.users import User
from earstead.services.views import EntityKind, EntityRef

_ACCESS: Mapping[Auth, str] = {
    "key": "Anybody with an API key, by GET or POST. What is private is answered only to the person it belongs to: "
    "to a session (sk), or to a signed call with a key of theirs (unsigned where they ticked that on the API account).",
    "signed": "Anybody with an API key, signed: api_sig is needed.",
    "session": "Acts for a person: a session key (sk) and a signature (api_sig) are needed, by POST.",
}
# What is tried out is for reading: two items show the shape as well as fifty.
_ITEMS = "2"
# Somebody's music, where nobody is signed in.
_ANYBODY = {
    "user": "NAME",
    "artist": "Björk",
    "album": "Homogenic",
    "track": "Jóga",
    "country": "Germany",
    "tag": "rock",
}
_PIECE = re.compile(r"</[^>]+>|<[^>]+>[^<]*(?:</[^>]+>)?")


def _documented() -> tuple[MethodDoc, ...]:
    return tuple(
        MethodDoc(
            name=method.name,
            package=method.name.partition(".")[0],
            summary=method.summary,
            access=_ACCESS[method.auth],
            params=tuple(ParamDoc(name=p.name, required=p.required, about=p.about) for p in method.params),
            posted=_posted(method),
            answer=method.root,
        )
        for method in inventory().values()
    )


def example(services: Services, viewer: User | None, name: str) -> Example:
    """A request with values of the viewer's, and what it answers; see `Documents`."""
    method = inventory().get(name.lower())
    if method is None:
        raise NotFound("There is no such method.")
    given = _values(services, viewer, method)
    request = _request(method, given, services.public_url.rstrip("/"))
    if viewer is None or not _harmless(method):
        return Example(request=request)
    return Example(request=request, answers=_answers(services, viewer, method, given))


def _harmless(method: Method) -> bool:
    """Whether calling it changes nothing and gives away no access."""
    return method.auth == "key" and not _posted(method) and not _is(method, "auth")


def _posted(method: Method) -> bool:
    return method.posted or method.auth == "session"


def _is(method: Method, package: str) -> bool:
    return method.name.lower().startswith(f"{package}.")


# --- values --------------------------------------------------------------------------------------------------------


def _values(services: Services, viewer: User | None, method: Method) -> dict[str, str]:
    """Parameters as a program of the viewer's would send them: names that the viewer has heard."""
    known = _known(services, viewer, {param.name for param in method.params})
    values = {}
    for param in method.params:
        if param.name in known:
            values[param.name] = known[param.name]
        elif param.required:
            values[param.name] = _PLAIN.get(param.name, "...")
    return values


_PLAIN = {"taggingtype": "artist", "tags": "rock", "timestamp": "1735689600", "token": "TOKEN", "username": "NAME"}


def _known(services: Services, viewer: User | None, wanted: set[str]) -> dict[str, str]:
    values = {**_ANYBODY, "limit": _ITEMS}
    if viewer is None:
        return values
    values["user"] = values["username"] = viewer.name
    values["country"] = services.profiles.profile(viewer.user_id).country or values["country"]
    used = services.tags.user_top(viewer.user_id, 1)
    values["tag"] = used[0][0] if used else values["tag"]
    top = _top(services, viewer, "recording" if "track" in wanted else "release" if "album" in wanted else "artist")
    if "track" in wanted:
        del values["album"]  # the track's own need not be known, and another one would be wrong
    if top is not None:
        values["artist"] = top.credit or top.name
        values.update({"track": top.name} if "track" in wanted else {"album": top.name} if "album" in wanted else {})
    return values


def _top(services: Services, viewer: User, kind: EntityKind) -> EntityRef | None:
    rows = services.insights.chart(viewer.user_id, kind, None, limit=1).rows
    return rows[0].entity if rows else None


# --- request and answer --------------------------------------------------------------------------------------------


def _request(method: Method, given: Mapping[str, str], root: str) -> str:
    if not _posted(method) and method.auth == "key":
        query = urlencode({"method": method.name, **given, "api_key": "KEY", "format": "json"})
        return f"curl '{root}/2.0/?{query}'"
    sent = {"method": method.name, **given, "api_key": "KEY"}
    if method.auth == "session":
        sent["sk"] = "SESSION_KEY"
    lines = [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in sent.items()]
    return " \\\n  ".join((f"curl {root}/2.0/", *lines, "-d api_sig=SIGNATURE", "-d format=json"))


def _answers(services: Services, viewer: User, method: Method, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if inspect.iscoroutinefunction(method.run):
        return ()
    call = Call(
        services=services,
        method=method.name,
        given={name.lower(): value for name, value in given.items()},
        viewer=viewer,
        root=services.public_url.rstrip("/"),
        now=services.clock.now(),
        raw=tuple(given.items()),
    )
    try:
        payload = cast(Callable[[Call], Payload], method.run)(call)
    except (Fault, AppError) as error:
        # An error is an answer as well: the page shows the one that a program would get.
        fault = errors.fault_of(error)
        xml = render_xml.render_fault(fault.code, fault.message)
        body = render_json.render_fault(fault.code, fault.message)
    else:
        xml, body = render_xml.render(payload), render_json.render(payload)
    return ("XML", spread_xml(xml)), ("JSON", json.dumps(json.loads(body), ensure_ascii=False, indent=2))


def spread_xml(text: str) -> str:
    """XML of ours with a line for each element, for people; leaves keep their text on their line."""
    prologue, _, body = text.partition("\n")
    lines, depth = [prologue], 0
    for piece in _PIECE.findall(body):
        closes, leaf = piece.startswith("</"), "</" in piece[1:]
        depth -= closes
        lines.append("  " * depth + piece)
        depth += not closes and not leaf
    return "\n".join(lines)


# --- what to know first --------------------------------------------------------------------------------------------

_GUIDE = (
    Section(
        title="Where",
        text="One address takes every method, by GET or POST. The answer is XML unless format=json is sent; XML-RPC is "
        "spoken at the same address.",
        code="{root}/2.0/",
    ),
    Section(
        title="Key and secret",
        text="Register your application at {root}/api/account/create: it gets an API key, and a secret that signs "
        "calls. Whether other keys are let in is the choice of this server's owner.",
    ),
    Section(
        title="Access to somebody's account",
        text="On the desktop: fetch a token with auth.getToken, open the page below with &token=TOKEN in a browser, "
        "then call auth.getSession until it gives the session key. On the web: send the browser to the page below with "
        "&cb=ADDRESS; it comes back with token=TOKEN, which auth.getSession turns into the session key. A player "
        "without a browser asks for an app password and calls auth.getMobileSession. The session key (sk) is good "
        "until the person revokes it.",
        code="{root}/api/auth/?api_key=KEY",
    ),
    Section(
        title="Signature",
        text="Sort all parameters by name, without format, callback and api_sig. Write names and values one after the "
        "other, put the secret behind them, and take the MD5 of the UTF-8 text in hexadecimal. That is api_sig.",
        code='md5("api_keyKEYmethodtrack.loveskSESSION_KEY..." + SECRET)',
    ),
    Section(
        title="Errors",
        text="An answer that failed has a number and a text. 11, 16 and 29 pass: keep what you wanted to send and try "
        "again later. 9 wants the person to let you in again. After 26, read the reason and write to the owner.",
        head=("Number", "HTTP", "Text"),
        rows=tuple((str(code), str(entry.status), entry.text) for code, entry in errors.ERRORS.items()),
    ),
)

documents = Documents(methods=cache(_documented), example=example, guide=_GUIDE)
