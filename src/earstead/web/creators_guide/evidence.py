"""The pages of what is known how well: sources, contradictions, gaps, and a diary of what was seen when."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Heading, Items, Page, Table, Text
from earstead.web.creators_guide.marks import MEANING

_SOURCES = (
    ("`higuchiki/spotify-for-creators-api`", "notes in English and Japanese", "to 27 July 2026"),
    (
        "`spotifyconnector` (PyPI, `openpodcast/spotify-connector`)",
        "code for podcasters/v0 and the sign-in",
        "May 2026",
    ),
    ("`spotifygraphqlconnector` (PyPI)", "code, changelog and notes of answers for GraphQL", "March to September 2026"),
    ("`anchorconnector` (PyPI)", "code for the legacy proxy", "December 2024, March 2026"),
    (
        "`openpodcast/pipelines`, `openpodcast/api`",
        "recorded answers, what is asked for which show",
        "2022 to September 2026",
    ),
    ("`openpodcast/web-extension`, `openpodcast/connect`", "the sign-in of old", "2024"),
    ("a collector in a browser extension", "GraphQL, checked against the dashboard", "September 2026"),
    ("a reader for a chat agent", "harvesting the bundles", "September 2026"),
    ("`jmservera/SquadScope-Podcaster`", "publishing, video uploads", "June to September 2026"),
    ("adapters in TypeScript and JavaScript", "podcasters/v0 in production", "July to September 2026"),
)
_CONFLICTS = (
    ("C1", "Does GraphQL run free text?", "Yes until July 2026, no in September",
     "registered hashes first; free text only when asked for (`adhoc`)"),
    ("C2", "Is the name of an operation enough?", "Notes do it, a live attempt failed", "never sent so"),
    ("C3", "`publishOn`: seconds or text?", "Text is corrupted without a word; some send it", "whole seconds only"),
    ("C4", "What does a scheduled episode say?", "`isPublished` false with a date; or true", "a date: scheduled"),
    ("C5", "Video in one PUT?", "Notes say so, the server answers 500", "always in parts"),
    ("C6", "State of an upload", "`status` at the top; or `request.state`", "either"),
    ("C7", "Does [1-Y-3](rest#1-y-3) list the shows?", "Documented; answers 403", "GraphQL lists them"),
    ("C8", "Is api-v5 alive?", "Dead with the old cookie, alive with the token", "the token"),
    ("C9", "Is the legacy proxy alive?", "Yes early in 2026; no since the backend moved", "optional, off"),
    ("C10", "Is podcasters/v0 alive?", "Called broken in March 2026, in use since", "used"),
    ("C11", "Window of an episode's audience", "Thirty days only; or all time", "tried in turn; the answer says which"),
    ("C12", "Is a daily series daily?", "Mostly; two are running totals", "told for each operation"),
    ("C13", "Examples of `publishOn` in the notes", "Off by a year", "not copied"),
    ("C14", "Is `sp_key` needed?", "Every client sends it; it worked without", "optional"),
    ("C15", "What works for shows hosted elsewhere?", "Places and impressions: yes; no", "tried; a null is no fault"),
)  # fmt: skip
_UNKNOWN = (
    "The answers of 1-F, 1-G, 1-I, 1-J, 1-K, 1-Q, 1-T-b, 1-U, 1-V-3, 1-W, 1-X-2, 1-X-3, 1-Y-1, 1-Y-2, E-1, E-4 and "
    "P17, and "
    "further members of P10 and P16.",
    "What api-v5 says when it refuses: one body was ever recorded. What happens on publishing without a file, or "
    "with a name "
    "that is too long.",
    "The hash of every mutation, and of all queries marked “not public”; the fields behind the mutations of comments "
    "and polls.",
    "The whole answer of 61 operations and part of 18 more. Their pages say so; earstead hands their answers over as "
    "they "
    "came.",
    "How a reply looks among comments, where the next page's token stands, and the values of "
    "`initialModerationState` and "
    "`surfaceType`.",
    "Whether a hash is tied to its `x-creator-client`; whether free text still runs; the limits of GraphQL and api-v5.",
    "Chapters and smart links: their operations are known by name only, without hash and answer "
    "([chapters](graphql-episodes#getepisodechapters), [smart links](graphql-episodes#createepisodesmartlink), "
    "[their figures](graphql-show#getshowsmartlinksstats)). earstead makes none and reads none; the chapters that it "
    "draws are the time marks in an episode's description.",
    "Chapters being written, transcripts being edited, memberships, video apart from audio, income.",
    "Everything about the Next.js data route beyond where it begins.",
)
DIARY = (
    ("2026-09", "`getShowAudienceAllPlatformsGeoStats`, `getShowAudienceAllPlatformsStats` and "
     "`getShowAudienceDemographicsStats` are gone; `getShowPlaysAndDownloadsByGeo`, "
     "`getShowPlaysAndDownloadsPlatformsStats`, `getShowPlaysByAge` and `getShowPlaysByGender` replace them."),
    ("2026-09", "The third hash of `WebGetIndexedEpisodeList` since spring takes two more variables. Free text is "
                "refused."),
    ("2026-07-27", "Renewing `sp_dc` alone restores a sign-in. Introspection and free text still answer; the fields "
                   "of a "
     "comment are known. `NEEDS_REVIEW` makes comments across a show fail."),
    ("2026-07", "podcasters/v0: `aggregate` answers 500 for some ranges; `sampleRate` and `seconds` may be missing "
                "from "
     "`performance`."),
    ("2026-06-21", "[1-Y-3](rest#1-y-3) answers 403 to a token of cookies."),
    ("2026-06-17", "`publishOn` as text is found to be corrupted; whole seconds are right."),
    ("2026-06-11", "A play needs 30 seconds. What was called a play is a start; headlines show plays and downloads."),
    ("2026-05-26", "The members of [1-H](rest#1-h) are listed in full."),
    ("2026-04", "`WebGetIndexedEpisodeList` is asked by show URI instead of station."),
    ("2026-03", "The legacy proxy stops answering some accounts."),
)  # fmt: skip
"""(day or month, what was seen), latest first."""


def page() -> Page:
    """What is known how well."""
    lead = (
        "Nothing here comes from Spotify. Each fact carries a mark, and where sources contradict each other a rule "
        "says what earstead does."
    )
    blocks: tuple[Block, ...] = (
        Heading("Marks"),
        Table(("Mark", "Means"), MEANING),
        Heading("Sources"),
        Table(("Source", "Gives", "Age"), _SOURCES),
        Heading("Contradictions"),
        Table(("", "Question", "Sources", "Rule"), _CONFLICTS),
    )
    return Page(slug="evidence", title="Evidence", lead=lead, blocks=blocks)


def unknown() -> Page:
    """What nobody outside has seen."""
    lead = (
        "What is not known is said so, in the types, in these pages and in what earstead answers. None of it is "
        "guessed silently."
    )
    blocks: tuple[Block, ...] = (
        Heading("Gaps"),
        Items(_UNKNOWN),
        Heading("How to close one"),
        Text(
            "Whoever has an account can: `earstead creators capture script` prints a few lines for the browser's "
            "console. Click "
            "through what is missing, save the file, and `earstead creators capture import FILE` takes secrets out, "
            "says what is "
            "new, and adds the hashes it saw. The writing of comments and polls begins to work with that. A HAR file "
            "of the "
            "developer tools serves as well."
        ),
    )
    return Page(slug="unknown", title="What is not known", lead=lead, blocks=blocks)


def changelog() -> Page:
    """A diary."""
    lead = "What was seen to change, and when. A capture or a harvest that finds something new says so in the same way."
    blocks: tuple[Block, ...] = (Heading("Seen"), Table(("When", "What"), DIARY))
    return Page(slug="changelog", title="Changelog", lead=lead, blocks=blocks)
