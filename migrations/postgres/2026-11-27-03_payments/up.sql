CREATE TABLE invoices (
    id TEXT PRIMARY KEY NOT NULL,
    code TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    corrects_id TEXT REFERENCES invoices (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    issued_on DATE NOT NULL,
    amount BIGINT NOT NULL,
    tax BIGINT,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    account_id TEXT,
    UNIQUE (code, number)
);
CREATE INDEX invoices_by_hospital ON invoices (hospital_id, issued_on, id);
CREATE INDEX invoices_by_supplier ON invoices (supplier_id, issued_on, id);
CREATE TABLE invoice_lines (
    id TEXT PRIMARY KEY NOT NULL,
    invoice_id TEXT NOT NULL REFERENCES invoices (id),
    position INTEGER NOT NULL,
    receipt_id TEXT NOT NULL REFERENCES receipts (id),
    return_id TEXT REFERENCES returns (id),
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    fault TEXT NOT NULL,
    UNIQUE (invoice_id, position)
);
CREATE INDEX invoice_lines_by_receipt ON invoice_lines (receipt_id);
CREATE TABLE payments (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    payer TEXT NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    claim_id TEXT,
    reverses_id TEXT REFERENCES payments (id),
    amount BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX payments_by_hospital ON payments (hospital_id, paid_on, id);
CREATE INDEX payments_by_supplier ON payments (supplier_id, paid_on, id);
CREATE TABLE payment_lines (
    payment_id TEXT NOT NULL REFERENCES payments (id),
    receipt_id TEXT NOT NULL REFERENCES receipts (id),
    amount BIGINT NOT NULL,
    PRIMARY KEY (payment_id, receipt_id)
);
CREATE INDEX payment_lines_by_receipt ON payment_lines (receipt_id);
