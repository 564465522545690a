"""Answers as one line, to be compared with the shapes of the specification."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree


def shape(element: ElementTree.Element) -> str:
    """An element with its attributes and children in order: "artist[rank](name mbid image[size]*5)"."""
    attributes = f"[{' '.join(element.attrib)}]" if element.attrib else ""
    runs = ((child, len(list(run))) for child, run in groupby(shape(child) for child in element))
    children = " ".join(f"{child}*{count}" if count > 1 else child for child, count in runs)
    return f"{element.tag}{attributes}{f'({children})' if children else ''}"


def texts(element: ElementTree.Element, path: str) -> list[str]:
    """The texts of all that a path finds."""
    return [found.text or "" for found in element.findall(path)]
