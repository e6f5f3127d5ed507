-- Shortages: what is monitored and since when, what hospitals have in stock, what orders say by month, and each shortage
-- with its steps and reports.
CREATE TABLE shortage_entries (
    id TEXT PRIMARY KEY NOT NULL,
    generic TEXT NOT NULL,
    form TEXT NOT NULL,
    list TEXT NOT NULL,
    since DATE NOT NULL,
    until DATE,
    source TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT REFERENCES accounts (id)
);
CREATE INDEX shortage_entries_by_generic ON shortage_entries (generic, since, id);
CREATE TABLE stock_reports (
    id TEXT PRIMARY KEY NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    product_id TEXT NOT NULL REFERENCES products (id),
    generic TEXT NOT NULL,
    on_hand BIGINT NOT NULL,
    monthly_use BIGINT NOT NULL,
    reported_on DATE NOT NULL,
    is_latest BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT REFERENCES accounts (id)
);
CREATE INDEX stock_reports_by_hospital ON stock_reports (hospital_id, product_id, is_latest);
CREATE INDEX stock_reports_by_generic ON stock_reports (generic, is_latest, reported_on);
CREATE TABLE shortage_counts (
    generic TEXT NOT NULL,
    month DATE NOT NULL,
    lines BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    short_lines BIGINT NOT NULL,
    late_lines BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    hospitals BIGINT NOT NULL,
    suppliers BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (generic, month)
);
CREATE INDEX order_lines_by_generic_day ON order_lines (generic, placed_on);
CREATE INDEX contracts_by_lot ON contracts (lot_id, state);
CREATE TABLE shortages (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    generic TEXT NOT NULL,
    level TEXT NOT NULL,
    worst TEXT NOT NULL,
    level_since DATE NOT NULL,
    state TEXT NOT NULL,
    figures TEXT NOT NULL,
    version INTEGER NOT NULL,
    supplier_id TEXT REFERENCES organisations (id),
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX shortages_by_state ON shortages (state, id);
CREATE INDEX shortages_by_generic ON shortages (generic, state);
CREATE TABLE shortage_steps (
    id TEXT PRIMARY KEY NOT NULL,
    shortage_id TEXT NOT NULL REFERENCES shortages (id),
    kind TEXT NOT NULL,
    response TEXT NOT NULL,
    body TEXT NOT NULL,
    figures TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    at BIGINT NOT NULL
);
CREATE INDEX shortage_steps_by_shortage ON shortage_steps (shortage_id, id);
