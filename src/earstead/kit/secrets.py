"""Hashes of secrets that are only compared, and a vault for those that must be read again."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from earstead.core.errors import AppError
from earstead.kit.clock import new_secret

KEY_FILE = "secret.key"
MIN_SECRET = 16


class CannotOpen(AppError):
    """Sealed with another key than the one at hand."""


def fingerprint(secret: str) -> str:
    """SHA-256 of a random secret, hex. Not for chosen passwords: those want argon2."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_app_password() -> str:
    """A generated password of 120 bits, "kf3w5x-..." in four groups: 27 characters.

    Never 32: protocols that take "a password or its md5" in one field could not tell the two apart.
    """
    raw = base64.urlsafe_b64decode(new_secret(15))
    text = base64.b32encode(raw).decode().lower()
    return "-".join(text[i : i + 6] for i in range(0, 24, 6))


def new_hex_key() -> str:
    """A random key of 128 bits as 32 hex digits, as Last.fm's keys, secrets, tokens and session keys are written."""
    return base64.urlsafe_b64decode(new_secret(16) + "==").hex()


def md5_hex(text: str) -> str:
    """What legacy Last.fm logins are made of."""
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


class Vault:
    """Seals short texts with one key (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes, URL-safe base64 with padding."""
        self._key = key

    def seal(self, text: str) -> str:
        """Encrypt."""
        from cryptography.fernet import Fernet  # 40 ms that most starts need not pay

        return Fernet(self._key).encrypt(text.encode()).decode()

    def number(self, *parts: str) -> int:
        """A number in 1 .. 2**63 - 1 for some texts, always the same, that tells nothing of them without the key."""
        data = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(data, digest_size=8, key=self._key[:64], person=b"number").digest()
        return (int.from_bytes(digest, "big") >> 1) or 1

    def open(self, sealed: str) -> str:
        """Decrypt. Raises CannotOpen."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(self._key).decrypt(sealed.encode()).decode()
        except InvalidToken as fault:
            raise CannotOpen("sealed with another key") from fault


def load_vault(data: Path, secret: str = "") -> Vault:
    """The vault of a data directory; makes `secret.key` (mode 0600) when there is none.

    Args:
        secret: the text of EARSTEAD_SECRET, at least `MIN_SECRET` characters; "" for the file.

    Raises:
        CannotOpen: the file is there, but holds no key.
    """
    if secret:
        # A random text is asked for, not a password: one hash spreads it over 32 bytes.
        return Vault(base64.urlsafe_b64encode(hashlib.sha256(b"earstead vault\0" + secret.encode()).digest()))
    path = data / KEY_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Vault(_checked(path.read_bytes().strip(), path))
    with open(handle, "wb") as file:
        file.write(new_secret(32).encode() + b"=\n")
        file.flush()
        os.fsync(file.fileno())
    return Vault(path.read_bytes().strip())


def _checked(key: bytes, path: Path) -> bytes:
    try:
        good = len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        good = False
    if not good:
        raise CannotOpen(f"{path} holds no key: put the right file back, or remove it and make app passwords anew")
    return key
