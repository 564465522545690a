"""The dashboard's page and its scripts, read as a harvester reads them: by nothing but their text."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import httpx2
import pytest
from tests.fakes.creators import Stage, staged
from tests.fakes.creators_gql import Graph

from earstead.core.creators.registry import Registry
from earstead.sandbox.creators.gql.operations import hashes_of

# As the specification gives it.
DOCUMENT = re.compile(
    r'__meta__:\{hash:"([0-9a-f]{64})"\},kind:"Document",definitions:\[\{kind:"OperationDefinition",'
    r'operation:"(query|mutation|subscription)",name:\{kind:"Name",value:"(\w+)"'
)
SHARED = "getEpisodePerformanceAllTime"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as one:
        yield one


def scripts(stage: Stage) -> list[httpx2.Response]:
    """The two scripts of the page, the site's own first."""
    page = stage.http.get(f"{stage.url}/_web/pod/dashboard/episodes")
    assert page.headers["content-type"].startswith("text/html")
    found = re.findall(r'<script[^>]* src="([^"]+)"', page.text)
    assert len(found) == 2 and all(re.search(r"/builds/bundle-[0-9a-f]{20}\.js$", one) for one in found)
    return [stage.http.get(one) for one in found]


def read(script: httpx2.Response) -> dict[str, tuple[str, str]]:
    """Kind and hash by name."""
    text = gzip.decompress(script.content).decode()
    return {name: (kind, sha256) for sha256, kind, name in DOCUMENT.findall(text)}


def test_the_scripts_hold_every_operation(stage: Stage) -> None:
    """The site's script has all 116 operations with kind and current hash, between other things."""
    site, _ = scripts(stage)
    wanted = {one.name: (one.kind, hashes_of(one)[0].sha256) for one in Registry.pinned()}
    assert read(site) == wanted and len(wanted) == 116


def test_one_operation_has_two_hashes(stage: Stage) -> None:
    """The script of the analytics pages has another hash for one operation, and both answer."""
    site, analytics = (read(one) for one in scripts(stage))
    assert [name for name, found in analytics.items() if site[name] != found] == [SHARED]
    episode = stage.episodes()[0]
    graph = Graph(stage)
    answers = [graph.persisted(SHARED, one[SHARED][1], {"episodeUri": episode.uri}).json() for one in (site, analytics)]
    assert answers[0]["data"]["episodeByUri"] and answers[0] == answers[1]


def test_every_harvested_hash_is_answered(stage: Stage) -> None:
    """What a harvester finds for the mutations and all others without a public hash can be called."""
    site, _ = scripts(stage)
    graph = Graph(stage)
    for name, (_, sha256) in read(site).items():
        assert "PERSISTED_QUERY_NOT_FOUND" not in graph.persisted(name, sha256, {}).text


def test_scripts_are_packed_without_a_word(stage: Stage) -> None:
    """The bytes are gzip and no header says so; with the switch off they are plain."""
    for script in scripts(stage):
        assert script.content[:2] == b"\x1f\x8b" and "content-encoding" not in script.headers
    stage.fault(web__bundle_gzip_without_header=False)
    for script in scripts(stage):
        assert len(DOCUMENT.findall(script.text)) > 10


def test_nobody_need_be_signed_in_and_nothing_else_is_there(stage: Stage) -> None:
    """Page and scripts come without cookies; another script is a 404."""
    assert stage.http.get(f"{stage.url}/_web/builds/bundle-0000000000.js").status_code == 404


def test_under_its_real_name_the_site_is_at_the_root(stage: Stage) -> None:
    """Reached as creators.spotify.com, the page names scripts without a prefix, and they are there."""
    host = {"host": "creators.spotify.com"}
    page = stage.http.get(f"{stage.url}/pod/dashboard/episodes", headers=host).text
    paths = re.findall(r'src="http://creators\.spotify\.com(/[^"]+)"', page)
    assert len(paths) == 2
    assert all(stage.http.get(stage.url + path, headers=host).status_code == 200 for path in paths)
