-- An API key travels in addresses. 1: whoever has this key may read what is private to the person who made it.
ALTER TABLE applications ADD COLUMN read_alone INTEGER NOT NULL DEFAULT 0;

-- From now on another credit counts as another spelling too: who is shown something looks at their own words then.
UPDATE entities
SET spellings = 2
WHERE spellings = 1
  AND entity_id IN (
    SELECT m.recording_id
    FROM track_map m
    JOIN tracks t ON t.track_id = m.track_id
    JOIN entities e ON e.entity_id = m.recording_id
    WHERE t.artist_name <> e.credit
    UNION
    SELECT m.release_id
    FROM track_map m
    JOIN tracks t ON t.track_id = m.track_id
    JOIN entities e ON e.entity_id = m.release_id
    WHERE t.artist_name <> e.credit
  );
