"""Who fetched a podcast file: programs by their User-Agent, and whether a person may be behind one.

The built-in table holds the programs that are met most. The lists that OPAWG publishes ("user-agents-v2": bots, apps,
libraries, browsers) can be given as data instead; both are tried in that order, the first pattern that matches says
what it is. Source: spec listenbrainz, 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from earstead.core.errors import Rejected

AgentKind = Literal["bot", "app", "library", "browser", "unknown"]
KINDS: tuple[AgentKind, ...] = ("bot", "app", "library", "browser")
"""In the order in which they are tried."""
MOST_AGENT = 500
"""Characters of a User-Agent that are looked at: patterns of others run over what strangers send."""
_ROBOTIC = re.compile(r"bot|crawler|spider", re.IGNORECASE)
_WATCH = re.compile(r"watchOS|Apple ?Watch|\bWatch\d,\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agent:
    """What a User-Agent is. `human`: whether what it fetches counts. `name` is "" for what nobody knows."""

    name: str
    kind: AgentKind
    human: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    pattern: re.Pattern[str]
    category: str


def _entries(*pairs: tuple[str, str]) -> tuple[_Entry, ...]:
    return tuple(_Entry(name, re.compile(pattern), "") for name, pattern in pairs)


_BOTS = _entries(
    ("Googlebot", r"Googlebot|Google-Extended|GoogleOther|Mediapartners-Google|APIs-Google"),
    ("Bingbot", r"bingbot|BingPreview"),
    ("Applebot", r"Applebot"),
    ("Facebook", r"facebookexternalhit|meta-externalagent|facebookcatalog"),
    ("Twitterbot", r"Twitterbot"),
    ("Slackbot", r"Slackbot|Slack-ImgProxy"),
    ("Discordbot", r"Discordbot"),
    ("Telegram", r"TelegramBot"),
    ("AhrefsBot", r"AhrefsBot|AhrefsSiteAudit"),
    ("SemrushBot", r"SemrushBot"),
    ("GPTBot", r"GPTBot|ChatGPT-User|OAI-SearchBot|ClaudeBot|PerplexityBot|CCBot|Bytespider|Amazonbot"),
    ("Podcast index crawler", r"Podcastindex\.org|PodcastIndex|Podchaser|Listen ?Notes|ListenNotes|Rephonic"),
    ("Feed validator", r"Feed(?:Validator|Burner)|W3C_Validator|CastFeedValidator|Podba\.se"),
    ("Uptime monitor", r"UptimeRobot|Pingdom|StatusCake|Uptime-Kuma|HetrixTools"),
    ("Trackable preview", r"WhatsApp/|SkypeUriPreview|Mastodon/"),
)
_APPS = _entries(
    ("Apple Podcasts", r"^Podcasts/|AppleCoreMedia/|^iTMS|^AppleNews/.*Podcasts|\bBalados/|\bPodkaster/"),
    ("iTunes", r"^iTunes/"),
    ("Overcast", r"Overcast/|OvercastFM"),
    ("Pocket Casts", r"Pocket ?Casts|^PocketCasts"),
    ("Castro", r"^Castro "),
    ("Spotify", r"^Spotify/|Spotify/\d"),
    ("AntennaPod", r"AntennaPod"),
    ("Podcast Addict", r"Podcast ?Addict|PodcastAddict"),
    ("Podcast Republic", r"PodcastRepublic|Podcast Republic"),
    ("Castbox", r"CastBox|Castbox"),
    ("Player FM", r"Player ?FM|PlayerFM"),
    ("YouTube Music", r"com\.google\.android\.apps\.youtube\.music|YouTubeMusic"),
    ("Google Podcasts", r"Google-?Podcasts?|GSA/"),
    ("Amazon Music", r"AmazonMusic|Amazon ?Music|^Harley/"),
    ("Alexa", r"Alexa(?:Media|MM)|^Echo/|AlexaMediaPlayer"),
    ("Deezer", r"Deezer"),
    ("TuneIn", r"TuneIn|^NSPlayer/.*TuneIn"),
    ("iHeartRadio", r"iHeart"),
    ("Podbean", r"Podbean"),
    ("Podverse", r"Podverse"),
    ("Fountain", r"Fountain"),
    ("Castamatic", r"Castamatic"),
    ("Downcast", r"Downcast/"),
    ("RSSRadio", r"RSSRadio"),
    ("Snipd", r"Snipd"),
    ("Goodpods", r"Goodpods"),
    ("Podcast Guru", r"Podcast ?Guru"),
    ("gPodder", r"gPodder"),
    ("Kasts", r"\bKasts/|\bkasts\b"),
    ("Audiobookshelf", r"audiobookshelf"),
    ("earstead", r"\bearstead/"),
    ("Sonos", r"Sonos"),
    ("Roku", r"Roku/"),
    ("Windows Media Player", r"^NSPlayer|Windows-Media-Player"),
    ("VLC", r"\bVLC/|LibVLC"),
    ("mpv", r"\bmpv\b"),
    ("Android media player", r"stagefright/|ExoPlayer|exoplayer"),
)
_LIBRARIES = _entries(
    ("curl", r"^curl/"),
    ("Wget", r"^Wget/"),
    ("Python", r"python-requests|python-httpx|aiohttp|Python-urllib|^python/"),
    ("Go", r"Go-http-client"),
    ("Java", r"^Java/|Apache-HttpClient|Jakarta"),
    ("Node.js", r"axios/|node-fetch|^got |undici|^node$"),
    ("Ruby", r"^Ruby|Faraday|rest-client"),
    ("PHP", r"^PHP|GuzzleHttp"),
    ("Perl", r"libwww-perl|LWP::"),
    ("FFmpeg", r"^Lavf/"),
)
_BROWSERS = _entries(
    ("Edge", r"\bEdgA?/|\bEdgiOS/"),
    ("Opera", r"\bOPR/|\bOpera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\bChrome/|\bCriOS/|\bChromium/"),
    ("Safari", r"\bVersion/[\d.]+ (?:Mobile/\w+ )?Safari/"),
)


class Agents:
    """Tells User-Agents apart. `lists`: kind -> entries as OPAWG publishes them; a kind that is missing is built in.

    Raises Rejected for entries that are none, naming the place.
    """

    def __init__(self, lists: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
        built: dict[AgentKind, tuple[_Entry, ...]] = {
            "bot": _BOTS,
            "app": _APPS,
            "library": _LIBRARIES,
            "browser": _BROWSERS,
        }
        given = {kind: tuple(_read(kind, (lists or {})[kind])) for kind in KINDS if kind in (lists or {})}
        self._entries = {**built, **given}
        # A library that the published lists do not call a bot may carry a player; of the built-in ones none does.
        self._trusting = "library" in given
        self.of = lru_cache(maxsize=4096)(self._of)

    def _of(self, text: str) -> Agent:
        """What a User-Agent is; an empty one is nobody's."""
        text = text[:MOST_AGENT].strip()
        if not text:
            return Agent("", "unknown", human=False)
        for kind in KINDS:
            for entry in self._entries[kind]:
                if entry.pattern.search(text):
                    return Agent(entry.name, kind, human=self._human(kind, entry))
        return Agent("", "unknown", human=_ROBOTIC.search(text) is None)

    def _human(self, kind: AgentKind, entry: _Entry) -> bool:
        if kind == "bot" or entry.category == "bot":
            return False
        return kind != "library" or self._trusting


def _read(kind: str, entries: Iterable[Mapping[str, Any]]) -> Iterable[_Entry]:
    for number, entry in enumerate(entries, start=1):
        name, pattern = entry.get("name"), entry.get("pattern")
        if not isinstance(name, str) or not isinstance(pattern, str):
            raise Rejected("agents", f"entry {number} of {kind} has no name or no pattern")
        try:
            yield _Entry(name, re.compile(pattern), str(entry.get("category") or ""))
        except re.error as fault:
            raise Rejected("agents", f"the pattern of {name!r} ({kind}) cannot be read: {fault}") from fault


def is_watch(text: str) -> bool:
    """Whether a watch asks for what its phone fetches as well."""
    return _WATCH.search(text[:MOST_AGENT]) is not None
