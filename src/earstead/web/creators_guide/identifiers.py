"""The page of identifiers and how one becomes another."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Code, Heading, Page, Table, Text

_KINDS = (
    ("episode id", "22 letters and digits", "web application, podcasters/v0"),
    ("episode URI", "`spotify:episode:` and that id", "GraphQL; in the path of [1-A](rest#1-a)"),
    ("`episodeId`", "a whole number of 8 or 9 digits", "api-v5"),
    ("`webEpisodeId`", "`e` and 6 small letters or digits, `e3mm3ql`", "links of old"),
    ("show id, show URI", "22 letters and digits; `spotify:show:` before it", "podcasters/v0; GraphQL"),
    ("`stationId`", "a whole number", "api-v5; shows hosted here only"),
    ("`webStationId`", "8 or 9 hexadecimal digits, or a chosen name", "links of old"),
    ("`userId`", "a whole number, other than the station's", "bodies of api-v5"),
    ("upload id", "a UUID", "uploads of api-v5"),
    ("comment URI", "`spotify:comment:` and 22 letters and digits", "GraphQL"),
)
_WAYS = (
    ("episode id", "`episodeId`", "[1-A](rest#1-a)"),
    ("`episodeId`", "episode URI and both web ids", "[1-B](rest#1-b) with `returnWebIds=true`; not for drafts"),
    (
        "every episode of a show",
        "both ids at once",
        "[WebGetIndexedEpisodeList](graphql-episodes#webgetindexedepisodelist)",
    ),
    ("show id", "`userId`, `stationId`, `webStationId`", "[1-L](rest#1-l)"),
    ("an account", "its shows", "[WebGetUserShows](graphql-account#webgetusershows)"),
    ("`webStationId`", "`stationId`, `userId`", "[E-2](rest#e-2)"),
)
_RULES = """\
webEpisodeId  = "e" + base32hex(episodeId + 1000000)      digits 0-9 a-v, no padding
webStationId  = hex((stationId + 100000) * 100)           not for a chosen name

123456789 -> e3mm3ql        46000000 -> 112c70480        40000000 -> ef03be80
"""


def page() -> Page:
    """Ten kinds of id, and the way from each to the others."""
    lead = (
        "The same episode has four names, the same show four others. earstead takes any of them wherever one is "
        "asked for."
    )
    blocks: tuple[Block, ...] = (
        Heading("Kinds"),
        Table(("Name", "Looks like", "Used by"), _KINDS),
        Heading("From one to another"),
        Table(("From", "To", "By"), _WAYS),
        Heading("Without asking"),
        Text(
            "Two rules hold for every public pair of numbers we found, and nobody has published them (inferred). "
            "earstead "
            "uses them to recognise web ids; where a call can answer, the call decides."
        ),
        Code(_RULES, "", "Rules"),
    )
    return Page(slug="identifiers", title="Identifiers", lead=lead, blocks=blocks)
