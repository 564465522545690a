"""Recent-tracks dumps in XML, streamed; documents that declare types or entities are refused.

Why expat itself: the tree builders of the standard library expand entities, and a history does not fit a tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any
from xml.parsers import expat

from earstead.sources.exports.decode import CHUNK, CUT_OFF, Broken

MAX_DEPTH = 64
MAX_TEXT = 65_536


class _Refused(Exception):
    """The document does what a history never does."""


class _Tracks:
    """Gathers `<track>` elements into the shape that Last.fm's JSON has: {"artist": {"#text", "mbid"}, ...}."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self._path: list[str] = []
        self._track: dict[str, Any] | None = None
        self._base = 0
        self._field: dict[str, str] = {}
        self._text: list[str] = []
        self._size = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_: Any) -> None:
        raise _Refused("the document declares a type or entities, which no listening history needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > MAX_DEPTH:
            raise _Refused("elements are nested too deeply")
        if name == "track" and self._track is None:
            self._track, self._base = {"@attr": attributes}, len(self._path)
        elif self._track is not None and len(self._path) == self._base + 1:
            self._field, self._text, self._size = dict(attributes), [], 0
        elif self._track is not None and len(self._path) == self._base + 2 and name == "name":
            # <artist><name>: the extended form of the same answer.
            self._text, self._size = [], 0

    def _characters(self, data: str) -> None:
        if self._track is None or len(self._path) <= self._base:
            return
        inner = len(self._path) > self._base + 1
        self._size += len(data)
        if self._size <= MAX_TEXT and (not inner or self._path[-1] == "name"):
            self._text.append(data)

    def _end(self, name: str) -> None:
        if self._track is not None and len(self._path) == self._base + 1:
            self._field["#text"] = "".join(self._text).strip()
            self._track.setdefault(name, self._field)
        elif self._track is not None and len(self._path) == self._base:
            self.done.append(self._track)
            self._track = None
        self._path.pop()


def xml_tracks(file: IO[bytes], options: Mapping[str, Any]) -> Iterator[Any]:
    """The tracks of a document as dicts in the shape of Last.fm's JSON."""
    tracks = _Tracks()
    try:
        while data := file.read(CHUNK):
            tracks.parser.Parse(data, False)
            yield from tracks.done
            tracks.done.clear()
        tracks.parser.Parse(b"", True)
    except _Refused as error:
        yield from tracks.done
        yield Broken(reason=str(error))
    except (expat.ExpatError, ValueError) as error:
        yield from tracks.done
        ended = getattr(error, "code", 0) in (3, 4, 5)  # no element, invalid token at the very end, unclosed token
        cut = ended and not file.read(1)
        yield Broken(reason=CUT_OFF if cut else f"not well-formed XML from line {tracks.parser.CurrentLineNumber} on")
