"""A progress bar on stderr, when somebody looks at it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from earstead.cli.perform import Tell


@contextlib.contextmanager
def shown(title: str, *, quiet: bool = False, unit: str = "rows") -> Iterator[Tell]:
    """A function that draws reports {state, progress?, read}, `read` of them in `unit`; none into files and pipes."""
    if quiet or not sys.stderr.isatty():
        yield lambda report: None
        return
    from rich.console import Console  # 75 ms, only when drawn
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(f"{{task.fields[read]:,}} {unit}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(title, total=None, read=0)

        def tell(report: dict[str, Any]) -> None:
            share = report.get("progress")
            bars.update(
                bar,
                description=f"{title} ({report['state']})",
                read=report.get("read", 0),
                total=None if share is None else 1.0,
                completed=share or 0.0,
            )

        yield tell
