"""Which methods there are: collected from the modules of `methods`, looked up in any letter case."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from earstead.apis.lastfm import errors, methods
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Method


@cache
def inventory() -> Mapping[str, Method]:
    """Every method that is spoken, by its name in lower case, in the order of names."""
    found: dict[str, Method] = {}
    for module in pkgutil.iter_modules(methods.__path__):
        for method in getattr(importlib.import_module(f"{methods.__name__}.{module.name}"), "METHODS", ()):
            if method.name.lower() in found:
                raise ValueError(f"{method.name} is there twice")
            found[method.name.lower()] = method
    return MappingProxyType(dict(sorted(found.items())))


@cache
def retired() -> Mapping[str, int]:
    """The number that a method of old is answered with, by its name in lower case."""
    home = importlib.import_module(f"{methods.__name__}.retired")
    return MappingProxyType({name.lower(): code for code, names in home.RETIRED.items() for name in names})


def find(name: str) -> Method:
    """The method of a name in lower case.

    Raises:
        Fault: 6 without a name, 2 for an unknown package, 27 or 3 for a method of old, 3 for an unknown one.
    """
    if method := inventory().get(name):
        return method
    if not name:
        raise Fault(errors.INVALID_PARAMETERS)
    if code := retired().get(name):
        raise Fault(code)
    package = name.partition(".")[0]
    if any(known.partition(".")[0] == package for known in (*inventory(), *retired())):
        raise Fault(errors.INVALID_METHOD)
    raise Fault(errors.INVALID_SERVICE)
