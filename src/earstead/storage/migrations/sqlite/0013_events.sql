-- Serves "what happened to this user since event N?" of streams that are resumed, "what is due at this webhook?", and
-- the log of its deliveries. Events are kept for 30 days; a delivery holds no copy of the event it carries.

CREATE TABLE events (
    event_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX events_by_user ON events (user_id, event_id);

CREATE TABLE webhook_endpoints (
    endpoint_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    label TEXT NOT NULL,
    types TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    secrets TEXT NOT NULL,
    failures INTEGER NOT NULL,
    failing_since_ms INTEGER NOT NULL,
    rest_until_ms INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    delivered_ms INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX webhook_endpoints_by_user ON webhook_endpoints (user_id, endpoint_id);

CREATE TABLE deliveries (
    delivery_id INTEGER PRIMARY KEY,
    endpoint_id INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    tried_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, delivery_id);
CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, next_ms, delivery_id) WHERE state = 'waiting';
