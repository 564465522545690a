"""What is known of the interfaces behind Spotify for Creators, as pages of the site and of `docs/creators`."""

from __future__ import annotations
