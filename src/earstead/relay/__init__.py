"""Passing listens on to other services: their protocols, spoken as a client. See README.md."""

from __future__ import annotations

from earstead.relay.client import HttpCarrier
from earstead.relay.routes import routes

__all__ = ["HttpCarrier", "routes"]
