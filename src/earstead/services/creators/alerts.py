"""What a creator is told: new comments, days far from the usual, old cookies, and how syncs ended.

After each sync the new rows are looked through. How far was told is kept in the transaction that tells it, so that
nothing is told twice and a crash loses nothing. What was there when a show was first read is not news.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from earstead.core.creators import alerts as rules
from earstead.kit.clock import Clock
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.comments import comment_from
from earstead.services.creators.figures import CreatorFigures
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.syncs import CreatorSyncs
from earstead.services.creators.types import CreatorAccount, CreatorComment, CreatorShow, Series, SyncRun
from earstead.services.journal import Journal
from earstead.services.worker import Worker
from earstead.storage import creator_comments as comments
from earstead.storage import creator_writes as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

JOB = "creators.alerts"
AGE_JOB = "creators.cookie_age"
AGE_EVERY_S = 6 * 3_600
METRICS = ("plays_and_downloads", "streams_and_downloads", "plays", "streams")
"""The first of these that a show has is the one whose days are watched."""
WATCHED_DAYS = 8 * 7 + rules.LOOK_BACK_DAYS
NEWS_DAYS = 14
"""A comment that is older when it is first read is no news."""
MOST_COMMENTS = 500


class CreatorAlerts:
    """See the module. The rules: `core.creators.alerts`. Methods block."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        worker: Worker,
        journal: Journal,
        accounts: CreatorAccounts,
        shows: CreatorShows,
        figures: CreatorFigures,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._worker = worker
        self._journal = journal
        self._accounts = accounts
        self._shows = shows
        self._figures = figures
        worker.handle(JOB, self._work)
        worker.every(AGE_JOB, AGE_EVERY_S, self._ages)

    def follow(self, syncs: CreatorSyncs) -> None:
        """Tell how syncs end, and look through what they brought."""
        syncs.followed_by(self._ended)

    def look(self, account: CreatorAccount) -> int:
        """Look through what is new of an account's shows; returns how many events were told."""
        shows = [one for one in self._shows.of_user(account.user_id) if one.account_id == account.account_id]
        return sum(self._comments(show) + self._days(show) for show in shows if not show.gone_at)

    def look_at_cookies(self, account: CreatorAccount) -> bool:
        """Tell once for each step of age; whether something was told."""
        days = max(0, self._clock.now() - account.cookie_at) // 86_400
        step = rules.cookie_step(days)
        if not step or account.state != "on":
            return False
        said = {
            **_about(account),
            "days": days,
            "words": (
                f"The cookies of {account.label} are {days} days old and end some day without notice: sign in at "
                "creators.spotify.com again and replace them here."
            ),
        }
        subject = f"{account.account_id} {account.cookie_at}"

        def work(tx: Tx) -> bool:
            if not table.tell(tx, account.user_id, "cookie", subject, step, self._clock.now()):
                return False
            self._journal.add_in(tx, account.user_id, "creators.cookie_age", said)
            return True

        return self._writer.do(work).result()

    # ---- after a sync --------------------------------------------------------------------------------------

    def _ended(self, tx: Tx, account: CreatorAccount, run: SyncRun) -> None:
        said: dict[str, Any] = {
            **_about(account),
            "sync_id": run.sync_id,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "requests": run.requests,
        }
        if run.state == "failed":
            more = {"error": run.error, "mend": run.mend}
            self._journal.add_in(tx, account.user_id, "creators.sync_failed", said | more)
            return
        self._journal.add_in(
            tx, account.user_id, "creators.sync_finished", said | {"rows": run.rows, "notes": list(run.notes)}
        )
        self._worker.enqueue(tx, JOB, {"account_id": account.account_id}, dedupe=str(account.account_id))

    def _work(self, payload: Mapping[str, Any]) -> None:
        account = self._accounts.find(int(payload["account_id"]))
        if account is not None and account.state == "on":
            self.look(account)

    def _ages(self, _: Mapping[str, Any]) -> None:
        for account in self._accounts.all():
            self.look_at_cookies(account)

    # ---- comments --------------------------------------------------------------------------------------------

    def _comments(self, show: CreatorShow) -> int:
        now = self._clock.now()
        since_ms = (now - NEWS_DAYS * 86_400) * 1_000
        subject = str(show.show_id)

        def work(tx: Tx) -> int:
            reached = table.told(tx, show.user_id, "comment", subject)
            rows = comments.news(tx, show.show_id, reached, MOST_COMMENTS)
            if not rows:
                return 0
            found = [comment_from(row) for row in rows]
            table.tell(tx, show.user_id, "comment", subject, found[-1].comment_id, now)
            # What is there at the first look was there before; only what is hours old then came just now.
            fresh_ms = since_ms if reached else (now - 86_400) * 1_000
            news = [one for one in found if one.created_ms >= fresh_ms and not one.blocked]
            told = [("creators.comment_new", _said(show, one, self._title(show, one))) for one in news]
            self._journal.add_all_in(tx, show.user_id, told)
            return len(told)

        return self._writer.do(work).result()

    def _title(self, show: CreatorShow, comment: CreatorComment) -> str:
        return self._shows.episode(show.user_id, comment.episode_id).title if comment.episode_id else ""

    # ---- days ------------------------------------------------------------------------------------------------

    def _days(self, show: CreatorShow) -> int:
        offered = {one.metric.name for one in self._figures.metrics(show.show_id) if one.show}
        metric = next((name for name in METRICS if name in offered), "")
        if not metric:
            return 0
        today = datetime.fromtimestamp(self._clock.now(), UTC).date()
        series = self._figures.daily(show.show_id, metric, today - timedelta(days=WATCHED_DAYS), today)
        found = rules.unusual({point.date: point.value for point in series.points}, today)
        return sum(self._tell(show, series, one) for one in found)

    def _tell(self, show: CreatorShow, series: Series, found: rules.Unusual) -> int:
        said = {
            "show_id": show.show_id,
            "show": show.name,
            "metric": series.metric.name,
            "title": series.metric.title,
            "scope": str(series.metric.scope),
            "day": found.day.isoformat(),
            "value": found.value,
            "usual": round(found.usual, 1),
            "ratio": round(found.ratio, 2),
            "words": _words(show, series, found),
        }
        subject = f"{show.show_id} {series.metric.name}"

        def work(tx: Tx) -> int:
            # A day is told once; an older one that settles later than a newer one was told is no news any more.
            if not table.tell(tx, show.user_id, found.kind, subject, found.day.toordinal(), self._clock.now()):
                return 0
            self._journal.add_in(tx, show.user_id, f"creators.{found.kind}", said)
            return 1

        return self._writer.do(work).result()


def _about(account: CreatorAccount) -> dict[str, Any]:
    return {"account_id": account.account_id, "account": account.label}


def _said(show: CreatorShow, comment: CreatorComment, episode: str) -> dict[str, Any]:
    return {
        "show_id": show.show_id,
        "show": show.name,
        "episode_id": comment.episode_id,
        "episode": episode,
        "comment_id": comment.comment_id,
        "comment_uri": comment.comment_uri,
        "author": comment.author_name,
        "text": comment.text,
        "state": comment.state,
        "created_ms": comment.created_ms,
    }


def _words(show: CreatorShow, series: Series, found: rules.Unusual) -> str:
    how = "far more" if found.kind == "spike" else "far less"
    day: date = found.day
    return (
        f"{show.name}: {found.value:,.0f} {series.metric.title.lower()} on {day.isoformat()}, {how} than the usual "
        f"{found.usual:,.0f}."
    )
