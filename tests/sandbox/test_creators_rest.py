"""REST of the simulated Spotify for Creators: every endpoint, and how values are mangled on their way in."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from tests.fakes.creators import DASHBOARD, NOW, Stage

from earstead.core.creators.endpoints import BY_LABEL
from earstead.sandbox.creators.app import REST, labels
from earstead.sandbox.creators.calls import Endpoint
from earstead.sandbox.creators.world import Episode, State, iso

IN_A_WEEK = NOW + 7 * 86_400
UNKNOWN = "x-sim-shape"


def _draft(stage: Stage) -> int:
    answer = stage.rest("POST", f"/v3/stations/{stage.show.station_id}/episodes", {"hourOffset": 0})
    assert answer.status_code == 200, answer.text
    number: int = answer.json()["episodeId"]
    return number


def _body(stage: Stage, **other: Any) -> dict[str, Any]:
    return {
        "userId": stage.show.user_id,
        "title": "On water",
        "description": "<p>About water</p>",
        "episodeType": "full",
        "isPublished": False,
        "podcastEpisodeIsExplicit": False,
    } | other


def _overview(stage: Stage, number: int) -> dict[str, Any]:
    answer = stage.rest("GET", f"/v3/episodes/{number}/overview", returnWebIds="true")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def _published(stage: Stage) -> Episode:
    return stage.episodes()[-1]


def test_every_id_leads_to_every_other(creators_stage: Stage) -> None:
    """From show and episode URI to numbers and web ids and back, as section 2 has it."""
    show, episode = creators_stage.show, _published(creators_stage)
    ids = creators_stage.rest("GET", f"/v3/shows/{show.id}/legacyIds").json()
    assert ids == {"userId": show.user_id, "stationId": show.station_id, "webStationId": show.web_id}
    for web in (show.web_id, show.id):
        station = creators_stage.rest("GET", f"/v3/profile/station/webStationId/{web}").json()["station"]
        assert station == {"stationId": str(show.station_id), "userId": str(show.user_id)}
    number = creators_stage.rest("GET", f"/v3/episodes/{episode.uri}/episodeId").json()["episodeId"]
    assert number == episode.anchor_id
    said = _overview(creators_stage, number)
    assert (said["spotifyUri"], said["webEpisodeId"]) == (episode.uri, episode.web_id)
    assert said["webStationId"] == show.web_id
    assert said["shareLinkPath"].endswith(episode.web_id)


def test_what_is_unknown_or_foreign_is_refused(creators_stage: Stage) -> None:
    """404 for ids that are nowhere or hosted elsewhere, 403 for shows of others."""
    elsewhere = next(show for show in creators_stage.simulator.shows if not show.hosted)
    foreign = creators_stage.simulator.world.shows_of("bea")[0]
    theirs = next(iter(creators_stage.simulator.world.published(foreign)))
    calls = {
        "/v3/episodes/spotify:episode:4vXk0mWJmQ9yC1dEf2GhIj/episodeId": 404,
        f"/v3/episodes/{theirs.uri}/episodeId": 404,
        f"/v3/shows/{elsewhere.id}/legacyIds": 404,
        f"/v3/shows/{foreign.id}/legacyIds": 403,
        f"/v3/stations/{foreign.station_id}/metadata": 403,
        f"/v3/episodes/{theirs.anchor_id}/overview": 403,
        "/v3/episodes/1/overview": 404,
        "/v3/stations/none/metadata": 404,
        "/v3/users/1/settings/termsAndContactability": 403,
        "/v9/nothing": 404,
    }
    assert {path: creators_stage.rest("GET", path).status_code for path in calls} == calls
    assert creators_stage.rest("DELETE", "/v3/region").status_code == 405


def test_overview_tells_web_ids_only_when_asked(creators_stage: Stage) -> None:
    """Without returnWebIds=true some fields are not there."""
    number = _published(creators_stage).anchor_id
    plain = creators_stage.rest("GET", f"/v3/episodes/{number}/overview").json()
    assert not {"webEpisodeId", "webStationId", "spotifyUri"} & set(plain)
    assert plain["isPublished"] is True and "publishOn" not in plain


def test_a_draft_is_made_titled_scheduled_and_appears_at_its_moment(creators_stage: Stage) -> None:
    """The life of an episode: 403 while a draft, a date while scheduled, published once the clock has passed it."""
    number = _draft(creators_stage)
    assert creators_stage.rest("GET", f"/v3/episodes/{number}/overview").status_code == 403
    path = f"/v3/episodes/{number}/update"
    assert creators_stage.rest("POST", path, _body(creators_stage)).json()["didChangePublishState"] is False
    assert creators_stage.rest("GET", f"/v3/episodes/{number}/overview").status_code == 403
    dates = {"publishOn": IN_A_WEEK, "wizardDraftedToPublishOn": iso(IN_A_WEEK * 1000)}
    answer = creators_stage.rest("POST", path, _body(creators_stage, **dates)).json()
    assert answer["didChangePublishState"] is True and answer["shareUrl"].startswith(f"{DASHBOARD}/pod/show/")
    said = _overview(creators_stage, number)
    assert (said["isPublished"], said["publishOn"]) == (False, iso(IN_A_WEEK * 1000))
    episode = creators_stage.simulator.world.episode(number)
    assert episode is not None
    episode.media = _published(creators_stage).media
    creators_stage.clock.advance(7 * 86_400)
    said = _overview(creators_stage, number)
    assert said["isPublished"] is True and "publishOn" not in said
    assert episode.published_ms == IN_A_WEEK * 1000


def test_without_media_a_scheduled_episode_does_not_appear(creators_stage: Stage) -> None:
    """Its moment passes and it is still scheduled, as long as media is required."""
    number = _draft(creators_stage)
    creators_stage.rest("POST", f"/v3/episodes/{number}/update", _body(creators_stage, publishOn=IN_A_WEEK))
    creators_stage.clock.advance(8 * 86_400)
    assert _overview(creators_stage, number)["isPublished"] is False
    creators_stage.fault(rest__media_required=False)
    assert _overview(creators_stage, number)["isPublished"] is True


def test_an_update_replaces_what_it_leaves_out(creators_stage: Stage) -> None:
    """No title blanks it, no description clears it, no date takes the date away."""
    scheduled = creators_stage.episodes(State.SCHEDULED)[0]
    body = _body(creators_stage)
    del body["title"], body["description"]
    said = creators_stage.rest("POST", f"/v3/episodes/{scheduled.anchor_id}/update", body).json()
    assert (said["title"], said["description"]) == ("", "")
    assert scheduled.state is State.DRAFT


def test_publishing_needs_media_and_ignores_later_dates(creators_stage: Stage) -> None:
    """400 without media unless the switch is off; a published episode keeps its date and its state."""
    number = _draft(creators_stage)
    path = f"/v3/episodes/{number}/update"
    refused = creators_stage.rest("POST", path, _body(creators_stage, isPublished=True))
    assert refused.status_code == 400 and "media" in refused.json()["message"]
    creators_stage.fault(rest__media_required=False)
    assert creators_stage.rest("POST", path, _body(creators_stage, isPublished=True)).json()["didChangePublishState"]
    again = creators_stage.rest("POST", path, _body(creators_stage, isPublished=True, publishOn=IN_A_WEEK))
    assert again.status_code == 200 and again.json()["didChangePublishState"] is False
    assert "publishOn" not in _overview(creators_stage, number)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("one<br>two<BR/>three", "one<br />two<br />three"),
        ("one<br />two", "one<br />two"),
        ('<a href="https://x.example/?a=1">x</a>', '<a href="https://x.example/?a=1" {}>x</a>'),
        ('<a href="#n" rel="ugc noopener noreferrer" target="_blank">x</a>', '<a href="#n" {}>x</a>'),
    ],
)
def test_descriptions_are_stored_otherwise_than_sent(creators_stage: Stage, sent: str, stored: str) -> None:
    """Breaks are closed and links get rel and target, once."""
    wanted = stored.format('rel="ugc noopener noreferrer" target="_blank"')
    number = _published(creators_stage).anchor_id
    body = _body(creators_stage, description=sent, isPublished=True)
    assert creators_stage.rest("POST", f"/v3/episodes/{number}/update", body).json()["description"] == wanted
    assert _overview(creators_stage, number)["description"] == wanted


def test_a_text_as_date_is_corrupted_to_1970(creators_stage: Stage) -> None:
    """The leading digits are taken as seconds, with status 200; with the switch off the text is read as a date."""
    number = _draft(creators_stage)
    body = _body(creators_stage, publishOn="2026-12-01T21:00:00.000Z")
    path = f"/v3/episodes/{number}/update"
    assert creators_stage.rest("POST", path, body).status_code == 200
    assert _overview(creators_stage, number)["publishOn"] == "1970-01-01T00:33:46.000Z"
    assert _overview(creators_stage, number)["isPublished"] is False
    creators_stage.fault(rest__publishon_corruption=False)
    creators_stage.rest("POST", path, body)
    assert _overview(creators_stage, number)["publishOn"] == "2026-12-01T21:00:00.000Z"


@pytest.mark.parametrize(
    "wrong",
    [
        {"wizardDraftedToPublishOn": IN_A_WEEK},
        {"userId": None},
        {"userId": "1"},
        {"isPublished": 1},
        {"episodeType": "pilot"},
        {"podcastEpisodeIsExplicit": "no"},
        {"publishOn": 1.5},
        {"publishOn": "soon"},
        {"title": 7},
    ],
)
def test_bad_updates_are_a_400_and_change_nothing(creators_stage: Stage, wrong: dict[str, Any]) -> None:
    """What the service cannot take is refused before anything is replaced."""
    episode = _published(creators_stage)
    body = {name: value for name, value in _body(creators_stage, **wrong).items() if value is not None}
    answer = creators_stage.rest("POST", f"/v3/episodes/{episode.anchor_id}/update", body)
    assert answer.status_code == 400 and set(answer.json()) == {"error", "message"}
    assert episode.title != "On water"


def test_an_update_in_another_name_is_refused(creators_stage: Stage) -> None:
    """A user id that is not the show's owner is a 403."""
    number = _published(creators_stage).anchor_id
    assert (
        creators_stage.rest("POST", f"/v3/episodes/{number}/update", _body(creators_stage, userId=1)).status_code == 403
    )


def test_the_sponsored_flag_is_read_and_set(creators_stage: Stage) -> None:
    """1-Q wants both fields; a text as its date corrupts the date of a scheduled episode."""
    scheduled = creators_stage.episodes(State.SCHEDULED)[0]
    path = f"/v3/episodes/{scheduled.anchor_id}/sponsoredContentStatus"
    assert creators_stage.rest("GET", path).json() == {"containsSponsoredContent": False}
    for body in ({"containsSponsoredContent": True}, {"containsSponsoredContent": True, "publishOn": None}):
        assert creators_stage.rest("PUT", path, body).status_code == 400
    body = {"containsSponsoredContent": True, "publishOn": IN_A_WEEK}
    assert creators_stage.rest("PUT", path, body).json() == {"containsSponsoredContent": True}
    assert scheduled.publish_on_ms == IN_A_WEEK * 1000
    creators_stage.rest("PUT", path, {"containsSponsoredContent": True, "publishOn": iso(IN_A_WEEK * 1000)})
    assert _overview(creators_stage, scheduled.anchor_id)["publishOn"].startswith("1970")


def test_other_ways_to_create_and_publish(creators_stage: Stage) -> None:
    """E-3 takes the station as a text, E-1 an ISO moment without milliseconds or nothing for now."""
    station = str(creators_stage.show.station_id)
    made = creators_stage.rest("POST", "/v3/episodes", {"stationId": station, "title": "Untitled"})
    assert set(made.json()) == {"episodeId"}
    number = made.json()["episodeId"]
    path = f"/v3/episodes/{number}/publish"
    assert creators_stage.rest("POST", path, {"publishOn": "2026-12-01T21:00:00Z"}).headers[UNKNOWN] == "unknown"
    assert _overview(creators_stage, number)["publishOn"] == "2026-12-01T21:00:00.000Z"
    assert creators_stage.rest("POST", path, {}).status_code == 400
    creators_stage.fault(rest__media_required=False)
    assert creators_stage.rest("POST", path, {}).status_code == 200
    assert _overview(creators_stage, number)["isPublished"] is True
    assert creators_stage.rest("POST", "/v3/episodes", {"stationId": "x"}).status_code == 400
    assert creators_stage.rest("POST", f"/v3/stations/{station}/episodes", {"hourOffset": "0"}).status_code == 400


def test_a_deleted_episode_is_gone_with_its_figures(creators_stage: Stage) -> None:
    """In any state, at once; nothing finds it afterwards and the show's sums are without it."""
    for state in State:
        episode = creators_stage.episodes(state)[0]
        assert creators_stage.rest("POST", f"/v3/episodes/{episode.anchor_id}/delete", {}).json() == {}
        assert creators_stage.rest("POST", f"/v3/episodes/{episode.anchor_id}/delete", {}).status_code == 404
        assert creators_stage.rest("GET", f"/v3/episodes/{episode.uri}/episodeId").status_code == 404


def test_show_settings_are_read_and_set_within_their_limits(creators_stage: Stage) -> None:
    """1-T replaces what it is given, refuses what is too long, and answers 1-H."""
    path = f"/v3/stations/{creators_stage.show.station_id}/metadata"
    before = creators_stage.rest("GET", path).json()
    assert len(before) == 22 and before["podcastLanguage"] == before["language"]
    for wrong in ({}, {"podcastName": "x" * 101}, {"podcastName": "x", "podcastDescription": "y" * 601}):
        assert creators_stage.rest("POST", path, wrong).status_code == 400
    body = {"podcastName": "Slow Water", "podcastLanguage": "ja", "podcastAuthorName": "Studio"}
    after = creators_stage.rest("POST", path, body).json()
    assert after == before | {
        "podcastName": "Slow Water", "podcastLanguage": "ja", "language": "ja", "podcastAuthorName": "Studio",
    }  # fmt: skip
    assert creators_stage.rest("GET", path).json() == after


def test_a_slug_replaces_the_web_id(creators_stage: Stage) -> None:
    """Old addresses end, the new one is told everywhere, and a slug that is taken is a 409."""
    old = creators_stage.show.web_id
    assert creators_stage.rest("POST", "/v3/settings", {"webStationId": "slow-water"}).headers[UNKNOWN] == "unknown"
    ids = creators_stage.rest("GET", f"/v3/shows/{creators_stage.show_id}/legacyIds").json()
    assert ids["webStationId"] == "slow-water"
    assert creators_stage.rest("GET", f"/v3/profile/station/webStationId/{old}").status_code == 404
    distribution = creators_stage.rest("GET", f"/v3/stations/{creators_stage.show.station_id}/distribution").json()
    assert distribution["vanitySlug"] == "slow-water" and distribution["spotifyShowUri"] == creators_stage.show.uri
    creators_stage.simulator.world.shows_of("bea")[0].slug = "taken"
    assert creators_stage.rest("POST", "/v3/settings", {"webStationId": "taken"}).status_code == 409
    assert creators_stage.rest("POST", "/v3/settings", {"webStationId": "Not A Slug"}).status_code == 400


def test_the_paged_list_leads_through_all_episodes_once(creators_stage: Stage) -> None:
    """`next` is a relative address until the last page; drafts come without a date, durations in milliseconds."""
    station, seen = creators_stage.show.station_id, list[dict[str, Any]]()
    said = creators_stage.rest("GET", f"/v3/stations/{station}/episodePage", limit="10", orderBy="publishOn").json()
    while True:
        seen += said["items"]
        if not said["next"]:
            break
        path, _, query = said["next"].partition("?")
        said = creators_stage.rest("GET", path, **dict(part.split("=") for part in query.split("&"))).json()
    world = creators_stage.simulator.world.episodes(creators_stage.show)
    assert sorted(row["episodeId"] for row in seen) == sorted(episode.anchor_id for episode in world)
    assert next(row["title"] for row in seen if row["publishOnUnixTimestamp"] is None) is None
    first = next(row for row in seen if row["episodeId"] == _published(creators_stage).anchor_id)
    assert first["duration"] == _published(creators_stage).duration_ms and first["totalPlays"] > 0


def test_small_answers_of_which_the_shape_is_known(creators_stage: Stage) -> None:
    """Region, terms, form, index and monetisation answer what is documented, and nothing more."""
    station, user = creators_stage.show.station_id, creators_stage.show.user_id
    rest = creators_stage.rest
    assert rest("GET", "/v3/region").json() == {"region": "DE"}
    terms = rest("GET", f"/v3/users/{user}/settings/termsAndContactability").json()
    assert set(terms) == {
        "termsOfServiceVersion", "agreedToMinimumRequiredTermsOfService", "contactabilityStatus", "countryRule",
    }  # fmt: skip
    assert rest("GET", f"/v3/stations/{station}/pcdForm").json() == {"formUrl": ""}
    assert rest("POST", f"/v3/stations/{station}/episode-list-index", {}).json() == {"success": True}
    assert creators_stage.show.index_builds == 1
    products = rest("POST", f"/v5/monetization-lifecycle/{station}/sync-and-fetch", {}).json()["products"]
    assert products["SPOTIFY_PARTNER_PROGRAM"]["pendingRequirements"] == []


def test_unknown_shapes_are_empty_and_say_so(creators_stage: Stage) -> None:
    """Where nobody published an answer there is none to be believed: an empty body and a header."""
    station, user = creators_stage.show.station_id, creators_stage.show.user_id
    uri = _published(creators_stage).uri
    calls = [
        ("POST", "/MultiGetColor", {"color_queries": [{"url": "https://images.example/a.jpg"}]}),
        ("GET", "/v3/episodes/pcdFormData", None),
        ("POST", f"/v3/{user}/partnerIds", {}),
        ("GET", "/v3/users/verification", None),
        ("GET", f"/v3/onboarding/redirectStatus/{user}/", None),
        ("GET", f"/v3/onboarding/steps/{user}/", None),
        ("GET", f"/v3/onboarding/redirectStatus/{station}/", None),
        ("GET", f"/v3/onboarding/steps/{station}/", None),
        ("GET", "/v3/settings/podcast-category/options", None),
        ("GET", f"/v4/paywalls/{station}/lifecycle-state", None),
        ("GET", f"/v6/wallet/{station}/availability", None),
        ("GET", f"/v6/wallet/{station}/", None),
        ("GET", f"/v3/paywalls/{station}/", None),
        ("GET", f"/v3/station/{station}/episodes/featured", None),
        ("GET", f"/v3/stations/{station}/hostRecommendations", None),
    ]
    for method, path, body in calls:
        answer = creators_stage.rest(method, path, body, **({"episodeUri[]": uri} if "pcdFormData" in path else {}))
        assert (answer.status_code, answer.json(), answer.headers.get(UNKNOWN)) == (200, {}, "unknown"), path


def test_what_nobody_saw_work_does_not(creators_stage: Stage) -> None:
    """The old listing is a 500, and the account's shows are a 403 unless switched on."""
    station = creators_stage.show.station_id
    assert creators_stage.rest("GET", f"/v3/stations/{station}/episodes").status_code == 500
    assert creators_stage.rest("GET", "/v3/stations/status").status_code == 403
    creators_stage.fault(rest__stations_status=True)
    assert creators_stage.rest("GET", "/v3/stations/status").headers[UNKNOWN] == "unknown"


NASTY: tuple[Any, ...] = (None, True, -1, 1e300, 10**30, "", "\ud800", "9" * 400, [], [None], {}, {"a": []})


@pytest.mark.parametrize("endpoint", [one for one in REST if one.method != "GET"], ids=lambda one: one.label)
def test_no_body_breaks_the_simulator(creators_stage: Stage, endpoint: Endpoint) -> None:
    """Whatever stands in any field, it is an answer or a refusal, never a breakdown."""
    creators_stage.fault(rest__media_required=False)
    show, names = creators_stage.show, dict[str, str]()
    names |= {"station": str(show.station_id), "user": str(show.user_id), "upload": "none"}
    fields = [field.name for field in BY_LABEL[endpoint.label].body]
    whole = _body(creators_stage, hourOffset=0, containsSponsoredContent=True, publishOn=IN_A_WEEK, stationId="1")
    bodies = [*NASTY, *(whole | {name: nasty} for name in fields for nasty in NASTY)]
    for body in bodies:
        number = creators_stage.simulator.world.create(show, NOW * 1000).anchor_id
        path = endpoint.path.format(episode=number, **names)
        address = f"{creators_stage.urls['rest_url']}{path}?isMumsCompatible=true"
        headers = {"authorization": f"Bearer {creators_stage.bearer}", "origin": DASHBOARD, "referer": DASHBOARD}
        answer = creators_stage.http.request(endpoint.method, address, headers=headers, content=json.dumps(body))
        assert answer.status_code < 500, (body, answer.text)
        assert creators_stage.rest("GET", f"/v3/episodes/{number}/overview").status_code in (200, 403, 404)


def test_a_body_must_be_an_object(creators_stage: Stage) -> None:
    """What is no JSON, or no object, is a 400 with a sentence."""
    number = _published(creators_stage).anchor_id
    assert creators_stage.rest("POST", f"/v3/episodes/{number}/update", [1]).status_code == 400
    headers = {"authorization": f"Bearer {creators_stage.bearer}", "origin": DASHBOARD, "referer": DASHBOARD}
    address = f"{creators_stage.url}/_rest/v3/episodes/{number}/update?isMumsCompatible=true"
    assert httpx2.post(address, headers=headers, content=b"{").status_code == 400


def test_the_table_has_every_endpoint_of_the_specification() -> None:
    """45 templates; 1-Y-1 and 1-Y-2 share theirs with 1-K, and the storage PUTs are elsewhere."""
    assert len({(endpoint.method, endpoint.path) for endpoint in REST}) == 45
    assert len(set(labels(REST))) == len(REST)
