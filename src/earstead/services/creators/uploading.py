"""Media files on their way into episodes: rows that survive a crash, done by the worker, one an account at a time.

Steps, each kept before the next begins: "episode" makes the draft (found again by its title if the program died before
it heard its number: never a second one), "media" sends the file part by part and waits until it is accepted, "details"
sets the date. What fails for a while is tried again by the worker; what the service refuses stays as "failed" with the
reason, and `retry` goes on where it stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from earstead.core.errors import AppError, Conflict, NotFound, RetryLater
from earstead.kit import jsontext
from earstead.kit.clock import Clock, new_secret
from earstead.kit.texts import storable
from earstead.services.creators import taking, wishes
from earstead.services.creators.changes import Changes
from earstead.services.creators.doing import Doing, acting_on, episode_at
from earstead.services.creators.hands import Hand
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import CreatorAccount, CreatorEpisode, CreatorShow
from earstead.services.creators.write_types import Actor, EpisodeAt, NewEpisode, Upload
from earstead.services.worker import Worker
from earstead.storage import creator_writes as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

JOB = "creators.upload"
LOOK_JOB = "creators.uploads"
LOOK_EVERY_S = 600
QUIET_S = 900
"""An upload of which nothing was written for this long has nobody who works on it."""
KEPT_S = 2 * 86_400
"""So long a file may wait for a yes, or for another try."""
LOGS = "logs"
"""The folder in which logs of web servers wait to be read."""
WISH = "wish.json"
"""Says in a folder whose its file is, as long as the file waits for a yes; `user_id` is in it."""
CLIENTS = "begun"
"""The folder in which the client keeps what it needs to go on with an upload."""
MOST_LISTED = 100
TELL_EVERY_S = 1.0
Told = Callable[[Upload], None]


class Cancelled(AppError):
    """The upload was cancelled while it was under way."""


class Uploading:
    """See the module. Methods block."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        worker: Worker,
        shows: CreatorShows,
        changes: Changes,
        doing: Doing,
        data: Path,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._worker = worker
        self._shows = shows
        self._changes = changes
        self._doing = doing
        # Resolved, because paths of files are: else none of them would seem to lie here.
        self._root = data.resolve() / "creators"
        worker.handle(JOB, self._work, lane=lambda payload: str(payload["account_id"]))
        worker.every(LOOK_JOB, LOOK_EVERY_S, self._look)

    # ---- reading -----------------------------------------------------------------------------------------

    def of_show(self, user_id: int, show_id: int) -> tuple[Upload, ...]:
        """The uploads of a user's show, latest first."""
        with self._engine.read() as tx:
            return tuple(map(upload_from, table.uploads_of_show(tx, user_id, show_id, MOST_LISTED)))

    def get(self, user_id: int, upload_id: int) -> Upload:
        """One of a user's uploads. Raises NotFound."""
        found = self._find(upload_id)
        if found is None or found.user_id != user_id:
            raise NotFound("There is no such upload here.")
        return found

    # ---- beginning and ending ----------------------------------------------------------------------------

    def incoming(self) -> Path:
        """A new private folder to put a file into before `Studio.upload` is called with it."""
        folder = self._root / new_secret(12)
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def add(
        self,
        show: CreatorShow,
        file: Path,
        wanted: NewEpisode | None,
        *,
        episode: CreatorEpisode | None = None,
        name: str = "",
        actor: Actor = "page",
        start: bool = True,
    ) -> Upload:
        """Queue a file. Raises Rejected for one that would be refused, Conflict where the episode is no draft.

        Args:
            start: have the worker do it; False for a caller that calls `run` itself.
        """
        kind = wishes.media(file, name)
        if episode is not None and episode.state == "published":
            raise Conflict(f"“{episode.title}” is published; a file goes into a draft or a scheduled episode.")
        if wanted is None:
            wanted = NewEpisode(title=episode.title if episode else "", description="")
        values = {
            "user_id": show.user_id,
            "account_id": show.account_id,
            "show_id": show.show_id,
            "episode_id": episode.episode_id if episode else 0,
            "anchor_id": episode.anchor_id if episode else 0,
            "kind": kind,
            "filename": storable(name or file.name)[:200],
            "path": str(file.resolve()),
            "size": file.stat().st_size,
            "wanted": jsontext.dumps(asdict(wanted)),
            "actor": actor,
            "now": self._clock.now(),
        }

        def work(tx: Tx) -> int:
            upload_id = table.add_upload(tx, values)
            if start:
                self._queue(tx, upload_id, show.account_id)
            return upload_id

        return self.get(show.user_id, self._writer.do(work).result())

    def cancel(self, user_id: int, upload_id: int) -> Upload:
        """Stop after the part in hand. A draft that was made stays, and can be deleted. Raises Conflict when done."""
        upload = self.get(user_id, upload_id)
        if upload.state in ("done", "cancelled"):
            raise Conflict(f"This upload is {upload.state} already.")
        self._set(upload_id, state="cancelled", step="", error="")
        self._remove_file(upload)
        return self.get(user_id, upload_id)

    def retry(self, user_id: int, upload_id: int) -> Upload:
        """Go on with an upload that failed, where it stopped. Raises Conflict for another, or when its file is gone."""
        upload = self.get(user_id, upload_id)
        if upload.state != "failed":
            raise Conflict("Only an upload that failed is tried again.")
        if not upload.path.is_file():
            raise Conflict("Its file is no longer here: upload it anew.")

        def work(tx: Tx) -> None:
            table.set_upload(tx, upload_id, {"state": "waiting", "error": "", "updated_at": self._clock.now()})
            self._queue(tx, upload_id, upload.account_id)

        self._writer.do(work).result()
        return self.get(user_id, upload_id)

    def take_up(self) -> int:
        """Queue what a stopped process left under way; returns how many."""
        with self._engine.read() as tx:
            rows = [table.upload(tx, upload_id) for upload_id in table.unfinished_uploads(tx, 1_000)]
        quiet = self._clock.now() - QUIET_S
        left = [upload for upload in map(upload_from, filter(None, rows)) if upload.updated_at <= quiet]

        def work(tx: Tx) -> None:
            for upload in left:
                self._queue(tx, upload.upload_id, upload.account_id)

        self._writer.do(work).result()
        return len(left)

    def forget(self, user_id: int) -> None:
        """The user is being erased: cancel what is under way, and remove the files that were put here."""
        with self._engine.read() as tx:
            paths = [Path(path) for path in table.upload_paths(tx, user_id)]
        self._writer.do(lambda tx: table.cancel_uploads(tx, user_id, self._clock.now())).result()
        for path in paths:
            self._remove(path)
        for folder in self._folders():
            if _wished_by(folder) == user_id:
                shutil.rmtree(folder, ignore_errors=True)

    def leave(self, account: CreatorAccount) -> None:
        """An account is disconnected: cancel what is under way with it."""
        with self._engine.read() as tx:
            rows = [table.upload(tx, upload_id) for upload_id in table.unfinished_uploads(tx, 1_000)]
        for upload in map(upload_from, filter(None, rows)):
            if upload.account_id == account.account_id:
                self.cancel(upload.user_id, upload.upload_id)

    def sweep(self) -> int:
        """Remove what was put here and never uploaded within two days; returns how many folders."""
        with self._engine.read() as tx:
            rows = [table.upload(tx, upload_id) for upload_id in table.unfinished_uploads(tx, 1_000)]
        needed = {Path(row[8]).parent for row in rows if row}
        before = self._clock.now() - KEPT_S
        old = [one for one in self._folders() if one not in needed and one.stat().st_mtime < before]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)

    def _look(self, _: Mapping[str, Any]) -> None:
        self.take_up()
        self.sweep()

    # ---- the work ----------------------------------------------------------------------------------------

    def _work(self, payload: Mapping[str, Any]) -> None:
        found = self._find(int(payload["upload_id"]))
        if found is not None and found.state in ("waiting", "running"):
            self.run(found)

    def run(self, upload: Upload, told: Told | None = None) -> Upload:
        """Do an upload in this thread, from where it stands.

        Args:
            told: hears of the upload after every part.

        Raises:
            RetryLater: it can go on later, from here. Everything else has made it "failed", or was its end.
        """
        try:
            show = self._shows.get(upload.user_id, upload.show_id)
            self._set(upload.upload_id, state="running")
            episode = self._episode_step(show, upload)
            self._media_step(show, episode, upload, told)
            self._details_step(show, episode, upload)
        except Cancelled:
            self._remove_file(upload)
        except RetryLater as fault:
            self._set(upload.upload_id, state="waiting", error=_words(fault))
            raise
        except AppError as fault:
            self._set(upload.upload_id, state="failed", error=_words(fault))
        else:
            self._set(upload.upload_id, state="done", step="", sent=upload.size, error="")
            self._remove_file(upload)
        return self.get(upload.user_id, upload.upload_id)

    def _episode_step(self, show: CreatorShow, upload: Upload) -> EpisodeAt:
        """The episode the file goes into, made if there is none yet."""
        if upload.episode_id:
            return episode_at(show, self._shows.episode(upload.user_id, upload.episode_id))
        wanted = upload.wanted
        made, change_id = self._draft_of(show, upload)
        now = self._clock.now()

        def work(tx: Tx) -> int:
            episode_id = taking.note_draft(tx, show, made, wanted, now)
            values = {"episode_id": episode_id, "anchor_id": made.anchor_id, "step": "media", "updated_at": now}
            table.set_upload(tx, upload.upload_id, values)
            return episode_id

        episode_id = self._writer.do(work).result()
        if change_id:
            self._changes.refine(change_id, episode_id=episode_id)
        return episode_at(show, self._shows.episode(upload.user_id, episode_id))

    def _draft_of(self, show: CreatorShow, upload: Upload) -> tuple[EpisodeAt, int]:
        """The draft an earlier attempt made under this title, or a new one and the change that made it."""
        wanted = upload.wanted
        if upload.step == "episode":
            drafts = self._doing.hands.open(show.account_id).drafts(show.uri)
            there = next((draft for draft in drafts if draft.title == wanted.title), None)
            if there is not None:
                return there, 0
        self._set(upload.upload_id, step="episode")
        acting = acting_on(show, upload.actor, title=wanted.title)
        made, change = self._doing.do(acting, lambda hand: hand.create(show.uri, wanted))
        return made, change.change_id

    def _media_step(self, show: CreatorShow, episode: EpisodeAt, upload: Upload, told: Told | None) -> None:
        if upload.step == "details":
            return
        said_at = 0.0

        def hears(sent: int, size: int) -> None:
            nonlocal said_at
            now = self._clock.monotonic()
            if now - said_at < TELL_EVERY_S and sent < size:
                return
            said_at = now
            self._set(upload.upload_id, step="media", sent=sent)  # raises when it was cancelled
            if told is not None:
                told(self.get(upload.user_id, upload.upload_id))

        acting = acting_on(show, upload.actor, title=upload.wanted.title or upload.filename)
        acting.episode_id = self.get(upload.user_id, upload.upload_id).episode_id

        def send(hand: Hand) -> None:
            hand.upload(episode, upload.path, upload.kind, hears)

        self._doing.do(acting, send)
        self._set(upload.upload_id, step="details", sent=upload.size)

    def _details_step(self, show: CreatorShow, episode: EpisodeAt, upload: Upload) -> None:
        wanted = upload.wanted
        episode_id = self.get(upload.user_id, upload.upload_id).episode_id
        if wanted.publish_on:
            acting = acting_on(show, upload.actor, title=wanted.title)
            acting.episode_id = episode_id
            moment = wishes.publish_on(wanted.publish_on, self._clock.now())
            found, _ = self._doing.do(acting, lambda hand: hand.schedule(episode, moment))
            now = self._clock.now()
            sent = {"publish_on": moment, "title": wanted.title, "description": wanted.description}
            self._writer.do(lambda tx: taking.take_episode(tx, episode_id, found, sent, now)).result()
        if wanted.sponsored and wanted.publish_on:
            acting = acting_on(show, upload.actor, title=wanted.title)
            acting.episode_id = episode_id
            self._doing.do(acting, lambda hand: hand.sponsored(episode, True))

    # ---- rows --------------------------------------------------------------------------------------------

    def _find(self, upload_id: int) -> Upload | None:
        with self._engine.read() as tx:
            row = table.upload(tx, upload_id)
        return upload_from(row) if row else None

    def _set(self, upload_id: int, **values: Any) -> None:
        """Change an upload; one that was cancelled in the meantime stays so. Raises Cancelled then."""
        values["updated_at"] = self._clock.now()

        def work(tx: Tx) -> bool:
            row = table.upload(tx, upload_id)
            if row is None or (row[11] == "cancelled" and values.get("state") != "cancelled"):
                return False
            return bool(table.set_upload(tx, upload_id, values))

        if not self._writer.do(work).result():
            raise Cancelled("The upload was cancelled.")

    def _queue(self, tx: Tx, upload_id: int, account_id: int) -> None:
        payload = {"upload_id": upload_id, "account_id": account_id}
        self._worker.enqueue(tx, JOB, payload, dedupe=str(upload_id))

    def _remove_file(self, upload: Upload) -> None:
        self._remove(upload.path)

    def _remove(self, path: Path) -> None:
        # Files that were put elsewhere, as those of the command line, are not ours to remove.
        if path.parent.parent == self._root:
            shutil.rmtree(path.parent, ignore_errors=True)

    def _folders(self) -> list[Path]:
        """The folders of files on their way, but not the client's own."""
        if not self._root.is_dir():
            return []
        return [one for one in self._root.iterdir() if one.is_dir() and one.name not in (CLIENTS, LOGS)]


def _wished_by(folder: Path) -> int:
    """Whose a file is that still waits for a yes: a page leaves the wish beside it; 0 for nobody's."""
    try:
        said = jsontext.loads((folder / WISH).read_text("utf-8"))
        return int(said["user_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _words(fault: AppError) -> str:
    mend = str(getattr(fault, "mend", ""))
    return storable(f"{str(fault).rstrip('.')}. {mend}" if mend else str(fault))[:1_000]


def upload_from(row: Row) -> Upload:
    """A row of `creator_writes.UPLOAD` as a record."""
    return Upload(
        upload_id=row[0],
        user_id=row[1],
        account_id=row[2],
        show_id=row[3],
        episode_id=row[4],
        anchor_id=row[5],
        kind=row[6],
        filename=row[7],
        path=Path(row[8]),
        size=row[9],
        sent=row[10],
        state=row[11],
        step=row[12],
        wanted=NewEpisode(**jsontext.loads(row[13])),
        actor=row[14],
        error=row[15],
        created_at=row[16],
        updated_at=row[17],
    )
