"""The page of recipes: what a creator wants, the calls that do it, the command, and a program that runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from earstead.web.creators_guide.blocks import Block, Code, Heading, Items, Page, Text

SHARED = "signed_in.py"
"""What the programs have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A thing to do.

    Attributes:
        label: R1 to R18.
        file: its program, in `docs/examples/creators`.
        steps: what is asked, in order; links as in `blocks`.
        command: the same from a shell.
    """

    label: str
    title: str
    about: str
    steps: tuple[str, ...]
    command: str
    file: str


RECIPES = (
    Recipe(
        label="R1",
        title="Sign in",
        about="Two cookies become a token, and a call proves it.",
        steps=(
            "The seven steps of [authentication](authentication).",
            "[WebGetUserShows](graphql-account#webgetusershows), or [1-L](rest#1-l) where the show is known, as the "
            "proof.",
        ),
        command="earstead creators connect",
        file="r01_sign_in.py",
    ),
    Recipe(
        label="R2",
        title="Find the shows of an account",
        about="With what may be done to each.",
        steps=(
            "[WebGetUserShows](graphql-account#webgetusershows) gives the station numbers.",
            "[getShowsForUser](graphql-account#getshowsforuser) gives the hosting; both are joined by URI.",
            "Where neither answers: [P16](podcasters#p16). Not [1-Y-3](rest#1-y-3), which answers 403.",
        ),
        command="earstead creators shows",
        file="r02_shows.py",
    ),
    Recipe(
        label="R3",
        title="Turn one id into another",
        about="Any form goes in; see [identifiers](identifiers).",
        steps=(
            "Show: [1-L](rest#1-l).",
            "Many episodes: pages of 50 of [WebGetIndexedEpisodeList](graphql-episodes#webgetindexedepisodelist).",
            "One episode: [1-A](rest#1-a); its web ids: [1-B](rest#1-b).",
        ),
        command="earstead creators episode https://open.spotify.com/episode/4vXk0mWJmQ9yC1dEf2GhIj",
        file="r03_ids.py",
    ),
    Recipe(
        label="R4",
        title="Change a title and lose nothing else",
        about="The update replaces everything, so everything is read first.",
        steps=(
            "[1-A](rest#1-a), if only the id is known; then [1-B](rest#1-b). 403 there means a draft.",
            "Build the whole body of [1-C](rest#1-c); a scheduled episode gets its date again, in both fields.",
            "[1-C](rest#1-c), then [1-B](rest#1-b) once more, and compare.",
        ),
        command='earstead creators edit 12 --title "61: About water" --dry-run',
        file="r04_edit.py",
    ),
    Recipe(
        label="R5",
        title="Make an episode of an audio file and schedule it",
        about="A draft gets its title before its file, so that a crash leaves something that can be found.",
        steps=(
            "Look through the drafts: one of the same title ends it here.",
            "[1-S](rest#1-s), never repeated; then [1-C](rest#1-c) with title and description.",
            "[6-A](rest#6-a), [6-B](rest#6-b), [6-C](rest#6-c), and [6-D](rest#6-d) until it is done; 404 at first "
            "is normal.",
            "[1-C](rest#1-c) with the date; [1-B](rest#1-b) must say the same instant.",
        ),
        command='earstead creators new 1 episode.mp3 --title "62: About salt" --publish-on 2026-12-01T09:00+01:00',
        file="r05_audio.py",
    ),
    Recipe(
        label="R6",
        title="Publish now",
        about="Everybody who follows the show is told, so the title is typed out.",
        steps=("[1-C](rest#1-c) with `isPublished` true; [1-B](rest#1-b) must say so.",),
        command='earstead creators publish 12 --confirm "62: About salt"',
        file="r06_publish.py",
    ),
    Recipe(
        label="R7",
        title="Make an episode of a video",
        about="Always a new draft, always in parts; see [writing](writing) for what is refused.",
        steps=(
            "[6-A](rest#6-a) with `uploadType=video`, `isMultipartUpload=true` and `numParts`.",
            "[6-B](rest#6-b) for each part of 30 MiB, in order; a part that fails is sent again, not the file.",
            "[6-C](rest#6-c) with all parts, [6-D](rest#6-d) until `processed`; `mediaValidation` must not have "
            "failed.",
        ),
        command='earstead creators new 1 episode.mp4 --title "63: Salt, seen"',
        file="r07_video.py",
    ),
    Recipe(
        label="R8",
        title="Change a cover",
        about="Of a show, or of one episode.",
        steps=("[1-V-1s](rest#1-v-1s) or [1-V-1e](rest#1-v-1e), then PUT, finish and poll.",),
        command="earstead creators cover 1 cover.png",
        file="r08_cover.py",
    ),
    Recipe(
        label="R9",
        title="Change what a show says of itself",
        about="Name, description, author, category, language.",
        steps=(
            "[1-H](rest#1-h), change, [1-T](rest#1-t), [1-H](rest#1-h). An address is another thing: [1-U](rest#1-u).",
        ),
        command='earstead creators settings 1 --description "Slow talk by the water."',
        file="r09_show.py",
    ),
    Recipe(
        label="R10",
        title="Keep a show's figures day by day",
        about="What earstead does by itself; the program prints one day of it.",
        steps=(
            "podcasters/v0: [P3](podcasters#p3), [P5](podcasters#p5), [P7](podcasters#p7) for the days that are "
            "missing, and [P8](podcasters#p8) day by day.",
            "GraphQL: the [figures of the show](graphql-show-figures), each with its window.",
            "For each episode: "
            "[getEpisodeStreamsAndDownloads](graphql-episode-figures#getepisodestreamsanddownloads) and "
            "[getEpisodePerformanceAllTime](graphql-episode-figures#getepisodeperformancealltime).",
            "Kept by metric and day; the last three days are read again, because they settle late.",
        ),
        command="earstead creators sync && earstead creators analytics 1",
        file="r10_snapshot.py",
    ),
    Recipe(
        label="R11",
        title="Fill in the past",
        about="As far back as the service goes: 1 September 2021.",
        steps=(
            "[P3](podcasters#p3) and [P7](podcasters#p7) in stretches of a year.",
            "[P8](podcasters#p8) is merged over its range, so it costs a call a day; it goes on where it stopped.",
        ),
        command="earstead creators sync && earstead creators gaps 1",
        file="r11_backfill.py",
    ),
    Recipe(
        label="R12",
        title="See where people leave",
        about="Completion is the share that reached 95 %.",
        steps=(
            "[getEpisodePerformanceAllTime](graphql-episode-figures#getepisodeperformancealltime); each second over "
            "the highest.",
            "Nothing is said where the highest is 0: the episode is too young.",
        ),
        command="earstead creators analytics 1 --episode 12 --retention",
        file="r12_retention.py",
    ),
    Recipe(
        label="R13",
        title="Read the comments that wait for an answer",
        about="One call for a whole show.",
        steps=(
            "Comments across the show, published ones alone: with `NEEDS_REVIEW` the whole call fails.",
            "Those without `hasParentEntityReplied` wait. What waits for approval is asked for by episode.",
        ),
        command="earstead creators comments 1",
        file="r13_comments.py",
    ),
    Recipe(
        label="R14",
        title="Approve, answer, mark as read",
        about="No public source has the hashes of these: [capture](capture) them once.",
        steps=(
            "[publishCommentByCommentUri](graphql-comments#publishcommentbycommenturi), "
            "[createCommentReplyByCommentUri](graphql-comments#createcommentreplybycommenturi), "
            "[markCommentAsRead](graphql-comments#markcommentasread).",
        ),
        command='earstead creators approve 41 && earstead creators reply 41 "Thank you!"',
        file="r14_answer.py",
    ),
    Recipe(
        label="R15",
        title="Ask listeners with a poll",
        about="Up to 140 characters, two to seven answers of up to 50; asked again, it is replaced. Needs a capture.",
        steps=("[createPollForEpisode](graphql-comments#createpollforepisode), times in whole seconds.",),
        command='earstead creators poll 12 --question "More?" --option Yes --option No --closes 2026-12-24T00:00Z',
        file="r15_poll.py",
    ),
    Recipe(
        label="R16",
        title="Take out a transcript",
        about="Plain text, where there is one.",
        steps=(
            "[getEpisodeTranscriptAvailability](graphql-episodes#getepisodetranscriptavailability): a length above 0.",
            "[getEpisodeTranscript](graphql-episodes#getepisodetranscript).",
        ),
        command="earstead creators transcript 12 --out 12.txt",
        file="r16_transcript.py",
    ),
    Recipe(
        label="R17",
        title="Look for new hashes",
        about="From the dashboard's own scripts; see [GraphQL](graphql#hashes).",
        steps=("Harvest, compare with what is known, and keep the old hash until the new one has answered.",),
        command="earstead creators ops refresh",
        file="r17_harvest.py",
    ),
    Recipe(
        label="R18",
        title="Delete an episode",
        about="For good, so its title is typed out.",
        steps=("[1-B](rest#1-b) for the title, [1-Z](rest#1-z), and the list once more, which must lack it.",),
        command='earstead creators delete 12 --confirm "62: About salt"',
        file="r18_delete.py",
    ),
)

_START = """\
earstead sandbox creators --port 8099        # in one shell: its first line has sp_dc and sp_key
export EARSTEAD_CREATORS_URL=http://127.0.0.1:8099 SP_DC=... SP_KEY=...
python docs/examples/creators/r02_shows.py
"""


def page() -> Page:
    """Eighteen things to do."""
    blocks: list[Block] = [
        Heading("Before the first"),
        Text(
            "The programs need nothing but earstead's client, which can be used alone. Each reads the cookies from the "
            "environment; with `EARSTEAD_CREATORS_URL` it speaks to a simulator, so that it can be tried without an "
            "account."
        ),
        Code(_START, "sh", "Try them out"),
        Code(program(SHARED), "python", SHARED),
    ]
    for recipe in RECIPES:
        blocks += [
            Heading(f"{recipe.label}. {recipe.title}", recipe.label.lower()),
            Text(recipe.about),
            Items(recipe.steps, numbered=len(recipe.steps) > 1),
            Code(recipe.command, "sh", "By command"),
            Code(program(recipe.file), "python", recipe.file),
        ]
    lead = "What the public recipes do, one call each: what is asked for, the command, and a program that runs."
    return Page(slug="recipes", title="Recipes", lead=lead, blocks=tuple(blocks))


@cache
def program(name: str) -> str:
    """The text of a program. It stands with the package in what is installed, and in docs/ in a checkout."""
    here = Path(__file__)
    places = (here.parents[1] / "examples/creators" / name, here.parents[4] / "docs/examples/creators" / name)
    return next(path for path in places if path.exists()).read_text("utf-8")
