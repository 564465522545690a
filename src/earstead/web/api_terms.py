"""The terms under which this server's APIs may be used: a page for everybody, a text of the owner's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import Rejected
from earstead.core.names import clean
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.services.container import Services
from earstead.web.auth import current_user, owner_only, services_of
from earstead.web.forms import read_form
from earstead.web.settings_frame import settings_page

SETTING = "api_terms"
# Settings of user 0 are those of the server.
_SERVER = 0
MAX_TERMS = 20_000
DEFAULT_TERMS = """\
This is a private server that lets programs in because its people want to use them. Whoever uses its API agrees to \
a few plain rules.

# Say who you are

Send a User-Agent that names your program, its version, and a way to reach you, as in \
"MyPlayer/1.2 (https://myplayer.example)". Calls without one may be refused.

# Act for the person who let you in

Ask for access the way this API provides, and never for somebody's password to this server. Report only what \
was really played. What you read belongs to the person it is about: do not publish it, sell it or keep it longer than \
your program needs, unless that person asked for it.

# Show restraint

Ask for what you need, once, and keep the answer for a while. Stay below a few calls a second on average; when the \
server answers with error 29, wait before you try again. Do not copy the whole of its data through the API: people can \
export theirs.

# What may happen

The owner may limit, suspend or withdraw a key or an address, and says why in the answer. People may take your access \
back at any time; accept that. The API is given as it is: it may change, pause or end.

# Contact

Questions about these terms, or about a key that was suspended, go to the owner of this server.
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading or a paragraph of the terms."""

    heading: bool
    text: str


def pieces(text: str) -> Iterator[Piece]:
    """The text as it is drawn: blocks between empty lines; one that begins with "# " is a heading.

    Lines of a block are joined. Nothing else means anything, so no text can become markup.
    """
    for block in "\n".join(line.strip() for line in text.splitlines()).split("\n\n"):
        words = " ".join(block.split())
        if words:
            yield Piece(words.startswith("# "), words.removeprefix("# "))


def terms_of(services: Services) -> str:
    """The terms in force; blocking."""
    said = services.accounts.setting(_SERVER, SETTING, "")
    return said if isinstance(said, str) and said else DEFAULT_TERMS


async def _terms(request: Request) -> Response:
    text = await blocking(terms_of, services_of(request))
    user = current_user(request)
    may_edit = user is not None and user.role == "owner"
    return page(request, "api_terms.html", section="develop", pieces=list(pieces(text)), may_edit=may_edit)


async def _other_address(request: Request) -> Response:
    return RedirectResponse("/api/tos", 308)


@owner_only
async def _edit(request: Request) -> Response:
    return settings_page(request, "settings_terms.html", text=await blocking(terms_of, services_of(request)))


@owner_only
async def _save(request: Request) -> Response:
    form = await read_form(request)
    text = clean(form.raw("text").replace("\r\n", "\n"))
    if len(text) > MAX_TERMS:
        fault = Rejected("text", f"at most {MAX_TERMS:,} characters")
        return settings_page(request, "settings_terms.html", text=text, fault=fault)
    # An empty text, and the default sent back unchanged, follow the default wherever it goes.
    kept = "" if text == DEFAULT_TERMS.strip() else text
    await blocking(services_of(request).accounts.set_setting, _SERVER, SETTING, kept)
    return redirect("/api/tos", notice="The terms are saved." if kept else "The usual terms are in force.")


routes: list[BaseRoute] = [
    Route("/api/tos", _terms, methods=["GET"]),
    Route("/api/tos/", _other_address, methods=["GET"]),
    Route("/settings/server/terms", _edit, methods=["GET"]),
    Route("/settings/server/terms", _save, methods=["POST"]),
]
