"""Pages as values: headings, words, tables, lists and code, and how they are written as Markdown. Pure.

In words, `code` stands between backquotes and links are `[text](page)` or `[text](page#anchor)`, where a page is named
by its slug; whoever draws a page puts the address around the slug.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second or third level, with the name by which it is linked."""

    text: str
    anchor: str = ""
    level: int = 2

    @property
    def id(self) -> str:
        """Its anchor: the given one, or one made of its words."""
        return self.anchor or _UNSAFE.sub("-", self.text.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short sentences; numbered where their order counts."""

    lines: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be copied as it is."""

    text: str
    language: str = ""
    title: str = "Example"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its cells are words as in a paragraph."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Items | Code | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the documentation. `slug` is its name in addresses and files; "index" is the first one."""

    slug: str
    title: str
    lead: str
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Those of the second level, to jump to."""
        return tuple(block for block in self.blocks if isinstance(block, Heading) and block.level == 2)


def markdown(page: Page) -> str:
    """The page as a Markdown document; ends with a line break."""
    parts = [f"# {page.title}", _linked(page.lead), *(_block(block) for block in page.blocks)]
    return "\n\n".join(parts) + "\n"


def relinked(text: str, address: Callable[[str], str]) -> str:
    """The text with the target of each link replaced; addresses of other sites are left alone."""
    return LINK.sub(lambda found: f"[{found[1]}]({target(found[2], address)})", text)


def target(link: str, address: Callable[[str], str]) -> str:
    """A link's target: `page#anchor` with the page's address, other sites as they are."""
    if "://" in link:
        return link
    slug, mark, anchor = link.partition("#")
    return f"{address(slug) if slug else ''}{mark}{anchor}"


def _linked(text: str) -> str:
    return relinked(text, lambda slug: f"{slug}.md")


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f'<a id="{block.id}"></a>\n\n{"#" * block.level} {block.text}'
        case Text():
            return _linked(block.text)
        case Items():
            return "\n".join(
                f"{f'{number}.' if block.numbered else '*'} {_linked(item)}"
                for number, item in enumerate(block.lines, 1)
            )
        case Code():
            return f"```{block.language}\n{block.text.strip()}\n```"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    lines = [table.head, ("---",) * len(table.head), *table.rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    # A bar would end the cell, a line break the row.
    return _linked(text).replace("|", "\\|").replace("\n", "<br>")
