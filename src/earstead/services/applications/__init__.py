"""Programs that speak the Last.fm API, their sessions, and the owner's switches."""
