"""The page of the smaller backends: Next.js data, the legacy proxy, storage, addresses of the dashboard."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Heading, Items, Page, Table, Text

_NEXT = (
    "GET a page under `https://creators.spotify.com/interactivity/` with the browser's session and read the JSON in "
    '`<script id="__NEXT_DATA__">`: its `buildId` names what is deployed (inferred).',
    "GET the base, the `buildId`, and the route with `.json`, with the header `x-nextjs-data: 1`; the answer has "
    "`pageProps` "
    "(inferred).",
    "404 means that the `buildId` is old: look it up once more (inferred).",
)
_STORAGE = (
    ("audio", "`audio-uploaded-default-production.s3.us-west-1.amazonaws.com`", "`Content-Type`"),
    ("video in parts", "`storage.googleapis.com`", "`Referer` alone"),
    ("pictures", "`storage.googleapis.com/anchor-image-storage-production/`", "`Content-Type`"),
)
_WEB = (
    ("episodes", "`https://creators.spotify.com/pod/show/{SHOW_ID}/episodes`"),
    ("a new episode", "`https://creators.spotify.com/pod/show/{SHOW_ID}/episode/wizard`"),
    ("settings", "`https://creators.spotify.com/pod/show/{SHOW_ID}/podcast/edit`"),
    ("a thread of comments", "the episode's page with `?thread={COMMENT_ID}`"),
)


def page(next_data: tuple[Block, ...], legacy: tuple[Block, ...]) -> Page:
    """What is left, around the endpoints of the data route and of the proxy."""
    lead = "Small, old or hardly known: what stands beside the three backends that do the work."
    blocks: tuple[Block, ...] = (
        Heading("Next.js data", "next"),
        Text("All that is public is where it begins. The rest is how the framework generally works, and marked so."),
        Items(_NEXT, numbered=True),
        *next_data,
        Heading("The legacy proxy", "legacy"),
        Text(
            "Anchor's figures, at `https://podcasters.spotify.com/pod/api/proxy/v3`, with the cookie `anchorpw_s` and "
            "`isMumsCompatible=true`. Whether it still answers is disputed (C8, C9 of the [evidence](evidence)); it "
            "is off "
            "unless asked for."
        ),
        *legacy,
        Heading("Storage", "storage"),
        Text(
            "Every address is signed and given by the call before: it is followed as it is, and only over TLS. All "
            "answer 200 "
            "with an `ETag` in quotes."
        ),
        Table(("For", "Host", "Headers"), _STORAGE),
        Heading("Addresses of the dashboard", "web"),
        Table(("Page", "Address"), _WEB),
    )
    return Page(slug="other", title="Other backends", lead=lead, blocks=blocks)
