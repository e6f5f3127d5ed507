-- What the monitoring rules find, one row for one rule, product, hospital, supplier and month, known again by its key;
-- and what products are listed at, in this region and in others, from a day on.
CREATE TABLE findings (
    id TEXT PRIMARY KEY NOT NULL,
    key TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    hospital_id TEXT REFERENCES organisations (id),
    supplier TEXT NOT NULL,
    month DATE NOT NULL,
    tier TEXT NOT NULL,
    observed BIGINT,
    reference BIGINT,
    quantity BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    effect_all BIGINT NOT NULL,
    figures TEXT NOT NULL,
    state TEXT NOT NULL,
    case_id TEXT,
    found_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    gone_at BIGINT
);
CREATE INDEX findings_by_effect ON findings (state, effect, id);
CREATE INDEX findings_by_product ON findings (product_id, month);
CREATE INDEX findings_by_hospital ON findings (hospital_id, month);
CREATE INDEX findings_by_case ON findings (case_id);
CREATE TABLE listings (
    id TEXT PRIMARY KEY NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    region TEXT NOT NULL,
    from_day DATE NOT NULL,
    price BIGINT NOT NULL,
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX listings_by_product ON listings (product_id, region, from_day);
