"""XML-RPC, as far as this API needs it: one struct of named texts in, one text or a fault out (spec section 2.6).

Requests are read by expat with bounds on depth and number, and a document type is refused: without one there are no
entities, hence none that grow or that reach for a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from earstead.apis.lastfm.errors import INVALID_PARAMETERS
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.render_xml import PROLOGUE, escaped

MAX_DEPTH = 32
MAX_ELEMENTS = 30_000
"""Five a member: more than any caller needs, and little enough to be read while others wait."""
MALFORMED = "Invalid parameters - The XML-RPC request cannot be read"
_SCALARS = frozenset(("string", "int", "i4", "i8", "boolean", "double"))
_PARAM = ("methodCall", "params", "param")
_MEMBER = (*_PARAM, "value", "struct", "member")
_NAME, _VALUE = (*_MEMBER, "name"), (*_MEMBER, "value")


def parse(body: bytes) -> Iterator[tuple[str, str]]:
    """`method` and the members of the first parameter, in the order of the document.

    Raises:
        Fault: 6 for a document that is no call, or that holds what a call does not.
    """
    reader = _Reader()
    try:
        reader.read(body)
    except (expat.ExpatError, LookupError, UnicodeError, _RefusedError):
        raise Fault(INVALID_PARAMETERS, MALFORMED) from None
    if not reader.method:
        raise Fault(INVALID_PARAMETERS, MALFORMED)
    yield "method", reader.method
    yield from reader.members


class _RefusedError(Exception):
    """The document holds what a call does not."""


class _Reader:
    """Collects by the path of open elements."""

    def __init__(self) -> None:
        self.method = ""
        self.members: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._name = ""
        self._params = 0
        self._elements = 0

    def read(self, body: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text.append
        parser.Parse(body.lstrip(), True)

    def _refuse(self, *_: object) -> None:
        raise _RefusedError

    def _open(self, tag: str, _: object) -> None:
        self._path.append(tag)
        self._elements += 1
        if len(self._path) > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise _RefusedError
        if tuple(self._path) == _PARAM:
            self._params += 1
        self._text.clear()

    def _close(self, tag: str) -> None:
        path, text = tuple(self._path), "".join(self._text)
        if path == ("methodCall", "methodName"):
            self.method = text.strip()
        elif path == _NAME:
            self._name = text.strip()
        elif self._params == 1 and self._is_scalar(path):
            self.members.append((self._name, text))
            self._name = ""
        self._path.pop()
        self._text.clear()

    def _is_scalar(self, path: tuple[str, ...]) -> bool:
        """A typed value, or an untyped one, which is a string. The text of a `value` whose type was closed
        belongs to no member any more: its name is taken."""
        if not self._name:
            return False
        return path == _VALUE or (path[:-1] == _VALUE and path[-1] in _SCALARS)


def render(payload: str) -> str:
    """An answer: the XML that stands under `lfm` otherwise, as one string."""
    value = f"<value><string>{escaped(payload)}</string></value>"
    return f"{PROLOGUE}<methodResponse><params><param>{value}</param></params></methodResponse>"


def render_fault(code: int, message: str) -> str:
    """A fault."""
    return (
        f"{PROLOGUE}<methodResponse><fault><value><struct>"
        f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
        f"<member><name>faultString</name><value><string>{escaped(message)}</string></value></member>"
        f"</struct></value></fault></methodResponse>"
    )
