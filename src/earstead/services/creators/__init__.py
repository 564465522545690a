"""What is known and done about a creator's podcasts: accounts, shows, figures, exports."""
