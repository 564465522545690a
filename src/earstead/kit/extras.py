"""What is installed only where it is wanted."""

from __future__ import annotations


def how_to_install(extra: str) -> str:
    """The two ways to an extra of the package, for a sentence that says what is missing."""
    return f"pip install 'earstead[{extra}]', or in a checkout: scripts/setup sandbox,podcast,parquet"
