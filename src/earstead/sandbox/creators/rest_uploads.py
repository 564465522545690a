"""REST calls that send sound, film and pictures: 6-A, 6-C, 6-D and 1-V."""

from __future__ import annotations

from typing import Final

from earstead.sandbox.creators.calls import ApiError, Call, Endpoint, Json, unknown
from earstead.sandbox.creators.uploads import FORMATS, Upload
from earstead.sandbox.creators.world import Episode, Show


def _sign_media(call: Call) -> Json:
    """6-A, in the form that goes with what is announced: sound, a film in one piece, a film in parts."""
    episode, query = call.episode(), call.query
    name, content_type = query.get("filename", ""), query.get("type", "")
    if name.rpartition(".")[2].lower() not in FORMATS or "/" in name or not content_type:
        raise ApiError(400, "filename and type must be those of a sound or film")
    uploads, now_ms = call.service.uploads, call.now_ms
    if query.get("uploadType") != "video":
        return _sound(call, uploads.begin("audio", name, episode, content_type, now_ms))
    if query.get("isMultipartUpload") != "true":
        upload = uploads.begin("video", name, episode, content_type, now_ms)
        return {"uploadId": upload.id, "url": call.origin + upload.slots[0].path, "headers": {}}
    upload = uploads.begin("video", name, episode, content_type, now_ms, parts=call.number("numParts", 1, most=1000))
    parts = [{"partNumber": number, "url": call.origin + slot.path} for number, slot in enumerate(upload.slots, 1)]
    return _sound(call, upload) | {"signedUrlParts": parts}


def _sound(call: Call, upload: Upload) -> Json:
    slot = upload.slots[0]
    return {"requestUuid": upload.id, "fileKey": f"{upload.id}/{upload.name}", "signedUrl": call.origin + slot.path}


def _finish_media(call: Call) -> Json:
    upload, said = call.service.uploads.find(call.names["upload"]), call.said()
    episode = _episode_of(call, upload)
    wanted: Json = {
        "userId": episode.show.user_id,
        "stationId": episode.show.station_id,
        "episodeId": episode.anchor_id,
    }
    wanted |= {"uploadId": upload.id, "isMultipartUpload": True}
    wrong = [name for name, value in wanted.items() if said.get(name) != value]
    if said.get("uploadType") not in ("default", "video"):
        wrong.append("uploadType")
    if wrong:
        raise ApiError(400, f"invalid {', '.join(wrong)}")
    call.service.uploads.finish(upload, said)
    return {}


def _poll_media(call: Call) -> Json:
    """6-D: nested for a film in parts, flat for everything else."""
    upload = call.service.uploads.find(call.names["upload"])
    _episode_of(call, upload)
    if not call.service.uploads.look(upload):
        raise ApiError(404, "no such upload")
    if upload.multipart:
        return _nested(upload)
    said: Json = {"status": upload.state}
    if upload.state == "completed":
        said |= {"mediaType": upload.kind, "durationInMilliseconds": upload.duration_ms}
        said |= {"validationStatus": "validation_success"}
    return said


def _nested(upload: Upload) -> Json:
    if upload.state == "processing":
        return {"request": {"state": "uploaded"}}
    if upload.state == "completed":
        return {"request": {"state": "processed"}, "mediaValidation": {"status": "validation_success"}}
    failures = [{"reason": upload.reason, "type": "FAILURE_TYPE_MAL_REJECTION"}]
    return {
        "request": {"state": "failed", "failureReason": ""},
        "mediaValidation": {
            "status": "validation_failure",
            "failures": failures,
            "failureInfo": {"errorCode": upload.reason},
        },
    }


def _episode_of(call: Call, upload: Upload) -> Episode:
    if not isinstance(upload.subject, Episode) or upload.kind == "image":
        raise ApiError(404, "no such upload")
    call.owned(upload.subject.show)
    return upload.subject


# --- pictures ---


def _subject(call: Call) -> Episode | Show:
    return call.episode() if "episode" in call.names else call.station()


def _sign_image(call: Call) -> Json:
    upload = call.service.uploads.begin("image", "image", _subject(call), "image/png image/jpeg", call.now_ms)
    return {"url": call.origin + upload.slots[0].path, "uploadId": upload.id}


def _image(call: Call) -> Upload:
    upload = call.service.uploads.find(call.names["upload"])
    if upload.kind != "image" or upload.subject is not _subject(call):
        raise ApiError(404, "no such upload")
    return upload


def _finish_image(call: Call) -> object:
    upload, said = _image(call), call.said()
    if isinstance(upload.subject, Episode):
        wanted = {"episodeId": upload.subject.anchor_id, "uploadType": "episode_image"}
        if {name: said.get(name) for name in wanted} != wanted:
            raise ApiError(400, "episodeId and uploadType must be those of the picture")
    if upload.size <= 0:
        raise ApiError(400, "nothing was uploaded")
    upload.state, upload.looks = "processing", 0
    upload.reason = "refused" if call.service.faults.on("upload.image_fail") else ""
    return unknown()


def _poll_image(call: Call) -> Json:
    upload = _image(call)
    if not call.service.uploads.look(upload):
        raise ApiError(404, "no such upload")
    return {"status": upload.state}


_STATION, _EPISODE = "/v3/stations/{station}/images/upload", "/v3/episodes/{episode}/images/upload"
ENDPOINTS: Final = (
    Endpoint("6-A", "GET", "/v3/episodes/{episode}/upload/signedUrl", _sign_media),
    Endpoint("6-C", "POST", "/v3/upload/{upload}/process_upload", _finish_media),
    Endpoint("6-D", "GET", "/v3/upload/media/{upload}", _poll_media),
    Endpoint("1-V-1s", "GET", f"{_STATION}/signed_url", _sign_image),
    Endpoint("1-V-1e", "GET", f"{_EPISODE}/signed_url", _sign_image),
    Endpoint("1-V-3s", "POST", f"{_STATION}/{{upload}}/process_upload", _finish_image),
    Endpoint("1-V-3e", "POST", f"{_EPISODE}/{{upload}}/process_upload", _finish_image),
    Endpoint("1-V-4s", "GET", f"{_STATION}/{{upload}}/", _poll_image),
    Endpoint("1-V-4e", "GET", f"{_EPISODE}/{{upload}}/", _poll_image),
)
