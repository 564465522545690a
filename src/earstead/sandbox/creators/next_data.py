"""The data route of the comments page. Its path and payload are INVENTED: only the base address is public.

It follows the framework's general convention, so that finding a build id and noticing a stale one can be tried out.
"""

from __future__ import annotations

import json
from typing import Any, Final

BUILD: Final = "sandbox-build-1"


def comments_page() -> str:
    """A page that names the build."""
    data = json.dumps({"buildId": BUILD, "page": "/comments", "props": {"pageProps": {}}})
    return (
        "<!DOCTYPE html><html><body><div id='__next'></div>"
        f'<script id="__NEXT_DATA__" type="application/json">{data}</script></body></html>'
    )


def payload(route: str) -> dict[str, Any]:
    """What the route answers; everything under pageProps is invented."""
    return {"pageProps": {"invented": True, "route": route.removesuffix(".json")}, "__N_SSP": True}
