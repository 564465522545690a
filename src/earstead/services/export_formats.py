"""Listens in other people's formats: ListenBrainz' zip, CSV, JSON lines, Parquet. All of them stream.

Listens are those of the history (not the deleted ones), the short ones included, named as decided here, newest first.

The columns of CSV, JSON lines and Parquet:

| column | meaning |
|---|---|
| listened_at | start of the play, unix seconds UTC |
| listened_at_iso | the same, ISO 8601 in UTC |
| kind | music, episode or chapter |
| track_name, artist_name, release_name | as shown; artist_name is the show for episodes |
| recording_mbid, release_mbid, artist_mbids, isrc, spotify_uri | as reported; "" when nobody said |
| recording_msid | UUID of the names, equal on every server |
| played_ms, duration_ms | milliseconds; empty when unknown |
| counted | whether it was long enough for statistics |
| skipped | true, false, or empty when nobody said |
| source, client | what brought it |
| listen_id, inserted_at | our id, and when it was first received, unix seconds |
"""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from earstead.core.errors import Rejected
from earstead.core.listen import Kind
from earstead.kit.extras import how_to_install
from earstead.services.archive_lines import line
from earstead.services.export_streams import Unseekable, entry
from earstead.services.views import ListenRow

COLUMNS = (
    "listened_at",
    "listened_at_iso",
    "kind",
    "track_name",
    "artist_name",
    "release_name",
    "recording_mbid",
    "release_mbid",
    "artist_mbids",
    "isrc",
    "spotify_uri",
    "recording_msid",
    "played_ms",
    "duration_ms",
    "counted",
    "skipped",
    "source",
    "client",
    "listen_id",
    "inserted_at",
)
_NUMBERS = {"listened_at", "played_ms", "duration_ms", "listen_id", "inserted_at"}
_PARQUET_ROWS = 20_000
# A cell that begins so is a formula to a spreadsheet; names of music are foreign text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def document(row: ListenRow) -> dict[str, Any]:
    """The columns of a listen; None for what is not known."""
    return {
        "listened_at": row.listened_at,
        "listened_at_iso": datetime.fromtimestamp(row.listened_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kind": Kind(row.kind).name.lower(),
        "track_name": row.track_name,
        "artist_name": row.artist_name,
        "release_name": row.release_name,
        "recording_mbid": row.recording_mbid,
        "release_mbid": row.release_mbid,
        "artist_mbids": list(row.artist_mbids),
        "isrc": row.isrc,
        "spotify_uri": row.spotify_uri,
        "recording_msid": row.recording_msid,
        "played_ms": row.played_ms if row.played_ms >= 0 else None,
        "duration_ms": row.duration_ms if row.duration_ms >= 0 else None,
        "counted": row.counted,
        "skipped": row.skipped,
        "source": row.source,
        "client": row.client,
        "listen_id": row.listen_id,
        "inserted_at": row.inserted_at,
    }


def write_jsonl(rows: Iterable[ListenRow], out: BinaryIO) -> None:
    """One JSON object a line."""
    out.writelines(line(document(row)) for row in rows)


def write_csv(rows: Iterable[ListenRow], out: BinaryIO) -> None:
    """RFC 4180 with a heading line, UTF-8; lists joined by a blank; texts that a spreadsheet would run are quoted."""
    text = io.TextIOWrapper(io.BufferedWriter(Unseekable(out)), "utf-8", newline="", write_through=False)
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([_cell(value) for value in document(row).values()])
    text.flush()
    text.detach()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def write_parquet(rows: Iterable[ListenRow], out: BinaryIO) -> None:
    """Parquet with typed columns. Rejected when the extra `parquet` is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Rejected("format", f"Parquet needs the extra: {how_to_install('parquet')}") from None
    types = dict.fromkeys(COLUMNS, pyarrow.string()) | dict.fromkeys(_NUMBERS, pyarrow.int64())
    types |= dict.fromkeys(("counted", "skipped"), pyarrow.bool_()) | {"artist_mbids": pyarrow.list_(pyarrow.string())}
    schema = pyarrow.schema([(name, types[name]) for name in COLUMNS])
    with pyarrow.parquet.ParquetWriter(out, schema) as writer:
        for piece in _pieces(rows):
            writer.write_table(pyarrow.Table.from_pylist(piece, schema=schema))


def _pieces(rows: Iterable[ListenRow]) -> Iterator[list[dict[str, Any]]]:
    documents = map(document, rows)
    while piece := list(itertools.islice(documents, _PARQUET_ROWS)):
        yield piece


def write_listenbrainz(
    user: dict[str, Any], rows: Iterable[ListenRow], feedback: Iterable[dict[str, Any]], out: BinaryIO
) -> None:
    """The zip that ListenBrainz gives its users: a file a month, and feedback.

    Source: `spec/listenbrainz.md` 3.2. Music only: its importers know no podcasts.
    """
    with zipfile.ZipFile(Unseekable(out), "w", zipfile.ZIP_DEFLATED) as box:
        with entry(box, "user.json") as member:
            member.write(line(user))
        music = (row for row in rows if row.kind == Kind.MUSIC and row.counted)
        for month, same_month in itertools.groupby(music, key=_month):
            with entry(box, f"listens/{month}.jsonl") as member:
                for row in same_month:
                    member.write(line(listenbrainz_listen(row)))
        with entry(box, "feedback.jsonl") as member:
            for word in feedback:
                member.write(line(word))
        with entry(box, "pinned_recording.jsonl"):
            pass


def _month(row: ListenRow) -> str:
    at = datetime.fromtimestamp(row.listened_at, UTC)
    return f"{at.year}/{at.month}"


def listenbrainz_listen(row: ListenRow) -> dict[str, Any]:
    """A listen as ListenBrainz exports it; what was said besides stays in additional_info."""
    ids = {
        "recording_mbid": row.recording_mbid,
        "release_mbid": row.release_mbid,
        "artist_mbids": list(row.artist_mbids),
        "isrc": row.isrc,
        "spotify_id": row.spotify_uri,
        "duration_ms": row.duration_ms if row.duration_ms > 0 else None,
        "media_player": row.client,
    }
    info = {name: value for name, value in ids.items() if value} | dict(row.extra)
    return {
        "listened_at": row.listened_at,
        "inserted_at": float(row.inserted_at),
        "track_metadata": {
            "artist_name": row.artist_name,
            "track_name": row.track_name,
            "release_name": row.release_name,
            "recording_msid": row.recording_msid,
            "additional_info": info,
            "mbid_mapping": None,
        },
    }
