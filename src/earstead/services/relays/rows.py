"""Between the rows of the relay and its records: filters as JSON, secrets sealed, addresses from what was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from earstead.core.relaying import MARKS, Play, RelayFilter, comes_from, marks_in, why_not
from earstead.kit import jsontext
from earstead.kit.secrets import Vault
from earstead.services.relays.types import BY_NAME, Fill, Item, Kind, Relay, Secrets, Target
from earstead.services.views import ListenRow
from earstead.storage.engine import Row


def relay_from(row: Row) -> Relay:
    """A row of `storage.relays` as a record."""
    return Relay(
        relay_id=row[0],
        user_id=row[1],
        kind=BY_NAME[row[2]],
        url=row[3],
        account=row[4],
        state=row[5],
        filter=filter_from(row[6]),
        playing=bool(row[7]),
        peer_mark=row[8],
        error=row[9],
        failures=row[10],
        next_at=row[11],
        batch=row[12],
        sent=row[13],
        sent_at=row[14],
        created_at=row[15],
    )


def fill_from(row: Row) -> Fill:
    """A row of a back-fill as a record."""
    return Fill(
        fill_id=row[0],
        relay_id=row[1],
        start=row[2],
        end=row[3],
        cursor=(row[4], row[5]),
        total=row[6],
        done=row[7],
        sent=row[8],
        failed=row[9],
        state=row[10],
        created_at=row[11],
        finished_at=row[12],
    )


def item_from(row: Row) -> Item:
    """A row of what waits or failed as a record."""
    return Item(listen_id=row[0], position=row[1], state=row[2], reason=row[3], at=row[4])


def filter_text(chosen: RelayFilter) -> str:
    """A filter as it is stored."""
    return jsontext.dumps(
        {
            "kinds": list(chosen.kinds),
            "sources": list(chosen.sources),
            "min_played_s": chosen.min_played_s,
            "excluded_artists": list(chosen.excluded_artists),
        }
    )


def filter_from(text: str) -> RelayFilter:
    """A stored filter."""
    said: Mapping[str, Any] = jsontext.loads(text)
    return RelayFilter(
        kinds=tuple(said["kinds"]),
        sources=tuple(said["sources"]),
        min_played_s=said["min_played_s"],
        excluded_artists=tuple(said["excluded_artists"]),
    )


def seal(vault: Vault, secrets: Secrets) -> str:
    """Secrets as they are stored."""
    return vault.seal(json.dumps(asdict(secrets)))


def unseal(vault: Vault, sealed: str) -> Secrets:
    """Stored secrets. Raises CannotOpen."""
    return Secrets(**json.loads(vault.open(sealed)))


def target_of(kind: Kind, url: str, secrets: Secrets, mark: str = "") -> Target:
    """Where to send: the service's own addresses, or those below the root that was typed.

    Roots may be given with the protocol's own path ("/2.0", "/1"): people copy them so from settings of players.
    """
    if not url:
        return Target(kind=kind, api=kind.api, page=kind.page, secrets=secrets, mark=mark if kind.peers else "")
    root = url.removesuffix("/2.0") if kind.speaks == "lastfm" else url.removesuffix("/1")
    lastfm = kind.speaks == "lastfm"
    return Target(
        kind=kind,
        api=f"{root}/2.0/" if lastfm else root,
        page=f"{root}/api/auth/" if lastfm else "",
        secrets=secrets,
        mark=mark if kind.peers else "",
    )


def goes(relay: Relay, mark: str, play: Play) -> bool:
    """Whether a play of the user with this mark is passed on: let through, and on no way back to where it was."""
    if mark and mark in play.marks:
        return False
    return not why_not(play, relay.filter) and not comes_from(play, peer_mark=relay.peer_mark, hosts=relay.hosts)


def play_of_listen(row: ListenRow) -> Play:
    """A listen as the decision sees it. Where it was fetched from was judged when it was queued."""
    names = (row.artist_name, *(ref.name for ref in row.artists))
    return Play(
        kind=row.kind,
        source=row.source,
        host="",
        artists=names,
        played_ms=row.played_ms,
        counted=row.counted,
        marks=marks_in(row.extra),
    )


def play_of_row(row: Row) -> Play:
    """A row of `storage.relays.unsent` as the decision sees it."""
    _, _, kind, source, origin, artist_name, artist_names, played_ms, extra = row
    # Few listens carry marks; looking for the word spares reading the rest.
    marks = marks_in(jsontext.loads(extra)) if MARKS in extra else ()
    return Play(
        kind=kind,
        source=source,
        host=origin,
        artists=(artist_name, *_names(artist_names)),
        played_ms=played_ms,
        counted=True,
        marks=marks,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(jsontext.loads(text)) if text.startswith("[") else ()
