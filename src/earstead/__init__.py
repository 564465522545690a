"""A self-hosted home for everything a person hears."""

__version__ = "0.1.0"
