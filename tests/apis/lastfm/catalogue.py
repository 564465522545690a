"""Something for the methods of the catalogue to tell about."""

from __future__ import annotations

from tests.apis.lastfm.conftest import Heard
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.core.ids import DurationMs, Mbid, UnixSeconds
from earstead.core.listen import Submission
from earstead.services.users import User

RECORDING = "8c9a6e8c-3b0f-4b8c-9d6d-2f6b6e2f1a01"
RELEASE = "8c9a6e8c-3b0f-4b8c-9d6d-2f6b6e2f1a02"
ARTIST = "8c9a6e8c-3b0f-4b8c-9d6d-2f6b6e2f1a03"


def play(number: int, title: str, at: int) -> Submission:
    """A play off Pink Moon with all that a good player says; "Road", the second track, has an id of its own."""
    return Submission(
        source="lastfm",
        artist_name="Nick Drake",
        track_name=title,
        release_name="Pink Moon",
        listened_at=UnixSeconds(at),
        duration_ms=DurationMs(121_400),
        recording_mbid=Mbid(RECORDING) if number == 2 else None,
        release_mbid=Mbid(RELEASE),
        artist_mbids=(Mbid(ARTIST),),
        extra={"tracknumber": str(number)},
    )


def two_sittings(heard: Heard, user: User) -> None:
    """Nick Drake (eight plays, four of them "Road"), Sigur Rós and AC/DC (two each), one after the other."""
    for start in (NOW - 900_000, NOW - 90_000):
        heard(user, play(2, "Road", start), play(2, "Road", start + 300), play(1, "Pink Moon", start + 600))
        heard(
            user,
            ("Nick Drake", "Time Has Told Me", "Five Leaves Left"),
            ("Sigur Rós", "Hoppípolla", "Takk..."),
            ("AC/DC", "Hells Bells"),
            at=start + 900,
        )


def tag_all(program: Program, tags: str = "folk,sad") -> None:
    """Tag Nick Drake, Pink Moon and "Road" in the name of a program's user."""
    named = {"artist": "Nick Drake", "tags": tags}
    for answered in (
        program.post("artist.addTags", **named),
        program.post("album.addTags", **named, album="Pink Moon"),
        program.post("track.addTags", **named, track="Road"),
    ):
        assert answered.status == 200, answered.body
