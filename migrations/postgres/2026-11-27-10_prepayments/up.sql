CREATE TABLE bank_accounts (
    id TEXT PRIMARY KEY NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    holder TEXT NOT NULL,
    bank TEXT NOT NULL,
    cnaps TEXT NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by TEXT,
    decided_at BIGINT,
    decided_by TEXT,
    remark TEXT NOT NULL
);
CREATE INDEX bank_accounts_by_organisation ON bank_accounts (organisation_id, state, id);
CREATE INDEX bank_accounts_by_state ON bank_accounts (state, id);
CREATE TABLE prepayments (
    hospital_id TEXT PRIMARY KEY NOT NULL REFERENCES organisations (id),
    granted BIGINT NOT NULL,
    drawn BIGINT NOT NULL,
    recovered BIGINT NOT NULL
);
CREATE TABLE prepayment_grants (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    amount BIGINT NOT NULL,
    agreed BIGINT NOT NULL,
    least BIGINT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT,
    decided_at BIGINT
);
CREATE INDEX prepayment_grants_by_hospital ON prepayment_grants (hospital_id, number);
CREATE INDEX prepayment_grants_by_state ON prepayment_grants (state, number);
CREATE TABLE prepayment_entries (
    id TEXT PRIMARY KEY NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    amount BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    settlement_id TEXT,
    grant_id TEXT,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX prepayment_entries_by_hospital ON prepayment_entries (hospital_id, at, id);
