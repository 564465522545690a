"""What the server was told at start: one frozen record, read once, handed over, never imported by others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from earstead.core.errors import Rejected
from earstead.core.quota import BUDGETS, FAMILIES, Family
from earstead.core.spotify import ACCOUNTS_URL, API_URL
from earstead.kit.addresses import web_address
from earstead.kit.log import without_secrets
from earstead.kit.secrets import MIN_SECRET
from earstead.services.limits import Limits

DEFAULT_PORT = 3277
LEVELS = ("debug", "info", "warning", "error")
DATABASE_FILE = "earstead.db"
_MOST_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the data is, where to listen, how others reach it.

    Attributes:
        data: directory of the database, the key and uploads; absolute.
        database_url: a `postgresql://` address; "" for SQLite in `data`.
        public_url: root under which the server is reached from outside, without a slash at its end;
            "" to use the address it listens at.
        secret: text from which stored secrets are sealed instead of `secret.key`; "" for the file.
        proxies: addresses of proxies whose X-Forwarded headers are believed, "," between them.
        access_log: whether every request is written to the log.
        allow_private: whether addresses that users give may lead into private networks, and to this machine.
        limits: how much callers may ask for.
        spotify_api_url, spotify_accounts_url: where Spotify answers; a simulator may stand there.
        spotify_budgets: requests of a developer account in 24 hours, by kind, for those that differ from `BUDGETS`.
        creators_url: origin of a simulator of Spotify for Creators; "" for the service itself.
        tls_certificate: PEM file of the certificate and its chain; None to speak plain HTTP.
        tls_key: PEM file of its key; None when the certificate's file holds it too.
        tls_port: a second port for TLS, so that `port` speaks plain HTTP; None for TLS alone, at `port`.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    database_url: str = ""
    public_url: str = ""
    secret: str = ""
    proxies: str = "127.0.0.1"
    log_level: str = "info"
    access_log: bool = False
    allow_private: bool = False
    limits: Limits = field(default_factory=Limits)
    spotify_api_url: str = API_URL
    spotify_accounts_url: str = ACCOUNTS_URL
    spotify_budgets: Mapping[Family, int] = field(default_factory=dict)
    creators_url: str = ""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_port: int | None = None

    @property
    def database(self) -> str | Path:
        """What `open_engine` takes."""
        return self.database_url or self.data / DATABASE_FILE

    @property
    def local_url(self) -> str:
        """Where this machine reaches the server."""
        host = "127.0.0.1" if self.host in ("", "0.0.0.0", "::") else self.host
        scheme = "https" if self.tls_certificate and self.tls_port is None else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def root_url(self) -> str:
        """Where others reach it, as far as is known."""
        return self.public_url or self.local_url


def read_settings(
    environ: Mapping[str, str],
    *,
    data: str | None = None,
    host: str | None = None,
    port: int | None = None,
    database_url: str | None = None,
    tls_certificate: str | None = None,
    tls_key: str | None = None,
    tls_port: int | None = None,
) -> Settings:
    """Settings from the variables EARSTEAD_*; what is given in words wins. Raises Rejected naming every fault."""
    given = {
        "EARSTEAD_DATA": data,
        "EARSTEAD_HOST": host,
        "EARSTEAD_PORT": None if port is None else str(port),
        "EARSTEAD_DATABASE_URL": database_url,
        "EARSTEAD_TLS_CERTIFICATE": tls_certificate,
        "EARSTEAD_TLS_KEY": tls_key,
        "EARSTEAD_TLS_PORT": None if tls_port is None else str(tls_port),
    }
    words = {**environ, **{name: value for name, value in given.items() if value is not None}}
    faults: list[str] = []
    settings = Settings(
        data=_data(words),
        host=words.get("EARSTEAD_HOST", "").strip() or "127.0.0.1",
        port=_port(words, "EARSTEAD_PORT", faults, DEFAULT_PORT),
        database_url=_database_url(words, faults),
        public_url=_public_url(words, faults),
        secret=_secret(words, faults),
        proxies=words.get("EARSTEAD_PROXIES", "127.0.0.1"),
        log_level=_level(words, faults),
        access_log=_yes(words, "EARSTEAD_ACCESS_LOG", faults),
        allow_private=_yes(words, "EARSTEAD_ALLOW_PRIVATE", faults),
        limits=_limits(words, faults),
        spotify_api_url=_service_url(words, "EARSTEAD_SPOTIFY_API_URL", faults, API_URL),
        spotify_accounts_url=_service_url(words, "EARSTEAD_SPOTIFY_ACCOUNTS_URL", faults, ACCOUNTS_URL),
        spotify_budgets=_budgets(words, "EARSTEAD_SPOTIFY_BUDGETS", faults),
        creators_url=_service_url(words, "EARSTEAD_CREATORS_URL", faults, ""),
        tls_certificate=_file(words, "EARSTEAD_TLS_CERTIFICATE", faults),
        tls_key=_file(words, "EARSTEAD_TLS_KEY", faults),
        tls_port=_tls_port(words, faults),
    )
    if (settings.tls_key or settings.tls_port is not None) and not settings.tls_certificate:
        faults.append("EARSTEAD_TLS_CERTIFICATE: is needed for TLS, and is not given")
    if settings.data.exists() and not settings.data.is_dir():
        faults.append(f"EARSTEAD_DATA: {settings.data} is not a directory")
    if faults:
        raise Rejected("", "\n".join(faults))
    return settings


def _data(words: Mapping[str, str]) -> Path:
    if text := words.get("EARSTEAD_DATA", ""):
        return Path(text).expanduser().absolute()
    from platformdirs import user_data_path  # only needed here, and not by a server that was told its place

    return user_data_path("earstead")


def _port(words: Mapping[str, str], name: str, faults: list[str], default: int) -> int:
    text = words.get(name, "").strip() or str(default)
    if text.isascii() and text.isdigit() and int(text) < 65_536:
        return int(text)
    faults.append(f"{name}: {text[:20]!r} is not a port (0 to 65535; 0 takes a free one)")
    return default


def _tls_port(words: Mapping[str, str], faults: list[str]) -> int | None:
    return _port(words, "EARSTEAD_TLS_PORT", faults, 0) if words.get("EARSTEAD_TLS_PORT", "").strip() else None


def _limits(words: Mapping[str, str], faults: list[str]) -> Limits:
    usual = Limits()
    return Limits(
        listenbrainz=_count(words, "EARSTEAD_LISTENBRAINZ_LIMIT", faults, usual.listenbrainz),
        api=_count(words, "EARSTEAD_API_LIMIT", faults, usual.api),
        upload_mib=_count(words, "EARSTEAD_UPLOAD_LIMIT", faults, usual.upload_mib),
    )


def _count(words: Mapping[str, str], name: str, faults: list[str], default: int) -> int:
    text = words.get(name, "").strip() or str(default)
    if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS and int(text) > 0:
        return int(text)
    faults.append(f"{name}: {text[:20]!r} is not a whole number from 1 to 999999999")
    return default


def _file(words: Mapping[str, str], name: str, faults: list[str]) -> Path | None:
    text = words.get(name, "").strip()
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        faults.append(f"{name}: {path} is not a file")
    return path


def _database_url(words: Mapping[str, str], faults: list[str]) -> str:
    text = words.get("EARSTEAD_DATABASE_URL", "").strip()
    if text and urlsplit(text).scheme not in ("postgresql", "postgres"):
        faults.append(
            f"EARSTEAD_DATABASE_URL: {without_secrets(text)[:80]!r} is not a postgresql:// address; "
            "leave it empty for SQLite in the data directory"
        )
        return ""
    return text


def _public_url(words: Mapping[str, str], faults: list[str]) -> str:
    text = words.get("EARSTEAD_PUBLIC_URL", "").strip().rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query):
        faults.append(f"EARSTEAD_PUBLIC_URL: {text[:80]!r} is not like https://music.example.org")
        return ""
    return text


def _service_url(words: Mapping[str, str], name: str, faults: list[str], default: str) -> str:
    text = words.get(name, "").strip() or default
    try:
        return web_address(text, name) if text else ""
    except Rejected as fault:
        faults.append(str(fault))
        return default


def _budgets(words: Mapping[str, str], name: str, faults: list[str]) -> dict[Family, int]:
    """ "player=3000, search=50" as numbers by kind."""
    found: dict[Family, int] = {}
    for text in filter(None, (part.strip() for part in words.get(name, "").split(","))):
        kind, _, number = (word.strip() for word in text.partition("="))
        family = next((known for known in FAMILIES if known == kind), None)
        if family is None or not (number.isascii() and number.isdigit() and 0 < len(number) < _MOST_DIGITS):
            faults.append(f"{name}: {text[:40]!r} is not like player={BUDGETS['player']}, for {', '.join(FAMILIES)}")
        else:
            found[family] = max(1, int(number))
    return found


def _secret(words: Mapping[str, str], faults: list[str]) -> str:
    text = words.get("EARSTEAD_SECRET", "")
    if text and len(text) < MIN_SECRET:
        faults.append(f"EARSTEAD_SECRET: must have at least {MIN_SECRET} characters")
    return text


def _level(words: Mapping[str, str], faults: list[str]) -> str:
    text = words.get("EARSTEAD_LOG", "").strip().lower() or "info"
    if text not in LEVELS:
        faults.append(f"EARSTEAD_LOG: {text[:20]!r} is not one of {', '.join(LEVELS)}")
        return "info"
    return text


def _yes(words: Mapping[str, str], name: str, faults: list[str]) -> bool:
    text = words.get(name, "").strip().lower()
    if text not in ("", "0", "1", "no", "yes", "false", "true"):
        faults.append(f"{name}: {text[:20]!r} is neither yes nor no")
    return text in ("1", "yes", "true")
