"""How a number of plays divides among countries, ages, apps: by pattern, so that parts add up over days and episodes.

Every unit counted gets its label from a shuffled pattern of 1000 labels. What a range of units holds of a label is
then a difference of two prefix sums: exact, never negative, and the same whether days are asked for one by one.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from earstead.kit.clock import seeded

SIZE: Final = 1000
GENDERS: Final = ("FEMALE", "MALE", "NON_BINARY", "NOT_SPECIFIED")
AGES: Final = ("0-17", "18-22", "23-27", "28-34", "35-44", "45-59", "60-150", "unknown")
SOURCES: Final = ("HOME", "LIBRARY", "OTHER", "SEARCH")


class Pattern:
    """Labels by weight, in a shuffled order of 1000 that repeats for ever."""

    def __init__(self, weights: Mapping[str, int], seed: str) -> None:
        labels = [label for label, weight in _to_thousand(weights).items() for _ in range(weight)]
        seeded(f"pattern {seed}").shuffle(labels)
        self.labels = tuple(weights)
        self._upto = [array("H", accumulate((label == each for label in labels), initial=0)) for each in self.labels]

    def counts(self, start: int, end: int) -> list[int]:
        """How many of the units number `start` up to, not including, `end` have each label."""
        rounds, low, high = end // SIZE - start // SIZE, start % SIZE, end % SIZE
        return [rounds * upto[SIZE] + upto[high] - upto[low] for upto in self._upto]

    def split(self, count: int, offset: int = 0) -> dict[str, int]:
        """A number divided among the labels."""
        return dict(zip(self.labels, self.counts(offset, offset + count), strict=True))


def _to_thousand(weights: Mapping[str, int]) -> dict[str, int]:
    """Weights scaled to whole numbers that sum to 1000; the largest remainders are rounded up."""
    total = sum(weights.values())
    scaled = {label: weight * SIZE // total for label, weight in weights.items()}
    rest = sorted(weights, key=lambda label: -(weights[label] * SIZE % total))
    for label in rest[: SIZE - sum(scaled.values())]:
        scaled[label] += 1
    return scaled


APPS: Final[Mapping[str, int]] = {
    "Spotify": 560, "Apple Podcasts": 210, "Web browser": 74, "Overcast": 48, "Pocket Casts": 44, "YouTube Music": 26,
    "AntennaPod": 18, "Castbox": 11, "Podcast Addict": 9,
}  # fmt: skip
DEVICES: Final[Mapping[str, int]] = {
    "iPhone": 470, "Android": 330, "Desktop": 128, "Smart speaker": 38, "iPad": 19, "Watch": 10, "TV": 5,
}  # fmt: skip
COUNTRIES: Final[Mapping[str, tuple[str, int]]] = {
    "DE": ("Germany", 380), "AT": ("Austria", 140), "US": ("United States", 128), "CH": ("Switzerland", 92),
    "GB": ("United Kingdom", 74), "JP": ("Japan", 46), "FR": ("France", 40), "SE": ("Sweden", 30),
    "NL": ("Netherlands", 26), "BR": ("Brazil", 18), "CA": ("Canada", 14), "PL": ("Poland", 12),
}  # fmt: skip
"""By ISO code: the English name and the weight."""
REGIONS: Final[Mapping[str, Sequence[tuple[str, str, int]]]] = {
    "DE": (("BE", "Berlin", 34), ("BY", "Bavaria", 28), ("HH", "Hamburg", 20), ("NW", "North Rhine-Westphalia", 18)),
    "AT": (("9", "Vienna", 58), ("6", "Styria", 24), ("5", "Salzburg", 18)),
    "US": (("CA", "California", 42), ("NY", "New York", 36), ("TX", "Texas", 22)),
    "CH": (("ZH", "Zurich", 62), ("BE", "Bern", 38)),
    "GB": (("ENG", "England", 82), ("SCT", "Scotland", 18)),
    "JP": (("13", "Tokyo", 70), ("27", "Osaka", 30)),
}
"""By country: navigation name, display name, weight. Other countries have one region of their own name."""
CITIES: Final[Mapping[tuple[str, str], Sequence[tuple[str, int]]]] = {
    ("DE", "BY"): (("Munich", 66), ("Nuremberg", 34)),
    ("DE", "NW"): (("Cologne", 55), ("Essen", 45)),
    ("AT", "9"): (("Vienna", 100),),
    ("AT", "6"): (("Graz", 80), ("Leoben", 20)),
    ("US", "CA"): (("Los Angeles", 60), ("Oakland", 40)),
    ("US", "NY"): (("New York", 90), ("Albany", 10)),
}
"""By country and region; other regions have one city of the region's name."""


def regions_of(country: str) -> Sequence[tuple[str, str, int]]:
    """Navigation name, display name and weight of a country's regions; none for a country nobody listens in."""
    if country not in COUNTRIES:
        return ()
    return REGIONS.get(country, (("1", COUNTRIES[country][0], 1),))


def cities_of(country: str, region: str) -> Sequence[tuple[str, int]]:
    """Name and weight of a region's cities; none for a region that is not there."""
    name = next((name for code, name, _ in regions_of(country) if code == region), "")
    return CITIES.get((country, region), ((name, 1),) if name else ())


AGE_WEIGHTS: Final[Mapping[str, int]] = dict(zip(AGES, (14, 76, 150, 260, 250, 150, 50, 50), strict=True))
GENDER_WEIGHTS: Final[Mapping[str, int]] = dict(zip(GENDERS, (41, 52, 3, 4), strict=True))
SOURCE_WEIGHTS: Final[Mapping[str, int]] = dict(zip(SOURCES, (50, 20, 1, 29), strict=True))
PEOPLE_WEIGHTS: Final[Mapping[str, int]] = {
    f"{age} {gender}": AGE_WEIGHTS[age] * GENDER_WEIGHTS[gender] for age in AGES for gender in GENDERS
}
"""Age and gender at once, so that each bracket's genders sum to the bracket."""
