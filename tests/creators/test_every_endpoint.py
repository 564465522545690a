"""Every endpoint of the inventory is called through its typed method, against a simulator that counts by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from earstead.core.creators.endpoints import LEGACY, POD, REST
from earstead.creators import Creators, Pace, Urls
from earstead.creators.errors import CreatorsError, CredentialsExpired, Forbidden, NotFound, UpstreamError
from earstead.creators.rest_media_types import Progress
from earstead.creators.rest_types import Unread
from earstead.sandbox.creators.world import State
from tests.creators.client import Ears, client_at
from tests.creators.files import mp3, png
from tests.fakes.creators import Stage
from tests.fakes.servers import serving


def _wait(ask: Callable[[], Progress]) -> Progress:
    for _ in range(9):
        try:
            progress = ask()
        except NotFound:
            continue
        if progress is not Progress.RUNNING:
            return progress
    raise AssertionError("it never ends")


def _episode_calls(creators: Creators, stage: Stage) -> None:
    rest, show = creators.rest, stage.show
    published = stage.episodes(State.PUBLISHED)[0]
    assert rest.anchor_id(published.uri) == published.anchor_id
    overview = rest.overview(published.anchor_id)
    assert (overview.title, overview.state, overview.uri) == (published.title, "published", published.uri)
    assert isinstance(rest.form_data([published.uri, published.id]), Unread)
    draft = rest.create_episode(show.station_id, -9)
    assert draft.station_id == show.station_id
    soon = datetime.fromtimestamp(stage.clock.now(), UTC) + timedelta(days=3)
    updated = rest.update_episode(
        draft.anchor_id,
        user_id=show.user_id,
        title="On water",
        description="<p>a<br>b</p>",
        episode_type="bonus",
        is_published=False,
        explicit=True,
        publish_on=soon,
        season=2,
        number=7,
    )
    assert (updated.title, updated.changed_state) == ("On water", True)
    assert updated.description == "<p>a<br />b</p>"
    assert updated.share_url.startswith("https://creators.spotify.com/pod/show/")
    found = rest.overview(draft.anchor_id)
    assert (found.publish_at, found.episode_type, found.explicit) == (soon, "bonus", True)
    rest.set_sponsored(draft.anchor_id, True, soon)
    assert rest.is_sponsored(draft.anchor_id)
    assert isinstance(rest.publish_episode(published.anchor_id), Unread)
    other = rest.create_episode_by_title(show.station_id, "Second")
    rest.delete_episode(other.anchor_id, confirm=other.anchor_id)
    with pytest.raises(CreatorsError):
        rest.overview(other.anchor_id)
    with pytest.raises(CreatorsError):
        rest.stale_episodes(show.station_id, show.user_id)


def _show_calls(creators: Creators, stage: Stage) -> None:
    rest, show = creators.rest, stage.show
    ids = rest.legacy_ids(stage.show_id)
    assert (ids.station_id, ids.user_id, ids.web_station_id) == (show.station_id, show.user_id, show.web_id)
    assert rest.ids_of_web_id(show.web_id).station_id == show.station_id
    metadata = rest.show_metadata(show.station_id)
    assert metadata.name == show.name and len(metadata.raw) == 22
    assert rest.rebuild_list(show.station_id) is True
    assert rest.form_url(show.station_id) == ""
    assert rest.distribution(show.station_id).show_uri == show.uri
    changed = rest.update_show(
        show.station_id,
        name="New name",
        description="d",
        author="a",
        category=metadata.category,
        language="de",
        explicit=True,
    )
    assert (changed.name, changed.description, changed.author, changed.language) == ("New name", "d", "a", "de")
    assert isinstance(rest.categories(), Unread)
    rest.set_slug("a-new-slug", confirm="a-new-slug")
    assert rest.legacy_ids(stage.show_id).web_station_id == "a-new-slug"
    page = rest.episode_page(show.station_id, limit=5)
    assert len(page.items) == 5 and max(item.duration_ms for item in page.items) > 60_000
    assert rest.episode_page(show.station_id, limit=5, page_token=page.next_token).items[0] != page.items[0]
    for unread in (rest.featured_episode, rest.host_recommendations):
        assert isinstance(unread(show.station_id), Unread)
    with pytest.raises(Forbidden):
        rest.stations_status()


def _account_calls(creators: Creators, stage: Stage) -> None:
    rest, show = creators.rest, stage.show
    assert rest.region() == stage.simulator.account.region
    assert rest.terms(show.user_id).agreed is True
    assert rest.monetisation(show.station_id).raw
    found = [
        rest.colors(["https://images.example/a.png"]),
        rest.partner_ids(show.user_id),
        rest.verification(),
        rest.onboarding_status(show.user_id),
        rest.onboarding_steps(show.user_id),
        rest.show_onboarding_status(show.station_id),
        rest.show_onboarding_steps(show.station_id),
        rest.paywall_state(show.station_id),
        rest.wallet_availability(show.station_id),
        rest.wallet(show.station_id),
        rest.paywall(show.station_id),
    ]
    # Nobody knows what these answer, so that nothing is read out of them.
    assert all(isinstance(answer, Unread) for answer in found)


def _media_calls(creators: Creators, stage: Stage, folder: Path) -> None:
    rest, show = creators.rest, stage.show
    sound, picture = mp3(folder).read_bytes(), png(folder).read_bytes()
    draft = rest.create_episode(show.station_id)
    signed = rest.sign_audio(draft.anchor_id, "ep.mp3", "audio/mpeg")
    assert not signed.multipart
    etag = rest.put(
        signed.parts[0],
        label="6-B",
        length=len(sound),
        stream=lambda: iter((sound,)),
        headers={"content-type": "audio/mpeg"},
    )
    assert len(etag) == 32
    names: dict[str, Any] = {"anchor_id": draft.anchor_id, "station_id": show.station_id, "user_id": show.user_id}
    rest.finish_media(signed.upload_id, **names, filename="ep.mp3", etags=[etag], video=False)
    assert _wait(lambda: rest.media_state(signed.upload_id).progress) is Progress.DONE
    assert len(rest.sign_video(draft.anchor_id, "ep.mp4", 2).parts) == 2
    for place, sign, finish, poll in (
        (show.station_id, rest.sign_cover, rest.finish_cover, rest.cover_state),
        (draft.anchor_id, rest.sign_thumbnail, rest.finish_thumbnail, rest.thumbnail_state),
    ):
        image = sign(place)
        rest.put(
            image.parts[0],
            label="1-V-2",
            length=len(picture),
            stream=lambda: iter((picture,)),
            headers={"content-type": "image/png"},
        )
        finish(place, image.upload_id)
        assert _wait(lambda poll=poll, place=place, image=image: poll(place, image.upload_id)) is Progress.DONE


def test_all_of_rest_is_called(creators_stage: Stage, tmp_path: Path) -> None:
    """The 47 labels at REST and the two PUTs to storage are each asked through their method and answered."""
    ears = Ears()
    with client_at(creators_stage, heard=ears) as creators:
        _episode_calls(creators, creators_stage)
        _show_calls(creators, creators_stage)
        _account_calls(creators, creators_stage)
        _media_calls(creators, creators_stage, tmp_path)
    wanted = {endpoint.label for endpoint in REST if endpoint.backend == "rest"}
    assert wanted - set(ears.labels()) == set()
    counted = {name.split()[1] for name in creators_stage.simulator.calls if name.startswith("REST ")}
    own = {endpoint.label for endpoint in REST if endpoint.backend == "rest" and not endpoint.same_as}
    assert own - counted == set()
    assert creators_stage.simulator.calls["STO put"] == 3


def test_all_of_podcasters_is_called(creators_stage: Stage) -> None:
    """The 17 endpoints are each asked through their method, and their identities hold."""
    stage, ears = creators_stage, Ears()
    today = datetime.fromtimestamp(stage.clock.now(), UTC).date()
    end, start = today - timedelta(days=3), today - timedelta(days=32)
    episode = stage.episodes(State.PUBLISHED)[0].id
    with client_at(stage, heard=ears) as creators:
        pod, show = creators.pod, stage.show_id
        assert pod.show_card(show).name == stage.show.name
        assert pod.episode_card(episode).id == episode
        streams = pod.show_streams(show, start, end)
        assert len(streams) == 30 and all(day.starts >= day.streams for day in streams)
        assert pod.episode_streams(episode, start, end)
        assert len(pod.show_listeners(show, start, end)) == 30
        assert pod.episode_listeners(episode, start, end)
        followers = [day.count for day in pod.followers(show, start, end)]
        assert followers and followers[-1] >= 0
        people = pod.show_demographics(show, start, end)
        assert sum(people.genders.values()) == people.count == sum(sum(a.values()) for a in people.ages.values())
        assert pod.episode_demographics(episode, start, end).ages
        assert len(list(pod.episodes(show, start, end))) == len(stage.episodes(State.PUBLISHED))
        heard = pod.performance(episode)
        assert heard.most == max(heard.samples) and heard.rate_ms == 1000
        total = pod.impressions_total(show, end)
        assert total.count == sum(day.count for day in pod.impressions_daily(show, start + timedelta(days=0), end))
        assert total.count == sum(pod.impressions_by_source(show, end).sources.values())
        funnel = pod.funnel(show, start, end)
        assert [step.id for step in funnel] == ["impressions", "considerations", "streams"]
        assert show in {card.id for card in pod.shows()}
        assert isinstance(pod.me(), Unread)
    assert {endpoint.label for endpoint in POD} - set(ears.labels()) == set()
    counted = {name.split()[1] for name in stage.simulator.calls if name.startswith("POD ")}
    assert {endpoint.label for endpoint in POD} - counted == set()


def test_all_of_the_old_proxy_is_called(creators_stage: Stage) -> None:
    """With a cookie of the old login every path of the proxy answers; one is always refused."""
    stage, ears = creators_stage, Ears()
    cookie = stage.simulator.accounts.old_login(stage.simulator.account.email, stage.simulator.account.password)
    assert cookie is not None
    end = datetime.fromtimestamp(stage.clock.now(), UTC) - timedelta(days=2)
    start, station = end - timedelta(days=29), stage.show.station_id
    anchor = stage.episodes(State.PUBLISHED)[0].anchor_id
    with client_at(stage, heard=ears) as creators:
        old = creators.legacy(cookie.anchor_cookie)
        assert old.episode_page(station).items
        assert old.overview(anchor).title
        tables = [
            old.total_plays(station),
            old.total_plays_by_episode(station),
            old.unique_listeners(station),
            old.audience_size(station),
            old.plays(station, start, end),
            old.plays_by_episode(station, start, end),
            old.plays_by_age(station, start, end),
            old.plays_by_gender(station, start, end),
            old.plays_by_app(station, start, end),
            old.plays_by_device(station, start, end, stage.show.user_id),
            old.plays_by_geo(station),
            old.episode_plays(anchor, start, end),
            old.episode_performance(anchor),
            old.episode_summary(anchor),
        ]
        assert all(table.rows for table in tables)
        old.plays_by_geo(station, str(tables[10].rows[0][0]))
        old.impressions(station, end)
        with pytest.raises(UpstreamError, match="400"):
            old.episode_video(anchor)
        assert {endpoint.label for endpoint in LEGACY} - set(ears.labels()) == set()
        with pytest.raises(CredentialsExpired, match="old cookie"):
            creators.legacy("another-cookie").total_plays(station)
        stage.fault(leg__alive=False)
        with pytest.raises(NotFound):
            old.total_plays(station)


def test_the_data_route_answers(creators_stage: Stage) -> None:
    """The build id is read from the page, and the payload is handed over unread."""
    creators_stage.fault(next__stub=True)
    with client_at(creators_stage) as creators:
        assert creators.next.fetch("comments").raw["pageProps"]["invented"] is True
        creators_stage.fault(next__stub=False)
        with pytest.raises(NotFound):
            creators.next.fetch("comments")
        with pytest.raises(NotFound):
            creators.next.build_id(fresh=True)


def test_a_build_that_is_gone_is_found_anew() -> None:
    """After a deployment the old build answers 404; the page is read once more, and the newer build asked."""
    builds = ["one", "one", "two"]

    async def page(request: Request) -> HTMLResponse:
        data = json.dumps({"buildId": builds[0]})
        return HTMLResponse(f'<script id="__NEXT_DATA__" type="application/json">{data}</script>')

    async def data(request: Request) -> Response:
        if request.path_params["build"] != builds[0]:
            return Response(status_code=404)
        return JSONResponse({"pageProps": {"build": builds[0]}})

    app = Starlette(
        routes=[
            Route("/_web/interactivity/{page:path}", page),
            Route("/_next/interactivity/_next/data/{build}/{route:path}", data),
        ]
    )
    with serving(app) as url, Creators(bearer="ready-bearer", urls=Urls.at(url), pace=Pace.unhurried()) as creators:
        assert creators.next.fetch("comments").raw == {"pageProps": {"build": "one"}}
        builds[:2] = []
        assert creators.next.fetch("comments").raw == {"pageProps": {"build": "two"}}


def test_days_are_checked_before_they_are_sent(creators_stage: Stage) -> None:
    """A range that ends before it starts, and what is no id, never leave."""
    with client_at(creators_stage) as creators:
        with pytest.raises(Exception, match="is before"):
            creators.pod.show_streams(creators_stage.show_id, date(2026, 5, 2), date(2026, 5, 1))
        with pytest.raises(Exception, match="22 characters"):
            creators.pod.show_card("me")
    assert not creators_stage.simulator.calls
