"""Types shared by requests and answers: bounded integers, ids, names."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST = 2**63 - 1
LATEST = 4_133_980_800

Int = Annotated[int, Field(ge=-MOST, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Seconds = Annotated[int, Field(ge=0, le=LATEST, description="Unix seconds, UTC.")]
Millis = Annotated[int, Field(ge=0, le=2_073_600_000, description="Milliseconds, at most 24 days.")]

# JavaScript, jq and many others keep 53 bits of a number; a hash id has 63. Answers give these ids as text.
HashId = Annotated[
    str,
    BeforeValidator(str),
    Field(pattern="^[0-9]{1,19}$", description="A 63-bit id as decimal text.", examples=["4611686018427387904"]),
]
HASH_ID_NAMES = frozenset({"id", "ids", "into", "track_ids"})
"""Members of a decision's subject that hold such ids."""
Name = Annotated[str, Field(min_length=1, max_length=4096)]
Mbid = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]

EntityKind = Literal["artist", "release", "recording", "episode", "show"]
Measure = Literal["plays", "time"]

EntityIdPath = Annotated[int, Path(ge=0, le=MOST, description="The entity's id.")]
IdPath = Annotated[int, Path(ge=0, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
PeriodName = Annotated[
    str,
    Query(
        max_length=40,
        description="`7d 30d 90d 180d 365d all week month year`, `2025`, `2025-03`, `2025-W09` or "
        "`2025-03-01..2025-03-31` (both days included), in your time zone.",
    ),
]


class Answer(BaseModel):
    """Something the server tells: read from the attributes of our records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Request(BaseModel):
    """Something the caller says: unknown members are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
