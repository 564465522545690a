-- Serves "how did this user tag this?", "what did they tag so?", "how do others tag this?", "what is tagged so?"
-- and "who follows whom?". Without the indexes each of these would read everybody's tags.

-- The words of the item are kept as they were when it was tagged: an archive repeats them, and a tag outlives the
-- listens that made the item known.
CREATE TABLE tags (
    user_id INTEGER NOT NULL,
    entity_id INTEGER NOT NULL,
    tag_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    item_name TEXT NOT NULL,
    item_credit TEXT NOT NULL,
    item_credit_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user_id, entity_id, tag_key)
) WITHOUT ROWID;
CREATE INDEX tags_of_user ON tags (user_id, tag_key, kind, entity_id);
CREATE INDEX tags_of_entity ON tags (entity_id, tag_key, user_id);
CREATE INDEX tags_by_key ON tags (tag_key, kind, entity_id, user_id);

-- By name, as an archive says it: somebody who is followed may come to a new server later than the follower.
CREATE TABLE follows (
    user_id INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user_id, name_key)
) WITHOUT ROWID;
CREATE INDEX follows_by_name ON follows (name_key, user_id);
