"""A house of services on one database, and a reader of a plain line format, for tests of imports and exports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earstead.core.listen import Submission
from earstead.kit.clock import Clock
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.exports import Exports
from earstead.services.import_types import ImportRow, Part
from earstead.services.imports.imports import Imports
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.storage import accounts
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer


class LineReader:
    """Reads JSON lines: [listened_at, artist, title] is a listen, with a score feedback; the line bad is skipped."""

    def detect(self, files: Sequence[Path], options: dict[str, Any] | None = None) -> list[Part]:
        return [
            Part(
                path=str(path),
                member="",
                format="lines",
                title="Lines",
                size=path.stat().st_size,
                options=dict(options or {}),
                ignored="" if path.suffix == ".lines" else "not a listening history",
            )
            for path in files
        ]

    def rows(self, part: Part) -> Iterator[ImportRow]:
        source = str(part.options.get("source", "lines"))
        with open(part.path, encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                where = f"{Path(part.path).name} row {number}"
                if text.strip() == "bad":
                    yield ImportRow(where=where, skip="not readable", excerpt=text.strip())
                    continue
                if text.strip() == "broken":
                    raise OSError("the file ends in the middle")
                at, artist, title, *score = json.loads(text)
                said = Submission(source=source, artist_name=artist, track_name=title, listened_at=at)
                if score:
                    yield ImportRow(where=where, feedback=(said, score[0], at))
                else:
                    yield ImportRow(where=where, submission=said)


@dataclass
class House:
    """Services as `app` would build them."""

    engine: Engine
    writer: Writer
    ingest: Ingest
    insights: Insights
    decisions: Decisions
    hub: Hub
    imports: Imports
    exports: Exports

    def add_user(self, name: str = "ada") -> int:
        return self.writer.do(
            lambda tx: accounts.add_user(tx, name=name, name_key=name, role="user", password_hash="", now=1)
        ).result()

    def close(self) -> None:
        self.imports.close()
        self.writer.close()


def house(engine: Engine, clock: Clock, data: Path) -> House:
    """Build it on a migrated database."""
    writer, hub = Writer(engine), Hub()
    ingest = Ingest(engine, writer, clock, hub)
    insights = Insights(engine, ingest)
    decisions = Decisions(engine, writer, ingest, insights, clock, hub)
    imports = Imports(engine, writer, ingest, decisions, hub, clock, data, LineReader())
    return House(engine, writer, ingest, insights, decisions, hub, imports, Exports(engine, insights))


def write_lines(path: Path, count: int, *, first: int = 1_600_000_000, step: int = 200, bad_every: int = 0) -> Path:
    """A file of `count` plays `step` seconds apart; every `bad_every`-th row is a bad one."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(count):
            if bad_every and i % bad_every == bad_every - 1:
                file.write("bad\n")
            else:
                file.write(json.dumps([first + i * step, f"Artist {i % 37}", f"Söng {i % 211}"]) + "\n")
    return path
