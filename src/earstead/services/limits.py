"""How much the owner of a server lets a caller ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What each plug and page that takes requests holds its callers to; this machine itself is not counted.

    Attributes:
        listenbrainz: requests of an address to the ListenBrainz API in ten seconds.
        api: requests with one token, or of an address without one, to the own API in a minute.
        upload_mib: largest upload of files to import, in MiB.
    """

    listenbrainz: int = 3_000
    api: int = 1_200
    upload_mib: int = 4_096

    @property
    def upload_bytes(self) -> int:
        """Largest upload in bytes."""
        return self.upload_mib << 20
