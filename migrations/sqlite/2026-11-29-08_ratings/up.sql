-- Credit evaluation of companies: conducts with their documents, ratings of companies by an edition, each step of a
-- rating, and the offers that were sealed before their company was suspended.
CREATE TABLE conducts (
    id TEXT PRIMARY KEY NOT NULL,
    company_code TEXT NOT NULL,
    company_name TEXT NOT NULL,
    supplier_id TEXT REFERENCES organisations (id),
    is_distributor BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    amount BIGINT,
    document_kind TEXT NOT NULL,
    document_number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    document_on DATE NOT NULL,
    region TEXT NOT NULL,
    summary TEXT NOT NULL,
    corrects_id TEXT UNIQUE REFERENCES conducts (id),
    at BIGINT NOT NULL,
    account_id TEXT REFERENCES accounts (id)
);
CREATE INDEX conducts_by_company ON conducts (company_code, id);
CREATE TABLE conduct_products (
    conduct_id TEXT NOT NULL REFERENCES conducts (id),
    code TEXT NOT NULL,
    generic TEXT NOT NULL,
    generic_key TEXT NOT NULL,
    PRIMARY KEY (conduct_id, code)
);
CREATE TABLE conduct_facts (
    conduct_id TEXT NOT NULL REFERENCES conducts (id),
    fact_id TEXT NOT NULL REFERENCES credit_facts (id),
    PRIMARY KEY (conduct_id, fact_id)
);
CREATE TABLE ratings (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    company_code TEXT NOT NULL,
    company_name TEXT NOT NULL,
    supplier_id TEXT REFERENCES organisations (id),
    is_distributor BOOLEAN NOT NULL,
    edition TEXT NOT NULL,
    edition_hash TEXT NOT NULL,
    grade TEXT NOT NULL,
    scope TEXT NOT NULL,
    conduct_id TEXT NOT NULL REFERENCES conducts (id),
    conduct TEXT NOT NULL,
    document TEXT NOT NULL,
    state TEXT NOT NULL,
    proposal TEXT NOT NULL,
    version INTEGER NOT NULL,
    noticed_on DATE NOT NULL,
    defend_by DATE NOT NULL,
    since DATE NOT NULL,
    until DATE NOT NULL,
    distribution_until DATE,
    is_public BOOLEAN NOT NULL,
    repair_asked_on DATE,
    ended_on DATE,
    end_cause TEXT NOT NULL,
    corrects_id TEXT REFERENCES ratings (id),
    at BIGINT NOT NULL
);
CREATE INDEX ratings_by_state ON ratings (state, id);
CREATE INDEX ratings_by_company ON ratings (company_code, state);
CREATE INDEX ratings_by_supplier ON ratings (supplier_id, id);
CREATE TABLE rating_conducts (
    rating_id TEXT NOT NULL REFERENCES ratings (id),
    conduct_id TEXT NOT NULL REFERENCES conducts (id),
    PRIMARY KEY (rating_id, conduct_id)
);
CREATE INDEX rating_conducts_by_conduct ON rating_conducts (conduct_id);
CREATE TABLE rating_steps (
    id TEXT PRIMARY KEY NOT NULL,
    rating_id TEXT NOT NULL REFERENCES ratings (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    at BIGINT NOT NULL
);
CREATE INDEX rating_steps_by_rating ON rating_steps (rating_id, id);
CREATE TABLE barred_offers (
    offer_id TEXT NOT NULL REFERENCES offers (id),
    rating_id TEXT NOT NULL REFERENCES ratings (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (offer_id, rating_id)
);
