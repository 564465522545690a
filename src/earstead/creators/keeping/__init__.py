"""What earstead does with the client by itself: one client an account, the journal, the reading."""
