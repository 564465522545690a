"""The page about the Python library, and its programs, which a test runs in their order."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Code, Heading, Items, Page, Table, Text

_PARTS = (
    ("`me.shows`", "the shows of the account; settings, cover, address"),
    ("`me.episodes`", "list, get, create, edit, schedule, draft, publish, sound, video, picture, delete"),
    ("`me.comments`, `me.polls`, `me.transcripts`", "what listeners say, what is asked of them, what was said"),
    ("`me.analytics`", "figures of shows and episodes, gathered from several operations"),
    ("`me.resolve`", "from any name of a show or an episode to all others"),
    ("`me.rest`", "the [45 REST endpoints](rest), one typed method each"),
    ("`me.operations`, `me.graph`", "the [116 operations](graphql), typed or by name"),
    ("`me.pod`", "the [17 endpoints of podcasters/v0](podcasters)"),
    (
        "`me.legacy(cookie)`, `me.next`",
        "the old proxy and the data route of the comments page, as far as [known](other)",
    ),
    ("`me.harvest()`, `me.doctor()`", "refresh the operations; say what is wrong and how to mend it"),
    ("`me.session`, `me.journal`", "the sign-in; what was changed"),
)
_ERRORS = (
    ("`CredentialsExpired`", "the cookies are signed out; nothing is tried again until `me.session.replace(...)`"),
    ("`AuthConfigError`, `AuthFlowChanged`", "the sign-in is not what it was"),
    ("`Forbidden`, `NotFound`", "not allowed, not there"),
    ("`RateLimited`, `Unavailable`", "come back after `after_s` seconds"),
    ("`ValidationError`", "wrong before anything was sent"),
    ("`DraftExists`, `SlugTaken`", "there is one already"),
    ("`AmbiguousCreate`, `NotConfirmed`", "sent, but what came of it is not what was wanted"),
    ("`UploadRejected`", "the file is refused; `reason` has Spotify's word"),
    (
        "`StaleOperation`, `Missing`",
        "the hash of a GraphQL operation is gone, or was never public: harvest or capture it",
    ),
    ("`GraphQLFailed`, `GraphQLPartial`", "errors without or beside data"),
    ("`UpstreamError`", "refused for another reason"),
)
_SIMULATOR = """\
pip install 'earstead[sandbox]'
earstead sandbox creators --port 8092
export SP_DC=...  SHOW=...  EARSTEAD_CREATORS_URL=http://127.0.0.1:8092
"""
_SIGN_IN = """\
import os

from earstead.creators import Creators, Pace, Urls

origin = os.environ.get("EARSTEAD_CREATORS_URL")  # leave it out for the real service
me = Creators.sign_in(
    sp_dc=os.environ["SP_DC"],
    urls=Urls.at(origin) if origin else Urls.live(),
    pace=Pace.unhurried() if origin else Pace.polite(),
)

for show in me.shows.all():
    print(show.name, show.hosting, show.uri)

show = os.environ["SHOW"]  # an id, an URI or an address
for episode in me.episodes.list(show, "published")[:5]:
    print(episode.title, episode.plays_and_downloads)
"""
_EDIT = """\
latest = me.episodes.list(show, "published")[0].uri
change = me.episodes.edit(latest, title="On water, and on wine")
print(change.before, change.after, change.state)

me.undo(change)
"""
_CREATE = """\
from datetime import UTC, datetime, timedelta
from pathlib import Path

change = me.episodes.create(
    show,
    "On bread",
    "<p>About bread.</p>",
    audio=Path("ep.mp3"),
    publish_on=datetime.now(UTC) + timedelta(days=7),
)
print(change.after["anchor_id"], change.after["state"])
"""
_FIGURES = """\
end = datetime.now(UTC).date() - timedelta(days=3)
show_id = me.resolve.show(show).id
for day in me.pod.show_streams(show_id, end - timedelta(days=6), end):
    print(day.date, day.starts, day.streams)
"""
_DRY_RUN = """\
from earstead.creators.errors import Planned

plan = Creators.sign_in(sp_dc=os.environ["SP_DC"], urls=me.urls, dry_run=True)
for step in plan.episodes.edit(latest, title="Another title").steps:
    print(step)

try:
    plan.shows.all()
except Planned as planned:
    print(planned)
"""
_RECORD = """\
from earstead.creators import FileLog

kept = Creators.sign_in(sp_dc=os.environ["SP_DC"], urls=me.urls, log=FileLog(Path("changes.jsonl")), actor="me")
kept.episodes.edit(latest, season=2)
print(FileLog(Path("changes.jsonl")).changes()[-1].action)
kept.close()
"""
_FAULT = """\
from earstead.creators.errors import CreatorsError

try:
    me.episodes.edit("https://open.spotify.com/episode/4vXk0mWJmQ9yC1dEf2GhIj", title="x")
except CreatorsError as fault:
    print(fault, fault.mend)
"""
_VIDEO = """\
from earstead.creators.uploads import FileLedger

studio = Creators.sign_in(
    sp_dc=os.environ["SP_DC"], urls=me.urls, pace=me.transport.pace, ledger=FileLedger(Path("uploads"))
)
made = studio.episodes.create(show, "On film", "<p>A film.</p>")
studio.episodes.upload_video(made.episode, Path("ep.mp4"), told=lambda done, size: print(done, "of", size))
studio.close()
me.close()
"""
_BEARER = """\
connector = SpotifyConnector(...)      # from the package spotifyconnector
connector._authenticate()
with Creators(bearer=connector._bearer) as me:
    print(me.rest.overview(123456789).title)
"""
_START: tuple[Block, ...] = (
    Text(
        "**These interfaces are unofficial.** Spotify publishes none for this product; they may change "
        "overnight. Use them for your own shows, gently."
    ),
    Heading("Quick start"),
    Text(
        "You need the cookie `sp_dc` of a browser that is signed in at creators.spotify.com (and `sp_key`, if "
        "there is one): open the developer tools of the browser, look under “Application” or “Storage” at the "
        "cookies of `spotify.com`, and copy the value. It opens your whole Spotify account: keep it like a "
        "password."
    ),
    Text(
        "To try it without an account, start the simulator. The first line that it prints has the cookies and a "
        "show id:"
    ),
    Code(_SIMULATOR, "sh"),
    Text(
        'To keep the cookies in a file that only you can read, `Credentials(sp_dc).keep(Path("cookies.json"))`; '
        '`Creators(Credentials.read(Path("cookies.json")))` takes them from there.'
    ),
    Text("Sign in, and look around:"),
    Code(_SIGN_IN, "python"),
    Text("Change a title. Everything else stays as it is, and what was written is read back:"),
    Code(_EDIT, "python"),
    Text("Make an episode of a file, and schedule it. It stays a draft if you give no date:"),
    Code(_CREATE, "python"),
    Text("What Spotify alone has counted, by day:"),
    Code(_FIGURES, "python"),
)
_MORE: tuple[Block, ...] = (
    Heading("Try without doing"),
    Text(
        "With `dry_run=True` nothing at all is sent, not even a sign-in. What would write gives a planned "
        "change with its requests; what would read says so:"
    ),
    Code(_DRY_RUN, "python"),
    Heading("What there is"),
    Table(("Part", "For"), _PARTS),
    Text(
        "An episode is named by its address, its URI, its id of 22 characters, its number, its web id "
        "(`e3mm3ql`) or a share link; a show likewise. Wherever an answer is read, its `raw` has the whole of "
        "it."
    ),
    Text(
        "Of chapters and smart links only the names of their operations are known, as of many others. Until such "
        "a one was harvested or captured a call of it sends nothing and raises `Missing`; then its answer is "
        "handed over unread, as [what is not known](unknown) is."
    ),
)
_SAFETY: tuple[Block, ...] = (
    Heading("What keeps it safe"),
    Items(
        (
            "**Drafts first.** `create` makes a draft unless it is given a date or `publish=True`. Deleting "
            "wants the title typed, an address wants it twice.",
            "**Nothing is lost by an edit.** Spotify replaces everything an update names; the client reads "
            "first and sends all of it again, a scheduled date included. Of a draft Spotify tells only the "
            "title. What the client wrote itself is remembered in its log, what it does not know it asks for.",
            "**A create is sent once.** If the answer is lost, the list of drafts tells whether it happened; if "
            "that cannot be told, you get `AmbiguousCreate` and no second draft.",
            "**Everything is read back.** What is there is compared with what was sent; a difference is "
            "`NotConfirmed`, with the fields.",
            "**Everything leaves a record.** Every write belongs to a change that is kept before the first "
            "request leaves. By default changes live in memory; give a file to keep them:",
        )
    ),
    Code(_RECORD, "python"),
    Items(
        (
            "**Times carry their zone.** A `datetime` without one is refused: Spotify would take it, and mean "
            "another moment.",
            "**Politeness.** One request at a time for each host, 20 in 30 s for podcasters/v0, 4 a second "
            "elsewhere; reads are tried again with growing pauses and a deadline, writes never.",
        )
    ),
)
_REST: tuple[Block, ...] = (
    Heading("When something goes wrong"),
    Text("Every error is a `CreatorsError` with a sentence in `mend` that says what to do:"),
    Code(_FAULT, "python"),
    Table(("Error", "Means"), _ERRORS),
    Heading("Video"),
    Text(
        "Video goes in parts of 30 MiB. The file is checked before: Spotify refuses sound that is a hundredth "
        "of a second longer than the picture, and joined clips with two descriptions of colour. An upload that "
        "broke off goes on with the parts that are missing, also in another process, if it is given a place to "
        "remember:"
    ),
    Code(_VIDEO, "python"),
    Heading("A bearer from elsewhere"),
    Text("The bearer of another client of the same sign-in is taken as it is, for as long as it lives:"),
    Code(_BEARER, "text"),
    Text("More programs are in `docs/examples/creators`, one for each of the [recipes](recipes)."),
)


def page() -> Page:
    """How to use all of it from Python."""
    return Page(
        slug="library",
        title="The Python library",
        lead=(
            "`earstead.creators` speaks with Spotify for Creators and can be used alone: no server, no database, no "
            "settings."
        ),
        blocks=(*_START, *_MORE, *_SAFETY, *_REST),
    )
