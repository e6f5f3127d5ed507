CREATE TABLE claims (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    month DATE NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    submission_id TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    disputed_lines INTEGER NOT NULL,
    confirmed BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    submitted_by TEXT,
    verify_by DATE NOT NULL,
    verified_at BIGINT,
    verified_by TEXT,
    settlement_id TEXT,
    UNIQUE (supplier_id, hospital_id, month)
);
CREATE INDEX claims_by_hospital ON claims (hospital_id, number);
CREATE INDEX claims_by_hospital_state ON claims (hospital_id, state, number);
CREATE INDEX claims_by_supplier ON claims (supplier_id, number);
CREATE INDEX claims_by_state ON claims (state, number);
CREATE INDEX claims_by_submission ON claims (submission_id);
CREATE INDEX claims_by_settlement ON claims (settlement_id, supplier_id, state);
CREATE TABLE claim_lines (
    claim_id TEXT NOT NULL REFERENCES claims (id),
    receipt_id TEXT NOT NULL REFERENCES receipts (id),
    amount BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (claim_id, receipt_id)
);
CREATE INDEX claim_lines_by_receipt ON claim_lines (receipt_id, state);
CREATE INDEX claim_lines_returning ON claim_lines (receipt_id) WHERE state IN ('accepted', 'withdrawn');
CREATE INDEX receipts_claimable ON receipts (supplier_id, payer, state, received_on) WHERE state = 'invoiced';
CREATE INDEX receipts_overpaid ON receipts (supplier_id, payer, state) WHERE amount - credited - paid < 0;
CREATE TABLE settlements (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    month DATE NOT NULL,
    sequence INTEGER NOT NULL,
    state TEXT NOT NULL,
    claims INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT,
    approved_at BIGINT,
    approved_by TEXT,
    UNIQUE (month, sequence)
);
CREATE INDEX settlements_by_state ON settlements (state, number);
CREATE TABLE transfers (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    settlement_id TEXT NOT NULL REFERENCES settlements (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    amount BIGINT NOT NULL,
    claims INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    paid_on DATE,
    reference TEXT NOT NULL,
    UNIQUE (settlement_id, supplier_id)
);
CREATE INDEX transfers_by_state ON transfers (settlement_id, state, number);
CREATE TABLE payment_files (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    settlement_id TEXT NOT NULL REFERENCES settlements (id),
    payer_account_id TEXT NOT NULL REFERENCES bank_accounts (id),
    transfers INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    execute_on DATE NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT
);
CREATE INDEX payment_files_by_settlement ON payment_files (settlement_id, number);
CREATE TABLE transfer_attempts (
    id TEXT PRIMARY KEY NOT NULL,
    transfer_id TEXT NOT NULL REFERENCES transfers (id),
    file_id TEXT NOT NULL REFERENCES payment_files (id),
    bank_account_id TEXT NOT NULL REFERENCES bank_accounts (id),
    amount BIGINT NOT NULL,
    state TEXT NOT NULL,
    paid_on DATE,
    reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX transfer_attempts_by_transfer ON transfer_attempts (transfer_id, id);
CREATE INDEX transfer_attempts_by_file ON transfer_attempts (file_id, id);
CREATE TABLE deductions (
    settlement_id TEXT NOT NULL REFERENCES settlements (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    planned BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    drawn BIGINT NOT NULL,
    deducted BIGINT NOT NULL,
    PRIMARY KEY (settlement_id, hospital_id)
);
CREATE TABLE deduction_entries (
    id TEXT PRIMARY KEY NOT NULL,
    act_id TEXT NOT NULL,
    settlement_id TEXT NOT NULL REFERENCES settlements (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    month DATE NOT NULL,
    amount BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX deduction_entries_by_hospital ON deduction_entries (hospital_id, month, id);
CREATE INDEX deduction_entries_by_settlement ON deduction_entries (settlement_id, hospital_id);
CREATE INDEX deduction_entries_by_act ON deduction_entries (act_id);
