"""What people paste as the place where a song can be played."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.errors import Rejected
from earstead.core.playlinks import SERVICES, frame, page, parse, uri

TRACK = "3n3Ppam7vgaVa1iaRUc9Lp"
VIDEO = "loB0kmz_0MM"


@pytest.mark.parametrize(
    "text",
    [
        f"spotify:track:{TRACK}",
        f"https://open.spotify.com/track/{TRACK}",
        f"https://open.spotify.com/track/{TRACK}?si=0123456789abcdef",
        f"https://open.spotify.com/intl-de/track/{TRACK}",
        f"https://open.spotify.com/embed/track/{TRACK}",
        f"open.spotify.com/track/{TRACK}",
    ],
)
def test_addresses_at_spotify(text: str) -> None:
    """Each way in which Spotify hands a track out is the same URI, with or without blanks around it."""
    assert parse(f"  {text}\n") == ("spotify", f"spotify:track:{TRACK}")


@pytest.mark.parametrize(
    "text",
    [
        VIDEO,
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"https://www.youtube.com/watch?list=RD1&v={VIDEO}&t=12s",
        f"https://music.youtube.com/watch?v={VIDEO}&feature=share",
        f"https://youtu.be/{VIDEO}?si=abc",
        f"https://www.youtube.com/shorts/{VIDEO}",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
        f"youtube.com/watch?v={VIDEO}",
    ],
)
def test_addresses_at_youtube(text: str) -> None:
    """Each way in which YouTube hands a video out is the same id."""
    assert parse(text) == ("youtube", VIDEO)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "paste"),
        ("x" * 3_000, "paste"),
        ("/home/ada/music/joga.flac", "files"),
        ("C:\\music\\joga.mp3", "files"),
        ("file:///music/joga.mp3", "files"),
        (f"https://open.spotify.com/album/{TRACK}", "no address"),
        (f"https://open.spotify.com.example/track/{TRACK}", "no address"),
        (f"https://example.org/watch?v={VIDEO}", "no address"),
        ("https://www.youtube.com/watch?v=short", "no address"),
        ("https://[broken", "no address"),
        ("javascript:alert(1)", "no address"),
    ],
)
def test_what_cannot_be_played_is_refused(text: str, why: str) -> None:
    """Files, albums, other hosts and nonsense are refused with a sentence that says what to paste."""
    with pytest.raises(Rejected, match=why):
        parse(text)


def test_where_links_lead() -> None:
    """A page to open and a frame to embed, YouTube's from the host that sets no cookies before it plays."""
    assert page("spotify", f"spotify:track:{TRACK}") == f"https://open.spotify.com/track/{TRACK}"
    assert frame("spotify", f"spotify:episode:{TRACK}") == f"https://open.spotify.com/embed/episode/{TRACK}"
    assert page("youtube", VIDEO) == f"https://www.youtube.com/watch?v={VIDEO}"
    assert frame("youtube", VIDEO).startswith(f"https://www.youtube-nocookie.com/embed/{VIDEO}?")
    assert uri(f"spotify:track:{TRACK}") and not uri("spotify:local:Bj%C3%B6rk::J%C3%B3ga:305")


@given(st.text(max_size=80))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    """Nothing but a refusal comes of odd texts, and what is taken is taken again in its kept form."""
    try:
        service, target = parse(text)
    except Rejected:
        return
    assert service in SERVICES
    assert parse(target) == (service, target)
