"""Reading a list of an account page by page, as far as the limits allow, going on later where it stopped.

Nothing follows from a page: only a read that came to its end, of one version, with as many places as were promised, is
complete. The pages in between are kept, because a list of 10,000 takes longer than any window of requests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from earstead.core.ids import hash63
from earstead.services.spotify.mirror_types import Entry, MirrorList, Piece, of_album, of_artist, of_item, of_playlist
from earstead.services.spotify.types import SpotifyApi
from earstead.storage import mirror as table
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer


@dataclass(frozen=True, slots=True)
class Read:
    """What was read. `complete`: of one version, and all of it."""

    entries: tuple[Entry, ...]
    snapshot: str
    complete: bool


class Reader:
    """See the module. Raises what the client raises; what was read by then is kept."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    def unchanged(self, api: SpotifyApi, held: MirrorList) -> bool:
        """Whether a list without versions is as it was: one request that reads its first page."""
        if held.kind in ("playlist", "playlists") or not held.reads or held.unconfirmed:
            return False
        with self._engine.read() as tx:
            if table.last_page(tx, held.list_id) is not None:
                return False
        piece, following = _PAGES[held.kind](api, held, "")
        if _mark(piece) == held.snapshot:
            return True
        # The page is the first of the read that follows: it is not asked for twice.
        self._keep(held, 0, _mark(piece), piece, following)
        return False

    def read(self, api: SpotifyApi, held: MirrorList) -> Read:
        """Read a list to its end, going on where the last attempt stopped."""
        with self._engine.read() as tx:
            last = table.last_page(tx, held.list_id)
        wanted = held.seen_snapshot if held.kind == "playlist" else ""
        page, snapshot, following = (last[0] + 1, last[1], last[2]) if last else (0, wanted, "")
        if last and wanted and snapshot != wanted:
            # It changed while it was being read: what was read belongs to another version.
            self._writer.do(lambda tx: table.drop_pages(tx, held.list_id)).result()
            page, snapshot, following, last = 0, wanted, "", None
        while last is None or following:
            piece, following = _PAGES[held.kind](api, held, following)
            snapshot = snapshot or _mark(piece)
            self._keep(held, page, snapshot, piece, following)
            page, last = page + 1, (page,)
        return self._finished(api, held, snapshot)

    def _keep(self, held: MirrorList, page: int, snapshot: str, piece: Piece, following: str) -> None:
        text = msgspec.json.encode(piece).decode()
        self._writer.do(lambda tx: table.put_page(tx, held.list_id, page, snapshot, following, text)).result()

    def _finished(self, api: SpotifyApi, held: MirrorList, snapshot: str) -> Read:
        with self._engine.read() as tx:
            pieces = [msgspec.json.decode(text, type=Piece) for text in table.pages(tx, held.list_id)]
        entries = {entry.uri: entry for piece in pieces for entry in piece.entries}
        places, totals = sum(piece.places for piece in pieces), {piece.total for piece in pieces}
        complete = len(totals) == 1 and totals <= {places, -1}
        if held.kind == "playlist":
            complete = complete and api.playlist(held.remote_id).snapshot_id == snapshot
        return Read(tuple(entries.values()), snapshot, complete)


def _mark(piece: Piece) -> str:
    """What tells whether a list without versions changed: how long it is, and how it begins."""
    return f"{piece.total} {hash63('mark', *(entry.uri for entry in piece.entries))}"


# --- a page of each kind ------------------------------------------------------------------------------------------


def _playlists(api: SpotifyApi, held: MirrorList, following: str) -> tuple[Piece, str]:
    page = api.playlists_page(int(following or 0))
    return Piece(entries=tuple(map(of_playlist, page.items)), places=len(page.items), total=page.total), page.next


def _playlist(api: SpotifyApi, held: MirrorList, following: str) -> tuple[Piece, str]:
    page = api.playlist_items_page(held.remote_id, int(following or 0))
    entries = (of_item(row.item, added_at=row.added_at) for row in page.items if row.item and row.item.uri)
    return Piece(entries=tuple(entries), places=len(page.items), total=page.total), page.next


def _liked(api: SpotifyApi, held: MirrorList, following: str) -> tuple[Piece, str]:
    offset = int(following or 0)
    page = api.saved_tracks_page(offset)
    entries = (of_item(row.item, added_at=row.added_at) for row in page.items if row.item.uri)
    # What has lost its name is left out of the page, but has its place.
    places = int(page.next) - offset if page.next else len(page.items)
    return Piece(entries=tuple(entries), places=places, total=page.total), page.next


def _artists(api: SpotifyApi, held: MirrorList, following: str) -> tuple[Piece, str]:
    page = api.followed_artists_page(following)
    return Piece(entries=tuple(map(of_artist, page.items)), places=len(page.items), total=page.total), page.next


def _albums(api: SpotifyApi, held: MirrorList, following: str) -> tuple[Piece, str]:
    page = api.saved_albums_page(int(following or 0))
    entries: list[Entry] = []
    for album in page.items:
        tracks = list(album.tracks)
        while len(tracks) < album.total and (more := api.album_tracks_page(album.uri, len(tracks)).items):
            tracks += more
        entries += of_album(album, tuple(tracks))
    return Piece(entries=tuple(entries), places=len(page.items), total=page.total), page.next


_PAGES: dict[str, Callable[[SpotifyApi, MirrorList, str], tuple[Piece, str]]] = {
    "playlists": _playlists,
    "playlist": _playlist,
    "liked": _liked,
    "artists": _artists,
    "albums": _albums,
}
