CREATE TABLE term_values (
    id TEXT PRIMARY KEY NOT NULL,
    term TEXT NOT NULL,
    since DATE NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX term_values_by_term ON term_values (term, since, at);
CREATE TABLE credit_facts (
    id TEXT PRIMARY KEY NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    day DATE NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    quantity BIGINT,
    amount BIGINT,
    detail TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (kind, subject, subject_id)
);
CREATE INDEX credit_facts_by_supplier ON credit_facts (supplier_id, day, id);
CREATE TABLE agreed_volumes (
    id TEXT PRIMARY KEY NOT NULL,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    year INTEGER NOT NULL,
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    agreed BIGINT NOT NULL,
    allowed BIGINT,
    reserved BIGINT NOT NULL,
    consumed BIGINT NOT NULL,
    UNIQUE (contract_id, year)
);
CREATE INDEX agreed_volumes_by_end ON agreed_volumes (ends, contract_id);
CREATE TABLE direct_hospitals (
    hospital_id TEXT PRIMARY KEY NOT NULL REFERENCES organisations (id),
    since DATE NOT NULL,
    until DATE
);
