"""Tags: what users call artists, releases and recordings, and what all of them call it together.

Answers about one user show that user's tags; answers about everybody are made of the tags of public users, and of
the viewer's own. A tag stands at what was meant when it was given; what was merged since is seen to when tags are
read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, cast

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.core.names import clean, name_key
from earstead.kit.clock import Clock
from earstead.services import naming
from earstead.services.everybody import wording
from earstead.services.everybody.circle import circle
from earstead.services.ingest import Ingest
from earstead.services.leading import covered, ids_behind
from earstead.services.users import User, user_from
from earstead.services.views import EntityKind, EntityRef
from earstead.storage import accounts
from earstead.storage import tags as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

Kind = Literal["artist", "release", "recording"]
KINDS: tuple[Kind, ...] = ("artist", "release", "recording")

MOST_AT_ONCE = 10
MOST_OF_ITEM = 100
MOST_OF_USER = 100_000
MAX_NAME = 256
MAX_ITEM = 4_096
"""Characters of an item's name or credit as kept with a tag."""
MOST_PAGE = 1000
_SIMILAR_ITEMS = 5000
_SIMILAR_CANDIDATES = 500


class Tags:
    """Sets and reads tags. All methods block."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, ingest: Ingest) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._ingest = ingest

    # ---- one user's --------------------------------------------------------------------------------------

    def add(
        self, user_id: int, kind: Kind, entity_id: int, names: Sequence[str], *, item: EntityRef | None = None
    ) -> None:
        """Give an item up to 10 tags; one that it has, in whatever case, stays as it was written first.

        Args:
            item: its words as the user may see them; one that nobody heard can only be tagged with them.

        Raises Rejected (none, too many, too long), NotFound (no such item), Conflict (no room for more).
        """
        said, at = _names(names), self._clock.now()

        def work(tx: Tx) -> None:
            named = item or self._seen(tx, user_id, kind, entity_id)
            have = {row[0] for row in table.of_item(tx, user_id, self._ids(tx, user_id, entity_id))}
            new = [(key, tag) for key, tag in said.items() if key not in have]
            if len(have) + len(new) > MOST_OF_ITEM:
                raise Conflict(f"This has {len(have)} tags of yours; {MOST_OF_ITEM} is the most.")
            if new and table.count_of_user(tx, user_id) + len(new) > MOST_OF_USER:
                raise Conflict(f"You gave {MOST_OF_USER} tags; remove some first.")
            table.put(
                tx,
                [
                    {
                        "user_id": user_id,
                        "entity_id": entity_id,
                        "tag_key": key,
                        "kind": kind,
                        "name": tag,
                        "item_name": item_words(named.name),
                        "item_credit": item_words(named.credit),
                        "item_credit_id": named.credit_id,
                        "at": at,
                    }
                    for key, tag in new
                ],
            )

        self._writer.do(work).result()

    def remove(self, user_id: int, kind: Kind, entity_id: int, name: str) -> None:
        """Take a tag back; harmless when it was not given."""

        def work(tx: Tx) -> None:
            table.take(tx, user_id, self._ids(tx, user_id, entity_id), _key(name))

        self._writer.do(work).result()

    def of(self, user_id: int, kind: Kind, entity_id: int) -> tuple[str, ...]:
        """A user's tags on an item, first given first."""
        with self._engine.read() as tx:
            given: dict[str, str] = {}
            for key, name in table.of_item(tx, user_id, self._ids(tx, user_id, entity_id)):
                given.setdefault(key, name)
        return tuple(given.values())

    def user_top(self, user_id: int, limit: int = 50) -> tuple[tuple[str, int], ...]:
        """(name, items) of the tags that a user gives most."""
        with self._engine.read() as tx:
            return tuple((row[0], row[1]) for row in table.top_of_user(tx, user_id, limit=min(limit, MOST_PAGE)))

    def personal(
        self, user_id: int, name: str, kind: Kind, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[EntityRef, ...], int]:
        """A page of the items that a user gave a tag to, latest first; and the number of them. They are named as the
        user's plays name them, those never heard by the words kept with the tag."""
        key = _key(name)
        with self._engine.read() as tx:
            rules = self._ingest.rules(tx, user_id)[0]
            without = covered(rules, lambda ids: table.tagged_of(tx, user_id, key, kind, ids))
            limit, offset = min(limit, MOST_PAGE), max(offset, 0)
            rows = table.items_of_user(tx, user_id, key, kind, without, limit=limit, offset=offset)
            leads = [rules.lead(row[0]) for row in rows]
            heard = naming.refs(tx, user_id, leads, rules, heard_only=True)
            items = tuple(heard.get(lead) or _ref(kind, row) for lead, row in zip(leads, rows, strict=True))
            return items, table.count_items_of_user(tx, user_id, key, kind, without)

    # ---- everybody's -------------------------------------------------------------------------------------

    def top(self, kind: Kind, entity_id: int, viewer: User | None, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """(name, weight 0 to 100) of an item's tags; the most given has 100."""
        with self._engine.read() as tx:
            ids = self._ids(tx, _id(viewer), entity_id)
            rows = table.top_of_item(tx, ids, _id(viewer), limit=min(limit, MOST_PAGE))
        return tuple((row[0], max(1, round(100 * row[1] / rows[0][1]))) for row in rows)

    def info(self, name: str, viewer: User | None) -> tuple[int, int]:
        """(how often a tag was given, by how many users)."""
        key = _key(name)
        with self._engine.read() as tx:
            _, taggings, reach, _ = table.usage(tx, [key], _id(viewer)).get(key, ("", 0, 0, 0))
        return taggings, reach

    def most_used(self, limit: int, offset: int, viewer: User | None) -> tuple[tuple[tuple[str, int, int], ...], int]:
        """A page of (name, times given, users) over all tags, most given first; and how many tags there are."""
        with self._engine.read() as tx:
            rows = table.most_used(tx, _id(viewer), limit=min(limit, MOST_PAGE), offset=max(offset, 0))
            return tuple((row[0], row[1], row[2]) for row in rows), table.count_tags(tx, _id(viewer))

    def tagged(
        self, name: str, kind: Kind, limit: int, offset: int, viewer: User | None
    ) -> tuple[tuple[EntityRef, ...], int]:
        """A page of the items with a tag, those first that most users gave it to; and how many there are.

        They are named by words kept with the tag; `Commons.refs` tells how they are usually written.
        """
        key, viewer_id = _key(name), _id(viewer)
        with self._engine.read() as tx:
            rows = table.tagged(tx, key, kind, viewer_id, limit=min(limit, MOST_PAGE), offset=max(offset, 0))
            return tuple(_ref(kind, row) for row in rows), table.count_tagged(tx, key, kind, viewer_id)

    def similar(self, name: str, limit: int, viewer: User | None) -> tuple[tuple[str, float], ...]:
        """(name, match 0 to 1) of the tags that are given to the same items.

        The match is the cosine of the two sets of items: shared / sqrt(items of one * items of the other). Of a tag
        on more than 5,000 items only so many are looked at, which keeps the order of what is near.
        """
        key, viewer_id = _key(name), _id(viewer)
        with self._engine.read() as tx:
            rows = table.beside(tx, key, viewer_id, items=_SIMILAR_ITEMS, limit=_SIMILAR_CANDIDATES)
            used = table.usage(tx, [key, *(row[0] for row in rows)], viewer_id)
        found = [
            (used[other][0], min(1.0, shared / math.sqrt(used[key][3] * used[other][3]))) for other, shared in rows
        ]
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0]))[: min(limit, MOST_PAGE)])

    def _ids(self, tx: Tx, user_id: int, entity_id: int) -> list[int]:
        """All ids under which tags of what an id means to a user may stand; 0 for nobody in particular."""
        return ids_behind(self._ingest.rules(tx, user_id)[0], [entity_id])[entity_id] if user_id else [entity_id]

    def _seen(self, tx: Tx, user_id: int, kind: Kind, entity_id: int) -> EntityRef:
        """A thing in the words of those whom a user may see."""
        row = accounts.user(tx, user_id)
        around = circle(tx, self._ingest, user_from(row) if row else None)
        found = wording.refs(tx, around, [entity_id]).get(entity_id)
        if found is None:
            # What users left out of their statistics is still theirs to name.
            found = naming.refs(tx, user_id, [entity_id], self._ingest.rules(tx, user_id)[0], heard_only=True).get(
                entity_id
            )
        if found is None or found.kind != kind:
            raise NotFound(f"There is no such {kind}.")
        return found


def _ref(kind: Kind, row: Row) -> EntityRef:
    entity_id, name, credit, credit_id = row
    return EntityRef(kind=cast(EntityKind, kind), entity_id=entity_id, name=name, credit=credit, credit_id=credit_id)


def _id(viewer: User | None) -> int:
    return viewer.user_id if viewer else 0


def item_words(text: str) -> str:
    """A name or credit as kept with a tag; kept again it stays the same."""
    return clean(clean(text)[:MAX_ITEM])


def _key(name: str) -> str:
    return name_key(clean(name))


def _names(names: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name in filter(None, map(clean, names)):
        if len(name) > MAX_NAME:
            raise Rejected("tags", f"a tag has at most {MAX_NAME} characters")
        said.setdefault(name_key(name), name)
    if not said:
        raise Rejected("tags", "name at least one")
    if len(said) > MOST_AT_ONCE:
        raise Rejected("tags", f"at most {MOST_AT_ONCE} at once")
    return said
