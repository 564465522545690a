"""The pages of REST, podcasters/v0 and the small backends, drawn from the endpoints: an index, then each by label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from earstead.core.creators.endpoints import COMMON, LEGACY, MEANING, NEXT, POD, REST, Endpoint, Field
from earstead.web.creators_guide.blocks import Block, Code, Heading, Items, Page, Table, Text
from earstead.web.creators_guide.marks import words
from earstead.web.creators_guide.methods import in_python

_EXAMPLE = """\
curl "https://api-v5.anchor.fm/v3/shows/5AAAAAAAAAAAAAAAAAAAAA/legacyIds?isMumsCompatible=true" \\
  -H "Authorization: Bearer $TOKEN" -H "Accept: application/json"

earstead creators call 1-L --path show_id=5AAAAAAAAAAAAAAAAAAAAA
"""
_POD_EXAMPLE = """\
SHOW=https://generic.wg.spotify.com/podcasters/v0/shows/5AAAAAAAAAAAAAAAAAAAAA
curl "$SHOW/followers?start=2026-05-01&end=2026-05-31" -H "Authorization: Bearer $TOKEN"

earstead creators call P7 --path show_id=5AAAAAAAAAAAAAAAAAAAAA \\
  --query start=2026-05-01 --query end=2026-05-31
"""
_TYPES = (
    ("int, str, bool", "as in JSON"),
    ("unix", "whole seconds since 1970, UTC"),
    ("iso", "a time in text, with milliseconds and Z"),
    ("ms", "milliseconds"),
    ("html", "text with the few tags the service keeps; see [writing](writing)"),
    ("date", "YYYY-MM-DD, a UTC day"),
)
_POD_NOTES = (
    "Everything counts Spotify alone. Days are UTC, both ends included. Ids are bare, not URIs.",
    "Series begin on 1 September 2021. Followers lag two days and are a running total.",
    "`aggregate` merges its whole range: ask day by day for a series.",
    "`total` and `faceted` impressions want a range of exactly 29 days from first to last.",
    "About 20 requests in 30 seconds are answered; then comes 429.",
)


def page() -> Page:
    """REST by label."""
    count = len({(one.method, one.path) for one in REST if one.backend == "rest"})
    lead = (
        f"`https://api-v5.anchor.fm`: {count} endpoints, named by the labels of the public notes; those that begin "
        f"with E are "
        "not in the notes, but in public code."
    )
    blocks: list[Block] = [
        Heading("How it is spoken"),
        Text("JSON in, JSON out, the bearer token, and one parameter with every call:"),
        _fields(("Query", "Type", "What"), COMMON),
        Code(_EXAMPLE, "sh"),
        Text(
            "There is no key against repetition: a create whose answer is lost may have happened. What a refusal "
            "looks like was "
            "recorded once: 400 with `errors`, each with `property` and `message`."
        ),
        Table(("Type", "Means"), _TYPES),
        Heading("All of them", "all"),
        _index(_by_label(REST), "rest"),
        Heading("One by one"),
        *_sections(_by_label(REST)),
    ]
    return Page(slug="rest", title="REST by label", lead=lead, blocks=tuple(blocks))


def podcasters() -> Page:
    """The older figures, which still answer."""
    lead = (
        f"`https://generic.wg.spotify.com/podcasters/v0`: {len(POD)} endpoints for reading, with the bearer token "
        f"alone."
    )
    blocks: list[Block] = [
        Heading("How it is spoken"),
        Items(_POD_NOTES),
        Code(_POD_EXAMPLE, "sh"),
        Heading("All of them", "all"),
        _index(POD, "podcasters"),
        Heading("One by one"),
        *_sections(POD),
    ]
    return Page(slug="podcasters", title="podcasters/v0", lead=lead, blocks=tuple(blocks))


def legacy() -> tuple[Block, ...]:
    """The endpoints of the legacy proxy."""
    return tuple(_sections(LEGACY))


def next_data() -> tuple[Block, ...]:
    """Those of the Next.js data route."""
    return tuple(_sections(NEXT))


def _by_label(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """1-A to 1-Z, 6-A to 6-D, then those that begin with E."""
    return sorted(endpoints, key=lambda one: one.label)


def _index(endpoints: Iterable[Endpoint], slug: str) -> Table:
    rows = tuple(
        (f"[{one.label}]({slug}#{_anchor(one)})", f"`{_line(one)}`", one.about, one.known) for one in endpoints
    )
    return Table(("Label", "Endpoint", "What", "Answer known"), rows)


def _sections(endpoints: Iterable[Endpoint]) -> Iterator[Block]:
    for one in endpoints:
        yield Heading(f"{one.label}: {_line(one)}", _anchor(one), 3)
        yield Text(" ".join(filter(None, (one.about, one.note))))
        yield Items(tuple(_facts(one)))
        if one.query:
            yield _fields(("Query", "Type", "What"), one.query)
        if one.body:
            yield _fields(("Body", "Type", "What"), one.body)
        if one.answer:
            yield _fields(("Answer", "Type", "What"), one.answer)


def _facts(one: Endpoint) -> Iterator[str]:
    yield f"Answer: {MEANING[one.known]}. Evidence: {words(one.marks)}."
    yield in_python(one.label)
    if one.writes:
        yield "It changes something: earstead notes it in the journal before it is sent."
    if one.same_as:
        yield f"The same endpoint as {one.same_as}."
    if one.unused:
        yield f"earstead does not use it by itself: {one.unused}"


def _fields(head: tuple[str, ...], fields: Iterable[Field]) -> Table:
    return Table(head, tuple(_field(one) for one in fields))


def _field(one: Field) -> tuple[str, ...]:
    optional = "" if one.required else ", may be missing"
    return f"`{one.name}`", f"{one.type}{optional}", one.note


def _line(one: Endpoint) -> str:
    return f"{one.method} {one.path or 'the signed address'}"


def _anchor(one: Endpoint) -> str:
    return one.label.lower()
