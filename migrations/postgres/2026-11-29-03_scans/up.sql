-- Scans of stored prices: each run with what it read, found and changed; the changes on their way; and what the last
-- complete run judged by, so that the next can say why it finds otherwise.
CREATE TABLE scan_runs (
    id TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    from_month DATE,
    to_month DATE NOT NULL,
    is_whole BOOLEAN NOT NULL,
    rules TEXT NOT NULL,
    rows_read BIGINT NOT NULL,
    products BIGINT NOT NULL,
    skipped TEXT NOT NULL,
    found_new BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    standing BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    drift TEXT NOT NULL,
    account_id TEXT
);
CREATE INDEX scan_runs_by_time ON scan_runs (began_at);
CREATE TABLE scan_changes (
    run TEXT NOT NULL,
    n INTEGER NOT NULL,
    act TEXT NOT NULL,
    product INTEGER NOT NULL,
    hospital INTEGER NOT NULL,
    last_day DATE NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    rule TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    product_id TEXT NOT NULL,
    hospital_id TEXT,
    supplier TEXT NOT NULL,
    month DATE NOT NULL,
    tier TEXT NOT NULL,
    observed BIGINT,
    reference BIGINT,
    quantity BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    effect_all BIGINT NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (run, n)
);
CREATE TABLE scan_inputs (
    product_id TEXT NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (product_id, source)
);
CREATE TABLE scan_rules (
    rule TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX findings_by_rule ON findings (rule, month);
