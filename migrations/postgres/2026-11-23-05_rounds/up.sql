CREATE TABLE rule_sets (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (name, version)
);
CREATE TABLE rounds (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    rule_set_id TEXT NOT NULL REFERENCES rule_sets (id),
    demand_from BIGINT NOT NULL,
    demand_to BIGINT NOT NULL,
    bidding_from BIGINT NOT NULL,
    bidding_to BIGINT NOT NULL,
    opening_at BIGINT NOT NULL,
    publicity_from BIGINT NOT NULL,
    publicity_to BIGINT NOT NULL,
    contract_to BIGINT NOT NULL,
    execution_from DATE NOT NULL,
    execution_to DATE NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT
);
CREATE INDEX rounds_by_time ON rounds (created_at, id);
CREATE INDEX rounds_by_state ON rounds (state, id);
CREATE TABLE round_regions (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    region TEXT NOT NULL,
    PRIMARY KEY (round_id, region)
);
CREATE TABLE lots (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    generic TEXT NOT NULL,
    generic_key TEXT NOT NULL,
    form TEXT NOT NULL,
    form_class TEXT NOT NULL,
    comparable_spec TEXT NOT NULL,
    unit TEXT NOT NULL,
    ceiling BIGINT NOT NULL,
    category TEXT NOT NULL,
    base_volume BIGINT,
    UNIQUE (round_id, code)
);
CREATE INDEX lots_by_round ON lots (round_id, position);
CREATE TABLE approvals (
    id TEXT PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    action TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES accounts (id),
    asked_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES accounts (id),
    decided_at BIGINT,
    decision TEXT NOT NULL DEFAULT '',
    remark TEXT NOT NULL DEFAULT ''
);
CREATE INDEX approvals_by_subject ON approvals (subject, subject_id, asked_at);
CREATE INDEX approvals_open ON approvals (decision, asked_at);
CREATE TABLE amendments (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT,
    reason TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    UNIQUE (round_id, number)
);
CREATE TABLE demand_reports (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    state TEXT NOT NULL,
    submitted_at BIGINT,
    approved_at BIGINT,
    due_at BIGINT,
    remark TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL,
    UNIQUE (round_id, hospital_id)
);
CREATE TABLE demand_lines (
    id TEXT PRIMARY KEY NOT NULL,
    report_id TEXT NOT NULL REFERENCES demand_reports (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    company TEXT NOT NULL,
    reported BIGINT NOT NULL,
    verified BIGINT,
    approved BIGINT,
    history BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    remark TEXT NOT NULL DEFAULT '',
    UNIQUE (lot_id, hospital_id, company)
);
CREATE INDEX demand_lines_by_report ON demand_lines (report_id, lot_id);
CREATE INDEX demand_lines_by_round ON demand_lines (round_id, lot_id, hospital_id);
