"""Invented artists with their releases and tracks; the releases of an artist are drawn when first asked for.

Popularity follows Zipf's law among artists and, more gently, among the tracks of an artist.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from earstead.core.ids import SpotifyUri
from earstead.kit.clock import Random, seeded
from earstead.sandbox.words import ENGLISH, LEXICONS, Lexicon

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SOLO, _MARKS = 0.94, (" feat. ", " ft. ")
_SUFFIXES = ("", "", "", "", "", "", "", "", " - Remastered 2011", " (Acoustic)", " (Instrumental)")


@dataclass(frozen=True, slots=True)
class Track:
    """A track as every service knows it. `artist_name` is the whole credit, `artist_names` its artists."""

    artist_name: str
    artist_names: tuple[str, ...]
    name: str
    release: str
    duration_ms: int
    uri: SpotifyUri


@dataclass(frozen=True, slots=True)
class Artist:
    """An artist's discography: releases in order of appearance, and all tracks with cumulative popularity."""

    name: str
    releases: tuple[tuple[Track, ...], ...]
    tracks: tuple[Track, ...]
    popularity: tuple[float, ...]


def spotify_uri(rng: Random, kind: str) -> SpotifyUri:
    """An URI of the right form that belongs to nothing."""
    return SpotifyUri(f"spotify:{kind}:{''.join(rng.choices(_BASE62, k=22))}")


class Catalogue:
    """All there is to hear: `size` artists, the most popular first."""

    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        rng = seeded(f"names {seed}")
        lexicons = rng.choices(LEXICONS, [lexicon.share for lexicon in LEXICONS], k=size)
        names: dict[str, Lexicon] = {}
        for lexicon in lexicons:
            name = lexicon.artist(rng)
            while name in names:
                # Small lexicons run out of pairs: two names together, then, make a third.
                name = f"{name} {lexicon.artist(rng)}" if len(name) < 60 else lexicon.artist(rng)
            names[name] = lexicon
        self.names = tuple(names)
        self._lexicons = lexicons
        self._built: dict[int, Artist] = {}

    def artist(self, index: int) -> Artist:
        """The artist at this place of popularity, with everything they published."""
        found = self._built.get(index)
        if found is None:
            found = self._built[index] = self._build(index)
        return found

    def _build(self, index: int) -> Artist:
        rng = seeded(f"artist {self._seed} {index}")
        releases = tuple(self._release(index, rng) for _ in range(rng.choice((1, 2, 2, 3, 3, 4, 5, 7))))
        tracks = tuple(track for release in releases for track in release)
        # Which tracks are the hits is a matter of luck, not of their place on the record.
        weights = [rng.paretovariate(1.1) for _ in tracks]
        return Artist(self.names[index], releases, tracks, tuple(accumulate(weights)))

    def _release(self, index: int, rng: Random) -> tuple[Track, ...]:
        lexicon = self._lexicons[index] if rng.random() < 0.85 else ENGLISH
        title = lexicon.title(rng)
        if rng.random() < 0.01:
            title = ", ".join([f"Music for {title}", *(lexicon.title(rng) for _ in range(12))])
        elif rng.random() < 0.08:
            title = self.names[index]
        length = rng.choice((1, 2, 5, 8, 9, 10, 10, 11, 12, 13, 14, 18))
        titles = dict.fromkeys(lexicon.title(rng) + rng.choice(_SUFFIXES) for _ in range(length))
        usual_ms = rng.triangular(140_000, 420_000, 215_000)
        return tuple(self._track(index, name, title, usual_ms, rng) for name in titles)

    def _track(self, index: int, name: str, release: str, usual_ms: float, rng: Random) -> Track:
        artists: tuple[str, ...] = (self.names[index],)
        credit = artists[0]
        if rng.random() > _SOLO:
            guest = rng.choice(self.names)
            if guest != credit:
                artists, credit = (credit, guest), credit + rng.choice(_MARKS) + guest
        length_ms = max(22_000, int(rng.gauss(usual_ms, usual_ms * 0.22)))
        if rng.random() < 0.01:
            length_ms *= 4
        return Track(credit, artists, name, release, length_ms, spotify_uri(rng, "track"))
