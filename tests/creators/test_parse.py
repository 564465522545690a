"""Answers are read as they come: proven shapes, older roots, nulls, texts for numbers, and strangers."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.registry import Registry
from earstead.creators import parse, parse_audience, parse_episodes, parse_lists, walk
from earstead.creators.answers import Answered, Empty, PartialError, why_empty
from earstead.creators.records import Mode

SHOW, EPISODE = "spotify:show:5AAAAAAAAAAAAAAAAAAAAA", "spotify:episode:4vXk0mWJmQ9yC1dEf2GhIj"


def of(data: Any, **variables: Any) -> Answered:
    return Answered(operation="x", data=data, variables=variables)


def show(**fields: Any) -> Answered:
    return of({"showByShowUri": {"uri": SHOW, **fields}})


def episode(**fields: Any) -> Answered:
    return of({"episodeByUri": {"uri": EPISODE, **fields}})


def av(value: Any) -> dict[str, Any]:
    return {"analyticsValue": {"analyticsValue": value}}


def points(*values: Any) -> dict[str, Any]:
    return av({"points": [{"date": f"2026-10-{day:02}", "value": value} for day, value in enumerate(values, 1)]})


LIST = {
    "indexStatus": "COMPLETED",
    "sortable": ["TITLE"],
    "pagination": {"currentPage": 1, "pageSize": 50, "totalItems": "1", "totalPages": 1},
    "items": [
        {
            "episodeId": "122814255",
            "uri": EPISODE,
            "title": None,
            "contentType": "EPISODE_CONTENT_TYPE_VIDEO",
            "publishedOn": {"seconds": "1784070000"},
            "asset": {"lengthMs": 1003477, "downloadUrl": "https://x.example/a.mp3?sig=secret"},
            "analyticsStartsV2": av({"value": 158}),
            "analyticsPlaysAndDownloads": None,
            "brandNew": {"anything": 1},
        }
    ],
}


@pytest.mark.parametrize("root", ["showByShowUri", "show", "showByStationId"])
def test_all_roots_of_a_list_are_read(root: str) -> None:
    """The list of episodes is found under its root of today and under both older ones; numbers may be texts."""
    page = parse_lists.episode_page(of({root: {"episodesV2": LIST}}))
    (item,) = page.items
    assert (item.episode_id, item.title, item.published_at, item.starts) == (122814255, "", 1784070000, 158)
    assert item.is_video and item.plays_and_downloads is None and item.duration_ms == 1003477
    assert page.complete and page.total_items == 1
    assert "secret" not in repr(page)


def test_the_other_list_has_plain_numbers() -> None:
    """The list of another part of the dashboard names the length otherwise and gives numbers without boxes."""
    items = [{"uri": EPISODE, "asset": {"durationMs": 5}, "starts": 3, "analyticsStreams": av({"value": "2"})}]
    (item,) = parse_lists.episode_page(show(episodesV2={"items": items})).items
    assert (item.duration_ms, item.starts, item.streams) == (5, 3, 2)


def test_the_list_of_2024_is_read() -> None:
    """Cursor, plays and times of the retired list are read."""
    node = {
        "pagingInfo": {"nextCursor": "c2"},
        "items": [{"id": 7, "spotifyUri": EPISODE, "publishedOn": 1700000000000, "analytics": {"plays": 9}}],
    }
    page = parse_lists.old_episode_page(of({"showByStationId": {"episodes": node}}))
    assert page.next_cursor == "c2" and page.items[0].published_at == 1700000000 and page.items[0].starts == 9


def test_series_values_come_in_every_dress() -> None:
    """A point is a number, a text, a boxed number, or under the alias of its member; a null is no point."""
    found = parse.show_series(show(x=points(1, "2", {"value": 3}, {"countValue": 4}, av({"value": 5}), None)), "x")
    assert [(one.date, one.value) for one in found.points] == [(f"2026-10-{day:02}", day) for day in (1, 2, 3, 4, 5)]
    assert found.mode is Mode.DAILY


def test_running_totals_are_told() -> None:
    """Plays since publication are running totals by definition; of others one is warned when they never fall."""
    rising = points(*range(10))
    assert parse_episodes.performance(episode(playsDaily=rising)).plays.mode is Mode.RUNNING
    assert parse.show_series(show(x=rising), "x").seems_running
    assert not parse.show_series(show(x=points(3, 1, 4, 1, 5, 9, 2, 6)), "x").seems_running


def test_asked_aggregation_is_the_mode() -> None:
    """A series whose aggregation was asked for is of that aggregation."""
    answered = of({"showByShowUri": {"x": points(1)}}, aggregationType="AGGREGATION_TYPE_WEEKLY")
    assert parse.show_series(answered, "x").mode is Mode.WEEKLY


def test_geography_with_and_without_codes() -> None:
    """Places are shares; the older answer has no code to drill down with, and none is cut out of the flag."""
    geos = [
        {"displayName": "Austria", "navigationName": "AT", "value": 0.62},
        {"displayName": "Germany", "flagUrl": "https://x/germany.svg", "value": "0.38"},
        {"displayName": "Nowhere", "value": None},
    ]
    found = parse.places(show(showPlaysAndDownloadsByGeo=av({"geos": geos})), "showPlaysAndDownloadsByGeo")
    assert [(one.name, one.code, one.share) for one in found] == [("Austria", "AT", 0.62), ("Germany", "", 0.38)]
    hidden = parse.places(show(whoKnows=[{"geos": geos}]), "showPlaysByGeo")
    assert [one.name for one in hidden] == ["Austria", "Germany"]


def test_ages_without_genders() -> None:
    """An age without its split by gender still has its total, or none if that is missing too."""
    value = {
        "totalValue": 349,
        "ageBreakdown": [
            {"ageBracket": "28-34", "genderBreakdown": {"total": 93, "counts": [{"gender": "MALE", "count": "50"}]}},
            {"ageBracket": "60-150", "displayName": "60+", "genderBreakdown": None},
        ],
    }
    found = parse.facets(show(showPlaysByAge=av(value)), "showPlaysByAge")
    assert found.total == 349 and [(one.bracket, one.total) for one in found.ages] == [("28-34", 93), ("60-150", 0)]
    assert found.ages[0].genders[0].count == 50
    only = parse.facets(episode(someKey=av({"genderBreakdown": {"counts": [{"gender": "FEMALE", "count": 4}]}})))
    assert only.genders[0].count == 4 and only.total is None


def test_funnel_steps_are_counts_and_a_rate() -> None:
    """Impressions and plays are counts, completion is a share."""
    steps = [
        {"stepName": "impressions", "stepValue": {"countValue": 100}, "conversionRateToNext": 0.2},
        {"stepName": "average_completion_rate", "stepValue": {"ratioValue": 0.61}},
    ]
    found = parse.funnel(show(discoveryFunnel=av({"steps": steps})))
    assert (found[0].count, found[0].share, found[0].to_next) == (100, None, 0.2)
    assert (found[1].count, found[1].share) == (None, 0.61)


def test_retention_is_normalised_and_completion_is_95() -> None:
    """The curve is of the most people who were ever there; completion is the 95 bucket; zeros mean no data yet."""
    value = {
        "points": [{"second": 0, "sampleCount": 140}, {"second": 1, "sampleCount": "70"}],
        "percentiles": [{"completionPercentage": 95, "audiencePercentage": 51}],
        "medianCompletionSeconds": 2418,
        "maxSampleCount": 140,
    }
    found = parse_episodes.retention(episode(episodePerformanceTotalAllTime=av(value)))
    assert found.curve() == ((0, 1.0), (1, 0.5)) and found.completion == 0.51 and found.median_s == 2418
    none = parse_episodes.retention(episode(episodePerformanceTotalAllTime=av({"points": [], "maxSampleCount": 0})))
    assert not none.has_data and none.curve() == ()


def test_one_number_is_found_wherever_it_is() -> None:
    """Of answers whose key is not known, the first whole number under a telling key is taken."""
    assert parse.total(show(unknown={"nested": [{"streamsAndDownloadsTotal": "77"}]})) == 77
    assert parse.total(show(unknown={"rate": 0.5})) is None


def test_engagement_reads_days_and_totals() -> None:
    """Hours and mean seconds come by day or as totals, the totals with the change to the period before."""
    total = {
        "analyticsValue": {"analyticsValue": {"totalConsumptionHours": 12.5}, "periodOverPeriodPercentageDiff": 0.3}
    }
    found = parse_audience.engagement(
        show(consumptionTimeTotal=total, avgConsumptionTimeDaily=points({"averageConsumptionSeconds": 60}))
    )
    assert found.total is not None and found.total.hours == 12.5 and found.hours_change == 0.3
    assert found.mean_seconds_daily.points[0].value == 60


def test_comments_in_both_tellings() -> None:
    """A comment is read in the introspected form, and in the one that older text names."""
    row = {
        "episodeUri": EPISODE,
        "episode": {"title": "Ep 61"},
        "oneOfCommentOrReply": {
            "__typename": "DecoratedComment",
            "commentUri": "spotify:comment:1UvOCdxchmzRWxjsoDUXFg",
            "commentStr": "Hello",
            "createDate": 1784070000123,
            "hasParentEntityReplied": True,
            "oneOfAuthorDisplayMetadata": {"username": "u1", "userFullName": "A B"},
        },
    }
    older = {"commentUri": "spotify:comment:2UvOCdxchmzRWxjsoDUXFg", "author": {"username": "u2"}}
    (one,) = parse_lists.comments(show(showComments={"decoratedCommentOrReply": [row]})).comments
    assert (one.username, one.author, one.replied, one.created_ms) == ("u1", "A B", True, 1784070000123)
    assert one.episode_uri == EPISODE and one.episode_title == "Ep 61"
    (two,) = parse_lists.comments(episode(unknown=[{"list": [older]}])).comments
    assert two.username == "u2"


def test_default_show_is_the_hosted_one() -> None:
    """The show that Spotify hosts comes first, else the first of all."""
    listed = [
        {"uri": "spotify:show:a", "hostingProvider": "MEGAPHONE"},
        {"uri": "spotify:show:b", "hostingProvider": "S4P"},
    ]
    found = parse.shows(of({"showsForUser": {"shows": [*listed, None, {"name": "no uri"}]}}))
    default = parse.default_show(found)
    assert default is not None and default.uri == "spotify:show:b"
    assert parse.default_show(found[:1]) == found[0] and parse.default_show(()) is None


REFUSED = (PartialError(message="boom", kind="DataFetchingException"),)
WINDOW = (PartialError(message="window not supported", kind="DataFetchingException"),)


@pytest.mark.parametrize(
    ("data", "errors", "total", "empty"),
    [
        ({"showByShowUri": {"uri": SHOW, "x": 1}}, (), None, Empty.NOT),
        ({"show": {"uri": SHOW, "x": 1}}, (), None, Empty.NOT),
        ({"showByShowUri": {"uri": SHOW, "x": {"points": []}}}, (), None, Empty.NO_DATA),
        ({"showByShowUri": {"uri": SHOW, "x": None}}, (), 12, Empty.SMALL_AUDIENCE),
        ({"showByShowUri": {"uri": SHOW, "x": None}}, (), 1200, Empty.NO_DATA),
        ({}, (), None, Empty.STALE_HASH),
        ({"showByShowUri": {"uri": SHOW, "x": None}}, REFUSED, None, Empty.REFUSED),
        ({"showByShowUri": {"uri": SHOW, "x": None}}, WINDOW, None, Empty.WRONG_WINDOW),
        ({"showByShowUri": {"uri": SHOW, "x": 3}}, WINDOW, None, Empty.NOT),
    ],
)
def test_the_empties_are_told_apart(data: Any, errors: Any, total: int | None, empty: Empty) -> None:
    """No data, a wrong window, a stale hash and too small an audience look alike, and are not the same."""
    assert why_empty(data, errors, root="showByShowUri", total=total) is empty


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "uri analyticsValue points value geos episodesV2 items steps counts date showComments transcript "
                "percentiles ageBreakdown genderBreakdown episodePerformanceTotalAllTime publishedOn".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
READERS = [
    function
    for module in (parse, parse_audience, parse_episodes, parse_lists)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and list(inspect.signature(function).parameters) == ["answered"]
]


@given(
    st.sampled_from(READERS), st.dictionaries(st.sampled_from(["showByShowUri", "episodeByUri", "showsForUser"]), JSON)
)
def test_no_answer_breaks_a_reader(reader: Any, data: Any) -> None:
    """Whatever JSON comes, reading it gives a record or nothing, and never raises."""
    assert len(READERS) > 20
    reader(of(data))


def test_numbers_are_read_carefully() -> None:
    """Truth values, infinities and words are no numbers; whole numbers may be texts or floats."""
    assert [walk.integer(value) for value in (True, "12", 3.0, 3.5, "x", None, float("inf"))] == [
        None, 12, 3, None, None, None, None,
    ]  # fmt: skip


def test_readers_serve_every_shape_that_is_known() -> None:
    """Each operation of which anything is known is read by its typed method; the others are not."""
    from earstead.creators.operations import Operations

    for one in Registry.pinned():
        method = next(m for m in dir(Operations) if m.replace("_", "") == one.name.lower())
        reads = "parse" in inspect.getsource(getattr(Operations, method))
        assert reads == (one.shape != "U"), one.name
