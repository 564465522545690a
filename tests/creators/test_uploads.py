"""Files: checked before, sent in parts, gone on with after a break, waited for, and told when they are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earstead.creators import Creators
from earstead.creators.errors import Unavailable, UploadRejected, UpstreamError, ValidationError
from earstead.creators.files import check_audio, check_picture, check_video
from earstead.creators.mp4 import read_movie
from earstead.creators.pace import Pace
from earstead.creators.rest_media import PART_BYTES
from earstead.creators.rest_media_types import MediaState, Progress, SignedUpload
from earstead.creators.uploads import FileLedger
from earstead.sandbox.creators.world import Media
from tests.creators.client import client_at
from tests.creators.files import mp3, mp4, png
from tests.fakes.creators import Stage


@pytest.fixture
def draft(creators: Creators, creators_stage: Stage) -> str:
    """A fresh draft of ours, by its number."""
    return creators.episodes.create(creators_stage.show_id, "On water", "d").episode


def _media(stage: Stage, anchor_id: str) -> Media | None:
    return next(one for one in stage.simulator.world.episodes(stage.show) if str(one.anchor_id) == anchor_id).media


# --- the checks before -----------------------------------------------------------------------------------------------


def test_a_good_film_passes(tmp_path: Path) -> None:
    """Codecs, lengths and the place of the index are read; nothing is complained of."""
    film = check_video(mp4(tmp_path))
    assert (film.problems, film.parts, film.video, film.content_type) == ((), 1, True, "video/mp4")
    movie = read_movie(mp4(tmp_path, "long.mp4", long=True, sound_s=3600.5, picture_s=3600.5))
    assert [(track.kind, track.codec, track.seconds) for track in movie.tracks] == [
        ("vide", "avc1", 3600.5),
        ("soun", "mp4a", 3600.5),
    ]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"sound_s": 10.02}, "AUDIO_DURATION_LONGER_THAN_VIDEO"),
        ({"sound_s": 8.5}, "VIDEO_DURATION_LONGER_THAN_AUDIO"),
        ({"colors": (b"nclx\0\1\0\1\0\1\0", b"nclx\0\6\0\6\0\6\0")}, "INCONSISTENT_COLOR_DETAILS"),
        ({"sound_s": None}, "NO_AUDIO_TRACK"),
        ({"picture_s": None}, "NO_VIDEO_TRACK"),
    ],
)
def test_a_film_that_would_be_refused_is_not_sent(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path, odd: dict[str, Any], reason: str
) -> None:
    """What Spotify is known to refuse is refused here, in its word and with the mend, before a byte leaves."""
    with pytest.raises(UploadRejected, match=reason) as raised:
        creators.episodes.upload_video(draft, mp4(tmp_path, **odd))
    assert raised.value.mend != UploadRejected("x").mend
    assert creators_stage.simulator.calls["REST 6-A"] == 0
    assert check_video(mp4(tmp_path, **odd), force=True).problems[0].reason == reason


def test_what_is_only_unusual_is_told_and_sent(tmp_path: Path) -> None:
    """Another codec, or an index at the end, may work: it is a note, no refusal."""
    film = check_video(mp4(tmp_path, codec=b"hvc1", sound=b"Opus", fast_start=False))
    assert [problem.reason for problem in film.problems] == ["CODEC", "CODEC", "NOT_FASTSTART"]
    assert not any(problem.certain for problem in film.problems)


@pytest.mark.parametrize("content", [b"", b"short", b"\0\0\0\x08ftyp" * 3, b"\0\0\0\x02ftypmoov" * 9, bytes(4000)])
def test_what_is_no_film_is_told_apart(tmp_path: Path, content: bytes) -> None:
    """Empty, cut and foreign files are refused with words, never with a crash."""
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    with pytest.raises(ValidationError):
        check_video(path)


def test_audio_is_known_by_how_it_begins(tmp_path: Path) -> None:
    """A renamed film, an unknown suffix and an empty file are refused; a good file is taken."""
    assert check_audio(mp3(tmp_path)).content_type == "audio/mpeg"
    fake = tmp_path / "fake.mp3"
    fake.write_bytes(b"\0\0\0\x20ftypisom" + bytes(99))
    for path, words in (
        (fake, "does not begin"),
        (mp4(tmp_path), "as one"),
        (tmp_path / "none.mp3", "no file"),
        (png(tmp_path), "none of"),
    ):
        with pytest.raises(ValidationError, match=words):
            check_audio(path)
    assert check_picture(png(tmp_path))[1] == "image/png"


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.wav", b"RIFF\0\0\0\0WAVE"),
        ("a.flac", b"fLaC"),
        ("a.ogg", b"OggS"),
        ("a.aiff", b"FORM\0\0\0\0AIFF"),
        ("a.aifc", b"FORM\0\0\0\0AIFC"),
        ("a.m4a", b"\0\0\0\x20ftypM4A "),
        ("a.mp3", b"\xff\xfb\x90\x00"),
    ],
)
def test_every_format_that_is_taken_is_known(tmp_path: Path, name: str, head: bytes) -> None:
    """The formats of the service's list pass by their beginning."""
    path = tmp_path / name
    path.write_bytes(head + bytes(100))
    assert check_audio(path).content_type.startswith("audio/")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """500 MB of sound, 4 GB of film; holes in a file count as its size."""
    sound = mp3(tmp_path)
    with sound.open("r+b") as file:
        file.truncate(500_000_001)
    with pytest.raises(ValidationError, match="500 MB"):
        check_audio(sound)
    film = mp4(tmp_path)
    with film.open("r+b") as file:
        file.truncate(4_000_000_001)
    with pytest.raises(ValidationError, match="4 GB"):
        check_video(film)


# --- sound -----------------------------------------------------------------------------------------------------------


def test_sound_is_uploaded_and_waited_for(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path
) -> None:
    """A 404 and a "processing" on the way are waited out; then the episode has its sound."""
    creators_stage.fault(upload__poll_404=3, upload__polls=3)
    change = creators.episodes.upload_audio(draft, mp3(tmp_path))
    assert change.after == {"audio": "ep.mp3", "bytes": 4000}
    media = _media(creators_stage, draft)
    assert media is not None and (media.kind, media.size) == ("audio", 4000)


def test_waiting_ends(creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path) -> None:
    """What never appears, and what is never finished, is given up after the time that is reasonable, and told."""
    slept: list[float] = []
    with client_at(creators_stage, pace=Pace(), sleep=slept.append, log=creators.journal.log) as patient:
        creators_stage.fault(upload__poll_404=500)
        with pytest.raises(Unavailable, match="still not known"):
            patient.episodes.upload_audio(draft, mp3(tmp_path))
        assert 60 <= sum(slept) <= 150
        slept.clear()
        creators_stage.fault(upload__poll_404=0, upload__polls=500)
        with pytest.raises(Unavailable, match="still being worked on"):
            patient.episodes.upload_audio(draft, mp3(tmp_path))
        assert 300 <= sum(slept) <= 330
        assert max(slept) == 30


# --- film ------------------------------------------------------------------------------------------------------------


def test_a_film_goes_in_parts(creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path) -> None:
    """Every part in order with nothing but Referer; the simulator refuses any other way."""
    told: list[tuple[int, int]] = []
    size = PART_BYTES * 2 + 1000
    change = creators.episodes.upload_video(
        draft, mp4(tmp_path, size=size), told=lambda done, all_of_it: told.append((done, all_of_it))
    )
    assert change.after == {"video": "ep.mp4", "bytes": size, "parts": 3}
    assert creators_stage.simulator.calls["STO put"] == 3
    media = _media(creators_stage, draft)
    assert media is not None and (media.kind, media.size) == ("video", size)
    assert told[-1] == (size, size)
    assert told == sorted(told)


def test_an_upload_that_broke_off_goes_on(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path
) -> None:
    """After a break in the second part, another client sends the second and third alone, and finishes."""
    ledger, film = FileLedger(tmp_path / "ledger"), mp4(tmp_path, size=PART_BYTES * 2 + 1000)

    def breaking(done: int, size: int) -> None:
        if done > PART_BYTES:
            raise KeyboardInterrupt

    first = client_at(creators_stage, ledger=ledger, log=creators.journal.log)
    with first, pytest.raises(KeyboardInterrupt):
        first.episodes.upload_video(draft, film, told=breaking)
    kept = next((tmp_path / "ledger").iterdir())
    assert sorted(json.loads(kept.read_text())["etags"]) == ["1"]
    assert kept.stat().st_mode & 0o777 == 0o600
    with client_at(creators_stage, ledger=ledger, log=creators.journal.log) as second:
        change = second.episodes.upload_video(draft, film)
    assert [step.split()[0] for step in change.steps] == ["PUT", "PUT", "POST"]
    assert creators_stage.simulator.calls["REST 6-A"] == 1
    assert list((tmp_path / "ledger").iterdir()) == []


def test_addresses_that_are_too_old_are_asked_for_anew(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path
) -> None:
    """Going on two hours later begins again with fresh addresses, once."""
    film = mp4(tmp_path, size=PART_BYTES + 10)
    broken: list[int] = []

    def breaking(done: int, size: int) -> None:
        if done > PART_BYTES // 2 and not broken:
            broken.append(done)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        creators.episodes.upload_video(draft, film, told=breaking)
    creators_stage.clock.advance(7200)
    creators.episodes.upload_video(draft, film, told=breaking)
    media = _media(creators_stage, draft)
    assert media is not None and media.kind == "video"
    assert creators_stage.simulator.calls["REST 6-A"] == 2


def test_a_film_is_made_and_published_in_one_call(creators: Creators, creators_stage: Stage, tmp_path: Path) -> None:
    """From nothing to a published video, when it is asked for by name."""
    change = creators.episodes.create(creators_stage.show_id, "On film", "d", video=mp4(tmp_path), publish=True)
    assert change.after["state"] == "published"
    assert creators.episodes.get(change.episode).state == "published"
    with pytest.raises(ValidationError, match="not both"):
        creators.episodes.create(creators_stage.show_id, "x", "d", video=mp4(tmp_path), audio=mp3(tmp_path))


def test_a_ledger_that_cannot_be_read_is_no_obstacle(tmp_path: Path) -> None:
    """A torn file means beginning anew."""
    (tmp_path / "upload-x.json").write_text('{"upload_id"')
    assert FileLedger(tmp_path).get("x") is None
    FileLedger(tmp_path).drop("never there")


def test_a_film_does_not_go_onto_sound(creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path) -> None:
    """A draft that has sound is refused a film before anything is sent: a new draft is needed."""
    creators.episodes.upload_audio(draft, mp3(tmp_path))
    puts = creators_stage.simulator.calls["STO put"]
    with pytest.raises(ValidationError, match="new draft"):
        creators.episodes.upload_video(draft, mp4(tmp_path))
    assert creators_stage.simulator.calls["STO put"] == puts


@pytest.mark.parametrize(
    "reason", ["AUDIO_DURATION_LONGER_THAN_VIDEO", "VIDEO_DURATION_LONGER_THAN_AUDIO", "INCONSISTENT_COLOR_DETAILS"]
)
def test_the_reason_of_a_refusal_is_told(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path, reason: str
) -> None:
    """Spotify's word arrives, with how to encode the file."""
    creators_stage.fault(upload__fail=reason)
    with pytest.raises(UploadRejected, match=reason) as raised:
        creators.episodes.upload_video(draft, mp4(tmp_path))
    assert raised.value.reason == reason
    assert "H.264" in raised.value.mend


def test_a_film_in_the_wrong_storage_is_told(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path
) -> None:
    """Should the service sign for the storage of sound, its words arrive."""
    creators_stage.fault(upload__s3_video=True)
    with pytest.raises(UpstreamError, match="invalid storage"):
        creators.episodes.upload_video(draft, mp4(tmp_path))


def test_a_film_is_never_sent_in_one_piece(
    creators: Creators, draft: str, creators_stage: Stage, tmp_path: Path
) -> None:
    """Even one part goes as multipart, which the switch for the other way shows by not mattering."""
    assert creators_stage.simulator.faults.on("upload.single_put_video_500")
    creators.episodes.upload_video(draft, mp4(tmp_path))
    media = _media(creators_stage, draft)
    assert media is not None and media.kind == "video"
    assert PART_BYTES == 31_457_280


# --- reading answers ---


@pytest.mark.parametrize(
    ("said", "progress", "reason"),
    [
        ({"status": "processing"}, Progress.RUNNING, ""),
        ({"status": "completed", "durationInMilliseconds": "1500"}, Progress.DONE, ""),
        ({"status": "failed"}, Progress.FAILED, ""),
        ({"request": {"state": "uploaded"}}, Progress.RUNNING, ""),
        (
            {"request": {"state": "processed"}, "mediaValidation": {"status": "validation_success"}},
            Progress.DONE,
            "",
        ),
        (
            {"request": {"state": "processed"}, "mediaValidation": {"status": "validation_failure", "failures": []}},
            Progress.FAILED,
            "",
        ),
        (
            {
                "request": {"state": "failed", "failureReason": ""},
                "mediaValidation": {"failures": [{"reason": "R", "type": "T"}], "failureInfo": {"errorCode": "E"}},
            },
            Progress.FAILED,
            "R",
        ),
        (
            {"request": {"state": "failed"}, "mediaValidation": {"failureInfo": {"errorCode": "E"}}},
            Progress.FAILED,
            "E",
        ),
        (None, Progress.RUNNING, ""),
        ({"status": None, "request": None, "mediaValidation": []}, Progress.RUNNING, ""),
    ],
)
def test_both_forms_of_the_poll_are_read(said: Any, progress: Progress, reason: str) -> None:
    """Flat and nested, whole and sparse: a refusal is never taken for a success."""
    state = MediaState.of(said)
    assert (state.progress, state.reason) == (progress, reason)


@pytest.mark.parametrize(
    ("said", "upload_id", "urls"),
    [
        ({"requestUuid": "r", "fileKey": "k", "signedUrl": "https://s3"}, "r", ["https://s3"]),
        ({"uploadId": "u", "url": "https://gcs", "headers": {}}, "u", ["https://gcs"]),
        (
            {
                "requestUuid": "r",
                "signedUrl": "https://ignored",
                "signedUrlParts": [{"partNumber": 2, "url": "https://b"}, {"partNumber": 1, "url": "https://a"}],
            },
            "r",
            ["https://a", "https://b"],
        ),
        ({}, "", []),
    ],
)
def test_the_three_forms_of_a_signed_address_are_read(said: Any, upload_id: str, urls: list[str]) -> None:
    """The id and the addresses come from wherever they stand; parts in their order."""
    signed = SignedUpload.of(said)
    assert (signed.upload_id, [part.url for part in signed.parts]) == (upload_id, urls)
    assert "https://" not in repr(signed)


@pytest.fixture(autouse=True)
def _no_film_is_left(tmp_path: Path) -> Iterator[None]:
    """Large sparse files are taken away at once."""
    yield
    for path in tmp_path.glob("*.mp*"):
        path.unlink()
