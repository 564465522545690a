"""What is known of Spotify for Creators without asking it: ids, operations, endpoints, metrics. Pure."""
