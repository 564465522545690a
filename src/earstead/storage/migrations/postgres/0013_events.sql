-- Serves "what happened to this user since event N?" of streams that are resumed, "what is due at this webhook?", and
-- the log of its deliveries. Events are kept for 30 days; a delivery holds no copy of the event it carries.

CREATE TABLE events (
    event_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    type TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX events_by_user ON events (user_id, event_id);

CREATE TABLE webhook_endpoints (
    endpoint_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    label TEXT NOT NULL,
    types TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    secrets TEXT NOT NULL,
    failures BIGINT NOT NULL,
    failing_since_ms BIGINT NOT NULL,
    rest_until_ms BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    delivered_ms BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_by_user ON webhook_endpoints (user_id, endpoint_id);

CREATE TABLE deliveries (
    delivery_id BIGINT PRIMARY KEY,
    endpoint_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    tried_ms BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, delivery_id);
CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, next_ms, delivery_id) WHERE state = 'waiting';
