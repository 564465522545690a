"""What is worth an event: listens, what plays, loves, decisions and imports, in the words of the published schemas.

Each follower runs in the transaction of what it tells of, except for what plays now, which is never stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from earstead.core.catalog import Track
from earstead.core.listen import Kind, Submission
from earstead.services.decisions import Decisions
from earstead.services.feedback import LOVED, Feedback
from earstead.services.imports.imports import Imports
from earstead.services.ingest import Ingest, IngestResult
from earstead.services.journal import Journal
from earstead.services.playing import Playing, describe
from earstead.services.views import DecisionRow, ImportJob
from earstead.storage.engine import Tx

MOST_SINGLE = 50
"""Listens of one request that are told one by one; more of them are told as a batch, like an import."""
WATCHED = frozenset({"spotify", "spotify-player", "spotify-recent", "soloist"})
"""Sources whose players are watched: the watcher tells more of a start than "now playing" can."""
_HASHES = frozenset({"id", "ids", "into", "track_ids"})


def herald(
    journal: Journal, ingest: Ingest, playing: Playing, feedback: Feedback, decisions: Decisions, imports: Imports
) -> None:
    """From now on, write into the journal what these do."""
    ingest.followed_by(partial(_listens, journal))
    playing.followed_by(partial(_playing, journal, playing))
    playing.ended_by(lambda user_id: journal.add_soon(user_id, "playing_now.changed", {"playing": None}))
    feedback.followed_by(partial(_word, journal))
    decisions.followed_by(partial(_decision, journal))
    imports.followed_by(partial(_import, journal))


def _listens(
    journal: Journal, tx: Tx, user_id: int, said: Sequence[Submission], result: IngestResult, bulk: bool
) -> None:
    if not result.new and not result.merged:
        return
    if bulk or result.new + result.merged > MOST_SINGLE:
        data = {"new": result.new, "merged": result.merged, "source": said[0].source}
        journal.add_in(tx, user_id, "listen.imported", data)
        return
    told = [
        ("listen.created" if outcome.status == "new" else "listen.changed", listen(submission, outcome.listen_id))
        for submission, outcome in zip(said, result.outcomes, strict=True)
        if outcome.status != "known"
    ]
    journal.add_all_in(tx, user_id, told)


def listen(said: Submission, listen_id: int) -> dict[str, Any]:
    """A listen as its events carry it: the words of whoever reported it; None for what nobody said."""
    return {
        "listen_id": listen_id,
        "listened_at": said.listened_at,
        "kind": Kind(said.kind).name.lower(),
        "track_name": said.track_name,
        "artist_name": said.artist_name,
        "artist_names": list(said.artist_names) or [said.artist_name],
        "release_name": said.release_name,
        "played_ms": said.played_ms,
        "duration_ms": said.duration_ms,
        "skipped": said.skipped,
        "source": said.source,
        "client": said.client,
        "origin": said.origin,
        "recording_mbid": said.recording_mbid or "",
        "isrc": said.isrc or "",
        "spotify_uri": said.spotify_uri or "",
    }


def _playing(journal: Journal, playing: Playing, user_id: int, said: Submission) -> None:
    slot = playing.get(user_id)
    if slot is None or slot.submission is not said:  # something else plays by now, and was told
        return
    journal.add_soon(user_id, "playing_now.changed", {"playing": {**describe(slot), "source": said.source}})
    if said.source not in WATCHED:
        journal.add_soon(user_id, "player.started", _started(said, slot.started_at * 1000))


def _started(said: Submission, at_ms: int) -> dict[str, Any]:
    return {
        "item": {
            "kind": Kind(said.kind).name.lower(),
            "uri": said.spotify_uri or "",
            "track_name": said.track_name,
            "artist_names": list(said.artist_names) or [said.artist_name],
            "release_name": said.release_name,
            "duration_ms": said.duration_ms or 0,
        },
        "position_ms": 0,
        "at_ms": at_ms,
        "observed_gap_ms": 0,
        "source": said.source,
        "device": None,
        "context_uri": "",
        "account": "",
    }


def _word(journal: Journal, tx: Tx, user_id: int, track: Track, score: int) -> None:
    data = {
        "track_name": track.track_name,
        "artist_name": track.artist_name,
        "release_name": track.release_name,
        "recording_mbid": track.recording_mbid,
        "spotify_uri": track.spotify_uri,
        "score": score,
    }
    journal.add_in(tx, user_id, "track.loved" if score == LOVED else "track.unloved", data)


def _decision(journal: Journal, tx: Tx, user_id: int, row: DecisionRow, standing: bool) -> None:
    data = {
        "decision_id": row.decision_id,
        "kind": row.kind,
        "summary": row.summary,
        "subject": _ids_as_text(row.subject),
        "by_user": row.by_user,
    }
    journal.add_in(tx, user_id, "decision.made" if standing else "decision.undone", data)


def _ids_as_text(subject: Mapping[str, Any]) -> dict[str, Any]:
    # Many languages keep 53 bits of a JSON number; these have 63.
    return {name: _text(value) if name in _HASHES else value for name, value in subject.items()}


def _text(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)


def _import(journal: Journal, tx: Tx, user_id: int, job: ImportJob) -> None:
    data = {"import_id": job.import_id, "title": job.title, "counts": asdict(job.counts), "error": job.error}
    journal.add_in(tx, user_id, "import.finished" if job.state == "done" else "import.failed", data)
