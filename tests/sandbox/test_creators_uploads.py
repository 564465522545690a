"""Uploads to the simulated Spotify for Creators: sound, film in one piece and in parts, pictures, and the storage."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx2
import pytest
from tests.fakes.creators import DASHBOARD, Stage

from earstead.sandbox.creators.uploads import LEAST_PART
from earstead.sandbox.creators.world import Episode

SOUND = b"ID3" + b"\x00" * 47_997
FILM = {"filename": "ep.mp4", "type": "video/mp4", "uploadType": "video"}
PARTS = FILM | {"isMultipartUpload": "true"}


def _draft(stage: Stage) -> Episode:
    return stage.simulator.world.create(stage.show, stage.simulator.now_ms)


def _sign(stage: Stage, episode: Episode, query: dict[str, str]) -> dict[str, Any]:
    answer = stage.rest("GET", f"/v3/episodes/{episode.anchor_id}/upload/signedUrl", **query)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def _put(stage: Stage, url: str, data: bytes, **headers: str) -> str:
    answer = stage.http.put(url, content=data, headers={name.replace("_", "-"): text for name, text in headers.items()})
    assert answer.status_code == 200, answer.text
    etag: str = answer.headers["etag"]
    assert etag == f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
    return etag.strip('"')


def _finish(stage: Stage, episode: Episode, upload_id: str, etags: list[str], **other: Any) -> httpx2.Response:
    body = {
        "userId": stage.show.user_id,
        "uploadType": "default",
        "origin": "episode-media:upload",
        "caption": "ep.mp3",
        "isExtractedFromVideo": False,
        "isMultipartUpload": True,
        "parts": [{"partNumber": number, "etag": etag} for number, etag in enumerate(etags, 1)],
        "uploadId": upload_id,
        "episodeId": episode.anchor_id,
        "stationId": stage.show.station_id,
    } | other
    return stage.rest("POST", f"/v3/upload/{upload_id}/process_upload", body)


def _poll(stage: Stage, upload_id: str) -> httpx2.Response:
    return stage.rest("GET", f"/v3/upload/media/{upload_id}", includeMediaValidation="true")


def _film(stage: Stage, episode: Episode) -> tuple[str, httpx2.Response]:
    """A film in two parts, finished: its upload id and the answer."""
    said = _sign(stage, episode, PARTS | {"numParts": "2"})
    pieces = (b"\x01" * LEAST_PART, b"\x02" * 10)
    etags = [
        _put(stage, part["url"], piece, referer=f"{DASHBOARD}/")
        for part, piece in zip(said["signedUrlParts"], pieces, strict=True)
    ]
    answer = _finish(stage, episode, said["requestUuid"], etags, uploadType="video", isExtractedFromVideo=True)
    return said["requestUuid"], answer


def test_sound_from_address_to_episode(creators_stage: Stage) -> None:
    """6-A to 6-D: not there, processing, completed, with the length that the bytes have; the flat form."""
    episode = _draft(creators_stage)
    said = _sign(creators_stage, episode, {"filename": "ep.mp3", "type": "audio/mpeg"})
    assert set(said) == {"requestUuid", "fileKey", "signedUrl"} and said["fileKey"] == f"{said['requestUuid']}/ep.mp3"
    etag = _put(creators_stage, said["signedUrl"], SOUND, content_type="audio/mpeg")
    upload = said["requestUuid"]
    assert _poll(creators_stage, upload).status_code == 404
    assert _finish(creators_stage, episode, upload, [etag]).status_code == 200
    assert _poll(creators_stage, upload).status_code == 404
    assert _poll(creators_stage, upload).json() == {"status": "processing"}
    assert _poll(creators_stage, upload).json() == {
        "status": "completed",
        "mediaType": "audio",
        "durationInMilliseconds": 3000,
        "validationStatus": "validation_success",
    }
    assert episode.media is not None
    assert (episode.media.kind, episode.media.size, episode.duration_ms) == ("audio", len(SOUND), 3000)


@pytest.mark.parametrize("missing", [0, 3])
def test_how_often_an_upload_is_not_there_yet(creators_stage: Stage, missing: int) -> None:
    """`upload.poll_404` looks are a 404, `upload.polls` further ones find it processing."""
    creators_stage.fault(upload__poll_404=missing, upload__polls=2)
    episode = _draft(creators_stage)
    said = _sign(creators_stage, episode, {"filename": "ep.mp3", "type": "audio/mpeg"})
    etag = _put(creators_stage, said["signedUrl"], SOUND, content_type="audio/mpeg")
    _finish(creators_stage, episode, said["requestUuid"], [etag])
    answers = [_poll(creators_stage, said["requestUuid"]) for _ in range(missing + 3)]
    assert [answer.status_code for answer in answers] == [404] * missing + [200] * 3
    assert [answer.json()["status"] for answer in answers[missing:]] == ["processing", "processing", "completed"]


def test_a_film_in_parts(creators_stage: Stage) -> None:
    """Parts go without Content-Type and Origin; the answer of the poll is the nested one."""
    episode = _draft(creators_stage)
    creators_stage.fault(upload__poll_404=0)
    upload, answer = _film(creators_stage, episode)
    assert answer.status_code == 200
    assert _poll(creators_stage, upload).json() == {"request": {"state": "uploaded"}}
    done = _poll(creators_stage, upload).json()
    assert done == {"request": {"state": "processed"}, "mediaValidation": {"status": "validation_success"}}
    assert episode.media is not None and (episode.media.kind, episode.media.size) == ("video", LEAST_PART + 10)


def test_a_film_that_is_refused(creators_stage: Stage) -> None:
    """`upload.fail` names the reason in the nested answer, and the episode stays without media."""
    creators_stage.fault(upload__poll_404=0, upload__polls=0, upload__fail="AUDIO_DURATION_LONGER_THAN_VIDEO")
    episode = _draft(creators_stage)
    upload, _ = _film(creators_stage, episode)
    said = _poll(creators_stage, upload).json()
    assert said["request"] == {"state": "failed", "failureReason": ""}
    assert said["mediaValidation"]["status"] == "validation_failure"
    failure = {"reason": "AUDIO_DURATION_LONGER_THAN_VIDEO", "type": "FAILURE_TYPE_MAL_REJECTION"}
    assert said["mediaValidation"]["failures"] == [failure]
    assert said["mediaValidation"]["failureInfo"] == {"errorCode": "AUDIO_DURATION_LONGER_THAN_VIDEO"}
    assert episode.media is None


def test_sound_that_is_refused(creators_stage: Stage) -> None:
    """The flat form says failed and nothing else."""
    creators_stage.fault(upload__poll_404=0, upload__polls=0, upload__fail="INCONSISTENT_COLOR_DETAILS")
    episode = _draft(creators_stage)
    said = _sign(creators_stage, episode, {"filename": "ep.mp3", "type": "audio/mpeg"})
    etag = _put(creators_stage, said["signedUrl"], SOUND, content_type="audio/mpeg")
    _finish(creators_stage, episode, said["requestUuid"], [etag])
    assert _poll(creators_stage, said["requestUuid"]).json() == {"status": "failed"}


def test_a_film_in_one_piece_is_a_500(creators_stage: Stage) -> None:
    """Another form of answer, and finishing it fails unless `upload.single_put_video_500` is off."""
    episode = _draft(creators_stage)
    said = _sign(creators_stage, episode, FILM)
    assert set(said) == {"uploadId", "url", "headers"}
    etag = _put(creators_stage, said["url"], SOUND, content_type="video/mp4")
    film = {"uploadType": "video", "isExtractedFromVideo": True}
    assert _finish(creators_stage, episode, said["uploadId"], [etag], **film).status_code == 500
    creators_stage.fault(upload__single_put_video_500=False)
    assert _finish(creators_stage, episode, said["uploadId"], [etag], **film).status_code == 200


def test_a_film_in_the_storage_for_sound(creators_stage: Stage) -> None:
    """Announced without uploadType=video, or with the switch, finishing it is a 400 with the known words."""
    episode, query = _draft(creators_stage), {"filename": "ep.mp4", "type": "video/mp4"}
    said = _sign(creators_stage, episode, query)
    etag = _put(creators_stage, said["signedUrl"], SOUND, content_type="video/mp4")
    answer = _finish(creators_stage, episode, said["requestUuid"], [etag], uploadType="video")
    assert (answer.status_code, answer.json()["message"]) == (400, "File is using invalid storage")
    creators_stage.fault(upload__s3_video=True)
    _, switched = _film(creators_stage, episode)
    assert (switched.status_code, switched.json()["message"]) == (400, "File is using invalid storage")


def test_a_film_does_not_replace_sound(creators_stage: Stage) -> None:
    """An episode that has sound already takes no film."""
    creators_stage.fault(upload__poll_404=0, upload__polls=0)
    episode = next(one for one in creators_stage.episodes() if one.media and one.media.kind == "audio")
    upload, _ = _film(creators_stage, episode)
    assert _poll(creators_stage, upload).json()["request"]["state"] == "failed"
    assert episode.media is not None and episode.media.kind == "audio"


@pytest.mark.parametrize(
    "query",
    [
        {"filename": "ep.exe", "type": "audio/mpeg"},
        {"filename": "ep.mp3"},
        {"filename": "../ep.mp3", "type": "audio/mpeg"},
        PARTS | {"numParts": "0"},
    ],
)
def test_addresses_for_what_is_no_media_are_refused(creators_stage: Stage, query: dict[str, str]) -> None:
    """A 400 for other files, without a type, with a path, without a part."""
    path = f"/v3/episodes/{_draft(creators_stage).anchor_id}/upload/signedUrl"
    assert creators_stage.rest("GET", path, **query).status_code == 400


def test_finishing_wants_everything_right(creators_stage: Stage) -> None:
    """Other ids, another type, other or no parts, nothing sent: 400; an unknown upload: 404."""
    episode = _draft(creators_stage)
    said = _sign(creators_stage, episode, {"filename": "ep.mp3", "type": "audio/mpeg"})
    upload = said["requestUuid"]
    assert _finish(creators_stage, episode, upload, [""]).status_code == 400
    etag = _put(creators_stage, said["signedUrl"], SOUND, content_type="audio/mpeg")
    for wrong in ({"userId": 1}, {"uploadType": "audio"}, {"isMultipartUpload": False}, {"parts": "none"}):
        assert _finish(creators_stage, episode, upload, [etag], **wrong).status_code == 400, wrong
    assert _finish(creators_stage, episode, upload, ['"quoted"']).status_code == 400
    assert _finish(creators_stage, episode, upload, [etag, etag]).status_code == 400
    assert _finish(creators_stage, episode, "no-upload", [etag]).status_code == 404
    assert _finish(creators_stage, episode, upload, [etag]).status_code == 200


def test_parts_must_be_of_a_size(creators_stage: Stage) -> None:
    """All but the last have 5 MB at least."""
    episode = _draft(creators_stage)
    said = _sign(creators_stage, episode, PARTS | {"numParts": "2"})
    etags = [_put(creators_stage, part["url"], b"small", referer=DASHBOARD) for part in said["signedUrlParts"]]
    answer = _finish(creators_stage, episode, said["requestUuid"], etags, uploadType="video")
    assert (answer.status_code, answer.json()["error"]) == (400, "EntityTooSmall")


def test_the_storage_takes_only_what_was_signed(creators_stage: Stage) -> None:
    """Another signature, another Content-Type, a bearer, headers on a part, an address after its hour."""
    episode = _draft(creators_stage)
    url = _sign(creators_stage, episode, {"filename": "ep.mp3", "type": "audio/mpeg"})["signedUrl"]
    part = _sign(creators_stage, episode, PARTS | {"numParts": "1"})["signedUrlParts"][0]["url"]
    kind = {"content-type": "audio/mpeg"}

    def status(address: str, headers: dict[str, str]) -> int:
        return creators_stage.http.put(address, content=SOUND, headers=headers).status_code

    assert status(url.partition("?")[0], kind) == 403
    assert status(f"{url}0", kind) == 403
    assert status(url, {"content-type": "audio/wav"}) == 403
    assert status(url, kind | {"authorization": "Bearer x"}) == 400
    assert status(part, {"content-type": "video/mp4"}) == 403
    assert status(part, {"origin": DASHBOARD}) == 403
    assert status(part, {"referer": f"{DASHBOARD}/"}) == 200
    assert status(url, kind) == 200
    creators_stage.clock.advance(3600)
    assert status(url, kind) == 403


@pytest.mark.parametrize("of", ["station", "episode"])
def test_pictures(creators_stage: Stage, of: str) -> None:
    """1-V: sign, send, finish, look until completed; the picture is then another."""
    episode, show = creators_stage.episodes()[0], creators_stage.show
    subject: Any = show if of == "station" else episode
    base = f"/v3/stations/{show.station_id}" if of == "station" else f"/v3/episodes/{episode.anchor_id}"
    body = {} if of == "station" else {"episodeId": episode.anchor_id, "uploadType": "episode_image"}
    before = subject.image_url
    signed = creators_stage.rest("GET", f"{base}/images/upload/signed_url").json()
    assert set(signed) == {"url", "uploadId"} and "X-Goog-" in signed["url"]
    path = f"{base}/images/upload/{signed['uploadId']}"
    assert creators_stage.rest("POST", f"{path}/process_upload", body).status_code == 400
    assert creators_stage.rest("GET", f"{path}/").status_code == 404
    for kind, status in (("image/gif", 403), ("image/png", 200)):
        assert (
            creators_stage.http.put(signed["url"], content=b"png", headers={"content-type": kind}).status_code == status
        )
    assert creators_stage.rest("POST", f"{path}/process_upload", body).headers["x-sim-shape"] == "unknown"
    assert [creators_stage.rest("GET", f"{path}/").json()["status"] for _ in range(2)] == ["processing", "completed"]
    assert subject.image_url != before
    other = creators_stage.episodes()[1].anchor_id
    assert creators_stage.rest("GET", f"/v3/episodes/{other}/images/upload/{signed['uploadId']}/").status_code == 404


def test_pictures_that_fail(creators_stage: Stage) -> None:
    """`upload.image_fail`; and an episode's picture says whose it is."""
    creators_stage.fault(upload__image_fail=True, upload__polls=0)
    episode = creators_stage.episodes()[0]
    base = f"/v3/episodes/{episode.anchor_id}/images/upload"
    signed = creators_stage.rest("GET", f"{base}/signed_url").json()
    creators_stage.http.put(signed["url"], content=b"jpg", headers={"content-type": "image/jpeg"})
    path = f"{base}/{signed['uploadId']}"
    assert creators_stage.rest("POST", f"{path}/process_upload", {}).status_code == 400
    body = {"episodeId": episode.anchor_id, "uploadType": "episode_image"}
    assert creators_stage.rest("POST", f"{path}/process_upload", body).status_code == 200
    assert creators_stage.rest("GET", f"{path}/").json() == {"status": "failed"}
