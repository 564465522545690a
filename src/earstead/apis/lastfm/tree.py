"""Answers as a neutral tree, from which XML, JSON and XML-RPC are drawn: one truth, three spellings.

The order of children is the order in XML (clients depend on it); JSON follows from the kind of node:

* `Text`: text, or a number where clients decode one. With attributes JSON shows `{"#text": ..., attribute: ...}`.
* `Box`: children; attributes go under "@attr" in JSON.
* `Many`: a repeated child. JSON shows an array under its name, also for one item and for none; with
  `one_as_object`, a single item stands there by itself (`track.scrobble`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Text:
    """A leaf. The type of `value` is the type in JSON; XML shows its text."""

    name: str
    value: Value = ""
    attrs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Box:
    """An element with children."""

    name: str
    children: tuple[Node, ...] = ()
    attrs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Many:
    """Repeated children of one name: each item's own name is `name`."""

    name: str
    items: tuple[Text | Box, ...] = ()
    one_as_object: bool = False


Node = Text | Box | Many
Payload = Text | Box | None
"""What an answer holds; None: success without content."""
