"""The page of captures: how a recording of the dashboard is made, what is taken out of it, and what it brings."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Code, Heading, Items, Page, Table, Text

_WAYS = (
    ("harvest", "every operation of the dashboard's scripts, with its hash and variables", "a minute, no sign-in"),
    ("capture", "what you click: hashes, variables, and the types of answers", "a few clicks in your own dashboard"),
)
_CONSOLE = (
    "Print the script: `earstead creators capture script`, or take it from the page Captures.",
    "Open the dashboard at creators.spotify.com, then the console of the developer tools (F12), and paste it. Some "
    "browsers want `allow pasting` typed first.",
    "Click through what is missing once: answer a comment, pin one, make a poll. The corner of the page counts.",
    "Press Save, then Stop. The file is on your disk; nothing was sent anywhere.",
    "`earstead creators capture import FILE` says what is new; `--adopt` puts it in force.",
)
_HAR = (
    "Open the developer tools on the network tab before you click, and keep the log over page loads.",
    "Click through what is missing, and save all as HAR. Such a file holds your cookies: do not pass it on.",
    "`earstead creators capture import FILE` reads it the same way. Delete the file afterwards.",
)
_OUT = (
    ("headers and cookies", "never read, but for `x-creator-client`, which names a part of the dashboard"),
    ("addresses", "lose their query: that is where signatures stand; of REST the ids in the path go, too"),
    ("fields called token, secret, password, code, state, cookie, csrf, e-mail", "blotted out"),
    ("texts that look like bearers, e-mail addresses or keys", "blotted out"),
    ("everything else that was answered", "becomes its type: `commentStr: string`; no value is kept"),
)
_FILES = (
    ("`operations.json`", "hashes, clients and variables, laid over those of before; a client reads it"),
    ("`types/NAME.json`", "the types of variables and answer of an operation"),
    ("`fixtures/NAME.json`", "how an operation is called and answered, with made-up values, for simulators and tests"),
    ("`CHANGES.md`", "a dated entry for each capture, newest first: what is new, what changed, how answers look"),
)
_PYTHON = """\
from pathlib import Path

from earstead.core.creators.registry import Registry
from earstead.creators import Creators
from earstead.creators.capture import read_capture, store
from earstead.kit.clock import SystemClock

found = read_capture(Path("capture.json").read_bytes(), Registry.pinned(), now_ms=SystemClock().now_ms())
print(found.report)
overlay = store(Path("captures"), found)

with Creators.sign_in(sp_dc="...", registry=Registry.pinned().with_file(overlay)) as creators:
    creators.comments.reply("spotify:comment:...", "Thank you!")
"""
_OVERLAY = """\
{"as_of": "2026-11", "operations": [
 {"name": "pinComment", "kind": "mutation",
  "variables": [{"name": "commentUri", "type": "String!", "required": true}],
  "hashes": [{"sha256": "64 hex digits", "client": "public-website"}]}
]}
"""


def page() -> Page:
    """How these interfaces were found, made repeatable."""
    lead = (
        "How what no public source tells is found out: by recording what the dashboard itself asks. With a capture "
        "comments and polls can be written; without one earstead says which operation is missing."
    )
    blocks = (
        Heading("Harvest or capture"),
        Table(("Way", "Brings", "Takes"), _WAYS),
        Text(
            "Try the harvest first: `earstead creators ops refresh`. Whether the scripts hold a mutation is not known "
            "of all of them, and of answers they say nothing: that is what captures are for."
        ),
        Heading("With the console", "console"),
        Items(_CONSOLE, numbered=True),
        Text(
            "The script wraps `fetch` and `XMLHttpRequest` of that one page until Stop is pressed or the page is "
            "loaded anew. It reads requests to the services of the dashboard and nothing else, and never their headers."
        ),
        Heading("With a HAR file", "har"),
        Items(_HAR, numbered=True),
        Heading("What is taken out", "secrets"),
        Table(("What", "Becomes"), _OUT),
        Text("This happens while the file is read, before anything is shown or stored; the file itself is not kept."),
        Heading("What it brings", "brings"),
        Table(("File", "Holds"), _FILES),
        Items(
            (
                "A request that was refused while recording teaches nothing, and is named.",
                "The hash of a capture is tried first. That of before stays, and is sent when the new one is refused.",
                "Variables that were seen replace those that were a guess. Of an unknown operation it is assumed that "
                "it writes, unless its name begins with get, has, is, list or search.",
                "Nothing is called gone because a recording did not show it: only a harvest can say that.",
            )
        ),
        Heading("From Python", "python"),
        Code(_PYTHON, "python"),
        Heading("The overlay file", "overlay"),
        Text(
            "Operations may be partial: what they leave out is taken from what is known. A hash that is not 64 hex "
            "digits long is refused, because the service answers a cut one with nothing at all."
        ),
        Code(_OVERLAY, "json", "Overlay"),
    )
    return Page(slug="capture", title="Captures", lead=lead, blocks=blocks)
