"""Run all rows, print the table, write it into README.md."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench import maloja, rows, table

IMPORTS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--listens", type=int, default=200_000, metavar="N", help="size of the history")
    parser.add_argument("--imports", type=int, default=IMPORTS, metavar="N", help="how often the history is imported")
    parser.add_argument("--large", action="store_true", help="a million listens")
    parser.add_argument("--with-maloja", action="store_true", help="measure Maloja too (minutes of CPU)")
    parser.add_argument("--dry", action="store_true", help="print the table, leave README.md as it is")
    said = parser.parse_args()
    listens = 1_000_000 if said.large else said.listens
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="earstead-bench-") as name:
        folder = Path(name)
        export = folder / "history.json"
        rows.write_history(listens, export)
        ours = _ours(folder, export, said.imports)
        theirs = maloja.measure(folder, export) if said.with_maloja else {}
    drawn = table.draw(listens, ours, theirs, time.monotonic() - begun)
    print(drawn)
    if not said.dry:
        table.write(listens, drawn)


def _ours(folder: Path, export: Path, imports: int) -> dict[str, float]:
    runs = [rows.imports(folder, export) for _ in range(imports)]
    figures = {name: statistics.median(run[name] for run, _ in runs) for name in runs[0][0]}
    return figures | rows.served(runs[-1][1])


if __name__ == "__main__":
    main()
