"""What can be shuffled, and what it holds now: lists of linked accounts, and the listener's own history and loves."""

from __future__ import annotations

from collections.abc import Mapping

from earstead.core.errors import NotFound, Rejected
from earstead.services.feedback import MOST_PAGE, Feedback
from earstead.services.insights import Insights
from earstead.services.mirror_types import MirrorItem
from earstead.services.mirrors import Mirrors
from earstead.services.shuffle_types import Shuffle, SourceKind, SourceOption
from earstead.services.spotify_accounts import SpotifyAccounts
from earstead.services.spotify_types import LinkedAccount
from earstead.storage import shuffles as table
from earstead.storage.engine import Engine

FEATURE = "shuffle"
MOST_OWN = 5_000
"""Tracks of one's own history that a shuffle is made of, the most played first."""
_KINDS: dict[str, SourceKind] = {"playlist": "playlist", "liked": "liked", "albums": "albums"}


class Sources:
    """See the module. Methods block."""

    def __init__(
        self, engine: Engine, insights: Insights, feedback: Feedback, mirrors: Mirrors, accounts: SpotifyAccounts
    ) -> None:
        self._engine = engine
        self._insights = insights
        self._feedback = feedback
        self._mirrors = mirrors
        self._accounts = accounts

    def options(self, user_id: int) -> tuple[SourceOption, ...]:
        """What can be shuffled: the lists of linked accounts that may be read, then what is our own."""
        found = []
        for account in self._accounts.of_user(user_id):
            if account.state == "on" and FEATURE in account.features:
                for kind, title in (("liked", "Liked songs"), ("albums", "Saved albums, each in its own order")):
                    choice = f"{kind}:{account.account_id}"
                    option = SourceOption(choice=choice, title=title, note=account.title, account_id=account.account_id)
                    found.append(option)
        ours = self.playlists_of(user_id)
        for one in self._mirrors.lists(user_id):
            if one.kind == "playlist" and one.readable and one.remote_id not in ours:
                choice = f"playlist:{one.list_id}"
                found.append(SourceOption(choice=choice, title=one.name, note="playlist", account_id=one.account_id))
        found.append(SourceOption(choice="history", title="Everything you have heard here", note="", account_id=0))
        found.append(SourceOption(choice="loved", title="What you loved here", note="", account_id=0))
        return tuple(found)

    def chosen(self, user_id: int, choice: str) -> tuple[SourceKind, int, LinkedAccount | None, str]:
        """The kind, the list (0 for ours), the account and the name of one of `options`. Raises Rejected, NotFound."""
        kind, _, number = choice.partition(":")
        if choice == "history":
            return "history", 0, None, "Everything"
        if choice == "loved":
            return "loved", 0, None, "Loved"
        if kind not in _KINDS or not number.isdecimal() or len(number) > 18:
            raise Rejected("source", "choose one of the list")
        if kind == "playlist":
            held = self._mirrors.get(user_id, int(number))
            account = self._accounts.get(user_id, held.account_id)
            if held.kind != "playlist" or not held.readable or held.remote_id in self.playlists_of(user_id):
                raise Rejected("source", "this list cannot be shuffled")
            return "playlist", held.list_id, self._able(account), held.name
        account = self._able(self._accounts.get(user_id, int(number)))
        source = _KINDS[kind]
        title = "Liked songs" if source == "liked" else "Saved albums"
        return source, self._mirrors.want(account, "liked" if source == "liked" else "albums"), account, title

    def _able(self, account: LinkedAccount) -> LinkedAccount:
        if FEATURE not in account.features:
            raise Rejected("source", f"switch the shuffle on for {account.title} first, under Settings, Spotify")
        return account

    def account_for(self, user_id: int) -> LinkedAccount:
        """An account of the user that a playlist can be in. Raises Rejected."""
        for account in self._accounts.of_user(user_id):
            if account.state == "on" and FEATURE in account.features:
                return account
        raise Rejected("playlist", "connect a Spotify account with the shuffle switched on first")

    def read(self, shuffle: Shuffle) -> tuple[list[MirrorItem], int] | None:
        """What a source holds, and the number of its last complete read; None before the first one."""
        if shuffle.source == "history":
            return self._of_history(shuffle.user_id), shuffle.order.read + 1
        if shuffle.source == "loved":
            return self._of_loves(shuffle.user_id), shuffle.order.read + 1
        try:
            with self._engine.read() as tx:
                held = self._mirrors.get_in(tx, shuffle.user_id, shuffle.list_id)
                return (self._mirrors.present_in(tx, held.list_id), held.reads) if held.reads else None
        except NotFound:
            return None

    def _of_history(self, user_id: int) -> list[MirrorItem]:
        found = self._insights.chart(user_id, "recording", None, limit=MOST_OWN)
        return [
            _own(row.entity.spotify_uri, row.entity.name, row.entity.credit) for row in found.rows if row.entity.credit
        ]

    def _of_loves(self, user_id: int) -> list[MirrorItem]:
        found: list[MirrorItem] = []
        while len(found) < MOST_OWN:
            rows, _ = self._feedback.loved(user_id, limit=MOST_PAGE, offset=len(found))
            found += [_own(row.track.spotify_uri, row.track.track_name, row.track.artist_name) for row in rows]
            if len(rows) < MOST_PAGE:
                break
        return found

    def playlists_of(self, user_id: int) -> frozenset[str]:
        """The playlists that the shuffles of a user are in."""
        with self._engine.read() as tx:
            return frozenset(row[10] for row in table.of_user(tx, user_id) if row[10])


def _own(uri: str, name: str, credit: str) -> MirrorItem:
    return MirrorItem(
        uri=uri,
        added_at=0,
        group_key="",
        track_name=name,
        artist_names=(credit,),
        release_name="",
        duration_ms=0,
        isrc="",
    )


def title_of(shuffle: Shuffle, titles: Mapping[int, str]) -> str:
    """What a shuffle follows, by the names of the lists that are there; "" when that is gone."""
    if shuffle.source == "history":
        return "Everything you have heard here"
    if shuffle.source == "loved":
        return "What you loved here"
    return titles.get(shuffle.list_id, "")
