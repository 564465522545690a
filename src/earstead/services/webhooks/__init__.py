"""Events to addresses of users."""
