"""The pages of the backends: which there are, which serves which goal, and how gently they are to be asked."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Heading, Items, Page, Table, Text

BACKENDS = (
    ("accounts", "`accounts.spotify.com`", "the exchange of cookies for a token", "[authentication](authentication)"),
    ("api-v5", "`api-v5.anchor.fm`", "making, editing and deleting episodes; uploads; the show's "
                                     "settings", "[REST](rest)"),
    ("GraphQL", "`creators-graph.spotify.com/v2/graph-pq`", "figures, the list of episodes with drafts, comments, "
                                                            "polls, "
     "transcripts", "[GraphQL](graphql)"),
    ("podcasters/v0", "`generic.wg.spotify.com/podcasters/v0`", "Spotify's own streams, listeners, followers, "
                                                                "retention",
     "[podcasters/v0](podcasters)"),
    ("web", "`creators.spotify.com`", "the dashboard; its bundles hold the registry of "
                                      "queries", "[GraphQL](graphql#hashes)"),
    ("Next.js data", "`creators.spotify.com/interactivity/_next/data/`", "the comments page", "[others](other#next)"),
    ("legacy proxy", "`podcasters.spotify.com/pod/api/proxy/v3`", "figures of Anchor's time", "[others](other#legacy)"),
    ("storage", "Amazon S3, Google Cloud Storage", "the bytes of uploads", "[others](other#storage)"),
)  # fmt: skip
"""Name, address, what it serves, where it is described."""

_NEEDS = (
    ("change a title, a description, a date; delete", "api-v5: [1-B](rest#1-b), [1-C](rest#1-c), [1-Z](rest#1-z)"),
    ("list every episode, drafts included, with totals",
     "GraphQL: [WebGetIndexedEpisodeList](graphql-episodes#webgetindexedepisodelist), 50 a call"),
    ("plays on all platforms, places, apps, devices", "GraphQL, [figures of the show](graphql-show-figures)"),
    ("followers over time", "podcasters/v0: [followers](podcasters#p7), a running total a day"),
    ("age and gender as numbers, for Spotify alone", "podcasters/v0: [aggregate](podcasters#p8)"),
    ("retention, second by second", "GraphQL: [getEpisodePerformanceAllTime]"
     "(graphql-episode-figures#getepisodeperformancealltime); or [performance](podcasters#p11)"),
    ("impressions and what came of them", "podcasters/v0: [P12 to P15](podcasters#p12); GraphQL, [figures of the show]"
     "(graphql-show-figures)"),
    ("read and answer comments", "GraphQL, [comments and polls](graphql-comments); the writing ones need a captured "
                                 "hash"),
    ("polls", "GraphQL, [comments and polls](graphql-comments); captured hashes"),
    ("transcripts", "GraphQL: [getEpisodeTranscript](graphql-episodes#getepisodetranscript); a harvested hash"),
    ("make an episode and upload it", "api-v5: [1-S](rest#1-s), [6-A](rest#6-a) to [6-D](rest#6-d), [1-C](rest#1-c)"),
    ("a cover", "api-v5: [1-V](rest#1-v-1s)"),
    ("category, language, address of the show", "api-v5: [1-H](rest#1-h), [1-T](rest#1-t), [1-U](rest#1-u)"),
)  # fmt: skip
_HOSTING = (
    ("`S4P`", "hosted with Spotify for Creators", "everything"),
    ("`OTHER_THIRD_PARTY`, `MEGAPHONE`", "hosted elsewhere and claimed", "show plays and streams, age and gender, "
     "discovery, podcasters/v0. No numeric station, hence no api-v5; places, apps, impressions and top episodes answer "
     "`DataFetchingException`"),
)  # fmt: skip
_WORDS = (
    ("start", "playback began. Until 10 June 2026 this was called a play"),
    ("play", "since 11 June 2026: at least 30 seconds were heard or watched"),
    ("stream", "at least 60 seconds, on Spotify"),
    ("streams and downloads", "streams on Spotify and downloads elsewhere; the headline number until June 2026"),
    ("plays and downloads", "plays on Spotify and downloads elsewhere; the headline number since"),
    ("completion", "the share of the audience that reached 95 % of the episode, not its end"),
)
_LIMITS = (
    ("podcasters/v0", "about 20 requests in 30 seconds, then 429 (seen in code)", "20 in 30 s"),
    ("GraphQL", "none published; clients pause 200 to 250 ms", "4 a second"),
    ("api-v5", "none known", "4 a second"),
    ("sign-in", "repeated failures look like an attack", "never again after `login_required`"),
)
_ERRORS = (
    ("`CredentialsExpired`", "the cookies no longer sign in", "replace them: `earstead creators connect`"),
    ("`AuthConfigError`, `AuthFlowChanged`", "the exchange is not as described here", "run `earstead creators doctor`"),
    ("`Forbidden`", "no access, or not on a show hosted elsewhere", "see hosting above"),
    ("`NotFound`", "no such id, or not of this account", "look the id up again"),
    ("`RateLimited`", "429; `after_s` says how long", "wait; earstead does so by itself a few times"),
    ("`StaleOperation`", "the hash of a query is no longer known there", "`earstead creators ops refresh`"),
    ("`GraphQLPartial`", "some fields came, some did not; both are kept", "read `errors` beside `data`"),
    ("`GraphQLFailed`", "nothing usable came", "look at the errors; try another window"),
    ("`Missing`", "the operation has no public hash", "`earstead creators capture script`"),
    ("`AmbiguousCreate`", "the answer to a create was lost", "nothing is repeated; the drafts are looked through"),
    ("`UploadRejected`", "the file was refused; `reason` says why", "encode anew, use a new draft"),
    ("`ValidationError`", "we refuse to send it: it would be corrupted there", "change what it names"),
    ("`DraftExists`, `SlugTaken`", "there is a draft of that title, or a show with that address", "choose another"),
    ("`NotConfirmed`", "it was answered well, but what is there now is not what was sent", "look at it, then repeat"),
    ("`Unavailable`", "no answer, or a fault of theirs; it passes", "try later"),
    ("`UpstreamError`", "they refuse, for a reason of theirs", "read what it quotes"),
    ("`Planned`", "a dry run came to a request that it does not make", "nothing: it was asked for"),
)


def page() -> Page:
    """Which backend for which goal."""
    lead = "Four backends answer the same token. Each knows things that the others do not, and counts in its own way."
    blocks: tuple[Block, ...] = (
        Heading("Backends"),
        Table(("Name", "Address", "Serves", "More"), BACKENDS),
        Heading("Goals"),
        Table(("To", "Use"), _NEEDS),
        Heading("Hosting decides"),
        Text("`hostingProvider` of a show says what works. earstead asks it first and does not offer what cannot be."),
        Table(("Value", "Meaning", "Works"), _HOSTING),
        Heading("What is counted"),
        Table(("Word", "Means"), _WORDS),
        Items(
            (
                "Daily figures lag about a day, followers and impressions about two; operations named `...NRT` are "
                "fresher.",
                "Figures settle late: the last three days are read again at each synchronisation.",
                "A share becomes a count only with a total of the same window and metric.",
                "Never add up unique listeners or returning audience over days.",
                "`playsDaily` and `audienceDaily` of `getEpisodePerformanceStats` are running totals; other series "
                "are not.",
            )
        ),
    )
    return Page(slug="choosing", title="Which backend for which goal", lead=lead, blocks=blocks)


def limits() -> Page:
    """Limits, retries, errors."""
    lead = (
        "Nobody has promised these interfaces to us. earstead asks slowly, one request at a time for each host, and "
        "stops early."
    )
    blocks: tuple[Block, ...] = (
        Heading("Limits"),
        Table(("Backend", "What is known", "What earstead keeps to"), _LIMITS),
        Heading("Retries"),
        Items(
            (
                "Reads and uploads: 408, 429, 500, 502, 503, 504 and broken connections, a few times, after growing "
                "pauses "
                "with jitter; `Retry-After` is honoured. Every call has a deadline.",
                "Making an episode is never repeated. If its answer is lost, the drafts are listed and the one that "
                "appeared is taken.",
                "401 leads to one new sign-in, not to more.",
            )
        ),
        Heading("Errors"),
        Table(("Error", "Means", "Mend"), _ERRORS),
    )
    return Page(slug="limits", title="Limits and errors", lead=lead, blocks=blocks)
