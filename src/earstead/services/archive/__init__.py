"""earstead's own archive: everything of a user, out and in again."""
