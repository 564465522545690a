"""What listeners write below episodes, what the creator does about it, polls and transcripts.

Comments are invented when they are first looked at, from the seed and the id of the episode, and kept from then on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from earstead.kit.clock import Random, seeded
from earstead.sandbox.creators.world import DAY_MS, Episode, Show, State, World, new_id
from earstead.sandbox.words import ENGLISH

_SAID: Final = (
    "The part about the {n} stayed with me all day.",
    "Could you do an episode on {n} one day?",
    "I heard this twice. The second half is even better.",
    "My favourite so far, thank you!",
    "The sound is a little low from minute twelve on.",
    "How did you find the {a} {n}?",
    "I disagree about the {n}, but it was worth hearing.",
    "Please put a list of sources in the notes.",
    "Greetings from a train that is late as always.",
    "What was the name of the book about the {n}?",
    "A calm voice and no music: exactly right.",
    "I sent this to everyone I know who likes {n}.",
)
_WORDS: Final = ("damned", "blasted")
_TRANSCRIPT: Final = (
    "Welcome back. Today we look at the {n}.",
    "It begins with a {a} afternoon and a question nobody had asked.",
    "There are two ways to tell this, and we take the longer one.",
    "The {n} are older than most people think.",
    "That is all for now. Thank you for listening.",
)
_IN_REVIEW: Final = 8
"""Every so many-th comment of an episode waits to be approved, and as many again by chance."""


class Standing(StrEnum):
    """Where a comment is."""

    PUBLISHED = "published"
    NEEDS_REVIEW = "needs review"


@dataclass(slots=True, kw_only=True)
class Reply:
    """An answer below a comment; `author` is "" for the show itself."""

    uri: str
    text: str
    at_ms: int
    author: str = ""


@dataclass(slots=True, kw_only=True)
class Comment:
    """What a listener wrote below an episode."""

    uri: str
    episode_id: str
    author: str
    """An opaque username."""
    name: str
    text: str
    at_ms: int
    standing: Standing
    approved_ms: int | None
    rough: bool = False
    pinned: bool = False
    read: bool = False
    seen_ms: int | None = None
    """When the creator last looked at its thread."""
    replies: list[Reply] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Whether the show has replied."""
        return any(not reply.author for reply in self.replies)


@dataclass(slots=True, kw_only=True)
class Poll:
    """A question below an episode, with its votes by option."""

    question: str
    options: tuple[str, ...]
    kind: str
    opens_s: int
    closes_s: int
    votes: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Rules:
    """How a show's comments are handled."""

    enabled: bool = True
    policy: str = "SOME_FILTERING"
    blocked: list[str] = field(default_factory=list)


class Talk:
    """All comments, polls and rules of a world."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._seed = seed
        self._written: dict[str, list[Comment]] = {}
        self._by_uri: dict[str, Comment] = {}
        self._rules: dict[str, Rules] = {}
        self.polls: dict[str, Poll] = {}
        self._drawn = 0

    # --- reading ---

    def rules(self, show: Show) -> Rules:
        """Of a show."""
        return self._rules.setdefault(show.id, Rules())

    def of_episode(self, episode: Episode, now_ms: int) -> list[Comment]:
        """What was written below an episode by a moment, newest first."""
        if episode.state is not State.PUBLISHED:
            return []
        if episode.id not in self._written:
            self._written[episode.id] = self._invent(episode)
            self._by_uri.update((comment.uri, comment) for comment in self._written[episode.id])
        return [comment for comment in self._written[episode.id] if comment.at_ms <= now_ms]

    def of_show(self, show: Show, now_ms: int) -> list[Comment]:
        """What was written below all its episodes by a moment, newest first."""
        found = [comment for episode in self._world.published(show) for comment in self.of_episode(episode, now_ms)]
        return sorted(found, key=lambda comment: -comment.at_ms)

    def comment(self, uri: str, owner: str, now_ms: int) -> tuple[Comment, Episode] | None:
        """A comment below an account's episode, None when there is none by a moment."""
        for show in self._world.shows_of(owner) if uri not in self._by_uri else ():
            self.of_show(show, now_ms)
        found = self._by_uri.get(uri)
        episode = self._world.episode(found.episode_id) if found else None
        if found is None or episode is None or episode.show.owner != owner or found.at_ms > now_ms:
            return None
        return found, episode

    def transcript(self, episode: Episode) -> str:
        """What is said in an episode; "" for trailers, for what has no sound and for every ninth."""
        if not episode.media or episode.kind == "trailer" or (episode.number or 0) % 9 == 4:
            return ""
        rng = seeded(f"transcript {self._seed} {episode.id}")
        lines = max(5, episode.duration_ms // 60_000)
        return "\n".join(
            _sentence(_TRANSCRIPT[min(number, 4) if number < 4 else 3], rng) for number in range(lines - 1)
        ) + (f"\n{_TRANSCRIPT[4]}")

    # --- writing ---

    def approve(self, comment: Comment, now_ms: int) -> None:
        """Publish it; there is no way back."""
        comment.standing, comment.approved_ms = Standing.PUBLISHED, now_ms

    def delete(self, comment: Comment) -> None:
        """Take it away with its thread."""
        self._written[comment.episode_id].remove(comment)
        del self._by_uri[comment.uri]

    def reply(self, comment: Comment, text: str, now_ms: int) -> Reply:
        """Answer as the show."""
        self._drawn += 1
        uri = f"spotify:comment:{new_id(seeded(f'reply {self._seed} {self._drawn}'))}"
        made = Reply(uri=uri, text=text, at_ms=now_ms)
        comment.replies.append(made)
        comment.read = True
        return made

    def pin(self, comment: Comment) -> None:
        """Show it first; another pin of the episode comes off."""
        for other in self._written[comment.episode_id]:
            other.pinned = other is comment

    def ask(self, episode: Episode, poll: Poll) -> None:
        """Put a poll below an episode, or change the one that is there; votes are kept while the options are."""
        old = self.polls.get(episode.id)
        if old is not None and old.options == poll.options:
            poll.votes = old.votes
        self.polls[episode.id] = poll

    def say(self, episode: Episode, text: str, now_ms: int, *, review: bool = False) -> Comment:
        """Let a listener write something now."""
        self.of_episode(episode, now_ms)
        self._drawn += 1
        made = self._comment(episode, seeded(f"said {self._seed} {self._drawn}"), now_ms, review)
        made.text = text
        self._written[episode.id].insert(0, made)
        self._by_uri[made.uri] = made
        return made

    def state(self, now_ms: int) -> dict[str, Any]:
        """What was looked at or changed so far, as plain values."""
        return {
            "comments": [asdict(comment) for comment in self._by_uri.values() if comment.at_ms <= now_ms],
            "polls": {episode_id: asdict(poll) for episode_id, poll in self.polls.items()},
            "rules": {show_id: asdict(rules) for show_id, rules in self._rules.items()},
        }

    # --- inventing ---

    def _invent(self, episode: Episode) -> list[Comment]:
        rng = seeded(f"comments {self._seed} {episode.id}")
        count = rng.randrange(1, 5 + episode.show.audience * episode.pull // 30_000)
        days = sorted((int(1.5 ** rng.randrange(0, 9)) - 1 for _ in range(count)), reverse=True)
        assert episode.published_ms is not None
        found = []
        for number, day in enumerate(days):
            at_ms = episode.published_ms + day * DAY_MS + rng.randrange(DAY_MS)
            found.append(self._comment(episode, rng, at_ms, number % _IN_REVIEW == 2 or rng.randrange(_IN_REVIEW) == 0))
        return sorted(found, key=lambda comment: -comment.at_ms)

    def _comment(self, episode: Episode, rng: Random, at_ms: int, review: bool) -> Comment:
        text = _sentence(rng.choice(_SAID), rng)
        rough = review and rng.randrange(2) == 0
        comment = Comment(
            uri=f"spotify:comment:{new_id(rng)}",
            episode_id=episode.id,
            author="".join(rng.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=25)),
            name=ENGLISH.artist(rng),
            text=f"{rng.choice(_WORDS).capitalize()}! {text}" if rough else text,
            at_ms=at_ms,
            standing=Standing.NEEDS_REVIEW if review else Standing.PUBLISHED,
            approved_ms=None,
            rough=rough,
        )
        if not review and rng.randrange(3) == 0:
            reply_id = new_id(rng)
            author = "" if rng.randrange(2) else comment.author[::-1]
            comment.replies.append(
                Reply(uri=f"spotify:comment:{reply_id}", text="Thank you!", at_ms=at_ms + 60_000, author=author)
            )
        return comment


def _sentence(pattern: str, rng: Random) -> str:
    return pattern.format(a=rng.choice(ENGLISH.adjectives).lower(), n=rng.choice(ENGLISH.nouns).lower())
