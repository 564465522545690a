"""Spotify accounts that are linked, what is watched of them, and the lists that are mirrored."""
