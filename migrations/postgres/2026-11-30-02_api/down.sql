DROP TABLE idempotency_keys;
DROP TABLE pushes;
DROP TABLE comparisons;
ALTER TABLE api_tokens RENAME TO new_api_tokens;
ALTER TABLE consumers RENAME TO new_consumers;
CREATE TABLE consumers (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    active BOOLEAN NOT NULL,
    acknowledged BIGINT NOT NULL,
    acknowledged_at BIGINT,
    created_at BIGINT NOT NULL
);
INSERT INTO consumers (id, name, token_hash, active, acknowledged, acknowledged_at, created_at)
    SELECT c.id, c.name, t.token_hash, c.active, c.acknowledged, c.acknowledged_at, c.created_at
    FROM new_consumers c INNER JOIN new_api_tokens t ON t.id =
    (SELECT MIN(o.id) FROM new_api_tokens o WHERE o.consumer_id = c.id AND o.revoked_at IS NULL);
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    used_at BIGINT,
    revoked_at BIGINT
);
INSERT INTO api_tokens (id, name, scope, token_hash, created_at, created_by, used_at, revoked_at)
    SELECT id, name, CASE scopes WHEN 'transactions listings' THEN 'both' ELSE scopes END, token_hash, created_at,
    created_by, used_at, revoked_at FROM new_api_tokens
    WHERE scopes IN ('transactions', 'listings', 'transactions listings');
DROP TABLE new_api_tokens;
DROP TABLE new_consumers;
