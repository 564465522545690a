"""How an API describes its methods: neutral records, from which the documentation pages are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earstead.services.container import Services
    from earstead.services.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamDoc:
    """A parameter of a method. `about` is the end of a sentence, "" when the name says it all."""

    name: str
    required: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodDoc:
    """A method as its page describes it.

    Attributes:
        name: as it is called, "user.getInfo"; unique within the API.
        package: the heading it stands under, "user".
        summary: one sentence.
        access: who may call it and with what, a sentence.
        posted: it changes something and must come by POST.
        answer: name of the element that the answer consists of, "" when there is none.
    """

    name: str
    package: str
    summary: str
    access: str
    params: tuple[ParamDoc, ...] = ()
    posted: bool = False
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A request that can be copied, and what it answers this moment: (title, text) pairs, () when it was not tried."""

    request: str
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Something to know before the first call: words, a piece of code ("" for none), and a small table.

    `text` and `code` may hold `{root}`, the public address of this server, filled in when drawn.
    """

    title: str
    text: str
    code: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documentation of an API.

    `example` blocks: it calls the method for this viewer where calling it changes nothing. With None for a
    viewer, and for methods that change something, it only writes the request. Raises NotFound for no method.
    """

    methods: Callable[[], tuple[MethodDoc, ...]]
    example: Callable[[Services, User | None, str], Example]
    guide: tuple[Section, ...] = ()
