"""What others see of a history: the same as of one that never had the plays only an API saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from earstead.app import open_services
from earstead.core.errors import NotFound, Rejected
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.core.periods import Span
from earstead.core.provenance import Use
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.users import User
from earstead.services.views import EntityKind, ListenFilter
from earstead.settings import Settings

NOW = 1_750_000_000
PASSWORD = "correct horse battery staple"
SPAN = Span(UnixSeconds(NOW - 500_000), UnixSeconds(NOW))


def play(i: int, artist: str = "Björk", source: str = "lastfm", **more: object) -> Submission:
    """A play of one of five songs, an hour apart."""
    words = {
        "artist_name": artist,
        "track_name": f"Song {i % 5}",
        "release_name": f"{artist}: Album",
        "listened_at": UnixSeconds(NOW - 400_000 + 3_600 * i),
    }
    return Submission(source=source, **(words | more))  # type: ignore[arg-type]


OPEN = [play(i) for i in range(12)]
SHUT = [
    *(play(i, "Only Asked", "spotify-player", listened_at=UnixSeconds(NOW - 300_000 + 3_600 * i)) for i in range(9)),
    *(play(20 + i, source="spotify-recent", duration_ms=201_000) for i in range(4)),
]
SEEN_TWICE = [play(i, source="spotify-player") for i in range(3)]


def people(services: Services, shut: bool) -> tuple[User, User]:
    """Ada, public, with plays of her own and, if wanted, of the API; and bea, who looks."""
    a = services.accounts
    ada = a.update(a.add_user("ada", PASSWORD, role="owner").user_id, visibility="public")
    bea = a.update(a.add_user("bea", PASSWORD).user_id, visibility="public")
    services.ingest.add_now(ada.user_id, OPEN)
    services.ingest.add_now(ada.user_id, SEEN_TWICE if shut else [])
    services.ingest.add_now(ada.user_id, SHUT if shut else [])
    services.ingest.add_now(bea.user_id, [play(40), play(41, "Kino")])
    return ada, bea


@pytest.fixture
def pair(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Services, Services]]:
    """The server with those plays and one without them, on the same engine."""
    second = "" if database_url.endswith(".db") else request.getfixturevalue("new_postgres_url")()
    urls = (database_url if second else "", second)
    opened = [
        open_services(Settings(data=tmp_path / f"data{i}", database_url=url), clock=FixedClock(NOW))
        for i, url in enumerate(urls)
    ]
    yield opened[0], opened[1]
    for services in opened:
        services.close()


def told(services: Services, owner: User, viewer: User | None) -> dict[str, object]:
    """Everything that is told about a history, and about everybody, to somebody; without numbers of rows."""
    shown = services.showing.services(services, owner, viewer)
    q, c, user_id = shown.insights, shown.commons, owner.user_id
    kinds: tuple[EntityKind, ...] = ("artist", "release", "recording")
    charts = {
        (kind, span): [
            (r.entity.name, r.entity.credit, r.plays, r.listened_ms) for r in q.chart(user_id, kind, span).rows
        ]
        for kind in kinds
        for span in (None, SPAN)
    }
    found = [c.named(viewer, "artist", name) for name in ("Björk", "Only Asked")]
    known = found[0]
    assert known is not None
    song = c.named(viewer, "recording", "Song 1", artist="Björk")
    assert song is not None
    return {
        "charts": charts,
        "totals": [q.totals(user_id, span) for span in (None, SPAN)],
        "count": (q.count(user_id), q.sizes(user_id), q.ends(user_id)),
        "numbered": q.numbered(user_id)[1],
        "listens": [(r.listened_at, r.track_name, r.artist_name) for r in q.listens(user_id).items],
        "text": [r.track_name for r in q.listens(user_id, filter=ListenFilter(text="only")).items],
        "search": [ref.name for ref in q.search(user_id, "o")],
        "history": q.history(user_id, SPAN, "day"),
        "clock": q.clock(user_id, None),
        "named": found,
        "stats": c.stats("artist", known.entity_id, viewer),
        "server": [(row.entity.name, row.plays, row.listeners) for row in c.chart("artist", None)[0]],
        "top": [
            (row.entity.name, row.plays) for row in c.top_of_artist(known.entity_id, "recording", viewer=viewer)[0]
        ],
        "found": [row.entity.name for row in c.search("artist", "only", viewer=viewer)[0]],
        "long": c.duration_ms(song.entity_id, viewer),
        "near": [(ref.name, match) for ref, match in c.similar_artists(known.entity_id, 9, viewer)],
    }


@pytest.mark.parametrize("who", ["bea", "nobody"])
def test_others_see_a_server_without_those_plays(pair: tuple[Services, Services], who: str) -> None:
    """Every page, chart, count, search and similarity says to others what a server without the plays says."""
    answers = []
    for services, shut in zip(pair, (True, False), strict=True):
        ada, bea = people(services, shut)
        answers.append(told(services, ada, bea if who == "bea" else None))
    for question, answer in answers[1].items():
        assert answers[0][question] == answer, question


def test_one_sees_all_of_ones_own(pair: tuple[Services, Services]) -> None:
    """The person the plays are about sees every one of them, in figures about everybody as well."""
    services, _ = pair
    ada, bea = people(services, True)
    assert services.showing.services(services, ada, ada) is services
    mine = told(services, ada, ada)
    assert mine["numbered"] == len(OPEN) + len(SHUT)
    assert [row[0] for row in mine["charts"]["artist", None]] == ["Björk", "Only Asked"]  # type: ignore[index]
    asked = services.commons.named(ada, "artist", "Only Asked")
    assert asked is not None and services.commons.stats("artist", asked.entity_id, ada).viewer_plays == 9
    assert services.commons.named(bea, "artist", "Only Asked") is None
    assert services.commons.named(None, "artist", "Only Asked") is None


def test_an_entity_and_a_listen_of_those_plays_are_not_there(pair: tuple[Services, Services]) -> None:
    """Whoever guesses the address of an artist or a listen finds nothing."""
    services, _ = pair
    ada, bea = people(services, True)
    asked = services.commons.named(ada, "artist", "Only Asked")
    assert asked is not None
    row = services.insights.listens(ada.user_id, filter=ListenFilter(artist_id=asked.entity_id)).items[0]
    q = services.showing.insights(ada.user_id, bea.user_id)
    with pytest.raises(NotFound):
        q.entity(ada.user_id, "artist", asked.entity_id)
    with pytest.raises(NotFound):
        q.listen(ada.user_id, row.listen_id)
    assert services.insights.listen(ada.user_id, row.listen_id) == row


def test_the_owner_opens_a_use_in_words_of_his(pair: tuple[Services, Services]) -> None:
    """An opened use is told at once, answers kept from before included; others stay shut; nonsense is refused."""
    services, _ = pair
    ada, bea = people(services, True)
    before = services.commons.chart("artist", None)[0]
    services.showing.allow([Use.FIGURES.value])
    assert {row.entity.name for row in before} == {"Björk", "Kino"}
    assert "Only Asked" in {row.entity.name for row in services.commons.chart("artist", None)[0]}
    shown = services.showing.insights(ada.user_id, bea.user_id)
    assert shown.count(ada.user_id) == len(OPEN)
    services.showing.allow([Use.PAGES.value])
    assert services.showing.insights(ada.user_id, bea.user_id) is services.insights
    assert {row.entity.name for row in services.commons.chart("artist", None)[0]} == {"Björk", "Kino"}
    for nonsense in ("own", "everything"):
        with pytest.raises(Rejected):
            services.showing.allow([nonsense])


def test_an_export_sets_a_play_free(pair: tuple[Services, Services]) -> None:
    """A play that an export tells of afterwards is the listener's own, and shut again when the export is erased."""
    services, _ = pair
    ada, _ = people(services, True)
    said = [replace_source(s, "spotify-account") for s in SHUT[:9]]
    services.ingest.add_now(ada.user_id, said)
    assert services.showing.insights(ada.user_id, 0).count(ada.user_id) == len(OPEN) + 9
    services.ingest.rebuild(ada.user_id)
    assert services.showing.insights(ada.user_id, 0).count(ada.user_id) == len(OPEN) + 9
    services.ingest.forget_source(ada.user_id, "spotify-account")
    assert services.showing.insights(ada.user_id, 0).count(ada.user_id) == len(OPEN)


def replace_source(said: Submission, source: str) -> Submission:
    """The same words from another source."""
    return msgspec.structs.replace(said, source=source)


def test_what_plays_now_by_the_api_is_silence_to_others(services: Services) -> None:
    """Strangers see what a scrobbler says is playing, not what only the API tells; the listener sees both."""
    ada, bea = people(services, False)
    for source, seen in (("spotify-player", False), ("lastfm", True)):
        services.playing.set(ada.user_id, play(60, source, source), 300)
        shown = services.showing.services(services, ada, bea).playing.get(ada.user_id)
        assert (shown is not None) is seen
        assert services.showing.services(services, ada, ada).playing.get(ada.user_id) is not None


def test_a_server_without_such_plays_pays_nothing(services: Services) -> None:
    """Without them nobody is given other services than the plain ones for reading."""
    ada, bea = people(services, False)
    shown = services.showing.services(services, ada, bea)
    assert shown.insights is services.insights
    assert replace(shown, playing=services.playing) == services
