"""The earstead archive: everything a user has in one zip, and the way back.

Members: manifest.json, observations.jsonl (by start and key), decisions.jsonl (in order, undone ones too),
feedback.jsonl, tags.jsonl, playlinks.jsonl and follows.jsonl (by time), shuffles.jsonl (in their order), podcasts.jsonl
(what was read of a creator's shows, without cookies), webhooks.jsonl (without their secrets), settings.json. Dates
inside the zip are fixed and lines deterministic, so that importing an archive into an empty server and exporting again
gives the same bytes.
"""

from __future__ import annotations

import itertools
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

import msgspec

from earstead.core.errors import Rejected
from earstead.services import archive_lines as lines
from earstead.services.archive import shuffles as archive_shuffles
from earstead.services.archive.restore import settings_of
from earstead.services.creators import archiving
from earstead.services.export_streams import Unseekable, entry
from earstead.services.import_types import ImportRow, Part
from earstead.storage import catalog, exporting, feedback, follows, playlinks, tags, webhooks
from earstead.storage.engine import Engine, Tx

FORMAT = "earstead-archive"
VERSION = 1
OBSERVATIONS = "observations.jsonl"
DECISIONS = "decisions.jsonl"
FEEDBACK = "feedback.jsonl"
TAGS = "tags.jsonl"
PLAYLINKS = "playlinks.jsonl"
FOLLOWS = "follows.jsonl"
SHUFFLES = "shuffles.jsonl"
PODCASTS = "podcasts.jsonl"
WEBHOOKS = "webhooks.jsonl"
SETTINGS = "settings.json"
MOST_LINE = 1 << 20
"""Bytes of one line; longer ones are a fault of the data."""
_PIECE = 500
_Shape = TypeVar("_Shape")


def write(engine: Engine, user_id: int, out: BinaryIO) -> None:
    """Write the archive of a user, from one snapshot, in bounded memory."""
    with engine.read() as tx, zipfile.ZipFile(Unseekable(out), "w", zipfile.ZIP_DEFLATED) as box:
        manifest = {"format": FORMAT, "version": VERSION}
        _member(box, "manifest.json", [lines.line(manifest)])
        _member(box, OBSERVATIONS, _observations(tx, user_id))
        _member(box, DECISIONS, _decisions(tx, user_id))
        _member(box, FEEDBACK, _feedback(tx, user_id))
        _member(box, TAGS, _tags(tx, user_id))
        _member(box, PLAYLINKS, _playlinks(tx, user_id))
        _member(box, FOLLOWS, _follows(tx, user_id))
        _member(box, SHUFFLES, archive_shuffles.lines(tx, user_id))
        _member(box, PODCASTS, archiving.lines(tx, user_id))
        _member(box, WEBHOOKS, _webhooks(tx, user_id))
        _member(box, SETTINGS, [lines.line(settings_of(tx, user_id))])


def _member(box: zipfile.ZipFile, name: str, content: Iterable[bytes]) -> None:
    with entry(box, name) as member:
        for piece in content:
            member.write(piece)


def _observations(tx: Tx, user_id: int) -> Iterator[bytes]:
    for _, same_second in itertools.groupby(exporting.observations(tx, user_id), key=lambda row: row[0]):
        for _, text in sorted(map(lines.observation_line, same_second)):
            yield text


def _decisions(tx: Tx, user_id: int) -> Iterator[bytes]:
    for kind, subject, summary, created_at, undone_at, by_user in exporting.decisions(tx, user_id):
        yield lines.line(
            {
                "kind": kind,
                "subject": json.loads(subject),
                "summary": summary,
                "created_at": created_at,
                "undone_at": undone_at,
                "by_user": by_user,
            }
        )


def _feedback(tx: Tx, user_id: int) -> Iterator[bytes]:
    rows = feedback.everything(tx, user_id)
    while piece := list(itertools.islice(rows, _PIECE)):
        tracks = catalog.tracks_by_id(tx, [row[0] for row in piece])
        for track_id, score, at in piece:
            track = tracks[track_id]
            said = lines.FeedbackLine(
                artist_name=track.artist_name,
                track_name=track.track_name,
                kind=track.kind.name.lower(),
                release_name=track.release_name,
                artist_names=list(track.artist_names),
                recording_mbid=track.recording_mbid,
                release_mbid=track.release_mbid,
                artist_mbids=list(track.artist_mbids),
                isrc=track.isrc,
                spotify_uri=track.spotify_uri,
                score=score,
                at=at,
            )
            yield lines.line(msgspec.to_builtins(said))


def _tags(tx: Tx, user_id: int) -> Iterator[bytes]:
    for _, at_once in itertools.groupby(tags.everything(tx, user_id), key=lambda row: row[:2]):
        said = (
            lines.TagLine(at=at, entity_id=entity_id, kind=kind, tag=tag, name=name, credit=credit, credit_id=credit_id)
            for at, entity_id, kind, tag, name, credit, credit_id in at_once
        )
        yield from sorted(lines.line(msgspec.to_builtins(one)) for one in said)


def _playlinks(tx: Tx, user_id: int) -> Iterator[bytes]:
    for _, at_once in itertools.groupby(playlinks.everything(tx, user_id), key=lambda row: row[:2]):
        said = (
            lines.PlayLinkLine(at=at, entity_id=entity_id, service=service, target=target, name=name, credit=credit)
            for at, entity_id, service, target, name, credit in at_once
        )
        yield from sorted(lines.line(msgspec.to_builtins(one)) for one in said)


def _follows(tx: Tx, user_id: int) -> Iterator[bytes]:
    for at, name in sorted(follows.everything(tx, user_id)):
        yield lines.line({"name": name, "at": at})


def _webhooks(tx: Tx, user_id: int) -> Iterator[bytes]:
    for url, label, types, created_at in webhooks.everything(tx, user_id):
        yield lines.line({"url": url, "label": label, "types": types.split(), "created_at": created_at})


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of ours, of whatever version."""
    return _manifest(path).get("format") == FORMAT


def _manifest(path: Path) -> dict[str, object]:
    try:
        with zipfile.ZipFile(path) as box, box.open("manifest.json") as member:
            found = json.loads(member.read(1 << 16))
    except (OSError, ValueError, KeyError, RecursionError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return {}
    return found if isinstance(found, dict) else {}


def parts(path: Path) -> list[Part]:
    """The parts of an archive whose rows are read: observations, then feedback."""
    version = _manifest(path).get("version")
    ignored = "" if version == VERSION else f"written by a newer earstead (archive version {version})"
    with zipfile.ZipFile(path) as box:
        sizes = {info.filename: info.file_size for info in box.infolist()}
    return [
        Part(
            path=str(path),
            member=name,
            format=FORMAT,
            title="earstead archive",
            size=sizes.get(name, 0),
            ignored=ignored or ("" if name in sizes else "missing from the archive"),
        )
        for name in (OBSERVATIONS, FEEDBACK)
    ]


def rows(part: Part) -> Iterator[ImportRow]:
    """The rows of a part of an archive, in bounded memory."""
    with zipfile.ZipFile(part.path) as box, box.open(part.member) as member:
        for number, text in enumerate(texts(member), start=1):
            where = f"{part.member} row {number}"
            try:
                yield _row(where, part.member, text)
            except ValueError as error:
                yield ImportRow(where=where, skip=f"not a row of an archive: {error}", excerpt=_excerpt(text))


def _row(where: str, member: str, text: bytes) -> ImportRow:
    if member == OBSERVATIONS:
        said = lines.read_line(text, lines.ObservationLine)
        return ImportRow(where=where, submission=lines.observation(said), received_at=max(said.received_at, 0))
    word = lines.read_line(text, lines.FeedbackLine)
    if word.score not in (1, -1) or not 0 <= word.at < lines.MOST_COUNT:
        raise ValueError("a score is 1 or -1, and a time is in unix seconds")
    return ImportRow(where=where, feedback=(lines.words(word), word.score, word.at))


def decisions(path: Path) -> Iterator[lines.DecisionLine]:
    """The decisions of an archive, oldest first. Raises Rejected at a line that is none."""
    return _read(path, DECISIONS, lines.DecisionLine)


def tag_lines(path: Path) -> Iterator[lines.TagLine]:
    """The tags of an archive. Raises Rejected at a line that is none."""
    return _read(path, TAGS, lines.TagLine)


def playlink_lines(path: Path) -> Iterator[lines.PlayLinkLine]:
    """The play links of an archive. Raises Rejected at a line that is none."""
    return _read(path, PLAYLINKS, lines.PlayLinkLine)


def follow_lines(path: Path) -> Iterator[lines.FollowLine]:
    """Whom the user of an archive follows. Raises Rejected at a line that says nobody."""
    return _read(path, FOLLOWS, lines.FollowLine)


def webhook_lines(path: Path) -> Iterator[lines.WebhookLine]:
    """The webhooks of an archive. Raises Rejected at a line that is none."""
    return _read(path, WEBHOOKS, lines.WebhookLine)


def shuffle_lines(path: Path) -> Iterator[archive_shuffles.ShuffleLine]:
    """The shuffles of an archive. Raises Rejected at a line that is none."""
    return _read(path, SHUFFLES, archive_shuffles.ShuffleLine)


def podcast_lines(path: Path) -> Iterator[archiving.PodcastLine]:
    """The podcasts of an archive. Raises Rejected at a line that is none."""
    return _read(path, PODCASTS, archiving.PodcastLine)


def _read(path: Path, member: str, shape: type[_Shape]) -> Iterator[_Shape]:
    """The lines of a member; none where an older archive lacks it."""
    with zipfile.ZipFile(path) as box:
        if member not in box.namelist():
            return
        with box.open(member) as opened:
            for number, text in enumerate(texts(opened), start=1):
                try:
                    yield lines.read_line(text, shape)
                except ValueError as error:
                    raise Rejected(member, f"row {number} cannot be read: {error}") from None


def settings(path: Path) -> dict[str, object]:
    """The settings of an archive; {} when it has none that can be read."""
    try:
        with zipfile.ZipFile(path) as box, box.open(SETTINGS) as member:
            found = json.loads(member.read(MOST_LINE))
    except (KeyError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def texts(member: IO[bytes]) -> Iterator[bytes]:
    """The lines of a member; one that is too long comes as its beginning, which no reader takes for a row."""
    while text := member.readline(MOST_LINE):
        rest = text
        while not rest.endswith(b"\n") and (rest := member.readline(MOST_LINE)):
            pass
        if text.strip():
            yield text


def _excerpt(text: bytes) -> str:
    return text[:300].decode("utf-8", "replace").strip()
