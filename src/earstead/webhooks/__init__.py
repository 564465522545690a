"""Events out: signed deliveries to addresses that users name, and the published schemas of what they carry."""

from __future__ import annotations

from earstead.webhooks.courier import Courier

__all__ = ["Courier"]
