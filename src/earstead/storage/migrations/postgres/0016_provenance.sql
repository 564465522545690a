-- Serves "how do plays end, and where in a track do people leave?": why a play ended stands among the traits of an
-- observation, two bits wide. Without it every such question would read and take apart the JSON of every report. What is
-- stored already says it in the words of Spotify's export; other sources never did.
UPDATE observations
SET traits = traits + 512
WHERE traits / 512 % 4 = 0 AND extra LIKE '%"reason_end":"trackdone"%';
UPDATE observations
SET traits = traits + 1024
WHERE traits / 512 % 4 = 0 AND (
    extra LIKE '%"reason_end":"fwdbtn"%'
    OR extra LIKE '%"reason_end":"backbtn"%'
    OR extra LIKE '%"reason_end":"nextbtn"%'
    OR extra LIKE '%"reason_end":"clickrow"%'
    OR extra LIKE '%"reason_end":"clickside"%'
    OR extra LIKE '%"reason_end":"playbtn"%'
);
UPDATE observations
SET traits = traits + 1536
WHERE traits / 512 % 4 = 0 AND (
    extra LIKE '%"reason_end":"endplay"%'
    OR extra LIKE '%"reason_end":"logout"%'
    OR extra LIKE '%"reason_end":"remote"%'
    OR extra LIKE '%"reason_end":"trackerror"%'
    OR extra LIKE '%"reason_end":"unexpected-exit"%'
    OR extra LIKE '%"reason_end":"unexpected-exit-while-paused"%'
    OR extra LIKE '%"reason_end":"popup"%'
    OR extra LIKE '%"reason_end":"appload"%'
    OR extra LIKE '%"reason_end":"reload"%'
    OR extra LIKE '%"reason_end":"uriopen"%'
    OR extra LIKE '%"reason_end":"switched-to-audio"%'
    OR extra LIKE '%"reason_end":"switched-to-video"%'
    OR extra LIKE '%"reason_end":"interrupted"%'
    OR extra LIKE '%"reason_end":"unknown"%'
);

-- Serves everything that is told about a person to others: which plays only an API saw (core.provenance). Without it
-- each server-wide figure would look up the witnesses of every listen. No play of before has such a witness, for there
-- was no such source. It stands in the index by track too: where an index does not hold all that is asked, SQLite reads
-- the whole history of each user instead. One byte a listen; the partial index is empty for a history without an API.
ALTER TABLE listens ADD COLUMN withheld SMALLINT NOT NULL DEFAULT 0;
DROP INDEX listens_by_track;
CREATE INDEX listens_by_track ON listens (user_id, track_id, listened_at, counted, played_ms, listen_id, withheld);
CREATE INDEX listens_withheld ON listens (user_id, track_id, listened_at, listen_id) WHERE withheld > 0;
