"""How sure each fact is: the marks of evidence, and what they are called on the pages."""

from __future__ import annotations

WORDS = {
    "doc": "documented",
    "code": "seen in code",
    "issue": "from an issue",
    "guess": "inferred",
}
"""By the mark that the registry and the endpoints carry."""

MEANING = (
    ("documented", "stated by the public reverse-engineering notes of `higuchiki/spotify-for-creators-api`"),
    ("seen in code", "read from public client code that works, or from answers recorded with it"),
    ("from an issue", "told in a public issue thread"),
    ("inferred", "concluded by us or by a source that itself says so; never relied on without a way to change it"),
)

SHAPES = {"K": "known", "P": "partly known", "U": "unknown"}
"""Of an operation's answer, by the letter of the registry."""


def words(marks: tuple[str, ...]) -> str:
    """Marks in words, "documented, seen in code"; a suffix such as "code:gql" names the source and is dropped."""
    named = [WORDS.get(mark.partition(":")[0], mark) for mark in marks]
    return ", ".join(dict.fromkeys(named)) or "not marked"
