"""The documentation of the interfaces is what the registry and the code give, and hangs together."""

from __future__ import annotations

import json
import re

from earstead.core.creators.endpoints import ENDPOINTS
from earstead.core.creators.registry import Registry
from earstead.creators import errors
from earstead.creators.errors import CreatorsError
from earstead.web.creators_guide.blocks import LINK, Heading, Items, Page, Table, Text
from earstead.web.creators_guide.pages import NOTICE, pages
from tests.creators import docs


def test_the_files_are_up_to_date() -> None:
    """Whoever changes the registry, an endpoint or a word writes the files anew."""
    written = {path.name: path.read_text("utf-8") for path in docs.FOLDER.glob("*.md")}
    assert written == docs.files(), "run: .venv/bin/python -m tests.creators.docs"


def test_the_methods_are_those_of_the_client() -> None:
    """Each endpoint and each operation has a method, and the pages call it as the client does."""
    written = json.loads(docs.METHODS.read_text("utf-8"))
    assert written == docs.methods(), "run: .venv/bin/python -m tests.creators.docs"
    assert set(written) == {one.label for one in ENDPOINTS} | set(Registry.pinned().operations)


def test_every_operation_stands_once_with_its_hashes() -> None:
    """Each of the 116 operations has one section, and all 64 digits of each public hash stand in it."""
    registry = Registry.pinned()
    anchors = [block.id for page in pages() for block in page.blocks if isinstance(block, Heading)]
    assert len(registry) == 116
    for operation in registry:
        assert anchors.count(operation.name.lower()) == 1, operation.name
    text = "\n".join(docs.files().values())
    assert [known.sha256 for one in registry for known in one.hashes if known.sha256 not in text] == []


def test_every_error_of_the_client_is_explained() -> None:
    """The page of limits names each error the client raises."""
    text = docs.files()["limits.md"]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CreatorsError)]
    assert len(kinds) > 15
    assert [kind.__name__ for kind in kinds if f"`{kind.__name__}`" not in text and kind is not CreatorsError] == []


def test_each_fact_says_where_it_is_from() -> None:
    """Evidence stands with every endpoint and every operation, with the code it was seen in where that is noted."""
    text = "\n".join(docs.files().values())
    assert text.count("Evidence: ") == len(ENDPOINTS) + len(Registry.pinned())
    assert "not marked" not in text
    assert "seen in code (spotifygraphqlconnector" in text


def test_what_is_not_known_is_said() -> None:
    """A section of an operation without a public hash says so, and one with an unknown answer too."""
    text = "\n".join(docs.files().values())
    for operation in Registry.pinned():
        section = text.split(f"## {operation.name}\n")[1].split("<a id=")[0]
        assert ("No public hash" in section) == (not operation.hashes), operation.name
        assert ("Answer unknown" in section) == (operation.shape == "U"), operation.name


def test_every_link_leads_to_a_heading() -> None:
    """No page names a page or a heading that is not there."""
    targets = {page.slug for page in pages()} | {
        f"{page.slug}#{block.id}" for page in pages() for block in page.blocks if isinstance(block, Heading)
    }
    links = [link for page in pages() for text in _texts(page) for _, link in LINK.findall(text) if "://" not in link]
    assert len(links) > 100
    assert sorted({link for link in links if link not in targets}) == []


def test_the_first_page_says_that_they_are_unofficial() -> None:
    """The notice stands above everything else."""
    assert "unofficial" in NOTICE
    assert pages()[0].slug == "index"
    assert pages()[0].blocks[0] == Text(NOTICE)


def test_each_anchor_is_there_once_on_its_page() -> None:
    """A link can only mean one heading."""
    for page in pages():
        ids = [block.id for block in page.blocks if isinstance(block, Heading)]
        assert len(ids) == len(set(ids)), page.slug
        assert [one for one in ids if not re.fullmatch(r"[a-z0-9_-]+", one)] == []


def _texts(page: Page) -> list[str]:
    found = [page.lead]
    for block in page.blocks:
        if isinstance(block, Text):
            found.append(block.text)
        elif isinstance(block, Items):
            found += block.lines
        elif isinstance(block, Table):
            found += [cell for row in block.rows for cell in row]
    return found
