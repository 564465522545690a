"""Names, credits, stable ids and the map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.catalog import BANNED, BLOCKED, compile_rules, map_track, recording_msid, track_of
from earstead.core.ids import hash63
from earstead.core.listen import Kind, Submission
from earstead.core.names import clean, credited_artists, name_key, split_credit


def said(
    artist: str, title: str, release: str = "", *, kind: Kind = Kind.MUSIC, names: tuple[str, ...] = ()
) -> Submission:
    """A submission of these words."""
    return Submission(
        source="s",
        artist_name=artist,
        track_name=title,
        release_name=release,
        artist_names=names,
        listened_at=1,  # type: ignore[arg-type]
        kind=kind,
    )


@pytest.mark.parametrize(
    ("credit", "artists"),
    [
        ("Simon & Garfunkel", ("Simon & Garfunkel",)),
        ("AC/DC", ("AC/DC",)),
        ("Tyler, The Creator", ("Tyler, The Creator",)),
        ("A feat. B", ("A", "B")),
        ("A (ft. B & C)", ("A", "B & C")),
        ("A Featuring B", ("A", "B")),
        ("feat. B", ("feat. B",)),
        ("Defeat. Us", ("Defeat. Us",)),
    ],
)
def test_a_credit_is_split_at_explicit_markers_only(credit: str, artists: tuple[str, ...]) -> None:
    """Ampersands, slashes and commas are parts of names."""
    assert split_credit(credit) == artists


def test_the_list_of_a_source_is_taken_as_it_is_without_repeats() -> None:
    """A list says more than a string."""
    assert credited_artists("A & B", ("A", "B", "a")) == ("A", "B")


def test_keys_ignore_case_width_and_spaces_but_keep_scripts_apart() -> None:
    """NFKC, case-folded, white-space-collapsed; transliteration is for search only."""
    assert name_key("  Ｂｊöｒｋ\u3000 Ｘ ") == name_key("BJÖRK x")
    assert name_key("Straße") == name_key("STRASSE")
    assert name_key("Кино") != name_key("Kino")


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_text_can_be_cleaned_keyed_and_hashed(text: str) -> None:
    """Lone surrogates, controls, right-to-left marks: never an error, and the key of a key is itself."""
    assert clean(clean(text)) == clean(text)
    clean(text).encode()
    assert "\0" not in clean(text)
    assert name_key(name_key(text)) == name_key(text)
    assert 0 < hash63("x", text) < 1 << 63


def test_a_guest_in_the_title_and_in_the_credit_are_the_same_recording() -> None:
    """Services disagree where "feat." belongs."""
    one, other = map_track(track_of(said("A feat. B", "Song"))), map_track(track_of(said("A", "Song (feat. B)")))
    assert one.recording.entity_id == other.recording.entity_id
    assert [a.name for a in one.artists] == ["A", "B"] == [a.name for a in other.artists]
    assert track_of(said("A feat. B", "Song")).match_key == track_of(said("A", "Song")).match_key


def test_words_make_the_track_and_keys_make_the_recording() -> None:
    """Facts over-distinguish, the map unifies."""
    one, other = track_of(said("Björk", "Jóga", "Homogenic")), track_of(said("BJÖRK", "jóga", "Homogenic"))
    assert one.track_id != other.track_id
    assert map_track(one).recording.entity_id == map_track(other).recording.entity_id
    assert recording_msid("Björk", "Jóga") == recording_msid("björk", "JÓGA")


def test_ids_are_the_same_on_every_machine() -> None:
    """A change of these values would break every stored history."""
    track = track_of(said("Artist", "Title", "Release"))
    assert track.track_id == 3181988066890130417
    assert map_track(track).recording.entity_id == 4548148234265811601
    assert recording_msid("Artist", "Title") == "f31df681-974d-58e5-ade0-c776802e4f0f"


def test_episodes_lead_to_their_show_and_chapters_to_their_book() -> None:
    """Podcasts and audiobooks have charts of their own."""
    episode = map_track(track_of(said("The Show", "One", kind=Kind.EPISODE)))
    chapter = map_track(track_of(said("Writer", "Chapter 1", "The Book", kind=Kind.CHAPTER)))
    assert (episode.recording.kind, episode.artists[0].kind, episode.artists[0].name) == ("episode", "show", "The Show")
    assert (chapter.artists[0].name, chapter.release) == ("The Book", None)


def test_merge_rename_split_and_visibility_act_on_the_map() -> None:
    """Decisions change where tracks lead, never the tracks."""
    track = track_of(said("The Beatels", "Help", "Help!"))
    plain = map_track(track)
    wrong, right = plain.artists[0].entity_id, map_track(track_of(said("The Beatles", "Help"))).artists[0].entity_id
    merged = map_track(track, compile_rules([("merge", {"ids": [wrong], "into": right})]))
    assert merged.artists[0].entity_id == right
    split = map_track(track, compile_rules([("split", {"id": wrong, "names": ["John", "Paul"]})]))
    assert [a.name for a in split.artists] == ["John", "Paul"]
    own = map_track(track, compile_rules([("split", {"track_ids": [track.track_id]})]))
    assert own.recording.entity_id != plain.recording.entity_id
    assert map_track(track, compile_rules([("ban", {"id": wrong})])).visibility == BANNED
    assert map_track(track, compile_rules([("ban", {"id": wrong}), ("block", {"id": wrong})])).visibility == BLOCKED


def test_merges_there_and_back_end_somewhere() -> None:
    """The later merge wins; even a circle in old data does not hang."""
    rules = compile_rules([("merge", {"ids": [1], "into": 2}), ("merge", {"ids": [2], "into": 1})])
    assert rules.lead(2) == rules.lead(1) == 1
    rules = compile_rules([("merge", {"ids": [1], "into": 2}), ("merge", {"ids": [2], "into": 3})])
    assert rules.lead(1) == 3
