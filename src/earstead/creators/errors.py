"""What can go wrong with Spotify for Creators, each with the sentence that says how to mend it.

All are errors of `core.errors` as well, so that whoever knows only those does the right thing:

CredentialsExpired (NeedsReauth)  the cookies are no longer signed in
AuthConfigError (Refused)         client id or redirect address are not what Spotify has
AuthFlowChanged (Refused)         the sign-in page is not what it was
Forbidden (Forbidden)             this account may not do that with this show
NotFound (NotFound)               no such show, episode, upload
RateLimited (RetryLater)          too many requests
Unavailable (RetryLater)          no answer, or a fault of theirs; the kind of UpstreamError that passes
UpstreamError (Upstream)          they refuse for a reason of theirs
SlugTaken (Conflict)              another show has that address
DraftExists (Conflict)            the show has a draft of that title
ValidationError (Rejected)        the request was never sent: something in it is wrong
AmbiguousCreate (Upstream)        whether a draft was made cannot be told
NotConfirmed (Upstream)           sent and answered, but what is there now is not what was sent
UploadRejected (Refused)          the file was refused, with Spotify's reason
StaleOperation (Refused)          the hash of a GraphQL operation is no longer known
Missing (Refused)                 no public source has the hash: capture it
GraphQLFailed (Upstream)          errors and no data
GraphQLPartial (Upstream)         data, and errors beside it
Planned (AppError)                a dry run got to a request that it does not make
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.core import errors as core

SERVICE = "Spotify for Creators"

_COOKIES = (
    "Sign in at creators.spotify.com, copy the cookie sp_dc (and sp_key, if there is one) anew, and replace it here."
)


class CreatorsError(core.AppError):
    """Anything this client raises about the service.

    Attributes:
        mend: what to do about it, one sentence.
    """

    mend: str = ""


class CredentialsExpired(CreatorsError, core.NeedsReauth):
    """The cookies are signed out or expired. Nothing is tried again until they are replaced."""

    def __init__(self, why: str = "the cookies are no longer signed in", *, mend: str = _COOKIES) -> None:
        core.NeedsReauth.__init__(self, SERVICE, why)
        self.mend = mend


class AuthConfigError(CreatorsError, core.Refused):
    """Spotify does not know the client id or the redirect address that were sent."""

    def __init__(self, why: str) -> None:
        core.Refused.__init__(self, SERVICE, why)
        self.mend = (
            "Leave client id and redirect address at their defaults: they are those of the web app, not of an app"
            " of yours."
        )


class AuthFlowChanged(CreatorsError, core.Refused):
    """The sign-in answered something that no known version of it answers.

    Attributes:
        excerpt: the beginning of the answer without secrets.
    """

    def __init__(self, why: str, excerpt: str = "") -> None:
        core.Refused.__init__(self, SERVICE, why)
        self.excerpt = excerpt
        self.mend = (
            "Open creators.spotify.com in the browser once (there may be a question to answer), then try again; "
            "if it stays, the sign-in has changed and earstead needs an update."
        )


class Forbidden(CreatorsError, core.Forbidden):
    """The account may not do that: a show it has no access to, or a draft that cannot be read this way."""

    def __init__(self, why: str, *, mend: str = "") -> None:
        core.Forbidden.__init__(self, f"{SERVICE}: {why}")
        self.why = why
        self.mend = mend or "Ask the owner of the show to give this account access, or connect the account that has it."


class NotFound(CreatorsError, core.NotFound):
    """Spotify does not know the id, or does not show it to this account."""

    def __init__(self, what: str) -> None:
        core.NotFound.__init__(self, f"{SERVICE} does not know {what}.")
        self.what = what
        self.mend = "Check the address or id, and that it belongs to a show of this account."


class RateLimited(CreatorsError, core.RetryLater):
    """Too many requests; `after_s` says when to come back."""

    def __init__(self, why: str = "too many requests", after_s: float = 30.0) -> None:
        core.RetryLater.__init__(self, SERVICE, why, after_s)
        self.mend = f"Wait {after_s:.0f} seconds; nothing is lost."


class UpstreamError(CreatorsError, core.Upstream):
    """The service refuses with a reason of its own.

    Attributes:
        status: of the HTTP answer, 0 when there was none.
    """

    def __init__(self, why: str, *, status: int = 0) -> None:
        core.Upstream.__init__(self, SERVICE, why)
        self.status = status
        self.mend = (
            "Look at the same thing on creators.spotify.com; if it works there, the interface has changed and "
            "earstead needs an update."
        )


class Unavailable(UpstreamError, core.RetryLater):
    """No answer, or one that says that the service is out of order. `after_s` says when to come back."""

    def __init__(self, why: str, *, status: int = 0, after_s: float = 30.0) -> None:
        UpstreamError.__init__(self, why, status=status)
        self.after_s = after_s
        self.mend = "Try again in a while; if it lasts, look whether creators.spotify.com works in the browser."


class SlugTaken(CreatorsError, core.Conflict):
    """Another show has that address already."""

    def __init__(self, slug: str) -> None:
        core.Conflict.__init__(self, f"The address “{slug}” is taken by another show.")
        self.mend = "Choose another address; nothing was changed."


class DraftExists(CreatorsError, core.Conflict):
    """The show has a draft of that title already; `anchor_id` is its number."""

    def __init__(self, title: str, anchor_id: int) -> None:
        core.Conflict.__init__(self, f"There is a draft “{title}” already, number {anchor_id}.")
        self.anchor_id = anchor_id
        self.mend = "Go on with that draft by its number, or choose another title; nothing was changed."


class ValidationError(CreatorsError, core.Rejected):
    """Wrong before anything was sent; `field` and `why` say what to change."""

    def __init__(self, field: str, why: str) -> None:
        core.Rejected.__init__(self, field, why)
        self.mend = f"Correct {field}: {why}." if field else f"{why}."


class AmbiguousCreate(CreatorsError, core.Upstream):
    """The answer to a create was lost and the list does not tell whether the draft is there.

    Attributes:
        candidates: Anchor ids of untitled drafts that may be the one.
    """

    def __init__(self, why: str, candidates: Sequence[int] = ()) -> None:
        core.Upstream.__init__(self, SERVICE, why)
        self.candidates = tuple(candidates)
        self.mend = (
            "Look at the drafts of the show: if there is a new untitled one, go on with it by its id; if not, "
            "create again."
        )


class NotConfirmed(CreatorsError, core.Upstream):
    """The write was answered well, but reading back shows something else.

    Attributes:
        differences: field to (sent, found).
    """

    def __init__(self, why: str, differences: Mapping[str, tuple[Any, Any]]) -> None:
        core.Upstream.__init__(self, SERVICE, why)
        self.differences = dict(differences)
        self.mend = (
            "Look at the episode on creators.spotify.com and set the fields named here by hand, or write them again."
        )


class UploadRejected(CreatorsError, core.Refused):
    """The file was refused.

    Attributes:
        reason: Spotify's word for it, such as AUDIO_DURATION_LONGER_THAN_VIDEO, or our own from the check before.
    """

    def __init__(self, reason: str, *, mend: str = "") -> None:
        core.Refused.__init__(self, SERVICE, f"the file is refused: {reason}")
        self.reason = reason
        self.mend = (
            mend
            or "Encode the file anew (video: H.264 with stereo AAC in MP4, faststart, tracks of equal length) and "
            "upload it again."
        )


class StaleOperation(CreatorsError, core.Refused):
    """The service no longer knows the hash of an operation."""

    def __init__(self, operation: str) -> None:
        core.Refused.__init__(self, SERVICE, f"the hash of {operation} is no longer known there")
        self.operation = operation
        self.mend = (
            "Refresh the operations from the web app (earstead creators ops refresh --adopt), or capture "
            f"{operation} in the browser."
        )


class Missing(CreatorsError, core.Refused):
    """No public source has the hash of an operation, so that it cannot be asked for yet."""

    def __init__(self, operation: str) -> None:
        core.Refused.__init__(self, SERVICE, f"no public source has the hash of {operation}: capture it")
        self.operation = operation
        self.mend = (
            "Look for it in the dashboard's own scripts (earstead creators ops refresh --adopt), or do it once in the "
            f"dashboard with the capture kit running, and import the capture: it brings the hash of {operation}."
        )


class GraphQLFailed(CreatorsError, core.Upstream):
    """Errors and no usable data.

    Attributes:
        errors: the messages, as they came.
    """

    def __init__(self, operation: str, errors: Sequence[str]) -> None:
        core.Upstream.__init__(self, SERVICE, f"{operation} failed: {'; '.join(errors)[:300] or 'without a reason'}")
        self.operation = operation
        self.errors = tuple(errors)
        self.mend = "Run the doctor: it tells whether permission, hosting or the window is the cause."


class GraphQLPartial(CreatorsError, core.Upstream):
    """Data came, and errors beside it; raised only where the caller asked for all or nothing.

    Attributes:
        data: what came.
        errors: the messages, as they came.
    """

    def __init__(self, operation: str, data: Mapping[str, Any], errors: Sequence[str]) -> None:
        core.Upstream.__init__(self, SERVICE, f"{operation} answered in part: {'; '.join(errors)[:300]}")
        self.operation = operation
        self.data = data
        self.errors = tuple(errors)
        self.mend = "Use the part that came; shows hosted elsewhere never answer some fields."


class Planned(CreatorsError):
    """A dry run got to a request; nothing was sent.

    Attributes:
        request: method and address, without secrets.
    """

    def __init__(self, request: str) -> None:
        super().__init__(f"dry run: {request} was not sent")
        self.request = request
        self.mend = "Switch the dry run off to do it."
