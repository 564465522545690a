"""The documentation of the interfaces behind Spotify for Creators: `/develop/creators` and a page for each part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from earstead.core.errors import NotFound
from earstead.pagekit import page as drawn
from earstead.web.creators_guide.blocks import LINK, Block, Heading, Items, Page, Text, target
from earstead.web.creators_guide.pages import pages
from earstead.web.forms import query

ROOT = "/develop/creators"
_MAX_SEARCH = 100
_MOST_FOUND = 60
_MAX_WHOLE = 24
_SLASH = re.compile(r"(?<=.)/(?=[^/])")
_PIECES = re.compile(rf"`([^`]+)`|\*\*([^*]+)\*\*|{LINK.pattern}")


@dataclass(frozen=True, slots=True)
class Found:
    """A section that has the words that were looked for."""

    page: Page
    heading: Heading
    text: str

    @property
    def address(self) -> str:
        """Where it stands."""
        return f"{_address(self.page.slug)}#{self.heading.id}"


async def _index(request: Request) -> Response:
    q = query(request).text("q")[:_MAX_SEARCH].strip()
    if q:
        found = search(q)
        return drawn(request, "creators_docs_found.html", section="develop", asked=q, found=found, words=words)
    return _draw(request, pages()[0])


async def _page(request: Request) -> Response:
    slug = request.path_params["slug"]
    if slug == "index":
        return RedirectResponse(ROOT, 303)
    page = next((page for page in pages() if page.slug == slug), None)
    if page is None:
        raise NotFound("There is no such page.")
    return _draw(request, page)


def _draw(request: Request, page: Page) -> Response:
    return drawn(request, "creators_docs.html", section="develop", page=page, pages=pages(), words=words, kind=kind)


def search(q: str) -> list[Found]:
    """The sections that have every word of `q` in their heading or first paragraph, those named so first."""
    asked = q.casefold().split()
    sections = [section for page in pages() for section in _sections(page)]
    found = [one for one in sections if all(word in f"{one.heading.text} {one.text}".casefold() for word in asked)]
    named = [one for one in found if all(word in one.heading.text.casefold() for word in asked)]
    return [*named, *(one for one in found if one not in named)][:_MOST_FOUND]


def _sections(page: Page) -> Iterator[Found]:
    heading = Heading(page.title, "top")
    said = page.lead
    for block in page.blocks:
        if isinstance(block, Heading):
            yield Found(page, heading, said)
            heading, said = block, ""
        elif not said and isinstance(block, Text | Items):
            said = block.text if isinstance(block, Text) else " ".join(block.lines)
    yield Found(page, heading, said)


def words(text: str) -> Markup:
    """Words of a page as HTML: code, strong, links."""
    parts: list[str] = []
    end = 0
    for found in _PIECES.finditer(text):
        parts += [escape(text[end : found.start()]), _piece(found)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _piece(found: re.Match[str]) -> Markup:
    code, strong, link, goal = found.groups()
    if code is not None:
        return Markup("<code>{}</code>").format(_breakable(code))
    if strong is not None:
        return Markup("<strong>{}</strong>").format(strong)
    return Markup('<a href="{}">{}</a>').format(target(goal, _address), words(link))


def _breakable(code: str) -> Markup:
    """Code that may be broken behind its slashes when it is long, as addresses are."""
    parts = _SLASH.split(code) if len(code) > _MAX_WHOLE else [code]
    return Markup("/<wbr>").join(parts)


def _address(slug: str) -> str:
    return ROOT if slug == "index" else f"{ROOT}/{slug}"


def kind(block: Block) -> str:
    """What a block is, for the template."""
    return type(block).__name__.lower()


routes = [
    Route(ROOT, _index, methods=["GET"]),
    Route(f"{ROOT}/{{slug}}", _page, methods=["GET"]),
]
