"""Orders that outlive restarts: kept here, mirrored into a playlist."""
