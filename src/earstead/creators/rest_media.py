"""REST endpoints of uploads, and the PUTs to storage between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from earstead.creators.calling import passing_fault, words_of
from earstead.creators.errors import Planned, UpstreamError, ValidationError
from earstead.creators.rest_base import RestBase
from earstead.creators.rest_media_types import MediaState, Progress, SignedPart, SignedUpload
from earstead.creators.rest_types import Unread
from earstead.creators.transport import STORAGE_TIMEOUT_S, Request
from earstead.creators.walk import table, text

PART_BYTES: Final = 30 << 20
_OWN: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class MediaCalls(RestBase):
    """1-V-1 to 1-V-4 and 6-A to 6-D. `uploads` and `images` put them together."""

    def sign_audio(self, anchor_id: int, filename: str, content_type: str) -> SignedUpload:
        """6-A for audio: where its bytes go, in one piece."""
        query = [("filename", filename), ("type", content_type)]
        return self._signed(anchor_id, query)

    def sign_video(self, anchor_id: int, filename: str, parts: int, content_type: str = "video/mp4") -> SignedUpload:
        """6-A for video: where each of its parts goes."""
        query = [("filename", filename), ("type", content_type), ("uploadType", "video")]
        return self._signed(anchor_id, [*query, ("isMultipartUpload", "true"), ("numParts", str(parts))])

    def _signed(self, anchor_id: int, query: Sequence[tuple[str, str]]) -> SignedUpload:
        signed = SignedUpload.of(self._read("6-A", f"the episode {anchor_id}", query, anchor_id=anchor_id))
        if not signed.upload_id or not signed.parts:
            raise UpstreamError("it names no address for the upload")
        return signed

    def put(
        self,
        part: SignedPart,
        *,
        label: str,
        length: int,
        stream: Callable[[], Iterator[bytes]],
        headers: Mapping[str, str],
    ) -> str:
        """6-B, 1-V-2: bytes to a signed address, without any sign-in; the ETag without its quotes.

        Harmless when repeated, so that faults that pass are tried again.

        Raises:
            ValidationError: the address is not https, and not that of a simulator which is asked without it.
            UpstreamError: the storage refuses; `status` 400 or 403 mostly means that the address is too old.
        """
        if not self._may_hold(part.url):
            raise ValidationError("upload", "the address given for the upload is not encrypted; nothing was sent to it")
        request = Request(
            backend="storage",
            label=label,
            method="PUT",
            url=part.url,
            headers={**headers, "content-length": str(length)},
            stream=stream,
            writes=True,
            again=True,
            timeout_s=STORAGE_TIMEOUT_S,
        )
        if self._caller.dry_run:
            raise Planned(request.plain)
        with self._journal.writing("upload.put", f"part {part.number}", undo="It stays unused unless it is finished."):
            answer = self._caller.transport.send(request)
            fault = passing_fault(answer)
            if fault is not None:
                raise fault
            if not 200 <= answer.status < 300:
                raise UpstreamError(
                    f"the storage answers {answer.status} {words_of(answer)}".strip(), status=answer.status
                )
        return answer.headers.get("etag", "").removeprefix("W/").strip('"')

    def _may_hold(self, url: str) -> bool:
        """Whether bytes may go to an address that an answer names."""
        try:
            where, asked = urlsplit(url), urlsplit(self._base)
        except ValueError:
            return False
        if where.scheme == "https":
            return bool(where.hostname)
        return where.scheme == asked.scheme == "http" and where.hostname in {asked.hostname, *_OWN}

    def finish_media(
        self,
        upload_id: str,
        *,
        anchor_id: int,
        station_id: int,
        user_id: int,
        filename: str,
        etags: Sequence[str],
        video: bool,
    ) -> None:
        """6-C: all bytes are there. `etags` in the order of the parts."""
        body: dict[str, Any] = {
            "userId": user_id,
            # Not `audio`: the service knows `default` and `video` alone.
            "uploadType": "video" if video else "default",
            "origin": "episode-media:upload",
            "caption": filename,
            "isExtractedFromVideo": video,
            "isMultipartUpload": True,
            "parts": [{"partNumber": number, "etag": etag} for number, etag in enumerate(etags, 1)],
            "uploadId": upload_id,
            "episodeId": anchor_id,
            "stationId": station_id,
        }
        what = f"the upload {upload_id}"
        self._write("6-C", what, body, action="episode.media", episode=str(anchor_id), upload_id=upload_id)

    def media_state(self, upload_id: str) -> MediaState:
        """6-D: how far audio or video is. Raises NotFound for the first minute or so."""
        query = [("includeMediaValidation", "true")]
        return MediaState.of(self._read("6-D", f"the upload {upload_id}", query, upload_id=upload_id))

    def sign_cover(self, station_id: int) -> SignedUpload:
        """1-V-1s: where the bytes of a cover go."""
        return _image(self._read("1-V-1s", f"the station {station_id}", station_id=station_id))

    def sign_thumbnail(self, anchor_id: int) -> SignedUpload:
        """1-V-1e: where the bytes of the picture of an episode go."""
        return _image(self._read("1-V-1e", f"the episode {anchor_id}", anchor_id=anchor_id))

    def finish_cover(self, station_id: int, upload_id: str) -> Unread:
        """1-V-3s: all bytes of a cover are there."""
        what = f"the station {station_id}"
        return Unread(self._write("1-V-3s", what, {}, action="show.cover", station_id=station_id, upload_id=upload_id))

    def finish_thumbnail(self, anchor_id: int, upload_id: str) -> Unread:
        """1-V-3e: all bytes of the picture of an episode are there."""
        body = {"episodeId": anchor_id, "uploadType": "episode_image"}
        what = f"the episode {anchor_id}"
        done = self._write(
            "1-V-3e",
            what,
            body,
            action="episode.cover",
            episode=str(anchor_id),
            anchor_id=anchor_id,
            upload_id=upload_id,
        )
        return Unread(done)

    def cover_state(self, station_id: int, upload_id: str) -> Progress:
        """1-V-4s: how far a cover is."""
        said = self._read("1-V-4s", f"the upload {upload_id}", station_id=station_id, upload_id=upload_id)
        return _image_progress(said)

    def thumbnail_state(self, anchor_id: int, upload_id: str) -> Progress:
        """1-V-4e: how far the picture of an episode is."""
        said = self._read("1-V-4e", f"the upload {upload_id}", anchor_id=anchor_id, upload_id=upload_id)
        return _image_progress(said)


def _image(said: Any) -> SignedUpload:
    signed = SignedUpload.of(said)
    if not signed.upload_id or not signed.parts:
        raise UpstreamError("it names no address for the picture")
    return signed


def _image_progress(said: Any) -> Progress:
    # `completed` is the one value that is known; that `failed` is final is inferred.
    word = text(table(said).get("status"))
    return Progress.DONE if word == "completed" else Progress.FAILED if word == "failed" else Progress.RUNNING
