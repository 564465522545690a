"""The desk of those who make podcasts: pages under `/create`. They call `services.creators` and nothing below it."""

from starlette.routing import BaseRoute

from earstead.web.creators import (
    audience,
    begin,
    calendar,
    capture_pages,
    comments,
    compare,
    download_pages,
    episodes,
    export_pages,
    journal,
    media_kit,
    overview,
    show_settings,
    studio,
    upload_pages,
)

routes: list[BaseRoute] = [
    route
    for module in (
        *(begin, capture_pages, journal, overview, episodes, compare, audience, comments, calendar, studio),
        *(download_pages, upload_pages, export_pages, show_settings, media_kit),
    )
    for route in module.routes
]
