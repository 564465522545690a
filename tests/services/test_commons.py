"""What the server knows beyond one user, on both engines: whose plays feed it, how things are written, counts, charts,
search, what is heard together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from earstead.app import open_services
from earstead.core.ids import Mbid, UnixSeconds
from earstead.core.listen import Submission
from earstead.core.periods import Span
from earstead.kit.clock import FixedClock
from earstead.services.accounts import User, Visibility
from earstead.services.container import Services
from earstead.services.everybody.commons import CommonRow
from earstead.services.everybody.lengths import track_number
from earstead.services.views import EntityKind
from earstead.settings import Settings
from earstead.storage import accounts
from tests.services.trunk import NOW

MBID = "00000000-0000-4000-8000-00000000000a"
ARTIST_MBID = "00000000-0000-4000-8000-00000000000b"
RELEASE_MBID = "00000000-0000-4000-8000-00000000000c"


def heard(minute: int, artist: str, track: str, release: str = "", **more: Any) -> Submission:
    """A play of three minutes that started so many minutes after the beginning of time here."""
    words: dict[str, Any] = {
        "source": "player",
        "artist_name": artist,
        "track_name": track,
        "release_name": release,
        "listened_at": UnixSeconds(NOW - 8_000_000 + minute * 60),
        "played_ms": 180_000,
    }
    return Submission(**(words | more))


@contextmanager
def server(folder: Path, database_url: str = "") -> Iterator[Services]:
    """A server's services on a clock that stands still."""
    opened = open_services(Settings(data=folder, database_url=database_url), clock=FixedClock(NOW))
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def services(database_url: str, tmp_path: Path) -> Iterator[Services]:
    """An empty server on SQLite, then on PostgreSQL."""
    url = database_url if database_url.startswith("postgres") else ""
    with server(tmp_path / "data", url) as opened:
        yield opened


def person(services: Services, name: str, visibility: Visibility, *plays: Submission) -> User:
    """Somebody with a history."""
    user_id = services.writer.do(
        # Not through the door of accounts: nobody signs in here, and a password takes a quarter of a second to hash.
        lambda tx: accounts.add_user(tx, name=name, name_key=name, role="user", password_hash="", now=NOW)
    ).result()
    services.ingest.add_now(user_id, plays)
    return services.accounts.update(user_id, visibility=visibility)


def an_id(services: Services, kind: EntityKind, name: str, artist: str = "", viewer: User | None = None) -> int:
    """The id of something that must be there."""
    found = services.commons.named(viewer, kind, name, artist=artist)
    assert found is not None, name
    return found.entity_id


def told(rows: tuple[CommonRow, ...]) -> list[tuple[int, str, str, int, int]]:
    """Rows of a list as (rank, name, credit, plays, listeners)."""
    return [(row.rank, row.entity.name, row.entity.credit, row.plays, row.listeners) for row in rows]


ADA = (
    heard(0, "Nick Drake", "Road", "Pink Moon", duration_ms=121_000, extra={"tracknumber": "3"}),
    heard(4, "Nick Drake", "Parasite", "Pink Moon", duration_ms=216_000, extra={"tracknumber": 8}),
    heard(8, "Vashti Bunyan", "Diamond Day", "Just Another Diamond Day"),
    heard(900, "Nick Drake", "Road", "Pink Moon", duration_ms=121_000),
    heard(904, "Robert Wyatt feat. Mongezi Feza", "Sea Song", "Rock Bottom", artist_mbids=()),
)
BEA = (
    heard(50, "nick drake", "road", "pink moon", duration_ms=122_000, recording_mbid=Mbid(MBID)),
    heard(54, "Vashti Bunyan", "Diamond Day", "Just Another Diamond Day", artist_mbids=(Mbid(ARTIST_MBID),)),
    heard(58, "A, B & C", "Trio", "Three", artist_names=("A", "B", "C"), release_mbid=Mbid(RELEASE_MBID)),
)
SECRET = (
    heard(50, "NICK DRAKE", "ROAD", "PINK MOON", duration_ms=999_000, recording_mbid=Mbid(MBID)),
    heard(54, "Hidden Voice", "Whisper", "Under the Floor", artist_mbids=(Mbid(ARTIST_MBID),)),
    heard(58, "VASHTI BUNYAN", "DIAMOND DAY", "JUST ANOTHER DIAMOND DAY"),
    heard(62, "A x B x C secret", "Trio", "Three", artist_names=("A", "B", "C")),
)


def everything(services: Services, viewer: User | None) -> dict[str, Any]:
    """Every question there is, asked about everything that anybody ever said."""
    c = services.commons
    found: dict[str, Any] = {}
    ids: dict[EntityKind, set[int]] = {"artist": set(), "release": set(), "recording": set()}
    for s in (*ADA, *BEA, *SECRET):
        asked: tuple[tuple[EntityKind, str, str], ...] = (
            ("artist", s.artist_name, ""),
            ("release", s.release_name, s.artist_name),
            ("recording", s.track_name, s.artist_name),
        )
        for kind, name, artist in asked:
            ref = c.named(viewer, kind, name, artist=artist)
            found[f"{kind} {name} {artist}"] = ref
            ids[kind] |= {ref.entity_id} if ref else set()
            found[f"search {kind} {name}"] = c.search(kind, name, viewer=viewer)
        found[f"correction {s.artist_name} {s.track_name}"] = c.correction(viewer, s.artist_name, s.track_name)
    for kind in ids:
        found[f"chart {kind}"] = [c.chart(kind, None), c.chart(kind, Span(0, NOW), country="Chile")]
        found[f"mbid {kind}"] = [c.by_mbid(kind, i, viewer) for i in (MBID, ARTIST_MBID, RELEASE_MBID)]
        found[f"stats {kind}"] = c.stats_many(kind, sorted(ids[kind]), viewer)
        found[f"refs {kind}"] = c.refs(sorted(ids[kind]), viewer)
    for i in sorted(ids["artist"]):
        found[f"artist {i}"] = [
            c.top_of_artist(i, "release", viewer=viewer),
            c.top_of_artist(i, "recording", viewer=viewer),
            c.similar_artists(i, 50, viewer),
        ]
    for i in sorted(ids["release"]):
        found[f"release {i}"] = c.tracklist(i, viewer)
    for i in sorted(ids["recording"]):
        found[f"recording {i}"] = [
            c.album_of(i, viewer),
            c.duration_ms(i, viewer),
            c.similar_recordings(i, 50, viewer),
        ]
    return found


def test_who_is_not_public_leaves_no_trace(services: Services, tmp_path: Path) -> None:
    """Every answer is the one of a server on which private and unlisted users never were, though they came first, and
    said everything in their own spelling, and decided about it."""
    hiding: tuple[tuple[str, Visibility], ...] = (("dora", "private"), ("eve", "unlisted"))
    for name, visibility in hiding:
        hidden = person(services, name, visibility, *SECRET)
        services.accounts.set_setting(hidden.user_id, "profile", {"country": "Chile"})
        voice = an_id(services, "artist", "Hidden Voice", viewer=hidden)
        drake = an_id(services, "artist", "Nick Drake", viewer=hidden)
        services.decisions.make(hidden.user_id, "merge", {"entity": "artist", "ids": [drake], "into": voice})
    with server(tmp_path / "other") as clean:
        for each in (services, clean):
            person(each, "ada", "public", *ADA)
            person(each, "bea", "public", *BEA)
        expected = everything(clean, None)
        assert everything(services, None) == expected
        assert expected["artist Hidden Voice "] is None
        assert expected["chart artist"][0][1] == 7


def test_a_viewer_sees_the_own_plays_among_the_others(services: Services) -> None:
    """A private user's own plays count in the answers to that user; for anybody else they do not."""
    person(services, "ada", "public", *ADA)
    dora = person(services, "dora", "private", *SECRET)
    drake = an_id(services, "artist", "Nick Drake")
    mine, others = (services.commons.stats("artist", drake, viewer) for viewer in (dora, None))
    assert (mine.listeners, mine.plays, mine.viewer_plays) == (2, 4, 1)
    assert (others.listeners, others.plays, others.viewer_plays) == (1, 3, 0)
    assert services.commons.named(dora, "artist", "hidden voice") is not None
    assert services.commons.named(None, "artist", "hidden voice") is None


def test_going_private_is_seen_at_once(services: Services) -> None:
    """Answers that were kept name nobody who has left the public since, though nobody heard anything meanwhile."""
    ada = person(services, "ada", "public", *ADA)
    assert services.commons.chart("artist", None)[1] == 4
    drake = an_id(services, "artist", "Nick Drake")
    services.accounts.update(ada.user_id, visibility="unlisted")
    assert services.commons.chart("artist", None) == ((), 0)
    assert services.commons.named(None, "artist", "Nick Drake") is None
    assert services.commons.similar_artists(drake, 5, None) == ()


def test_names_are_found_however_they_are_written(services: Services) -> None:
    """Letter case, white space, a whole credit or its first artist alone; the answer is spelled as mostly written."""
    person(services, "ada", "public", *ADA)
    person(services, "bea", "public", *BEA)
    c = services.commons
    drake = c.named(None, "artist", "Nick Drake")
    assert drake is not None
    assert [c.named(None, "artist", n) for n in (" NICK  drake", "nick Drake")] == [drake, drake]
    road = c.named(None, "recording", "ROAD", artist="NICK DRAKE")
    assert road is not None
    assert (road.name, road.credit, road.mbid) == ("Road", "Nick Drake", MBID)
    for credit in ("A, B & C", "A", "a, b, c"):
        trio = c.named(None, "recording", "trio", artist=credit)
        assert trio is not None
        assert (trio.name, trio.credit) == ("Trio", "A, B & C")
        assert an_id(services, "release", "three", credit) == an_id(services, "release", "Three", "A")
    sea = c.named(None, "recording", "Sea Song", artist="Robert Wyatt")
    assert sea is not None
    assert sea == c.named(None, "recording", "Sea Song (feat. Mongezi Feza)", artist="Robert Wyatt")
    guest = c.named(None, "artist", "Robert Wyatt feat. Mongezi Feza")
    assert guest is not None
    assert guest.name == "Robert Wyatt"
    assert c.named(None, "artist", "") is c.named(None, "recording", "Road") is None


def test_ids_lead_to_what_was_said_under_them(services: Services) -> None:
    """Artist, release and recording are found by their MusicBrainz ids in any letter case; unknown ids by none."""
    person(services, "bea", "public", *BEA)
    c = services.commons
    said: dict[EntityKind, str] = {"artist": ARTIST_MBID, "release": RELEASE_MBID, "recording": MBID}
    found = [c.by_mbid(kind, mbid.upper(), None) for kind, mbid in said.items()]
    assert [(ref.name, ref.mbid) for ref in found if ref] == [
        ("Vashti Bunyan", ARTIST_MBID),
        ("Three", RELEASE_MBID),
        ("road", MBID),
    ]
    assert c.by_mbid("recording", ARTIST_MBID, None) is c.by_mbid("artist", "nonsense", None) is None


def test_a_viewer_s_decisions_hold_for_that_viewer_alone(services: Services) -> None:
    """Merged and renamed things are one under the new name in everybody's counts, as the viewer sees them."""
    ada = person(services, "ada", "public", *ADA, heard(2000, "N. Drake", "Road"))
    bea = person(services, "bea", "public", *BEA, heard(2000, "N. Drake", "Day Is Done"))
    drake, other = (an_id(services, "artist", name) for name in ("Nick Drake", "N. Drake"))
    services.decisions.make(ada.user_id, "merge", {"entity": "artist", "ids": [other], "into": drake})
    services.decisions.make(ada.user_id, "rename", {"entity": "artist", "id": drake, "name": "Nicholas Drake"})
    c = services.commons
    for viewer, name, plays, listeners in ((ada, "Nicholas Drake", 6, 2), (bea, "Nick Drake", 5, 2)):
        stats = c.stats("artist", drake, viewer)
        assert (stats.plays, stats.listeners) == (plays, listeners)
        assert c.refs([drake], viewer)[drake].name == name
    assert [an_id(services, "artist", "n. drake", viewer=viewer) for viewer in (ada, bea)] == [drake, other]
    assert told(c.search("artist", "nicholas", viewer=ada)[0]) == [(1, "Nicholas Drake", "", 6, 2)]
    assert c.search("artist", "nicholas", viewer=bea) == ((), 0)
    tops, _ = c.top_of_artist(drake, "recording", viewer=ada)
    assert ("Day Is Done", 1) in [(row.entity.name, row.plays) for row in tops]
    corrected = c.correction(ada, "N. Drake", "road")
    assert corrected.artist is not None
    assert (corrected.artist.name, *corrected[2:]) == ("Nicholas Drake", True, True)


def test_a_merged_thing_keeps_its_own_name(services: Services) -> None:
    """However much was merged into it, and whoever asks: the one who merged, or others who see that one's plays."""
    more = [heard(i * 4, "Nicolas Drake", f"Song {i}") for i in range(100)]
    ada = person(services, "ada", "public", heard(2000, "Nick Drake", "Road"), *more)
    drake, other = (an_id(services, "artist", name) for name in ("Nick Drake", "Nicolas Drake"))
    services.decisions.make(ada.user_id, "merge", {"entity": "artist", "ids": [other], "into": drake})
    for viewer in (ada, None):
        ref = services.commons.refs([drake], viewer)[drake]
        assert (ref.name, services.commons.stats("artist", drake, viewer).plays) == ("Nick Drake", 101)


def test_what_is_written_right_is_not_corrected(services: Services) -> None:
    """A spelling that is the usual one, and a credit as it is written, are left alone; the unknown stays unknown."""
    person(services, "ada", "public", *ADA)
    c = services.commons
    assert c.correction(None, "Nick Drake", "Road")[2:] == (False, False)
    assert c.correction(None, "Robert Wyatt feat. Mongezi Feza", "Sea Song")[2:] == (False, False)
    assert c.correction(None, "nick drake", "Nothing of His")[1:] == (None, True, False)
    assert c.correction(None, "Nobody", "Nothing") == (None, None, False, False)


def test_a_chart_adds_up_its_listeners(services: Services) -> None:
    """Plays and distinct users of a span or of all time; equal places by name; ranks run through the pages."""
    ada = person(services, "ada", "public", *ADA)
    person(services, "bea", "public", *BEA)
    rows, total = services.commons.chart("artist", None)
    assert total == 7
    assert told(rows)[:3] == [(1, "Nick Drake", "", 4, 2), (2, "Vashti Bunyan", "", 2, 2), (3, "A", "", 1, 1)]
    pages = [services.commons.chart("artist", None, limit=2, offset=offset)[0] for offset in range(0, 8, 2)]
    assert tuple(row for page in pages for row in page) == rows
    start = ADA[3].listened_at
    late, _ = services.commons.chart("recording", Span(start, NOW))
    assert told(late) == [(1, "Road", "Nick Drake", 1, 1), (2, "Sea Song", "Robert Wyatt feat. Mongezi Feza", 1, 1)]
    services.accounts.set_setting(ada.user_id, "profile", {"country": "Chile"})
    here, total = services.commons.chart("artist", None, country="chile")
    assert (told(here)[0], total) == ((1, "Nick Drake", "", 3, 1), 4)
    assert services.commons.chart("artist", None, country="Peru") == ((), 0)


def test_what_was_just_heard_is_in_the_next_answer(services: Services) -> None:
    """A kept answer ends with the next listen of anybody in it."""
    ada = person(services, "ada", "public", *ADA)
    drake = an_id(services, "artist", "Nick Drake")
    assert services.commons.stats("artist", drake, None).plays == 3
    assert services.commons.chart("artist", None)[0][0].plays == 3
    services.ingest.add_now(ada.user_id, [heard(3000, "Nick Drake", "Road")])
    assert services.commons.stats("artist", drake, None).plays == 4
    assert services.commons.chart("artist", None)[0][0].plays == 4


def test_deleted_and_banned_plays_do_not_count(services: Services) -> None:
    """What its listener deleted or banned is in no count, and no longer found by name."""
    ada = person(services, "ada", "public", *ADA)
    ids = [row.listen_id for row in services.insights.listens(ada.user_id).items if row.track_name == "Sea Song"]
    services.decisions.make(ada.user_id, "delete", {"listen_ids": ids})
    assert services.commons.named(None, "recording", "Sea Song", artist="Robert Wyatt") is None
    assert services.commons.search("recording", "sea song") == ((), 0)
    vashti = an_id(services, "artist", "Vashti Bunyan")
    services.decisions.make(ada.user_id, "ban", {"entity": "artist", "id": vashti})
    assert services.commons.stats("artist", vashti, None).plays == 0
    assert [row.entity.name for row in services.commons.chart("artist", None)[0]] == ["Nick Drake"]


def test_the_best_of_an_artist(services: Services) -> None:
    """Recordings on which the artist is credited, releases whose first artist it is."""
    person(services, "ada", "public", *ADA)
    person(services, "bea", "public", *BEA)
    c = services.commons
    drake, guest = an_id(services, "artist", "Nick Drake"), an_id(services, "artist", "Mongezi Feza")
    rows, total = c.top_of_artist(drake, "recording")
    assert (told(rows), total) == ([(1, "Road", "Nick Drake", 3, 2), (2, "Parasite", "Nick Drake", 1, 1)], 2)
    assert c.top_of_artist(drake, "recording", 1, 1) == (rows[1:], 2)
    assert told(c.top_of_artist(drake, "release")[0]) == [(1, "Pink Moon", "Nick Drake", 4, 2)]
    assert [row.entity.name for row in c.top_of_artist(guest, "recording")[0]] == ["Sea Song"]
    assert c.top_of_artist(guest, "release") == ((), 0)


def test_a_release_lists_its_recordings(services: Services) -> None:
    """In the order of reported numbers, with the lengths most often reported; unnumbered ones at the end."""
    more = (heard(3000 + i, "Nick Drake", "Which Will", "Pink Moon") for i in range(0, 9, 4))
    person(services, "ada", "public", *ADA, *more)
    person(services, "bea", "public", *BEA)
    c = services.commons
    moon = an_id(services, "release", "Pink Moon", "Nick Drake")
    listed = c.tracklist(moon, None)
    assert [(t.recording.name, t.duration_ms, t.number) for t in listed] == [
        ("Road", 121_000, 3),
        ("Parasite", 216_000, 8),
        ("Which Will", 0, 0),
    ]
    road, will = listed[0].recording.entity_id, listed[2].recording.entity_id
    release, number = c.album_of(road, None)
    assert release is not None
    assert (release.entity_id, release.name, number) == (moon, "Pink Moon", 3)
    assert c.durations([road, will]) == {road: 121_000}
    assert c.duration_ms(will) == 0
    assert c.album_of(1, None) == (None, 0)
    assert c.tracklist(1, None) == ()


@pytest.mark.parametrize(
    ("extra", "number"),
    [
        ('{"tracknumber": "3/12"}', 3),
        ('{"trackNumber": 7}', 7),
        ('{"track_number": "07"}', 7),
        ('{"tracknumber": "A1"}', 0),
        ('{"tracknumber": null}', 0),
        ('{"tracknumber": "123456"}', 0),
        ("{}", 0),
    ],
)
def test_numbers_are_read_as_clients_write_them(extra: str, number: int) -> None:
    """A number, a text, a number of a total, in any spelling of the name; anything else is none."""
    assert track_number(extra) == number


def test_search_finds_by_words_in_any_script(services: Services) -> None:
    """All words of the text in name or credit; exact names first, then the most played; `%` is a sign."""
    person(services, "ada", "public", *ADA, heard(3000, "Björk", "Jóga"), heard(3004, "Roads", "100% Road"))
    c = services.commons
    assert [row.entity.name for row in c.search("artist", "bjork")[0]] == ["Björk"]
    assert [row.entity.name for row in c.search("recording", "road")[0]] == ["Road", "100% Road"]
    assert [row.entity.name for row in c.search("recording", "road", artist="DRAKE")[0]] == ["Road"]
    assert [row.entity.name for row in c.search("recording", "drake parasite")[0]] == ["Parasite"]
    assert [row.entity.name for row in c.search("recording", "0%")[0]] == []
    assert [row.entity.name for row in c.search("recording", "100%")[0]] == ["100% Road"]
    assert c.search("recording", "road", limit=1, offset=1)[1] == 2
    assert c.search("artist", "  ") == c.search("artist", "nobody here") == ((), 0)


def test_what_is_heard_together_is_similar(services: Services) -> None:
    """Of the same sessions, across users; nearer what is met more often; the first match is 1, the own name absent."""
    sittings = [
        heard(day * 1440 + i * 4, artist, f"{artist} song")
        for day in range(6)
        for i, artist in enumerate(("Drake", "Bunyan", "Wyatt") if day < 4 else ("Drake", "Wyatt", "Noise"))
    ]
    person(services, "ada", "public", *sittings, *(heard(800 + day * 1440, "Noise", "Hum") for day in range(30)))
    person(services, "bea", "public", *(heard(d * 1440, a, f"{a} song") for d in range(3) for a in ("Drake", "Bunyan")))
    drake = an_id(services, "artist", "Drake")
    found = [(ref.name, match) for ref, match in services.commons.similar_artists(drake, 10, None)]
    assert [name for name, _ in found] == ["Bunyan", "Wyatt", "Noise"]
    assert found[0][1] == 1.0
    assert 0 < found[2][1] < found[1][1] < 1.0
    assert [ref.name for ref, _ in services.commons.similar_artists(drake, 2, None)] == ["Bunyan", "Wyatt"]
    song = an_id(services, "recording", "Drake song", "Drake")
    assert [ref.name for ref, _ in services.commons.similar_recordings(song, 2, None)] == ["Bunyan song", "Wyatt song"]
    hum = an_id(services, "recording", "Hum", "Noise")
    assert services.commons.similar_recordings(hum, 5, None) == ()


def test_sessions_of_a_long_history_are_sampled(services: Services) -> None:
    """A thing heard every few minutes for weeks is answered from its latest sessions."""
    steady = [heard(i * 5, "Loop" if i % 2 else f"Other {i % 6}", f"Song {i % 12}") for i in range(3_000)]
    person(services, "ada", "public", *steady)
    loop = an_id(services, "artist", "Loop")
    assert {ref.name for ref, _ in services.commons.similar_artists(loop, 10, None)} == {
        "Other 0",
        "Other 2",
        "Other 4",
    }
