-- Indicators, counted each night: what a ratio is made of, never the ratio. A month of a hospital or round, their sums
-- by county and city, and the same for years (months = 12).
CREATE TABLE indicator_counts (
    indicator TEXT NOT NULL,
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    starts DATE NOT NULL,
    months INTEGER NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    PRIMARY KEY (starts, months, part, key, indicator)
);
CREATE INDEX indicator_counts_of_indicator ON indicator_counts (indicator, months, part, starts, key);
-- Which months were counted, and when last.
CREATE TABLE indicator_months (
    month DATE PRIMARY KEY NOT NULL,
    counted_at BIGINT NOT NULL
);
-- What a unit of a winner's product cost at most before the award: cuts and savings are measured from it.
CREATE TABLE indicator_references (
    lot_id TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    price BIGINT NOT NULL,
    PRIMARY KEY (lot_id, supplier_id)
);
CREATE TABLE indicator_targets (
    id TEXT PRIMARY KEY NOT NULL,
    indicator TEXT NOT NULL,
    year INTEGER NOT NULL,
    region TEXT NOT NULL,
    value TEXT NOT NULL,
    document TEXT NOT NULL,
    issuer TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    remark TEXT NOT NULL
);
CREATE INDEX indicator_targets_of_year ON indicator_targets (year, region, indicator, asked_at);
CREATE INDEX indicator_targets_by_state ON indicator_targets (state, id);
-- What hospitals bought outside the platform, as a document says it. A correction is another row.
CREATE TABLE indicator_inputs (
    id TEXT PRIMARY KEY NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    month DATE NOT NULL,
    figure TEXT NOT NULL,
    amount BIGINT NOT NULL,
    document TEXT NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX indicator_inputs_standing ON indicator_inputs (month, hospital_id, figure) WHERE superseded_at IS NULL;
CREATE INDEX indicator_inputs_of_hospital ON indicator_inputs (hospital_id, month, figure, at);
-- Generics and consumable classes procured elsewhere (national, alliance) whose contracts are not on this platform.
CREATE TABLE indicator_varieties (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    generic TEXT NOT NULL,
    level TEXT NOT NULL,
    since DATE NOT NULL,
    until DATE,
    document TEXT NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX indicator_varieties_by_name ON indicator_varieties (kind, generic, id);
-- Who asked for the monthly report.
CREATE TABLE indicator_readers (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    since BIGINT NOT NULL
);
-- The price board now also sums drugs and high-value consumables by hospital: the next count makes every month anew.
DELETE FROM board_counts;
