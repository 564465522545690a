"""What a user can switch on, which rights that needs, and why: the words of the page and the consent asked for."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from earstead.core.errors import Rejected


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """Something a user can switch on. `scopes` are (right, why it is needed) pairs."""

    name: str
    title: str
    summary: str
    scopes: tuple[tuple[str, str], ...]


LISTEN = "listen"
FEATURES: tuple[Feature, ...] = (
    Feature(
        name=LISTEN,
        title="Listening",
        summary="What you play on any device becomes part of your history.",
        scopes=(
            ("user-read-recently-played", "Your last 50 plays tell what was heard while nobody looked."),
            ("user-read-playback-state", "The player tells what plays, where, and when it was paused or skipped."),
            ("user-read-currently-playing", "The queue, and what plays now on devices that tell nothing else."),
        ),
    ),
    Feature(
        name="library",
        title="Liked songs and followed artists",
        summary="Kept as they are and as they were, so that you see what you loved and unloved.",
        scopes=(
            ("user-library-read", "Reads what you saved, and when."),
            ("user-follow-read", "Reads whom you follow."),
        ),
    ),
    Feature(
        name="playlists",
        title="Your playlists",
        summary="Each change of your playlists is kept.",
        scopes=(
            ("playlist-read-private", "Reads the playlists that only you see."),
            ("playlist-read-collaborative", "Reads the playlists that you make with others."),
        ),
    ),
    Feature(
        name="shuffle",
        title="Shuffle that remembers",
        summary="Writes one private playlist for each shuffle, in an order that repeats nothing before all was heard.",
        scopes=(
            ("playlist-read-private", "Reads the playlist that is shuffled, and the one that mirrors the shuffle."),
            ("playlist-read-collaborative", "The same for playlists that you make with others."),
            ("playlist-modify-private", "Makes the mirror, and takes from it what was played."),
            ("user-library-read", "Reads your liked songs and saved albums, if those are shuffled."),
        ),
    ),
    Feature(
        name="love",
        title="Saving what you love",
        summary="Saves a track in your library when you say so here. Never by itself.",
        scopes=(
            ("user-library-read", "Looks whether it is saved already."),
            ("user-library-modify", "Saves it, or takes it out again."),
        ),
    ),
    Feature(
        name="control",
        title="Control of the player",
        summary="Play, pause and skip from here. The account needs Premium.",
        scopes=(("user-modify-playback-state", "Tells the player what to do."),),
    ),
)
_BY_NAME = {feature.name: feature for feature in FEATURES}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """Names of features in their order; listening is always among them. Raises Rejected for a name that is none."""
    wanted = {LISTEN, *names}
    for name in wanted - set(_BY_NAME):
        raise Rejected("features", f"“{name[:40]}” cannot be switched on")
    return tuple(name for name in _BY_NAME if name in wanted)


def scopes_of(names: Iterable[str], granted: Iterable[str] = ()) -> tuple[str, ...]:
    """The rights to ask for: those of the features, and those that were granted before, each once, in order.

    Asking for the new ones alone would give a token that has lost the old ones.
    """
    needed = (scope for name in names for scope, _ in _BY_NAME[name].scopes)
    return tuple(dict.fromkeys((*needed, *sorted(granted))))


def missing(names: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The rights that features need and that were not granted."""
    have = set(granted)
    return tuple(scope for scope in scopes_of(names) if scope not in have)
