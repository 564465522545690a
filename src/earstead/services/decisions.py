"""A user's standing word on names, sameness and visibility: rows that can be undone, never mutations.

Decisions on names act on the map (as many rows as there are tracks concerned, the whole past at once, and tracks
first heard later); decisions on plays are keyed by observation, so that a later witness of a deleted play joins the
hidden listen and nothing resurrects it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from earstead.core.catalog import Track, track_of
from earstead.core.errors import NotFound, Rejected
from earstead.core.ids import UnixSeconds, hash63
from earstead.core.listen import Kind, Submission
from earstead.core.names import clean, name_key
from earstead.core.rules import MAX_NAME, problem
from earstead.kit.clock import Clock
from earstead.services import naming
from earstead.services.corrections import Names, concern_names, decided_names
from earstead.services.events import Hub
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.services.insights.numbers import KINDS
from earstead.services.listen_rows import decision_row
from earstead.services.views import DecisionPreview, DecisionRow
from earstead.storage import catalog, charts, decisions
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

T = TypeVar("T")
ON_NAMES = ("rename", "merge", "split", "block", "ban")
ON_PLAYS = ("delete", "restore", "edit", "keep_apart", "join")
MOST_PLAYS = 1_000
"""Plays one decision may name; more are several decisions, each of which can be undone."""
Follower = Callable[[Tx, int, DecisionRow, bool], None]
"""Called with (transaction, user, the decision, whether it stands now)."""


class Decisions:
    """See the module. Subjects as callers give them:

    rename {entity, id, name}; merge {entity, ids, into}; split {entity: artist, id, names} or
    {entity: recording, track_ids}; block and ban {entity, id}; delete and restore {listen_ids};
    edit {listen_id, artist_name?, track_name?, release_name?, listened_at?}; keep_apart {listen_id, seq};
    join {listen_ids: [a, b, ...]}.
    """

    def __init__(
        self, engine: Engine, writer: Writer, ingest: Ingest, insights: Insights, clock: Clock, hub: Hub
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._ingest = ingest
        self._insights = insights
        self._clock = clock
        self._hub = hub
        self._followers: list[Follower] = []

    def followed_by(self, follower: Follower) -> None:
        """Have decisions that users make, take back or make again followed by more in their own transaction."""
        self._followers.append(follower)

    def preview(self, user_id: int, kind: str, subject: Mapping[str, Any]) -> DecisionPreview:
        """What a decision would change: tracks, listens, and up to ten lines "before -> after"."""
        with self._engine.read() as tx:
            stored, summary, _ = self._understand(tx, user_id, kind, subject)
            if kind in ON_PLAYS:
                return DecisionPreview(
                    summary=summary, tracks=0, listens=len(_listen_ids(kind, subject)), sample=(summary,)
                )
            tracks = self._tracks(tx, user_id, stored)
            plays = charts.plays_of_tracks(tx, user_id, [t.track_id for t in tracks])
            sample = tuple(f"{t.artist_name} \N{EM DASH} {t.track_name}" for t in tracks[:10])
        return DecisionPreview(summary=summary, tracks=len(tracks), listens=plays, sample=sample)

    def make(self, user_id: int, kind: str, subject: Mapping[str, Any], *, by_user: str = "") -> DecisionRow:
        """Make a decision; it acts at once on the whole past. Rejected or NotFound when it makes no sense."""

        def work(tx: Tx) -> DecisionRow:
            stored, summary, edited = self._understand(tx, user_id, kind, subject)
            before = self._tracks(tx, user_id, stored)
            decision_id = decisions.add(tx, user_id, kind, stored, summary, self._clock.now(), by_user)
            self._apply(tx, user_id, stored, [*before, *edited], edited)
            row = decisions.one(tx, user_id, decision_id)
            if row is None:
                raise NotFound("the decision was not stored")
            return self._told(tx, user_id, decision_row(row))

        return self._write(user_id, work)

    def undo(self, user_id: int, decision_id: int) -> DecisionRow:
        """Take a decision back; everything derived is as if it had never been made."""
        return self._turn(user_id, decision_id, self._clock.now())

    def redo(self, user_id: int, decision_id: int) -> DecisionRow:
        """Let an undone decision stand again."""
        return self._turn(user_id, decision_id, 0)

    def _turn(self, user_id: int, decision_id: int, at: int) -> DecisionRow:
        def work(tx: Tx) -> DecisionRow:
            row = decisions.one(tx, user_id, decision_id)
            if row is None:
                raise NotFound("no such decision")
            subject = decision_row(row).subject
            before = self._tracks(tx, user_id, subject)
            decisions.set_undone(tx, user_id, decision_id, at)
            self._apply(tx, user_id, subject, before, [])
            return self._told(tx, user_id, replace(decision_row(row), undone_at=at))

        return self._write(user_id, work)

    def log(self, user_id: int, limit: int = 50, before: int = 0) -> tuple[DecisionRow, ...]:
        """Decisions, newest first; `before` is the last id of the page above, 0 for the first page."""
        with self._engine.read() as tx:
            rows = decisions.log(tx, user_id, before or (1 << 62), limit)
        return tuple(decision_row(row) for row in rows)

    def may_rename(self, user_id: int) -> bool:
        """Whether `names` can have anything to say; answers from memory, True when that does not know."""
        rules = self._ingest.map_rules_at_hand(user_id)
        return rules is None or concern_names(rules)

    def names(self, user_id: int, said: Sequence[Submission]) -> tuple[Names, ...]:
        """For each submission the names that the standing decisions give it."""
        return decided_names(self._engine, self._ingest, user_id, said)

    def import_row(self, user_id: int, row: DecisionRow) -> bool:
        """Take over a decision from an archive, dates included; False when the same one is there already."""

        def work(tx: Tx) -> bool:
            subject = dict(row.subject)
            if decisions.same(tx, user_id, row.kind, subject, row.created_at):
                return False
            tracks = [_track_of_edit(subject["edited"])] if "edited" in subject else []
            decision_id = decisions.add(tx, user_id, row.kind, subject, row.summary, row.created_at, row.by_user)
            decisions.set_undone(tx, user_id, decision_id, row.undone_at)
            before = self._tracks(tx, user_id, subject)
            self._apply(tx, user_id, subject, [*before, *tracks], tracks)
            return True

        return self._write(user_id, work)

    def _told(self, tx: Tx, user_id: int, row: DecisionRow) -> DecisionRow:
        for follow in self._followers:
            follow(tx, user_id, row, not row.undone_at)
        return row

    def _write(self, user_id: int, work: Callable[[Tx], T]) -> T:
        try:
            done = self._writer.do(work).result()
        finally:
            # Also after a refusal: the rules were compiled anew inside a transaction that was taken back.
            self._ingest.forget_rules(user_id)
        self._hub.publish(user_id, "decision", {})
        return done

    def _apply(
        self,
        tx: Tx,
        user_id: int,
        subject: Mapping[str, Any],
        tracks: Sequence[Track],
        edited: Sequence[Track],
    ) -> None:
        self._ingest.forget_rules(user_id)
        catalog.add_tracks(tx, edited)
        if tracks:
            self._ingest.map_again(tx, user_id, list({t.track_id: t for t in tracks}.values()))
        keys = {*subject.get("keys", ()), *([subject["key"]] if "key" in subject else [])}
        if keys:
            self._ingest.settle_again(tx, user_id, sorted(keys))

    def _tracks(self, tx: Tx, user_id: int, subject: Mapping[str, Any]) -> list[Track]:
        """The tracks a decision on names concerns: whatever leads to an entity it names as the map stands, also
        where a later merge led that entity on."""
        rules, _ = self._ingest.rules(tx, user_id)
        ids = dict.fromkeys(i for named in _entity_ids(subject) for i in (named, rules.lead(named)))
        found = {t.track_id: t for i in ids for t in catalog.tracks_of(tx, user_id, i)}
        if track_ids := [int(i) for i in subject.get("track_ids", ())]:
            found |= catalog.tracks_by_id(tx, track_ids)
        return list(found.values())

    # ---- understanding -----------------------------------------------------------------------------------

    def _understand(
        self, tx: Tx, user_id: int, kind: str, subject: Mapping[str, Any]
    ) -> tuple[dict[str, Any], str, list[Track]]:
        """(subject as stored, a sentence, tracks to be made) of what a caller asks for."""
        if kind in ON_NAMES:
            return (*self._on_names(tx, user_id, kind, subject), [])
        if kind in ON_PLAYS:
            return self._on_plays(tx, user_id, kind, subject)
        raise Rejected("kind", f"{str(kind)[:40]!r} is none of {', '.join((*ON_NAMES, *ON_PLAYS))}")

    def _named(self, tx: Tx, user_id: int, entity: str, entity_id: Any) -> tuple[int, str]:
        rules, _ = self._ingest.rules(tx, user_id)
        number = _integer("id", entity_id)
        ref = naming.refs(tx, user_id, [number], rules).get(number)
        if ref is None or ref.kind != entity or not catalog.tracks_of(tx, user_id, number):
            raise NotFound(f"no such {entity} in this history")
        return number, ref.name

    def _on_names(self, tx: Tx, user_id: int, kind: str, subject: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        entity = str(subject.get("entity", ""))
        if entity not in KINDS:
            raise Rejected("entity", f"one of {', '.join(KINDS)}")
        if kind == "merge":
            into, name = self._named(tx, user_id, entity, subject.get("into"))
            others = dict(self._named(tx, user_id, entity, i) for i in _list("ids", subject.get("ids")))
            others.pop(into, None)
            if not others:
                raise Rejected("ids", "name at least one other to merge")
            return {"entity": entity, "ids": sorted(others), "into": into}, f"{_quoted(others.values())} is {name}"
        if kind == "split" and subject.get("track_ids"):
            ids = [_integer("track_ids", i) for i in _list("track_ids", subject["track_ids"])]
            known = catalog.tracks_by_id(tx, ids)
            if len(known) != len(set(ids)) or catalog.unmapped(tx, user_id, ids):
                raise NotFound("no such track in this history")
            title = next(iter(known.values())).track_name
            return {"entity": entity, "track_ids": sorted(set(ids))}, f"a recording of its own for {title!r}"
        entity_id, name = self._named(tx, user_id, entity, subject.get("id"))
        if kind == "split":
            if entity != "artist":
                raise Rejected("entity", "artists are split by names, recordings by track_ids")
            names = [_name("names", n) for n in _list("names", subject.get("names"))]
            if len(names) < 2:
                raise Rejected("names", "give at least two")
            return {"entity": entity, "id": entity_id, "names": names}, f"{name} is {_quoted(names)}"
        if kind == "rename":
            new = _name("name", subject.get("name"))
            return {"entity": entity, "id": entity_id, "name": new}, f"{name} is written {new}"
        effect = "is hidden" if kind == "block" else "is left out of statistics"
        return {"entity": entity, "id": entity_id}, f"{name} {effect}"

    def _on_plays(
        self, tx: Tx, user_id: int, kind: str, subject: Mapping[str, Any]
    ) -> tuple[dict[str, Any], str, list[Track]]:
        ids = _listen_ids(kind, subject)
        if not 0 < len(ids) <= MOST_PLAYS:
            raise Rejected("listen_ids", f"name 1 to {MOST_PLAYS} listens")
        keys: list[str] = []
        firsts: list[str] = []
        title = ""
        for listen_id in ids:
            row = self._insights.listen_in(tx, user_id, listen_id)
            title = f"{row.artist_name} \N{EM DASH} {row.track_name}"
            witnesses = sorted(self._insights.witnesses(tx, user_id, row.listen_id), key=lambda o: o.seq)
            keys += [o.key for o in witnesses]
            firsts.append(witnesses[0].key)
        what = title if len(ids) == 1 else f"{len(ids)} listens"
        if kind == "delete":
            return {"keys": sorted(set(keys))}, f"deleted {what}", []
        if kind == "restore":
            return {"keys": sorted(set(keys))}, f"restored {what}", []
        if kind == "join":
            if len(set(firsts)) < 2:
                raise Rejected("listen_ids", "name two different listens")
            return {"key": firsts[0], "keys": sorted(set(keys))}, f"one play: {what}", []
        if kind == "keep_apart":
            seq = _integer("seq", subject.get("seq"))
            chosen = {o.seq: o.key for o in witnesses}.get(seq)
            if chosen is None or len(witnesses) < 2:
                raise Rejected("seq", "is not one of several witnesses of this listen")
            return {"key": chosen, "keys": sorted(set(keys) - {chosen})}, f"kept apart: {what}", []
        return self._edit(tx, user_id, subject, sorted(set(keys)), what)

    def _edit(
        self, tx: Tx, user_id: int, subject: Mapping[str, Any], keys: list[str], what: str
    ) -> tuple[dict[str, Any], str, list[Track]]:
        row = self._insights.listen_in(tx, user_id, _integer("listen_id", subject["listen_id"]))
        said = {name: subject[name] for name in ("artist_name", "track_name", "release_name") if name in subject}
        edited: dict[str, Any] = {"keys": keys}
        tracks: list[Track] = []
        if said:
            words = {
                "kind": row.kind,
                "artist_name": row.artist_name,
                "track_name": row.track_name,
                "release_name": row.release_name,
            } | {name: _name(name, value, empty=name == "release_name") for name, value in said.items()}
            track = _track_of_edit(words)
            edited |= {"track_id": track.track_id, "edited": words}
            tracks = [track]
            what = f"{what} is {track.artist_name} \N{EM DASH} {track.track_name}"
        if "listened_at" in subject:
            at = _integer("listened_at", subject["listened_at"])
            probe = Submission(source="", artist_name="a", track_name="t", listened_at=UnixSeconds(at))
            if why := problem(probe, self._clock.now()):
                raise Rejected("listened_at", why)
            edited["listened_at"] = at
        if len(edited) == 1:
            raise Rejected("listen", "name what to change: artist_name, track_name, release_name or listened_at")
        return edited, f"edited: {what}", tracks


def _track_of_edit(words: Mapping[str, Any]) -> Track:
    return track_of(
        Submission(
            source="edit",
            kind=Kind(int(words["kind"])),
            artist_name=str(words["artist_name"]),
            track_name=str(words["track_name"]),
            release_name=str(words["release_name"]),
            listened_at=UnixSeconds(1),
        )
    )


def _entity_ids(subject: Mapping[str, Any]) -> list[int]:
    # When undone, what a merge led to `into` is found there, and what a split led to its parts is found there.
    parts = [hash63("artist", name_key(name)) for name in subject.get("names", ())]
    return [int(i) for i in [*subject.get("ids", ()), subject.get("into"), subject.get("id"), *parts] if i]


def _listen_ids(kind: str, subject: Mapping[str, Any]) -> list[int]:
    if kind in ("delete", "restore", "join"):
        return list(dict.fromkeys(_integer("listen_ids", i) for i in _list("listen_ids", subject.get("listen_ids"))))
    return [_integer("listen_id", subject.get("listen_id"))]


def _list(field: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise Rejected(field, "must be a list with at least one entry")
    return list(value)


def _integer(field: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise Rejected(field, "must be an integer") from error
    if isinstance(value, bool) or not 0 < number < 1 << 63:
        raise Rejected(field, "must be a positive integer of at most 64 bits")
    return number


def _name(field: str, value: Any, *, empty: bool = False) -> str:
    name = clean(value) if isinstance(value, str) else ""
    if (not name and not (empty and value == "")) or len(name) > MAX_NAME:
        raise Rejected(field, f"must be a text of 1 to {MAX_NAME} characters")
    return name


def _quoted(names: Any) -> str:
    listed = list(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
