"""The variables a server is started with."""

from __future__ import annotations

import pytest

from earstead.core.errors import Rejected
from earstead.services.limits import Limits
from earstead.settings import read_settings


def test_limits_are_read_from_the_environment() -> None:
    """Each limit has its variable; what is not named keeps its default."""
    said = {"EARSTEAD_LISTENBRAINZ_LIMIT": "50", "EARSTEAD_API_LIMIT": " 60 ", "EARSTEAD_UPLOAD_LIMIT": "7"}
    assert read_settings(said, data="/nowhere").limits == Limits(listenbrainz=50, api=60, upload_mib=7)
    assert read_settings({"EARSTEAD_API_LIMIT": ""}, data="/nowhere").limits == Limits()


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "9999999999", "\u0663"])
def test_a_limit_that_is_none_is_named(text: str) -> None:
    """A wrong limit ends the start with a sentence that names its variable."""
    with pytest.raises(Rejected, match=r"EARSTEAD_UPLOAD_LIMIT: .* is not a whole number"):
        read_settings({"EARSTEAD_UPLOAD_LIMIT": text}, data="/nowhere")


def test_a_simulator_may_stand_in_for_spotify() -> None:
    """Both addresses of Spotify can be named; without words they are the real ones, and a wrong one is named."""
    said = {"EARSTEAD_SPOTIFY_API_URL": "http://127.0.0.1:8090/v1/", "EARSTEAD_SPOTIFY_ACCOUNTS_URL": ""}
    settings = read_settings(said, data="/nowhere")
    assert settings.spotify_api_url == "http://127.0.0.1:8090/v1"
    assert settings.spotify_accounts_url == "https://accounts.spotify.com"
    with pytest.raises(Rejected, match="EARSTEAD_SPOTIFY_API_URL"):
        read_settings({"EARSTEAD_SPOTIFY_API_URL": "ftp://x"}, data="/nowhere")


def test_a_simulator_can_stand_for_spotify_for_creators() -> None:
    """Its origin is named by one variable; without it the service itself is asked, and nonsense is refused."""
    assert read_settings({}, data="/nowhere").creators_url == ""
    said = {"EARSTEAD_CREATORS_URL": "http://127.0.0.1:8099/"}
    assert read_settings(said, data="/nowhere").creators_url == "http://127.0.0.1:8099"
    with pytest.raises(Rejected, match="EARSTEAD_CREATORS_URL"):
        read_settings({"EARSTEAD_CREATORS_URL": "ftp://x"}, data="/nowhere")


def test_budgets_of_spotify_are_read() -> None:
    """Kinds of requests get the numbers named; a kind that is none, or no number, is named with all that are."""
    said = {"EARSTEAD_SPOTIFY_BUDGETS": "player=4000, search = 50,"}
    assert read_settings(said, data="/nowhere").spotify_budgets == {"player": 4000, "search": 50}
    for wrong in ("players=4", "player=", "player=many", "player"):
        with pytest.raises(Rejected, match=r"EARSTEAD_SPOTIFY_BUDGETS: .* for player, recent"):
            read_settings({"EARSTEAD_SPOTIFY_BUDGETS": wrong}, data="/nowhere")
