"""The inventory of endpoints."""

from __future__ import annotations

import re

from earstead.core.creators.endpoints import BY_LABEL, COMMON, ENDPOINTS, LEGACY, MARKS, POD, REST, templates
from earstead.core.creators.endpoints_rest import REST as REST_DATA


def test_there_are_as_many_as_are_known() -> None:
    """45 distinct ones at REST under 47 labels with two PUTs to storage beside them, 17 at podcasters/v0."""
    assert len(templates(REST)) == 45
    assert len([e for e in REST if e.backend == "rest"]) == 47
    assert [e.label for e in REST if e.backend == "storage"] == ["1-V-2", "6-B"]
    assert [e.label for e in POD] == [f"P{number}" for number in range(1, 18)]
    assert len(LEGACY) == 18
    assert REST is REST_DATA
    assert len(BY_LABEL) == len(ENDPOINTS)


def test_those_that_share_a_path_say_so() -> None:
    """Two labels with the same method and path name each other."""
    seen: dict[tuple[str, str, str], str] = {}
    for endpoint in (e for e in ENDPOINTS if e.backend != "storage"):
        key = (endpoint.backend, endpoint.method, endpoint.path)
        assert endpoint.same_as == seen.get(key, ""), endpoint.label
        seen.setdefault(key, endpoint.label)


def test_each_is_described() -> None:
    """Every endpoint says what it is for and where that is known from, and reads nothing while it writes."""
    for endpoint in ENDPOINTS:
        assert endpoint.about.endswith("."), endpoint.label
        assert endpoint.marks and all(mark.partition(":")[0] in MARKS for mark in endpoint.marks), endpoint.label
        assert (endpoint.path == "") == (endpoint.backend == "storage"), endpoint.label
        assert endpoint.method != "GET" or not endpoint.writes, endpoint.label
        assert endpoint.known != "yes" or endpoint.answer or endpoint.writes, endpoint.label
        for name in re.findall(r"{(\w+)}", endpoint.path):
            assert name.islower(), endpoint.label
    assert COMMON[0].name == "isMumsCompatible"
