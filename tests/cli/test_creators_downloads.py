"""Downloads by command: name a feed, read logs, see the figures."""

from __future__ import annotations

import gzip
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.cli.test_creators import Creator, creator, inside, stage
from tests.fakes.servers import serving
from tests.services.creators.test_downloads import FEED, line

__all__ = ["creator", "inside", "stage"]


async def _feed(_: object) -> Response:
    return Response(FEED, media_type="application/rss+xml")


def test_a_feed_and_its_logs(creator: Creator, environ: dict[str, str], tmp_path: Path) -> None:
    """Nothing without a feed, and it says what to do; then logs count once, with the reason for each line left out."""
    environ["EARSTEAD_ALLOW_PRIVATE"] = "yes"
    show, log, packed = str(creator.show), tmp_path / "access.log", tmp_path / "access.log.1.gz"
    log.write_text(line(20, "10:00:00", "/one.mp3") + "nonsense\n")
    packed.write_bytes(gzip.compress((line(19, "10:00:00", "/one.mp3") + line(20, "10:00:00", "/one.mp3")).encode()))
    assert "name the feed of the show first" in creator.refused("downloads", "log", show, str(log))
    assert "downloads feed SHOW URL" in creator.say("downloads", "show", show)
    with serving(Starlette(routes=[Route("/feed", _feed)])) as outside:
        assert "2 files" in creator.say("downloads", "feed", show, f"{outside}/feed", "--prefix")
        assert "answered 404" in creator.refused("downloads", "feed", show, f"{outside}/nothing")
    said = creator.say("downloads", "log", show, str(log), str(packed))
    assert "2 lines, 1 for files of the feed, 1 new" in said and "1: neither the combined format nor JSON" in said
    assert "access.log.1.gz: 2 lines, 2 for files of the feed, 1 new" in said
    told = creator.json("downloads", "show", show)
    assert told["feed"]["prefix"] and [one["state"] for one in told["logs"]] == ["done", "done"]
    figures = ("--metric", "feed_downloads", "--period", "2026-02-01..2026-02-28")
    found = creator.json("analytics", show, *figures)
    assert {one["date"]: one["value"] for one in found["points"]} == {"2026-02-19": 1, "2026-02-20": 1}
    assert "there is no token" in creator.refused("downloads", "op3", show)
