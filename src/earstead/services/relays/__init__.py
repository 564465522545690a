"""Passing listens on."""
