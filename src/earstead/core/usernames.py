"""User names that are taken by addresses of the product itself.

Pages of a user live under `/{name}/...`, so no user may be called like a first segment that means something
else. Compare case-folded. Names are never taken off this list: a bookmark must not turn into a person.
"""

from __future__ import annotations

RESERVED = frozenset(
    """
    1 2 2.0 about account accounts admin api apis app apps assets auth callback card cards chart charts connect
    create decisions demo develop docs export exports favicon.ico feed feeds health healthz help home hooks
    import imports insights internal listen listens login logout manifest.json manifest.webmanifest match me
    metrics oauth oauth2 openapi.json owner ping playing podcast podcasts privacy public redoc robots.txt root
    sandbox search service-worker.js settings share sign-in sign-out sign-up signin signout signup sitemap.xml
    sources spotify static stats status sw.js system terms token tokens user users v1 webhook webhooks welcome
    ws xmlrpc
    """.split()
)
