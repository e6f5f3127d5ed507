CREATE TABLE awards (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    rule_set_id TEXT NOT NULL REFERENCES rule_sets (id),
    input_sha256 TEXT NOT NULL,
    output_sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    account_id TEXT,
    computed_at BIGINT NOT NULL,
    published_at BIGINT,
    UNIQUE (round_id, version)
);
CREATE TABLE decisions (
    id TEXT PRIMARY KEY NOT NULL,
    award_id TEXT NOT NULL REFERENCES awards (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    offer_id TEXT NOT NULL REFERENCES offers (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    product TEXT NOT NULL,
    spec TEXT NOT NULL,
    position INTEGER NOT NULL,
    unit_price BIGINT NOT NULL,
    ratio TEXT NOT NULL DEFAULT '1',
    comparable_price BIGINT NOT NULL,
    rank INTEGER,
    status TEXT NOT NULL,
    award_price BIGINT,
    share TEXT NOT NULL DEFAULT '',
    term_years INTEGER,
    code TEXT NOT NULL,
    clause TEXT NOT NULL,
    arithmetic TEXT NOT NULL,
    UNIQUE (award_id, lot_id, position)
);
CREATE INDEX decisions_by_supplier ON decisions (supplier_id, award_id);
CREATE TABLE lot_lines (
    award_id TEXT NOT NULL REFERENCES awards (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    fuse_line BIGINT,
    arithmetic TEXT NOT NULL,
    winners INTEGER NOT NULL,
    bidders INTEGER NOT NULL,
    base_volume BIGINT NOT NULL,
    agreed_volume BIGINT NOT NULL,
    unallocated BIGINT NOT NULL,
    PRIMARY KEY (award_id, lot_id)
);
CREATE TABLE allocations (
    id TEXT PRIMARY KEY NOT NULL,
    award_id TEXT NOT NULL REFERENCES awards (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    quantity BIGINT NOT NULL,
    UNIQUE (award_id, lot_id, hospital_id, supplier_id)
);
CREATE INDEX allocations_by_hospital ON allocations (award_id, hospital_id, lot_id);
CREATE TABLE objections (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    lot_id TEXT REFERENCES lots (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_at BIGINT,
    answered_by TEXT
);
CREATE INDEX objections_by_round ON objections (round_id, filed_at);
CREATE TABLE rulings (
    id TEXT PRIMARY KEY NOT NULL,
    offer_id TEXT NOT NULL REFERENCES offers (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    excluded BOOLEAN NOT NULL,
    ratio TEXT NOT NULL,
    reason TEXT NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX rulings_by_round ON rulings (round_id, at);
