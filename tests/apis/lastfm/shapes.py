"""Looking at the shape of an answer in XML."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree.ElementTree import Element


def inside(element: Element | None) -> str:
    """The names of the children in order; the same one several times in a row as "image*4"."""
    assert element is not None
    runs = [(tag, len(list(run))) for tag, run in groupby(child.tag for child in element)]
    return " ".join(f"{tag}*{count}" if count > 1 else tag for tag, count in runs)


def text(element: Element, path: str) -> str:
    """The text of one element below, "" for an empty one."""
    found = element.find(path)
    assert found is not None, f"no {path} in {inside(element)}"
    return found.text or ""


def names(items: Iterable[Element]) -> list[str]:
    """The `name` of each."""
    return [text(item, "name") for item in items]
