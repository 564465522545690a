"""The page of writing: states of an episode, what the service does to values, and what keeps a change safe."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Code, Heading, Items, Page, Table, Text

_STATES = """\
(nothing) --1-S--> draft, untitled --1-C--> draft
draft --1-C: isPublished false, publishOn ahead--> scheduled --the moment comes--> published
draft, scheduled --1-C: isPublished true--> published
any --1-Z--> gone, for good
"""
_SEEN = (
    ("draft", "403", "with `DRAFT_EPISODES`"),
    ("scheduled", "200, `isPublished` false, `publishOn` as a date", "unknown"),
    ("published", "200, `isPublished` true, no `publishOn`", "with `PUBLISHED_EPISODES`"),
)
_MANGLED = (
    ("`<br>` in a description", "`<br />`"),
    ('`<a href="X">`', '`<a href="X" rel="ugc noopener noreferrer" target="_blank">`'),
    ("`publishOn` as a date in text", "its leading digits as seconds: a date in 1970, with status 200"),
    ("`wizardDraftedToPublishOn` as a number", "400"),
    ("a field left out of [1-C](rest#1-c)", "blanked, not kept"),
    ("a new date for a published episode", "ignored, with status 200; only the dashboard moves it"),
)
_SAFE = (
    "`dry_run` makes no call at all, not even a sign-in; it gives the changes that would be made.",
    "What is new begins as a draft. Publishing, deleting and renaming an address are asked for by name; deleting "
    "wants the "
    "title typed out.",
    "The whole body of [1-C](rest#1-c) is built from [1-B](rest#1-b), so that nothing is blanked by leaving it out.",
    "`publishOn` is sent as whole seconds, and read back; a date in 1970 is an error.",
    "Every write is in the journal before it is sent, with the values before and after; what can be undone can be "
    "undone "
    "from there.",
    "Times must carry their zone; what is without one is refused.",
)
_UPLOADS = (
    (
        "audio",
        "mp3, m4a, aifc, aiff, ogg, wav, flac; up to 500 MB",
        "one PUT to S3, with the `Content-Type` that was asked for",
    ),
    (
        "video",
        "mp4, mov; up to 4 GB",
        "parts of 30 MiB to Google, in order, with nothing but `Referer`; one PUT ends in a 500",
    ),
    ("picture", "png, jpeg", "one PUT to Google"),
)
_VIDEO = (
    "A video cannot join an episode that has audio already: make a new draft.",
    "`AUDIO_DURATION_LONGER_THAN_VIDEO` comes at a hundredth of a second, `VIDEO_DURATION_LONGER_THAN_AUDIO` "
    "likewise: encode "
    "both streams to one length.",
    "`INCONSISTENT_COLOR_DETAILS` comes of joined clips: give the whole one colour description (BT.709).",
    "H.264 with stereo AAC in MP4, index at the front, is safe.",
    "After finishing, 404 for up to a minute is normal; then the state says `completed` or `processed`.",
)


def page() -> Page:
    """Writing without harm."""
    lead = (
        "The service takes what it is given and says 200. These are the ways in which a change can go wrong, and "
        "what stands against each."
    )
    blocks: tuple[Block, ...] = (
        Heading("States of an episode"),
        Code(_STATES, "", "States"),
        Table(("State", "[1-B](rest#1-b) answers", "In the list"), _SEEN),
        Heading("What is done to values"),
        Table(("Sent", "Kept"), _MANGLED),
        Heading("What keeps it safe"),
        Items(_SAFE),
        Heading("Uploads"),
        Table(("Kind", "Takes", "How"), _UPLOADS),
        Items(_VIDEO),
        Text(
            "The steps are [6-A](rest#6-a), [6-B](rest#6-b), [6-C](rest#6-c) and [6-D](rest#6-d); the "
            "[recipes](recipes) go through them."
        ),
    )
    return Page(slug="writing", title="Writing safely", lead=lead, blocks=blocks)
