"""The pages a browser loads: the dashboard's page and the scripts that hold every document with its hash.

There are two scripts, as there are two front ends: the site's own, and that of the analytics pages, where one
operation has another hash. A rotated operation has its new hash in both, and the names of the scripts change with it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from earstead.core.creators.registry import Operation, Registry
from earstead.sandbox.creators.gql.operations import hashes_of, made_up_hash

ANALYTICS: Final = "microfrontend-analytics"
SHARED: Final = "getEpisodePerformanceAllTime"
"""Lives in both scripts, with a hash for each."""


def page(base: str, rotated: str) -> str:
    """The dashboard's page, with the addresses of both scripts."""
    site, analytics = scripts(rotated)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><title>Spotify for Creators</title>\n'
        f'<script defer src="{base}/builds/{site}"></script>\n'
        f'<script defer src="{base}/{ANALYTICS}/builds/{analytics}"></script>\n'
        '</head><body><div id="root"></div></body></html>\n'
    )


@lru_cache(maxsize=8)
def scripts(rotated: str) -> Mapping[str, bytes]:
    """By file name, the site's script first."""
    site = _script({operation.name: (operation, _current(operation, rotated)) for operation in Registry.pinned()})
    analytics = _script(
        {
            operation.name: (operation, _current(operation, rotated, last=True))
            for operation in Registry.pinned()
            if operation.name == SHARED or any(one.client == ANALYTICS for one in operation.hashes)
        }
    )
    return {_name(site): site, _name(analytics): analytics}


def packed(script: bytes) -> bytes:
    """A script in gzip."""
    return gzip.compress(script, mtime=0)


def _current(operation: Operation, rotated: str, *, last: bool = False) -> str:
    if operation.name == rotated:
        return made_up_hash(rotated, rotated=True)
    known = hashes_of(operation)
    return known[-1 if last and operation.name == SHARED else 0].sha256


def _script(found: Mapping[str, tuple[Operation, str]]) -> bytes:
    documents = ",".join(
        f"{10_000 + number}:(e,t,n)=>{{n.d(t,{{A:()=>r}});const r={_literal(operation, sha256)}}}"
        for number, (operation, sha256) in enumerate(found.values())
    )
    filler = ";".join(f"var _{number}=function(e){{return e+{number}}}" for number in range(400))
    return f'"use strict";(()=>{{{filler};var m={{{documents}}};}})();\n'.encode()


def _literal(operation: Operation, sha256: str) -> str:
    """A document as the syntax tree that the real scripts hold.

    With its variables and an empty selection; where the variables are not known, the tree does not say them.
    """
    rest = ""
    if operation.variables is not None:
        variables = ",".join(_variable(each.name, each.type or "String") for each in operation.variables)
        rest = f',variableDefinitions:[{variables}],directives:[],selectionSet:{{kind:"SelectionSet",selections:[]}}'
    return (
        f'{{__meta__:{{hash:"{sha256}"}},kind:"Document",definitions:[{{kind:"OperationDefinition",'
        f'operation:"{operation.kind}",name:{{kind:"Name",value:{json.dumps(operation.name)}}}{rest}}}]}}'
    )


def _variable(name: str, kind: str) -> str:
    return (
        f'{{kind:"VariableDefinition",variable:{{kind:"Variable",name:{{kind:"Name",value:"{name}"}}}},'
        f"type:{_type(kind)},directives:[]}}"
    )


def _type(kind: str) -> str:
    if kind.endswith("!"):
        return f'{{kind:"NonNullType",type:{_type(kind[:-1])}}}'
    if kind.startswith("["):
        return f'{{kind:"ListType",type:{_type(kind[1:-1])}}}'
    return f'{{kind:"NamedType",name:{{kind:"Name",value:"{kind}"}}}}'


def _name(script: bytes) -> str:
    return f"bundle-{hashlib.sha256(script).hexdigest()[:20]}.js"
