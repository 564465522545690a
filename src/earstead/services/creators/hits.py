"""Requests for the files of shows: taken from logs and from the prefix redirect, kept as numbers, counted as downloads.

Nothing about a person is kept: an address and its program become one number under this server's key, and after
`KEPT_DAYS` that is gone as well. What the requests amount to are figures like every other, of the metrics
`feed_downloads` and `feed_listeners`: of a log counted in the manner of the IAB, of the prefix as OP3 counts
(`core.creators.downloads`). A day is counted anew whenever requests of it arrive.
"""

from __future__ import annotations

import gzip
import logging
import shutil
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

from earstead.core.creators.access_log import MOST_LINE, Line, network, read_line, span_of
from earstead.core.creators.agents import MOST_AGENT, Agents
from earstead.core.creators.downloads import DAY_S, UNKNOWN, Download, File, Hit, daily, delivered, listeners
from earstead.core.creators.targets import target_of
from earstead.core.errors import AppError, NotFound, Rejected
from earstead.core.ids import hash63
from earstead.kit import jsontext
from earstead.kit.clock import Clock, new_secret
from earstead.kit.secrets import Vault
from earstead.kit.texts import storable
from earstead.services.creators.feed_figures import feed_figures
from earstead.services.creators.memory import CreatorMemory, Reading
from earstead.services.creators.shows import CreatorShows
from earstead.services.worker import Worker
from earstead.storage import creator_downloads as table
from earstead.storage import creators as shows_table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

Source = Literal["log", "prefix"]
OPERATIONS: Mapping[Source, str] = {"log": "log:iab", "prefix": "prefix:op3"}
"""What is told as the origin of figures."""
KEPT_DAYS = 400
LOG_JOB = "creators.log"
COUNT_JOB = "creators.count"
PRUNE_JOB = "creators.hits_prune"
COUNT_AFTER_S = 60
_PIECE = 1_024
_TELL_LINES = 20_000
MOST_LOGS = 50
NOT_OURS = "asks for something else than a file of this feed"
FIRST_AT = 946_684_800
"""2000-01-01: no podcast is older."""
NO_TIME = "its time lies in the future, or before the year 2000"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRead:
    """A log that was given to be read.

    Attributes:
        state: "waiting", "running", "done", "failed". `error`: why it failed.
        size, done: bytes of the file, and of it read (of the packed file where it is packed).
        lines: read; `kept`: that ask for files of the show; `new`: of these, those that were not here before.
        left_out: why lines were not kept -> how many.
    """

    log_id: int
    show_id: int
    user_id: int
    name: str
    state: str
    size: int
    done: int
    lines: int
    kept: int
    new: int
    left_out: Mapping[str, int]
    error: str
    begun_at: int

    @property
    def share(self) -> float:
        """How much of it is read, 0 to 1."""
        return 1.0 if self.state == "done" else self.done / self.size if self.size else 0.0


class CreatorHits:
    """See the module. Methods block, but for `asked`."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        worker: Worker,
        shows: CreatorShows,
        memory: CreatorMemory,
        data: Path,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._worker = worker
        self._shows = shows
        self._memory = memory
        self._root = data / "creators" / "logs"
        self._agents = _agents(data)
        worker.handle(LOG_JOB, lambda payload: self._read_log(payload))
        worker.handle(COUNT_JOB, lambda payload: self._count_job(payload))
        worker.every(PRUNE_JOB, DAY_S, lambda _: self._prune())

    # ---- the prefix --------------------------------------------------------------------------------------

    def leads(self, url: str) -> tuple[tuple[int, int], ...]:
        """(show, file) of those that count by prefix and whose files lie where an address leads; () for nobody's."""
        target = target_of(url)
        with self._engine.read() as tx:
            return tuple((row[0], row[1]) for row in table.prefixed(tx, target.partition("/")[0], target))

    def asked(self, places: Sequence[tuple[int, int]], line: Line) -> None:
        """Keep a request that was led on, soon; never raises: a file must not fail because it is counted."""
        try:
            rows = [self._row(show_id, "prefix", file_id, line) for show_id, file_id in places if file_id]
            if rows:
                self._writer.do(lambda tx: self._keep_asked(tx, rows))
        except Exception:
            log.exception("a request for a file was led on, and not counted")

    def _keep_asked(self, tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
        _add(tx, rows)
        for show_id in {row["show_id"] for row in rows}:
            payload = {"show_id": show_id, "source": "prefix"}
            run_at = self._clock.now() + COUNT_AFTER_S
            self._worker.enqueue(tx, COUNT_JOB, payload, run_at=run_at, dedupe=f"{show_id} prefix")

    def _row(self, show_id: int, source: Source, file_id: int, line: Line) -> dict[str, Any]:
        agent, place = storable(line.agent)[:MOST_AGENT], network(line.address)
        said = {
            "at": line.at,
            "who": self._vault.number("reader", place, agent),
            "method": storable(line.method)[:10],
            "status": line.status,
            "first_byte": line.first,
            "last_byte": line.last,
            "sent": line.sent,
        }
        digest = hash63(str(file_id), *map(str, said.values()))
        referer = hash63(line.referer) if line.referer else 0
        return {**said, "agent": agent, "referer": referer, "digest": digest} | {
            "show_id": show_id,
            "source": source,
            "file_id": file_id,
        }

    # ---- logs --------------------------------------------------------------------------------------------

    def incoming(self) -> Path:
        """A new private folder to put a log into before `add_log` is called with it."""
        folder = self._root / new_secret(12)
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def logs(self, user_id: int, show_id: int) -> tuple[LogRead, ...]:
        """The logs of a user's show, latest first. Raises NotFound."""
        self._shows.get(user_id, show_id)
        with self._engine.read() as tx:
            return tuple(map(_log, table.logs(tx, show_id, MOST_LOGS)))

    def add_log(self, user_id: int, show_id: int, path: Path, name: str = "", *, start: bool = True) -> LogRead:
        """Queue a log of a web server (combined format or JSON lines, gzip too) for the files of a show.

        Args:
            path: a file that is removed when it was read, if it lies in a folder of `incoming`.
            start: have the worker read it; False for a caller that calls `read_log` itself.

        Raises NotFound; Rejected while no feed says which files are the show's.
        """
        self._shows.get(user_id, show_id)
        with self._engine.read() as tx:
            if not table.files(tx, show_id):
                raise Rejected("feed", "name the feed of the show first: it says which files are meant")
        size = path.stat().st_size
        values = {
            "show_id": show_id,
            "user_id": user_id,
            "name": storable(name or path.name)[:200],
            "size": size,
            "begun_at": self._clock.now(),
        }

        def work(tx: Tx) -> int:
            log_id = table.add_log(tx, values)
            if start:
                self._worker.enqueue(tx, LOG_JOB, {"log_id": log_id, "path": str(path)}, dedupe=str(log_id))
            return log_id

        return self._log(self._writer.do(work).result())

    def _log(self, log_id: int) -> LogRead:
        with self._engine.read() as tx:
            row = table.log(tx, log_id)
        if row is None:
            raise NotFound("There is no such log.")
        return _log(row)

    def _read_log(self, payload: Mapping[str, Any]) -> None:
        path = Path(str(payload["path"]))
        try:
            self.read_log(int(payload["log_id"]), path)
        except NotFound:  # the show was removed while its log waited
            pass
        finally:
            if path.is_relative_to(self._root):
                shutil.rmtree(path.parent, ignore_errors=True)

    def read_log(self, log_id: int, path: Path, told: Callable[[LogRead], None] = lambda _: None) -> LogRead:
        """Read a log, keep its requests and count them; says how far it is. A line that is none is counted with why."""
        found = self._log(log_id)
        with self._engine.read() as tx:
            files = {row[2]: row[0] for row in table.files(tx, found.show_id)}
        hosts = {target.partition("/")[0] for target in files}
        by_path = {target.partition("/")[2]: file_id for target, file_id in files.items()} if len(hosts) == 1 else {}
        tally: Counter[str] = Counter()
        rows: list[dict[str, Any]] = []
        lines = kept = new = 0

        def flush(state: str, done: int, error: str = "") -> None:
            nonlocal rows, new
            some, rows = rows, []
            new += self._writer.do(partial(_add, rows=some), bulk=True).result()
            said = {"state": state, "done": done, "lines": lines, "kept": kept, "new": new, "error": error}
            values = {**said, "left_out": jsontext.dumps(dict(tally))}
            self._writer.do(lambda tx: table.change_log(tx, log_id, values)).result()
            told(self._log(log_id))

        done = 0
        try:
            with path.open("rb") as raw:
                for text in _lines(raw):
                    if not text.strip():
                        continue
                    lines += 1
                    done = raw.tell()
                    line = read_line(text)
                    if isinstance(line, str):
                        tally[line] += 1
                        continue
                    if not FIRST_AT <= line.at < self._clock.now() + DAY_S:
                        tally[NO_TIME] += 1
                        continue
                    file_id = _file_of(line, files, by_path)
                    if not file_id:
                        tally[NOT_OURS] += 1
                        continue
                    kept += 1
                    rows.append(self._row(found.show_id, "log", file_id, line))
                    if len(rows) >= _PIECE or lines % _TELL_LINES == 0:
                        flush("running", done)
            flush("running", found.size)
            self.count(found.show_id, "log")
            flush("done", found.size)
        except (OSError, EOFError, zlib.error) as fault:
            flush("failed", done, f"The file cannot be read: {fault}")
        return self._log(log_id)

    # ---- counting ----------------------------------------------------------------------------------------

    def _count_job(self, payload: Mapping[str, Any]) -> None:
        source: Source = "prefix" if payload["source"] == "prefix" else "log"
        self.count(int(payload["show_id"]), source)

    def count(self, show_id: int, source: Source) -> int:
        """Count all requests that are kept of a show anew; how many downloads they are. Harmless to repeat."""
        with self._engine.read() as tx:
            feed, files = table.feed(tx, show_id), table.files(tx, show_id)
        if feed is None:
            return 0
        found: list[tuple[int, Download]] = []
        reach: dict[int, tuple[int, int]] = {}
        for row in files:
            counted = self._of_file(show_id, source, row, feed[5])
            if counted is not None:
                downloads, first, last = counted
                found += [(row[6], one) for one in downloads]
                for episode_id in {row[6], 0}:
                    before = reach.get(episode_id, (first, last))
                    reach[episode_id] = (min(first, before[0]), max(last, before[1]))
        if reach:
            self._write(show_id, OPERATIONS[source], found, reach)
        return len(found)

    def _of_file(
        self, show_id: int, source: Source, file: Row, counting: Any
    ) -> tuple[Sequence[Download], int, int] | None:
        with self._engine.read() as tx:
            rows = table.hits(tx, show_id, source, file[0])
        if not rows:
            return None
        hits = [_hit(file[2], row) for row in rows]
        if source == "prefix":
            counted = daily(hits, self._agents)
        else:
            measure = {file[2]: File(size=file[7], duration_ms=file[8])}
            counted = delivered(hits, measure, self._agents, window=counting)
        # The first day that is kept may lack requests that were forgotten; its figure stands since then.
        first, last = hits[0].at // DAY_S, hits[-1].at // DAY_S
        if first <= self._clock.now() // DAY_S - KEPT_DAYS:
            first += 1
        return [one for one in counted.downloads if one.at // DAY_S >= first], first, last

    def _write(
        self,
        show_id: int,
        operation: str,
        found: Sequence[tuple[int, Download]],
        reach: Mapping[int, tuple[int, int]],
    ) -> None:
        show = self._shows.of_id(show_id)
        if show is None:
            return
        today = self._clock.now() // DAY_S
        groups: dict[int, dict[int, list[Download]]] = defaultdict(lambda: defaultdict(list))
        for episode_id, one in found:
            for of in {0, episode_id}:
                groups[of][one.at // DAY_S].append(one)
        figures = [
            made
            for episode_id, (first, last) in reach.items()
            for made in feed_figures(
                operation,
                episode_id,
                groups[episode_id],
                range(first, last + 1),
                today,
                people=listeners,
                parts={"app": lambda one: one.agent or "unknown"},
            )
        ]
        self._memory.keep(Reading(account_id=show.account_id, show_id=show_id, figures=tuple(figures))).result()

    def _prune(self) -> None:
        before = (self._clock.now() // DAY_S - KEPT_DAYS) * DAY_S
        while self._writer.do(lambda tx: table.prune_hits(tx, before), bulk=True).result():
            pass


def _add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store requests for files of shows that are still there; how many are new."""
    here = {show_id for show_id in {row["show_id"] for row in rows} if shows_table.show(tx, show_id) is not None}
    return table.add_hits(tx, [row for row in rows if row["show_id"] in here])


def _hit(target: str, row: Row) -> Hit:
    at, who, agent, referer, method, status, first, last, sent = row
    return Hit(
        at=at,
        who=who,
        target=target,
        agent=agent,
        referer=str(referer or ""),
        method=method,
        status=status,
        first=first,
        last=last,
        sent=sent,
    )


def _log(row: Row) -> LogRead:
    return LogRead(
        log_id=row[0],
        show_id=row[1],
        user_id=row[2],
        name=row[3],
        state=row[4],
        size=row[5],
        done=row[6],
        lines=row[7],
        kept=row[8],
        new=row[9],
        left_out=jsontext.loads(row[10]),
        error=row[11],
        begun_at=row[12],
    )


def _lines(raw: IO[bytes]) -> Iterable[str]:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    plain: Any = gzip.GzipFile(fileobj=raw) if packed else raw
    most = 4 * MOST_LINE + 4  # bytes of a text that `read_line` calls too long, whatever its characters
    while line := plain.readline(most):
        ends = line.endswith(b"\n")
        yield line.decode("utf-8", "replace")
        while not ends and (rest := plain.readline(1 << 20)):  # a file may be one line that never ends
            ends = rest.endswith(b"\n")


def _file_of(line: Line, files: Mapping[str, int], by_path: Mapping[str, int]) -> int:
    """The file a line asks for, 0 for none: by host and path, by the path alone where all files lie on one host."""
    url = line.url if line.url.startswith(("http://", "https://")) else f"https://{line.host}{line.url}"
    if line.host or url is line.url:
        target = target_of(url)
        if target in files:
            return files[target]
        host, _, path = target.partition("/")
        name, _, port = host.rpartition(":")
        if port in ("80", "443"):
            return files.get(f"{name}/{path}", 0)
        return 0
    return by_path.get(target_of(f"https://host.invalid{line.url}").partition("/")[2], 0)


def line_of_request(
    *, at: int, address: str, method: str, url: str, headers: Mapping[str, str], status: int = 302
) -> Line:
    """A request that is led on, as a log would tell it; what was delivered then, nobody here knows."""
    first, last = span_of(headers.get("range", ""))
    return Line(
        at=at,
        address=address,
        method=method,
        url=url,
        status=status,
        referer=headers.get("referer", "")[:2_000],
        agent=headers.get("user-agent", ""),
        first=first,
        last=last,
        sent=UNKNOWN,
    )


def _agents(data: Path) -> Agents:
    """The lists of programs: those of `podcast-agents.json` in the server's folder, where there is one."""
    path = data / "podcast-agents.json"
    if not path.exists():
        return Agents()
    try:
        said = jsontext.loads(path.read_text("utf-8"))
        return Agents({kind: tuple(entries) for kind, entries in said.items()})
    except (OSError, ValueError, AttributeError, AppError) as fault:
        log.warning("podcast-agents.json cannot be used, the built-in lists are: %s", fault)
        return Agents()
