-- Serves every page of listens: the reported length of a play is the best that any of its witnesses said, whoever came
-- first. Read from the first one, it would depend on the order of arrival. (Merged plays of before: `rebuild`.)
ALTER TABLE listens ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT -1;
UPDATE listens
SET duration_ms = coalesce((SELECT o.duration_ms FROM observations o WHERE o.seq = listens.listen_id), -1);

-- Ids of observations, and so of listens, are given once: a bookmark must not come to mean another play.
INSERT INTO last_ids (name, last_id)
SELECT 'observation', coalesce(max(seq), 0)
FROM observations
WHERE true
ON CONFLICT (name) DO UPDATE
SET last_id = excluded.last_id;
