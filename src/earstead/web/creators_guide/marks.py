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


SOURCES = {
    "sc": "spotifyconnector",
    "gql": "spotifygraphqlconnector",
    "anc": "anchorconnector",
    "op": "openpodcast",
    "opw": "openpodcast's extension",
    "ext": "a browser extension",
    "agent": "a chat agent's client",
    "pub": "a publisher's scripts",
    "ts": "an adapter in TypeScript",
    "js": "a script for statistics",
    "pt": "a client in Portuguese",
}
"""Whose code it was seen in, by the suffix of a mark; the page of evidence says more of each."""


def words(marks: tuple[str, ...]) -> str:
    """Marks in words: "documented, seen in code (spotifygraphqlconnector, openpodcast)"."""
    named: dict[str, list[str]] = {}
    for mark in marks:
        kind, _, source = mark.partition(":")
        told = named.setdefault(WORDS[kind], [])
        if source in SOURCES:
            told.append(SOURCES[source])
    return ", ".join(f"{kind} ({', '.join(told)})" if told else kind for kind, told in named.items()) or "not marked"
