"""Where a recording can be played: addresses people paste become a service and an id. Pure.

A Spotify link is kept as its URI ("spotify:track:" and 22 letters), a YouTube link as the id of its video (11).
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from earstead.core.errors import Rejected

Service = Literal["spotify", "youtube"]
SERVICES: tuple[Service, ...] = ("spotify", "youtube")

MOST_TEXT = 2_000
_URI = re.compile(r"spotify:(track|episode):([0-9A-Za-z]{22})")
_SPOTIFY_PATH = re.compile(r"/(?:intl-[a-z-]+/)?(?:embed/)?(track|episode)/([0-9A-Za-z]{22})/?")
_VIDEO = re.compile(r"[0-9A-Za-z_-]{11}")
_VIDEO_PATH = re.compile(r"/(?:embed|shorts|live|v)/([0-9A-Za-z_-]{11})/?")
_YOUTUBE = frozenset(("youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"))
_NOT_ONE = "this is no address of a single song at Spotify or YouTube"


def parse(text: str) -> tuple[Service, str]:
    """(service, target) of an address, a Spotify URI or the bare id of a video.

    Raises:
        Rejected: it is something else, such as a file on a disk, an album or a playlist.
    """
    said = text.strip()
    if not said or len(said) > MOST_TEXT:
        raise Rejected("link", "paste the address of the song at Spotify or YouTube")
    if target := uri(said):
        return "spotify", target
    if _VIDEO.fullmatch(said):
        return "youtube", said
    if said.startswith(("/", "\\", "~", "file:")) or re.match(r"[A-Za-z]:\\", said):
        raise Rejected("link", "files cannot be played from here; paste an address at Spotify or YouTube")
    return _address(said if "://" in said else f"https://{said}")


def uri(text: str) -> str:
    """A Spotify URI of one track or episode; "" for anything else."""
    return text if _URI.fullmatch(text) else ""


def is_target(service: str, target: str) -> bool:
    """Whether a target has the form in which links at this service are kept."""
    return bool(uri(target)) if service == "spotify" else service == "youtube" and bool(_VIDEO.fullmatch(target))


def _address(said: str) -> tuple[Service, str]:
    try:
        parts = urlsplit(said)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        raise Rejected("link", _NOT_ONE) from None
    if host == "open.spotify.com" and (found := _SPOTIFY_PATH.fullmatch(parts.path)):
        return "spotify", f"spotify:{found[1]}:{found[2]}"
    video = ""
    if host == "youtu.be":
        video = parts.path.strip("/")
    elif host in _YOUTUBE:
        in_path = _VIDEO_PATH.fullmatch(parts.path)
        video = in_path[1] if in_path else parse_qs(parts.query).get("v", [""])[0]
    if _VIDEO.fullmatch(video):
        return "youtube", video
    raise Rejected("link", _NOT_ONE)


def page(service: Service, target: str) -> str:
    """The address at which people open it."""
    if service == "youtube":
        return f"https://www.youtube.com/watch?v={target}"
    _, kind, name = target.split(":")
    return f"https://open.spotify.com/{kind}/{name}"


def frame(service: Service, target: str) -> str:
    """The address of the player to embed, which reports to the page around it how far it is."""
    if service == "youtube":
        return f"https://www.youtube-nocookie.com/embed/{target}?enablejsapi=1&autoplay=1&rel=0"
    _, kind, name = target.split(":")
    return f"https://open.spotify.com/embed/{kind}/{name}"
