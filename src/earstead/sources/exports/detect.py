"""What a file holds. Its content decides; its name only keeps private files shut and tells videos from songs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earstead.services.import_types import Part
from earstead.sources.exports import files
from earstead.sources.exports.decode import encoding_of
from earstead.sources.exports.detect_json import json_part
from earstead.sources.exports.detect_table import table_part
from earstead.sources.exports.files import UNREADABLE, Member
from earstead.sources.exports.findings import Finding, ignored
from earstead.sources.exports.formats import FORMATS
from earstead.sources.exports.times import zone_of

PRIVATE = "personal data of the account, not listening; it was not opened"
_PRIVATE = re.compile(
    r"(payments?|user_?data|identity|identifiers|user_?attributes|user_?address|address(es)?|message_?data|inferences|"
    r"marquee|follow|technical_?log.*|account_?data|duo_?new_?family|family_?plan)[ _\d]*\.(json|csv|xml)",
    re.IGNORECASE,
)
_BINARY = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive: unpack it and upload what it holds",
    b"PK\x03\x04": "an archive inside the archive: unpack it and upload what it holds",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it and upload what it holds",
    b"Rar!": "a RAR archive: unpack it and upload what it holds",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLi": "a database; export it as JSON or CSV first",
}
_CONTROLS = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r\f\x1c\x1d\x1e\x1f")
_YOUTUBE_HTML = (
    "the watch history as a web page; ask Google Takeout again and choose JSON instead of HTML for the history"
)


def parts_of(path: Path, options: Mapping[str, Any]) -> list[Part]:
    """The parts of one uploaded file. Never raises on bad content."""
    return [_part(member, options) for member in files.members(path)]


def _part(member: Member, options: Mapping[str, Any]) -> Part:
    """A part with the user's options and what was found out beside them."""
    found = _finding(member, options)
    form = FORMATS.get(found.format)
    return Part(
        path=str(member.path),
        member=member.name,
        format=found.format,
        title=form.title if form else "Not read",
        size=member.size,
        options={**options, **found.options},
        ignored=found.ignored,
    )


def _finding(member: Member, options: Mapping[str, Any]) -> Finding:
    if member.refused:
        return ignored(member.refused)
    if _PRIVATE.fullmatch(re.split(r"[/\\]", member.shown)[-1]):
        return ignored(PRIVATE)
    try:
        zone_of(options)
    except ValueError as error:
        return ignored(str(error))
    try:
        return _of_head(member, files.head(member), options)
    except UNREADABLE:
        return ignored("damaged or encrypted: it cannot be read")


def _of_head(member: Member, head: bytes, options: Mapping[str, Any]) -> Finding:
    for magic, what in _BINARY.items():
        if head.startswith(magic):
            return ignored(what)
    encoding = encoding_of(head)
    said = head.decode(encoding, "replace").lstrip("\ufeff")
    if len(said.translate(_CONTROLS)) < len(said) * 0.98:
        return ignored("not a text; no listening history is written like this")
    start = said.lstrip()[:1]
    if not start:
        return ignored("the file is empty")
    if start == "<":
        return _marked_up(said)
    if start in "[{":
        return json_part(said, encoding, member.shown, options)
    return table_part(said, encoding, options, whole=member.size <= len(head))


def _marked_up(said: str) -> Finding:
    low = said.lower()
    if "<html" in low or "<!doctype html" in low:
        return ignored(_YOUTUBE_HTML if "youtube" in low else "a web page, not a listening history")
    if "<!doctype" in low or "<!entity" in low:
        return ignored("an XML document that declares a type or entities, which no listening history needs")
    if "<recenttracks" in low or "<lfm" in low or "<track" in low:
        return Finding(format="lastfm-xml")
    return ignored("an XML document without tracks")
