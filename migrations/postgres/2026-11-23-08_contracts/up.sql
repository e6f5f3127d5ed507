CREATE TABLE contracts (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    product TEXT NOT NULL,
    spec TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    hospital_at BIGINT,
    hospital_by TEXT,
    supplier_at BIGINT,
    supplier_by TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (round_id, lot_id, hospital_id, supplier_id)
);
CREATE INDEX contracts_by_hospital ON contracts (hospital_id, state, number);
CREATE INDEX contracts_by_supplier ON contracts (supplier_id, state, number);
CREATE INDEX contracts_by_round ON contracts (round_id, number);
CREATE TABLE contract_changes (
    id TEXT PRIMARY KEY NOT NULL,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX contract_changes_by_contract ON contract_changes (contract_id, at);
