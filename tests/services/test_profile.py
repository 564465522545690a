"""Profiles: a country by its name in ISO 3166-1, and a real name."""

from __future__ import annotations

import pytest

from earstead.core.countries import CODES
from earstead.core.errors import NotFound, Rejected
from earstead.services.container import Services
from earstead.services.profile import COUNTRIES, Profile


def test_a_profile_is_empty_until_it_is_said(services: Services) -> None:
    """What is given changes, what is not stays; a country is known by name, code and everyday name."""
    ada = services.accounts.add_user("ada", "correct horse").user_id
    profiles = services.profiles
    assert profiles.profile(ada) == Profile()
    assert profiles.set_profile(ada, country=" germany ") == Profile(country="Germany")
    assert profiles.set_profile(ada, realname=" Ada L. ") == Profile(country="Germany", realname="Ada L.")
    assert profiles.set_profile(ada, country="us").country == "United States"
    assert profiles.set_profile(ada, country="South Korea").country == "Korea, Republic of"
    assert services.accounts.setting(ada, "profile") == {"country": "Korea, Republic of", "realname": "Ada L."}
    assert profiles.set_profile(ada, country="", realname="") == Profile()


def test_what_makes_no_profile_is_refused(services: Services) -> None:
    """Countries that are none and overlong names are refused, naming the field; so is a profile of nobody."""
    ada = services.accounts.add_user("ada", "correct horse").user_id
    for field, said in (("country", "Atlantis"), ("realname", "x" * 101)):
        with pytest.raises(Rejected) as refused:
            services.profiles.set_profile(ada, **{field: said})
        assert refused.value.field == field
    with pytest.raises(NotFound):
        services.profiles.set_profile(99, realname="x")
    assert services.profiles.profile(ada) == Profile()


@pytest.mark.parametrize("kept", ["x", [], {"country": 5, "realname": ["x"]}, {"country": "Atlantis"}])
def test_nonsense_from_an_archive_is_no_profile(services: Services, kept: object) -> None:
    """A setting of any shape reads as a profile without what makes no sense."""
    ada = services.accounts.add_user("ada", "correct horse").user_id
    services.accounts.set_setting(ada, "profile", kept)
    assert services.profiles.profile(ada) == Profile()


def test_every_country_is_there_once() -> None:
    """ISO 3166-1 has 249 countries; all names differ and are sorted for a list to choose from."""
    assert len(COUNTRIES) == len(set(COUNTRIES)) == len(CODES) == 249
    assert {"Germany", "United Kingdom", "United States", "Spain", "Viet Nam"} <= set(COUNTRIES)
    assert COUNTRIES.index("Åland Islands") > COUNTRIES.index("Andorra")
