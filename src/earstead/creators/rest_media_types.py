"""What REST answers about uploads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from earstead.creators.rest_types import Raw
from earstead.creators.walk import integer, rows, table, text


class Progress(StrEnum):
    """How far an upload is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SignedPart:
    """One part of a file and its signed address."""

    number: int
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUpload:
    """Where the bytes of a file go.

    Attributes:
        upload_id: "" when the answer names none.
        parts: in order; one for a file that goes in one piece.
        multipart: whether the answer gave parts.
    """

    upload_id: str
    parts: tuple[SignedPart, ...]
    multipart: bool

    @classmethod
    def of(cls, said: Any) -> SignedUpload:
        """From an answer of any of the three forms."""
        raw = table(said)
        parts = tuple(
            SignedPart(number, text(row.get("url")))
            for row in rows(raw.get("signedUrlParts"))
            if (number := integer(row.get("partNumber"))) is not None and text(row.get("url"))
        )
        single = text(raw.get("signedUrl")) or text(raw.get("url"))
        return cls(
            upload_id=text(raw.get("uploadId")) or text(raw.get("requestUuid")),
            parts=tuple(sorted(parts, key=lambda part: part.number)) or ((SignedPart(1, single),) if single else ()),
            multipart=bool(parts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaState:
    """How far audio or video is.

    Attributes:
        reason: why it failed, in Spotify's word; "" if it did not say, or did not fail.
        duration_ms: 0 when not told.
    """

    progress: Progress
    reason: str = ""
    duration_ms: int = 0
    raw: Raw = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, said: Any) -> MediaState:
        """From an answer, whether flat (audio) or nested (video): each is accepted for both."""
        raw = table(said)
        request, validation = table(raw.get("request")), table(raw.get("mediaValidation"))
        words = {text(raw.get("status")), text(request.get("state"))}
        refused = text(validation.get("status")) == "validation_failure"
        if refused or "failed" in words:
            progress = Progress.FAILED
        else:
            progress = Progress.DONE if words & {"completed", "processed"} else Progress.RUNNING
        reasons = [text(row.get("reason")) for row in rows(validation.get("failures"))]
        named = [
            *reasons,
            text(table(validation.get("failureInfo")).get("errorCode")),
            text(request.get("failureReason")),
        ]
        return cls(
            progress=progress,
            reason=next((reason for reason in named if reason), "") if progress is Progress.FAILED else "",
            duration_ms=integer(raw.get("durationInMilliseconds")) or 0,
            raw=raw,
        )
