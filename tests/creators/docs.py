"""Writes docs/creators: what is known of the interfaces behind Spotify for Creators, a file for each page of the site.

Written by `.venv/bin/python -m tests.creators.docs`; a guard holds the files to what this gives.
"""

from __future__ import annotations

from pathlib import Path

from earstead.web.creators_guide.blocks import Page, markdown
from earstead.web.creators_guide.pages import pages

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "creators"
FOOT = "\n<!-- Written by `.venv/bin/python -m tests.creators.docs`. -->\n"


def files() -> dict[str, str]:
    """Name of each file and its text."""
    return {_name(page): markdown(page) + FOOT for page in pages()}


def _name(page: Page) -> str:
    # A folder's README is what forges show first.
    return "README.md" if page.slug == "index" else f"{page.slug}.md"


def main() -> None:
    """Write what changed, and remove what no page has any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = files()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
