-- A company may offer several products in a lot, where the rules let it: what was unique by company becomes unique by
-- product. SQLite cannot drop a constraint, so the tables and those that refer to them are built anew.
ALTER TABLE offers RENAME TO old_offers;
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
    supplies_all BOOLEAN NOT NULL,
    UNIQUE (lot_id, supplier_id, product)
);
INSERT INTO offers (id, round_id, lot_id, envelope_id, supplier_id, product, spec, unit_price, ratio, capacity, sales, kind, accepts_revival, supplies_all)
    SELECT id, round_id, lot_id, envelope_id, supplier_id, product, spec, unit_price, ratio, capacity, sales, kind, accepts_revival, FALSE FROM old_offers;
ALTER TABLE decisions RENAME TO old_decisions;
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
    class TEXT NOT NULL DEFAULT '',
    UNIQUE (award_id, lot_id, position)
);
INSERT INTO decisions (id, award_id, lot_id, offer_id, supplier_id, product, spec, position, unit_price, ratio, comparable_price, rank, status, award_price, share, term_years, code, clause, arithmetic)
    SELECT id, award_id, lot_id, offer_id, supplier_id, product, spec, position, unit_price, ratio, comparable_price, rank, status, award_price, share, term_years, code, clause, arithmetic FROM old_decisions;
ALTER TABLE rulings RENAME TO old_rulings;
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
INSERT INTO rulings (id, offer_id, round_id, excluded, ratio, reason, account_id, at)
    SELECT id, offer_id, round_id, excluded, ratio, reason, account_id, at FROM old_rulings;
ALTER TABLE allocations RENAME TO old_allocations;
CREATE TABLE allocations (
    id TEXT PRIMARY KEY NOT NULL,
    award_id TEXT NOT NULL REFERENCES awards (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    quantity BIGINT NOT NULL,
    offer_id TEXT NOT NULL REFERENCES offers (id),
    UNIQUE (award_id, lot_id, hospital_id, offer_id)
);
INSERT INTO allocations (id, award_id, lot_id, hospital_id, supplier_id, quantity, offer_id)
    SELECT old_allocations.id, old_allocations.award_id, old_allocations.lot_id, old_allocations.hospital_id, old_allocations.supplier_id, old_allocations.quantity, decisions.offer_id
    FROM old_allocations
    INNER JOIN decisions ON decisions.award_id = old_allocations.award_id
        AND decisions.lot_id = old_allocations.lot_id AND decisions.supplier_id = old_allocations.supplier_id;
ALTER TABLE contracts RENAME TO old_contracts;
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
    UNIQUE (round_id, lot_id, hospital_id, supplier_id, product)
);
INSERT INTO contracts (id, number, round_id, lot_id, hospital_id, supplier_id, product, spec, quantity, unit_price, starts, ends, state, version, hospital_at, hospital_by, supplier_at, supplier_by, created_at)
    SELECT id, number, round_id, lot_id, hospital_id, supplier_id, product, spec, quantity, unit_price, starts, ends, state, version, hospital_at, hospital_by, supplier_at, supplier_by, created_at FROM old_contracts;
ALTER TABLE contract_changes RENAME TO old_contract_changes;
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
INSERT INTO contract_changes (id, contract_id, kind, cause, before, after, reason, at, account_id)
    SELECT id, contract_id, kind, cause, before, after, reason, at, account_id FROM old_contract_changes;
ALTER TABLE demand_lines RENAME TO old_demand_lines;
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
    product TEXT NOT NULL DEFAULT '',
    UNIQUE (lot_id, hospital_id, company, product)
);
INSERT INTO demand_lines (id, report_id, round_id, hospital_id, lot_id, company, reported, verified, approved, history, reason, state, remark)
    SELECT id, report_id, round_id, hospital_id, lot_id, company, reported, verified, approved, history, reason, state, remark FROM old_demand_lines;
DROP TABLE old_decisions;
DROP TABLE old_rulings;
DROP TABLE old_allocations;
DROP TABLE old_offers;
DROP TABLE old_contract_changes;
DROP TABLE old_contracts;
DROP TABLE old_demand_lines;
CREATE INDEX offers_by_round ON offers (round_id, lot_id);
CREATE INDEX decisions_by_supplier ON decisions (supplier_id, award_id);
CREATE INDEX rulings_by_round ON rulings (round_id, at);
CREATE INDEX allocations_by_hospital ON allocations (award_id, hospital_id, lot_id);
CREATE INDEX contracts_by_hospital ON contracts (hospital_id, state, number);
CREATE INDEX contracts_by_supplier ON contracts (supplier_id, state, number);
CREATE INDEX contracts_by_round ON contracts (round_id, number);
CREATE INDEX contract_changes_by_contract ON contract_changes (contract_id, at);
CREATE INDEX demand_lines_by_report ON demand_lines (report_id, lot_id);
CREATE INDEX demand_lines_by_round ON demand_lines (round_id, lot_id, hospital_id);
