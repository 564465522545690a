"""Uploads of sound, film and pictures, from the signed address to what was made of the bytes; and the storage.

Of what is sent only size and MD5 are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from earstead.sandbox.creators.calls import ApiError, Json
from earstead.sandbox.creators.faults import Faults
from earstead.sandbox.creators.world import Episode, Media, Show

PART: Final = 31_457_280
LEAST_PART: Final = 5_000_000
MOST: Final = {"audio": 500 * 1_000_000, "video": 4_000_000_000}
FORMATS: Final = frozenset("mp3 m4a aifc aiff ogg wav flac mp4 mov".split())
SIGNED_S: Final = 3600
BYTES_PER_S: Final = 16_000
"""How much sound a second takes here, from which the length of an upload is told."""
SOUND, FILM, ONE_FILM, PICTURES = (
    "audio-uploaded-default-production",
    "anchor-media-parts",
    "anchor_exclusive_media_upload_production",
    "anchor-image-storage-production",
)
"""Buckets of the storage."""


@dataclass(slots=True, kw_only=True)
class Slot:
    """A signed address: what may be sent to it, and what was.

    Attributes:
        kind: the Content-Types that may be sent, between spaces; "" where none may be.
    """

    key: str
    bucket: str
    signature: str
    kind: str
    expires_ms: int
    size: int = -1
    etag: str = ""

    @property
    def path(self) -> str:
        """Path and query of the address."""
        name = "X-Goog-Signature" if self.bucket != SOUND else "X-Amz-Signature"
        return f"/_storage/{self.bucket}/{self.key}?{name}={self.signature}"


@dataclass(slots=True, kw_only=True)
class Upload:
    """One upload.

    Attributes:
        kind: audio, video, or image.
        multipart: whether the film was announced in parts.
        state: waiting, processing, completed, failed.
        looks: how often it was asked for since it was finished.
    """

    id: str
    kind: str
    name: str
    subject: Episode | Show
    slots: list[Slot]
    multipart: bool = False
    state: str = "waiting"
    reason: str = ""
    looks: int = 0

    @property
    def size(self) -> int:
        """Bytes that were sent."""
        return sum(max(0, slot.size) for slot in self.slots)

    @property
    def duration_ms(self) -> int:
        """How long the sound is."""
        return max(1, self.size * 1000 // BYTES_PER_S)


@dataclass
class Uploads:
    """All uploads and signed addresses."""

    faults: Faults
    new_uuid: Callable[[], str]
    all: dict[str, Upload] = field(default_factory=dict)
    _slots: dict[str, Slot] = field(default_factory=dict)

    def begin(
        self, kind: str, name: str, subject: Episode | Show, content_type: str, now_ms: int, *, parts: int = 0
    ) -> Upload:
        """Sign addresses for an upload; a film in parts gets one for each."""
        upload_id = self.new_uuid()
        bucket = {"audio": SOUND, "image": PICTURES, "video": FILM if parts else ONE_FILM}[kind]
        if kind == "video" and self.faults.on("upload.s3_video"):
            bucket = SOUND
        keys = [f"{upload_id}/{name}.{part}" for part in range(1, parts + 1)] or [f"{upload_id}/{name}"]
        slots = [
            Slot(
                key=key,
                bucket=bucket,
                signature=self.new_uuid().replace("-", ""),
                kind="" if parts else content_type,
                expires_ms=now_ms + SIGNED_S * 1000,
            )
            for key in keys
        ]
        self._slots.update({f"{slot.bucket}/{slot.key}": slot for slot in slots})
        upload = Upload(id=upload_id, kind=kind, name=name, subject=subject, slots=slots, multipart=bool(parts))
        self.all[upload_id] = upload
        return upload

    async def put(
        self, path: str, query: str, headers: Mapping[str, str], chunks: AsyncIterator[bytes], now_ms: int
    ) -> str:
        """Take the bytes for a signed address; the ETag.

        Raises:
            ApiError: the address is not signed, too old, or the headers are not those that go with it.
        """
        slot = self._slots.get(path)
        if slot is None or slot.signature not in (value for values in parse_qs(query).values() for value in values):
            raise ApiError(403, "the signature does not match", "SignatureDoesNotMatch")
        if now_ms >= slot.expires_ms:
            raise ApiError(403, "the address has expired", "AccessDenied")
        if "authorization" in headers:
            raise ApiError(400, "only one way to sign is allowed", "InvalidArgument")
        kind = headers.get("content-type", "")
        if not slot.kind and (kind or "origin" in headers):
            raise ApiError(403, "parts are sent without Content-Type and Origin", "SignatureDoesNotMatch")
        if slot.kind and kind not in slot.kind.split():
            raise ApiError(403, f"Content-Type must be {slot.kind}", "SignatureDoesNotMatch")
        size, digest = 0, hashlib.md5(usedforsecurity=False)
        async for chunk in chunks:
            size += len(chunk)
            digest.update(chunk)
        slot.size, slot.etag = size, digest.hexdigest()
        return slot.etag

    def find(self, upload_id: str) -> Upload:
        """An upload.

        Raises:
            ApiError: there is none of that id.
        """
        upload = self.all.get(upload_id)
        if upload is None:
            raise ApiError(404, "no such upload")
        return upload

    def finish(self, upload: Upload, said: Json) -> None:
        """Begin to process what was sent.

        Raises:
            ApiError: it is in the wrong storage, incomplete, or not what was said of it.
        """
        film = said.get("uploadType") == "video"
        if film and any(slot.bucket == SOUND for slot in upload.slots):
            raise ApiError(400, "File is using invalid storage")
        if film and not upload.multipart and self.faults.on("upload.single_put_video_500"):
            raise ApiError(500, "Internal Server Error")
        self._check_parts(upload, said)
        upload.state, upload.looks = "processing", 0
        upload.reason = self.faults.text("upload.fail") or _misfit(upload)

    def _check_parts(self, upload: Upload, said: Json) -> None:
        parts = said.get("parts")
        rows = parts if isinstance(parts, list) and all(isinstance(part, dict) for part in parts) else []
        told = [(part.get("partNumber"), part.get("etag")) for part in rows]
        if told != [(number, slot.etag) for number, slot in enumerate(upload.slots, 1)] or not upload.size:
            raise ApiError(400, "parts do not match what was uploaded")
        if any(slot.size < LEAST_PART for slot in upload.slots[:-1]):
            raise ApiError(400, "a part is too small", "EntityTooSmall")
        if upload.size > MOST[upload.kind]:
            raise ApiError(400, "the file is too large", "EntityTooLarge")

    def look(self, upload: Upload) -> bool:
        """Count a look at an upload and move it on; whether it is there already."""
        if upload.state == "waiting":
            return False
        upload.looks += 1
        late = self.faults.number("upload.poll_404") if upload.kind != "image" else 0
        if upload.looks <= late:
            return False
        if upload.state == "processing" and upload.looks > late + self.faults.number("upload.polls"):
            self._settle(upload)
        return True

    def _settle(self, upload: Upload) -> None:
        if upload.reason:
            upload.state = "failed"
            return
        upload.state = "completed"
        if upload.kind == "image":
            upload.subject.image_url = f"https://images.example/{upload.id}.jpg"
        elif isinstance(upload.subject, Episode):
            media = Media(kind=upload.kind, name=upload.name, size=upload.size, duration_ms=upload.duration_ms)
            upload.subject.media = media


def _misfit(upload: Upload) -> str:
    """Why an episode cannot take an upload: a film does not replace sound."""
    media = upload.subject.media if isinstance(upload.subject, Episode) else None
    return "EPISODE_HAS_AUDIO" if upload.kind == "video" and media is not None and media.kind == "audio" else ""
