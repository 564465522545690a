"""The documentation of an API's methods, drawn from the records that its code keeps: `/develop/<api>`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import NotFound
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.container import Services
from earstead.services.documents import Documents, MethodDoc
from earstead.services.registry import Api
from earstead.web.auth import current_user, services_of
from earstead.web.forms import query

_MAX_SEARCH = 100


def routes(services: Services) -> list[BaseRoute]:
    """The pages of every API that hands over its documentation."""
    return [
        route
        for api in services.apis
        if api.documents
        for pages in [_Pages(api, api.documents)]
        for route in (
            Route(f"/develop/{api.name}", pages.index, methods=["GET"]),
            Route(f"/develop/{api.name}/{{method}}", pages.method, methods=["GET"]),
        )
    ]


class _Pages:
    """The pages of one API."""

    def __init__(self, api: Api, documents: Documents) -> None:
        self._api = api
        self._documents = documents

    async def index(self, request: Request) -> Response:
        """All methods, or those with the words of `q`."""
        q = query(request).text("q")[:_MAX_SEARCH]
        found = matching(self._documents.methods(), q)
        return page(
            request,
            "method_index.html",
            section="develop",
            api=self._api,
            guide=self._documents.guide,
            packages=by_package(found),
            count=len(found),
            asked=q,
            root=services_of(request).public_url.rstrip("/"),
        )

    async def method(self, request: Request) -> Response:
        """One method, with an example for whoever looks."""
        name = request.path_params["method"]
        doc = next((doc for doc in self._documents.methods() if doc.name.lower() == name.lower()), None)
        if doc is None:
            raise NotFound("There is no such method.")
        if doc.name != name:
            return RedirectResponse(f"/develop/{self._api.name}/{doc.name}", 303)
        services, viewer = services_of(request), current_user(request)
        example = await blocking(self._documents.example, services, viewer, doc.name)
        return page(
            request,
            "method_page.html",
            section="develop",
            api=self._api,
            doc=doc,
            example=example,
            siblings=[other for other in self._documents.methods() if other.package == doc.package],
        )


def matching(methods: Iterable[MethodDoc], q: str) -> list[MethodDoc]:
    """The methods that have every word of `q` in their name, summary or parameters, in any letter case."""
    words = q.casefold().split()
    return [doc for doc in methods if all(word in _text(doc) for word in words)]


def by_package(methods: Iterable[MethodDoc]) -> list[tuple[str, list[MethodDoc]]]:
    """Methods under their packages, both by name."""
    ordered = sorted(methods, key=lambda doc: (doc.package.casefold(), doc.name.casefold()))
    return [(package, list(docs)) for package, docs in groupby(ordered, key=lambda doc: doc.package)]


def _text(doc: MethodDoc) -> str:
    return " ".join((doc.name, doc.summary, *(param.name for param in doc.params))).casefold()
