"""Audio, video and pictures onto the service: signed address, bytes, finish, wait.

Video goes in parts of 30 MiB. What is done of it is kept in a ledger, so that an upload that broke off goes on with
the parts that are missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

from earstead.creators.errors import NotFound, Unavailable, UploadRejected, UpstreamError
from earstead.creators.files import Upload, check_picture
from earstead.creators.rest import Rest
from earstead.creators.rest_media_types import MediaState, Progress, SignedPart, SignedUpload
from earstead.creators.transport import Transport
from earstead.creators.urls import DASHBOARD

Told = Callable[[int, int], None]
"""Told how many bytes of how many are there."""
_EXPIRED: Final = frozenset({400, 403, 404, 410})
"""What a storage answers for a signed address that is too old."""
_KEPT_S: Final = 7 * 86_400
_NEW_S: Final = 90.0
"""For so long after the finish a 404 only means "not yet"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The episode a file is for."""

    anchor_id: int
    station_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A video upload that was begun.

    Attributes:
        urls: signed, by number of the part; secret as long as they live.
        etags: of the parts that are there.
    """

    upload_id: str
    urls: Mapping[int, str] = field(repr=False)
    etags: Mapping[int, str]


class Ledger(Protocol):
    """Where uploads that were begun are kept."""

    def get(self, key: str) -> Begun | None:
        """The one of that key."""

    def put(self, key: str, begun: Begun) -> None:
        """Keep it durably."""

    def drop(self, key: str) -> None:
        """It is finished, or cannot go on."""


class MemoryLedger:
    """Keeps them as long as the object lives."""

    def __init__(self) -> None:
        self._kept: dict[str, Begun] = {}

    def get(self, key: str) -> Begun | None:
        """The one of that key."""
        return self._kept.get(key)

    def put(self, key: str, begun: Begun) -> None:
        """Keep it."""
        self._kept[key] = begun

    def drop(self, key: str) -> None:
        """Forget it."""
        self._kept.pop(key, None)


class FileLedger:
    """Keeps each in a file of a directory, mode 600: the signed addresses in it are secret while they live.

    What was never finished goes after a week, when the addresses have long ended.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, key: str) -> Begun | None:
        """The one of that key; None also for a file that cannot be read."""
        try:
            said = json.loads(self._path(key).read_text(encoding="utf-8"))
            return Begun(
                upload_id=said["upload_id"],
                urls={int(number): url for number, url in said["urls"].items()},
                etags={int(number): etag for number, etag in said["etags"].items()},
            )
        except (OSError, ValueError, KeyError, AttributeError):
            return None

    def put(self, key: str, begun: Begun) -> None:
        """Write it beside the old one, and put it in its place."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(key)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(begun)), encoding="utf-8")
        fresh.replace(path)
        before = path.stat().st_mtime - _KEPT_S
        for old in self._directory.glob("upload-*.json"):
            if old.stat().st_mtime < before:
                old.unlink(missing_ok=True)

    def drop(self, key: str) -> None:
        """Remove the file."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._directory / f"upload-{key}.json"


class Uploads:
    """Puts the calls of `rest_media` together. Blocks for as long as the upload takes."""

    def __init__(self, rest: Rest, transport: Transport, ledger: Ledger | None = None) -> None:
        self._rest = rest
        self._transport = transport
        self.ledger: Ledger = ledger or MemoryLedger()

    def audio(self, target: Target, file: Upload, told: Told | None = None) -> MediaState:
        """Upload audio, and wait until the service has taken it.

        Raises:
            UploadRejected: it has not, with its reason.
            Unavailable: it still works on it after five minutes.
        """
        signed = self._rest.sign_audio(target.anchor_id, file.path.name, file.content_type)
        etag = self._rest.put(
            signed.parts[0],
            label="6-B",
            length=file.size,
            stream=file.stream(1, lambda read: told(read, file.size) if told else None),
            headers={"content-type": file.content_type},
        )
        return self._finish(target, file, signed.upload_id, [etag])

    def video(self, target: Target, file: Upload, told: Told | None = None) -> MediaState:
        """Upload video, going on where an earlier attempt with the same file broke off. Raises as `audio`."""
        key = fingerprint(target, file)
        begun = self.ledger.get(key)
        if begun is not None:
            try:
                begun = self._parts(key, begun, file, told)
            except UpstreamError as fault:
                if isinstance(fault, Unavailable) or fault.status not in _EXPIRED:
                    raise
                # The signed addresses are too old: from the beginning, once.
                self.ledger.drop(key)
                begun = None
        if begun is None:
            begun = self._parts(key, self._begin(key, target, file), file, told)
        etags = [begun.etags[number] for number in range(1, file.parts + 1)]
        state = self._finish(target, file, begun.upload_id, etags)
        self.ledger.drop(key)
        return state

    def wait(self, upload_id: str) -> MediaState:
        """Wait for an upload that is finished on our side. Raises as `audio`."""
        pace = self._transport.pace
        waited, pause = 0.0, pace.poll_first_s
        while True:
            try:
                state = self._rest.media_state(upload_id)
            except NotFound as fault:
                if waited >= min(_NEW_S, pace.poll_total_s):
                    why = f"the upload {upload_id} is still not known there after {waited:.0f} s"
                    raise Unavailable(why, status=404) from fault
                state = MediaState(progress=Progress.RUNNING)
            if state.progress is Progress.DONE:
                return state
            if state.progress is Progress.FAILED:
                raise UploadRejected(state.reason or "no reason was given")
            if waited >= pace.poll_total_s:
                raise Unavailable(f"the upload {upload_id} is still being worked on after {waited:.0f} s")
            self._transport.sleep(pause)
            waited += pause
            pause = min(pause * 1.5, pace.poll_most_s)

    def cover(self, station_id: int, path: Path) -> None:
        """Upload the cover of a show, and wait until it is there. Raises as `audio`."""
        upload_id = self._send_picture(self._rest.sign_cover(station_id), path)
        self._rest.finish_cover(station_id, upload_id)
        self._wait_picture(lambda: self._rest.cover_state(station_id, upload_id))

    def thumbnail(self, anchor_id: int, path: Path) -> None:
        """Upload the picture of an episode, and wait until it is there. Raises as `audio`."""
        upload_id = self._send_picture(self._rest.sign_thumbnail(anchor_id), path)
        self._rest.finish_thumbnail(anchor_id, upload_id)
        self._wait_picture(lambda: self._rest.thumbnail_state(anchor_id, upload_id))

    def _send_picture(self, signed: SignedUpload, path: Path) -> str:
        size, kind = check_picture(path)
        content = path.read_bytes()
        headers = {"content-type": kind}
        self._rest.put(signed.parts[0], label="1-V-2", length=size, stream=lambda: iter((content,)), headers=headers)
        return signed.upload_id

    def _wait_picture(self, ask: Callable[[], Progress]) -> None:
        pace = self._transport.pace
        waited, pause = 0.0, pace.poll_first_s
        while True:
            try:
                progress = ask()
            except NotFound:
                progress = Progress.RUNNING
            if progress is Progress.DONE:
                return
            if progress is Progress.FAILED:
                raise UploadRejected(
                    "the picture failed",
                    mend="Save the picture anew as PNG or JPEG, a cover as a square, and upload it again.",
                )
            if waited >= pace.poll_total_s:
                raise Unavailable(f"the picture is still being worked on after {waited:.0f} s")
            self._transport.sleep(pause)
            waited += pause
            pause = min(pause * 1.5, pace.poll_most_s)

    def _begin(self, key: str, target: Target, file: Upload) -> Begun:
        signed = self._rest.sign_video(target.anchor_id, file.path.name, file.parts)
        if len(signed.parts) != file.parts:
            raise UpstreamError(f"it gives addresses for {len(signed.parts)} parts where {file.parts} are needed")
        begun = Begun(upload_id=signed.upload_id, urls={part.number: part.url for part in signed.parts}, etags={})
        self.ledger.put(key, begun)
        return begun

    def _parts(self, key: str, begun: Begun, file: Upload, told: Told | None) -> Begun:
        for number in range(1, file.parts + 1):
            if number in begun.etags:
                continue
            before = sum(file.length(done) for done in begun.etags)

            def tell(read: int, before: int = before) -> None:
                if told:
                    told(before + read, file.size)

            etag = self._rest.put(
                SignedPart(number, begun.urls[number]),
                label="6-B",
                length=file.length(number),
                stream=file.stream(number, tell),
                # Referer and nothing else: of parts only the host is signed.
                headers={"referer": f"{DASHBOARD}/"},
            )
            begun = replace(begun, etags={**begun.etags, number: etag})
            self.ledger.put(key, begun)
        return begun

    def _finish(self, target: Target, file: Upload, upload_id: str, etags: list[str]) -> MediaState:
        self._rest.finish_media(
            upload_id,
            anchor_id=target.anchor_id,
            station_id=target.station_id,
            user_id=target.user_id,
            filename=file.path.name,
            etags=etags,
            video=file.video,
        )
        return self.wait(upload_id)


def fingerprint(target: Target, file: Upload) -> str:
    """What an upload is kept under: the episode and the file, by name, size and time of its last change."""
    about: list[Any] = [target.anchor_id, file.path.name, file.size, file.path.stat().st_mtime_ns]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
