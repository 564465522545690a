"""How long recordings are and which number they have on a release, as those who may be asked reported it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from earstead.kit import jsontext
from earstead.services.everybody.circle import Circle
from earstead.storage import commons
from earstead.storage.engine import Tx

WITNESSES = 4
"""Listeners (or titles) asked about one recording, the viewer first."""
REPORTS = 10
"""Latest reports of each."""
_NUMBERS = frozenset({"tracknumber", "trackno"})


def told(tx: Tx, around: Circle, ids: Sequence[int], releases: Collection[int] = ()) -> dict[int, tuple[int, int]]:
    """recording -> (duration_ms, number), by the id asked for: the values reported most often, 0 for unknown ones.

    Args:
        releases: the ids of the release that numbers are wanted of; without one there are no numbers.
    """
    asked = {alias: entity_id for entity_id in ids for alias in around.ids_of(entity_id)}
    tracks: dict[int, set[int]] = defaultdict(set)
    listed: dict[int, set[int]] = defaultdict(set)
    places: dict[int, dict[tuple[int, int], None]] = defaultdict(dict)
    for alias, release_id, user_id, track_id, match_key in commons.tracks_of_recordings(
        tx, around.user_ids, list(asked)
    ):
        entity_id = asked[alias]
        tracks[entity_id].add(track_id)
        if release_id in releases:
            listed[entity_id].add(track_id)
        places[entity_id][user_id, match_key] = None
    found = {}
    for entity_id, where in places.items():
        lengths: Counter[int] = Counter()
        numbers: Counter[int] = Counter()
        for user_id, match_key in sorted(where, key=lambda place: (place[0] != around.viewer_id, place))[:WITNESSES]:
            for track_id, duration_ms, extra in commons.reports(tx, user_id, match_key, REPORTS):
                if track_id in tracks[entity_id] and duration_ms > 0:
                    lengths[duration_ms] += 1
                if track_id in listed[entity_id] and (number := track_number(extra)):
                    numbers[number] += 1
        found[entity_id] = (_most(lengths), _most(numbers))
    return found


def track_number(extra: str) -> int:
    """The number on a release among what else was said of a play (JSON text), whatever the client calls it; 0 unknown.

    "3", 3, "3/12" and "03" are 3.
    """
    if "rack" not in extra:
        return 0
    said = {re.sub(r"[^a-z]", "", str(key).lower()): value for key, value in jsontext.loads(extra).items()}
    for name in _NUMBERS & said.keys():
        if digits := re.match(r"\s*(\d{1,4})\b", str(said[name])):
            return int(digits[1])
    return 0


def _most(counted: Counter[int]) -> int:
    return min(counted, key=lambda value: (-counted[value], value), default=0)
