"""Nothing of users that are hidden shows: every reading method answers an outsider as if they had never been here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT, keep_plays
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.apis.lastfm.inventory import inventory
from earstead.app import around, open_services
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.tags import Kind
from earstead.services.users import User
from earstead.settings import Settings

KEY = "0123456789abcdef0123456789abcdef"
OURS = {"artist": "Nick Drake", "album": "Pink Moon", "track": "Road"}
CREDITED = {"artist": "Ada feat. Bob", "album": "Together", "track": "One Song"}
UNHEARD = {"artist": "Nobody's Band", "album": "Never Pressed", "track": "Not Played"}
THEIRS = {"artist": "Secret Band", "album": "Cellar", "track": "Hidden"}


def loud(names: dict[str, str]) -> dict[str, str]:
    """The same things as other people write them."""
    return {name: text.upper().replace(" FEAT. ", " FT. ") for name, text in names.items()}


@contextmanager
def server(data: Path, clock: FixedClock, hidden: tuple[str, ...]) -> Iterator[tuple[Services, Program]]:
    """A server with the public user ada, and a program that speaks for nobody; the hidden ones came first."""
    services = open_services(Settings(data=data, public_url=ROOT), clock=clock)
    try:
        services.applications.admit(KEY, "tests/1.0")
        users = {name: services.accounts.add_user(name, "correct horse battery staple") for name in ("ada", *hidden)}
        services.accounts.update(users["ada"].user_id, visibility="public")
        for name, visibility in zip(hidden, ("private", "unlisted"), strict=False):
            services.accounts.update(users[name].user_id, visibility="public")
            services.follows.follow(users["ada"].user_id, name)
            services.accounts.update(users[name].user_id, visibility=visibility)
            live(services, users[name], [loud(OURS), loud(CREDITED), loud(UNHEARD), THEIRS], ["SLOW", "secret"])
        live(services, users["ada"], [OURS, CREDITED], ["slow", "folk"])
        tag(services, users["ada"], UNHEARD, ["folk"])
        yield services, Program(TestClient(around(services), base_url=ROOT), KEY)
    finally:
        services.close()


def live(services: Services, user: User, things: list[dict[str, str]], tags: list[str]) -> None:
    """Hear, love and tag things, in two sittings."""
    for at in (NOW - 900_000, NOW - 90_000):
        keep_plays(services, user, *((t["artist"], t["track"], t["album"]) for t in things), at=at)
    for thing in things:
        love(services, user, thing)
        tag(services, user, thing, tags)


def love(services: Services, user: User, thing: dict[str, str]) -> None:
    """Love a track."""
    said = Submission(
        source="lastfm", artist_name=thing["artist"], track_name=thing["track"], listened_at=UnixSeconds(0)
    )
    services.feedback.love(user.user_id, said)


def tag(services: Services, user: User, thing: dict[str, str], tags: list[str]) -> None:
    """Tag an artist, its album and its track in the name of a user, by the API."""
    session = services.applications.new_session(user.user_id, 1)
    program = Program(TestClient(around(services), base_url=ROOT), KEY, "unknown here", session.key)
    for family in ("artist", "album", "track"):
        named = {name: thing[name] for name in {"artist", family}}
        assert program.post(f"{family}.addTags", **named, tags=",".join(tags)).status == 200
    kinds: dict[Kind, str] = {"artist": "", "release": thing["album"], "recording": thing["track"]}
    for kind, name in kinds.items():
        if ref := services.commons.named(user, kind, name or thing["artist"], artist=thing["artist"]):
            services.tags.add(user.user_id, kind, ref.entity_id, [*tags, "by id"])


def answers(program: Program) -> dict[tuple[str, str], bytes]:
    """What an outsider reads: (method, what was asked) -> the answer."""
    said = {}
    for method in inventory().values():
        if method.auth != "key" or method.name.startswith("auth."):
            continue
        takes = {param.name for param in method.params}
        for names in (OURS, loud(OURS), CREDITED, UNHEARD, THEIRS) if takes & {"artist", "album", "track"} else (OURS,):
            for tagged in ("SLOW", "folk", "secret", "by id") if "tag" in takes else ("",):
                for kind in ("artist", "album", "track") if "taggingtype" in takes else ("",):
                    asked = {**names, "user": "ada", "tag": tagged, "taggingtype": kind, "autocorrect": "1"}
                    if method.name.endswith(".search"):
                        asked.pop("artist" if method.name != "artist.search" else "album")
                    answered = program.get(method.name, **asked)
                    said[method.name, f"{names['artist']} {tagged} {kind}"] = answered.body
    return said


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[tuple[str, str], bytes], dict[tuple[str, str], bytes]]:
    """All answers of a server with hidden users, and of one where they never were."""
    found = []
    for hidden in (("bob", "cleo"), ()):
        with server(tmp_path_factory.mktemp("data"), FixedClock(NOW), hidden) as (_, program):
            found.append(answers(program))
    return found[0], found[1]


def test_hidden_users_change_no_answer(
    both: tuple[dict[tuple[str, str], bytes], dict[tuple[str, str], bytes]],
) -> None:
    """Names, credits, counts, tags, charts and searches are those of the public user alone, to the letter."""
    with_them, without = both
    different = {asked: (with_them[asked], without[asked]) for asked in without if with_them[asked] != without[asked]}
    assert not different
    assert len(without) > 100
    assert any(b"Nick Drake" in said for said in without.values())
