CREATE TABLE distributors (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    active BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX distributors_by_name ON distributors (name, id);
CREATE TABLE distributor_regions (
    distributor_id TEXT NOT NULL REFERENCES distributors (id),
    region TEXT NOT NULL,
    PRIMARY KEY (distributor_id, region)
);
CREATE INDEX distributor_regions_by_region ON distributor_regions (region, distributor_id);
CREATE TABLE distributor_choices (
    id TEXT PRIMARY KEY NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    region TEXT NOT NULL,
    distributor_id TEXT NOT NULL REFERENCES distributors (id),
    since DATE NOT NULL,
    until DATE,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX distributor_choices_by_supplier ON distributor_choices (supplier_id, region, at, id);
CREATE UNIQUE INDEX distributor_choices_held ON distributor_choices (supplier_id, region) WHERE until IS NULL;
CREATE INDEX distributor_choices_by_distributor ON distributor_choices (distributor_id, until);
CREATE TABLE distributor_assessments (
    id TEXT PRIMARY KEY NOT NULL,
    distributor_id TEXT NOT NULL REFERENCES distributors (id),
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    score INTEGER NOT NULL,
    result TEXT NOT NULL,
    evidence TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX distributor_assessments_by_distributor ON distributor_assessments (distributor_id, at, id);
