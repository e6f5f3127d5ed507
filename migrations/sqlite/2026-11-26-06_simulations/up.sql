CREATE TABLE simulations (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    round_id TEXT REFERENCES rounds (id),
    base TEXT NOT NULL,
    rules TEXT NOT NULL,
    changes TEXT NOT NULL,
    input_sha256 TEXT NOT NULL,
    comparison TEXT NOT NULL,
    base_saved BIGINT NOT NULL,
    changed_saved BIGINT NOT NULL,
    differing INTEGER NOT NULL,
    state TEXT NOT NULL,
    runs INTEGER NOT NULL,
    runs_done INTEGER NOT NULL,
    result TEXT NOT NULL,
    fault TEXT NOT NULL,
    node TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX simulations_by_state ON simulations (state, id);
