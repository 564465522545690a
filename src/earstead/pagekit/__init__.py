"""What every page is drawn with: layout, components, charts as SVG, generated covers, static files.

A page module calls `page(request, "name.html", **context)`; templates extend `layout.html` and import the macros of
`components.html`. `docs/pagekit.md` shows all of it.
"""

from earstead.pagekit.pages import not_modified, page, redirect
from earstead.pagekit.static import static, static_routes

__all__ = ["not_modified", "page", "redirect", "static", "static_routes"]
