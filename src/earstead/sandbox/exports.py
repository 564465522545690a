"""The same history as several services would give it out, with the differences that real exports have.

Spotify knows the album artist alone, writes guests into the title, tells the end of a play and keeps skips and
podcasts. A scrobbler tells the start, a second or two late, in its own words, and only of plays long enough.
`lose` leaves out every n-th play (0: none): no service heard everything.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from earstead.core.listen import Kind, Submission

_ROWS_A_CHUNK = 500


def as_spotify_extended(submissions: Iterable[Submission], *, lose: int = 0) -> Iterator[bytes]:
    """A `Streaming_History_Audio` file (one JSON array) in chunks; addresses in it are of the documentation range."""
    rows = (json.dumps(_spotify_row(play), ensure_ascii=False) for play in _kept(submissions, lose))
    yield b"["
    separator = ""
    while chunk := list(islice(rows, _ROWS_A_CHUNK)):
        yield (separator + ",\n".join(chunk)).encode()
        separator = ",\n"
    yield b"]\n"


def as_lastfm_csv(submissions: Iterable[Submission], *, lose: int = 0) -> Iterator[bytes]:
    """A CSV of scrobbles as the common Last.fm exporter writes it: a header, every field quoted, newest first."""
    plays = [play for play in _kept(submissions, lose) if _scrobbled(play)]
    out = io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
    write(("uts", "utc_time", "artist", "artist_mbid", "album", "album_mbid", "track", "track_mbid"))
    for number, play in enumerate(reversed(plays), start=1):
        at = _heard_at(play)
        said = datetime.fromtimestamp(at, UTC).strftime("%d %b %Y, %H:%M")
        write((str(at), said, play.artist_name, "", play.release_name, "", play.track_name, ""))
        if number % _ROWS_A_CHUNK == 0:
            yield _taken(out)
    yield _taken(out)


def as_listenbrainz_jsonl(submissions: Iterable[Submission], *, lose: int = 0) -> Iterator[bytes]:
    """The listens of a ListenBrainz export, one JSON object a line, oldest first; one chunk for 500 lines."""
    lines = (
        json.dumps(listenbrainz_listen(play), ensure_ascii=False) + "\n"
        for play in _kept(submissions, lose)
        if _scrobbled(play)
    )
    while chunk := list(islice(lines, _ROWS_A_CHUNK)):
        yield "".join(chunk).encode()


def listenbrainz_listen(play: Submission) -> dict[str, Any]:
    """One listen in ListenBrainz's shape, good for submit-listens (type `import`) and for export files."""
    info: dict[str, Any] = {"duration_ms": play.duration_ms, "music_service": play.origin, "submission_client": "demo"}
    names: dict[str, Any] = {"artist_name": play.artist_name, "track_name": play.track_name, "additional_info": info}
    if play.release_name:
        names["release_name"] = play.release_name
    return {"listened_at": _heard_at(play), "track_metadata": names}


def _kept(submissions: Iterable[Submission], lose: int) -> Iterator[Submission]:
    return (play for number, play in enumerate(submissions, start=1) if not lose or number % lose)


def _scrobbled(play: Submission) -> bool:
    """Whether a scrobbler would have told of it: music, over 30 s long, half or four minutes of it heard."""
    played_ms, length_ms = play.played_ms or 0, play.duration_ms or 0
    return play.kind is Kind.MUSIC and length_ms > 30_000 and played_ms >= min(length_ms / 2, 240_000)


def _heard_at(play: Submission) -> int:
    """The start by another clock: 0 to 2 s late."""
    return play.listened_at + play.listened_at % 3


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _spotify_row(play: Submission) -> dict[str, Any]:
    music = play.kind is Kind.MUSIC
    first, *guests = play.artist_names or (play.artist_name,)
    title = f"{play.track_name} (feat. {' & '.join(guests)})" if guests else play.track_name
    return {
        "ts": datetime.fromtimestamp(play.ended_at or play.listened_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": "android",
        "ms_played": play.played_ms or 0,
        "conn_country": "DE",
        "ip_addr": "192.0.2.7",
        "master_metadata_track_name": title if music else None,
        "master_metadata_album_artist_name": first if music else None,
        "master_metadata_album_album_name": play.release_name if music else None,
        "spotify_track_uri": play.spotify_uri if music else None,
        "episode_name": None if music else play.track_name,
        "episode_show_name": None if music else play.artist_name,
        "spotify_episode_uri": None if music else play.spotify_uri,
        "reason_start": play.extra.get("reason_start"),
        "reason_end": play.extra.get("reason_end"),
        "shuffle": play.extra.get("shuffle"),
        "skipped": play.skipped,
        "offline": False,
        "offline_timestamp": play.listened_at,
        "incognito_mode": False,
    }
