-- What the price board sums over many purchases or findings, counted each night: see src/prices/board/counting.rs.
CREATE TABLE board_counts (
    no INTEGER PRIMARY KEY NOT NULL,
    last_id INTEGER NOT NULL,
    lines BIGINT NOT NULL,
    last_month DATE NOT NULL,
    counted_at BIGINT NOT NULL
);
-- Of a month: all purchases, each hospital's and each supplier's. Summed from millions of rows that no index has by day.
CREATE TABLE purchase_sums (
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    month DATE NOT NULL,
    lines BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    contracted BIGINT NOT NULL,
    judged BIGINT NOT NULL,
    above BIGINT NOT NULL,
    PRIMARY KEY (part, key, month)
);
CREATE INDEX purchase_sums_by_month ON purchase_sums (part, month, amount, key);
-- Of a month: the products a hospital or supplier has most of, and with whom. There are nearly as many pairs of hospital
-- and product as purchases, so only the first few are kept.
CREATE TABLE purchase_tops (
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    month DATE NOT NULL,
    ranked TEXT NOT NULL,
    place INTEGER NOT NULL,
    other TEXT NOT NULL,
    lines BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (part, key, month, ranked, place)
);
-- One month's purchases by hospital, product and supplier, while they are counted; empty otherwise.
CREATE TABLE board_cells (
    hospital INTEGER NOT NULL,
    product INTEGER NOT NULL,
    supplier TEXT NOT NULL,
    lines BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    contracted BIGINT NOT NULL,
    judged BIGINT NOT NULL,
    above BIGINT NOT NULL,
    PRIMARY KEY (hospital, product, supplier)
);
-- Standing findings by month, rule and tier; and what they concern most in the last months.
CREATE TABLE finding_months (
    month DATE NOT NULL,
    rule TEXT NOT NULL,
    tier TEXT NOT NULL,
    findings BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    PRIMARY KEY (month, rule, tier)
);
CREATE TABLE finding_tops (
    months INTEGER NOT NULL,
    part TEXT NOT NULL,
    place INTEGER NOT NULL,
    key TEXT NOT NULL,
    findings BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    PRIMARY KEY (months, part, place)
);
-- Holds all that a list of findings is filtered and sorted by, so that only the rows shown are looked up.
CREATE INDEX findings_listed ON findings (state, month, rule, tier, effect, id, case_id);
CREATE INDEX findings_of_supplier ON findings (supplier, month);
CREATE INDEX contracts_of_product ON contracts (product, starts);
