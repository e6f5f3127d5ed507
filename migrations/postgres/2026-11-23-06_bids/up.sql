CREATE TABLE envelopes (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    sha256 TEXT NOT NULL,
    lines INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    account_id TEXT,
    UNIQUE (round_id, seq)
);
CREATE INDEX envelopes_by_supplier ON envelopes (round_id, supplier_id, seq);
CREATE TABLE refused_envelopes (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    sha256 TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX refused_envelopes_by_round ON refused_envelopes (round_id, received_at);
CREATE TABLE openers (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (round_id, account_id)
);
CREATE TABLE offers (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    envelope_id TEXT NOT NULL REFERENCES envelopes (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    product TEXT NOT NULL,
    spec TEXT NOT NULL,
    unit_price BIGINT NOT NULL,
    ratio TEXT NOT NULL,
    capacity BIGINT,
    sales BIGINT,
    kind TEXT NOT NULL,
    accepts_revival BOOLEAN NOT NULL,
    UNIQUE (lot_id, supplier_id)
);
CREATE INDEX offers_by_round ON offers (round_id, lot_id);
