"""Everything goes out again: the complete archive, and listens in formats that others read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from earstead.core.catalog import recording_msid
from earstead.core.errors import Rejected
from earstead.services import export_formats
from earstead.services.archive import archive
from earstead.services.feedback import HATED, LOVED
from earstead.services.insights.insights import Insights
from earstead.services.views import ListenRow
from earstead.storage import accounts, catalog, feedback
from earstead.storage.engine import Engine

_FORMATS = (
    ("archive", "earstead archive (everything, to move or to keep)", ".zip"),
    ("listenbrainz", "ListenBrainz export", ".zip"),
    ("csv", "CSV for spreadsheets", ".csv"),
    ("jsonl", "JSON lines", ".jsonl"),
    ("parquet", "Parquet for data tools", ".parquet"),
)
_PAGE = 500


class Exports:
    """Writes exports; streams in bounded memory, so the receiver may be a file or a connection."""

    def __init__(self, engine: Engine, insights: Insights) -> None:
        self._engine = engine
        self._insights = insights

    def formats(self) -> tuple[tuple[str, str, str], ...]:
        """(name, title, suffix) of every format."""
        return _FORMATS

    def write(self, user_id: int, format: str, out: BinaryIO) -> None:  # noqa: A002 - the word of the interface
        """Write a user's history. Rejected for a format that does not exist or is not installed."""
        if format == "archive":
            archive.write(self._engine, user_id, out)
        elif format == "listenbrainz":
            words = self._feedback(user_id)
            export_formats.write_listenbrainz(self._user(user_id), self._listens(user_id), words, out)
        elif format == "csv":
            export_formats.write_csv(self._listens(user_id), out)
        elif format == "jsonl":
            export_formats.write_jsonl(self._listens(user_id), out)
        elif format == "parquet":
            export_formats.write_parquet(self._listens(user_id), out)
        else:
            raise Rejected("format", f"choose one of {', '.join(name for name, _, _ in _FORMATS)}")

    def _listens(self, user_id: int) -> Iterator[ListenRow]:
        """The history page by page, newest first: each page starts behind the last listen of the one before."""
        cursor = ""
        while True:
            page = self._insights.listens(user_id, limit=_PAGE, cursor=cursor)
            yield from page.items
            cursor = page.older
            if not cursor:
                return

    def _user(self, user_id: int) -> dict[str, Any]:
        with self._engine.read() as tx:
            row = accounts.user(tx, user_id)
        return {"user_id": user_id, "username": row[1] if row else ""}

    def _feedback(self, user_id: int) -> Iterator[dict[str, Any]]:
        for score in (LOVED, HATED):
            offset = 0
            while True:
                with self._engine.read() as tx:
                    page = feedback.page(tx, user_id, score, limit=_PAGE, offset=offset)
                    tracks = catalog.tracks_by_id(tx, [row[1] for row in page])
                for _, track_id, _, at in page:
                    track = tracks[track_id]
                    yield {
                        "recording_msid": recording_msid(track.artist_name, track.track_name, track.artist_names),
                        "recording_mbid": track.recording_mbid or None,
                        "score": score,
                        "created": at,
                        "track_metadata": {
                            "artist_name": track.artist_name,
                            "track_name": track.track_name,
                            "release_name": track.release_name,
                        },
                    }
                if len(page) < _PAGE:
                    break
                offset += _PAGE
