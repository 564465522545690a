"""The capture kit: a recording of the dashboard becomes operations, hashes, types, fixtures and a changelog entry."""

from earstead.core.creators.console import console_script
from earstead.creators.capture.kit import Captured, read_capture, store

__all__ = ["Captured", "console_script", "read_capture", "store"]
