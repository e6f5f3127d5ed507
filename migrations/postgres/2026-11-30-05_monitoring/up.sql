-- Monitoring rules as they were published here, the drafts they come from with what trying them out found, and what is
-- left out of their comparison.
CREATE TABLE monitoring_rules (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    effective_from DATE NOT NULL,
    published_by TEXT REFERENCES accounts (id),
    published_at BIGINT,
    PRIMARY KEY (name, version)
);
CREATE TABLE monitoring_drafts (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    origin INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    became INTEGER,
    created_by TEXT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX monitoring_drafts_by_state ON monitoring_drafts (state, id);
CREATE TABLE monitoring_trials (
    id TEXT PRIMARY KEY NOT NULL,
    draft_id TEXT NOT NULL REFERENCES monitoring_drafts (id),
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES accounts (id),
    asked_at BIGINT NOT NULL,
    began_at BIGINT,
    ended_at BIGINT,
    outcome TEXT NOT NULL
);
CREATE INDEX monitoring_trials_by_draft ON monitoring_trials (draft_id, id);
CREATE INDEX monitoring_trials_by_state ON monitoring_trials (state, id);
CREATE TABLE monitoring_exclusions (
    id TEXT PRIMARY KEY NOT NULL,
    rule TEXT NOT NULL,
    product_id TEXT REFERENCES products (id),
    hospital_id TEXT REFERENCES organisations (id),
    reason TEXT NOT NULL,
    made_by TEXT REFERENCES accounts (id),
    made_at BIGINT NOT NULL,
    lifted_by TEXT REFERENCES accounts (id),
    lifted_at BIGINT,
    lift_reason TEXT NOT NULL
);
CREATE INDEX monitoring_exclusions_by_lift ON monitoring_exclusions (lifted_at, id);
-- Listings of a file that a credit rating barred: kept, never in force.
CREATE TABLE refused_listings (
    id TEXT PRIMARY KEY NOT NULL,
    file INTEGER NOT NULL,
    line BIGINT NOT NULL,
    product_code TEXT NOT NULL,
    region TEXT NOT NULL,
    from_day DATE NOT NULL,
    price BIGINT NOT NULL,
    rating TEXT NOT NULL,
    reason_zh TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    refused_at BIGINT NOT NULL
);
CREATE INDEX refused_listings_by_file ON refused_listings (file, line, id);
ALTER TABLE price_files ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
