"""What a history says."""
