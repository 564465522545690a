"""A table nobody knows: the person says which column holds what."""

from __future__ import annotations

from typing import Any

from earstead.core.errors import Rejected
from earstead.services.views import ImportJob
from earstead.web.forms import Form, known_zone

FIELDS = (
    ("artist", "Artist", True),
    ("track", "Track", True),
    ("listened_at", "Time", True),
    ("album", "Album", False),
    ("duration_s", "Length in seconds", False),
    ("played_ms", "Played, in milliseconds", False),
)
"""(role as the reader calls it, its words, whether it must be given)."""
_MAX_COLUMN = 200


def unread_reasons(job: ImportJob) -> tuple[str, ...]:
    """Why files of an import were not read; () when nothing may be gained by naming columns.

    A file that was looked at in vain left its reason in `error`, files beside readable ones in their parts.
    """
    if job.state == "failed" and not job.parts:
        return (job.error,)
    if job.state != "preview":
        return ()
    return tuple(dict.fromkeys(part["ignored"] for part in job.parts if "column" in part["ignored"]))


def wanted_options(form: Form) -> dict[str, Any]:
    """What the reader is told: mapping and zone. Raises Rejected when a required column is missing."""
    mapping = {role: form.text(role)[:_MAX_COLUMN] for role, _, _ in FIELDS if form.text(role)}
    for role, words, required in FIELDS:
        if required and role not in mapping:
            raise Rejected(role, f"name the column that holds this: {words.lower()}")
    return {"mapping": mapping, "zone": known_zone(form.text("zone"))}
