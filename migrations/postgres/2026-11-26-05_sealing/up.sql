CREATE TABLE panels (
    round_id TEXT PRIMARY KEY NOT NULL REFERENCES rounds (id),
    needed INTEGER NOT NULL,
    named_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE TABLE panel_members (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (round_id, account_id)
);
CREATE TABLE opener_keys (
    public_key TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    taken_at BIGINT NOT NULL,
    kept_at BIGINT,
    voided_at BIGINT
);
CREATE INDEX opener_keys_by_round ON opener_keys (round_id, account_id);
CREATE TABLE envelope_shares (
    envelope_id TEXT NOT NULL REFERENCES envelopes (id),
    public_key TEXT NOT NULL REFERENCES opener_keys (public_key),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    share BYTEA NOT NULL,
    PRIMARY KEY (envelope_id, public_key)
);
CREATE INDEX envelope_shares_by_round ON envelope_shares (round_id, envelope_id);
CREATE TABLE signed_receipts (
    envelope_id TEXT PRIMARY KEY NOT NULL REFERENCES envelopes (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    text TEXT NOT NULL,
    signature TEXT NOT NULL,
    signing_key TEXT NOT NULL
);
CREATE INDEX signed_receipts_by_round ON signed_receipts (round_id);
CREATE TABLE receipt_roots (
    round_id TEXT PRIMARY KEY NOT NULL REFERENCES rounds (id),
    count INTEGER NOT NULL,
    root TEXT NOT NULL,
    closed_at BIGINT NOT NULL
);
CREATE INDEX receipt_roots_by_time ON receipt_roots (closed_at, round_id);
CREATE TABLE held_shares (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    at BIGINT NOT NULL,
    shares BYTEA NOT NULL,
    PRIMARY KEY (round_id, account_id)
);
CREATE TABLE opened_contents (
    envelope_id TEXT PRIMARY KEY NOT NULL REFERENCES envelopes (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    content BYTEA NOT NULL
);
CREATE INDEX opened_contents_by_round ON opened_contents (round_id);
