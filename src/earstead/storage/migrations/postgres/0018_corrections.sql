-- Serves "who merged or renamed anything?", asked across users; without it all decisions of everybody would be read,
-- most of which are about single plays.
CREATE INDEX decisions_by_kind ON decisions (kind, user_id) WHERE undone_at = 0;
