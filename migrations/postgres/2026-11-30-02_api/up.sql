-- One home for programs' tokens: scopes, whom each acts for, expiry, rotation with an overlap. The tokens of the feed's
-- consumers move there; consumers get an endpoint and what was pushed to it. Answers by their idempotency key, reports
-- of what consumers hold, and pushes on their way.
ALTER TABLE consumers RENAME TO old_consumers;
CREATE TABLE consumers (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    active BOOLEAN NOT NULL,
    acknowledged BIGINT NOT NULL,
    acknowledged_at BIGINT,
    endpoint TEXT NOT NULL,
    pushed BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO consumers (id, name, active, acknowledged, acknowledged_at, endpoint, pushed, created_at)
    SELECT id, name, active, acknowledged, acknowledged_at, '', acknowledged, created_at FROM old_consumers;
ALTER TABLE api_tokens RENAME TO old_api_tokens;
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    consumer_id TEXT REFERENCES consumers (id),
    organisation_id TEXT REFERENCES organisations (id),
    token_hash TEXT NOT NULL UNIQUE,
    old_hash TEXT UNIQUE,
    old_until DATE,
    expires_on DATE,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_tokens_by_consumer ON api_tokens (consumer_id);
INSERT INTO api_tokens (id, name, scopes, token_hash, created_at, created_by, used_at, revoked_at)
    SELECT id, name, CASE scope WHEN 'both' THEN 'transactions listings' ELSE scope END, token_hash, created_at,
    created_by, used_at, revoked_at FROM old_api_tokens;
INSERT INTO api_tokens (id, name, scopes, consumer_id, token_hash, created_at)
    SELECT id, name, 'standards acknowledge price_check', id, token_hash, created_at FROM old_consumers;
DROP TABLE old_api_tokens;
DROP TABLE old_consumers;
CREATE TABLE comparisons (
    id TEXT PRIMARY KEY NOT NULL,
    consumer_id TEXT NOT NULL REFERENCES consumers (id),
    made_at BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    held BIGINT NOT NULL,
    same BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    surplus BIGINT NOT NULL,
    different BIGINT NOT NULL,
    bad BIGINT NOT NULL,
    findings TEXT NOT NULL
);
CREATE INDEX comparisons_by_consumer ON comparisons (consumer_id, id);
CREATE TABLE pushes (
    id TEXT PRIMARY KEY NOT NULL,
    consumer_id TEXT NOT NULL REFERENCES consumers (id),
    since BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    leased_until BIGINT,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX pushes_by_consumer ON pushes (consumer_id, id);
-- Of each consumer at most one is on its way: nothing is pushed past what has not arrived.
CREATE UNIQUE INDEX pushes_by_open ON pushes (consumer_id) WHERE state <> 'sent';
CREATE TABLE idempotency_keys (
    token_id TEXT NOT NULL REFERENCES api_tokens (id),
    given_key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (token_id, given_key)
);
CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);
