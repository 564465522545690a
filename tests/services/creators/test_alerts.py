"""What a creator is told: new comments, unusual days, old cookies, the ends of syncs; each once, as its schema says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from earstead.core.creators.metrics import Aggregation, Definition, Quality, Scope, SeriesKey, Window
from earstead.core.event_types import TYPES
from earstead.services.creators.memory import CommentRead, Figures, Reading
from earstead.services.journal import JournalEvent
from earstead.services.webhooks.schemas import schema
from tests.fakes.creators_home import comment_read
from tests.services.creators.desk import Desk

DAY = 86_400
KINDS: dict[str, type | tuple[type, ...]] = {"integer": int, "string": str, "number": (int, float), "array": list}


def told(at: Desk, name: str) -> list[JournalEvent]:
    """The events of a type, oldest first, each held against its schema."""
    found = [one for one in at.services.journal.latest(at.user_id, 500) if one.type == name][::-1]
    said = schema(name)["properties"]["data"]
    for event in found:
        assert set(said["required"]) <= set(event.data) <= set(said["properties"])
        for field, value in event.data.items():
            assert isinstance(value, KINDS[said["properties"][field]["type"]])
    return found


def comment(at: Desk, number: int, *, days_old: float = 0, **more: object) -> CommentRead:
    """A comment that a sync read."""
    created_ms = at.clock.now_ms() - int(days_old * DAY * 1000)
    words = {"text": f"Comment {number}", "author_id": "u", "author_name": "Una", "created_ms": created_ms}
    return comment_read(f"spotify:comment:{number:022d}", **(words | more))


def keep(at: Desk, *found: CommentRead) -> None:
    """Store comments as a sync does."""
    at.creators.memory.comments(at.show.show_id, at.user_id, found, {})


def look(at: Desk) -> int:
    """What follows a sync."""
    return at.creators.alerts.look(at.account)


def today(at: Desk) -> date:
    """The day it is."""
    return datetime.fromtimestamp(at.clock.now(), UTC).date()


def test_a_new_comment_is_told_once(at: Desk) -> None:
    """What a sync brings after the first is told with its words, and not again."""
    keep(at, comment(at, 1, days_old=40))
    assert look(at) == 0
    keep(at, comment(at, 2, text="Wonderful", state="review"))
    assert look(at) == 1 and look(at) == 0
    (event,) = told(at, "creators.comment_new")
    assert (event.data["text"], event.data["author"], event.data["state"]) == ("Wonderful", "Una", "review")
    assert event.data["show"] == at.show.name


def test_the_comments_of_years_are_no_news(at: Desk) -> None:
    """The first sync brings all there ever were: only what was written within the last day is told."""
    keep(at, *(comment(at, number, days_old=number) for number in range(2, 400)), comment(at, 1, days_old=0.2))
    assert look(at) == 1
    assert told(at, "creators.comment_new")[0].data["text"] == "Comment 1"


def test_ones_own_answers_are_no_news(at: Desk) -> None:
    """What the show itself wrote is not told to the show."""
    keep(at, comment(at, 1, days_old=40))
    look(at)
    keep(at, comment(at, 2, by_show=True))
    assert look(at) == 0


def plays(at: Desk, *values: float) -> None:
    """Plays and downloads of the show by day, the last value of yesterday."""
    last = today(at).toordinal() - date(1970, 1, 1).toordinal() - 1
    key = SeriesKey(
        metric="plays_and_downloads",
        scope=Scope.ALL,
        window=Window.NONE,
        aggregation=Aggregation.DAILY,
        definition=Definition.SINCE,
        operation="P3",
    )
    points = [(last - i, "", value, Quality.FINAL) for i, value in enumerate(reversed(values))]
    reading = Reading(
        account_id=at.account.account_id, show_id=at.show.show_id, figures=(Figures(key=key, points=points),)
    )
    at.creators.memory.keep(reading).result()


def test_a_spike_is_told_once_though_it_still_rises(at: Desk) -> None:
    """Yesterday's mountain is told with what is usual; when it settles higher it is not told again."""
    plays(at, *[100.0] * 40, 400.0)
    assert look(at) == 1
    plays(at, *[100.0] * 40, 450.0)
    assert look(at) == 0
    (event,) = told(at, "creators.spike")
    assert (event.data["value"], event.data["usual"], event.data["ratio"]) == (400.0, 100.0, 4.0)
    assert event.data["day"] == (today(at) - timedelta(days=1)).isoformat()
    assert at.show.name in event.data["words"] and "400" in event.data["words"]


def test_a_drop_is_told_when_it_had_time_to_settle(at: Desk) -> None:
    """Three days later the low figure is believed."""
    plays(at, *[100.0] * 40, 10.0)
    assert look(at) == 0
    plays(at, *[100.0] * 40, 10.0, 100.0, 100.0)
    assert look(at) == 1
    (event,) = told(at, "creators.drop")
    assert (event.data["value"], event.data["metric"], event.data["scope"]) == (10.0, "plays_and_downloads", "all")


def test_old_cookies_are_told_at_each_age_once(at: Desk) -> None:
    """After three months and after six it is said; new cookies begin anew."""
    alerts = at.creators.alerts
    assert not alerts.look_at_cookies(at.account)
    at.clock.advance(91 * DAY)
    assert alerts.look_at_cookies(at.account) and not alerts.look_at_cookies(at.account)
    at.clock.advance(90 * DAY)
    assert alerts.look_at_cookies(at.account)
    assert [event.data["days"] for event in told(at, "creators.cookie_age")] == [91, 181]
    health = at.creators.health.of_account(at.user_id, at.account.account_id)
    assert (health.state, health.cause, health.cookie_age_days) == ("warn", "cookie", 181)
    account = at.creators.accounts.replace_cookies(at.user_id, at.account.account_id, at.stage.sp_dc)
    assert not alerts.look_at_cookies(account)
    at.clock.advance(91 * DAY)
    assert alerts.look_at_cookies(account)


def test_the_end_of_a_sync_is_told_and_what_it_brought_is_looked_through(at: Desk) -> None:
    """A sync that is done says so, and the worker looks for news behind it."""
    run = at.creators.syncs.now(at.user_id, at.account.account_id)
    for _ in range(20):
        at.services.worker.run_due()
        at.clock.advance(61)
        if not at.creators.syncs.state(at.account.account_id).running:
            break
    (event,) = told(at, "creators.sync_finished")
    assert (event.data["sync_id"], event.data["account"]) == (run.sync_id, at.account.label)
    assert event.data["rows"] > 0 and event.data["requests"] > 0


def test_a_sync_that_failed_says_why_and_what_to_do(at: Desk) -> None:
    """Without cookies the event names them."""
    at.creators.syncs.now(at.user_id, at.account.account_id)
    at.creators.doing.hands.forget(at.account.account_id)
    at.stage.fault(auth__login_required=True)
    at.services.worker.run_due()
    (event,) = told(at, "creators.sync_failed")
    assert event.data["error"] and "Sign in" in event.data["mend"]
    assert at.creators.health.of_account(at.user_id, at.account.account_id).cause == "cookie"


def test_every_type_has_a_schema() -> None:
    """What is promised to webhooks can be read, and says what it tells."""
    names = [name for name in TYPES if name.startswith("creators.")]
    assert len(names) == 7
    for name in names:
        found = schema(name)
        assert found["title"] == name and found["description"].endswith(".")
        said = found["properties"]["data"]
        assert set(said["required"]) <= set(said["properties"])
        assert all(one["type"] in KINDS for one in said["properties"].values())
