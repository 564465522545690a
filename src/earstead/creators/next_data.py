"""The data route behind the comments page. What is public ends at its base address; the rest is what the framework
(Next.js) commonly does, so that everything here is a guess, and every answer is handed over unread.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from earstead.creators.calling import Caller, document, fault_of
from earstead.creators.errors import AuthFlowChanged, NotFound, UpstreamError
from earstead.creators.rest_types import Unread
from earstead.creators.transport import Answer, Request
from earstead.creators.urls import Urls
from earstead.creators.walk import table, text

_DATA = re.compile(rb"<script[^>]*\bid=[\"']__NEXT_DATA__[\"'][^>]*>(.*?)</script>", re.DOTALL)
_SITE = "/interactivity"


class NextData:
    """Finds the build id of a deployment, and fetches the data of its pages; a guess throughout."""

    def __init__(self, caller: Caller, urls: Urls) -> None:
        self._caller = caller
        self._base = urls.next
        self._site = f"{urls.web}{_SITE}"
        self._lock = threading.Lock()
        self._build = ""

    def build_id(self, page: str = "", *, fresh: bool = False) -> str:
        """N-1: the build id that a page below the site names; remembered until `fresh`.

        Raises:
            AuthFlowChanged: the page names none.
        """
        with self._lock:
            if self._build and not fresh:
                return self._build
        url = f"{self._site}/{quote(page.strip('/'), safe='/')}"
        answer = self._get("N-1", url, {"accept": "text/html"})
        if answer.status != 200:
            raise fault_of(answer, "the comments page")
        found = _DATA.search(answer.body)
        build = text(table(_json(found.group(1) if found else b"")).get("buildId"))
        if not build:
            raise AuthFlowChanged("the comments page names no build")
        with self._lock:
            self._build = build
        return build

    def fetch(self, route: str, query: Mapping[str, str] | None = None) -> Unread:
        """N-2: the data of a page, `pageProps` and what is beside it. A build that is gone is found anew, once.

        Raises:
            NotFound: there is no such route, also in the newest build.
            UpstreamError: the page sends elsewhere.
        """
        answer = self._data(route, query or {}, self.build_id(route))
        if answer.status == 404:
            answer = self._data(route, query or {}, self.build_id(route, fresh=True))
        if answer.status == 404:
            raise NotFound(f"the route {route}")
        if not 200 <= answer.status < 300:
            raise fault_of(answer, f"the route {route}")
        said = document(answer)
        elsewhere = text(table(table(said).get("pageProps")).get("__N_REDIRECT"))
        if elsewhere:
            raise UpstreamError(f"the page sends to {elsewhere[:100]}")
        return Unread(said)

    def _data(self, route: str, query: Mapping[str, str], build: str) -> Answer:
        url = f"{self._base}/{quote(build, safe='')}/{quote(route.strip('/'), safe='/')}.json"
        return self._get("N-2", url, {"accept": "application/json", "x-nextjs-data": "1"}, query)

    def _get(self, label: str, url: str, headers: Mapping[str, str], query: Mapping[str, str] | None = None) -> Answer:
        request = Request(
            backend="next",
            label=label,
            method="GET",
            url=url,
            headers=headers,
            query=tuple((query or {}).items()),
        )
        return self._caller.answer(request)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
