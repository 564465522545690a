-- Serves totals, and pages by number: which tracks of a user are banned or blocked. With the visibility behind the
-- track SQLite never chose this index, and read the user's whole map to find that hardly anything is.
DROP INDEX track_map_muted;
CREATE INDEX track_map_muted ON track_map (user_id, visibility, track_id) WHERE visibility > 0;
