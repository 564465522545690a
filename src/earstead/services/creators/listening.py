"""How long people stayed with an episode, and what was said where they left."""

from __future__ import annotations

from earstead.core.creators.dropping import chapter_at, chapters_in, drops, words_at
from earstead.core.creators.metrics import METRICS, Aggregation, Definition, Window
from earstead.kit import jsontext
from earstead.services.creators.types import Chapter, DropOff, Heard, Provenance, Retention
from earstead.storage import creator_figures as table
from earstead.storage import creators as creators_table
from earstead.storage.engine import Tx

PREFERRED = "getEpisodePerformanceAllTime"
"""It carries the 95 % mark, which the other source does not."""
DESCRIPTION, LENGTH_MS = 5, 11


def retention(tx: Tx, episode_id: int) -> Retention | None:
    """The curve that is best known; None when none was read, or nobody had listened yet."""
    rows = [row for row in table.retention(tx, episode_id) if row[4] > 0]
    episode = creators_table.episode(tx, episode_id)
    if not rows or episode is None:
        return None
    operation, points, percentiles, median_s, most, fetched_at = min(rows, key=lambda row: row[0] != PREFERRED)
    curve = tuple(Heard(float(second), people / most) for second, people in jsontext.loads(points))
    said = creators_table.transcript(tx, episode_id)
    chapters = tuple((float(start), str(title)) for start, title in jsontext.loads(said[1])) if said else ()
    chapters = chapters or chapters_in(episode[DESCRIPTION])
    length = episode[LENGTH_MS] / 1000 or (curve[-1].second if curve else 0.0)
    found = tuple(
        DropOff(
            start_s=start,
            end_s=end,
            lost=lost,
            words=words_at(said[0], start, end, length) if said else "",
            chapter=chapter_at(chapters, start),
        )
        for start, end, lost in drops(curve)
    )
    return Retention(
        episode_id=episode_id,
        points=curve,
        percentiles={int(reached): share / 100 for reached, share in jsontext.loads(percentiles).items()},
        median_s=median_s if median_s >= 0 else None,
        sample=most,
        drops=found,
        chapters=tuple(Chapter(start_s=start, title=title) for start, title in chapters),
        provenance=Provenance(
            scope=METRICS["completion"].scope,
            window=Window.ALL_TIME,
            aggregation=Aggregation.TOTAL,
            definition=Definition.NONE,
            operation=operation,
            fetched_at=fetched_at,
        ),
    )
