"""The pages of GraphQL, drawn from the registry: how it is spoken, and every operation under its group."""

from __future__ import annotations

from collections.abc import Iterator

from earstead.core.creators.registry import GROUPS, Hash, Operation, Registry
from earstead.web.creators_guide.blocks import Block, Code, Heading, Items, Page, Table, Text
from earstead.web.creators_guide.marks import SHAPES, words
from earstead.web.creators_guide.methods import in_python

SLUGS = {
    "A": "graphql-account",
    "B": "graphql-show",
    "C": "graphql-show-figures",
    "D": "graphql-episodes",
    "E": "graphql-episode-figures",
    "F": "graphql-comments",
}
"""Page of each group."""

_TITLES = {
    "A": "GraphQL: account and shows",
    "B": "GraphQL: about a show",
    "C": "GraphQL: figures of a show",
    "D": "GraphQL: episodes",
    "E": "GraphQL: figures of an episode",
    "F": "GraphQL: comments and polls",
}
_REQUEST = """\
POST https://creators-graph.spotify.com/v2/graph-pq
Authorization: Bearer TOKEN
Content-Type: application/json
x-creator-client: microfrontend-analytics

{"operationName": "getShowPlaysByAge",
 "variables": {"showUri": "spotify:show:5AAAAAAAAAAAAAAAAAAAAA", "dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS"},
 "extensions": {"persistedQuery": {"version": 1,
   "sha256Hash": "98f15a89cb2500253b160b62397617c64b79938ed3f4812eb4d0b605fa2e73d5"}}}
"""
_CALLS = """\
earstead creators call getShowPlaysByAge \\
  --variables '{"showUri": "spotify:show:5AAAAAAAAAAAAAAAAAAAAA", "dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS"}'
"""
_HARVEST = (
    "GET `https://creators.spotify.com/pod/dashboard/episodes` with the user agent of a browser; no sign-in is needed.",
    "Find the scripts whose address ends in `/builds/bundle-` and hexadecimal digits, `.js`.",
    "Download them. They may be gzip without saying so: look for the bytes `1f 8b`.",
    "In them every document stands as a syntax tree, its hash in `__meta__` and its name beside it.",
    "Keep the hash by front end and name: the same name can have two hashes (`getEpisodePerformanceAllTime` has).",
)
_ANSWERS = (
    ("`data`", "the answer"),
    ("`data` and `errors`", "parts came, parts did not: both are kept"),
    ("`errors` alone", "a failure"),
    ("`PersistedQueryNotFound`, or 400", "the hash is no longer known: the older hash is tried, then it is said"),
    ("`DataFetchingException`", "one field's source refused: its value is null"),
    ("empty `data`", "no data; or a window that this operation does not answer; or too few listeners; or a cut hash. "
     "earstead checks the 64 digits of a hash before sending, tries the windows known to answer, and tells which did"),
)  # fmt: skip


def pages(registry: Registry) -> tuple[Page, ...]:
    """The page of how, and one a group."""
    return (_index(registry), *(_group(registry, group) for group in SLUGS))


def _index(registry: Registry) -> Page:
    operations = list(registry)
    known = {letter: sum(one.shape == letter for one in operations) for letter in SHAPES}
    lead = (
        f"{len(operations)} named operations ({sum(not one.is_write for one in operations)} queries, "
        f"{sum(one.is_write for one in operations)} mutations). {sum(bool(one.hashes) for one in operations)} have a "
        f"public "
        f"hash. Of the answers, {known['K']} are known, {known['P']} partly, {known['U']} not at all."
    )
    blocks: tuple[Block, ...] = (
        Heading("A request"),
        Text(
            "The service knows the queries of its own front ends by their SHA-256. A request names the operation, "
            "its variables "
            "and the hash; the text of the query is not sent. Names of operations are names of documents, not of "
            "fields."
        ),
        Code(_REQUEST, "http", "Request"),
        Code(_CALLS, "sh", "The same by command"),
        Heading("An answer"),
        Table(("What comes", "Means"), _ANSWERS),
        Text(
            "Below, `.AV` stands for the double `.analyticsValue.analyticsValue`: the outer one carries the "
            "comparison with "
            "the stretch before, the inner one the figure."
        ),
        Heading("Hashes and where they come from", "hashes"),
        Items(_HARVEST, numbered=True),
        Text(
            "earstead ships the public ones. `earstead creators ops refresh` harvests, says what was added, changed "
            "and gone, "
            "and keeps the old hash until the new one has answered. What no bundle shows comes by [a capture](capture)."
        ),
        Heading("Free text"),
        Text(
            "Until July 2026 the service also ran the text of a query; in September it no longer did (C1 of the "
            "[evidence](evidence)). earstead sends text only where it is asked to (`adhoc`), and never a name "
            "without a hash."
        ),
        Heading("All operations", "all"),
        Table(
            ("Operation", "Group", "Kind", "Answer", "Hash"),
            tuple(_row(one) for one in sorted(operations, key=lambda one: one.name.lower())),
        ),
    )
    return Page(slug="graphql", title="GraphQL", lead=lead, blocks=blocks)


def _row(operation: Operation) -> tuple[str, ...]:
    link = f"[{operation.name}]({SLUGS[operation.group]}#{operation.name.lower()})"
    return (link, GROUPS[operation.group], operation.kind, SHAPES[operation.shape], _standing(operation))


def _standing(operation: Operation) -> str:
    if not operation.hashes:
        return "not public"
    return "public" if operation.callable else "retired"


def _group(registry: Registry, group: str) -> Page:
    operations = [one for one in registry if one.group == group]
    usable = sum(one.callable for one in operations)
    lead = (
        f"{len(operations)} operations, {usable or 'none'} of them with a public hash that is in use. "
        "How one is asked: [GraphQL](graphql)."
    )
    blocks = tuple(block for one in operations for block in _operation(one))
    return Page(slug=SLUGS[group], title=_TITLES[group], lead=lead, blocks=blocks)


def _operation(one: Operation) -> Iterator[Block]:
    yield Heading(one.name, one.name.lower())
    yield Text(_sentence(one))
    yield Items(tuple(_facts(one)))
    if one.variables:
        yield Table(("Variable", "Type", "Needed"), tuple(_variables(one)))
    if one.answer:
        yield Table(("Below `data`", "Type", "Series"), tuple(_places(one)))


def _sentence(one: Operation) -> str:
    about = one.about if one.about.endswith(".") or not one.about else f"{one.about}."
    return " ".join(filter(None, (about, "It changes something." if one.is_write else "")))


def _facts(one: Operation) -> Iterator[str]:
    yield f"Answer {SHAPES[one.shape]}. Evidence: {words(one.marks)}."
    yield in_python(one.name)
    if not one.hashes:
        yield "No public hash: [capture or harvest](capture) it first; until then a call says that it is missing."
    yield from (_hash(known) for known in one.hashes)
    if one.variables is None:
        yield "Its variables are unknown."
    elif not one.variables:
        yield "It takes no variables."
    if one.only_windows:
        yield f"It answers these windows alone: {_codes(one.only_windows)}."
    elif one.windows:
        yield f"Windows, as they are tried: {_codes(one.windows)}."
    if one.hosted_only:
        yield "For shows hosted with Spotify for Creators alone."


def _hash(known: Hash) -> str:
    client = f"sent by `{known.client}`" if known.client else "its sender is not recorded"
    more = "; ".join(filter(None, (client, known.state if known.state != "current" else "", known.note)))
    needs = f"; wants {_codes(known.needs)}" if known.needs else ""
    return f"`{known.sha256}`: {more}{needs}."


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _variables(one: Operation) -> Iterator[tuple[str, ...]]:
    for variable in one.variables or ():
        needed = "yes" if variable.required else "no"
        kind = f"`{variable.type}`" if variable.type else "not recorded"
        yield f"`{variable.name}`", kind, f"{needed}, inferred" if variable.guess else needed


_SERIES = {
    "": "",
    "daily": "of each day",
    "weekly": "of each week",
    "asked": "as the aggregation asks",
    "running": "a running total",
    "share": "shares of one",
}


def _places(one: Operation) -> Iterator[tuple[str, ...]]:
    for place in one.answer:
        yield f"`{place.path}`", f"`{place.type}`" + (", inferred" if place.guess else ""), _SERIES[place.series]
