"""How plays end: rates with their bounds, lists of suggestions."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from earstead.apis.native.answers import Entity
from earstead.apis.native.callers import Fresh, Held, Reader, new_router
from earstead.apis.native.shapes import Answer, Count, EntityIdPath
from earstead.kit.http import blocking

router = new_router("habits")


class Rate(Answer):
    """A share of plays whose end is known."""

    part: Count
    known: Count
    share: float
    low: float = Field(description="The true share lies above this and below `high` in 95 of 100 cases (Wilson).")
    high: float
    enough: bool = Field(description="Whether there are enough plays to speak of a rate.")


class Ends(Answer):
    """How plays ended."""

    plays: Count
    known: Count = Field(description="Plays whose end says something: finished, left or skipped.")
    finished: Count
    skipped: Count
    finish: Rate
    left_at: tuple[Count, ...] = Field(description="Plays left or skipped, by tenths of the track.")


class Agreement(Answer):
    """Plays of which the player reported whether they were skipped, against what the time heard says."""

    both: Count
    only_reported: Count
    only_derived: Count
    neither: Count


class EntityEnds(Answer):
    """How the plays of one entity ended."""

    entity: Entity
    tally: Ends


class ContextEnds(Answer):
    """How plays from one playlist, album, artist or collection ended."""

    uri: str
    kind: str
    tally: Ends


class Habits(Answer):
    """Everything about the ends of your plays of music."""

    whole: Ends
    agreement: Agreement
    hours: tuple[Ends, ...] = Field(description="24, by local hour.")
    tracks: tuple[EntityEnds, ...]
    artists: tuple[EntityEnds, ...]
    contexts: tuple[ContextEnds, ...]
    always: tuple[EntityEnds, ...] = Field(description="Always skipped: 8 of 10, of at least 5 plays.")
    never: tuple[EntityEnds, ...] = Field(description="Never skipped or left, of at least 10 plays.")
    dear: tuple[EntityEnds, ...] = Field(description="Heard to the end like something loved, and not loved yet.")


class RecordingEnds(Answer):
    """How the plays of one recording ended."""

    tally: Ends
    agreement: Agreement
    length_ms: Count = Field(description="Best known length; 0 unknown.")


@router.get("/habits", response_model=Habits)
async def habits(who: Reader, services: Held) -> Any:
    """How your plays end: finished, left, skipped; by track, artist, hour and context; with lists of suggestions."""
    # Without an ETag: what is loved leaves a list, and loves are no listens.
    return await blocking(services.habits.report, who.id)


@router.get("/habits/recordings/{recording_id}", response_model=RecordingEnds)
async def recording_habits(who: Fresh, services: Held, recording_id: EntityIdPath) -> Any:
    """How the plays of one recording end; zeros for one that you never heard."""
    return await blocking(services.habits.recording, who.id, recording_id)
