"""Files of other services become listens."""
