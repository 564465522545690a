"""A creator's evening in Python: from two cookies to the mended sign-in, and a log that shows every write."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earstead.core.creators.endpoints import BY_LABEL
from earstead.core.creators.registry import Registry
from earstead.creators import Creators, Credentials, FileLog, Pace, Urls
from earstead.creators.changes import State
from earstead.creators.errors import CredentialsExpired, Missing
from tests.creators.files import mp3
from tests.fakes.creators import Stage


def written(stage: Stage) -> int:
    """How many calls that change something the simulator was sent."""
    registry = Registry.pinned()
    return sum(
        count
        for call, count in stage.simulator.calls.items()
        if (name := call.partition(" ")[2])
        and (
            (name in BY_LABEL and BY_LABEL[name].writes)
            or (name in registry.operations and registry.get(name).is_write)
        )
    )


def test_an_evening_with_the_library(creators_stage: Stage, tmp_path: Path) -> None:
    """Connect, see the history, answer a month's comments, fix a title, schedule an upload, export, lose the cookie."""
    on, log = creators_stage, FileLog(tmp_path / "changes.jsonl")
    me = Creators.sign_in(
        sp_dc=on.sp_dc, sp_key=on.sp_key, urls=Urls.at(on.url), log=log, clock=on.clock, pace=Pace.unhurried()
    )
    show = next(one.uri for one in me.shows.all() if one.id == on.show_id)

    figures = me.analytics.show(show, days=30)
    assert figures.streams and figures.followers and figures.countries and sum(day.streams for day in figures.streams)

    with pytest.raises(Missing, match="createCommentReplyByCommentUri"):
        me.comments.reply("spotify:comment:" + "A" * 22, "Thank you!", show=show)
    me.harvest(use=True)
    for comment in (unanswered := me.comments.digest(show)):
        assert me.comments.reply(comment.uri, "Thank you!", show=show).state is State.CONFIRMED
    assert unanswered and me.comments.digest(show) == ()

    newest = me.episodes.list(show, "published")[0]
    assert me.episodes.edit(newest.uri, title="On water, and on wine").state is State.CONFIRMED
    soon = datetime.fromtimestamp(on.clock.now(), UTC) + timedelta(days=7)
    made = me.episodes.create(show, "On bread", "<p>About bread.</p>", audio=mp3(tmp_path), publish_on=soon)
    listed = [one.title for one in me.episodes.list(show, "scheduled")]
    assert made.after["state"] == "scheduled" and "On bread" in listed

    table = io.StringIO()
    rows = csv.writer(table)
    for one in me.episodes.list(show, "published"):
        for point in me.analytics.episode(one.uri, pod=False).streams_and_downloads.points:
            rows.writerow((one.title, point.date, point.value))
    assert "On water, and on wine" in table.getvalue() and len(table.getvalue().splitlines()) > 100

    on.simulator.account.signed_in = False
    on.clock.advance(3600)
    with pytest.raises(CredentialsExpired) as ended:
        me.episodes.list(show, "draft")
    assert "sp_dc" in ended.value.mend
    on.simulator.account.signed_in = True
    on.simulator.accounts.renew_cookies(on.simulator.account)
    fresh = on.simulator.credentials()
    me.session.replace(Credentials(fresh["sp_dc"], fresh["sp_key"]))
    assert me.doctor(show).state == "ok"
    me.close()

    steps = [step for change in FileLog(tmp_path / "changes.jsonl").changes() for step in change.steps]
    assert len(steps) == written(on) + 1, "the bytes went to the storage, which is no endpoint"
