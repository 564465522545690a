"""REST endpoints of the account, of money and of uploads, and the PUTs to storage between them."""

from __future__ import annotations

from typing import Final

from earstead.core.creators.endpoint import EMPTY_IN, Endpoint, fields, get, post

_SIGNED_IMAGE: Final = fields("url str a signed address for the PUT", "uploadId str")
_POLLED_IMAGE: Final = fields("status str completed when it is there; other values are not known")
ACCOUNT: Final = (
    get("1-D", "/v3/region", "The region of the account.", answer=fields("region str such as JP"), known="example"),
    post(
        "1-F",
        "/MultiGetColor",
        "The colours of pictures.",
        body=fields("color_queries[].url str"),
        note="Its path has no /v3.",
    ),
    post("1-I", "/v3/{user_id}/partnerIds", "Ids at partners, for monetisation.", note=EMPTY_IN),
    get("1-J", "/v3/users/verification", "Whether the identity was verified."),
    get(
        "1-K-1",
        "/v3/onboarding/redirectStatus/{any_id}/",
        "The first steps of a user.",
        note="With a slash at its end.",
    ),
    get(
        "1-K-2",
        "/v3/onboarding/steps/{any_id}/",
        "The first steps of a user, one by one.",
        query=fields("userId int? with the id of a user in the path"),
        note="With a slash at its end.",
    ),
    get("1-Y-1", "/v3/onboarding/redirectStatus/{any_id}/", "The first steps of a show.", same_as="1-K-1"),
    get("1-Y-2", "/v3/onboarding/steps/{any_id}/", "The first steps of a show, one by one.", same_as="1-K-2"),
    get(
        "1-P",
        "/v3/users/{user_id}/settings/termsAndContactability",
        "Terms agreed to, and whether one may be written to.",
        answer=fields(
            "termsOfServiceVersion int",
            "agreedToMinimumRequiredTermsOfService bool",
            "contactabilityStatus str such as optedOut",
            "countryRule str such as needsResponseOptInSelected",
        ),
        known="yes",
    ),
    post(
        "1-R",
        "/v5/monetization-lifecycle/{station_id}/sync-and-fetch",
        "How far monetisation has come.",
        answer=fields(
            "products.SPOTIFY_PARTNER_PROGRAM.lifecycleState str",
            "products.SPOTIFY_PARTNER_PROGRAM.pendingRequirements array",
        ),
        known="partly",
        note=EMPTY_IN,
    ),
    get("1-W-1", "/v4/paywalls/{station_id}/lifecycle-state", "How far the paywall has come."),
    get("1-W-2", "/v6/wallet/{station_id}/availability", "Whether there can be a wallet."),
    get("1-W-3", "/v6/wallet/{station_id}/", "The wallet.", note="With a slash at its end."),
    get("1-W-4", "/v3/paywalls/{station_id}/", "The paywall.", note="With a slash at its end."),
)

IMAGES: Final = (
    get(
        "1-V-1s",
        "/v3/stations/{station_id}/images/upload/signed_url",
        "An address to put the cover of a show to.",
        answer=_SIGNED_IMAGE,
        known="yes",
    ),
    get(
        "1-V-1e",
        "/v3/episodes/{anchor_id}/images/upload/signed_url",
        "An address to put the picture of an episode to.",
        answer=_SIGNED_IMAGE,
        known="yes",
    ),
    Endpoint(
        label="1-V-2",
        backend="storage",
        method="PUT",
        path="",
        about="The bytes of a picture.",
        known="yes",
        note="Content-Type image/png or image/jpeg, no Authorization.",
    ),
    post("1-V-3s", "/v3/stations/{station_id}/images/upload/{upload_id}/process_upload", "Finishes a cover."),
    post(
        "1-V-3e",
        "/v3/episodes/{anchor_id}/images/upload/{upload_id}/process_upload",
        "Finishes the picture of an episode.",
        body=fields("episodeId int", "uploadType str episode_image"),
    ),
    get(
        "1-V-4s",
        "/v3/stations/{station_id}/images/upload/{upload_id}/",
        "How far a cover is.",
        answer=_POLLED_IMAGE,
        known="partly",
        note="With a slash at its end.",
    ),
    get(
        "1-V-4e",
        "/v3/episodes/{anchor_id}/images/upload/{upload_id}/",
        "How far the picture of an episode is.",
        answer=_POLLED_IMAGE,
        known="partly",
        note="With a slash at its end.",
    ),
)

MEDIA: Final = (
    get(
        "6-A",
        "/v3/episodes/{anchor_id}/upload/signedUrl",
        "Addresses to put audio or video to.",
        query=fields(
            "filename str",
            "type str audio/mpeg, audio/wav, video/mp4",
            "uploadType str? video, for video; else it lands where 6-C refuses it",
            "isMultipartUpload bool? true, for video",
            "numParts int? for video: one for each 30 MiB",
        ),
        answer=fields(
            "requestUuid str? the upload id, unless there is uploadId",
            "uploadId str?",
            "fileKey str?",
            "signedUrl str?",
            "url str?",
            "headers object?",
            "signedUrlParts[].partNumber int?",
            "signedUrlParts[].url str?",
        ),
        known="yes",
        marks=("doc", "code:pub"),
    ),
    Endpoint(
        label="6-B",
        backend="storage",
        method="PUT",
        path="",
        about="The bytes of audio or video.",
        known="yes",
        marks=("doc", "code:pub"),
        note="Audio with the Content-Type of 6-A; a part of a video with Referer alone. The ETag is needed for 6-C.",
    ),
    post(
        "6-C",
        "/v3/upload/{upload_id}/process_upload",
        "Finishes audio or video.",
        body=fields(
            "userId int",
            "uploadType str default for audio, video for video",
            "origin str episode-media:upload",
            "caption str the name of the file",
            "isExtractedFromVideo bool true for video",
            "isMultipartUpload bool true, also for one PUT",
            "parts[].partNumber int",
            "parts[].etag str without quotes",
            "uploadId str",
            "episodeId int",
            "stationId int",
        ),
        marks=("doc", "code:pub"),
        note="The answer means nothing. 500 after a video in one PUT; 400 for a video in the storage of audio.",
    ),
    get(
        "6-D",
        "/v3/upload/media/{upload_id}",
        "How far audio or video is.",
        query=fields("includeMediaValidation bool true"),
        answer=fields(
            "status str? processing, completed, failed",
            "mediaType str?",
            "durationInMilliseconds ms?",
            "validationStatus str?",
            "request.state str? uploaded, processed, failed",
            "request.failureReason str?",
            "mediaValidation.status str? validation_success, validation_failure",
            "mediaValidation.failures[].reason str?",
            "mediaValidation.failures[].type str?",
            "mediaValidation.failureInfo.errorCode str?",
        ),
        known="yes",
        marks=("doc", "code:pub"),
        note="404 for the first minute is normal. Either form is accepted.",
    ),
)
