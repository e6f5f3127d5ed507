CREATE TABLE contract_events (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    since DATE NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    contracts INTEGER NOT NULL,
    summary TEXT NOT NULL,
    lines TEXT NOT NULL,
    remark TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX contract_events_by_round ON contract_events (round_id, at, id);
CREATE INDEX contract_events_by_state ON contract_events (state, since);
CREATE TABLE successor_rounds (
    round_id TEXT PRIMARY KEY NOT NULL REFERENCES rounds (id),
    previous_id TEXT NOT NULL REFERENCES rounds (id),
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX successor_rounds_by_previous ON successor_rounds (previous_id);
