"""What can be shuffled, and what it holds now: lists of linked accounts, and the listener's own history and habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from earstead.core.errors import NotFound, Rejected
from earstead.services.feedback import MOST_PAGE, Feedback
from earstead.services.habits import Habits
from earstead.services.insights.insights import Insights
from earstead.services.playlinks import Playlinks
from earstead.services.shuffles.types import Shuffle, SourceKind, SourceOption
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.services.spotify.mirror_types import MirrorItem
from earstead.services.spotify.mirrors import Mirrors
from earstead.services.spotify.types import LinkedAccount
from earstead.services.views import EntityRef
from earstead.storage import shuffles as table
from earstead.storage.engine import Engine

FEATURE = "shuffle"
_PIECE = 1_024
MOST_OWN = 5_000
"""Tracks of one's own history that a shuffle is made of, the most played first."""
_KINDS: dict[str, SourceKind] = {"playlist": "playlist", "liked": "liked", "albums": "albums"}
_OWN: dict[SourceKind, tuple[str, str]] = {
    "history": ("Everything you have heard here", "Everything"),
    "loved": ("What you loved here", "Loved"),
    "never": ("What you never skip", "Never skipped"),
    "dear": ("What you hear like something loved, and have not saved", "Loved but not saved"),
}
"""Sources of our own: the title, and the name of a shuffle over it."""


class Sources:
    """See the module. Methods block."""

    def __init__(
        self,
        engine: Engine,
        insights: Insights,
        habits: Habits,
        playlinks: Playlinks,
        feedback: Feedback,
        mirrors: Mirrors,
        accounts: SpotifyAccounts,
    ) -> None:
        self._engine = engine
        self._habits = habits
        self._playlinks = playlinks
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
        found += [SourceOption(choice=kind, title=title, note="", account_id=0) for kind, (title, _) in _OWN.items()]
        return tuple(found)

    def chosen(self, user_id: int, choice: str) -> tuple[SourceKind, int, LinkedAccount | None, str]:
        """The kind, the list (0 for ours), the account and the name of one of `options`. Raises Rejected, NotFound."""
        kind, _, number = choice.partition(":")
        for own, (_, title) in _OWN.items():
            if choice == own:
                return own, 0, None, title
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
        if shuffle.source in _OWN:
            return self._own(shuffle.user_id, shuffle.source), shuffle.order.read + 1
        try:
            with self._engine.read() as tx:
                held = self._mirrors.get_in(tx, shuffle.user_id, shuffle.list_id)
                return (self._mirrors.present_in(tx, held.list_id), held.reads) if held.reads else None
        except NotFound:
            return None

    def _own(self, user_id: int, source: SourceKind) -> list[MirrorItem]:
        if source == "loved":
            return self._of_loves(user_id)
        if source == "history":
            rows = self._insights.chart(user_id, "recording", None, limit=MOST_OWN).rows
            return self._recordings(user_id, [row.entity for row in rows])
        report = self._habits.report(user_id)
        return self._recordings(user_id, [row.entity for row in (report.never if source == "never" else report.dear)])

    def _recordings(self, user_id: int, found: Sequence[EntityRef]) -> list[MirrorItem]:
        """Recordings with their Spotify URIs, as far as somebody said one."""
        uris: dict[int, str] = {}
        for start in range(0, len(found), _PIECE):
            links = self._playlinks.of(user_id, [one.entity_id for one in found[start : start + _PIECE]])
            uris |= {i: one.target for i, held in links.items() for one in held if one.service == "spotify"}
        return [_item(uris.get(one.entity_id, ""), one.name, one.credit) for one in found if one.credit]

    def _of_loves(self, user_id: int) -> list[MirrorItem]:
        found: list[MirrorItem] = []
        while len(found) < MOST_OWN:
            rows, _ = self._feedback.loved(user_id, limit=MOST_PAGE, offset=len(found))
            found += [_item(row.track.spotify_uri, row.track.track_name, row.track.artist_name) for row in rows]
            if len(rows) < MOST_PAGE:
                break
        return found

    def playlists_of(self, user_id: int) -> frozenset[str]:
        """The playlists that the shuffles of a user are in."""
        with self._engine.read() as tx:
            return frozenset(row[10] for row in table.of_user(tx, user_id) if row[10])


def _item(uri: str, name: str, credit: str) -> MirrorItem:
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
    return _OWN[shuffle.source][0] if shuffle.source in _OWN else titles.get(shuffle.list_id, "")
