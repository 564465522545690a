"""A simulator of Spotify for Creators: accounts, REST, GraphQL, podcasters/v0, the web pages and the storage."""
