"""Hashes from the dashboard's scripts: found, compared, laid over what is known, and used."""

from __future__ import annotations

import gzip
import re
import zlib

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from earstead.core.creators.registry import Registry
from earstead.creators import Creators, Urls
from earstead.creators.errors import AuthFlowChanged, StaleOperation, Unavailable, UpstreamError
from earstead.creators.harvest import client_of, named_scripts, operations_in, script_urls, unpacked
from tests.creators.asking import QUICK, calls, client
from tests.fakes.creators import Stage
from tests.fakes.servers import serving

HASH = "ab" * 32
DOCUMENT = (
    'x={__meta__:{hash:"HASH"},kind:"Document",definitions:[{kind:"OperationDefinition",operation:"query",'
    'name:{kind:"Name",value:"getThings"},variableDefinitions:['
    '{kind:"VariableDefinition",variable:{kind:"Variable",name:{kind:"Name",value:"uris"}},type:{kind:"NonNullType",'
    'type:{kind:"ListType",type:{kind:"NonNullType",type:{kind:"NamedType",name:{kind:"Name",value:"String"}}}}},'
    'directives:[]},{kind:"VariableDefinition",variable:{kind:"Variable",name:{kind:"Name",value:"page"}},'
    'type:{kind:"NamedType",name:{kind:"Name",value:"Int"}},directives:[]}],directives:[],selectionSet:{}}]}'
).replace("HASH", HASH)


def test_every_operation_is_found(stage: Stage) -> None:
    """Both scripts are read, packed as they are without a header; every operation is found, with whose it is."""
    with client(stage) as creators:
        found = creators.harvest()
    assert len(found.registry) == 116
    assert [(one.client, one.operations) for one in found.bundles] == [
        ("public-website", 116),
        ("microfrontend-analytics", 18),
    ]
    assert not found.diff.added and not found.diff.gone
    assert {one.name for one in found.diff.changed} >= {"pinComment", "getShowRetention"}
    both = found.registry.get("getEpisodePerformanceAllTime").hashes
    assert len({one.sha256 for one in both}) == 2, "one for each part of the dashboard"
    known = found.registry.get("getShowPlaysByAge").hashes[0]
    assert known.client == "microfrontend-analytics", "the client that is known to send it"


def test_scripts_without_packing_are_read_as_well(stage: Stage) -> None:
    """Scripts that come as they are, are read as they are."""
    stage.fault(web__bundle_gzip_without_header=False)
    with client(stage) as creators:
        assert len(creators.harvest().registry) == 116


def test_rotation_end_to_end(stage: Stage) -> None:
    """After a rotation the call is told stale; a harvest tells the change, and with it the call works again."""
    stage.fault(graphql__rotate="getShowPlaysByAge")
    with client(stage) as creators:
        with pytest.raises(StaleOperation):
            creators.operations.get_show_plays_by_age(stage.show_id)
        found = creators.harvest(use=True)
        (rotated,) = [one for one in found.diff.changed if one.name == "getShowPlaysByAge"]
        assert rotated.before and rotated.after[0].sha256 != rotated.before[0].sha256
        answered = creators.operations.get_show_plays_by_age(stage.show_id).answered
        assert answered.hash == rotated.after[0].sha256
        kept = creators.graph.registry.get("getShowPlaysByAge").hashes
        assert rotated.before[0].sha256 in {one.sha256 for one in kept}, "the old one stays as a way back"


def test_the_old_hash_answers_again(stage: Stage) -> None:
    """When a rotation is taken back the kept hash answers."""
    stage.fault(graphql__rotate="getShowPlaysByAge")
    with client(stage) as creators:
        creators.harvest(use=True)
        stage.simulator.faults.reset("graphql.rotate")
        assert creators.operations.get_show_plays_by_age(stage.show_id).value.total


def test_a_harvest_as_a_file(stage: Stage) -> None:
    """What was harvested goes into a file, and a client that reads it can do what it could not before."""
    with client(stage) as creators:
        text = creators.harvest().registry.as_json()
    with client(stage, registry=Registry.pinned().merged(Registry.read(text))) as creators:
        comment = creators.comments.of_show(stage.show_id).value.comments[0]
        assert creators.comments.pin(comment.uri).state == "confirmed"


def test_nothing_secret_is_sent(stage: Stage) -> None:
    """A harvest needs no sign-in, and makes none."""
    before = calls(stage, "ACC")
    with Creators(bearer="never-used", urls=Urls.at(stage.url), pace=QUICK) as creators:
        creators.harvest()
    assert calls(stage, "ACC") == before


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("<html>nothing</html>", AuthFlowChanged),
        ('<script src="/builds/bundle-ab12.js"></script>', AuthFlowChanged),
    ],
)
def test_a_dashboard_that_is_built_otherwise_is_told(page: str, error: type[Exception]) -> None:
    """A page without scripts, and scripts without documents, are told as a change of the dashboard."""
    app = Starlette(routes=[Route("/{path:path}", lambda request: HTMLResponse(page))])
    with serving(app) as url, Creators(bearer="x", urls=Urls.at(url), pace=QUICK) as creators, pytest.raises(error):
        creators.harvest()


def test_a_dashboard_that_is_away_is_told(stage: Stage) -> None:
    """A service out of order is told as such, after the attempts a read is worth."""
    stage.fault(http__503=-1, http__where="/_web")
    with client(stage) as creators, pytest.raises(Unavailable):
        creators.harvest()


@pytest.mark.parametrize("text", [DOCUMENT, re.sub(r"([{,])(\w+):", r'\1"\2":', DOCUMENT)])
def test_documents_say_their_variables(text: str) -> None:
    """Name, kind, hash and the types of variables are read out of the syntax tree, with keys in quotes or without."""
    (found,) = operations_in(text, "c")
    assert (found.name, found.kind, found.hashes[0].sha256) == ("getThings", "query", HASH)
    assert [(one.name, one.type) for one in found.variables or ()] == [("uris", "[String!]!"), ("page", "Int")]


def test_two_documents_are_not_mixed() -> None:
    """A document whose tree names no variables does not take those of the next."""
    head = '{kind:"OperationDefinition",operation:"mutation",name:{kind:"Name",value:"doIt"}}'
    first = f'a={{__meta__:{{hash:"{"cd" * 32}"}},kind:"Document",definitions:[{head}]}}'
    one, other = operations_in(f"{first};{DOCUMENT}", "c")
    assert (one.name, one.kind, one.variables) == ("doIt", "mutation", None)
    assert other.name == "getThings" and other.variables


def test_scripts_are_found_and_belong_to_their_part() -> None:
    """Scripts of a page and of other scripts are found as whole addresses; their client is told by where they lie."""
    html = "<script defer src=\"/builds/bundle-1a.js\"></script><script>var x</script><SCRIPT SRC='//cdn.x/y.js?z=1'>"
    assert script_urls(html, "https://a.b/pod") == ("https://a.b/builds/bundle-1a.js", "https://cdn.x/y.js?z=1")
    script = 'load("https://microfrontend-analytics-cdn.spotifycdn.com/remoteEntry.js")'
    (part,) = named_scripts(script, "https://a.b/x.js")
    assert client_of(part) == "microfrontend-analytics"
    assert client_of("https://cdn.x/builds/bundle-12.js") == "public-website"
    assert client_of("https://cdn.x/podcasters-shell/bundle-12.js") == "podcasters-shell-app"


def test_broken_packing_is_told() -> None:
    """A script that is cut or grows without measure is refused."""
    packed = gzip.compress(b"x" * 1000)
    assert unpacked(packed) == b"x" * 1000 and unpacked(b"plain") == b"plain"
    with pytest.raises(UpstreamError):
        unpacked(b"\x1f\x8b" + b"\x00" * 20)
    bomb = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    data = b"".join(bomb.compress(b"\0" * (1 << 20)) for _ in range(70)) + bomb.flush()
    with pytest.raises(UpstreamError, match="larger than 64 MB"):
        unpacked(data)
