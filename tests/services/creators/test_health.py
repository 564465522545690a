"""How an account does: each cause has its sentence and its mend, and what is said changes with the next answer."""

from __future__ import annotations

import pytest

from earstead.core.errors import AppError, Conflict, Rejected
from earstead.creators.keeping.hands import KeepingHands
from earstead.services.creators.health import OLD_COOKIE_DAYS
from earstead.services.creators.write_types import EpisodeEdit, NewEpisode
from tests.services.creators.desk import Desk

DAY = 86_400


def said(at: Desk) -> tuple[str, str]:
    """State and cause."""
    found = at.creators.health.of_account(at.user_id, at.account.account_id)
    assert found.words and (found.mend or found.state in ("ok", "unknown"))
    return found.state, found.cause


def test_a_look_of_the_doctor_says_what_was_tried(at: Desk) -> None:
    """All is well, and each thing that was tried stands with its words."""
    assert said(at) == ("ok", ""), "connecting tried the cookies out"
    found = at.creators.health.check(at.user_id, at.account.account_id)
    assert (found.state, found.cause, found.mend) == ("ok", "", "")
    assert [one.name for one in found.checks][:2] == ["sign-in", "shows"] and found.last_ok == at.clock.now()
    assert said(at) == ("ok", "")


@pytest.mark.parametrize(
    ("switches", "cause"),
    [
        ({"auth__login_required": True}, "cookie"),
        ({"http__429": -1, "http__where": "/_gql"}, "limit"),
        ({"http__503": -1, "http__where": "/_rest"}, "network"),
        ({"graphql__rotate": "getShowPlaysByAge"}, "stale hash"),
    ],
)
def test_each_cause_is_named_with_its_mend(at: Desk, switches: dict[str, bool | int | str], cause: str) -> None:
    """What the doctor or a write ran into is said, and no longer when it is over."""
    episode = at.episode()
    at.creators.doing.hands.forget(at.account.account_id)
    at.stage.fault(**switches)
    if cause == "network":
        with pytest.raises(AppError):
            at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="x"))
    else:
        assert at.creators.health.check(at.user_id, at.account.account_id).cause == cause
    assert said(at)[1] == cause
    for name, value in switches.items():
        at.stage.fault(**{name: "" if isinstance(value, str) else type(value)(0)})
    if cause == "cookie":
        at.creators.accounts.replace_cookies(at.user_id, at.account.account_id, at.stage.sp_dc)
    at.creators.health.check(at.user_id, at.account.account_id)
    assert said(at) == ("ok", "")


def test_what_asked_nothing_says_nothing_about_the_cookies(at: Desk) -> None:
    """An account whose cookies ended stays ended until something is answered with new ones."""
    at.stage.fault(auth__login_required=True)
    at.creators.doing.hands.forget(at.account.account_id)
    assert at.creators.health.check(at.user_id, at.account.account_id).cause == "cookie"
    hands = at.creators.doing.hands
    assert isinstance(hands, KeepingHands)
    with hands.calling(at.account.account_id):
        pass
    assert said(at)[1] == "cookie"
    assert at.creators.accounts.get(at.user_id, at.account.account_id).state == "ended"


def test_errors_about_a_wish_say_nothing_about_the_account(at: Desk) -> None:
    """A draft of the same title, or a wish that cannot be, leaves the account well."""
    at.creators.health.check(at.user_id, at.account.account_id)
    at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    with pytest.raises(AppError):
        at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    at.stage.fault(rest__slug_taken=True)
    with pytest.raises(Conflict):
        at.creators.studio.slug(at.user_id, at.show.show_id, "slow-talk", confirm=at.show.name, whichever=True)
    assert said(at) == ("ok", "")


def test_old_cookies_are_a_warning(at: Desk) -> None:
    """They still work, and it is said that they will not for ever."""
    at.creators.health.check(at.user_id, at.account.account_id)
    at.clock.advance(OLD_COOKIE_DAYS * DAY)
    assert said(at) == ("warn", "cookie")


def test_a_disconnected_account_leaves_no_health(at: Desk) -> None:
    """What was known goes with the cookies; the journal of what was changed stays."""
    at.creators.health.check(at.user_id, at.account.account_id)
    at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    at.creators.accounts.disconnect(at.user_id, at.account.account_id)
    with at.services.engine.read() as tx:
        assert tx.all("SELECT account_id FROM creator_health") == []
    assert len(at.creators.changes.of_user(at.user_id).items) == 1
    with pytest.raises(AppError):
        at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Pepper"))


def test_erasing_the_person_erases_what_was_written_down(at: Desk) -> None:
    """No row of the journal, of uploads, of captures or of what was told is left."""
    at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    at.creators.health.check(at.user_id, at.account.account_id)
    at.creators.captures.harvest(at.user_id, at.account.account_id)
    at.services.accounts.add_user("bea", "correct horse battery staple", role="owner")
    at.services.accounts.erase(at.user_id)
    at.services.accounts.finish_erasing()
    tables = ("changes", "uploads", "told", "health", "captures", "accounts", "shows", "episodes")
    with at.services.engine.read() as tx:
        left = {name: tx.all(f"SELECT count(*) FROM creator_{name}") for name in tables}
    assert left == {name: [(0,)] for name in tables}


def test_a_check_needs_an_account_of_ones_own(at: Desk) -> None:
    """Nobody has somebody else's account looked at."""
    other = at.services.accounts.add_user("bea", "correct horse battery staple").user_id
    with pytest.raises(AppError):
        at.creators.health.check(other, at.account.account_id)
    with pytest.raises(Rejected):
        at.creators.captures.add(other, "x.har", b"no recording")
