"""Files before they are uploaded: what they are, whether the service takes them, and their pieces."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from earstead.creators.errors import UploadRejected, ValidationError
from earstead.creators.mp4 import Movie, read_movie
from earstead.creators.rest_media import PART_BYTES

MOST_AUDIO: Final = 500_000_000
MOST_VIDEO: Final = 4_000_000_000
MOST_PICTURE: Final = 20_000_000
AUDIO_TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".aiff": "audio/aiff",
    ".aif": "audio/aiff",
    ".aifc": "audio/aiff",
}
VIDEO_TYPES: Final = {".mp4": "video/mp4", ".mov": "video/mp4"}
_CHUNK: Final = 1 << 18
_MOST_TAIL_S: Final = 1.0
"""How much longer the picture may be than the sound before we refuse; the limit of the service is not known."""
_LEAST_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a file.

    Attributes:
        reason: Spotify's word, or one of ours.
        certain: whether the service is known to refuse it.
    """

    reason: str
    words: str
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that may be sent."""

    path: Path
    size: int
    content_type: str
    video: bool
    problems: tuple[Problem, ...] = ()

    @property
    def parts(self) -> int:
        """How many pieces a video is sent in."""
        return max(1, math.ceil(self.size / PART_BYTES))

    def length(self, number: int) -> int:
        """The bytes of a piece, 1 for the first."""
        return min(PART_BYTES, self.size - (number - 1) * PART_BYTES) if self.video else self.size

    def stream(self, number: int, told: Callable[[int], None]) -> Callable[[], Iterator[bytes]]:
        """Reads a piece, anew at each call, and tells after each chunk how many bytes of the piece were read."""

        def read() -> Iterator[bytes]:
            left = self.length(number)
            with self.path.open("rb") as file:
                file.seek((number - 1) * PART_BYTES if self.video else 0)
                while left and (chunk := file.read(min(_CHUNK, left))):
                    left -= len(chunk)
                    yield chunk
                    told(self.length(number) - left)

        return read


def check_audio(path: Path) -> Upload:
    """An audio file that may be sent.

    Raises:
        ValidationError: there is no such file, it is empty, too large, or of no kind that is taken.
    """
    size = _size(path, MOST_AUDIO, "500 MB")
    kind = AUDIO_TYPES.get(path.suffix.lower())
    if kind is None:
        hint = "; a video is uploaded as one" if path.suffix.lower() in VIDEO_TYPES else ""
        raise ValidationError("audio", f"{path.name} is none of {', '.join(sorted(AUDIO_TYPES))}{hint}")
    if not _sounds(path):
        raise ValidationError("audio", f"{path.name} does not begin as such a file does")
    return Upload(path=path, size=size, content_type=kind, video=False)


def check_video(path: Path, *, force: bool = False) -> Upload:
    """A video that may be sent, with what there is to say about it.

    Args:
        force: send it although the service is known to refuse such a file.

    Raises:
        ValidationError: there is no such file, it is empty, too large, or no MP4.
        UploadRejected: the service is known to refuse it.
    """
    size = _size(path, MOST_VIDEO, "4 GB")
    if path.suffix.lower() not in VIDEO_TYPES:
        raise ValidationError("video", f"{path.name} is none of {', '.join(sorted(VIDEO_TYPES))}")
    problems = tuple(_problems(read_movie(path)))
    worst = next((problem for problem in problems if problem.certain), None)
    if worst is not None and not force:
        raise UploadRejected(worst.reason, mend=worst.words)
    return Upload(path=path, size=size, content_type="video/mp4", video=True, problems=problems)


def _problems(movie: Movie) -> Iterator[Problem]:
    pictures, sounds = movie.track("vide"), movie.track("soun")
    if pictures is None:
        yield Problem("NO_VIDEO_TRACK", "The file has no picture: upload it as audio.", True)
        return
    if sounds is None:
        yield Problem("NO_AUDIO_TRACK", "The file has no sound: encode it with a stereo AAC track.", True)
        return
    longer = sounds.seconds - pictures.seconds
    if longer > _LEAST_S:
        words = f"The sound is {longer:.3f} s longer than the picture: cut it to the same length (ffmpeg -shortest)."
        yield Problem("AUDIO_DURATION_LONGER_THAN_VIDEO", words, True)
    if -longer > _MOST_TAIL_S:
        words = f"The picture is {-longer:.3f} s longer than the sound: cut it to the same length."
        yield Problem("VIDEO_DURATION_LONGER_THAN_AUDIO", words, True)
    if len(movie.colors) > 1:
        words = "The file describes its colours in two ways: encode it anew with one BT.709 description."
        yield Problem("INCONSISTENT_COLOR_DETAILS", words, True)
    if pictures.codec not in ("avc1", "avc3"):
        yield Problem("CODEC", f"The picture is {pictures.codec or 'unknown'}; H.264 is known to work.", False)
    if sounds.codec != "mp4a":
        yield Problem("CODEC", f"The sound is {sounds.codec or 'unknown'}; AAC is known to work.", False)
    if not movie.fast_start:
        yield Problem(
            "NOT_FASTSTART", "The index stands at the end (ffmpeg -movflags +faststart puts it first).", False
        )


def _size(path: Path, most: int, words: str) -> int:
    if not path.is_file():
        raise ValidationError("file", f"there is no file {path}")
    size = path.stat().st_size
    if size == 0:
        raise ValidationError("file", f"{path.name} is empty")
    if size > most:
        raise ValidationError("file", f"{path.name} is larger than {words}")
    return size


def _sounds(path: Path) -> bool:
    """Whether a file begins like audio of the kind that its name says."""
    with path.open("rb") as file:
        head = file.read(16)
    match path.suffix.lower():
        case ".mp3":
            return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)
        case ".m4a":
            return head[4:8] == b"ftyp"
        case ".wav":
            return head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE"
        case ".flac":
            return head[:4] == b"fLaC" or head[:3] == b"ID3"
        case ".ogg":
            return head[:4] == b"OggS"
        case _:
            return head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")


def check_picture(path: Path) -> tuple[int, str]:
    """Size and content type of a picture, told by how the file begins.

    Raises:
        ValidationError: there is no such file, or it is neither PNG nor JPEG.
    """
    # The limit of the service is not known; this one is ours, as the picture is held in memory.
    size = _size(path, MOST_PICTURE, "20 MB")
    with path.open("rb") as file:
        head = file.read(8)
    if head == b"\x89PNG\r\n\x1a\n":
        return size, "image/png"
    if head[:3] == b"\xff\xd8\xff":
        return size, "image/jpeg"
    raise ValidationError("picture", f"{path.name} is neither PNG nor JPEG")
